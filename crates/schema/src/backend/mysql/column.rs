//! A column's definition. MODIFY COLUMN takes the whole of it: what is left out is lost.

use sea_query::{MysqlQueryBuilder, TableBuilder};

use super::{is_mariadb, types, value};
use crate::backend::{RenderError, Server};
use crate::{AutoIncrement, Column, ColumnType, Literal, TableName, Value, sea};

/// The column in the words that this server's grammar takes.
pub(in crate::backend) fn settled(server: &Server, column: &Column) -> Column {
    let mut column = column.clone();
    if column.auto_increment.is_some() {
        column.auto_increment = Some(AutoIncrement::Auto);
    }
    // MariaDB takes no NOT NULL beside GENERATED (Generated Columns, MariaDB manual).
    if is_mariadb(server) && column.generated.is_some() {
        column.nullable = true;
    }
    column.default = column
        .default
        .map(|default| settled_default(server, default, &column.ty));
    if column.generated.is_some() {
        with_collation_in_type(server, &mut column);
    }
    column
}

/// MariaDB takes a computed column's collation before GENERATED only, where it is a part of the type.
fn with_collation_in_type(server: &Server, column: &mut Column) {
    if let Ok(spelled) = types::spell(server, &column.ty)
        && let Some(collation) = column.collation.take()
    {
        let ty = format!("{spelled} COLLATE {}", value::quote_string(&collation));
        column.ty = ColumnType::Raw(ty);
    }
}

fn settled_default(server: &Server, default: Value, ty: &ColumnType) -> Value {
    let ty = types::stored(server, ty);
    match (&default, &ty) {
        // MySQL demands the column's own number of digits (MySQL 8.0 manual, 11.2.5).
        (Value::Literal(Literal::CurrentTimestamp(_)), _) => value::stored(server, &default, &ty),
        // As an expression only (MySQL 8.0 manual, 11.6).
        (
            Value::Literal(
                Literal::Bool(_) | Literal::Number(_) | Literal::String(_) | Literal::Bytes(_),
            ),
            ColumnType::Text(_) | ColumnType::Blob(_) | ColumnType::Json,
        ) if !is_mariadb(server) => {
            let sql = value::sql(server, &default);
            Value::Expression(sql)
        }
        (_, _) => default,
    }
}

/// The column's name and everything about it, as ADD COLUMN and MODIFY COLUMN take it.
pub(super) fn definition(
    server: &Server,
    table: &TableName,
    column: &Column,
) -> Result<String, RenderError> {
    let column = sea::column_for_server(server, table, column)?;
    let mut text = String::new();
    MysqlQueryBuilder.prepare_column_def(&sea::column_def(&column), &mut text);
    Ok(text)
}
