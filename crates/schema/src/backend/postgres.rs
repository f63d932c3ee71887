//! PostgreSQL 12 to 18.
//!
//! Invariant: every statement names its objects in full; nothing depends on the session's `search_path` but what is in the default schema.

use super::{Capabilities, NameLimit, Server, Version};

pub(crate) mod name;
pub(super) mod render;
pub(super) mod types;
pub(super) mod value;

/// What a PostgreSQL of that version can do.
pub(super) fn capabilities(server: &Server) -> Capabilities {
    Capabilities {
        enum_types: true,
        transactional_ddl: true,
        merges_alters: false,
        alters_foreign_keys: true,
        foreign_keys_hold_columns: false,
        forward_foreign_keys: false,
        foreign_key_names: true,
        index_names_per_schema: true,
        implicit_foreign_key_indexes: false,
        comments: true,
        renames_parts: true,
        renames_indexes: true,
        unique_is_index: false,
        anonymous_primary_key: false,
        restrict_is_no_action: false,
        nulls_not_distinct: server.version >= Version(15, 0, 0),
        partial_indexes: true,
        schemas: true,
        max_name: Some(NameLimit::Bytes(name::MAX_BYTES)),
        generated_hold_types: true,
        table_names_ignore_case: false,
        column_names_ignore_case: false,
        views_hold_columns: true,
        views_refuse_drops: true,
        generated_required: true,
        identity: true,
        numbers_in_key: false,
        numbers_integer_keys: false,
    }
}
