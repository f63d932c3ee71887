//! In this process, statement by statement.

use plimsoll_migrate::connect::Connection;
use plimsoll_migrate::runner::message;
use sea_orm::{ConnectionTrait as _, DbErr, Statement};

use super::{Loaded, Script};
use crate::Tell;
use crate::error::BackupError;

/// Foreign keys cannot be turned off within a transaction, and a dump's rows come in no particular order: they are off while it
/// loads, and checked before it is committed. <https://www.sqlite.org/pragma.html#pragma_foreign_keys>
pub(super) async fn carry_out(
    connection: &Connection,
    script: &Script<'_>,
    tell: &mut Tell<'_>,
) -> Result<Loaded, BackupError> {
    let db = &connection.db;
    let refused = |reason: String| BackupError::Database {
        action: format!("{} into `{}`", script.action, connection.url),
        reason,
        help: script.help.clone(),
    };
    let failed = |error: DbErr| refused(message(&error));
    let keys = number(connection, "PRAGMA foreign_keys")
        .await
        .map_err(failed)?;
    db.execute_unprepared("PRAGMA foreign_keys = OFF")
        .await
        .map_err(failed)?;
    let loaded = async {
        db.execute_unprepared("BEGIN IMMEDIATE")
            .await
            .map_err(failed)?;
        let loaded = within(connection, script, tell, &refused).await;
        let end = if loaded.is_ok() { "COMMIT" } else { "ROLLBACK" };
        let ended = db.execute_unprepared(end).await;
        if loaded.is_ok() && ended.is_err() {
            let _ = db.execute_unprepared("ROLLBACK").await;
        }
        let loaded = loaded?;
        ended.map_err(failed).map(|_| loaded)
    }
    .await;
    db.execute_unprepared(&format!("PRAGMA foreign_keys = {keys}"))
        .await
        .map_err(failed)?;
    loaded
}

async fn within(
    connection: &Connection,
    script: &Script<'_>,
    tell: &mut Tell<'_>,
    refused: &impl Fn(String) -> BackupError,
) -> Result<Loaded, BackupError> {
    let db = &connection.db;
    let failed = |error: DbErr| refused(message(&error));
    let broken = violations(connection).await.map_err(failed)?;
    for sql in &script.before {
        db.execute_unprepared(sql).await.map_err(failed)?;
    }
    let mut parts = script.dump.parts(connection.url.backend())?;
    let mut statements = 0;
    let mut left = false;
    while let Some(part) = parts.next()? {
        if script.stop.is_asked() {
            return Err(BackupError::Interrupted {
                action: script.action,
                help: "its transaction was rolled back",
            });
        }
        tell(parts.bytes_read());
        left = script.leave.holds(&part.kind, left);
        if left {
            continue;
        }
        let at = |reason: String| refused(format!("line {}: {reason}", part.line));
        let text = std::str::from_utf8(&part.text).map_err(|error| at(error.to_string()))?;
        db.execute_unprepared(text)
            .await
            .map_err(|error| at(message(&error)))?;
        statements += 1;
    }
    if violations(connection).await.map_err(failed)? > broken {
        return Err(refused("rows refer to others that are not there".into()));
    }
    for sql in &script.after {
        db.execute_unprepared(sql).await.map_err(failed)?;
    }
    Ok(Loaded { statements })
}

/// How many rows refer to nothing.
async fn violations(connection: &Connection) -> Result<i64, DbErr> {
    number(connection, "SELECT count(*) FROM pragma_foreign_key_check").await
}

async fn number(connection: &Connection, sql: &str) -> Result<i64, DbErr> {
    let db = &connection.db;
    let statement = Statement::from_string(db.get_database_backend(), sql);
    match db.query_one_raw(statement).await? {
        Some(row) => row
            .try_get_by_index::<i64>(0)
            .or_else(|_| row.try_get_by_index::<i32>(0).map(i64::from)),
        None => Ok(0),
    }
}
