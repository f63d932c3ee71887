//! A database for one test.

use std::sync::atomic::{AtomicU32, Ordering};

use plimsoll_schema::{Catalog, Change, Server, backend};
use sea_orm::{ConnectOptions, ConnectionTrait, Database, DatabaseConnection};

pub(super) struct Scratch {
    pub(super) db: DatabaseConnection,
    name: String,
}

impl Scratch {
    /// `None` where the run says that there is no server; a server that should be there and is not is a failure.
    pub(super) async fn create() -> Option<Self> {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        if std::env::var("PLIMSOLL_TEST_SERVERS").is_ok_and(|servers| !servers.contains("postgres"))
        {
            return None;
        }
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("plimsoll_postgres_{}_{count}", std::process::id());
        let admin = connect(&url()).await;
        admin
            .execute_unprepared(&format!("CREATE DATABASE {name}"))
            .await
            .unwrap();
        admin.close().await.unwrap();
        let db = connect(&Self::url_of(&name)).await;
        Some(Self { db, name })
    }

    fn url_of(name: &str) -> String {
        let url = url();
        let (server, _) = url.rsplit_once('/').unwrap();
        format!("{server}/{name}")
    }

    /// The same database for another role.
    pub(super) async fn connect_as(&self, role: &str) -> DatabaseConnection {
        let url = Self::url_of(&self.name);
        let (_, place) = url.split_once('@').unwrap();
        connect(&format!("postgres://{role}@{place}")).await
    }

    pub(super) async fn run(&self, sql: &str) {
        if let Err(error) = self.db.execute_unprepared(sql).await {
            panic!("{sql}: {error}");
        }
    }

    /// Renders the change and carries it out.
    pub(super) async fn apply(&self, server: &Server, before: &Catalog, change: &Change) {
        for statement in backend::render(server, before, change).unwrap() {
            self.run(&statement).await;
        }
    }

    pub(super) async fn drop(self) {
        self.db.close().await.unwrap();
        let admin = connect(&url()).await;
        let sql = format!("DROP DATABASE {} WITH (FORCE)", self.name);
        admin.execute_unprepared(&sql).await.unwrap();
    }
}

fn url() -> String {
    std::env::var("TEST_POSTGRES_URL")
        .unwrap_or_else(|_| "postgres://postgres@127.0.0.1:5432/postgres".into())
}

async fn connect(url: &str) -> DatabaseConnection {
    let mut options = ConnectOptions::new(url);
    options.max_connections(1).sqlx_logging(false);
    Database::connect(options).await.unwrap()
}
