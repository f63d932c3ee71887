//! Indexes as sea-query statements.

use sea_query::{
    Alias, ConditionalStatement, Expr, Index as SeaIndex, IndexCreateStatement, IndexDropStatement,
    IndexOrder, IndexType,
};

use super::{is_sayable_name, table_ref};
use crate::{Index, KeyTarget, Order, TableName};

/// CREATE INDEX; `None` when the builder writes it wrong on any backend (expressions, prefix lengths, operator classes, placement of
/// NULLs, collations, qualified tables, names with quotes) or has no word for it.
pub fn index(table: &TableName, index: &Index) -> Option<IndexCreateStatement> {
    if table.schema.is_some()
        || !is_sayable_name(&index.name)
        || index.invisible
        || index.comment.is_some()
        || !index.parameters.is_empty()
    {
        return None;
    }
    let mut statement = SeaIndex::create();
    statement.name(&index.name).table(table_ref(table));
    for key in &index.keys {
        let KeyTarget::Column(column) = &key.target else {
            return None;
        };
        if key.nulls.is_some()
            || key.opclass.is_some()
            || key.collation.is_some()
            || key.prefix.is_some()
        {
            return None;
        }
        match key.order {
            Order::Asc => statement.col(Alias::new(column)),
            Order::Desc => statement.col((Alias::new(column), IndexOrder::Desc)),
        };
    }
    if index.unique {
        statement.unique();
    }
    if index.nulls_not_distinct {
        statement.nulls_not_distinct();
    }
    match index.method.as_deref() {
        None => {}
        Some("fulltext") => {
            statement.full_text();
        }
        Some("hash") => {
            statement.index_type(IndexType::Hash);
        }
        Some("gin" | "gist" | "brin" | "spgist") => {
            let method = index.method.clone().unwrap_or_default();
            statement.index_type(IndexType::Custom(Alias::new(method).into()));
        }
        // MySQL's SPATIAL is a prefix the builder lacks; an extension's method may need words it lacks.
        Some(_) => return None,
    }
    for column in &index.include {
        statement.include(Alias::new(column));
    }
    if let Some(predicate) = &index.predicate {
        statement.and_where(Expr::cust(predicate.clone()));
    }
    Some(statement)
}

/// DROP INDEX; `None` for a qualified table or a name with quotes.
pub fn drop_index(table: &TableName, index: &Index) -> Option<IndexDropStatement> {
    if table.schema.is_some() || !is_sayable_name(&index.name) {
        return None;
    }
    let mut statement = SeaIndex::drop();
    statement.name(&index.name).table(table_ref(table));
    Some(statement)
}
