//! Create the catalogue.
//!
//! Revision: m20260901_090000_create_the_catalogue
//! Follows: nothing
//! Created: 2026-09-01 09:00:00 UTC
//! Compared with: SQLite
//!
//! Changes:
//! - create table `category`
//! - create table `product`
//! - create table `supplier`
//! - create table `supplier_product`

use plimsoll::prelude::*;

plimsoll::revision! {
    id: "m20260901_090000_create_the_catalogue",
    parents: [],
}

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // Create table `category`.
        manager
            .create_table(
                Table::create()
                    .table("category")
                    .col(
                        ColumnDef::new("id")
                            .integer()
                            .not_null()
                            .auto_increment()
                            .primary_key(),
                    )
                    .col(ColumnDef::new("parent_id").integer().null())
                    .col(ColumnDef::new("name").string_len(80).not_null())
                    .col(
                        ColumnDef::new("sort_order")
                            .small_integer()
                            .not_null()
                            .default(0),
                    )
                    .index(
                        Index::create()
                            .name("uq-category-name")
                            .col("name")
                            .unique(),
                    )
                    .foreign_key(
                        ForeignKey::create()
                            .name("fk-category-parent_id")
                            .from("category", "parent_id")
                            .to("category", "id")
                            .on_delete(ForeignKeyAction::SetNull),
                    )
                    .to_owned(),
            )
            .await?;

        // Create table `product`.
        manager
            .create_table(
                Table::create()
                    .table("product")
                    .col(
                        ColumnDef::new("id")
                            .big_integer()
                            .not_null()
                            .auto_increment()
                            .primary_key(),
                    )
                    .col(ColumnDef::new("sku").string_len(24).not_null())
                    .col(ColumnDef::new("name").string().not_null())
                    .col(ColumnDef::new("description").text().null())
                    .col(ColumnDef::new("category_id").integer().not_null())
                    .col(ColumnDef::new("unit_price").decimal_len(8, 2).not_null())
                    .col(
                        ColumnDef::new("status")
                            .enumeration("product_status", ["draft", "active", "retired"])
                            .not_null()
                            .default("draft"),
                    )
                    .col(ColumnDef::new("vat").small_integer().not_null())
                    .col(ColumnDef::new("label").json().null())
                    .index(Index::create().name("uq-product-sku").col("sku").unique())
                    .foreign_key(
                        ForeignKey::create()
                            .name("fk-product-category_id")
                            .from("product", "category_id")
                            .to("category", "id")
                            .on_delete(ForeignKeyAction::Restrict),
                    )
                    .to_owned(),
            )
            .await?;

        // Create table `supplier`.
        manager
            .create_table(
                Table::create()
                    .table("supplier")
                    .col(
                        ColumnDef::new("id")
                            .integer()
                            .not_null()
                            .auto_increment()
                            .primary_key(),
                    )
                    .col(ColumnDef::new("name").string().not_null())
                    .col(ColumnDef::new("email").string().null())
                    .col(ColumnDef::new("fax").string_len(32).null())
                    .col(
                        ColumnDef::new("created_at")
                            .timestamp_with_time_zone()
                            .not_null()
                            .default(Expr::current_timestamp()),
                    )
                    .index(
                        Index::create()
                            .name("uq-supplier-name")
                            .col("name")
                            .unique(),
                    )
                    .to_owned(),
            )
            .await?;

        // Create table `supplier_product`.
        manager
            .create_table(
                Table::create()
                    .table("supplier_product")
                    .col(ColumnDef::new("supplier_id").integer().not_null())
                    .col(ColumnDef::new("product_id").big_integer().not_null())
                    .col(
                        ColumnDef::new("purchase_price")
                            .decimal_len(8, 2)
                            .not_null(),
                    )
                    .col(
                        ColumnDef::new("lead_time_days")
                            .small_integer()
                            .not_null()
                            .default(7),
                    )
                    .primary_key(
                        Index::create()
                            .name("pk-supplier_product")
                            .col("supplier_id")
                            .col("product_id"),
                    )
                    .foreign_key(
                        ForeignKey::create()
                            .name("fk-supplier_product-product_id")
                            .from("supplier_product", "product_id")
                            .to("product", "id")
                            .on_delete(ForeignKeyAction::Cascade),
                    )
                    .foreign_key(
                        ForeignKey::create()
                            .name("fk-supplier_product-supplier_id")
                            .from("supplier_product", "supplier_id")
                            .to("supplier", "id")
                            .on_delete(ForeignKeyAction::Cascade),
                    )
                    .check(Check::named(
                        "ck_supplier_product_price",
                        Expr::cust("purchase_price >= 0"),
                    ))
                    .to_owned(),
            )
            .await?;

        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // Takes back: create table `supplier_product`.
        manager
            .drop_table(Table::drop().table("supplier_product").to_owned())
            .await?;

        // Takes back: create table `supplier`.
        manager
            .drop_table(Table::drop().table("supplier").to_owned())
            .await?;

        // Takes back: create table `product`.
        manager
            .drop_table(Table::drop().table("product").to_owned())
            .await?;

        // Takes back: create table `category`.
        manager
            .drop_table(Table::drop().table("category").to_owned())
            .await?;

        Ok(())
    }
}
