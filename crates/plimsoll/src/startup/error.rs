//! Why a service does not start.

use plimsoll_migrate::connect::{BesideError, ConnectError};
use plimsoll_migrate::graph::GraphError;
use plimsoll_migrate::runner::Failure;
use plimsoll_migrate::url::UrlError;
use thiserror::Error;

/// Why a service does not start. None of it shows a password.
#[derive(Debug, Error)]
pub enum StartupError {
    /// The address is not one.
    #[error("read the database's address: {0}")]
    Url(#[from] UrlError),
    /// There is no connection.
    #[error(transparent)]
    Connect(#[from] ConnectError),
    /// There is no session beside the application's pool.
    #[error(transparent)]
    Beside(#[from] BesideError),
    /// The revisions do not form a graph.
    #[error("order the revisions: {0}")]
    Graph(#[from] GraphError),
    /// The database cannot be read.
    #[error("read the database: {0}")]
    Read(String),
    /// Revisions are missing, and the policy is to check.
    #[error("start: the database is behind, {}", told(pending, "not applied"))]
    Behind {
        /// What is not applied, in order.
        pending: Vec<String>,
    },
    /// The database is ahead and behind at once: of another line of development.
    #[error(
        "start: the database is of another line, {} and {}",
        told(unknown, "applied and not known here"),
        told(pending, "not applied")
    )]
    Apart {
        /// What is applied and not known here.
        unknown: Vec<String>,
        /// What is not applied, in order.
        pending: Vec<String>,
    },
    /// Files were edited after they were applied, and there is more to apply.
    #[error("start: {} after it was applied", edited(revisions))]
    Edited {
        /// The revisions.
        revisions: Vec<String>,
    },
    /// There are several heads: nobody said in which order they belong.
    #[error("start: there are several heads, {}", quoted(heads))]
    SeveralHeads {
        /// The heads.
        heads: Vec<String>,
    },
    /// A revision failed, or the lock was not to be had.
    #[error(transparent)]
    Run(#[from] Failure),
    /// The schema is to be made from the models, and there is something already.
    #[error(
        "create the schema: the database is not empty, {}",
        told(tables, "there")
    )]
    NotEmpty {
        /// Its tables, or the revisions applied to it.
        tables: Vec<String>,
    },
    /// The models cannot be read, or state what the database cannot have.
    #[error("create the schema: {0}")]
    Models(String),
}

impl StartupError {
    /// What to do about it.
    pub fn help(&self) -> String {
        match self {
            Self::Url(_) => "write it as sqlite://app.db, postgres://user:password@host/database or mysql://user:password@host/database".into(),
            Self::Connect(error) => error.help(),
            Self::Beside(error) => error.help(),
            Self::Graph(error) => error.help().to_owned(),
            Self::Read(_) => {
                "the user needs the right to read the tables, the history's too".into()
            }
            Self::Behind { .. } => {
                "run `upgrade` before this version is started, or start it with AUTO_MIGRATE=upgrade".into()
            }
            Self::Apart { .. } => {
                "start the version that belongs to this database, or use the database that belongs to this version".into()
            }
            Self::Edited { .. } => {
                "restore the file and put the change into a new revision, or run `upgrade --allow-edited` by hand".into()
            }
            Self::SeveralHeads { .. } => {
                "join them with `merge heads`, or apply them by hand in the order that is right".into()
            }
            Self::Run(failure) => failure.help(),
            Self::NotEmpty { .. } => {
                "use an empty database, or AUTO_MIGRATE=upgrade for this one; nothing was changed".into()
            }
            Self::Models(_) => {
                "correct the models; `use entity as _;` in the program links them".into()
            }
        }
    }
}

/// ``1 is not applied: `a` ``, or how many and which is the first.
fn told(ids: &[String], what: &str) -> String {
    match ids {
        [] => format!("nothing is {what}"),
        [only] => format!("`{only}` is {what}"),
        [first, ..] => format!("{} are {what} (the first is `{first}`)", ids.len()),
    }
}

fn edited(ids: &[String]) -> String {
    let were = if ids.len() == 1 { "was" } else { "were" };
    format!("{} {were} edited", quoted(ids))
}

fn quoted(ids: &[String]) -> String {
    let ids: Vec<String> = ids.iter().map(|id| format!("`{id}`")).collect();
    ids.join(" and ")
}
