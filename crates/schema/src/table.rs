//! Tables and their parts.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::column_type::is_false;
use crate::{Check, ColumnType, Exclusion, ForeignKey, PrimaryKey, TableName, Unique};

/// A table with everything it owns.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Table {
    /// Its name.
    pub name: TableName,
    /// Its columns, in their order.
    pub columns: Vec<Column>,
    /// Its primary key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub primary_key: Option<PrimaryKey>,
    /// Its unique constraints.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub uniques: Vec<Unique>,
    /// Its indexes, without those that back a constraint.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub indexes: Vec<Index>,
    /// Its foreign keys.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub foreign_keys: Vec<ForeignKey>,
    /// Its checks, of columns and of the table alike.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub checks: Vec<Check>,
    /// PostgreSQL's exclusion constraints.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub exclusions: Vec<Exclusion>,
    /// Its comment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
    /// Facts about how it is stored.
    #[serde(default, skip_serializing_if = "TableOptions::is_default")]
    pub options: TableOptions,
    /// SQLite's triggers on it: never ours to change, carried because a rebuild has to put them back.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub triggers: Vec<Trigger>,
    /// In a model: the name the table had before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub renamed_from: Option<TableName>,
    /// In a model: the Rust module of the entity, for messages; never stored or compared.
    #[serde(skip)]
    pub origin: Option<String>,
}

impl Table {
    /// A table without columns.
    pub fn new(name: impl Into<TableName>) -> Self {
        Self {
            name: name.into(),
            columns: Vec::new(),
            primary_key: None,
            uniques: Vec::new(),
            indexes: Vec::new(),
            foreign_keys: Vec::new(),
            checks: Vec::new(),
            exclusions: Vec::new(),
            comment: None,
            options: TableOptions::default(),
            triggers: Vec::new(),
            renamed_from: None,
            origin: None,
        }
    }

    /// The column of that name.
    pub fn column(&self, name: &str) -> Option<&Column> {
        self.columns.iter().find(|column| column.name == name)
    }

    /// The column of that name, to change it.
    pub fn column_mut(&mut self, name: &str) -> Option<&mut Column> {
        self.columns.iter_mut().find(|column| column.name == name)
    }

    /// Puts the parts whose order means nothing into one order, so that equal tables are equal values.
    pub fn sort(&mut self) {
        self.uniques.sort();
        self.indexes.sort();
        self.foreign_keys.sort();
        self.checks.sort();
        self.exclusions.sort();
        self.triggers.sort();
    }

    /// Whether the parts are in canonical order, as [`crate::Catalog::insert`] leaves them.
    pub fn is_sorted(&self) -> bool {
        self.uniques.is_sorted()
            && self.indexes.is_sorted()
            && self.foreign_keys.is_sorted()
            && self.checks.is_sorted()
            && self.exclusions.is_sorted()
            && self.triggers.is_sorted()
    }

    /// The constraints that have a name and a comment, with both.
    pub fn constraint_comments(&self) -> impl Iterator<Item = (&str, &str)> {
        let key = (self.primary_key.iter()).map(|key| (key.name.as_ref(), &key.comment));
        let uniques = (self.uniques.iter()).map(|unique| (unique.name.as_ref(), &unique.comment));
        let keys = (self.foreign_keys.iter()).map(|key| (key.name.as_ref(), &key.comment));
        let checks = (self.checks.iter()).map(|check| (check.name.as_ref(), &check.comment));
        let exclusions = (self.exclusions.iter()).map(|part| (Some(&part.name), &part.comment));
        key.chain(uniques)
            .chain(keys)
            .chain(checks)
            .chain(exclusions)
            .filter_map(|(name, comment)| Some((name?.as_str(), comment.as_deref()?)))
    }

    /// Gives back the room that lists grew into and do not need: for the columns of a thousand tables that is megabytes.
    pub(crate) fn shrink(&mut self) {
        self.columns.shrink_to_fit();
        self.indexes.shrink_to_fit();
        self.foreign_keys.shrink_to_fit();
        for index in &mut self.indexes {
            index.keys.shrink_to_fit();
        }
    }
}

/// A column.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Column {
    /// Its name.
    pub name: String,
    /// Its type.
    #[serde(rename = "type")]
    pub ty: ColumnType,
    /// Whether it admits NULL.
    #[serde(default, skip_serializing_if = "is_false")]
    pub nullable: bool,
    /// What a row gets that does not say; in a model, `None` is open.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default: Option<Value>,
    /// How its value is computed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub generated: Option<Generated>,
    /// How the server numbers it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub auto_increment: Option<AutoIncrement>,
    /// Its collation, where it is not its table's or database's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub collation: Option<String>,
    /// MySQL's ON UPDATE expression, as text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on_update: Option<String>,
    /// Its comment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
    /// MySQL's INVISIBLE: not part of `SELECT *`.
    #[serde(default, skip_serializing_if = "is_false")]
    pub invisible: bool,
    /// In a model: SQL that follows the column definition verbatim (SeaORM's `extra`); it cannot be compared.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub extra: Option<String>,
    /// In a model: the name the column had before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub renamed_from: Option<String>,
}

impl Column {
    /// A column of that type that does not admit NULL.
    pub fn new(name: impl Into<String>, ty: ColumnType) -> Self {
        Self {
            name: name.into(),
            ty,
            nullable: false,
            default: None,
            generated: None,
            auto_increment: None,
            collation: None,
            on_update: None,
            comment: None,
            invisible: false,
            extra: None,
            renamed_from: None,
        }
    }

    /// The same column, admitting NULL.
    #[must_use]
    pub fn null(mut self) -> Self {
        self.nullable = true;
        self
    }
}

/// A default: a literal whose meaning we know, or an expression that only the server understands.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Value {
    /// A literal.
    Literal(Literal),
    /// SQL text, without enclosing parentheses.
    Expression(String),
}

/// A literal value.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Literal {
    /// NULL, stated.
    Null,
    /// TRUE or FALSE.
    Bool(bool),
    /// A number in its decimal spelling (`-1`, `1.50`): never a float, so that no digit is lost.
    Number(String),
    /// A string, unquoted.
    String(String),
    /// Bytes, as lower-case hexadecimal digits.
    Bytes(String),
    /// CURRENT_TIMESTAMP, with the fractional digits asked for.
    CurrentTimestamp(Option<u32>),
    /// CURRENT_DATE.
    CurrentDate,
    /// CURRENT_TIME.
    CurrentTime,
}

/// A generated column.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Generated {
    /// The expression, without enclosing parentheses.
    pub expression: String,
    /// Stored in the row, or computed when read.
    pub stored: bool,
}

/// How the server numbers a column.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AutoIncrement {
    /// In a model: by whatever means the backend has. Live: AUTO_INCREMENT (MySQL), AUTOINCREMENT (SQLite).
    Auto,
    /// PostgreSQL's serial: a default that is the next value of a sequence, the column's own as a rule.
    Serial,
    /// PostgreSQL's GENERATED … AS IDENTITY.
    Identity {
        /// ALWAYS, or BY DEFAULT.
        always: bool,
        /// Options of its sequence that are not the defaults.
        #[serde(default, skip_serializing_if = "SequenceOptions::is_default")]
        options: SequenceOptions,
    },
}

/// Options of a sequence; `None` is the server's default for its type.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct SequenceOptions {
    /// START WITH.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub start: Option<i64>,
    /// INCREMENT BY.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub increment: Option<i64>,
    /// MINVALUE.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min: Option<i64>,
    /// MAXVALUE.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max: Option<i64>,
    /// CACHE.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cache: Option<i64>,
    /// CYCLE.
    #[serde(default, skip_serializing_if = "is_false")]
    pub cycle: bool,
}

impl SequenceOptions {
    /// Whether nothing differs from the server's defaults.
    pub fn is_default(&self) -> bool {
        *self == Self::default()
    }
}

/// An index that does not back a constraint.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Index {
    /// Its name.
    pub name: String,
    /// What it orders by.
    pub keys: Vec<IndexKey>,
    /// Whether it admits an entry once.
    #[serde(default, skip_serializing_if = "is_false")]
    pub unique: bool,
    /// PostgreSQL 15: two NULLs are equal.
    #[serde(default, skip_serializing_if = "is_false")]
    pub nulls_not_distinct: bool,
    /// The access method in lower case (`gin`, `fulltext`, `spatial`, `hash`); `None` is B-tree.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub method: Option<String>,
    /// PostgreSQL's INCLUDE columns.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub include: Vec<String>,
    /// The WHERE of a partial index, without enclosing parentheses.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub predicate: Option<String>,
    /// MySQL's INVISIBLE / MariaDB's IGNORED.
    #[serde(default, skip_serializing_if = "is_false")]
    pub invisible: bool,
    /// Its comment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
    /// PostgreSQL's storage parameters (`fillfactor`), by name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub parameters: BTreeMap<String, String>,
}

impl Index {
    /// An index on columns, ascending.
    pub fn on(name: impl Into<String>, columns: &[impl AsRef<str>]) -> Self {
        Self {
            name: name.into(),
            keys: columns
                .iter()
                .map(|column| IndexKey::column(column.as_ref()))
                .collect(),
            unique: false,
            nulls_not_distinct: false,
            method: None,
            include: Vec::new(),
            predicate: None,
            invisible: false,
            comment: None,
            parameters: BTreeMap::new(),
        }
    }

    /// The key's columns in their order, if it has columns only.
    pub fn plain_columns(&self) -> Option<Vec<&str>> {
        self.keys
            .iter()
            .map(|key| match &key.target {
                KeyTarget::Column(name) => Some(name.as_str()),
                KeyTarget::Expression(_) => None,
            })
            .collect()
    }

    /// The SQL texts in it: those of its keys that are no columns, and its predicate.
    pub fn expressions(&self) -> impl Iterator<Item = &str> {
        let keys = self.keys.iter().filter_map(|key| match &key.target {
            KeyTarget::Column(_) => None,
            KeyTarget::Expression(sql) => Some(sql.as_str()),
        });
        keys.chain(self.predicate.as_deref())
    }

    /// Whether it says no more than a unique constraint on the same columns would.
    pub fn is_plain_unique(&self) -> bool {
        self.unique
            && self.predicate.is_none()
            && self.include.is_empty()
            && self.method.is_none()
            && self.keys.iter().all(|key| {
                matches!(key.target, KeyTarget::Column(_))
                    && key.order == Order::Asc
                    && key.prefix.is_none()
                    && key.opclass.is_none()
            })
    }
}

/// One key of an index.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct IndexKey {
    /// What is indexed.
    #[serde(flatten)]
    pub target: KeyTarget,
    /// Its direction.
    #[serde(default, skip_serializing_if = "Order::is_asc")]
    pub order: Order,
    /// Where NULLs go, if not where the direction puts them (PostgreSQL: last when ascending, first when descending).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nulls: Option<Nulls>,
    /// PostgreSQL's operator class, if not the type's default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub opclass: Option<String>,
    /// The key's collation, if not the column's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub collation: Option<String>,
    /// MySQL's prefix length.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prefix: Option<u32>,
}

impl IndexKey {
    /// A column, ascending.
    pub fn column(name: impl Into<String>) -> Self {
        Self {
            target: KeyTarget::Column(name.into()),
            order: Order::Asc,
            nulls: None,
            opclass: None,
            collation: None,
            prefix: None,
        }
    }

    /// An expression, ascending; without enclosing parentheses.
    pub fn expression(sql: impl Into<String>) -> Self {
        Self {
            target: KeyTarget::Expression(sql.into()),
            ..Self::column("")
        }
    }
}

/// What an index key is.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum KeyTarget {
    /// A column.
    Column(String),
    /// An expression, without enclosing parentheses.
    Expression(String),
}

/// The direction of a key.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum Order {
    /// Ascending.
    #[default]
    Asc,
    /// Descending.
    Desc,
}

impl Order {
    /// Whether it is ascending.
    pub const fn is_asc(&self) -> bool {
        matches!(self, Self::Asc)
    }
}

/// Where NULLs stand in an index.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Nulls {
    /// Before every value.
    First,
    /// After every value.
    Last,
}

/// A trigger, kept as the text that created it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Trigger {
    /// Its name.
    pub name: String,
    /// The CREATE TRIGGER statement.
    pub sql: String,
}

/// Facts about how a table is stored; each belongs to the backend it names.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct TableOptions {
    /// SQLite: STRICT.
    #[serde(default, skip_serializing_if = "is_false")]
    pub strict: bool,
    /// SQLite: WITHOUT ROWID.
    #[serde(default, skip_serializing_if = "is_false")]
    pub without_rowid: bool,
    /// SQLite: what keys and columns say beyond the fields here (`ON CONFLICT REPLACE`, a key column's collation or direction), as
    /// SQL, by the part that says it (`unique a,b`, `primary key`, `not null a`). Kept by a rebuild; models never state it.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub clauses: BTreeMap<String, String>,
    /// MySQL: the storage engine, if not the server's default (InnoDB).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub engine: Option<String>,
    /// MySQL: the default collation, if not the database's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub collation: Option<String>,
    /// PostgreSQL: UNLOGGED.
    #[serde(default, skip_serializing_if = "is_false")]
    pub unlogged: bool,
    /// PostgreSQL: `PARTITION BY` as the server prints it; such a table is seen and never rebuilt.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub partition_by: Option<String>,
    /// PostgreSQL: storage parameters (`fillfactor`, `toast.autovacuum_enabled`), by name. MySQL: options (`row_format`), by name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub parameters: BTreeMap<String, String>,
}

impl TableOptions {
    /// Whether nothing is out of the ordinary.
    pub fn is_default(&self) -> bool {
        *self == Self::default()
    }
}
