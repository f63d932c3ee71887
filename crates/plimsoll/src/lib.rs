//! Plimsoll: migrations for SeaORM that are generated from your models, proven, and reviewable.
//!
//! A migrations crate's `main.rs` is this:
//!
//! ```ignore
//! use entity as _; // links the models
//!
//! #[tokio::main]
//! async fn main() -> std::process::ExitCode {
//!     plimsoll::cli::run(migrations::Migrator).await
//! }
//! ```

pub mod cli;
#[doc(hidden)]
pub mod forward;
pub mod health;
pub mod startup;
pub mod testing;

pub use plimsoll_migrate::{hooks, prelude, revision};
pub use plimsoll_schema::extras;
