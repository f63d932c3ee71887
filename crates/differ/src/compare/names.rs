//! Names for parts that nobody named, where the usual one is taken: a part keeps its name when its column or table gets another one,
//! and so may have the name that is given to the next one there.

use std::collections::BTreeMap;

use plimsoll_schema::{Catalog, ForeignKey, Table, TableName, Unique, sea};

use super::unique;

/// A part of a table that has a name.
#[derive(Clone, Copy)]
enum Slot {
    PrimaryKey,
    Unique(usize),
    Index(usize),
    ForeignKey(usize),
}

/// Gives another name to what is new, was named here, and bears the name of something else. `now` is what the models state.
pub(super) fn settle(now: &Catalog, current: &Catalog, desired: &mut Catalog) {
    let is_new = |table: &Table| current.tables.get(&table.name) != Some(table);
    // Where nothing is new there is nothing to name, and the names of all tables are many.
    if !desired.tables.values().any(is_new) {
        return;
    }
    let mut bearers: BTreeMap<(Option<String>, String), usize> = BTreeMap::new();
    for table in desired.tables.values() {
        for (_, name) in named(table) {
            *bearers.entry(place(&table.name, name)).or_default() += 1;
        }
    }
    if bearers.values().all(|count| *count < 2) {
        return;
    }
    for table in desired.tables.values_mut() {
        let parts = named(table).into_iter();
        let parts: Vec<(Slot, String)> = parts.map(|(at, name)| (at, name.to_owned())).collect();
        for (slot, name) in parts {
            let is_shared = bearers.get(&place(&table.name, &name)) > Some(&1);
            if !is_shared
                || given(table, slot).as_ref() != Some(&name)
                || states(now.tables.get(&table.name), &name)
                || has(current.tables.get(&table.name), table, slot, &name)
            {
                continue;
            }
            let mut number = 1;
            let mut other = sea::index_name(format!("{name}-{number}"));
            while bearers.contains_key(&place(&table.name, &other)) {
                number += 1;
                other = sea::index_name(format!("{name}-{number}"));
            }
            *bearers.entry(place(&table.name, &name)).or_default() -= 1;
            bearers.insert(place(&table.name, &other), 1);
            rename(table, slot, other);
        }
        table.sort();
    }
}

fn place(table: &TableName, name: &str) -> (Option<String>, String) {
    (table.schema.clone(), name.to_owned())
}

fn named(table: &Table) -> Vec<(Slot, &str)> {
    let key = table.primary_key.iter();
    let mut out: Vec<(Slot, &str)> = key
        .filter_map(|key| Some((Slot::PrimaryKey, key.name.as_deref()?)))
        .collect();
    let uniques = table.uniques.iter().enumerate();
    out.extend(uniques.filter_map(|(at, one)| Some((Slot::Unique(at), one.name.as_deref()?))));
    let indexes = table.indexes.iter().enumerate();
    out.extend(indexes.map(|(at, one)| (Slot::Index(at), one.name.as_str())));
    let keys = table.foreign_keys.iter().enumerate();
    out.extend(keys.filter_map(|(at, one)| Some((Slot::ForeignKey(at), one.name.as_deref()?))));
    out
}

/// The name that the part is given when nobody names it; none when it always bears one.
fn given(table: &Table, slot: Slot) -> Option<String> {
    let over = |columns: Vec<String>| Unique {
        columns,
        ..Unique::default()
    };
    match slot {
        Slot::PrimaryKey => Some(sea::primary_key_name(&table.name)),
        Slot::Unique(at) => {
            let columns = table.uniques[at].columns.clone();
            Some(sea::unique_name(&table.name, &over(columns)))
        }
        Slot::Index(at) => {
            let index = Some(&table.indexes[at]).filter(|index| index.is_plain_unique());
            let columns = index.and_then(unique::columns)?;
            Some(sea::unique_name(&table.name, &over(columns)))
        }
        Slot::ForeignKey(at) => {
            let unnamed = ForeignKey {
                name: None,
                ..table.foreign_keys[at].clone()
            };
            Some(sea::foreign_key_name(&table.name, &unnamed))
        }
    }
}

/// Whether the model names one of its parts so.
fn states(model: Option<&Table>, name: &str) -> bool {
    let parts = model.map(named).unwrap_or_default();
    parts.into_iter().any(|(_, known)| known == name)
}

/// Whether the part is in the database under that name.
fn has(live: Option<&Table>, table: &Table, slot: Slot, name: &str) -> bool {
    let Some(live) = live else { return false };
    let is_it = |known: &Option<String>| known.as_deref() == Some(name);
    match slot {
        Slot::PrimaryKey => live.primary_key.iter().any(|key| is_it(&key.name)),
        Slot::Unique(at) => {
            let columns = &table.uniques[at].columns;
            let mut uniques = live.uniques.iter();
            uniques.any(|one| is_it(&one.name) && one.columns == *columns)
        }
        Slot::Index(at) => {
            let keys = &table.indexes[at].keys;
            let mut indexes = live.indexes.iter();
            indexes.any(|one| one.name == name && one.keys == *keys)
        }
        Slot::ForeignKey(at) => {
            let columns = &table.foreign_keys[at].columns;
            let mut keys = live.foreign_keys.iter();
            keys.any(|one| is_it(&one.name) && one.columns == *columns)
        }
    }
}

fn rename(table: &mut Table, slot: Slot, name: String) {
    match slot {
        Slot::PrimaryKey => {
            if let Some(key) = &mut table.primary_key {
                key.name = Some(name);
            }
        }
        Slot::Unique(at) => table.uniques[at].name = Some(name),
        Slot::Index(at) => table.indexes[at].name = name,
        Slot::ForeignKey(at) => table.foreign_keys[at].name = Some(name),
    }
}
