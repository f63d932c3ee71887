//! The rebuild of a table: a new one beside it takes the rows and then the name
//! (<https://sqlite.org/lang_altertable.html#making_other_kinds_of_table_schema_changes>).
//!
//! Invariant: no value is changed but by the affinity of its column's new type. Invariant: foreign keys are off on the connection
//! meanwhile, or dropping the old table would delete what points at its rows; they point at the table by its name, which comes back.

use super::definition::{self, unsupported};
use super::meaning::{Affinity, affinity};
use super::token::quote;
use super::{NEW_PREFIX, render, trigger, types};
use crate::backend::RenderError;
use crate::{AutoIncrement, Column, ColumnType, Table, TableChange};

/// The statements that make `after` of `before`; the changes between them are `changes`.
pub(super) fn statements(
    before: &Table,
    after: &Table,
    changes: &[TableChange],
) -> Result<Vec<String>, RenderError> {
    let name = &before.name.name;
    let new = format!("{NEW_PREFIX}{name}");
    let mut statements = vec![definition::create_table(after, &new)?];
    statements.extend(copy(before, after, changes, &new));
    if is_counted(before) && is_counted(after) {
        let (old, new) = (string(name), string(&new));
        statements.push(format!("DELETE FROM sqlite_sequence WHERE name = {new}"));
        statements.push(format!(
            "INSERT INTO sqlite_sequence (name, seq) SELECT {new}, seq FROM sqlite_sequence WHERE name = {old}"
        ));
    }
    statements.push(format!("DROP TABLE {}", quote(name)));
    // Order matters: while the name is free, views and triggers that mention it are broken, and SQLite refuses to rename anything
    // beside a broken view. The legacy way does not look at them.
    statements.push("PRAGMA legacy_alter_table = ON".into());
    statements.push(format!(
        "ALTER TABLE {} RENAME TO {}",
        quote(&new),
        quote(name)
    ));
    statements.push("PRAGMA legacy_alter_table = OFF".into());
    statements.extend(render::attachments(after)?);
    Ok(statements)
}

/// A trigger that mentions a column which goes would be put back broken, and be found out when it fires; SQLite's own DROP COLUMN
/// refuses it.
pub(super) fn certain_triggers(before: &Table, changes: &[TableChange]) -> Result<(), RenderError> {
    for change in changes {
        if let TableChange::DropColumn(column) = change
            && let Some(trigger) = before
                .triggers
                .iter()
                .find(|known| trigger::uses_column(&known.sql, &column.name))
        {
            return Err(unsupported(
                "way to drop a column that a trigger mentions",
                &format!("{}.{}, {}", before.name, column.name, trigger.name),
            ));
        }
    }
    Ok(())
}

/// The rows, if any column is to be copied.
fn copy(before: &Table, after: &Table, changes: &[TableChange], new: &str) -> Option<String> {
    let is_fresh = |column: &Column| {
        changes.iter().any(
            |change| matches!(change, TableChange::AddColumn(added) if added.name == column.name),
        )
    };
    let mut to = Vec::new();
    let mut from = Vec::new();
    // Rows keep their numbers where no column says them: tables of full-text search point at these.
    if let Some(number) = row_number(before, after) {
        to.push(number.to_owned());
        from.push(number.to_owned());
    }
    for column in &after.columns {
        if column.generated.is_some() || is_fresh(column) {
            continue;
        }
        if let Some(source) = before.column(&column.name) {
            to.push(quote(&column.name));
            let converted = changes
                .iter()
                .find_map(|one| one.conversion_of(&column.name));
            from.push(converted.map_or_else(|| value(source, column), str::to_owned));
        }
    }
    // A constraint that says what to do on conflict would leave out or replace rows without a word.
    let clauses = &after.options.clauses;
    let or = if clauses.values().any(|sql| sql.contains("ON CONFLICT")) {
        " OR ABORT"
    } else {
        ""
    };
    (!to.is_empty()).then(|| {
        format!(
            "INSERT{or} INTO {} ({}) SELECT {} FROM {}",
            quote(new),
            to.join(", "),
            from.join(", "),
            quote(&before.name.name)
        )
    })
}

/// A value as the new column takes it. Between text and bytes the type of a stored value has to follow, and nothing is lost. To a
/// number SQLite converts what is one and keeps the rest as it is; a CAST would make 0 of it.
fn value(from: &Column, to: &Column) -> String {
    let name = quote(&from.name);
    match (affinity_of(&from.ty), affinity_of(&to.ty)) {
        (Affinity::Text, Affinity::Blob) if !spelled(&to.ty).is_empty() => {
            format!("CAST({name} AS BLOB)")
        }
        (Affinity::Blob, Affinity::Text) if !spelled(&from.ty).is_empty() => {
            format!("CAST({name} AS TEXT)")
        }
        _ => name,
    }
}

fn spelled(ty: &ColumnType) -> String {
    types::spell(ty).unwrap_or_default()
}

fn affinity_of(ty: &ColumnType) -> Affinity {
    affinity(&spelled(ty))
}

/// The word by which a row's number is said, if both tables have one that no column is.
fn row_number(before: &Table, after: &Table) -> Option<&'static str> {
    if before.options.without_rowid || after.options.without_rowid || numbers_rows(after) {
        return None;
    }
    ["rowid", "_rowid_", "oid"].into_iter().find(|word| {
        ![before, after].iter().any(|table| {
            table
                .columns
                .iter()
                .any(|column| column.name.eq_ignore_ascii_case(word))
        })
    })
}

/// Whether a column of the table is the row's number (<https://sqlite.org/lang_createtable.html#rowid>).
fn numbers_rows(table: &Table) -> bool {
    let Some(key) = &table.primary_key else {
        return false;
    };
    let is_plain = table
        .options
        .clauses
        .get("primary key")
        .is_none_or(|clause| !clause.starts_with("DESC"));
    match key.columns.as_slice() {
        [column] => {
            is_plain
                && table
                    .column(column)
                    .is_some_and(|column| spelled(&column.ty) == "integer")
        }
        _ => false,
    }
}

fn is_counted(table: &Table) -> bool {
    table
        .columns
        .iter()
        .any(|column| column.auto_increment == Some(AutoIncrement::Auto))
}

fn string(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}
