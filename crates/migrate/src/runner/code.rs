//! The database's codes for errors, also of those that are in words already.

use std::cell::RefCell;

use sea_orm::sqlx::mysql::MySqlDatabaseError;
use sea_orm::{DbErr, RuntimeErr};

use super::failure::is_of_connection;

tokio::task_local! {
    /// The code of the last refusal whose error was put into words.
    static CODE: RefCell<Option<String>>;
}

/// Keeps the code of an error that is put into words.
pub(super) fn note_code(error: &DbErr) {
    // Outside a run nobody asks for it.
    let _ = CODE.try_with(|kept| kept.replace(code(error)));
}

/// Runs work, and gives back the code of its error too, although that may be in words already.
pub(super) async fn with_code<T>(
    work: impl Future<Output = Result<T, DbErr>>,
) -> Result<T, (DbErr, Option<String>)> {
    CODE.scope(RefCell::new(None), async {
        work.await.map_err(|error| {
            let known = code(&error).or_else(|| CODE.with(RefCell::take));
            (error, known)
        })
    })
    .await
}

/// In the place of a code: the connection was lost, and no server said anything.
const LOST: &str = "connection";

/// Whether the server went away, or said goodbye: PostgreSQL's 57P01 to 57P03 (ended by an administrator, a crash, not ready) and 08
/// (connection exception, a pooler's too); MySQL's and MariaDB's 1053 (shutdown) and 1927 (connection killed).
pub(super) fn is_lost(code: Option<&str>) -> bool {
    code.is_some_and(|code| {
        let is_exception = code.len() == 5 && code.starts_with("08");
        is_exception || matches!(code, LOST | "57P01" | "57P02" | "57P03" | "1053" | "1927")
    })
}

/// The database's code for an error: PostgreSQL's SQLSTATE, MySQL's error number, SQLite's result code.
pub(super) fn code(error: &DbErr) -> Option<String> {
    let said = || {
        let (DbErr::Conn(RuntimeErr::SqlxError(error))
        | DbErr::Exec(RuntimeErr::SqlxError(error))
        | DbErr::Query(RuntimeErr::SqlxError(error))) = error
        else {
            return None;
        };
        let error = error.as_database_error()?;
        match error.try_downcast_ref::<MySqlDatabaseError>() {
            Some(error) => Some(error.number().to_string()),
            None => error.code().map(Into::into),
        }
    };
    said().or_else(|| is_of_connection(error).then(|| LOST.to_owned()))
}
