//! Keys, constraints and indexes.

use super::*;

#[tokio::test]
async fn keys_change() {
    let id = altered("id", |column| column.auto_increment = None).await;
    let table = table().await;
    let key = table.primary_key.clone().unwrap();
    let wide = PrimaryKey {
        name: Some("pk_t".into()),
        columns: vec!["name".into(), "id".into()],
        ..PrimaryKey::default()
    };
    let db = start().await;
    run(&db, &["DROP TABLE child", "UPDATE t SET self_id = NULL"]).await;
    let foreign = table
        .foreign_keys
        .iter()
        .find(|key| key.ref_table == table.name)
        .unwrap()
        .clone();
    let change = alter(vec![
        TableChange::DropForeignKey(foreign),
        TableChange::DropPrimaryKey(key),
        id,
        TableChange::AddPrimaryKey(wide),
    ]);
    let before = catalog(&db).await;
    carry(&db, &change).await;
    same(&catalog(&db).await, &expected(&before, &change), &[]);
    carry(&db, &change.reverse()).await;
    same(&catalog(&db).await, &before, &[]);
    assert_eq!(
        dump(&db, "SELECT id, name FROM t").await,
        "1,'one'\n2,'two'"
    );
}

#[tokio::test]
async fn constraints_and_indexes_change() {
    let table = table().await;
    let unique = Unique {
        name: Some("uq_two".into()),
        columns: vec!["qty".into(), "price".into()],
        nulls_not_distinct: false,
        deferrable: None,
        ..Unique::default()
    };
    let unnamed = Unique {
        name: None,
        columns: vec!["note".into()],
        ..unique.clone()
    };
    let foreign = ForeignKey {
        name: Some("fk_new".into()),
        columns: vec!["odd".into()],
        ref_table: "parent".into(),
        ref_columns: vec!["id".into()],
        on_delete: Some(Action::Restrict),
        on_update: Some(Action::Cascade),
        deferrable: Some(Deferrable::Immediate),
        match_full: false,
        not_valid: false,
        ..ForeignKey::default()
    };
    let named = table
        .checks
        .iter()
        .find(|check| check.name.is_some())
        .unwrap()
        .clone();
    let parent_key = table
        .foreign_keys
        .iter()
        .find(|key| key.name.is_some())
        .unwrap()
        .clone();
    let odd = altered("odd", |column| column.default = None).await;
    let rename = TableChange::RenameConstraint(Pair::new("ck_qty".into(), "ck_renamed".into()));
    for changes in [
        vec![
            TableChange::AddUnique(unique),
            TableChange::AddUnique(unnamed),
        ],
        vec![
            TableChange::AddCheck(check(Some("ck_new"), "price < 1000")),
            TableChange::AddCheck(check(None, "odd <> 'a)'")),
        ],
        vec![TableChange::DropCheck(named)],
        vec![rename],
        vec![odd],
    ] {
        assert!(is_rebuild(&up_and_down(changes).await));
    }
    let mut fits = foreign.clone();
    fits.columns = vec!["qty".into()];
    let db = start().await;
    run(&db, &["UPDATE t SET qty = NULL"]).await;
    let change = alter(vec![
        TableChange::DropForeignKey(parent_key),
        TableChange::AddForeignKey(fits),
    ]);
    let before = catalog(&db).await;
    carry(&db, &change).await;
    same(&catalog(&db).await, &expected(&before, &change), &[]);
    carry(&db, &change.reverse()).await;
    same(&catalog(&db).await, &before, &[]);
}

#[tokio::test]
async fn indexes_change_without_a_rebuild() {
    let table = table().await;
    let mut partial = Index::on("ix_new", &["name", "qty"]);
    partial.unique = true;
    partial.keys[1].order = Order::Desc;
    partial.predicate = Some("qty IS NOT NULL AND name <> ''".into());
    let mut expression = Index::on("ix \"quoted\"", &["name"]);
    expression.keys[0].collation = Some("RTRIM".into());
    expression.keys.push(IndexKey::expression("price * 2"));
    for changes in [
        vec![
            TableChange::AddIndex(partial),
            TableChange::AddIndex(expression),
        ],
        vec![TableChange::DropIndex(table.indexes[0].clone())],
        vec![TableChange::RenameIndex(Pair::new(
            "ix_qty".into(),
            "ix_other".into(),
        ))],
    ] {
        assert!(!is_rebuild(&up_and_down(changes).await));
    }
}
