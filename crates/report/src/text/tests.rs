use anstyle::Style;
use plimsoll_schema::{
    Action as KeyAction, Change, Code, Column, ColumnType, Diagnostic, ForeignKey, Index, Literal,
    Pair, PrimaryKey, Server, Severity, Table, TableChange, Unique, Value,
};

use super::*;
use crate::document::{self, json};
use crate::entries;

/// Without colours, so that the snapshots show that nothing hangs on them.
fn plain(text: &str) -> String {
    let mut out = String::new();
    let mut inside = false;
    for c in text.chars() {
        match c {
            '\u{1b}' => inside = true,
            'm' if inside => inside = false,
            c if !inside => out.push(c),
            _ => {}
        }
    }
    out
}

fn changes() -> Vec<Change> {
    let mut customer = Table::new("customer");
    customer.columns = vec![
        Column::new("id", ColumnType::INTEGER),
        Column::new("email", ColumnType::Varchar(Some(80))),
    ];
    customer.columns[1].default = Some(Value::Literal(Literal::String("it's".into())));
    customer.primary_key = Some(PrimaryKey {
        name: None,
        columns: vec!["id".into()],
        ..PrimaryKey::default()
    });
    customer.uniques = vec![Unique {
        name: Some("uq-customer-email".into()),
        columns: vec!["email".into()],
        nulls_not_distinct: false,
        deferrable: None,
        ..Unique::default()
    }];
    let old = Column::new("email", ColumnType::Varchar(Some(80)));
    let mut new = Column::new("email", ColumnType::Varchar(Some(320))).null();
    new.comment = Some("where to write".into());
    let mut partial = Index::on("idx-order-open", &["customer_id", "placed_at"]);
    partial.unique = true;
    partial.predicate = Some("state = 'open'".into());
    vec![
        Change::CreateTable(customer.clone()),
        Change::DropTable(customer),
        Change::RenameTable(Pair {
            from: "orders".into(),
            to: "order".into(),
        }),
        Change::AlterTable {
            table: "order".into(),
            changes: vec![
                TableChange::AddColumn(Column::new("note", ColumnType::TEXT).null()),
                TableChange::AlterColumn(Box::new(Pair { from: old, to: new })),
                TableChange::RenameColumn(Pair {
                    from: "a".into(),
                    to: "b".into(),
                }),
                TableChange::AddIndex(partial),
                TableChange::DropForeignKey(ForeignKey {
                    name: Some("fk-order-customer_id".into()),
                    columns: vec!["customer_id".into()],
                    ref_table: "customer".into(),
                    ref_columns: vec!["id".into()],
                    on_delete: Some(KeyAction::Cascade),
                    on_update: None,
                    deferrable: None,
                    match_full: false,
                    not_valid: false,
                    ..ForeignKey::default()
                }),
                TableChange::SetComment(Pair {
                    from: None,
                    to: Some("what was asked for".into()),
                }),
            ],
        },
    ]
}

#[test]
fn a_diff_reads_like_gits() {
    let entries = entries(&Server::postgres(17), &changes());
    insta::assert_snapshot!(plain(&diff(&entries)), @r"
    + table customer
    +   column id  integer not null
    +   column email  varchar(80) not null default 'it''s'
    +   primary key  (id)
    +   unique uq-customer-email  (email)
    - table customer  (2 columns)
    ~ table orders  → order
    + column order.note  text
    ~ column order.email  varchar(80), not null, no comment → varchar(320), null, comment 'where to write'
    ~ column order.a  → b
    + index order.idx-order-open  unique (customer_id, placed_at) where state = 'open'
    - foreign key order.fk-order-customer_id  (customer_id) → customer (id) on delete cascade
    ~ comment order  no comment → comment 'what was asked for'
    ");
}

#[test]
fn colour_is_only_around_lines() {
    let entries = entries(&Server::sqlite(), &changes()[2..3]);
    insta::assert_snapshot!(diff(&entries).replace('\u{1b}', "ESC"), @"ESC[33m~ table orders  → orderESC[0m");
    assert_ne!(style::ADD, Style::new());
}

#[test]
fn a_diff_as_json() {
    let server = Server::postgres(17);
    let document = document::Diff {
        format: document::FORMAT,
        differs: true,
        server: (&server).into(),
        changes: entries(&server, &changes()[2..]),
        diagnostics: vec![],
        up: vec!["ALTER TABLE \"orders\" RENAME TO \"order\"".into()],
        down: vec![],
        missing_hints: Vec::new(),
        file: None,
    };
    insta::assert_snapshot!(json(&document), @r#"
    {
      "format": 1,
      "differs": true,
      "server": {
        "product": "postgresql",
        "version": "17.0.0"
      },
      "changes": [
        {
          "action": "rename",
          "kind": "table",
          "name": "orders",
          "from": "orders",
          "to": "order"
        },
        {
          "action": "add",
          "kind": "column",
          "table": "order",
          "name": "note",
          "to": "text"
        },
        {
          "action": "alter",
          "kind": "column",
          "table": "order",
          "name": "email",
          "from": "varchar(80), not null, no comment",
          "to": "varchar(320), null, comment 'where to write'"
        },
        {
          "action": "rename",
          "kind": "column",
          "table": "order",
          "name": "a",
          "from": "a",
          "to": "b"
        },
        {
          "action": "add",
          "kind": "index",
          "table": "order",
          "name": "idx-order-open",
          "to": "unique (customer_id, placed_at) where state = 'open'"
        },
        {
          "action": "drop",
          "kind": "foreign key",
          "table": "order",
          "name": "fk-order-customer_id",
          "from": "(customer_id) → customer (id) on delete cascade"
        },
        {
          "action": "alter",
          "kind": "comment",
          "table": "order",
          "name": "",
          "from": "no comment",
          "to": "comment 'what was asked for'"
        }
      ],
      "diagnostics": [],
      "up": [
        "ALTER TABLE \"orders\" RENAME TO \"order\""
      ],
      "down": []
    }
    "#);
}

#[test]
fn diagnostics_stand_gravest_first() {
    let told = [
        Diagnostic::new(
            Code::N501,
            Severity::Note,
            "audit",
            "table `audit` is in no model: left alone",
        ),
        Diagnostic::new(
            Code::D102,
            Severity::Warning,
            "customer.email",
            "dropping column `email` of table `customer` deletes its data",
        )
        .help("if it was renamed, pass --rename customer.email=NEW"),
    ];
    insta::assert_snapshot!(plain(&diagnostics(&told)), @r"
    warning[D102]: dropping column `email` of table `customer` deletes its data
      help: if it was renamed, pass --rename customer.email=NEW
    note[N501]: table `audit` is in no model: left alone
    ");
}

#[test]
fn a_history_tells_where_the_database_stands() {
    let revisions = [
        Revision {
            id: "m20260102_000000_add_name".into(),
            message: "add name".into(),
            parents: vec!["m20260101_000000_start".into()],
            head: true,
            applied: Some(false),
            has_file: true,
            ..Revision::default()
        },
        Revision {
            id: "m20260101_000000_start".into(),
            message: "start".into(),
            applied: Some(true),
            current: true,
            edited: true,
            has_file: true,
            checksum: Some("1:abc".into()),
            applied_at: Some("2026-01-01T10:00:00Z".into()),
            applied_by: Some("ann".into()),
            duration_ms: Some(12),
            ..Revision::default()
        },
        Revision {
            id: "m2025_lost".into(),
            applied: Some(true),
            ..Revision::default()
        },
    ];
    insta::assert_snapshot!(plain(&history(&revisions, false)), @r"
    m20260102_000000_add_name (head, pending) add name
    m20260101_000000_start (current, edited since it was applied) start
    m2025_lost (no file)
    ");
    insta::assert_snapshot!(plain(&history(&revisions, true)), @r"
    m20260102_000000_add_name (head, pending) add name
        parents: m20260101_000000_start
    m20260101_000000_start (current, edited since it was applied) start
        parents: none, it is a base
        applied: 2026-01-01T10:00:00Z by ann in 12 ms
        checksum: 1:abc
    m2025_lost (no file)
    ");
}
