//! A revision statement by statement: where DDL commits at once, and around statements that may not run in a transaction.
//!
//! Before a statement that cannot be taken back, the journal says that it begins and what it changes looks like; with one that can, the
//! journal moves on in the same transaction. So a run that was killed anywhere is gone on with at the right statement.

use std::time::Instant;

use plimsoll_schema::Backend;
use sea_orm::{ConnectionTrait, DbErr, Statement};
use sea_orm_migration::SchemaManager;

use super::journal::{self, At, State, Unfinished};
use super::trace::{Trace, trace};
use super::{Event, FailureKind, Run, Setting, Tell, Way, code, message, now, refused, retry, who};
use crate::history::Entry;
use crate::operation::Apply as _;
use crate::script::{Item, Kind, Script, digest, is_several, kind};

mod end;
mod operation;
mod resume;

/// A revision that runs statement by statement.
pub(super) struct Steps<'a> {
    run: &'a Run<'a>,
    id: &'a str,
    script: &'a Script,
    grouped: bool,
    setting: &'a Setting,
    start: Instant,
}

/// What went wrong at a statement.
enum Trouble {
    /// The database refused it, or did not answer; with its code.
    Database(DbErr, Option<String>),
    /// The same of the item at that place, which was rolled back together with others.
    InGroup(DbErr, Option<String>, usize),
    /// Something about the journal.
    Kind(FailureKind),
}

impl From<DbErr> for Trouble {
    fn from(error: DbErr) -> Self {
        let code = code::code(&error);
        Self::Database(error, code)
    }
}

impl<'a> Steps<'a> {
    pub(super) const fn new(
        run: &'a Run<'a>,
        id: &'a str,
        script: &'a Script,
        grouped: bool,
        setting: &'a Setting,
        start: Instant,
    ) -> Self {
        Self {
            run,
            id,
            script,
            grouped,
            setting,
            start,
        }
    }

    /// Runs it from the beginning, or from where it was left.
    pub(super) async fn carry_out(
        &self,
        leftover: Option<Unfinished>,
        tell: &mut Tell<'_>,
    ) -> Result<(), FailureKind> {
        let mut journal = Unfinished {
            revision: self.id.to_owned(),
            direction: self.run.direction,
            at: At::default(),
            state: State::Between,
            items: self.script.items.len(),
            statement: None,
            began_at: now(),
            began_by: who(),
            done: digest(&[], false),
            parts: None,
            before: None,
            is_written: false,
        };
        match self.all(&mut journal, leftover, tell).await {
            Ok(()) => Ok(()),
            Err(Trouble::Kind(kind)) => Err(kind),
            Err(Trouble::Database(error, code)) => {
                Err(self.failed(&journal, journal.at.item, &error, code.as_deref()))
            }
            Err(Trouble::InGroup(error, code, at)) => {
                Err(self.failed(&journal, at, &error, code.as_deref()))
            }
        }
    }

    /// The item at a place failed; those before the journal's place are done.
    fn failed(
        &self,
        journal: &Unfinished,
        at: usize,
        error: &DbErr,
        code: Option<&str>,
    ) -> FailureKind {
        if code::is_lost(code) {
            let grouped = self.grouped;
            return FailureKind::Lost {
                during: Some((self.id.to_owned(), Way::Steps { grouped })),
                at_commit: false,
                cause: message(error),
            };
        }
        FailureKind::Step {
            revision: self.id.to_owned(),
            cause: message(error),
            at,
            done: journal.at.item,
            of: journal.items,
            is_limit: retry::is_limit(code),
        }
    }

    async fn all(
        &self,
        journal: &mut Unfinished,
        leftover: Option<Unfinished>,
        tell: &mut Tell<'_>,
    ) -> Result<(), Trouble> {
        let (db, table) = (&self.run.connection.db, self.run.project.table());
        self.setting.install_journal(db, table).await?;
        let is_resumed = leftover.is_some();
        if let Some(leftover) = leftover {
            self.resume(journal, leftover, tell).await?;
        }
        // A hook finds the revision before in the history.
        if !self.begins_alone() || self.run.hooks().is_some() {
            self.run.write_down(self.setting).await?;
        }
        self.before(is_resumed).await?;
        if !self.rest(journal, tell).await? {
            self.finish(journal, is_resumed).await?;
        }
        Ok(())
    }

    /// Whether its first statement commits by itself, so that the journal is written before anything else.
    fn begins_alone(&self) -> bool {
        match self.script.items.first() {
            Some(Item::Sql(statement)) => self.kind(&statement.sql, &[]) == Kind::Alone,
            Some(Item::Operation(_) | Item::Begin | Item::Commit | Item::Rollback) | None => false,
        }
    }

    /// The statement at the place is done.
    fn step_over(&self, journal: &mut Unfinished) {
        let parts = journal.parts.as_ref().map_or(1, Vec::len);
        journal.at.part += 1;
        if journal.at.part >= parts {
            journal.at = At {
                item: journal.at.item + 1,
                part: 0,
            };
            journal.parts = None;
            let done = self.script.items.get(..journal.at.item);
            journal.done = digest(done.unwrap_or_default(), false);
        }
        journal.state = State::Between;
        journal.statement = None;
        journal.before = None;
    }

    fn kind(&self, sql: &str, later: &[Item]) -> Kind {
        kind(self.run.backend(), sql, later)
    }

    /// From the place to the end; whether it is written down already.
    async fn rest(&self, journal: &mut Unfinished, tell: &mut Tell<'_>) -> Result<bool, Trouble> {
        while let Some(item) = self.script.items.get(journal.at.item) {
            match item {
                Item::Sql(statement) => {
                    let later = &self.script.items[journal.at.item + 1..];
                    match self.kind(&statement.sql, later) {
                        Kind::Alone => self.alone(journal, statement.clone(), tell).await?,
                        Kind::Session => {
                            self.execute(&self.run.connection.db, statement).await?;
                            self.step_over(journal);
                        }
                        Kind::Transactional => {
                            if self.group(journal, tell).await? {
                                return Ok(true);
                            }
                        }
                    }
                }
                Item::Operation(_) if self.run.backend() == Backend::Mysql => {
                    self.operation(journal, tell).await?;
                }
                Item::Operation(_) => {
                    if self.group(journal, tell).await? {
                        return Ok(true);
                    }
                }
                // A script that handles transactions itself does not come here.
                Item::Begin | Item::Commit | Item::Rollback => self.step_over(journal),
            }
        }
        Ok(false)
    }

    /// A statement that cannot be taken back.
    async fn alone(
        &self,
        journal: &mut Unfinished,
        statement: Statement,
        tell: &mut Tell<'_>,
    ) -> Result<(), Trouble> {
        let db = &self.run.connection.db;
        let before = trace(db, self.run.backend(), &statement.sql).await?;
        if let Trace::Broken(clear) = &before {
            db.execute_unprepared(clear).await?;
            tell(&Event::Cleared(clear.clone()));
        }
        journal.state = State::Inside;
        journal.statement = Some(statement.sql.clone());
        journal.before = before.text();
        self.save_first(journal).await?;
        let mut tries = retry::Tries::new(&self.run.options);
        while let Err((error, code)) = self.execute(db, &statement).await {
            if let Some(pause) = tries.after(code.as_deref()) {
                tell(&Event::Retrying(message(&error), pause));
                tokio::time::sleep(pause).await;
                continue;
            }
            // Of several statements sent at once some may be done: then nobody knows, and the journal stays as it is.
            if !code::is_lost(code.as_deref()) && !is_several(&statement.sql) {
                self.refused(journal).await?;
            }
            return Err(Trouble::Database(error, code));
        }
        self.step_over(journal);
        Ok(())
    }

    /// Statements that can be taken back, together with the journal; whether that was the end of the revision, and is written down.
    async fn group(&self, journal: &mut Unfinished, tell: &mut Tell<'_>) -> Result<bool, Trouble> {
        let mut tries = retry::Tries::new(&self.run.options);
        loop {
            let mut ahead = journal.clone();
            let ran = self.group_once(&mut ahead).await;
            match ran {
                Ok(ended) => {
                    *journal = ahead;
                    return Ok(ended);
                }
                Err(Trouble::Database(error, code)) => {
                    if let Some(pause) = tries.after(code.as_deref()) {
                        tell(&Event::Retrying(message(&error), pause));
                        tokio::time::sleep(pause).await;
                        continue;
                    }
                    let at = ahead.at.item;
                    if at == journal.at.item && !code::is_lost(code.as_deref()) {
                        self.refused(journal).await?;
                    }
                    return Err(Trouble::InGroup(error, code, at));
                }
                Err(other) => return Err(other),
            }
        }
    }

    /// Writes down that the statement at the place was refused: whether it is the same one next time is asked then. A revision of which
    /// nothing is done has not begun.
    async fn refused(&self, journal: &mut Unfinished) -> Result<(), DbErr> {
        let (db, table) = (&self.run.connection.db, self.run.project.table());
        if !journal.is_written {
            return Ok(());
        }
        if journal.at == At::default() {
            journal.is_written = false;
            return journal::forget(db, table, self.id).await;
        }
        if let Some(Item::Sql(statement)) = self.script.items.get(journal.at.item) {
            journal.statement = Some(statement.sql.clone());
        }
        journal.state = State::Refused;
        journal.save(db, table).await
    }

    async fn group_once(&self, journal: &mut Unfinished) -> Result<bool, Trouble> {
        let table = self.run.project.table();
        let transaction = self.run.begin().await?;
        let result: Result<bool, Trouble> = async {
            retry::limit_inside(self.run, &transaction).await?;
            let before = self.setting.keys.violations(&transaction).await?;
            loop {
                match self.script.items.get(journal.at.item) {
                    Some(Item::Sql(statement)) => self.execute(&transaction, statement).await?,
                    Some(Item::Operation(change)) => {
                        let manager = SchemaManager::new(&transaction);
                        let change = change.as_ref().clone();
                        let ran = code::with_code(manager.apply(change)).await;
                        ran?;
                    }
                    Some(Item::Begin | Item::Commit | Item::Rollback) | None => {}
                }
                self.step_over(journal);
                if !self.grouped || !self.goes_on(journal.at.item) {
                    break;
                }
            }
            // A hook comes before the end.
            let ended = journal.at.item >= self.script.items.len() && self.run.hooks().is_none();
            if ended {
                self.run.write_in(&transaction, &self.entry()).await?;
            } else {
                journal.save(&transaction, table).await?;
            }
            self.setting.keys.check(&transaction, &before).await?;
            Ok(ended)
        }
        .await;
        match result {
            Ok(ended) => {
                transaction.commit().await?;
                Ok(ended)
            }
            Err(trouble) => {
                // The first error is the one that matters.
                let _ = transaction.rollback().await;
                Err(trouble)
            }
        }
    }

    /// Whether the item at that place belongs to the same transaction.
    fn goes_on(&self, at: usize) -> bool {
        match self.script.items.get(at) {
            Some(Item::Sql(statement)) => {
                self.kind(&statement.sql, &self.script.items[at + 1..]) == Kind::Transactional
            }
            Some(Item::Operation(_)) => true,
            Some(Item::Begin | Item::Commit | Item::Rollback) | None => false,
        }
    }

    /// Writes the journal; with its first row, that the revision before is done.
    async fn save_first(&self, journal: &mut Unfinished) -> Result<(), DbErr> {
        let (db, table) = (&self.run.connection.db, self.run.project.table());
        let mut done = self.setting.done.lock().await;
        let Some(entry) = done.as_ref() else {
            return journal.save(db, table).await;
        };
        let transaction = self.run.begin().await?;
        self.run.write_in(&transaction, entry).await?;
        journal.save(&transaction, table).await?;
        transaction.commit().await?;
        *done = None;
        Ok(())
    }

    fn entry(&self) -> Entry {
        let script = Ok(self.script.clone());
        self.run.entry(self.id, &script, self.start, true)
    }

    /// Sends a statement; a refusal names it.
    async fn execute(
        &self,
        db: &impl ConnectionTrait,
        statement: &Statement,
    ) -> Result<(), (DbErr, Option<String>)> {
        let sent = match &statement.values {
            // As text, which admits what cannot be prepared.
            None => db.execute_unprepared(&statement.sql).await,
            Some(_) => db.execute_raw(statement.clone()).await,
        };
        sent.map(|_| ()).map_err(|error| {
            let code = code::code(&error);
            (refused(&error, &statement.sql), code)
        })
    }
}

impl From<(DbErr, Option<String>)> for Trouble {
    fn from((error, code): (DbErr, Option<String>)) -> Self {
        Self::Database(error, code)
    }
}
