//! Rows of text.

use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, DbErr, QueryResult, Statement};

use super::query::Query;

/// One row; every column is text or NULL.
pub(super) struct Row(Vec<Option<String>>);

impl Row {
    /// The column's text; NULL is empty.
    pub(super) fn text(&self, column: usize) -> &str {
        self.optional(column).unwrap_or_default()
    }

    /// The column's text.
    pub(super) fn optional(&self, column: usize) -> Option<&str> {
        self.0.get(column)?.as_deref()
    }
}

pub(super) async fn fetch(
    db: &DatabaseConnection,
    query: &Query,
) -> Result<Vec<Row>, crate::inspect::InspectError> {
    let statement = Statement::from_string(DbBackend::MySql, query.sql.as_str());
    let rows = db.query_all_raw(statement).await?;
    let rows: Result<Vec<Row>, DbErr> = rows.iter().map(|row| read(row, query.columns)).collect();
    Ok(rows?)
}

fn read(row: &QueryResult, columns: usize) -> Result<Row, DbErr> {
    (0..columns)
        .map(|column| text(row, column))
        .collect::<Result<_, _>>()
        .map(Row)
}

/// A text of the server's catalog may come with the collation `binary`, and then as bytes.
fn text(row: &QueryResult, column: usize) -> Result<Option<String>, DbErr> {
    if let Ok(text) = row.try_get_by_index::<Option<String>>(column) {
        return Ok(text);
    }
    let bytes = row.try_get_by_index::<Option<Vec<u8>>>(column)?;
    Ok(bytes.map(|bytes| String::from_utf8_lossy(&bytes).into_owned()))
}
