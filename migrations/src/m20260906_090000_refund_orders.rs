//! Refund orders.
//!
//! Revision: m20260906_090000_refund_orders
//! Follows: m20260905_090000_call_customers_by_their_full_name
//! Created: 2026-09-06 09:00:00 UTC
//! Compared with: SQLite
//!
//! Changes:
//! - add column `refunded_at` on table `payment`

use plimsoll::prelude::*;

plimsoll::revision! {
    id: "m20260906_090000_refund_orders",
    parents: ["m20260905_090000_call_customers_by_their_full_name"],
}

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // Add column `refunded_at` on table `payment`.
        manager
            .alter_table(
                Table::alter()
                    .table("payment")
                    .add_column(
                        ColumnDef::new("refunded_at")
                            .timestamp_with_time_zone()
                            .null(),
                    )
                    .to_owned(),
            )
            .await?;

        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // Takes back: add column `refunded_at` on table `payment`.
        manager
            .alter_table(
                Table::alter()
                    .table("payment")
                    .drop_column("refunded_at")
                    .to_owned(),
            )
            .await?;

        Ok(())
    }
}
