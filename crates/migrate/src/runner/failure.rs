//! Why a run ended early, and what state that leaves the database in.

use std::fmt::{self, Write as _};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::task::Poll;

use plimsoll_schema::backend::sqlite::NEW_PREFIX;
use sea_orm::sqlx::postgres::PgDatabaseError;
use sea_orm::{DbErr, RuntimeErr};

use super::code::{self, note_code};
use super::journal::{State, Unfinished};
use super::{Direction, Holder, Way};
use crate::script::Asks;

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
        /// How it ran.
        way: Way,
        /// Whether a limit on waiting or on a statement's time was met.
        is_limit: bool,
    },
    /// A statement of a revision failed that runs statement by statement.
    Step {
        /// Its id.
        revision: String,
        /// In the words of the database.
        cause: String,
        /// The place of the one that failed.
        at: usize,
        /// How many of its statements and operations are done, and stay.
        done: usize,
        /// How many it has.
        of: usize,
        /// Whether a limit on waiting or on a statement's time was met.
        is_limit: bool,
    },
    /// A hook failed, of a revision that runs statement by statement.
    Hook {
        /// The revision's id.
        revision: String,
        /// Whose it is, and what it said.
        cause: String,
        /// Whether all statements of the revision are done.
        is_after: bool,
    },
    /// The hook before the run failed; what it said.
    BeforeRun(String),
    /// The hook after the run failed, and nothing else did; what it said.
    AfterRun(String),
    /// A revision was begun before and has to be finished first.
    Unfinished(Box<Unfinished>),
    /// A revision that was begun before is not what it was.
    Changed(Box<Unfinished>),
    /// A statement had begun when a run was killed, and whether it was carried out cannot be found out.
    Unsure(Box<Unfinished>),
    /// A revision asks the database, where its statements have to be known before.
    Asks {
        /// Its id.
        revision: String,
        /// What it asks.
        asks: Asks,
    },
    /// A revision cannot be run in one transaction with others.
    NotInOne(String),
    /// Someone asked to stop; during a revision, or between two.
    Stopped {
        /// The revision, and how it ran.
        during: Option<(String, Way)>,
    },
    /// Another run holds the lock.
    Locked {
        /// How long this one waited, in seconds.
        seconds: u64,
        /// Who holds it, where that can be known.
        holder: Option<Holder>,
    },
    /// The history could not be read or written.
    History(String),
    /// The server went away.
    Lost {
        /// The revision that ran, and how; `None` before the first and between two.
        during: Option<(String, Way)>,
        /// Whether that was at the end of its transaction, so that only the database knows whether it was carried out.
        at_commit: bool,
        /// In the words of the network, or of the server that said goodbye.
        cause: String,
    },
}

impl FailureKind {
    /// The history could not be read or written, if it was not the connection that failed.
    pub(super) fn history(error: &DbErr) -> Self {
        if code::is_lost(code::code(error).as_deref()) {
            return Self::Lost {
                during: None,
                at_commit: false,
                cause: message(error),
            };
        }
        Self::History(message(error))
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let verb = verb(self.direction);
        match &self.kind {
            FailureKind::Revision {
                revision, cause, ..
            }
            | FailureKind::Hook {
                revision, cause, ..
            } => write!(f, "{verb} `{revision}`: {cause}"),
            FailureKind::BeforeRun(cause) => {
                write!(f, "start the run: the hook before it failed: {cause}")
            }
            FailureKind::AfterRun(cause) => {
                write!(f, "end the run: the hook after it failed: {cause}")
            }
            FailureKind::Step {
                revision,
                cause,
                at,
                of,
                ..
            } => write!(
                f,
                "{verb} `{revision}`, statement {} of {of}: {cause}",
                at + 1
            ),
            FailureKind::Unfinished(left) if left.state == State::Unknown => write!(
                f,
                "start: `{}` was begun and did not get to its end, and how far it came is not known",
                left.revision
            ),
            FailureKind::Unfinished(left) => write!(
                f,
                "start: `{}` was begun {} and is half-way, with {} of {} statements done",
                left.revision,
                match left.direction {
                    Direction::Up => "upwards",
                    Direction::Down => "downwards",
                },
                left.at.item,
                left.items
            ),
            FailureKind::Changed(left) => write!(
                f,
                "{verb} `{}`: it is half-way, with {} of {} statements done, and was changed since",
                left.revision, left.at.item, left.items
            ),
            FailureKind::Unsure(left) => write!(
                f,
                "{verb} `{}`: it was killed during statement {} of {}, and whether that was carried out cannot be found out\n  {}",
                left.revision,
                left.at.item + 1,
                left.items,
                left.statement.as_deref().unwrap_or_default()
            ),
            FailureKind::Asks { revision, asks } => write!(f, "{verb} `{revision}`: {asks}"),
            FailureKind::NotInOne(revision) => write!(
                f,
                "{verb} all revisions in one transaction: `{revision}` cannot run inside one"
            ),
            FailureKind::Stopped {
                during: Some((revision, _)),
            } => write!(f, "{verb} `{revision}`: interrupted"),
            FailureKind::Stopped { during: None } => {
                write!(f, "{verb} all revisions: interrupted between two")
            }
            FailureKind::Locked { seconds, holder } => {
                write!(f, "start: another run holds the lock of this database")?;
                if let Some(holder) = holder {
                    write!(f, ", {holder}")?;
                }
                write!(f, " (waited {seconds} s)")
            }
            FailureKind::History(cause) => write!(f, "read and write the history: {cause}"),
            FailureKind::Lost {
                during: None,
                cause,
                ..
            } => write!(
                f,
                "read and write the history: the server went away ({cause})"
            ),
            FailureKind::Lost {
                during: Some((revision, _)),
                at_commit,
                cause,
            } => {
                let when = if *at_commit { " at its COMMIT" } else { "" };
                write!(
                    f,
                    "{verb} `{revision}`: the server went away{when} ({cause})"
                )
            }
        }
    }
}

impl std::error::Error for Failure {}

const fn verb(direction: Direction) -> &'static str {
    match direction {
        Direction::Up => "apply",
        Direction::Down => "take back",
    }
}

impl Failure {
    /// What state the database is in, as a sentence, and what to do.
    pub fn help(&self) -> String {
        let done = self.before();
        match &self.kind {
            FailureKind::Revision { way, is_limit, .. } => {
                let mut text = left(*way, &done);
                if *is_limit {
                    text.push_str(LIMIT);
                }
                text
            }
            FailureKind::Stopped {
                during: Some((_, way)),
            } => left(*way, &done),
            FailureKind::Step {
                at,
                done: stayed,
                is_limit,
                ..
            } => {
                let stay = match stayed {
                    0 => "nothing of it was done".to_owned(),
                    1 if at == stayed => "the statement before it is done and stays".to_owned(),
                    1 => "the first statement is done and stays".to_owned(),
                    stayed if at == stayed => {
                        format!("the {stayed} statements before it are done and stay")
                    }
                    stayed => format!("the first {stayed} statements are done and stay"),
                };
                let place = if at == stayed {
                    "at this statement".to_owned()
                } else {
                    format!("at statement {}", stayed + 1)
                };
                let limit = if *is_limit { LIMIT } else { "" };
                format!(
                    "{stay}{done}; remove the cause and run it again: it goes on {place}{limit}"
                )
            }
            FailureKind::Hook { is_after: false, .. } => {
                format!("none of its statements was carried out by this run{done}; remove the cause and run it again")
            }
            FailureKind::Hook { is_after: true, .. } => format!(
                "all its statements are done and stay, and it is not recorded as run{done}; remove the cause and run it again: it goes on with this hook"
            ),
            FailureKind::BeforeRun(_) => "nothing was run".to_owned(),
            FailureKind::AfterRun(_) => {
                "what was to be run was run, and stays; the hook does not run again for it".to_owned()
            }
            FailureKind::Unfinished(left) if left.state == State::Unknown => format!(
                "see what of it is there and make the rest so by hand, then say `repair {id} --done`; or undo it, then say `repair {id} --undone`",
                id = left.revision
            ),
            FailureKind::Unfinished(left) => format!(
                "finish it first: `{} {id}`; or undo its statements by hand, then say `repair {id} --undone`",
                match left.direction {
                    Direction::Up => "upgrade",
                    Direction::Down => "downgrade",
                },
                id = left.revision
            ),
            FailureKind::Changed(left) if left.state == State::Refused => {
                "restore its file, or pass --allow-edited to go on with the new text of the statement that failed".to_owned()
            }
            FailureKind::Changed(left) => format!(
                "restore its file and run it again; or make the rest of it so by hand, then say `repair {id} --done`",
                id = left.revision
            ),
            FailureKind::Unsure(left) => format!(
                "look whether it was: then say `repair {id} --statement-done`, or else `repair {id} --statement-undone`, and run this again",
                id = left.revision
            ),
            FailureKind::Asks { .. } => {
                "let it run in a transaction, or let it not ask".to_owned()
            }
            FailureKind::NotInOne(_) => {
                "leave out --single-transaction: each revision then has one of its own".to_owned()
            }
            FailureKind::Stopped { during: None } => match self.done.as_slice() {
                [] => "nothing was run".to_owned(),
                done => format!("{} done; run it again for the rest", were(done)),
            },
            FailureKind::Locked { .. } => {
                "wait for the other run to end, or end it; its lock goes with its connection".into()
            }
            FailureKind::Lost {
                at_commit: true, ..
            } => format!(
                "only the database knows whether it is done{done}; when the server is there, run it again: it finds out, and does what is left"
            ),
            FailureKind::Lost {
                during: Some((_, way @ Way::Whole { .. })),
                ..
            } => format!("{}; run it again when the server is there", left(*way, &done)),
            FailureKind::Lost { .. } => format!(
                "what is done is written down{done}; when the server is there, run it again: it finds out how far this came, and goes on there"
            ),
            FailureKind::History(_) => {
                "the user needs the right to create, read and write the history tables".into()
            }
        }
    }

    /// What was run before, as the rest of a sentence.
    fn before(&self) -> String {
        match (self.done.as_slice(), self.direction) {
            ([], _) => String::new(),
            (done, Direction::Up) => {
                let stay = if done.len() == 1 { "stays" } else { "stay" };
                format!("; {} applied before and {stay}", were(done))
            }
            (done, Direction::Down) => format!("; {} taken back before", were(done)),
        }
    }
}

/// What is left of a revision that did not come to its end.
fn left(way: Way, done: &str) -> String {
    match way {
        Way::Whole {
            transactional: true,
        } => format!("its transaction was rolled back, nothing of it remains{done}"),
        Way::Whole {
            transactional: false,
        } => format!(
            "it ran without a transaction and asks the database, so how far it came is not known{done}; `repair` lists the ways out"
        ),
        Way::Steps { .. } => {
            format!("what of it is done is written down{done}; run it again, and it goes on there")
        }
    }
}

/// What is said where a limit was met.
const LIMIT: &str = "; somebody else holds what it needs, or it takes long: try at a quieter time, or raise --lock-wait or --statement-timeout";

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

/// What to do where a pooler mixes up the prepared statements of its clients.
pub const POOLER: &str = "a pooler that gives every transaction another session has to keep prepared statements, as PgBouncer does from 1.21 on with max_prepared_statements above 0; or use its session mode, or the server's own address";

/// Whether a pooler is in between that gives every transaction another session and does not keep prepared statements: then a name is
/// taken already by another client (PostgreSQL's 42P05), or is not known (26000).
pub fn is_of_a_pooler(error: &DbErr) -> bool {
    matches!(code::code(error).as_deref(), Some("42P05" | "26000"))
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

/// The same error with the statement that the database refused under it, if it was the database that did. A table that SQLite rebuilds is called by its own name.
pub fn refused(error: &DbErr, sql: &str) -> DbErr {
    note_code(error);
    if is_of_connection(error) {
        return error.clone();
    }
    let message = message(error).replace(NEW_PREFIX, "");
    DbErr::Custom(format!("{message}\n  {sql}"))
}

/// Whether the database refused a statement and the error does not say which.
pub(super) const fn is_of_a_statement(error: &DbErr) -> bool {
    matches!(error, DbErr::Exec(_) | DbErr::Query(_))
}

/// Runs a revision; a panic in it (sea-query panics on what a backend cannot say) becomes an error, so that its transaction is rolled
/// back and the message names it.
pub(crate) async fn caught(work: impl Future<Output = Result<(), DbErr>>) -> Result<(), DbErr> {
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
