//! What must come before what.
//!
//! Every piece has a phase, which settles most orders; names that one piece frees and another takes, and tables that others point
//! at, are edges. The order is the topological one that takes the earliest phase first, and in a phase the order of names.

use std::collections::{BTreeMap, BTreeSet};

use plimsoll_schema::{Catalog, Change, Column, ForeignKey, Table, TableChange, TableName};

use crate::compare::is_early;

use super::split::{altered_types, drops_holder};

/// The order in which pieces are done when nothing else binds them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Phase {
    Rename,
    DropForeignKeys,
    /// What speaks of an enum type goes before the type changes.
    DropHolders,
    /// Of enum columns: the type may be about to lose the value.
    DropDefaults,
    Enums,
    CreateTables,
    AlterTables,
    AddForeignKeys,
    DropTables,
    DropEnums,
}

fn phase(change: &Change, types: &BTreeSet<String>) -> Phase {
    match change {
        Change::RenameTable(_) | Change::RenameEnum(_) | Change::RenameEnumValue { .. } => {
            Phase::Rename
        }
        Change::CreateEnum(_) | Change::AlterEnum(_) => Phase::Enums,
        Change::CreateTable(_) => Phase::CreateTables,
        Change::DropTable(_) => Phase::DropTables,
        Change::DropEnum(_) => Phase::DropEnums,
        Change::AlterTable { changes, .. } => {
            let all = |wanted: fn(&TableChange) -> bool| changes.iter().all(wanted);
            let drop_holders = changes.iter().all(|change| drops_holder(change, types));
            if all(|change| matches!(change, TableChange::RenameColumn(_))) {
                Phase::Rename
            } else if all(|change| matches!(change, TableChange::DropForeignKey(_))) {
                Phase::DropForeignKeys
            } else if drop_holders {
                Phase::DropHolders
            } else if all(|change| matches!(change, TableChange::AddForeignKey(_))) {
                Phase::AddForeignKeys
            } else if is_early(change) {
                Phase::DropDefaults
            } else {
                Phase::AlterTables
            }
        }
    }
}

/// A name that a change takes or frees, or an object that it needs or provides.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Thing {
    /// Tables, indexes and types of a schema share their names (PostgreSQL 17 manual, 5.10).
    Name(String),
    /// A foreign key, whose name MySQL has once in a database.
    Constraint(String),
    /// The keys of a table, which foreign keys stand on.
    Key(String),
    /// Columns of a table that are pointed at as they are to be, or become a key.
    Target(String, Vec<String>),
    /// A table that begins to be logged, or ends to be.
    Logged(String, bool),
}

impl Thing {
    /// The columns that a foreign key points at, which may name a key's in another order.
    fn target(table: &str, columns: &[String]) -> Self {
        let mut columns = columns.to_vec();
        columns.sort();
        Self::Target(table.to_owned(), columns)
    }
}

/// The names that a change takes, each of a table or a part of one, or of a type.
pub(crate) fn taken(change: &Change) -> impl Iterator<Item = String> {
    let name = |thing| match thing {
        Thing::Name(name) => Some(name),
        Thing::Constraint(_) | Thing::Key(_) | Thing::Target(..) | Thing::Logged(..) => None,
    };
    footprint(change).takes.into_iter().filter_map(name)
}

/// What a change does with names.
#[derive(Default)]
struct Footprint {
    frees: BTreeSet<Thing>,
    takes: BTreeSet<Thing>,
    needs: BTreeSet<Thing>,
    /// Tables that have to be there while this one goes: those it points at.
    outlives_not: BTreeSet<Thing>,
}

fn footprint(change: &Change) -> Footprint {
    let mut out = Footprint::default();
    match change {
        Change::CreateTable(table) => {
            out.takes = names(table);
            out.needs = targets(table);
            out.needs.extend(pointed_at(table));
            out.needs.extend(table.columns.iter().filter_map(enum_type));
        }
        Change::DropTable(table) => {
            out.frees = names(table);
            out.outlives_not = targets(table);
            let others = table
                .foreign_keys
                .iter()
                .filter(|key| key.ref_table != table.name);
            out.outlives_not
                .extend(others.map(|key| Thing::Key(key.ref_table.to_string())));
        }
        Change::RenameTable(pair) => {
            out.frees.insert(Thing::Name(pair.from.to_string()));
            out.takes.insert(Thing::Name(pair.to.to_string()));
        }
        Change::AlterTable { table, changes } => {
            for change in changes {
                alter_footprint(table, change, &mut out);
            }
            let drops_key = |change: &TableChange| {
                matches!(
                    change,
                    TableChange::DropPrimaryKey(_)
                        | TableChange::DropUnique(_)
                        | TableChange::DropIndex(_)
                )
            };
            if changes.iter().any(drops_key) {
                out.frees.insert(Thing::Key(table.to_string()));
            }
        }
        Change::CreateEnum(enum_type) => {
            out.takes.insert(Thing::Name(enum_type.name.to_string()));
        }
        Change::DropEnum(enum_type) => {
            out.frees.insert(Thing::Name(enum_type.name.to_string()));
        }
        Change::RenameEnum(pair) => {
            out.frees.insert(Thing::Name(pair.from.to_string()));
            out.takes.insert(Thing::Name(pair.to.to_string()));
        }
        Change::AlterEnum(_) | Change::RenameEnumValue { .. } => {}
    }
    // An index that moves inside one change is that change's own affair.
    let own: Vec<Thing> = out.frees.intersection(&out.takes).cloned().collect();
    for thing in own {
        out.frees.remove(&thing);
        out.takes.remove(&thing);
    }
    out
}

/// Names that one table's indexes and constraints free and another table's take.
#[derive(Default)]
pub(super) struct GivenAway(BTreeSet<Thing>);

impl GivenAway {
    /// Those among the changes.
    pub(super) fn of(changes: &[Change]) -> Self {
        let (mut freed, mut taken) = (BTreeSet::new(), BTreeSet::new());
        for print in changes.iter().map(footprint) {
            freed.extend(print.frees);
            taken.extend(print.takes);
        }
        freed.retain(|thing| taken.contains(thing));
        Self(freed)
    }

    /// Whether the name of a part of that table is one of them.
    pub(super) fn has(&self, table: &TableName, name: &str) -> bool {
        self.0.contains(&part_name(table, name))
    }
}

fn alter_footprint(table: &TableName, change: &TableChange, out: &mut Footprint) {
    let target = |columns: &[String]| Thing::target(&table.to_string(), columns);
    let named = |name: &String| part_name(table, name);
    match change {
        TableChange::AddColumn(column) => {
            out.needs.extend(enum_type(column));
            out.takes.insert(target(std::slice::from_ref(&column.name)));
        }
        TableChange::AlterColumn(pair) => {
            out.needs.extend(enum_type(&pair.to));
            out.takes
                .insert(target(std::slice::from_ref(&pair.to.name)));
        }
        TableChange::AddPrimaryKey(key) => {
            out.takes.extend(key.name.as_ref().map(named));
            out.takes.insert(target(&key.columns));
        }
        TableChange::DropPrimaryKey(key) => {
            out.frees.extend(key.name.as_ref().map(named));
        }
        TableChange::AddIndex(index) => {
            out.takes.insert(named(&index.name));
            if let Some(columns) = index.plain_columns().filter(|_| index.unique) {
                let columns: Vec<String> = columns.into_iter().map(str::to_owned).collect();
                out.takes.insert(target(&columns));
            }
        }
        TableChange::DropIndex(index) => {
            out.frees.insert(named(&index.name));
        }
        TableChange::RenameIndex(pair) => {
            out.frees.insert(named(&pair.from));
            out.takes.insert(named(&pair.to));
        }
        TableChange::RenameConstraint(pair) => {
            out.frees.insert(named(&pair.from));
            out.takes.insert(named(&pair.to));
        }
        TableChange::AddUnique(unique) => {
            out.takes.extend(unique.name.as_ref().map(named));
            out.takes.insert(target(&unique.columns));
        }
        TableChange::DropUnique(unique) => {
            out.frees.extend(unique.name.as_ref().map(named));
        }
        TableChange::AddForeignKey(key) => {
            out.needs.insert(Thing::Name(key.ref_table.to_string()));
            out.needs.extend(points_at(key));
            let own = key.columns.iter().map(std::slice::from_ref);
            out.needs.extend(own.map(target));
            out.takes.extend(key.name.clone().map(Thing::Constraint));
        }
        TableChange::DropForeignKey(key) => {
            out.frees.extend(key.name.clone().map(Thing::Constraint));
        }
        TableChange::AddExclusion(exclusion) => {
            out.takes.insert(named(&exclusion.name));
        }
        TableChange::DropExclusion(exclusion) => {
            out.frees.insert(named(&exclusion.name));
        }
        TableChange::SetOptions(pair) => {
            let (was, is) = (!pair.from.unlogged, !pair.to.unlogged);
            if was != is {
                out.takes.insert(Thing::Logged(table.to_string(), is));
            }
        }
        TableChange::DropColumn(_)
        | TableChange::RenameColumn(_)
        | TableChange::AddCheck(_)
        | TableChange::DropCheck(_)
        | TableChange::SetComment(_)
        | TableChange::CommentOn { .. }
        | TableChange::Fill(_)
        | TableChange::Unfill(_)
        | TableChange::RenameValue { .. } => {}
    }
}

/// The enum type of a column, which has to be there before it.
fn enum_type(column: &Column) -> Option<Thing> {
    let name = column.ty.enum_name();
    name.map(|name| Thing::Name(name.to_string()))
}

/// A table that is logged points at logged ones only: what is pointed at begins to be first, and ends to be last.
fn logged(change: &Change, current: &Catalog) -> BTreeSet<Thing> {
    let Change::AlterTable { table, changes } = change else {
        return BTreeSet::new();
    };
    let begins = changes.iter().find_map(|change| match change {
        TableChange::SetOptions(pair) if pair.from.unlogged != pair.to.unlogged => {
            Some(!pair.to.unlogged)
        }
        _ => None,
    });
    let Some(begins) = begins else {
        return BTreeSet::new();
    };
    let keys = current.tables.values().flat_map(|from| {
        let keys = from.foreign_keys.iter();
        keys.map(move |key| (&from.name, &key.ref_table))
    });
    let others = keys.filter_map(|(from, to)| {
        if begins {
            (from == table).then_some(to)
        } else {
            (to == table).then_some(from)
        }
    });
    others
        .filter(|other| *other != table)
        .map(|other| Thing::Logged(other.to_string(), begins))
        .collect()
}

/// The name of an index or constraint, in the schema of its table.
fn part_name(table: &TableName, name: &str) -> Thing {
    Thing::Name(TableName::qualified(table.schema.clone(), name).to_string())
}

fn names(table: &Table) -> BTreeSet<Thing> {
    let indexes = table.indexes.iter().map(|index| &index.name);
    let uniques = table
        .uniques
        .iter()
        .filter_map(|unique| unique.name.as_ref());
    let key = table.primary_key.iter().filter_map(|key| key.name.as_ref());
    let exclusions = table.exclusions.iter().map(|one| &one.name);
    let parts = indexes.chain(uniques).chain(key).chain(exclusions);
    let references = table.foreign_keys.iter().filter_map(|key| key.name.clone());
    let mut out: BTreeSet<Thing> = parts.map(|name| part_name(&table.name, name)).collect();
    out.extend(references.map(Thing::Constraint));
    out.insert(Thing::Name(table.name.to_string()));
    out
}

fn targets(table: &Table) -> BTreeSet<Thing> {
    let others = table
        .foreign_keys
        .iter()
        .filter(|key| key.ref_table != table.name);
    others
        .map(|key| Thing::Name(key.ref_table.to_string()))
        .collect()
}

/// What of other tables a table's foreign keys point at: their columns, and the key over them.
fn pointed_at(table: &Table) -> impl Iterator<Item = Thing> {
    table.foreign_keys.iter().flat_map(points_at)
}

fn points_at(key: &ForeignKey) -> Vec<Thing> {
    let name = key.ref_table.to_string();
    let one = key.ref_columns.iter().map(std::slice::from_ref);
    one.chain([key.ref_columns.as_slice()])
        .map(|columns| Thing::target(&name, columns))
        .collect()
}

/// Orders the pieces.
pub(super) fn order(changes: Vec<Change>, current: &Catalog) -> Vec<Change> {
    let print = |change: &Change| {
        let mut print = footprint(change);
        print.needs.extend(logged(change, current));
        print
    };
    let prints: Vec<Footprint> = changes.iter().map(print).collect();
    let index = |of: fn(&Footprint) -> &BTreeSet<Thing>| {
        let mut map: BTreeMap<&Thing, Vec<usize>> = BTreeMap::new();
        for (at, print) in prints.iter().enumerate() {
            for thing in of(print) {
                map.entry(thing).or_default().push(at);
            }
        }
        map
    };
    let (frees, takes) = (index(|print| &print.frees), index(|print| &print.takes));
    let dropped_by = index(|print| &print.outlives_not);
    let mut waits: Vec<BTreeSet<usize>> = vec![BTreeSet::new(); changes.len()];
    for (at, print) in prints.iter().enumerate() {
        let providers = print.needs.iter().filter_map(|thing| takes.get(thing));
        let freers = print.takes.iter().filter_map(|thing| frees.get(thing));
        let users = print.frees.iter().filter_map(|thing| dropped_by.get(thing));
        waits[at].extend(
            providers
                .chain(freers)
                .chain(users)
                .flatten()
                .filter(|other| **other != at),
        );
    }
    let types = altered_types(&changes);
    let ranks: Vec<(Phase, String)> = changes
        .iter()
        .map(|change| (phase(change, &types), key(change)))
        .collect();
    emit(changes, &ranks, waits)
}

/// What ties are broken by.
fn key(change: &Change) -> String {
    match change {
        Change::CreateTable(table) | Change::DropTable(table) => table.name.to_string(),
        Change::RenameTable(pair) => format!(" {}", pair.from),
        Change::AlterTable { table, .. } => table.to_string(),
        Change::CreateEnum(enum_type) | Change::DropEnum(enum_type) => enum_type.name.to_string(),
        Change::AlterEnum(pair) => pair.from.name.to_string(),
        Change::RenameEnum(pair) => format!(" {}", pair.from),
        Change::RenameEnumValue { name, .. } => name.to_string(),
    }
}

fn emit(
    changes: Vec<Change>,
    ranks: &[(Phase, String)],
    mut waits: Vec<BTreeSet<usize>>,
) -> Vec<Change> {
    let mut users: Vec<Vec<usize>> = vec![Vec::new(); changes.len()];
    for (at, needs) in waits.iter().enumerate() {
        for need in needs {
            users[*need].push(at);
        }
    }
    let mut left: BTreeSet<(&(Phase, String), usize)> = ranks
        .iter()
        .enumerate()
        .map(|(at, rank)| (rank, at))
        .collect();
    let mut ready: BTreeSet<(&(Phase, String), usize)> = left
        .iter()
        .filter(|(_, at)| waits[*at].is_empty())
        .copied()
        .collect();
    let mut slots: Vec<Option<Change>> = changes.into_iter().map(Some).collect();
    let mut out = Vec::with_capacity(slots.len());
    // A circle cannot be left after foreign keys were cut; if names make one, the phases decide.
    while let Some(next) = ready.pop_first().or_else(|| left.first().copied()) {
        left.remove(&next);
        out.extend(slots[next.1].take());
        for user in &users[next.1] {
            waits[*user].remove(&next.1);
            let entry = (&ranks[*user], *user);
            if waits[*user].is_empty() && left.contains(&entry) {
                ready.insert(entry);
            }
        }
    }
    out
}
