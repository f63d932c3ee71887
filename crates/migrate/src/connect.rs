//! Connections: one to a database, its failures in words that tell what to do.
//!
//! Invariant: a [`Connection`] is one session for its whole life, so that locks, PRAGMAs and `search_path` hold.
//! Invariant: reading creates no file.

use std::str::FromStr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use plimsoll_schema::Backend;
use sea_orm::sqlx::mysql::{MySqlConnectOptions, MySqlConnection, MySqlPoolOptions};
use sea_orm::sqlx::postgres::{PgConnectOptions, PgConnection, PgPoolOptions};
use sea_orm::sqlx::sqlite::{SqliteConnectOptions, SqlitePoolOptions};
use sea_orm::sqlx::{self, ConnectOptions, Connection as _, Executor, Pool};
use sea_orm::{
    DatabaseConnection, DbBackend, SqlxMySqlConnector, SqlxPostgresConnector, SqlxSqliteConnector,
};
use thiserror::Error;

use crate::runner::POOLER;
use crate::url::DbUrl;

mod beside;
mod pool;

pub use beside::BesideError;
pub use pool::pool;

/// How long a server may take to answer.
const PATIENCE: Duration = Duration::from_secs(10);

/// How long SQLite waits for another writer.
const BUSY: Duration = Duration::from_secs(30);

/// SeaORM's word for a kind of server.
pub(crate) const fn db_backend(backend: Backend) -> DbBackend {
    match backend {
        Backend::Sqlite => DbBackend::Sqlite,
        Backend::Postgres => DbBackend::Postgres,
        Backend::Mysql => DbBackend::MySql,
    }
}

/// What a command is about to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Look.
    Read,
    /// Change; SQLite's file is made when it is not there.
    Write,
}

/// One session with a database.
#[derive(Debug)]
pub struct Connection {
    /// The session.
    pub db: DatabaseConnection,
    /// Where it goes.
    pub url: DbUrl,
    /// The `search_path` asked for (PostgreSQL).
    pub schema: Option<String>,
    /// The statements that the database refused.
    pub(crate) refusals: Refusals,
    /// SQLite's file is not there yet: the session is with an empty database in memory instead.
    pub absent: bool,
}

/// The last statement that the database refused: SeaORM's errors do not say which it was. Without its values, which may be secret.
#[derive(Debug, Clone, Default)]
pub(crate) struct Refusals(Arc<Mutex<Option<String>>>);

impl Refusals {
    /// Hears of every statement of a session that SeaORM prepares; one sent as plain text is not among them.
    fn listen(&self, db: &mut DatabaseConnection) {
        let heard = self.clone();
        db.set_metric_callback(move |info| {
            if info.failed {
                *heard.lock() = Some(info.statement.sql.clone());
            }
        });
    }

    /// The statement, once.
    pub(crate) fn take(&self) -> Option<String> {
        self.lock().take()
    }

    /// Nothing panics while it holds the lock.
    fn lock(&self) -> MutexGuard<'_, Option<String>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Why there is no connection. `url` is shown without its secrets.
#[derive(Debug, Error)]
pub enum ConnectError {
    /// Nobody answers.
    #[error("connect to `{url}`: {reason}")]
    Unreachable {
        /// The address.
        url: DbUrl,
        /// In the words of the network.
        reason: String,
    },
    /// The server does not accept who we say we are.
    #[error("connect to `{url}`: wrong user or password ({reason})")]
    WrongPassword {
        /// The address.
        url: DbUrl,
        /// In the words of the server.
        reason: String,
    },
    /// The server has no such database.
    #[error("connect to `{url}`: no such database ({reason})")]
    NoSuchDatabase {
        /// The address.
        url: DbUrl,
        /// In the words of the server.
        reason: String,
    },
    /// The server knows who we are, and does not let us in: rights on the database, or its pg_hba.conf.
    #[error("connect to `{url}`: {reason}")]
    NotAllowed {
        /// The address.
        url: DbUrl,
        /// In the words of the server.
        reason: String,
    },
    /// The address asks for what the driver does not have.
    #[error("connect to `{url}`: {reason}")]
    Misconfigured {
        /// The address.
        url: DbUrl,
        /// In the words of the driver.
        reason: String,
    },
    /// A pooler is in between that mixes up the prepared statements of its clients.
    #[error(
        "connect to `{url}`: a pooler is in between that does not keep prepared statements apart ({reason})"
    )]
    Pooled {
        /// The address.
        url: DbUrl,
        /// In the words of the server.
        reason: String,
    },
    /// The connection is to be encrypted, which this program was built without.
    #[error("connect to `{url}`: TLS is asked for, and this program was built without it")]
    NoTls {
        /// The address.
        url: DbUrl,
    },
    /// Anything else.
    #[error("connect to `{url}`: {reason}")]
    Refused {
        /// The address.
        url: DbUrl,
        /// In the words of the server or driver.
        reason: String,
    },
}

impl ConnectError {
    /// What to do about it.
    pub fn help(&self) -> String {
        match self {
            Self::Unreachable { .. } => {
                "start the server, or correct the host and port in DATABASE_URL".into()
            }
            Self::WrongPassword { .. } => {
                "correct the user and password in DATABASE_URL; characters such as `@`, `/` and `#` are percent-encoded"
                    .into()
            }
            Self::NoSuchDatabase { url, .. } if url.backend() == Backend::Sqlite => {
                if url.file().is_some_and(std::path::Path::is_dir) {
                    "that is a directory: name a file in it".into()
                } else {
                    "create the directory first; the file itself is made by `upgrade`".into()
                }
            }
            Self::NoSuchDatabase { url, .. } => match url.database() {
                Some(name) => format!("create it first: CREATE DATABASE {name}"),
                None => "name the database at the end of DATABASE_URL".into(),
            },
            Self::NotAllowed { url, .. } if url.backend() == Backend::Postgres => {
                "let the user in from this host in the server's pg_hba.conf; where the server wants TLS, add ?sslmode=require to DATABASE_URL".into()
            }
            Self::NotAllowed { .. } => {
                "grant the user rights on the database, or correct its name in DATABASE_URL".into()
            }
            Self::Misconfigured { .. } => "correct the options in DATABASE_URL".into(),
            Self::Pooled { .. } => POOLER.into(),
            Self::NoTls { .. } => {
                "add sea-orm with its feature `runtime-tokio-rustls` to the Cargo.toml of the migrations crate".into()
            }
            Self::Refused { .. } => "check DATABASE_URL against the server's own log".into(),
        }
    }

    fn new(url: &DbUrl, error: &sqlx::Error) -> Self {
        let url = url.clone();
        match error {
            sqlx::Error::Io(error) => Self::Unreachable {
                url,
                reason: error.to_string(),
            },
            sqlx::Error::Database(error) => {
                let reason = error.message().to_owned();
                // https://www.postgresql.org/docs/current/errcodes-appendix.html, MySQL's SQLSTATEs, SQLite's result codes.
                match (url.backend(), error.code().as_deref()) {
                    (Backend::Postgres, Some("28000")) if reason.contains("pg_hba.conf") => {
                        Self::NotAllowed { url, reason }
                    }
                    (Backend::Postgres, Some("42501")) => Self::NotAllowed { url, reason },
                    (Backend::Mysql, Some("42000")) if reason.starts_with("Access denied") => {
                        Self::NotAllowed { url, reason }
                    }
                    (Backend::Postgres | Backend::Mysql, Some("28000" | "28P01")) => {
                        Self::WrongPassword { url, reason }
                    }
                    (Backend::Postgres, Some("3D000")) => Self::NoSuchDatabase { url, reason },
                    (Backend::Mysql, Some("42000")) if reason.starts_with("Unknown database") => {
                        Self::NoSuchDatabase { url, reason }
                    }
                    (Backend::Postgres, Some("42P05" | "26000")) => Self::Pooled { url, reason },
                    (Backend::Sqlite, Some("14")) => Self::NoSuchDatabase { url, reason },
                    _ => Self::Refused { url, reason },
                }
            }
            // sqlx puts its own error into its own error.
            sqlx::Error::Configuration(error) => Self::Misconfigured {
                url,
                reason: error
                    .to_string()
                    .trim_start_matches("error with configuration: ")
                    .to_owned(),
            },
            sqlx::Error::Tls(error) if error.to_string().contains("without TLS support") => {
                Self::NoTls { url }
            }
            error => Self::Refused {
                url,
                reason: error.to_string(),
            },
        }
    }
}

/// Opens one session. `schema` is PostgreSQL's `search_path`; the other backends have none.
///
/// # Errors
/// When the database is not there or does not let us in.
pub async fn connect(
    url: &DbUrl,
    access: Access,
    schema: Option<&str>,
) -> Result<Connection, ConnectError> {
    let absent = access == Access::Read && url.file().is_some_and(|file| !file.exists());
    let mut db = match url.backend() {
        Backend::Sqlite => sqlite(url, access, absent).await,
        Backend::Postgres => postgres(url, schema).await,
        Backend::Mysql => mysql(url).await,
    }?;
    let refusals = Refusals::default();
    refusals.listen(&mut db);
    Ok(Connection {
        db,
        url: url.clone(),
        schema: schema.map(str::to_owned),
        refusals,
        absent,
    })
}

/// A pool keeps trying while the server refuses; a first connection of its own tells at once, and why.
async fn attempt<T>(
    url: &DbUrl,
    connecting: impl Future<Output = Result<T, sqlx::Error>>,
) -> Result<T, ConnectError> {
    match tokio::time::timeout(PATIENCE, connecting).await {
        Ok(result) => result.map_err(|error| ConnectError::new(url, &error)),
        Err(_) => Err(ConnectError::Unreachable {
            url: url.clone(),
            reason: format!("no answer within {} s", PATIENCE.as_secs()),
        }),
    }
}

/// One connection that is never closed or exchanged: what was set on it stays set.
fn single<DB: sqlx::Database>() -> sqlx::pool::PoolOptions<DB> {
    sqlx::pool::PoolOptions::new()
        .max_connections(1)
        .idle_timeout(None)
        .max_lifetime(None)
        .test_before_acquire(false)
        .acquire_timeout(PATIENCE + BUSY)
}

async fn sqlite(
    url: &DbUrl,
    access: Access,
    absent: bool,
) -> Result<DatabaseConnection, ConnectError> {
    let text = if absent {
        "sqlite::memory:".to_owned()
    } else {
        url.reveal(access == Access::Write)
    };
    let options = SqliteConnectOptions::from_str(&text)
        .map_err(|error| ConnectError::new(url, &error))?
        .busy_timeout(BUSY)
        .disable_statement_logging();
    let pool: SqlitePoolOptions = single();
    let pool = attempt(url, pool.connect_with(options)).await?;
    // Opening reads nothing; a file that is not a database shows at the first query.
    attempt(url, pool.execute("SELECT count(*) FROM sqlite_schema")).await?;
    Ok(SqlxSqliteConnector::from_sqlx_sqlite_pool(pool))
}

async fn postgres(url: &DbUrl, schema: Option<&str>) -> Result<DatabaseConnection, ConnectError> {
    let options = PgConnectOptions::from_str(&url.reveal(true))
        .map_err(|error| ConnectError::new(url, &error))?
        .application_name("plimsoll")
        .disable_statement_logging();
    let mut first: PgConnection = attempt(url, options.connect()).await?;
    // Each of two connections prepares its first statement, under the same name. A pooler that gives every transaction another session, and
    // does not keep their statements apart, is found out so, before one of ours is taken for another client's.
    attempt(url, sqlx::query("SELECT 1").execute(&mut first)).await?;
    // It was there for this only; how it goes does not matter.
    let _ = first.close().await;
    let mut pool: PgPoolOptions = single();
    if let Some(schema) = schema {
        let path: Vec<String> = schema
            .split(',')
            .map(|name| format!("\"{}\"", name.trim().trim_matches('"').replace('"', "\"\"")))
            .collect();
        let sql = format!("SET search_path = {}", path.join(", "));
        pool = pool.after_connect(move |connection, _| {
            let sql = sql.clone();
            Box::pin(async move {
                connection
                    .execute(sqlx::AssertSqlSafe(sql))
                    .await
                    .map(|_| ())
            })
        });
    }
    let pool: Pool<_> = attempt(url, pool.connect_with(options)).await?;
    attempt(url, sqlx::query("SELECT 2").execute(&pool)).await?;
    Ok(SqlxPostgresConnector::from_sqlx_postgres_pool(pool))
}

async fn mysql(url: &DbUrl) -> Result<DatabaseConnection, ConnectError> {
    if url.database().is_none() {
        // The server would let us in, and then have no place for a table.
        return Err(ConnectError::NoSuchDatabase {
            url: url.clone(),
            reason: "the address names none".into(),
        });
    }
    let options = MySqlConnectOptions::from_str(&url.reveal(true))
        .map_err(|error| ConnectError::new(url, &error))?
        .disable_statement_logging();
    let first: MySqlConnection = attempt(url, options.connect()).await?;
    drop(first);
    let pool: MySqlPoolOptions = single();
    let pool = attempt(url, pool.connect_with(options)).await?;
    Ok(SqlxMySqlConnector::from_sqlx_mysql_pool(pool))
}

/// Opens a session for one thing only: a second connection to a server, to interrupt the first.
pub(crate) async fn interrupt(url: &DbUrl, sql: String) {
    let done = async {
        match url.backend() {
            Backend::Sqlite => Ok(()),
            Backend::Postgres => {
                let options = PgConnectOptions::from_str(&url.reveal(true))?;
                let mut connection = options.connect().await?;
                connection
                    .execute(sqlx::AssertSqlSafe(sql))
                    .await
                    .map(|_| ())
            }
            Backend::Mysql => {
                let options = MySqlConnectOptions::from_str(&url.reveal(true))?;
                let mut connection = options.connect().await?;
                connection
                    .execute(sqlx::AssertSqlSafe(sql))
                    .await
                    .map(|_| ())
            }
        }
    };
    // Best effort: when it fails the statement ends by itself.
    let _: Result<Result<(), sqlx::Error>, _> = tokio::time::timeout(PATIENCE, done).await;
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn told(url: &str, access: Access) -> String {
        let url = DbUrl::parse(url).unwrap();
        match connect(&url, access, None).await {
            Ok(connection) => format!("connected, absent: {}", connection.absent),
            Err(error) => format!("{error}\n  {}", error.help()),
        }
    }

    #[tokio::test]
    async fn reading_an_absent_file_makes_none() {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("app.db");
        let url = format!("sqlite://{}", file.display());
        assert_eq!(told(&url, Access::Read).await, "connected, absent: true");
        assert!(!file.exists());
        assert_eq!(told(&url, Access::Write).await, "connected, absent: false");
        assert!(file.exists());
    }

    #[tokio::test]
    async fn sqlite_failures_say_what_to_do() {
        let directory = tempfile::tempdir().unwrap();
        let text = directory.path().join("notes.txt");
        std::fs::write(&text, "not a database, by any means, at all").unwrap();
        let hide = |text: String| text.replace(&directory.path().display().to_string(), "DIR");
        insta::assert_snapshot!(hide(told(&format!("sqlite://{}", text.display()), Access::Read).await), @r"
        connect to `sqlite://DIR/notes.txt`: file is not a database
          check DATABASE_URL against the server's own log
        ");
        let inside = format!("sqlite://{}", directory.path().display());
        insta::assert_snapshot!(hide(told(&inside, Access::Write).await), @r"
        connect to `sqlite://DIR`: no such database (unable to open database file)
          that is a directory: name a file in it
        ");
        let nowhere = format!("sqlite://{}/none/app.db", directory.path().display());
        insta::assert_snapshot!(hide(told(&nowhere, Access::Write).await), @r"
        connect to `sqlite://DIR/none/app.db`: no such database (unable to open database file)
          create the directory first; the file itself is made by `upgrade`
        ");
    }

    #[test]
    fn a_driver_without_tls_is_told_apart() {
        let url = DbUrl::parse("postgres://u:hush@h/d?sslmode=require").unwrap();
        let driver = "TLS upgrade required by connect options but SQLx was built without TLS support enabled";
        let error = ConnectError::new(&url, &sqlx::Error::Tls(driver.into()));
        insta::assert_snapshot!(format!("{error}\n  {}", error.help()), @"
        connect to `postgres://u:***@h/d?sslmode=require`: TLS is asked for, and this program was built without it
          add sea-orm with its feature `runtime-tokio-rustls` to the Cargo.toml of the migrations crate
        ");
    }

    #[tokio::test]
    async fn server_failures_name_their_kind_and_no_secret() {
        let refused = told("postgres://u:hush@127.0.0.1:1/d", Access::Read).await;
        insta::assert_snapshot!(refused, @r"
        connect to `postgres://u:***@127.0.0.1:1/d`: Connection refused (os error 111)
          start the server, or correct the host and port in DATABASE_URL
        ");
        let bogus = told(
            "postgres://u:hush@127.0.0.1:1/d?sslmode=bogus",
            Access::Read,
        )
        .await;
        insta::assert_snapshot!(bogus, @r#"
        connect to `postgres://u:***@127.0.0.1:1/d?sslmode=bogus`: unknown value "bogus" for `ssl_mode`
          correct the options in DATABASE_URL
        "#);
        let nameless = told("mysql://u:hush@127.0.0.1:1", Access::Read).await;
        insta::assert_snapshot!(nameless, @r"
        connect to `mysql://u:***@127.0.0.1:1`: no such database (the address names none)
          name the database at the end of DATABASE_URL
        ");
        let unknown = told("mysql://u:hush@no-such-host.invalid/d", Access::Read).await;
        assert!(unknown.contains("u:***@no-such-host.invalid"), "{unknown}");
    }
}
