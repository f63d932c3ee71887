//! SQLite's own way: the database file is its dump.
//!
//! The copy is made by `VACUUM INTO`, not by the backup API: it reads one snapshot, so that a busy writer in another process cannot make it
//! start over again and again; it keeps the rowids, as the backup API does; and it is a statement, where the API is C that this project's
//! ban on unsafe code leaves no room for. <https://www.sqlite.org/lang_vacuum.html#vacuuminto>

use std::path::{Path, PathBuf};

use plimsoll_migrate::connect::Connection;
use sea_orm::ConnectionTrait as _;
use tempfile::TempDir;

use crate::error::BackupError;

/// A consistent copy of the database, in a folder of its own.
pub(crate) async fn copy(connection: &Connection) -> Result<(TempDir, PathBuf), BackupError> {
    let folder = TempDir::new()
        .map_err(|error| BackupError::file("make a folder in", &std::env::temp_dir(), &error))?;
    let file = folder.path().join("copy.sqlite");
    let quoted = file.display().to_string().replace('\'', "''");
    connection
        .db
        .execute_unprepared(&format!("VACUUM INTO '{quoted}'"))
        .await
        .map_err(|error| BackupError::Database {
            action: format!("copy `{}`", connection.url),
            reason: plimsoll_migrate::runner::message(&error),
            help: format!(
                "nothing was touched; the copy needs as much room in `{}` as the database has",
                std::env::temp_dir().display()
            ),
        })?;
    Ok((folder, file))
}

/// Puts an unpacked database in the place of one that is empty. The session with that one is closed first.
pub(crate) async fn replace(
    connection: Connection,
    from: &Path,
    to: &Path,
) -> Result<(), BackupError> {
    let refused = |reason: String| BackupError::Database {
        action: format!("put the backup in the place of `{}`", to.display()),
        reason,
        help: "nothing was changed; end the programs that have the database open".into(),
    };
    if !connection.absent {
        // Takes a lock that no other session may share, and writes a write-ahead log back into the file.
        connection
            .db
            .execute_unprepared("PRAGMA journal_mode = DELETE")
            .await
            .map_err(|error| refused(plimsoll_migrate::runner::message(&error)))?;
    }
    let closed = connection.db.close().await;
    closed.map_err(|error| refused(plimsoll_migrate::runner::message(&error)))?;
    for ending in ["-wal", "-journal"] {
        let mut log = to.as_os_str().to_owned();
        log.push(ending);
        if Path::new(&log).exists() {
            return Err(refused(format!("`{}` is there", Path::new(&log).display())));
        }
    }
    std::fs::rename(from, to).map_err(|error| BackupError::file("write", to, &error))
}
