//! Table constraints, and the clauses that column and table constraints share.

use super::column::unique_clause;
use super::index::{keys, plain};
use super::{Cursor, ParseError};
use crate::backend::sqlite::token::quote;
use crate::{
    Action, AutoIncrement, Check, Deferrable, ForeignKey, IndexKey, KeyTarget, Order, PrimaryKey,
    Table, TableName, Unique,
};

pub(super) fn constraint(cursor: &mut Cursor<'_>, table: &mut Table) -> Result<(), ParseError> {
    let name = if cursor.accept("CONSTRAINT") {
        Some(cursor.name()?)
    } else {
        None
    };
    if cursor.accept("PRIMARY KEY") {
        let (columns, clause, auto_increment) = key(cursor)?;
        if auto_increment
            && let [only] = columns.as_slice()
            && let Some(column) = table
                .columns
                .iter_mut()
                .find(|column| column.name.eq_ignore_ascii_case(only))
        {
            column.auto_increment = Some(AutoIncrement::Auto);
        }
        if let Some(clause) = clause {
            table.options.clauses.insert("primary key".into(), clause);
        }
        table.primary_key = Some(PrimaryKey {
            name,
            columns,
            ..PrimaryKey::default()
        });
    } else if cursor.accept("UNIQUE") {
        let (columns, clause, _) = key(cursor)?;
        if let Some(clause) = clause {
            table
                .options
                .clauses
                .insert(unique_clause(&columns), clause);
        }
        table.uniques.push(Unique {
            name,
            columns,
            nulls_not_distinct: false,
            deferrable: None,
            ..Unique::default()
        });
    } else if cursor.accept("CHECK") {
        let expression = cursor.parentheses()?.to_owned();
        on_conflict(cursor)?;
        table.checks.push(Check {
            name,
            expression,
            ..Check::default()
        });
    } else if cursor.accept("FOREIGN KEY") {
        let columns = names(cursor)?;
        cursor.expect("REFERENCES")?;
        let key = references(cursor, name, columns)?;
        table.foreign_keys.push(key);
    } else if name.is_none() {
        return Err(cursor.unexpected("a constraint"));
    }
    Ok(())
}

/// The columns of a key, what it says beyond them as SQL, and whether AUTOINCREMENT stands in it.
type Key = (Vec<String>, Option<String>, bool);

fn key(cursor: &mut Cursor<'_>) -> Result<Key, ParseError> {
    cursor.expect_symbol("(")?;
    let keys = keys(cursor)?;
    let auto_increment = cursor.accept("AUTOINCREMENT");
    cursor.expect_symbol(")")?;
    let conflict = on_conflict(cursor)?;
    let columns = plain(&keys).ok_or_else(|| cursor.unexpected("columns"))?;
    let says_more = keys
        .iter()
        .any(|key| key.collation.is_some() || key.order == Order::Desc);
    let clause = match (says_more, conflict) {
        (false, None) => None,
        (false, Some(conflict)) => Some(conflict),
        (true, conflict) => {
            let keys: Vec<String> = keys.iter().map(key_sql).collect();
            let conflict = conflict.map(|sql| format!(" {sql}")).unwrap_or_default();
            Some(format!("({}){conflict}", keys.join(", ")))
        }
    };
    Ok((columns, clause, auto_increment))
}

/// A key of an index or constraint as SQL.
pub(in crate::backend::sqlite) fn key_sql(key: &IndexKey) -> String {
    let mut sql = match &key.target {
        KeyTarget::Column(column) => quote(column),
        KeyTarget::Expression(expression) => format!("({expression})"),
    };
    if let Some(collation) = &key.collation {
        sql.push_str(" COLLATE ");
        sql.push_str(&quote(collation));
    }
    if key.order == Order::Desc {
        sql.push_str(" DESC");
    }
    sql
}

fn names(cursor: &mut Cursor<'_>) -> Result<Vec<String>, ParseError> {
    cursor.expect_symbol("(")?;
    let mut names = vec![cursor.name()?];
    while cursor.accept_symbol(",") {
        names.push(cursor.name()?);
    }
    cursor.expect_symbol(")")?;
    Ok(names)
}

/// What follows REFERENCES.
pub(super) fn references(
    cursor: &mut Cursor<'_>,
    name: Option<String>,
    columns: Vec<String>,
) -> Result<ForeignKey, ParseError> {
    let mut key = ForeignKey {
        name,
        columns,
        ref_table: TableName::new(cursor.name()?),
        ref_columns: Vec::new(),
        on_delete: None,
        on_update: None,
        deferrable: None,
        match_full: false,
        not_valid: false,
        ..ForeignKey::default()
    };
    if cursor.is_symbol("(") {
        key.ref_columns = names(cursor)?;
    }
    loop {
        if cursor.accept("ON DELETE") {
            key.on_delete = action(cursor)?;
        } else if cursor.accept("ON UPDATE") {
            key.on_update = action(cursor)?;
        } else if cursor.accept("ON INSERT") {
            action(cursor)?;
        } else if cursor.accept("MATCH") {
            key.match_full = cursor.name()?.eq_ignore_ascii_case("full");
        } else if cursor.accept("NOT DEFERRABLE") {
            initially(cursor)?;
        } else if cursor.accept("DEFERRABLE") {
            key.deferrable = Some(initially(cursor)?);
        } else {
            return Ok(key);
        }
    }
}

pub(super) fn initially(cursor: &mut Cursor<'_>) -> Result<Deferrable, ParseError> {
    if !cursor.accept("INITIALLY") {
        return Ok(Deferrable::Immediate);
    }
    if cursor.accept("DEFERRED") {
        return Ok(Deferrable::Deferred);
    }
    cursor.expect("IMMEDIATE")?;
    Ok(Deferrable::Immediate)
}

/// An action; NO ACTION is none.
fn action(cursor: &mut Cursor<'_>) -> Result<Option<Action>, ParseError> {
    let actions = [
        ("NO ACTION", None),
        ("SET NULL", Some(Action::SetNull)),
        ("SET DEFAULT", Some(Action::SetDefault)),
        ("CASCADE", Some(Action::Cascade)),
        ("RESTRICT", Some(Action::Restrict)),
    ];
    actions
        .into_iter()
        .find_map(|(words, action)| cursor.accept(words).then_some(action))
        .ok_or_else(|| cursor.unexpected("an action"))
}

/// ON CONFLICT and what to do, as SQL; ABORT is what SQLite does anyhow.
pub(super) fn on_conflict(cursor: &mut Cursor<'_>) -> Result<Option<String>, ParseError> {
    if !cursor.accept("ON CONFLICT") {
        return Ok(None);
    }
    if cursor.accept("ABORT") {
        return Ok(None);
    }
    ["ROLLBACK", "FAIL", "IGNORE", "REPLACE"]
        .into_iter()
        .find(|word| cursor.accept(word))
        .map(|word| Some(format!("ON CONFLICT {word}")))
        .ok_or_else(|| cursor.unexpected("what to do on conflict"))
}
