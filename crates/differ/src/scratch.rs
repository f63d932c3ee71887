//! A database to try things on: empty, like the user's one, and gone afterwards.

use std::sync::atomic::{AtomicU32, Ordering};

use plimsoll_schema::{Backend, Server, backend};
use sea_orm::{ConnectOptions, ConnectionTrait, Database, DatabaseConnection, DbErr, Statement};
use thiserror::Error;
use url::Url;

/// What every scratch database's name begins with.
pub const SCRATCH_PREFIX: &str = "plimsoll_scratch_";

static COUNT: AtomicU32 = AtomicU32::new(0);

/// Why there is no scratch database.
#[derive(Debug, Error)]
pub enum ScratchError {
    /// The role may not create a database, or the server failed to.
    #[error("create the scratch database `{name}`: {source}")]
    Create {
        /// Its name.
        name: String,
        /// What the server said.
        source: DbErr,
    },
    /// The database was made and cannot be reached.
    #[error("connect to the scratch database `{name}`: {source}")]
    Connect {
        /// Its name.
        name: String,
        /// What the driver said.
        source: DbErr,
    },
    /// The address is not one that another database's can be made from.
    #[error("make a scratch database's address from the given one: it is not a URL")]
    Address,
}

/// A scratch database. It has to be dropped with [`Scratch::discard`], on every path.
#[derive(Debug)]
pub struct Scratch {
    /// The one connection to it.
    pub db: DatabaseConnection,
    /// The connection it was made through, and its name; none for SQLite, where it is in memory.
    made: Option<(DatabaseConnection, String)>,
}

impl Scratch {
    /// Makes an empty database on the server at `url`, with the collation and the extensions of the database there.
    ///
    /// # Errors
    /// When the role may not, or the server is not reached.
    pub async fn create(url: &str, server: &Server) -> Result<Self, ScratchError> {
        if server.backend == Backend::Sqlite {
            let db = connect("sqlite::memory:").await;
            let name = "in memory".to_owned();
            let db = db.map_err(|source| ScratchError::Connect { name, source })?;
            return Ok(Self { db, made: None });
        }
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("{SCRATCH_PREFIX}{}_{count}", std::process::id());
        let mut address = Url::parse(url).map_err(|_| ScratchError::Address)?;
        let failed = |source| ScratchError::Create {
            name: name.clone(),
            source,
        };
        let admin = connect(url).await.map_err(failed)?;
        let failed = |source| ScratchError::Create {
            name: name.clone(),
            source,
        };
        admin
            .execute_unprepared(&create_database(server, &name))
            .await
            .map_err(failed)?;
        address.set_path(&name);
        match connect(address.as_str()).await {
            Ok(db) => {
                let scratch = Self {
                    db,
                    made: Some((admin, name)),
                };
                scratch.copy_extensions(server).await;
                Ok(scratch)
            }
            Err(source) => {
                let _ = admin
                    .execute_unprepared(&drop_database(server, &name))
                    .await;
                Err(ScratchError::Connect { name, source })
            }
        }
    }

    /// Types of extensions are used by columns; one that cannot be had shows when a table needs it.
    async fn copy_extensions(&self, server: &Server) {
        let (Backend::Postgres, Some((admin, _))) = (server.backend, &self.made) else {
            return;
        };
        let sql = "SELECT extname FROM pg_extension WHERE extname <> 'plpgsql' ORDER BY oid";
        let statement = Statement::from_string(admin.get_database_backend(), sql);
        for row in admin.query_all_raw(statement).await.unwrap_or_default() {
            if let Ok(name) = row.try_get_by_index::<String>(0) {
                let name = backend::quote(server, &name);
                let sql = format!("CREATE EXTENSION IF NOT EXISTS {name} CASCADE");
                let _ = self.db.execute_unprepared(&sql).await;
            }
        }
    }

    /// Closes and drops it.
    ///
    /// # Errors
    /// When the server refuses; the database is then left, under a name that tells whose it is.
    pub async fn discard(self, server: &Server) -> Result<(), DbErr> {
        self.db.close().await?;
        if let Some((admin, name)) = self.made {
            admin
                .execute_unprepared(&drop_database(server, &name))
                .await?;
            admin.close().await?;
        }
        Ok(())
    }
}

async fn connect(url: &str) -> Result<DatabaseConnection, DbErr> {
    let mut options = ConnectOptions::new(url);
    options
        .max_connections(1)
        .min_connections(1)
        .sqlx_logging(false);
    Database::connect(options).await
}

fn create_database(server: &Server, name: &str) -> String {
    let name = backend::quote(server, name);
    match &server.default_collation {
        Some(collation) if server.backend == Backend::Mysql => {
            format!("CREATE DATABASE {name} COLLATE {collation}")
        }
        Some(_) | None => format!("CREATE DATABASE {name}"),
    }
}

fn drop_database(server: &Server, name: &str) -> String {
    format!("DROP DATABASE IF EXISTS {}", backend::quote(server, name))
}
