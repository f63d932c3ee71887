//! A connection that keeps what it is asked to execute.

use std::any::TypeId;
use std::pin::pin;
use std::sync::{Mutex, PoisonError};
use std::task::{Context, Poll, Waker};

use sea_orm::sea_query::{IndexCreateStatement, TableCreateStatement};
use sea_orm::sqlx::sqlite::SqliteQueryResult;
use sea_orm::{
    ConnectionTrait, DbBackend, DbErr, ExecResult, QueryResult, SchemaBuilder, Statement,
    StatementBuilder,
};

/// A table with the indexes that followed it.
pub(super) struct Recorded {
    pub(super) table: TableCreateStatement,
    pub(super) indexes: Vec<IndexCreateStatement>,
}

/// What the builder would execute; `None` when that is anything but tables and indexes.
pub(super) fn record(builder: SchemaBuilder) -> Option<Vec<Recorded>> {
    let connection = Recorder::default();
    let polled = {
        let future = pin!(builder.apply(&connection));
        // The connection never waits, so that the first poll is the last.
        future.poll(&mut Context::from_waker(Waker::noop()))
    };
    let recorded = connection.recorded.into_inner();
    matches!(polled, Poll::Ready(Ok(()))).then(|| recorded.unwrap_or_else(PoisonError::into_inner))
}

#[derive(Default)]
struct Recorder {
    recorded: Mutex<Vec<Recorded>>,
}

impl Recorder {
    fn keep<S: StatementBuilder>(&self, statement: &S) -> Option<()> {
        let mut recorded = self.recorded.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(table) = downcast::<S, TableCreateStatement>(statement) {
            recorded.push(Recorded {
                table: table.clone(),
                indexes: Vec::new(),
            });
            return Some(());
        }
        let index = downcast::<S, IndexCreateStatement>(statement)?;
        recorded.last_mut()?.indexes.push(index.clone());
        Some(())
    }
}

/// The statement as what it is. `Any` would do if SeaORM's bound included `'static`.
#[expect(
    unsafe_code,
    reason = "a cast between types that were just found to be one"
)]
fn downcast<S, T: 'static>(statement: &S) -> Option<&T> {
    if typeid::of::<S>() != TypeId::of::<T>() {
        return None;
    }
    // SAFETY: `typeid::of` ignores lifetimes only, and the statements we ask for have none, so that S and T are the same type.
    Some(unsafe { &*std::ptr::from_ref(statement).cast::<T>() })
}

fn refused() -> DbErr {
    DbErr::Custom("only CREATE TABLE and CREATE INDEX are recorded".into())
}

#[async_trait::async_trait]
impl ConnectionTrait for Recorder {
    /// The one backend for which SeaORM neither renders anything nor rewrites enums, so that columns keep their typed form.
    fn get_database_backend(&self) -> DbBackend {
        DbBackend::Sqlite
    }

    async fn execute<S: StatementBuilder>(&self, statement: &S) -> Result<ExecResult, DbErr> {
        self.keep(statement).ok_or_else(refused)?;
        Ok(ExecResult::from(SqliteQueryResult::default()))
    }

    async fn execute_raw(&self, _: Statement) -> Result<ExecResult, DbErr> {
        Err(refused())
    }

    async fn execute_unprepared(&self, _: &str) -> Result<ExecResult, DbErr> {
        Err(refused())
    }

    async fn query_one_raw(&self, _: Statement) -> Result<Option<QueryResult>, DbErr> {
        Err(refused())
    }

    async fn query_all_raw(&self, _: Statement) -> Result<Vec<QueryResult>, DbErr> {
        Err(refused())
    }
}
