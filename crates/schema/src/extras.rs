//! What an entity's derive cannot say, said beside the entity: partial and expression indexes, checks, generated columns, names,
//! comments, storage.
//!
//! A declaration is found the way the entity itself is, by being linked into the binary:
//!
//! ```ignore
//! use plimsoll_schema::extras::IndexExtra;
//!
//! plimsoll_schema::extras!(Entity, |table| table
//!     .index(IndexExtra::on("ix_order_open", ["placed_at"]).where_("closed_at IS NULL"))
//!     .check("ck_order_total", "total >= 0"));
//! ```
//!
//! Invariant: what is declared is applied whole, or refused with the entity's module and the reason; never in part.

use thiserror::Error;

use crate::{Backend, Table, TableName};

mod index;
mod table;

pub use index::IndexExtra;
#[doc(hidden)]
pub use inventory;
pub use table::TableExtras;

/// Declares what the derive of an entity cannot say; see [`crate::extras`](mod@crate::extras).
///
/// The first argument is the entity, the second a function from [`TableExtras`] to [`TableExtras`] that captures nothing. The crate that
/// declares needs `sea-orm` among its dependencies under that name. One entity may have several declarations.
#[macro_export]
macro_rules! extras {
    ($entity:expr, $declare:expr $(,)?) => {
        $crate::extras::inventory::submit! {
            $crate::extras::Declaration::new(
                ::core::module_path!(),
                || {
                    $crate::TableName::qualified(
                        ::sea_orm::EntityName::schema_name(&$entity),
                        ::sea_orm::EntityName::table_name(&$entity),
                    )
                },
                $declare,
            )
        }
    };
}

/// A use of [`extras!`](crate::extras!) in the linked binary.
pub struct Declaration {
    module: &'static str,
    table: fn() -> TableName,
    declare: fn(TableExtras) -> TableExtras,
}

inventory::collect!(Declaration);

impl Declaration {
    #[doc(hidden)]
    pub const fn new(
        module: &'static str,
        table: fn() -> TableName,
        declare: fn(TableExtras) -> TableExtras,
    ) -> Self {
        Self {
            module,
            table,
            declare,
        }
    }

    /// The module it stands in.
    pub const fn module(&self) -> &'static str {
        self.module
    }

    /// The table it is about.
    pub fn table(&self) -> TableName {
        (self.table)()
    }

    /// The table with what is declared for this backend.
    ///
    /// # Errors
    /// When it names a part the table has not, or states one twice.
    pub fn apply(&self, backend: Backend, table: Table) -> Result<Table, ExtrasError> {
        (self.declare)(TableExtras::of(backend, table))
            .finish()
            .map_err(|(table, problem)| ExtrasError {
                module: self.module.to_owned(),
                table,
                problem: Box::new(problem),
            })
    }
}

/// A declaration that does not fit its entity.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("extras! in `{module}`, table `{table}`: {problem}")]
pub struct ExtrasError {
    /// The module of the declaration.
    pub module: String,
    /// The table it is about.
    pub table: TableName,
    /// What does not fit.
    pub problem: Box<ExtrasProblem>,
}

/// What does not fit.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ExtrasProblem {
    /// The table has no such part.
    #[error("no {kind} `{name}`; there is {}", list(.known))]
    Unknown {
        /// `column`, `foreign key on`, `index key`.
        kind: &'static str,
        /// What was named.
        name: String,
        /// What could have been.
        known: Vec<String>,
    },
    /// It is stated twice.
    #[error("{kind} `{name}` is stated twice")]
    Twice {
        /// `column`, `check` ….
        kind: &'static str,
        /// Its name.
        name: String,
    },
    /// An index without columns or expressions.
    #[error("index `{0}` has no keys")]
    NoKeys(String),
}

fn list(names: &[String]) -> String {
    if names.is_empty() {
        return "none".to_owned();
    }
    let quoted: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    quoted.join(", ")
}

/// Every declaration in the linked binary, by module and then by table.
pub fn collect() -> Vec<&'static Declaration> {
    let mut all: Vec<_> = inventory::iter::<Declaration>().collect();
    all.sort_by_key(|declaration| (declaration.module, declaration.table()));
    all
}

#[cfg(test)]
mod tests;
