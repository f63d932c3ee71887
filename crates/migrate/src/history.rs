//! What a database remembers of the revisions applied to it.
//!
//! SeaORM's own table (`seaql_migrations`: version, applied_at) decides what is applied, so that its runner and ours understand one
//! another. Beside it stands a table of ours with what it has no room for.
//!
//! Invariant: reading creates nothing.
//! Invariant: a row of ours counts only while SeaORM's row has the same time: when another runner takes a revision back and applies
//! it again, what we knew of it is no longer true.

use std::collections::BTreeMap;

use sea_orm::{ConnectionTrait, DatabaseConnection, DbErr, Schema};
use sea_orm_migration::{SchemaManager, seaql_migrations};
use sea_query::{Alias, ColumnDef, Expr, ExprTrait, Order, Query, Table};

/// One applied revision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// The revision's id.
    pub revision: String,
    /// When it was applied, in seconds since 1970.
    pub applied_at: i64,
    /// What our own runner wrote beside it.
    pub details: Option<Details>,
}

/// What SeaORM's table has no room for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Details {
    /// The revisions it followed when it was applied.
    pub parents: Vec<String>,
    /// The checksum of its file when it was applied; `None` for a file without `revision!`.
    pub checksum: Option<String>,
    /// How long it took, in milliseconds.
    pub duration_ms: i64,
    /// The user of the operating system.
    pub applied_by: Option<String>,
}

/// The name of our table beside a history table of that name.
pub fn own_table(table: &str) -> String {
    if table == "seaql_migrations" {
        "plimsoll_history".to_owned()
    } else {
        format!("{table}_plimsoll")
    }
}

/// The applied revisions in the order in which they were applied; none when there is no table.
///
/// # Errors
/// When the database does not answer.
pub async fn read(db: &DatabaseConnection, table: &str) -> Result<Vec<Row>, DbErr> {
    let manager = SchemaManager::new(db);
    if !manager.has_table(table).await? {
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
    let own = own_table(table);
    if rows.is_empty() || !manager.has_table(&own).await? {
        return Ok(rows);
    }
    let mut details = read_details(db, &own).await?;
    for row in &mut rows {
        row.details = details
            .remove(&row.revision)
            .filter(|(applied_at, _)| *applied_at == row.applied_at)
            .map(|(_, details)| details);
    }
    Ok(rows)
}

async fn read_details(
    db: &DatabaseConnection,
    own: &str,
) -> Result<BTreeMap<String, (i64, Details)>, DbErr> {
    let names = [
        "version",
        "applied_at",
        "parents",
        "checksum",
        "duration_ms",
        "applied_by",
    ];
    let select = Query::select()
        .columns(names.map(Alias::new))
        .from(Alias::new(own))
        .take();
    let mut found = BTreeMap::new();
    for row in db.query_all(&select).await? {
        let parents: String = row.try_get("", "parents")?;
        let details = Details {
            parents: parents.split_whitespace().map(str::to_owned).collect(),
            checksum: row.try_get("", "checksum")?,
            duration_ms: row.try_get("", "duration_ms")?,
            applied_by: row.try_get("", "applied_by")?,
        };
        found.insert(
            row.try_get("", "version")?,
            (row.try_get("", "applied_at")?, details),
        );
    }
    Ok(found)
}

/// Creates both tables where they are missing.
///
/// # Errors
/// When the database refuses.
pub async fn install(db: &DatabaseConnection, table: &str) -> Result<(), DbErr> {
    let manager = SchemaManager::new(db);
    if !manager.has_table(table).await? {
        let mut create = Schema::new(db.get_database_backend())
            .create_table_from_entity(seaql_migrations::Entity);
        create.table(Alias::new(table)).if_not_exists();
        db.execute(&create).await?;
    }
    let own = own_table(table);
    if !manager.has_table(&own).await? {
        db.execute(&create_own(&own)).await?;
    }
    Ok(())
}

fn create_own(own: &str) -> sea_query::TableCreateStatement {
    let text = |name: &str, length| ColumnDef::new(Alias::new(name)).string_len(length).take();
    let number = |name: &str| ColumnDef::new(Alias::new(name)).big_integer().take();
    Table::create()
        .table(Alias::new(own))
        .if_not_exists()
        .col(text("version", 255).not_null().primary_key())
        .col(number("applied_at").not_null())
        .col(ColumnDef::new(Alias::new("parents")).text().not_null())
        .col(text("checksum", 80).null())
        .col(number("duration_ms").not_null())
        .col(text("applied_by", 255).null())
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

/// Writes down that a revision is applied.
pub(crate) async fn insert(db: &impl ConnectionTrait, table: &str, row: &Row) -> Result<(), DbErr> {
    let insert = Query::insert()
        .into_table(Alias::new(table))
        .columns([Alias::new("version"), Alias::new("applied_at")])
        .values_panic([row.revision.as_str().into(), row.applied_at.into()])
        .take();
    db.execute(&insert).await?;
    let own = own_table(table);
    // A row that another runner's downgrade left behind.
    db.execute(&delete_from(&own, &row.revision)).await?;
    let Some(details) = &row.details else {
        return Ok(());
    };
    let names = [
        "version",
        "applied_at",
        "parents",
        "checksum",
        "duration_ms",
        "applied_by",
    ];
    let insert = Query::insert()
        .into_table(Alias::new(&own))
        .columns(names.map(Alias::new))
        .values_panic([
            row.revision.as_str().into(),
            row.applied_at.into(),
            details.parents.join(" ").into(),
            details.checksum.clone().into(),
            details.duration_ms.into(),
            details.applied_by.clone().into(),
        ])
        .take();
    db.execute(&insert).await?;
    Ok(())
}

/// Writes down that a revision is not applied any more.
pub(crate) async fn delete(
    db: &impl ConnectionTrait,
    table: &str,
    revision: &str,
) -> Result<(), DbErr> {
    db.execute(&delete_from(table, revision)).await?;
    db.execute(&delete_from(&own_table(table), revision))
        .await?;
    Ok(())
}

fn delete_from(table: &str, revision: &str) -> sea_query::DeleteStatement {
    Query::delete()
        .from_table(Alias::new(table))
        .and_where(Expr::col(Alias::new("version")).eq(revision))
        .take()
}
