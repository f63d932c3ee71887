//! A schema that SeaORM would not write.

use super::*;

#[tokio::test]
async fn a_unique_text_is_a_unique_like_others() {
    let Some(scratch) = Scratch::create("long").await else {
        return;
    };
    let server = scratch.read().await.server;
    if server.flavor == Flavor::MariaDb {
        scratch
            .run("CREATE TABLE t (a text, b varchar(9000), UNIQUE KEY ua (a), UNIQUE KEY ub (b))")
            .await;
        let found = scratch.read().await.catalog;
        let table = found.table(&name("t")).unwrap();
        assert_eq!(table.indexes, []);
        let names: Vec<_> = table
            .uniques
            .iter()
            .map(|key| key.name.as_deref())
            .collect();
        assert_eq!(names, [Some("ua"), Some("ub")]);
    }
    scratch.drop().await;
}

#[tokio::test]
async fn odd_features_are_read() {
    let Some(scratch) = Scratch::create("odd").await else {
        return;
    };
    let server = scratch.read().await.server;
    if server.flavor == Flavor::Original {
        scratch.drop().await;
        return;
    }
    scratch.run("CREATE TABLE p (id int AUTO_INCREMENT PRIMARY KEY, k int, UNIQUE KEY uk (k)) COMMENT 'it''s'").await;
    scratch
        .run(
            "CREATE TABLE odd (
            id int PRIMARY KEY, p_id int, q_id int, doc json, size int DEFAULT (1+2),
            name varchar(10) COLLATE utf8mb4_bin NOT NULL DEFAULT '', body text, place point NOT NULL,
            twice int AS (size + 1) VIRTUAL INVISIBLE, latin char CHARSET latin1, who uuid DEFAULT uuid(),
            stamp timestamp(3) NOT NULL DEFAULT now(3) ON UPDATE now(3), short varchar(9) CHECK (length(short) > 2),
            FOREIGN KEY (q_id) REFERENCES p (id) ON DELETE RESTRICT ON UPDATE NO ACTION,
            CONSTRAINT fk_p FOREIGN KEY (p_id) REFERENCES p (id) ON DELETE CASCADE,
            CONSTRAINT ck_two CHECK (size > 0 and name <> 'x'),
            KEY ix (name(3), size DESC), FULLTEXT KEY ft (body), SPATIAL KEY sp (place),
            UNIQUE KEY ux (name(4)), UNIQUE KEY uq (size, name), KEY ig (size) COMMENT 'hello' IGNORED
            ) COLLATE utf8mb4_unicode_ci",
        )
        .await;
    scratch
        .run("CREATE TABLE other (a int, KEY (a)) ENGINE = MyISAM")
        .await;
    scratch.run("CREATE VIEW seen AS SELECT * FROM p").await;
    scratch.run("CREATE SEQUENCE numbers").await;
    scratch
        .run("CREATE TABLE versioned (a int) WITH SYSTEM VERSIONING")
        .await;
    scratch
        .run("CREATE TABLE seaql_migrations (version varchar(9) PRIMARY KEY)")
        .await;
    let scope = Scope {
        schemas: vec!["mysql_no_such_database".into()],
        ignore: vec!["seaql_migrations".into()],
    };
    let found = inspect(&scratch.db, &scope).await.unwrap();
    let views: Vec<&TableName> = found.views.iter().map(|view| &view.name).collect();
    assert_eq!(views, [&name("seen")]);
    let notes: Vec<&str> = found
        .notes
        .iter()
        .map(|note| note.message.as_str())
        .collect();
    assert_eq!(
        notes,
        ["`versioned` is a system versioned table and left alone"]
    );
    insta::assert_snapshot!(found.catalog.to_json(), @r#"
    {
      "format": 1,
      "enums": [],
      "tables": [
        {
          "name": {"name":"odd"},
          "options": {"collation":"utf8mb4_unicode_ci"},
          "columns": [
            {"name":"id","type":{"int":{"width":"regular"}}},
            {"name":"p_id","type":{"int":{"width":"regular"}},"nullable":true},
            {"name":"q_id","type":{"int":{"width":"regular"}},"nullable":true},
            {"name":"doc","type":"json","nullable":true},
            {"name":"size","type":{"int":{"width":"regular"}},"nullable":true,"default":{"expression":"1 + 2"}},
            {"name":"name","type":{"varchar":10},"default":{"literal":{"string":""}},"collation":"utf8mb4_bin"},
            {"name":"body","type":{"text":"regular"},"nullable":true},
            {"name":"place","type":{"raw":"point"}},
            {"name":"twice","type":{"int":{"width":"regular"}},"nullable":true,"generated":{"expression":"`size` + 1","stored":false},"invisible":true},
            {"name":"latin","type":{"char":1},"nullable":true,"collation":"latin1_swedish_ci"},
            {"name":"who","type":{"raw":"uuid"},"nullable":true,"default":{"expression":"uuid()"}},
            {"name":"stamp","type":{"timestamp":3},"default":{"literal":{"current_timestamp":3}},"on_update":"CURRENT_TIMESTAMP(3)"},
            {"name":"short","type":{"varchar":9},"nullable":true}
          ],
          "primary_key": {"columns":["id"]},
          "uniques": [
            {"name":"uq","columns":["size","name"]}
          ],
          "indexes": [
            {"name":"ft","keys":[{"column":"body"}],"method":"fulltext"},
            {"name":"ig","keys":[{"column":"size"}],"invisible":true,"comment":"hello"},
            {"name":"ix","keys":[{"column":"name","prefix":3},{"column":"size","order":"desc"}]},
            {"name":"sp","keys":[{"column":"place"}],"method":"spatial"},
            {"name":"ux","keys":[{"column":"name","prefix":4}],"unique":true}
          ],
          "foreign_keys": [
            {"name":"fk_p","columns":["p_id"],"ref_table":{"name":"p"},"ref_columns":["id"],"on_delete":"cascade"},
            {"name":"odd_ibfk_1","columns":["q_id"],"ref_table":{"name":"p"},"ref_columns":["id"]}
          ],
          "checks": [
            {"name":"ck_two","expression":"`size` > 0 and `name` <> 'x'"},
            {"name":"short","expression":"octet_length(`short`) > 2"}
          ]
        },
        {
          "name": {"name":"other"},
          "options": {"engine":"MyISAM"},
          "columns": [
            {"name":"a","type":{"int":{"width":"regular"}},"nullable":true}
          ],
          "indexes": [
            {"name":"a","keys":[{"column":"a"}]}
          ]
        },
        {
          "name": {"name":"p"},
          "comment": "it's",
          "columns": [
            {"name":"id","type":{"int":{"width":"regular"}},"auto_increment":"auto"},
            {"name":"k","type":{"int":{"width":"regular"}},"nullable":true}
          ],
          "primary_key": {"columns":["id"]},
          "uniques": [
            {"name":"uk","columns":["k"]}
          ]
        }
      ]
    }
    "#);
    let nothing = Change::DropTable(Table::new("nothing"));
    scratch.printed(&server, &found.catalog, &nothing).await;
    // What is read can be written, and is read as the same again.
    let odd = found.catalog.table(&name("odd")).unwrap().clone();
    let drop = Change::DropTable(odd.clone());
    let mut ours = found.catalog.clone();
    ours.insert(Table {
        columns: vec![Column::new("version", ColumnType::Varchar(Some(9)))],
        primary_key: Some(PrimaryKey {
            name: None,
            columns: vec!["version".into()],
            ..PrimaryKey::default()
        }),
        ..Table::new("seaql_migrations")
    });
    let without = scratch.carry_out(&server, &ours, &drop).await;
    let again = scratch.carry_out(&server, &without, &drop.reverse()).await;
    there_and_back(&scratch, &server, again, odd).await;
    scratch.drop().await;
}

/// A foreign key that the server named goes and comes, with the index that the server named.
async fn there_and_back(scratch: &Scratch, server: &Server, live: Catalog, odd: Table) {
    let is_its = |key: &&ForeignKey| key.name.as_deref() == Some("odd_ibfk_1");
    let key = odd.foreign_keys.iter().find(is_its).unwrap().clone();
    let covering = Index::on("covering", &["q_id", "id"]);
    for changes in [
        vec![TableChange::DropForeignKey(key)],
        vec![TableChange::AddIndex(covering)],
    ] {
        let change = Change::AlterTable {
            table: name("odd"),
            changes,
        };
        let there = scratch.carry_out(server, &live, &change).await;
        scratch.carry_out(server, &there, &change.reverse()).await;
    }
}

/// On MySQL, where the run's server is one: what MariaDB has not.
#[tokio::test]
async fn odd_features_of_mysql_are_read() {
    let Some(scratch) = Scratch::create("odd_mysql").await else {
        return;
    };
    let server = scratch.read().await.server;
    if server.flavor == Flavor::MariaDb || server.version < Version(8, 0, 23) {
        scratch.drop().await;
        return;
    }
    scratch.run("CREATE TABLE p (id int AUTO_INCREMENT PRIMARY KEY, k int, UNIQUE KEY uk (k)) COMMENT 'it''s'").await;
    scratch
        .run(
            "CREATE TABLE odd (
            id int PRIMARY KEY, p_id int, q_id int, doc json DEFAULT ('{}'), size int DEFAULT (1+2),
            name varchar(10) COLLATE utf8mb4_bin NOT NULL DEFAULT 'it''s', body text DEFAULT ('it''s'), place point NOT NULL,
            twice int AS (size + 1) VIRTUAL NOT NULL INVISIBLE, latin char CHARSET latin1, bytes varbinary(8) DEFAULT x'61e9',
            fixed binary(4) DEFAULT 'ab', day date DEFAULT (curdate()), who varchar(36) DEFAULT (uuid()),
            shout varchar(20) AS (concat(upper(name), '\\'s')) STORED, flag bit(3) DEFAULT b'101', yes bool DEFAULT true,
            stamp timestamp(3) NOT NULL DEFAULT now(3) ON UPDATE now(3), short varchar(9) CHECK (length(short) > 2),
            FOREIGN KEY (q_id) REFERENCES p (id) ON DELETE RESTRICT ON UPDATE NO ACTION,
            CONSTRAINT fk_p FOREIGN KEY (p_id) REFERENCES p (id) ON DELETE CASCADE,
            CONSTRAINT ck_two CHECK (size > 0 and name <> 'it\\'s'),
            KEY ix (name(3), size DESC), KEY fx ((lower(name)), size), FULLTEXT KEY ft (body),
            UNIQUE KEY ux (name(4)), UNIQUE KEY uq (size, name), KEY ig (size) COMMENT 'hello' INVISIBLE
            ) COLLATE utf8mb4_unicode_ci",
        )
        .await;
    scratch.run("CREATE VIEW seen AS SELECT * FROM p").await;
    let found = scratch.read().await;
    let reads: Vec<&TableName> = found
        .views
        .iter()
        .flat_map(|view| view.uses.keys())
        .collect();
    assert_eq!(reads, [&name("p")]);
    let nothing = Change::DropTable(Table::new("nothing"));
    scratch.printed(&server, &found.catalog, &nothing).await;
    insta::assert_snapshot!(found.catalog.to_json(), @r#"
    {
      "format": 1,
      "enums": [],
      "tables": [
        {
          "name": {"name":"odd"},
          "options": {"collation":"utf8mb4_unicode_ci"},
          "columns": [
            {"name":"id","type":{"int":{"width":"regular"}}},
            {"name":"p_id","type":{"int":{"width":"regular"}},"nullable":true},
            {"name":"q_id","type":{"int":{"width":"regular"}},"nullable":true},
            {"name":"doc","type":"json","nullable":true,"default":{"literal":{"string":"{}"}}},
            {"name":"size","type":{"int":{"width":"regular"}},"nullable":true,"default":{"expression":"1 + 2"}},
            {"name":"name","type":{"varchar":10},"default":{"literal":{"string":"it's"}},"collation":"utf8mb4_bin"},
            {"name":"body","type":{"text":"regular"},"nullable":true,"default":{"literal":{"string":"it's"}}},
            {"name":"place","type":{"raw":"point"}},
            {"name":"twice","type":{"int":{"width":"regular"}},"generated":{"expression":"`size` + 1","stored":false},"invisible":true},
            {"name":"latin","type":{"char":1},"nullable":true,"collation":"latin1_swedish_ci"},
            {"name":"bytes","type":{"varbinary":8},"nullable":true,"default":{"literal":{"bytes":"61e9"}}},
            {"name":"fixed","type":{"binary":4},"nullable":true,"default":{"literal":{"bytes":"61620000"}}},
            {"name":"day","type":"date","nullable":true,"default":{"literal":"current_date"}},
            {"name":"who","type":{"varchar":36},"nullable":true,"default":{"expression":"uuid()"}},
            {"name":"shout","type":{"varchar":20},"nullable":true,"generated":{"expression":"concat(upper(`name`),'\\'s')","stored":true}},
            {"name":"flag","type":{"bit":3},"nullable":true,"default":{"literal":{"number":"5"}}},
            {"name":"yes","type":"boolean","nullable":true,"default":{"literal":{"bool":true}}},
            {"name":"stamp","type":{"timestamp":3},"default":{"literal":{"current_timestamp":3}},"on_update":"CURRENT_TIMESTAMP(3)"},
            {"name":"short","type":{"varchar":9},"nullable":true}
          ],
          "primary_key": {"columns":["id"]},
          "uniques": [
            {"name":"uq","columns":["size","name"]}
          ],
          "indexes": [
            {"name":"ft","keys":[{"column":"body"}],"method":"fulltext"},
            {"name":"fx","keys":[{"expression":"lower(`name`)"},{"column":"size"}]},
            {"name":"ig","keys":[{"column":"size"}],"invisible":true,"comment":"hello"},
            {"name":"ix","keys":[{"column":"name","prefix":3},{"column":"size","order":"desc"}]},
            {"name":"ux","keys":[{"column":"name","prefix":4}],"unique":true}
          ],
          "foreign_keys": [
            {"name":"fk_p","columns":["p_id"],"ref_table":{"name":"p"},"ref_columns":["id"],"on_delete":"cascade"},
            {"name":"odd_ibfk_1","columns":["q_id"],"ref_table":{"name":"p"},"ref_columns":["id"]}
          ],
          "checks": [
            {"name":"ck_two","expression":"(`size` > 0) and (`name` <> 'it\\'s')"},
            {"name":"odd_chk_1","expression":"length(`short`) > 2"}
          ]
        },
        {
          "name": {"name":"p"},
          "comment": "it's",
          "columns": [
            {"name":"id","type":{"int":{"width":"regular"}},"auto_increment":"auto"},
            {"name":"k","type":{"int":{"width":"regular"}},"nullable":true}
          ],
          "primary_key": {"columns":["id"]},
          "uniques": [
            {"name":"uk","columns":["k"]}
          ]
        }
      ]
    }
    "#);
    // What is read can be written, and is read as the same again.
    let odd = found.catalog.table(&name("odd")).unwrap().clone();
    let drop = Change::DropTable(odd.clone());
    let without = scratch.carry_out(&server, &found.catalog, &drop).await;
    let again = scratch.carry_out(&server, &without, &drop.reverse()).await;
    there_and_back(&scratch, &server, again, odd).await;
    scratch.drop().await;
}

#[tokio::test]
async fn another_database_is_read_under_its_name() {
    let Some(scratch) = Scratch::create("home").await else {
        return;
    };
    let Some(away) = Scratch::create("away").await else {
        return;
    };
    away.run("CREATE TABLE p (id int PRIMARY KEY)").await;
    let sql = format!(
        "CREATE TABLE c (id int PRIMARY KEY, CONSTRAINT fk FOREIGN KEY (id) REFERENCES {}.p (id))",
        away.name
    );
    scratch.run(&sql).await;
    let scope = Scope {
        schemas: vec![away.name.clone()],
        ignore: Vec::new(),
    };
    let found = inspect(&scratch.db, &scope).await.unwrap();
    let there = TableName::qualified(Some(away.name.as_str()), "p");
    assert!(found.catalog.table(&there).is_some());
    let key = found.catalog.table(&name("c")).unwrap().foreign_keys[0].clone();
    assert_eq!(key.ref_table, there);
    let drop = Change::AlterTable {
        table: name("c"),
        changes: vec![TableChange::DropForeignKey(key)],
    };
    for change in [&drop, &drop.reverse()] {
        for sql in render(&found.server, &found.catalog, change).unwrap() {
            scratch.run(&sql).await;
        }
    }
    assert_eq!(
        inspect(&scratch.db, &scope).await.unwrap().catalog,
        found.catalog
    );
    scratch.drop().await;
    away.drop().await;
}
