//! What goes wrong with a backup, a restore or a dump, and what to do about it.
//!
//! Invariant: no error repeats a password or a store's secret key.

use plimsoll_schema::Backend;
use thiserror::Error;

/// Why a backup, a restore or the loading of a dump did not come about. Each is a fragment that fits "failed to …".
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum BackupError {
    /// The place is not one we can go to.
    #[error("go to `{shown}`: {reason}")]
    Place {
        /// The place, without secrets.
        shown: String,
        /// What is wrong with it.
        reason: String,
        /// What to write instead.
        help: String,
    },
    /// A folder or a store refused.
    #[error("{action} `{name}`: {reason}")]
    Store {
        /// What was tried, as a verb.
        action: &'static str,
        /// The file or object.
        name: String,
        /// In the words of the file system or the store.
        reason: String,
        /// What to do.
        help: String,
    },
    /// A program of the server's is not installed.
    #[error("run `{tool}`: it is not on the PATH")]
    NoTool {
        /// The program.
        tool: String,
        /// What brings it.
        package: &'static str,
    },
    /// A program is too old for the server.
    #[error("run `{tool}`: it is of version {own}, and the server of version {server}")]
    OldTool {
        /// The program.
        tool: String,
        /// Its version.
        own: String,
        /// The server's.
        server: String,
    },
    /// A program of the server's failed.
    #[error("{action} with `{tool}`: {reason}")]
    Tool {
        /// What it was to do, as a verb.
        action: &'static str,
        /// The program.
        tool: String,
        /// What it said.
        reason: String,
        /// What state that leaves, and what to do.
        help: String,
    },
    /// A backup or a dump is not whole, or not what it was.
    #[error("read `{name}`: {reason}")]
    Broken {
        /// The file or object.
        name: String,
        /// What is missing or different.
        reason: String,
        /// What to do.
        help: String,
    },
    /// A dump is for another backend.
    #[error("read `{name}`: it is for {theirs}, and the database is {ours}")]
    OtherBackend {
        /// The file or object.
        name: String,
        /// What the dump is for.
        theirs: Backend,
        /// What the database is.
        ours: Backend,
    },
    /// The database holds something.
    #[error("{action}: the database `{database}` is not empty, it holds {what}")]
    NotEmpty {
        /// What was to be done, as a verb.
        action: &'static str,
        /// The database, without secrets.
        database: String,
        /// What it holds.
        what: String,
        /// What to do.
        help: String,
    },
    /// There is nothing of which a backup could be made.
    #[error("back up `{database}`: {reason}")]
    Nothing {
        /// The database, without secrets.
        database: String,
        /// Why there is nothing.
        reason: &'static str,
    },
    /// The database refused.
    #[error("{action}: {reason}")]
    Database {
        /// What was tried, as a verb.
        action: String,
        /// In the words of the database.
        reason: String,
        /// What state that leaves, and what to do.
        help: String,
    },
    /// A local file could not be read or written.
    #[error("{action} `{path}`: {reason}")]
    File {
        /// What was tried, as a verb.
        action: &'static str,
        /// The file.
        path: String,
        /// In the words of the operating system.
        reason: String,
    },
    /// Someone asked to stop.
    #[error("{action}: interrupted")]
    Interrupted {
        /// What was under way, as a verb.
        action: &'static str,
        /// What state that leaves.
        help: &'static str,
    },
}

impl BackupError {
    /// What to do about it.
    pub fn help(&self) -> String {
        match self {
            Self::Place { help, .. }
            | Self::Store { help, .. }
            | Self::Tool { help, .. }
            | Self::Broken { help, .. }
            | Self::NotEmpty { help, .. }
            | Self::Database { help, .. } => help.clone(),
            Self::NoTool { package, .. } => {
                format!("install {package}, of the server's version or a later one")
            }
            Self::OldTool { .. } => {
                "install the client programs of the server's version, and put them first on the PATH".into()
            }
            Self::OtherBackend { theirs, .. } => {
                format!("nothing was touched; give a database of {theirs}, or a dump of this one's kind")
            }
            Self::Nothing { .. } => "check DATABASE_URL".into(),
            Self::File { .. } => {
                "check that the file is there, that its rights allow this, and that the disk has room".into()
            }
            Self::Interrupted { help, .. } => (*help).to_owned(),
        }
    }

    pub(crate) fn file(
        action: &'static str,
        path: &std::path::Path,
        error: &std::io::Error,
    ) -> Self {
        Self::File {
            action,
            path: path.display().to_string(),
            reason: error.to_string(),
        }
    }

    pub(crate) fn database(action: impl Into<String>, error: &sea_orm::DbErr) -> Self {
        Self::Database {
            action: action.into(),
            reason: plimsoll_migrate::runner::message(error),
            help: "nothing was changed".into(),
        }
    }
}
