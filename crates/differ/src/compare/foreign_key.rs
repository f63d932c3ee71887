//! Foreign keys are matched by what they point from and to; their names are the database's.

use plimsoll_schema::{Action, Capabilities, Code, ForeignKey, Table, TableName, sea};

use super::resolve::Context;

/// A foreign key that does not exist yet: named, and NO ACTION said by silence, as a database reports it.
pub(super) fn close(context: &Context<'_>, table: &TableName, key: &mut ForeignKey) {
    key.name = Some(sea::foreign_key_name(table, key));
    key.on_delete = reported(context.can, key.on_delete);
    key.on_update = reported(context.can, key.on_update);
}

/// An action as a live catalog says it.
fn reported(can: Capabilities, action: Option<Action>) -> Option<Action> {
    match action {
        None | Some(Action::NoAction) => None,
        Some(Action::Restrict) if can.restrict_is_no_action => None,
        Some(Action::Restrict | Action::Cascade | Action::SetNull | Action::SetDefault) => action,
    }
}

pub(super) fn merge(
    context: &mut Context<'_>,
    now: &Table,
    last: Option<&Table>,
    live: &Table,
    out: &mut Table,
) {
    let mut kept: Vec<ForeignKey> = Vec::new();
    let mut left: Vec<&ForeignKey> = live.foreign_keys.iter().collect();
    // Two that point alike are told apart by their names, so that who has one chooses first.
    let (named, unnamed): (Vec<&ForeignKey>, Vec<&ForeignKey>) =
        now.foreign_keys.iter().partition(|key| key.name.is_some());
    for stated in named.into_iter().chain(unnamed) {
        let before = last.and_then(|last| find(&last.foreign_keys, stated));
        let is_it = |there: &&ForeignKey| is_same_reference(there, stated);
        let is_named = |there: &&ForeignKey| is_it(there) && there.name == stated.name;
        let by_name = left.iter().position(is_named);
        match by_name.or_else(|| left.iter().position(is_it)) {
            None => {
                let mut key = stated.clone();
                close(context, &now.name, &mut key);
                if !kept.iter().any(|known| is_same_reference(known, &key)) {
                    kept.push(key);
                }
            }
            Some(at) => {
                let there = left.remove(at);
                let key = settled(context, &now.name, stated, before, there);
                kept.push(key);
            }
        }
    }
    for there in left {
        let was_stated = last.is_some_and(|last| find(&last.foreign_keys, there).is_some());
        if was_stated || context.owns_everything() {
            continue;
        }
        let name = there
            .name
            .clone()
            .unwrap_or_else(|| there.columns.join(", "));
        let message = format!(
            "foreign key `{name}` of table `{}` is stated by no model",
            now.name
        );
        context.note(Code::N501, format!("{}.{name}", now.name), message);
        kept.push(there.clone());
    }
    out.foreign_keys = kept;
}

/// The key that is there, with what the model states of it.
fn settled(
    context: &mut Context<'_>,
    table: &TableName,
    stated: &ForeignKey,
    before: Option<&ForeignKey>,
    there: &ForeignKey,
) -> ForeignKey {
    let mut key = there.clone();
    let action = |now: Option<Action>, last: Option<Action>, live: Option<Action>| {
        if now.is_some() || last.is_some() {
            reported(context.can, now)
        } else {
            live
        }
    };
    key.on_delete = action(
        stated.on_delete,
        before.and_then(|k| k.on_delete),
        there.on_delete,
    );
    key.on_update = action(
        stated.on_update,
        before.and_then(|k| k.on_update),
        there.on_update,
    );
    if stated.deferrable.is_some() || before.is_some_and(|key| key.deferrable.is_some()) {
        key.deferrable = stated.deferrable;
    }
    if stated.match_full || before.is_some_and(|key| key.match_full) {
        key.match_full = stated.match_full;
    }
    let was_some = before.is_some_and(|key| !key.delete_columns.is_empty());
    if !stated.delete_columns.is_empty() || was_some {
        key.delete_columns.clone_from(&stated.delete_columns);
    }
    // One that is valid does what one that need not be does.
    if before.is_some_and(|key| key.not_valid) && !stated.not_valid {
        key.not_valid = false;
    } else if key.not_valid && !stated.not_valid {
        tell_not_valid(context, table, key.name.as_deref().unwrap_or_default());
    }
    key
}

/// Tells of a constraint that rows may break, which its model does not say.
pub(super) fn tell_not_valid(context: &mut Context<'_>, table: &TableName, name: &str) {
    let object = format!("{table}.{name}");
    let message = format!("constraint `{object}` is NOT VALID: rows that were there may break it");
    let help = "run ALTER TABLE … VALIDATE CONSTRAINT when they do not";
    context.warn(Code::N502, object, message, help);
}

fn find<'a>(keys: &'a [ForeignKey], key: &ForeignKey) -> Option<&'a ForeignKey> {
    let is_it = |known: &&ForeignKey| is_same_reference(known, key);
    let by_name = keys
        .iter()
        .find(|known| is_it(known) && known.name == key.name);
    by_name.or_else(|| keys.iter().find(is_it))
}

/// The same columns pointing at the same columns; the pairs may be listed in any order.
fn is_same_reference(left: &ForeignKey, right: &ForeignKey) -> bool {
    let pairs = |key: &ForeignKey| {
        let mut pairs: Vec<(String, String)> = key
            .columns
            .iter()
            .cloned()
            .zip(key.ref_columns.iter().cloned())
            .collect();
        pairs.sort();
        pairs
    };
    left.ref_table == right.ref_table && pairs(left) == pairs(right)
}
