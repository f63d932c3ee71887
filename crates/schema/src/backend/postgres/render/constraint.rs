//! Keys, checks and their names.

use crate::backend::postgres::name::{self, ident, idents};
use crate::backend::{RenderError, Server, Version};
use crate::{Check, Deferrable, ForeignKey, PrimaryKey, Table, TableName, Unique, sea};

use super::{comment, unsupported};

pub(super) fn drop(name: &str) -> String {
    format!("DROP CONSTRAINT {}", ident(name))
}

/// A key of one column that nobody named is made inside its column, and named by the server.
pub(super) fn primary_key_name(table: &TableName, key: &PrimaryKey) -> String {
    match &key.name {
        Some(name) => name.clone(),
        None if key.columns.len() == 1 => name::made_up(&table.name, &[] as &[&str], "pkey"),
        None => sea::primary_key_name(table),
    }
}

pub(super) fn add_primary_key(table: &TableName, key: &PrimaryKey) -> String {
    format!(
        "ADD CONSTRAINT {} PRIMARY KEY ({}){}{}",
        ident(&primary_key_name(table, key)),
        idents(&key.columns),
        include(&key.include),
        deferrable(key.deferrable)
    )
}

fn include(columns: &[String]) -> String {
    if columns.is_empty() {
        return String::new();
    }
    format!(" INCLUDE ({})", idents(columns))
}

/// What COMMENT ON calls a constraint.
pub(super) fn object(table: &TableName, constraint: &str) -> String {
    format!("CONSTRAINT {} ON {}", ident(constraint), name::table(table))
}

/// The comments of the constraints that CREATE TABLE makes.
pub(super) fn comments(table: &Table) -> Vec<String> {
    let own = &table.name;
    let key = (table.primary_key.iter()).map(|key| (primary_key_name(own, key), &key.comment));
    let uniques =
        (table.uniques.iter()).map(|unique| (sea::unique_name(own, unique), &unique.comment));
    let keys =
        (table.foreign_keys.iter()).map(|key| (sea::foreign_key_name(own, key), &key.comment));
    let checks = (table.checks.iter()).map(|check| (check_name(own, check), &check.comment));
    key.chain(uniques)
        .chain(keys)
        .chain(checks)
        .filter_map(|(name, text)| comment(&object(own, &name), text.as_deref()))
        .collect()
}

/// A check that nobody named is named by the server, for its column where it is about one. Which words are columns is not known here.
pub(super) fn check_name(table: &TableName, check: &Check) -> String {
    check
        .name
        .clone()
        .unwrap_or_else(|| name::made_up(&table.name, &[] as &[&str], "check"))
}

pub(super) fn add_check(check: &Check) -> String {
    let mut out = match &check.name {
        Some(name) => format!(
            "ADD CONSTRAINT {} CHECK ({})",
            ident(name),
            check.expression
        ),
        None => format!("ADD CHECK ({})", check.expression),
    };
    if check.no_inherit {
        out.push_str(" NO INHERIT");
    }
    if check.not_enforced {
        out.push_str(" NOT ENFORCED");
    } else if check.not_valid {
        out.push_str(" NOT VALID");
    }
    out
}

/// NOT ENFORCED came with version 18.
pub(super) fn check_enforced(server: &Server, check: &Check) -> Result<(), RenderError> {
    if check.not_enforced && server.version < Version(18, 0, 0) {
        return Err(unsupported(
            "NOT ENFORCED before version 18",
            &check.expression,
        ));
    }
    Ok(())
}

/// ON DELETE SET NULL of some columns came with version 15.
pub(super) fn check_set_null(server: &Server, key: &ForeignKey) -> Result<(), RenderError> {
    if !key.delete_columns.is_empty() && server.version < Version(15, 0, 0) {
        return Err(unsupported(
            "ON DELETE of some columns before version 15",
            &key.columns.join(", "),
        ));
    }
    Ok(())
}

/// NULLS NOT DISTINCT came with version 15.
pub(super) fn check_nulls(server: &Server, unique: &Unique) -> Result<(), RenderError> {
    if unique.nulls_not_distinct && !server.capabilities().nulls_not_distinct {
        return Err(unsupported(
            "NULLS NOT DISTINCT before version 15",
            &unique.columns.join(", "),
        ));
    }
    Ok(())
}

pub(super) fn add_unique(table: &TableName, unique: &Unique) -> String {
    let nulls = if unique.nulls_not_distinct {
        "NULLS NOT DISTINCT "
    } else {
        ""
    };
    format!(
        "ADD CONSTRAINT {} UNIQUE {nulls}({}){}{}",
        ident(&sea::unique_name(table, unique)),
        idents(&unique.columns),
        include(&unique.include),
        deferrable(unique.deferrable)
    )
}

pub(super) fn add_foreign_key(table: &TableName, key: &ForeignKey) -> String {
    let mut out = format!(
        "ADD CONSTRAINT {} FOREIGN KEY ({}) REFERENCES {} ({})",
        ident(&sea::foreign_key_name(table, key)),
        idents(&key.columns),
        name::table(&key.ref_table),
        idents(&key.ref_columns),
    );
    if key.match_full {
        out.push_str(" MATCH FULL");
    }
    for (event, action) in [("DELETE", key.on_delete), ("UPDATE", key.on_update)] {
        if let Some(action) = action {
            out.push_str(" ON ");
            out.push_str(event);
            out.push(' ');
            out.push_str(action.sql());
            if event == "DELETE" && !key.delete_columns.is_empty() {
                out.push_str(&format!(" ({})", idents(&key.delete_columns)));
            }
        }
    }
    out.push_str(deferrable(key.deferrable));
    if key.not_valid {
        out.push_str(" NOT VALID");
    }
    out
}

const fn deferrable(deferrable: Option<Deferrable>) -> &'static str {
    match deferrable {
        None => "",
        Some(Deferrable::Immediate) => " DEFERRABLE INITIALLY IMMEDIATE",
        Some(Deferrable::Deferred) => " DEFERRABLE INITIALLY DEFERRED",
    }
}
