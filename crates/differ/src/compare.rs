//! Two catalogs, compared.
//!
//! [`diff`] is the three-sided comparison of models and a database: what the models state now, what they stated at the last
//! revision, and what is there. [`compare`] is the plain one of two closed catalogs, which the first ends in.
//!
//! Invariant: pure and deterministic; nothing here asks a server. What only a server can tell is returned as [`Question`]s, whose
//! answers are passed in again as [`Forms`].

mod case;
mod column;
mod enums;
mod exact;
mod fill;
mod follow;
mod foreign_key;
mod index;
mod lost_default;
mod names;
mod parts;
mod remake;
mod rename;
mod resolve;
mod respell;
mod restate;
mod structural;
mod table;
mod turn;
mod unique;
mod words;

use std::collections::{BTreeMap, BTreeSet};

use plimsoll_schema::{Catalog, Change, Diagnostic, Server, TableName, expression};

pub(crate) use fill::{lost_values, misfits};
pub(crate) use lost_default::is_early;
pub use rename::{Ambiguity, Candidate};
pub use structural::compare;

/// Who owns what the models never stated.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Manage {
    /// It is left alone and told as a note.
    #[default]
    Stated,
    /// It is dropped, as Alembic does.
    Everything,
    /// There is no such thing: what is wanted is itself a database, all of whose facts are stated.
    Exact,
}

/// What the user said about what cannot be known.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Answers {
    /// `table`, `table.column`, an enum type, `type.value` or `table.column.value` (the last with the column's new name) as the database
    /// has it, and its new name without what stands before the last dot.
    pub renames: BTreeMap<String, String>,
    /// `table`, `table.column`, an enum type, `type.value` or `table.column.value` that is really to be dropped.
    pub drops: BTreeSet<String>,
    /// `table.column`, in its new names, and the SQL expression that rows get which its change would refuse.
    pub fills: BTreeMap<String, String>,
    /// `table.column`, in its new names, and how its values become those of its new type.
    pub conversions: BTreeMap<String, Conversion>,
}

/// How the values of a column become those of another type.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Conversion {
    /// The SQL expression of the new type, in which the column stands for its old value.
    pub expression: String,
    /// The expression of the way back; without one the server's own conversion is.
    pub back: Option<String>,
}

/// An expression that a model states, and one that the database holds in its place; only the server knows whether they are one.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Question {
    /// The table, as the database has it now.
    pub table: TableName,
    /// What kind of expression, which decides how the server is asked.
    pub place: Place,
    /// The text.
    pub text: String,
}

impl Question {
    /// Whether the column has to be there when the question is put.
    pub(crate) fn speaks_of(&self, column: &str) -> bool {
        let is_place = match &self.place {
            Place::Default(name) | Place::Generated(name) => name == column,
            Place::Check | Place::Predicate | Place::Key | Place::Exclusion => false,
        };
        is_place || expression::mentions(&self.text, column)
    }
}

/// Where an expression stands.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    /// A default of that column.
    Default(String),
    /// The generation expression of that column.
    Generated(String),
    /// A check.
    Check,
    /// An index's predicate.
    Predicate,
    /// An index's key.
    Key,
    /// A PostgreSQL exclusion constraint, from EXCLUDE on.
    Exclusion,
}

/// What the server made of the expressions it was asked about; `None` is an expression it refused.
pub type Forms = BTreeMap<Question, Option<String>>;

/// The three sides and what else decides.
#[derive(Debug, Clone, Copy)]
pub struct Input<'a> {
    /// The server the database is on.
    pub server: &'a Server,
    /// What the models state now.
    pub now: &'a Catalog,
    /// What they stated at the last revision; `None` where there was none.
    pub last: Option<&'a Catalog>,
    /// The database.
    pub live: &'a Catalog,
    /// Who owns the rest.
    pub manage: Manage,
    /// What the user said.
    pub answers: &'a Answers,
    /// What the server said.
    pub forms: &'a Forms,
}

/// How models and database differ.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Diff {
    /// The database, its types in the models' words where they are the same on this server.
    pub current: Catalog,
    /// What it is to become.
    pub desired: Catalog,
    /// What leads from one to the other, unordered between tables.
    pub changes: Vec<Change>,
    /// What was left alone, and why.
    pub notes: Vec<Diagnostic>,
    /// What could be renames; nothing may be written before they are answered.
    pub ambiguities: Vec<Ambiguity>,
    /// What the server has to be asked before this is final.
    pub questions: BTreeSet<Question>,
}

impl Diff {
    /// Whether models and database agree.
    pub fn is_empty(&self) -> bool {
        self.changes.is_empty()
    }
}

/// Compares models and database.
pub fn diff(input: &Input<'_>) -> Diff {
    resolve::resolve(input)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_question_speaks_of_its_place_and_of_what_it_mentions() {
        let speaks_of = |place: Place, column: &str| {
            let question = Question {
                table: "t".into(),
                place,
                text: "lower(a)".into(),
            };
            question.speaks_of(column)
        };
        for place in [Place::Check, Place::Predicate, Place::Key, Place::Exclusion] {
            assert!(speaks_of(place.clone(), "a"));
            assert!(!speaks_of(place, "b"));
        }
        for place in [Place::Default("b".into()), Place::Generated("b".into())] {
            assert!(speaks_of(place.clone(), "a"));
            assert!(speaks_of(place.clone(), "b"));
            assert!(!speaks_of(place, "c"));
        }
    }

    #[test]
    fn they_agree_where_nothing_changes() {
        let mut diff = Diff::default();
        assert!(diff.is_empty());
        diff.changes
            .push(Change::CreateTable(plimsoll_schema::Table::new("t")));
        assert!(!diff.is_empty());
    }
}
