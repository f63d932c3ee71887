//! What of the database an operation has to know before its SQL can be written: the table SQLite rebuilds and what is around it, the one
//! MySQL redefines parts of, the columns that use a PostgreSQL enum type.

use plimsoll_schema::backend::{mysql, qualified, sqlite::schema, types, value};
use plimsoll_schema::{
    Catalog, Change, Check, Column, ColumnType, EnumType, ForeignKey, Server, Table, TableChange,
    TableName, TypeName, Unique,
};
use sea_orm::{ConnectionTrait, DbBackend, DbErr, QueryResult, Statement};

/// Every object, as the statement that made it: a rebuild depends on what points at the table, too.
const SQLITE: &str = "SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY rowid";

/// The columns whose type is, or is an array of, an enum type; partitions and children follow their parents.
const POSTGRES: &str = "SELECT n.nspname::text AS schema, c.relname::text AS \"table\", a.attname::text AS name, \
    format_type(a.atttypid, a.atttypmod) AS type, t.typcategory = 'A' AS is_array, a.attnotnull AS not_null, \
    pg_get_expr(d.adbin, d.adrelid) AS \"default\" \
    FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace \
    JOIN pg_type t ON t.oid = a.atttypid LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum \
    WHERE c.relkind IN ('r', 'p') AND a.attnum > 0 AND NOT a.attisdropped AND a.attinhcount = 0 \
    AND (t.oid = to_regtype($1) OR t.typelem = to_regtype($1)) ORDER BY 1, 2, a.attnum";

/// The types beside it, whose names one that steps aside cannot have.
const TYPES: &str = "SELECT t.typname::text AS name FROM pg_type t \
    WHERE t.typnamespace = (SELECT own.typnamespace FROM pg_type own WHERE own.oid = to_regtype($1)) \
    AND t.typtype <> 'b' ORDER BY 1";

/// Reads what the change needs.
pub(super) async fn read(
    connection: &impl ConnectionTrait,
    server: &Server,
    change: &Change,
) -> Result<Catalog, DbErr> {
    match (connection.get_database_backend(), change) {
        (DbBackend::Sqlite, Change::AlterTable { table, .. }) => {
            sqlite_schema(connection, table).await
        }
        (DbBackend::Sqlite, Change::DropTable(table)) => {
            sqlite_schema(connection, &table.name).await
        }
        (DbBackend::MySql, Change::AlterTable { table, .. }) => {
            mysql_table(connection, server, table).await
        }
        (DbBackend::Postgres, Change::AlterEnum(pair)) => {
            enum_users(connection, server, &pair.from).await
        }
        _ => Ok(Catalog::default()),
    }
}

async fn sqlite_schema(
    connection: &impl ConnectionTrait,
    wanted: &TableName,
) -> Result<Catalog, DbErr> {
    let question = Statement::from_string(DbBackend::Sqlite, SQLITE);
    let mut entries = Vec::new();
    for row in connection.query_all_raw(question).await? {
        entries.push(schema::Entry {
            kind: row.try_get("", "type")?,
            name: row.try_get("", "name")?,
            table: row.try_get("", "tbl_name")?,
            sql: row.try_get("", "sql")?,
        });
    }
    let found = schema::catalog(&entries, |_| false);
    let is_wanted = |name: &str| name.eq_ignore_ascii_case(&wanted.name);
    if found
        .catalog
        .tables
        .keys()
        .any(|name| is_wanted(&name.name))
    {
        return Ok(found.catalog);
    }
    let reason = found.unread.iter().find(|(name, _)| is_wanted(name));
    Err(DbErr::Custom(match reason {
        Some((_, error)) => {
            format!("the statement that made table `{wanted}` cannot be read: {error}")
        }
        None => format!("table `{wanted}` does not exist"),
    }))
}

async fn mysql_table(
    connection: &impl ConnectionTrait,
    server: &Server,
    name: &TableName,
) -> Result<Catalog, DbErr> {
    let quoted = qualified(server, name.schema.as_deref(), &name.name);
    let question = Statement::from_string(DbBackend::MySql, format!("SHOW CREATE TABLE {quoted}"));
    let row = connection.query_one_raw(question).await?;
    let bytes: Vec<u8> = match row {
        Some(row) => row.try_get_by_index(1)?,
        None => Vec::new(),
    };
    // A default of a binary column stands in it as it is.
    let text = String::from_utf8_lossy(&bytes);
    let table = mysql::create::table(server, name, &text)
        .map_err(|error| DbErr::Custom(error.to_string()))?;
    Ok(Catalog::of([table]))
}

async fn enum_users(
    connection: &impl ConnectionTrait,
    server: &Server,
    enum_type: &EnumType,
) -> Result<Catalog, DbErr> {
    let asked = qualified(
        server,
        enum_type.name.schema.as_deref(),
        &enum_type.name.name,
    );
    let mut catalog = Catalog::default();
    let question =
        Statement::from_sql_and_values(DbBackend::Postgres, TYPES, [asked.clone().into()]);
    for row in connection.query_all_raw(question).await? {
        let name = TypeName {
            schema: enum_type.name.schema.clone(),
            name: row.try_get("", "name")?,
        };
        let values = Vec::new();
        catalog.enums.insert(
            name.clone(),
            EnumType {
                name,
                values,
                ..EnumType::default()
            },
        );
    }
    let question = Statement::from_sql_and_values(DbBackend::Postgres, POSTGRES, [asked.into()]);
    for row in connection.query_all_raw(question).await? {
        let schema: String = row.try_get("", "schema")?;
        let name = TableName {
            schema: (server.default_schema.as_ref() != Some(&schema)).then_some(schema),
            name: row.try_get("", "table")?,
        };
        catalog
            .tables
            .entry(name.clone())
            .or_insert_with(|| Table::new(name))
            .columns
            .push(enum_column(server, enum_type, &row)?);
    }
    catalog
        .enums
        .insert(enum_type.name.clone(), enum_type.clone());
    Ok(catalog)
}

fn enum_column(server: &Server, enum_type: &EnumType, row: &QueryResult) -> Result<Column, DbErr> {
    let element = ColumnType::Enum {
        name: enum_type.name.clone(),
        values: enum_type.values.clone(),
    };
    let ty = if row.try_get("", "is_array")? {
        ColumnType::Array(Box::new(element))
    } else {
        element
    };
    let default: Option<String> = row.try_get("", "default")?;
    let default = default.map(|text| value::parse(server, &text, &types::stored(server, &ty)));
    let mut column = Column::new(row.try_get::<String>("", "name")?, ty);
    column.nullable = !row.try_get::<bool>("", "not_null")?;
    column.default = default;
    Ok(column)
}

/// Puts names as the database spells them, and the parts an operation drops in full: it names them, the table knows them.
pub(super) fn complete(before: &Catalog, change: &mut Change) {
    let spelled = |name: &TableName| {
        let known = before.tables.keys();
        // SQLite compares names without case, and fills the catalog where a name may be spelled otherwise.
        known.clone().find(|known| *known == name).or_else(|| {
            known
                .clone()
                .find(|known| known.name.eq_ignore_ascii_case(&name.name))
        })
    };
    let (name, changes) = match change {
        Change::AlterTable { table, changes } => (table, changes.as_mut_slice()),
        Change::DropTable(table) => (&mut table.name, [].as_mut_slice()),
        Change::CreateTable(_)
        | Change::RenameTable(_)
        | Change::CreateEnum(_)
        | Change::DropEnum(_)
        | Change::AlterEnum(_)
        | Change::RenameEnum(_)
        | Change::RenameEnumValue { .. } => return,
    };
    let Some(mut table) = spelled(name).and_then(|name| before.table(name)).cloned() else {
        return;
    };
    name.clone_from(&table.name);
    for change in changes {
        complete_in(&table, change);
        // What does not fit is reported when the SQL is written.
        if table.apply(change).is_err() {
            return;
        }
    }
}

/// Leaves out new names of constraints that the table does not have. PostgreSQL names every constraint, the others do not: there a file
/// that was generated on PostgreSQL has nothing to rename.
pub(super) fn leave_out_names(server: &Server, before: &Catalog, change: &mut Change) {
    let Change::AlterTable { table, changes } = change else {
        return;
    };
    let Some(mut state) = before.table(table).cloned() else {
        return;
    };
    if !server.capabilities().renames_parts {
        changes.retain(|change| {
            let is_known = state.apply(change).is_ok();
            is_known || !matches!(change, TableChange::RenameConstraint(_))
        });
    }
}

fn complete_in(table: &Table, change: &mut TableChange) {
    match change {
        TableChange::DropColumn(column) => {
            replace(column, &table.columns, |known, wanted| {
                known.name == wanted.name
            });
        }
        TableChange::DropPrimaryKey(key) => {
            if let Some(known) = &table.primary_key {
                key.clone_from(known);
            }
        }
        TableChange::DropUnique(unique) => {
            let is_named =
                |known: &Unique, wanted: &Unique| known.name.is_some() && known.name == wanted.name;
            if !replace(unique, &table.uniques, is_named) {
                let is_like = |known: &Unique, wanted: &Unique| known.columns == wanted.columns;
                replace(unique, &table.uniques, is_like);
            }
        }
        TableChange::DropIndex(index) => {
            replace(index, &table.indexes, |known, wanted| {
                known.name == wanted.name
            });
        }
        TableChange::DropForeignKey(key) => {
            let is_named = |known: &ForeignKey, wanted: &ForeignKey| {
                known.name.is_some() && known.name == wanted.name
            };
            if !replace(key, &table.foreign_keys, is_named) {
                let is_like =
                    |known: &ForeignKey, wanted: &ForeignKey| known.columns == wanted.columns;
                replace(key, &table.foreign_keys, is_like);
            }
        }
        TableChange::DropCheck(check) => {
            let is_named =
                |known: &Check, wanted: &Check| known.name.is_some() && known.name == wanted.name;
            if !replace(check, &table.checks, is_named) {
                let is_like = |known: &Check, wanted: &Check| known.expression == wanted.expression;
                replace(check, &table.checks, is_like);
            }
        }
        TableChange::DropExclusion(exclusion) => {
            replace(exclusion, &table.exclusions, |known, wanted| {
                known.name == wanted.name
            });
        }
        TableChange::AddColumn(_)
        | TableChange::RenameColumn(_)
        | TableChange::AlterColumn(_)
        | TableChange::AddPrimaryKey(_)
        | TableChange::AddUnique(_)
        | TableChange::AddIndex(_)
        | TableChange::RenameIndex(_)
        | TableChange::AddForeignKey(_)
        | TableChange::AddCheck(_)
        | TableChange::AddExclusion(_)
        | TableChange::RenameConstraint(_)
        | TableChange::SetComment(_)
        | TableChange::CommentOn { .. }
        | TableChange::SetOptions(_)
        | TableChange::Fill(_)
        | TableChange::Unfill(_)
        | TableChange::RenameValue { .. } => {}
    }
}

/// Puts the known part in place of the wanted one; whether there was one.
fn replace<T: Clone>(wanted: &mut T, known: &[T], is_it: impl Fn(&T, &T) -> bool) -> bool {
    match known.iter().find(|known| is_it(known, wanted)) {
        Some(found) => {
            wanted.clone_from(found);
            true
        }
        None => false,
    }
}
