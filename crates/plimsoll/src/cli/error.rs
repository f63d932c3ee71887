//! Errors of the command line: what failed, what to do, and the exit code that says which kind it was.

use plimsoll_backup::BackupError;
use plimsoll_migrate::connect::ConnectError;
use plimsoll_migrate::graph::{GraphError, TargetError};
use plimsoll_migrate::runner::{Failure, FailureKind, POOLER, is_of_a_pooler, message};
use plimsoll_migrate::url::UrlError;
use plimsoll_report::document::MissingHint;
use plimsoll_schema::Diagnostic;

/// How a command ended; the documented exit codes of the process.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// Nothing failed.
    Ok,
    /// A mistake of ours, or a revision that failed.
    Failed,
    /// The command line is not understood.
    Usage,
    /// Models and database differ.
    Differ,
    /// A diagnostic has to be settled first.
    Blocked,
    /// The database is behind or ahead of the files, or there are several heads.
    Standing,
    /// The database is unreachable or refused.
    Database,
    /// Files of the project are unreadable, not writable, or not understood.
    Files,
    /// A backup, a restore or the loading of a dump did not come about.
    Backup,
    /// Ctrl-C.
    Interrupted,
}

impl Exit {
    /// The code.
    pub const fn code(self) -> u8 {
        match self {
            Self::Ok => 0,
            Self::Failed => 1,
            Self::Usage => 2,
            Self::Differ => 3,
            Self::Blocked => 4,
            Self::Standing => 5,
            Self::Database => 6,
            Self::Files => 7,
            Self::Backup => 8,
            Self::Interrupted => 130,
        }
    }
}

/// The exit codes, for `--help`.
pub const EXIT_CODES: &str = "\
Exit codes:
  0    done, or nothing to do
  1    a revision failed, or Plimsoll did
  2    the command line is not understood
  3    models and database differ (check)
  4    a diagnostic has to be settled first
  5    the database is behind or ahead of the files, or there are several heads
  6    the database is unreachable or refused
  7    files of the project are unreadable, not writable or not understood
  8    a backup, a restore or the loading of a dump did not come about
  130  interrupted";

/// A command that failed.
#[derive(Debug)]
pub struct CliError {
    /// Which kind.
    pub exit: Exit,
    /// A lower-case fragment that fits "failed to …".
    pub message: String,
    /// What to do, imperative and complete.
    pub help: Option<String>,
    /// What blocks.
    pub diagnostics: Vec<Diagnostic>,
    /// What has to be answered, and with which flags.
    pub missing_hints: Vec<MissingHint>,
}

impl CliError {
    /// An error without help.
    pub fn new(exit: Exit, message: impl Into<String>) -> Self {
        Self {
            exit,
            message: message.into(),
            help: None,
            diagnostics: Vec::new(),
            missing_hints: Vec::new(),
        }
    }

    /// The same, with what to do.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// The same, with what blocks.
    #[must_use]
    pub fn because(mut self, diagnostics: Vec<Diagnostic>) -> Self {
        self.diagnostics = diagnostics;
        self
    }

    /// The same, with what has to be answered.
    #[must_use]
    pub fn missing(mut self, hints: Vec<MissingHint>) -> Self {
        self.missing_hints = hints;
        self
    }

    /// The database answered with an error.
    pub fn database(action: &str, error: &sea_orm::DbErr) -> Self {
        let told = Self::new(Exit::Database, format!("{action}: {}", message(error)));
        if is_of_a_pooler(error) {
            return told.help(POOLER);
        }
        told
    }

    /// A file could not be read or written.
    pub fn file(action: &str, path: &std::path::Path, error: &std::io::Error) -> Self {
        Self::new(
            Exit::Files,
            format!("{action} `{}`: {error}", path.display()),
        )
    }
}

impl From<UrlError> for CliError {
    fn from(error: UrlError) -> Self {
        Self::new(Exit::Usage, format!("read DATABASE_URL: {error}"))
            .help("write it as sqlite://app.db, postgres://user:password@host/database or mysql://user:password@host/database")
    }
}

impl From<ConnectError> for CliError {
    fn from(error: ConnectError) -> Self {
        Self::new(Exit::Database, error.to_string()).help(error.help())
    }
}

impl From<GraphError> for CliError {
    fn from(error: GraphError) -> Self {
        Self::new(Exit::Files, format!("order the revisions: {error}")).help(error.help())
    }
}

impl From<TargetError> for CliError {
    fn from(error: TargetError) -> Self {
        let exit = match &error {
            TargetError::SeveralHeads(_) | TargetError::SeveralCurrent(_) => Exit::Standing,
            TargetError::Unknown(_)
            | TargetError::Ambiguous { .. }
            | TargetError::Direction { .. }
            | TargetError::Fork { .. }
            | TargetError::TooFar { .. }
            | TargetError::NoBranch(_)
            | TargetError::NotInBranch { .. }
            | TargetError::Range { .. } => Exit::Usage,
        };
        Self::new(exit, format!("find the revision: {error}")).help(error.help())
    }
}

impl From<Failure> for CliError {
    fn from(failure: Failure) -> Self {
        let exit = match &failure.kind {
            FailureKind::Revision { .. }
            | FailureKind::Step { .. }
            | FailureKind::Hook { .. }
            | FailureKind::BeforeRun(_)
            | FailureKind::AfterRun(_)
            | FailureKind::Asks { .. }
            | FailureKind::NotInOne(_) => Exit::Failed,
            FailureKind::Unfinished(_) | FailureKind::Changed(_) | FailureKind::Unsure(_) => {
                Exit::Standing
            }
            FailureKind::Stopped { .. } => Exit::Interrupted,
            FailureKind::Locked { .. } | FailureKind::History(_) | FailureKind::Lost { .. } => {
                Exit::Database
            }
        };
        Self::new(exit, failure.to_string()).help(failure.help())
    }
}

impl From<BackupError> for CliError {
    fn from(error: BackupError) -> Self {
        let exit = match &error {
            BackupError::Place { .. } => Exit::Usage,
            BackupError::Interrupted { .. } => Exit::Interrupted,
            BackupError::Store { .. }
            | BackupError::NoTool { .. }
            | BackupError::OldTool { .. }
            | BackupError::Tool { .. }
            | BackupError::Broken { .. }
            | BackupError::OtherBackend { .. }
            | BackupError::NotEmpty { .. }
            | BackupError::Nothing { .. }
            | BackupError::Database { .. }
            | BackupError::File { .. } => Exit::Backup,
        };
        Self::new(exit, error.to_string()).help(error.help())
    }
}
