//! Uniques and indexes are matched by structure: a unique index satisfies a unique constraint, and names are the database's.

use plimsoll_schema::{Code, Index, IndexKey, KeyTarget, Table};

use super::Place;
use super::resolve::Context;
use super::respell::reads_respelled;
use super::unique::{columns, promises};

/// Settles the indexes that are more, or less, than a promise.
pub(super) fn merge_indexes(
    context: &mut Context<'_>,
    now: &Table,
    last: Option<&Table>,
    live: &Table,
    out: &mut Table,
) {
    let is_ours = |index: &&Index| !index.is_plain_unique();
    let mut kept: Vec<Index> = out
        .indexes
        .iter()
        .filter(|index| index.is_plain_unique())
        .cloned()
        .collect();
    let mut left: Vec<&Index> = live.indexes.iter().filter(is_ours).collect();
    let mut missing: Vec<&Index> = Vec::new();
    let mut matched: Vec<(&Index, &Index)> = Vec::new();
    for stated in now.indexes.iter().filter(is_ours) {
        let before = last.and_then(|last| last.indexes.iter().find(|one| one.name == stated.name));
        // The index of the same name first, so that it is not taken for another one with the same keys.
        let named = left
            .iter()
            .position(|there| there.name == stated.name && is_same(context, now, stated, there));
        // One whose name another stated index takes has to make room.
        let is_taken = |there: &Index| now.indexes.iter().any(|other| other.name == there.name);
        let at = named.or_else(|| {
            left.iter()
                .position(|there| !is_taken(there) && is_same(context, now, stated, there))
        });
        let gives_up = |there: &Index| before.is_some_and(|before| gives_up(before, stated, there));
        let at = at.filter(|at| !gives_up(left[*at]));
        match at {
            Some(at) => matched.push((stated, left.remove(at))),
            None if is_covered(context, live, out, stated) => {}
            None => missing.push(stated),
        }
    }
    for (stated, there) in matched {
        // The database's name is as good as the model's, unless the model has it for another index.
        let is_taken = missing.iter().any(|other| other.name == there.name);
        let mut index = if is_taken { stated } else { there }.clone();
        if reads_respelled(context.can, live, out, there) {
            index.keys.clone_from(&stated.keys);
            index.predicate.clone_from(&stated.predicate);
        }
        kept.push(index);
    }
    for there in left {
        let replaced = missing.iter().any(|stated| stated.name == there.name);
        let was_stated = last.is_some_and(|last| {
            last.indexes
                .iter()
                .any(|before| before.name == there.name || is_same(context, now, before, there))
        });
        if replaced || was_stated || context.owns_everything() {
            continue;
        }
        let object = format!("{}.{}", now.name, there.name);
        if context
            .notes
            .iter()
            .any(|note| note.code == Code::N503 && note.object == object)
        {
            kept.push(there.clone());
            continue;
        }
        let message = format!(
            "index `{}` of table `{}` is stated by no model",
            there.name, now.name
        );
        context.note(Code::N501, format!("{}.{}", now.name, there.name), message);
        kept.push(there.clone());
    }
    kept.extend(missing.into_iter().cloned());
    out.indexes = kept;
}

/// A plain index on columns that a promise, or what MySQL makes for a foreign key, already orders by is not missing.
fn is_covered(context: &Context<'_>, live: &Table, out: &Table, stated: &Index) -> bool {
    let Some(key) = plain_key(stated) else {
        return false;
    };
    let has_key = |table: &Table| table.foreign_keys.iter().any(|known| known.columns == key);
    let implicit = context.can.implicit_foreign_key_indexes && has_key(live) && has_key(out);
    implicit || promises(out).contains(&key)
}

/// Whether an index orders by what a promise of its table orders by, and says nothing else.
pub(super) fn repeats_promise(table: &Table, index: &Index) -> bool {
    plain_key(index).is_some_and(|key| promises(table).contains(&key))
}

/// The columns of an index that says nothing but its columns.
fn plain_key(index: &Index) -> Option<Vec<String>> {
    columns(index).filter(|key| *index == Index::on(index.name.as_str(), key))
}

fn is_same(context: &mut Context<'_>, table: &Table, stated: &Index, live: &Index) -> bool {
    let facts = |index: &Index| {
        (
            index.unique,
            index.nulls_not_distinct,
            index.method.clone(),
            index.include.clone(),
            index.invisible,
        )
    };
    let mut parameters = stated.parameters.iter();
    if facts(stated) != facts(live)
        || stated.keys.len() != live.keys.len()
        || !parameters.all(|(name, value)| live.parameters.get(name) == Some(value))
    {
        return false;
    }
    let keys = stated
        .keys
        .iter()
        .zip(&live.keys)
        .all(|(left, right)| is_same_key(context, table, left, right));
    keys && match (&stated.predicate, &live.predicate) {
        (None, None) => true,
        (Some(left), Some(right)) => context.same(&table.name, &Place::Predicate, left, right),
        (None, Some(_)) | (Some(_), None) => false,
    }
}

/// Whether the model stated last, and states no longer, what the index still has (an operator class, a collation, a parameter).
fn gives_up(before: &Index, stated: &Index, there: &Index) -> bool {
    let gone = |before: &Option<String>, stated: &Option<String>, there: &Option<String>| {
        before.is_some() && stated.is_none() && before == there
    };
    let keys = before.keys.iter().zip(&stated.keys).zip(&there.keys);
    let mut parameters = before.parameters.keys();
    (before.keys.len() == stated.keys.len()
        && keys.into_iter().any(|((before, stated), there)| {
            gone(&before.opclass, &stated.opclass, &there.opclass)
                || gone(&before.collation, &stated.collation, &there.collation)
        }))
        || parameters.any(|name| {
            !stated.parameters.contains_key(name) && there.parameters.contains_key(name)
        })
}

fn is_same_key(
    context: &mut Context<'_>,
    table: &Table,
    stated: &IndexKey,
    live: &IndexKey,
) -> bool {
    let facts = |key: &IndexKey| (key.order, key.nulls, key.prefix);
    let open = |stated: &Option<String>, live: &Option<String>| stated.is_none() || stated == live;
    // A server does not report the collation that the column has anyway.
    let of_column = match &stated.target {
        KeyTarget::Column(name) => table.column(name).and_then(|one| one.collation.as_ref()),
        KeyTarget::Expression(_) => None,
    };
    let is_usual = live.collation.is_none() && stated.collation.as_ref() == of_column;
    facts(stated) == facts(live)
        && open(&stated.opclass, &live.opclass)
        && (is_usual || open(&stated.collation, &live.collation))
        && match (&stated.target, &live.target) {
            (KeyTarget::Column(left), KeyTarget::Column(right)) => left == right,
            (KeyTarget::Expression(left), KeyTarget::Expression(right)) => {
                context.same(&table.name, &Place::Key, left, right)
            }
            (KeyTarget::Column(_), KeyTarget::Expression(_))
            | (KeyTarget::Expression(_), KeyTarget::Column(_)) => false,
        }
}
