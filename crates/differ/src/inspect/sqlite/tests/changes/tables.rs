//! Whole tables, and what is kept of them.

use super::*;

#[tokio::test]
async fn options_change() {
    let db = database().await;
    run(
        &db,
        &[
            "CREATE TABLE t (k TEXT NOT NULL PRIMARY KEY ON CONFLICT REPLACE, n INTEGER NOT NULL ON CONFLICT IGNORE, UNIQUE (n DESC))",
            "INSERT INTO t VALUES ('a', 1), ('b', 2)",
        ],
    )
    .await;
    let before = catalog(&db).await;
    let from = before.tables[&"t".into()].options.clone();
    let to = TableOptions {
        strict: true,
        without_rowid: true,
        ..from.clone()
    };
    let change = alter(vec![TableChange::SetOptions(Box::new(Pair::new(from, to)))]);
    carry(&db, &change).await;
    same(&catalog(&db).await, &expected(&before, &change), &[]);
    carry(&db, &change.reverse()).await;
    same(&catalog(&db).await, &before, &[]);
    assert_eq!(
        dump(&db, "SELECT * FROM t ORDER BY k").await,
        "'a',1\n'b',2"
    );
}

#[tokio::test]
async fn tables_come_and_go_and_are_renamed() {
    let db = start().await;
    let before = catalog(&db).await;
    let gone = before.tables[&"child".into()].clone();
    let renamed = Change::RenameTable(Pair::new("t".into(), "orders of \"t\"".into()));
    carry(&db, &renamed).await;
    assert_eq!(dump(&db, "SELECT count(*) AS n FROM v").await, "2");
    let child = catalog(&db).await.tables[&"child".into()].clone();
    assert_eq!(child.foreign_keys[0].ref_table.name, "orders of \"t\"");
    carry(&db, &renamed.reverse()).await;
    let drop = Change::DropTable(gone);
    carry(&db, &drop).await;
    assert_eq!(catalog(&db).await.tables.len(), 3);
    carry(&db, &drop.reverse()).await;
    // SQLite quotes the name that it puts into a trigger.
    let mut back = catalog(&db).await;
    let table = back.tables.get_mut(&"t".into()).unwrap();
    table
        .triggers
        .clone_from(&before.tables[&"t".into()].triggers);
    same(&back, &before, &[]);
    let whole = before.tables[&"t".into()].clone();
    run(&db, &["DROP VIEW v", "DROP TABLE child", "DROP TABLE t"]).await;
    carry(&db, &Change::CreateTable(whole.clone())).await;
    let found = catalog(&db).await.tables[&"t".into()].clone();
    same(&Catalog::of([found]), &Catalog::of([whole]), &[]);
}

#[tokio::test]
async fn a_parent_is_dropped_without_its_childrens_rows() {
    let db = start().await;
    let before = catalog(&db).await;
    let drop = Change::DropTable(before.tables[&"t".into()].clone());
    assert!(backend::needs_foreign_keys_off(
        &Server::sqlite(),
        &before,
        &drop
    ));
    let drop = Change::DropTable(before.tables[&"child".into()].clone());
    assert!(!backend::needs_foreign_keys_off(
        &Server::sqlite(),
        &before,
        &drop
    ));
}

#[tokio::test]
async fn row_numbers_and_counters_stay() {
    let db = database().await;
    run(
        &db,
        &[
            "CREATE TABLE t (a TEXT, b INTEGER)",
            "INSERT INTO t (rowid, a) VALUES (5, 'five'), (7, 'seven')",
            "CREATE TABLE counted (id INTEGER PRIMARY KEY AUTOINCREMENT, a TEXT)",
            "INSERT INTO counted (id, a) VALUES (41, 'x')",
            "DELETE FROM counted",
        ],
    )
    .await;
    carry(
        &db,
        &alter(vec![TableChange::AddCheck(check(None, "b > 0"))]),
    )
    .await;
    assert_eq!(
        dump(&db, "SELECT rowid AS r, a FROM t").await,
        "5,'five'\n7,'seven'"
    );
    let change = Change::AlterTable {
        table: "counted".into(),
        changes: vec![TableChange::AddCheck(check(None, "id > 0"))],
    };
    carry(&db, &change).await;
    run(&db, &["INSERT INTO counted (a) VALUES ('next')"]).await;
    assert_eq!(dump(&db, "SELECT id FROM counted").await, "42");
    let found = catalog(&db).await;
    let id = found.tables[&"counted".into()].column("id").unwrap();
    assert_eq!(id.auto_increment, Some(AutoIncrement::Auto));
}
