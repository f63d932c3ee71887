//! The two ends of a revision that runs statement by statement: the hooks, and that it is written down.

use plimsoll_schema::Backend;
use sea_orm::{DatabaseTransaction, DbErr};
use sea_orm_migration::SchemaManager;

use super::super::journal::{At, Unfinished};
use super::super::{FailureKind, message, retry};
use super::{Steps, Trouble};

impl Steps<'_> {
    /// Before its first statement, or before the one that it goes on with.
    pub(super) async fn before(&self, is_resumed: bool) -> Result<(), Trouble> {
        let manager = SchemaManager::new(&self.run.connection.db);
        let ran = self.run.before_revision(&manager, self.id, is_resumed);
        ran.await.map_err(|error| self.hook_failed(&error, false))
    }

    /// After its last statement: it is written down.
    pub(super) async fn finish(
        &self,
        journal: &mut Unfinished,
        is_resumed: bool,
    ) -> Result<(), Trouble> {
        if self.run.hooks().is_some() {
            return self.finish_with_hook(journal, is_resumed).await;
        }
        *self.setting.done.lock().await = Some(self.entry());
        if self.run.backend() != Backend::Mysql {
            self.run.write_down(self.setting).await?;
        }
        Ok(())
    }

    /// The hook after it and the record of it are one transaction; if that fails, the journal says that all statements are done.
    async fn finish_with_hook(
        &self,
        journal: &mut Unfinished,
        is_resumed: bool,
    ) -> Result<(), Trouble> {
        if journal.at != At::default() {
            let (db, table) = (&self.run.connection.db, self.run.project.table());
            journal.save(db, table).await?;
        }
        let transaction = self.run.begin().await?;
        match self.hook_and_record(&transaction, is_resumed).await {
            Ok(()) => Ok(transaction.commit().await?),
            Err(trouble) => {
                // The first error is the one that matters.
                let _ = transaction.rollback().await;
                Err(trouble)
            }
        }
    }

    async fn hook_and_record(
        &self,
        transaction: &DatabaseTransaction,
        is_resumed: bool,
    ) -> Result<(), Trouble> {
        retry::limit_inside(self.run, transaction).await?;
        let keys = self.setting.keys;
        let before = keys.violations(transaction).await?;
        let manager = SchemaManager::new(transaction);
        let ran = self.run.after_revision(&manager, self.id, is_resumed);
        ran.await.map_err(|error| self.hook_failed(&error, true))?;
        keys.check(transaction, &before).await?;
        self.run.write_in(transaction, &self.entry()).await?;
        Ok(())
    }

    fn hook_failed(&self, error: &DbErr, is_after: bool) -> Trouble {
        Trouble::Kind(FailureKind::Hook {
            revision: self.id.to_owned(),
            cause: message(error),
            is_after,
        })
    }
}
