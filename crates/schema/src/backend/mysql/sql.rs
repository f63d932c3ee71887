//! Pieces of SQL text, for those who read what the server shows.

pub use super::value::{plain, quote_string, unescaped};
