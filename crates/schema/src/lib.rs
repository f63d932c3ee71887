//! What a database looks like, how two of them differ, and how a difference is written as SQL.
//!
//! Invariant: pure. No I/O, no async, no clock, no randomness: the same input gives the same bytes.
//!
//! Not here: reading models or servers (`plimsoll-differ`), writing Rust (`plimsoll-codegen`), running anything
//! (`plimsoll-migrate`).

pub mod backend;
mod catalog;
mod change;
mod column_type;
mod constraint;
mod diagnostic;
pub mod expression;
pub mod extras;
mod json;
mod name;
mod pair;
mod plan;
pub mod sea;
mod table;

pub use backend::{Backend, Capabilities, Flavor, NameLimit, RenderError, Server, Version};
pub use catalog::{Catalog, EnumType};
pub use change::{ApplyError, Change, Facet, Fill, Part, Rows, TableChange};
pub use column_type::{ColumnType, IntWidth, TextSize};
pub use constraint::{Action, Check, Deferrable, Exclusion, ForeignKey, PrimaryKey, Unique};
pub use diagnostic::{Code, Diagnostic, Severity};
pub use json::{CATALOG_FORMAT, CatalogFileError};
pub use name::{TableName, TypeName};
pub use pair::Pair;
pub use plan::{Plan, Step};
pub use table::{
    AutoIncrement, Column, Generated, Index, IndexKey, KeyTarget, Literal, Nulls, Order,
    SequenceOptions, Table, TableOptions, Trigger, Value,
};
