//! CREATE INDEX, and the lists of keys it shares with constraints.

use super::{Cursor, ParseError};
use crate::backend::sqlite::token::{Kind, Token};
use crate::{Index, IndexKey, KeyTarget, Order, TableName};

pub(super) fn index(cursor: &mut Cursor<'_>) -> Result<(TableName, Index), ParseError> {
    cursor.expect("CREATE")?;
    let unique = cursor.accept("UNIQUE");
    cursor.expect("INDEX")?;
    cursor.accept("IF NOT EXISTS");
    let name = cursor.qualified_name()?;
    cursor.expect("ON")?;
    let table = TableName::new(cursor.name()?);
    cursor.expect_symbol("(")?;
    let keys = keys(cursor)?;
    cursor.expect_symbol(")")?;
    let predicate = if cursor.accept("WHERE") {
        Some(rest(cursor))
    } else {
        None
    };
    cursor.end()?;
    let none: [&str; 0] = [];
    Ok((
        table,
        Index {
            keys,
            unique,
            predicate,
            ..Index::on(name, &none)
        },
    ))
}

/// The text to the end of the statement, without parentheses around all of it.
fn rest(cursor: &mut Cursor<'_>) -> String {
    let start = cursor.at;
    while cursor.peek().is_some() && !cursor.is_symbol(";") {
        cursor.at += 1;
    }
    bare(cursor.written(start..cursor.at)).to_owned()
}

/// The keys up to the closing parenthesis, which is left.
pub(super) fn keys(cursor: &mut Cursor<'_>) -> Result<Vec<IndexKey>, ParseError> {
    let mut keys = vec![key(cursor)?];
    while cursor.accept_symbol(",") {
        keys.push(key(cursor)?);
    }
    Ok(keys)
}

/// One key: an expression, its collation, its direction.
fn key(cursor: &mut Cursor<'_>) -> Result<IndexKey, ParseError> {
    let start = cursor.at;
    let mut depth = 0_usize;
    while let Some(token) = cursor.peek() {
        if token.is_symbol(cursor.sql, "(") {
            depth += 1;
        } else if depth == 0
            && (token.is_symbol(cursor.sql, ")")
                || token.is_symbol(cursor.sql, ",")
                || token.is_word(cursor.sql, "AUTOINCREMENT"))
        {
            break;
        } else if token.is_symbol(cursor.sql, ")") {
            depth -= 1;
        }
        cursor.at += 1;
    }
    let mut tokens = &cursor.tokens[start..cursor.at];
    let mut key = IndexKey::column("");
    // SQLite reads NULLS FIRST and NULLS LAST here only to refuse them where they are not its own order.
    if let [before @ .., nulls, place] = tokens
        && nulls.is_word(cursor.sql, "NULLS")
        && (place.is_word(cursor.sql, "FIRST") || place.is_word(cursor.sql, "LAST"))
    {
        tokens = before;
    }
    if let [before @ .., last] = tokens
        && !before.is_empty()
    {
        if last.is_word(cursor.sql, "DESC") {
            key.order = Order::Desc;
            tokens = before;
        } else if last.is_word(cursor.sql, "ASC") {
            tokens = before;
        }
    }
    if let [before @ .., collate, collation] = tokens
        && !before.is_empty()
        && collate.is_word(cursor.sql, "COLLATE")
        && depth_of(before, cursor.sql) == 0
    {
        key.collation = collation.name(cursor.sql);
        tokens = before;
    }
    key.target = target(tokens, cursor.sql).ok_or_else(|| cursor.unexpected("a key"))?;
    Ok(key)
}

fn depth_of(tokens: &[Token], sql: &str) -> i32 {
    tokens.iter().fold(0, |depth, token| {
        depth + i32::from(token.is_symbol(sql, "(")) - i32::from(token.is_symbol(sql, ")"))
    })
}

/// A column if it is nothing but a name, parenthesised or not; else an expression as written.
fn target(tokens: &[Token], sql: &str) -> Option<KeyTarget> {
    let mut inner = tokens;
    while let [open, middle @ .., close] = inner
        && open.is_symbol(sql, "(")
        && close.is_symbol(sql, ")")
    {
        inner = middle;
    }
    if let [only] = inner
        && matches!(only.kind, Kind::Word | Kind::Quoted | Kind::String)
    {
        return only.name(sql).map(KeyTarget::Column);
    }
    let text = &sql[tokens.first()?.span.start..tokens.last()?.span.end];
    Some(KeyTarget::Expression(bare(text).to_owned()))
}

/// The text without parentheses around all of it.
fn bare(text: &str) -> &str {
    crate::expression::without_outer_parentheses(text)
}

/// The columns of the keys, if all of them are columns.
pub(super) fn plain(keys: &[IndexKey]) -> Option<Vec<String>> {
    keys.iter()
        .map(|key| match &key.target {
            KeyTarget::Column(column) => Some(column.clone()),
            KeyTarget::Expression(_) => None,
        })
        .collect()
}
