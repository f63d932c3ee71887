//! Expressions that the server is asked about: all tables at once, one bad one beside good ones, and no trace of it.

use plimsoll_schema::{Catalog, Check, Column, ColumnType, Table, Value};
use sea_orm::ConnectionTrait;

use super::read;
use super::scratch::Scratch;
use crate::compare::{Answers, Diff, Forms, Input, Manage};
use crate::inspect::Inspection;
use crate::normalise::settle;

fn table(name: &str, check: &str) -> Table {
    let mut table = Table::new(name);
    table.columns = vec![
        Column::new("n", ColumnType::INTEGER).null(),
        Column::new("s", ColumnType::Varchar(Some(9))).null(),
    ];
    table.checks = vec![Check {
        name: Some(format!("ck_{name}")),
        expression: check.into(),
        ..Check::default()
    }];
    table
}

async fn compared(scratch: &Scratch, found: &Inspection, models: &Catalog) -> Diff {
    let (answers, forms) = (Answers::default(), Forms::new());
    let input = Input {
        server: &found.server,
        now: models,
        last: None,
        live: &found.catalog,
        manage: Manage::Stated,
        answers: &answers,
        forms: &forms,
    };
    settle(&scratch.db, &input).await
}

const TABLES: &str = "
    CREATE TABLE a (n integer, s varchar(9), CONSTRAINT ck_a CHECK (n BETWEEN 1 AND 10 AND s IN ('x', 'y')));
    CREATE TABLE b (n integer, s varchar(9), CONSTRAINT ck_b CHECK (n > 0));
    CREATE TABLE \"C c\" (n integer, s varchar(9), CONSTRAINT \"ck_C c\" CHECK (n > 0 OR s <> ''))";

fn models() -> Catalog {
    Catalog::of([
        table("a", "n between 1 and 10 and s in ('x','y')"),
        table("b", "no_such_function(n)"),
        table("C c", "\"C c\".n > 0 or \"C c\".s != ''"),
    ])
}

#[tokio::test]
async fn a_bad_expression_leaves_the_others_alone() {
    let Some(scratch) = Scratch::create().await else {
        return;
    };
    scratch.run(TABLES).await;
    let found = read(&scratch).await;
    let diff = compared(&scratch, &found, &models()).await;
    assert_eq!(diff.changes, []);
    let notes: Vec<&str> = diff
        .notes
        .iter()
        .map(|note| note.message.as_str())
        .collect();
    assert_eq!(
        notes,
        ["`n > 0` cannot be compared with the model's `no_such_function(n)`"]
    );
    assert_eq!(read(&scratch).await, found);
    scratch.drop().await;
}

#[tokio::test]
async fn a_role_that_may_not_ask_is_told_and_changes_nothing() {
    let Some(scratch) = Scratch::create().await else {
        return;
    };
    scratch.run(TABLES).await;
    scratch
        .run("DO $$ BEGIN EXECUTE format('REVOKE TEMPORARY ON DATABASE %I FROM PUBLIC', current_database()); END $$")
        .await;
    let found = read(&scratch).await;
    // A role that every server has, and that may nothing here.
    let role = "SET ROLE pg_monitor";
    scratch.db.execute_unprepared(role).await.unwrap();
    let diff = compared(&scratch, &found, &models()).await;
    scratch.db.execute_unprepared("RESET ROLE").await.unwrap();
    assert_eq!(diff.changes, []);
    assert_eq!(diff.notes.len(), 3, "{:?}", diff.notes);
    scratch.drop().await;
}

#[tokio::test]
async fn nothing_that_is_asked_is_carried_out() {
    let Some(scratch) = Scratch::create().await else {
        return;
    };
    scratch
        .run(
            "CREATE SEQUENCE number; CREATE TABLE log (at timestamptz);
             CREATE FUNCTION noted(n integer) RETURNS integer LANGUAGE sql AS 'INSERT INTO log VALUES (now()); SELECT n';
             CREATE TABLE a (n integer DEFAULT nextval('number'), s varchar(9) DEFAULT noted(1)::text, CONSTRAINT ck_a CHECK (n <> noted(2)))",
        )
        .await;
    let found = read(&scratch).await;
    let mut model = table("a", "n != noted( 2 )");
    let expressions = [
        "nextval('public.number'::regclass)",
        "CAST(noted( 1 ) AS text)",
    ];
    for (column, sql) in model.columns.iter_mut().zip(expressions) {
        column.default = Some(Value::Expression(sql.into()));
    }
    let diff = compared(&scratch, &found, &Catalog::of([model])).await;
    assert_eq!(diff.changes, []);
    // Only a sequence that nobody drew from says that it was not called.
    scratch
        .run("DO $$ BEGIN ASSERT (SELECT NOT is_called FROM number); ASSERT NOT EXISTS (SELECT FROM log); END $$")
        .await;
    scratch.drop().await;
}
