//! An index as it is declared beside an entity.

use super::ExtrasProblem;
use crate::{Index, IndexKey, KeyTarget, Nulls, Order};

/// An index under construction. Facts a backend lacks (a partial index on MySQL) are refused when the models are checked against it:
/// declare such an index inside [`on`](super::TableExtras::on).
#[derive(Debug, Clone)]
#[must_use = "an index is part of a table when it is given to `TableExtras::index`"]
pub struct IndexExtra {
    index: Index,
    problem: Option<ExtrasProblem>,
}

impl IndexExtra {
    /// An index of that name without keys yet.
    pub fn new(name: impl Into<String>) -> Self {
        Self {
            index: Index::on(name, &[] as &[&str]),
            problem: None,
        }
    }

    /// An index of that name on these columns, ascending.
    pub fn on(
        name: impl Into<String>,
        columns: impl IntoIterator<Item = impl Into<String>>,
    ) -> Self {
        columns.into_iter().fold(Self::new(name), Self::column)
    }

    /// A further key: a column, ascending.
    pub fn column(mut self, name: impl Into<String>) -> Self {
        self.index.keys.push(IndexKey::column(name));
        self
    }

    /// A further key: an expression, ascending, as SQL without enclosing parentheses.
    pub fn expression(mut self, sql: impl Into<String>) -> Self {
        self.index.keys.push(IndexKey::expression(sql));
        self
    }

    /// PostgreSQL: the storage parameter of that name (`fillfactor`).
    pub fn parameter(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.index.parameters.insert(name.into(), value.into());
        self
    }

    /// UNIQUE.
    pub fn unique(mut self) -> Self {
        self.index.unique = true;
        self
    }

    /// The key (a column, or an expression as given before) is descending.
    pub fn desc(self, key: &str) -> Self {
        self.key(key, |key| key.order = Order::Desc)
    }

    /// PostgreSQL: NULLs of the key come first.
    pub fn nulls_first(self, key: &str) -> Self {
        self.key(key, |key| key.nulls = Some(Nulls::First))
    }

    /// PostgreSQL: NULLs of the key come last.
    pub fn nulls_last(self, key: &str) -> Self {
        self.key(key, |key| key.nulls = Some(Nulls::Last))
    }

    /// PostgreSQL: the key's operator class.
    pub fn opclass(self, key: &str, name: impl Into<String>) -> Self {
        self.key(key, |key| key.opclass = Some(name.into()))
    }

    /// The key's collation, where it is not the column's.
    pub fn collate(self, key: &str, name: impl Into<String>) -> Self {
        self.key(key, |key| key.collation = Some(name.into()))
    }

    /// MySQL: only that many characters (or bytes, of binary columns) of the key.
    pub fn prefix(self, key: &str, length: u32) -> Self {
        self.key(key, |key| key.prefix = Some(length))
    }

    /// The rows it covers, as SQL without enclosing parentheses: a partial index.
    pub fn where_(mut self, predicate: impl Into<String>) -> Self {
        self.index.predicate = Some(predicate.into());
        self
    }

    /// The access method (`gin`, `hash`, `fulltext` …).
    pub fn using(mut self, method: impl Into<String>) -> Self {
        let method = method.into().to_lowercase();
        self.index.method = (method != "btree").then_some(method);
        self
    }

    /// PostgreSQL: columns that are stored in it and not ordered by.
    pub fn include(mut self, columns: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.index
            .include
            .extend(columns.into_iter().map(Into::into));
        self
    }

    /// PostgreSQL 15: two NULLs are equal.
    pub fn nulls_not_distinct(mut self) -> Self {
        self.index.nulls_not_distinct = true;
        self
    }

    /// MySQL's INVISIBLE, MariaDB's IGNORED.
    pub fn invisible(mut self) -> Self {
        self.index.invisible = true;
        self
    }

    /// A comment, where the backend keeps comments.
    pub fn comment(mut self, text: impl Into<String>) -> Self {
        self.index.comment = Some(text.into());
        self
    }

    fn key(mut self, name: &str, change: impl FnOnce(&mut IndexKey)) -> Self {
        let found = self.index.keys.iter_mut().find(|key| target(key) == name);
        if let Some(key) = found {
            change(key);
            return self;
        }
        let known = self
            .index
            .keys
            .iter()
            .map(|key| target(key).to_owned())
            .collect();
        self.problem.get_or_insert(ExtrasProblem::Unknown {
            kind: "index key",
            name: name.to_owned(),
            known,
        });
        self
    }

    pub(super) fn finish(self) -> Result<Index, ExtrasProblem> {
        match self.problem {
            Some(problem) => Err(problem),
            None if self.index.keys.is_empty() => Err(ExtrasProblem::NoKeys(self.index.name)),
            None => Ok(self.index),
        }
    }
}

fn target(key: &IndexKey) -> &str {
    match &key.target {
        KeyTarget::Column(name) | KeyTarget::Expression(name) => name,
    }
}
