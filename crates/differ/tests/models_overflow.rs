//! Two entities that point at each other with `has_many`: SeaORM recurses without end when it reads one of them.

#![expect(
    unreachable_pub,
    reason = "entities are written as in a crate of their own"
)]

use std::process::ExitCode;

use plimsoll_differ::models::{ModelsError, Options, read_in_child, run_if_child};
use plimsoll_schema::Server;

mod baker {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "baker")]
    pub struct Model {
        #[sea_orm(primary_key)]
        pub id: i32,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {
        #[sea_orm(has_many = "super::cake::Entity")]
        Cake,
    }

    impl Related<super::cake::Entity> for Entity {
        fn to() -> RelationDef {
            Relation::Cake.def()
        }
    }

    impl ActiveModelBehavior for ActiveModel {}
}

mod cake {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "cake")]
    pub struct Model {
        #[sea_orm(primary_key)]
        pub id: i32,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {
        #[sea_orm(has_many = "super::baker::Entity")]
        Baker,
    }

    impl Related<super::baker::Entity> for Entity {
        fn to() -> RelationDef {
            Relation::Baker.def()
        }
    }

    impl ActiveModelBehavior for ActiveModel {}
}

fn main() -> ExitCode {
    if let Some(code) = run_if_child() {
        return code;
    }
    let expected = ModelsError::Overflowed {
        module: "models_overflow::baker".into(),
    };
    assert_eq!(
        read_in_child(&Server::sqlite(), &Options::default()),
        Err(expected)
    );
    println!("test the_entity_that_overflows_is_named ... ok");
    ExitCode::SUCCESS
}
