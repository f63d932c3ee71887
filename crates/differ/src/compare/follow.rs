//! Names that were made of a table's or a column's name follow it when it is renamed.
//!
//! Only names that SeaORM or PostgreSQL give by themselves: what somebody chose stays. Nothing but a name changes, so that a server
//! which cannot rename the part in place keeps the old one (`docs/limits.md`).

use std::collections::{BTreeMap, BTreeSet};

use plimsoll_schema::{
    Capabilities, Catalog, Change, ForeignKey, Table, TableName, Unique, expression, sea,
};

use super::parts::names;
use super::unique::columns;

/// Gives the parts of the renamed tables of `desired` the names that they would have been given. `live` is what was there before the
/// renames, `current` what is there after them.
pub(super) fn follow(
    can: Capabilities,
    renames: &[Change],
    live: &Catalog,
    current: &Catalog,
    desired: &mut Catalog,
) {
    let mut found: BTreeMap<TableName, BTreeMap<String, String>> = BTreeMap::new();
    for (before, after) in journeys(renames) {
        let (Some(before), Some(after)) = (live.tables.get(&before), current.tables.get(&after))
        else {
            continue;
        };
        let to: BTreeMap<String, Vec<String>> = given(can, after).collect();
        let own = given(can, before).filter_map(|(name, names)| {
            let at = names.iter().position(|given| *given == name)?;
            let new = to.get(&name)?.get(at)?;
            (*new != name).then(|| (name, new.clone()))
        });
        found.insert(after.name.clone(), own.collect());
    }
    // Most comparisons rename nothing, and the names of all tables are many.
    if found.values().all(BTreeMap::is_empty) {
        return;
    }
    let taken: BTreeSet<String> = [current, &*desired]
        .into_iter()
        .flat_map(|catalog| catalog.tables.values())
        .flat_map(|table| std::iter::once(table.name.name.clone()).chain(names(table)))
        .collect();
    // A name that another table gives up is free when its turn comes; one of the same table is not, for two could swap theirs.
    let freed: BTreeSet<(TableName, String)> = found
        .iter()
        .flat_map(|(table, names)| names.keys().map(|name| (table.clone(), name.clone())))
        .collect();
    for (table, names) in &mut found {
        names.retain(|_, new| {
            !taken.contains(new)
                || freed
                    .iter()
                    .any(|(other, name)| other != table && name == new)
        });
    }
    for (table, names) in &found {
        if let Some(table) = desired.tables.get_mut(table) {
            rename(table, names);
        }
    }
}

/// What each renamed table, and each with a renamed column, was called before and is called after.
fn journeys(renames: &[Change]) -> BTreeMap<TableName, TableName> {
    let mut out: BTreeMap<TableName, TableName> = BTreeMap::new();
    for change in renames {
        match change {
            Change::RenameTable(pair) => {
                out.insert(pair.from.clone(), pair.to.clone());
            }
            Change::AlterTable { table, .. } => {
                if !out.values().any(|after| after == table) {
                    out.insert(table.clone(), table.clone());
                }
            }
            Change::CreateTable(_)
            | Change::DropTable(_)
            | Change::CreateEnum(_)
            | Change::DropEnum(_)
            | Change::AlterEnum(_)
            | Change::RenameEnum(_)
            | Change::RenameEnumValue { .. } => {}
        }
    }
    out
}

/// The names of the parts that can be renamed in place, each with what SeaORM, and then PostgreSQL, would call the part
/// (`ChooseConstraintName`, <https://www.postgresql.org/docs/current/sql-createtable.html>).
fn given(can: Capabilities, table: &Table) -> impl Iterator<Item = (String, Vec<String>)> {
    let name = &table.name;
    let plain = |columns: &[String], kind: &str| {
        let columns = columns.join("_");
        format!("{}_{columns}_{kind}", name.name)
    };
    let indexes = table.indexes.iter().filter_map(move |index| {
        let columns = columns(index)?;
        let given = sea::index_name(format!("idx-{}-{}", name.name, columns.join("-")));
        let kind = if index.unique { "key" } else { "idx" };
        Some((index.name.clone(), vec![given, plain(&columns, kind)]))
    });
    let uniques = table.uniques.iter().filter_map(move |unique| {
        let open = Unique {
            name: None,
            ..unique.clone()
        };
        let given = sea::unique_name(name, &open);
        let names = vec![given, plain(&unique.columns, "key")];
        Some((unique.name.clone()?, names))
    });
    let keys = table.foreign_keys.iter().filter_map(move |key| {
        let open = ForeignKey {
            name: None,
            ..key.clone()
        };
        let given = sea::foreign_key_name(name, &open);
        Some((key.name.clone()?, vec![given, plain(&key.columns, "fkey")]))
    });
    let checks = table.checks.iter().filter_map(move |check| {
        let is_in = |column: &&str| expression::mentions(&check.expression, column);
        let mentioned = table.columns.iter().map(|column| column.name.as_str());
        let mut names = vec![format!("{}_check", name.name)];
        if let [one] = mentioned.filter(is_in).collect::<Vec<_>>().as_slice() {
            names.push(plain(&[(*one).to_owned()], "check"));
        }
        Some((check.name.clone()?, names))
    });
    let key = table.primary_key.iter().filter_map(move |key| {
        let names = vec![sea::primary_key_name(name), format!("{}_pkey", name.name)];
        Some((key.name.clone()?, names))
    });
    let all = can.renames_parts;
    let constraints = keys.chain(checks).chain(key).filter(move |_| all);
    let in_indexes = indexes.chain(uniques).filter(move |_| can.renames_indexes);
    in_indexes.chain(constraints)
}

fn rename(table: &mut Table, names: &BTreeMap<String, String>) {
    let named = (table.uniques.iter_mut().map(|part| &mut part.name))
        .chain(table.foreign_keys.iter_mut().map(|part| &mut part.name))
        .chain(table.checks.iter_mut().map(|part| &mut part.name))
        .chain(table.primary_key.iter_mut().map(|part| &mut part.name));
    let indexes = table.indexes.iter_mut().map(|part| &mut part.name);
    for name in named.flatten().chain(indexes) {
        if let Some(new) = names.get(name) {
            name.clone_from(new);
        }
    }
    table.sort();
}
