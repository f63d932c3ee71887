//! Changes as the Rust of Plimsoll's operations: the argument of `manager.apply(…)`.
//!
//! Invariant: every change can be said, and the operation becomes that change again, down to what its SQL depends on.

use plimsoll_schema::{
    Action, Change, Check, Deferrable, ForeignKey, Index, KeyTarget, Nulls, Order, Part,
    PrimaryKey, Rows, Table, TableChange, TableName, TableOptions, TypeName, Unique,
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
            let node = Node::call("CreateEnum::new", vec![type_name(&enum_type.name)])
                .method("values", vec![texts(&enum_type.values)]);
            match &enum_type.comment {
                Some(comment) => node.method("comment", vec![text(comment)]),
                None => node,
            }
        }
        Change::DropEnum(enum_type) => {
            Node::call("DropEnum::new", vec![type_name(&enum_type.name)])
        }
        Change::AlterEnum(pair) => {
            let node = Node::call("AlterEnum::new", vec![type_name(&pair.from.name)])
                .method("from", vec![texts(&pair.from.values)])
                .method("to", vec![texts(&pair.to.values)]);
            if pair.from.comment.is_none() && pair.to.comment.is_none() {
                return node;
            }
            let comments = pair.as_ref().map(|side| optional(side.comment.as_deref()));
            node.method("comment", vec![comments.from, comments.to])
        }
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
        node = add_primary_key(node, "primary_key", key);
    }
    for part in &table.uniques {
        node = add_unique(node, "unique", part);
    }
    for part in &table.foreign_keys {
        node = node.method("foreign_key", vec![foreign_key(part)]);
    }
    for part in &table.checks {
        node = add_check(node, "check", part);
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
    for (name, comment) in table.constraint_comments() {
        node = node.method("comment_on_constraint", vec![text(name), text(comment)]);
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
            let node = add_primary_key(node, "add_primary_key", key);
            commented(node, key.name.as_deref(), key.comment.as_deref())
        }
        TableChange::DropPrimaryKey(key) => {
            node.method("drop_primary_key", named(key.name.as_deref(), &key.columns))
        }
        TableChange::AddUnique(part) => {
            let node = add_unique(node, "add_unique", part);
            commented(node, part.name.as_deref(), part.comment.as_deref())
        }
        TableChange::DropUnique(part) => {
            node.method("drop_unique", named(part.name.as_deref(), &part.columns))
        }
        TableChange::AddIndex(part) => node.method("add_index", vec![index(part)]),
        TableChange::DropIndex(part) => node.method("drop_index", vec![text(&part.name)]),
        TableChange::RenameIndex(pair) => {
            node.method("rename_index", vec![text(&pair.from), text(&pair.to)])
        }
        TableChange::AddForeignKey(part) => {
            let node = node.method("add_foreign_key", vec![foreign_key(part)]);
            commented(node, part.name.as_deref(), part.comment.as_deref())
        }
        TableChange::DropForeignKey(part) => node.method(
            "drop_foreign_key",
            named(part.name.as_deref(), &part.columns),
        ),
        TableChange::AddCheck(part) => {
            let node = add_check(node, "add_check", part);
            commented(node, part.name.as_deref(), part.comment.as_deref())
        }
        TableChange::DropCheck(part) => node.method(
            "drop_check",
            vec![optional(part.name.as_deref()), text(&part.expression)],
        ),
        TableChange::AddExclusion(part) => {
            let arguments = vec![text(&part.name), text(&part.definition)];
            let node = node.method("add_exclusion", arguments);
            commented(node, Some(&part.name), part.comment.as_deref())
        }
        TableChange::DropExclusion(part) => node.method("drop_exclusion", vec![text(&part.name)]),
        TableChange::RenameConstraint(pair) => {
            node.method("rename_constraint", vec![text(&pair.from), text(&pair.to)])
        }
        TableChange::SetComment(pair) => node.method(
            "comment",
            vec![optional(pair.from.as_deref()), optional(pair.to.as_deref())],
        ),
        TableChange::CommentOn { part, comment } => {
            let (method, name) = match part {
                Part::Index(name) => ("comment_on_index", name),
                Part::Constraint(name) => ("comment_on_constraint", name),
            };
            let [from, to] = [&comment.from, &comment.to].map(|text| optional(text.as_deref()));
            node.method(method, vec![text(name), from, to])
        }
        TableChange::Fill(fill) => {
            let (method, last) = match &fill.rows {
                Rows::Null => ("fill", None),
                Rows::Where(condition) => ("fill_where", Some(text(condition))),
                Rows::Converted { back } => ("convert", Some(optional(back.as_deref()))),
            };
            let arguments = [text(&fill.column), text(&fill.expression)];
            node.method(method, arguments.into_iter().chain(last).collect())
        }
        // There is nothing to do.
        TableChange::Unfill(_) => node,
        TableChange::RenameValue { column, value } => node.method(
            "rename_value",
            vec![text(column), text(&value.from), text(&value.to)],
        ),
        TableChange::SetOptions(pair) => {
            node.method("options", vec![options(&pair.from), options(&pair.to)])
        }
    }
}

/// The comment of a constraint is said after it; one without a name has none.
fn commented(node: Node, name: Option<&str>, comment: Option<&str>) -> Node {
    match (name, comment) {
        (Some(name), Some(comment)) => node.method(
            "comment_on_constraint",
            vec![text(name), optional(None), optional(Some(comment))],
        ),
        (_, _) => node,
    }
}

fn add_primary_key(node: Node, method: &str, key: &PrimaryKey) -> Node {
    let arguments = vec![optional(key.name.as_deref()), texts(&key.columns)];
    if key.include.is_empty() && key.deferrable.is_none() && key.clauses.is_empty() {
        return node.method(method, arguments);
    }
    let mut inner = Node::call("PrimaryKeyDef::new", arguments);
    for (column, clause) in &key.clauses {
        inner = inner.method("clause", vec![text(column), text(clause)]);
    }
    if !key.include.is_empty() {
        inner = inner.method("include", vec![texts(&key.include)]);
    }
    inner = deferrable(inner, key.deferrable);
    node.method(&format!("{method}_with"), vec![inner])
}

fn add_check(node: Node, method: &str, check: &Check) -> Node {
    let arguments = vec![optional(check.name.as_deref()), text(&check.expression)];
    if !check.not_valid && !check.no_inherit && !check.not_enforced {
        return node.method(method, arguments);
    }
    let mut inner = Node::call("CheckDef::new", arguments);
    if check.no_inherit {
        inner = inner.method("no_inherit", vec![]);
    }
    if check.not_enforced {
        inner = inner.method("not_enforced", vec![]);
    }
    if check.not_valid {
        inner = inner.method("not_valid", vec![]);
    }
    node.method(&format!("{method}_with"), vec![inner])
}

fn add_unique(node: Node, method: &str, unique: &Unique) -> Node {
    let arguments = vec![optional(unique.name.as_deref()), texts(&unique.columns)];
    if !unique.nulls_not_distinct && unique.deferrable.is_none() && unique.include.is_empty() {
        return node.method(method, arguments);
    }
    let mut inner = Node::call("UniqueDef::new", arguments);
    if unique.nulls_not_distinct {
        inner = inner.method("nulls_not_distinct", vec![]);
    }
    if !unique.include.is_empty() {
        inner = inner.method("include", vec![texts(&unique.include)]);
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
    if !key.delete_columns.is_empty() {
        node = node.method("on_delete_of", vec![texts(&key.delete_columns)]);
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
    for (name, value) in &index.parameters {
        node = node.method("parameter", vec![text(name), text(value)]);
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
    for (name, value) in &options.parameters {
        node = node.method("parameter", vec![text(name), text(value)]);
    }
    node
}
