//! Parts of a table that differ in name or comment alone, where the server can change these by themselves.

use plimsoll_schema::{
    Check, Exclusion, ForeignKey, Index, Pair, Part, PrimaryKey, Table, TableChange, Unique,
};

use super::structural::{one_check, one_index};

/// What a part is beside its name and comment.
trait Named: Clone + PartialEq {
    /// The part itself, in the spelling that equal ones share, without a comment.
    fn bare(&self) -> Self;
    /// Its name.
    fn name(&self) -> Option<&str>;
    /// Gives it another name.
    fn set_name(&mut self, name: String);
    /// Its comment.
    fn comment(&mut self) -> &mut Option<String>;
}

macro_rules! named {
    ($type:ty, $bare:expr, $name:expr, $set:expr) => {
        impl Named for $type {
            fn bare(&self) -> Self {
                let bare: fn(&Self) -> Self = $bare;
                let mut bare = bare(self);
                bare.comment = None;
                bare
            }

            fn name(&self) -> Option<&str> {
                let name: fn(&Self) -> Option<&str> = $name;
                name(self)
            }

            fn set_name(&mut self, name: String) {
                let set: fn(&mut Self, String) = $set;
                set(self, name);
            }

            fn comment(&mut self) -> &mut Option<String> {
                &mut self.comment
            }
        }
    };
}

named!(Index, one_index, |part| Some(&part.name), |part, name| {
    part.name = name;
});
named!(
    Exclusion,
    Clone::clone,
    |part| Some(&part.name),
    |part, name| {
        part.name = name;
    }
);
named!(
    Check,
    one_check,
    |part| part.name.as_deref(),
    |part, name| {
        part.name = Some(name);
    }
);
named!(
    Unique,
    Clone::clone,
    |part| part.name.as_deref(),
    |part, name| {
        part.name = Some(name);
    }
);
named!(
    ForeignKey,
    Clone::clone,
    |part| part.name.as_deref(),
    |part, name| {
        part.name = Some(name);
    }
);
named!(
    PrimaryKey,
    Clone::clone,
    |part| part.name.as_deref(),
    |part, name| {
        part.name = Some(name);
    }
);

/// Renames the indexes of `from`, and the unique constraints, that `to` has under another name.
pub(super) fn renamed_indexes(from: &mut Table, to: &Table) -> Vec<TableChange> {
    let taken = names(from);
    let mut out = Vec::new();
    let index = TableChange::RenameIndex;
    let constraint = TableChange::RenameConstraint;
    rename(&mut from.indexes, &to.indexes, &taken, index, &mut out);
    rename(&mut from.uniques, &to.uniques, &taken, constraint, &mut out);
    out
}

/// Renames the other parts of `from` that `to` has under another name.
pub(super) fn renamed(from: &mut Table, to: &Table) -> Vec<TableChange> {
    let taken = names(from);
    let mut out = Vec::new();
    let constraint = TableChange::RenameConstraint;
    rename(
        &mut from.foreign_keys,
        &to.foreign_keys,
        &taken,
        constraint,
        &mut out,
    );
    rename(&mut from.checks, &to.checks, &taken, constraint, &mut out);
    rename(
        &mut from.exclusions,
        &to.exclusions,
        &taken,
        constraint,
        &mut out,
    );
    let (known, wanted) = (from.primary_key.as_mut_slice(), to.primary_key.as_slice());
    rename(known, wanted, &taken, constraint, &mut out);
    out
}

/// What the parts of the table are called.
pub(super) fn names(table: &Table) -> Vec<String> {
    let indexes = table.indexes.iter().map(|index| index.name.clone());
    let uniques = table.uniques.iter().filter_map(|part| part.name.clone());
    let keys = table
        .foreign_keys
        .iter()
        .filter_map(|part| part.name.clone());
    let checks = table.checks.iter().filter_map(|part| part.name.clone());
    let exclusions = table.exclusions.iter().map(|part| part.name.clone());
    let key = table.primary_key.iter().filter_map(|key| key.name.clone());
    (indexes.chain(uniques).chain(keys).chain(checks))
        .chain(exclusions)
        .chain(key)
        .collect()
}

fn rename<T: Named>(
    from: &mut [T],
    to: &[T],
    taken: &[String],
    change: fn(Pair<String>) -> TableChange,
    out: &mut Vec<TableChange>,
) {
    let is_there = |parts: &[T], name: &str| parts.iter().any(|part| part.name() == Some(name));
    for wanted in to {
        let Some(new) = wanted.name() else { continue };
        if taken.iter().any(|name| name == new) {
            continue;
        }
        let found = from.iter_mut().find(|known| {
            let goes = known.name().is_some_and(|name| !is_there(to, name));
            let mut named = known.bare();
            named.set_name(new.to_owned());
            goes && named == wanted.bare()
        });
        if let Some(known) = found {
            let old = known.name().unwrap_or_default().to_owned();
            known.set_name(new.to_owned());
            out.push(change(Pair::new(old, new.to_owned())));
        }
    }
}

/// Gives the parts of `from` the comments of `to`.
pub(super) fn commented(from: &mut Table, to: &Table) -> Vec<TableChange> {
    let mut out = Vec::new();
    let (index, constraint) = (Part::Index as fn(String) -> Part, Part::Constraint);
    comment(&mut from.indexes, &to.indexes, index, &mut out);
    comment(&mut from.uniques, &to.uniques, constraint, &mut out);
    comment(
        &mut from.foreign_keys,
        &to.foreign_keys,
        constraint,
        &mut out,
    );
    comment(&mut from.checks, &to.checks, constraint, &mut out);
    comment(&mut from.exclusions, &to.exclusions, constraint, &mut out);
    let (known, wanted) = (from.primary_key.as_mut_slice(), to.primary_key.as_slice());
    comment(known, wanted, constraint, &mut out);
    out
}

fn comment<T: Named>(
    from: &mut [T],
    to: &[T],
    part: fn(String) -> Part,
    out: &mut Vec<TableChange>,
) {
    for known in from {
        let Some(wanted) = to.iter().find(|wanted| wanted.bare() == known.bare()) else {
            continue;
        };
        let (Some(name), text) = (known.name(), wanted.clone().comment().take()) else {
            continue;
        };
        let part = part(name.to_owned());
        if *known.comment() != text {
            let comment = Pair::new(known.comment().clone(), text.clone());
            *known.comment() = text;
            out.push(TableChange::CommentOn { part, comment });
        }
    }
}
