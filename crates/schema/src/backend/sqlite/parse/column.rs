//! A column of CREATE TABLE, with the constraints written behind it.

use super::{Cursor, ParseError, constraint};
use crate::backend::sqlite::token::Kind;
use crate::backend::sqlite::{types, value};
use crate::{
    AutoIncrement, Check, Column, Generated, Literal, PrimaryKey, Table, TableOptions, Unique,
    Value,
};

const NULL: Value = Value::Literal(Literal::Null);

/// Words that end a column's type; SQLite reserves them.
const TYPE_ENDS: [&str; 11] = [
    "CONSTRAINT",
    "PRIMARY",
    "NOT",
    "NULL",
    "UNIQUE",
    "CHECK",
    "DEFAULT",
    "COLLATE",
    "REFERENCES",
    "AS",
    "DEFERRABLE",
];

pub(super) fn column(cursor: &mut Cursor<'_>, table: &mut Table) -> Result<(), ParseError> {
    let name = cursor.name()?;
    let ty = types::parse(&type_text(cursor)?);
    let mut column = Column::new(name, ty).null();
    while part(cursor, &mut column, table)? {}
    table.columns.push(column);
    Ok(())
}

/// The words of a type, one space between, and its arguments.
fn type_text(cursor: &mut Cursor<'_>) -> Result<String, ParseError> {
    let mut text = String::new();
    while let Some(Kind::Word | Kind::Quoted | Kind::String) = cursor.kind() {
        if TYPE_ENDS.iter().any(|word| cursor.is_word(word))
            || (cursor.is_word("GENERATED") && cursor.is_word_at(1, "ALWAYS"))
        {
            break;
        }
        if !text.is_empty() {
            text.push(' ');
        }
        text.push_str(cursor.text().unwrap_or_default());
    }
    if !text.is_empty() && cursor.is_symbol("(") {
        text.push('(');
        text.push_str(cursor.parentheses()?);
        text.push(')');
    }
    Ok(text)
}

/// One constraint of the column; whether there was one.
fn part(
    cursor: &mut Cursor<'_>,
    column: &mut Column,
    table: &mut Table,
) -> Result<bool, ParseError> {
    let name = if cursor.accept("CONSTRAINT") {
        Some(cursor.name()?)
    } else {
        None
    };
    if cursor.accept("NOT NULL") {
        column.nullable = false;
        conflict(cursor, &mut table.options, not_null_clause(&column.name))?;
    } else if cursor.accept("NULL") {
        constraint::on_conflict(cursor)?;
    } else if cursor.accept("DEFAULT") {
        let text = default_text(cursor)?;
        // DEFAULT NULL is what no default is.
        column.default = Some(value::parse(&text, &column.ty)).filter(|value| *value != NULL);
    } else if cursor.accept("PRIMARY KEY") {
        primary_key(cursor, name, column, table)?;
    } else if cursor.accept("UNIQUE") {
        let columns = vec![column.name.clone()];
        conflict(cursor, &mut table.options, unique_clause(&columns))?;
        table.uniques.push(Unique {
            name,
            columns,
            nulls_not_distinct: false,
            deferrable: None,
            ..Unique::default()
        });
    } else if cursor.accept("CHECK") {
        let expression = cursor.parentheses()?.to_owned();
        constraint::on_conflict(cursor)?;
        table.checks.push(Check {
            name,
            expression,
            ..Check::default()
        });
    } else if cursor.accept("COLLATE") {
        column.collation = Some(cursor.name()?);
    } else if cursor.accept("REFERENCES") {
        let key = constraint::references(cursor, name, vec![column.name.clone()])?;
        table.foreign_keys.push(key);
    } else if cursor.accept("DEFERRABLE") {
        // It may stand apart from its REFERENCES.
        let deferrable = constraint::initially(cursor)?;
        if let Some(key) = table.foreign_keys.last_mut() {
            key.deferrable = Some(deferrable);
        }
    } else if cursor.accept("NOT DEFERRABLE") {
        constraint::initially(cursor)?;
    } else if cursor.accept("GENERATED ALWAYS AS") || cursor.accept("AS") {
        column.generated = Some(generated(cursor)?);
    } else {
        return Ok(name.is_some());
    }
    Ok(true)
}

fn primary_key(
    cursor: &mut Cursor<'_>,
    name: Option<String>,
    column: &mut Column,
    table: &mut Table,
) -> Result<(), ParseError> {
    let descending = cursor.accept("DESC");
    cursor.accept("ASC");
    let conflict = constraint::on_conflict(cursor)?;
    // An INTEGER PRIMARY KEY DESC is not the row's number, by a bug that SQLite keeps: the word has to stay.
    let words: Vec<String> = descending
        .then(|| "DESC".to_owned())
        .into_iter()
        .chain(conflict)
        .collect();
    if !words.is_empty() {
        table
            .options
            .clauses
            .insert("primary key".into(), words.join(" "));
    }
    if cursor.accept("AUTOINCREMENT") {
        column.auto_increment = Some(AutoIncrement::Auto);
    }
    table.primary_key = Some(PrimaryKey {
        name,
        columns: vec![column.name.clone()],
        ..PrimaryKey::default()
    });
    Ok(())
}

fn generated(cursor: &mut Cursor<'_>) -> Result<Generated, ParseError> {
    let expression = cursor.parentheses()?.to_owned();
    let stored = cursor.accept("STORED");
    if !stored {
        cursor.accept("VIRTUAL");
    }
    Ok(Generated { expression, stored })
}

/// A default as written: parenthesised, signed, a literal, or a bare word.
fn default_text(cursor: &mut Cursor<'_>) -> Result<String, ParseError> {
    if cursor.is_symbol("(") {
        return Ok(format!("({})", cursor.parentheses()?));
    }
    let sign = if cursor.accept_symbol("-") {
        "-"
    } else {
        cursor.accept_symbol("+");
        ""
    };
    match cursor.kind() {
        Some(Kind::Word | Kind::Quoted | Kind::String | Kind::Blob | Kind::Number) => {
            Ok(format!("{sign}{}", cursor.text().unwrap_or_default()))
        }
        Some(Kind::Symbol) | None => Err(cursor.unexpected("a default")),
    }
}

fn conflict(
    cursor: &mut Cursor<'_>,
    options: &mut TableOptions,
    part: String,
) -> Result<(), ParseError> {
    if let Some(clause) = constraint::on_conflict(cursor)? {
        options.clauses.insert(part, clause);
    }
    Ok(())
}

/// The part of [`TableOptions::clauses`] that a column's NOT NULL is; names are compared without case.
pub(in crate::backend::sqlite) fn not_null_clause(column: &str) -> String {
    format!("not null {}", column.to_lowercase())
}

/// The part of [`TableOptions::clauses`] that a column of the key is which admits NULL, as SQLite lets one.
pub(in crate::backend::sqlite) fn null_clause(column: &str) -> String {
    format!("null {}", column.to_lowercase())
}

/// The part of [`TableOptions::clauses`] that a unique constraint is.
pub(in crate::backend::sqlite) fn unique_clause(columns: &[String]) -> String {
    format!("unique {}", columns.join(",").to_lowercase())
}
