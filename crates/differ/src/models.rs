//! The entities linked into this program, as a catalog.
//!
//! Every entity is asked for the statements SeaORM itself would create it with, which a recording connection receives as typed
//! values: nothing is parsed from source, nothing is rendered, no database is needed. What the derive cannot say is added from
//! [`extras!`](plimsoll_schema::extras!) declarations.
//!
//! Invariant: what an entity does not state is open (`None`, absent), never filled in with a backend's default. The catalog depends
//! on the entities alone, not on the order they are linked in.
//!
//! Reading an entity runs the user's code, which can panic or recurse without end. [`read_in_child`] does it in a child process of the
//! same program and names the entity that died.

mod child;
mod convert;
mod record;
mod registry;
mod validate;

use std::collections::BTreeSet;

use plimsoll_schema::{Catalog, TableName};
use serde::{Deserialize, Serialize};
use thiserror::Error;

pub use child::{is_child, read_in_child, run_if_child};
pub use registry::{Registry, read};
pub use validate::validate;

/// What the entities state.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Models {
    /// The tables, each with the module of its entity as `origin`; on a server with enum types, also those the columns use.
    pub catalog: Catalog,
}

/// How entities are read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Options {
    /// Tables whose entities are not the user's to migrate, without a schema: the migration history.
    pub ignored_tables: BTreeSet<String>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            ignored_tables: BTreeSet::from(["seaql_migrations".to_owned()]),
        }
    }
}

impl Options {
    fn ignores(&self, table: &TableName) -> bool {
        self.ignored_tables.contains(&table.name)
    }
}

/// Why entities could not be read.
#[derive(Debug, Clone, PartialEq, Eq, Error, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ModelsError {
    /// No entity is linked.
    #[error("no entity is linked into this program")]
    NoEntities,
    /// Two entities state one table.
    #[error("table `{table}` is stated by two entities, in `{}` and in `{}`", modules.0, modules.1)]
    Duplicate {
        /// The table.
        table: TableName,
        /// The modules of the entities.
        modules: (String, String),
    },
    /// SeaORM's registry reaches no entity at the root of a crate.
    #[error("the entity at the root of crate `{0}` cannot be reached; move it into a module")]
    AtCrateRoot(String),
    /// An entity did not give a table, or gave what is not a statement of the sea-query this program knows.
    #[error(
        "the entity in `{0}` cannot be read; there may be two versions of sea-orm or sea-query in the program"
    )]
    Unreadable(String),
    /// A declaration beside an entity does not fit it.
    #[error("{0}")]
    Extras(String),
    /// A declaration is for a table no entity states.
    #[error(
        "extras! in `{module}` are for table `{table}`, which no entity in this program states"
    )]
    ExtrasWithoutEntity {
        /// The module of the declaration.
        module: String,
        /// The table.
        table: TableName,
    },
    /// An entity panics when it is read.
    #[error("reading the entity in `{module}` panics: {message}")]
    Panicked {
        /// Its module.
        module: String,
        /// What the panic says.
        message: String,
    },
    /// An entity recurses without end when it is read.
    #[error(
        "reading the entity in `{module}` overflows the stack: two entities may point at each other with `has_one` or `has_many`, and neither with `belongs_to`"
    )]
    Overflowed {
        /// Its module.
        module: String,
    },
    /// The child process ended without an answer.
    #[error("the program died while it read its entities ({how}){}", at(.module.as_ref()))]
    Died {
        /// The entity it was at, if that is known.
        module: Option<String>,
        /// The status it ended with, and what it said last.
        how: String,
    },
    /// The child process could not be started, or did something else than asked.
    #[error("this program cannot be started again to read its entities: {0}")]
    Child(String),
}

fn at(module: Option<&String>) -> String {
    module
        .map(|module| format!(", at the entity in `{module}`"))
        .unwrap_or_default()
}
