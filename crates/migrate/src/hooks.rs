//! What an application does before and after its revisions, and before and after a run of them.
//!
//! ```
//! use plimsoll_migrate::hooks::{Hooked, Hooks, Revision};
//! use plimsoll_migrate::prelude::*;
//! # struct Migrator;
//! # #[async_trait::async_trait]
//! # impl MigratorTrait for Migrator {
//! #     fn migrations() -> Vec<Box<dyn MigrationTrait>> { vec![] }
//! # }
//!
//! struct AsOwner;
//!
//! #[async_trait::async_trait]
//! impl Hooks for AsOwner {
//!     async fn before_revision(
//!         &self,
//!         manager: &SchemaManager,
//!         _: &Revision,
//!     ) -> Result<(), DbErr> {
//!         let db = manager.get_connection();
//!         db.execute_unprepared("SET ROLE owner").await?;
//!         Ok(())
//!     }
//! }
//!
//! let revisions = Hooked::new(Migrator, AsOwner);
//! ```
//!
//! Invariant: they run under the lock of a run, on its own session. Nothing of them runs for a script (`--sql`), for `stamp`, and for
//! scratch databases of comparisons.

use std::sync::Arc;

use async_trait::async_trait;
use sea_orm::DbErr;
use sea_orm_migration::{MigrationTrait, MigratorTraitSelf, SchemaManager};

use crate::runner::{Direction, Done};

/// What an application does before and after its revisions, and before and after a run of them. What is not written does nothing.
///
/// A hook may run more than once for a revision: again when a transaction that met a lock is tried again, and again when a revision goes
/// on that was broken off. It must not end the transaction it is given.
#[async_trait]
pub trait Hooks: Send + Sync {
    /// Before the first revision of a run, on its session. An error ends the run, and nothing is run.
    async fn before_run(&self, manager: &SchemaManager, run: &Planned) -> Result<(), DbErr> {
        let _ = (manager, run);
        Ok(())
    }

    /// Before a revision: in its transaction where it has one, else on the session, where what the hook did before an error stays. An
    /// error ends the run, and the revision is not run.
    async fn before_revision(
        &self,
        manager: &SchemaManager,
        revision: &Revision,
    ) -> Result<(), DbErr> {
        let _ = (manager, revision);
        Ok(())
    }

    /// After a revision, always in the transaction that records it. An error ends the run, and the revision is not recorded; one that
    /// has a transaction of its own is taken back, another one has its statements done and goes on with this hook when it is run again.
    async fn after_revision(
        &self,
        manager: &SchemaManager,
        revision: &Revision,
    ) -> Result<(), DbErr> {
        let _ = (manager, revision);
        Ok(())
    }

    /// After a run that had begun, on its session, also after one that failed. An error takes nothing back: after a run that went well it
    /// is told as the run's, and after one that failed beside that.
    async fn after_run(&self, manager: &SchemaManager, run: &Ended) -> Result<(), DbErr> {
        let _ = (manager, run);
        Ok(())
    }
}

/// A revision that is run.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Revision {
    /// Its id.
    pub id: String,
    /// Its name: the first line of its file, or the words of its id.
    pub name: String,
    /// Which way.
    pub direction: Direction,
    /// Whether it was begun by an earlier run and goes on now.
    pub is_resumed: bool,
}

/// A run that begins.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Planned {
    /// Which way.
    pub direction: Direction,
    /// The ids of what is to be run, in this order; never empty.
    pub revisions: Vec<String>,
}

/// A run that came to an end.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Ended {
    /// What was to be run.
    pub planned: Planned,
    /// What was run.
    pub done: Vec<Done>,
    /// Why it failed; `None` where it did not.
    pub failure: Option<String>,
}

/// Where a project's revisions come from: a migrator of SeaORM, or one with [`Hooks`].
pub trait Revisions {
    /// What it has.
    fn source(&self) -> Source;
}

/// What a project is made of.
pub struct Source {
    /// Its revisions, in the order of the migrator.
    pub migrations: Vec<Box<dyn MigrationTrait>>,
    /// The name of its history table.
    pub table: String,
    /// What runs before and after them.
    pub hooks: Option<Arc<dyn Hooks>>,
}

impl<M: MigratorTraitSelf> Revisions for M {
    fn source(&self) -> Source {
        Source {
            migrations: self.migrations(),
            table: self.migration_table_name().to_string(),
            hooks: None,
        }
    }
}

/// A migrator with hooks.
#[derive(Clone)]
pub struct Hooked<M> {
    migrator: M,
    hooks: Arc<dyn Hooks>,
}

impl<M> Hooked<M> {
    /// Lets hooks run wherever this migrator's revisions do.
    pub fn new(migrator: M, hooks: impl Hooks + 'static) -> Self {
        Self {
            migrator,
            hooks: Arc::new(hooks),
        }
    }
}

impl<M: MigratorTraitSelf> Revisions for Hooked<M> {
    fn source(&self) -> Source {
        Source {
            hooks: Some(Arc::clone(&self.hooks)),
            ..self.migrator.source()
        }
    }
}
