//! A line of an order.

use plimsoll_schema::{Column as Extra, ColumnType, Generated};
use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "order_line")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false, unique_key = "product")]
    pub order_id: i64,
    #[sea_orm(primary_key, auto_increment = false)]
    pub line: i16,
    #[sea_orm(unique_key = "product")]
    pub product_id: i64,
    pub quantity: i32,
    #[sea_orm(
        column_type = "Decimal(Some((8, 2)))",
        comment = "as it was when ordered"
    )]
    pub unit_price: Decimal,
    #[sea_orm(belongs_to, from = "order_id", to = "id", on_delete = "Cascade")]
    pub order: BelongsTo<super::order::Entity>,
    #[sea_orm(belongs_to, from = "product_id", to = "id", on_delete = "NoAction")]
    pub product: BelongsTo<super::product::Entity>,
}

impl ActiveModelBehavior for ActiveModel {}

/// What reports add up; the entity has no field of it, because no row is written with one.
fn total() -> Extra {
    let mut total = Extra::new("total", ColumnType::Decimal(Some((12, 2)))).null();
    total.generated = Some(Generated {
        expression: "quantity * unit_price".into(),
        stored: true,
    });
    total
}

plimsoll_schema::extras!(Entity, |table| {
    table
        .column(total())
        .check("ck_order_line_quantity", "quantity > 0")
});
