//! Every change of a table, up and down, on tables with rows, with a child whose rows would go with a dropped parent.

mod columns;
mod parts;
mod tables;

use plimsoll_schema::backend::{self, types};
use plimsoll_schema::{
    Action, AutoIncrement, Catalog, Change, Check, Column, ColumnType, Deferrable, ForeignKey,
    Generated, Index, IndexKey, Literal, Order, Pair, PrimaryKey, Server, Table, TableChange,
    TableOptions, Unique, Value,
};
use sea_orm::{DatabaseConnection, Statement};

use super::*;

pub(super) const START: &[&str] = &[
    "CREATE TABLE parent (id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, code TEXT UNIQUE)",
    "CREATE TABLE log (what TEXT)",
    "CREATE TABLE t (id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, name VARCHAR(40) NOT NULL DEFAULT 'x' COLLATE NOCASE, \
        qty INTEGER, price REAL(10, 2), note TEXT, bytes BLOB, odd BIGINT DEFAULT 5, parent_id INTEGER, self_id INTEGER REFERENCES t, \
        total INTEGER GENERATED ALWAYS AS (qty * 2) STORED, \
        CONSTRAINT uq_name UNIQUE (name) ON CONFLICT IGNORE, CONSTRAINT ck_qty CHECK (t.qty >= 0 OR qty IS NULL), CHECK (length(note) < 100), \
        CONSTRAINT fk_parent FOREIGN KEY (parent_id) REFERENCES parent (id) ON DELETE SET NULL DEFERRABLE INITIALLY DEFERRED)",
    "CREATE INDEX ix_qty ON t (qty DESC) WHERE qty > 0",
    "CREATE INDEX ix_lower ON t (lower(name), (qty + 1))",
    "CREATE TABLE child (id INTEGER PRIMARY KEY, t_id INTEGER NOT NULL REFERENCES t (id) ON DELETE CASCADE)",
    "CREATE VIEW v AS SELECT id, name AS label FROM t",
    "CREATE TRIGGER tr_own AFTER UPDATE OF name ON t WHEN NEW.name <> OLD.name BEGIN INSERT INTO log VALUES (NEW.name); END",
    "CREATE TRIGGER tr_other AFTER INSERT ON child BEGIN UPDATE t SET name = 'touched' WHERE id = NEW.t_id; END",
    "INSERT INTO parent (id, code) VALUES (1, 'p')",
    "INSERT INTO t (id, name, qty, price, note, bytes, parent_id, self_id) VALUES (1, 'one', 1, 1.5, 'n', x'00ff', 1, NULL), (2, 'two', NULL, 2, NULL, NULL, 1, 1), (10, 'ten', 3, NULL, '7', NULL, NULL, NULL)",
    "DELETE FROM t WHERE id = 10",
    "INSERT INTO child (id, t_id) VALUES (1, 1), (2, 2), (3, 2)",
    "DELETE FROM log",
    "UPDATE t SET name = 'one' WHERE id = 1",
    "UPDATE t SET name = 'two' WHERE id = 2",
    "DELETE FROM log",
];

async fn start() -> DatabaseConnection {
    let db = database().await;
    run(&db, START).await;
    db
}

/// Carries a change out as the runner does: foreign keys off where needed, one transaction, no new violation.
async fn carry(db: &DatabaseConnection, change: &Change) -> Vec<String> {
    let before = catalog(db).await;
    let server = Server::sqlite();
    let statements = backend::render(&server, &before, change).unwrap();
    let is_off = backend::needs_foreign_keys_off(&server, &before, change);
    if is_off {
        run(db, &["PRAGMA foreign_keys = OFF"]).await;
    }
    run(db, &["BEGIN"]).await;
    run(db, &statements).await;
    assert_eq!(dump(db, "SELECT * FROM pragma_foreign_key_check").await, "");
    run(db, &["COMMIT", "PRAGMA foreign_keys = ON"]).await;
    statements
}

/// What a question answers, a row a line.
async fn dump(db: &DatabaseConnection, sql: &str) -> String {
    let columns = {
        let statement = Statement::from_string(db.get_database_backend(), sql);
        let rows = db.query_all_raw(statement).await.unwrap();
        rows.first()
            .map(sea_orm::QueryResult::column_names)
            .unwrap_or_default()
    };
    let quoted: Vec<String> = columns
        .iter()
        .map(|name| format!("quote(\"{name}\")"))
        .collect();
    if quoted.is_empty() {
        return String::new();
    }
    let sql = format!("SELECT {} AS line FROM ({sql})", quoted.join(" || ',' || "));
    let statement = Statement::from_string(db.get_database_backend(), sql);
    let rows = db.query_all_raw(statement).await.unwrap();
    let lines: Vec<String> = rows
        .iter()
        .map(|row| row.try_get_by_index(0).unwrap())
        .collect();
    lines.join("\n")
}

/// The catalog after the change, in the types that are read back.
fn expected(before: &Catalog, change: &Change) -> Catalog {
    let mut after = before.clone();
    after.apply(change).unwrap();
    let server = Server::sqlite();
    for table in after.tables.values_mut() {
        for column in &mut table.columns {
            column.ty = types::stored(&server, &column.ty);
        }
    }
    after
}

/// Whether two catalogs are equal; if not, the lines that are on one side only.
#[track_caller]
fn same(left: &Catalog, right: &Catalog, context: &[String]) {
    let (left, right) = (left.to_json(), right.to_json());
    let only = |text: &str, other: &str| -> Vec<String> {
        text.lines()
            .filter(|line| !other.lines().any(|known| known == *line))
            .map(str::to_owned)
            .collect()
    };
    assert!(
        left == right,
        "left {:#?}\nright {:#?}\n{context:#?}",
        only(&left, &right),
        only(&right, &left)
    );
}

fn alter(changes: Vec<TableChange>) -> Change {
    Change::AlterTable {
        table: "t".into(),
        changes,
    }
}

const NEIGHBOURS: &[&str] = &[
    "SELECT * FROM child",
    "SELECT * FROM parent",
    "SELECT * FROM v",
    "SELECT * FROM log",
    "SELECT name, seq FROM sqlite_sequence ORDER BY name",
];

async fn neighbours(db: &DatabaseConnection) -> String {
    let mut out = String::new();
    for sql in NEIGHBOURS {
        out.push_str(&dump(db, sql).await);
        out.push('\n');
    }
    out
}

/// Up arrives where the simulation does, down at the start, and nothing else moves.
async fn up_and_down(changes: Vec<TableChange>) -> Vec<String> {
    let db = start().await;
    let before = catalog(&db).await;
    let rows = dump(&db, "SELECT id, name FROM t").await;
    let around = neighbours(&db).await;
    let change = alter(changes);
    let statements = carry(&db, &change).await;
    let reached = catalog(&db).await;
    same(&reached, &expected(&before, &change), &statements);
    assert_eq!(dump(&db, "SELECT id, name FROM t").await, rows);
    assert_eq!(neighbours(&db).await, around);
    let down = carry(&db, &change.reverse()).await;
    let back = catalog(&db).await;
    let sorted = |mut catalog: Catalog| {
        for table in catalog.tables.values_mut() {
            table.columns.sort();
        }
        catalog
    };
    same(&sorted(back), &sorted(before), &down);
    assert_eq!(dump(&db, "SELECT id, name FROM t").await, rows);
    assert_eq!(neighbours(&db).await, around);
    run(
        &db,
        &["INSERT INTO child (t_id) VALUES (2)", "DELETE FROM parent"],
    )
    .await;
    assert_eq!(dump(&db, "SELECT * FROM log").await, "'touched'");
    assert_eq!(
        dump(&db, "SELECT name, parent_id FROM t").await,
        "'one',NULL\n'touched',NULL"
    );
    run(&db, &["DELETE FROM t WHERE id = 2"]).await;
    assert_eq!(dump(&db, "SELECT t_id FROM child").await, "1");
    statements
}

async fn column(name: &str) -> Column {
    let db = start().await;
    let found = catalog(&db).await;
    found.tables[&"t".into()].column(name).unwrap().clone()
}

async fn altered(name: &str, edit: impl FnOnce(&mut Column)) -> TableChange {
    let from = column(name).await;
    let mut to = from.clone();
    edit(&mut to);
    TableChange::AlterColumn(Box::new(Pair::new(from, to)))
}

async fn table() -> Table {
    catalog(&start().await).await.tables[&"t".into()].clone()
}

fn rename(from: &str, to: &str) -> TableChange {
    TableChange::RenameColumn(Pair::new(from.into(), to.into()))
}

fn check(name: Option<&str>, expression: &str) -> Check {
    Check {
        name: name.map(Into::into),
        expression: expression.into(),
        ..Check::default()
    }
}

fn is_rebuild(statements: &[String]) -> bool {
    statements.iter().any(|sql| sql.starts_with("DROP TABLE"))
}
