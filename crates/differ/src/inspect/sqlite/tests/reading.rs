//! What is read, held against the pragmas and sea-schema's own discovery.

use std::collections::BTreeSet;

use plimsoll_schema::backend::types;
use plimsoll_schema::{Column, Server, Table, TableName};
use sea_orm::Statement;

use super::*;
use crate::inspect::Inspection;

const ODD: &[&str] = &[
    "CREATE TABLE parent (a INT, b TEXT, id INTEGER PRIMARY KEY AUTOINCREMENT, UNIQUE (a, b))",
    "CREATE TABLE \"odd \"\"one\"\"\" (
        [id]  INTEGER NOT NULL CONSTRAINT pk_odd PRIMARY KEY, -- the key
        `ünïcode` NVARCHAR(50) COLLATE NOCASE /* ( */ DEFAULT 'it''s, (odd' UNIQUE,
        'quoted' DOUBLE PRECISION DEFAULT -1.50,
        price NUMERIC(10,2) NOT NULL ON CONFLICT FAIL DEFAULT +3 CONSTRAINT positive CHECK (price >= 0 -- why not
        ),
        born DATETIME DEFAULT CURRENT_TIMESTAMP,
        raw DEFAULT x'C0FFEE',
        flag BOOLEAN DEFAULT TRUE,
        word TEXT DEFAULT \"double\",
        calc REAL GENERATED ALWAYS AS (price * 2) STORED,
        virt AS (lower(\"word\")),
        stamp TEXT DEFAULT (datetime('now', '-1 day')),
        nix INTEGER DEFAULT NULL,
        parent INTEGER REFERENCES parent,
        pa INT, pb TEXT,
        CONSTRAINT fk_two FOREIGN KEY (pa, pb) REFERENCES PARENT (A, b) ON DELETE SET NULL ON UPDATE CASCADE DEFERRABLE INITIALLY DEFERRED,
        CONSTRAINT uq_two UNIQUE (pa, pb COLLATE NOCASE DESC) ON CONFLICT REPLACE
        CHECK (\"odd \"\"one\"\"\".price < 100 OR word <> ')'),
        CHECK (length(word) > 0)
    )",
    "CREATE TABLE keyed (k TEXT, n INTEGER, v, PRIMARY KEY (n, k DESC)) WITHOUT ROWID, STRICT"
    ,
    "CREATE TABLE plain (id INTEGER PRIMARY KEY, a INT)",
    "ALTER TABLE plain ADD COLUMN added VARCHAR(10) DEFAULT 'x'",
    "CREATE TABLE copy AS SELECT id, a + 1 AS b, added FROM plain",
    "CREATE INDEX ix_plain ON plain (a, id DESC) WHERE a IS NOT NULL",
    "CREATE UNIQUE INDEX \"ix odd\" ON \"odd \"\"one\"\"\" (lower(word) COLLATE NOCASE, \"price\" COLLATE BINARY DESC, (pa + pb))",
    "CREATE TRIGGER tr AFTER INSERT ON plain BEGIN UPDATE plain SET a = 1 WHERE id = NEW.id; END",
    "CREATE VIEW v AS SELECT a FROM plain",
    "CREATE VIRTUAL TABLE search USING fts5(body)",
    "CREATE TABLE _plimsoll_history (id INTEGER PRIMARY KEY)",
];

async fn odd() -> (DatabaseConnection, Inspection) {
    let db = database().await;
    // STRICT refuses a column without a type.
    let statements: Vec<String> = ODD
        .iter()
        .map(|sql| sql.replace("v, PRIMARY", "v ANY, PRIMARY"))
        .collect();
    run(&db, &statements).await;
    let found = inspect(&db, &Scope::default()).await.unwrap();
    (db, found)
}

#[tokio::test]
async fn every_odd_feature_is_read() {
    let (_db, found) = odd().await;
    assert_eq!(found.notes, []);
    assert!(found.statements <= 5);
    let names: Vec<String> = found
        .catalog
        .tables
        .keys()
        .map(ToString::to_string)
        .collect();
    assert_eq!(names, ["copy", "keyed", "odd \"one\"", "parent", "plain"]);
    insta::assert_snapshot!(found.catalog.to_json(), @r#"
{
  "format": 1,
  "enums": [],
  "tables": [
    {
      "name": {"name":"copy"},
      "columns": [
        {"name":"id","type":{"raw":"int"},"nullable":true},
        {"name":"b","type":{"raw":""},"nullable":true},
        {"name":"added","type":{"text":"regular"},"nullable":true}
      ]
    },
    {
      "name": {"name":"keyed"},
      "options": {"strict":true,"without_rowid":true,"clauses":{"primary key":"(\"n\", \"k\" DESC)"}},
      "columns": [
        {"name":"k","type":{"text":"regular"}},
        {"name":"n","type":{"int":{"width":"regular"}}},
        {"name":"v","type":{"raw":"any"},"nullable":true}
      ],
      "primary_key": {"columns":["n","k"]}
    },
    {
      "name": {"name":"odd \"one\""},
      "options": {"clauses":{"not null price":"ON CONFLICT FAIL","unique pa,pb":"(\"pa\", \"pb\" COLLATE \"NOCASE\" DESC) ON CONFLICT REPLACE"}},
      "columns": [
        {"name":"id","type":{"int":{"width":"regular"}}},
        {"name":"ünïcode","type":{"raw":"nvarchar(50)"},"nullable":true,"default":{"literal":{"string":"it's, (odd"}},"collation":"NOCASE"},
        {"name":"quoted","type":{"raw":"double precision"},"nullable":true,"default":{"literal":{"number":"-1.5"}}},
        {"name":"price","type":{"raw":"numeric(10, 2)"},"default":{"literal":{"number":"3"}}},
        {"name":"born","type":{"raw":"datetime"},"nullable":true,"default":{"literal":{"current_timestamp":null}}},
        {"name":"raw","type":{"raw":""},"nullable":true,"default":{"literal":{"bytes":"c0ffee"}}},
        {"name":"flag","type":"boolean","nullable":true,"default":{"literal":{"bool":true}}},
        {"name":"word","type":{"text":"regular"},"nullable":true,"default":{"literal":{"string":"double"}}},
        {"name":"calc","type":{"raw":"real"},"nullable":true,"generated":{"expression":"price * 2","stored":true}},
        {"name":"virt","type":{"raw":""},"nullable":true,"generated":{"expression":"lower(word)","stored":false}},
        {"name":"stamp","type":{"text":"regular"},"nullable":true,"default":{"expression":"datetime('now', '-1 day')"}},
        {"name":"nix","type":{"int":{"width":"regular"}},"nullable":true},
        {"name":"parent","type":{"int":{"width":"regular"}},"nullable":true},
        {"name":"pa","type":{"raw":"int"},"nullable":true},
        {"name":"pb","type":{"text":"regular"},"nullable":true}
      ],
      "primary_key": {"name":"pk_odd","columns":["id"]},
      "uniques": [
        {"columns":["ünïcode"]},
        {"name":"uq_two","columns":["pa","pb"]}
      ],
      "indexes": [
        {"name":"ix odd","keys":[{"expression":"lower(word)","collation":"NOCASE"},{"column":"price","order":"desc","collation":"BINARY"},{"expression":"pa + pb"}],"unique":true}
      ],
      "foreign_keys": [
        {"columns":["parent"],"ref_table":{"name":"parent"},"ref_columns":["id"]},
        {"name":"fk_two","columns":["pa","pb"],"ref_table":{"name":"parent"},"ref_columns":["a","b"],"on_delete":"set_null","on_update":"cascade","deferrable":"deferred"}
      ],
      "checks": [
        {"expression":"length(word) > 0"},
        {"expression":"price < 100 OR word <> ')'"},
        {"name":"positive","expression":"price >= 0"}
      ]
    },
    {
      "name": {"name":"parent"},
      "columns": [
        {"name":"a","type":{"raw":"int"},"nullable":true},
        {"name":"b","type":{"text":"regular"},"nullable":true},
        {"name":"id","type":{"int":{"width":"regular"}},"auto_increment":"auto"}
      ],
      "primary_key": {"columns":["id"]},
      "uniques": [
        {"columns":["a","b"]}
      ]
    },
    {
      "name": {"name":"plain"},
      "columns": [
        {"name":"id","type":{"int":{"width":"regular"}}},
        {"name":"a","type":{"raw":"int"},"nullable":true},
        {"name":"added","type":{"varchar":10},"nullable":true,"default":{"literal":{"string":"x"}}}
      ],
      "primary_key": {"columns":["id"]},
      "indexes": [
        {"name":"ix_plain","keys":[{"column":"a"},{"column":"id","order":"desc"}],"predicate":"a IS NOT NULL"}
      ],
      "triggers": [
        {"name":"tr","sql":"CREATE TRIGGER tr AFTER INSERT ON plain BEGIN UPDATE plain SET a = 1 WHERE id = NEW.id; END"}
      ]
    }
  ]
}
"#);
    let view = &found.views[0];
    assert_eq!((found.views.len(), view.name.name.as_str()), (1, "v"));
    let uses: Vec<String> = view
        .uses
        .iter()
        .map(|(table, columns)| format!("{table}: {columns:?}"))
        .collect();
    assert_eq!(uses, ["plain: {\"a\"}"]);
}

#[tokio::test]
async fn excluded_tables_are_not_there() {
    let (db, _) = odd().await;
    let scope = Scope {
        ignore: vec!["plain".into()],
        ..Scope::default()
    };
    let found = inspect(&db, &scope).await.unwrap();
    assert!(found.catalog.table(&"plain".into()).is_none());
}

#[tokio::test]
async fn a_table_that_cannot_be_read_is_told_and_left_out() {
    let db = database().await;
    run(
        &db,
        &[
            "CREATE TABLE good (id INTEGER PRIMARY KEY)",
            "CREATE TABLE bad (id INTEGER PRIMARY KEY)",
            "PRAGMA writable_schema = ON",
            "UPDATE sqlite_schema SET sql = 'CREATE TABLE bad (id INTEGER PRIMARY KEY WITH NEWS)' WHERE name = 'bad'",
        ],
    )
    .await;
    let found = inspect(&db, &Scope::default()).await.unwrap();
    assert_eq!(found.catalog.tables.len(), 1);
    insta::assert_snapshot!(found.notes[0].message, @"table `bad` cannot be read and is left alone: expected , or ) at byte 41, found `WITH`");
}

async fn pragma(db: &DatabaseConnection, sql: &str) -> Vec<sea_orm::QueryResult> {
    let statement = Statement::from_string(db.get_database_backend(), sql);
    db.query_all_raw(statement).await.unwrap()
}

fn quoted(table: &Table) -> String {
    format!("'{}'", table.name.name.replace('\'', "''"))
}

#[tokio::test]
async fn columns_agree_with_the_pragma() {
    let (db, found) = odd().await;
    let server = Server::sqlite();
    for table in found.catalog.tables.values() {
        let sql = format!(
            "SELECT name, type, \"notnull\", dflt_value, pk, hidden FROM pragma_table_xinfo({}) ORDER BY cid",
            quoted(table)
        );
        let rows = pragma(&db, &sql).await;
        assert_eq!(rows.len(), table.columns.len(), "{}", table.name);
        for (row, column) in rows.iter().zip(&table.columns) {
            let name: String = row.try_get_by_index(0).unwrap();
            let ty: String = row.try_get_by_index(1).unwrap();
            let not_null: bool = row.try_get_by_index(2).unwrap();
            let default: Option<String> = row.try_get_by_index(3).unwrap();
            let pk: i32 = row.try_get_by_index(4).unwrap();
            let hidden: i32 = row.try_get_by_index(5).unwrap();
            assert_eq!(column.name, name);
            assert_eq!(column.ty, types::parse(&server, &ty), "{name}");
            assert_eq!(column.nullable, !not_null && pk == 0, "{name}");
            let stated = default.filter(|text| text != "NULL");
            assert_eq!(column.default.is_some(), stated.is_some(), "{name}");
            let at = table
                .primary_key
                .as_ref()
                .and_then(|key| key.columns.iter().position(|known| *known == name));
            assert_eq!(
                at.map_or(0, |at| at + 1),
                usize::try_from(pk).unwrap(),
                "{name}"
            );
            let kind = column
                .generated
                .as_ref()
                .map_or(0, |generated| if generated.stored { 3 } else { 2 });
            assert_eq!(kind, hidden, "{name}");
        }
    }
}

#[tokio::test]
async fn indexes_and_keys_agree_with_the_pragma() {
    let (db, found) = odd().await;
    for table in found.catalog.tables.values() {
        let sql = format!(
            "SELECT name, \"unique\", origin, partial FROM pragma_index_list({})",
            quoted(table)
        );
        let mut indexes = BTreeSet::new();
        let mut uniques = 0;
        for row in pragma(&db, &sql).await {
            let (name, unique): (String, bool) = (
                row.try_get_by_index(0).unwrap(),
                row.try_get_by_index(1).unwrap(),
            );
            let (origin, partial): (String, bool) = (
                row.try_get_by_index(2).unwrap(),
                row.try_get_by_index(3).unwrap(),
            );
            match origin.as_str() {
                "c" => {
                    indexes.insert((name, unique, partial));
                }
                "u" => uniques += 1,
                _ => {}
            }
        }
        let read: BTreeSet<_> = table
            .indexes
            .iter()
            .map(|index| (index.name.clone(), index.unique, index.predicate.is_some()))
            .collect();
        assert_eq!(read, indexes);
        assert_eq!(table.uniques.len(), uniques, "{}", table.name);
        let sql = format!(
            "SELECT DISTINCT id FROM pragma_foreign_key_list({})",
            quoted(table)
        );
        assert_eq!(table.foreign_keys.len(), pragma(&db, &sql).await.len());
    }
}

#[tokio::test]
async fn sea_schema_finds_no_more() {
    let (db, found) = odd().await;
    let discovery = sea_schema::sqlite::discovery::SchemaDiscovery::new(
        db.get_sqlite_connection_pool().clone(),
    );
    let schema = discovery.discover().await.unwrap();
    for table in &found.catalog.tables {
        let theirs = schema
            .tables
            .iter()
            .find(|known| known.name == table.0.name)
            .unwrap();
        let theirs: Vec<&str> = theirs
            .columns
            .iter()
            .map(|column| column.name.as_str())
            .collect();
        let ours: Vec<&str> = table
            .1
            .columns
            .iter()
            .map(|column: &Column| column.name.as_str())
            .collect();
        assert_eq!(ours, theirs);
    }
    for theirs in &schema.tables {
        let is_ours = found.catalog.table(&TableName::new(&theirs.name)).is_some();
        assert!(
            is_ours || theirs.name.starts_with("search") || theirs.name.starts_with("_plimsoll"),
            "{}",
            theirs.name
        );
    }
}
