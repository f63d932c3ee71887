//! Columns.

use super::*;

#[tokio::test]
async fn a_rebuild_in_full() {
    let change = altered("qty", |column| column.ty = ColumnType::Double).await;
    let statements = up_and_down(vec![change]).await;
    insta::assert_snapshot!(statements.join(";\n"), @r#"
CREATE TABLE "_plimsoll_new_t" ( "id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "name" varchar(40) NOT NULL DEFAULT 'x' COLLATE "NOCASE", "qty" double, "price" real(10, 2), "note" text, "bytes" blob, "odd" bigint DEFAULT 5, "parent_id" integer, "self_id" integer, "total" integer GENERATED ALWAYS AS (qty * 2) STORED, CONSTRAINT "uq_name" UNIQUE ("name") ON CONFLICT IGNORE, FOREIGN KEY ("self_id") REFERENCES "t" ("id"), CONSTRAINT "fk_parent" FOREIGN KEY ("parent_id") REFERENCES "parent" ("id") ON DELETE SET NULL DEFERRABLE INITIALLY DEFERRED, CHECK (length(note) < 100), CONSTRAINT "ck_qty" CHECK (qty >= 0 OR qty IS NULL) );
INSERT OR ABORT INTO "_plimsoll_new_t" ("id", "name", "qty", "price", "note", "bytes", "odd", "parent_id", "self_id") SELECT "id", "name", "qty", "price", "note", "bytes", "odd", "parent_id", "self_id" FROM "t";
DELETE FROM sqlite_sequence WHERE name = '_plimsoll_new_t';
INSERT INTO sqlite_sequence (name, seq) SELECT '_plimsoll_new_t', seq FROM sqlite_sequence WHERE name = 't';
DROP TABLE "t";
PRAGMA legacy_alter_table = ON;
ALTER TABLE "_plimsoll_new_t" RENAME TO "t";
PRAGMA legacy_alter_table = OFF;
CREATE INDEX "ix_lower" ON "t" ((lower(name)), (qty + 1));
CREATE INDEX "ix_qty" ON "t" ("qty" DESC) WHERE qty > 0;
CREATE TRIGGER tr_own AFTER UPDATE OF name ON t WHEN NEW.name <> OLD.name BEGIN INSERT INTO log VALUES (NEW.name); END
"#);
}

#[tokio::test]
async fn columns_are_added_and_dropped() {
    let plain = Column::new("added", ColumnType::BIG_INTEGER).null();
    let with_default = Column {
        default: Some(Value::Literal(Literal::String("it's".into()))),
        collation: Some("RTRIM".into()),
        ..Column::new("added", ColumnType::Varchar(None))
    };
    let computed = Column {
        generated: Some(Generated {
            expression: "qty + 1".into(),
            stored: false,
        }),
        ..plain.clone()
    };
    for column in [plain.clone(), with_default, computed] {
        let statements = up_and_down(vec![TableChange::AddColumn(column)]).await;
        assert_eq!(statements.len(), 1, "{statements:?}");
    }
    let now = Column {
        default: Some(Value::Literal(Literal::CurrentTimestamp(None))),
        ..Column::new("added", ColumnType::TimestampTz(None))
    };
    let expression = Column {
        default: Some(Value::Expression("1 + 1".into())),
        ..plain.clone()
    };
    let stored = Column {
        generated: Some(Generated {
            expression: "qty + 1".into(),
            stored: true,
        }),
        ..plain
    };
    for column in [now, expression, stored] {
        assert!(is_rebuild(
            &up_and_down(vec![TableChange::AddColumn(column)]).await
        ));
    }
    let native = up_and_down(vec![TableChange::DropColumn(column("bytes").await)]).await;
    insta::assert_snapshot!(native.join(";\n"), @r#"ALTER TABLE "t" DROP COLUMN "bytes""#);
    let mentioned = table().await;
    let in_check = mentioned
        .checks
        .iter()
        .find(|check| check.name.is_none())
        .unwrap()
        .clone();
    up_and_down(vec![
        TableChange::DropCheck(in_check),
        TableChange::DropColumn(column("note").await),
    ])
    .await;
}

#[tokio::test]
async fn columns_are_renamed() {
    let statements = up_and_down(vec![rename("note", "remark"), rename("qty", "amount of")]).await;
    assert_eq!(statements.len(), 2);
    let nullable = altered("price", |column| column.nullable = true).await;
    let mut to = column("price").await;
    to.default = Some(Value::Literal(Literal::Number("0.5".into())));
    to.name = "cost".into();
    let mut from = column("price").await;
    from.name = "cost".into();
    let statements = up_and_down(vec![
        nullable,
        rename("price", "cost"),
        TableChange::AlterColumn(Box::new(Pair::new(from, to))),
        TableChange::AddCheck(check(Some("ck_cost"), "cost > 0")),
    ])
    .await;
    assert_eq!(
        statements
            .iter()
            .filter(|sql| sql.starts_with("DROP TABLE"))
            .count(),
        1
    );
}

#[tokio::test]
async fn columns_are_altered() {
    for change in [
        altered("qty", |column| column.ty = ColumnType::TEXT).await,
        altered("note", |column| column.ty = ColumnType::BLOB).await,
        altered("bytes", |column| column.ty = ColumnType::TEXT).await,
        altered("odd", |column| column.ty = ColumnType::SMALL_INTEGER).await,
        altered("name", |column| column.nullable = true).await,
        altered("name", |column| column.default = None).await,
        altered("name", |column| column.collation = None).await,
        altered("qty", |column| {
            column.default = Some(Value::Expression("abs(-1)".into()));
        })
        .await,
        altered("total", |column| {
            column.generated = Some(Generated {
                expression: "qty * 3".into(),
                stored: true,
            });
        })
        .await,
        altered("total", |column| column.generated = None).await,
    ] {
        assert!(is_rebuild(&up_and_down(vec![change]).await));
    }
    let same = altered("qty", |column| column.ty = ColumnType::BIG_INTEGER).await;
    assert!(up_and_down(vec![same]).await.is_empty());
}

#[tokio::test]
async fn values_are_kept_as_they_are() {
    let db = start().await;
    run(
        &db,
        &[
            "UPDATE t SET note = 'not a number' WHERE id = 1",
            "UPDATE t SET note = '7' WHERE id = 2",
        ],
    )
    .await;
    let note = altered("note", |column| column.ty = ColumnType::INTEGER).await;
    carry(&db, &alter(vec![note])).await;
    assert_eq!(dump(&db, "SELECT note FROM t").await, "'not a number'\n7");
    let bytes = altered("bytes", |column| column.ty = ColumnType::TEXT).await;
    run(&db, &["UPDATE t SET bytes = x'6162' WHERE id = 1"]).await;
    carry(&db, &alter(vec![bytes])).await;
    assert_eq!(
        dump(&db, "SELECT typeof(bytes) AS t, bytes FROM t WHERE id = 1").await,
        "'text','ab'"
    );
}

#[tokio::test]
async fn a_required_column_fails_on_nulls_and_nothing_is_left() {
    let db = start().await;
    let before = catalog(&db).await;
    let change = alter(vec![altered("qty", |column| column.nullable = false).await]);
    let statements = backend::render(&Server::sqlite(), &before, &change).unwrap();
    run(&db, &["PRAGMA foreign_keys = OFF", "BEGIN"]).await;
    let mut failed = None;
    for sql in &statements {
        if let Err(error) = db.execute_unprepared(sql).await {
            failed = Some(error.to_string());
            break;
        }
    }
    run(&db, &["ROLLBACK"]).await;
    assert!(failed.unwrap().contains("NOT NULL constraint failed"));
    same(&catalog(&db).await, &before, &[]);
}
