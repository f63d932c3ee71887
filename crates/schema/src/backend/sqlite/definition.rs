//! A table and its indexes as the statements that create them, with every fact that SQLite keeps: sea-query's builder has no words
//! for some of them, and a rebuild may lose none.

use super::parse::{key_sql, not_null_clause, null_clause, unique_clause};
use super::token::quote;
use super::{types, value};
use crate::backend::{Backend, RenderError};
use crate::{
    AutoIncrement, Check, Column, Deferrable, ForeignKey, Index, PrimaryKey, Table, TableName,
    TableOptions, Unique,
};

/// CREATE TABLE under another name. Its parts speak of the table by its own name, which is the one it will have.
pub(super) fn create_table(table: &Table, name: &str) -> Result<String, RenderError> {
    admit(table)?;
    let mut parts = Vec::new();
    let inline = inline_key(table);
    for item in &table.columns {
        let key = table
            .primary_key
            .as_ref()
            .filter(|_| inline == Some(item.name.as_str()));
        parts.push(column(item, key, table)?);
    }
    if let Some(key) = &table.primary_key
        && inline.is_none()
    {
        let clause = table.options.clauses.get("primary key");
        let head = constraint(key.name.as_ref());
        let rest = keys(&key.columns, clause);
        parts.push(format!("{head}PRIMARY KEY {rest}"));
    }
    parts.extend(
        table
            .uniques
            .iter()
            .map(|part| unique(part, &table.options)),
    );
    parts.extend(table.foreign_keys.iter().map(foreign_key));
    parts.extend(table.checks.iter().map(|part| check(part, &table.name)));
    let mut options = Vec::new();
    if table.options.strict {
        options.push(" STRICT");
    }
    if table.options.without_rowid {
        options.push(" WITHOUT ROWID");
    }
    let name = quote(name);
    let (parts, options) = (parts.join(", "), options.join(","));
    Ok(format!("CREATE TABLE {name} ( {parts} ){options}"))
}

/// The column that carries PRIMARY KEY itself: of a key of one column, unless the key says more of it than fits there.
fn inline_key(table: &Table) -> Option<&str> {
    let key = table.primary_key.as_ref()?;
    let clause = table.options.clauses.get("primary key");
    match key.columns.as_slice() {
        [column] if clause.is_none_or(|clause| !clause.starts_with('(')) => Some(column),
        _ => None,
    }
}

fn column(column: &Column, key: Option<&PrimaryKey>, table: &Table) -> Result<String, RenderError> {
    let clauses = &table.options.clauses;
    let mut parts = vec![quote(&column.name)];
    let ty = types::spell(&column.ty)?;
    if !ty.is_empty() {
        parts.push(ty);
    }
    if !column.nullable && !clauses.contains_key(&null_clause(&column.name)) {
        parts.push("NOT NULL".into());
        parts.extend(clauses.get(&not_null_clause(&column.name)).cloned());
    }
    if let Some(default) = &column.default {
        parts.push(format!("DEFAULT {}", value::sql(default)));
    }
    if let Some(generated) = &column.generated {
        let kind = if generated.stored {
            "STORED"
        } else {
            "VIRTUAL"
        };
        let expression = own(&generated.expression, &table.name);
        parts.push(format!("GENERATED ALWAYS AS ({expression}) {kind}"));
    }
    if let Some(key) = key {
        parts.push(format!("{}PRIMARY KEY", constraint(key.name.as_ref())));
        parts.extend(clauses.get("primary key").cloned());
    }
    match &column.auto_increment {
        None => {}
        Some(AutoIncrement::Auto) => parts.push("AUTOINCREMENT".into()),
        Some(AutoIncrement::Serial | AutoIncrement::Identity { .. }) => {
            return Err(unsupported("sequences", &column.name));
        }
    }
    if let Some(collation) = &column.collation {
        parts.push(format!("COLLATE {}", quote(collation)));
    }
    parts.extend(column.extra.clone());
    Ok(parts.join(" "))
}

/// `CONSTRAINT "name" `, where there is a name.
fn constraint(name: Option<&String>) -> String {
    name.map(|name| format!("CONSTRAINT {} ", quote(name)))
        .unwrap_or_default()
}

/// The columns of a key, and what is said of them beyond their names.
fn keys(columns: &[String], clause: Option<&String>) -> String {
    match clause {
        Some(clause) if clause.starts_with('(') => clause.clone(),
        Some(clause) => format!("{} {clause}", list(columns)),
        None => list(columns),
    }
}

fn list(columns: &[String]) -> String {
    let columns: Vec<String> = columns.iter().map(|column| quote(column)).collect();
    format!("({})", columns.join(", "))
}

fn unique(unique: &Unique, options: &TableOptions) -> String {
    let clause = options.clauses.get(&unique_clause(&unique.columns));
    format!(
        "{}UNIQUE {}",
        constraint(unique.name.as_ref()),
        keys(&unique.columns, clause)
    )
}

fn foreign_key(key: &ForeignKey) -> String {
    let mut sql = format!(
        "{}FOREIGN KEY {} REFERENCES {}",
        constraint(key.name.as_ref()),
        list(&key.columns),
        quote(&key.ref_table.name)
    );
    if !key.ref_columns.is_empty() {
        sql.push(' ');
        sql.push_str(&list(&key.ref_columns));
    }
    let actions = [("DELETE", key.on_delete), ("UPDATE", key.on_update)];
    for (event, action) in actions {
        if let Some(action) = action {
            sql.push_str(" ON ");
            sql.push_str(event);
            sql.push(' ');
            sql.push_str(action.sql());
        }
    }
    if key.match_full {
        sql.push_str(" MATCH FULL");
    }
    match key.deferrable {
        None => {}
        Some(Deferrable::Immediate) => sql.push_str(" DEFERRABLE INITIALLY IMMEDIATE"),
        Some(Deferrable::Deferred) => sql.push_str(" DEFERRABLE INITIALLY DEFERRED"),
    }
    sql
}

fn check(check: &Check, table: &TableName) -> String {
    let expression = own(&check.expression, table);
    format!("{}CHECK ({expression})", constraint(check.name.as_ref()))
}

/// An expression may name its table before a column, which has another name while it is rebuilt; only its own columns can be meant.
fn own(expression: &str, table: &TableName) -> String {
    super::trigger::without_qualifier(expression, &table.name)
}

/// CREATE INDEX.
pub(super) fn create_index(table: &TableName, index: &Index) -> Result<String, RenderError> {
    if index.nulls_not_distinct {
        return Err(unsupported("NULLS NOT DISTINCT", &index.name));
    }
    if let Some(method) = &index.method {
        return Err(unsupported(&format!("{method} index"), &index.name));
    }
    if !index.include.is_empty() {
        return Err(unsupported("INCLUDE columns", &index.name));
    }
    if index.keys.iter().any(|key| key.opclass.is_some()) {
        return Err(unsupported("operator classes", &index.name));
    }
    if index.keys.iter().any(|key| key.nulls.is_some()) {
        return Err(unsupported("placement of NULLs in an index", &index.name));
    }
    let unique = if index.unique { "UNIQUE " } else { "" };
    let keys: Vec<String> = index.keys.iter().map(key_sql).collect();
    let mut sql = format!(
        "CREATE {unique}INDEX {} ON {} ({})",
        quote(&index.name),
        quote(&table.name),
        keys.join(", ")
    );
    if let Some(predicate) = &index.predicate {
        sql.push_str(" WHERE ");
        sql.push_str(predicate);
    }
    Ok(sql)
}

/// Refuses what SQLite has no words for, rather than leave it out.
pub(super) fn admit(table: &Table) -> Result<(), RenderError> {
    if let Some(exclusion) = table.exclusions.first() {
        return Err(unsupported("exclusion constraints", &exclusion.name));
    }
    for column in &table.columns {
        admit_column(&table.name, column)?;
    }
    for unique in &table.uniques {
        let object = || format!("{}.{}", table.name, unique.columns.join(", "));
        if unique.nulls_not_distinct {
            return Err(unsupported("NULLS NOT DISTINCT", &object()));
        }
        if unique.deferrable.is_some() {
            return Err(unsupported("deferrable unique constraints", &object()));
        }
    }
    Ok(())
}

/// As [`admit`], for a column.
pub(super) fn admit_column(table: &TableName, column: &Column) -> Result<(), RenderError> {
    let object = format!("{table}.{}", column.name);
    if column.on_update.is_some() {
        return Err(unsupported("ON UPDATE of a column", &object));
    }
    if column.invisible {
        return Err(unsupported("invisible columns", &object));
    }
    Ok(())
}

pub(super) fn unsupported(what: &str, object: &str) -> RenderError {
    RenderError::Unsupported {
        backend: Backend::Sqlite,
        what: what.into(),
        object: object.into(),
    }
}
