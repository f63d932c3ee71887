//! Changes cut into pieces that can be ordered by themselves.

use std::collections::{BTreeMap, BTreeSet};

use plimsoll_schema::{
    Capabilities, Catalog, Change, ForeignKey, Pair, Server, Table, TableChange, TableName,
    expression,
};

use super::order::GivenAway;

/// Cuts foreign keys out where the server can add and drop them by themselves: all are dropped before anything else is done to a
/// table and added after everything else is. On the other servers the changes stay whole, one rebuild a table. An index or a unique whose
/// name another table's takes goes by itself, so that two tables can change names.
pub(super) fn split(server: &Server, changes: &[Change]) -> Vec<Change> {
    let can = server.capabilities();
    let types = altered_types(changes);
    let given_away = if can.index_names_per_schema {
        GivenAway::of(changes)
    } else {
        GivenAway::default()
    };
    let mut out = Vec::new();
    for change in changes {
        match change {
            Change::AlterTable { table, changes } => {
                let goes = |change: &TableChange| gives_name(can, &given_away, table, change);
                let (first, rest): (Vec<_>, Vec<_>) = changes.iter().cloned().partition(goes);
                if !first.is_empty() {
                    out.push(altered(table, first));
                }
                // A fill is a step of its own, with steps before and after it.
                for changes in rest.chunk_by(|left, right| left.is_of_rows() == right.is_of_rows())
                {
                    split_table(can, &types, table, changes, &mut out);
                }
            }
            Change::CreateTable(_)
            | Change::DropTable(_)
            | Change::RenameTable(_)
            | Change::CreateEnum(_)
            | Change::DropEnum(_)
            | Change::AlterEnum(_)
            | Change::RenameEnum(_)
            | Change::RenameEnumValue { .. } => out.push(change.clone()),
        }
    }
    if can.alters_foreign_keys {
        cut_cycles(out)
    } else {
        out
    }
}

/// Whether what goes leaves its name to another table's part.
fn gives_name(
    can: Capabilities,
    given_away: &GivenAway,
    table: &TableName,
    change: &TableChange,
) -> bool {
    let name = match change {
        TableChange::DropIndex(index) => Some(&index.name),
        // Where a constraint goes by a rebuild only, its name is nobody else's.
        TableChange::DropUnique(unique) if can.alters_foreign_keys => unique.name.as_ref(),
        TableChange::DropUnique(_)
        | TableChange::AddColumn(_)
        | TableChange::DropColumn(_)
        | TableChange::RenameColumn(_)
        | TableChange::AlterColumn(_)
        | TableChange::AddPrimaryKey(_)
        | TableChange::DropPrimaryKey(_)
        | TableChange::AddUnique(_)
        | TableChange::AddIndex(_)
        | TableChange::RenameIndex(_)
        | TableChange::AddForeignKey(_)
        | TableChange::DropForeignKey(_)
        | TableChange::AddCheck(_)
        | TableChange::DropCheck(_)
        | TableChange::AddExclusion(_)
        | TableChange::DropExclusion(_)
        | TableChange::RenameConstraint(_)
        | TableChange::SetComment(_)
        | TableChange::CommentOn { .. }
        | TableChange::SetOptions(_)
        | TableChange::Fill(_)
        | TableChange::Unfill(_)
        | TableChange::RenameValue { .. } => None,
    };
    name.is_some_and(|name| given_away.has(table, name))
}

fn altered(table: &TableName, changes: Vec<TableChange>) -> Change {
    Change::AlterTable {
        table: table.clone(),
        changes,
    }
}

/// A table that gets another schema and another name in two steps, by way of a name that is free in `state`, so that the way back leads
/// over it too. Where no statement does less than both, it is one.
pub(super) fn moves(server: &Server, state: &Catalog, change: Change) -> Vec<Change> {
    let Change::RenameTable(Pair { from, to }) = &change else {
        return vec![change];
    };
    if !server.capabilities().schemas || from.schema == to.schema || from.name == to.name {
        return vec![change];
    }
    let named = |schema: &Option<String>, name: &str| TableName::qualified(schema.clone(), name);
    let moved = named(&to.schema, &from.name);
    let between = if state.table(&moved).is_none() {
        moved
    } else {
        named(&from.schema, &to.name)
    };
    [
        Pair::new(from.clone(), between.clone()),
        Pair::new(between, to.clone()),
    ]
    .map(Change::RenameTable)
    .to_vec()
}

/// Whether the change gives rows a value and nothing else, so that an enum type can lose theirs.
pub(super) fn is_fill_only(change: &Change) -> bool {
    matches!(change, Change::AlterTable { changes, .. } if changes.iter().all(TableChange::is_of_rows))
}

/// The enum types whose values change.
pub(super) fn altered_types(changes: &[Change]) -> BTreeSet<String> {
    let altered = changes.iter().filter_map(Change::altered_enum);
    altered.map(|pair| pair.from.name.name.clone()).collect()
}

/// Whether what goes speaks of one of the types: of a value that its type is about to lose, perhaps.
pub(super) fn drops_holder(change: &TableChange, types: &BTreeSet<String>) -> bool {
    let holds = |sql: &str| types.iter().any(|name| expression::mentions(sql, name));
    match change {
        TableChange::DropCheck(check) => holds(&check.expression),
        TableChange::DropExclusion(exclusion) => holds(&exclusion.definition),
        TableChange::DropIndex(index) => index.expressions().any(holds),
        TableChange::AddColumn(_)
        | TableChange::DropColumn(_)
        | TableChange::RenameColumn(_)
        | TableChange::AlterColumn(_)
        | TableChange::AddPrimaryKey(_)
        | TableChange::DropPrimaryKey(_)
        | TableChange::AddUnique(_)
        | TableChange::DropUnique(_)
        | TableChange::AddIndex(_)
        | TableChange::RenameIndex(_)
        | TableChange::AddForeignKey(_)
        | TableChange::DropForeignKey(_)
        | TableChange::AddCheck(_)
        | TableChange::AddExclusion(_)
        | TableChange::RenameConstraint(_)
        | TableChange::SetComment(_)
        | TableChange::CommentOn { .. }
        | TableChange::SetOptions(_)
        | TableChange::Fill(_)
        | TableChange::Unfill(_)
        | TableChange::RenameValue { .. } => false,
    }
}

fn split_table(
    can: Capabilities,
    types: &BTreeSet<String>,
    table: &TableName,
    changes: &[TableChange],
    out: &mut Vec<Change>,
) {
    // A rename of a column is a piece of its own: what follows speaks of the new name.
    let is_rename = |change: &&TableChange| matches!(change, TableChange::RenameColumn(_));
    let renames_only = changes.iter().all(|change| is_rename(&change));
    if renames_only || !can.alters_foreign_keys {
        out.push(altered(table, changes.to_vec()));
        return;
    }
    let mut pieces: [Vec<TableChange>; 4] = std::array::from_fn(|_| Vec::new());
    for change in changes {
        let piece = match change {
            TableChange::DropForeignKey(_) => 0,
            TableChange::AddForeignKey(_) => 3,
            TableChange::AddColumn(_)
            | TableChange::DropColumn(_)
            | TableChange::RenameColumn(_)
            | TableChange::AlterColumn(_)
            | TableChange::AddPrimaryKey(_)
            | TableChange::DropPrimaryKey(_)
            | TableChange::AddUnique(_)
            | TableChange::DropUnique(_)
            | TableChange::AddIndex(_)
            | TableChange::DropIndex(_)
            | TableChange::RenameIndex(_)
            | TableChange::AddCheck(_)
            | TableChange::DropCheck(_)
            | TableChange::AddExclusion(_)
            | TableChange::DropExclusion(_)
            | TableChange::RenameConstraint(_)
            | TableChange::SetComment(_)
            | TableChange::CommentOn { .. }
            | TableChange::SetOptions(_)
            | TableChange::Fill(_)
            | TableChange::Unfill(_)
            | TableChange::RenameValue { .. } => 2,
        };
        let piece = if drops_holder(change, types) {
            1
        } else {
            piece
        };
        pieces[piece].push(change.clone());
    }
    let wanted = pieces.into_iter().filter(|piece| !piece.is_empty());
    out.extend(wanted.map(|changes| altered(table, changes)));
}

/// Tables that point at each other are created without the keys that close the circle, which follow, and dropped after those.
fn cut_cycles(changes: Vec<Change>) -> Vec<Change> {
    let tables = |wanted: fn(&Change) -> Option<&Table>| -> BTreeMap<TableName, Table> {
        changes
            .iter()
            .filter_map(wanted)
            .map(|table| (table.name.clone(), table.clone()))
            .collect()
    };
    let created = tables(created);
    let dropped = tables(dropped);
    let (create_cuts, drop_cuts) = (cycle_keys(&created), cycle_keys(&dropped));
    let mut out = Vec::new();
    for change in changes {
        match change {
            Change::CreateTable(mut table) => {
                let cut = take_keys(&mut table, &create_cuts);
                let name = table.name.clone();
                out.push(Change::CreateTable(table));
                if !cut.is_empty() {
                    let changes = cut.into_iter().map(TableChange::AddForeignKey).collect();
                    out.push(altered(&name, changes));
                }
            }
            Change::DropTable(mut table) => {
                let cut = take_keys(&mut table, &drop_cuts);
                if !cut.is_empty() {
                    let changes = cut.into_iter().map(TableChange::DropForeignKey).collect();
                    out.push(altered(&table.name, changes));
                }
                out.push(Change::DropTable(table));
            }
            Change::RenameTable(_)
            | Change::AlterTable { .. }
            | Change::CreateEnum(_)
            | Change::DropEnum(_)
            | Change::AlterEnum(_)
            | Change::RenameEnum(_)
            | Change::RenameEnumValue { .. } => out.push(change),
        }
    }
    out
}

fn created(change: &Change) -> Option<&Table> {
    if let Change::CreateTable(table) = change {
        Some(table)
    } else {
        None
    }
}

fn dropped(change: &Change) -> Option<&Table> {
    if let Change::DropTable(table) = change {
        Some(table)
    } else {
        None
    }
}

fn take_keys(table: &mut Table, cuts: &BTreeSet<(TableName, TableName)>) -> Vec<ForeignKey> {
    let name = table.name.clone();
    let is_cut = |key: &ForeignKey| cuts.contains(&(name.clone(), key.ref_table.clone()));
    let (cut, kept) = std::mem::take(&mut table.foreign_keys)
        .into_iter()
        .partition(is_cut);
    table.foreign_keys = kept;
    cut
}

/// The references (from, to) that have to go so that the rest has no circle: tables are placed one by one, by name, as soon as all
/// they point at is placed; when none is left that can be, the first one's open references are cut.
fn cycle_keys(tables: &BTreeMap<TableName, Table>) -> BTreeSet<(TableName, TableName)> {
    let mut waits: BTreeMap<&TableName, BTreeSet<&TableName>> = tables
        .iter()
        .map(|(name, table)| {
            let targets = table.foreign_keys.iter().map(|key| &key.ref_table);
            (
                name,
                targets
                    .filter(|to| *to != name && tables.contains_key(*to))
                    .collect(),
            )
        })
        .collect();
    let mut users: BTreeMap<&TableName, Vec<&TableName>> = BTreeMap::new();
    for (name, targets) in &waits {
        for target in targets {
            users.entry(target).or_default().push(name);
        }
    }
    let mut cuts = BTreeSet::new();
    let mut ready: BTreeSet<&TableName> = waits
        .iter()
        .filter(|(_, open)| open.is_empty())
        .map(|(name, _)| *name)
        .collect();
    while !waits.is_empty() {
        let next = match ready.pop_first() {
            Some(name) => name,
            None => {
                let Some((name, open)) = waits.iter().next() else {
                    break;
                };
                cuts.extend(open.iter().map(|to| ((*name).clone(), (*to).clone())));
                name
            }
        };
        waits.remove(next);
        for user in users.get(next).into_iter().flatten() {
            if let Some(open) = waits.get_mut(user) {
                open.remove(next);
                if open.is_empty() {
                    ready.insert(user);
                }
            }
        }
    }
    cuts
}
