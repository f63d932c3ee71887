//! What a database remembers of the revisions applied to it.
//!
//! SeaORM's own table (`seaql_migrations`: version, applied_at) decides what is applied, so that its runner and ours understand one
//! another. Beside it stands a table of ours, to which every run adds what it did and which nothing is taken out of.
//!
//! Invariant: reading creates nothing.
//! Invariant: what we know of an applied revision counts only while SeaORM's row has the same time: when another runner takes a
//! revision back and applies it again, it is no longer true.

use std::collections::BTreeMap;

use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, DbErr, QueryResult, Schema};
use sea_orm_migration::{SchemaManager, seaql_migrations};
use sea_query::{Alias, ColumnDef, Expr, ExprTrait, Func, Order, Query, Table};

/// One applied revision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// The revision's id.
    pub revision: String,
    /// When it was applied, in seconds since 1970, by the clock of who applied it.
    pub applied_at: i64,
    /// What our own runner wrote beside it.
    pub details: Option<Details>,
}

/// What SeaORM's table has no room for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Details {
    /// The revisions it followed when it was applied.
    pub parents: Vec<String>,
    /// The checksum of its file when it was applied; `None` for a file without `revision!`.
    pub checksum: Option<String>,
    /// The checksum of what it did; `None` for one that asks the database.
    pub statements: Option<String>,
    /// How long it took, in milliseconds.
    pub duration_ms: i64,
    /// The user of the operating system and the machine, as `user@machine`.
    pub applied_by: Option<String>,
    /// The tool that did it, and its version.
    pub tool: Option<String>,
}

/// What was done to a revision.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// It was applied.
    Up,
    /// It was taken back.
    Down,
    /// It was written down as applied.
    Stamp,
    /// It was written down as not applied.
    Unstamp,
}

impl Action {
    const ALL: [Self; 4] = [Self::Up, Self::Down, Self::Stamp, Self::Unstamp];

    /// Its word in the table.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Up => "up",
            Self::Down => "down",
            Self::Stamp => "stamp",
            Self::Unstamp => "unstamp",
        }
    }

    /// Whether the revision is applied after it.
    const fn applies(self) -> bool {
        match self {
            Self::Up | Self::Stamp => true,
            Self::Down | Self::Unstamp => false,
        }
    }
}

/// One thing that was done, or failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The revision.
    pub revision: String,
    /// What was done; `None` for a word that only a later version of this tool knows.
    pub action: Option<Action>,
    /// When, in seconds since 1970, by the clock of who did it.
    pub at: i64,
    /// Whether it was done, and did not fail.
    pub done: bool,
    /// What was known of the revision.
    pub details: Details,
    /// What else was said about the run.
    pub note: Option<String>,
}

impl Entry {
    /// Something that was written down by hand, at this moment.
    pub(crate) fn now(revision: &str, action: Action, note: String) -> Self {
        Self {
            revision: revision.to_owned(),
            action: Some(action),
            at: crate::runner::now(),
            done: true,
            details: Details {
                applied_by: crate::runner::who(),
                tool: Some(crate::runner::TOOL.to_owned()),
                ..Details::default()
            },
            note: Some(note),
        }
    }
}

/// The name of our table beside a history table of that name.
pub fn own_table(table: &str) -> String {
    if table == "seaql_migrations" {
        "plimsoll_history".to_owned()
    } else {
        format!("{table}_plimsoll")
    }
}

/// The name of the table in which a revision that runs statement by statement leaves where it is.
pub fn progress_table(table: &str) -> String {
    if table == "seaql_migrations" {
        "plimsoll_progress".to_owned()
    } else {
        format!("{table}_plimsoll_progress")
    }
}

/// All tables that belong to a history table of that name, itself first.
pub fn tables(table: &str) -> [String; 3] {
    [table.to_owned(), own_table(table), progress_table(table)]
}

/// The applied revisions in the order in which they were applied; none when there is no table.
///
/// # Errors
/// When the database does not answer.
pub async fn read(db: &DatabaseConnection, table: &str) -> Result<Vec<Row>, DbErr> {
    let mut rows = rows(db, table).await?;
    if rows.is_empty() {
        return Ok(rows);
    }
    let mut known: BTreeMap<String, Entry> = BTreeMap::new();
    for entry in entries(db, table).await? {
        if entry.done && entry.action.is_some_and(Action::applies) {
            known.insert(entry.revision.clone(), entry);
        }
    }
    for row in &mut rows {
        row.details = known
            .remove(&row.revision)
            .filter(|entry| entry.at == row.applied_at)
            .map(|entry| entry.details);
    }
    Ok(rows)
}

/// The same without their details, for whoever only asks what is applied: ours grows with every run.
pub(crate) async fn rows(db: &DatabaseConnection, table: &str) -> Result<Vec<Row>, DbErr> {
    if !SchemaManager::new(db).has_table(table).await? {
        return Ok(Vec::new());
    }
    let select = Query::select()
        .columns([Alias::new("version"), Alias::new("applied_at")])
        .from(Alias::new(table))
        .order_by(Alias::new("applied_at"), Order::Asc)
        .order_by(Alias::new("version"), Order::Asc)
        .take();
    let mut rows = Vec::new();
    for row in db.query_all(&select).await? {
        rows.push(Row {
            revision: row.try_get("", "version")?,
            applied_at: row.try_get("", "applied_at")?,
            details: None,
        });
    }
    Ok(rows)
}

/// Everything that was done, the oldest first; nothing when there is no table of ours.
///
/// # Errors
/// When the database does not answer.
pub async fn entries(db: &DatabaseConnection, table: &str) -> Result<Vec<Entry>, DbErr> {
    let own = own_table(table);
    if !SchemaManager::new(db).has_table(&own).await? {
        return Ok(Vec::new());
    }
    // Another version of this tool may have made a table with other columns: what is not there is not known.
    let select = Query::select()
        .expr(Expr::cust("*"))
        .from(Alias::new(&own))
        .order_by(Alias::new("entry"), Order::Asc)
        .take();
    let rows = db.query_all(&select).await?;
    rows.iter().map(entry).collect()
}

fn entry(row: &QueryResult) -> Result<Entry, DbErr> {
    let text = |name: &str| row.try_get::<Option<String>>("", name).ok().flatten();
    let action = text("action").unwrap_or_default();
    Ok(Entry {
        revision: row.try_get("", "version")?,
        action: Action::ALL.into_iter().find(|known| known.word() == action),
        at: row.try_get("", "applied_at")?,
        done: text("outcome").as_deref() == Some(DONE),
        details: Details {
            parents: text("parents")
                .unwrap_or_default()
                .split_whitespace()
                .map(str::to_owned)
                .collect(),
            checksum: text("checksum"),
            statements: text("statements"),
            duration_ms: row.try_get("", "duration_ms").unwrap_or_default(),
            applied_by: text("applied_by"),
            tool: text("tool"),
        },
        note: text("note"),
    })
}

const DONE: &str = "done";
const FAILED: &str = "failed";

/// The columns of our table, without its key.
const COLUMNS: [&str; 11] = [
    "version",
    "action",
    "applied_at",
    "outcome",
    "parents",
    "checksum",
    "statements",
    "duration_ms",
    "applied_by",
    "tool",
    "note",
];

/// Creates both tables where they are missing.
///
/// # Errors
/// When the database refuses.
pub async fn install(db: &DatabaseConnection, table: &str) -> Result<(), DbErr> {
    let manager = SchemaManager::new(db);
    if !manager.has_table(table).await? {
        db.execute(&create_for(db.get_database_backend(), table))
            .await?;
    }
    let own = own_table(table);
    if !manager.has_table(&own).await? {
        db.execute(&create_own(&own)).await?;
    }
    Ok(())
}

/// The statement that makes SeaORM's table.
pub(crate) fn create_for(backend: DbBackend, table: &str) -> sea_query::TableCreateStatement {
    let mut create = Schema::new(backend).create_table_from_entity(seaql_migrations::Entity);
    create.table(Alias::new(table)).if_not_exists();
    create
}

/// The statement that makes our table.
pub(crate) fn create_own(own: &str) -> sea_query::TableCreateStatement {
    let text = |name: &str, length| ColumnDef::new(Alias::new(name)).string_len(length).take();
    let number = |name: &str| ColumnDef::new(Alias::new(name)).big_integer().take();
    Table::create()
        .table(Alias::new(own))
        .if_not_exists()
        // Numbered by ourselves: a sequence, and SQLite's sqlite_sequence, would be one more thing in the user's schema.
        .col(number("entry").not_null().primary_key())
        .col(text("version", 255).not_null())
        .col(text("action", 16).not_null())
        .col(number("applied_at").not_null())
        .col(text("outcome", 16).not_null())
        .col(ColumnDef::new(Alias::new("parents")).text().null())
        .col(text("checksum", 80).null())
        .col(text("statements", 80).null())
        .col(number("duration_ms").null())
        .col(text("applied_by", 255).null())
        .col(text("tool", 64).null())
        .col(ColumnDef::new(Alias::new("note")).text().null())
        .take()
}

/// Whether a revision is applied at this moment, asked inside a transaction.
pub(crate) async fn is_applied(
    db: &impl ConnectionTrait,
    table: &str,
    revision: &str,
) -> Result<bool, DbErr> {
    let select = Query::select()
        .column(Alias::new("version"))
        .from(Alias::new(table))
        .and_where(Expr::col(Alias::new("version")).eq(revision))
        .take();
    Ok(db.query_one(&select).await?.is_some())
}

/// Writes down what was done, in both tables; what failed, in ours.
pub(crate) async fn write(
    db: &impl ConnectionTrait,
    table: &str,
    entry: &Entry,
) -> Result<(), DbErr> {
    if entry.done {
        match entry.action {
            Some(Action::Up | Action::Stamp) => db.execute(&applied(table, entry, None)).await?,
            Some(Action::Down | Action::Unstamp) | None => {
                db.execute(&taken_back(table, &entry.revision)).await?
            }
        };
    }
    db.execute(&told(table, entry, None)).await?;
    Ok(())
}

/// SeaORM's row; with a time in SQL for a script.
pub(crate) fn applied(table: &str, entry: &Entry, at: Option<&str>) -> sea_query::InsertStatement {
    Query::insert()
        .into_table(Alias::new(table))
        .columns([Alias::new("version"), Alias::new("applied_at")])
        .values_panic([entry.revision.as_str().into(), time(entry, at)])
        .take()
}

fn time(entry: &Entry, at: Option<&str>) -> Expr {
    match at {
        Some(sql) => Expr::cust(sql.to_owned()),
        None => entry.at.into(),
    }
}

/// SeaORM's row goes.
pub(crate) fn taken_back(table: &str, revision: &str) -> sea_query::DeleteStatement {
    Query::delete()
        .from_table(Alias::new(table))
        .and_where(Expr::col(Alias::new("version")).eq(revision))
        .take()
}

/// Our row; with a time in SQL for a script.
pub(crate) fn told(table: &str, entry: &Entry, at: Option<&str>) -> sea_query::InsertStatement {
    let details = &entry.details;
    let own = Alias::new(own_table(table));
    let last = Expr::expr(Func::coalesce([
        Expr::col(Alias::new("entry")).max(),
        Expr::val(0),
    ]));
    let values: [Expr; 11] = [
        entry.revision.as_str().into(),
        entry.action.map_or("", Action::word).into(),
        time(entry, at),
        if entry.done { DONE } else { FAILED }.into(),
        details.parents.join(" ").into(),
        optional(details.checksum.as_ref()),
        optional(details.statements.as_ref()),
        details.duration_ms.into(),
        optional(details.applied_by.as_ref()),
        optional(details.tool.as_ref()),
        optional(entry.note.as_ref()),
    ];
    let select = Query::select()
        .expr(last.add(1))
        .exprs(values)
        .from(own.clone())
        .take();
    let mut insert = Query::insert();
    insert
        .into_table(own)
        .columns(["entry"].into_iter().chain(COLUMNS).map(Alias::new));
    // As many columns as values, both counted above.
    let _ = insert.select_from(select);
    insert
}

/// A value, or NULL as it is written: a parameter alone would have no type (PostgreSQL).
fn optional(value: Option<&String>) -> Expr {
    match value {
        Some(value) => value.as_str().into(),
        None => Expr::cust("NULL"),
    }
}
