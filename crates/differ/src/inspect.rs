//! A live database as a catalog.
//!
//! Invariant: the catalog is closed, every fact concrete. Invariant: the number of statements asked of the server does not depend on
//! the number of tables. Invariant: what Plimsoll does not manage (views, virtual tables, extension-owned tables …) is not in the
//! catalog, so that nothing can propose to drop it.

use std::collections::{BTreeMap, BTreeSet};

use plimsoll_schema::{Backend, Catalog, Diagnostic, Server, TableName, TypeName};
use sea_orm::{DatabaseConnection, DbBackend, DbErr};
use thiserror::Error;

mod mysql;
mod postgres;
mod sqlite;

/// What of the database to read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Scope {
    /// The schemas to read besides the connection's default one (databases on MySQL; SQLite has none).
    pub schemas: Vec<String>,
    /// Names of tables to leave out, in whatever schema: the history tables, what the project excludes.
    pub ignore: Vec<String>,
}

impl Scope {
    /// Whether a table of that name is left out.
    pub fn ignores(&self, table: &str) -> bool {
        self.ignore.iter().any(|name| name == table)
    }
}

/// What a database holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Inspection {
    /// The server.
    pub server: Server,
    /// Its tables and types.
    pub catalog: Catalog,
    /// What was seen and is not in the catalog, where a person may wonder.
    pub notes: Vec<Diagnostic>,
    /// How many statements were asked of the server.
    pub statements: usize,
    /// Its views, by name.
    pub views: Vec<View>,
    /// The names of its schemas (PostgreSQL), whether or not they were read.
    pub schemas: BTreeSet<String>,
}

/// An object that holds a table, columns of one, or an enum type as they are, and is never ours to change.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Holder {
    /// What it is, for people: ``policy `own` of table `t` ``.
    pub what: String,
    /// The table it belongs to and goes with, if any.
    pub of: Option<TableName>,
    /// The table it holds.
    pub table: Option<TableName>,
    /// The columns of that table that it reads; none where it holds the table as a whole.
    pub columns: BTreeSet<String>,
    /// Whether it holds the type of the table's rows.
    pub is_row: bool,
    /// Whether it holds the table's primary key, by which a view may group.
    pub is_key: bool,
    /// The enum type it holds.
    pub enum_type: Option<TypeName>,
    /// The name that it has and that a table, a part of one or a type of the plan cannot have besides.
    pub name: Option<HeldName>,
}

/// A name that is not free.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct HeldName {
    /// The name, with its schema where that is not the default one.
    pub name: String,
    /// Whether a table, an index or a constraint with an index cannot have it.
    pub is_relation: bool,
    /// Whether a type cannot have it, and with it no table.
    pub is_type: bool,
}

/// A view: never ours to change, but in the way of changing what it reads.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct View {
    /// Its name.
    pub name: TableName,
    /// The tables it reads, each with the columns it reads, where the server tells; empty where it does not.
    pub uses: BTreeMap<TableName, BTreeSet<String>>,
}

/// Why a database cannot be read.
#[derive(Debug, Error)]
pub enum InspectError {
    /// The server refused, or cannot be reached.
    #[error("the database cannot be read: {0}")]
    Database(#[from] DbErr),
    /// It is a database that Plimsoll does not speak to.
    #[error("{0} is not supported")]
    Unsupported(String),
    /// It answered something that cannot be understood.
    #[error("the database answered {what} with `{answer}`, which cannot be understood")]
    Answer {
        /// What was asked for, as a noun.
        what: &'static str,
        /// The answer.
        answer: String,
    },
}

/// Reads the tables and types of the default schema and those of the scope.
///
/// # Errors
/// When the server refuses a statement, or is one we do not speak to.
pub async fn inspect(db: &DatabaseConnection, scope: &Scope) -> Result<Inspection, InspectError> {
    match backend(db)? {
        Backend::Sqlite => sqlite::inspect(db, scope).await,
        Backend::Postgres => postgres::inspect(db, scope).await,
        Backend::Mysql => mysql::inspect(db, scope).await,
    }
}

/// What holds tables and types as they are and is no view (PostgreSQL); asked for where there is a plan to hold it against.
///
/// # Errors
/// As for [`inspect`].
pub async fn holders(db: &DatabaseConnection, scope: &Scope) -> Result<Vec<Holder>, InspectError> {
    match backend(db)? {
        Backend::Sqlite | Backend::Mysql => Ok(Vec::new()),
        Backend::Postgres => postgres::holders(db, scope).await,
    }
}

/// The schemas of a PostgreSQL database besides the connection's default one and the server's own; none elsewhere, where a database
/// is all there is.
///
/// # Errors
/// When the server refuses the question, or is one we do not speak to.
pub async fn schemas(db: &DatabaseConnection) -> Result<Vec<String>, InspectError> {
    match backend(db)? {
        Backend::Sqlite | Backend::Mysql => Ok(Vec::new()),
        Backend::Postgres => postgres::other_schemas(db).await,
    }
}

/// Who the server is.
///
/// # Errors
/// When the server refuses a statement, or is one we do not speak to.
pub async fn server(db: &DatabaseConnection) -> Result<Server, InspectError> {
    match backend(db)? {
        Backend::Sqlite => sqlite::server(db).await,
        Backend::Postgres => postgres::server(db).await,
        Backend::Mysql => mysql::server(db).await,
    }
}

pub(crate) fn backend(db: &DatabaseConnection) -> Result<Backend, InspectError> {
    match db.get_database_backend() {
        DbBackend::Sqlite => Ok(Backend::Sqlite),
        DbBackend::Postgres => Ok(Backend::Postgres),
        DbBackend::MySql => Ok(Backend::Mysql),
        other => Err(InspectError::Unsupported(format!("{other:?}"))),
    }
}
