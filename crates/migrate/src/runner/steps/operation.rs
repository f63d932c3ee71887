//! An operation whose statements commit each by itself.

use sea_orm::{ConnectionTrait as _, Statement};

use super::super::journal::Unfinished;
use super::super::{Tell, code};
use super::{Steps, Trouble};
use crate::operation::written;
use crate::script::{Item, Kind};

impl Steps<'_> {
    /// An operation whose statements commit each by itself (MySQL).
    pub(super) async fn operation(
        &self,
        journal: &mut Unfinished,
        tell: &mut Tell<'_>,
    ) -> Result<(), Trouble> {
        let db = &self.run.connection.db;
        let at = journal.at.item;
        let Some(Item::Operation(change)) = self.script.items.get(at) else {
            return Ok(());
        };
        if journal.parts.is_none() {
            let change = change.as_ref().clone();
            let written = code::with_code(written(db, change)).await?;
            let statements = written.map(|written| written.statements);
            journal.parts = Some(statements.unwrap_or_default());
            journal.at.part = 0;
        }
        let parts = journal.parts.clone().unwrap_or_default();
        if parts.is_empty() {
            self.step_over(journal);
            return Ok(());
        }
        // What was set for the session before the place has to be set again.
        for sql in &parts[..journal.at.part.min(parts.len())] {
            if self.kind(sql, &[]) == Kind::Session {
                db.execute_unprepared(sql).await?;
            }
        }
        while journal.at.item == at {
            let Some(sql) = parts.get(journal.at.part) else {
                return Ok(());
            };
            let statement = Statement::from_string(db.get_database_backend(), sql);
            match self.kind(sql, &[]) {
                Kind::Alone => self.alone(journal, statement, tell).await?,
                Kind::Session => {
                    self.execute(db, &statement).await?;
                    self.step_over(journal);
                }
                Kind::Transactional => {
                    let transaction = self.run.begin().await?;
                    self.execute(&transaction, &statement).await?;
                    self.step_over(journal);
                    journal.save(&transaction, self.run.project.table()).await?;
                    transaction.commit().await?;
                }
            }
        }
        Ok(())
    }
}
