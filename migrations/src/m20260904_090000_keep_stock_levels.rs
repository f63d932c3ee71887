//! Keep stock levels.
//!
//! Revision: m20260904_090000_keep_stock_levels
//! Follows: m20260903_090000_take_orders
//! Created: 2026-09-04 09:00:00 UTC
//! Compared with: SQLite
//!
//! Changes:
//! - create table `price_list`
//! - create table `stock`
//! - alter table `product`: add column `weight_grams`, create index `idx-product-name`

use plimsoll::prelude::*;

plimsoll::revision! {
    id: "m20260904_090000_keep_stock_levels",
    parents: ["m20260903_090000_take_orders"],
}

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // Create table `price_list`.
        manager
            .create_table(
                Table::create()
                    .table("price_list")
                    .col(ColumnDef::new("product_id").big_integer().not_null())
                    .col(ColumnDef::new("valid_from").date().not_null())
                    .col(ColumnDef::new("unit_price").decimal_len(8, 2).not_null())
                    .primary_key(
                        Index::create()
                            .name("pk-price_list")
                            .col("product_id")
                            .col("valid_from"),
                    )
                    .foreign_key(
                        ForeignKey::create()
                            .name("fk-price_list-product_id")
                            .from("price_list", "product_id")
                            .to("product", "id")
                            .on_delete(ForeignKeyAction::Cascade),
                    )
                    .to_owned(),
            )
            .await?;

        // Create table `stock`.
        manager
            .create_table(
                Table::create()
                    .table("stock")
                    .col(ColumnDef::new("shop_id").integer().not_null())
                    .col(ColumnDef::new("product_id").big_integer().not_null())
                    .col(ColumnDef::new("quantity").integer().not_null().default(0))
                    .col(ColumnDef::new("reorder_at").integer().not_null().default(5))
                    .col(
                        ColumnDef::new("counted_at")
                            .timestamp_with_time_zone()
                            .not_null()
                            .default(Expr::current_timestamp()),
                    )
                    .primary_key(
                        Index::create()
                            .name("pk-stock")
                            .col("shop_id")
                            .col("product_id"),
                    )
                    .foreign_key(
                        ForeignKey::create()
                            .name("fk-stock-shop_id")
                            .from("stock", "shop_id")
                            .to("shop", "id")
                            .on_delete(ForeignKeyAction::Cascade)
                            .on_update(ForeignKeyAction::Cascade),
                    )
                    .foreign_key(
                        ForeignKey::create()
                            .name("fk_stock_product")
                            .from("stock", "product_id")
                            .to("product", "id")
                            .on_delete(ForeignKeyAction::Restrict),
                    )
                    .check(Check::named(
                        "ck_stock_quantity",
                        Expr::cust("quantity >= 0"),
                    ))
                    .to_owned(),
            )
            .await?;

        // Alter table `product`, 2 changes.
        manager
            .alter_table(
                Table::alter()
                    .table("product")
                    .add_column(ColumnDef::new("weight_grams").integer().null())
                    .to_owned(),
            )
            .await?;
        manager
            .create_index(
                Index::create()
                    .name("idx-product-name")
                    .table("product")
                    .col("name")
                    .to_owned(),
            )
            .await?;

        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // Takes back: alter table `product`, 2 changes.
        manager
            .drop_index(
                Index::drop()
                    .name("idx-product-name")
                    .table("product")
                    .to_owned(),
            )
            .await?;
        manager
            .alter_table(
                Table::alter()
                    .table("product")
                    .drop_column("weight_grams")
                    .to_owned(),
            )
            .await?;

        // Takes back: create table `stock`.
        manager
            .drop_table(Table::drop().table("stock").to_owned())
            .await?;

        // Takes back: create table `price_list`.
        manager
            .drop_table(Table::drop().table("price_list").to_owned())
            .await?;

        Ok(())
    }
}
