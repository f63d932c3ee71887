//! SQLite: one file, no types of its own, and an ALTER TABLE that can do four things; the rest is a rebuild.
//!
//! The folder: `token` and [`parse`] read the text SQLite keeps of its objects, [`schema`] makes a catalog of it; `definition` writes
//! a table with all it has; `types`, `meaning` and `value` know types and defaults; `render` writes changes, `render/rebuild` the
//! twelve steps of <https://sqlite.org/lang_altertable.html#making_other_kinds_of_table_schema_changes>.

use std::collections::BTreeMap;

use super::{Capabilities, Server};
use crate::{Pair, expression};

mod definition;
mod meaning;
pub mod parse;
mod rebuild;
pub(super) mod render;
pub mod schema;
pub(crate) mod token;
pub(crate) mod trigger;
pub(super) mod types;
pub(super) mod value;

/// What the name of a table begins with that a rebuild fills; nobody else's table is called so.
pub const NEW_PREFIX: &str = "_plimsoll_new_";

pub(super) const fn capabilities(_server: &Server) -> Capabilities {
    Capabilities {
        enum_types: false,
        transactional_ddl: true,
        merges_alters: true,
        alters_foreign_keys: false,
        foreign_keys_hold_columns: false,
        forward_foreign_keys: true,
        // SQLite keeps them in its text, sea-query does not write them.
        foreign_key_names: false,
        index_names_per_schema: true,
        implicit_foreign_key_indexes: false,
        comments: false,
        renames_parts: false,
        renames_indexes: false,
        unique_is_index: false,
        anonymous_primary_key: false,
        restrict_is_no_action: false,
        nulls_not_distinct: false,
        partial_indexes: true,
        schemas: false,
        generated_hold_types: false,
        table_names_ignore_case: true,
        column_names_ignore_case: true,
        views_hold_columns: false,
        views_refuse_drops: true,
        generated_required: true,
        identity: false,
        numbers_in_key: false,
        numbers_integer_keys: true,
        max_name: None,
    }
}

/// An expression as inspection reports it: the table's columns without quotes where they need none.
pub fn plain_columns(sql: &str, columns: &[String]) -> String {
    trigger::with_plain_columns(sql, columns)
}

/// A table's clauses after a column was renamed.
pub(crate) fn renamed_clauses(
    clauses: &BTreeMap<String, String>,
    column: &Pair<String>,
) -> BTreeMap<String, String> {
    let (from, to) = (column.from.to_lowercase(), column.to.to_lowercase());
    clauses
        .iter()
        .map(|(part, sql)| {
            let of_column = ["not null ", "null "]
                .into_iter()
                .find(|word| part.strip_prefix(word) == Some(from.as_str()));
            let part = match of_column {
                Some(word) => format!("{word}{to}"),
                None => match part.strip_prefix("unique ") {
                    Some(columns) => {
                        let columns: Vec<&str> = columns
                            .split(',')
                            .map(|name| if name == from { &to } else { name })
                            .collect();
                        format!("unique {}", columns.join(","))
                    }
                    None => part.clone(),
                },
            };
            (part, expression::renamed(sql, &column.from, &column.to))
        })
        .collect()
}
