//! Who stands where, and when.

use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "shift")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    #[sea_orm(unique_key = "staff_start")]
    pub staff_id: i32,
    pub shop_id: i32,
    #[sea_orm(unique_key = "staff_start")]
    pub starts_at: DateTime,
    pub ends_at: DateTime,
    #[sea_orm(default_value = 30)]
    pub break_minutes: i16,
    #[sea_orm(belongs_to, from = "staff_id", to = "id", on_delete = "Cascade")]
    pub staff: BelongsTo<super::staff::Entity>,
    #[sea_orm(belongs_to, from = "shop_id", to = "id", on_delete = "Cascade")]
    pub shop: BelongsTo<super::shop::Entity>,
}

impl ActiveModelBehavior for ActiveModel {}

plimsoll_schema::extras!(Entity, |table| {
    table.check("ck_shift_ends_after_it_starts", "ends_at > starts_at")
});
