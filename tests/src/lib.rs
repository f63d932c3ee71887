//! Integration tests over the whole workspace: `cases.rs` carries out every file of `cases/`.
//!
//! Here the golden migrations of the cases are compiled, each a module of its own, as they stand in their files.

#![allow(
    unreachable_pub,
    missing_docs,
    reason = "the files stand here as they would in a migrations crate"
)]

include!(concat!(env!("OUT_DIR"), "/migrations.rs"));
