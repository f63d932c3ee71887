//! Which server a connection leads to.

use plimsoll_schema::{Server, Version};
use sea_orm::{ConnectionTrait, DbBackend, DbErr, Statement};

/// The question put to PostgreSQL.
const POSTGRES: &str = "SELECT current_setting('server_version_num')::int4 AS version, current_schema()::text AS schema";
/// The question put to MySQL and MariaDB.
const MYSQL: &str = "SELECT VERSION() AS version, @@collation_database AS collation";

/// Asks the connection which server it leads to; SQLite is in this process and is not asked.
///
/// # Errors
/// When the server cannot be asked, or is none of ours.
pub async fn server_of(connection: &impl ConnectionTrait) -> Result<Server, DbErr> {
    match connection.get_database_backend() {
        DbBackend::Sqlite => Ok(Server::sqlite()),
        DbBackend::Postgres => postgres(connection).await,
        DbBackend::MySql => mysql(connection).await,
        other => Err(DbErr::BackendNotSupported {
            db: other.as_str(),
            ctx: "plimsoll's operations",
        }),
    }
}

async fn postgres(connection: &impl ConnectionTrait) -> Result<Server, DbErr> {
    let row = connection
        .query_one_raw(Statement::from_string(DbBackend::Postgres, POSTGRES))
        .await?
        .ok_or_else(no_answer)?;
    let number: i32 = row.try_get("", "version")?;
    let number = u32::try_from(number).unwrap_or_default();
    let mut server = Server::postgres(number / 10_000);
    server.version.1 = number % 10_000;
    server.default_schema = row.try_get("", "schema")?;
    Ok(server)
}

async fn mysql(connection: &impl ConnectionTrait) -> Result<Server, DbErr> {
    let row = connection
        .query_one_raw(Statement::from_string(DbBackend::MySql, MYSQL))
        .await?
        .ok_or_else(no_answer)?;
    let text: String = row.try_get("", "version")?;
    let mut server = mysql_server(&text);
    server.default_collation = row.try_get("", "collation")?;
    Ok(server)
}

/// The server that a text names, for a script that is written without one: `postgres 17`, `mysql 8.4`, `mariadb 10.11`, `sqlite`. Without
/// a number it is one of those that are most in use.
pub fn server_named(text: &str) -> Option<Server> {
    let text = text.trim().to_ascii_lowercase();
    let (name, version) = text.split_once([' ', ':', '-']).unwrap_or((&text, ""));
    let mut numbers = version.split('.').map(|part| part.trim().parse::<u32>());
    let mut next = || numbers.next().and_then(Result::ok);
    let (first, second) = (next(), next().unwrap_or_default());
    if !version.is_empty() && first.is_none() {
        return None;
    }
    match name {
        "sqlite" => Some(Server::sqlite()),
        "postgres" | "postgresql" => Some(Server::postgres(first.unwrap_or(15))),
        "mysql" => Some(Server::mysql(
            first.map_or(Version(8, 4, 0), |first| Version(first, second, 0)),
        )),
        "mariadb" => {
            Some(Server::mariadb(first.map_or(Version(10, 11, 0), |first| {
                Version(first, second, 0)
            })))
        }
        _ => None,
    }
}

/// `8.4.2`, `10.11.19-MariaDB-0+deb12u1`; older MariaDB puts `5.5.5-` before it for the sake of replication.
fn mysql_server(text: &str) -> Server {
    let is_mariadb = text.to_ascii_lowercase().contains("mariadb");
    let text = text.strip_prefix("5.5.5-").unwrap_or(text);
    let mut numbers = text
        .split(|character: char| !character.is_ascii_digit())
        .map(|part| part.parse().unwrap_or_default());
    let mut next = || numbers.next().unwrap_or_default();
    let version = Version(next(), next(), next());
    if is_mariadb {
        Server::mariadb(version)
    } else {
        Server::mysql(version)
    }
}

fn no_answer() -> DbErr {
    DbErr::Custom("the server does not say its version".to_owned())
}

#[cfg(test)]
mod tests {
    use super::mysql_server;
    use plimsoll_schema::{Flavor, Version};

    #[test]
    fn mysql_and_mariadb_are_told_apart() {
        let server = mysql_server("8.4.2");
        assert_eq!(
            (server.flavor, server.version),
            (Flavor::Original, Version(8, 4, 2))
        );
        for text in ["10.11.19-MariaDB-0+deb12u1", "5.5.5-10.11.19-MariaDB"] {
            let server = mysql_server(text);
            assert_eq!(
                (server.flavor, server.version),
                (Flavor::MariaDb, Version(10, 11, 19))
            );
        }
    }
}
