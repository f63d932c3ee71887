//! Everything that a revision can say.
//!
//! Revision: m20261121_101500_rename
//! Follows: m20261120_000000_before
//! Created: 2026-11-21 10:15:00 UTC
//! Compared with: PostgreSQL
//!
//! Changes:
//! - rename table `orders` to `sale`
//! - rename table `sales.x` to `sales.y`
//! - rename enum type `status` to `state`
//! - rename value `paid` of enum type `state` to `settled`
//! - alter table `sale`: rename column `n` to `number`, rename index `ix_n` to `ix_number`, rename
//!   constraint `ck` to `ck_number`

use plimsoll::prelude::*;

plimsoll::revision! {
    id: "m20261121_101500_rename",
    parents: ["m20261120_000000_before"],
}

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // Rename table `orders` to `sale`.
        manager
            .rename_table(Table::rename().table("orders", "sale").to_owned())
            .await?;

        // Rename table `sales.x` to `sales.y`.
        manager
            .apply(RenameTable::new(("sales", "x"), ("sales", "y")))
            .await?;

        // Rename enum type `status` to `state`.
        manager.apply(RenameEnum::new("status", "state")).await?;

        // Rename value `paid` of enum type `state` to `settled`.
        manager
            .apply(RenameEnumValue::new("state", "paid", "settled"))
            .await?;

        // Alter table `sale`, 3 changes.
        manager
            .apply(
                AlterTable::new("sale")
                    .rename_column("n", "number")
                    .rename_index("ix_n", "ix_number")
                    .rename_constraint("ck", "ck_number"),
            )
            .await?;

        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // Takes back: alter table `sale`, 3 changes.
        manager
            .apply(
                AlterTable::new("sale")
                    .rename_constraint("ck_number", "ck")
                    .rename_index("ix_number", "ix_n")
                    .rename_column("number", "n"),
            )
            .await?;

        // Takes back: rename value `paid` of enum type `state` to `settled`.
        manager
            .apply(RenameEnumValue::new("state", "settled", "paid"))
            .await?;

        // Takes back: rename enum type `status` to `state`.
        manager.apply(RenameEnum::new("state", "status")).await?;

        // Takes back: rename table `sales.x` to `sales.y`.
        manager
            .apply(RenameTable::new(("sales", "y"), ("sales", "x")))
            .await?;

        // Takes back: rename table `orders` to `sale`.
        manager
            .rename_table(Table::rename().table("sale", "orders").to_owned())
            .await?;

        Ok(())
    }
}
