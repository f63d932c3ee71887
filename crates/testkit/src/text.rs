//! A catalog as text for people: compact enough that a case file shows both sides of a change on one screen.
//!
//! ```text
//! enum mood (happy, sad)
//! table sales.customer comment 'who buys'
//!   id       bigint pk auto
//!   email    varchar(320) not null
//!   status   enum order_status(new, paid) not null default 'new'
//!   total    decimal(10,2) not null default 0
//!   touched  timestamptz default now
//!   slug     text generated (lower(email)) stored
//!   unique uq_email (email)
//!   index ix_name (last_name, first_name desc) where active
//!   unique index ux_lower ((lower(email)))
//!   fk fk-order-customer (customer_id) -> customer (id) on delete cascade
//!   check ck_total: total >= 0
//! ```
//!
//! A column admits NULL unless it says `not null` or `pk`. A fact that is not written is not stated. `#` starts a comment line.
//! Names that are not words stand in double quotes, strings in single quotes, expressions in parentheses.
//!
//! Invariant: `read(&write(catalog)) == catalog`.

mod line;
mod part;
mod read;
mod types;
mod write;

use thiserror::Error;

pub use read::read;
pub use write::{Part, column as write_column, options as write_options, write};

/// What is wrong with a catalog text.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("line {line}: {message}")]
pub struct TextError {
    /// The line, from 1.
    pub line: usize,
    /// What was expected.
    pub message: String,
}

#[cfg(test)]
mod tests;
