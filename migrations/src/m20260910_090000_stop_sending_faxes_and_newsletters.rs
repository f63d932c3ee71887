//! Stop sending faxes and newsletters.
//!
//! Revision: m20260910_090000_stop_sending_faxes_and_newsletters
//! Follows: m20260909_090000_plan_shifts_and_keep_an_audit_log
//! Created: 2026-09-10 09:00:00 UTC
//! Compared with: SQLite
//!
//! Changes:
//! - drop column `fax` on table `supplier`
//! - drop table `newsletter`

use plimsoll::prelude::*;

plimsoll::revision! {
    id: "m20260910_090000_stop_sending_faxes_and_newsletters",
    parents: ["m20260909_090000_plan_shifts_and_keep_an_audit_log"],
}

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // Drop column `fax` on table `supplier`.
        // warning[D102]: dropping column `supplier.fax` deletes its data; `down` brings it back
        //   empty
        // help: if it was renamed, put #[sea_orm(renamed_from = "fax")] on the new field
        manager
            .alter_table(
                Table::alter()
                    .table("supplier")
                    .drop_column("fax")
                    .to_owned(),
            )
            .await?;

        // Drop table `newsletter`.
        // warning[D101]: dropping table `newsletter` deletes its rows; `down` brings it back empty
        // help: if it was renamed, state the old name: `--rename newsletter=NEW_NAME`, or
        //   `renamed_from` in `extras!`
        manager
            .drop_table(Table::drop().table("newsletter").to_owned())
            .await?;

        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // Takes back: drop table `newsletter`.
        manager
            .create_table(
                Table::create()
                    .table("newsletter")
                    .col(ColumnDef::new("id").uuid().not_null().primary_key())
                    .col(ColumnDef::new("email").string().not_null())
                    .col(
                        ColumnDef::new("is_confirmed")
                            .boolean()
                            .not_null()
                            .default(false),
                    )
                    .index(
                        Index::create()
                            .name("uq-newsletter-email")
                            .col("email")
                            .unique(),
                    )
                    .to_owned(),
            )
            .await?;

        // Takes back: drop column `fax` on table `supplier`.
        manager
            .alter_table(
                Table::alter()
                    .table("supplier")
                    .add_column(ColumnDef::new("fax").string_len(32).null())
                    .to_owned(),
            )
            .await?;

        Ok(())
    }
}
