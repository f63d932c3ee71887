//! MySQL 5.7 and later, and MariaDB 10.5 and later.
//!
//! Invariant: no other folder asks which of the two a server is.

mod admit;
mod alter;
mod clause;
pub(super) mod column;
pub(super) mod convert;
pub mod create;
mod cursor;
pub mod implicit;
mod key;
mod literal;
mod options;
mod regenerate;
mod rename;
pub(super) mod render;
mod spelling;
pub mod sql;
pub(super) mod types;
pub(super) mod value;

use super::{Capabilities, Flavor, NameLimit, Server, Version};

pub(super) const fn capabilities(server: &Server) -> Capabilities {
    Capabilities {
        enum_types: false,
        transactional_ddl: false,
        merges_alters: true,
        alters_foreign_keys: true,
        foreign_keys_hold_columns: true,
        forward_foreign_keys: false,
        foreign_key_names: true,
        index_names_per_schema: false,
        implicit_foreign_key_indexes: true,
        comments: true,
        renames_parts: false,
        renames_indexes: true,
        unique_is_index: true,
        anonymous_primary_key: true,
        restrict_is_no_action: true,
        nulls_not_distinct: false,
        partial_indexes: false,
        schemas: true,
        generated_hold_types: false,
        table_names_ignore_case: false,
        column_names_ignore_case: true,
        views_hold_columns: false,
        views_refuse_drops: false,
        // MariaDB takes no NOT NULL beside GENERATED (Generated Columns, MariaDB manual).
        generated_required: matches!(server.flavor, Flavor::Original),
        identity: false,
        numbers_in_key: true,
        numbers_integer_keys: false,
        max_name: Some(NameLimit::Characters(64)),
    }
}

fn is_mariadb(server: &Server) -> bool {
    server.flavor == Flavor::MariaDb
}

/// MariaDB of any supported version, or MySQL from that version on.
fn mariadb_or_since(server: &Server, version: Version) -> bool {
    is_mariadb(server) || server.version >= version
}

/// RENAME COLUMN: MySQL 8.0, MariaDB 10.5.
fn can_rename_column(server: &Server) -> bool {
    mariadb_or_since(server, Version(8, 0, 0))
}
