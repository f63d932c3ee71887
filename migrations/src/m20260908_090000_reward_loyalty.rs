//! Reward loyalty.
//!
//! Revision: m20260908_090000_reward_loyalty
//! Follows: m20260907_090000_make_room_for_dearer_bread_and_longer_notes
//! Created: 2026-09-08 09:00:00 UTC
//! Compared with: SQLite
//!
//! Changes:
//! - create table `loyalty_card`
//! - add check `ck_order_line_quantity` on table `order_line`
//! - create index `uq-staff-email` on table `staff`

use plimsoll::prelude::*;

plimsoll::revision! {
    id: "m20260908_090000_reward_loyalty",
    parents: ["m20260907_090000_make_room_for_dearer_bread_and_longer_notes"],
}

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // Create table `loyalty_card`.
        manager
            .create_table(
                Table::create()
                    .table("loyalty_card")
                    .col(ColumnDef::new("id").uuid().not_null().primary_key())
                    .col(ColumnDef::new("customer_id").big_integer().not_null())
                    .col(ColumnDef::new("points").integer().not_null().default(0))
                    .col(
                        ColumnDef::new("tier")
                            .enumeration("loyalty_tier", ["crumb", "slice", "loaf"])
                            .not_null()
                            .default("crumb"),
                    )
                    .col(
                        ColumnDef::new("issued_at")
                            .timestamp_with_time_zone()
                            .not_null()
                            .default(Expr::current_timestamp()),
                    )
                    .index(
                        Index::create()
                            .name("uq-loyalty_card-customer_id")
                            .col("customer_id")
                            .unique(),
                    )
                    .foreign_key(
                        ForeignKey::create()
                            .name("fk-loyalty_card-customer_id")
                            .from("loyalty_card", "customer_id")
                            .to("customer", "id")
                            .on_delete(ForeignKeyAction::Cascade),
                    )
                    .check(Check::named(
                        "ck_loyalty_card_points",
                        Expr::cust("points >= 0"),
                    ))
                    .to_owned(),
            )
            .await?;

        // Add check `ck_order_line_quantity` on table `order_line`.
        // warning[R305]: check `ck_order_line_quantity` on table `order_line`: a row that breaks it
        //   makes the migration fail
        // help: look for rows that break it before this runs
        manager
            .apply(
                AlterTable::new("order_line").add_check("ck_order_line_quantity", "quantity > 0"),
            )
            .await?;

        // Create index `uq-staff-email` on table `staff`.
        // warning[R303]: `uq-staff-email` on table `staff` is unique: duplicates that exist make
        //   the migration fail
        // help: look for duplicates before this runs, and settle them in a step before this one
        manager
            .create_index(
                Index::create()
                    .name("uq-staff-email")
                    .table("staff")
                    .col("email")
                    .unique()
                    .to_owned(),
            )
            .await?;

        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // Takes back: create index `uq-staff-email` on table `staff`.
        manager
            .drop_index(
                Index::drop()
                    .name("uq-staff-email")
                    .table("staff")
                    .to_owned(),
            )
            .await?;

        // Takes back: add check `ck_order_line_quantity` on table `order_line`.
        manager
            .apply(
                AlterTable::new("order_line").drop_check("ck_order_line_quantity", "quantity > 0"),
            )
            .await?;

        // Takes back: create table `loyalty_card`.
        manager
            .drop_table(Table::drop().table("loyalty_card").to_owned())
            .await?;

        Ok(())
    }
}
