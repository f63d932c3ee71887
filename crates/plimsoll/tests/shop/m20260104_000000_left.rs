//! One of two revisions that follow the same one.

use plimsoll::prelude::*;

plimsoll::revision! {
    id: "m20260104_000000_left",
    parents: ["m20260101_000000_create_customer"],
}

pub(crate) struct Left;

impl MigrationName for Left {
    fn name(&self) -> &'static str {
        "m20260104_000000_left"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Left {
    async fn up(&self, _: &SchemaManager) -> Result<(), DbErr> {
        Ok(())
    }

    async fn down(&self, _: &SchemaManager) -> Result<(), DbErr> {
        Ok(())
    }
}
