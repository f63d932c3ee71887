//! Plans on a database that people made by hand: proven, on a scratch database, with every fact that models cannot say.

use plimsoll_schema::{Backend, Catalog, Server, Table};

use super::changes::START;
use super::*;
use crate::compare::{Answers, Forms, Input, Manage};
use crate::normalise::settle;
use crate::plan::plan;
use crate::prove::prove;
use crate::scratch::Scratch;

/// What models say of the database: everything but the facts they have no words for.
fn stated(live: &Catalog) -> Catalog {
    let mut models = live.clone();
    for table in models.tables.values_mut() {
        table.triggers.clear();
        table.checks.clear();
        table.indexes.clear();
        table.options = plimsoll_schema::TableOptions::default();
        for column in &mut table.columns {
            column.default = None;
            column.collation = None;
        }
    }
    models
}

async fn proven(edit: impl FnOnce(&mut Table)) -> Vec<String> {
    proven_on(START, edit).await
}

async fn proven_on(start: &[&str], edit: impl FnOnce(&mut Table)) -> Vec<String> {
    let db = database().await;
    run(&db, start).await;
    let found = inspect(&db, &Scope::default()).await.unwrap();
    let last = stated(&found.catalog);
    let mut now = last.clone();
    edit(now.tables.get_mut(&"t".into()).unwrap());
    let server = Server::sqlite();
    let (answers, forms) = (Answers::default(), Forms::new());
    let input = Input {
        server: &server,
        now: &now,
        last: Some(&last),
        live: &found.catalog,
        manage: Manage::Stated,
        answers: &answers,
        forms: &forms,
    };
    let diff = settle(&db, &input).await;
    let plan = plan(&server, &diff.current, &diff.changes).unwrap();
    assert!(!plan.is_empty());
    assert_eq!(plan.server.backend, Backend::Sqlite);
    let scratch = Scratch::create("sqlite::memory:", &server).await.unwrap();
    prove(&scratch.db, &plan, &diff, &now, Manage::Stated)
        .await
        .unwrap();
    plan.up().map(str::to_owned).collect()
}

#[tokio::test]
async fn nothing_to_do_is_nothing() {
    let db = database().await;
    run(&db, START).await;
    let live = catalog(&db).await;
    let now = stated(&live);
    let (answers, forms) = (Answers::default(), Forms::new());
    let input = Input {
        server: &Server::sqlite(),
        now: &now,
        last: None,
        live: &live,
        manage: Manage::Stated,
        answers: &answers,
        forms: &forms,
    };
    assert_eq!(settle(&db, &input).await.changes, []);
}

#[tokio::test]
async fn a_column_becomes_required() {
    let sql = proven(|table| table.column_mut("note").unwrap().nullable = false).await;
    assert!(sql.iter().any(|sql| sql.starts_with("CREATE TRIGGER")));
}

#[tokio::test]
async fn a_foreign_key_goes() {
    proven(|table| table.foreign_keys.retain(|key| key.ref_table == table.name)).await;
    proven(|table| table.foreign_keys.clear()).await;
}

#[tokio::test]
async fn a_column_goes_with_what_stands_on_it() {
    proven(|table| {
        table
            .columns
            .retain(|column| column.name != "qty" && column.name != "total");
    })
    .await;
}

#[tokio::test]
async fn a_column_is_renamed() {
    let sql = proven(|table| {
        let column = table.column_mut("qty").unwrap();
        column.renamed_from = Some("qty".into());
        column.name = "quantity".into();
        column.nullable = false;
        for column in &mut table.columns {
            if let Some(generated) = &mut column.generated {
                generated.expression = "quantity * 2".into();
            }
        }
    })
    .await;
    assert!(sql[0].contains("RENAME COLUMN"), "{sql:#?}");
}

/// Names of constraints, some said and some not, and a key that says its own.
const BY_HAND: &[&str] = &[
    "CREATE TABLE p (a INT, b INT, PRIMARY KEY (a, b))",
    "CREATE TABLE t (id INTEGER NOT NULL CONSTRAINT pk_hand PRIMARY KEY AUTOINCREMENT, a INT UNIQUE, b INT, note TEXT, \
        CONSTRAINT fk_hand FOREIGN KEY (a, b) REFERENCES p)",
];

#[tokio::test]
async fn names_do_not_stand_in_the_way() {
    let unnamed = BY_HAND[1].replace("CONSTRAINT pk_hand ", "");
    for start in [BY_HAND, &[BY_HAND[0], &unnamed]] {
        proven_on(start, |table| {
            table.column_mut("note").unwrap().nullable = false;
        })
        .await;
        proven_on(start, |table| table.foreign_keys.clear()).await;
        proven_on(start, |table| table.uniques.clear()).await;
    }
}
