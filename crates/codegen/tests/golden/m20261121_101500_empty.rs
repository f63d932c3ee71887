//! Everything that a revision can say.
//!
//! Revision: m20261121_101500_empty
//! Follows: m20261120_000000_before
//! Created: 2026-11-21 10:15:00 UTC
//! Compared with: SQLite

use plimsoll::prelude::*;

plimsoll::revision! {
    id: "m20261121_101500_empty",
    parents: ["m20261120_000000_before"],
}

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, _manager: &SchemaManager) -> Result<(), DbErr> {
        // Write the change here, and rename `_manager` to `manager`: sea-query's builders
        // (`manager.create_table(…)`), Plimsoll's operations
        // (`manager.apply(AlterTable::new("orders")…)`), or SQL
        // (`manager.get_connection().execute_unprepared("…")`).
        Ok(())
    }

    async fn down(&self, _manager: &SchemaManager) -> Result<(), DbErr> {
        // Take back here what `up` does, last thing first.
        Ok(())
    }
}
