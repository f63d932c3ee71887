//! Names for parts that nobody named, where the usual one is taken: a part keeps its name when its column or table gets another one,
//! and so may have the name that is given to the next one there.

use std::collections::{BTreeMap, BTreeSet};

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

/// Gives another name to what is new, was named here, and bears the name of something else; and to what nobody names any more where a
/// model gives its name to something new. `now` is what the models state.
pub(super) fn settle(now: &Catalog, current: &Catalog, desired: &mut Catalog) {
    let is_new = |table: &Table| current.tables.get(&table.name) != Some(table);
    // Where nothing is new there is nothing to name, and the names of all tables are many.
    if !desired.tables.values().any(is_new) {
        return;
    }
    let mut bearers: BTreeMap<Place, usize> = BTreeMap::new();
    for table in desired.tables.values() {
        for (_, name) in named(table) {
            *bearers.entry(place(&table.name, name)).or_default() += 1;
        }
    }
    if bearers.values().all(|count| *count < 2) {
        return;
    }
    let wanted = wanted(now, current, desired);
    for table in desired.tables.values_mut() {
        let parts = named(table).into_iter();
        let parts: Vec<(Slot, String)> = parts.map(|(at, name)| (at, name.to_owned())).collect();
        for (slot, name) in parts {
            let place = place(&table.name, &name);
            if bearers.get(&place) < Some(&2) || states(now.tables.get(&table.name), &name) {
                continue;
            }
            let other = if has(current.tables.get(&table.name), table, slot, &name) {
                if !wanted.contains(&place) {
                    continue;
                }
                given(table, slot).unwrap_or_else(|| name.clone())
            } else if given(table, slot).as_ref() == Some(&name) {
                name
            } else {
                continue;
            };
            let other = free(&bearers, &table.name, other);
            *bearers.entry(place).or_default() -= 1;
            bearers.insert(self::place(&table.name, &other), 1);
            rename(table, slot, other);
        }
        table.sort();
    }
}

/// The names that a model gives to what does not bear them yet.
fn wanted(now: &Catalog, current: &Catalog, desired: &Catalog) -> BTreeSet<Place> {
    let mut out = BTreeSet::new();
    for table in desired.tables.values() {
        let (model, live) = (now.tables.get(&table.name), current.tables.get(&table.name));
        for (slot, name) in named(table) {
            // Names of foreign keys are told apart by their tables on some servers.
            let is_shared = !matches!(slot, Slot::ForeignKey(_));
            if is_shared && states(model, name) && !has(live, table, slot, name) {
                out.insert(place(&table.name, name));
            }
        }
    }
    out
}

/// The name, or the first of its kind that nothing bears.
fn free(bearers: &BTreeMap<Place, usize>, table: &TableName, name: String) -> String {
    // What gives a name up leaves it to another bearer, so that a name that was borne still is.
    let is_taken = |name: &str| bearers.contains_key(&place(table, name));
    let numbered = (1..).map(|number| sea::index_name(format!("{name}-{number}")));
    let mut candidates = std::iter::once(name.clone()).chain(numbered);
    candidates
        .find(|name| !is_taken(name))
        .unwrap_or_else(|| name.clone())
}

/// Where a name has to be one: a schema, and the name.
type Place = (Option<String>, String);

fn place(table: &TableName, name: &str) -> Place {
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
