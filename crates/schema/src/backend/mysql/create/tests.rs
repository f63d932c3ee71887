use super::*;

/// As MySQL 8.4 prints it.
const MYSQL: &str = "CREATE TABLE `odd``t` (
  `id` int unsigned NOT NULL AUTO_INCREMENT COMMENT 'it''s, (an) \\\\ id',
  `size` int DEFAULT '7',
  `name` varchar(40) COLLATE utf8mb4_bin NOT NULL DEFAULT 'a,b)',
  `old` varchar(9) CHARACTER SET latin1 COLLATE latin1_swedish_ci DEFAULT NULL,
  `doc` json DEFAULT (_utf8mb4'{}'),
  `mood` enum('a','it''s') DEFAULT 'it''s',
  `stamp` timestamp(3) NULL DEFAULT CURRENT_TIMESTAMP(3) ON UPDATE CURRENT_TIMESTAMP(3),
  `twice` int GENERATED ALWAYS AS ((`size` * 2)) VIRTUAL /*!80023 INVISIBLE */,
  `parent` int unsigned DEFAULT NULL,
  PRIMARY KEY (`id`),
  UNIQUE KEY `uq` (`name`,`size`),
  UNIQUE KEY `ux` (`name`(4)),
  KEY `fk` (`parent`),
  KEY `ix` ((lower(`name`)),`size` DESC) USING BTREE COMMENT 'hi' /*!80000 INVISIBLE */,
  FULLTEXT KEY `ft` (`name`) /*!50100 WITH PARSER `ngram` */ ,
  CONSTRAINT `fk` FOREIGN KEY (`parent`) REFERENCES `other`.`p` (`id`) ON DELETE CASCADE ON UPDATE RESTRICT,
  CONSTRAINT `ck` CHECK ((`name` <> _utf8mb4'x,')) /*!80016 NOT ENFORCED */
) ENGINE=InnoDB AUTO_INCREMENT=5 DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_0900_ai_ci COMMENT='a ''table'''
/*!50100 PARTITION BY HASH (`id`)
PARTITIONS 4 */";

#[test]
fn what_mysql_prints_is_read() {
    let server = Server {
        default_collation: Some("utf8mb4_0900_ai_ci".into()),
        ..Server::mysql(Version(8, 4, 0))
    };
    let table = table(&server, &TableName::new("odd`t"), MYSQL).unwrap();
    insta::assert_snapshot!(crate::Catalog::of([table]).to_json(), @r#"
    {
      "format": 1,
      "enums": [],
      "tables": [
        {
          "name": {"name":"odd`t"},
          "comment": "a 'table'",
          "columns": [
            {"name":"id","type":{"int":{"width":"regular","unsigned":true}},"auto_increment":"auto","comment":"it's, (an) \\ id"},
            {"name":"size","type":{"int":{"width":"regular"}},"nullable":true,"default":{"literal":{"number":"7"}}},
            {"name":"name","type":{"varchar":40},"default":{"literal":{"string":"a,b)"}},"collation":"utf8mb4_bin"},
            {"name":"old","type":{"varchar":9},"nullable":true,"collation":"latin1_swedish_ci"},
            {"name":"doc","type":"json","nullable":true,"default":{"literal":{"string":"{}"}}},
            {"name":"mood","type":{"enum":{"name":{"name":""},"values":["a","it's"]}},"nullable":true,"default":{"literal":{"string":"it's"}}},
            {"name":"stamp","type":{"timestamp":3},"nullable":true,"default":{"literal":{"current_timestamp":3}},"on_update":"CURRENT_TIMESTAMP(3)"},
            {"name":"twice","type":{"int":{"width":"regular"}},"nullable":true,"generated":{"expression":"`size` * 2","stored":false},"invisible":true},
            {"name":"parent","type":{"int":{"width":"regular","unsigned":true}},"nullable":true}
          ],
          "primary_key": {"columns":["id"]},
          "uniques": [
            {"name":"uq","columns":["name","size"]}
          ],
          "indexes": [
            {"name":"ft","keys":[{"column":"name"}],"method":"fulltext"},
            {"name":"ix","keys":[{"expression":"lower(`name`)"},{"column":"size","order":"desc"}],"invisible":true,"comment":"hi"},
            {"name":"ux","keys":[{"column":"name","prefix":4}],"unique":true}
          ],
          "foreign_keys": [
            {"name":"fk","columns":["parent"],"ref_table":{"schema":"other","name":"p"},"ref_columns":["id"],"on_delete":"cascade"}
          ],
          "checks": [
            {"name":"ck","expression":"`name` <> 'x,'","not_enforced":true}
          ]
        }
      ]
    }
    "#);
}

#[test]
fn another_text_is_refused() {
    let server = Server::mariadb(Version(10, 11, 0));
    for text in [
        "",
        "CREATE VIEW `v` AS SELECT 1",
        "CREATE TABLE `t` (\n  `a` int(11)",
        "CREATE TABLE `t` (what)",
    ] {
        assert!(
            table(&server, &TableName::new("t"), text).is_err(),
            "{text}"
        );
    }
}
