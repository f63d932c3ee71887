//! Runs revisions: one after another on one connection, each whole where the database can do that.
//!
//! Invariant: where DDL takes part in transactions, a revision and its row in the history are written together or not at all.
//! Invariant: two runs of ours on one database do not interleave.
//!
//! SeaORM's own runner opens a transaction on PostgreSQL only; ours does on SQLite too, because a half-applied revision cannot be
//! run again. `use_transaction` of a migration decides where it says something.

use std::time::{Duration, Instant, SystemTime};

use plimsoll_schema::Backend;
use sea_orm::{DbErr, SqliteTransactionMode, TransactionOptions, TransactionTrait};
use sea_orm_migration::{MigrationTrait, SchemaManager};

use crate::connect::Connection;
use crate::history::{self, Details, Row};
use crate::project::Project;

mod failure;
mod foreign_keys;
mod lock;
mod stop;

pub use failure::{Failure, FailureKind, is_of_connection, message, refused};
pub use stop::Stop;

/// Which way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// Apply.
    Up,
    /// Take back.
    Down,
}

/// What a run tells while it runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// Another run holds the lock.
    Waiting,
    /// A revision begins.
    Started(String),
    /// A revision is done.
    Done(Done),
    /// Another run did it while this one waited.
    Skipped(String),
}

/// A revision that was run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Done {
    /// Its id.
    pub revision: String,
    /// How long it took.
    pub duration: Duration,
}

/// How to run.
pub struct Run<'a> {
    /// The session.
    pub connection: &'a Connection,
    /// The project.
    pub project: &'a Project,
    /// Which way.
    pub direction: Direction,
    /// How long to wait for another run.
    pub patience: Duration,
    /// Who may ask it to stop.
    pub stop: Stop,
}

impl Run<'_> {
    /// Runs the revisions of a path, in that order.
    ///
    /// # Errors
    /// When one fails, another run holds the lock for too long, or someone asked to stop; what was done before stays done.
    pub async fn path(
        &self,
        path: &[String],
        tell: &mut dyn FnMut(&Event),
    ) -> Result<Vec<Done>, Failure> {
        let mut done = Vec::new();
        let result = self.locked(path, tell, &mut done).await;
        match result {
            Ok(()) => Ok(done),
            Err(kind) => Err(Failure {
                direction: self.direction,
                done: done.into_iter().map(|done: Done| done.revision).collect(),
                kind,
            }),
        }
    }

    async fn locked(
        &self,
        path: &[String],
        tell: &mut dyn FnMut(&Event),
        done: &mut Vec<Done>,
    ) -> Result<(), FailureKind> {
        let db = &self.connection.db;
        let lock = lock::acquire(self, tell).await?;
        let result = async {
            history::install(db, self.project.table())
                .await
                .map_err(|error| FailureKind::History(message(&error)))?;
            for id in path {
                if self.stop.is_asked() {
                    return Err(FailureKind::Stopped { during: None });
                }
                self.one(id, tell, done).await?;
            }
            Ok(())
        }
        .await;
        lock.release(db).await;
        result
    }

    async fn one(
        &self,
        id: &str,
        tell: &mut dyn FnMut(&Event),
        done: &mut Vec<Done>,
    ) -> Result<(), FailureKind> {
        // The path was made from this project's graph.
        let Some(migration) = self.project.migration(id) else {
            return Err(FailureKind::History(format!("`{id}` has no migration")));
        };
        tell(&Event::Started(id.to_owned()));
        let start = Instant::now();
        let transactional = self.is_transactional(migration);
        let work = async {
            if transactional {
                self.in_transaction(id, migration, start).await
            } else {
                self.outside_transaction(id, migration, start).await
            }
        };
        let ran = match stop::guard(self.connection, &self.stop, work).await {
            stop::Outcome::Finished(result) => result.map_err(|cause| FailureKind::Revision {
                revision: id.to_owned(),
                cause,
                transactional,
            }),
            stop::Outcome::Interrupted => Err(FailureKind::Stopped {
                during: Some((id.to_owned(), transactional)),
            }),
        }?;
        if ran {
            let event = Done {
                revision: id.to_owned(),
                duration: start.elapsed(),
            };
            tell(&Event::Done(event.clone()));
            done.push(event);
        } else {
            tell(&Event::Skipped(id.to_owned()));
        }
        Ok(())
    }

    fn is_transactional(&self, migration: &dyn MigrationTrait) -> bool {
        migration
            .use_transaction()
            .unwrap_or(match self.connection.url.backend() {
                Backend::Sqlite | Backend::Postgres => true,
                // https://dev.mysql.com/doc/refman/8.4/en/implicit-commit.html
                Backend::Mysql => false,
            })
    }

    async fn in_transaction(
        &self,
        id: &str,
        migration: &dyn MigrationTrait,
        start: Instant,
    ) -> Result<bool, String> {
        let db = &self.connection.db;
        let keys = foreign_keys::suspend(self.connection)
            .await
            .map_err(|error| message(&error))?;
        let result = async {
            let options = TransactionOptions {
                sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
                ..TransactionOptions::default()
            };
            let transaction = db.begin_with_options(options).await?;
            if !self.is_due(&transaction, id).await? {
                transaction.rollback().await?;
                return Ok(false);
            }
            let before = keys.violations(&transaction).await?;
            let ran = failure::caught(self.run(migration, &SchemaManager::new(&transaction))).await;
            let ran = match ran {
                Ok(()) => self.record(&transaction, id, start).await,
                Err(error) => Err(error),
            };
            let checked = match ran {
                Ok(()) => keys.check(&transaction, &before).await,
                Err(error) => Err(error),
            };
            match checked {
                Ok(()) => transaction.commit().await.map(|()| true),
                Err(error) => {
                    // SQLite may have rolled back by itself (its disk is full): the first error is the one that matters.
                    let _ = transaction.rollback().await;
                    Err(error)
                }
            }
        }
        .await;
        let restored = keys.restore(db).await;
        let ran = result.map_err(|error: DbErr| message(&error))?;
        restored.map_err(|error| message(&error))?;
        Ok(ran)
    }

    async fn outside_transaction(
        &self,
        id: &str,
        migration: &dyn MigrationTrait,
        start: Instant,
    ) -> Result<bool, String> {
        let db = &self.connection.db;
        let result = async {
            if !self.is_due(db, id).await? {
                return Ok(false);
            }
            failure::caught(self.run(migration, &SchemaManager::new(db))).await?;
            self.record(db, id, start).await?;
            Ok(true)
        }
        .await;
        result.map_err(|error: DbErr| message(&error))
    }

    /// Whether it is still to be run: another run may have been here while this one waited.
    async fn is_due(&self, db: &impl sea_orm::ConnectionTrait, id: &str) -> Result<bool, DbErr> {
        let applied = history::is_applied(db, self.project.table(), id).await?;
        Ok(applied == (self.direction == Direction::Down))
    }

    async fn run(
        &self,
        migration: &dyn MigrationTrait,
        manager: &SchemaManager<'_>,
    ) -> Result<(), DbErr> {
        let refusals = &self.connection.refusals;
        refusals.take();
        let ran = match self.direction {
            Direction::Up => migration.up(manager).await,
            Direction::Down => migration.down(manager).await,
        };
        ran.map_err(|error| match refusals.take() {
            Some(sql) if failure::is_of_a_statement(&error) => refused(&error, &sql),
            Some(_) | None => error,
        })
    }

    async fn record(
        &self,
        db: &impl sea_orm::ConnectionTrait,
        id: &str,
        start: Instant,
    ) -> Result<(), DbErr> {
        let table = self.project.table();
        if self.direction == Direction::Down {
            return history::delete(db, table, id).await;
        }
        let node = self.project.graph().node(id);
        let row = Row {
            revision: id.to_owned(),
            applied_at: SystemTime::now()
                .duration_since(SystemTime::UNIX_EPOCH)
                .map_or(0, |since| {
                    i64::try_from(since.as_secs()).unwrap_or(i64::MAX)
                }),
            details: Some(Details {
                parents: node.map(|node| node.parents.clone()).unwrap_or_default(),
                checksum: node.and_then(crate::graph::Node::checksum),
                duration_ms: i64::try_from(start.elapsed().as_millis()).unwrap_or(i64::MAX),
                applied_by: std::env::var("USER")
                    .or_else(|_| std::env::var("USERNAME"))
                    .ok()
                    .filter(|name| !name.is_empty()),
            }),
        };
        history::insert(db, table, &row).await
    }
}
