//! Everything that a revision can say.
//!
//! Revision: m20261121_101500_edit_sqlite
//! Follows: m20261120_000000_before
//! Created: 2026-11-21 10:15:00 UTC
//! Compared with: SQLite
//!
//! Changes:
//! - create table `line`
//! - add column `nick` on table `customer`
//! - alter table `orders`: drop foreign key (customer_id), drop check `total >= 0`, drop index
//!   `ix_total`, drop unique `uq-orders-email`, change whether NULL is allowed of column
//!   `customer_id`, change the type of column `total`, change whether NULL is allowed and the
//!   default of column `email`, add column `created_at`, add column `placed`, drop column `note`,
//!   create index `ix_email`, create index `ux_created`, add check `ck-orders-total`, add foreign
//!   key (customer_id)
//! - drop table `also_gone`
//! - drop table `gone`

use plimsoll::prelude::*;

plimsoll::revision! {
    id: "m20261121_101500_edit_sqlite",
    parents: ["m20261120_000000_before"],
}

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // warning[R302]: a hazard of
        // no step

        // Create table `line`.
        manager
            .create_table(
                Table::create()
                    .table("line")
                    .col(ColumnDef::new("order_id").integer().not_null())
                    .col(ColumnDef::new("no").integer().not_null())
                    .col(
                        ColumnDef::new("sku")
                            .char_len(12)
                            .not_null()
                            .default(r#"it's "so""#),
                    )
                    .col(
                        ColumnDef::new("price")
                            .double()
                            .null()
                            .default(Expr::custom_keyword("9.5")),
                    )
                    .col(ColumnDef::new("blob").blob().null())
                    .col(
                        ColumnDef::new("twice")
                            .integer()
                            .generated(Expr::cust("no * 2"), true),
                    )
                    .primary_key(Index::create().name("pk-line").col("order_id").col("no"))
                    .index(
                        Index::create()
                            .name("uq-line-sku")
                            .col("sku")
                            .col("no")
                            .unique(),
                    )
                    .foreign_key(
                        ForeignKey::create()
                            .name("fk-line-order_id")
                            .from("line", "order_id")
                            .to("orders", "id")
                            .on_delete(ForeignKeyAction::Cascade)
                            .on_update(ForeignKeyAction::Restrict),
                    )
                    .check(Check::named("ck-line-no", Expr::cust("no > 0")))
                    .extra("WITHOUT ROWID")
                    .to_owned(),
            )
            .await?;
        manager
            .apply(
                AlterTable::new("line")
                    .add_index(IndexDef::new("ix_lower").expression("lower(sku)").desc()),
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

        // Alter table `orders`, 14 changes.
        // warning[D102]: dropping column `note` of table `orders` deletes its data
        // help: if it was renamed, say so with `renamed_from`
        manager
            .apply(
                AlterTable::new("orders")
                    .drop_foreign_key(None, ["customer_id"])
                    .drop_check(None, "total >= 0")
                    .drop_index("ix_total")
                    .drop_unique("uq-orders-email", ["email"])
                    .alter_column(
                        ColumnDef::new("customer_id").integer().null(),
                        ColumnDef::new("customer_id").integer().not_null(),
                    )
                    .alter_column(
                        ColumnDef::new("total")
                            .decimal_len(10, 2)
                            .not_null()
                            .default(0),
                        ColumnDef::new("total")
                            .decimal_len(12, 2)
                            .not_null()
                            .default(0),
                    )
                    .alter_column(
                        column(ColumnDef::new("email").string_len(80).null()).collation("NOCASE"),
                        column(
                            ColumnDef::new("email")
                                .string_len(80)
                                .not_null()
                                .default(""),
                        )
                        .collation("NOCASE"),
                    )
                    .add_column(
                        ColumnDef::new("created_at")
                            .timestamp()
                            .null()
                            .default(Expr::current_timestamp()),
                    )
                    .add_column(ColumnDef::new("placed").boolean().not_null().default(false))
                    .drop_column("note")
                    .add_index(
                        IndexDef::new("ix_email")
                            .expression("lower(email)")
                            .filter("total > 0"),
                    )
                    .add_index(
                        IndexDef::new("ux_created")
                            .column("created_at")
                            .desc()
                            .column("id")
                            .unique(),
                    )
                    .add_check("ck-orders-total", "total >= 0 AND total < 100000000")
                    .add_foreign_key(
                        ForeignKeyDef::new(None)
                            .from(["customer_id"])
                            .to("customer", ["id"]),
                    ),
            )
            .await?;

        // Drop table `also_gone`.
        manager.apply(DropTable::new("also_gone")).await?;

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
                            .integer()
                            .not_null()
                            .auto_increment()
                            .primary_key(),
                    )
                    .col(ColumnDef::new("other_id").integer().null())
                    .col(
                        ColumnDef::new("payload")
                            .blob()
                            .null()
                            .default(b"\x00\xff\"".to_vec()),
                    )
                    .foreign_key(
                        ForeignKey::create()
                            .name("fk-gone-other_id")
                            .from("gone", "other_id")
                            .to("also_gone", "id"),
                    )
                    .extra("STRICT")
                    .to_owned(),
            )
            .await?;

        // Takes back: drop table `also_gone`.
        manager
            .create_table(
                Table::create()
                    .table("also_gone")
                    .col(
                        ColumnDef::new("id")
                            .integer()
                            .not_null()
                            .auto_increment()
                            .primary_key(),
                    )
                    .col(ColumnDef::new("gone_id").integer().null())
                    .foreign_key(
                        ForeignKey::create()
                            .name("fk-also_gone-gone_id")
                            .from("also_gone", "gone_id")
                            .to("gone", "id")
                            .on_update(ForeignKeyAction::SetNull),
                    )
                    .to_owned(),
            )
            .await?;

        // Takes back: alter table `orders`, 14 changes.
        manager
            .apply(
                AlterTable::new("orders")
                    .drop_foreign_key(None, ["customer_id"])
                    .drop_check("ck-orders-total", "total >= 0 AND total < 100000000")
                    .drop_index("ux_created")
                    .drop_index("ix_email")
                    .add_column(ColumnDef::new("note").text().null())
                    .drop_column("placed")
                    .drop_column("created_at")
                    .alter_column(
                        column(
                            ColumnDef::new("email")
                                .string_len(80)
                                .not_null()
                                .default(""),
                        )
                        .collation("NOCASE"),
                        column(ColumnDef::new("email").string_len(80).null()).collation("NOCASE"),
                    )
                    .alter_column(
                        ColumnDef::new("total")
                            .decimal_len(12, 2)
                            .not_null()
                            .default(0),
                        ColumnDef::new("total")
                            .decimal_len(10, 2)
                            .not_null()
                            .default(0),
                    )
                    .alter_column(
                        ColumnDef::new("customer_id").integer().not_null(),
                        ColumnDef::new("customer_id").integer().null(),
                    )
                    .add_unique("uq-orders-email", ["email"])
                    .add_index(IndexDef::new("ix_total").column("total"))
                    .add_check(None, "total >= 0")
                    .add_foreign_key(
                        ForeignKeyDef::new(None)
                            .from(["customer_id"])
                            .to("customer", ["id"])
                            .on_delete(ForeignKeyAction::Cascade),
                    ),
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

        Ok(())
    }
}
