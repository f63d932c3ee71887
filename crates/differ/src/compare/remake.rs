//! Columns that a server can only make anew, and what stands on them.
//!
//! PostgreSQL alters no type under a generated column that reads it, and begins to compute a column only when it makes it; with the
//! column its indexes and constraints are gone, so that they go before and come after.

use std::collections::BTreeSet;

use plimsoll_schema::backend;
use plimsoll_schema::{Column, Facet, KeyTarget, Pair, Server, Table, expression};

use super::structural::one_column;

/// The generated columns, by name, that hold the type of a column which changes it: they go and come again around the change.
pub(super) fn held(server: &Server, from: &Table, to: &Table) -> BTreeSet<String> {
    if !server.capabilities().generated_hold_types {
        return BTreeSet::new();
    }
    let both = |wanted: &&Column| from.column(&wanted.name).is_some();
    let pairs = to.columns.iter().filter(both).filter_map(|wanted| {
        let known = from.column(&wanted.name)?;
        Some(Pair::new(known, wanted))
    });
    let pairs: Vec<Pair<&Column>> = pairs.collect();
    let is_retyped = |pair: &&Pair<&Column>| {
        let spelled = pair.map(|column| one_column(server, column));
        let facets = Facet::of(spelled.as_ref());
        facets.contains(&Facet::Type) || facets.contains(&Facet::Collation)
    };
    let retyped: Vec<&str> = pairs
        .iter()
        .filter(is_retyped)
        .map(|pair| pair.to.name.as_str())
        .collect();
    let reads = |column: &Column| {
        let mut generated = column.generated.iter();
        generated.any(|one| {
            let mut retyped = retyped.iter();
            retyped.any(|name| *name != column.name && expression::mentions(&one.expression, name))
        })
    };
    // One that ceases to be computed, or begins to, reads nothing while its column changes.
    let is_computed =
        |pair: &Pair<&Column>| pair.from.generated.is_some() && pair.to.generated.is_some();
    let is_held = |pair: &&Pair<&Column>| is_computed(pair) && (reads(pair.from) || reads(pair.to));
    pairs
        .iter()
        .filter(is_held)
        .map(|pair| pair.to.name.clone())
        .collect()
}

/// The columns, by name, that are made anew, whether they are among `held` or alter in a way that takes it.
pub(super) fn remade(
    server: &Server,
    from: &Table,
    to: &Table,
    held: &BTreeSet<String>,
) -> BTreeSet<String> {
    let mut out = held.clone();
    for wanted in &to.columns {
        if let Some(known) = from.column(&wanted.name)
            && (backend::remakes_column(server, Pair::new(known, wanted))
                || backend::remakes_column(server, Pair::new(wanted, known)))
        {
            out.insert(wanted.name.clone());
        }
    }
    out
}

/// The table without the keys, constraints and indexes that stand on one of the columns.
pub(super) fn without_parts(table: &Table, columns: &BTreeSet<String>) -> Table {
    let mut table = table.clone();
    if columns.is_empty() {
        return table;
    }
    let stands = |names: &[String]| !names.iter().any(|name| columns.contains(name));
    let says = |text: &str| {
        let mut columns = columns.iter();
        !columns.any(|column| expression::mentions(text, column))
    };
    table.primary_key = table.primary_key.filter(|key| stands(&key.columns));
    table.uniques.retain(|unique| stands(&unique.columns));
    table.foreign_keys.retain(|key| stands(&key.columns));
    table.checks.retain(|check| says(&check.expression));
    table.exclusions.retain(|one| says(&one.definition));
    table.indexes.retain(|index| {
        stands(&index.include)
            && index.predicate.as_deref().is_none_or(says)
            && index.keys.iter().all(|key| match &key.target {
                KeyTarget::Column(name) => !columns.contains(name),
                KeyTarget::Expression(text) => says(text),
            })
    });
    table
}
