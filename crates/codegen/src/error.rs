//! What can go wrong when a revision is written.

use std::path::{Path, PathBuf};

use thiserror::Error;

/// Why a revision could not be written.
#[derive(Debug, Error)]
pub enum CodegenError {
    /// The emitter wrote what is not Rust: a mistake of ours.
    #[error("the generated migration does not parse, at line {line}: {message}")]
    NotRust {
        /// The line of the generated text, from 1.
        line: usize,
        /// What the parser says.
        message: String,
    },
    /// A project's own layout does not make a revision.
    #[error("lay the file out as `{name}` says{}: {problem}", line.map(|line| format!(", line {line}")).unwrap_or_default())]
    Template {
        /// The layout's file.
        name: String,
        /// Its line, from 1, where one is to blame.
        line: Option<usize>,
        /// What is wrong.
        problem: String,
    },
    /// A file is there that would be overwritten.
    #[error("`{}` exists already", .0.display())]
    Exists(PathBuf),
    /// The migrations crate's lib.rs is laid out in a way that cannot be edited safely.
    #[error("`{}`, line {line}: {problem}", .path.display())]
    Layout {
        /// The file.
        path: PathBuf,
        /// Its line, from 1.
        line: usize,
        /// What is not understood.
        problem: String,
    },
    /// A revision's file does not say what it follows in a way that can be edited safely.
    #[error("`{}`, line {line}: {problem}", .path.display())]
    Stated {
        /// The file.
        path: PathBuf,
        /// Its line, from 1.
        line: usize,
        /// What is not understood.
        problem: String,
    },
    /// A file cannot be read or written.
    #[error("cannot {action} `{}`: {source}", .path.display())]
    Io {
        /// What was tried, as a verb.
        action: &'static str,
        /// The file or directory.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// A revision's file is not what the program that runs was built from.
    #[error("`{}` was changed since this program was built", .0.display())]
    Newer(PathBuf),
    /// A text is not UTF-8.
    #[error("`{}` is not UTF-8", .0.display())]
    NotUtf8(PathBuf),
}

impl CodegenError {
    pub(crate) fn io(action: &'static str, path: &Path, source: std::io::Error) -> Self {
        Self::Io {
            action,
            path: path.to_owned(),
            source,
        }
    }

    /// What to do about it. Nothing was written, whatever it is.
    pub fn help(&self) -> &'static str {
        match self {
            Self::NotRust { .. } => "this is a mistake of ours: please report it",
            Self::Template { .. } => {
                "nothing was written; a template has `{{ registration }}`, `{{ up }}` and `{{ down }}`, and usually `{{ head }}` and `{{ imports }}`"
            }
            Self::Exists(_) => "move it away, or choose another message",
            Self::Layout { .. } => {
                "nothing was written; let `migrations()` be one `vec![Box::new(…::Migration), …]`, or take the file from --dry-run and add its `mod` and its entry by hand"
            }
            Self::Stated { .. } => {
                "nothing was written; let the file say `plimsoll::revision! { id: …, parents: […] }` once"
            }
            Self::Io { source, .. } => advice(source),
            Self::Newer(_) => "run it through cargo, which builds it anew",
            Self::NotUtf8(_) => "save it as UTF-8",
        }
    }
}

/// What to do about it.
fn advice(error: &std::io::Error) -> &'static str {
    use std::io::ErrorKind;
    match error.kind() {
        ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => {
            "make the migrations crate writable for this user"
        }
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => "free some space and try again",
        ErrorKind::NotFound => "correct the path of the migrations crate",
        _ => "nothing was changed",
    }
}
