//! Taking up a revision that was left in the middle.

use sea_orm::ConnectionTrait as _;

use super::super::journal::{State, Unfinished};
use super::super::trace::trace;
use super::super::{Event, FailureKind, Tell};
use super::{Steps, Trouble};
use crate::script::{Item, Kind, digest};

impl Steps<'_> {
    /// Takes up what was left: everything done has to be what it was, and what was going on is found out.
    pub(super) async fn resume(
        &self,
        journal: &mut Unfinished,
        leftover: Unfinished,
        tell: &mut Tell<'_>,
    ) -> Result<(), Trouble> {
        let refuse =
            |leftover: &Unfinished| Trouble::Kind(FailureKind::Changed(Box::new(leftover.clone())));
        let at = leftover.at.item;
        if leftover.state == State::Unknown {
            return Err(Trouble::Kind(FailureKind::Unfinished(Box::new(leftover))));
        }
        let Some(done) = self.script.items.get(..at) else {
            return Err(refuse(&leftover));
        };
        if digest(done, false) != leftover.done {
            return Err(refuse(&leftover));
        }
        let is_same = match (&leftover.statement, self.script.items.get(at)) {
            (None, _) => true,
            (Some(text), Some(Item::Sql(statement))) => statement.sql == *text,
            (Some(_), Some(Item::Operation(_))) => leftover.parts.is_some(),
            (Some(_), Some(Item::Begin | Item::Commit | Item::Rollback) | None) => false,
        };
        let may_differ = self.run.options.allow_edited && leftover.state == State::Refused;
        if !is_same && !may_differ {
            return Err(refuse(&leftover));
        }
        let db = &self.run.connection.db;
        for item in done {
            if let Item::Sql(statement) = item
                && self.kind(&statement.sql, &[]) == Kind::Session
            {
                db.execute_unprepared(&statement.sql).await?;
            }
        }
        *journal = Unfinished {
            items: self.script.items.len(),
            ..leftover
        };
        match journal.state {
            State::Inside => self.find_out(journal).await?,
            State::Passed => self.step_over(journal),
            State::Between | State::Refused | State::Unknown if !is_same => journal.parts = None,
            State::Between | State::Refused | State::Unknown => {}
        }
        tell(&Event::Resumed(
            self.id.to_owned(),
            journal.at.item,
            journal.items,
        ));
        Ok(())
    }

    /// Whether the statement that had begun was carried out.
    async fn find_out(&self, journal: &mut Unfinished) -> Result<(), Trouble> {
        let sql = journal.statement.clone().unwrap_or_default();
        let now = trace(&self.run.connection.db, self.run.backend(), &sql).await?;
        match now.is_done(journal.before.as_deref()) {
            Some(true) => self.step_over(journal),
            Some(false) => {}
            None => {
                return Err(Trouble::Kind(FailureKind::Unsure(Box::new(
                    journal.clone(),
                ))));
            }
        }
        journal.state = State::Between;
        Ok(())
    }
}
