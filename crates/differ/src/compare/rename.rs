//! Renames: those that were stated, and those that could be.

use std::collections::BTreeSet;

use plimsoll_schema::backend::types;
use plimsoll_schema::{Catalog, Change, Column, Pair, Table, TableChange, TableName};

use super::{Answers, Input};
use plimsoll_schema::backend::Fit;

/// Something goes and something like it comes: nobody said whether it is a rename.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Ambiguity {
    /// `table` or `table.column` that would be dropped.
    pub from: String,
    /// What it may have become, the likeliest first: a table's or a column's new name.
    pub candidates: Vec<String>,
}

/// The renames that the models or the user state and the database has not had yet, in an order in which they can be applied: one that
/// takes a name follows the one that frees it.
pub(super) fn stated(input: &Input<'_>, now: &Catalog, live: &Catalog) -> Vec<Change> {
    let answered = answered_tables(input.answers, live);
    let pairs = now.tables.values().filter_map(|table| {
        let stated = table.renamed_from.clone();
        let from = stated.or_else(|| answered_table(&answered, &table.name))?;
        Some(Pair::new(from, table.name.clone()))
    });
    let due = in_order(pairs.collect(), |name| live.tables.contains_key(name));
    let mut out: Vec<Change> = due.into_iter().map(Change::RenameTable).collect();
    for table in now.tables.values() {
        let before = renamed_table(&out, &table.name);
        let Some(known) = live.tables.get(before.unwrap_or(&table.name)) else {
            continue;
        };
        let pairs = table.columns.iter().filter_map(|column| {
            let stated = column.renamed_from.clone();
            let from = stated.or_else(|| answered_column(input.answers, table, &column.name))?;
            Some(Pair::new(from, column.name.clone()))
        });
        let due = in_order(pairs.collect(), |name| known.column(name).is_some());
        if !due.is_empty() {
            out.push(Change::AlterTable {
                table: table.name.clone(),
                changes: due.into_iter().map(TableChange::RenameColumn).collect(),
            });
        }
    }
    out
}

/// The renames whose old name is there and whose new one is free when their turn comes.
fn in_order<T: Ord + Clone>(
    mut pairs: Vec<Pair<T>>,
    is_there: impl Fn(&T) -> bool,
) -> Vec<Pair<T>> {
    let mut freed: BTreeSet<T> = BTreeSet::new();
    let mut taken: BTreeSet<T> = BTreeSet::new();
    let mut out = Vec::new();
    loop {
        let holds = |name: &T| (is_there(name) && !freed.contains(name)) || taken.contains(name);
        let next = pairs
            .iter()
            .position(|pair| holds(&pair.from) && !holds(&pair.to));
        let Some(at) = next else { return out };
        let pair = pairs.remove(at);
        freed.insert(pair.from.clone());
        taken.insert(pair.to.clone());
        out.push(pair);
    }
}

/// The name a table had before the renames.
fn renamed_table<'a>(renames: &'a [Change], name: &TableName) -> Option<&'a TableName> {
    renames.iter().find_map(|change| match change {
        Change::RenameTable(pair) if pair.to == *name => Some(&pair.from),
        Change::RenameTable(_)
        | Change::CreateTable(_)
        | Change::DropTable(_)
        | Change::AlterTable { .. }
        | Change::CreateEnum(_)
        | Change::DropEnum(_)
        | Change::AlterEnum(_)
        | Change::RenameEnum(_)
        | Change::RenameEnumValue { .. } => None,
    })
}

/// The tables that the user said are renamed, each with its new name.
fn answered_tables<'a>(answers: &'a Answers, live: &'a Catalog) -> Vec<(&'a TableName, &'a str)> {
    if answers.renames.is_empty() {
        return Vec::new();
    }
    let names = live.tables.keys();
    names
        .filter_map(|name| Some((name, answers.renames.get(&name.to_string())?.as_str())))
        .collect()
}

fn answered_table(answered: &[(&TableName, &str)], to: &TableName) -> Option<TableName> {
    answered
        .iter()
        .find(|(_, new)| *new == to.name || *new == to.to_string())
        .map(|(name, _)| (*name).clone())
}

fn answered_column(answers: &Answers, table: &Table, to: &str) -> Option<String> {
    if answers.renames.is_empty() {
        return None;
    }
    let prefix = format!("{}.", table.name);
    answers
        .renames
        .iter()
        .find(|(_, new)| *new == to || new.strip_prefix(&prefix) == Some(to))
        .and_then(|(old, _)| old.strip_prefix(&prefix))
        .map(str::to_owned)
}

/// Pairs of what goes and what comes that are alike enough to be one thing.
pub(super) fn possible(input: &Input<'_>, current: &Catalog, desired: &Catalog) -> Vec<Ambiguity> {
    let mut out = Vec::new();
    let created: Vec<&Table> = desired
        .tables
        .values()
        .filter(|table| !current.tables.contains_key(&table.name))
        .collect();
    for gone in current
        .tables
        .values()
        .filter(|table| !desired.tables.contains_key(&table.name))
    {
        let from = gone.name.to_string();
        let alike = ranked(
            &from,
            created
                .iter()
                .filter(|table| alike(gone, table))
                .map(|table| table.name.to_string()),
        );
        if !alike.is_empty() && !input.answers.drops.contains(&from) {
            out.push(Ambiguity {
                from,
                candidates: alike,
            });
        }
    }
    for wanted in desired.tables.values() {
        let Some(known) = current.tables.get(&wanted.name) else {
            continue;
        };
        let added: Vec<&Column> = wanted
            .columns
            .iter()
            .filter(|column| known.column(&column.name).is_none())
            .collect();
        for gone in known
            .columns
            .iter()
            .filter(|column| wanted.column(&column.name).is_none())
        {
            let from = format!("{}.{}", known.name, gone.name);
            let fits = added.iter().filter(|column| same_kind(input, gone, column));
            let candidates = ranked(&gone.name, fits.map(|column| column.name.clone()));
            if !candidates.is_empty() && !input.answers.drops.contains(&from) {
                out.push(Ambiguity { from, candidates });
            }
        }
    }
    out
}

/// The likeliest first: by similarity of the names, then by name.
fn ranked(from: &str, names: impl Iterator<Item = String>) -> Vec<String> {
    let mut names: Vec<String> = names.collect();
    names.sort_by(|left, right| {
        let near = |name: &str| likeness(from, name);
        near(right)
            .total_cmp(&near(left))
            .then_with(|| left.cmp(right))
    });
    names
}

/// How alike two names are; one that contains the other is the likeliest of all.
fn likeness(left: &str, right: &str) -> f64 {
    let (left, right) = (left.to_lowercase(), right.to_lowercase());
    let contains = left.contains(&right) || right.contains(&left);
    strsim::normalized_damerau_levenshtein(&left, &right) + if contains { 1.0 } else { 0.0 }
}

/// Two tables are alike when more than half of their columns have the same names.
fn alike(gone: &Table, created: &Table) -> bool {
    let shared = gone
        .columns
        .iter()
        .filter(|column| created.column(&column.name).is_some())
        .count();
    shared * 2 > gone.columns.len().max(created.columns.len())
}

/// A column could have become another when its type is, or fits, the other's.
fn same_kind(input: &Input<'_>, gone: &Column, added: &Column) -> bool {
    matches!(
        types::fit(input.server, &added.ty, &gone.ty),
        Fit::Same | Fit::Fits
    ) && gone.generated.is_none() == added.generated.is_none()
}
