//! Call customers by their full name.
//!
//! Revision: m20260905_090000_call_customers_by_their_full_name
//! Follows: m20260904_090000_keep_stock_levels
//! Created: 2026-09-05 09:00:00 UTC
//! Compared with: SQLite
//!
//! Changes:
//! - rename column `name` to `full_name` on table `customer`
//! - alter table `customer`: add column `phone`, add column `wants_news`

use plimsoll::prelude::*;

plimsoll::revision! {
    id: "m20260905_090000_call_customers_by_their_full_name",
    parents: ["m20260904_090000_keep_stock_levels"],
}

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // Rename column `name` to `full_name` on table `customer`.
        manager
            .alter_table(
                Table::alter()
                    .table("customer")
                    .rename_column("name", "full_name")
                    .to_owned(),
            )
            .await?;

        // Alter table `customer`, 2 changes.
        manager
            .alter_table(
                Table::alter()
                    .table("customer")
                    .add_column(ColumnDef::new("phone").string_len(32).null())
                    .to_owned(),
            )
            .await?;
        manager
            .alter_table(
                Table::alter()
                    .table("customer")
                    .add_column(
                        ColumnDef::new("wants_news")
                            .boolean()
                            .not_null()
                            .default(false),
                    )
                    .to_owned(),
            )
            .await?;

        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // Takes back: alter table `customer`, 2 changes.
        manager
            .alter_table(
                Table::alter()
                    .table("customer")
                    .drop_column("wants_news")
                    .to_owned(),
            )
            .await?;
        manager
            .alter_table(
                Table::alter()
                    .table("customer")
                    .drop_column("phone")
                    .to_owned(),
            )
            .await?;

        // Takes back: rename column `name` to `full_name` on table `customer`.
        manager
            .alter_table(
                Table::alter()
                    .table("customer")
                    .rename_column("full_name", "name")
                    .to_owned(),
            )
            .await?;

        Ok(())
    }
}
