//! Operations that a script holds, carried out at their time.

use plimsoll_schema::Change;
use sea_orm::{ConnectionTrait, DbErr};
use sea_orm_migration::SchemaManager;

use crate::operation::Apply as _;

/// The statements that carry out an operation on the database as it is; none where there is nothing to do.
pub(super) async fn statements(
    connection: &impl ConnectionTrait,
    change: Change,
) -> Result<Vec<String>, DbErr> {
    let written = crate::operation::written(connection, change).await?;
    Ok(written
        .map(|written| written.statements)
        .unwrap_or_default())
}

/// Carries it out.
pub(super) async fn carry_out(manager: &SchemaManager<'_>, change: Change) -> Result<(), DbErr> {
    manager.apply(change).await
}
