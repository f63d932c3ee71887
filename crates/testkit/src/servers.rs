//! Throw-away databases on the servers of this machine.
//!
//! SQLite is always there. `PLIMSOLL_TEST_SERVERS` names what a run requires (`sqlite,postgres,mysql` unless it says otherwise);
//! `TEST_POSTGRES_URL` and `TEST_MYSQL_URL` say where, by default on this machine's usual ports.
//!
//! Invariant: a database made here is named for the process that made it, so that what a killed run left behind is found and dropped.

use std::path::Path;
use std::sync::atomic::{AtomicU32, Ordering};

use plimsoll_schema::{Backend, Server};
use sea_orm::{ConnectOptions, ConnectionTrait, Database, DatabaseConnection, DbErr, Statement};
use tempfile::TempDir;
use thiserror::Error;
use tokio::sync::{Mutex, OnceCell};

const PREFIX: &str = "plimsoll_test_";

/// Databases that were given back.
static IDLE: Mutex<Vec<Scratch>> = Mutex::const_new(Vec::new());

const EMPTY_POSTGRES: &str = "\
DO $$ DECLARE own text; BEGIN
  FOR own IN SELECT nspname FROM pg_namespace WHERE nspname !~ '^pg_' AND nspname <> 'information_schema' LOOP
    EXECUTE format('DROP SCHEMA %I CASCADE', own);
  END LOOP;
  CREATE SCHEMA public;
END $$";

/// Drops the databases that were given back; for the end of a run.
pub async fn drop_idle() -> Result<(), ServerError> {
    let idle = std::mem::take(&mut *IDLE.lock().await);
    for scratch in idle {
        scratch.close().await?;
    }
    Ok(())
}

/// Why there is no database to test on.
#[derive(Debug, Error)]
pub enum ServerError {
    /// A required server does not answer.
    #[error(
        "{backend} does not answer at {url}: start it, set {variable}, or narrow the run with PLIMSOLL_TEST_SERVERS=sqlite ({source})"
    )]
    Missing {
        /// The backend.
        backend: Backend,
        /// Where it was looked for.
        url: String,
        /// The variable that says where it is.
        variable: &'static str,
        /// What the driver said.
        source: DbErr,
    },
    /// `PLIMSOLL_TEST_SERVERS` names something else.
    #[error("PLIMSOLL_TEST_SERVERS: `{0}` is not sqlite, postgres or mysql")]
    Unknown(String),
    /// A statement failed.
    #[error("a scratch database cannot be made or dropped: {0}")]
    Database(#[from] DbErr),
    /// The file system refused.
    #[error("a scratch database cannot be made: {0}")]
    Io(#[from] std::io::Error),
    /// The URL is not one.
    #[error("{variable} is not a URL: {source}")]
    Url {
        /// The variable.
        variable: &'static str,
        /// What is wrong with it.
        source: url::ParseError,
    },
}

/// The word of a backend in case files, in file names and in `PLIMSOLL_TEST_SERVERS`.
pub const fn word(backend: Backend) -> &'static str {
    match backend {
        Backend::Sqlite => "sqlite",
        Backend::Postgres => "postgres",
        Backend::Mysql => "mysql",
    }
}

/// The backend of that word.
pub fn backend(word_of: &str) -> Option<Backend> {
    [Backend::Sqlite, Backend::Postgres, Backend::Mysql]
        .into_iter()
        .find(|backend| word(*backend) == word_of)
}

/// The servers this run requires, in their order.
pub fn required() -> Result<Vec<Backend>, ServerError> {
    let Ok(wanted) = std::env::var("PLIMSOLL_TEST_SERVERS") else {
        return Ok(vec![Backend::Sqlite, Backend::Postgres, Backend::Mysql]);
    };
    let mut found = vec![Backend::Sqlite];
    for wanted in wanted.split(',').map(str::trim).filter(|w| !w.is_empty()) {
        found.push(backend(wanted).ok_or_else(|| ServerError::Unknown(wanted.to_owned()))?);
    }
    found.sort_unstable();
    found.dedup();
    Ok(found)
}

/// The server of a backend that this run tests on.
pub async fn server(backend: Backend) -> Result<Server, String> {
    let scratch = Scratch::borrow(backend).await;
    let scratch = scratch.map_err(|error| error.to_string())?;
    let server = scratch.server().await;
    let given_back = scratch.give_back().await;
    given_back.map_err(|error| error.to_string())?;
    server
}

/// A database of its own, empty when made.
#[derive(Debug)]
pub struct Scratch {
    /// Its backend.
    pub backend: Backend,
    /// Where it is.
    pub url: String,
    /// The one connection to it.
    pub db: DatabaseConnection,
    place: Place,
}

#[derive(Debug)]
enum Place {
    Folder(TempDir),
    Server(String),
}

impl Scratch {
    /// Makes an empty database.
    pub async fn create(backend: Backend) -> Result<Self, ServerError> {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("{PREFIX}{}_{count}", std::process::id());
        let (url, place) = match server_url(backend) {
            None => {
                let folder = tempfile::Builder::new().prefix(PREFIX).tempdir()?;
                let file = folder.path().join("scratch.db");
                let url = format!("sqlite://{}?mode=rwc", file.display());
                (url, Place::Folder(folder))
            }
            Some((variable, url)) => {
                let admin = admin(backend).await?;
                let quoted = plain_quote(backend, &name);
                admin
                    .execute_unprepared(&format!("CREATE DATABASE {quoted}"))
                    .await?;
                admin.close().await?;
                let mut url = url::Url::parse(&url)
                    .map_err(|source| ServerError::Url { variable, source })?;
                url.set_path(&name);
                (url.to_string(), Place::Server(name))
            }
        };
        let mut options = ConnectOptions::new(url.clone());
        // One connection: what is set on it (SQLite's foreign keys, a transaction) holds for every statement.
        options
            .max_connections(1)
            .min_connections(1)
            .sqlx_logging(false);
        let db = Database::connect(options).await?;
        Ok(Self {
            backend,
            url,
            db,
            place,
        })
    }

    /// An empty database that was used before, else a new one; [`Self::give_back`] is how it ends.
    pub async fn borrow(backend: Backend) -> Result<Self, ServerError> {
        let idle = {
            let mut idle = IDLE.lock().await;
            let at = idle.iter().position(|one| one.backend == backend);
            at.map(|at| idle.swap_remove(at))
        };
        match idle {
            Some(idle) => Ok(idle),
            None => Self::create(backend).await,
        }
    }

    /// Empties the database for the next one, where that is cheaper than making one (PostgreSQL: dropping one waits for a
    /// checkpoint).
    pub async fn give_back(self) -> Result<(), ServerError> {
        match self.backend {
            Backend::Sqlite | Backend::Mysql => self.close().await,
            Backend::Postgres => {
                // A failed test can leave its transaction open, or what it set.
                for sql in ["ROLLBACK", "RESET ALL", EMPTY_POSTGRES] {
                    self.run(sql).await?;
                }
                IDLE.lock().await.push(self);
                Ok(())
            }
        }
    }

    /// Runs SQL; several statements may stand in one text.
    pub async fn run(&self, sql: &str) -> Result<(), DbErr> {
        self.db.execute_unprepared(sql).await.map(|_| ())
    }

    /// Who the server is.
    pub async fn server(&self) -> Result<Server, String> {
        let server = plimsoll_differ::inspect::server(&self.db).await;
        server.map_err(|error| error.to_string())
    }

    /// The first column of what a query finds, as texts.
    pub async fn texts(&self, sql: &str) -> Result<Vec<String>, DbErr> {
        let statement = Statement::from_string(self.db.get_database_backend(), sql);
        let rows = self.db.query_all_raw(statement).await?;
        rows.iter().map(|row| row.try_get_by_index(0)).collect()
    }

    /// Drops the database.
    pub async fn close(self) -> Result<(), ServerError> {
        self.db.close().await?;
        match self.place {
            Place::Folder(folder) => folder.close()?,
            Place::Server(name) => {
                let admin = admin(self.backend).await?;
                drop_database(self.backend, &admin, &name).await?;
                admin.close().await?;
            }
        }
        Ok(())
    }
}

/// The variable and the URL of a backend that has a server.
fn server_url(backend: Backend) -> Option<(&'static str, String)> {
    let (variable, default) = match backend {
        Backend::Sqlite => return None,
        Backend::Postgres => (
            "TEST_POSTGRES_URL",
            "postgres://postgres@127.0.0.1:5432/postgres",
        ),
        Backend::Mysql => ("TEST_MYSQL_URL", "mysql://root@127.0.0.1:3306/test"),
    };
    let url = std::env::var(variable).unwrap_or_else(|_| default.to_owned());
    Some((variable, url))
}

/// A connection to the server itself, after what dead runs left behind is gone.
async fn admin(backend: Backend) -> Result<DatabaseConnection, ServerError> {
    static POSTGRES: OnceCell<()> = OnceCell::const_new();
    static MYSQL: OnceCell<()> = OnceCell::const_new();
    let (variable, url) = server_url(backend).unwrap_or_default();
    let mut options = ConnectOptions::new(url.clone());
    options.max_connections(1).sqlx_logging(false);
    let admin = Database::connect(options)
        .await
        .map_err(|source| ServerError::Missing {
            backend,
            url,
            variable,
            source,
        })?;
    let once = match backend {
        Backend::Sqlite => return Ok(admin),
        Backend::Postgres => &POSTGRES,
        Backend::Mysql => &MYSQL,
    };
    once.get_or_try_init(|| drop_left_overs(backend, &admin))
        .await?;
    Ok(admin)
}

async fn drop_left_overs(backend: Backend, admin: &DatabaseConnection) -> Result<(), DbErr> {
    let sql = match backend {
        Backend::Sqlite => return Ok(()),
        Backend::Postgres => "SELECT datname::text AS name FROM pg_database",
        Backend::Mysql => "SELECT schema_name AS name FROM information_schema.schemata",
    };
    let statement = Statement::from_string(admin.get_database_backend(), sql);
    for row in admin.query_all_raw(statement).await? {
        let name: String = row.try_get_by_index(0)?;
        if maker(&name).is_some_and(is_dead) {
            // Another run may be doing the same; who comes second finds nothing to drop.
            let _ = drop_database(backend, admin, &name).await;
        }
    }
    Ok(())
}

async fn drop_database(
    backend: Backend,
    admin: &DatabaseConnection,
    name: &str,
) -> Result<(), DbErr> {
    let quoted = plain_quote(backend, name);
    let sql = format!("DROP DATABASE IF EXISTS {quoted}");
    admin.execute_unprepared(&sql).await.map(|_| ())
}

/// Names made here need no escaping.
fn plain_quote(backend: Backend, name: &str) -> String {
    match backend {
        Backend::Sqlite | Backend::Postgres => format!("\"{name}\""),
        Backend::Mysql => format!("`{name}`"),
    }
}

/// The process that made a database of that name.
fn maker(name: &str) -> Option<u32> {
    let (process, _) = name.strip_prefix(PREFIX)?.split_once('_')?;
    process.parse().ok()
}

/// Whether no such process runs; where that cannot be told, nobody is dead.
fn is_dead(process: u32) -> bool {
    let processes = Path::new("/proc");
    processes.join("self").exists() && !processes.join(process.to_string()).exists()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_tell_their_maker() {
        assert_eq!(maker("plimsoll_test_17_3"), Some(17));
        assert_eq!(maker("plimsoll_test_x_3"), None);
        assert_eq!(maker("plimsoll_other_17_3"), None);
        assert!(!is_dead(std::process::id()));
    }

    #[tokio::test]
    async fn a_scratch_database_is_empty_and_goes() {
        for backend in required().unwrap() {
            let scratch = Scratch::create(backend).await.unwrap();
            scratch.run("CREATE TABLE t (a integer)").await.unwrap();
            scratch.close().await.unwrap();
        }
    }
}
