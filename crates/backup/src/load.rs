//! Carrying a dump out: in one transaction, by the server's own client, on SQLite in this process.
//!
//! Invariant: the client commits when it is told to, after the last statement: a stream that is cut off in the middle leaves nothing.
//! Invariant: that a dump was loaded is written down in the same transaction as its rows.

use std::time::SystemTime;

use plimsoll_migrate::connect::Connection;
use plimsoll_migrate::runner::Stop;
use plimsoll_schema::Backend;
use sea_orm::{ConnectionTrait as _, Statement};
use sea_query::{
    Alias, ColumnDef, MysqlQueryBuilder, PostgresQueryBuilder, Query, SqliteQueryBuilder, Table,
};

use crate::Tell;
use crate::content::Content;
use crate::dump::{Dump, Leave, Name, Survey};
use crate::error::BackupError;

mod client;
mod sqlite;

/// The table that remembers which dumps were loaded.
pub const SEED_TABLE: &str = "plimsoll_seed";

/// Of what is loaded, and into what.
pub struct Seed<'a> {
    /// The session.
    pub connection: &'a Connection,
    /// The dump.
    pub dump: &'a Dump,
    /// What was found in it.
    pub survey: &'a Survey,
    /// The names of the history's tables, whose rows are left out of a dump of rows alone.
    pub history: &'a [String],
    /// Whether the tables that it fills are emptied first.
    pub replace: bool,
    /// Who may ask it to stop.
    pub stop: Stop,
}

/// What was loaded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Loaded {
    /// How many statements were carried out.
    pub statements: u64,
}

/// What is carried out: SQL of ours, the dump, SQL of ours.
pub(crate) struct Script<'a> {
    pub(crate) dump: &'a Dump,
    /// On one line, each statement with its `;`.
    pub(crate) before: Vec<String>,
    pub(crate) after: Vec<String>,
    pub(crate) leave: Leave,
    /// What it is for, as a verb.
    pub(crate) action: &'static str,
    /// What state a failure leaves, and what to do.
    pub(crate) help: String,
    pub(crate) stop: &'a Stop,
}

/// Whether a dump was loaded into this database before.
///
/// # Errors
/// When the database does not answer.
pub async fn is_loaded(
    connection: &Connection,
    content: &Content,
    survey: &Survey,
) -> Result<bool, BackupError> {
    if !content.history.iter().any(|table| table == SEED_TABLE) {
        return Ok(false);
    }
    is_marked(connection, survey).await
}

async fn is_marked(connection: &Connection, survey: &Survey) -> Result<bool, BackupError> {
    let sql = format!(
        "SELECT checksum FROM {SEED_TABLE} WHERE checksum = '{}'",
        survey.sha256
    );
    let statement = Statement::from_string(connection.db.get_database_backend(), sql);
    let row = connection.db.query_one_raw(statement).await;
    row.map(|row| row.is_some())
        .map_err(|error| BackupError::database("look which dumps were loaded", &error))
}

/// Loads a dump whose survey found it whole, and remembers it. `tell` hears how many bytes of the file were read.
///
/// # Errors
/// When a statement fails or someone asked to stop: the tables are as they were, or the error says what to do.
pub async fn load(seed: &Seed<'_>, tell: &mut Tell<'_>) -> Result<Loaded, BackupError> {
    if !seed.replace && seed.survey.creates.is_none() {
        refuse_rows(seed).await?;
    }
    let backend = seed.connection.url.backend();
    let own_schema = seed.survey.creates.is_some();
    let marker = marker(seed).await?;
    let [create, delete, insert] = sql_of_marker(seed, backend, marker.as_deref());
    let mut before = Vec::new();
    let mut after = vec![delete, insert];
    if backend == Backend::Mysql && !own_schema {
        // It would commit what stands before it.
        let made = seed.connection.db.execute_unprepared(&create).await;
        made.map_err(|error| BackupError::database("make the table of seeds", &error))?;
    } else {
        after.insert(0, create);
    }
    if seed.replace {
        before.extend(emptied(backend, seed.survey.filled.iter()));
    }
    let mut rows_of = Vec::new();
    if !own_schema {
        rows_of.extend(seed.history.iter().cloned());
        rows_of.push(SEED_TABLE.to_owned());
    }
    let script = Script {
        dump: seed.dump,
        before,
        after,
        leave: Leave {
            rows_of,
            owners: true,
            locks: true,
        },
        action: "load the dump",
        help: help(seed).await?,
        stop: &seed.stop,
    };
    let loaded = carry_out(seed.connection, &script, tell).await?;
    // A client that ended well and carried nothing out would be believed otherwise.
    if is_marked(seed.connection, seed.survey).await? {
        return Ok(loaded);
    }
    Err(BackupError::Database {
        action: "load the dump".into(),
        reason: "the client ended, and its transaction was not committed".into(),
        help: script.help,
    })
}

/// Carries a script out in one transaction.
pub(crate) async fn carry_out(
    connection: &Connection,
    script: &Script<'_>,
    tell: &mut Tell<'_>,
) -> Result<Loaded, BackupError> {
    match connection.url.backend() {
        Backend::Sqlite => sqlite::carry_out(connection, script, tell).await,
        Backend::Postgres | Backend::Mysql => client::carry_out(connection, script, tell).await,
    }
}

/// Refuses tables that hold rows: what a dump adds to them would stand beside them, or clash.
async fn refuse_rows(seed: &Seed<'_>) -> Result<(), BackupError> {
    let db = &seed.connection.db;
    for Name { raw, bare } in &seed.survey.filled {
        if bare.starts_with("sqlite_") {
            continue;
        }
        let statement = Statement::from_string(
            db.get_database_backend(),
            format!("SELECT 1 FROM {raw} LIMIT 1"),
        );
        let found = db.query_one_raw(statement).await.map_err(|error| BackupError::Database {
            action: format!("look into the table `{bare}` that the dump fills"),
            reason: plimsoll_migrate::runner::message(&error),
            help: "nothing was loaded; the dump has to be of the schema that the revisions make: take one of this revision, or correct it".into(),
        })?;
        if found.is_some() {
            return Err(BackupError::NotEmpty {
                action: "load the dump",
                database: seed.connection.url.to_string(),
                what: format!("rows in `{bare}`, which the dump fills"),
                help: "nothing was loaded; pass --replace to delete the rows of the tables that the dump fills in the same transaction, or seed an empty database".into(),
            });
        }
    }
    Ok(())
}

/// The marker's name: on PostgreSQL with its schema, as a dump changes the search_path.
async fn marker(seed: &Seed<'_>) -> Result<Option<String>, BackupError> {
    match seed.connection.url.backend() {
        Backend::Sqlite | Backend::Mysql => Ok(None),
        Backend::Postgres => {
            let db = &seed.connection.db;
            let statement =
                Statement::from_string(db.get_database_backend(), "SELECT current_schema()::text");
            let failed = |error| BackupError::database("ask for the schema", &error);
            let row = db.query_one_raw(statement).await.map_err(failed)?;
            match row {
                Some(row) => row.try_get_by_index(0).map_err(failed),
                None => Ok(None),
            }
        }
    }
}

fn sql_of_marker(seed: &Seed<'_>, backend: Backend, schema: Option<&str>) -> [String; 3] {
    let table = || match schema {
        Some(schema) => sea_query::TableRef::from((Alias::new(schema), Alias::new(SEED_TABLE))),
        None => sea_query::TableRef::from(Alias::new(SEED_TABLE)),
    };
    let file = seed.dump.shown();
    let file: String = file
        .chars()
        .rev()
        .take(200)
        .collect::<Vec<_>>()
        .into_iter()
        .rev()
        .collect();
    let now = SystemTime::now()
        .duration_since(SystemTime::UNIX_EPOCH)
        .map_or(0, |since| {
            i64::try_from(since.as_secs()).unwrap_or(i64::MAX)
        });
    let text = |name: &str, length| ColumnDef::new(Alias::new(name)).string_len(length).take();
    let create = Table::create()
        .table(table())
        .if_not_exists()
        .col(text("checksum", 64).not_null().primary_key())
        .col(text("file", 200).not_null())
        .col(
            ColumnDef::new(Alias::new("loaded_at"))
                .big_integer()
                .not_null(),
        )
        .take();
    let checksum = seed.survey.sha256.as_str();
    let delete = Query::delete()
        .from_table(table())
        .and_where(sea_query::ExprTrait::eq(
            sea_query::Expr::col(Alias::new("checksum")),
            checksum,
        ))
        .take();
    let insert = Query::insert()
        .into_table(table())
        .columns([
            Alias::new("checksum"),
            Alias::new("file"),
            Alias::new("loaded_at"),
        ])
        .values_panic([checksum.into(), file.into(), now.into()])
        .take();
    match backend {
        Backend::Sqlite => [
            create.to_string(SqliteQueryBuilder),
            delete.to_string(SqliteQueryBuilder),
            insert.to_string(SqliteQueryBuilder),
        ],
        Backend::Postgres => [
            create.to_string(PostgresQueryBuilder),
            delete.to_string(PostgresQueryBuilder),
            insert.to_string(PostgresQueryBuilder),
        ],
        Backend::Mysql => [
            create.to_string(MysqlQueryBuilder),
            delete.to_string(MysqlQueryBuilder),
            insert.to_string(MysqlQueryBuilder),
        ],
    }
}

/// Deletes the rows of tables, whatever refers to what among them.
fn emptied<'a>(backend: Backend, tables: impl Iterator<Item = &'a Name>) -> Vec<String> {
    let names: Vec<&str> = tables
        .filter(|name| !name.bare.starts_with("sqlite_"))
        .map(|name| name.raw.as_str())
        .collect();
    if names.is_empty() {
        return Vec::new();
    }
    let deletes = names.iter().map(|name| format!("DELETE FROM {name}"));
    match backend {
        // Foreign keys are off while SQLite loads, and checked at the end.
        Backend::Sqlite => deletes.collect(),
        Backend::Postgres => vec![format!("TRUNCATE {}", names.join(", "))],
        // TRUNCATE would commit.
        Backend::Mysql => std::iter::once(
            "SET @plimsoll_keys = @@foreign_key_checks, foreign_key_checks = 0".to_owned(),
        )
        .chain(deletes)
        .chain(["SET foreign_key_checks = @plimsoll_keys".to_owned()])
        .collect(),
    }
}

/// What a failure leaves.
async fn help(seed: &Seed<'_>) -> Result<String, BackupError> {
    let whole = "its transaction was rolled back: nothing of the dump was loaded; run it again when that is settled";
    match seed.connection.url.backend() {
        Backend::Sqlite | Backend::Postgres => Ok(whole.to_owned()),
        // https://dev.mysql.com/doc/refman/8.4/en/implicit-commit.html
        Backend::Mysql if seed.survey.creates.is_some() => Ok(format!(
            "this server commits at every CREATE TABLE: the tables before that point stay; drop the database `{}`, create it empty, and run it again",
            seed.connection.url.database().unwrap_or_default()
        )),
        Backend::Mysql => {
            let others = without_transactions(seed).await?;
            Ok(if others.is_empty() {
                whole.to_owned()
            } else {
                format!(
                    "rows of tables with transactions were rolled back; `{}` has none: delete its rows, then run it again",
                    others.join("`, `")
                )
            })
        }
    }
}

/// Those of the tables it fills whose engine has no transactions.
async fn without_transactions(seed: &Seed<'_>) -> Result<Vec<String>, BackupError> {
    let db = &seed.connection.db;
    let sql = "SELECT CONVERT(t.table_name USING utf8mb4) FROM information_schema.tables t JOIN information_schema.engines e ON e.engine = t.engine WHERE t.table_schema = database() AND e.transactions <> 'YES' ORDER BY 1";
    let statement = Statement::from_string(db.get_database_backend(), sql);
    let failed =
        |error: sea_orm::DbErr| BackupError::database("look at the tables' engines", &error);
    let mut names = Vec::new();
    for row in db.query_all_raw(statement).await.map_err(failed)? {
        let name: String = row.try_get_by_index(0).map_err(failed)?;
        if seed
            .survey
            .filled
            .iter()
            .any(|filled| filled.bare.eq_ignore_ascii_case(&name))
        {
            names.push(name);
        }
    }
    Ok(names)
}
