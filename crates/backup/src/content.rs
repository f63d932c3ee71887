//! What a database holds, before anything is put into it.

use plimsoll_migrate::connect::Connection;
use plimsoll_migrate::history;
use plimsoll_schema::Backend;
use sea_orm::{ConnectionTrait as _, Statement};

use crate::error::BackupError;
use crate::load::SEED_TABLE;

/// What a database holds.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Content {
    /// Its tables and views, without those of the history.
    pub tables: Vec<String>,
    /// Tables of the history, SeaORM's and ours.
    pub history: Vec<String>,
    /// Types, functions, routines and events of its own.
    pub others: Vec<String>,
}

/// What belongs to an extension comes with it, and is none of the database's own.
const POSTGRES: &str = "\
SELECT 'table', c.relname::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S') AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
   AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype IN ('e', 'i', 'a'))
UNION ALL
SELECT 'type', t.typname::text FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace
 WHERE t.typtype IN ('e', 'd', 'r') AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
   AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.classid = 'pg_type'::regclass AND d.objid = t.oid AND d.deptype = 'e')
UNION ALL
SELECT 'function', p.proname::text FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
 WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
   AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype IN ('e', 'i'))
ORDER BY 1, 2";

const MYSQL: &str = "\
SELECT 'table' AS kind, CONVERT(table_name USING utf8mb4) AS name FROM information_schema.tables WHERE table_schema = database()
UNION ALL
SELECT 'routine', CONVERT(routine_name USING utf8mb4) FROM information_schema.routines WHERE routine_schema = database()
UNION ALL
SELECT 'event', CONVERT(event_name USING utf8mb4) FROM information_schema.events WHERE event_schema = database()
ORDER BY 1, 2";

const SQLITE: &str = "\
SELECT 'table', name FROM sqlite_schema WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY 1, 2";

/// Looks. `table` is the name of SeaORM's history table in this project.
///
/// # Errors
/// When the database does not answer.
pub async fn content(connection: &Connection, table: &str) -> Result<Content, BackupError> {
    let sql = match connection.url.backend() {
        Backend::Sqlite => SQLITE,
        Backend::Postgres => POSTGRES,
        Backend::Mysql => MYSQL,
    };
    let refused =
        |error: sea_orm::DbErr| BackupError::database("look at what the database holds", &error);
    let statement = Statement::from_string(connection.db.get_database_backend(), sql);
    let rows = connection
        .db
        .query_all_raw(statement)
        .await
        .map_err(refused)?;
    let ours = history::tables(table);
    let is_ours = |name: &String| ours.contains(name) || name == SEED_TABLE;
    let mut out = Content::default();
    for row in rows {
        let kind: String = row.try_get_by_index(0).map_err(refused)?;
        let name: String = row.try_get_by_index(1).map_err(refused)?;
        if kind != "table" {
            out.others.push(name);
        } else if is_ours(&name) {
            out.history.push(name);
        } else {
            out.tables.push(name);
        }
    }
    Ok(out)
}

impl Content {
    /// Whether there is nothing at all.
    pub fn is_empty(&self) -> bool {
        self.holds_nothing_of_yours() && self.history.is_empty()
    }

    /// Whether there is nothing but the history's own tables.
    pub fn holds_nothing_of_yours(&self) -> bool {
        self.tables.is_empty() && self.others.is_empty()
    }

    /// What it holds, as a fragment of a sentence.
    pub fn described(&self) -> String {
        let all: Vec<&String> = [&self.tables, &self.others, &self.history]
            .into_iter()
            .flatten()
            .collect();
        match all.as_slice() {
            [] => "nothing".to_owned(),
            [only] => format!("`{only}`"),
            [first, ..] => format!("`{first}` and {} more", all.len() - 1),
        }
    }
}
