//! A change as statements of a migration: the builders where they write exactly its SQL, our operations elsewhere, and SQL as it is where a
//! step carries statements that no change stands for.

use plimsoll_schema::{
    Backend, Catalog, Change, Server, Table, TableChange, TableName, backend, sea,
};
use sea_query::{
    MysqlQueryBuilder, PostgresQueryBuilder, SchemaBuilder, SchemaStatementBuilder,
    SqliteQueryBuilder,
};

use crate::builder;
use crate::layout::Node;
use crate::literal::text;
use crate::operation::operation;

/// One call, and the SQL it runs.
struct Piece {
    node: Node,
    sql: Vec<String>,
}

/// The statements that carry a change out, each to be ended by `;`. `expected` is the SQL of the step, `later` what follows it.
pub(crate) fn statements(
    server: &Server,
    change: &Change,
    later: &[Change],
    expected: &[String],
) -> Vec<Node> {
    if !is_pointed_at(server, change, later)
        && let Some(pieces) = pieces(server, change)
        && pieces.iter().flat_map(|piece| &piece.sql).eq(expected)
        && !pieces.is_empty()
    {
        return pieces.into_iter().map(|piece| piece.node).collect();
    }
    if is_more_than(server, change, expected) {
        return expected.iter().map(|sql| raw(sql)).collect();
    }
    vec![apply(operation(change))]
}

/// Whether a table is dropped while one that points at it is still there, as happens where keys cannot be dropped by themselves: the
/// operation knows how to do that under SeaORM's own migrator, too.
fn is_pointed_at(server: &Server, change: &Change, later: &[Change]) -> bool {
    let Change::DropTable(table) = change else {
        return false;
    };
    let points = |later: &Change| {
        matches!(later, Change::DropTable(other)
            if other.foreign_keys.iter().any(|key| key.ref_table == table.name))
    };
    !server.capabilities().alters_foreign_keys && later.iter().any(points)
}

/// Whether the step's SQL is not that of its change alone. Told only where the SQL depends on nothing but the change.
fn is_more_than(server: &Server, change: &Change, expected: &[String]) -> bool {
    let is_closed = match (server.backend, change) {
        (Backend::Sqlite, _) | (Backend::Mysql, Change::AlterTable { .. }) => false,
        (Backend::Postgres, Change::AlterEnum(_)) => false,
        (Backend::Postgres | Backend::Mysql, _) => true,
    };
    is_closed
        && backend::render(server, &Catalog::default(), change).is_ok_and(|sql| sql != expected)
}

fn manager(method: &str, argument: Node) -> Node {
    Node::atom("manager")
        .method(method, vec![argument])
        .awaited()
}

fn apply(operation: Node) -> Node {
    manager("apply", operation)
}

/// `manager.get_connection().execute_unprepared("…").await?`
fn raw(sql: &str) -> Node {
    Node::atom("manager")
        .method("get_connection", vec![])
        .method("execute_unprepared", vec![text(sql)])
        .awaited()
}

/// The change in sea-query's words; `None` where a part has none.
fn pieces(server: &Server, change: &Change) -> Option<Vec<Piece>> {
    match change {
        Change::CreateTable(table) => create_table(server, table),
        Change::DropTable(table) => {
            let node = builder::drop_table(&table.name);
            let sql = sql(server, &sea::drop_table(&table.name));
            Some(vec![piece("drop_table", node, sql)])
        }
        Change::RenameTable(names) => {
            let statement = sea::rename_table(names)?;
            let node = builder::rename_table(names);
            Some(vec![piece("rename_table", node, sql(server, &statement))])
        }
        Change::AlterTable { table, changes } => changes
            .iter()
            .map(|change| table_piece(server, table, change))
            .collect(),
        Change::CreateEnum(_)
        | Change::DropEnum(_)
        | Change::AlterEnum(_)
        | Change::RenameEnum(_)
        | Change::RenameEnumValue { .. } => None,
    }
}

fn piece(method: &str, node: Node, sql: String) -> Piece {
    Piece {
        node: manager(method, node),
        sql: vec![sql],
    }
}

fn create_table(server: &Server, table: &Table) -> Option<Vec<Piece>> {
    let table = sea::for_server(server, table).ok()?;
    let (node, statement) = builder::create_table(&table)?;
    let mut pieces = vec![piece("create_table", node, sql(server, &statement))];
    for index in &table.indexes {
        let change = TableChange::AddIndex(index.clone());
        let piece = table_piece(server, &table.name, &change)
            .or_else(|| applied(server, &table, change))?;
        pieces.push(piece);
    }
    Some(pieces)
}

/// One change of a table as an operation of its own.
fn applied(server: &Server, table: &Table, change: TableChange) -> Option<Piece> {
    let change = Change::AlterTable {
        table: table.name.clone(),
        changes: vec![change],
    };
    let sql = backend::render(server, &Catalog::of([table.clone()]), &change).ok()?;
    Some(Piece {
        node: apply(operation(&change)),
        sql,
    })
}

fn table_piece(server: &Server, table: &TableName, change: &TableChange) -> Option<Piece> {
    let alters_keys = server.capabilities().alters_foreign_keys;
    match change {
        TableChange::AddColumn(column) => {
            let column = sea::column_for_server(server, table, column).ok()?;
            let node = builder::add_column(table, &sea::column_def(&column));
            let sql = sql(server, &sea::add_column(table, &column));
            Some(piece("alter_table", node, sql))
        }
        TableChange::DropColumn(column) => {
            let node = builder::drop_column(table, &column.name);
            let sql = sql(server, &sea::drop_column(table, &column.name));
            Some(piece("alter_table", node, sql))
        }
        TableChange::RenameColumn(names) => {
            let node = builder::rename_column(table, names);
            let sql = sql(server, &sea::rename_column(table, names));
            Some(piece("alter_table", node, sql))
        }
        TableChange::AddIndex(index) => {
            let statement = sea::index(table, index)?;
            let node = builder::create_index(table, index);
            Some(piece("create_index", node, sql(server, &statement)))
        }
        TableChange::DropIndex(index) => {
            let statement = sea::drop_index(table, index)?;
            let node = builder::drop_index(table, index);
            Some(piece("drop_index", node, sql(server, &statement)))
        }
        TableChange::AddForeignKey(key) if alters_keys => {
            let statement = sea::foreign_key(table, key)?;
            let node = builder::create_foreign_key(&statement);
            Some(piece("create_foreign_key", node, sql(server, &statement)))
        }
        TableChange::DropForeignKey(key) if alters_keys => {
            let (node, statement) = builder::drop_foreign_key(table, key)?;
            Some(piece("drop_foreign_key", node, sql(server, &statement)))
        }
        TableChange::AddForeignKey(_)
        | TableChange::DropForeignKey(_)
        | TableChange::AlterColumn(_)
        | TableChange::AddPrimaryKey(_)
        | TableChange::DropPrimaryKey(_)
        | TableChange::AddUnique(_)
        | TableChange::DropUnique(_)
        | TableChange::RenameIndex(_)
        | TableChange::AddCheck(_)
        | TableChange::DropCheck(_)
        | TableChange::AddExclusion(_)
        | TableChange::DropExclusion(_)
        | TableChange::RenameConstraint(_)
        | TableChange::SetComment(_)
        | TableChange::CommentOn { .. }
        | TableChange::SetOptions(_)
        | TableChange::Fill(_)
        | TableChange::Unfill(_)
        | TableChange::RenameValue { .. } => None,
    }
}

/// The statement as the server's builder writes it, which is what `manager` will run.
fn sql(server: &Server, statement: &impl SchemaStatementBuilder) -> String {
    fn of(statement: &impl SchemaStatementBuilder, builder: impl SchemaBuilder) -> String {
        statement.build(builder)
    }
    match server.backend {
        Backend::Sqlite => of(statement, SqliteQueryBuilder),
        Backend::Postgres => of(statement, PostgresQueryBuilder),
        Backend::Mysql => of(statement, MysqlQueryBuilder),
    }
}
