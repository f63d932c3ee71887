//! Make room for dearer bread and longer notes.
//!
//! Revision: m20260907_090000_make_room_for_dearer_bread_and_longer_notes
//! Follows: m20260906_090000_refund_orders
//! Created: 2026-09-07 09:00:00 UTC
//! Compared with: SQLite
//!
//! Changes:
//! - change the type of column `note` on table `order`
//! - change the type of column `unit_price` on table `product`

use plimsoll::prelude::*;

plimsoll::revision! {
    id: "m20260907_090000_make_room_for_dearer_bread_and_longer_notes",
    parents: ["m20260906_090000_refund_orders"],
}

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // Change the type of column `note` on table `order`.
        manager
            .apply(AlterTable::new("order").alter_column(
                ColumnDef::new("note").string().null(),
                ColumnDef::new("note").text().null(),
            ))
            .await?;

        // Change the type of column `unit_price` on table `product`.
        manager
            .apply(AlterTable::new("product").alter_column(
                ColumnDef::new("unit_price").decimal_len(8, 2).not_null(),
                ColumnDef::new("unit_price").decimal_len(10, 2).not_null(),
            ))
            .await?;

        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // Takes back: change the type of column `unit_price` on table `product`.
        manager
            .apply(AlterTable::new("product").alter_column(
                ColumnDef::new("unit_price").decimal_len(10, 2).not_null(),
                ColumnDef::new("unit_price").decimal_len(8, 2).not_null(),
            ))
            .await?;

        // Takes back: change the type of column `note` on table `order`.
        manager
            .apply(AlterTable::new("order").alter_column(
                ColumnDef::new("note").text().null(),
                ColumnDef::new("note").string().null(),
            ))
            .await?;

        Ok(())
    }
}
