//! sea-query statements as catalog values, by what their public getters give.

use sea_query::{
    ColumnDef, ForeignKeyAction, ForeignKeyCreateStatement, IndexCreateStatement, QueryBuilder,
    SchemaName, SqliteQueryBuilder, TableCreateStatement, TableName as SeaTableName, TableRef,
};

use super::{column_type, from_expr};
use crate::{
    Action, AutoIncrement, Column, ColumnType, ForeignKey, Generated, Index, PrimaryKey, Table,
    TableName, Unique,
};

/// A table from its CREATE TABLE. No getter tells checks (of a column or the table), options or TEMPORARY, so that they are absent.
pub fn from_create_table(statement: &TableCreateStatement) -> Table {
    let name = statement
        .get_table_name()
        .map_or_else(|| TableName::new(""), from_table_ref);
    let mut table = Table::new(name);
    for def in statement.get_columns() {
        let column = from_column_def(def);
        let spec = def.get_column_spec();
        if spec.primary_key {
            table.primary_key = Some(PrimaryKey {
                name: None,
                columns: vec![column.name.clone()],
                ..PrimaryKey::default()
            });
        }
        if spec.unique && !spec.primary_key {
            table.uniques.push(Unique {
                name: None,
                columns: vec![column.name.clone()],
                nulls_not_distinct: false,
                deferrable: None,
                ..Unique::default()
            });
        }
        table.columns.push(column);
    }
    for index in statement.get_indexes() {
        let spec = index.get_index_spec();
        let name = spec.get_name().map(str::to_owned);
        if index.is_primary_key() {
            table.primary_key = Some(PrimaryKey {
                name,
                columns: spec.get_column_names(),
                ..PrimaryKey::default()
            });
        } else if index.is_unique_key() {
            table.uniques.push(Unique {
                name,
                columns: spec.get_column_names(),
                nulls_not_distinct: index.is_nulls_not_distinct(),
                deferrable: None,
                ..Unique::default()
            });
        } else {
            table.indexes.push(from_index_create(index));
        }
    }
    table.foreign_keys = statement
        .get_foreign_key_create_stmts()
        .iter()
        .map(from_foreign_key)
        .collect();
    table.comment = statement.get_comment().cloned();
    table.sort();
    table
}

/// A column from its definition. PRIMARY KEY and UNIQUE are facts of the table; a CHECK has no getters and is absent.
pub fn from_column_def(def: &ColumnDef) -> Column {
    let spec = def.get_column_spec();
    let ty = def
        .get_column_type()
        .map_or_else(|| ColumnType::Raw(String::new()), column_type);
    let mut column = Column::new(def.get_column_name(), ty);
    column.nullable = spec.nullable != Some(false) && !spec.primary_key;
    column.default = spec.default.as_ref().map(from_expr);
    column.generated = spec.generated.as_ref().map(|generated| {
        let mut expression = String::new();
        SqliteQueryBuilder.prepare_expr(&generated.expr, &mut expression);
        Generated {
            expression,
            stored: generated.stored,
        }
    });
    column.auto_increment = spec.auto_increment.then_some(AutoIncrement::Auto);
    column.comment.clone_from(&spec.comment);
    column.extra.clone_from(&spec.extra);
    column
}

/// An index from its CREATE INDEX: name, columns, UNIQUE and NULLS NOT DISTINCT. No getter tells the table, expressions, directions,
/// prefix lengths, operator classes, method, INCLUDE or WHERE, so that they are absent.
pub fn from_index_create(statement: &IndexCreateStatement) -> Index {
    let spec = statement.get_index_spec();
    let mut index = Index::on(
        spec.get_name().unwrap_or_default(),
        &spec.get_column_names(),
    );
    index.unique = statement.is_unique_key();
    index.nulls_not_distinct = statement.is_nulls_not_distinct();
    index
}

/// A foreign key from its statement, of CREATE TABLE or by itself.
pub fn from_foreign_key(statement: &ForeignKeyCreateStatement) -> ForeignKey {
    let key = statement.get_foreign_key();
    ForeignKey {
        name: key.get_name().map(str::to_owned),
        columns: key.get_columns(),
        ref_table: key
            .get_ref_table()
            .map_or_else(|| TableName::new(""), from_table_ref),
        ref_columns: key.get_ref_columns(),
        on_delete: key.get_on_delete().and_then(action),
        on_update: key.get_on_update().and_then(action),
        deferrable: None,
        match_full: false,
        not_valid: false,
        ..ForeignKey::default()
    }
}

/// A table's name; a database before the schema is dropped, and so is an alias.
pub fn from_table_ref(table: &TableRef) -> TableName {
    match table {
        TableRef::Table(SeaTableName(schema, name), _) => TableName {
            schema: schema
                .as_ref()
                .map(|SchemaName(_, schema)| schema.to_string()),
            name: name.to_string(),
        },
        other => TableName::new(other.sea_orm_table().to_string()),
    }
}

/// The enum is open; an action of a later sea-query is left open.
const fn action(action: ForeignKeyAction) -> Option<Action> {
    match action {
        ForeignKeyAction::Restrict => Some(Action::Restrict),
        ForeignKeyAction::Cascade => Some(Action::Cascade),
        ForeignKeyAction::SetNull => Some(Action::SetNull),
        ForeignKeyAction::NoAction => Some(Action::NoAction),
        ForeignKeyAction::SetDefault => Some(Action::SetDefault),
        _ => None,
    }
}
