//! The rules, one file each.

pub(crate) mod add_check;
pub(crate) mod add_foreign_key;
pub(crate) mod add_unique;
pub(crate) mod drop_column;
pub(crate) mod drop_table;
pub(crate) mod enum_value;
pub(crate) mod narrow_type;
pub(crate) mod required_column;
pub(crate) mod set_not_null;
