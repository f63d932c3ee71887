//! Expressions over the columns of a table, in spellings that a server prints otherwise.

use std::collections::BTreeSet;

use plimsoll_schema::backend::quote;
use plimsoll_schema::{Backend, Column, ColumnType, Server, Table};

use super::Source;
use super::types::{Class, class};

/// Columns an expression may speak of: nothing that is computed, numbered, or changed by a foreign key (MySQL admits none of these
/// everywhere).
pub(super) fn speakable(table: &Table) -> Vec<&Column> {
    let pointing: BTreeSet<&String> = table
        .foreign_keys
        .iter()
        .flat_map(|key| &key.columns)
        .collect();
    let is_plain = |column: &&Column| {
        column.generated.is_none()
            && column.auto_increment.is_none()
            && !pointing.contains(&column.name)
    };
    table.columns.iter().filter(is_plain).collect()
}

/// A condition; `None` where no column can be spoken of.
pub(super) fn condition(server: &Server, source: &mut Source<'_>, table: &Table) -> Option<String> {
    let columns = speakable(table);
    let column = source.pick(&columns)?;
    let one = of_column(server, source, column);
    Some(match source.below(8) {
        6 => {
            let other = of_column(server, source, source.clone().pick(&columns)?);
            format!("{one} OR {other}")
        }
        7 => format!("NOT ({one})"),
        _ => one,
    })
}

fn of_column(server: &Server, source: &mut Source<'_>, column: &Column) -> String {
    let name = name(server, &column.name);
    let forms: &[&str] = match class(&column.ty) {
        Class::Integer => &[
            "# >= 0",
            "# BETWEEN 1 AND 100",
            "# IN (1, 2, 3)",
            "(# <> 7 AND # IS NOT NULL)",
            "# != 5",
            "# + 1 > 3",
        ],
        Class::Text => &[
            "# <> ''",
            "length(#) > 2",
            "lower(#) = 'a'",
            "# LIKE 'a%'",
            "# IN ('a', 'it''s')",
            "# IS NOT NULL",
        ],
        Class::Other => &["# IS NOT NULL", "# IS NULL"],
    };
    let form = source.pick(forms).copied().unwrap_or_default();
    form.replace('#', &name)
}

/// A computed value of a column of that type, from another column.
pub(super) fn computed(
    server: &Server,
    source: &mut Source<'_>,
    table: &Table,
) -> Option<(ColumnType, String)> {
    let columns = speakable(table);
    let fit: Vec<&Column> = columns
        .into_iter()
        .filter(|column| class(&column.ty) != Class::Other && column.collation.is_none())
        .collect();
    let column = source.pick(&fit)?;
    let name = name(server, &column.name);
    let (ty, forms): (_, &[&str]) = match class(&column.ty) {
        Class::Integer => (
            ColumnType::BIG_INTEGER,
            &["# * 2", "abs(#) + 1", "-(# / 3)"],
        ),
        Class::Text | Class::Other => (
            ColumnType::Varchar(Some(300)),
            match server.backend {
                Backend::Sqlite | Backend::Postgres => {
                    &["lower(#)", "# || 'x'", "coalesce(#, 'none')"]
                }
                Backend::Mysql => &["lower(#)", "concat(#, 'x')", "coalesce(#, 'none')"],
            },
        ),
    };
    let form = source.pick(forms)?;
    Some((ty, form.replace('#', &name)))
}

/// An expression to index.
pub(super) fn key(server: &Server, source: &mut Source<'_>, table: &Table) -> Option<String> {
    let (_, text) = computed(server, source, table)?;
    Some(text)
}

/// A name as it stands in an expression: in quotes where it needs them.
pub(super) fn name(server: &Server, name: &str) -> String {
    let is_word = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    let is_keyword = matches!(name, "select" | "100" | "user");
    if name.chars().all(is_word) && !is_keyword {
        name.to_owned()
    } else {
        quote(server, name)
    }
}
