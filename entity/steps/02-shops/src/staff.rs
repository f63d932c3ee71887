//! Who works for the chain.

use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "staff")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i32,
    /// Nobody for the head office.
    pub shop_id: Option<i32>,
    pub manager_id: Option<i32>,
    pub name: String,
    pub email: String,
    pub role: Role,
    pub hired_on: Date,
    #[sea_orm(
        belongs_to,
        from = "shop_id",
        to = "id",
        on_delete = "SetNull",
        on_update = "Cascade"
    )]
    pub shop: BelongsTo<Option<super::shop::Entity>>,
    #[sea_orm(
        self_ref,
        relation_enum = "Manager",
        from = "manager_id",
        to = "id",
        on_delete = "SetNull"
    )]
    pub manager: BelongsTo<Option<Entity>>,
}

/// What somebody does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum)]
#[sea_orm(
    rs_type = "String",
    db_type = "String(StringLen::N(16))",
    rename_all = "snake_case"
)]
pub enum Role {
    Baker,
    Clerk,
    Driver,
    Manager,
}

impl ActiveModelBehavior for ActiveModel {}
