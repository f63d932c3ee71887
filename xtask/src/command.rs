//! Running other programs.

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use thiserror::Error;

/// Why a task did not succeed.
#[derive(Debug, Error)]
pub(crate) enum Failure {
    /// A program cannot be started.
    #[error("`{program}` cannot be started: {source}")]
    Start {
        /// The program.
        program: String,
        /// What the system said.
        source: std::io::Error,
    },
    /// A program failed; it said why.
    #[error("`{0}` failed")]
    Failed(String),
    /// A file cannot be read or written.
    #[error("{path}: {source}")]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// A database that nobody changed is to be changed.
    #[error("something is proposed for a database that nobody changed")]
    Proposed,
    /// Anything that one line tells.
    #[error("{0}")]
    Told(String),
}

impl Failure {
    /// What the process ends with: 3 where models and database differ, as the command itself does.
    pub(crate) fn exit_code(&self) -> ExitCode {
        match self {
            Self::Proposed => ExitCode::from(3),
            Self::Start { .. } | Self::Failed(_) | Self::Io { .. } | Self::Told(_) => {
                ExitCode::FAILURE
            }
        }
    }
}

/// The workspace's root.
pub(crate) fn root() -> PathBuf {
    let own = Path::new(env!("CARGO_MANIFEST_DIR"));
    own.parent().unwrap_or(own).to_owned()
}

/// The cargo that runs us.
pub(crate) fn cargo(verb: &str) -> Command {
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".into());
    let mut command = Command::new(cargo);
    command.arg(verb).current_dir(root());
    command
}

/// Runs a program, its output shown.
pub(crate) fn run(command: &mut Command) -> Result<(), Failure> {
    let status = command.status().map_err(|source| Failure::Start {
        program: name(command),
        source,
    })?;
    if status.success() {
        Ok(())
    } else {
        Err(Failure::Failed(line(command)))
    }
}

/// Runs a program silently; its output is in the error when it fails.
pub(crate) fn run_quietly(command: &mut Command) -> Result<(), Failure> {
    let output = command.output().map_err(|source| Failure::Start {
        program: name(command),
        source,
    })?;
    if output.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    Err(Failure::Told(format!(
        "`{}` failed: {}",
        line(command),
        said.trim()
    )))
}

fn name(command: &Command) -> String {
    command.get_program().to_string_lossy().into_owned()
}

fn line(command: &Command) -> String {
    let args = command.get_args().map(|arg| arg.to_string_lossy());
    let args: Vec<_> = args.collect();
    format!("{} {}", name(command), args.join(" "))
}
