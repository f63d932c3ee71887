//! CREATE TABLE.

use super::{Cursor, ParseError, column, constraint, null_clause};
use crate::backend::sqlite::trigger::{with_plain_columns, without_qualifier};
use crate::backend::sqlite::types;
use crate::{Column, Table, TableOptions};

/// Words that start a table constraint; SQLite reserves them, so that a column of that name is quoted.
const CONSTRAINT_WORDS: [&str; 5] = ["CONSTRAINT", "PRIMARY", "UNIQUE", "CHECK", "FOREIGN"];

pub(super) fn table(cursor: &mut Cursor<'_>) -> Result<Table, ParseError> {
    cursor.expect("CREATE")?;
    if cursor.is_word("VIRTUAL") {
        return Err(ParseError::Virtual);
    }
    let _ = cursor.accept("TEMP") || cursor.accept("TEMPORARY");
    cursor.expect("TABLE")?;
    cursor.accept("IF NOT EXISTS");
    let mut table = Table::new(cursor.qualified_name()?);
    cursor.expect_symbol("(")?;
    loop {
        let is_constraint = starts_constraint(cursor);
        if is_constraint {
            constraint::constraint(cursor, &mut table)?;
        } else {
            column::column(cursor, &mut table)?;
        }
        if cursor.accept_symbol(")") {
            break;
        }
        // SQLite lets the comma between two table constraints go.
        if !(cursor.accept_symbol(",") || (is_constraint && starts_constraint(cursor))) {
            return Err(cursor.unexpected(", or )"));
        }
    }
    options(cursor, &mut table.options)?;
    cursor.end()?;
    close(&mut table);
    Ok(table)
}

fn starts_constraint(cursor: &Cursor<'_>) -> bool {
    CONSTRAINT_WORDS.iter().any(|word| cursor.is_word(word))
}

fn options(cursor: &mut Cursor<'_>, options: &mut TableOptions) -> Result<(), ParseError> {
    loop {
        if cursor.accept("STRICT") {
            options.strict = true;
        } else if cursor.accept("WITHOUT ROWID") {
            options.without_rowid = true;
        } else {
            return Ok(());
        }
        if !cursor.accept_symbol(",") {
            return Ok(());
        }
    }
}

/// What follows from the whole. A key's columns are reported as required: only SQLite's bug-compatible mode lets a NULL into a key
/// that is not the row's number (<https://sqlite.org/lang_createtable.html#the_primary_key>), and no model can say that.
fn close(table: &mut Table) {
    let names: Vec<String> = table
        .columns
        .iter()
        .map(|column| column.name.clone())
        .collect();
    // Names are compared without case by SQLite; a part says the column's own spelling.
    let own = |column: &mut String| {
        if let Some(name) = names.iter().find(|name| name.eq_ignore_ascii_case(column)) {
            column.clone_from(name);
        }
    };
    if let Some(key) = &mut table.primary_key {
        key.columns.iter_mut().for_each(own);
    }
    table
        .uniques
        .iter_mut()
        .flat_map(|unique| &mut unique.columns)
        .for_each(own);
    table
        .foreign_keys
        .iter_mut()
        .flat_map(|key| &mut key.columns)
        .for_each(own);
    let plain = |expression: &mut String| {
        let own = without_qualifier(expression, &table.name.name);
        *expression = with_plain_columns(&own, &names);
    };
    let checks = table.checks.iter_mut().map(|check| &mut check.expression);
    checks.for_each(plain);
    let generated = table
        .columns
        .iter_mut()
        .filter_map(|column| column.generated.as_mut());
    generated.for_each(|generated| plain(&mut generated.expression));
    if let Some(key) = &table.primary_key {
        // The row's number is never NULL, and neither is the key of a table without one.
        let is_number = |column: &Column| {
            key.columns.len() == 1 && types::spell(&column.ty).is_ok_and(|ty| ty == "integer")
        };
        for column in &mut table.columns {
            if key.columns.contains(&column.name) {
                if column.nullable && !is_number(column) && !table.options.without_rowid {
                    let clause = null_clause(&column.name);
                    table.options.clauses.insert(clause, "NULL".to_owned());
                }
                column.nullable = false;
            }
        }
    }
    table.sort();
}
