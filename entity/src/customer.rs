//! Who buys.

use plimsoll_schema::Backend;
use plimsoll_schema::extras::IndexExtra;
use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "customer", comment = "who buys, and has an account")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    #[sea_orm(unique)]
    pub email: String,
    #[sea_orm(indexed)]
    pub full_name: String,
    #[sea_orm(column_type = "String(StringLen::N(32))")]
    pub phone: Option<String>,
    #[sea_orm(default_value = false)]
    pub wants_news: bool,
    pub address_id: Option<i64>,
    #[sea_orm(default_expr = "Expr::current_timestamp()")]
    pub created_at: DateTimeWithTimeZone,
    #[sea_orm(belongs_to, from = "address_id", to = "id", on_delete = "SetNull")]
    pub address: BelongsTo<Option<super::address::Entity>>,
    #[sea_orm(has_one)]
    pub loyalty_card: HasOne<super::loyalty_card::Entity>,
    #[sea_orm(has_many)]
    pub orders: HasMany<super::order::Entity>,
}

impl ActiveModelBehavior for ActiveModel {}

/// Customers write their address in every case; MariaDB compares without regard to it by itself.
fn email_lower() -> IndexExtra {
    IndexExtra::new("ix_customer_email_lower").expression("lower(email)")
}

plimsoll_schema::extras!(Entity, |table| {
    table
        .on(Backend::Postgres, |table| table.index(email_lower()))
        .on(Backend::Sqlite, |table| table.index(email_lower()))
});
