//! A SQLite operation of several statements outside our runner: on one connection, in one transaction, and without losing rows.
//!
//! A rebuild drops the old table, and SQLite deletes the rows of a table before it drops it: with foreign keys enforced, rows that point
//! at them go too (ON DELETE CASCADE). Enforcement can be turned off outside a transaction only
//! (<https://sqlite.org/pragma.html#pragma_foreign_keys>). Plimsoll's runner does so before it begins; under SeaORM's own migrator it is
//! done here.

use plimsoll_schema::Change;
use sea_orm::{
    ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbBackend, DbErr, Statement,
    TransactionTrait,
};

use crate::runner::refused;

/// Whether foreign keys are enforced and some point at the table, its own included.
const POINTED_AT: &str = "SELECT count(*) AS number FROM sqlite_schema AS m, pragma_foreign_key_list(m.name) AS f \
    WHERE m.type = 'table' AND f.\"table\" = ? COLLATE NOCASE AND (SELECT foreign_keys FROM pragma_foreign_keys) = 1";

/// Whether foreign keys are enforced.
const ENFORCED: &str = "SELECT foreign_keys AS number FROM pragma_foreign_keys";

/// The rows that point at none.
const ORPHANS: &str = "SELECT count(*) AS number FROM pragma_foreign_key_check";

/// Refuses a rebuild inside a transaction that would take rows of other tables along.
pub(super) async fn refuse_to_cascade(
    connection: &impl ConnectionTrait,
    change: &Change,
) -> Result<(), DbErr> {
    let Some(table) = change.table() else {
        return Ok(());
    };
    if number(connection, POINTED_AT, Some(&table.name)).await? == 0 {
        return Ok(());
    }
    Err(DbErr::Custom(format!(
        "table `{table}` has to be rebuilt or dropped, foreign keys point at it, and they cannot be turned off inside a transaction: run the \
         migration with plimsoll, or let its `use_transaction` answer `Some(false)`"
    )))
}

/// Runs the statements in a transaction of their own, where it is a rebuild with foreign keys off.
pub(super) async fn run(
    pool: &DatabaseConnection,
    change: &Change,
    statements: &[String],
    rebuilds: bool,
) -> Result<(), DbErr> {
    // A transaction keeps one connection of the pool to ourselves.
    let held = pool.begin().await?;
    if !(rebuilds && number(&held, ENFORCED, None).await? == 1) {
        script(&held, change, statements).await?;
        return held.commit().await;
    }
    // Its BEGIN is given back before the script, and one is left open after it, so that the handle ends what it believes it began.
    held.execute_unprepared("COMMIT; PRAGMA foreign_keys = OFF; BEGIN IMMEDIATE")
        .await?;
    let mut outcome = script(&held, change, statements).await;
    if outcome.is_ok() {
        outcome = held.execute_unprepared("COMMIT").await.map(|_| ());
    }
    if outcome.is_err() {
        // The error that matters is the one there is already.
        let _ = held.execute_unprepared("ROLLBACK").await;
    }
    let ended = held
        .execute_unprepared("PRAGMA foreign_keys = ON; BEGIN")
        .await;
    held.rollback().await?;
    outcome.and(ended.map(|_| ()))
}

async fn script(
    held: &DatabaseTransaction,
    change: &Change,
    statements: &[String],
) -> Result<(), DbErr> {
    // Who drops a table that others point at means it: they are next.
    let is_drop = matches!(change, Change::DropTable(_));
    // A foreign key to a table without a fitting key makes the check itself fail: then there is nothing to compare.
    let before = if is_drop {
        None
    } else {
        number(held, ORPHANS, None).await.ok()
    };
    for statement in statements {
        let done = held.execute_unprepared(statement).await;
        done.map_err(|error| refused(&error, statement))?;
    }
    match (before, number(held, ORPHANS, None).await) {
        (Some(before), Ok(after)) if after > before => Err(DbErr::Custom(format!(
            "the rebuild leaves {} rows that point at rows which are not there: nothing was changed",
            after - before
        ))),
        (Some(_), Err(error)) => Err(error),
        (Some(_), Ok(_)) | (None, _) => Ok(()),
    }
}

async fn number(
    connection: &impl ConnectionTrait,
    sql: &str,
    value: Option<&str>,
) -> Result<i64, DbErr> {
    let values = value.map(Into::into);
    let question = Statement::from_sql_and_values(DbBackend::Sqlite, sql, values);
    let row = connection.query_one_raw(question).await?;
    row.map_or(Ok(0), |row| row.try_get("", "number"))
}
