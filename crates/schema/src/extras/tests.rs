use super::*;
use crate::{Column, ColumnType, Deferrable, ForeignKey, SequenceOptions, Unique};

fn customer() -> Table {
    let mut table = Table::new("customer");
    table.columns = ["id", "email", "shop_id"]
        .map(|name| Column::new(name, ColumnType::INTEGER))
        .to_vec();
    table.uniques = vec![Unique {
        name: None,
        columns: vec!["email".into()],
        nulls_not_distinct: false,
        deferrable: None,
        ..Unique::default()
    }];
    table.foreign_keys = vec![ForeignKey {
        name: Some("fk-customer-shop_id".into()),
        columns: vec!["shop_id".into()],
        ref_table: "shop".into(),
        ref_columns: vec!["id".into()],
        on_delete: None,
        on_update: None,
        deferrable: None,
        match_full: false,
        not_valid: false,
        ..ForeignKey::default()
    }];
    table
}

const fn declaration(declare: fn(TableExtras) -> TableExtras) -> Declaration {
    Declaration::new("entity::customer", || "customer".into(), declare)
}

fn refused(declare: fn(TableExtras) -> TableExtras) -> String {
    match declaration(declare).apply(Backend::Postgres, customer()) {
        Ok(_) => "accepted".to_owned(),
        Err(error) => error.to_string(),
    }
}

#[test]
fn facts_are_added_to_the_table() {
    let declared = declaration(|table| {
        table
            .index(
                IndexExtra::on("ix_customer", ["shop_id", "email"])
                    .expression("lower(email)")
                    .desc("email")
                    .where_("shop_id IS NOT NULL")
                    .using("BTREE"),
            )
            .unique("uq_customer_email", ["email"])
            .check("ck_customer", "id > 0")
            .foreign_key_name(["shop_id"], "fk_shop")
            .deferrable(["shop_id"], Deferrable::Deferred)
            .generated("email", "lower('x')", true)
            .renamed_from("client")
            .comment("who buys")
            .strict()
            .identity_always("id")
            .on(Backend::Mysql, |table| {
                table.collation("email", "utf8mb4_bin")
            })
    });
    let table = declared.apply(Backend::Sqlite, customer()).ok();
    let table = table.as_ref();
    assert_eq!(table.map(|table| table.uniques.len()), Some(1));
    insta::assert_snapshot!(serde_json::to_string_pretty(&table).unwrap_or_default(), @r#"
    {
      "name": {
        "name": "customer"
      },
      "columns": [
        {
          "name": "id",
          "type": {
            "int": {
              "width": "regular"
            }
          }
        },
        {
          "name": "email",
          "type": {
            "int": {
              "width": "regular"
            }
          },
          "generated": {
            "expression": "lower('x')",
            "stored": true
          }
        },
        {
          "name": "shop_id",
          "type": {
            "int": {
              "width": "regular"
            }
          }
        }
      ],
      "uniques": [
        {
          "name": "uq_customer_email",
          "columns": [
            "email"
          ]
        }
      ],
      "indexes": [
        {
          "name": "ix_customer",
          "keys": [
            {
              "column": "shop_id"
            },
            {
              "column": "email",
              "order": "desc"
            },
            {
              "expression": "lower(email)"
            }
          ],
          "predicate": "shop_id IS NOT NULL"
        }
      ],
      "foreign_keys": [
        {
          "name": "fk_shop",
          "columns": [
            "shop_id"
          ],
          "ref_table": {
            "name": "shop"
          },
          "ref_columns": [
            "id"
          ],
          "deferrable": "deferred"
        }
      ],
      "checks": [
        {
          "name": "ck_customer",
          "expression": "id > 0"
        }
      ],
      "comment": "who buys",
      "options": {
        "strict": true
      },
      "renamed_from": {
        "name": "client"
      }
    }
    "#);
}

#[test]
fn what_does_not_fit_is_refused_with_the_module() {
    let errors = [
        refused(|table| table.collation("emial", "C").comment("first problem wins")),
        refused(|table| table.index(IndexExtra::on("ix", ["email"]).desc("id"))),
        refused(|table| table.index(IndexExtra::on("ix", ["email"]).include(["no"]))),
        refused(|table| table.index(IndexExtra::new("ix"))),
        refused(|table| table.foreign_key_name(["id"], "fk")),
        refused(|table| table.check("ck", "1").check("ck", "2")),
        refused(|table| table.column(Column::new("id", ColumnType::INTEGER))),
        refused(|table| table.on(Backend::Sqlite, |table| table.collation("no", "NOCASE"))),
    ];
    insta::assert_snapshot!(errors.join("\n"), @r"
    extras! in `entity::customer`, table `customer`: no column `emial`; there is `id`, `email`, `shop_id`
    extras! in `entity::customer`, table `customer`: no index key `id`; there is `email`
    extras! in `entity::customer`, table `customer`: no column `no`; there is `id`, `email`, `shop_id`
    extras! in `entity::customer`, table `customer`: index `ix` has no keys
    extras! in `entity::customer`, table `customer`: no foreign key on `id`; there is `shop_id`
    extras! in `entity::customer`, table `customer`: check `ck` is stated twice
    extras! in `entity::customer`, table `customer`: column `id` is stated twice
    accepted
    ");
}

#[test]
fn what_postgresql_says_of_parts_is_stated_there_alone() {
    let declare: fn(TableExtras) -> TableExtras = |table| {
        table
            .unique_constraint(Unique {
                name: Some("uq_email".into()),
                columns: vec!["email".into()],
                include: vec!["id".into()],
                deferrable: Some(Deferrable::Deferred),
                ..Unique::default()
            })
            .identity("id", true, SequenceOptions::default())
            .parameter("fillfactor", "70")
            .index(IndexExtra::on("ix", ["email"]).parameter("fillfactor", "80"))
    };
    let applied = |backend| declaration(declare).apply(backend, customer()).unwrap();
    let table = applied(Backend::Postgres);
    assert_eq!(table.uniques.len(), 1);
    assert_eq!(table.uniques[0].include, ["id"]);
    assert_eq!(table.options.parameters["fillfactor"], "70");
    assert_eq!(table.indexes[0].parameters["fillfactor"], "80");
    assert!(table.column("id").unwrap().auto_increment.is_some());
    assert!(applied(Backend::Sqlite).options.is_default());
}
