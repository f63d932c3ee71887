//! Changes as SQL: what SQLite's ALTER TABLE can do safely by itself, and for the rest one rebuild of the table.
//!
//! Invariant: a statement that sea-query's builder says right is the builder's, so that a generated file which holds the same builder
//! emits the same text.

use sea_query::SqliteQueryBuilder;

use super::trigger::on_table;
use super::{definition, rebuild};
use crate::backend::{RenderError, Server};
use crate::{ApplyError, Catalog, Change, Index, Pair, Table, TableChange, TableName, sea};

mod native;
mod parts;

pub(in crate::backend) fn render(
    server: &Server,
    before: &Catalog,
    change: &Change,
) -> Result<Vec<String>, RenderError> {
    match change {
        Change::CreateTable(table) => create_table(server, table),
        Change::DropTable(table) => Ok(vec![
            sea::drop_table(&table.name).to_string(SqliteQueryBuilder),
        ]),
        Change::RenameTable(names) => Ok(vec![rename_table(names)]),
        Change::AlterTable { table, changes } => alter_table(server, before, table, changes),
        // An enum is text here: its type is no object, and its words are not stored.
        Change::CreateEnum(_)
        | Change::DropEnum(_)
        | Change::AlterEnum(_)
        | Change::RenameEnum(_)
        | Change::RenameEnumValue { .. } => Ok(Vec::new()),
    }
}

/// Whether the change drops a table that others point at, as a rebuild does to the old one: with foreign keys on, SQLite would delete
/// its rows first, and what points at them (<https://sqlite.org/foreignkeys.html#fk_schemacommands>).
pub(in crate::backend) fn needs_rebuild(before: &Catalog, change: &Change) -> bool {
    match change {
        Change::AlterTable { table, changes } => before
            .table(table)
            .is_some_and(|table| !is_native(table, changes)),
        Change::DropTable(table) => before.tables.values().any(|other| {
            other.name != table.name
                && other
                    .foreign_keys
                    .iter()
                    .any(|key| key.ref_table == table.name)
        }),
        Change::CreateTable(_)
        | Change::RenameTable(_)
        | Change::CreateEnum(_)
        | Change::DropEnum(_)
        | Change::AlterEnum(_)
        | Change::RenameEnum(_)
        | Change::RenameEnumValue { .. } => false,
    }
}

/// Whether ALTER TABLE can do all of it, one after the other.
fn is_native(table: &Table, changes: &[TableChange]) -> bool {
    let mut table = table.clone();
    changes.iter().all(|change| {
        // What does not fit the table is an error once it is written.
        native::is(&table, change) && parts::apply(&mut table, change).is_ok()
    })
}

fn create_table(server: &Server, table: &Table) -> Result<Vec<String>, RenderError> {
    definition::admit(table)?;
    let statement = sea::create_table(&sea::for_server(server, table)?);
    let create = match statement {
        Some(statement) => statement.to_string(SqliteQueryBuilder),
        None => definition::create_table(table, &table.name.name)?,
    };
    let mut statements = vec![create];
    statements.extend(attachments(table)?);
    Ok(statements)
}

/// What hangs on a table and goes with it: its indexes and triggers.
pub(super) fn attachments(table: &Table) -> Result<Vec<String>, RenderError> {
    let mut statements = Vec::new();
    for index in &table.indexes {
        statements.push(create_index(&table.name, index)?);
    }
    let triggers = table.triggers.iter();
    statements.extend(triggers.map(|trigger| on_table(&trigger.sql, &table.name.name)));
    Ok(statements)
}

fn create_index(table: &TableName, index: &Index) -> Result<String, RenderError> {
    let own = definition::create_index(table, index)?;
    Ok(match sea::index(table, index) {
        Some(statement) => statement.to_string(SqliteQueryBuilder),
        None => own,
    })
}

fn drop_index(table: &TableName, index: &Index) -> String {
    match sea::drop_index(table, index) {
        Some(statement) => statement.to_string(SqliteQueryBuilder),
        None => format!("DROP INDEX {}", super::token::quote(&index.name)),
    }
}

/// SQLite rewrites what mentions the table: foreign keys, triggers and views.
fn rename_table(names: &Pair<TableName>) -> String {
    match sea::rename_table(names) {
        Some(statement) => statement.to_string(SqliteQueryBuilder),
        None => format!(
            "ALTER TABLE {} RENAME TO {}",
            super::token::quote(&names.from.name),
            super::token::quote(&names.to.name)
        ),
    }
}

/// Renames of columns are SQLite's own, since it follows them through triggers, views and other tables' keys; what stands between
/// them is either native throughout or one rebuild.
fn alter_table(
    server: &Server,
    before: &Catalog,
    name: &TableName,
    changes: &[TableChange],
) -> Result<Vec<String>, RenderError> {
    let mut table = before.table(name).cloned().ok_or(ApplyError::Missing {
        kind: "table",
        name: name.to_string(),
    })?;
    let mut statements = Vec::new();
    let is_rename = |change: &TableChange| matches!(change, TableChange::RenameColumn(_));
    let groups: Vec<&[TableChange]> = changes
        .chunk_by(|left, right| is_rename(left) == is_rename(right))
        .collect();
    for (at, group) in groups.iter().enumerate() {
        rebuild::certain_triggers(&table, group)?;
        if is_native(&table, group) {
            let is_last = at + 1 == groups.len();
            for change in *group {
                if is_rename(change) && !is_last {
                    native::certain_triggers(&table, change)?;
                }
                statements.extend(native::statements(server, &table, change)?);
                parts::apply(&mut table, change)?;
            }
        } else {
            let mut after = table.clone();
            for change in *group {
                parts::apply(&mut after, change)?;
            }
            statements.extend(rebuild::statements(&table, &after, group)?);
            table = after;
        }
    }
    Ok(statements)
}

#[cfg(test)]
mod tests;
