//! Indexes, with every facet they have.

use std::collections::BTreeMap;

use sea_query::PostgresQueryBuilder;

use super::{comment, unsupported};
use crate::backend::postgres::name::{self, ident, idents};
use crate::backend::postgres::value;
use crate::backend::{RenderError, Server};
use crate::{Index, IndexKey, KeyTarget, Nulls, Order, Pair, TableName, sea};

pub(super) fn add(
    server: &Server,
    table: &TableName,
    index: &Index,
) -> Result<Vec<String>, RenderError> {
    check(server, index)?;
    let statement = match sea::index(table, index) {
        Some(statement) => statement.to_string(PostgresQueryBuilder),
        None => create(table, index),
    };
    let object = object(table, &index.name);
    Ok(std::iter::once(statement)
        .chain(comment(&object, index.comment.as_deref()))
        .collect())
}

/// What COMMENT ON calls an index.
pub(super) fn object(table: &TableName, index: &str) -> String {
    format!("INDEX {}", qualified(table, index))
}

/// Storage parameters, as WITH and SET list them. The server takes every value as a string.
pub(super) fn parameters(parameters: &BTreeMap<String, String>) -> String {
    let one = |(name, value): (&String, &String)| {
        format!("{} = {}", parameter_name(name), value::quote(value))
    };
    parameters.iter().map(one).collect::<Vec<_>>().join(", ")
}

/// `toast.autovacuum_enabled` is two names.
pub(super) fn parameter_name(name: &str) -> String {
    match name.split_once('.') {
        Some((space, name)) => name::qualified(Some(space), name),
        None => ident(name),
    }
}

fn check(server: &Server, index: &Index) -> Result<(), RenderError> {
    let missing = if index.nulls_not_distinct && !server.capabilities().nulls_not_distinct {
        "NULLS NOT DISTINCT before version 15"
    } else if index.invisible {
        "invisible index"
    } else if index.keys.iter().any(|key| key.prefix.is_some()) {
        "index on the first characters of a column"
    } else {
        return Ok(());
    };
    Err(unsupported(missing, &index.name))
}

fn create(table: &TableName, index: &Index) -> String {
    let mut out = String::from("CREATE ");
    if index.unique {
        out.push_str("UNIQUE ");
    }
    out.push_str("INDEX ");
    out.push_str(&ident(&index.name));
    out.push_str(" ON ");
    out.push_str(&name::table(table));
    if let Some(method) = index.method.as_deref() {
        out.push_str(" USING ");
        out.push_str(match method {
            // The words of MySQL for what these two are for.
            "fulltext" => "gin",
            "spatial" => "gist",
            method => method,
        });
    }
    let keys: Vec<String> = index.keys.iter().map(key).collect();
    out.push_str(" (");
    out.push_str(&keys.join(", "));
    out.push(')');
    if !index.include.is_empty() {
        out.push_str(" INCLUDE (");
        out.push_str(&idents(&index.include));
        out.push(')');
    }
    if index.nulls_not_distinct {
        out.push_str(" NULLS NOT DISTINCT");
    }
    if !index.parameters.is_empty() {
        out.push_str(&format!(" WITH ({})", parameters(&index.parameters)));
    }
    if let Some(predicate) = &index.predicate {
        out.push_str(" WHERE ");
        out.push_str(predicate);
    }
    out
}

fn key(key: &IndexKey) -> String {
    let mut out = match &key.target {
        KeyTarget::Column(name) => ident(name),
        KeyTarget::Expression(sql) => format!("({sql})"),
    };
    if let Some(collation) = &key.collation {
        out.push_str(" COLLATE ");
        out.push_str(&name::collation(collation));
    }
    if let Some(opclass) = &key.opclass {
        out.push(' ');
        out.push_str(opclass);
    }
    if key.order == Order::Desc {
        out.push_str(" DESC");
    }
    out.push_str(match key.nulls {
        None => "",
        Some(Nulls::First) => " NULLS FIRST",
        Some(Nulls::Last) => " NULLS LAST",
    });
    out
}

/// An index lies in the schema of its table.
fn qualified(table: &TableName, index: &str) -> String {
    name::qualified(table.schema.as_deref(), index)
}

pub(super) fn drop(table: &TableName, index: &Index) -> String {
    match sea::drop_index(table, index) {
        Some(statement) => statement.to_string(PostgresQueryBuilder),
        None => format!("DROP INDEX {}", qualified(table, &index.name)),
    }
}

pub(super) fn rename(table: &TableName, names: &Pair<String>) -> String {
    format!(
        "ALTER INDEX {} RENAME TO {}",
        qualified(table, &names.from),
        ident(&names.to)
    )
}
