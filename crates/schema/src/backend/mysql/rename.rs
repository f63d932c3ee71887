//! What follows a column's new name. MariaDB rewrites the expressions that mention it; MySQL refuses the rename (errors 3959, 3108,
//! 3837) while a check or a key mentions it, or unless the same statement says a generated column or a default again.

use super::clause::Place;
use super::is_mariadb;
use crate::backend::RenderError;
use crate::{Index, KeyTarget, Table, TableChange};

/// Clauses around RENAME COLUMN.
#[derive(Default)]
pub(super) struct Followers {
    /// What goes in a statement before: a column of a foreign key is renamed in place, which a check that comes or goes is not (1846).
    pub(super) first: Vec<String>,
    /// What is said in the same statement.
    pub(super) beside: Vec<String>,
    /// What comes back in a statement after.
    pub(super) last: Vec<String>,
}

/// What follows, from the table before and after the rename.
pub(super) fn followers(
    place: &Place<'_>,
    before: &Table,
    after: &Table,
) -> Result<Followers, RenderError> {
    let mut found = Followers::default();
    if is_mariadb(place.server) {
        return Ok(found);
    }
    for (from, to) in before.checks.iter().zip(&after.checks) {
        if from.expression != to.expression {
            let (drop, add) = (from.clone(), to.clone());
            found
                .first
                .extend(place.clauses(&TableChange::DropCheck(drop))?);
            found
                .last
                .extend(place.clauses(&TableChange::AddCheck(add))?);
        }
    }
    for (from, to) in before.indexes.iter().zip(&after.indexes) {
        if expressions(from).ne(expressions(to)) {
            found.first.push(place.drop_index(&from.name));
            found.last.push(place.add_index(to)?);
        }
    }
    for (from, to) in before.columns.iter().zip(&after.columns) {
        if from.name == to.name && (from.generated != to.generated || from.default != to.default) {
            found.beside.push(place.modify(to)?);
        }
    }
    Ok(found)
}

fn expressions(index: &Index) -> impl Iterator<Item = &str> {
    index.keys.iter().filter_map(|key| match &key.target {
        KeyTarget::Column(_) => None,
        KeyTarget::Expression(text) => Some(text.as_str()),
    })
}
