//! The tree that products hang in: bread, sourdough, rye …

use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "category", comment = "the tree that products hang in")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i32,
    /// A category that loses its parent becomes a root.
    pub parent_id: Option<i32>,
    #[sea_orm(unique, column_type = "String(StringLen::N(80))")]
    pub name: String,
    #[sea_orm(default_value = 0)]
    pub sort_order: i16,
    #[sea_orm(
        self_ref,
        relation_enum = "Parent",
        from = "parent_id",
        to = "id",
        on_delete = "SetNull"
    )]
    pub parent: BelongsTo<Option<Entity>>,
    #[sea_orm(has_many)]
    pub products: HasMany<super::product::Entity>,
}

impl ActiveModelBehavior for ActiveModel {}
