//! Making a backup.

use std::process::Stdio;

use futures_util::StreamExt as _;
use plimsoll_migrate::connect::Connection;
use plimsoll_migrate::runner::Stop;
use plimsoll_schema::Backend;
use tokio::io::{AsyncRead, AsyncReadExt as _};

use crate::Tell;
use crate::error::BackupError;
use crate::manifest::Manifest;
use crate::pack::{Checker, Packed, Packer};
use crate::place::Place;
use crate::store::{Store, Upload};
use crate::tool::{Tool, server_version};
use crate::{sqlite, tool};

/// The size of the pieces that are read, in bytes.
const PIECE: usize = 256 * 1024;

const UNTOUCHED: &str = "nothing was touched, and nothing of the backup stays";

/// Of what a backup is to be made, and where.
pub struct Order<'a> {
    /// The session.
    pub connection: &'a Connection,
    /// The revisions applied, in the order of application.
    pub revisions: &'a [String],
    /// The revision it stands at, for the name; `base` where there is none.
    pub at: &'a str,
    /// Where it goes.
    pub place: &'a Place,
    /// Who may ask it to stop.
    pub stop: Stop,
}

/// A backup that was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Made {
    /// The dump, as `restore` takes it.
    pub shown: String,
    /// What stands beside it.
    pub manifest: Manifest,
}

/// Makes a backup, reads it again, and only then writes the manifest. `tell` hears how many bytes of the dump were read.
///
/// # Errors
/// When the dump cannot be made or is not whole, or the place refuses; then nothing of it stays.
pub async fn backup(order: &Order<'_>, tell: &mut Tell<'_>) -> Result<Made, BackupError> {
    let connection = order.connection;
    nothing_to_copy(connection)?;
    let source = Source::of(connection).await?;
    let store = order.place.open(true)?;
    let now = jiff::Timestamp::now();
    let name = file_name(connection, &now, order.at);
    let packed = write(order, &source, &store, &name, tell).await?;
    if let Err(error) = reread(&store, &name, connection.url.backend(), &packed).await {
        store.discard(&name).await;
        return Err(error);
    }
    let manifest = Manifest {
        format: Manifest::FORMAT,
        backend: connection.url.backend(),
        database: database_name(connection),
        server: server_version(connection).await?,
        dumped_with: source.version(),
        plimsoll: env!("CARGO_PKG_VERSION").to_owned(),
        created_at: now.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
        revisions: order.revisions.to_vec(),
        packed,
        dump: name.clone(),
    };
    if let Err(error) = manifest.write(&store).await {
        store.discard(&name).await;
        return Err(error);
    }
    Ok(Made {
        shown: store.shown(&name),
        manifest,
    })
}

fn nothing_to_copy(connection: &Connection) -> Result<(), BackupError> {
    let nothing = |reason| {
        Err(BackupError::Nothing {
            database: connection.url.to_string(),
            reason,
        })
    };
    if connection.absent {
        return nothing("there is no such file");
    }
    match connection.url.backend() {
        Backend::Sqlite if connection.url.file().is_none() => {
            nothing("it is in memory, and this session's own")
        }
        Backend::Sqlite | Backend::Postgres | Backend::Mysql => Ok(()),
    }
}

/// What writes the dump.
enum Source {
    Sqlite,
    Program(Tool),
}

impl Source {
    async fn of(connection: &Connection) -> Result<Self, BackupError> {
        match connection.url.backend() {
            Backend::Sqlite => Ok(Self::Sqlite),
            Backend::Postgres | Backend::Mysql => Ok(Self::Program(Tool::dump(connection).await?)),
        }
    }

    fn version(&self) -> String {
        match self {
            Self::Sqlite => "VACUUM INTO".to_owned(),
            Self::Program(tool) => tool.version.clone(),
        }
    }
}

/// Writes the dump under its name, whole or not at all.
async fn write(
    order: &Order<'_>,
    source: &Source,
    store: &Store,
    name: &str,
    tell: &mut Tell<'_>,
) -> Result<Packed, BackupError> {
    let mut upload = store.upload(name, None).await?;
    let mut packer = Packer::new(order.connection.url.backend());
    let interrupted = BackupError::Interrupted {
        action: "back up the database",
        help: UNTOUCHED,
    };
    let dumped = tokio::select! {
        dumped = dump(order.connection, source, &mut packer, &mut upload, tell) => dumped,
        () = order.stop.asked() => Err(interrupted),
    };
    let finished = match dumped {
        Ok(()) => packer.finish().map_err(|reason| BackupError::Broken {
            name: name.to_owned(),
            reason,
            help: UNTOUCHED.into(),
        }),
        Err(error) => Err(error),
    };
    let pushed = match finished {
        Ok((last, packed)) => upload.push(&last).await.map(|()| packed),
        Err(error) => Err(error),
    };
    match pushed {
        Ok(packed) => upload.finish().await.map(|()| packed),
        Err(error) => {
            upload.abort().await;
            Err(error)
        }
    }
}

async fn dump(
    connection: &Connection,
    source: &Source,
    packer: &mut Packer,
    upload: &mut Upload,
    tell: &mut Tell<'_>,
) -> Result<(), BackupError> {
    match source {
        Source::Sqlite => {
            let (_folder, path) = sqlite::copy(connection).await?;
            let failed = |error: std::io::Error| BackupError::file("read", &path, &error);
            let file = std::fs::File::open(&path).map_err(failed)?;
            pump(
                tokio::fs::File::from_std(file),
                packer,
                upload,
                tell,
                failed,
            )
            .await
        }
        Source::Program(tool) => {
            let (mut command, _file) = tool.command()?;
            command.args(flags(tool)).stdout(Stdio::piped());
            let mut child = command.spawn().map_err(|error| tool.unstarted(&error))?;
            let (Some(out), Some(mut err)) = (child.stdout.take(), child.stderr.take()) else {
                return Err(tool.unstarted(&std::io::Error::other("its output is not to be had")));
            };
            let mut said = Vec::new();
            let failed = |error: std::io::Error| tool.unstarted(&error);
            let (pumped, _) = tokio::join!(
                pump(out, packer, upload, tell, failed),
                // What it says on the way is wanted when it fails; that it can be read no more shows in its end.
                err.read_to_end(&mut said),
            );
            pumped?;
            let status = child.wait().await.map_err(|error| tool.unstarted(&error))?;
            if status.success() {
                return Ok(());
            }
            Err(BackupError::Tool {
                action: "back up the database",
                tool: tool.name.to_owned(),
                reason: tool.said(&said, status),
                help: UNTOUCHED.into(),
            })
        }
    }
}

/// A dump holds owners and rights, too; leaving them out is decided when it is restored.
fn flags(tool: &Tool) -> Vec<String> {
    let plain: &[&str] = if tool.name == "pg_dump" {
        return ["--format=plain", "--encoding=UTF8", "--no-password"]
            .map(str::to_owned)
            .to_vec();
    } else if tool.is_mariadb {
        &[]
    } else {
        // Reading and writing those is for administrators of the whole server.
        &["--set-gtid-purged=OFF", "--loose-column-statistics=0"]
    };
    let common = [
        "--single-transaction",
        "--routines",
        "--triggers",
        "--events",
        "--hex-blob",
        "--no-tablespaces",
        "--comments",
        "--default-character-set=utf8mb4",
        // A name that begins with `-` is a name.
        "--",
        tool.database(),
    ];
    plain
        .iter()
        .chain(&common)
        .map(|&flag| flag.to_owned())
        .collect()
}

async fn pump(
    mut from: impl AsyncRead + Unpin,
    packer: &mut Packer,
    upload: &mut Upload,
    tell: &mut Tell<'_>,
    failed: impl Fn(std::io::Error) -> BackupError,
) -> Result<(), BackupError> {
    let mut piece = vec![0; PIECE];
    let mut total = 0;
    loop {
        let length = from.read(&mut piece).await.map_err(&failed)?;
        if length == 0 {
            return Ok(());
        }
        upload.push(&packer.push(&piece[..length])).await?;
        total += length as u64;
        tell(total);
    }
}

/// Reads the file again and holds it against what was written.
pub(crate) async fn reread(
    store: &Store,
    name: &str,
    backend: Backend,
    written: &Packed,
) -> Result<(), BackupError> {
    let broken = |reason: String| BackupError::Broken {
        name: store.shown(name),
        reason,
        help:
            "the place does not give back what was written there: use another; nothing was touched"
                .into(),
    };
    let mut checker = Checker::new(backend);
    let mut pieces = store.read(name).await?;
    while let Some(piece) = pieces.next().await {
        checker.push(&piece?).map_err(broken)?;
    }
    let read = checker.finish().map_err(broken)?;
    if read == *written {
        Ok(())
    } else {
        Err(broken(
            "it is not what was written: its checksum is another".into(),
        ))
    }
}

/// The database's own name; of SQLite's file, the name without its ending.
fn database_name(connection: &Connection) -> String {
    let name = match connection.url.file() {
        Some(file) => file
            .file_stem()
            .map(|stem| stem.to_string_lossy().into_owned()),
        None => connection.url.database().map(tool::decoded),
    };
    name.unwrap_or_else(|| "database".to_owned())
}

/// `shop-20260131T120000.123Z-m20260102_000000_add_email.sql.gz`: the time to the millisecond, so that two names are not one.
fn file_name(connection: &Connection, now: &jiff::Timestamp, at: &str) -> String {
    let plain = |text: &str| -> String {
        let letter = |c: char| {
            if c.is_ascii_alphanumeric() || "._-".contains(c) {
                c
            } else {
                '_'
            }
        };
        text.chars().take(80).map(letter).collect()
    };
    let ending = match connection.url.backend() {
        Backend::Sqlite => "sqlite.gz",
        Backend::Postgres | Backend::Mysql => "sql.gz",
    };
    let time = now.strftime("%Y%m%dT%H%M%S%.3fZ");
    format!(
        "{}-{time}-{}.{ending}",
        plain(&database_name(connection)),
        plain(at)
    )
}
