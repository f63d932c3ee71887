//! Scratch databases of one command: all of them are dropped when it ends.

use plimsoll_differ::inspect;
use plimsoll_differ::scratch::{Scratch, ScratchError};
use plimsoll_migrate::connect::{Access, connect};
use plimsoll_migrate::runner::message;
use plimsoll_migrate::url::DbUrl;
use plimsoll_schema::{Backend, Server};
use sea_orm::{Database, DatabaseConnection};
use tempfile::TempDir;

use super::error::{CliError, Exit};
use super::output::Output;

/// A server, and the scratch databases made on it.
#[derive(Debug)]
pub(crate) struct Workbench {
    /// The server.
    pub(crate) server: Server,
    url: DbUrl,
    made: Vec<Scratch>,
    /// SQLite's databases that have to be files.
    folders: Vec<TempDir>,
}

impl Workbench {
    /// Looks at the server there. Nothing is made yet; a SQLite file is not even opened.
    ///
    /// # Errors
    /// When there is no connection.
    pub(crate) async fn at(url: DbUrl) -> Result<Self, CliError> {
        let failed = |error| CliError::new(Exit::Database, format!("look at the server: {error}"));
        let db = match url.backend() {
            Backend::Sqlite => Database::connect("sqlite::memory:")
                .await
                .map_err(|error| CliError::database("open SQLite", &error))?,
            Backend::Postgres | Backend::Mysql => connect(&url, Access::Read, None).await?.db,
        };
        let server = inspect::server(&db).await.map_err(failed)?;
        // A session that does not close takes nothing with it.
        let _ = db.close().await;
        Ok(Self::on(url, server))
    }

    /// On a server that is known already.
    pub(crate) fn on(url: DbUrl, server: Server) -> Self {
        Self {
            server,
            url,
            made: Vec::new(),
            folders: Vec::new(),
        }
    }

    /// An empty database.
    ///
    /// # Errors
    /// When the role may not make one.
    pub(crate) async fn database(&mut self) -> Result<DatabaseConnection, CliError> {
        let scratch = Scratch::create(&self.url.reveal(true), &self.server)
            .await
            .map_err(|error| no_scratch(&error))?;
        let db = scratch.db.clone();
        self.made.push(scratch);
        Ok(db)
    }

    /// The address of an empty database, for a session of one's own.
    ///
    /// # Errors
    /// When the role may not make one, or there is no place for a file.
    pub(crate) async fn address(&mut self) -> Result<DbUrl, CliError> {
        if self.server.backend == Backend::Sqlite {
            let folder = TempDir::new().map_err(|error| {
                CliError::new(Exit::Files, format!("make a temporary directory: {error}"))
            })?;
            let url = DbUrl::sqlite_file(&folder.path().join("scratch.db"));
            self.folders.push(folder);
            return Ok(url);
        }
        self.database().await?;
        let address = self.made.last().and_then(Scratch::reveal);
        Ok(DbUrl::parse(address.unwrap_or_default())?)
    }

    /// Drops what was made; says what stays.
    pub(crate) async fn clear(self, output: &mut Output<'_>) {
        for scratch in self.made {
            if let Err(error) = scratch.discard(&self.server).await {
                let message = message(&error);
                output.warning(&format!(
                    "a scratch database could not be dropped: {message}"
                ));
            }
        }
    }
}

fn no_scratch(error: &ScratchError) -> CliError {
    let message = match error {
        ScratchError::Create { name, source } => {
            format!("create the scratch database `{name}`: {}", message(source))
        }
        ScratchError::Connect { name, source } => {
            format!(
                "connect to the scratch database `{name}`: {}",
                message(source)
            )
        }
        ScratchError::Address => error.to_string(),
    };
    CliError::new(Exit::Database, message).help(
        "give the user the right to create databases, or a server where it has it with --scratch-url",
    )
}
