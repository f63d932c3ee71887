//! A shop of the chain.

use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "shop")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i32,
    #[sea_orm(unique)]
    pub name: String,
    pub address_id: i64,
    pub opened_on: Date,
    pub closed_on: Option<Date>,
    #[sea_orm(default_value = true)]
    pub has_oven: bool,
    #[sea_orm(belongs_to, from = "address_id", to = "id", on_delete = "Restrict")]
    pub address: BelongsTo<super::address::Entity>,
    #[sea_orm(has_many)]
    pub staff: HasMany<super::staff::Entity>,
}

impl ActiveModelBehavior for ActiveModel {}

plimsoll_schema::extras!(Entity, |table| {
    table.check(
        "ck_shop_closed_after_opened",
        "closed_on IS NULL OR closed_on >= opened_on",
    )
});
