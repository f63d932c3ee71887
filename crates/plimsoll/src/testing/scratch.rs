//! A database for one test.

use std::fmt;

use plimsoll_differ::inspect;
use plimsoll_differ::scratch::{Scratch as Claimed, ScratchError};
use plimsoll_migrate::connect::{Access, connect, pool};
use plimsoll_migrate::hooks::Revisions;
use plimsoll_migrate::runner::message;
use plimsoll_migrate::url::DbUrl;
use plimsoll_schema::Backend;
use sea_orm::{ConnectionTrait, DatabaseConnection, DbErr};
use tempfile::TempDir;

use super::{SERVERS, SQLITE, stated};
use crate::startup::{Policy, auto_migrate_at};

/// How many connections a test may have at once.
const CONNECTIONS: u32 = 5;

/// A database for one test: empty when made, dropped when this is.
///
/// On a server it is named `plimsoll_scratch_…`, and the session that made it says that it is in use. What a killed test leaves
/// behind is dropped by the next one, and by the next run of the tool.
pub struct Scratch {
    /// A pool to it.
    pub db: DatabaseConnection,
    pub(super) url: DbUrl,
    place: Place,
}

/// Where it is, and what is held so that it stays.
enum Place {
    /// SQLite's folder.
    Folder(#[allow(dead_code, reason = "held until the test is over")] TempDir),
    /// A server, its address, and the session that made the database.
    Server(
        DbUrl,
        #[allow(dead_code, reason = "held until the test is over")] Claimed,
    ),
}

impl fmt::Debug for Scratch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Scratch")
            .field("url", &self.url)
            .finish_non_exhaustive()
    }
}

impl Scratch {
    /// An empty database on the server that `TEST_DATABASE_URL` names (the first one, where it names several), or a SQLite file.
    ///
    /// # Panics
    /// When there is no connection, or the role may not make a database.
    pub async fn new() -> Self {
        Self::at(stated().first().map_or(SQLITE, String::as_str)).await
    }

    /// An empty database on the server at this address; for SQLite, a new file, whatever file the address names.
    ///
    /// # Panics
    /// When there is no connection, or the role may not make a database.
    pub async fn at(url: &str) -> Self {
        match Self::make(url).await {
            Ok(scratch) => scratch,
            Err(error) => panic!("failed to make a scratch database: {error}"),
        }
    }

    /// The same as [`Scratch::new`], with every revision applied.
    ///
    /// # Panics
    /// Also when a revision fails.
    pub async fn upgraded(migrator: impl Revisions) -> Self {
        let scratch = Self::new().await;
        if let Err(error) = auto_migrate_at(&scratch.url(), migrator, Policy::Upgrade).await {
            panic!("failed to {error}\nhelp: {}", error.help());
        }
        scratch
    }

    /// Its address, **with the password**: for the program that is tested, not to be printed.
    pub fn url(&self) -> String {
        self.url.reveal(true)
    }

    async fn make(url: &str) -> Result<Self, String> {
        let server = DbUrl::parse(url).map_err(|error| error.to_string())?;
        let (url, place) = match server.backend() {
            Backend::Sqlite => {
                let folder = TempDir::new().map_err(|error| error.to_string())?;
                let url = DbUrl::sqlite_file(&folder.path().join("scratch.db"));
                (url, Place::Folder(folder))
            }
            Backend::Postgres | Backend::Mysql => {
                let claimed = claim(&server).await?;
                let url = DbUrl::parse(claimed.reveal().unwrap_or_default());
                let url = url.map_err(|error| error.to_string())?;
                (url, Place::Server(server, claimed))
            }
        };
        let db = pool(&url, CONNECTIONS)
            .await
            .map_err(|error| error.to_string())?;
        Ok(Self { db, url, place })
    }
}

/// Makes a database on a server, and says that it is in use.
async fn claim(url: &DbUrl) -> Result<Claimed, String> {
    let asking = connect(url, Access::Read, None).await;
    let asking = asking.map_err(|error| format!("{error}\nhelp: {}", error.help()))?;
    let server = inspect::server(&asking.db).await;
    // A session that does not close is closed by the server.
    let _ = asking.db.close().await;
    let server = server.map_err(|error| error.to_string())?;
    let claimed = Claimed::create(&url.reveal(true), &server)
        .await
        .map_err(|error| refused(&error))?;
    let _ = claimed.db.clone().close().await;
    Ok(claimed)
}

fn refused(error: &ScratchError) -> String {
    let cause = match error {
        ScratchError::Create { source, .. } | ScratchError::Connect { source, .. } => {
            message(source)
        }
        ScratchError::Address => error.to_string(),
    };
    format!(
        "{cause}\nhelp: give the role the right to create databases, or name another server in {SERVERS}"
    )
}

impl Drop for Scratch {
    /// Drops the database, whoever is still connected to it; also when the test panicked.
    fn drop(&mut self) {
        let Place::Server(server, _) = &self.place else {
            return;
        };
        let (server, name) = (
            server.clone(),
            self.url.database().unwrap_or_default().to_owned(),
        );
        // The test's own runtime is busy with dropping this.
        let dropping = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build();
            match runtime {
                Ok(runtime) => runtime.block_on(drop_database(&server, &name)),
                Err(error) => Err(DbErr::Custom(error.to_string())),
            }
        });
        match dropping.join() {
            Ok(Ok(())) => {}
            Ok(Err(error)) => tracing::warn!(
                error = message(&error),
                "a scratch database could not be dropped; the next run drops it"
            ),
            Err(_) => {
                tracing::warn!("a scratch database could not be dropped; the next run drops it");
            }
        }
    }
}

async fn drop_database(server: &DbUrl, name: &str) -> Result<(), DbErr> {
    let db = pool(server, 1)
        .await
        .map_err(|error| DbErr::Custom(error.to_string()))?;
    // The name is of our making, and has nothing in it to be quoted. `WITH (FORCE)` is of PostgreSQL 13.
    if server.backend() == Backend::Postgres {
        db.execute_unprepared(&format!(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'"
        ))
        .await?;
    }
    db.execute_unprepared(&format!("DROP DATABASE IF EXISTS {name}"))
        .await?;
    db.close().await
}
