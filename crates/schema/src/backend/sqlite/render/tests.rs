use super::*;
use crate::{Check, Column, ColumnType, Exclusion, Nulls, PrimaryKey, Trigger};

fn table() -> Table {
    let mut table = Table::new("t");
    table.columns = vec![
        Column::new("id", ColumnType::BIG_INTEGER),
        Column::new("a", ColumnType::TEXT).null(),
        Column::new("b", ColumnType::TEXT).null(),
    ];
    table.primary_key = Some(PrimaryKey {
        name: None,
        columns: vec!["id".into()],
        ..PrimaryKey::default()
    });
    table.indexes = vec![Index::on("ix", &["b"])];
    table
}

fn rendered(table: &Table, changes: Vec<TableChange>) -> Result<Vec<String>, RenderError> {
    let change = Change::AlterTable {
        table: "t".into(),
        changes,
    };
    render(&Server::sqlite(), &Catalog::of([table.clone()]), &change)
}

fn refused(table: &Table, changes: Vec<TableChange>) -> String {
    rendered(table, changes)
        .expect_err("SQLite cannot")
        .to_string()
}

fn column(name: &str) -> TableChange {
    TableChange::DropColumn(table().column(name).expect("it is there").clone())
}

fn rename(from: &str, to: &str) -> TableChange {
    TableChange::RenameColumn(Pair::new(from.into(), to.into()))
}

fn check() -> TableChange {
    TableChange::AddCheck(Check {
        name: None,
        expression: "id > 0".into(),
        ..Check::default()
    })
}

#[test]
fn one_change_can_make_the_next_native() {
    let table = table();
    let index = TableChange::DropIndex(table.indexes[0].clone());
    let statements = rendered(&table, vec![index, column("b")]).expect("SQLite can");
    insta::assert_snapshot!(statements.join(";\n"), @r#"
DROP INDEX "ix";
ALTER TABLE "t" DROP COLUMN "b"
"#);
    let statements = rendered(&table, vec![column("a")]).expect("SQLite can");
    insta::assert_snapshot!(statements.join(";\n"), @r#"ALTER TABLE "t" DROP COLUMN "a""#);
}

#[test]
fn what_sqlite_has_no_words_for_is_refused() {
    let table = table();
    let index = |edit: fn(&mut Index)| {
        let mut index = Index::on("ix2", &["a"]);
        edit(&mut index);
        refused(&table, vec![TableChange::AddIndex(index)])
    };
    insta::assert_snapshot!(index(|index| index.method = Some("gin".into())), @"SQLite has no gin index (`ix2`)");
    insta::assert_snapshot!(index(|index| index.include = vec!["b".into()]), @"SQLite has no INCLUDE columns (`ix2`)");
    insta::assert_snapshot!(index(|index| index.keys[0].nulls = Some(Nulls::Last)), @"SQLite has no placement of NULLs in an index (`ix2`)");
    insta::assert_snapshot!(index(|index| index.nulls_not_distinct = true), @"SQLite has no NULLS NOT DISTINCT (`ix2`)");
    let exclusion = TableChange::AddExclusion(Exclusion {
        name: "x".into(),
        definition: "EXCLUDE".into(),
        ..Exclusion::default()
    });
    insta::assert_snapshot!(refused(&table, vec![exclusion]), @"SQLite has no exclusion constraints (`x`)");
    let array = Column::new("c", ColumnType::Array(Box::new(ColumnType::TEXT)));
    insta::assert_snapshot!(refused(&table, vec![TableChange::AddColumn(array)]), @"SQLite has no array type (`text[]`)");
}

#[test]
fn a_trigger_that_cannot_be_followed_is_not_put_back_broken() {
    let mut table = table();
    let trigger = |sql: &str| {
        vec![Trigger {
            name: "tr".into(),
            sql: sql.into(),
        }]
    };
    table.triggers = trigger(
        "CREATE TRIGGER tr AFTER DELETE ON t BEGIN UPDATE t SET a = (SELECT a FROM log); END",
    );
    insta::assert_snapshot!(refused(&table, vec![rename("a", "c"), check()]), @"SQLite has no certain way to rename a column and rebuild its table under a trigger that speaks of several tables (`tr`)");
    assert!(rendered(&table, vec![rename("a", "c")]).is_ok());
    assert!(rendered(&table, vec![check(), rename("a", "c")]).is_ok());
    table.triggers =
        trigger("CREATE TRIGGER tr AFTER DELETE ON t BEGIN INSERT INTO log VALUES (OLD.a); END");
    insta::assert_snapshot!(refused(&table, vec![column("a"), check()]), @"SQLite has no way to drop a column that a trigger mentions (`t.a, tr`)");
    let statements = rendered(&table, vec![rename("a", "c"), check()]).expect("SQLite can");
    insta::assert_snapshot!(statements.last().expect("there is one"), @r#"CREATE TRIGGER tr AFTER DELETE ON t BEGIN INSERT INTO log VALUES (OLD."c"); END"#);
}

#[test]
fn a_missing_table_is_told() {
    let change = Change::AlterTable {
        table: "u".into(),
        changes: vec![check()],
    };
    let error = render(&Server::sqlite(), &Catalog::default(), &change).expect_err("it is missing");
    insta::assert_snapshot!(error, @"table `u` does not exist");
}
