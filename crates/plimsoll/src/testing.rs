//! For a project's own tests: revisions that lead back, models that the database agrees with, and a database for each test.
//!
//! ```no_run
//! # mod migrations {
//! #     pub struct Migrator;
//! #     #[async_trait::async_trait]
//! #     impl plimsoll::prelude::MigratorTrait for Migrator {
//! #         fn migrations() -> Vec<Box<dyn plimsoll::prelude::MigrationTrait>> { vec![] }
//! #     }
//! # }
//! use plimsoll::testing::{Scratch, assert_models_match, assert_up_down_up};
//!
//! #[tokio::test]
//! async fn revisions_lead_up_and_back() {
//!     assert_up_down_up(migrations::Migrator).await;
//! }
//!
//! #[tokio::test]
//! async fn revisions_lead_to_the_models() {
//!     let scratch = Scratch::upgraded(migrations::Migrator).await;
//!     assert_models_match(&scratch.db).await;
//! }
//! ```
//!
//! `TEST_DATABASE_URL` says on which server scratch databases are made; without it they are SQLite files in a temporary folder. No
//! database that was there before is touched.
//!
//! Everything here panics, with a text that is meant to be read, where a test is to fail.

mod models;
mod revisions;
mod scratch;

pub use models::assert_models_match;
pub use revisions::{assert_up_down_up, assert_up_down_up_at};
pub use scratch::Scratch;

/// The variable that says where scratch databases are made: an address, or several with spaces between them.
const SERVERS: &str = "TEST_DATABASE_URL";

/// SQLite, in a file of its own.
const SQLITE: &str = "sqlite::memory:";

/// The addresses that the environment states, or SQLite's.
fn stated() -> Vec<String> {
    let stated = std::env::var(SERVERS).unwrap_or_default();
    let stated: Vec<String> = stated.split_whitespace().map(str::to_owned).collect();
    if stated.is_empty() {
        vec![SQLITE.to_owned()]
    } else {
        stated
    }
}
