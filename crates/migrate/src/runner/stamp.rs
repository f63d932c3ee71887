//! Writing the history by hand: nothing of a revision runs.

use std::collections::BTreeSet;

use sea_orm::{DbErr, TransactionTrait as _};

use super::journal::{self, State, Unfinished};
use super::{Direction, Failure, FailureKind, Run, Tell, unfinished};
use crate::history::{self, Action, Entry};
use crate::script::Script;

/// What was written down.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Stamped {
    /// Revisions that count as applied now and did not before, in the order of the graph.
    pub applied: Vec<String>,
    /// Revisions that no longer count as applied.
    pub unapplied: Vec<String>,
}

/// How a revision is set right.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Remedy {
    /// It is as if it had been run to its end.
    Done,
    /// It is as if it had not been begun.
    Undone,
    /// The statement that it was killed in was carried out.
    StatementDone,
    /// The statement that it was killed in was not carried out.
    StatementUndone,
    /// The file as it is now is what was applied.
    Accept,
    /// The database forgets it.
    Forget,
}

impl Run<'_> {
    /// Writes down that exactly these revisions are applied. With `purge` everything is forgotten first; otherwise what has no file
    /// stays.
    ///
    /// # Errors
    /// When another run holds the lock for too long, or the history cannot be written; then it is as it was.
    pub async fn stamp(
        &self,
        wanted: &BTreeSet<&str>,
        purge: bool,
        tell: &mut Tell<'_>,
    ) -> Result<Stamped, Failure> {
        let work = async || {
            let db = &self.connection.db;
            let table = self.project.table();
            let rows = history::rows(db, table).await?;
            let is_applied = |id: &str| rows.iter().any(|row| row.revision == id);
            let mut stamped = Stamped::default();
            let transaction = db.begin().await?;
            // The last one first, as `downgrade` would.
            for row in rows.iter().rev() {
                let id = row.revision.as_str();
                let is_known = self.project.graph().node(id).is_some();
                if purge || (is_known && !wanted.contains(id)) {
                    let entry = Entry::now(id, Action::Unstamp, self.note("stamp"));
                    history::write(&transaction, table, &entry).await?;
                    if !wanted.contains(id) {
                        stamped.unapplied.push(id.to_owned());
                    }
                }
            }
            for node in self.project.graph().nodes() {
                let id = node.id.as_str();
                if !wanted.contains(id) || (is_applied(id) && !purge) {
                    continue;
                }
                history::write(&transaction, table, &self.stamped(id, "stamp").await).await?;
                if !is_applied(id) {
                    stamped.applied.push(id.to_owned());
                }
            }
            transaction.commit().await?;
            Ok(stamped)
        };
        self.by_hand(tell, work).await
    }

    /// Creates the tables of the history where they are missing.
    ///
    /// # Errors
    /// When another run holds the lock for too long, or the database refuses.
    pub async fn install(&self, tell: &mut Tell<'_>) -> Result<(), Failure> {
        self.by_hand(tell, async || Ok(())).await
    }

    /// Sets one revision right; whether there was anything to do.
    ///
    /// # Errors
    /// When another run holds the lock for too long, or the history cannot be written; then it is as it was.
    pub async fn repair(
        &self,
        id: &str,
        remedy: Remedy,
        tell: &mut Tell<'_>,
    ) -> Result<bool, Failure> {
        let work = async || {
            let db = &self.connection.db;
            let table = self.project.table();
            let left = unfinished(db, table)
                .await?
                .filter(|left| left.revision == id);
            let transaction = db.begin().await?;
            let done = match (remedy, left) {
                (Remedy::Done | Remedy::Undone, Some(left)) => {
                    if (remedy == Remedy::Done) == (left.direction == Direction::Up) {
                        if !history::is_applied(&transaction, table, id).await? {
                            let entry = self.stamped(id, "repair").await;
                            history::write(&transaction, table, &entry).await?;
                        }
                    } else if history::is_applied(&transaction, table, id).await? {
                        let entry = Entry::now(id, Action::Unstamp, self.note("repair"));
                        history::write(&transaction, table, &entry).await?;
                    }
                    journal::forget(&transaction, table, id).await?;
                    true
                }
                (Remedy::StatementDone | Remedy::StatementUndone, Some(mut left))
                    if left.state == State::Inside =>
                {
                    left.settle(remedy == Remedy::StatementDone);
                    left.save(&transaction, table).await?;
                    true
                }
                (Remedy::Accept, None) if history::is_applied(&transaction, table, id).await? => {
                    let gone = Entry::now(id, Action::Unstamp, self.note("repair"));
                    history::write(&transaction, table, &gone).await?;
                    let entry = self.stamped(id, "repair").await;
                    history::write(&transaction, table, &entry).await?;
                    true
                }
                (Remedy::Forget, None) if history::is_applied(&transaction, table, id).await? => {
                    let gone = Entry::now(id, Action::Unstamp, self.note("repair"));
                    history::write(&transaction, table, &gone).await?;
                    true
                }
                (
                    Remedy::Done
                    | Remedy::Undone
                    | Remedy::StatementDone
                    | Remedy::StatementUndone
                    | Remedy::Accept
                    | Remedy::Forget,
                    _,
                ) => false,
            };
            transaction.commit().await?;
            Ok(done)
        };
        self.by_hand(tell, work).await
    }

    /// Does something to the history under the lock, with its tables there.
    async fn by_hand<T>(
        &self,
        tell: &mut Tell<'_>,
        work: impl AsyncFnOnce() -> Result<T, DbErr>,
    ) -> Result<T, Failure> {
        let history = |error: DbErr| FailureKind::history(&error);
        let result = async {
            let lock = self.lock(tell).await?;
            let done = async {
                history::install(&self.connection.db, self.project.table()).await?;
                work().await
            }
            .await;
            lock.release(&self.connection.db).await;
            done.map_err(history)
        };
        result.await.map_err(|kind| Failure {
            direction: self.direction,
            done: Vec::new(),
            kind,
        })
    }

    /// What is written down of a revision that counts as applied without having been run.
    async fn stamped(&self, id: &str, by: &str) -> Entry {
        let mut entry = Entry::now(id, Action::Stamp, self.note(by));
        if let Some(node) = self.project.graph().node(id) {
            entry.details.parents.clone_from(&node.parents);
            entry.details.checksum = node.checksum();
            let script = self.project.script(id, Direction::Up, self.backend()).await;
            entry.details.statements = script.as_ref().ok().map(Script::checksum);
        }
        entry
    }

    fn note(&self, by: &str) -> String {
        match &self.options.note {
            Some(note) => format!("{by}; {note}"),
            None => by.to_owned(),
        }
    }
}

impl Unfinished {
    /// The statement it was killed in was carried out, or was not.
    fn settle(&mut self, done: bool) {
        self.state = if done { State::Passed } else { State::Between };
    }
}
