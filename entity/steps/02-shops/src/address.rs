//! Where shops are, and customers.

use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "address")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub street: String,
    #[sea_orm(indexed, column_type = "String(StringLen::N(16))")]
    pub postcode: String,
    pub city: String,
    #[sea_orm(column_type = "Char(Some(2))", default_value = "CH")]
    pub country: String,
}

impl ActiveModelBehavior for ActiveModel {}
