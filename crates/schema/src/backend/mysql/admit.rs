//! What MySQL and MariaDB do not have, said before it is written.

use std::fmt::Display;

use super::{is_mariadb, mariadb_or_since};
use crate::backend::{Backend, RenderError, Server, Version};
use crate::{
    Action, Check, ColumnType, ForeignKey, Index, KeyTarget, PrimaryKey, Table, TableName, Unique,
};

/// Says that the server has no such thing.
pub(super) fn unsupported(what: &str, object: impl Display) -> RenderError {
    RenderError::Unsupported {
        backend: Backend::Mysql,
        what: what.to_owned(),
        object: object.to_string(),
    }
}

fn refuse(is_asked: bool, what: &str, object: impl Fn() -> String) -> Result<(), RenderError> {
    if is_asked {
        return Err(unsupported(what, object()));
    }
    Ok(())
}

/// Every part of a table.
pub(super) fn table(server: &Server, table: &Table) -> Result<(), RenderError> {
    for part in &table.uniques {
        unique(&table.name, part)?;
    }
    for part in &table.indexes {
        index(server, &table.name, part)?;
    }
    for part in &table.foreign_keys {
        foreign_key(&table.name, part)?;
    }
    for part in &table.checks {
        check(server, &table.name, part)?;
    }
    unlimited_keys(server, table)?;
    refuse(!table.exclusions.is_empty(), "exclusion constraint", || {
        table.name.to_string()
    })?;
    refuse(table.options.unlogged, "unlogged table", || {
        table.name.to_string()
    })?;
    refuse(table.options.strict, "STRICT table", || {
        table.name.to_string()
    })?;
    refuse(table.options.without_rowid, "table WITHOUT ROWID", || {
        table.name.to_string()
    })
}

pub(super) fn unique(table: &TableName, unique: &Unique) -> Result<(), RenderError> {
    let object = || format!("{table}({})", unique.columns.join(", "));
    refuse(
        unique.nulls_not_distinct,
        "unique constraint with NULLS NOT DISTINCT",
        object,
    )?;
    refuse(unique.deferrable.is_some(), "deferrable constraint", object)
}

pub(super) fn index(server: &Server, table: &TableName, index: &Index) -> Result<(), RenderError> {
    let object = || format!("{table}.{}", index.name);
    let any = |has: fn(&crate::IndexKey) -> bool| index.keys.iter().any(has);
    let method = index.method.as_deref();
    // Functional key parts: MySQL 8.0.13 (MySQL 8.0 manual, 13.1.15); MariaDB indexes a generated column instead.
    let has_expressions = !is_mariadb(server) && server.version >= Version(8, 0, 13);
    // MariaDB 11.7 manual, CREATE TABLE with Vectors.
    let has_vectors = is_mariadb(server) && server.version >= Version(11, 7, 0);
    let is_known = match method {
        None | Some("btree" | "hash" | "fulltext" | "spatial") => true,
        Some("vector") => has_vectors,
        Some(_) => false,
    };
    refuse(index.predicate.is_some(), "partial index", object)?;
    refuse(!index.include.is_empty(), "index with INCLUDE", object)?;
    refuse(
        index.nulls_not_distinct,
        "index with NULLS NOT DISTINCT",
        object,
    )?;
    refuse(!is_known, "index method of that name", object)?;
    refuse(any(|key| key.opclass.is_some()), "operator class", object)?;
    refuse(
        any(|key| key.nulls.is_some()),
        "placement of NULLs in an index",
        object,
    )?;
    refuse(
        any(|key| key.collation.is_some()),
        "collation of an index key",
        object,
    )?;
    let is_functional = any(|key| matches!(key.target, KeyTarget::Expression(_)));
    refuse(
        is_functional && !has_expressions,
        "index on an expression",
        object,
    )
}

/// A key of a type without an upper length needs a prefix length (MySQL 8.0 manual, 10.3.5). MariaDB makes one up for an index and
/// hashes the whole value for a unique one, so that only there it can do without.
fn unlimited_keys(server: &Server, table: &Table) -> Result<(), RenderError> {
    let is_unlimited = |name: &str| {
        let ty = table.column(name).map(|column| &column.ty);
        matches!(
            ty,
            Some(
                ColumnType::Text(_)
                    | ColumnType::Blob(_)
                    | ColumnType::Json
                    | ColumnType::JsonBinary
            )
        )
    };
    let hashes = is_mariadb(server);
    let by_length = table.indexes.iter().filter(|index| {
        let by_words = matches!(
            index.method.as_deref(),
            Some("fulltext" | "spatial" | "vector")
        );
        !(by_words || index.unique && hashes)
    });
    for index in by_length {
        let mut keys = index.keys.iter().filter(|key| key.prefix.is_none());
        let is_whole = keys
            .any(|key| matches!(&key.target, KeyTarget::Column(column) if is_unlimited(column)));
        refuse(
            is_whole,
            "index on text of unlimited length without a prefix length",
            || format!("{}.{}", table.name, index.name),
        )?;
    }
    for unique in table.uniques.iter().filter(|_| !hashes) {
        refuse(
            unique.columns.iter().any(|column| is_unlimited(column)),
            "unique constraint on text of unlimited length",
            || format!("{}({})", table.name, unique.columns.join(", ")),
        )?;
    }
    let is_whole = |key: &PrimaryKey| {
        let mut whole = key.columns.iter().filter(|column| {
            let clause = key.clauses.get(*column);
            !clause.is_some_and(|clause| clause.starts_with('('))
        });
        whole.any(|column| is_unlimited(column))
    };
    refuse(
        table.primary_key.as_ref().is_some_and(is_whole),
        "primary key on text of unlimited length",
        || table.name.to_string(),
    )
}

pub(super) fn foreign_key(table: &TableName, key: &ForeignKey) -> Result<(), RenderError> {
    let object = || format!("{table}({})", key.columns.join(", "));
    let sets_default = [key.on_delete, key.on_update].contains(&Some(Action::SetDefault));
    refuse(key.deferrable.is_some(), "deferrable constraint", object)?;
    refuse(key.match_full, "foreign key with MATCH FULL", object)?;
    refuse(key.not_valid, "foreign key that is NOT VALID", object)?;
    // InnoDB rejects it (MySQL 8.0 manual, 13.1.20.5).
    refuse(sets_default, "foreign key with SET DEFAULT", object)
}

pub(super) fn check(server: &Server, table: &TableName, check: &Check) -> Result<(), RenderError> {
    // Before, MySQL reads checks and forgets them (MySQL 8.0 manual, 13.1.20.6).
    let has_checks = mariadb_or_since(server, Version(8, 0, 16));
    let object = || format!("{table}: {}", check.expression);
    refuse(!has_checks, "check constraint", object)?;
    let enforces_all = is_mariadb(server);
    refuse(
        check.not_enforced && enforces_all,
        "check that is NOT ENFORCED on MariaDB",
        object,
    )
}
