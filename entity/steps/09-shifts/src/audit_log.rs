//! Who changed what.

use plimsoll_schema::extras::IndexExtra;
use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(
    table_name = "audit_log",
    comment = "written by the application, never changed"
)]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    /// Stays when somebody leaves.
    pub staff_id: Option<i32>,
    #[sea_orm(default_expr = "Expr::current_timestamp()")]
    pub happened_at: DateTimeWithTimeZone,
    #[sea_orm(column_type = "String(StringLen::N(64))")]
    pub subject: String,
    #[sea_orm(column_type = "String(StringLen::N(64))")]
    pub subject_key: String,
    #[sea_orm(column_type = "JsonBinary")]
    pub change: Json,
    pub digest: Option<Vec<u8>>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    #[sea_orm(
        belongs_to = "super::staff::Entity",
        from = "Column::StaffId",
        to = "super::staff::Column::Id",
        on_delete = "SetNull"
    )]
    Staff,
}

impl Related<super::staff::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::Staff.def()
    }
}

impl ActiveModelBehavior for ActiveModel {}

plimsoll_schema::extras!(Entity, |table| {
    table.index(
        IndexExtra::on(
            "ix_audit_log_subject",
            ["subject", "subject_key", "happened_at"],
        )
        .desc("happened_at"),
    )
});
