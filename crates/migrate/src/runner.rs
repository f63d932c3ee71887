//! Runs revisions: one after another on one connection, each whole where the database can do that, and otherwise statement by statement
//! with a journal, so that the next run goes on where this one ended.
//!
//! Invariant: where DDL takes part in transactions, a revision and its row in the history are written together or not at all.
//! Invariant: two runs of ours on one database do not interleave.
//!
//! SeaORM's own runner opens a transaction on PostgreSQL only; ours does on SQLite too, because a half-applied revision cannot be
//! run again. `use_transaction` of a migration decides where it says something.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant, SystemTime};

use plimsoll_schema::Backend;
use sea_orm::{ConnectionTrait, DatabaseConnection, DbErr};
use sea_orm_migration::MigrationTrait;
use tokio::sync::Mutex;

use crate::connect::Connection;
use crate::history::{self, Details, Entry};
use crate::hooks::Planned;
use crate::project::Project;
use crate::script::{Asks, Script};

mod code;
mod direction;
mod event;
mod failure;
mod foreign_keys;
mod hooks;
pub(crate) mod journal;
mod lock;
mod options;
mod retry;
mod stamp;
mod steps;
mod stop;
mod trace;
mod whole;

pub(crate) use failure::caught;
use foreign_keys::ForeignKeys;
use lock::Purpose;

pub use direction::Direction;
pub use event::{Done, Event, Tell};
pub use failure::{
    Failure, FailureKind, POOLER, is_of_a_pooler, is_of_connection, message, refused,
};
pub use journal::{At, State, Unfinished, unfinished};
pub use lock::{Holder, Lock, Wait, hold, holder, turn};
pub use options::Options;
pub use stamp::{Remedy, Stamped};
pub use stop::Stop;

/// This tool and its version, as the history names it.
pub const TOOL: &str = concat!("plimsoll ", env!("CARGO_PKG_VERSION"));

/// A run.
pub struct Run<'a> {
    /// The session.
    pub connection: &'a Connection,
    /// The project.
    pub project: &'a Project,
    /// Which way.
    pub direction: Direction,
    /// How.
    pub options: Options,
    /// Who may ask it to stop.
    pub stop: Stop,
}

impl Run<'_> {
    /// Runs the revisions of a path, in that order.
    ///
    /// # Errors
    /// When one fails, another run holds the lock for too long, or someone asked to stop; what was done before stays done.
    pub async fn path(&self, path: &[String], tell: &mut Tell<'_>) -> Result<Vec<Done>, Failure> {
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

    /// Waits for the lock of a run.
    async fn lock(&self, tell: &mut Tell<'_>) -> Result<Lock, FailureKind> {
        let wait = Wait {
            patience: self.options.patience,
            stop: &self.stop,
        };
        let table = self.project.table();
        let mut waiting = |holder| tell(&Event::Waiting(holder));
        lock::acquire(self.connection, table, Purpose::Run, &wait, &mut waiting).await
    }

    async fn locked(
        &self,
        path: &[String],
        tell: &mut Tell<'_>,
        done: &mut Vec<Done>,
    ) -> Result<(), FailureKind> {
        let db = &self.connection.db;
        let history = |error: DbErr| FailureKind::history(&error);
        let lock = self.lock(tell).await?;
        let suspended = foreign_keys::suspend(self.connection).await;
        let result = async {
            let keys = suspended.map_err(history)?;
            let ran = self.due(path, keys, tell, done).await;
            let restored = keys.restore(db).await.map_err(history);
            ran.and(restored)
        }
        .await;
        lock.release(db).await;
        result
    }

    /// Runs what of a path is still to be run.
    async fn due(
        &self,
        path: &[String],
        keys: ForeignKeys,
        tell: &mut Tell<'_>,
        done: &mut Vec<Done>,
    ) -> Result<(), FailureKind> {
        let db = &self.connection.db;
        let table = self.project.table();
        let history = |error: DbErr| FailureKind::history(&error);
        retry::limit(self).await.map_err(history)?;
        history::install(db, table).await.map_err(history)?;
        let leftover = unfinished(db, table).await.map_err(history)?;
        self.refuse_another(leftover.as_ref(), path)?;
        self.project.adopt(db).await.map_err(history)?;
        // Whoever held the lock before may have done some of it.
        let rows = history::rows(db, table).await.map_err(history)?;
        let applied: BTreeSet<&str> = rows.iter().map(|row| row.revision.as_str()).collect();
        let is_due =
            |id: &String| applied.contains(id.as_str()) == (self.direction == Direction::Down);
        for id in path.iter().filter(|id| !is_due(id)) {
            tell(&Event::Skipped(id.clone()));
        }
        let due: Vec<&str> = path
            .iter()
            .filter(|id| is_due(id))
            .map(String::as_str)
            .collect();
        let planned = Planned {
            direction: self.direction,
            revisions: due.iter().map(|id| (*id).to_owned()).collect(),
        };
        let setting = Setting {
            cancel: stop::cancel_statement(self.connection).await,
            keys,
            has_journal: AtomicBool::new(false),
            done: Mutex::new(None),
        };
        self.before_run(&planned, setting.cancel.as_deref()).await?;
        let ran = self.all(&due, leftover.as_ref(), &setting, tell, done);
        let ran = Box::pin(ran).await;
        let cancel = setting.cancel.as_deref();
        self.after_run(planned, done, ran, cancel, tell).await
    }

    /// Runs revisions, one after the other or in one transaction.
    async fn all(
        &self,
        due: &[&str],
        leftover: Option<&Unfinished>,
        setting: &Setting,
        tell: &mut Tell<'_>,
        done: &mut Vec<Done>,
    ) -> Result<(), FailureKind> {
        if self.options.single_transaction {
            return self.in_one_transaction(due, setting.keys, tell, done).await;
        }
        let ran = async {
            for id in due {
                if self.stop.is_asked() {
                    return Err(FailureKind::Stopped { during: None });
                }
                let leftover = leftover.filter(|leftover| leftover.revision == *id);
                self.one(id, leftover.cloned(), setting, tell, done).await?;
            }
            Ok(())
        }
        .await;
        // Also after a failure: what was done before it is done.
        let written = self.write_down(setting).await;
        ran.and(written.map_err(|error| FailureKind::history(&error)))
    }

    /// Writes down the revision that is done and was left for later.
    async fn write_down(&self, setting: &Setting) -> Result<(), DbErr> {
        let mut done = setting.done.lock().await;
        if let Some(entry) = done.as_ref() {
            let transaction = self.begin().await?;
            self.write_in(&transaction, entry).await?;
            transaction.commit().await?;
        }
        *done = None;
        Ok(())
    }

    /// Writes down that a revision is done, whose journal ends.
    async fn write_in(&self, db: &impl ConnectionTrait, entry: &Entry) -> Result<(), DbErr> {
        let table = self.project.table();
        history::write(db, table, entry).await?;
        journal::forget(db, table, &entry.revision).await
    }

    /// A revision that was begun has to be finished first.
    fn refuse_another(
        &self,
        leftover: Option<&Unfinished>,
        path: &[String],
    ) -> Result<(), FailureKind> {
        match leftover {
            Some(leftover)
                if leftover.direction != self.direction
                    || self.options.single_transaction
                    || !path.contains(&leftover.revision) =>
            {
                Err(FailureKind::Unfinished(Box::new(leftover.clone())))
            }
            Some(_) | None => Ok(()),
        }
    }

    async fn one(
        &self,
        id: &str,
        leftover: Option<Unfinished>,
        setting: &Setting,
        tell: &mut Tell<'_>,
        done: &mut Vec<Done>,
    ) -> Result<(), FailureKind> {
        tell(&Event::Started(id.to_owned()));
        let start = Instant::now();
        let script = self
            .project
            .script(id, self.direction, self.backend())
            .await;
        let way = self.way(id, &script, leftover.as_ref());
        // On the heap: a revision holds much while it runs.
        let work = Box::pin(async {
            match way {
                Way::Whole { transactional } => {
                    self.whole(id, &script, transactional, setting, start, tell)
                        .await
                }
                Way::Steps { grouped } => {
                    // Steps are taken only where there is a script.
                    let script = script.as_ref().map_err(|asks| FailureKind::Asks {
                        revision: id.to_owned(),
                        asks: asks.clone(),
                    })?;
                    steps::Steps::new(self, id, script, grouped, setting, start)
                        .carry_out(leftover, tell)
                        .await
                        .map(|()| true)
                }
            }
        });
        let ran =
            match stop::guard(self.connection, &self.stop, setting.cancel.as_deref(), work).await {
                stop::Outcome::Finished(result) => result,
                stop::Outcome::Interrupted => Err(FailureKind::Stopped {
                    during: Some((id.to_owned(), way)),
                }),
            };
        if ran.is_err() {
            self.remember_failure(id, &script, start).await;
        }
        if ran? {
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

    fn backend(&self) -> Backend {
        self.connection.url.backend()
    }

    /// How a revision is run.
    fn way(&self, id: &str, script: &Result<Script, Asks>, leftover: Option<&Unfinished>) -> Way {
        let asked = self
            .project
            .migration(id)
            .and_then(MigrationTrait::use_transaction);
        let transactional = asked.unwrap_or(match self.backend() {
            Backend::Sqlite | Backend::Postgres => true,
            // https://dev.mysql.com/doc/refman/8.4/en/implicit-commit.html
            Backend::Mysql => false,
        });
        let Ok(script) = script else {
            return Way::Whole { transactional };
        };
        let has_alone = script.first_alone(self.backend()).is_some();
        let steps = leftover.is_some() || !transactional || has_alone;
        if steps && !script.has_transactions() {
            let grouped = self.backend() != Backend::Mysql && asked != Some(false);
            Way::Steps { grouped }
        } else {
            Way::Whole { transactional }
        }
    }

    /// What the history is told of a revision that was run.
    fn entry(&self, id: &str, script: &Result<Script, Asks>, start: Instant, done: bool) -> Entry {
        let node = self.project.graph().node(id);
        Entry {
            revision: id.to_owned(),
            action: Some(self.direction.action()),
            at: now(),
            done,
            details: Details {
                parents: node.map(|node| node.parents.clone()).unwrap_or_default(),
                checksum: node.and_then(crate::graph::Node::checksum),
                statements: script.as_ref().ok().map(Script::checksum),
                duration_ms: i64::try_from(start.elapsed().as_millis()).unwrap_or(i64::MAX),
                applied_by: who(),
                tool: Some(TOOL.to_owned()),
            },
            note: self.options.note.clone(),
        }
    }

    /// As far as the database still listens: the failure itself is what is told.
    async fn remember_failure(&self, id: &str, script: &Result<Script, Asks>, start: Instant) {
        let entry = self.entry(id, script, start, false);
        let told = history::write(&self.connection.db, self.project.table(), &entry);
        let _ = tokio::time::timeout(Duration::from_secs(2), told).await;
    }
}

/// What holds for all revisions of a run.
struct Setting {
    /// The statement that cancels what the session runs.
    cancel: Option<String>,
    /// SQLite's foreign keys, suspended.
    keys: ForeignKeys,
    /// Whether the journal's table is known to be there.
    has_journal: AtomicBool,
    /// A revision that is done, all statements of it, and will be written down together with the beginning of the next one: a
    /// commit takes as long as a small table. Its journal tells until then.
    done: Mutex<Option<Entry>>,
}

impl Setting {
    /// Creates the journal's table where it is missing, asked once a run.
    async fn install_journal(&self, db: &DatabaseConnection, table: &str) -> Result<(), DbErr> {
        if !self.has_journal.load(Ordering::Relaxed) {
            journal::install(db, table).await?;
            self.has_journal.store(true, Ordering::Relaxed);
        }
        Ok(())
    }
}

/// How a revision is run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// As it is, in a transaction or not.
    Whole {
        /// Whether in one.
        transactional: bool,
    },
    /// Statement by statement, with a journal; those that can be taken back are carried out together if `grouped`.
    Steps {
        /// Whether together.
        grouped: bool,
    },
}

/// Seconds since 1970, by the clock of this machine.
pub(crate) fn now() -> i64 {
    SystemTime::now()
        .duration_since(SystemTime::UNIX_EPOCH)
        .map_or(0, |since| {
            i64::try_from(since.as_secs()).unwrap_or(i64::MAX)
        })
}

/// The user of the operating system and the machine.
pub(crate) fn who() -> Option<String> {
    let user = std::env::var("USER")
        .or_else(|_| std::env::var("USERNAME"))
        .ok();
    let machine = gethostname::gethostname().into_string().ok();
    let parts: Vec<String> = [user, machine]
        .into_iter()
        .flatten()
        .filter(|part| !part.is_empty())
        .collect();
    (!parts.is_empty()).then(|| parts.join("@").chars().take(255).collect())
}
