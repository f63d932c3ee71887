//! PostgreSQL, read from its system catalog: one statement for each kind of object, whatever the number of tables.
//!
//! Invariant: nothing is read through `information_schema`, which hides constraints from a role that only may SELECT.
//! Invariant: everything is read in one snapshot, with the session's settings of dates and quotes made known, and nothing is left
//! behind in the session.
//!
//! Left out, as it is not ours: partitions, inheritance children, foreign tables, what an extension owns.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicUsize, Ordering};

use plimsoll_schema::{Backend, Catalog, Code, Diagnostic, Flavor, Server, Severity, Version};
use sea_orm::{
    AccessMode, ConnectionTrait, DatabaseConnection, DatabaseTransaction, IsolationLevel,
    QueryResult, Statement, TransactionTrait,
};

use super::{Holder, InspectError, Inspection, Scope, View};

mod column;
mod constraint;
mod holder;
mod index;
mod row;
mod table;
mod view;

use row::Row;
use table::Tables;

pub(super) async fn inspect(
    db: &DatabaseConnection,
    scope: &Scope,
) -> Result<Inspection, InspectError> {
    let transaction = db
        .begin_with_config(
            Some(IsolationLevel::RepeatableRead),
            Some(AccessMode::ReadOnly),
        )
        .await?;
    let session = Session {
        transaction: &transaction,
        // BEGIN with its two settings, and COMMIT.
        statements: AtomicUsize::new(4),
    };
    let rows = session.rows(IDENTIFY).await?;
    let server = identify(rows.first())?;
    let schemas = match rows.first() {
        Some(row) => Row::of(row)?.texts(8)?.into_iter().collect(),
        None => BTreeSet::new(),
    };
    let reading = read(&session, scope, &server).await?;
    let statements = session.statements.load(Ordering::Relaxed);
    transaction.commit().await?;
    let Reading {
        catalog,
        notes,
        views,
    } = reading;
    Ok(Inspection {
        server,
        catalog,
        notes,
        statements,
        views,
        schemas,
    })
}

pub(super) async fn holders(
    db: &DatabaseConnection,
    scope: &Scope,
) -> Result<Vec<Holder>, InspectError> {
    let transaction = db.begin().await?;
    let ask = |sql: String| Statement::from_string(transaction.get_database_backend(), sql);
    let server = identify(
        transaction
            .query_one_raw(ask(IDENTIFY.into()))
            .await?
            .as_ref(),
    )?;
    let question = ask(holder::query(&schemas(&server, scope)));
    let rows = transaction.query_all_raw(question).await?;
    transaction.commit().await?;
    holder::read(&rows, &server)
}

pub(super) async fn server(db: &DatabaseConnection) -> Result<Server, InspectError> {
    let statement = Statement::from_string(db.get_database_backend(), IDENTIFY);
    identify(db.query_one_raw(statement).await?.as_ref())
}

pub(super) async fn other_schemas(db: &DatabaseConnection) -> Result<Vec<String>, InspectError> {
    // `pg_` is the server's own prefix: https://www.postgresql.org/docs/current/ddl-schemas.html
    let sql = "SELECT nspname::text FROM pg_namespace WHERE nspname !~ '^pg_' \
         AND nspname <> 'information_schema' AND nspname IS DISTINCT FROM current_schema() ORDER BY 1";
    let statement = Statement::from_string(db.get_database_backend(), sql);
    let rows = db.query_all_raw(statement).await?;
    rows.iter()
        .map(|row| Ok(Row::of(row)?.text(0)?.to_owned()))
        .collect()
}

/// Constants are printed as the session likes them: the settings are those under which every server prints the same. What is asked here
/// looks costly (the tables below a table are found step by step) and is not: to compile it takes longer than to run it. The settings
/// end with the transaction.
const IDENTIFY: &str = "SELECT current_setting('server_version_num')::int, current_schema()::text, \
     set_config('TimeZone', 'UTC', true), set_config('DateStyle', 'ISO, MDY', true), \
     set_config('IntervalStyle', 'postgres', true), set_config('bytea_output', 'hex', true), \
     set_config('extra_float_digits', '1', true), set_config('quote_all_identifiers', 'off', true), \
     array(SELECT nspname::text FROM pg_namespace), set_config('jit', 'off', true)";

/// Generated columns, and with them `attgenerated`, came with this version.
const OLDEST: u32 = 120_000;

fn identify(row: Option<&QueryResult>) -> Result<Server, InspectError> {
    let row = Row::of(row.ok_or_else(|| InspectError::Answer {
        what: "its version",
        answer: "no row".into(),
    })?)?;
    let number = row.integer(0)?.unsigned_abs();
    if number < OLDEST {
        return Err(InspectError::Unsupported(format!(
            "PostgreSQL {}",
            number / 10_000
        )));
    }
    Ok(Server {
        backend: Backend::Postgres,
        flavor: Flavor::Original,
        version: Version(number / 10_000, number % 10_000, 0),
        default_schema: row.text_or_null(1)?.map(str::to_owned),
        default_collation: None,
    })
}

/// The transaction, and how often it was asked.
struct Session<'a> {
    transaction: &'a DatabaseTransaction,
    statements: AtomicUsize,
}

impl Session<'_> {
    async fn rows(&self, sql: impl Into<String>) -> Result<Vec<QueryResult>, InspectError> {
        self.statements.fetch_add(1, Ordering::Relaxed);
        let statement = Statement::from_string(self.transaction.get_database_backend(), sql);
        Ok(self.transaction.query_all_raw(statement).await?)
    }
}

/// What is read of a database.
struct Reading {
    catalog: Catalog,
    notes: Vec<Diagnostic>,
    views: Vec<View>,
}

async fn read(
    session: &Session<'_>,
    scope: &Scope,
    server: &Server,
) -> Result<Reading, InspectError> {
    let schemas = schemas(server, scope);
    let mut tables = Tables::read(&session.rows(table::query(&schemas)).await?, server)?;
    let enums = column::Enums::read(&session.rows(column::ENUMS).await?, server)?;
    let sequences =
        column::Sequences::read(&session.rows(column::sequences_query(&schemas)).await?)?;
    let columns = session.rows(column::query(&schemas)).await?;
    column::read(&columns, &mut tables, &enums, &sequences, server)?;
    drop(columns);
    let constraints = session.rows(constraint::query(&schemas, server)).await?;
    let mut notes = Vec::new();
    constraint::read(&constraints, &mut tables, server, &mut notes)?;
    drop(constraints);
    let indexes = session.rows(index::query(&schemas, server)).await?;
    index::read(&indexes, &mut tables, &mut notes)?;
    drop(indexes);
    let views = view::read(&session.rows(view::query(&schemas)).await?, server)?;
    let mut catalog = Catalog {
        tables: BTreeMap::new(),
        enums: enums.of_schemas(server, scope),
    };
    for table in tables.finish() {
        if scope.ignores(&table.name.name) {
            let of_table = format!("{}.", table.name);
            notes.retain(|note: &Diagnostic| !note.object.starts_with(&of_table));
        } else {
            catalog.insert(table);
        }
    }
    notes.sort();
    Ok(Reading {
        catalog,
        notes,
        views,
    })
}

/// The schemas as a list of SQL literals.
fn schemas(server: &Server, scope: &Scope) -> String {
    let literal = |name: &String| format!("'{}'", name.replace('\'', "''"));
    let mut names: Vec<String> = server
        .default_schema
        .iter()
        .chain(&scope.schemas)
        .map(literal)
        .collect();
    if names.is_empty() {
        names.push("NULL".into());
    }
    names.join(", ")
}

/// The schema to state for an object: none for the default one.
fn schema_of(server: &Server, schema: &str) -> Option<String> {
    (server.default_schema.as_deref() != Some(schema)).then(|| schema.to_owned())
}

fn invalid_index(object: String) -> Diagnostic {
    let message = format!("index `{object}` is invalid: the database does not use it");
    Diagnostic::new(Code::N502, Severity::Warning, object, message)
        .help("an attempt to build it concurrently failed; run REINDEX or drop it")
}

#[cfg(test)]
mod tests;
