//! The rows of `sqlite_schema` as a catalog: what inspection reads, and what an operation knows of the table it changes.
//!
//! Invariant: a table of which any part is not understood is not in the catalog, so that nothing is done to it.

use std::collections::BTreeMap;

use super::parse::{self, ParseError};
use super::trigger::with_plain_columns;
use crate::{Catalog, ForeignKey, Index, KeyTarget, Table, TableName, Trigger};

/// A row of `sqlite_schema`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// `table`, `index`, `trigger` or `view`.
    pub kind: String,
    /// Its name.
    pub name: String,
    /// The table it belongs to.
    pub table: String,
    /// The statement that created it; an index of a constraint has none.
    pub sql: Option<String>,
}

/// What the rows say.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Schema {
    /// The tables that are understood.
    pub catalog: Catalog,
    /// The tables that are not, with the reason.
    pub unread: BTreeMap<String, ParseError>,
    /// The views, each with its CREATE VIEW statement.
    pub views: BTreeMap<String, String>,
}

/// Reads the rows. SQLite's own tables, Plimsoll's and virtual ones are left out, and those that `ignores` says.
pub fn catalog(entries: &[Entry], ignores: impl Fn(&str) -> bool) -> Schema {
    let mut schema = Schema::default();
    let mut tables: BTreeMap<String, Table> = BTreeMap::new();
    for entry in entries {
        let Some(sql) = &entry.sql else { continue };
        match entry.kind.as_str() {
            "table" if !is_internal(&entry.name) && !ignores(&entry.name) => {
                match parse::table(sql) {
                    Ok(mut table) => {
                        table.name = TableName::new(&entry.name);
                        tables.insert(entry.name.to_lowercase(), table);
                    }
                    Err(ParseError::Virtual) => {}
                    Err(error) => {
                        schema.unread.insert(entry.name.clone(), error);
                    }
                }
            }
            "view" => {
                schema.views.insert(entry.name.clone(), sql.clone());
            }
            _ => {}
        }
    }
    for entry in entries {
        if let Err(error) = attach(entry, &mut tables) {
            tables.remove(&entry.table.to_lowercase());
            schema.unread.insert(entry.table.clone(), error);
        }
    }
    let keys: BTreeMap<String, Target> = tables
        .iter()
        .map(|(name, table)| (name.clone(), Target::of(table)))
        .collect();
    for mut table in tables.into_values() {
        for key in &mut table.foreign_keys {
            resolve(key, &keys);
        }
        schema.catalog.insert(table);
    }
    schema
}

/// Tables that no user made.
fn is_internal(name: &str) -> bool {
    let name = name.to_lowercase();
    name.starts_with("sqlite_") || name.starts_with("_plimsoll_")
}

/// Gives an index or a trigger to its table.
fn attach(entry: &Entry, tables: &mut BTreeMap<String, Table>) -> Result<(), ParseError> {
    let (Some(sql), Some(table)) = (&entry.sql, tables.get_mut(&entry.table.to_lowercase())) else {
        return Ok(());
    };
    match entry.kind.as_str() {
        "index" => {
            let (_, mut index) = parse::index(sql)?;
            index.name.clone_from(&entry.name);
            own_columns(&mut index, table);
            table.indexes.push(index);
        }
        "trigger" => table.triggers.push(Trigger {
            name: entry.name.clone(),
            sql: sql.clone(),
        }),
        _ => {}
    }
    Ok(())
}

/// Names are compared without case by SQLite; an index says the column's own spelling.
fn own_columns(index: &mut Index, table: &Table) {
    let columns: Vec<String> = table
        .columns
        .iter()
        .map(|column| column.name.clone())
        .collect();
    for key in &mut index.keys {
        match &mut key.target {
            KeyTarget::Column(name) => {
                if let Some(column) = columns
                    .iter()
                    .find(|column| column.eq_ignore_ascii_case(name))
                {
                    name.clone_from(column);
                }
            }
            KeyTarget::Expression(expression) => {
                *expression = with_plain_columns(expression, &columns);
            }
        }
    }
    if let Some(predicate) = &mut index.predicate {
        *predicate = with_plain_columns(predicate, &columns);
    }
}

/// What a foreign key can point at.
struct Target {
    name: TableName,
    columns: Vec<String>,
    primary_key: Vec<String>,
}

impl Target {
    fn of(table: &Table) -> Self {
        Self {
            name: table.name.clone(),
            columns: table
                .columns
                .iter()
                .map(|column| column.name.clone())
                .collect(),
            primary_key: table
                .primary_key
                .as_ref()
                .map(|key| key.columns.clone())
                .unwrap_or_default(),
        }
    }
}

/// A foreign key that names no columns points at the primary key.
fn resolve(key: &mut ForeignKey, tables: &BTreeMap<String, Target>) {
    let Some(target) = tables.get(&key.ref_table.name.to_lowercase()) else {
        return;
    };
    key.ref_table = target.name.clone();
    if key.ref_columns.is_empty() {
        key.ref_columns.clone_from(&target.primary_key);
    }
    for name in &mut key.ref_columns {
        if let Some(column) = target
            .columns
            .iter()
            .find(|column| column.eq_ignore_ascii_case(name))
        {
            name.clone_from(column);
        }
    }
}
