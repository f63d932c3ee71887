//! Columns that are computed when they are read, over which PostgreSQL 18 has no keys
//! (<https://www.postgresql.org/docs/18/ddl-generated-columns.html>).

use super::unsupported;
use crate::backend::RenderError;
use crate::{Catalog, Column, KeyTarget, Table, TableChange, TableName, expression};

/// Refuses a table whose keys or indexes are over such a column.
pub(super) fn check_table(table: &Table) -> Result<(), RenderError> {
    let columns: Vec<&Column> = table.columns.iter().collect();
    let keys = table.primary_key.iter().map(|key| key.columns.as_slice());
    let uniques = table.uniques.iter().map(|unique| unique.columns.as_slice());
    let references = table.foreign_keys.iter().map(|key| key.columns.as_slice());
    for names in keys.chain(uniques).chain(references) {
        check(&table.name, &columns, names.iter().map(String::as_str))?;
    }
    for exclusion in &table.exclusions {
        let names = columns.iter().map(|column| column.name.as_str());
        let names = names.filter(|name| expression::mentions(&exclusion.definition, name));
        check(&table.name, &columns, names)?;
    }
    table.indexes.iter().try_for_each(|index| {
        check(
            &table.name,
            &columns,
            index.keys.iter().filter_map(|key| column(&key.target)),
        )
    })
}

/// Refuses such a key or index that is added.
pub(super) fn check_changes(
    before: &Catalog,
    table: &TableName,
    changes: &[TableChange],
) -> Result<(), RenderError> {
    let known = before.table(table).into_iter();
    let mut columns: Vec<&Column> = known.flat_map(|table| &table.columns).collect();
    for change in changes {
        if let TableChange::AddColumn(column) = change {
            columns.push(column);
        } else if let TableChange::AlterColumn(pair) = change {
            columns.retain(|column| column.name != pair.from.name);
            columns.push(&pair.to);
        } else if let TableChange::AddPrimaryKey(key) = change {
            check(table, &columns, key.columns.iter().map(String::as_str))?;
        } else if let TableChange::AddUnique(unique) = change {
            check(table, &columns, unique.columns.iter().map(String::as_str))?;
        } else if let TableChange::AddForeignKey(key) = change {
            check(table, &columns, key.columns.iter().map(String::as_str))?;
        } else if let TableChange::AddIndex(index) = change {
            let keys = index.keys.iter().filter_map(|key| column(&key.target));
            check(table, &columns, keys)?;
        }
    }
    Ok(())
}

fn column(target: &KeyTarget) -> Option<&str> {
    match target {
        KeyTarget::Column(name) => Some(name),
        KeyTarget::Expression(_) => None,
    }
}

fn check<'a>(
    table: &TableName,
    columns: &[&Column],
    mut names: impl Iterator<Item = &'a str>,
) -> Result<(), RenderError> {
    let is_computed = |name: &&str| {
        columns.iter().any(|column| {
            column.name == *name && column.generated.as_ref().is_some_and(|by| !by.stored)
        })
    };
    match names.find(is_computed) {
        Some(name) => Err(unsupported(
            "key or index over a generated column that is not stored",
            &format!("{table}.{name}"),
        )),
        None => Ok(()),
    }
}
