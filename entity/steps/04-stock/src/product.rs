//! What is baked, or bought to be sold.

use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "product", comment = "what is sold")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    #[sea_orm(
        unique,
        column_type = "String(StringLen::N(24))",
        comment = "printed on the shelf"
    )]
    pub sku: String,
    #[sea_orm(indexed)]
    pub name: String,
    #[sea_orm(column_type = "Text")]
    pub description: Option<String>,
    pub category_id: i32,
    #[sea_orm(column_type = "Decimal(Some((8, 2)))")]
    pub unit_price: Decimal,
    #[sea_orm(default_value = "draft")]
    pub status: Status,
    pub vat: Vat,
    pub weight_grams: Option<i32>,
    /// Allergens and the like, as the label printer wants them.
    pub label: Option<Json>,
    #[sea_orm(belongs_to, from = "category_id", to = "id", on_delete = "Restrict")]
    pub category: BelongsTo<super::category::Entity>,
    #[sea_orm(has_many, via = "supplier_product")]
    pub suppliers: HasMany<super::supplier::Entity>,
}

/// How far a product is on its way through the shop.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum)]
#[sea_orm(
    rs_type = "String",
    db_type = "Enum",
    enum_name = "product_status",
    rename_all = "snake_case"
)]
pub enum Status {
    Draft,
    Active,
    Retired,
}

/// The class a product is taxed in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "i16", db_type = "SmallInteger")]
pub enum Vat {
    #[sea_orm(num_value = 0)]
    Exempt,
    #[sea_orm(num_value = 1)]
    Reduced,
    #[sea_orm(num_value = 2)]
    Standard,
}

impl ActiveModelBehavior for ActiveModel {}
