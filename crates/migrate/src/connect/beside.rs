//! A session beside an application's pool: to the same database, with the pool's own options, and not one of its sessions.

use plimsoll_schema::Backend;
use sea_orm::sqlx::pool::{Pool, PoolOptions};
use sea_orm::sqlx::{self, ConnectOptions, MySqlPool, PgPool, SqlitePool};
use sea_orm::{
    DatabaseConnection, DatabaseConnectionType, SqlxMySqlConnector, SqlxPostgresConnector,
    SqlxSqliteConnector,
};
use thiserror::Error;
use url::Url;

use super::{BUSY, ConnectError, Connection, PATIENCE, Refusals, attempt};
use crate::url::{DbUrl, UrlError};

/// Why there is no session beside a pool.
#[derive(Debug, Error)]
pub enum BesideError {
    /// The connection is a mock, a proxy, closed, or of a driver that we do not speak to.
    #[error("open a session beside the application's pool: it is not one of sqlx's")]
    NoPool,
    /// The pool's own address cannot be told.
    #[error("open a session beside the application's pool: {0}")]
    Address(#[from] UrlError),
    /// The database does not let another session in.
    #[error(transparent)]
    Connect(#[from] ConnectError),
}

impl BesideError {
    /// What to do about it.
    pub fn help(&self) -> String {
        match self {
            Self::NoPool => {
                "hand over the connection that `sea_orm::Database::connect` made, or use the database's address".into()
            }
            Self::Address(_) => "use the database's address instead of the pool".into(),
            Self::Connect(error) => error.help(),
        }
    }
}

impl Connection {
    /// Opens a session of its own to where an application's pool goes, with what the pool does to each new session (its `search_path`).
    /// A SQLite database that lives in one connection's memory is reached through the pool itself.
    ///
    /// Its address is the pool's as sqlx tells it: certificates that were given as text, not as files, are not in it.
    ///
    /// # Errors
    /// When it is not a pool of sqlx's, or the database does not let another session in.
    pub async fn beside(db: &DatabaseConnection) -> Result<Self, BesideError> {
        #[allow(
            clippy::match_wildcard_for_single_variants,
            reason = "SeaORM's own enum grows with its features"
        )]
        let (mut db, url) = match &db.inner {
            DatabaseConnectionType::SqlxSqlitePoolConnection(_) => {
                sqlite(db, db.get_sqlite_connection_pool()).await?
            }
            DatabaseConnectionType::SqlxPostgresPoolConnection(_) => {
                postgres(db.get_postgres_connection_pool()).await?
            }
            DatabaseConnectionType::SqlxMySqlPoolConnection(_) => {
                mysql(db.get_mysql_connection_pool()).await?
            }
            _ => return Err(BesideError::NoPool),
        };
        let refusals = Refusals::default();
        refusals.listen(&mut db);
        Ok(Self {
            db,
            url,
            schema: None,
            refusals,
            absent: false,
        })
    }
}

async fn sqlite(
    db: &DatabaseConnection,
    pool: &SqlitePool,
) -> Result<(DatabaseConnection, DbUrl), BesideError> {
    let options = pool.connect_options();
    let file = options.get_filename();
    let is_private = [":memory:", ""].iter().any(|name| file == *name);
    // sqlx gives `sqlite::memory:` a name, by which other connections of the same options reach it.
    let url = if is_private || file.to_string_lossy().starts_with("file:sqlx-in-memory") {
        DbUrl::parse("sqlite::memory:")?
    } else {
        DbUrl::sqlite_file(file)
    };
    if is_private {
        return Ok((db.clone(), url));
    }
    let options = (*options).clone().disable_statement_logging();
    let connecting = single(pool.options()).connect_with(options);
    let pool = attempt(&url, connecting).await?;
    Ok((SqlxSqliteConnector::from_sqlx_sqlite_pool(pool), url))
}

async fn postgres(pool: &PgPool) -> Result<(DatabaseConnection, DbUrl), BesideError> {
    let options = pool.connect_options();
    let (host, user) = (options.get_host(), options.get_username());
    // sqlx panics where user or host do not stand in an address as they are.
    let plain = (*options).clone().username("user").host("localhost");
    let url = address(
        plain.to_url_lossy(),
        user,
        options.get_socket().map_or(Some(host), |_| None),
    );
    let told = || {
        DbUrl::server(
            Backend::Postgres,
            (host, options.get_port()),
            user,
            options.get_database(),
        )
    };
    let url = url.map_or_else(told, Ok)?;
    let pool = another(pool, &url).await?;
    Ok((SqlxPostgresConnector::from_sqlx_postgres_pool(pool), url))
}

async fn mysql(pool: &MySqlPool) -> Result<(DatabaseConnection, DbUrl), BesideError> {
    let options = pool.connect_options();
    let (host, user) = (options.get_host(), options.get_username());
    let plain = (*options).clone().username("user").host("localhost");
    let url = address(plain.to_url_lossy(), user, Some(host));
    let told = || {
        DbUrl::server(
            Backend::Mysql,
            (host, options.get_port()),
            user,
            options.get_database(),
        )
    };
    let url = url.map_or_else(told, Ok)?;
    let pool = another(pool, &url).await?;
    Ok((SqlxMySqlConnector::from_sqlx_mysql_pool(pool), url))
}

/// The address with this user and host; `None` where they cannot stand in one.
fn address(mut url: Url, user: &str, host: Option<&str>) -> Option<DbUrl> {
    url.set_username(user).ok()?;
    if let Some(host) = host {
        let is_bare = host.contains(':') && !host.starts_with('[');
        let host = if is_bare {
            format!("[{host}]")
        } else {
            host.to_owned()
        };
        url.set_host(Some(&host)).ok()?;
    }
    DbUrl::parse(url.as_str()).ok()
}

/// One session on a server, with the options of a pool.
async fn another<DB: sqlx::Database>(
    pool: &Pool<DB>,
    url: &DbUrl,
) -> Result<Pool<DB>, ConnectError> {
    let options = (*pool.connect_options())
        .clone()
        .disable_statement_logging();
    // A pool keeps trying while the server refuses; the first connection of its own tells at once, and why.
    drop(attempt(url, options.connect()).await?);
    attempt(url, single(pool.options()).connect_with(options)).await
}

/// The options of a pool, for one connection that is never closed or exchanged.
fn single<DB: sqlx::Database>(options: &PoolOptions<DB>) -> PoolOptions<DB> {
    options
        .clone()
        .max_connections(1)
        .min_connections(0)
        .idle_timeout(None)
        .max_lifetime(None)
        .test_before_acquire(false)
        .acquire_timeout(PATIENCE + BUSY)
}

#[cfg(test)]
mod tests {
    use super::*;
    use sea_orm::{ConnectionTrait, Database, Statement};

    async fn number(db: &DatabaseConnection, sql: &str) -> i64 {
        let question = Statement::from_string(db.get_database_backend(), sql);
        let row = db.query_one_raw(question).await.unwrap().unwrap();
        row.try_get_by_index(0).unwrap()
    }

    #[tokio::test]
    async fn the_same_database_whether_file_or_memory() {
        let directory = tempfile::tempdir().unwrap();
        let file = format!(
            "sqlite://{}?mode=rwc",
            directory.path().join("a.db").display()
        );
        for url in [file.as_str(), "sqlite::memory:"] {
            let db = Database::connect(url).await.unwrap();
            db.execute_unprepared("CREATE TABLE t (a integer)")
                .await
                .unwrap();
            let beside = Connection::beside(&db).await.unwrap();
            beside
                .db
                .execute_unprepared("INSERT INTO t VALUES (1)")
                .await
                .unwrap();
            assert_eq!(number(&db, "SELECT count(*) FROM t").await, 1, "{url}");
        }
    }

    #[tokio::test]
    async fn a_search_path_holds_there_too_and_the_address_leads_there() {
        use plimsoll_testkit::servers::{Scratch, required};
        for backend in required().unwrap() {
            if backend == Backend::Sqlite {
                continue;
            }
            let scratch = Scratch::create(backend).await.unwrap();
            let mut options = sea_orm::ConnectOptions::new(scratch.url.clone());
            if backend == Backend::Postgres {
                scratch.run("CREATE SCHEMA own").await.unwrap();
                options.set_schema_search_path("own");
            }
            let db = Database::connect(options).await.unwrap();
            let beside = Connection::beside(&db).await.unwrap();
            if backend == Backend::Postgres {
                let sql = "SELECT count(*) FROM unnest(current_schemas(false)) s WHERE s = 'own'";
                assert_eq!(number(&beside.db, sql).await, 1);
            }
            assert_eq!(beside.url.backend(), backend);
            assert_eq!(
                beside.url.database(),
                DbUrl::parse(&scratch.url).unwrap().database()
            );
            // A third session, for what only an address leads to.
            let url = beside.url.reveal(true);
            Database::connect(url).await.unwrap().close().await.unwrap();
            beside.db.close().await.unwrap();
            db.close().await.unwrap();
            scratch.close().await.unwrap();
        }
    }

    #[test]
    fn an_address_has_its_password_and_does_not_show_it() {
        use sea_orm::sqlx::postgres::PgConnectOptions;
        let made = |user: &str, host: &str| {
            let options = PgConnectOptions::new_without_pgpass()
                .username("user")
                .host("localhost")
                .port(5432)
                .password("hu/sh@1")
                .database("shop");
            let url = address(options.to_url_lossy(), user, Some(host)).unwrap();
            assert!(url.reveal(true).contains(":hu%2Fsh%401@"));
            url.to_string()
        };
        let all = [made("app", "db.example.org"), made("a b@c", "::1")].join("\n");
        insta::assert_snapshot!(all, @"
        postgres://app:***@db.example.org:5432/shop?sslmode=prefer&statement-cache-capacity=100
        postgres://a%20b%40c:***@[::1]:5432/shop?sslmode=prefer&statement-cache-capacity=100
        ");
    }

    #[tokio::test]
    async fn what_is_no_pool_is_told() {
        let error = Connection::beside(&DatabaseConnection::default()).await;
        let error = error.unwrap_err();
        insta::assert_snapshot!(format!("{error}\n  {}", error.help()), @"
        open a session beside the application's pool: it is not one of sqlx's
          hand over the connection that `sea_orm::Database::connect` made, or use the database's address
        ");
    }
}
