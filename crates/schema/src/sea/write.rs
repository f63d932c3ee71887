//! Tables and their constraints as sea-query statements.

use sea_query::{
    Alias, Check as SeaCheck, Expr, ForeignKey as SeaForeignKey, ForeignKeyAction,
    ForeignKeyCreateStatement, Index as SeaIndex, IndexCreateStatement, IntoTableRef,
    Table as SeaTable, TableAlterStatement, TableCreateStatement, TableDropStatement, TableRef,
    TableRenameStatement,
};

use super::{column_def, foreign_key_name, is_sayable_name};
use crate::{
    Action, AutoIncrement, Check, Column, ForeignKey, Pair, PrimaryKey, Table, TableName,
    TableOptions, Unique,
};

/// A table's name.
pub fn table_ref(name: &TableName) -> TableRef {
    match &name.schema {
        Some(schema) => (Alias::new(schema), Alias::new(&name.name)).into_table_ref(),
        None => Alias::new(&name.name).into_table_ref(),
    }
}

/// CREATE TABLE with its columns, key, uniques, foreign keys and checks; its indexes are statements of their own. `None` when a part
/// cannot be carried: [`super::split`] moves those aside.
pub fn create_table(table: &Table) -> Option<TableCreateStatement> {
    if !table.exclusions.is_empty()
        || table.options.unlogged
        || !table.options.parameters.is_empty()
        || !table.checks.iter().all(is_plain_check)
        || !table.options.clauses.is_empty()
        || is_auto_named_key(table)
    {
        return None;
    }
    let mut statement = SeaTable::create();
    statement.table(table_ref(&table.name));
    let inline_key = inline_primary_key(table);
    for column in &table.columns {
        let mut def = column_def(column);
        if inline_key == Some(column.name.as_str()) {
            def.primary_key();
        }
        statement.col(def);
    }
    if let Some(key) = &table.primary_key
        && inline_key.is_none()
    {
        statement.primary_key(&mut primary_key(key)?);
    }
    for unique in &table.uniques {
        statement.index(&mut unique_constraint(unique)?);
    }
    for key in &table.foreign_keys {
        statement.foreign_key(&mut inline_foreign_key(&table.name, key)?);
    }
    for check in &table.checks {
        statement.check(check_constraint(check));
    }
    if let Some(comment) = &table.comment {
        statement.comment(comment);
    }
    options(&table.options, &mut statement);
    Some(statement)
}

/// The column that carries PRIMARY KEY itself: of a key of one column, unless the key has a name of its own choosing. SQLite's
/// AUTOINCREMENT is possible there only, whatever the name.
pub(super) fn inline_primary_key(table: &Table) -> Option<&str> {
    let key = table.primary_key.as_ref().filter(|key| is_plain_key(key))?;
    let [column] = key.columns.as_slice() else {
        return None;
    };
    let is_default_name = key.name.is_none() || is_default_key_name(table);
    let is_auto = table
        .column(column)
        .is_some_and(|column| column.auto_increment == Some(AutoIncrement::Auto));
    (is_default_name || is_auto).then_some(column)
}

/// Whether the key has the name that a server gives one by itself.
fn is_default_key_name(table: &Table) -> bool {
    let name = table.primary_key.as_ref().and_then(|key| key.name.as_ref());
    name.is_some_and(|name| *name == format!("{}_pkey", table.name.name) || name == "PRIMARY")
}

/// A key that carries its numbering and a name of its own, which cannot both be said.
pub(super) fn is_auto_named_key(table: &Table) -> bool {
    let is_named = |key: &PrimaryKey| key.name.is_some();
    inline_primary_key(table).is_some()
        && table.primary_key.as_ref().is_some_and(is_named)
        && !is_default_key_name(table)
}

/// Whether the key says no more than its columns.
fn is_plain_key(key: &PrimaryKey) -> bool {
    key.include.is_empty() && key.deferrable.is_none() && key.clauses.is_empty()
}

/// Whether the check says no more than its condition.
pub(super) fn is_plain_check(check: &Check) -> bool {
    !check.not_valid && !check.no_inherit && !check.not_enforced
}

/// A key without a name, which SQLite has, is written without one.
pub(super) fn primary_key(key: &PrimaryKey) -> Option<IndexCreateStatement> {
    if !is_plain_key(key) {
        return None;
    }
    let mut index = SeaIndex::create();
    index.primary();
    if let Some(name) = &key.name {
        if !is_sayable_name(name) {
            return None;
        }
        index.name(name);
    }
    for column in &key.columns {
        index.col(Alias::new(column));
    }
    Some(index)
}

pub(super) fn unique_constraint(unique: &Unique) -> Option<IndexCreateStatement> {
    if unique.deferrable.is_some() || !unique.include.is_empty() {
        return None;
    }
    let mut index = SeaIndex::create();
    index.unique();
    if let Some(name) = &unique.name {
        if !is_sayable_name(name) {
            return None;
        }
        index.name(name);
    }
    for column in &unique.columns {
        index.col(Alias::new(column));
    }
    if unique.nulls_not_distinct {
        index.nulls_not_distinct();
    }
    Some(index)
}

fn check_constraint(check: &Check) -> SeaCheck {
    let expr = Expr::cust(check.expression.clone());
    match &check.name {
        Some(name) => SeaCheck::named(Alias::new(name), expr),
        None => SeaCheck::unnamed(expr),
    }
}

fn options(options: &TableOptions, statement: &mut TableCreateStatement) {
    if let Some(engine) = &options.engine {
        statement.engine(engine);
    }
    if let Some(collation) = &options.collation {
        statement.collate(collation);
    }
    let mut extra = Vec::new();
    if options.strict {
        extra.push("STRICT".to_owned());
    }
    if options.without_rowid {
        extra.push("WITHOUT ROWID".to_owned());
    }
    if let Some(partition) = &options.partition_by {
        extra.push(format!("PARTITION BY {partition}"));
    }
    if !extra.is_empty() {
        statement.extra(extra.join(", "));
    }
}

/// DROP TABLE.
pub fn drop_table(table: &TableName) -> TableDropStatement {
    SeaTable::drop().table(table_ref(table)).take()
}

/// RENAME TABLE; `None` when a name is qualified, which the builder writes wrong on PostgreSQL.
pub fn rename_table(names: &Pair<TableName>) -> Option<TableRenameStatement> {
    if names.from.schema.is_some() || names.to.schema.is_some() {
        return None;
    }
    Some(
        SeaTable::rename()
            .table(table_ref(&names.from), table_ref(&names.to))
            .take(),
    )
}

/// ADD COLUMN.
pub fn add_column(table: &TableName, column: &Column) -> TableAlterStatement {
    alter(table).add_column(column_def(column)).take()
}

/// DROP COLUMN.
pub fn drop_column(table: &TableName, column: &str) -> TableAlterStatement {
    alter(table).drop_column(Alias::new(column)).take()
}

/// RENAME COLUMN.
pub fn rename_column(table: &TableName, names: &Pair<String>) -> TableAlterStatement {
    alter(table)
        .rename_column(Alias::new(&names.from), Alias::new(&names.to))
        .take()
}

fn alter(table: &TableName) -> TableAlterStatement {
    SeaTable::alter().table(table_ref(table)).take()
}

/// ADD FOREIGN KEY to a table that exists, on PostgreSQL and MySQL; `None` when a name is qualified or has quotes, or the key has a
/// fact the builder lacks (deferrable, MATCH FULL, NOT VALID).
pub fn foreign_key(table: &TableName, key: &ForeignKey) -> Option<ForeignKeyCreateStatement> {
    if table.schema.is_some() || key.ref_table.schema.is_some() {
        return None;
    }
    inline_foreign_key(table, key)
}

/// As part of CREATE TABLE a qualified name is fine on PostgreSQL; MySQL's builder panics on one, which [`super::split`] prevents.
pub(super) fn inline_foreign_key(
    table: &TableName,
    key: &ForeignKey,
) -> Option<ForeignKeyCreateStatement> {
    let name = foreign_key_name(table, key);
    if !is_sayable_name(&name)
        || key.deferrable.is_some()
        || key.match_full
        || key.not_valid
        || !key.delete_columns.is_empty()
    {
        return None;
    }
    let mut statement = SeaForeignKey::create();
    statement
        .name(name)
        .from_tbl(table_ref(table))
        .to_tbl(table_ref(&key.ref_table));
    for column in &key.columns {
        statement.from_col(Alias::new(column));
    }
    for column in &key.ref_columns {
        statement.to_col(Alias::new(column));
    }
    if let Some(action) = key.on_delete {
        statement.on_delete(to_action(action));
    }
    if let Some(action) = key.on_update {
        statement.on_update(to_action(action));
    }
    Some(statement)
}

const fn to_action(action: Action) -> ForeignKeyAction {
    match action {
        Action::NoAction => ForeignKeyAction::NoAction,
        Action::Restrict => ForeignKeyAction::Restrict,
        Action::Cascade => ForeignKeyAction::Cascade,
        Action::SetNull => ForeignKeyAction::SetNull,
        Action::SetDefault => ForeignKeyAction::SetDefault,
    }
}
