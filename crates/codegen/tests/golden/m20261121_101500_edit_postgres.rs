//! Everything that a revision can say.
//!
//! Revision: m20261121_101500_edit_postgres
//! Follows: m20261120_000000_before
//! Created: 2026-11-21 10:15:00 UTC
//! Compared with: PostgreSQL
//!
//! Changes:
//! - drop foreign key `fk_orders_customer` on table `orders`
//! - create enum type `fresh.kind`
//! - add `so so`, `it's` to enum type `mood`
//! - create table `booking`
//! - add column `nick` on table `customer`
//! - alter table `orders`: drop check `ck_total`, drop index `ix_total`, drop unique
//!   `uq_orders_code`, change whether NULL is allowed of column `customer_id`, change the type and
//!   whether NULL is allowed and the default of column `total`, change the type and the default of
//!   column `mood`, change the type and the collation and the comment of column `code`, change the
//!   numbering of column `seq`, add column `placed_at`, add column `tags`, add column `slug`, drop
//!   column `note`, add unique `uq_orders_code`, create index `ix_slug`, create index `ix_tags`,
//!   add check `ck_total`, set the comment
//! - alter table `sales.region`: change whether NULL is allowed of column `name`, add column
//!   `kind`, drop column `old`, create index `ix_region_name`
//! - alter table `orders`: add foreign key `fk_orders_customer`, add foreign key `fk_orders_region`
//! - drop enum type `stale`

use plimsoll::prelude::*;

plimsoll::revision! {
    id: "m20261121_101500_edit_postgres",
    parents: ["m20261120_000000_before"],
}

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // warning[R302]: a hazard of
        // no step

        // Drop foreign key `fk_orders_customer` on table `orders`.
        manager
            .drop_foreign_key(
                ForeignKey::drop()
                    .name("fk_orders_customer")
                    .table("orders")
                    .to_owned(),
            )
            .await?;

        // Create enum type `fresh.kind`.
        manager
            .apply(CreateEnum::new(("fresh", "kind")).values(["a", "b"]))
            .await?;

        // Add `so so`, `it's` to enum type `mood`.
        manager
            .apply(
                AlterEnum::new("mood")
                    .from(["happy", "sad"])
                    .to(["happy", "so so", "sad", "it's"]),
            )
            .await?;

        // Create table `booking`.
        manager
            .apply(
                CreateTable::new("booking")
                    .column(
                        column(ColumnDef::new("room").integer().not_null())
                            .identity(Identity::by_default()),
                    )
                    .column(
                        ColumnDef::new("night")
                            .date()
                            .not_null()
                            .default(Expr::cust("CURRENT_DATE"))
                            .comment("when"),
                    )
                    .column(
                        ColumnDef::new("iv")
                            .interval(Some(PgInterval::YearToMonth), None)
                            .null(),
                    )
                    .column(ColumnDef::new("addr").inet().null())
                    .column(ColumnDef::new("amount").money().null())
                    .column(ColumnDef::new("doc").json_binary().not_null().default("{}"))
                    .column(ColumnDef::new("bits").bit(Some(3)).null())
                    .column(ColumnDef::new("big").custom("numeric(5, -2)").null())
                    .column(ColumnDef::new("custom").custom("tstzrange").null())
                    .column(
                        ColumnDef::new("kinds")
                            .array(ColumnType::custom("fresh.kind"))
                            .null(),
                    )
                    .primary_key("pk_booking", ["room", "night"])
                    .unique_with(UniqueDef::new("uq_booking_addr", ["addr"]).deferrable())
                    .foreign_key(
                        ForeignKeyDef::new("fk_booking_region")
                            .from(["room"])
                            .to(("sales", "region"), ["id"])
                            .on_update(ForeignKeyAction::Restrict),
                    )
                    .exclusion(
                        "ex_booking",
                        "EXCLUDE USING gist (room WITH =, custom WITH &&)",
                    )
                    .index(IndexDef::new("ix_amount").column("amount").desc())
                    .comment("rooms, booked")
                    .options(Options::new().unlogged()),
            )
            .await?;

        // Add column `nick` on table `customer`.
        manager
            .alter_table(
                Table::alter()
                    .table("customer")
                    .add_column(ColumnDef::new("nick").string_len(20).null())
                    .to_owned(),
            )
            .await?;

        // Alter table `orders`, 17 changes.
        // warning[D102]: dropping column `note` of table `orders` deletes its data
        // help: if it was renamed, say so with `renamed_from`
        manager
            .apply(
                AlterTable::new("orders")
                    .drop_check("ck_total", "total >= 0")
                    .drop_index("ix_total")
                    .drop_unique("uq_orders_code", ["code"])
                    .alter_column(
                        ColumnDef::new("customer_id").big_integer().null(),
                        ColumnDef::new("customer_id").big_integer().not_null(),
                    )
                    .alter_column(
                        ColumnDef::new("total").decimal_len(10, 2).null().default(0),
                        ColumnDef::new("total")
                            .decimal_len(12, 2)
                            .not_null()
                            .default(Expr::custom_keyword("1.5")),
                    )
                    .alter_column(
                        ColumnDef::new("mood")
                            .enumeration("mood", ["happy", "sad"])
                            .null()
                            .default("happy"),
                        ColumnDef::new("mood")
                            .enumeration("mood", ["happy", "so so", "sad", "it's"])
                            .null()
                            .default("sad"),
                    )
                    .alter_column(
                        ColumnDef::new("code").string_len(10).null().comment("old"),
                        column(ColumnDef::new("code").string_len(20).null()).collation("C"),
                    )
                    .alter_column(
                        column(ColumnDef::new("seq").integer().not_null())
                            .identity(Identity::by_default().start(5)),
                        column(ColumnDef::new("seq").integer().not_null())
                            .identity(Identity::always().start(5).increment(2)),
                    )
                    .add_column(
                        ColumnDef::new("placed_at")
                            .custom("timestamp(3) with time zone")
                            .not_null()
                            .default(Expr::custom_keyword("CURRENT_TIMESTAMP(3)")),
                    )
                    .add_column(ColumnDef::new("tags").array(ColumnType::Text).not_null())
                    .add_column(
                        ColumnDef::new("slug")
                            .text()
                            .null()
                            .generated(Expr::cust("lower(code)"), true),
                    )
                    .drop_column("note")
                    .add_unique_with(
                        UniqueDef::new("uq_orders_code", ["code", "total"]).nulls_not_distinct(),
                    )
                    .add_index(
                        IndexDef::new("ix_slug")
                            .expression("lower(slug)")
                            .desc()
                            .nulls_last()
                            .opclass("text_pattern_ops")
                            .collation("C")
                            .include(["total"])
                            .filter("total > 0")
                            .comment("an index"),
                    )
                    .add_index(IndexDef::new("ix_tags").column("tags").using("gin"))
                    .add_check("ck_total", "total >= 0 AND code <> 'a''b'")
                    .comment(r#"what was "ordered""#, "what was ordered"),
            )
            .await?;

        // Alter table `sales.region`, 4 changes.
        manager
            .apply(
                AlterTable::new(("sales", "region"))
                    .alter_column(
                        ColumnDef::new("name").text().null(),
                        ColumnDef::new("name").text().not_null(),
                    )
                    .add_column(
                        ColumnDef::new("kind")
                            .enumeration("fresh.kind", ["a", "b"])
                            .null(),
                    )
                    .drop_column("old")
                    .add_index(IndexDef::new("ix_region_name").column("name")),
            )
            .await?;

        // Alter table `orders`, 2 changes.
        manager
            .apply(
                AlterTable::new("orders")
                    .add_foreign_key(
                        ForeignKeyDef::new("fk_orders_customer")
                            .from(["customer_id"])
                            .to("customer", ["id"])
                            .on_delete(ForeignKeyAction::SetNull)
                            .deferred(),
                    )
                    .add_foreign_key(
                        ForeignKeyDef::new("fk_orders_region")
                            .from(["seq"])
                            .to(("sales", "region"), ["id"])
                            .match_full()
                            .not_valid(),
                    ),
            )
            .await?;

        // Drop enum type `stale`.
        manager.apply(DropEnum::new("stale")).await?;

        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // Takes back: drop enum type `stale`.
        manager
            .apply(CreateEnum::new("stale").values(["a"]))
            .await?;

        // Takes back: alter table `orders`, 2 changes.
        manager
            .drop_foreign_key(
                ForeignKey::drop()
                    .name("fk_orders_region")
                    .table("orders")
                    .to_owned(),
            )
            .await?;
        manager
            .drop_foreign_key(
                ForeignKey::drop()
                    .name("fk_orders_customer")
                    .table("orders")
                    .to_owned(),
            )
            .await?;

        // Takes back: alter table `sales.region`, 4 changes.
        manager
            .apply(
                AlterTable::new(("sales", "region"))
                    .drop_index("ix_region_name")
                    .add_column(ColumnDef::new("old").text().null())
                    .drop_column("kind")
                    .alter_column(
                        ColumnDef::new("name").text().not_null(),
                        ColumnDef::new("name").text().null(),
                    ),
            )
            .await?;

        // Takes back: alter table `orders`, 17 changes.
        manager
            .apply(
                AlterTable::new("orders")
                    .comment("what was ordered", r#"what was "ordered""#)
                    .drop_check("ck_total", "total >= 0 AND code <> 'a''b'")
                    .drop_index("ix_tags")
                    .drop_index("ix_slug")
                    .drop_unique("uq_orders_code", ["code", "total"])
                    .add_column(ColumnDef::new("note").text().null())
                    .drop_column("slug")
                    .drop_column("tags")
                    .drop_column("placed_at")
                    .alter_column(
                        column(ColumnDef::new("seq").integer().not_null())
                            .identity(Identity::always().start(5).increment(2)),
                        column(ColumnDef::new("seq").integer().not_null())
                            .identity(Identity::by_default().start(5)),
                    )
                    .alter_column(
                        column(ColumnDef::new("code").string_len(20).null()).collation("C"),
                        ColumnDef::new("code").string_len(10).null().comment("old"),
                    )
                    .alter_column(
                        ColumnDef::new("mood")
                            .enumeration("mood", ["happy", "so so", "sad", "it's"])
                            .null()
                            .default("sad"),
                        ColumnDef::new("mood")
                            .enumeration("mood", ["happy", "sad"])
                            .null()
                            .default("happy"),
                    )
                    .alter_column(
                        ColumnDef::new("total")
                            .decimal_len(12, 2)
                            .not_null()
                            .default(Expr::custom_keyword("1.5")),
                        ColumnDef::new("total").decimal_len(10, 2).null().default(0),
                    )
                    .alter_column(
                        ColumnDef::new("customer_id").big_integer().not_null(),
                        ColumnDef::new("customer_id").big_integer().null(),
                    )
                    .add_unique("uq_orders_code", ["code"])
                    .add_index(IndexDef::new("ix_total").column("total"))
                    .add_check("ck_total", "total >= 0"),
            )
            .await?;

        // Takes back: add column `nick` on table `customer`.
        manager
            .alter_table(
                Table::alter()
                    .table("customer")
                    .drop_column("nick")
                    .to_owned(),
            )
            .await?;

        // Takes back: create table `booking`.
        manager
            .drop_table(Table::drop().table("booking").to_owned())
            .await?;

        // Takes back: add `so so`, `it's` to enum type `mood`.
        manager
            .apply(
                AlterEnum::new("mood")
                    .from(["happy", "so so", "sad", "it's"])
                    .to(["happy", "sad"]),
            )
            .await?;

        // Takes back: create enum type `fresh.kind`.
        manager.apply(DropEnum::new(("fresh", "kind"))).await?;

        // Takes back: drop foreign key `fk_orders_customer` on table `orders`.
        manager
            .create_foreign_key(
                ForeignKey::create()
                    .name("fk_orders_customer")
                    .from("orders", "customer_id")
                    .to("customer", "id")
                    .on_delete(ForeignKeyAction::Cascade)
                    .to_owned(),
            )
            .await?;

        Ok(())
    }
}
