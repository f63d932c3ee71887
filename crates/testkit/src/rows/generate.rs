//! Rows for every table: edge values of each type, parents before their children.

use std::collections::BTreeSet;

use plimsoll_schema::backend::{self, quote};
use plimsoll_schema::{Backend, Catalog, Column, ForeignKey, Server, Table, TableName};
use sea_orm::{ConnectionTrait, DatabaseConnection};

use super::literal::literal;

/// How many rows a table is offered; the last one holds NULL wherever it may.
pub(super) const ROWS: usize = 4;

/// Puts rows into every table. A row that the database refuses (a check, a unique) is left out; a table that takes none is an error.
pub async fn fill(
    db: &DatabaseConnection,
    server: &Server,
    catalog: &Catalog,
) -> Result<(), String> {
    for table in parents_first(catalog) {
        let mut taken = 0;
        let mut refused = String::new();
        for row in 0..ROWS {
            match db.execute_unprepared(&insert(server, table, row)).await {
                Ok(_) => taken += 1,
                Err(error) => refused = error.to_string(),
            }
        }
        if taken == 0 {
            return Err(format!(
                "table `{}` takes none of the generated rows, so the case needs a section `rows`: {refused}",
                table.name
            ));
        }
    }
    Ok(())
}

fn parents_first(catalog: &Catalog) -> Vec<&Table> {
    let mut done: BTreeSet<&TableName> = BTreeSet::new();
    let mut out = Vec::new();
    while out.len() < catalog.tables.len() {
        let waiting = || catalog.tables.values().filter(|t| !done.contains(&t.name));
        let is_ready = |table: &&Table| {
            table.foreign_keys.iter().all(|key| {
                key.ref_table == table.name
                    || done.contains(&key.ref_table)
                    || !catalog.tables.contains_key(&key.ref_table)
            })
        };
        // In a cycle somebody has to be first: the keys that point at nobody yet are NULL there.
        let Some(next) = waiting().find(is_ready).or_else(|| waiting().next()) else {
            break;
        };
        done.insert(&next.name);
        out.push(next);
    }
    out
}

fn insert(server: &Server, table: &Table, row: usize) -> String {
    let given: Vec<&Column> = table
        .columns
        .iter()
        .filter(|column| column.generated.is_none() && column.auto_increment.is_none())
        .collect();
    let name = qualified(server, &table.name);
    if given.is_empty() {
        return match server.backend {
            Backend::Sqlite | Backend::Postgres => format!("INSERT INTO {name} DEFAULT VALUES"),
            Backend::Mysql => format!("INSERT INTO {name} () VALUES ()"),
        };
    }
    let columns: Vec<_> = given
        .iter()
        .map(|column| quote(server, &column.name))
        .collect();
    let values: Vec<_> = given
        .iter()
        .map(|column| value(server, table, column, row))
        .collect();
    format!(
        "INSERT INTO {name} ({}) VALUES ({})",
        columns.join(", "),
        values.join(", ")
    )
}

fn value(server: &Server, table: &Table, column: &Column, row: usize) -> String {
    if column.nullable && row == ROWS - 1 {
        return "NULL".into();
    }
    let pointing = table.foreign_keys.iter().find_map(|key| {
        let at = key.columns.iter().position(|own| *own == column.name)?;
        Some((key, at))
    });
    match pointing {
        Some((key, at)) => of_parent(server, key, at, row),
        None => literal(server, &column.ty, row),
    }
}

/// The value of a row of the parent; the same row for every column of the key.
fn of_parent(server: &Server, key: &ForeignKey, at: usize, row: usize) -> String {
    let columns: Vec<_> = key
        .ref_columns
        .iter()
        .map(|column| quote(server, column))
        .collect();
    // MySQL reads the table it inserts into only through a derived one.
    format!(
        "(SELECT v FROM (SELECT {} AS v FROM {} ORDER BY {} LIMIT 1 OFFSET {}) AS parent)",
        columns[at],
        qualified(server, &key.ref_table),
        columns.join(", "),
        row.min(1)
    )
}

/// The table's name as SQL.
pub(super) fn qualified(server: &Server, name: &TableName) -> String {
    backend::qualified(server, name.schema.as_deref(), &name.name)
}
