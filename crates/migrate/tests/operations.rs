//! Operations on real databases, under SeaORM's own `SchemaManager`.
#![allow(clippy::unwrap_used, reason = "a test stops where it fails")]

use plimsoll_migrate::prelude::*;
use plimsoll_schema::Backend;
use plimsoll_testkit::servers::{Scratch, required};
use sea_orm::{Database, DatabaseConnection, Statement, TransactionTrait};

/// A SQLite file behind a pool of several connections, foreign keys on as sqlx has them.
async fn sqlite(script: &str) -> (tempfile::TempDir, DatabaseConnection) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("x.db");
    let url = format!("sqlite://{}?mode=rwc", file.display());
    let mut options = sea_orm::ConnectOptions::new(url);
    options.max_connections(4);
    let db = Database::connect(options).await.unwrap();
    db.execute_unprepared(script).await.unwrap();
    (folder, db)
}

async fn number(db: &impl ConnectionTrait, sql: &str) -> i64 {
    let question = Statement::from_string(db.get_database_backend(), sql);
    let row = db.query_one_raw(question).await.unwrap().unwrap();
    row.try_get_by_index(0).unwrap()
}

async fn text(db: &impl ConnectionTrait, sql: &str) -> String {
    let question = Statement::from_string(db.get_database_backend(), sql);
    let row = db.query_one_raw(question).await.unwrap().unwrap();
    row.try_get_by_index(0).unwrap()
}

const FAMILY: &str = "
    CREATE TABLE parent (id integer PRIMARY KEY, name text, CHECK (id > 0), UNIQUE (name));
    CREATE TABLE child (id integer PRIMARY KEY, parent_id integer REFERENCES parent (id) ON DELETE CASCADE);
    CREATE INDEX ix_parent ON parent (name);
    CREATE TRIGGER tr_parent AFTER INSERT ON parent BEGIN SELECT 1; END;
    INSERT INTO parent VALUES (1, 'a'), (2, 'b');
    INSERT INTO child VALUES (10, 1), (20, 2), (30, NULL);
";

fn required_name() -> AlterTable {
    AlterTable::new("Parent").alter_column(
        ColumnDef::new("name").text().null(),
        ColumnDef::new("name").text().not_null().default("x"),
    )
}

#[tokio::test]
async fn a_rebuild_keeps_the_rows_that_point_at_the_table() {
    let (_folder, db) = sqlite(FAMILY).await;
    SchemaManager::new(&db)
        .apply(required_name())
        .await
        .unwrap();
    assert_eq!(number(&db, "SELECT count(*) FROM child").await, 3);
    assert_eq!(number(&db, "SELECT count(*) FROM parent").await, 2);
    assert_eq!(number(&db, "SELECT count(*) FROM sqlite_schema WHERE tbl_name = 'parent' AND type IN ('index', 'trigger') AND sql IS NOT NULL").await, 2);
    // Every connection of the pool is as it was: foreign keys on, no transaction open.
    let mut held = Vec::new();
    for _ in 0..3 {
        let one = db.begin().await.unwrap();
        assert_eq!(
            number(&one, "SELECT foreign_keys FROM pragma_foreign_keys").await,
            1
        );
        held.push(one);
    }
}

#[tokio::test]
async fn a_rebuild_that_cannot_be_safe_is_refused() {
    let (_folder, db) = sqlite(FAMILY).await;
    let transaction = db.begin().await.unwrap();
    let refused = SchemaManager::new(&transaction)
        .apply(required_name())
        .await;
    let told = refused.unwrap_err().to_string();
    assert!(told.contains("run the migration with plimsoll"), "{told}");
    // A table that nothing points at is safe inside a transaction, too.
    let manager = SchemaManager::new(&transaction);
    let change = AlterTable::new("child").add_check("ck", "id > 0");
    manager.apply(change).await.unwrap();
    transaction.commit().await.unwrap();
    assert_eq!(number(&db, "SELECT count(*) FROM child").await, 3);
}

#[tokio::test]
async fn a_constraint_without_a_name_has_none_to_change() {
    let (_folder, db) = sqlite(FAMILY).await;
    let manager = SchemaManager::new(&db);
    let sql = "SELECT count(*) FROM sqlite_schema WHERE sql LIKE '%ck_two%'";
    let renamed = AlterTable::new("child").rename_constraint("child_pkey", "kid_pkey");
    manager.apply(renamed).await.unwrap();
    let added = AlterTable::new("child").add_check("ck_one", "id > 0");
    manager.apply(added).await.unwrap();
    assert_eq!(number(&db, sql).await, 0);
    let renamed = AlterTable::new("child").rename_constraint("ck_one", "ck_two");
    manager.apply(renamed).await.unwrap();
    assert_eq!(number(&db, sql).await, 1);
}

#[tokio::test]
async fn a_rebuild_that_fails_leaves_everything_as_it_was() {
    let (_folder, db) = sqlite(FAMILY).await;
    let manager = SchemaManager::new(&db);
    let before = text(&db, "SELECT group_concat(sql) FROM sqlite_schema").await;
    for change in [
        // Rows break it.
        AlterTable::new("parent").add_check("ck", "name = 'a'"),
        // Rows lack a value.
        AlterTable::new("parent").add_column(ColumnDef::new("email").text().not_null()),
        // Rows point at none.
        AlterTable::new("parent")
            .add_foreign_key(ForeignKeyDef::new("fk").from(["id"]).to("child", ["id"])),
    ] {
        let refused = manager.apply(change).await.unwrap_err().to_string();
        let told = refused.lines().next().unwrap();
        assert!(!told.contains("_plimsoll_new_"), "{told}");
        assert_eq!(
            text(&db, "SELECT group_concat(sql) FROM sqlite_schema").await,
            before
        );
        assert_eq!(
            number(&db, "SELECT foreign_keys FROM pragma_foreign_keys").await,
            1
        );
        db.execute_unprepared("BEGIN; ROLLBACK").await.unwrap();
    }
    let missing = manager
        .apply(AlterTable::new("nowhere").drop_column("x"))
        .await;
    assert_eq!(
        missing.unwrap_err().to_string(),
        "Custom Error: table `nowhere` does not exist"
    );
}

#[tokio::test]
async fn parts_without_a_name_are_found() {
    let (_folder, db) = sqlite(FAMILY).await;
    let manager = SchemaManager::new(&db);
    manager
        .apply(
            AlterTable::new("parent")
                .drop_check(None, "id > 0")
                .drop_unique("a name SQLite was never told", ["name"])
                .add_unique("uq", ["id", "name"])
                .add_column(ColumnDef::new("email").string().null().unique_key()),
        )
        .await
        .unwrap();
    manager
        .apply(AlterTable::new("child").drop_foreign_key("fk", ["parent_id"]))
        .await
        .unwrap();
    assert_eq!(
        text(&db, "SELECT sql FROM sqlite_schema WHERE name = 'parent'").await,
        "CREATE TABLE \"parent\" ( \"id\" integer NOT NULL PRIMARY KEY, \"name\" text, \"email\" varchar, \
         CONSTRAINT \"uq\" UNIQUE (\"id\", \"name\"), CONSTRAINT \"uq-parent-email\" UNIQUE (\"email\") )"
    );
    assert_eq!(
        text(&db, "SELECT sql FROM sqlite_schema WHERE name = 'child'").await,
        r#"CREATE TABLE "child" ( "id" integer NOT NULL PRIMARY KEY, "parent_id" integer )"#
    );
}

#[tokio::test]
async fn tables_that_point_at_each_other_can_be_dropped() {
    let (_folder, db) = sqlite(
        "CREATE TABLE a (id integer PRIMARY KEY, b_id integer REFERENCES b (id) ON DELETE CASCADE);
         CREATE TABLE b (id integer PRIMARY KEY, a_id integer REFERENCES a (id));
         INSERT INTO b VALUES (1, NULL); INSERT INTO a VALUES (1, 1); UPDATE b SET a_id = 1;",
    )
    .await;
    let manager = SchemaManager::new(&db);
    manager.apply(DropTable::new("a")).await.unwrap();
    assert_eq!(number(&db, "SELECT count(*) FROM b").await, 1);
    manager.apply(DropTable::new("b")).await.unwrap();
}

#[tokio::test]
async fn enum_types_on_every_backend() {
    for backend in required().unwrap() {
        let scratch = Scratch::create(backend).await.unwrap();
        let manager = SchemaManager::new(&scratch.db);
        manager
            .apply(CreateEnum::new("mood").values(["ok", "so so", "it's"]))
            .await
            .unwrap();
        if backend == Backend::Postgres {
            scratch
                .db
                .execute_unprepared(
                    "CREATE TABLE t (id int, m mood DEFAULT 'ok', ms mood[] DEFAULT '{ok}', CONSTRAINT ck CHECK (m <> 'so so')); \
                     CREATE TYPE mood_old AS ENUM (); CREATE INDEX ix ON t (m) WHERE m = 'ok'; INSERT INTO t VALUES (1, 'it''s', '{ok,so so}')",
                )
                .await
                .unwrap();
        }
        manager
            .apply(RenameEnumValue::new("mood", "so so", "fine"))
            .await
            .unwrap();
        manager
            .apply(
                AlterEnum::new("mood")
                    .from(["ok", "fine", "it's"])
                    .to(["it's", "ok", "fine", "new"]),
            )
            .await
            .unwrap();
        manager
            .apply(RenameEnum::new("mood", "Mood"))
            .await
            .unwrap();
        if backend == Backend::Postgres {
            let row = text(&scratch.db, "SELECT m::text || ms::text FROM t").await;
            assert_eq!(row, "it's{ok,fine}");
            let default = "SELECT string_agg(column_default, ' ' ORDER BY column_name) FROM information_schema.columns WHERE table_name = 't'";
            assert_eq!(
                text(&scratch.db, default).await,
                r#"'ok'::"Mood" '{ok}'::"Mood"[]"#
            );
            let held = "SELECT pg_get_indexdef('ix'::regclass) || ' ' || pg_get_constraintdef((SELECT oid FROM pg_constraint WHERE conname = 'ck'))";
            assert_eq!(
                text(&scratch.db, held).await,
                r#"CREATE INDEX ix ON public.t USING btree (m) WHERE (m = 'ok'::"Mood") CHECK ((m <> 'fine'::"Mood"))"#
            );
            scratch
                .db
                .execute_unprepared("DROP TABLE t; DROP TYPE mood_old")
                .await
                .unwrap();
        }
        manager.apply(DropEnum::new("Mood")).await.unwrap();
        scratch.close().await.unwrap();
    }
}

#[tokio::test]
async fn what_compares_with_an_enum_value_comes_back() {
    if !required().unwrap().contains(&Backend::Postgres) {
        return;
    }
    let scratch = Scratch::create(Backend::Postgres).await.unwrap();
    let script = "CREATE TYPE mood AS ENUM ('ok', 'so so', 'bad');
        CREATE TABLE t (id int, m mood DEFAULT 'ok', name text, CONSTRAINT ck CHECK (m <> 'so so'));
        CREATE UNIQUE INDEX ix_part ON t (id DESC, name COLLATE \"C\" text_pattern_ops) INCLUDE (m) WHERE m = 'ok';
        CREATE INDEX ix_expr ON t USING btree ((m = 'so so') DESC NULLS LAST, lower(name));
        COMMENT ON INDEX ix_expr IS 'so so';
        INSERT INTO t VALUES (1, 'ok', 'a')";
    scratch.db.execute_unprepared(script).await.unwrap();
    let facts = "SELECT string_agg(line, chr(10) ORDER BY line) FROM (SELECT indexdef || coalesce(' -- ' || \
        obj_description(indexname::regclass, 'pg_class'), '') AS line FROM pg_indexes WHERE tablename = 't' \
        UNION ALL SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = 't'::regclass) x";
    let before = text(&scratch.db, facts).await;
    let change = AlterEnum::new("mood")
        .from(["ok", "so so", "bad"])
        .to(["so so", "ok"]);
    let manager = SchemaManager::new(&scratch.db);
    manager.apply(change).await.unwrap();
    assert_eq!(text(&scratch.db, facts).await, before);
    assert_eq!(text(&scratch.db, "SELECT m::text FROM t").await, "ok");
    scratch.close().await.unwrap();
}

#[tokio::test]
async fn a_table_with_all_that_an_operation_can_say() {
    for backend in required().unwrap() {
        let scratch = Scratch::create(backend).await.unwrap();
        let manager = SchemaManager::new(&scratch.db);
        manager
            .apply(
                CreateTable::new("parent").column(
                    ColumnDef::new("id")
                        .integer()
                        .not_null()
                        .auto_increment()
                        .primary_key(),
                ),
            )
            .await
            .unwrap();
        manager
            .apply(
                CreateTable::new("orders")
                    .column(ColumnDef::new("id").integer().not_null())
                    .column(ColumnDef::new("no").integer().not_null())
                    .column(ColumnDef::new("parent_id").integer().null())
                    .column(ColumnDef::new("name").string_len(40).null().default("it's"))
                    .primary_key("pk-orders", ["id", "no"])
                    .unique("uq-orders-name", ["name"])
                    .foreign_key(
                        ForeignKeyDef::new("fk-orders-parent_id")
                            .from(["parent_id"])
                            .to("parent", ["id"])
                            .on_delete(ForeignKeyAction::SetNull),
                    )
                    .check("ck-orders", "no > 0")
                    .index(
                        IndexDef::new("ix-orders")
                            .column("no")
                            .desc()
                            .column("name"),
                    ),
            )
            .await
            .unwrap();
        manager
            .apply(
                AlterTable::new("orders")
                    .add_column(ColumnDef::new("note").string_len(10).not_null().default(""))
                    .rename_column("name", "title")
                    .alter_column(
                        ColumnDef::new("title")
                            .string_len(40)
                            .null()
                            .default("it's"),
                        ColumnDef::new("title")
                            .string_len(80)
                            .not_null()
                            .default("it's"),
                    )
                    .drop_check("ck-orders", "no > 0")
                    .drop_index("ix-orders")
                    .drop_foreign_key("fk-orders-parent_id", ["parent_id"]),
            )
            .await
            .unwrap();
        let insert = "INSERT INTO orders (id, no, parent_id) VALUES (1, -1, 7)";
        scratch.db.execute_unprepared(insert).await.unwrap();
        assert_eq!(text(&scratch.db, "SELECT title FROM orders").await, "it's");
        manager
            .apply(RenameTable::new("orders", "sale"))
            .await
            .unwrap();
        manager.apply(DropTable::new("sale")).await.unwrap();
        scratch.close().await.unwrap();
    }
}
