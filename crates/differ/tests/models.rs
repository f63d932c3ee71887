//! Entities linked into this binary are read, here and in a child process. The binary is its own harness, because the child is this
//! program again.

#![expect(
    unreachable_pub,
    reason = "entities are written as in a crate of their own"
)]
#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::process::ExitCode;

use libtest_mimic::{Arguments, Trial};
use plimsoll_differ::models::{Models, ModelsError, Options, read, read_in_child, run_if_child};
use plimsoll_schema::{Catalog, Code, Server, Version};

mod customer {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "customer", comment = "who buys")]
    pub struct Model {
        #[sea_orm(primary_key)]
        pub id: i64,
        #[sea_orm(unique, comment = "lower case")]
        pub email: String,
        #[sea_orm(
            indexed,
            column_type = "String(StringLen::N(40))",
            renamed_from = "name"
        )]
        pub full_name: String,
        #[sea_orm(comment = "x; y", renamed_from = "born")]
        pub birthday: Option<String>,
        #[sea_orm(default_value = 0)]
        pub points: i32,
        #[sea_orm(
            default_expr = "Expr::current_timestamp()",
            column_type = "TimestampWithTimeZone"
        )]
        pub created_at: String,
        #[sea_orm(default_value = "new")]
        pub state: State,
        #[sea_orm(extra = "CHECK (rank > 0)")]
        pub rank: Rank,
    }

    #[derive(Clone, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum)]
    #[sea_orm(rs_type = "String", db_type = "Enum", enum_name = "customer_state")]
    pub enum State {
        #[sea_orm(string_value = "new")]
        New,
        #[sea_orm(string_value = "it's old")]
        Old,
    }

    #[derive(Clone, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum)]
    #[sea_orm(rs_type = "i32", db_type = "Integer")]
    pub enum Rank {
        #[sea_orm(num_value = 1)]
        First,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// The path of this module begins with that of another one.
mod customer_tag {
    use plimsoll_schema::Backend;
    use plimsoll_schema::extras::IndexExtra;
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "customer_tag")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub customer_id: i64,
        #[sea_orm(primary_key, auto_increment = false)]
        pub tag: String,
        #[sea_orm(unique_key = "shelf")]
        pub board: i16,
        #[sea_orm(unique_key = "shelf", default_expr = "super::trap()")]
        pub place: u32,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {
        #[sea_orm(
            belongs_to = "super::customer::Entity",
            from = "Column::CustomerId",
            to = "super::customer::Column::Id",
            on_delete = "Cascade"
        )]
        Customer,
    }

    impl Related<super::customer::Entity> for Entity {
        fn to() -> RelationDef {
            Relation::Customer.def()
        }
    }

    impl ActiveModelBehavior for ActiveModel {}

    plimsoll_schema::extras!(Entity, |table| {
        table
            .check("ck_customer_tag_place", "place < 100")
            .on(Backend::Postgres, |table| {
                table.index(IndexExtra::on("ix_tag", ["tag"]).where_("board > 0"))
            })
    });
}

/// A default for a column; in the child that a test asks for it, the death of the process.
fn trap() -> sea_orm::sea_query::Expr {
    match std::env::var("TEST_TRAP").as_deref() {
        Ok("panic") => panic!("the trap is shut"),
        Ok("overflow") => overflow(1),
        Ok("abort") => std::process::abort(),
        Ok(_) | Err(_) => sea_orm::sea_query::Expr::val(7),
    }
}

#[expect(unconditional_recursion, reason = "this is what the test is about")]
fn overflow(depth: u64) -> sea_orm::sea_query::Expr {
    let rest = overflow(std::hint::black_box(depth + 1));
    std::hint::black_box(&rest);
    rest
}

fn models() -> Models {
    read(&Server::postgres(16), &Options::default()).unwrap()
}

fn entities_are_read() {
    insta::assert_snapshot!(models().catalog.to_json(), @r#"
    {
      "format": 1,
      "enums": [
        {"name":{"name":"customer_state"},"values":["new","it's old"]}
      ],
      "tables": [
        {
          "name": {"name":"customer"},
          "comment": "who buys",
          "columns": [
            {"name":"id","type":{"int":{"width":"big"}},"auto_increment":"auto"},
            {"name":"email","type":{"varchar":null},"comment":"lower case"},
            {"name":"full_name","type":{"varchar":40},"renamed_from":"name"},
            {"name":"birthday","type":{"varchar":null},"nullable":true,"comment":"x; y","renamed_from":"born"},
            {"name":"points","type":{"int":{"width":"regular"}},"default":{"literal":{"number":"0"}}},
            {"name":"created_at","type":{"timestamp_tz":null},"default":{"literal":{"current_timestamp":null}}},
            {"name":"state","type":{"enum":{"name":{"name":"customer_state"},"values":["new","it's old"]}},"default":{"literal":{"string":"new"}}},
            {"name":"rank","type":{"int":{"width":"regular"}},"extra":"CHECK (rank > 0)"}
          ],
          "primary_key": {"columns":["id"]},
          "uniques": [
            {"columns":["email"]}
          ],
          "indexes": [
            {"name":"idx-customer-full_name","keys":[{"column":"full_name"}]}
          ]
        },
        {
          "name": {"name":"customer_tag"},
          "columns": [
            {"name":"customer_id","type":{"int":{"width":"big"}}},
            {"name":"tag","type":{"varchar":null}},
            {"name":"board","type":{"int":{"width":"small"}}},
            {"name":"place","type":{"int":{"width":"regular","unsigned":true}},"default":{"literal":{"number":"7"}}}
          ],
          "primary_key": {"columns":["customer_id","tag"]},
          "indexes": [
            {"name":"idx-customer_tag-shelf","keys":[{"column":"board"},{"column":"place"}],"unique":true},
            {"name":"ix_tag","keys":[{"column":"tag"}],"predicate":"board > 0"}
          ],
          "foreign_keys": [
            {"columns":["customer_id"],"ref_table":{"name":"customer"},"ref_columns":["id"],"on_delete":"cascade"}
          ],
          "checks": [
            {"name":"ck_customer_tag_place","expression":"place < 100"}
          ]
        }
      ]
    }
    "#);
}

fn the_child_reads_the_same() {
    let child = read_in_child(&Server::postgres(16), &Options::default()).unwrap();
    assert_eq!(child, models());
    let origins: Vec<_> = child
        .catalog
        .tables
        .values()
        .map(|t| t.origin.as_deref())
        .collect();
    assert_eq!(
        origins,
        [Some("models::customer"), Some("models::customer_tag")]
    );
}

fn named_entities_are_the_same() {
    let named = Models::from_entities(&Server::postgres(16), |registry| {
        registry
            .entity(customer_tag::Entity)
            .entity(customer::Entity)
    });
    assert_eq!(named.unwrap(), models());
}

fn one_table_twice_is_refused() {
    let twice = Models::from_entities(&Server::sqlite(), |registry| {
        registry.entity(customer::Entity).entity(customer::Entity)
    });
    assert!(matches!(twice, Err(ModelsError::Duplicate { .. })));
    let none = Models::from_entities(&Server::sqlite(), |registry| registry);
    assert_eq!(none, Err(ModelsError::NoEntities));
}

fn ignored_tables_are_left_out() {
    let mut options = Options::default();
    options.ignored_tables.insert("customer_tag".into());
    let models = read(&Server::sqlite(), &options).unwrap();
    assert_eq!(models.catalog.tables.len(), 1);
    assert!(models.catalog.enums.is_empty());
}

fn death(trap: &str) -> ModelsError {
    // The child inherits this process's environment.
    let program = std::env::current_exe().unwrap();
    let output = std::process::Command::new(program)
        .env("TEST_TRAP", trap)
        .env("TEST_PRINT", "1")
        .output()
        .unwrap();
    serde_json::from_slice(&output.stdout).unwrap()
}

fn the_entity_that_dies_is_named() {
    let deaths = ["panic", "overflow", "abort"].map(|trap| death(trap).to_string());
    insta::assert_snapshot!(deaths.join("\n"), @r"
    reading the entity in `models::customer_tag` panics: the trap is shut
    reading the entity in `models::customer_tag` overflows the stack: two entities may point at each other with `has_one` or `has_many`, and neither with `belongs_to`
    the program died while it read its entities (signal: 6 (SIGABRT)), at the entity in `models::customer_tag`
    ");
}

fn what_a_backend_cannot_have_is_told() {
    let servers = [
        Server::postgres(16),
        Server::sqlite(),
        Server::mariadb(Version(10, 11, 0)),
    ];
    for server in servers {
        let models = read(&server, &Options::default()).unwrap();
        let found =
            plimsoll_differ::models::validate(&server, &models.catalog, &Catalog::default());
        assert_eq!(found, [], "{server:?}");
    }
    let mut catalog = models().catalog;
    let mut table = catalog.tables.remove(&"customer_tag".into()).unwrap();
    catalog.tables.clear();
    table.foreign_keys.push(table.foreign_keys[0].clone());
    table.columns[2].name = "x".repeat(64);
    table.columns[3].ty = plimsoll_schema::ColumnType::Uuid;
    table.columns[3].auto_increment = Some(plimsoll_schema::AutoIncrement::Auto);
    catalog.insert(table);
    let found =
        plimsoll_differ::models::validate(&Server::postgres(16), &catalog, &Catalog::default());
    assert!(found.iter().any(|diagnostic| diagnostic.code == Code::C602));
    let lines: Vec<String> = found
        .iter()
        .map(|diagnostic| {
            format!(
                "{} {}: {}",
                diagnostic.severity, diagnostic.code, diagnostic.message
            )
        })
        .collect();
    insta::assert_snapshot!(lines.join("\n"), @r"
    error C601: PostgreSQL has no auto-increment of this type (`customer_tag.place`)
    error C601: two relations make a foreign key of the name `fk-customer_tag-customer_id`
    warning C601: foreign key `fk-customer_tag-customer_id` points at table `customer`, which no model states
    warning C601: foreign key `fk-customer_tag-customer_id` points at table `customer`, which no model states
    error C602: name of column `xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx` is longer than the 63 bytes that PostgreSQL keeps
    ");
}

fn main() -> ExitCode {
    if std::env::var_os("TEST_PRINT").is_some() && !plimsoll_differ::models::is_child() {
        let error = read_in_child(&Server::sqlite(), &Options::default()).unwrap_err();
        println!("{}", serde_json::to_string(&error).unwrap());
        return ExitCode::SUCCESS;
    }
    println!("a program may print before it hands over");
    if let Some(code) = run_if_child() {
        return code;
    }
    let test = |name: &str, run: fn()| {
        Trial::test(name, move || {
            run();
            Ok(())
        })
    };
    let trials = vec![
        test("entities_are_read", entities_are_read),
        test("the_child_reads_the_same", the_child_reads_the_same),
        test("named_entities_are_the_same", named_entities_are_the_same),
        test("one_table_twice_is_refused", one_table_twice_is_refused),
        test("ignored_tables_are_left_out", ignored_tables_are_left_out),
        test(
            "the_entity_that_dies_is_named",
            the_entity_that_dies_is_named,
        ),
        test(
            "what_a_backend_cannot_have_is_told",
            what_a_backend_cannot_have_is_told,
        ),
    ];
    libtest_mimic::run(&Arguments::from_args(), trials).exit_code()
}
