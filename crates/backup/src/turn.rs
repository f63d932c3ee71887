//! Of many processes that are about to make the same backup and do the same work, one at a time: whoever waited looks again, and finds
//! that nothing is left to do.
//!
//! The lock is another than that of a run, which is taken within it. It belongs to the session and goes with it. SQLite has none of that
//! kind: there, two processes may each make a backup, and the run's own lock decides who works.

use std::time::{Duration, Instant};

use plimsoll_migrate::connect::Connection;
use plimsoll_migrate::runner::Stop;
use plimsoll_schema::Backend;
use sea_orm::{ConnectionTrait as _, DbErr, Statement};

use crate::error::BackupError;

/// How long between two questions: waiting inside the server would hold a snapshot.
const PAUSE: Duration = Duration::from_millis(100);

/// A number that is none of the run's, for PostgreSQL's locks.
const KEY: i64 = 0x706c_696d_6261_636b;

/// The turn of this session.
#[derive(Debug)]
pub struct Turn {
    release: Option<String>,
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
    // A name of at most 64 characters, and one for the whole server: the database is part of it.
    let (ask, release) = match connection.url.backend() {
        Backend::Sqlite => return Ok(Turn { release: None }),
        Backend::Postgres => (
            format!("SELECT CASE WHEN pg_try_advisory_lock({KEY}) THEN 1 ELSE 0 END::bigint"),
            format!("SELECT pg_advisory_unlock({KEY})"),
        ),
        Backend::Mysql => (
            "SELECT CAST(coalesce(get_lock(concat('plimsoll backup ', left(sha2(database(), 256), 40)), 0), 0) AS SIGNED)".to_owned(),
            "SELECT release_lock(concat('plimsoll backup ', left(sha2(database(), 256), 40)))".to_owned(),
        ),
    };
    let start = Instant::now();
    let mut told = false;
    while !is_ours(connection, &ask)
        .await
        .map_err(|error| BackupError::database("wait for another backup", &error))?
    {
        if stop.is_asked() {
            return Err(BackupError::Interrupted {
                action: "wait for another backup",
                help: "nothing was touched",
            });
        }
        if start.elapsed() >= patience {
            return Err(BackupError::Database {
                action: "wait for another backup".into(),
                reason: format!(
                    "another process makes one, and works after it (waited {} s)",
                    patience.as_secs()
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
    Ok(Turn {
        release: Some(release),
    })
}

async fn is_ours(connection: &Connection, ask: &str) -> Result<bool, DbErr> {
    let statement = Statement::from_string(connection.db.get_database_backend(), ask);
    match connection.db.query_one_raw(statement).await? {
        Some(row) => Ok(row.try_get_by_index::<i64>(0)? == 1),
        None => Ok(false),
    }
}

impl Turn {
    /// Gives it to the next. If that fails the session is gone, and the turn with it.
    pub async fn end(self, connection: &Connection) {
        if let Some(sql) = self.release {
            let statement = Statement::from_string(connection.db.get_database_backend(), sql);
            let _ = connection.db.query_one_raw(statement).await;
        }
    }
}
