//! Create shops and their staff.
//!
//! Revision: m20260902_090000_create_shops_and_their_staff
//! Follows: m20260901_090000_create_the_catalogue
//! Created: 2026-09-02 09:00:00 UTC
//! Compared with: SQLite
//!
//! Changes:
//! - create table `address`
//! - create table `shop`
//! - create table `staff`

use plimsoll::prelude::*;

plimsoll::revision! {
    id: "m20260902_090000_create_shops_and_their_staff",
    parents: ["m20260901_090000_create_the_catalogue"],
}

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // Create table `address`.
        manager
            .create_table(
                Table::create()
                    .table("address")
                    .col(
                        ColumnDef::new("id")
                            .big_integer()
                            .not_null()
                            .auto_increment()
                            .primary_key(),
                    )
                    .col(ColumnDef::new("street").string().not_null())
                    .col(ColumnDef::new("postcode").string_len(16).not_null())
                    .col(ColumnDef::new("city").string().not_null())
                    .col(
                        ColumnDef::new("country")
                            .char_len(2)
                            .not_null()
                            .default("CH"),
                    )
                    .to_owned(),
            )
            .await?;
        manager
            .create_index(
                Index::create()
                    .name("idx-address-postcode")
                    .table("address")
                    .col("postcode")
                    .to_owned(),
            )
            .await?;

        // Create table `shop`.
        manager
            .create_table(
                Table::create()
                    .table("shop")
                    .col(
                        ColumnDef::new("id")
                            .integer()
                            .not_null()
                            .auto_increment()
                            .primary_key(),
                    )
                    .col(ColumnDef::new("name").string().not_null())
                    .col(ColumnDef::new("address_id").big_integer().not_null())
                    .col(ColumnDef::new("opened_on").date().not_null())
                    .col(ColumnDef::new("closed_on").date().null())
                    .col(
                        ColumnDef::new("has_oven")
                            .boolean()
                            .not_null()
                            .default(true),
                    )
                    .index(Index::create().name("uq-shop-name").col("name").unique())
                    .foreign_key(
                        ForeignKey::create()
                            .name("fk-shop-address_id")
                            .from("shop", "address_id")
                            .to("address", "id")
                            .on_delete(ForeignKeyAction::Restrict),
                    )
                    .check(Check::named(
                        "ck_shop_closed_after_opened",
                        Expr::cust("closed_on IS NULL OR closed_on >= opened_on"),
                    ))
                    .to_owned(),
            )
            .await?;

        // Create table `staff`.
        manager
            .create_table(
                Table::create()
                    .table("staff")
                    .col(
                        ColumnDef::new("id")
                            .integer()
                            .not_null()
                            .auto_increment()
                            .primary_key(),
                    )
                    .col(ColumnDef::new("shop_id").integer().null())
                    .col(ColumnDef::new("manager_id").integer().null())
                    .col(ColumnDef::new("name").string().not_null())
                    .col(ColumnDef::new("email").string().not_null())
                    .col(ColumnDef::new("role").string_len(16).not_null())
                    .col(ColumnDef::new("hired_on").date().not_null())
                    .foreign_key(
                        ForeignKey::create()
                            .name("fk-staff-manager_id")
                            .from("staff", "manager_id")
                            .to("staff", "id")
                            .on_delete(ForeignKeyAction::SetNull),
                    )
                    .foreign_key(
                        ForeignKey::create()
                            .name("fk-staff-shop_id")
                            .from("staff", "shop_id")
                            .to("shop", "id")
                            .on_delete(ForeignKeyAction::SetNull)
                            .on_update(ForeignKeyAction::Cascade),
                    )
                    .to_owned(),
            )
            .await?;

        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // Takes back: create table `staff`.
        manager
            .drop_table(Table::drop().table("staff").to_owned())
            .await?;

        // Takes back: create table `shop`.
        manager
            .drop_table(Table::drop().table("shop").to_owned())
            .await?;

        // Takes back: create table `address`.
        manager
            .drop_table(Table::drop().table("address").to_owned())
            .await?;

        Ok(())
    }
}
