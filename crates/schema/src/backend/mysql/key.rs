//! A primary key as the index that it is here, whose columns may have a length and a direction.

use super::clause::Place;
use crate::{IndexKey, KeyTarget, Order, PrimaryKey};

/// The columns, if the keys are no more than columns.
pub(super) fn columns(keys: &[IndexKey]) -> Option<Vec<String>> {
    keys.iter()
        .map(|key| match &key.target {
            KeyTarget::Column(name) => Some(name.clone()),
            KeyTarget::Expression(_) => None,
        })
        .collect()
}

/// The primary key that an index of those keys is.
pub fn primary(keys: &[IndexKey]) -> Option<PrimaryKey> {
    let columns = columns(keys)?;
    let said = keys.iter().map(clause);
    let clauses = columns.iter().cloned().zip(said);
    Some(PrimaryKey {
        clauses: clauses.filter(|(_, clause)| !clause.is_empty()).collect(),
        columns,
        ..PrimaryKey::default()
    })
}

/// What a key says beyond its column: `(20) DESC`.
fn clause(key: &IndexKey) -> String {
    let length = key.prefix.map(|length| format!("({length})"));
    let direction = match key.order {
        Order::Asc => None,
        Order::Desc => Some("DESC".to_owned()),
    };
    let words: Vec<String> = length.into_iter().chain(direction).collect();
    words.join(" ")
}

impl Place<'_> {
    /// The columns of a primary key, with what it says of each.
    pub(super) fn key_columns(&self, key: &PrimaryKey) -> String {
        let said = |column: &String| match key.clauses.get(column) {
            Some(clause) if clause.starts_with('(') => format!("{}{clause}", self.quote(column)),
            Some(clause) => format!("{} {clause}", self.quote(column)),
            None => self.quote(column),
        };
        let columns: Vec<String> = key.columns.iter().map(said).collect();
        columns.join(", ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_and_directions_are_kept() {
        let length = IndexKey {
            prefix: Some(20),
            ..IndexKey::column("a")
        };
        let both = IndexKey {
            prefix: Some(8),
            order: Order::Desc,
            ..IndexKey::column("b")
        };
        let key = primary(&[length, both, IndexKey::column("c")]);
        let clauses = key.map(|key| key.clauses).unwrap_or_default();
        let clauses: Vec<(&str, &str)> = (clauses.iter())
            .map(|(column, clause)| (column.as_str(), clause.as_str()))
            .collect();
        assert_eq!(clauses, [("a", "(20)"), ("b", "(8) DESC")]);
    }
}
