//! An order, at the counter or ahead of time.

use plimsoll_schema::Backend;
use plimsoll_schema::extras::IndexExtra;
use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "order")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    /// Nobody at the counter.
    pub customer_id: Option<i64>,
    pub shop_id: i32,
    #[sea_orm(default_value = "open")]
    pub status: Status,
    #[sea_orm(default_expr = "Expr::current_timestamp()")]
    pub placed_at: DateTimeWithTimeZone,
    pub pick_up_at: Option<DateTimeWithTimeZone>,
    #[sea_orm(column_type = "Text")]
    pub note: Option<String>,
    #[sea_orm(belongs_to, from = "customer_id", to = "id", on_delete = "SetNull")]
    pub customer: BelongsTo<Option<super::customer::Entity>>,
    #[sea_orm(belongs_to, from = "shop_id", to = "id", on_delete = "Restrict")]
    pub shop: BelongsTo<super::shop::Entity>,
    #[sea_orm(has_many)]
    pub lines: HasMany<super::order_line::Entity>,
    #[sea_orm(has_many)]
    pub payments: HasMany<super::payment::Entity>,
}

/// How far an order is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum)]
#[sea_orm(
    rs_type = "String",
    db_type = "Enum",
    enum_name = "order_status",
    rename_all = "snake_case"
)]
pub enum Status {
    Open,
    Baked,
    PickedUp,
    Cancelled,
    Refunded,
}

impl ActiveModelBehavior for ActiveModel {}

/// What the oven still has to see.
fn open_orders() -> IndexExtra {
    IndexExtra::on("ix_order_open", ["shop_id", "pick_up_at"]).where_("status = 'open'")
}

plimsoll_schema::extras!(Entity, |table| {
    table
        .index(IndexExtra::on("ix_order_shop_placed", ["shop_id", "placed_at"]).desc("placed_at"))
        .on(Backend::Postgres, |table| table.index(open_orders()))
        .on(Backend::Sqlite, |table| table.index(open_orders()))
});
