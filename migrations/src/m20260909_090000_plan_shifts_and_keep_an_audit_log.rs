//! Plan shifts and keep an audit log.
//!
//! Revision: m20260909_090000_plan_shifts_and_keep_an_audit_log
//! Follows: m20260908_090000_reward_loyalty
//! Created: 2026-09-09 09:00:00 UTC
//! Compared with: SQLite
//!
//! Changes:
//! - create table `audit_log`
//! - create table `shift`

use plimsoll::prelude::*;

plimsoll::revision! {
    id: "m20260909_090000_plan_shifts_and_keep_an_audit_log",
    parents: ["m20260908_090000_reward_loyalty"],
}

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // Create table `audit_log`.
        manager
            .create_table(
                Table::create()
                    .table("audit_log")
                    .col(
                        ColumnDef::new("id")
                            .big_integer()
                            .not_null()
                            .auto_increment()
                            .primary_key(),
                    )
                    .col(ColumnDef::new("staff_id").integer().null())
                    .col(
                        ColumnDef::new("happened_at")
                            .timestamp_with_time_zone()
                            .not_null()
                            .default(Expr::current_timestamp()),
                    )
                    .col(ColumnDef::new("subject").string_len(64).not_null())
                    .col(ColumnDef::new("subject_key").string_len(64).not_null())
                    .col(ColumnDef::new("change").json_binary().not_null())
                    .col(
                        ColumnDef::new_with_type("digest", ColumnType::VarBinary(StringLen::None))
                            .null(),
                    )
                    .foreign_key(
                        ForeignKey::create()
                            .name("fk-audit_log-staff_id")
                            .from("audit_log", "staff_id")
                            .to("staff", "id")
                            .on_delete(ForeignKeyAction::SetNull),
                    )
                    .to_owned(),
            )
            .await?;
        manager
            .create_index(
                Index::create()
                    .name("ix_audit_log_subject")
                    .table("audit_log")
                    .col("subject")
                    .col("subject_key")
                    .col(("happened_at", IndexOrder::Desc))
                    .to_owned(),
            )
            .await?;

        // Create table `shift`.
        manager
            .create_table(
                Table::create()
                    .table("shift")
                    .col(
                        ColumnDef::new("id")
                            .big_integer()
                            .not_null()
                            .auto_increment()
                            .primary_key(),
                    )
                    .col(ColumnDef::new("staff_id").integer().not_null())
                    .col(ColumnDef::new("shop_id").integer().not_null())
                    .col(ColumnDef::new("starts_at").date_time().not_null())
                    .col(ColumnDef::new("ends_at").date_time().not_null())
                    .col(
                        ColumnDef::new("break_minutes")
                            .small_integer()
                            .not_null()
                            .default(30),
                    )
                    .foreign_key(
                        ForeignKey::create()
                            .name("fk-shift-shop_id")
                            .from("shift", "shop_id")
                            .to("shop", "id")
                            .on_delete(ForeignKeyAction::Cascade),
                    )
                    .foreign_key(
                        ForeignKey::create()
                            .name("fk-shift-staff_id")
                            .from("shift", "staff_id")
                            .to("staff", "id")
                            .on_delete(ForeignKeyAction::Cascade),
                    )
                    .check(Check::named(
                        "ck_shift_ends_after_it_starts",
                        Expr::cust("ends_at > starts_at"),
                    ))
                    .to_owned(),
            )
            .await?;
        manager
            .create_index(
                Index::create()
                    .name("idx-shift-staff_start")
                    .table("shift")
                    .col("staff_id")
                    .col("starts_at")
                    .unique()
                    .to_owned(),
            )
            .await?;

        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // Takes back: create table `shift`.
        manager
            .drop_table(Table::drop().table("shift").to_owned())
            .await?;

        // Takes back: create table `audit_log`.
        manager
            .drop_table(Table::drop().table("audit_log").to_owned())
            .await?;

        Ok(())
    }
}
