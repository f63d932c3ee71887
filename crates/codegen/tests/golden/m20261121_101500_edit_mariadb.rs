//! Everything that a revision can say.
//!
//! Revision: m20261121_101500_edit_mariadb
//! Follows: m20261120_000000_before
//! Created: 2026-11-21 10:15:00 UTC
//! Compared with: MySQL
//!
//! Changes:
//! - drop foreign key `fk_orders_customer` on table `orders`
//! - create table `line`
//! - add column `nick` on table `customer`
//! - alter table `orders`: drop check `ck_total`, drop index `ix_total`, drop unique
//!   `uq_orders_code`, change whether NULL is allowed of column `customer_id`, change the type and
//!   the default of column `total`, change the type and the default of column `status`, change the
//!   type and whether NULL is allowed and the default and the collation and the comment of column
//!   `code`, add column `seen`, add column `hidden`, add column `body`, drop column `note`, add
//!   unique `uq_orders_code`, create index `ix_code`, add check `ck_total`, set the comment
//! - add foreign key `fk_orders_customer` on table `orders`
//! - drop table `gone`

use plimsoll::prelude::*;

plimsoll::revision! {
    id: "m20261121_101500_edit_mariadb",
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

        // Create table `line`.
        manager
            .create_table(
                Table::create()
                    .table("line")
                    .col(ColumnDef::new("order_id").big_integer().not_null())
                    .col(ColumnDef::new("no").small_integer().not_null())
                    .col(ColumnDef::new("flags").custom("set('a', 'b c')").null())
                    .col(ColumnDef::new("born").year().null())
                    .col(
                        ColumnDef::new("small")
                            .custom("mediumint UNSIGNED")
                            .null()
                            .default(7),
                    )
                    .col(ColumnDef::new("pic").custom("mediumblob").null())
                    .col(ColumnDef::new("txt").text().not_null())
                    .col(
                        ColumnDef::new("twice")
                            .integer()
                            .generated(Expr::cust("`no` * 2"), true),
                    )
                    .primary_key(Index::create().col("order_id").col("no"))
                    .index(Index::create().name("uq_line").col("no").unique())
                    .foreign_key(
                        ForeignKey::create()
                            .name("fk_line_order")
                            .from("line", "order_id")
                            .to("orders", "id")
                            .on_delete(ForeignKeyAction::Cascade),
                    )
                    .check(Check::named("ck_no", Expr::cust("`no` > 0")))
                    .comment("of an order")
                    .engine("InnoDB")
                    .collate("utf8mb4_bin")
                    .to_owned(),
            )
            .await?;
        manager
            .create_index(
                Index::create()
                    .name("ft")
                    .table("line")
                    .col("txt")
                    .full_text()
                    .to_owned(),
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

        // Alter table `orders`, 15 changes.
        // warning[D102]: dropping column `note` of table `orders` deletes its data
        // help: if it was renamed, say so with `renamed_from`
        manager
            .apply(
                AlterTable::new("orders")
                    .drop_check("ck_total", "`total` >= 0")
                    .drop_index("ix_total")
                    .drop_unique("uq_orders_code", ["code"])
                    .alter_column(
                        ColumnDef::new("customer_id").big_integer().null(),
                        ColumnDef::new("customer_id").big_integer().not_null(),
                    )
                    .alter_column(
                        ColumnDef::new("total")
                            .decimal_len(10, 2)
                            .not_null()
                            .default(0),
                        ColumnDef::new("total")
                            .decimal_len(12, 2)
                            .not_null()
                            .default(Expr::custom_keyword("1.50")),
                    )
                    .alter_column(
                        ColumnDef::new("status")
                            .enumeration(r#""""#, ["new", "paid"])
                            .null()
                            .default("new"),
                        ColumnDef::new("status")
                            .enumeration(r#""""#, ["new", "paid", "it's"])
                            .null()
                            .default("paid"),
                    )
                    .alter_column(
                        ColumnDef::new("code").string_len(10).null().comment("old"),
                        column(ColumnDef::new("code").string_len(20).not_null().default(""))
                            .collation("utf8mb4_bin"),
                    )
                    .add_column(
                        column(
                            ColumnDef::new("seen")
                                .custom("timestamp(3)")
                                .not_null()
                                .default(Expr::custom_keyword("CURRENT_TIMESTAMP(3)"))
                                .comment("touched"),
                        )
                        .on_update("CURRENT_TIMESTAMP(3)"),
                    )
                    .add_column(column(ColumnDef::new("hidden").unsigned().null()).invisible())
                    .add_column(ColumnDef::new("body").custom("longtext").null())
                    .drop_column("note")
                    .add_unique("uq_orders_code", ["code", "total"])
                    .add_index(IndexDef::new("ix_code").column("code").desc().prefix(5))
                    .add_check("ck_total", r#"`total` >= 0 and `code` <> 'a"b'"#)
                    .comment("old", "it's new"),
            )
            .await?;

        // Add foreign key `fk_orders_customer` on table `orders`.
        manager
            .create_foreign_key(
                ForeignKey::create()
                    .name("fk_orders_customer")
                    .from("orders", "customer_id")
                    .to("customer", "id")
                    .to_owned(),
            )
            .await?;

        // Drop table `gone`.
        manager
            .drop_table(Table::drop().table("gone").to_owned())
            .await?;

        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // Takes back: drop table `gone`.
        manager
            .create_table(
                Table::create()
                    .table("gone")
                    .col(
                        ColumnDef::new("id")
                            .big_unsigned()
                            .not_null()
                            .auto_increment()
                            .primary_key(),
                    )
                    .to_owned(),
            )
            .await?;

        // Takes back: add foreign key `fk_orders_customer` on table `orders`.
        manager
            .drop_foreign_key(
                ForeignKey::drop()
                    .name("fk_orders_customer")
                    .table("orders")
                    .to_owned(),
            )
            .await?;

        // Takes back: alter table `orders`, 15 changes.
        manager
            .apply(
                AlterTable::new("orders")
                    .comment("it's new", "old")
                    .drop_check("ck_total", r#"`total` >= 0 and `code` <> 'a"b'"#)
                    .drop_index("ix_code")
                    .drop_unique("uq_orders_code", ["code", "total"])
                    .add_column(ColumnDef::new("note").text().null())
                    .drop_column("body")
                    .drop_column("hidden")
                    .drop_column("seen")
                    .alter_column(
                        column(ColumnDef::new("code").string_len(20).not_null().default(""))
                            .collation("utf8mb4_bin"),
                        ColumnDef::new("code").string_len(10).null().comment("old"),
                    )
                    .alter_column(
                        ColumnDef::new("status")
                            .enumeration(r#""""#, ["new", "paid", "it's"])
                            .null()
                            .default("paid"),
                        ColumnDef::new("status")
                            .enumeration(r#""""#, ["new", "paid"])
                            .null()
                            .default("new"),
                    )
                    .alter_column(
                        ColumnDef::new("total")
                            .decimal_len(12, 2)
                            .not_null()
                            .default(Expr::custom_keyword("1.50")),
                        ColumnDef::new("total")
                            .decimal_len(10, 2)
                            .not_null()
                            .default(0),
                    )
                    .alter_column(
                        ColumnDef::new("customer_id").big_integer().not_null(),
                        ColumnDef::new("customer_id").big_integer().null(),
                    )
                    .add_unique("uq_orders_code", ["code"])
                    .add_index(IndexDef::new("ix_total").column("total"))
                    .add_check("ck_total", "`total` >= 0"),
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

        // Takes back: create table `line`.
        manager
            .drop_table(Table::drop().table("line").to_owned())
            .await?;

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
