//! A pool for a program that is tested.

use std::str::FromStr;

use plimsoll_schema::Backend;
use sea_orm::sqlx::mysql::{MySqlConnectOptions, MySqlPoolOptions};
use sea_orm::sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sea_orm::sqlx::sqlite::{SqliteConnectOptions, SqlitePoolOptions};
use sea_orm::sqlx::{self, ConnectOptions};
use sea_orm::{DatabaseConnection, SqlxMySqlConnector, SqlxPostgresConnector, SqlxSqliteConnector};

use super::{BUSY, ConnectError, attempt};
use crate::url::DbUrl;

/// Opens a pool of at most so many connections; SQLite's file is made when it is not there.
///
/// Not through SeaORM's `Database::connect`: to whoever traces, that shows the address with its password.
///
/// # Errors
/// When the database is not there or does not let us in.
pub async fn pool(url: &DbUrl, connections: u32) -> Result<DatabaseConnection, ConnectError> {
    let text = url.reveal(true);
    let wrong = |error: sqlx::Error| ConnectError::new(url, &error);
    Ok(match url.backend() {
        Backend::Sqlite => {
            let options = SqliteConnectOptions::from_str(&text).map_err(wrong)?;
            let options = options.busy_timeout(BUSY).disable_statement_logging();
            let pool = SqlitePoolOptions::new().max_connections(connections);
            let pool = attempt(url, pool.connect_with(options)).await?;
            SqlxSqliteConnector::from_sqlx_sqlite_pool(pool)
        }
        Backend::Postgres => {
            let options = PgConnectOptions::from_str(&text).map_err(wrong)?;
            let options = options.disable_statement_logging();
            let pool = PgPoolOptions::new().max_connections(connections);
            let pool = attempt(url, pool.connect_with(options)).await?;
            SqlxPostgresConnector::from_sqlx_postgres_pool(pool)
        }
        Backend::Mysql => {
            let options = MySqlConnectOptions::from_str(&text).map_err(wrong)?;
            let options = options.disable_statement_logging();
            let pool = MySqlPoolOptions::new().max_connections(connections);
            let pool = attempt(url, pool.connect_with(options)).await?;
            SqlxMySqlConnector::from_sqlx_mysql_pool(pool)
        }
    })
}
