//! Take orders.
//!
//! Revision: m20260903_090000_take_orders
//! Follows: m20260902_090000_create_shops_and_their_staff
//! Created: 2026-09-03 09:00:00 UTC
//! Compared with: SQLite
//!
//! Changes:
//! - create table `customer`
//! - create table `newsletter`
//! - create table `order`
//! - create table `order_line`
//! - create table `payment`

use plimsoll::prelude::*;

plimsoll::revision! {
    id: "m20260903_090000_take_orders",
    parents: ["m20260902_090000_create_shops_and_their_staff"],
}

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // Create table `customer`.
        manager
            .create_table(
                Table::create()
                    .table("customer")
                    .col(
                        ColumnDef::new("id")
                            .big_integer()
                            .not_null()
                            .auto_increment()
                            .primary_key(),
                    )
                    .col(ColumnDef::new("email").string().not_null())
                    .col(ColumnDef::new("name").string().not_null())
                    .col(ColumnDef::new("address_id").big_integer().null())
                    .col(
                        ColumnDef::new("created_at")
                            .timestamp_with_time_zone()
                            .not_null()
                            .default(Expr::current_timestamp()),
                    )
                    .index(
                        Index::create()
                            .name("uq-customer-email")
                            .col("email")
                            .unique(),
                    )
                    .foreign_key(
                        ForeignKey::create()
                            .name("fk-customer-address_id")
                            .from("customer", "address_id")
                            .to("address", "id")
                            .on_delete(ForeignKeyAction::SetNull),
                    )
                    .to_owned(),
            )
            .await?;
        manager
            .create_index(
                Index::create()
                    .name("idx-customer-name")
                    .table("customer")
                    .col("name")
                    .to_owned(),
            )
            .await?;
        manager
            .apply(
                AlterTable::new("customer")
                    .add_index(IndexDef::new("ix_customer_email_lower").expression("lower(email)")),
            )
            .await?;

        // Create table `newsletter`.
        manager
            .create_table(
                Table::create()
                    .table("newsletter")
                    .col(ColumnDef::new("id").uuid().not_null().primary_key())
                    .col(ColumnDef::new("email").string().not_null())
                    .col(
                        ColumnDef::new("is_confirmed")
                            .boolean()
                            .not_null()
                            .default(false),
                    )
                    .index(
                        Index::create()
                            .name("uq-newsletter-email")
                            .col("email")
                            .unique(),
                    )
                    .to_owned(),
            )
            .await?;

        // Create table `order`.
        manager
            .create_table(
                Table::create()
                    .table("order")
                    .col(
                        ColumnDef::new("id")
                            .big_integer()
                            .not_null()
                            .auto_increment()
                            .primary_key(),
                    )
                    .col(ColumnDef::new("customer_id").big_integer().null())
                    .col(ColumnDef::new("shop_id").integer().not_null())
                    .col(
                        ColumnDef::new("status")
                            .enumeration(
                                "order_status",
                                ["open", "baked", "picked_up", "cancelled"],
                            )
                            .not_null()
                            .default("open"),
                    )
                    .col(
                        ColumnDef::new("placed_at")
                            .timestamp_with_time_zone()
                            .not_null()
                            .default(Expr::current_timestamp()),
                    )
                    .col(
                        ColumnDef::new("pick_up_at")
                            .timestamp_with_time_zone()
                            .null(),
                    )
                    .col(ColumnDef::new("note").string().null())
                    .foreign_key(
                        ForeignKey::create()
                            .name("fk-order-customer_id")
                            .from("order", "customer_id")
                            .to("customer", "id")
                            .on_delete(ForeignKeyAction::SetNull),
                    )
                    .foreign_key(
                        ForeignKey::create()
                            .name("fk-order-shop_id")
                            .from("order", "shop_id")
                            .to("shop", "id")
                            .on_delete(ForeignKeyAction::Restrict),
                    )
                    .to_owned(),
            )
            .await?;
        manager
            .create_index(
                Index::create()
                    .name("ix_order_open")
                    .table("order")
                    .col("shop_id")
                    .col("pick_up_at")
                    .and_where(Expr::cust("status = 'open'"))
                    .to_owned(),
            )
            .await?;
        manager
            .create_index(
                Index::create()
                    .name("ix_order_shop_placed")
                    .table("order")
                    .col("shop_id")
                    .col(("placed_at", IndexOrder::Desc))
                    .to_owned(),
            )
            .await?;

        // Create table `order_line`.
        manager
            .create_table(
                Table::create()
                    .table("order_line")
                    .col(ColumnDef::new("order_id").big_integer().not_null())
                    .col(ColumnDef::new("line").small_integer().not_null())
                    .col(ColumnDef::new("product_id").big_integer().not_null())
                    .col(ColumnDef::new("quantity").integer().not_null())
                    .col(ColumnDef::new("unit_price").decimal_len(8, 2).not_null())
                    .col(
                        ColumnDef::new("total")
                            .decimal_len(12, 2)
                            .generated(Expr::cust("quantity * unit_price"), true),
                    )
                    .primary_key(
                        Index::create()
                            .name("pk-order_line")
                            .col("order_id")
                            .col("line"),
                    )
                    .foreign_key(
                        ForeignKey::create()
                            .name("fk-order_line-order_id")
                            .from("order_line", "order_id")
                            .to("order", "id")
                            .on_delete(ForeignKeyAction::Cascade),
                    )
                    .foreign_key(
                        ForeignKey::create()
                            .name("fk-order_line-product_id")
                            .from("order_line", "product_id")
                            .to("product", "id"),
                    )
                    .to_owned(),
            )
            .await?;
        manager
            .create_index(
                Index::create()
                    .name("idx-order_line-product")
                    .table("order_line")
                    .col("order_id")
                    .col("product_id")
                    .unique()
                    .to_owned(),
            )
            .await?;

        // Create table `payment`.
        manager
            .create_table(
                Table::create()
                    .table("payment")
                    .col(ColumnDef::new("id").uuid().not_null().primary_key())
                    .col(ColumnDef::new("order_id").big_integer().not_null())
                    .col(ColumnDef::new("method").char_len(1).not_null())
                    .col(ColumnDef::new("amount").decimal_len(10, 2).not_null())
                    .col(
                        ColumnDef::new("paid_at")
                            .timestamp_with_time_zone()
                            .not_null(),
                    )
                    .col(ColumnDef::new("reference").string().null())
                    .index(
                        Index::create()
                            .name("uq-payment-reference")
                            .col("reference")
                            .unique(),
                    )
                    .foreign_key(
                        ForeignKey::create()
                            .name("fk-payment-order_id")
                            .from("payment", "order_id")
                            .to("order", "id")
                            .on_delete(ForeignKeyAction::Cascade),
                    )
                    .check(Check::named("ck_payment_amount", Expr::cust("amount <> 0")))
                    .to_owned(),
            )
            .await?;
        manager
            .create_index(
                Index::create()
                    .name("idx-payment-paid_at")
                    .table("payment")
                    .col("paid_at")
                    .to_owned(),
            )
            .await?;

        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // Takes back: create table `payment`.
        manager
            .drop_table(Table::drop().table("payment").to_owned())
            .await?;

        // Takes back: create table `order_line`.
        manager
            .drop_table(Table::drop().table("order_line").to_owned())
            .await?;

        // Takes back: create table `order`.
        manager
            .drop_table(Table::drop().table("order").to_owned())
            .await?;

        // Takes back: create table `newsletter`.
        manager
            .drop_table(Table::drop().table("newsletter").to_owned())
            .await?;

        // Takes back: create table `customer`.
        manager
            .drop_table(Table::drop().table("customer").to_owned())
            .await?;

        Ok(())
    }
}
