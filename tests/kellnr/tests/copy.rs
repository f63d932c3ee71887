//! One of kellnr's entities, copied and edited, beside the published others: the edit is planned, proven and carried out, after which
//! nothing is proposed.

use kellnr_entity as published;
use plimsoll_differ::models::{Models, Registry};
use plimsoll_kellnr::takes_a_change;
use plimsoll_schema::{Backend, Catalog, Server};

/// The copy: two fields and an index more, and another action.
mod owner {
    use kellnr_entity::{krate, user};
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "owner")]
    pub(super) struct Model {
        #[sea_orm(primary_key)]
        pub id: i64,
        pub crate_fk: i64,
        pub user_fk: i64,
        #[sea_orm(indexed)]
        pub since: Option<Date>,
        #[sea_orm(default_value = true)]
        pub active: bool,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub(super) enum Relation {
        #[sea_orm(
            belongs_to = "krate::Entity",
            from = "Column::CrateFk",
            to = "krate::Column::Id",
            on_delete = "Cascade"
        )]
        Krate,
        #[sea_orm(
            belongs_to = "user::Entity",
            from = "Column::UserFk",
            to = "user::Column::Id",
            on_delete = "Restrict"
        )]
        User,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// Every published entity but the one that is copied; two of one table could not be told apart.
fn others(registry: Registry) -> Registry {
    registry
        .entity(published::auth_token::Entity)
        .entity(published::crate_author::Entity)
        .entity(published::crate_author_to_crate::Entity)
        .entity(published::crate_category::Entity)
        .entity(published::crate_category_to_crate::Entity)
        .entity(published::crate_dependency::Entity)
        .entity(published::crate_group::Entity)
        .entity(published::crate_index::Entity)
        .entity(published::crate_keyword::Entity)
        .entity(published::crate_keyword_to_crate::Entity)
        .entity(published::crate_meta::Entity)
        .entity(published::crate_user::Entity)
        .entity(published::cratesio_crate::Entity)
        .entity(published::cratesio_index::Entity)
        .entity(published::cratesio_meta::Entity)
        .entity(published::doc_queue::Entity)
        .entity(published::group::Entity)
        .entity(published::group_user::Entity)
        .entity(published::krate::Entity)
        .entity(published::oauth2_identity::Entity)
        .entity(published::oauth2_state::Entity)
        .entity(published::session::Entity)
        .entity(published::toolchain::Entity)
        .entity(published::toolchain_component::Entity)
        .entity(published::toolchain_target::Entity)
        .entity(published::user::Entity)
        .entity(published::webhook::Entity)
        .entity(published::webhook_queue::Entity)
}

fn before_and_after(server: &Server) -> (Catalog, Catalog) {
    let read = |models: Result<Models, _>| models.expect("the entities are read").catalog;
    (
        read(Models::from_entities(server, |registry| {
            others(registry).entity(published::owner::Entity)
        })),
        read(Models::from_entities(server, |registry| {
            others(registry).entity(owner::Entity)
        })),
    )
}

#[tokio::test]
async fn sqlite() {
    if let Some(planned) = takes_a_change(Backend::Sqlite, before_and_after).await {
        insta::assert_snapshot!(planned, @"alter table `owner`: drop foreign key (user_fk), add column `since`, add column `active`, create index `idx-owner-since`, add foreign key (user_fk)");
    }
}

#[tokio::test]
async fn postgres() {
    if let Some(planned) = takes_a_change(Backend::Postgres, before_and_after).await {
        insta::assert_snapshot!(planned, @r"
        drop foreign key `user_fk` on table `owner`
        alter table `owner`: add column `since`, add column `active`, create index `idx-owner-since`
        add foreign key `user_fk` on table `owner`
        ");
    }
}
