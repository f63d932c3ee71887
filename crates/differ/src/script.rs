//! A SQL script, carried out as its server's own shell would.
//!
//! What dumps contain is understood: `psql`'s statements one at a time, mysqldump's `DELIMITER`. What only a shell can do (`\connect`,
//! `COPY … FROM stdin`) is refused with its line.

mod split;

use plimsoll_schema::Backend;
use sea_orm::{ConnectionTrait, DatabaseConnection, DbErr};
use thiserror::Error;

use crate::inspect::{InspectError, backend};

/// Why a script was not carried out to its end. What came before stays done.
#[derive(Debug, Error)]
pub enum ScriptError {
    /// The server refused a statement.
    #[error("line {line}: {source}")]
    Refused {
        /// Where the statement begins, counted from 1; 1 where a script is sent as a whole.
        line: usize,
        /// What the server said.
        source: DbErr,
    },
    /// It is for a shell, not for a server.
    #[error("line {line}: `{text}` is for a shell, not for the server")]
    Shell {
        /// Where, counted from 1.
        line: usize,
        /// The first words of it.
        text: String,
    },
    /// The database is one that Plimsoll does not speak to.
    #[error(transparent)]
    Database(#[from] InspectError),
}

/// Carries a script out. What it sets in the session of PostgreSQL, as dumps do with the `search_path`, is set back.
///
/// # Errors
/// When the server refuses a statement, or one is not for a server.
pub async fn run(db: &DatabaseConnection, text: &str) -> Result<(), ScriptError> {
    let backend = backend(db)?;
    let parts = split::split(backend, text)?;
    for part in &parts {
        let refused = |source| ScriptError::Refused {
            line: part.line(),
            source,
        };
        db.execute_unprepared(part.sql).await.map_err(refused)?;
    }
    if backend == Backend::Postgres {
        let refused = |source| ScriptError::Refused {
            line: parts.last().map_or(1, split::Part::line),
            source,
        };
        db.execute_unprepared("RESET ALL").await.map_err(refused)?;
    }
    Ok(())
}
