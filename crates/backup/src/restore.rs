//! Putting a backup back, into an empty database.
//!
//! Invariant: the manifest's checksum is checked before the database is touched.

use std::path::{Path, PathBuf};

use futures_util::StreamExt as _;
use plimsoll_migrate::connect::Connection;
use plimsoll_migrate::runner::Stop;
use plimsoll_schema::Backend;
use tempfile::NamedTempFile;
use tokio::io::AsyncWriteExt as _;

use crate::Tell;
use crate::content::content;
use crate::dump::{Dump, Leave};
use crate::error::BackupError;
use crate::load::{Script, carry_out};
use crate::manifest::Manifest;
use crate::pack::Checker;
use crate::place::Place;
use crate::sqlite;
use crate::store::Store;

/// What is put back, and into what.
pub struct Restore {
    /// The session; it is closed at the end.
    pub connection: Connection,
    /// The dump or its manifest.
    pub source: Place,
    /// The name of SeaORM's history table.
    pub table: String,
    /// Whether owners and rights are left out (PostgreSQL).
    pub no_owner: bool,
    /// Who may ask it to stop.
    pub stop: Stop,
}

/// What was put back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Restored {
    /// The dump.
    pub shown: String,
    /// What stands beside it.
    pub manifest: Manifest,
}

/// Restores. `tell` hears how many bytes of the dump were read.
///
/// # Errors
/// When the database holds anything, the backup is not whole or of another backend, or a statement of it fails.
pub async fn restore(order: Restore, tell: &mut Tell<'_>) -> Result<Restored, BackupError> {
    let (place, file) = order.source.clone().split()?;
    let store = place.open(false)?;
    let manifest = Manifest::read(&store, &file).await?;
    let ours = order.connection.url.backend();
    if manifest.backend != ours {
        return Err(BackupError::OtherBackend {
            name: store.shown(&manifest.dump),
            theirs: manifest.backend,
            ours,
        });
    }
    refuse_content(&order).await?;
    let fetched = fetch(&store, &manifest, &order.stop, tell).await?;
    match ours {
        Backend::Sqlite => into_file(order, &fetched).await?,
        Backend::Postgres | Backend::Mysql => into_server(&order, &fetched, tell).await?,
    }
    Ok(Restored {
        shown: store.shown(&manifest.dump),
        manifest,
    })
}

async fn refuse_content(order: &Restore) -> Result<(), BackupError> {
    let content = content(&order.connection, &order.table).await?;
    if content.is_empty() {
        return Ok(());
    }
    Err(BackupError::NotEmpty {
        action: "restore",
        database: order.connection.url.to_string(),
        what: content.described(),
        help: "nothing was touched; nothing is ever dropped: create an empty database and restore into that one".into(),
    })
}

/// The dump on this machine, and what is removed at the end if it was fetched.
struct Fetched {
    path: PathBuf,
    _file: Option<NamedTempFile>,
}

/// Reads the dump, holds it against its manifest, and gives it as a file.
async fn fetch(
    store: &Store,
    manifest: &Manifest,
    stop: &Stop,
    tell: &mut Tell<'_>,
) -> Result<Fetched, BackupError> {
    let name = store.shown(&manifest.dump);
    let broken = |reason: String| BackupError::Broken {
        name: name.clone(),
        reason,
        help: "nothing was touched; take another backup".into(),
    };
    let temporary = std::env::temp_dir();
    let unwritten = |error: std::io::Error| BackupError::file("write in", &temporary, &error);
    let (path, file) = match store.folder() {
        Some(folder) => (folder.join(&manifest.dump), None),
        None => {
            let file = NamedTempFile::new().map_err(unwritten)?;
            (file.path().to_owned(), Some(file))
        }
    };
    let mut copy = match &file {
        Some(file) => {
            let other = file.reopen().map_err(unwritten)?;
            Some(tokio::fs::File::from_std(other))
        }
        None => None,
    };
    let mut checker = Checker::new(manifest.backend);
    let mut pieces = store.read(&manifest.dump).await?;
    let mut total = 0;
    while let Some(piece) = pieces.next().await {
        if stop.is_asked() {
            return Err(BackupError::Interrupted {
                action: "restore",
                help: "nothing was touched",
            });
        }
        let piece = piece?;
        checker.push(&piece).map_err(&broken)?;
        if let Some(copy) = &mut copy {
            copy.write_all(&piece).await.map_err(unwritten)?;
        }
        total += piece.len() as u64;
        tell(total);
    }
    if let Some(mut copy) = copy {
        copy.flush().await.map_err(unwritten)?;
    }
    let read = checker.finish().map_err(&broken)?;
    if read != manifest.packed {
        return Err(broken(
            "its checksum is not the one in its manifest: it was changed or damaged".into(),
        ));
    }
    Ok(Fetched { path, _file: file })
}

async fn into_server(
    order: &Restore,
    fetched: &Fetched,
    tell: &mut Tell<'_>,
) -> Result<(), BackupError> {
    let dump = Dump::open(&fetched.path)?;
    let connection = &order.connection;
    let help = match connection.url.backend() {
        Backend::Sqlite | Backend::Postgres => {
            "its transaction was rolled back: the database is empty as before; where a role is missing, create it, or pass --no-owner to leave out owners and rights".to_owned()
        }
        // https://dev.mysql.com/doc/refman/8.4/en/implicit-commit.html
        Backend::Mysql => format!(
            "this server commits at every CREATE TABLE: the tables before that point stay; drop the database `{}`, create it empty, and restore again",
            connection.url.database().unwrap_or_default()
        ),
    };
    let script = Script {
        dump: &dump,
        before: Vec::new(),
        after: Vec::new(),
        leave: Leave {
            rows_of: Vec::new(),
            owners: order.no_owner,
            locks: false,
        },
        action: "restore",
        help,
        stop: &order.stop,
    };
    carry_out(connection, &script, tell).await.map(|_| ())
}

/// Unpacks beside the database's file and puts it in its place.
async fn into_file(order: Restore, fetched: &Fetched) -> Result<(), BackupError> {
    let Some(target) = order.connection.url.file().map(Path::to_owned) else {
        return Err(BackupError::Nothing {
            database: order.connection.url.to_string(),
            reason: "it is in memory, and goes with this session",
        });
    };
    let folder = match target.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder.to_owned(),
        Some(_) | None => PathBuf::from("."),
    };
    let unwritten = |error: std::io::Error| BackupError::file("write in", &folder, &error);
    let mut beside = beside(&folder).map_err(unwritten)?;
    let packed = std::fs::File::open(&fetched.path)
        .map_err(|error| BackupError::file("read", &fetched.path, &error))?;
    let mut reader = flate2::read::MultiGzDecoder::new(std::io::BufReader::new(packed));
    std::io::copy(&mut reader, beside.as_file_mut()).map_err(unwritten)?;
    beside.as_file().sync_all().map_err(unwritten)?;
    if let Ok(was) = std::fs::metadata(&target) {
        let kept = std::fs::set_permissions(beside.path(), was.permissions());
        kept.map_err(unwritten)?;
    }
    let from = beside.into_temp_path();
    sqlite::replace(order.connection, &from, &target).await?;
    // It has another name now.
    let _ = from.keep();
    Ok(())
}

/// A file that others may read as far as they may read any file that this user makes: it is going to be the application's database.
fn beside(folder: &Path) -> std::io::Result<NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(".plimsoll-restore-");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        builder.permissions(std::fs::Permissions::from_mode(0o666));
    }
    builder.tempfile_in(folder)
}
