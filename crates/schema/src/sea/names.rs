//! Names: which can go through the builders, and which are given where the catalog has none.

use crate::{ForeignKey, TableName, Unique};

/// Whether sea-query writes the name of an index, foreign key or constraint as it should. It puts those between quotes without
/// escaping, so that a quote inside ends the name.
pub fn is_sayable_name(name: &str) -> bool {
    !name.is_empty() && !name.contains(['"', '`'])
}

/// The name SeaORM gives a composite primary key.
pub fn primary_key_name(table: &TableName) -> String {
    fitted(format!("pk-{}", table.name))
}

/// The name of a unique constraint: its own, or the one given to a model's `unique` column.
pub fn unique_name(table: &TableName, unique: &Unique) -> String {
    unique
        .name
        .clone()
        .unwrap_or_else(|| fitted(format!("uq-{}-{}", table.name, unique.columns.join("-"))))
}

/// The name of a foreign key: its own, or the one SeaORM gives.
pub fn foreign_key_name(table: &TableName, key: &ForeignKey) -> String {
    key.name
        .clone()
        .unwrap_or_else(|| fitted(format!("fk-{}-{}", table.name, key.columns.join("-"))))
}

/// What PostgreSQL keeps of a name, in bytes; MySQL keeps one character more.
const LONGEST: usize = 63;

/// The name of an index that SeaORM names after its table and columns.
pub fn index_name(given: String) -> String {
    fitted(given)
}

/// A given name that is too long ends in a hash of the whole, so that two which begin alike stay two and no server cuts them.
fn fitted(name: String) -> String {
    if name.len() <= LONGEST {
        return name;
    }
    // FNV-1a, which is the same on every machine and in every release.
    let hash = name.bytes().fold(0x811c_9dc5_u32, |hash, byte| {
        (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193)
    });
    let suffix = format!("-{hash:08x}");
    let end = name.floor_char_boundary(LONGEST - suffix.len());
    format!("{}{suffix}", &name[..end])
}
