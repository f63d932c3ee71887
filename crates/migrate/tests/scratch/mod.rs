//! Databases of a test's own, on every backend, and revisions made of SQL.

use std::sync::atomic::{AtomicU32, Ordering};

use plimsoll_migrate::connect::{Access, Connection, connect};
use plimsoll_migrate::project::Project;
use plimsoll_migrate::url::DbUrl;
use plimsoll_schema::Backend;
use sea_orm::ConnectionTrait;
use sea_orm_migration::MigratorTraitSelf;
use sea_orm_migration::prelude::*;

/// A database that is dropped at the end.
pub(crate) struct Scratch {
    pub(crate) url: DbUrl,
    server: Option<DbUrl>,
    _directory: tempfile::TempDir,
}

impl Scratch {
    /// One for each backend that is to be tested.
    pub(crate) async fn all() -> Vec<Self> {
        let mut all = vec![Self::sqlite()];
        if std::env::var("PLIMSOLL_TEST_SERVERS").as_deref() != Ok("sqlite") {
            all.push(
                Self::server(
                    "TEST_POSTGRES_URL",
                    "postgres://postgres@127.0.0.1:5432/postgres",
                )
                .await,
            );
            all.push(Self::server("TEST_MYSQL_URL", "mysql://root@127.0.0.1:3306/test").await);
        }
        all
    }

    pub(crate) fn sqlite() -> Self {
        let directory = tempfile::tempdir().unwrap();
        Self {
            url: DbUrl::sqlite_file(&directory.path().join("app.db")),
            server: None,
            _directory: directory,
        }
    }

    async fn server(variable: &str, default: &str) -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let server = std::env::var(variable).unwrap_or_else(|_| default.to_owned());
        let server = DbUrl::parse(&server).unwrap();
        let name = format!(
            "plimsoll_runner_{}_{}",
            std::process::id(),
            COUNT.fetch_add(1, Ordering::Relaxed)
        );
        let connection = connect(&server, Access::Write, None).await.expect(
            "the server of this test is not there; PLIMSOLL_TEST_SERVERS=sqlite leaves it out",
        );
        connection
            .db
            .execute_unprepared(&format!("CREATE DATABASE {name}"))
            .await
            .unwrap();
        Self {
            url: server.clone().with_database(&name),
            server: Some(server),
            _directory: tempfile::tempdir().unwrap(),
        }
    }

    pub(crate) async fn open(&self) -> Connection {
        connect(&self.url, Access::Write, None).await.unwrap()
    }

    pub(crate) fn backend(&self) -> Backend {
        self.url.backend()
    }

    pub(crate) async fn drop(self) {
        if let Some(server) = &self.server {
            let name = self.url.database().unwrap();
            let force = if self.backend() == Backend::Postgres {
                " WITH (FORCE)"
            } else {
                ""
            };
            let connection = connect(server, Access::Write, None).await.unwrap();
            connection
                .db
                .execute_unprepared(&format!("DROP DATABASE {name}{force}"))
                .await
                .unwrap();
        }
    }
}

/// A revision made of SQL; the statement `panic` panics.
#[derive(Clone, Copy)]
pub(crate) struct Sql {
    pub(crate) name: &'static str,
    pub(crate) up: &'static [&'static str],
    pub(crate) down: &'static [&'static str],
    pub(crate) transaction: Option<bool>,
}

impl MigrationName for Sql {
    fn name(&self) -> &str {
        self.name
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Sql {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run(manager, self.up).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run(manager, self.down).await
    }

    fn use_transaction(&self) -> Option<bool> {
        self.transaction
    }
}

async fn run(manager: &SchemaManager<'_>, statements: &[&str]) -> Result<(), DbErr> {
    for statement in statements {
        assert!(*statement != "panic", "asked to panic");
        manager
            .get_connection()
            .execute_unprepared(statement)
            .await?;
    }
    Ok(())
}

/// A migrator with a list made at run time.
pub(crate) struct List(pub(crate) Vec<Sql>);

impl MigratorTraitSelf for List {
    fn migrations(&self) -> Vec<Box<dyn MigrationTrait>> {
        self.0
            .iter()
            .map(|sql| Box::new(*sql) as Box<dyn MigrationTrait>)
            .collect()
    }
}

#[allow(dead_code, reason = "one test program has hooks around it")]
pub(crate) fn project(list: &[Sql]) -> Project {
    Project::of(&List(list.to_vec())).unwrap()
}

/// The tables, without ours and SeaORM's, and what stands in `one`.
pub(crate) async fn tables(connection: &Connection) -> Vec<String> {
    let db = &connection.db;
    let sql = match connection.url.backend() {
        Backend::Sqlite => "SELECT name FROM sqlite_schema WHERE type = 'table'",
        Backend::Postgres => {
            "SELECT tablename::text AS name FROM pg_tables WHERE schemaname = 'public'"
        }
        Backend::Mysql => {
            "SELECT CAST(table_name AS CHAR) AS name FROM information_schema.tables WHERE table_schema = database()"
        }
    };
    let statement = sea_orm::Statement::from_string(db.get_database_backend(), sql);
    let mut names: Vec<String> = db
        .query_all_raw(statement)
        .await
        .unwrap()
        .into_iter()
        .map(|row| row.try_get_by_index(0).unwrap())
        .filter(|name: &String| {
            !plimsoll_migrate::history::tables("seaql_migrations").contains(name)
        })
        .collect();
    names.sort();
    names
}
