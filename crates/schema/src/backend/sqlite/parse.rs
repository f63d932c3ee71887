//! The text that SQLite keeps of a table or an index, read back: its pragmas leave out checks, collations, expressions, constraint
//! names and most of what a rebuild has to put back.
//!
//! Invariant: a table read from what [`super::definition`] wrote is that table. Invariant: what is not understood is an error, never
//! a part that is left out.

use std::ops::Range;

use thiserror::Error;

use super::token::{Kind, Token, tokens};
use crate::{Index, Table, TableName};

mod column;
mod constraint;
mod index;
mod table;

pub(super) use column::{not_null_clause, null_clause, unique_clause};
pub(super) use constraint::key_sql;

/// What of the text is not understood.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ParseError {
    /// A quoted run has no end.
    #[error("a quoted text does not end")]
    Unclosed,
    /// Something else stands where this was expected.
    #[error("expected {expected} at byte {at}, found `{found}`")]
    Unexpected {
        /// What was expected.
        expected: String,
        /// Where, in bytes from the start.
        at: usize,
        /// What stands there; empty at the end of the text.
        found: String,
    },
    /// It is a virtual table: its module defines what it holds.
    #[error("it is a virtual table")]
    Virtual,
}

/// Reads a CREATE TABLE statement. Foreign keys that name no columns have none: see [`super::schema::catalog`].
///
/// # Errors
/// When the text is not a CREATE TABLE statement as SQLite stores it.
pub fn table(sql: &str) -> Result<Table, ParseError> {
    table::table(&mut Cursor::new(sql)?)
}

/// Reads a CREATE INDEX statement: the table it is on, and the index.
///
/// # Errors
/// When the text is not a CREATE INDEX statement.
pub fn index(sql: &str) -> Result<(TableName, Index), ParseError> {
    index::index(&mut Cursor::new(sql)?)
}

/// A place in the text.
struct Cursor<'a> {
    sql: &'a str,
    tokens: Vec<Token>,
    at: usize,
}

impl<'a> Cursor<'a> {
    fn new(sql: &'a str) -> Result<Self, ParseError> {
        Ok(Self {
            sql,
            tokens: tokens(sql).ok_or(ParseError::Unclosed)?,
            at: 0,
        })
    }

    fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.at)
    }

    fn kind(&self) -> Option<Kind> {
        self.peek().map(|token| token.kind)
    }

    /// Whether the token `ahead` places from here is that keyword.
    fn is_word_at(&self, ahead: usize, word: &str) -> bool {
        self.tokens
            .get(self.at + ahead)
            .is_some_and(|token| token.is_word(self.sql, word))
    }

    fn is_word(&self, word: &str) -> bool {
        self.is_word_at(0, word)
    }

    fn is_symbol(&self, symbol: &str) -> bool {
        self.peek()
            .is_some_and(|token| token.is_symbol(self.sql, symbol))
    }

    /// Steps over the keywords if all of them stand here.
    fn accept(&mut self, words: &str) -> bool {
        let mut count = 0;
        for word in words.split(' ') {
            if !self.is_word_at(count, word) {
                return false;
            }
            count += 1;
        }
        self.at += count;
        true
    }

    fn accept_symbol(&mut self, symbol: &str) -> bool {
        let found = self.is_symbol(symbol);
        self.at += usize::from(found);
        found
    }

    fn expect(&mut self, words: &str) -> Result<(), ParseError> {
        if self.accept(words) {
            Ok(())
        } else {
            Err(self.unexpected(words))
        }
    }

    fn expect_symbol(&mut self, symbol: &str) -> Result<(), ParseError> {
        if self.accept_symbol(symbol) {
            Ok(())
        } else {
            Err(self.unexpected(symbol))
        }
    }

    fn unexpected(&self, expected: impl Into<String>) -> ParseError {
        ParseError::Unexpected {
            expected: expected.into(),
            at: self.peek().map_or(self.sql.len(), |token| token.span.start),
            found: self
                .peek()
                .map_or_else(String::new, |token| token.text(self.sql).to_owned()),
        }
    }

    fn name(&mut self) -> Result<String, ParseError> {
        let name = self
            .peek()
            .and_then(|token| token.name(self.sql))
            .ok_or_else(|| self.unexpected("a name"))?;
        self.at += 1;
        Ok(name)
    }

    /// A name that may be qualified by its schema, which is left out: `sqlite_schema` belongs to one.
    fn qualified_name(&mut self) -> Result<String, ParseError> {
        let name = self.name()?;
        if self.accept_symbol(".") {
            self.name()
        } else {
            Ok(name)
        }
    }

    /// Steps over a token and gives its text.
    fn text(&mut self) -> Option<&'a str> {
        let text = self.peek()?.text(self.sql);
        self.at += 1;
        Some(text)
    }

    /// Steps over everything between parentheses and gives it as written, without comments at its ends: one that runs to the end
    /// of its line would swallow the closing parenthesis once written again.
    fn parentheses(&mut self) -> Result<&'a str, ParseError> {
        self.expect_symbol("(")?;
        let first = self.at;
        let mut depth = 1_usize;
        while let Some(token) = self.peek() {
            if token.is_symbol(self.sql, "(") {
                depth += 1;
            } else if token.is_symbol(self.sql, ")") {
                depth -= 1;
            }
            self.at += 1;
            if depth == 0 {
                return Ok(self.written(first..self.at - 1));
            }
        }
        Err(self.unexpected(")"))
    }

    /// The text from the first of these tokens to the last.
    fn written(&self, tokens: Range<usize>) -> &'a str {
        match self.tokens.get(tokens) {
            Some([first, .., last]) => &self.sql[first.span.start..last.span.end],
            Some([only]) => only.text(self.sql),
            Some([]) | None => "",
        }
    }

    /// The end of the statement: nothing but semicolons follow.
    fn end(&mut self) -> Result<(), ParseError> {
        while self.accept_symbol(";") {}
        match self.peek() {
            None => Ok(()),
            Some(_) => Err(self.unexpected("the end")),
        }
    }
}

#[cfg(test)]
mod tests;
