//! Call the price list what it is.
//!
//! Revision: m20260911_090000_call_the_price_list_what_it_is
//! Follows: m20260910_090000_stop_sending_faxes_and_newsletters
//! Created: 2026-09-11 09:00:00 UTC
//! Compared with: SQLite
//!
//! Changes:
//! - rename table `price_list` to `price_history`
//! - change the type of column `unit_price` on table `price_history`

use plimsoll::prelude::*;

plimsoll::revision! {
    id: "m20260911_090000_call_the_price_list_what_it_is",
    parents: ["m20260910_090000_stop_sending_faxes_and_newsletters"],
}

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // Rename table `price_list` to `price_history`.
        manager
            .rename_table(
                Table::rename()
                    .table("price_list", "price_history")
                    .to_owned(),
            )
            .await?;

        // Change the type of column `unit_price` on table `price_history`.
        manager
            .apply(AlterTable::new("price_history").alter_column(
                ColumnDef::new("unit_price").decimal_len(8, 2).not_null(),
                ColumnDef::new("unit_price").decimal_len(10, 2).not_null(),
            ))
            .await?;

        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // Takes back: change the type of column `unit_price` on table `price_history`.
        manager
            .apply(AlterTable::new("price_history").alter_column(
                ColumnDef::new("unit_price").decimal_len(10, 2).not_null(),
                ColumnDef::new("unit_price").decimal_len(8, 2).not_null(),
            ))
            .await?;

        // Takes back: rename table `price_list` to `price_history`.
        manager
            .rename_table(
                Table::rename()
                    .table("price_history", "price_list")
                    .to_owned(),
            )
            .await?;

        Ok(())
    }
}
