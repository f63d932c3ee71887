//! The law: a generated file, compiled and run, runs exactly the SQL of its plan, up and down. The files in `golden/` are written by the
//! emitter (`PLIMSOLL_UPDATE=1 cargo test -p plimsoll-codegen --test law`), and are modules of this test.

#![allow(
    unreachable_pub,
    reason = "a generated file stands in a migrations crate"
)]

// What a generated file calls the crate it uses.
extern crate plimsoll_migrate as plimsoll;

use plimsoll_codegen::{Header, render_file};
use plimsoll_differ::compare::compare;
use plimsoll_differ::plan::plan;
use plimsoll_migrate::prelude::MigrationTrait;
use plimsoll_schema::{
    Catalog, Change, Code, Diagnostic, Pair, Plan, Server, Severity, TableChange, TypeName, Version,
};
use plimsoll_testkit::recorder::runs_its_plan;
use plimsoll_testkit::text;

#[path = "golden/m20261121_101500_edit_mariadb.rs"]
mod m20261121_101500_edit_mariadb;
#[path = "golden/m20261121_101500_edit_mysql.rs"]
mod m20261121_101500_edit_mysql;
#[path = "golden/m20261121_101500_edit_postgres.rs"]
mod m20261121_101500_edit_postgres;
#[path = "golden/m20261121_101500_edit_sqlite.rs"]
mod m20261121_101500_edit_sqlite;
#[path = "golden/m20261121_101500_empty.rs"]
mod m20261121_101500_empty;
#[path = "golden/m20261121_101500_rename.rs"]
mod m20261121_101500_rename;

struct Case {
    id: &'static str,
    migration: Box<dyn MigrationTrait>,
    from: Catalog,
    plan: Plan,
}

fn cases() -> Vec<Case> {
    vec![
        edit(
            "m20261121_101500_edit_sqlite",
            &Server::sqlite(),
            Box::new(m20261121_101500_edit_sqlite::Migration),
            include_str!("law/sqlite.from.txt"),
            include_str!("law/sqlite.to.txt"),
        ),
        edit(
            "m20261121_101500_edit_postgres",
            &Server::postgres(17),
            Box::new(m20261121_101500_edit_postgres::Migration),
            include_str!("law/postgres.from.txt"),
            include_str!("law/postgres.to.txt"),
        ),
        edit(
            "m20261121_101500_edit_mysql",
            &Server::mysql(Version(8, 4, 0)),
            Box::new(m20261121_101500_edit_mysql::Migration),
            include_str!("law/mysql.from.txt"),
            include_str!("law/mysql.to.txt"),
        ),
        edit(
            "m20261121_101500_edit_mariadb",
            &Server::mariadb(Version(10, 11, 0)),
            Box::new(m20261121_101500_edit_mariadb::Migration),
            include_str!("law/mysql.from.txt"),
            include_str!("law/mysql.to.txt"),
        ),
        rename(),
        Case {
            id: "m20261121_101500_empty",
            migration: Box::new(m20261121_101500_empty::Migration),
            from: Catalog::default(),
            plan: plan(&Server::sqlite(), &Catalog::default(), &[]).expect("a plan"),
        },
    ]
}

fn edit(
    id: &'static str,
    server: &Server,
    migration: Box<dyn MigrationTrait>,
    from: &str,
    to: &str,
) -> Case {
    let read = |text: &str| {
        let mut catalog = text::read(text).expect("a catalog");
        if !server.capabilities().enum_types {
            catalog.enums.clear();
        }
        catalog
    };
    let (from, to) = (read(from), read(to));
    let changes = compare(server, &from, &to);
    let mut plan = plan(server, &from, &changes).expect("a plan");
    plan.diagnostics = vec![
        Diagnostic::new(
            Code::D102,
            Severity::Warning,
            "orders.note",
            "dropping column `note` of table `orders` deletes its data",
        )
        .help("if it was renamed, say so with `renamed_from`"),
        Diagnostic::new(
            Code::R302,
            Severity::Warning,
            "nowhere",
            "a hazard of\nno step",
        ),
    ];
    Case {
        id,
        migration,
        from,
        plan,
    }
}

/// Renames are answers to questions; here they are said.
fn rename() -> Case {
    let server = Server::postgres(17);
    let from = text::read(
        "table orders\n  id bigint pk auto\n  st enum status(new, paid)\n  n integer\n  \
         index ix_n (n)\n  check ck: n > 0\ntable sales.x\n  id bigint\n",
    )
    .expect("a catalog");
    let pair = |from: &str, to: &str| Pair::new(from.to_owned(), to.to_owned());
    let changes = [
        Change::RenameEnum(Pair::new(TypeName::new("status"), TypeName::new("state"))),
        Change::RenameEnumValue {
            name: TypeName::new("state"),
            value: pair("paid", "settled"),
        },
        Change::RenameTable(Pair::new("orders".into(), "sale".into())),
        Change::RenameTable(Pair::new(
            plimsoll_schema::TableName::qualified(Some("sales"), "x"),
            plimsoll_schema::TableName::qualified(Some("sales"), "y"),
        )),
        Change::AlterTable {
            table: "sale".into(),
            changes: vec![
                TableChange::RenameColumn(pair("n", "number")),
                TableChange::RenameIndex(pair("ix_n", "ix_number")),
                TableChange::RenameConstraint(pair("ck", "ck_number")),
            ],
        },
    ];
    Case {
        id: "m20261121_101500_rename",
        migration: Box::new(m20261121_101500_rename::Migration),
        plan: plan(&server, &from, &changes).expect("a plan"),
        from,
    }
}

fn file(case: &Case) -> String {
    let header = Header {
        id: case.id.to_owned(),
        parents: vec!["m20261120_000000_before".to_owned()],
        labels: Vec::new(),
        depends_on: Vec::new(),
        replaces: Vec::new(),
        message: "everything that a revision can say".to_owned(),
        created: "2026-11-21T10:15:00Z".parse().expect("a date"),
        compared_with: Some(format!("{}", case.plan.server.backend)),
    };
    render_file(&case.plan, &header).expect("a file")
}

#[test]
fn goldens_are_what_the_emitter_writes() {
    let update = std::env::var_os("PLIMSOLL_UPDATE").is_some();
    for case in cases() {
        let path = format!("{}/tests/golden/{}.rs", env!("CARGO_MANIFEST_DIR"), case.id);
        let text = file(&case);
        if update {
            std::fs::write(&path, text).expect("written");
        } else {
            let golden = std::fs::read_to_string(&path).unwrap_or_default();
            assert!(golden == text, "{path} is not what is written now:\n{text}");
        }
    }
}

#[tokio::test]
async fn a_file_runs_exactly_the_sql_of_its_plan() {
    for case in cases() {
        let held = runs_its_plan(&*case.migration, &case.plan, &case.from).await;
        if let Err(difference) = held {
            panic!("{}: {difference}", case.id);
        }
        assert_eq!(case.migration.name(), case.id);
        let metadata = plimsoll_migrate::revision::all()[case.id];
        assert_eq!(metadata.parents, ["m20261120_000000_before"]);
        assert_eq!(metadata.source, file(&case));
    }
}
