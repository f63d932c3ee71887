//! What is ours and what is not, and how often the server is asked.

use plimsoll_schema::{IndexKey, Table, TableName, TypeName};
use sea_orm::ConnectionTrait;

use super::super::super::{inspect, server};
use super::{Scratch, read, scope};

const ODD: &str = r#"
    CREATE EXTENSION citext;
    CREATE SCHEMA app; CREATE SCHEMA other; CREATE SCHEMA elsewhere;
    CREATE TYPE other.mood AS ENUM ('a'); CREATE TYPE app.mood AS ENUM ('b');
    CREATE TABLE seaql_migrations (version text PRIMARY KEY);
    CREATE TABLE a (id int PRIMARY KEY, m other.mood, n app.mood DEFAULT 'b');
    CREATE TABLE b (k int PRIMARY KEY, j int UNIQUE);
    CREATE TABLE ca (x int CONSTRAINT fk_x REFERENCES a);
    CREATE TABLE cb (x int, y int, CONSTRAINT fk_x FOREIGN KEY (y) REFERENCES b (j) ON DELETE CASCADE);
    CREATE TABLE app.a (id int REFERENCES public.a, "left ""out" text);
    ALTER TABLE app.a DROP COLUMN "left ""out", ADD late int NOT NULL;
    CREATE TABLE elsewhere.far (id int PRIMARY KEY);
    CREATE TABLE near (id int REFERENCES elsewhere.far);
    CREATE TABLE parted (id int, at date, PRIMARY KEY (id, at)) PARTITION BY RANGE (at);
    CREATE TABLE parted_1 PARTITION OF parted FOR VALUES FROM ('2020-01-01') TO ('2021-01-01');
    CREATE TABLE to_parted (id int, at date, FOREIGN KEY (id, at) REFERENCES parted);
    CREATE TABLE child (extra int) INHERITS (b);
    CREATE VIEW looks AS SELECT ca.x, b.j FROM ca JOIN b ON b.k = ca.x;
    CREATE VIEW elsewhere.looks AS SELECT id FROM a;
    CREATE VIEW alone AS SELECT 1 AS one;
    CREATE FUNCTION boom(int) RETURNS int IMMUTABLE LANGUAGE plpgsql AS 'BEGIN RETURN 1 / $1; END';
    ALTER TABLE near ADD CONSTRAINT late CHECK (id > 0) NO INHERIT NOT VALID,
        ADD CONSTRAINT wide UNIQUE (id) INCLUDE (note), ADD note text;
    INSERT INTO b VALUES (0, 0);
"#;

#[tokio::test]
async fn what_is_ours_is_read_and_nothing_else() {
    let Some(scratch) = Scratch::create().await else {
        return;
    };
    scratch.run(ODD).await;
    let broken = "CREATE INDEX CONCURRENTLY broken ON b (boom(k))";
    assert!(scratch.db.execute_unprepared(broken).await.is_err());
    let found = read(&scratch).await;
    let names: Vec<String> = found
        .catalog
        .tables
        .keys()
        .map(ToString::to_string)
        .collect();
    assert_eq!(
        names,
        ["a", "b", "ca", "cb", "near", "parted", "to_parted", "app.a"]
    );
    let table = |name: &str| -> &Table { &found.catalog.tables[&TableName::new(name)] };
    let [key] = table("ca").foreign_keys.as_slice() else {
        panic!("{:?}", table("ca"));
    };
    assert_eq!(
        (key.ref_table.to_string(), key.ref_columns.as_slice()),
        ("a".into(), ["id".to_owned()].as_slice())
    );
    let [key] = table("cb").foreign_keys.as_slice() else {
        panic!("{:?}", table("cb"));
    };
    assert_eq!(
        (key.columns.as_slice(), key.ref_columns.as_slice()),
        (["y".to_owned()].as_slice(), ["j".to_owned()].as_slice())
    );
    assert_eq!(
        table("near").foreign_keys[0].ref_table.to_string(),
        "elsewhere.far"
    );
    assert_eq!(table("to_parted").foreign_keys.len(), 1);
    assert_eq!(
        table("parted").options.partition_by.as_deref(),
        Some("RANGE (at)")
    );
    assert_eq!(
        table("b").indexes[0].keys,
        [IndexKey::expression("boom(k)")]
    );
    let enum_of = |column: &str| table("a").column(column).unwrap().ty.enum_name().cloned();
    assert_eq!(
        enum_of("m"),
        Some(TypeName::qualified(Some("other"), "mood"))
    );
    assert_eq!(enum_of("n"), Some(TypeName::qualified(Some("app"), "mood")));
    let enums: Vec<String> = found
        .catalog
        .enums
        .keys()
        .map(ToString::to_string)
        .collect();
    assert_eq!(enums, ["app.mood"]);
    let columns: Vec<&str> = found.catalog.tables[&TableName::qualified(Some("app"), "a")]
        .columns
        .iter()
        .map(|column| column.name.as_str())
        .collect();
    assert_eq!(columns, ["id", "late"]);
    let notes: Vec<&str> = found
        .notes
        .iter()
        .map(|note| note.message.as_str())
        .collect();
    assert_eq!(
        notes,
        ["index `b.broken` is invalid: the database does not use it"]
    );
    let late = &table("near").checks[0];
    assert!(late.not_valid && late.no_inherit);
    assert_eq!(table("near").uniques[0].include.len(), 1);
    let views: Vec<String> = found
        .views
        .iter()
        .map(|view| {
            let uses = view
                .uses
                .iter()
                .map(|(table, columns)| format!("{table}{columns:?}"));
            format!("{}: {}", view.name, uses.collect::<Vec<_>>().join(" "))
        })
        .collect();
    assert_eq!(
        views,
        [
            "alone: ",
            r#"looks: b{"j", "k"} ca{"x"}"#,
            r#"elsewhere.looks: a{"id"}"#
        ]
    );
    scratch.drop().await;
}

#[tokio::test]
async fn the_number_of_statements_does_not_depend_on_the_number_of_tables() {
    let Some(scratch) = Scratch::create().await else {
        return;
    };
    let none = read(&scratch).await;
    scratch
        .run(
            "DO $$ BEGIN FOR i IN 1..50 LOOP EXECUTE format(
            'CREATE TABLE t%s (id serial PRIMARY KEY, a int UNIQUE CHECK (a > 0), b text REFERENCES t%s (c), c text UNIQUE)', i, i);
            END LOOP; END $$; CREATE TYPE e AS ENUM ('a'); CREATE VIEW v AS SELECT * FROM t1",
        )
        .await;
    let many = read(&scratch).await;
    assert_eq!(many.catalog.tables.len(), 50);
    assert_eq!(none.statements, many.statements);
    assert!(many.statements <= 12);
    scratch.drop().await;
}

#[tokio::test]
async fn a_role_that_may_only_select_sees_all() {
    let Some(scratch) = Scratch::create().await else {
        return;
    };
    scratch.run(ODD).await;
    let role = format!("plimsoll_postgres_reader_{}", std::process::id());
    scratch
        .run(&format!(
            "CREATE ROLE {role} LOGIN; GRANT USAGE ON SCHEMA app TO {role}; GRANT SELECT ON ALL TABLES IN SCHEMA public, app TO {role}"
        ))
        .await;
    let owner = read(&scratch).await;
    let reader = scratch.connect_as(&role).await;
    assert_eq!(
        inspect(&reader, &scope()).await.unwrap().catalog,
        owner.catalog
    );
    assert_eq!(server(&reader).await.unwrap(), owner.server);
    reader.close().await.unwrap();
    scratch
        .run(&format!("DROP OWNED BY {role}; DROP ROLE {role}"))
        .await;
    scratch.drop().await;
}

#[tokio::test]
async fn the_session_is_left_as_it_was() {
    let Some(scratch) = Scratch::create().await else {
        return;
    };
    scratch
        .run("SET TimeZone = 'Asia/Tokyo'; SET DateStyle = 'German'")
        .await;
    scratch
        .run("CREATE TABLE t (at timestamptz DEFAULT '2020-01-01 00:00:00+00')")
        .await;
    let found = read(&scratch).await;
    let default = found.catalog.tables[&TableName::new("t")].columns[0]
        .default
        .clone();
    assert!(
        format!("{default:?}").contains("2020-01-01 00:00:00+00"),
        "{default:?}"
    );
    scratch
        .run("DO $$ BEGIN ASSERT current_setting('TimeZone') = 'Asia/Tokyo'; END $$")
        .await;
    scratch.drop().await;
}
