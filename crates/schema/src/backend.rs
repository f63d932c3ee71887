//! The databases we speak to: who they are, what they can do, and how they write types, values and changes.
//!
//! Invariant: only the folders below know how a backend differs from another. Elsewhere, [`Capabilities`] are read and the functions
//! of this module are asked. Each folder has the same files: `types` (spelling and equality of types), `value` (defaults),
//! `render` (changes as SQL).

use std::fmt;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::{Catalog, Change, Column, ColumnType, Pair, Value};

mod fill;
mod fit;
mod misfit;
pub mod mysql;
mod postgres;
pub mod sqlite;

pub use fit::Fit;
pub use misfit::{Misfit, misfit};
pub(crate) use postgres::name::{collation, is_bare, type_name};

/// The storage engine of MySQL's tables that name none.
pub const USUAL_ENGINE: &str = "InnoDB";

/// Which database.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Backend {
    /// SQLite.
    Sqlite,
    /// PostgreSQL.
    Postgres,
    /// MySQL and MariaDB; [`Flavor`] tells which.
    Mysql,
}

impl fmt::Display for Backend {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Sqlite => "SQLite",
            Self::Postgres => "PostgreSQL",
            Self::Mysql => "MySQL",
        })
    }
}

/// Two servers that speak one dialect and differ in facts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Flavor {
    /// The one the backend is named for.
    Original,
    /// MariaDB.
    MariaDb,
}

/// A server's version, as numbers that compare.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Version(pub u32, pub u32, pub u32);

/// A server: identity and facts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Server {
    /// The backend.
    pub backend: Backend,
    /// MySQL or MariaDB; `Original` elsewhere.
    pub flavor: Flavor,
    /// Its version.
    pub version: Version,
    /// The default schema's own name, as the server states it (`public`); `None` where there is none (SQLite).
    pub default_schema: Option<String>,
    /// The database's default collation, where tables inherit one (MySQL).
    pub default_collation: Option<String>,
}

impl Server {
    /// A SQLite of the version we bundle.
    pub const fn sqlite() -> Self {
        Self {
            backend: Backend::Sqlite,
            flavor: Flavor::Original,
            version: Version(3, 51, 0),
            default_schema: None,
            default_collation: None,
        }
    }

    /// A PostgreSQL of the given major version with the schema `public`.
    pub fn postgres(major: u32) -> Self {
        Self {
            backend: Backend::Postgres,
            flavor: Flavor::Original,
            version: Version(major, 0, 0),
            default_schema: Some("public".into()),
            default_collation: None,
        }
    }

    /// A MySQL of the given version.
    pub const fn mysql(version: Version) -> Self {
        Self {
            backend: Backend::Mysql,
            flavor: Flavor::Original,
            version,
            default_schema: None,
            default_collation: None,
        }
    }

    /// A MariaDB of the given version.
    pub const fn mariadb(version: Version) -> Self {
        Self {
            backend: Backend::Mysql,
            flavor: Flavor::MariaDb,
            version,
            default_schema: None,
            default_collation: None,
        }
    }

    /// What it can do.
    pub fn capabilities(&self) -> Capabilities {
        match self.backend {
            Backend::Sqlite => sqlite::capabilities(self),
            Backend::Postgres => postgres::capabilities(self),
            Backend::Mysql => mysql::capabilities(self),
        }
    }
}

/// What a server can do, as data; generic code reads these and never asks who the server is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Capabilities {
    /// Enums are types of their own (`CREATE TYPE`).
    pub enum_types: bool,
    /// DDL takes part in transactions.
    pub transactional_ddl: bool,
    /// All changes of one table are cheaper together (SQLite rebuilds, MySQL copies).
    pub merges_alters: bool,
    /// Foreign keys can be added to and dropped from an existing table by themselves.
    pub alters_foreign_keys: bool,
    /// Whether a foreign key keeps its columns from another collation, and the key it points at from another numbering.
    pub foreign_keys_hold_columns: bool,
    /// A table may be created with a foreign key to one that does not exist yet.
    pub forward_foreign_keys: bool,
    /// Constraint names are kept.
    pub foreign_key_names: bool,
    /// Index names are unique in a schema, not in a table.
    pub index_names_per_schema: bool,
    /// A foreign key makes an index of its own when none fits (MySQL).
    pub implicit_foreign_key_indexes: bool,
    /// Comments are kept.
    pub comments: bool,
    /// An index or a constraint can get another name or comment and stay.
    pub renames_parts: bool,
    /// An index can get another name and stay.
    pub renames_indexes: bool,
    /// A unique constraint and a unique index are one thing (MySQL).
    pub unique_is_index: bool,
    /// A primary key has no name of its own (MySQL: always PRIMARY).
    pub anonymous_primary_key: bool,
    /// RESTRICT and NO ACTION are one action (MySQL's InnoDB).
    pub restrict_is_no_action: bool,
    /// Unique constraints can ignore that NULLs differ (PostgreSQL 15).
    pub nulls_not_distinct: bool,
    /// Partial indexes exist.
    pub partial_indexes: bool,
    /// Schemas inside a database exist.
    pub schemas: bool,
    /// A view holds the columns it reads as they are (PostgreSQL); elsewhere it breaks when they go.
    pub views_hold_columns: bool,
    /// A generated column holds the types of the columns it reads as they are (PostgreSQL).
    pub generated_hold_types: bool,
    /// DROP COLUMN is refused while a view reads the column (PostgreSQL, SQLite).
    pub views_refuse_drops: bool,
    /// Two names of tables that differ in case only are one name (SQLite).
    pub table_names_ignore_case: bool,
    /// Two names of columns that differ in case only are one name (SQLite, MySQL).
    pub column_names_ignore_case: bool,
    /// A generated column can be required (not MariaDB).
    pub generated_required: bool,
    /// A column can be numbered by an identity with options, or by a serial (PostgreSQL); elsewhere there is one way only.
    pub identity: bool,
    /// A numbered column is part of a key at every moment, and the only one of its table (MySQL).
    pub numbers_in_key: bool,
    /// An integer primary key is numbered without being told to (SQLite's rowid).
    pub numbers_integer_keys: bool,
    /// How long a name may be; `None` is no limit.
    pub max_name: Option<NameLimit>,
}

/// How long a name may be, which servers count differently.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NameLimit {
    /// So many bytes of UTF-8 (PostgreSQL 17 manual, 4.1.1).
    Bytes(usize),
    /// So many characters (MySQL 8.0 manual, 11.2.1).
    Characters(usize),
}

impl NameLimit {
    /// Whether the server keeps the whole name.
    pub fn admits(self, name: &str) -> bool {
        match self {
            Self::Bytes(limit) => name.len() <= limit,
            Self::Characters(limit) => name.chars().count() <= limit,
        }
    }
}

impl fmt::Display for NameLimit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bytes(limit) => write!(f, "{limit} bytes"),
            Self::Characters(limit) => write!(f, "{limit} characters"),
        }
    }
}

/// What cannot be written as SQL for a server.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum RenderError {
    /// The server has no such thing.
    #[error("{backend} has no {what} (`{object}`)")]
    Unsupported {
        /// The backend.
        backend: Backend,
        /// What it has not, as a noun (`array type`).
        what: String,
        /// The object that asks for it.
        object: String,
    },
    /// The change needs an object that is not in the catalog.
    #[error(transparent)]
    Apply(#[from] crate::ApplyError),
}

/// Writes a change as SQL. `before` is the catalog at that moment: SQLite's rebuild and MySQL's full redefinition read the rest of
/// the table from it. Statements have no trailing semicolon.
///
/// # Errors
/// When the server cannot have what the change asks for.
pub fn render(
    server: &Server,
    before: &Catalog,
    change: &Change,
) -> Result<Vec<String>, RenderError> {
    if let Change::AlterTable { table, changes } = change
        && changes.iter().any(fill::is_fill)
    {
        return fill::render(server, before, table, changes);
    }
    render_objects(server, before, change)
}

/// The same, for a change of objects only.
fn render_objects(
    server: &Server,
    before: &Catalog,
    change: &Change,
) -> Result<Vec<String>, RenderError> {
    match server.backend {
        Backend::Sqlite => sqlite::render::render(server, before, change),
        Backend::Postgres => postgres::render::render(server, before, change),
        Backend::Mysql => mysql::render::render(server, before, change),
    }
}

/// Whether SQLite's rebuild, with its foreign keys off outside the transaction, is part of carrying the change out.
pub fn needs_foreign_keys_off(server: &Server, before: &Catalog, change: &Change) -> bool {
    match server.backend {
        Backend::Sqlite => sqlite::render::needs_rebuild(before, change),
        Backend::Postgres | Backend::Mysql => false,
    }
}

/// Whether an enum type is made anew because the server cannot alter it so (PostgreSQL: a value goes or moves). What compares columns
/// with its values is taken down first and put up again last.
pub fn replaces_enum(server: &Server, change: &Change) -> bool {
    match server.backend {
        Backend::Postgres => postgres::render::replaces_enum(change),
        Backend::Sqlite | Backend::Mysql => false,
    }
}

/// Whether a column that differs so is dropped and added, because the server cannot alter it so (PostgreSQL: it begins to be
/// computed). What stands on it goes with it.
pub fn remakes_column(server: &Server, pair: Pair<&Column>) -> bool {
    match server.backend {
        Backend::Postgres => postgres::render::remakes_column(server, pair),
        Backend::Sqlite | Backend::Mysql => false,
    }
}

/// Whether the change may run inside a transaction together with others.
pub fn is_transactional(server: &Server, change: &Change) -> bool {
    match server.backend {
        Backend::Sqlite => true,
        Backend::Postgres => postgres::render::is_transactional(server, change),
        Backend::Mysql => false,
    }
}

/// The column in the words that the server's grammar takes, where a neutral one would be refused (a TEXT default of MySQL's, NOT NULL
/// beside GENERATED on MariaDB; on PostgreSQL, a number without sign that is numbered).
pub fn settled(server: &Server, column: &Column) -> Column {
    match server.backend {
        Backend::Sqlite => column.clone(),
        Backend::Postgres => postgres::render::settled(column),
        Backend::Mysql => mysql::column::settled(server, column),
    }
}

/// Whether `later` cannot run in the transaction that `earlier` ran in, though each may run in one (PostgreSQL: a new enum value that
/// is used).
pub fn must_commit_between(server: &Server, earlier: &Change, later: &Change) -> bool {
    match server.backend {
        Backend::Postgres => postgres::render::must_commit_between(earlier, later),
        Backend::Sqlite | Backend::Mysql => false,
    }
}

/// Spelling and equality of types.
pub mod types {
    use super::{Backend, ColumnType, Fit, RenderError, Server, mysql, postgres, sqlite};

    /// The type as the server writes it in DDL.
    ///
    /// # Errors
    /// When the server has no such type.
    pub fn spell(server: &Server, ty: &ColumnType) -> Result<String, RenderError> {
        match server.backend {
            Backend::Sqlite => sqlite::types::spell(ty),
            Backend::Postgres => postgres::types::spell(ty),
            Backend::Mysql => mysql::types::spell(server, ty),
        }
    }

    /// A type as the server reports it, in our words; what is not modelled is [`ColumnType::Raw`].
    pub fn parse(server: &Server, text: &str) -> ColumnType {
        match server.backend {
            Backend::Sqlite => sqlite::types::parse(text),
            Backend::Postgres => postgres::types::parse(text),
            Backend::Mysql => mysql::types::parse(text),
        }
    }

    /// The type that a column of type `ty` has once the server stored it: what inspection will report.
    pub fn stored(server: &Server, ty: &ColumnType) -> ColumnType {
        match server.backend {
            Backend::Sqlite => sqlite::types::stored(ty),
            Backend::Postgres => postgres::types::stored(ty),
            Backend::Mysql => mysql::types::stored(server, ty),
        }
    }

    /// Whether a live type satisfies what a model states: a model leaves length, precision and the like open.
    pub fn fit(server: &Server, model: &ColumnType, live: &ColumnType) -> Fit {
        match server.backend {
            Backend::Sqlite => sqlite::types::fit(model, live),
            Backend::Postgres => postgres::types::fit(model, live),
            Backend::Mysql => mysql::types::fit(server, model, live),
        }
    }

    /// Whether turning a `from` into a `to` keeps every value.
    pub fn is_widening(server: &Server, from: &ColumnType, to: &ColumnType) -> bool {
        let stored = |ty: &ColumnType| match server.backend {
            Backend::Sqlite | Backend::Postgres => stored(server, ty),
            Backend::Mysql => mysql::types::with_digits(stored(server, ty)),
        };
        let keeps = super::fit::is_widening(&stored(from), &stored(to));
        keeps || (server.backend == Backend::Sqlite && sqlite::types::is_one_affinity(from, to))
    }
}

/// Defaults.
pub mod value {
    use super::{Backend, ColumnType, Server, Value, mysql, postgres, sqlite};

    /// The value as SQL, ready to follow DEFAULT.
    pub fn sql(server: &Server, value: &Value) -> String {
        match server.backend {
            Backend::Sqlite => sqlite::value::sql(value),
            Backend::Postgres => postgres::value::sql(value),
            Backend::Mysql => mysql::value::sql(server, value),
        }
    }

    /// A default as the server reports it for a column of type `ty`, in our words.
    pub fn parse(server: &Server, text: &str, ty: &ColumnType) -> Value {
        match server.backend {
            Backend::Sqlite => sqlite::value::parse(text, ty),
            Backend::Postgres => postgres::value::parse(text, ty),
            Backend::Mysql => mysql::value::parse(server, text, ty),
        }
    }

    /// The value as the server stores it for a column of type `ty` (MySQL: TRUE is 1; a decimal has its column's scale).
    pub fn stored(server: &Server, value: &Value, ty: &ColumnType) -> Value {
        match server.backend {
            Backend::Sqlite => sqlite::value::stored(value, ty),
            Backend::Postgres => postgres::value::stored(value, ty),
            Backend::Mysql => mysql::value::stored(server, value, ty),
        }
    }
}

/// Whether a name means itself without quotes, by the rules of the strictest about words and the laxest about case (SQLite).
pub(crate) fn is_plain_name(name: &str) -> bool {
    sqlite::token::is_plain(name) && !name.chars().any(|c| c.is_ascii_uppercase())
}

/// Writes the name of a table or type in the server's quotes, with its schema where it says one.
pub fn qualified(server: &Server, schema: Option<&str>, name: &str) -> String {
    let schema = schema.map(|schema| quote(server, schema) + ".");
    schema.unwrap_or_default() + &quote(server, name)
}

/// Writes an identifier in the server's quotes.
pub fn quote(server: &Server, name: &str) -> String {
    match server.backend {
        Backend::Sqlite | Backend::Postgres => format!("\"{}\"", name.replace('"', "\"\"")),
        Backend::Mysql => format!("`{}`", name.replace('`', "``")),
    }
}
