//! A database to try things on: empty, like the user's one, and gone afterwards.
//!
//! A run that was killed leaves its database behind. The next run drops it: a scratch database is in use as long as the session that
//! made it lives, and that session says so, by its name on PostgreSQL and by a lock on MySQL.

mod left_over;
mod surroundings;

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use plimsoll_schema::{Backend, Server, backend};
use sea_orm::sqlx::mysql::MySqlConnectOptions;
use sea_orm::sqlx::pool::PoolOptions;
use sea_orm::sqlx::postgres::PgConnectOptions;
use sea_orm::sqlx::sqlite::SqliteConnectOptions;
use sea_orm::sqlx::{self, ConnectOptions};
use sea_orm::{
    ConnectionTrait, DatabaseConnection, DbBackend, DbErr, RuntimeErr, SqlxMySqlConnector,
    SqlxPostgresConnector, SqlxSqliteConnector,
};
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
    /// What it was made through; none for SQLite, where it is in memory.
    made: Option<Made>,
}

/// A database that was made on a server.
struct Made {
    /// The session that made it, and tells that it is in use.
    admin: DatabaseConnection,
    name: String,
    /// With the password.
    url: String,
}

impl fmt::Debug for Made {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Made")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

impl Scratch {
    /// Makes an empty database on the server at `url`, with the collation of the database there.
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
        let name = new_name();
        let failed = |source| ScratchError::Create {
            name: name.clone(),
            source,
        };
        let mut address = Url::parse(url).map_err(|_| ScratchError::Address)?;
        let admin = connect(url).await.map_err(failed)?;
        left_over::drop_all(&admin, server).await;
        left_over::claim(&admin, server, &name)
            .await
            .map_err(failed)?;
        admin
            .execute_unprepared(&create_database(server, &name))
            .await
            .map_err(failed)?;
        address.set_path(&name);
        match connect(address.as_str()).await {
            Ok(db) => Ok(Self {
                db,
                made: Some(Made {
                    admin,
                    name,
                    url: address.to_string(),
                }),
            }),
            Err(source) => {
                let _ = admin
                    .execute_unprepared(&drop_database(server, &name))
                    .await;
                Err(ScratchError::Connect { name, source })
            }
        }
    }

    /// The address of it, **with the password**: never print it. None for SQLite, where it is in memory.
    pub fn reveal(&self) -> Option<&str> {
        self.made.as_ref().map(|made| made.url.as_str())
    }

    /// Closes and drops it.
    ///
    /// # Errors
    /// When the server refuses; the database is then left, under a name that tells whose it is.
    pub async fn discard(self, server: &Server) -> Result<(), DbErr> {
        self.db.close().await?;
        if let Some(Made { admin, name, .. }) = self.made {
            admin
                .execute_unprepared(&drop_database(server, &name))
                .await?;
            admin.close().await?;
        }
        Ok(())
    }
}

/// Makes on `to` what tables of `from` stand on and no plan is about: PostgreSQL's extensions, schemas, domains, composite types,
/// sequences and functions. What cannot be had is left out.
///
/// # Errors
/// When `from` cannot be read.
pub async fn copy_surroundings(
    from: &DatabaseConnection,
    to: &DatabaseConnection,
) -> Result<(), DbErr> {
    match from.get_database_backend() {
        DbBackend::Postgres => surroundings::copy(from, to).await,
        DbBackend::MySql | DbBackend::Sqlite => Ok(()),
        other => Err(DbErr::BackendNotSupported {
            db: other.as_str(),
            ctx: "scratch",
        }),
    }
}

/// A name that no other run has, on whatever machine it runs.
fn new_name() -> String {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    let nanos = since.map_or(0, |since| since.as_nanos());
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    format!("{SCRATCH_PREFIX}{}_{nanos:x}_{count}", std::process::id())
}

/// Not through SeaORM's `Database::connect`: to whoever traces, that shows the address with its password.
async fn connect(url: &str) -> Result<DatabaseConnection, DbErr> {
    let failed = |error: sqlx::Error| DbErr::Conn(RuntimeErr::SqlxError(Arc::new(error)));
    if url.starts_with("sqlite:") {
        let options = SqliteConnectOptions::from_str(url).map_err(failed)?;
        let options = options.disable_statement_logging();
        let pool = single().connect_with(options).await.map_err(failed)?;
        return Ok(SqlxSqliteConnector::from_sqlx_sqlite_pool(pool));
    }
    if url.starts_with("mysql:") {
        let options = MySqlConnectOptions::from_str(url).map_err(failed)?;
        let options = options.disable_statement_logging();
        let pool = single().connect_with(options).await.map_err(failed)?;
        return Ok(SqlxMySqlConnector::from_sqlx_mysql_pool(pool));
    }
    let options = PgConnectOptions::from_str(url).map_err(failed)?;
    let options = options.disable_statement_logging();
    let pool = single().connect_with(options).await.map_err(failed)?;
    Ok(SqlxPostgresConnector::from_sqlx_postgres_pool(pool))
}

fn single<DB: sqlx::Database>() -> PoolOptions<DB> {
    PoolOptions::new().max_connections(1).min_connections(1)
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
