//! Renames: those that were stated, and those that could be.

use std::collections::BTreeSet;

use plimsoll_schema::backend::types;
use plimsoll_schema::{
    Catalog, Change, Column, EnumType, Pair, Table, TableChange, TableName, TypeName,
};

use super::{Answers, Input};
use plimsoll_schema::backend::Fit;

/// Something goes and something like it comes: nobody said whether it is a rename.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Ambiguity {
    /// What would go: `table`, `table.column`, an enum type, or `type.value`.
    pub from: String,
    /// What it may have become, the likeliest first.
    pub candidates: Vec<Candidate>,
}

/// What something may have become.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Candidate {
    /// The new name: a table's, a column's, a type's or a value's.
    pub name: String,
    /// What speaks for it, as a fragment.
    pub reason: String,
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
    let mut out = stated_enums(input.answers, now, live);
    out.extend(due.into_iter().map(Change::RenameTable));
    for table in now.tables.values() {
        let before = renamed_table(&out, &table.name);
        // The table that has the name may be on its way to another, so that this one is new.
        let leaves = |change: &Change| matches!(change, Change::RenameTable(pair) if pair.from == table.name);
        if before.is_none() && out.iter().any(leaves) {
            continue;
        }
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

/// The enum types that the user said are renamed, then their values.
fn stated_enums(answers: &Answers, now: &Catalog, live: &Catalog) -> Vec<Change> {
    let renamed = |name: &TypeName| {
        let to = answers.renames.get(&name.to_string())?;
        let found = now
            .enums
            .keys()
            .find(|new| new.to_string() == *to || (new.schema == name.schema && new.name == *to))?;
        Some(Pair::new(name.clone(), found.clone()))
    };
    let types = live.enums.keys().filter_map(renamed).collect();
    let types = in_order(types, |name| live.enums.contains_key(name));
    let mut values = Vec::new();
    for (name, known) in &live.enums {
        let after = types.iter().find(|pair| pair.from == *name);
        let after = after.map_or(name, |pair| &pair.to);
        let pairs = known.values.iter().filter_map(|value| {
            let to = answers.renames.get(&format!("{name}.{value}"))?;
            Some(Pair::new(value.clone(), to.clone()))
        });
        let due = in_order(pairs.collect(), |value| known.values.contains(value));
        values.extend(due.into_iter().map(|value| Change::RenameEnumValue {
            name: after.clone(),
            value,
        }));
    }
    let types = types.into_iter().map(Change::RenameEnum);
    types.chain(values).collect()
}

/// The renames whose old name is there and whose new one is free when their turn comes.
pub(super) fn in_order<T: Ord + Clone>(
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

/// What goes while something like it comes.
pub(super) fn possible(
    input: &Input<'_>,
    current: &Catalog,
    desired: &Catalog,
    words: Vec<Ambiguity>,
) -> Vec<Ambiguity> {
    let mut out = possible_tables(current, desired);
    out.extend(possible_columns(input, current, desired));
    out.extend(possible_types(current, desired));
    out.extend(possible_values(current, desired));
    out.extend(words);
    out.retain(|one| !one.candidates.is_empty() && !input.answers.drops.contains(&one.from));
    out
}

fn possible_tables(current: &Catalog, desired: &Catalog) -> Vec<Ambiguity> {
    let is_in = |catalog: &Catalog, table: &Table| catalog.tables.contains_key(&table.name);
    let created: Vec<&Table> = (desired.tables.values())
        .filter(|table| !is_in(current, table))
        .collect();
    let gone = current
        .tables
        .values()
        .filter(|table| !is_in(desired, table));
    gone.map(|gone| {
        let from = gone.name.to_string();
        let columns = |table: &Table| -> Vec<String> {
            table.columns.iter().map(|one| one.name.clone()).collect()
        };
        let alike = created.iter().filter_map(|table| {
            let reason = alike(&columns(gone), &columns(table), "columns")?;
            Some((table.name.to_string(), reason))
        });
        Ambiguity {
            candidates: ranked(&from, alike),
            from,
        }
    })
    .collect()
}

fn possible_columns(input: &Input<'_>, current: &Catalog, desired: &Catalog) -> Vec<Ambiguity> {
    let mut out = Vec::new();
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
            let fits = added
                .iter()
                .filter(|column| same_kind(input, gone, column))
                .map(|column| (column.name.clone(), "its type fits".to_owned()));
            out.push(Ambiguity {
                from: format!("{}.{}", known.name, gone.name),
                candidates: ranked(&gone.name, fits),
            });
        }
    }
    out
}

fn possible_types(current: &Catalog, desired: &Catalog) -> Vec<Ambiguity> {
    let is_in = |catalog: &Catalog, one: &EnumType| catalog.enums.contains_key(&one.name);
    let gone = current.enums.values().filter(|one| !is_in(desired, one));
    gone.map(|gone| {
        let from = gone.name.to_string();
        let created = desired.enums.values().filter(|one| !is_in(current, one));
        let alike = created.filter_map(|one| {
            let reason = alike(&gone.values, &one.values, "values")?;
            Some((one.name.to_string(), reason))
        });
        Ambiguity {
            candidates: ranked(&from, alike),
            from,
        }
    })
    .collect()
}

fn possible_values(current: &Catalog, desired: &Catalog) -> Vec<Ambiguity> {
    let mut out = Vec::new();
    for (name, known) in &current.enums {
        if let Some(wanted) = desired.enums.get(name) {
            let values = Pair::new(known.values.as_slice(), wanted.values.as_slice());
            out.extend(possible_words(&name.to_string(), values));
        }
    }
    out
}

/// The words of an enum that go, with those that come.
pub(super) fn possible_words(label: &str, words: Pair<&[String]>) -> Vec<Ambiguity> {
    let Pair { from, to } = words;
    let gone = from.iter().enumerate();
    let gone = gone.filter(|(_, word)| !to.contains(word));
    let open = gone.map(|(at, gone)| {
        let added = to.iter().enumerate();
        let added = added.filter(|(_, word)| !from.contains(word));
        let fits = added.map(|(new, word)| {
            let reason = if new == at {
                "it takes its place"
            } else {
                "it is new"
            };
            (word.clone(), reason.to_owned())
        });
        Ambiguity {
            from: format!("{label}.{gone}"),
            candidates: ranked(gone, fits),
        }
    });
    open.collect()
}

/// The likeliest first: by similarity of the names, then by name.
fn ranked(from: &str, names: impl Iterator<Item = (String, String)>) -> Vec<Candidate> {
    let mut found: Vec<(f64, Candidate)> = names
        .map(|(name, reason)| {
            let likeness = likeness(from, &name);
            let reason = if likeness > LIKE {
                format!("{reason}, and the names are alike")
            } else {
                reason
            };
            (likeness, Candidate { name, reason })
        })
        .collect();
    found.sort_by(|(left, one), (right, other)| {
        right
            .total_cmp(left)
            .then_with(|| one.name.cmp(&other.name))
    });
    found.into_iter().map(|(_, candidate)| candidate).collect()
}

/// Names that are this much alike are worth saying so.
const LIKE: f64 = 0.6;

/// How alike two names are; one that contains the other is the likeliest of all.
fn likeness(left: &str, right: &str) -> f64 {
    let (left, right) = (left.to_lowercase(), right.to_lowercase());
    let contains = left.contains(&right) || right.contains(&left);
    strsim::normalized_damerau_levenshtein(&left, &right) + if contains { 1.0 } else { 0.0 }
}

/// Two things are alike when more than half of their parts have the same names.
fn alike(gone: &[String], created: &[String], parts: &str) -> Option<String> {
    let shared = gone.iter().filter(|name| created.contains(name)).count();
    let all = gone.len().max(created.len());
    (shared * 2 > all).then(|| format!("{shared} of {all} {parts} are the same"))
}

/// A column could have become another when its type is, or fits, the other's.
fn same_kind(input: &Input<'_>, gone: &Column, added: &Column) -> bool {
    matches!(
        types::fit(input.server, &added.ty, &gone.ty),
        Fit::Same | Fit::Fits
    ) && gone.generated.is_none() == added.generated.is_none()
}
