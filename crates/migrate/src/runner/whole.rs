//! A revision as a whole: SeaORM's migration runs on the session itself.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use sea_orm::{
    ConnectionTrait, DatabaseTransaction, DbErr, SqliteTransactionMode, TransactionOptions,
    TransactionTrait,
};
use sea_orm_migration::{MigrationTrait, SchemaManager};

use super::foreign_keys::ForeignKeys;
use super::journal::{self, At, State, Unfinished};
use super::{
    Direction, Event, FailureKind, Run, Setting, Tell, Way, code, failure, foreign_keys, message,
    now, refused, retry, who,
};
use crate::history;
use crate::script::{Asks, Script};

impl Run<'_> {
    /// Runs a revision; whether it was still to be run.
    pub(super) async fn whole(
        &self,
        id: &str,
        script: &Result<Script, Asks>,
        transactional: bool,
        setting: &Setting,
        start: Instant,
        tell: &mut Tell<'_>,
    ) -> Result<bool, FailureKind> {
        self.write_down(setting)
            .await
            .map_err(|error| FailureKind::history(&error))?;
        let mut tries = retry::Tries::new(&self.options);
        let at_commit = AtomicBool::new(false);
        loop {
            let ran = code::with_code(async {
                if transactional {
                    let keys = setting.keys;
                    self.in_transaction(id, script, keys, start, &at_commit)
                        .await
                } else {
                    self.outside_transaction(id, script, setting, start).await
                }
            })
            .await;
            let (error, code) = match ran {
                Ok(ran) => return Ok(ran),
                Err(failed) => failed,
            };
            if transactional && let Some(pause) = tries.after(code.as_deref()) {
                tell(&Event::Retrying(message(&error), pause));
                tokio::time::sleep(pause).await;
                continue;
            }
            let way = Way::Whole { transactional };
            let at_commit = at_commit.into_inner();
            return Err(failed(id, way, &error, code.as_deref(), at_commit));
        }
    }

    async fn in_transaction(
        &self,
        id: &str,
        script: &Result<Script, Asks>,
        keys: ForeignKeys,
        start: Instant,
        at_commit: &AtomicBool,
    ) -> Result<bool, DbErr> {
        at_commit.store(false, Ordering::Relaxed);
        let transaction = self.begin().await?;
        if !self.is_due(&transaction, id).await? {
            transaction.rollback().await?;
            return Ok(false);
        }
        match self.inside(&transaction, id, script, start, keys).await {
            Ok(()) => {
                at_commit.store(true, Ordering::Relaxed);
                transaction.commit().await.map(|()| true)
            }
            Err(error) => {
                // SQLite may have rolled back by itself (its disk is full): the first error is the one that matters.
                let _ = transaction.rollback().await;
                Err(error)
            }
        }
    }

    /// What a revision's transaction holds.
    async fn inside(
        &self,
        transaction: &DatabaseTransaction,
        id: &str,
        script: &Result<Script, Asks>,
        start: Instant,
        keys: ForeignKeys,
    ) -> Result<(), DbErr> {
        retry::limit_inside(self, transaction).await?;
        // What only makes tables breaks no key.
        let may_break = self.hooks().is_some() || !script.as_ref().is_ok_and(Script::only_creates);
        let before = if may_break {
            keys.violations(transaction).await?
        } else {
            foreign_keys::Violations::new()
        };
        let migration = self.migration(id)?;
        let manager = SchemaManager::new(transaction);
        self.before_revision(&manager, id, false).await?;
        failure::caught(self.run(migration, &manager)).await?;
        let entry = self.entry(id, script, start, true);
        history::write(transaction, self.project.table(), &entry).await?;
        self.after_revision(&manager, id, false).await?;
        if may_break {
            keys.check(transaction, &before).await?;
        }
        Ok(())
    }

    pub(super) async fn begin(&self) -> Result<DatabaseTransaction, DbErr> {
        let options = TransactionOptions {
            sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
            ..TransactionOptions::default()
        };
        self.connection.db.begin_with_options(options).await
    }

    async fn outside_transaction(
        &self,
        id: &str,
        script: &Result<Script, Asks>,
        setting: &Setting,
        start: Instant,
    ) -> Result<bool, DbErr> {
        let db = &self.connection.db;
        let table = self.project.table();
        let migration = self.migration(id)?;
        let manager = SchemaManager::new(db);
        self.before_revision(&manager, id, false).await?;
        // How far it comes cannot be followed; that it was begun can.
        setting.install_journal(db, table).await?;
        let mut begun = Unfinished {
            revision: id.to_owned(),
            direction: self.direction,
            at: At::default(),
            state: State::Unknown,
            items: 0,
            statement: None,
            began_at: now(),
            began_by: who(),
            done: String::new(),
            parts: None,
            before: None,
            is_written: false,
        };
        begun.save(db, table).await?;
        failure::caught(self.run(migration, &manager)).await?;
        let transaction = self.begin().await?;
        let entry = self.entry(id, script, start, true);
        history::write(&transaction, table, &entry).await?;
        self.after_revision(&SchemaManager::new(&transaction), id, false)
            .await?;
        journal::forget(&transaction, table, id).await?;
        transaction.commit().await?;
        Ok(true)
    }

    /// All of them in one transaction.
    pub(super) async fn in_one_transaction(
        &self,
        ids: &[&str],
        keys: ForeignKeys,
        tell: &mut Tell<'_>,
        done: &mut Vec<super::Done>,
    ) -> Result<(), FailureKind> {
        let mut scripts = Vec::new();
        for id in ids {
            let script = self
                .project
                .script(id, self.direction, self.backend())
                .await;
            if self.way(id, &script, None)
                != (Way::Whole {
                    transactional: true,
                })
            {
                return Err(FailureKind::NotInOne((*id).to_owned()));
            }
            scripts.push(script);
        }
        let mut ran = Vec::new();
        let result = self.together(ids, &scripts, keys, tell, &mut ran).await;
        if let Err((id, error, at_commit)) = result {
            let way = Way::Whole {
                transactional: true,
            };
            let code = code::code(&error).filter(|code| code::is_lost(Some(code)));
            return Err(failed(&id, way, &error, code.as_deref(), at_commit));
        }
        done.append(&mut ran);
        Ok(())
    }

    async fn together(
        &self,
        ids: &[&str],
        scripts: &[Result<Script, Asks>],
        keys: ForeignKeys,
        tell: &mut Tell<'_>,
        ran: &mut Vec<super::Done>,
    ) -> Result<(), (String, DbErr, bool)> {
        let first = ids.first().copied().unwrap_or_default();
        let last = ids.last().copied().unwrap_or_default();
        let transaction = self.begin().await.map_err(at_id(first))?;
        let mut failed = None;
        for (id, script) in ids.iter().zip(scripts) {
            tell(&Event::Started((*id).to_owned()));
            let start = Instant::now();
            if let Err(error) = self.inside(&transaction, id, script, start, keys).await {
                failed = Some(at_id(id)(error));
                break;
            }
            ran.push(super::Done {
                revision: (*id).to_owned(),
                duration: start.elapsed(),
            });
        }
        let ended = match &failed {
            None => transaction.commit().await,
            Some(_) => transaction.rollback().await,
        };
        if let Some(failed) = failed {
            return Err(failed);
        }
        ended.map_err(|error| (last.to_owned(), error, true))?;
        for one in ran.iter() {
            tell(&Event::Done(one.clone()));
        }
        Ok(())
    }

    pub(super) fn migration(&self, id: &str) -> Result<&dyn MigrationTrait, DbErr> {
        // The path was made from this project's graph.
        let missing = || DbErr::Migration(format!("`{id}` has no migration"));
        self.project.migration(id).ok_or_else(missing)
    }

    /// Whether it is still to be run: SeaORM's own runner takes no lock of ours.
    pub(super) async fn is_due(&self, db: &impl ConnectionTrait, id: &str) -> Result<bool, DbErr> {
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
        let ran = self.direction.run(migration, manager).await;
        ran.map_err(|error| match refusals.take() {
            Some(sql) if failure::is_of_a_statement(&error) => refused(&error, &sql),
            Some(_) | None => error,
        })
    }
}

fn at_id(id: &str) -> impl Fn(DbErr) -> (String, DbErr, bool) {
    let id = id.to_owned();
    move |error| (id.clone(), error, false)
}

/// A revision that failed as a whole, or whose server went away.
fn failed(id: &str, way: Way, error: &DbErr, code: Option<&str>, at_commit: bool) -> FailureKind {
    let (revision, cause) = (id.to_owned(), message(error));
    if code::is_lost(code) {
        return FailureKind::Lost {
            during: Some((revision, way)),
            at_commit,
            cause,
        };
    }
    FailureKind::Revision {
        revision,
        cause,
        way,
        is_limit: retry::is_limit(code),
    }
}
