//! A plan as a reviewable Rust migration, registered in the migrations crate's `lib.rs`.
//!
//! Invariant: files are written whole or not at all, and nothing that was there is overwritten.
//!
//! Not here: what a plan is made of (`plimsoll-schema`), what a migration does when it runs (`plimsoll-migrate`).

mod builder;
mod column;
mod comment;
mod error;
mod file;
mod hazard;
mod layout;
mod literal;
mod operation;
mod pattern;
mod register;
mod stem;
mod step;
mod template;
mod write;

pub use error::CodegenError;
pub use file::{Header, check_file, render_file, render_file_as};
pub use pattern::{PatternError, fill};
pub use register::{Refollowed, Registered, register, replace};
pub use stem::{Naming, NamingError, file_stem, is_module};
pub use template::Template;
