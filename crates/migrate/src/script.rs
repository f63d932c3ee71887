//! What a revision does, as data: its statements and operations in order, read without a database.
//!
//! Invariant: a script is the whole of a revision. One that depends on what a database answers has none, and says what it asks.

use plimsoll_schema::{Backend, Change};
use sea_orm::Statement;
use sha2::{Digest, Sha256};

use crate::checksum::hex;

mod capture;
mod kind;
mod words;

pub(crate) use capture::recording;
pub use capture::{Asks, capture};
pub use kind::{Kind, kind};
pub use words::leads;
pub(crate) use words::{Word, is_several, words};

/// Names the rules of [`Script::checksum`], in front of the digest.
const PREFIX: &str = "s1:";

/// One thing that a revision does.
#[derive(Debug, Clone, PartialEq)]
pub enum Item {
    /// A statement, with its values.
    Sql(Statement),
    /// One of Plimsoll's operations, whose statements are written when it is known what they meet.
    Operation(Box<Change>),
    /// A transaction of its own begins.
    Begin,
    /// It ends, and stays.
    Commit,
    /// It ends, and is as if it had not been.
    Rollback,
}

/// What a revision does.
#[derive(Debug, Clone, PartialEq)]
pub struct Script {
    /// In this order.
    pub items: Vec<Item>,
    /// Whether the values are the same at each reading: a time or a random number is not.
    pub steady: bool,
}

impl Item {
    /// What it is, as text; with its values, where they count.
    fn text(&self, with_values: bool) -> String {
        match self {
            Self::Sql(statement) if with_values => statement.to_string(),
            Self::Sql(statement) => statement.sql.clone(),
            // A change is data of ours, whose names are stable; it always has a text.
            Self::Operation(change) => serde_json::to_string(change).unwrap_or_default(),
            Self::Begin => "BEGIN".to_owned(),
            Self::Commit => "COMMIT".to_owned(),
            Self::Rollback => "ROLLBACK".to_owned(),
        }
    }
}

/// A digest of items in hexadecimal.
pub(crate) fn digest(items: &[Item], with_values: bool) -> String {
    let mut digest = Sha256::new();
    for item in items {
        let text = item.text(with_values);
        digest.update((text.len() as u64).to_be_bytes());
        digest.update(text);
    }
    hex(&digest.finalize())
}

impl Script {
    /// A checksum over what it does; values count only where they are steady. It is the same wherever the source is laid out
    /// otherwise, renamed inside, or moved into functions.
    pub fn checksum(&self) -> String {
        format!("{PREFIX}{}", digest(&self.items, self.steady))
    }

    /// Whether it makes tables and indexes and does nothing else.
    pub(crate) fn only_creates(&self) -> bool {
        self.items.iter().all(|item| match item {
            Item::Sql(statement) => {
                let mut words = words(&statement.sql);
                let is_create = words.next().is_some_and(|word| word.is("CREATE"));
                // CREATE TABLE … AS has rows.
                is_create && !words.any(|word| word.is("SELECT"))
            }
            Item::Operation(change) => matches!(**change, Change::CreateTable(_)),
            Item::Begin | Item::Commit | Item::Rollback => true,
        })
    }

    /// Whether it handles transactions itself.
    pub fn has_transactions(&self) -> bool {
        self.items
            .iter()
            .any(|item| matches!(item, Item::Begin | Item::Commit | Item::Rollback))
    }

    /// The place of the first statement that has to run outside a transaction, if there is one.
    pub fn first_alone(&self, backend: Backend) -> Option<usize> {
        self.items.iter().enumerate().position(|(at, item)| {
            matches!(item, Item::Sql(statement)
                if kind(backend, &statement.sql, &self.items[at + 1..]) == Kind::Alone)
        })
    }
}
