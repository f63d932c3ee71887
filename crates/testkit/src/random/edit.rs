//! Edits of a catalog: one thing of any kind is added, changed, renamed or dropped.

use plimsoll_schema::{
    Backend, Catalog, Change, KeyTarget, Pair, PrimaryKey, Server, Table, TableChange, TableName,
};

use super::{
    Source, admit, check, column, enums, index, key, name, numbering, reference, table, types,
};

/// One edit.
pub(super) fn one(server: &Server, source: &mut Source<'_>, catalog: &mut Catalog) {
    let kind = source.below(24);
    match kind {
        20 => return table::add(server, source, catalog),
        21 => return enums::edit(server, source, catalog),
        _ => {}
    }
    let names: Vec<TableName> = catalog.tables.keys().cloned().collect();
    let Some(name) = source.pick(&names).cloned() else {
        return;
    };
    match kind {
        0 | 1 => with(catalog, &name, |known, table| {
            let fresh = column::any(server, source, known, table);
            table.columns.push(fresh);
        }),
        2 => drop_column(source, catalog, &name),
        3 | 4 => rename_column(server, source, catalog, &name),
        5..=7 => with(catalog, &name, |_, table| {
            let known = table.clone();
            let at = source.below(table.columns.len());
            if let Some(one) = table.columns.get_mut(at) {
                column::edit(server, source, &known, one);
            }
        }),
        8 | 9 => retype(server, source, catalog, &name),
        10 => with(catalog, &name, |_, table| {
            numbering::edit(server, source, table);
            let numbered = table
                .columns
                .iter()
                .find(|one| one.auto_increment.is_some());
            if let Some(name) = numbered.map(|one| one.name.clone()) {
                admit::forget(table, &name);
            }
        }),
        11 => with(catalog, &name, |known, table| {
            key::edit_primary(server, source, known, table);
        }),
        12..=14 => with(catalog, &name, |known, table| {
            table::add_part(server, source, known, table);
        }),
        15 | 16 => with(catalog, &name, |_, table| drop_part(source, table)),
        17 => with(catalog, &name, |_, table| {
            index::edit(server, source, table);
        }),
        18 => with(catalog, &name, |_, table| {
            reference::edit(server, source, table);
        }),
        19 => with(catalog, &name, |known, table| {
            if !table.checks.is_empty() {
                // Another check of the same name.
                let at = source.below(table.checks.len());
                let gone = table.checks.remove(at);
                let count = table.checks.len();
                check::add(server, source, known, table);
                if let Some(fresh) = table.checks.get_mut(count) {
                    fresh.name = gone.name;
                }
            }
        }),
        22 => {
            if names.len() > 1 {
                catalog.tables.remove(&name);
            } else {
                rename_table(server, source, catalog, &name);
            }
        }
        _ if source.one_in(2) => rename_table(server, source, catalog, &name),
        _ => with(catalog, &name, |_, one| table::edit(server, source, one)),
    }
}

/// Changes one table, the others being at hand.
fn with(catalog: &mut Catalog, name: &TableName, edit: impl FnOnce(&Catalog, &mut Table)) {
    if let Some(mut table) = catalog.tables.get(name).cloned() {
        edit(catalog, &mut table);
        catalog.insert(table);
    }
}

/// What stood on the column is for [`super::admit`] to take out.
fn drop_column(source: &mut Source<'_>, catalog: &mut Catalog, name: &TableName) {
    with(catalog, name, |_, table| {
        let at = source.below(table.columns.len());
        if table.columns.len() > 1 {
            let gone = table.columns.remove(at);
            admit::forget(table, &gone.name);
            admit::forget_type(table, &gone.name);
            let is_over = |names: &[String]| names.contains(&gone.name);
            table
                .exclusions
                .retain(|one| !one.definition.contains(&gone.name));
            if table
                .primary_key
                .as_ref()
                .is_some_and(|key| is_over(&key.columns))
            {
                table.primary_key = None;
            }
        }
    });
}

fn drop_part(source: &mut Source<'_>, table: &mut Table) {
    let mut gone = |count: usize| (count > 0).then(|| source.below(count));
    if let Some(at) = gone(table.foreign_keys.len()) {
        table.foreign_keys.remove(at);
    } else if let Some(at) = gone(table.indexes.len()) {
        table.indexes.remove(at);
    } else if let Some(at) = gone(table.checks.len()) {
        table.checks.remove(at);
    } else if let Some(at) = gone(table.uniques.len()) {
        table.uniques.remove(at);
    } else if let Some(at) = gone(table.exclusions.len()) {
        table.exclusions.remove(at);
    }
}

/// The models say what it was called; everything that mentions it says the new name.
fn rename_column(
    server: &Server,
    source: &mut Source<'_>,
    catalog: &mut Catalog,
    name: &TableName,
) {
    let Some(table) = catalog.tables.get(name) else {
        return;
    };
    let Some(old) = source.pick(&table.columns).cloned() else {
        return;
    };
    // SQLite itself fails at a key's column that is also part of a unique, in a table WITHOUT ROWID.
    let is_key = |key: &PrimaryKey| key.columns.contains(&old.name);
    let keyed = table.options.without_rowid && table.primary_key.as_ref().is_some_and(is_key);
    if old.renamed_from.is_some() || keyed {
        return;
    }
    let fresh = name::column(source, table, "n");
    let pair = Pair::new(old.name.clone(), fresh.clone());
    let change = Change::AlterTable {
        table: name.clone(),
        changes: vec![TableChange::RenameColumn(pair)],
    };
    let mut renamed = catalog.clone();
    if renamed.apply(&change).is_err() {
        return;
    }
    let Some(table) = renamed.tables.get_mut(name) else {
        return;
    };
    // A name that had no quotes gets double ones where it needs some, and MySQL takes those for a text.
    let quoted = format!("\"{}\"", fresh.replace('"', "\"\""));
    if server.backend == Backend::Mysql && texts(table).any(|text| text.contains(&quoted)) {
        return;
    }
    if let Some(column) = table.column_mut(&fresh) {
        column.renamed_from = Some(old.name);
    }
    *catalog = renamed;
}

/// What a table says as expressions, on MySQL.
fn texts(table: &Table) -> impl Iterator<Item = &String> {
    let checks = table.checks.iter().map(|check| &check.expression);
    let computed = table.columns.iter().filter_map(|column| {
        let generated = column.generated.as_ref()?;
        Some(&generated.expression)
    });
    let keys = table.indexes.iter().flat_map(|index| &index.keys);
    let keys = keys.filter_map(|key| match &key.target {
        KeyTarget::Column(_) => None,
        KeyTarget::Expression(text) => Some(text),
    });
    checks.chain(computed).chain(keys)
}

fn rename_table(server: &Server, source: &mut Source<'_>, catalog: &mut Catalog, name: &TableName) {
    let schemas = table::schemas(server);
    let fresh = name::table(source, catalog, schemas);
    let fresh = TableName {
        name: fresh.name + "r",
        ..fresh
    };
    let is_new = (catalog.tables.get(name)).is_some_and(|table| table.renamed_from.is_none());
    let change = Change::RenameTable(Pair::new(name.clone(), fresh.clone()));
    if is_new
        && catalog.apply(&change).is_ok()
        && let Some(table) = catalog.tables.get_mut(&fresh)
    {
        table.renamed_from = Some(name.clone());
    }
}

/// Another type; the columns that point at it follow, where they are free to.
fn retype(server: &Server, source: &mut Source<'_>, catalog: &mut Catalog, name: &TableName) {
    let mut changed = None;
    with(catalog, name, |known, table| {
        let before = table.clone();
        let at = source.below(table.columns.len());
        if let Some(one) = table.columns.get_mut(at)
            && one.generated.is_none()
        {
            column::retype(server, source, known, &before, one);
            let (now, was) = (one.clone(), before.columns[at].clone());
            if now.ty != was.ty {
                admit::forget_type(table, &now.name);
            }
            if types::class(&now.ty) != types::class(&was.ty) {
                admit::forget(table, &now.name);
            }
            changed = Some((now.name, now.ty, now.collation));
        }
    });
    let Some((column, ty, collation)) = changed else {
        return;
    };
    for other in catalog.tables.values_mut() {
        let (keys, strict) = (other.foreign_keys.clone(), other.options.strict);
        for key in keys.iter().filter(|key| key.ref_table == *name) {
            let pointing = key.ref_columns.iter().position(|own| *own == column);
            if let Some(own) = pointing.and_then(|at| other.column_mut(&key.columns[at]))
                && own.generated.is_none()
                && !strict
            {
                own.ty.clone_from(&ty);
                own.collation.clone_from(&collation);
                own.default = None;
                let name = own.name.clone();
                admit::forget_type(other, &name);
                admit::forget(other, &name);
            }
        }
    }
}
