//! sea-query statements as the Rust that builds them.
//!
//! Invariant: the chain written here builds the statement that [`plimsoll_schema::sea`] builds of the same value. What a statement has
//! getters for is read from it, so that the two cannot drift apart.

use plimsoll_schema::{Check, ForeignKey, Index, KeyTarget, Order, Pair, Table, TableName, sea};
use sea_query::{ColumnDef, ForeignKeyAction, ForeignKeyCreateStatement, TableCreateStatement};

use crate::column::Definition;
use crate::layout::Node;
use crate::literal::{name, text};

/// `Table::create()….to_owned()`; `None` when the builder cannot say the table.
pub(crate) fn create_table(table: &Table) -> Option<(Node, TableCreateStatement)> {
    let statement = sea::create_table(table)?;
    let mut node =
        Node::call("Table::create", vec![]).method("table", vec![table_ref(&table.name)]);
    for def in statement.get_columns() {
        node = node.method("col", vec![Definition::of_builder(def).node()]);
    }
    for index in statement.get_indexes() {
        let spec = index.get_index_spec();
        let mut inner = Node::call("Index::create", vec![]);
        if let Some(name) = spec.get_name() {
            inner = inner.method("name", vec![text(name)]);
        }
        for column in spec.get_column_names() {
            inner = inner.method("col", vec![text(&column)]);
        }
        if index.is_primary_key() {
            node = node.method("primary_key", vec![inner]);
            continue;
        }
        if index.is_unique_key() {
            inner = inner.method("unique", vec![]);
        }
        if index.is_nulls_not_distinct() {
            inner = inner.method("nulls_not_distinct", vec![]);
        }
        node = node.method("index", vec![inner]);
    }
    for key in statement.get_foreign_key_create_stmts() {
        node = node.method("foreign_key", vec![foreign_key_chain(key)]);
    }
    for check in &table.checks {
        node = node.method("check", vec![check_node(check)]);
    }
    if let Some(comment) = statement.get_comment() {
        node = node.method("comment", vec![text(comment)]);
    }
    if let Some(engine) = &table.options.engine {
        node = node.method("engine", vec![text(engine)]);
    }
    if let Some(collation) = &table.options.collation {
        node = node.method("collate", vec![text(collation)]);
    }
    if let Some(extra) = statement.get_extra() {
        node = node.method("extra", vec![text(extra)]);
    }
    Some((owned(node), statement))
}

fn owned(node: Node) -> Node {
    node.method("to_owned", vec![])
}

fn table_ref(table: &TableName) -> Node {
    name(table.schema.as_deref(), &table.name)
}

/// `Expr::cust("…")`.
pub(crate) fn custom(sql: &str) -> Node {
    Node::call("Expr::cust", vec![text(sql)])
}

fn check_node(check: &Check) -> Node {
    let condition = custom(&check.expression);
    match &check.name {
        Some(name) => Node::call("Check::named", vec![text(name), condition]),
        None => condition,
    }
}

fn foreign_key_chain(statement: &ForeignKeyCreateStatement) -> Node {
    let key = statement.get_foreign_key();
    let table = |table: Option<&sea_query::TableRef>| {
        table.map_or_else(|| text(""), |table| table_ref(&sea::from_table_ref(table)))
    };
    let mut node = Node::call("ForeignKey::create", vec![])
        .method("name", vec![text(key.get_name().unwrap_or_default())]);
    let (columns, ref_columns) = (key.get_columns(), key.get_ref_columns());
    if let ([column], [ref_column]) = (columns.as_slice(), ref_columns.as_slice()) {
        node = node
            .method("from", vec![table(key.get_table()), text(column)])
            .method("to", vec![table(key.get_ref_table()), text(ref_column)]);
    } else {
        node = node.method("from_tbl", vec![table(key.get_table())]);
        for column in &columns {
            node = node.method("from_col", vec![text(column)]);
        }
        node = node.method("to_tbl", vec![table(key.get_ref_table())]);
        for column in &ref_columns {
            node = node.method("to_col", vec![text(column)]);
        }
    }
    if let Some(action) = key.get_on_delete() {
        node = node.method("on_delete", vec![action_node(action)]);
    }
    if let Some(action) = key.get_on_update() {
        node = node.method("on_update", vec![action_node(action)]);
    }
    node
}

/// `ForeignKeyAction::Cascade`.
pub(crate) fn action_node(action: ForeignKeyAction) -> Node {
    Node::atom(format!("ForeignKeyAction::{action:?}"))
}

/// `ForeignKey::create()….to_owned()`.
pub(crate) fn create_foreign_key(statement: &ForeignKeyCreateStatement) -> Node {
    owned(foreign_key_chain(statement))
}

/// `ForeignKey::drop()….to_owned()`; `None` for a key without a name, or when the builder cannot say a name.
pub(crate) fn drop_foreign_key(
    table: &TableName,
    key: &ForeignKey,
) -> Option<(Node, sea_query::ForeignKeyDropStatement)> {
    let name = key.name.as_deref()?;
    if table.schema.is_some() || !sea::is_sayable_name(name) {
        return None;
    }
    let mut statement = sea_query::ForeignKey::drop();
    statement.name(name).table(sea::table_ref(table));
    let node = Node::call("ForeignKey::drop", vec![])
        .method("name", vec![text(name)])
        .method("table", vec![table_ref(table)]);
    Some((owned(node), statement))
}

/// `Index::create()….to_owned()`, of an index that [`sea::index`] can say.
pub(crate) fn create_index(table: &TableName, index: &Index) -> Node {
    let mut node = Node::call("Index::create", vec![])
        .method("name", vec![text(&index.name)])
        .method("table", vec![table_ref(table)]);
    for key in &index.keys {
        // An expression is refused by `sea::index`.
        let (KeyTarget::Column(column) | KeyTarget::Expression(column)) = &key.target;
        node = match key.order {
            Order::Asc => node.method("col", vec![text(column)]),
            Order::Desc => {
                let descending = vec![text(column), Node::atom("IndexOrder::Desc")];
                node.method("col", vec![Node::call("", descending)])
            }
        };
    }
    if index.unique {
        node = node.method("unique", vec![]);
    }
    if index.nulls_not_distinct {
        node = node.method("nulls_not_distinct", vec![]);
    }
    node = match index.method.as_deref() {
        None => node,
        Some("fulltext") => node.method("full_text", vec![]),
        Some("hash") => node.method("index_type", vec![Node::atom("IndexType::Hash")]),
        Some(method) => {
            let method = text(method).method("into_iden", vec![]);
            node.method(
                "index_type",
                vec![Node::call("IndexType::Custom", vec![method])],
            )
        }
    };
    for column in &index.include {
        node = node.method("include", vec![text(column)]);
    }
    if let Some(predicate) = &index.predicate {
        node = node.method("and_where", vec![custom(predicate)]);
    }
    owned(node)
}

/// `Index::drop()….to_owned()`.
pub(crate) fn drop_index(table: &TableName, index: &Index) -> Node {
    let node = Node::call("Index::drop", vec![])
        .method("name", vec![text(&index.name)])
        .method("table", vec![table_ref(table)]);
    owned(node)
}

/// `Table::drop()….to_owned()`.
pub(crate) fn drop_table(table: &TableName) -> Node {
    owned(Node::call("Table::drop", vec![]).method("table", vec![table_ref(table)]))
}

/// `Table::rename()….to_owned()`.
pub(crate) fn rename_table(names: &Pair<TableName>) -> Node {
    let arguments = vec![table_ref(&names.from), table_ref(&names.to)];
    owned(Node::call("Table::rename", vec![]).method("table", arguments))
}

fn alter(table: &TableName) -> Node {
    Node::call("Table::alter", vec![]).method("table", vec![table_ref(table)])
}

/// `Table::alter()….add_column(…).to_owned()`.
pub(crate) fn add_column(table: &TableName, def: &ColumnDef) -> Node {
    let column = Definition::of_builder(def).node();
    owned(alter(table).method("add_column", vec![column]))
}

/// `Table::alter()….drop_column(…).to_owned()`.
pub(crate) fn drop_column(table: &TableName, column: &str) -> Node {
    owned(alter(table).method("drop_column", vec![text(column)]))
}

/// `Table::alter()….rename_column(…).to_owned()`.
pub(crate) fn rename_column(table: &TableName, names: &Pair<String>) -> Node {
    let arguments = vec![text(&names.from), text(&names.to)];
    owned(alter(table).method("rename_column", arguments))
}
