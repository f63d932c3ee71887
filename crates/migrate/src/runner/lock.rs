//! One run at a time.
//!
//! PostgreSQL and MySQL have locks that belong to a session and go with it; they are asked for again and again rather than waited
//! for inside the server, where waiting would hold a snapshot that CREATE INDEX CONCURRENTLY of the other run waits for. On SQLite
//! each revision's BEGIN IMMEDIATE is the lock.

use std::time::{Duration, Instant};

use plimsoll_schema::Backend;
use sea_orm::{ConnectionTrait, DatabaseConnection, DbErr, Statement};
use sha2::{Digest, Sha256};

use super::{Event, FailureKind, Run, message};

/// How long between two questions.
const PAUSE: Duration = Duration::from_millis(100);

/// A lock that is held.
pub(super) struct Lock {
    /// The statement that gives it back.
    release: Option<String>,
}

/// Takes the lock of this database and history table.
pub(super) async fn acquire(
    run: &Run<'_>,
    tell: &mut dyn FnMut(&Event),
) -> Result<Lock, FailureKind> {
    let db = &run.connection.db;
    let digest = Sha256::digest(format!("plimsoll {}", run.project.table()));
    let (ask, release) = match run.connection.url.backend() {
        Backend::Sqlite => return Ok(Lock { release: None }),
        Backend::Postgres => {
            let mut bytes = [0; 8];
            bytes.copy_from_slice(&digest[..8]);
            let key = i64::from_be_bytes(bytes);
            (
                format!("SELECT CASE WHEN pg_try_advisory_lock({key}) THEN 1 ELSE 0 END"),
                format!("SELECT pg_advisory_unlock({key})"),
            )
        }
        // A name of at most 64 characters, and one for the whole server: the database is part of it.
        Backend::Mysql => {
            let name = format!(
                "concat('plimsoll ', left(sha2(concat(coalesce(database(), ''), '{:02x}{:02x}{:02x}{:02x}'), 256), 40))",
                digest[0], digest[1], digest[2], digest[3]
            );
            (
                format!("SELECT CAST(coalesce(get_lock({name}, 0), 0) AS SIGNED)"),
                format!("SELECT release_lock({name})"),
            )
        }
    };
    let start = Instant::now();
    let mut told = false;
    while !try_once(db, &ask)
        .await
        .map_err(|error| FailureKind::History(message(&error)))?
    {
        if run.stop.is_asked() {
            return Err(FailureKind::Stopped { during: None });
        }
        if start.elapsed() >= run.patience {
            return Err(FailureKind::Locked {
                seconds: run.patience.as_secs(),
            });
        }
        if !told {
            tell(&Event::Waiting);
            told = true;
        }
        tokio::time::sleep(PAUSE).await;
    }
    Ok(Lock {
        release: Some(release),
    })
}

async fn try_once(db: &DatabaseConnection, ask: &str) -> Result<bool, DbErr> {
    let statement = Statement::from_string(db.get_database_backend(), ask);
    match db.query_one_raw(statement).await? {
        // PostgreSQL answers with an int4, MySQL with a bigint.
        Some(row) => Ok(row
            .try_get_by_index::<i32>(0)
            .map(i64::from)
            .or_else(|_| row.try_get_by_index::<i64>(0))?
            == 1),
        None => Ok(false),
    }
}

impl Lock {
    /// Gives it back. If that fails the connection is gone, and the lock with it.
    pub(super) async fn release(self, db: &DatabaseConnection) {
        if let Some(sql) = self.release {
            let statement = Statement::from_string(db.get_database_backend(), sql);
            let _ = db.query_one_raw(statement).await;
        }
    }
}
