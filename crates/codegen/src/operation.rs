//! Changes as the Rust of Plimsoll's operations: the argument of `manager.apply(…)`.
//!
//! Invariant: every change can be said, and the operation becomes that change again, down to what its SQL depends on.

use plimsoll_schema::{
    Action, Change, Deferrable, ForeignKey, Index, KeyTarget, Nulls, Order, Table, TableChange,
    TableName, TableOptions, TypeName, Unique,
};
use sea_query::ForeignKeyAction;

use crate::builder::action_node;
use crate::column::column;
use crate::layout::Node;
use crate::literal::{name, optional, text, texts};

/// The operation of a change.
pub(crate) fn operation(change: &Change) -> Node {
    match change {
        Change::CreateTable(table) => create_table(table),
        Change::DropTable(table) => Node::call("DropTable::new", vec![table_name(&table.name)]),
        Change::RenameTable(pair) => Node::call(
            "RenameTable::new",
            vec![table_name(&pair.from), table_name(&pair.to)],
        ),
        Change::AlterTable { table, changes } => changes.iter().fold(
            Node::call("AlterTable::new", vec![table_name(table)]),
            table_change,
        ),
        Change::CreateEnum(enum_type) => {
            Node::call("CreateEnum::new", vec![type_name(&enum_type.name)])
                .method("values", vec![texts(&enum_type.values)])
        }
        Change::DropEnum(enum_type) => {
            Node::call("DropEnum::new", vec![type_name(&enum_type.name)])
        }
        Change::AlterEnum(pair) => Node::call("AlterEnum::new", vec![type_name(&pair.from.name)])
            .method("from", vec![texts(&pair.from.values)])
            .method("to", vec![texts(&pair.to.values)]),
        Change::RenameEnum(pair) => Node::call(
            "RenameEnum::new",
            vec![type_name(&pair.from), type_name(&pair.to)],
        ),
        Change::RenameEnumValue { name, value } => Node::call(
            "RenameEnumValue::new",
            vec![type_name(name), text(&value.from), text(&value.to)],
        ),
    }
}

fn table_name(table: &TableName) -> Node {
    name(table.schema.as_deref(), &table.name)
}

fn type_name(ty: &TypeName) -> Node {
    name(ty.schema.as_deref(), &ty.name)
}

fn create_table(table: &Table) -> Node {
    let mut node = Node::call("CreateTable::new", vec![table_name(&table.name)]);
    let key = table.primary_key.as_ref();
    let inline = key.filter(|key| key.name.is_none() && key.columns.len() == 1);
    for part in &table.columns {
        let is_key = inline.is_some_and(|key| key.columns[0] == part.name);
        node = node.method("column", vec![column(part, is_key)]);
    }
    if let Some(key) = key
        && inline.is_none()
    {
        let arguments = vec![optional(key.name.as_deref()), texts(&key.columns)];
        node = node.method("primary_key", arguments);
    }
    for part in &table.uniques {
        node = add_unique(node, "unique", part);
    }
    for part in &table.foreign_keys {
        node = node.method("foreign_key", vec![foreign_key(part)]);
    }
    for part in &table.checks {
        let arguments = vec![optional(part.name.as_deref()), text(&part.expression)];
        node = node.method("check", arguments);
    }
    for part in &table.exclusions {
        node = node.method("exclusion", vec![text(&part.name), text(&part.definition)]);
    }
    for part in &table.indexes {
        node = node.method("index", vec![index(part)]);
    }
    if let Some(comment) = &table.comment {
        node = node.method("comment", vec![text(comment)]);
    }
    if !table.options.is_default() {
        node = node.method("options", vec![options(&table.options)]);
    }
    node
}

fn table_change(node: Node, change: &TableChange) -> Node {
    let named = |name: Option<&str>, columns: &[String]| vec![optional(name), texts(columns)];
    match change {
        TableChange::AddColumn(part) => node.method("add_column", vec![column(part, false)]),
        TableChange::DropColumn(part) => node.method("drop_column", vec![text(&part.name)]),
        TableChange::RenameColumn(pair) => {
            node.method("rename_column", vec![text(&pair.from), text(&pair.to)])
        }
        TableChange::AlterColumn(pair) => node.method(
            "alter_column",
            vec![column(&pair.from, false), column(&pair.to, false)],
        ),
        TableChange::AddPrimaryKey(key) => {
            node.method("add_primary_key", named(key.name.as_deref(), &key.columns))
        }
        TableChange::DropPrimaryKey(key) => {
            node.method("drop_primary_key", named(key.name.as_deref(), &key.columns))
        }
        TableChange::AddUnique(part) => add_unique(node, "add_unique", part),
        TableChange::DropUnique(part) => {
            node.method("drop_unique", named(part.name.as_deref(), &part.columns))
        }
        TableChange::AddIndex(part) => node.method("add_index", vec![index(part)]),
        TableChange::DropIndex(part) => node.method("drop_index", vec![text(&part.name)]),
        TableChange::RenameIndex(pair) => {
            node.method("rename_index", vec![text(&pair.from), text(&pair.to)])
        }
        TableChange::AddForeignKey(part) => node.method("add_foreign_key", vec![foreign_key(part)]),
        TableChange::DropForeignKey(part) => node.method(
            "drop_foreign_key",
            named(part.name.as_deref(), &part.columns),
        ),
        TableChange::AddCheck(part) => node.method(
            "add_check",
            vec![optional(part.name.as_deref()), text(&part.expression)],
        ),
        TableChange::DropCheck(part) => node.method(
            "drop_check",
            vec![optional(part.name.as_deref()), text(&part.expression)],
        ),
        TableChange::AddExclusion(part) => node.method(
            "add_exclusion",
            vec![text(&part.name), text(&part.definition)],
        ),
        TableChange::DropExclusion(part) => node.method("drop_exclusion", vec![text(&part.name)]),
        TableChange::RenameConstraint(pair) => {
            node.method("rename_constraint", vec![text(&pair.from), text(&pair.to)])
        }
        TableChange::SetComment(pair) => node.method(
            "comment",
            vec![optional(pair.from.as_deref()), optional(pair.to.as_deref())],
        ),
        TableChange::SetOptions(pair) => {
            node.method("options", vec![options(&pair.from), options(&pair.to)])
        }
    }
}

fn add_unique(node: Node, method: &str, unique: &Unique) -> Node {
    let arguments = vec![optional(unique.name.as_deref()), texts(&unique.columns)];
    if !unique.nulls_not_distinct && unique.deferrable.is_none() {
        return node.method(method, arguments);
    }
    let mut inner = Node::call("UniqueDef::new", arguments);
    if unique.nulls_not_distinct {
        inner = inner.method("nulls_not_distinct", vec![]);
    }
    inner = deferrable(inner, unique.deferrable);
    node.method(&format!("{method}_with"), vec![inner])
}

fn deferrable(node: Node, deferrable: Option<Deferrable>) -> Node {
    match deferrable {
        None => node,
        Some(Deferrable::Immediate) => node.method("deferrable", vec![]),
        Some(Deferrable::Deferred) => node.method("deferred", vec![]),
    }
}

fn foreign_key(key: &ForeignKey) -> Node {
    let mut node = Node::call("ForeignKeyDef::new", vec![optional(key.name.as_deref())])
        .method("from", vec![texts(&key.columns)])
        .method(
            "to",
            vec![table_name(&key.ref_table), texts(&key.ref_columns)],
        );
    if let Some(action) = key.on_delete {
        node = node.method("on_delete", vec![action_node(sea_action(action))]);
    }
    if let Some(action) = key.on_update {
        node = node.method("on_update", vec![action_node(sea_action(action))]);
    }
    node = deferrable(node, key.deferrable);
    if key.match_full {
        node = node.method("match_full", vec![]);
    }
    if key.not_valid {
        node = node.method("not_valid", vec![]);
    }
    node
}

const fn sea_action(action: Action) -> ForeignKeyAction {
    match action {
        Action::NoAction => ForeignKeyAction::NoAction,
        Action::Restrict => ForeignKeyAction::Restrict,
        Action::Cascade => ForeignKeyAction::Cascade,
        Action::SetNull => ForeignKeyAction::SetNull,
        Action::SetDefault => ForeignKeyAction::SetDefault,
    }
}

fn index(index: &Index) -> Node {
    let mut node = Node::call("IndexDef::new", vec![text(&index.name)]);
    for key in &index.keys {
        node = match &key.target {
            KeyTarget::Column(column) => node.method("column", vec![text(column)]),
            KeyTarget::Expression(sql) => node.method("expression", vec![text(sql)]),
        };
        if key.order == Order::Desc {
            node = node.method("desc", vec![]);
        }
        node = match key.nulls {
            None => node,
            Some(Nulls::First) => node.method("nulls_first", vec![]),
            Some(Nulls::Last) => node.method("nulls_last", vec![]),
        };
        if let Some(opclass) = &key.opclass {
            node = node.method("opclass", vec![text(opclass)]);
        }
        if let Some(collation) = &key.collation {
            node = node.method("collation", vec![text(collation)]);
        }
        if let Some(prefix) = key.prefix {
            node = node.method("prefix", vec![Node::atom(prefix.to_string())]);
        }
    }
    if index.unique {
        node = node.method("unique", vec![]);
    }
    if index.nulls_not_distinct {
        node = node.method("nulls_not_distinct", vec![]);
    }
    if let Some(method) = &index.method {
        node = node.method("using", vec![text(method)]);
    }
    if !index.include.is_empty() {
        node = node.method("include", vec![texts(&index.include)]);
    }
    if let Some(predicate) = &index.predicate {
        node = node.method("filter", vec![text(predicate)]);
    }
    if index.invisible {
        node = node.method("invisible", vec![]);
    }
    if let Some(comment) = &index.comment {
        node = node.method("comment", vec![text(comment)]);
    }
    node
}

fn options(options: &TableOptions) -> Node {
    let mut node = Node::call("Options::new", vec![]);
    for (name, is_set) in [
        ("strict", options.strict),
        ("without_rowid", options.without_rowid),
        ("unlogged", options.unlogged),
    ] {
        if is_set {
            node = node.method(name, vec![]);
        }
    }
    for (name, value) in [
        ("engine", &options.engine),
        ("collation", &options.collation),
        ("partition_by", &options.partition_by),
    ] {
        if let Some(value) = value {
            node = node.method(name, vec![text(value)]);
        }
    }
    node
}
