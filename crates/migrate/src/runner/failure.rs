//! Why a run ended early, and what state that leaves the database in.

use std::fmt::{self, Write as _};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::task::Poll;

use plimsoll_schema::backend::sqlite::NEW_PREFIX;
use sea_orm::sqlx::postgres::PgDatabaseError;
use sea_orm::{DbErr, RuntimeErr};

use super::Direction;

/// A run that ended early.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// Which way it went.
    pub direction: Direction,
    /// What was run before, and stays.
    pub done: Vec<String>,
    /// What happened.
    pub kind: FailureKind,
}

/// What ended a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FailureKind {
    /// A revision failed.
    Revision {
        /// Its id.
        revision: String,
        /// In the words of the database.
        cause: String,
        /// Whether it ran inside a transaction.
        transactional: bool,
    },
    /// Someone asked to stop; during a revision that ran inside a transaction or not, or between two.
    Stopped {
        /// The revision, and whether it ran inside a transaction.
        during: Option<(String, bool)>,
    },
    /// Another run holds the lock.
    Locked {
        /// How long this one waited, in seconds.
        seconds: u64,
    },
    /// The history could not be read or written.
    History(String),
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let verb = match self.direction {
            Direction::Up => "apply",
            Direction::Down => "take back",
        };
        match &self.kind {
            FailureKind::Revision {
                revision, cause, ..
            } => write!(f, "{verb} `{revision}`: {cause}"),
            FailureKind::Stopped {
                during: Some((revision, _)),
            } => {
                write!(f, "{verb} `{revision}`: interrupted")
            }
            FailureKind::Stopped { during: None } => {
                write!(f, "{verb} all revisions: interrupted between two")
            }
            FailureKind::Locked { seconds } => write!(
                f,
                "start: another run holds the lock of this database (waited {seconds} s)"
            ),
            FailureKind::History(cause) => write!(f, "read and write the history: {cause}"),
        }
    }
}

impl std::error::Error for Failure {}

impl Failure {
    /// What state the database is in, as a sentence, and what to do.
    pub fn help(&self) -> String {
        let done = match (self.done.as_slice(), self.direction) {
            ([], _) => String::new(),
            (done, Direction::Up) => {
                let stay = if done.len() == 1 { "stays" } else { "stay" };
                format!("; {} applied before and {stay}", were(done))
            }
            (done, Direction::Down) => format!("; {} taken back before", were(done)),
        };
        match &self.kind {
            FailureKind::Revision { transactional, .. }
            | FailureKind::Stopped {
                during: Some((_, transactional)),
            } if *transactional => {
                format!("its transaction was rolled back, nothing of it remains{done}")
            }
            FailureKind::Revision { revision, .. }
            | FailureKind::Stopped {
                during: Some((revision, _)),
            } => format!(
                "it ran without a transaction: its statements before that point stay, and `{revision}` is not recorded as {}{done}; undo them by hand, or make the rest of it so, before the next run",
                match self.direction {
                    Direction::Up => "applied",
                    Direction::Down => "taken back",
                }
            ),
            FailureKind::Stopped { during: None } => match self.done.as_slice() {
                [] => "nothing was run".to_owned(),
                done => format!("{} done; run it again for the rest", were(done)),
            },
            FailureKind::Locked { .. } => {
                "wait for the other run to end, or end it; its lock goes with its connection".into()
            }
            FailureKind::History(_) => {
                "the user needs the right to create, read and write the history tables".into()
            }
        }
    }
}

fn were(done: &[String]) -> String {
    let quoted: Vec<String> = done.iter().map(|id| format!("`{id}`")).collect();
    format!(
        "{} {}",
        quoted.join(", "),
        if done.len() == 1 { "was" } else { "were" }
    )
}

/// A database error in the server's own words, without the layers around it.
pub fn message(error: &DbErr) -> String {
    let (DbErr::Conn(runtime) | DbErr::Exec(runtime) | DbErr::Query(runtime)) = error else {
        return match error {
            DbErr::Custom(text) | DbErr::Migration(text) => text.clone(),
            other => other.to_string(),
        };
    };
    match runtime {
        RuntimeErr::SqlxError(error) => match error.as_database_error() {
            Some(error) => {
                let mut text = error.message().to_owned();
                if let Some(error) = error.try_downcast_ref::<PgDatabaseError>() {
                    for more in [error.detail(), error.hint()].into_iter().flatten() {
                        let _ = write!(text, " ({})", more.trim_end_matches('.'));
                    }
                }
                text
            }
            None => error.to_string(),
        },
        RuntimeErr::Internal(text) => text.clone(),
    }
}

/// Whether it is the connection that failed, and no database said anything.
pub fn is_of_connection(error: &DbErr) -> bool {
    match error {
        DbErr::Conn(_) | DbErr::ConnectionAcquire(_) => true,
        DbErr::Exec(RuntimeErr::SqlxError(error)) | DbErr::Query(RuntimeErr::SqlxError(error)) => {
            use sea_orm::sqlx::Error;
            matches!(
                **error,
                Error::Io(_)
                    | Error::Tls(_)
                    | Error::Protocol(_)
                    | Error::PoolTimedOut
                    | Error::PoolClosed
            )
        }
        _ => false,
    }
}

/// The same error with the statement that the database refused under it. A table that SQLite rebuilds is called by its own name.
pub fn refused(error: &DbErr, sql: &str) -> DbErr {
    let message = message(error).replace(NEW_PREFIX, "");
    DbErr::Custom(format!("{message}\n  {sql}"))
}

/// Whether the database refused a statement and the error does not say which.
pub(super) const fn is_of_a_statement(error: &DbErr) -> bool {
    matches!(error, DbErr::Exec(_) | DbErr::Query(_))
}

/// Runs a revision; a panic in it (sea-query panics on what a backend cannot say) becomes an error, so that its transaction is rolled
/// back and the message names it.
pub(super) async fn caught(work: impl Future<Output = Result<(), DbErr>>) -> Result<(), DbErr> {
    let mut work = pin!(work);
    std::future::poll_fn(|context| {
        match catch_unwind(AssertUnwindSafe(|| work.as_mut().poll(context))) {
            Ok(poll) => poll,
            Err(panic) => {
                let text = panic
                    .downcast_ref::<String>()
                    .map(String::as_str)
                    .or_else(|| panic.downcast_ref::<&str>().copied())
                    .unwrap_or("no message");
                Poll::Ready(Err(DbErr::Migration(format!("it panicked: {text}"))))
            }
        }
    })
    .await
}
