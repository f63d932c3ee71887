//! What a migration does beyond sea-query's builders: operations that become a [`Change`], and [`Apply::apply`], which carries one out.
//!
//! Invariant: an operation says the same on every backend; [`backend::render`] alone knows how a backend does it.
//!
//! Not here: how a change is written as SQL (`plimsoll-schema`), which migrations run and when ([`crate::runner`]).

mod alone;
mod alter_table;
mod apply;
mod before;
mod column;
mod constraint;
mod create_table;
mod enums;
mod held;
mod index;
mod server;

pub use alter_table::AlterTable;
pub use apply::Apply;
pub(crate) use apply::{written, written_on};
pub use column::{ColumnFacts, Identity, column};
pub use constraint::{CheckDef, ForeignKeyDef, PrimaryKeyDef, UniqueDef};
pub use create_table::{CreateTable, DropTable, Options, RenameTable};
pub use enums::{AlterEnum, CreateEnum, DropEnum, RenameEnum, RenameEnumValue};
pub use index::IndexDef;
pub use server::{server_named, server_of};

use plimsoll_schema::{TableName, TypeName, Unique, sea};

/// A name with or without its schema: `"orders"` or `("sales", "orders")`.
pub trait IntoName {
    /// The schema, if one is said, and the name.
    fn into_name(self) -> (Option<String>, String);
}

impl IntoName for &str {
    fn into_name(self) -> (Option<String>, String) {
        (None, self.to_owned())
    }
}

impl IntoName for String {
    fn into_name(self) -> (Option<String>, String) {
        (None, self)
    }
}

impl<S: Into<String>, N: Into<String>> IntoName for (S, N) {
    fn into_name(self) -> (Option<String>, String) {
        (Some(self.0.into()), self.1.into())
    }
}

fn table_name(name: impl IntoName) -> TableName {
    let (schema, name) = name.into_name();
    TableName { schema, name }
}

fn type_name(name: impl IntoName) -> TypeName {
    let (schema, name) = name.into_name();
    TypeName { schema, name }
}

fn strings(items: impl IntoIterator<Item = impl Into<String>>) -> Vec<String> {
    items.into_iter().map(Into::into).collect()
}

/// A constraint's name: `"ck"`, or `None` for a constraint that has none (SQLite).
fn optional<'a>(name: impl Into<Option<&'a str>>) -> Option<String> {
    name.into().map(str::to_owned)
}

/// The constraint that `.unique_key()` of a column stands for, under the name that SeaORM's own would have.
fn unnamed_unique(table: &TableName, column: &str) -> Unique {
    let mut unique = Unique {
        name: None,
        columns: vec![column.to_owned()],
        nulls_not_distinct: false,
        deferrable: None,
        ..Unique::default()
    };
    unique.name = Some(sea::unique_name(table, &unique));
    unique
}
