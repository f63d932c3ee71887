//! All that a migration file needs, in one `use`.

pub use sea_orm_migration::prelude::*;

pub use crate::operation::{
    AlterEnum, AlterTable, Apply, ColumnFacts, CreateEnum, CreateTable, DropEnum, DropTable,
    ForeignKeyDef, Identity, IndexDef, Options, RenameEnum, RenameEnumValue, RenameTable,
    UniqueDef, column,
};
pub use crate::revision;
