//! Which supplier has which product, and for how much.

use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "supplier_product")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub supplier_id: i32,
    #[sea_orm(primary_key, auto_increment = false)]
    pub product_id: i64,
    #[sea_orm(column_type = "Decimal(Some((8, 2)))")]
    pub purchase_price: Decimal,
    #[sea_orm(default_value = 7)]
    pub lead_time_days: i16,
    #[sea_orm(belongs_to, from = "supplier_id", to = "id", on_delete = "Cascade")]
    pub supplier: BelongsTo<super::supplier::Entity>,
    #[sea_orm(belongs_to, from = "product_id", to = "id", on_delete = "Cascade")]
    pub product: BelongsTo<super::product::Entity>,
}

impl ActiveModelBehavior for ActiveModel {}

plimsoll_schema::extras!(Entity, |table| {
    table.check("ck_supplier_product_price", "purchase_price >= 0")
});
