//! What the server makes by itself: the index that InnoDB gives a foreign key when none fits, and takes away when one does (MySQL 8.0
//! manual, 13.1.20.5), MariaDB's check of a JSON column, the default that a time with ON UPDATE shows.
//!
//! Invariant: none of it is in a catalog. A foreign key that no index of its table covers therefore has one, and what makes or breaks
//! that state says so in its SQL.

use super::is_mariadb;
use crate::backend::Server;
use crate::{ForeignKey, Index, Literal, Order, PrimaryKey, Table, Value};

/// The name of the index: the constraint's, or its first column's where the server named the constraint. What is written here keeps to
/// that, also where the server would not because a constraint that it once named is now named in the statement.
pub fn index_name<'a>(table: &str, key: &'a ForeignKey) -> Option<&'a str> {
    if is_named_by_server(table, key) {
        key.columns.first().map(String::as_str)
    } else {
        key.name.as_deref()
    }
}

/// Whether the constraint's name is `<table>_ibfk_<number>`.
pub fn is_named_by_server(table: &str, key: &ForeignKey) -> bool {
    key.name
        .as_deref()
        .and_then(|name| name.strip_prefix(table)?.strip_prefix("_ibfk_"))
        .is_some_and(|number| !number.is_empty() && number.bytes().all(|c| c.is_ascii_digit()))
}

/// Whether the server makes an index for the key. Of keys that could share one, the key of most columns has it; of those that are alike
/// the last by name, which the server sees to in a CREATE TABLE (`mysql_prepare_create_table`), and our SQL everywhere else.
pub fn is_made(server: &Server, table: &Table, key: &ForeignKey) -> bool {
    let outdoes = |other: &ForeignKey| {
        let is_longer = other.columns.len() > key.columns.len();
        other.columns.starts_with(&key.columns) && (is_longer || other > key)
    };
    !is_covered(server, table, key) && !table.foreign_keys.iter().any(outdoes)
}

/// Whether the table has an index, besides one the server makes, that begins with the foreign key's columns, whole ones. One that is
/// descending is good enough for MariaDB.
fn is_covered(server: &Server, table: &Table, key: &ForeignKey) -> bool {
    let covers = |columns: &[String]| columns.starts_with(&key.columns);
    let mut primary = table.primary_key.iter();
    let mut indexes = table.indexes.iter();
    primary.any(|primary| covers(&primary.columns) && is_plain(server, primary, key))
        || table.uniques.iter().any(|unique| covers(&unique.columns))
        || indexes.any(|index| index_covers(server, index, key))
}

/// Whether the primary key says no more of the foreign key's columns than their names.
fn is_plain(server: &Server, primary: &PrimaryKey, key: &ForeignKey) -> bool {
    let mut clauses = key
        .columns
        .iter()
        .filter_map(|name| primary.clauses.get(name));
    clauses.all(|clause| is_mariadb(server) && clause == "DESC")
}

fn index_covers(server: &Server, index: &Index, key: &ForeignKey) -> bool {
    let is_tree = matches!(index.method.as_deref(), None | Some("btree" | "hash"));
    let columns = index.plain_columns().unwrap_or_default();
    let mut parts = index.keys.iter().take(key.columns.len());
    is_tree
        && columns.len() >= key.columns.len()
        && columns
            .iter()
            .zip(&key.columns)
            .all(|(left, right)| left == right)
        && parts
            .all(|part| part.prefix.is_none() && (is_mariadb(server) || part.order == Order::Asc))
}

/// Takes the indexes out of a live table that are there for a foreign key only.
pub fn hide(server: &Server, table: &mut Table) {
    for at in 0..table.foreign_keys.len() {
        let key = table.foreign_keys[at].clone();
        let Some(name) = index_name(&table.name.name, &key) else {
            continue;
        };
        let Some(found) = table
            .indexes
            .iter()
            .position(|index| is_made_for(index, name, &key))
        else {
            continue;
        };
        let hidden = table.indexes.remove(found);
        if !is_made(server, table, &key) {
            table.indexes.insert(found, hidden);
        }
    }
}

fn is_made_for(index: &Index, name: &str, key: &ForeignKey) -> bool {
    index.name == name
        && *index == Index::on(name, &key.columns)
        && index.keys.iter().all(|part| part.order == Order::Asc)
}

/// Whether a check of MariaDB's is what makes the column JSON (JSON Data Type, MariaDB manual).
pub fn is_json_check(column: &str, expression: &str) -> bool {
    expression.eq_ignore_ascii_case(&format!("json_valid(`{}`)", column.replace('`', "``")))
}

/// The method of an index, where the server shows this one. A table in memory has the choice; the others have trees, and MariaDB hashes a
/// unique key that is too long for one by itself.
pub fn index_method(engine: Option<&str>, shown: &str) -> Option<String> {
    let in_memory = engine.is_some_and(|engine| engine.eq_ignore_ascii_case("MEMORY"));
    match shown.to_uppercase().as_str() {
        "FULLTEXT" => Some("fulltext".to_owned()),
        "SPATIAL" | "RTREE" => Some("spatial".to_owned()),
        "VECTOR" => Some("vector".to_owned()),
        "BTREE" if in_memory => Some("btree".to_owned()),
        "HASH" if in_memory => Some("hash".to_owned()),
        _ => None,
    }
}

/// The collation that a JSON column of MariaDB states, of the column's own or its table's: all but the one that the word JSON gives it.
pub fn json_collation(own: Option<String>, table: Option<&str>) -> Option<String> {
    own.or_else(|| table.map(str::to_owned))
        .filter(|collation| collation != "utf8mb4_bin")
}

/// Whether a default is what a time with ON UPDATE shows that has none and does not admit NULL.
pub fn is_zero_time(default: Option<&Value>) -> bool {
    matches!(default, Some(Value::Literal(Literal::String(text))) if text.starts_with("0000-00-00 00:00:00"))
}
