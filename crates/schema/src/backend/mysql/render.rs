//! Changes as SQL.

use sea_query::MysqlQueryBuilder;

use super::admit::{self, unsupported};
use super::alter;
use crate::backend::{Backend, RenderError, Server, qualified};
use crate::{Catalog, Change, Pair, Table, TableChange, TableName, sea};

pub(in crate::backend) fn render(
    server: &Server,
    before: &Catalog,
    change: &Change,
) -> Result<Vec<String>, RenderError> {
    match change {
        Change::CreateTable(table) => create_table(server, table),
        Change::DropTable(table) => Ok(vec![
            sea::drop_table(&table.name).to_string(MysqlQueryBuilder),
        ]),
        Change::RenameTable(pair) => Ok(vec![rename_table(server, pair)]),
        Change::AlterTable { table, changes } => {
            alter::alter(server, before.table(table), table, changes)
        }
        Change::CreateEnum(enum_type) | Change::DropEnum(enum_type) => {
            Err(unsupported("enum type of its own", &enum_type.name))
        }
        Change::AlterEnum(pair) => Err(unsupported("enum type of its own", &pair.from.name)),
        Change::RenameEnum(pair) => Err(unsupported("enum type of its own", &pair.from)),
        Change::RenameEnumValue { name, .. } => Err(unsupported("enum type of its own", name)),
    }
}

fn create_table(server: &Server, table: &Table) -> Result<Vec<String>, RenderError> {
    admit::table(server, table)?;
    let settled = sea::for_server(server, table)?;
    let (kept, rest) = sea::split(Backend::Mysql, &settled);
    let statement =
        sea::create_table(&kept).ok_or_else(|| unsupported("such a table", &table.name))?;
    let mut statements = vec![statement.to_string(MysqlQueryBuilder)];
    for index in &table.indexes {
        let change = TableChange::AddIndex(index.clone());
        statements.extend(alter::alter(server, None, &table.name, &[change])?);
    }
    statements.extend(alter::alter(server, None, &table.name, &rest)?);
    statements.extend(alter::index_names(server, table));
    Ok(statements)
}

fn rename_table(server: &Server, pair: &Pair<TableName>) -> String {
    if let Some(statement) = sea::rename_table(pair) {
        return statement.to_string(MysqlQueryBuilder);
    }
    let name = |name: &TableName| qualified(server, name.schema.as_deref(), &name.name);
    format!("RENAME TABLE {} TO {}", name(&pair.from), name(&pair.to))
}

#[cfg(test)]
mod tests;
