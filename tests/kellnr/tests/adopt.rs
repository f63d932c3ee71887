//! The published crates of kellnr: their migrations are run, then their models are compared with what came out. Nothing is proposed;
//! and what is then changed in the models is planned, proven and carried out, after which nothing is proposed again.

use kellnr_entity as _;
use kellnr_migration::Migrator;
use plimsoll_differ::compare::{Answers, Diff, Forms, Input, Manage};
use plimsoll_differ::inspect::{Inspection, Scope, inspect};
use plimsoll_differ::models;
use plimsoll_differ::normalise::settle;
use plimsoll_differ::plan::plan;
use plimsoll_differ::prove::prove;
use plimsoll_schema::{Action, Backend, Catalog, Column, ColumnType, Index, Literal, Table, Value};
use plimsoll_testkit::servers::{self, Scratch};
use sea_orm_migration::MigratorTrait;

/// A database as kellnr's migrations leave it; none where the run does not require the server.
async fn migrated(backend: Backend) -> Option<Scratch> {
    if !servers::required()
        .expect("PLIMSOLL_TEST_SERVERS is read")
        .contains(&backend)
    {
        return None;
    }
    let scratch = Scratch::create(backend)
        .await
        .expect("there is a scratch database");
    Migrator::up(&scratch.db, None)
        .await
        .expect("kellnr migrates");
    Some(scratch)
}

async fn inspected(scratch: &Scratch) -> Inspection {
    let scope = Scope {
        ignore: vec!["seaql_migrations".into()],
        ..Scope::default()
    };
    inspect(&scratch.db, &scope)
        .await
        .expect("the database is read")
}

fn stated(inspection: &Inspection) -> Catalog {
    models::read(&inspection.server, &models::Options::default())
        .expect("the entities are read")
        .catalog
}

async fn compared(
    scratch: &Scratch,
    inspection: &Inspection,
    now: &Catalog,
    last: Option<&Catalog>,
) -> Diff {
    settle(
        &scratch.db,
        &Input {
            server: &inspection.server,
            now,
            last,
            live: &inspection.catalog,
            manage: Manage::Stated,
            answers: &Answers::default(),
            forms: &Forms::new(),
        },
    )
    .await
}

async fn proposes_nothing(backend: Backend) {
    let Some(scratch) = migrated(backend).await else {
        return;
    };
    let inspection = inspected(&scratch).await;
    let found = compared(&scratch, &inspection, &stated(&inspection), None).await;
    for note in &found.notes {
        eprintln!("{}: {}", note.severity, note.message);
    }
    assert_eq!(found.changes, vec![]);
    assert_eq!(found.ambiguities, vec![]);
    assert!(found.current.tables.len() >= 28, "kellnr has 28 tables");
    close(scratch).await;
}

/// What was planned, in words; none where the run does not require the server.
async fn takes_a_change(backend: Backend) -> Option<String> {
    let scratch = migrated(backend).await?;
    let before = inspected(&scratch).await;
    let last = stated(&before);
    let now = changed(&last);
    let found = compared(&scratch, &before, &now, Some(&last)).await;
    assert_eq!(found.ambiguities, vec![]);
    let planned =
        plan(&before.server, &found.current, &found.changes).expect("the change is planned");
    let steps: Vec<&str> = planned.steps.iter().map(|step| &*step.summary).collect();
    let summary = steps.join("\n");

    let aside = Scratch::create(backend)
        .await
        .expect("there is a second scratch database");
    prove(&aside.db, &planned, &found, &now, Manage::Stated)
        .await
        .expect("the plan is proven");
    close(aside).await;

    if backend == Backend::Sqlite {
        run(&scratch, "PRAGMA foreign_keys = OFF").await;
    }
    for statement in planned.up() {
        run(&scratch, statement).await;
    }
    let after = inspected(&scratch).await;
    let again = compared(&scratch, &after, &now, Some(&now)).await;
    assert_eq!(again.changes, vec![]);
    // Also for one who adopts what came out, without knowing what was stated.
    let again = compared(&scratch, &after, &now, None).await;
    assert_eq!(again.changes, vec![]);
    close(scratch).await;
    Some(summary)
}

/// The models as somebody might go on with them: columns and indexes more, a type and an action other, a column and tables gone.
fn changed(models: &Catalog) -> Catalog {
    let mut now = models.clone();
    let owner = table(&mut now, "owner");
    owner.columns.push(Column {
        nullable: true,
        ..Column::new("since", ColumnType::Date)
    });
    owner.columns.push(Column {
        default: Some(Value::Literal(Literal::Bool(true))),
        ..Column::new("active", ColumnType::Boolean)
    });
    owner
        .indexes
        .push(Index::on("idx-owner-since", &["since".to_owned()]));
    // The migrations made this one already, under a name of theirs.
    let pair = ["crate_fk".to_owned(), "user_fk".to_owned()];
    owner.indexes.push(Index {
        unique: true,
        ..Index::on("idx-owner-pair", &pair)
    });
    for key in &mut owner.foreign_keys {
        if key.columns == ["user_fk"] {
            key.on_delete = Some(Action::Restrict);
        }
    }
    let target = table(&mut now, "toolchain_target");
    target.columns.retain(|column| column.name != "hash");
    for column in &mut target.columns {
        if column.name == "status" {
            column.ty = ColumnType::Varchar(Some(40));
        }
    }
    let webhooks = |table: &Table| table.name.name.starts_with("webhook");
    now.tables.retain(|_, table| !webhooks(table));
    now
}

fn table<'a>(catalog: &'a mut Catalog, name: &str) -> &'a mut Table {
    catalog
        .tables
        .values_mut()
        .find(|table| table.name.name == name)
        .expect("kellnr has the table")
}

async fn run(scratch: &Scratch, sql: &str) {
    scratch
        .run(sql)
        .await
        .unwrap_or_else(|error| panic!("{error}\n{sql}"));
}

async fn close(scratch: Scratch) {
    scratch
        .close()
        .await
        .expect("the scratch database is dropped");
}

#[tokio::test]
async fn sqlite() {
    proposes_nothing(Backend::Sqlite).await;
}

#[tokio::test]
async fn postgres() {
    proposes_nothing(Backend::Postgres).await;
}

#[tokio::test]
async fn a_change_on_sqlite() {
    if let Some(planned) = takes_a_change(Backend::Sqlite).await {
        insta::assert_snapshot!(planned, @r"
        alter table `owner`: drop foreign key (user_fk), add column `since`, add column `active`, create index `idx-owner-since`, add foreign key (user_fk)
        alter table `toolchain_target`: change the type of column `status`, drop column `hash`
        drop table `webhook_queue`
        drop table `webhook`
        ");
    }
}

#[tokio::test]
async fn a_change_on_postgres() {
    if let Some(planned) = takes_a_change(Backend::Postgres).await {
        insta::assert_snapshot!(planned, @r"
        drop foreign key `user_fk` on table `owner`
        alter table `owner`: add column `since`, add column `active`, create index `idx-owner-since`
        alter table `toolchain_target`: change the type of column `status`, drop column `hash`
        add foreign key `user_fk` on table `owner`
        drop table `webhook_queue`
        drop table `webhook`
        ");
    }
}
