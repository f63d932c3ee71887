//! Where a run calls the application's hooks.

use sea_orm::DbErr;
use sea_orm_migration::SchemaManager;

use super::code::note_code;
use super::{Done, Event, Failure, FailureKind, Run, Tell, caught, message, stop};
use crate::graph::Node;
use crate::hooks::{Ended, Hooks, Planned, Revision};

impl Run<'_> {
    pub(super) fn hooks(&self) -> Option<&dyn Hooks> {
        self.project.hooks().filter(|_| self.options.runs_hooks)
    }

    /// Before a revision.
    pub(super) async fn before_revision(
        &self,
        manager: &SchemaManager<'_>,
        id: &str,
        is_resumed: bool,
    ) -> Result<(), DbErr> {
        let Some(hooks) = self.hooks() else {
            return Ok(());
        };
        let revision = self.hooked(id, is_resumed);
        let ran = caught(hooks.before_revision(manager, &revision)).await;
        ran.map_err(|error| said(&error, "the hook before it"))
    }

    /// After a revision.
    pub(super) async fn after_revision(
        &self,
        manager: &SchemaManager<'_>,
        id: &str,
        is_resumed: bool,
    ) -> Result<(), DbErr> {
        let Some(hooks) = self.hooks() else {
            return Ok(());
        };
        let revision = self.hooked(id, is_resumed);
        let ran = caught(hooks.after_revision(manager, &revision)).await;
        ran.map_err(|error| said(&error, "the hook after it"))
    }

    fn hooked(&self, id: &str, is_resumed: bool) -> Revision {
        Revision {
            id: id.to_owned(),
            name: self
                .project
                .graph()
                .node(id)
                .map(Node::message)
                .unwrap_or_default(),
            direction: self.direction,
            is_resumed,
        }
    }

    /// Before a run.
    pub(super) async fn before_run(
        &self,
        planned: &Planned,
        cancel: Option<&str>,
    ) -> Result<(), FailureKind> {
        let Some(hooks) = self.hooks().filter(|_| !planned.revisions.is_empty()) else {
            return Ok(());
        };
        let manager = SchemaManager::new(&self.connection.db);
        let work = caught(hooks.before_run(&manager, planned));
        match stop::guard(self.connection, &self.stop, cancel, work).await {
            stop::Outcome::Finished(Ok(())) => Ok(()),
            stop::Outcome::Finished(Err(error)) => Err(FailureKind::BeforeRun(message(&error))),
            stop::Outcome::Interrupted => Err(FailureKind::Stopped { during: None }),
        }
    }

    /// After a run that had begun. A failure of the run is what matters; one of the hook is told beside it.
    pub(super) async fn after_run(
        &self,
        planned: Planned,
        done: &[Done],
        ran: Result<(), FailureKind>,
        cancel: Option<&str>,
        tell: &mut Tell<'_>,
    ) -> Result<(), FailureKind> {
        let Some(hooks) = self.hooks().filter(|_| !planned.revisions.is_empty()) else {
            return ran;
        };
        let failure = ran.as_ref().err().map(|kind| {
            let failure = Failure {
                direction: self.direction,
                done: done.iter().map(|done| done.revision.clone()).collect(),
                kind: kind.clone(),
            };
            failure.to_string()
        });
        let ended = Ended {
            planned,
            done: done.to_vec(),
            failure,
        };
        let manager = SchemaManager::new(&self.connection.db);
        let work = caught(hooks.after_run(&manager, &ended));
        // A run that was asked to stop ends with its hook; one that goes well can still be asked.
        let hook = if self.stop.is_asked() {
            work.await
        } else {
            match stop::guard(self.connection, &self.stop, cancel, work).await {
                stop::Outcome::Finished(hook) => hook,
                stop::Outcome::Interrupted => Err(DbErr::Custom("it was interrupted".to_owned())),
            }
        };
        match (ran, hook) {
            (ran, Ok(())) => ran,
            (Ok(()), Err(error)) => Err(FailureKind::AfterRun(message(&error))),
            (Err(kind), Err(error)) => {
                tell(&Event::HookFailed(message(&error)));
                Err(kind)
            }
        }
    }
}

/// The error with whose it is.
fn said(error: &DbErr, whose: &str) -> DbErr {
    note_code(error);
    DbErr::Custom(format!("{whose} failed: {}", message(error)))
}
