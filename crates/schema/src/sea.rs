//! The bridge to sea-query, both ways: catalog values as its statements, and its statements as catalog values.
//!
//! Invariant: a statement that is handed out is rendered by sea-query 1.0 without panicking and means what the value says on
//! every backend where the value can exist; where that cannot be had, the answer is `None` and the caller writes its own SQL.
//!
//! What sea-query renders depends on the backend in a few places that no neutral word covers (fractional seconds, quoted
//! MySQL enum words). [`for_server`] replaces those by the server's own spelling first, [`split`] moves aside the parts of a table
//! that CREATE TABLE cannot carry through the builder.

mod column;
mod index;
mod names;
mod read;
mod server;
mod types;
mod value;
mod write;

pub use column::column_def;
pub use index::{drop_index, index};
pub use names::{foreign_key_name, index_name, is_sayable_name, primary_key_name, unique_name};
pub use read::{
    from_column_def, from_create_table, from_foreign_key, from_index_create, from_table_ref,
};
pub use server::{column_for_server, for_server, split, type_for_server};
pub use types::{column_type, to_column_type};
pub use value::{from_expr, to_expr};
pub use write::{
    add_column, create_table, drop_column, drop_table, foreign_key, rename_column, rename_table,
    table_ref,
};

#[cfg(test)]
mod tests;
