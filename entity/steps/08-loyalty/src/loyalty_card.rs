//! A customer's card: one each.

use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "loyalty_card")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    #[sea_orm(unique)]
    pub customer_id: i64,
    #[sea_orm(default_value = 0)]
    pub points: i32,
    #[sea_orm(default_value = "crumb")]
    pub tier: Tier,
    #[sea_orm(default_expr = "Expr::current_timestamp()")]
    pub issued_at: DateTimeWithTimeZone,
    #[sea_orm(belongs_to, from = "customer_id", to = "id", on_delete = "Cascade")]
    pub customer: BelongsTo<super::customer::Entity>,
}

/// How loyal somebody is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum)]
#[sea_orm(
    rs_type = "String",
    db_type = "Enum",
    enum_name = "loyalty_tier",
    rename_all = "snake_case"
)]
pub enum Tier {
    Crumb,
    Slice,
    Loaf,
}

impl ActiveModelBehavior for ActiveModel {}

plimsoll_schema::extras!(Entity, |table| {
    table.check("ck_loyalty_card_points", "points >= 0")
});
