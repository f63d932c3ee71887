//! Of many processes that are about to make the same backup and do the same work, one at a time: whoever waited looks again, and finds
//! that nothing is left to do.
//!
//! The lock is another than that of a run, which is taken within it. PostgreSQL's is one of a transaction on a connection of its own, so
//! that it lasts behind a pooler, too (PostgreSQL 17 manual, 13.3.5); MySQL's belongs to the session (MySQL 8.4 manual, 14.14). SQLite has
//! none: there, two processes may each make a backup, and the run's own lock decides who works.

use std::time::{Duration, Instant};

use plimsoll_migrate::connect::{Access, Connection, connect};
use plimsoll_migrate::runner::Stop;
use plimsoll_schema::Backend;
use sea_orm::{
    ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbErr, Statement,
    TransactionTrait as _,
};

use crate::error::BackupError;

/// How long between two questions: waiting inside the server would hold a snapshot.
const PAUSE: Duration = Duration::from_millis(100);

/// A number that is none of the run's.
const POSTGRES: &str =
    "SELECT CASE WHEN pg_try_advisory_xact_lock(8100965748255581035) THEN 1 ELSE 0 END::bigint";

/// The server must not end it for being idle.
const IDLE: &str = "SET LOCAL idle_in_transaction_session_timeout = 0";

/// A name of at most 64 characters, and one for the whole server: the database is part of it.
const MYSQL: [&str; 2] = [
    "SELECT CAST(coalesce(get_lock(concat('plimsoll backup ', left(sha2(database(), 256), 40)), 0), 0) AS SIGNED)",
    "SELECT release_lock(concat('plimsoll backup ', left(sha2(database(), 256), 40)))",
];

/// The turn of this process.
pub struct Turn(Held);

enum Held {
    Nothing,
    /// As long as the transaction lasts.
    Transaction(Box<DatabaseTransaction>, DatabaseConnection),
    /// As long as the session lasts, or until this is said.
    Session(&'static str),
}

/// Waits for it; `waiting` hears once that there is somebody before us.
///
/// # Errors
/// When it takes longer than `patience`, someone asks to stop, or the database does not answer.
pub async fn turn(
    connection: &Connection,
    patience: Duration,
    stop: &Stop,
    waiting: &mut dyn FnMut(),
) -> Result<Turn, BackupError> {
    const ACTION: &str = "wait for another backup";
    let start = Instant::now();
    let mut told = false;
    loop {
        let held = ask(connection).await;
        if let Some(held) = held.map_err(|error| BackupError::database(ACTION, &error))? {
            return Ok(Turn(held));
        }
        if stop.is_asked() {
            return Err(BackupError::Interrupted {
                action: ACTION,
                help: "nothing was touched",
            });
        }
        if start.elapsed() >= patience {
            let seconds = patience.as_secs();
            return Err(BackupError::Database {
                action: ACTION.into(),
                reason: format!(
                    "another process makes one, and works after it (waited {seconds} s)"
                ),
                help:
                    "nothing was touched; wait longer with --lock-timeout, or end the other process"
                        .into(),
            });
        }
        if !told {
            waiting();
            told = true;
        }
        tokio::time::sleep(PAUSE).await;
    }
}

async fn ask(connection: &Connection) -> Result<Option<Held>, DbErr> {
    match connection.url.backend() {
        Backend::Sqlite => Ok(Some(Held::Nothing)),
        Backend::Postgres => {
            // First on the connection that is there: those who wait do not take a second one.
            if !is_one(&connection.db, POSTGRES).await? {
                return Ok(None);
            }
            let own = connect(&connection.url, Access::Write, None).await;
            let own = own.map_err(|error| DbErr::Custom(error.to_string()))?.db;
            let transaction = own.begin().await?;
            transaction.execute_unprepared(IDLE).await?;
            let is_ours = is_one(&transaction, POSTGRES).await?;
            Ok(is_ours.then(|| Held::Transaction(Box::new(transaction), own)))
        }
        Backend::Mysql => {
            let is_ours = is_one(&connection.db, MYSQL[0]).await?;
            Ok(is_ours.then_some(Held::Session(MYSQL[1])))
        }
    }
}

async fn is_one(db: &impl ConnectionTrait, sql: &str) -> Result<bool, DbErr> {
    let statement = Statement::from_string(db.get_database_backend(), sql);
    match db.query_one_raw(statement).await? {
        Some(row) => Ok(row.try_get_by_index::<i64>(0)? == 1),
        None => Ok(false),
    }
}

impl Turn {
    /// Gives it to the next. If that fails the connection is gone, and the turn with it.
    pub async fn end(self, connection: &Connection) {
        match self.0 {
            Held::Nothing => {}
            Held::Transaction(transaction, own) => {
                let _ = transaction.rollback().await;
                let _ = own.close().await;
            }
            Held::Session(sql) => {
                let statement = Statement::from_string(connection.db.get_database_backend(), sql);
                let _ = connection.db.query_one_raw(statement).await;
            }
        }
    }
}
