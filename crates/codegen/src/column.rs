//! A column definition as Rust.

use plimsoll_schema::{AutoIncrement, Column, SequenceOptions, sea};
use sea_query::{ColumnDef, ColumnType, Expr, Keyword, PgInterval, StringLen, Value};

use crate::builder::custom;
use crate::layout::Node;
use crate::literal::{bytes, integer, string, text, texts};

/// What `ColumnDef::new(…)` and the links after it say.
pub(crate) struct Definition {
    name: String,
    ty: Option<ColumnType>,
    nullable: Option<bool>,
    default: Option<Expr>,
    generated: Option<(String, bool)>,
    auto_increment: bool,
    primary_key: bool,
    extra: Option<String>,
    comment: Option<String>,
}

impl Definition {
    /// Of a definition as [`sea`] builds it.
    pub(crate) fn of_builder(def: &ColumnDef) -> Self {
        let spec = def.get_column_spec();
        Self {
            name: def.get_column_name(),
            ty: def.get_column_type().cloned(),
            nullable: spec.nullable,
            default: spec.default.clone(),
            generated: spec
                .generated
                .as_ref()
                .map(|generated| (custom_text(&generated.expr), generated.stored)),
            auto_increment: spec.auto_increment,
            primary_key: spec.primary_key,
            extra: spec.extra.clone(),
            comment: spec.comment.clone(),
        }
    }

    /// Of the part of a column that an operation says in sea-query's words.
    fn of_operation(column: &Column, primary_key: bool) -> Self {
        Self {
            name: column.name.clone(),
            ty: Some(sea::to_column_type(&column.ty)),
            nullable: Some(column.nullable),
            default: column.default.as_ref().map(sea::to_expr),
            generated: column
                .generated
                .as_ref()
                .map(|generated| (generated.expression.clone(), generated.stored)),
            auto_increment: column.auto_increment == Some(AutoIncrement::Auto),
            primary_key,
            extra: column.extra.clone(),
            comment: column.comment.clone(),
        }
    }

    /// `ColumnDef::new("id").integer()…`.
    pub(crate) fn node(&self) -> Node {
        let new = Node::call("ColumnDef::new", vec![text(&self.name)]);
        let mut node = match &self.ty {
            None => new,
            Some(ty) => match type_method(ty) {
                Some((method, arguments)) => new.method(method, arguments),
                None => Node::call(
                    "ColumnDef::new_with_type",
                    vec![text(&self.name), type_node(ty)],
                ),
            },
        };
        match self.nullable {
            Some(true) => node = node.method("null", vec![]),
            Some(false) => node = node.method("not_null", vec![]),
            None => {}
        }
        if let Some(default) = &self.default {
            node = node.method("default", vec![default_node(default)]);
        }
        if let Some((expression, stored)) = &self.generated {
            let arguments = vec![custom(expression), Node::atom(stored.to_string())];
            node = node.method("generated", arguments);
        }
        if self.auto_increment {
            node = node.method("auto_increment", vec![]);
        }
        if self.primary_key {
            node = node.method("primary_key", vec![]);
        }
        if let Some(extra) = &self.extra {
            node = node.method("extra", vec![text(extra)]);
        }
        if let Some(comment) = &self.comment {
            node = node.method("comment", vec![text(comment)]);
        }
        node
    }
}

/// A column as an operation takes it: sea-query's words, and ours around them where it has none.
pub(crate) fn column(column: &Column, primary_key: bool) -> Node {
    let definition = Definition::of_operation(column, primary_key).node();
    let mut facts: Vec<(&str, Vec<Node>)> = Vec::new();
    match &column.auto_increment {
        None | Some(AutoIncrement::Auto) => {}
        Some(AutoIncrement::Serial) => facts.push(("serial", vec![])),
        Some(AutoIncrement::Identity { always, options }) => {
            facts.push(("identity", vec![identity(*always, options)]));
        }
    }
    if let Some(collation) = &column.collation {
        facts.push(("collation", vec![text(collation)]));
    }
    if let Some(expression) = &column.on_update {
        facts.push(("on_update", vec![text(expression)]));
    }
    if column.invisible {
        facts.push(("invisible", vec![]));
    }
    if facts.is_empty() {
        return definition;
    }
    facts.into_iter().fold(
        Node::call("column", vec![definition]),
        |node, (name, arguments)| node.method(name, arguments),
    )
}

fn identity(always: bool, options: &SequenceOptions) -> Node {
    let kind = if always { "always" } else { "by_default" };
    let mut node = Node::call(format!("Identity::{kind}"), vec![]);
    for (name, value) in [
        ("start", options.start),
        ("increment", options.increment),
        ("min", options.min),
        ("max", options.max),
        ("cache", options.cache),
    ] {
        if let Some(value) = value {
            node = node.method(name, vec![Node::atom(integer(value))]);
        }
    }
    if options.cycle {
        node = node.method("cycle", vec![]);
    }
    node
}

fn number(value: u32) -> Vec<Node> {
    vec![Node::atom(value.to_string())]
}

/// The method of `ColumnDef` that sets the type; `None` where it has none.
fn type_method(ty: &ColumnType) -> Option<(&'static str, Vec<Node>)> {
    Some(match ty {
        ColumnType::Char(None) => ("char", vec![]),
        ColumnType::Char(Some(length)) => ("char_len", number(*length)),
        ColumnType::String(StringLen::None) => ("string", vec![]),
        ColumnType::String(StringLen::N(length)) => ("string_len", number(*length)),
        ColumnType::Decimal(None) => ("decimal", vec![]),
        ColumnType::Decimal(Some((precision, scale))) => {
            ("decimal_len", [number(*precision), number(*scale)].concat())
        }
        ColumnType::Money(Some((precision, scale))) => {
            ("money_len", [number(*precision), number(*scale)].concat())
        }
        ColumnType::Interval(fields, precision) => {
            let arguments = vec![
                interval_fields(fields.as_ref()),
                optional_number(*precision),
            ];
            ("interval", arguments)
        }
        ColumnType::Binary(length) => ("binary_len", number(*length)),
        ColumnType::VarBinary(StringLen::N(length)) => ("var_binary", number(*length)),
        ColumnType::Bit(length) => ("bit", vec![optional_number(*length)]),
        ColumnType::VarBit(length) => ("varbit", number(*length)),
        ColumnType::Vector(size) => ("vector", vec![optional_number(*size)]),
        ColumnType::Custom(name) => ("custom", vec![text(&name.to_string())]),
        ColumnType::Enum { name, variants } => {
            let variants = variants.iter().map(ToString::to_string);
            (
                "enumeration",
                vec![text(&name.to_string()), texts(variants)],
            )
        }
        ColumnType::Array(element) => ("array", vec![type_node(element)]),
        ty => (simple_method(ty)?, vec![]),
    })
}

/// The methods without arguments.
fn simple_method(ty: &ColumnType) -> Option<&'static str> {
    Some(match ty {
        ColumnType::Text => "text",
        ColumnType::Blob => "blob",
        ColumnType::TinyInteger => "tiny_integer",
        ColumnType::SmallInteger => "small_integer",
        ColumnType::Integer => "integer",
        ColumnType::BigInteger => "big_integer",
        ColumnType::TinyUnsigned => "tiny_unsigned",
        ColumnType::SmallUnsigned => "small_unsigned",
        ColumnType::Unsigned => "unsigned",
        ColumnType::BigUnsigned => "big_unsigned",
        ColumnType::Float => "float",
        ColumnType::Double => "double",
        ColumnType::DateTime => "date_time",
        ColumnType::Timestamp => "timestamp",
        ColumnType::TimestampWithTimeZone => "timestamp_with_time_zone",
        ColumnType::Time => "time",
        ColumnType::Date => "date",
        ColumnType::Year => "year",
        ColumnType::Boolean => "boolean",
        ColumnType::Money(None) => "money",
        ColumnType::Json => "json",
        ColumnType::JsonBinary => "json_binary",
        ColumnType::Uuid => "uuid",
        ColumnType::Cidr => "cidr",
        ColumnType::Inet => "inet",
        ColumnType::MacAddr => "mac_address",
        ColumnType::LTree => "ltree",
        _ => return None,
    })
}

/// A type as an expression: the element of an array, or a type without a method.
fn type_node(ty: &ColumnType) -> Node {
    match ty {
        // PostgreSQL writes the name alone, and only it has arrays.
        ColumnType::Custom(name) | ColumnType::Enum { name, .. } => {
            Node::call("ColumnType::custom", vec![text(&name.to_string())])
        }
        ColumnType::Array(element) => Node::call(
            "ColumnType::Array",
            vec![Node::call("RcOrArc::new", vec![type_node(element)])],
        ),
        ColumnType::Interval(fields, precision) => Node::call(
            "ColumnType::Interval",
            vec![
                interval_fields(fields.as_ref()),
                optional_number(*precision),
            ],
        ),
        ColumnType::String(length) => string_length("String", *length),
        ColumnType::VarBinary(length) => string_length("VarBinary", *length),
        // What is left holds numbers at most, and its Debug is Rust.
        other => Node::atom(format!("ColumnType::{other:?}")),
    }
}

fn string_length(name: &str, length: StringLen) -> Node {
    Node::atom(format!("ColumnType::{name}(StringLen::{length:?})"))
}

fn optional_number(value: Option<u32>) -> Node {
    Node::atom(value.map_or_else(|| "None".to_owned(), |value| format!("Some({value})")))
}

fn interval_fields(fields: Option<&PgInterval>) -> Node {
    Node::atom(fields.map_or_else(
        || "None".to_owned(),
        |fields| format!("Some(PgInterval::{fields:?})"),
    ))
}

/// What `.default(…)` takes.
fn default_node(default: &Expr) -> Node {
    match default {
        Expr::Value(Value::Bool(Some(value))) => Node::atom(value.to_string()),
        Expr::Value(Value::BigInt(Some(value))) => Node::atom(integer(*value)),
        Expr::Value(Value::String(Some(value))) => text(value),
        Expr::Value(Value::Bytes(Some(value))) => Node::atom(bytes(value)).method("to_vec", vec![]),
        Expr::Keyword(Keyword::Null) => Node::call("Expr::null", vec![]),
        Expr::Keyword(Keyword::CurrentDate) => Node::call("Expr::current_date", vec![]),
        Expr::Keyword(Keyword::CurrentTime) => Node::call("Expr::current_time", vec![]),
        Expr::Keyword(Keyword::CurrentTimestamp) => Node::call("Expr::current_timestamp", vec![]),
        Expr::Keyword(Keyword::Custom(word)) => Node::atom(format!(
            "Expr::custom_keyword({})",
            string(&word.to_string())
        )),
        other => custom(&custom_text(other)),
    }
}

/// The text of an expression that is carried as text.
fn custom_text(expr: &Expr) -> String {
    match expr {
        Expr::Custom(text) => text.to_string(),
        other => match sea::from_expr(other) {
            plimsoll_schema::Value::Expression(text) => text,
            plimsoll_schema::Value::Literal(literal) => format!("{literal:?}"),
        },
    }
}
