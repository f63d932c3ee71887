//! SQLite is read and changed, in memory.

mod changes;
mod proving;
mod reading;

use plimsoll_schema::Catalog;
use sea_orm::{ConnectOptions, ConnectionTrait, Database, DatabaseConnection};

use crate::inspect::{Scope, inspect};

/// An empty database in memory: one connection, or each would have a database of its own.
async fn database() -> DatabaseConnection {
    let mut options = ConnectOptions::new("sqlite::memory:");
    options
        .max_connections(1)
        .min_connections(1)
        .sqlx_logging(false);
    Database::connect(options).await.unwrap()
}

async fn run(db: &DatabaseConnection, statements: &[impl AsRef<str>]) {
    for sql in statements {
        let sql = sql.as_ref();
        if let Err(error) = db.execute_unprepared(sql).await {
            panic!("{error}\n  {sql}");
        }
    }
}

async fn catalog(db: &DatabaseConnection) -> Catalog {
    inspect(db, &Scope::default()).await.unwrap().catalog
}
