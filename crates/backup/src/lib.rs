//! Backups of a database, to a folder or an S3-compatible store, and back; and rows loaded from a dump.
//!
//! A backup is two files: the compressed dump, and beside it a manifest in JSON. The manifest is written last, after the dump was read
//! again and found whole: a dump without a manifest is not a backup.
//!
//! Invariant: a backup is made in constant memory, and is there whole or not at all.
//! Invariant: a database that holds anything is never restored into, and nothing is ever dropped.

mod assets;
mod backup;
mod content;
mod dump;
mod error;
mod load;
mod manifest;
mod pack;
mod place;
mod restore;
mod sqlite;
mod store;
mod tool;

pub use assets::{Asset, Sent, reach, upload};
pub use backup::{Made, Order, backup};
pub use content::{Content, content};
pub use dump::{Dump, Name, Survey};
pub use error::BackupError;
pub use load::{Loaded, SEED_TABLE, Seed, is_loaded, load};
pub use manifest::Manifest;
pub use pack::Packed;
pub use place::Place;
pub use restore::{Restore, Restored, restore};

/// How far something came: bytes of what is read, or written where the end is not known.
pub type Tell<'a> = dyn FnMut(u64) + 'a;
