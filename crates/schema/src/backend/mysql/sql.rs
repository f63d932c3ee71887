//! Pieces of SQL text, for those who read what the server shows.

pub use super::key::primary as primary_key;
pub use super::options::read as options;
pub use super::types::in_reference_system;
pub use super::value::{plain, quote_string, unescaped};
