//! The published crates of kellnr: their migrations are run, then their models are compared with what came out. Nothing is proposed;
//! and what is then changed in the models is planned, proven and carried out, after which nothing is proposed again.

use kellnr_entity as _;
use plimsoll_differ::models;
use plimsoll_kellnr::{close, compared, inspected, migrated, takes_a_change};
use plimsoll_schema::{
    Action, Backend, Catalog, Column, ColumnType, Index, Literal, Server, Table, Value,
};

/// What the entities state that are linked in.
fn stated(server: &Server) -> Catalog {
    models::read(server, &models::Options::default())
        .expect("the entities are read")
        .catalog
}

fn before_and_after(server: &Server) -> (Catalog, Catalog) {
    let models = stated(server);
    let edited = changed(&models);
    (models, edited)
}

async fn proposes_nothing(backend: Backend) {
    let Some(scratch) = migrated(backend).await else {
        return;
    };
    let inspection = inspected(&scratch).await;
    let found = compared(&scratch, &inspection, &stated(&inspection.server), None).await;
    for note in &found.notes {
        eprintln!("{}: {}", note.severity, note.message);
    }
    assert_eq!(found.changes, vec![]);
    assert_eq!(found.ambiguities, vec![]);
    assert!(found.current.tables.len() >= 28, "kellnr has 28 tables");
    close(scratch).await;
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
    if let Some(planned) = takes_a_change(Backend::Sqlite, before_and_after).await {
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
    if let Some(planned) = takes_a_change(Backend::Postgres, before_and_after).await {
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
