//! Names: quoting, and the names the server makes up when nobody gave one.

use crate::{TableName, TypeName};

/// The longest name in bytes; the server cuts what is longer (`NAMEDATALEN` less one).
pub(crate) const MAX_BYTES: usize = 63;

/// Words that cannot stand for a type without quotes, sorted: every key word of PostgreSQL 12 to 18 that is not "unreserved".
/// See <https://www.postgresql.org/docs/current/sql-keywords-appendix.html>.
const KEYWORDS: &[&str] = &[
    "all",
    "analyse",
    "analyze",
    "and",
    "any",
    "array",
    "as",
    "asc",
    "asymmetric",
    "authorization",
    "between",
    "bigint",
    "binary",
    "bit",
    "boolean",
    "both",
    "case",
    "cast",
    "char",
    "character",
    "check",
    "coalesce",
    "collate",
    "collation",
    "column",
    "concurrently",
    "constraint",
    "create",
    "cross",
    "current_catalog",
    "current_date",
    "current_role",
    "current_schema",
    "current_time",
    "current_timestamp",
    "current_user",
    "dec",
    "decimal",
    "default",
    "deferrable",
    "desc",
    "distinct",
    "do",
    "else",
    "end",
    "except",
    "exists",
    "extract",
    "false",
    "fetch",
    "float",
    "for",
    "foreign",
    "freeze",
    "from",
    "full",
    "grant",
    "greatest",
    "group",
    "grouping",
    "having",
    "ilike",
    "in",
    "initially",
    "inner",
    "inout",
    "int",
    "integer",
    "intersect",
    "interval",
    "into",
    "is",
    "isnull",
    "join",
    "json",
    "json_array",
    "json_arrayagg",
    "json_exists",
    "json_object",
    "json_objectagg",
    "json_query",
    "json_scalar",
    "json_serialize",
    "json_table",
    "json_value",
    "lateral",
    "leading",
    "least",
    "left",
    "like",
    "limit",
    "localtime",
    "localtimestamp",
    "merge_action",
    "national",
    "natural",
    "nchar",
    "none",
    "normalize",
    "not",
    "notnull",
    "null",
    "nullif",
    "numeric",
    "offset",
    "on",
    "only",
    "or",
    "order",
    "out",
    "outer",
    "overlaps",
    "overlay",
    "placing",
    "position",
    "precision",
    "primary",
    "real",
    "references",
    "returning",
    "right",
    "row",
    "select",
    "session_user",
    "setof",
    "similar",
    "smallint",
    "some",
    "substring",
    "symmetric",
    "system_user",
    "table",
    "tablesample",
    "then",
    "time",
    "timestamp",
    "to",
    "trailing",
    "treat",
    "trim",
    "true",
    "union",
    "unique",
    "user",
    "using",
    "values",
    "varchar",
    "variadic",
    "verbose",
    "when",
    "where",
    "window",
    "with",
    "xmlattributes",
    "xmlconcat",
    "xmlelement",
    "xmlexists",
    "xmlforest",
    "xmlnamespaces",
    "xmlparse",
    "xmlpi",
    "xmlroot",
    "xmlserialize",
    "xmltable",
];

/// An identifier in quotes.
pub(crate) fn ident(name: &str) -> String {
    let mut out = String::with_capacity(name.len() + 2);
    push_ident(&mut out, name);
    out
}

fn push_ident(out: &mut String, name: &str) {
    out.push('"');
    for char in name.chars() {
        if char == '"' {
            out.push('"');
        }
        out.push(char);
    }
    out.push('"');
}

/// Identifiers in quotes, separated by commas.
pub(crate) fn idents(names: &[impl AsRef<str>]) -> String {
    let mut out = String::new();
    for (at, name) in names.iter().enumerate() {
        if at > 0 {
            out.push_str(", ");
        }
        push_ident(&mut out, name.as_ref());
    }
    out
}

/// A name in its schema, both in quotes.
pub(crate) fn qualified(schema: Option<&str>, name: &str) -> String {
    match schema {
        Some(schema) => format!("{}.{}", ident(schema), ident(name)),
        None => ident(name),
    }
}

/// A collation's name in quotes. Inspection gives one that is not on the search path with its schema, in quotes already.
pub(crate) fn collation(name: &str) -> String {
    if name.starts_with('"') && name.ends_with('"') && name.contains("\".\"") {
        name.to_owned()
    } else {
        ident(name)
    }
}

/// A table's name in quotes.
pub(crate) fn table(name: &TableName) -> String {
    qualified(name.schema.as_deref(), &name.name)
}

/// A type's name, in quotes only where it needs them: as the server prints it, and as SeaQuery writes it, verbatim, after a column.
pub(crate) fn type_name(name: &TypeName) -> String {
    match &name.schema {
        Some(schema) => format!("{}.{}", bare(schema), bare(&name.name)),
        None => bare(&name.name),
    }
}

/// Whether a name without quotes means the same as with them.
pub(crate) fn is_bare(name: &str) -> bool {
    let simple = name.starts_with(|char: char| char.is_ascii_lowercase() || char == '_')
        && name
            .chars()
            .all(|char| char.is_ascii_lowercase() || char.is_ascii_digit() || char == '_');
    simple && KEYWORDS.binary_search(&name).is_err()
}

fn bare(name: &str) -> String {
    if is_bare(name) {
        name.to_owned()
    } else {
        ident(name)
    }
}

/// The name an object gets from the server when the statement gives none: `orders_customer_id_fkey`.
///
/// Both parts are cut, the longer one first, until the whole fits ([`MAX_BYTES`]); see `makeObjectName` in the server's source. When
/// the name is taken, the server appends a number; that cannot be known here.
pub(crate) fn made_up(table: &str, columns: &[impl AsRef<str>], label: &str) -> String {
    let mut middle = columns
        .iter()
        .map(AsRef::as_ref)
        .collect::<Vec<_>>()
        .join("_");
    let mut table = table.to_owned();
    let overhead = label.len() + if middle.is_empty() { 1 } else { 2 };
    let room = MAX_BYTES - overhead.min(MAX_BYTES);
    while table.len() + middle.len() > room {
        let longer = if table.len() > middle.len() {
            &mut table
        } else {
            &mut middle
        };
        if longer.pop().is_none() {
            break;
        }
    }
    if middle.is_empty() {
        format!("{table}_{label}")
    } else {
        format!("{table}_{middle}_{label}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keywords_are_sorted() {
        assert!(KEYWORDS.is_sorted());
    }

    #[test]
    fn a_type_name_is_quoted_where_it_must_be() {
        let text = |name: &str| type_name(&TypeName::new(name));
        assert_eq!(text("mood"), "mood");
        assert_eq!(text("role"), "role");
        assert_eq!(text("user"), r#""user""#);
        assert_eq!(text("OrderStatus"), r#""OrderStatus""#);
        assert_eq!(text(r#"a"b"#), r#""a""b""#);
        assert_eq!(
            type_name(&TypeName::qualified(Some("Sales"), "mood")),
            r#""Sales".mood"#
        );
    }

    #[test]
    fn made_up_names_are_cut_as_the_server_cuts_them() {
        assert_eq!(made_up("t", &[] as &[&str], "pkey"), "t_pkey");
        assert_eq!(made_up("t", &["a", "b"], "key"), "t_a_b_key");
        let long = made_up(&"t".repeat(40), &["c".repeat(40)], "fkey");
        assert_eq!(long, format!("{}_{}_fkey", "t".repeat(29), "c".repeat(28)));
        assert_eq!(long.len(), MAX_BYTES);
    }
}
