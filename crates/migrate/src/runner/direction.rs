//! Which way a run goes.

use sea_orm::DbErr;
use sea_orm_migration::{MigrationTrait, SchemaManager};

use crate::history::Action;

/// Which way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// Apply.
    Up,
    /// Take back.
    Down,
}

impl Direction {
    /// Its word in the history and in JSON.
    pub const fn word(self) -> &'static str {
        self.action().word()
    }

    pub(super) const fn action(self) -> Action {
        match self {
            Self::Up => Action::Up,
            Self::Down => Action::Down,
        }
    }

    /// Runs a migration this way.
    pub(crate) async fn run(
        self,
        migration: &dyn MigrationTrait,
        manager: &SchemaManager<'_>,
    ) -> Result<(), DbErr> {
        match self {
            Self::Up => migration.up(manager).await,
            Self::Down => migration.down(manager).await,
        }
    }
}
