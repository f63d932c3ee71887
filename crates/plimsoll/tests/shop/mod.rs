//! A shop's revisions, and the model they lead to.
#![allow(dead_code, reason = "not every test program asks for all of it")]

use plimsoll::prelude::*;

mod m20260104_000000_left;
mod m20260104_000000_right;

pub(crate) mod customer {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "customer")]
    pub(crate) struct Model {
        #[sea_orm(primary_key)]
        pub(crate) id: i32,
        pub(crate) email: Option<String>,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

pub(crate) const CUSTOMER: &str = "m20260101_000000_create_customer";
pub(crate) const EMAIL: &str = "m20260102_000000_add_email";

/// What a revision does.
type Step = fn(bool) -> Vec<Statement>;

/// A statement of sea-query.
pub(crate) enum Statement {
    Create(Box<sea_orm_migration::prelude::TableCreateStatement>),
    Alter(sea_orm_migration::prelude::TableAlterStatement),
    Drop(sea_orm_migration::prelude::TableDropStatement),
    Sql(&'static str),
}

pub(crate) struct Revision(pub(crate) &'static str, pub(crate) Step);

impl MigrationName for Revision {
    fn name(&self) -> &str {
        self.0
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Revision {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run(manager, (self.1)(true)).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run(manager, (self.1)(false)).await
    }
}

async fn run(manager: &SchemaManager<'_>, statements: Vec<Statement>) -> Result<(), DbErr> {
    for statement in statements {
        match statement {
            Statement::Create(table) => manager.create_table(*table).await?,
            Statement::Alter(table) => manager.alter_table(table).await?,
            Statement::Drop(table) => manager.drop_table(table).await?,
            Statement::Sql(sql) => {
                manager.get_connection().execute_unprepared(sql).await?;
            }
        }
    }
    Ok(())
}

pub(crate) fn customer(up: bool) -> Vec<Statement> {
    let id = ColumnDef::new("id")
        .integer()
        .not_null()
        .auto_increment()
        .primary_key()
        .take();
    vec![if up {
        Statement::Create(Box::new(Table::create().table("customer").col(id).take()))
    } else {
        Statement::Drop(Table::drop().table("customer").take())
    }]
}

pub(crate) fn email(up: bool) -> Vec<Statement> {
    let email = ColumnDef::new("email").string().null().take();
    let mut table = Table::alter().table("customer").take();
    vec![Statement::Alter(if up {
        table.add_column(email).take()
    } else {
        table.drop_column("email").take()
    })]
}

/// Both revisions.
pub(crate) struct Shop;

#[async_trait::async_trait]
impl MigratorTrait for Shop {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(Revision(CUSTOMER, customer)),
            Box::new(Revision(EMAIL, email)),
        ]
    }
}

/// The first of them: the shop's version of last year.
pub(crate) struct Old;

#[async_trait::async_trait]
impl MigratorTrait for Old {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![Box::new(Revision(CUSTOMER, customer))]
    }
}

/// The second revision, and one of another line.
pub(crate) struct Other;

#[async_trait::async_trait]
impl MigratorTrait for Other {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(Revision(CUSTOMER, customer)),
            Box::new(Revision("m20260103_000000_other", |_| Vec::new())),
        ]
    }
}

/// Two heads.
pub(crate) struct Forked;

#[async_trait::async_trait]
impl MigratorTrait for Forked {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(Revision(CUSTOMER, customer)),
            Box::new(m20260104_000000_left::Left),
            Box::new(m20260104_000000_right::Right),
        ]
    }
}

/// One of the two lines.
pub(crate) struct Line;

#[async_trait::async_trait]
impl MigratorTrait for Line {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(Revision(CUSTOMER, customer)),
            Box::new(m20260104_000000_left::Left),
        ]
    }
}

/// The same, and what follows it.
pub(crate) struct Longer;

#[async_trait::async_trait]
impl MigratorTrait for Longer {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(Revision(CUSTOMER, customer)),
            Box::new(m20260104_000000_left::Left),
            Box::new(Revision(EMAIL, email)),
        ]
    }
}
