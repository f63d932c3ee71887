//! Money for an order.

use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "payment")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub order_id: i64,
    pub method: Method,
    #[sea_orm(column_type = "Decimal(Some((10, 2)))")]
    pub amount: Decimal,
    #[sea_orm(indexed)]
    pub paid_at: DateTimeWithTimeZone,
    #[sea_orm(unique, comment = "the card company's number")]
    pub reference: Option<String>,
    #[sea_orm(belongs_to, from = "order_id", to = "id", on_delete = "Cascade")]
    pub order: BelongsTo<super::order::Entity>,
}

/// By what means somebody pays.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "Char(Some(1))")]
pub enum Method {
    #[sea_orm(string_value = "c")]
    Cash,
    #[sea_orm(string_value = "d")]
    Card,
    #[sea_orm(string_value = "v")]
    Voucher,
}

impl ActiveModelBehavior for ActiveModel {}

plimsoll_schema::extras!(Entity, |table| {
    table.check("ck_payment_amount", "amount <> 0")
});
