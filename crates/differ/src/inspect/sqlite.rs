//! A SQLite database as a catalog: its own text, read by the parser of `plimsoll-schema`. The pragmas leave out too much.
//!
//! Invariant: three statements, whatever the number of tables.

use std::collections::{BTreeMap, BTreeSet};

use plimsoll_schema::backend::sqlite::schema::{self, Entry};
use plimsoll_schema::{
    Catalog, Code, Diagnostic, Server, Severity, TableName, Version, expression,
};
use sea_orm::{ConnectionTrait, DatabaseConnection, DbErr, QueryResult, Statement};

use super::{InspectError, Inspection, Scope, View};

/// The statements asked.
const STATEMENTS: usize = 3;

const VERSION: &str = "SELECT sqlite_version()";

/// Tables of modules, and the tables in which these keep their data.
const VIRTUAL: &str =
    "SELECT name FROM pragma_table_list WHERE schema = 'main' AND type IN ('virtual', 'shadow')";

const SCHEMA: &str = "SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY rowid";

pub(super) async fn inspect(
    db: &DatabaseConnection,
    scope: &Scope,
) -> Result<Inspection, InspectError> {
    let server = server(db).await?;
    let hidden: BTreeSet<String> = rows(db, VIRTUAL)
        .await?
        .iter()
        .map(|row| row.try_get_by_index(0))
        .collect::<Result<_, DbErr>>()?;
    let entries = rows(db, SCHEMA)
        .await?
        .iter()
        .map(entry)
        .collect::<Result<Vec<Entry>, DbErr>>()?;
    let read = schema::catalog(&entries, |name| {
        hidden.contains(name) || scope.ignores(name)
    });
    let notes = read
        .unread
        .iter()
        .map(|(name, error)| {
            Diagnostic::new(
                Code::N502,
                Severity::Warning,
                name,
                format!("table `{name}` cannot be read and is left alone: {error}"),
            )
        })
        .collect();
    let views = read
        .views
        .iter()
        .map(|(name, sql)| view(name, sql, &read.catalog))
        .collect();
    Ok(Inspection {
        server,
        catalog: read.catalog,
        notes,
        statements: STATEMENTS,
        views,
        schemas: BTreeSet::new(),
    })
}

pub(super) async fn server(db: &DatabaseConnection) -> Result<Server, InspectError> {
    let rows = rows(db, VERSION).await?;
    let text: String = match rows.first() {
        Some(row) => row.try_get_by_index(0)?,
        None => String::new(),
    };
    let numbers: Vec<u32> = text
        .split('.')
        .map_while(|part| part.parse().ok())
        .collect();
    let &[major, minor, patch, ..] = numbers.as_slice() else {
        return Err(InspectError::Answer {
            what: "its version",
            answer: text,
        });
    };
    Ok(Server {
        version: Version(major, minor, patch),
        ..Server::sqlite()
    })
}

async fn rows(db: &DatabaseConnection, sql: &str) -> Result<Vec<QueryResult>, DbErr> {
    db.query_all_raw(Statement::from_string(db.get_database_backend(), sql))
        .await
}

fn entry(row: &QueryResult) -> Result<Entry, DbErr> {
    Ok(Entry {
        kind: row.try_get_by_index(0)?,
        name: row.try_get_by_index(1)?,
        table: row.try_get_by_index(2)?,
        sql: row.try_get_by_index(3)?,
    })
}

/// What a view reads, by the words in its text: a name that means something else there counts as well, which is the safe side.
fn view(name: &str, sql: &str, catalog: &Catalog) -> View {
    let reads_all = expression::tokens(sql, false).contains(&expression::Token::Symbol("*".into()));
    let uses: BTreeMap<TableName, BTreeSet<String>> = catalog
        .tables
        .values()
        .filter(|table| expression::mentions(sql, &table.name.name))
        .map(|table| {
            let columns = table
                .columns
                .iter()
                .map(|column| column.name.clone())
                .filter(|column| reads_all || expression::mentions(sql, column));
            (table.name.clone(), columns.collect())
        })
        .collect();
    View {
        name: TableName::new(name),
        uses,
    }
}

#[cfg(test)]
mod tests;
