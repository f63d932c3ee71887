//! What a server refuses is taken out: the last word on a catalog, after all of it was made or edited.

use std::collections::BTreeSet;

use plimsoll_schema::{
    Action, Backend, Catalog, ColumnType, Flavor, ForeignKey, Index, IndexKey, KeyTarget, Order,
    Server, Table, TableName, expression,
};

use super::types;

/// Takes out what does not fit, until all that is left does.
pub(super) fn admit(server: &Server, catalog: &mut Catalog) {
    loop {
        let before = catalog.clone();
        let names: Vec<TableName> = catalog.tables.keys().cloned().collect();
        for name in names {
            if let Some(mut table) = catalog.tables.remove(&name) {
                lost_columns(&mut table);
                lost_keys(server, &mut table);
                whole(&mut table);
                doubled(&mut table);
                match server.backend {
                    Backend::Sqlite => sqlite(&mut table),
                    Backend::Postgres => postgres(&mut table),
                    Backend::Mysql => mysql(server, &mut table),
                }
                references(server, catalog, &mut table);
                catalog.insert(table);
            }
        }
        if *catalog == before {
            return;
        }
    }
}

/// What speaks of a column that went, or that became something else, goes.
pub(super) fn forget(table: &mut Table, column: &str) {
    let says = |text: &str| expression::mentions(text, column);
    table.checks.retain(|check| !says(&check.expression));
    table.exclusions.retain(|one| !says(&one.definition));
    table
        .indexes
        .retain(|index| !index.predicate.as_deref().is_some_and(says));
    table.indexes.retain(|index| {
        let mut texts = index.keys.iter().filter_map(|key| match &key.target {
            KeyTarget::Expression(text) => Some(text),
            KeyTarget::Column(_) => None,
        });
        !texts.any(|text| says(text))
    });
    for other in &mut table.columns {
        if (other.generated.as_ref()).is_some_and(|one| says(&one.expression)) {
            other.generated = None;
        }
    }
}

/// What an index says of a column that holds for its type only goes with the type.
pub(super) fn forget_type(table: &mut Table, column: &str) {
    let is_of = |index: &Index| {
        let mut keys = index.keys.iter();
        keys.any(|key| matches!(&key.target, KeyTarget::Column(name) if name == column))
    };
    table.indexes.retain(|index| {
        let special = |index: &Index| {
            let mut keys = index.keys.iter();
            index.method.is_some()
                || keys.any(|key| {
                    key.opclass.is_some() || key.prefix.is_some() || key.collation.is_some()
                })
        };
        !(is_of(index) && special(index))
    });
    table
        .exclusions
        .retain(|one| !expression::mentions(&one.definition, column));
}

/// Keys and indexes over columns that are not there.
fn lost_columns(table: &mut Table) {
    let there: BTreeSet<String> = table.columns.iter().map(|one| one.name.clone()).collect();
    let all = |names: &[String]| names.iter().all(|name| there.contains(name));
    if table
        .primary_key
        .as_ref()
        .is_some_and(|key| !all(&key.columns))
    {
        table.primary_key = None;
    }
    table.uniques.retain(|unique| all(&unique.columns));
    table.foreign_keys.retain(|key| all(&key.columns));
    table.indexes.retain(|index| {
        let mut keys = index.keys.iter();
        all(&index.include)
            && keys.all(|key| match &key.target {
                KeyTarget::Column(name) => there.contains(name),
                KeyTarget::Expression(_) => true,
            })
    });
}

/// Keys and indexes over columns whose type no key is of any more.
fn lost_keys(server: &Server, table: &mut Table) {
    let is_key = |name: &String, prefix: Option<u32>| {
        let column = table.columns.iter().find(|column| column.name == *name);
        column.is_some_and(|column| prefix.is_some() || types::is_key(server, &column.ty))
    };
    let all = |names: &[String]| names.iter().all(|name| is_key(name, None));
    let keeps = |index: &Index| {
        let mut keys = index.keys.iter();
        index.method.is_some()
            || keys.all(|key| match &key.target {
                KeyTarget::Column(name) => is_key(name, key.prefix),
                KeyTarget::Expression(_) => true,
            })
    };
    let (mut primary_key, mut uniques, mut indexes) = (
        table.primary_key.clone(),
        table.uniques.clone(),
        table.indexes.clone(),
    );
    primary_key = primary_key.filter(|key| all(&key.columns));
    uniques.retain(|unique| all(&unique.columns));
    indexes.retain(keeps);
    (table.primary_key, table.uniques, table.indexes) = (primary_key, uniques, indexes);
}

/// A table has a column that is not computed, and one that is shown; a key's columns are required.
fn whole(table: &mut Table) {
    if let Some(first) = table.columns.first_mut()
        && first.invisible
    {
        first.invisible = false;
    }
    if table
        .columns
        .iter()
        .all(|column| column.generated.is_some())
        && let Some(first) = table.columns.first_mut()
    {
        first.generated = None;
    }
    let keyed = table.primary_key.clone().map(|key| key.columns);
    for column in &mut table.columns {
        if (keyed.iter().flatten()).any(|name| *name == column.name) {
            column.nullable = false;
        }
    }
    if table.primary_key.is_none() {
        table.options.without_rowid = false;
    }
}

/// Two parts that are one by what they say: nobody could tell which of them goes.
fn doubled(table: &mut Table) {
    let mut seen: Vec<BTreeSet<String>> = Vec::new();
    let mut is_first = |columns: &[String]| {
        let set: BTreeSet<String> = columns.iter().cloned().collect();
        let is_first = !seen.contains(&set);
        seen.push(set);
        is_first
    };
    if let Some(key) = &table.primary_key {
        is_first(&key.columns);
    }
    table.uniques.retain(|unique| is_first(&unique.columns));
    let mut said: Vec<String> = Vec::new();
    table.checks.retain(|check| {
        let text = expression::normal(&check.expression);
        let is_first = !said.contains(&text);
        said.push(text);
        is_first
    });
    let uniques = table.uniques.clone();
    let is_unique = |index: &Index| {
        let columns = index.plain_columns();
        index.is_plain_unique()
            && columns.is_some_and(|columns| {
                let mut uniques = uniques.iter();
                uniques.any(|unique| {
                    unique.columns.len() == columns.len()
                        && columns
                            .iter()
                            .all(|one| unique.columns.iter().any(|own| own == one))
                })
            })
    };
    table.indexes.retain(|index| !is_unique(index));
    let mut known: Vec<Index> = Vec::new();
    table.indexes.retain(|index| {
        let mut plain = index.clone();
        plain.name = String::new();
        plain.comment = None;
        let is_first = !known.contains(&plain);
        known.push(plain);
        is_first
    });
}

fn sqlite(table: &mut Table) {
    let key = table.primary_key.clone().map(|key| key.columns);
    let without_rowid = table.options.without_rowid;
    for column in &mut table.columns {
        let is_rowid = key.as_deref() == Some(std::slice::from_ref(&column.name));
        if !(is_rowid && column.ty == ColumnType::INTEGER && !without_rowid) {
            column.auto_increment = None;
        }
    }
}

fn postgres(table: &mut Table) {
    let computed: BTreeSet<&str> = (table.columns.iter())
        .filter(|column| column.generated.as_ref().is_some_and(|one| !one.stored))
        .map(|column| column.name.as_str())
        .collect();
    // PostgreSQL 18 has no keys over what is computed when it is read.
    let is_over = |names: &[String]| names.iter().any(|name| computed.contains(name.as_str()));
    table.uniques.retain(|unique| !is_over(&unique.columns));
    table.foreign_keys.retain(|key| !is_over(&key.columns));
    table.primary_key.take_if(|key| is_over(&key.columns));
    let says = |text: &str| computed.iter().any(|name| expression::mentions(text, name));
    table.exclusions.retain(|one| !says(&one.definition));
    table.indexes.retain(|index| {
        !(index.keys.iter()).any(|key| {
            matches!(&key.target, KeyTarget::Column(name) if computed.contains(name.as_str()))
        })
    });
    for column in &mut table.columns {
        let counts = matches!(column.ty, ColumnType::Int { .. });
        if !counts || column.generated.is_some() {
            column.auto_increment = None;
        }
        if column.auto_increment.is_some() {
            column.nullable = false;
            column.default = None;
        }
    }
}

fn mysql(server: &Server, table: &mut Table) {
    // MySQL's functional index is over no BLOB or TEXT (MySQL 8.0 manual, 13.1.15), and on InnoDB only.
    let is_usual = table.options.engine.is_none();
    let large: Vec<&str> = (table.columns.iter())
        .filter(|column| matches!(column.ty, ColumnType::Text(_) | ColumnType::Blob(_)))
        .map(|column| column.name.as_str())
        .collect();
    table.indexes.retain(|index| {
        let is_over = |key: &IndexKey| match &key.target {
            KeyTarget::Expression(text) => {
                !is_usual || large.iter().any(|name| expression::mentions(text, name))
            }
            KeyTarget::Column(_) => false,
        };
        !index.keys.iter().any(is_over)
    });
    let key = table.primary_key.clone().map(|key| key.columns);
    for column in &mut table.columns {
        let is_first = key.as_deref().and_then(<[String]>::first) == Some(&column.name);
        if !(is_first && matches!(column.ty, ColumnType::Int { .. })) {
            column.auto_increment = None;
        }
    }
    let required: BTreeSet<String> = table
        .columns
        .iter()
        .filter(|column| !column.nullable)
        .map(|column| column.name.clone())
        .collect();
    let is_required = |index: &Index| {
        let columns = index.plain_columns().unwrap_or_default();
        columns.iter().all(|name| required.contains(*name))
    };
    table
        .indexes
        .retain(|index| index.method.as_deref() != Some("spatial") || is_required(index));
    for key in &mut table.foreign_keys {
        if key.columns.iter().any(|name| required.contains(name)) {
            let keep = |action: &Action| *action != Action::SetNull;
            key.on_delete = key.on_delete.filter(keep);
            key.on_update = key.on_update.filter(keep);
        }
    }
    if table.options.engine.is_some() {
        short_keys(table);
        no_bits(table);
        if server.flavor == Flavor::Original {
            // MyISAM has no descending indexes there (error 1178).
            let keys = table.indexes.iter_mut().flat_map(|index| &mut index.keys);
            keys.for_each(|key| key.order = Order::Asc);
        }
    }
    if server.flavor == Flavor::MariaDb {
        // A generated column is neither required nor a key there.
        for column in &mut table.columns {
            column.nullable |= column.generated.is_some();
            column.invisible &= column.nullable || column.default.is_some();
        }
    }
}

/// MyISAM's keys are of 1000 bytes at most, and it has no foreign keys.
fn short_keys(table: &mut Table) {
    let long: Vec<String> = table
        .columns
        .iter()
        .filter(|column| matches!(column.ty, ColumnType::Varchar(Some(size)) if size > 80))
        .map(|column| column.name.clone())
        .collect();
    let is_short = |names: &[String]| !names.iter().any(|name| long.contains(name));
    if table
        .primary_key
        .as_ref()
        .is_some_and(|key| !is_short(&key.columns))
    {
        table.primary_key = None;
    }
    table.uniques.retain(|unique| is_short(&unique.columns));
    table.indexes.retain(|index| {
        let columns = index.plain_columns().unwrap_or_default();
        let columns: Vec<String> = columns.into_iter().map(str::to_owned).collect();
        is_short(&columns)
    });
    table.foreign_keys.clear();
}

/// MariaDB 10.11 writes a file that it cannot read when a BIT comes to a table of MyISAM that has a virtual column (error 1033).
fn no_bits(table: &mut Table) {
    let bits = table.columns.iter_mut();
    for column in bits.filter(|column| matches!(column.ty, ColumnType::Bit(_))) {
        column.ty = ColumnType::Double;
        column.default = None;
    }
}

/// Foreign keys point at a key that is there, of their own types.
fn references(server: &Server, others: &Catalog, table: &mut Table) {
    let own = table.clone();
    table.foreign_keys.retain(|key| {
        let target = if key.ref_table == own.name {
            Some(&own)
        } else {
            others.tables.get(&key.ref_table)
        };
        target.is_some_and(|target| points(server, &own, key, target))
    });
}

fn points(server: &Server, own: &Table, key: &ForeignKey, target: &Table) -> bool {
    let is_key = |columns: &[String]| match server.backend {
        // InnoDB wants them in the order of the key.
        Backend::Mysql => columns == key.ref_columns,
        Backend::Sqlite | Backend::Postgres => {
            columns.len() == key.ref_columns.len()
                && columns.iter().all(|name| key.ref_columns.contains(name))
        }
    };
    let primary = target.primary_key.iter();
    let uniques = target.uniques.iter();
    let has_key = primary.map(|one| &one.columns).any(|one| is_key(one))
        || uniques
            .filter(|one| one.deferrable.is_none() && !one.nulls_not_distinct)
            .any(|one| is_key(&one.columns));
    let mut pairs = key.columns.iter().zip(&key.ref_columns);
    let fits = pairs.all(|(from, to)| {
        let (Some(from), Some(to)) = (own.column(from), target.column(to)) else {
            return false;
        };
        let is_one = server.backend == Backend::Sqlite || from.ty == to.ty;
        // InnoDB lets no required column follow one that is not.
        let follows = server.backend != Backend::Mysql || from.nullable || !to.nullable;
        is_one
            && follows
            && from.generated.is_none()
            && to.generated.is_none()
            && types::is_target(server, &to.ty)
    });
    has_key
        && fits
        && own.options.unlogged == target.options.unlogged
        && target.options.engine.is_none()
        && own.options.engine.is_none()
}
