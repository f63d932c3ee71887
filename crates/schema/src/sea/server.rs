//! What of a table sea-query can say on one server.

use sea_query::{
    ColumnType as Sea, MysqlQueryBuilder, PostgresQueryBuilder, SqliteQueryBuilder, TableBuilder,
};

use super::column::is_numbered_by_builder;
use super::to_column_type;
use super::write::{
    inline_foreign_key, inline_primary_key, is_auto_named_key, is_plain_check, primary_key,
    unique_constraint,
};
use crate::backend::{settled, types};
use crate::{
    Backend, Column, ColumnType, ForeignKey, Pair, PrimaryKey, RenderError, Server, Table,
    TableChange, TableName,
};

/// The table in types that the builder renders on this server as the server's own spelling would be stored; where it has no such word,
/// the type becomes [`ColumnType::Raw`] with that spelling. For [`super::create_table`] and for the emitter of the same chain.
///
/// # Errors
/// When the server cannot have a column's type or numbering.
pub fn for_server(server: &Server, table: &Table) -> Result<Table, RenderError> {
    let mut table = table.clone();
    for column in &mut table.columns {
        *column = column_for_server(server, &table.name, column)?;
    }
    Ok(table)
}

/// As [`for_server`], for one column of that table.
///
/// # Errors
/// When the server cannot have the column's type or numbering.
pub fn column_for_server(
    server: &Server,
    table: &TableName,
    column: &Column,
) -> Result<Column, RenderError> {
    let mut column = settled(server, column);
    column.ty = type_for_server(server, &column.ty)?;
    if is_numbered_by_builder(&column) && !can_number(server.backend, &column.ty) {
        return Err(RenderError::Unsupported {
            backend: server.backend,
            what: "auto-increment of this type".into(),
            object: format!("{table}.{}", column.name),
        });
    }
    Ok(column)
}

/// As [`for_server`], for a type.
///
/// # Errors
/// When the server has no such type.
pub fn type_for_server(server: &Server, ty: &ColumnType) -> Result<ColumnType, RenderError> {
    if is_written_right(server, ty) {
        return Ok(ty.clone());
    }
    types::spell(server, ty).map(ColumnType::Raw)
}

fn is_written_right(server: &Server, ty: &ColumnType) -> bool {
    let sea = to_column_type(ty);
    if !is_rendered(server.backend, &sea) {
        return false;
    }
    if ty.enum_name().is_some() {
        return is_enum_written_right(server.backend, ty);
    }
    types::parse(server, &text(server.backend, &sea)) == types::stored(server, ty)
}

/// MySQL's builder writes the words of an enum between quotes without escaping them; the others do not write them.
fn is_enum_written_right(backend: Backend, ty: &ColumnType) -> bool {
    match (backend, ty) {
        (Backend::Mysql, ColumnType::Enum { values, .. }) => {
            values.iter().all(|value| !value.contains(['\'', '\\']))
        }
        (Backend::Mysql | Backend::Postgres | Backend::Sqlite, _) => true,
    }
}

/// Whether the builder has a word for the type; for the rest it panics, or writes `unsupported`.
fn is_rendered(backend: Backend, ty: &Sea) -> bool {
    match backend {
        Backend::Postgres => match ty {
            Sea::Array(element) => is_rendered(backend, element),
            Sea::Year => false,
            _ => true,
        },
        Backend::Mysql => !matches!(
            ty,
            Sea::Interval(..)
                | Sea::Array(_)
                | Sea::Vector(_)
                | Sea::Cidr
                | Sea::Inet
                | Sea::MacAddr
                | Sea::LTree
        ),
        Backend::Sqlite => !matches!(
            ty,
            Sea::Interval(..)
                | Sea::Array(_)
                | Sea::Vector(_)
                | Sea::Cidr
                | Sea::Inet
                | Sea::MacAddr
                | Sea::LTree
                | Sea::Year
                | Sea::Bit(_)
                | Sea::VarBit(_)
        ),
    }
}

fn text(backend: Backend, ty: &Sea) -> String {
    let mut text = String::new();
    match backend {
        Backend::Postgres => PostgresQueryBuilder.prepare_column_type(ty, &mut text),
        Backend::Mysql => MysqlQueryBuilder.prepare_column_type(ty, &mut text),
        Backend::Sqlite => {
            TableBuilder::prepare_column_type(&SqliteQueryBuilder, ty, &mut text);
        }
    }
    text
}

/// PostgreSQL's builder panics on other types, SQLite itself refuses AUTOINCREMENT on all but INTEGER
/// (<https://www.sqlite.org/autoinc.html>).
fn can_number(backend: Backend, ty: &ColumnType) -> bool {
    let sea = to_column_type(ty);
    match backend {
        Backend::Postgres => {
            matches!(sea, Sea::SmallInteger | Sea::Integer | Sea::BigInteger)
        }
        Backend::Sqlite => text(backend, &sea).eq_ignore_ascii_case("integer"),
        Backend::Mysql => true,
    }
}

/// The table without the parts that [`super::create_table`] cannot carry on this backend, and those parts as changes to follow it
/// (deferrable and NOT VALID constraints, exclusions, UNLOGGED, names with quotes, MySQL's keys to another database and numbering of a
/// column that only an index makes a key). Indexes stay
/// in the table. SQLite cannot add them later: there, a table that leaves anything behind is written by hand.
pub fn split(backend: Backend, table: &Table) -> (Table, Vec<TableChange>) {
    let mut kept = table.clone();
    let mut rest = Vec::new();
    let is_apart = |key: &PrimaryKey| match inline_primary_key(table) {
        None => primary_key(key).is_none(),
        // PostgreSQL numbers a column without its being a key.
        Some(_) => backend == Backend::Postgres && is_auto_named_key(table),
    };
    if let Some(key) = table.primary_key.as_ref().filter(|key| is_apart(key)) {
        kept.primary_key = None;
        rest.push(TableChange::AddPrimaryKey(key.clone()));
    }
    kept.uniques
        .retain(|unique| unique_constraint(unique).is_some());
    rest.extend(left_out(&table.uniques, &kept.uniques).map(TableChange::AddUnique));
    kept.checks.retain(is_plain_check);
    rest.extend(left_out(&table.checks, &kept.checks).map(TableChange::AddCheck));
    rest.extend(kept.exclusions.drain(..).map(TableChange::AddExclusion));
    if kept.options.unlogged || !kept.options.parameters.is_empty() {
        kept.options.unlogged = false;
        kept.options.parameters.clear();
        rest.push(TableChange::SetOptions(Box::new(Pair::new(
            kept.options.clone(),
            table.options.clone(),
        ))));
    }
    if backend == Backend::Mysql {
        rest.extend(late_numbering(&mut kept).map(|pair| TableChange::AlterColumn(Box::new(pair))));
    }
    // Order matters: a reference follows the key it points at, and the UNLOGGED that decides what it may point at.
    let is_early = |key: &ForeignKey| {
        let keys_moved = kept.primary_key != table.primary_key || kept.uniques != table.uniques;
        table.options.unlogged || (key.ref_table == table.name && keys_moved)
    };
    kept.foreign_keys = table
        .foreign_keys
        .iter()
        .filter(|key| {
            inline_foreign_key(&table.name, key).is_some()
                && !(backend == Backend::Mysql && key.ref_table.schema.is_some())
                && !is_early(key)
        })
        .cloned()
        .collect();
    rest.extend(left_out(&table.foreign_keys, &kept.foreign_keys).map(TableChange::AddForeignKey));
    (kept, rest)
}

/// Takes AUTO_INCREMENT from a column that only an index makes a key, and that therefore is numbered after the index is there
/// (<https://dev.mysql.com/doc/refman/8.4/en/innodb-auto-increment-handling.html>: it has to be the first column of some index).
fn late_numbering(kept: &mut Table) -> Option<Pair<Column>> {
    let Table {
        columns,
        primary_key,
        uniques,
        ..
    } = kept;
    let inline = primary_key.iter().map(|key| &key.columns);
    let inline: Vec<&Vec<String>> = inline
        .chain(uniques.iter().map(|unique| &unique.columns))
        .collect();
    let column = columns.iter_mut().find(|column| {
        let is_key = |columns: &&Vec<String>| columns.first() == Some(&column.name);
        column.auto_increment.is_some() && !inline.iter().any(is_key)
    })?;
    let to = column.clone();
    column.auto_increment = None;
    Some(Pair::new(column.clone(), to))
}

fn left_out<'a, T: Clone + PartialEq>(all: &'a [T], kept: &'a [T]) -> impl Iterator<Item = T> + 'a {
    all.iter().filter(|part| !kept.contains(part)).cloned()
}
