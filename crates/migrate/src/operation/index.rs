//! An index of an operation.

use plimsoll_schema::{Index, IndexKey, Nulls, Order};

use super::strings;

/// An index of an operation, with what sea-query's cannot say on every backend.
///
/// What follows a key (`desc`, `nulls_first`, `opclass` …) is said of the last key.
///
/// ```
/// # use plimsoll_migrate::prelude::*;
/// IndexDef::new("ix_orders_open").column("created_at").desc().filter("closed_at IS NULL");
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IndexDef(Index);

impl IndexDef {
    /// An index of that name, without keys.
    pub fn new(name: impl Into<String>) -> Self {
        Self(Index::on(name, &[] as &[&str]))
    }

    /// A column as the next key, ascending.
    #[must_use]
    pub fn column(mut self, name: impl Into<String>) -> Self {
        self.0.keys.push(IndexKey::column(name));
        self
    }

    /// An SQL expression as the next key, ascending; without enclosing parentheses.
    #[must_use]
    pub fn expression(mut self, sql: impl Into<String>) -> Self {
        self.0.keys.push(IndexKey::expression(sql));
        self
    }

    fn last(mut self, change: impl FnOnce(&mut IndexKey)) -> Self {
        if let Some(key) = self.0.keys.last_mut() {
            change(key);
        }
        self
    }

    /// Turns the last key's direction.
    #[must_use]
    pub fn desc(self) -> Self {
        self.last(|key| key.order = Order::Desc)
    }

    /// Puts NULLs of the last key before every value.
    #[must_use]
    pub fn nulls_first(self) -> Self {
        self.last(|key| key.nulls = Some(Nulls::First))
    }

    /// Puts NULLs of the last key after every value.
    #[must_use]
    pub fn nulls_last(self) -> Self {
        self.last(|key| key.nulls = Some(Nulls::Last))
    }

    /// PostgreSQL's operator class of the last key.
    #[must_use]
    pub fn opclass(self, name: impl Into<String>) -> Self {
        self.last(|key| key.opclass = Some(name.into()))
    }

    /// The collation of the last key.
    #[must_use]
    pub fn collation(self, name: impl Into<String>) -> Self {
        self.last(|key| key.collation = Some(name.into()))
    }

    /// MySQL's prefix length of the last key, in characters.
    #[must_use]
    pub fn prefix(self, length: u32) -> Self {
        self.last(|key| key.prefix = Some(length))
    }

    /// It admits an entry once.
    #[must_use]
    pub fn unique(mut self) -> Self {
        self.0.unique = true;
        self
    }

    /// PostgreSQL 15: two NULLs are equal.
    #[must_use]
    pub fn nulls_not_distinct(mut self) -> Self {
        self.0.nulls_not_distinct = true;
        self
    }

    /// The access method in lower case: `gin`, `fulltext`, `hash` ….
    #[must_use]
    pub fn using(mut self, method: impl Into<String>) -> Self {
        self.0.method = Some(method.into());
        self
    }

    /// PostgreSQL's INCLUDE columns.
    #[must_use]
    pub fn include(mut self, columns: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.0.include = strings(columns);
        self
    }

    /// The WHERE of a partial index, without enclosing parentheses.
    #[must_use]
    pub fn filter(mut self, condition: impl Into<String>) -> Self {
        self.0.predicate = Some(condition.into());
        self
    }

    /// PostgreSQL's storage parameter of that name (`fillfactor`).
    #[must_use]
    pub fn parameter(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.0.parameters.insert(name.into(), value.into());
        self
    }

    /// MySQL's INVISIBLE, MariaDB's IGNORED.
    #[must_use]
    pub fn invisible(mut self) -> Self {
        self.0.invisible = true;
        self
    }

    /// Its comment.
    #[must_use]
    pub fn comment(mut self, text: impl Into<String>) -> Self {
        self.0.comment = Some(text.into());
        self
    }
}

impl From<IndexDef> for Index {
    fn from(definition: IndexDef) -> Self {
        definition.0
    }
}
