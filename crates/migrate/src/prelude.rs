//! All that a migration file needs, in one `use`.

pub use sea_orm_migration::prelude::*;

pub use crate::operation::{
    AlterEnum, AlterTable, Apply, CheckDef, ColumnFacts, CreateEnum, CreateTable, DropEnum,
    DropTable, ForeignKeyDef, Identity, IndexDef, Options, PrimaryKeyDef, RenameEnum,
    RenameEnumValue, RenameTable, UniqueDef, column,
};
pub use crate::revision;
