//! Reading a revision's statements without a database.
//!
//! The revision runs on a connection that leads nowhere and writes down what it is told. It runs several times, each time being told
//! another number of affected rows: a revision that does something else then (a loop that ends when nothing is left to update) asks the
//! database, as one does that reads rows, and has no script.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use plimsoll_schema::{Backend, Change};
use sea_orm::{
    DatabaseConnection, DatabaseConnectionType, DbBackend, DbErr, ExecResult, MockDatabase,
    MockDatabaseConnection, MockDatabaseTrait, MockExecResult, QueryResult, Statement, Transaction,
};
use sea_orm_migration::{MigrationTrait, SchemaManager};
use thiserror::Error;

use super::{Item, Script};
use crate::connect::db_backend;
use crate::runner::{Direction, caught, message};

/// More statements than this are a loop that waits for an answer.
const MOST: usize = 100_000;

/// Why a revision has no script.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Asks {
    /// It reads from the database.
    #[error("it asks the database: {0}")]
    Question(String),
    /// What it does depends on how many rows a statement met, or on the key it made.
    #[error("what it does depends on what a statement did: {0}")]
    Outcome(String),
    /// It fails without a database.
    #[error("it fails without a database: {0}")]
    Failed(String),
}

tokio::task_local! {
    /// Where operations are written down while a revision is read.
    static RECORDER: Recorder;
}

/// The recorder of the revision that is read at this moment, if one is.
pub(crate) fn recording() -> Option<Recorder> {
    RECORDER.try_with(Clone::clone).ok()
}

/// What a revision does, one way, on a kind of server.
///
/// # Errors
/// When that depends on what a database answers.
pub async fn capture(
    migration: &dyn MigrationTrait,
    direction: Direction,
    backend: Backend,
) -> Result<Script, Asks> {
    let first = once(migration, direction, backend, 0, None).await?;
    let again = once(migration, direction, backend, 1, Some(&first)).await?;
    let steady = first == again;
    if !steady && once(migration, direction, backend, 0, Some(&first)).await? == first {
        let differs = first.iter().zip(&again).find(|(one, other)| one != other);
        return Err(Asks::Outcome(
            differs.map_or_else(String::new, |(_, it)| shown(it)),
        ));
    }
    Ok(Script {
        items: first,
        steady,
    })
}

/// Reads it once; `rows` is how many rows each statement is said to meet. It ends as soon as it does something else than `known`.
async fn once(
    migration: &dyn MigrationTrait,
    direction: Direction,
    backend: Backend,
    rows: u64,
    known: Option<&[Item]>,
) -> Result<Vec<Item>, Asks> {
    let recorder = Recorder {
        backend: db_backend(backend),
        state: Arc::default(),
        known: known.map(Arc::from),
        rows,
    };
    let mock = Arc::new(MockDatabaseConnection::new(recorder.clone()));
    let db = DatabaseConnection::from(DatabaseConnectionType::MockDatabaseConnection(mock));
    let manager = SchemaManager::new(&db);
    let running = caught(direction.run(migration, &manager));
    let ran = RECORDER.scope(recorder.clone(), running).await;
    let mut state = recorder.lock();
    if let Some(asks) = state.asks.take() {
        return Err(asks);
    }
    if let Err(error) = ran {
        return Err(Asks::Failed(message(&error)));
    }
    if let Some(known) = known
        && known.len() != state.items.len()
    {
        let last = state.items.last().or(known.last());
        return Err(Asks::Outcome(last.map_or_else(String::new, shown)));
    }
    Ok(std::mem::take(&mut state.items))
}

fn shown(item: &Item) -> String {
    match item {
        Item::Operation(_) => "an operation".to_owned(),
        Item::Sql(_) | Item::Begin | Item::Commit | Item::Rollback => item.text(false),
    }
}

/// A driver that writes down what it is told.
#[derive(Debug, Clone)]
pub(crate) struct Recorder {
    backend: DbBackend,
    state: Arc<Mutex<State>>,
    known: Option<Arc<[Item]>>,
    rows: u64,
}

#[derive(Debug, Default)]
struct State {
    items: Vec<Item>,
    asks: Option<Asks>,
}

impl Recorder {
    /// Writes down an operation of ours.
    pub(crate) fn operation(&self, change: Change) -> Result<(), DbErr> {
        self.add(Item::Operation(Box::new(change)))
    }

    fn add(&self, item: Item) -> Result<(), DbErr> {
        let mut state = self.lock();
        let at = state.items.len();
        let is_known = |known: &Arc<[Item]>| {
            known.get(at).is_some_and(|known| match (known, &item) {
                // Values may be times; what they are is compared at the end.
                (Item::Sql(known), Item::Sql(item)) => known.sql == item.sql,
                (known, item) => known == item,
            })
        };
        if at >= MOST || !self.known.as_ref().is_none_or(is_known) {
            state.asks = Some(Asks::Outcome(shown(&item)));
            return Err(nobody());
        }
        state.items.push(item);
        Ok(())
    }

    fn ask(&self, what: Asks) -> DbErr {
        self.lock().asks.get_or_insert(what);
        nobody()
    }

    /// Nothing panics while it holds the lock.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What a revision hears that is read and asks.
fn nobody() -> DbErr {
    DbErr::Custom("there is no database to answer".to_owned())
}

impl MockDatabaseTrait for Recorder {
    fn execute(&mut self, _: usize, statement: Statement) -> Result<ExecResult, DbErr> {
        self.add(Item::Sql(statement.clone()))?;
        MockDatabase::new(self.backend)
            .append_exec_results([MockExecResult {
                last_insert_id: self.rows,
                rows_affected: self.rows,
            }])
            .execute(0, statement)
    }

    fn query(&mut self, _: usize, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        Err(self.ask(Asks::Question(statement.sql)))
    }

    // A transaction cannot be refused here; the reading has ended in an error already when adding fails.
    fn begin(&mut self) {
        let _ = self.add(Item::Begin);
    }

    fn commit(&mut self) {
        let _ = self.add(Item::Commit);
    }

    fn rollback(&mut self) {
        let _ = self.add(Item::Rollback);
    }

    fn drain_transaction_log(&mut self) -> Vec<Transaction> {
        Vec::new()
    }

    fn get_database_backend(&self) -> DbBackend {
        self.backend
    }

    fn ping(&self) -> Result<(), DbErr> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use sea_orm_migration::prelude::*;

    use super::*;
    use crate::operation::{AlterTable, Apply as _};

    /// Does what its name says.
    struct Does(&'static str);

    impl MigrationName for Does {
        fn name(&self) -> &str {
            self.0
        }
    }

    #[async_trait::async_trait]
    impl MigrationTrait for Does {
        async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
            let db = manager.get_connection();
            match self.0 {
                "build" => {
                    let id = ColumnDef::new("id").integer().not_null().take();
                    manager
                        .create_table(Table::create().table("t").col(id).take())
                        .await?;
                    manager
                        .apply(AlterTable::new("t").add_check("ck", "id > 0"))
                        .await?;
                    let insert = Query::insert()
                        .into_table("t")
                        .columns(["id"])
                        .values_panic([1.into()])
                        .take();
                    manager.execute(insert).await
                }
                "ask" => manager.has_table("t").await.map(|_| ()),
                "loop" => {
                    while db
                        .execute_unprepared("UPDATE t SET a = 1")
                        .await?
                        .rows_affected()
                        > 0
                    {}
                    Ok(())
                }
                "key" => {
                    let made = db.execute_unprepared("INSERT INTO t VALUES (1)").await?;
                    let sql = format!("INSERT INTO u VALUES ({})", made.last_insert_id());
                    db.execute_unprepared(&sql).await.map(|_| ())
                }
                "random" => {
                    let value = std::time::Instant::now().elapsed().as_nanos().to_string()
                        + &format!("{:?}", std::time::Instant::now());
                    let insert = Query::insert()
                        .into_table("t")
                        .columns(["a"])
                        .values_panic([value.into()])
                        .take();
                    manager.execute(insert).await
                }
                "begin" => {
                    let inner = manager.begin().await?;
                    inner
                        .get_connection()
                        .execute_unprepared("SELECT 1")
                        .await?;
                    inner.commit().await
                }
                "panic" => panic!("no"),
                _ => Ok(()),
            }
        }

        async fn down(&self, _: &SchemaManager) -> Result<(), DbErr> {
            Ok(())
        }
    }

    async fn read(what: &'static str) -> String {
        match capture(&Does(what), Direction::Up, Backend::Mysql).await {
            Ok(script) => {
                let items: Vec<String> = script.items.iter().map(shown).collect();
                format!("{} {}", items.join("; "), script.steady)
            }
            Err(asks) => asks.to_string(),
        }
    }

    #[tokio::test]
    async fn statements_are_read_and_questions_found() {
        insta::assert_snapshot!(read("build").await, @"CREATE TABLE `t` ( `id` int NOT NULL ); an operation; INSERT INTO `t` (`id`) VALUES (?) true");
        insta::assert_snapshot!(read("ask").await, @"it asks the database: SELECT COUNT(*) > 0 AS `has_table` FROM (SELECT `table_name` AS `table_name` FROM `information_schema`.`tables` WHERE (DATABASE()) = `tables`.`table_schema` AND `table_name` = ?) AS `subquery`");
        insta::assert_snapshot!(read("loop").await, @"what it does depends on what a statement did: UPDATE t SET a = 1");
        insta::assert_snapshot!(read("key").await, @"what it does depends on what a statement did: INSERT INTO u VALUES (1)");
        insta::assert_snapshot!(read("random").await, @"INSERT INTO `t` (`a`) VALUES (?) false");
        insta::assert_snapshot!(read("begin").await, @"BEGIN; SELECT 1; COMMIT true");
        insta::assert_snapshot!(read("panic").await, @"it fails without a database: it panicked: no");
    }

    #[tokio::test]
    async fn the_checksum_is_of_what_it_does() {
        let script = async |backend| {
            capture(&Does("build"), Direction::Up, backend)
                .await
                .unwrap()
        };
        let mysql = script(Backend::Mysql).await;
        assert_eq!(mysql.checksum(), script(Backend::Mysql).await.checksum());
        assert_ne!(mysql.checksum(), script(Backend::Postgres).await.checksum());
        let mut fewer = mysql.clone();
        fewer.items.pop();
        assert_ne!(mysql.checksum(), fewer.checksum());
    }
}
