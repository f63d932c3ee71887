//! One of two revisions that follow the same one.

use plimsoll::prelude::*;

plimsoll::revision! {
    id: "m20260104_000000_right",
    parents: ["m20260101_000000_create_customer"],
}

pub(crate) struct Right;

impl MigrationName for Right {
    fn name(&self) -> &'static str {
        "m20260104_000000_right"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Right {
    async fn up(&self, _: &SchemaManager) -> Result<(), DbErr> {
        Ok(())
    }

    async fn down(&self, _: &SchemaManager) -> Result<(), DbErr> {
        Ok(())
    }
}
