//! Promises of uniqueness, by columns: constraints, unique indexes and keys.

use plimsoll_schema::{Code, Deferrable, Index, Table, Unique, sea};

use super::resolve::Context;
use super::structural::same_set;

/// A promise that no two rows agree on these columns, whoever makes it.
pub(super) fn promises(table: &Table) -> Vec<Vec<String>> {
    let indexes = table
        .indexes
        .iter()
        .filter(|index| index.is_plain_unique())
        .filter_map(columns);
    table
        .uniques
        .iter()
        .map(|unique| unique.columns.clone())
        .chain(indexes)
        .collect()
}

pub(super) fn columns(index: &Index) -> Option<Vec<String>> {
    index
        .plain_columns()
        .map(|columns| columns.into_iter().map(str::to_owned).collect())
}

/// The order of a unique key's columns follows the fields of the entity: only a change of it is a statement.
fn satisfies(live: &[String], stated: &[String], last: Option<&Vec<Vec<String>>>) -> bool {
    let reordered = last.is_some_and(|last| {
        last.iter()
            .any(|before| before != stated && same_set(before, stated))
    });
    live == stated || (same_set(live, stated) && !reordered)
}

/// Settles unique constraints and plain unique indexes together.
pub(super) fn merge_uniques(
    context: &mut Context<'_>,
    now: &Table,
    last: Option<&Table>,
    live: &Table,
    out: &mut Table,
) {
    let before = last.map(promises);
    let wanted = promises(now);
    let left_out = left_out(now, out);
    let is_wanted = |key: &[String]| {
        wanted
            .iter()
            .any(|stated| satisfies(key, stated, before.as_ref()))
    };
    let was_stated = |key: &[String]| {
        before
            .as_ref()
            .is_some_and(|last| last.iter().any(|known| same_set(known, key)))
    };
    let keep = |context: &mut Context<'_>, name: &str, key: &[String]| {
        if is_anothers(now, name, key) {
            return false;
        }
        if is_wanted(key) {
            return true;
        }
        if was_stated(key) || context.owns_everything() {
            return false;
        }
        if wanted
            .iter()
            .any(|stated| is_hidden(&left_out, stated, key))
        {
            // That is told where the model's unique is looked for.
            return true;
        }
        let message = format!(
            "unique `{name}` of table `{}` is stated by no model",
            now.name
        );
        context.note(Code::N501, format!("{}.{name}", now.name), message);
        true
    };
    out.uniques.retain(|unique| {
        keep(
            context,
            unique.name.as_deref().unwrap_or(&unique.columns.join(", ")),
            &unique.columns,
        )
    });
    out.indexes.retain(
        |index| match columns(index).filter(|_| index.is_plain_unique()) {
            Some(key) => keep(context, &index.name, &key),
            None => true,
        },
    );
    settle_promises(now, last, out);
    for unique in &now.uniques {
        if !is_wider_there(context, now, out, &unique.columns) {
            add_unique(context, unique, [now, live], last, before.as_ref(), out);
        }
    }
    for index in now.indexes.iter().filter(|index| index.is_plain_unique()) {
        let key = columns(index).unwrap_or_default();
        if !is_promised(out, &key, before.as_ref())
            && !is_narrower(context, now, last, live, &key)
            && !is_wider_there(context, now, out, &key)
        {
            out.indexes.push(index.clone());
        }
    }
}

/// Whether the model gives the name to something that does not make the promise, which could not have it beside.
fn is_anothers(now: &Table, name: &str, key: &[String]) -> bool {
    let makes_it = |index: &Index| {
        index.is_plain_unique() && columns(index).is_some_and(|over| same_set(&over, key))
    };
    let is_named = |unique: &Unique| unique.name.as_deref() == Some(name);
    (now.indexes.iter()).any(|index| index.name == name && !makes_it(index))
        || (now.uniques.iter()).any(|unique| is_named(unique) && !same_set(&unique.columns, key))
}

/// What a promise says beyond its columns.
#[derive(Clone, Default)]
struct Terms {
    nulls_not_distinct: bool,
    deferrable: Option<Deferrable>,
    include: Vec<String>,
}

impl Terms {
    /// Those of the promise over these columns, if the table makes it; of several, that of the name.
    fn of(table: &Table, key: &[String], name: Option<&str>) -> Option<Self> {
        let uniques = || table.uniques.iter().filter(|unique| unique.columns == key);
        let is_named = |unique: &&Unique| name.is_some() && unique.name.as_deref() == name;
        let of_unique = |unique: &Unique| Self {
            nulls_not_distinct: unique.nulls_not_distinct,
            deferrable: unique.deferrable,
            include: unique.include.clone(),
        };
        let is_over =
            |index: &&Index| index.is_plain_unique() && columns(index).as_deref() == Some(key);
        let indexes = || table.indexes.iter().filter(is_over);
        let of_index = |index: &Index| Self {
            nulls_not_distinct: index.nulls_not_distinct,
            ..Self::default()
        };
        let is_called = |index: &&Index| Some(index.name.as_str()) == name;
        (uniques().find(is_named).map(of_unique))
            .or_else(|| indexes().find(is_called).map(of_index))
            .or_else(|| uniques().next().map(of_unique))
            .or_else(|| indexes().next().map(of_index))
    }

    /// Stated now: so. Stated last and no longer: gone. Otherwise as they are.
    fn merge(self, now: &Self, last: Option<&Self>) -> Self {
        let last = last.cloned().unwrap_or_default();
        let mut out = self;
        if now.nulls_not_distinct || last.nulls_not_distinct {
            out.nulls_not_distinct = now.nulls_not_distinct;
        }
        if now.deferrable.is_some() || last.deferrable.is_some() {
            out.deferrable = now.deferrable;
        }
        if !now.include.is_empty() || !last.include.is_empty() {
            out.include.clone_from(&now.include);
        }
        out
    }
}

/// Gives the promises that stay the terms they are to have.
fn settle_promises(now: &Table, last: Option<&Table>, out: &mut Table) {
    let merged = |known: Terms, key: &[String], name: Option<&str>| {
        let last = last.and_then(|last| Terms::of(last, key, name));
        Terms::of(now, key, name).map(|stated| known.merge(&stated, last.as_ref()))
    };
    for unique in &mut out.uniques {
        let known = Terms {
            nulls_not_distinct: unique.nulls_not_distinct,
            deferrable: unique.deferrable,
            include: unique.include.clone(),
        };
        if let Some(terms) = merged(known, &unique.columns, unique.name.as_deref()) {
            unique.nulls_not_distinct = terms.nulls_not_distinct;
            unique.deferrable = terms.deferrable;
            unique.include = terms.include;
        }
    }
    // An index cannot wait: a promise that is to do so becomes a constraint.
    out.indexes.retain_mut(|index| {
        let known = Terms {
            nulls_not_distinct: index.nulls_not_distinct,
            ..Terms::default()
        };
        let key = columns(index).filter(|_| index.is_plain_unique());
        let Some(terms) = key.and_then(|key| merged(known, &key, Some(&index.name))) else {
            return true;
        };
        index.nulls_not_distinct = terms.nulls_not_distinct;
        terms.deferrable.is_none()
    });
}

/// A named constraint is added as one; an unnamed promise as a unique index, which every backend can add to a table that is there.
fn add_unique(
    context: &mut Context<'_>,
    unique: &Unique,
    [now, live]: [&Table; 2],
    last: Option<&Table>,
    before: Option<&Vec<Vec<String>>>,
    out: &mut Table,
) {
    if is_promised(out, &unique.columns, before)
        || is_narrower(context, now, last, live, &unique.columns)
    {
        return;
    }
    if unique.name.is_some() {
        out.uniques.push(unique.clone());
    } else {
        let name = sea::unique_name(&live.name, unique);
        let index = Index {
            unique: true,
            nulls_not_distinct: unique.nulls_not_distinct,
            ..Index::on(name, &unique.columns)
        };
        // An index cannot wait for the end of a transaction.
        if context.can.unique_is_index || unique.deferrable.is_some() {
            let name = Some(index.name);
            out.uniques.push(Unique {
                name,
                ..unique.clone()
            });
        } else {
            out.indexes.push(index);
        }
    }
}

fn is_promised(table: &Table, key: &[String], before: Option<&Vec<Vec<String>>>) -> bool {
    promises(table)
        .iter()
        .any(|known| satisfies(known, key, before))
        || table
            .primary_key
            .as_ref()
            .is_some_and(|primary| same_set(&primary.columns, key))
}

/// A partial or expression unique over the same columns: what the model states is wider and would fail on rows that are fine today.
/// A model that states the partial one too, or did, knows what it says.
fn is_narrower(
    context: &mut Context<'_>,
    now: &Table,
    last: Option<&Table>,
    live: &Table,
    key: &[String],
) -> bool {
    let knows =
        |model: &Table, index: &Index| model.indexes.iter().any(|known| known.name == index.name);
    let partial = live.indexes.iter().find(|index| {
        let over: Vec<String> = columns(index).unwrap_or_default();
        let is_partial = index.unique && index.predicate.is_some() && same_set(&over, key);
        is_partial && !knows(now, index) && !last.is_some_and(|last| knows(last, index))
    });
    let Some(partial) = partial else { return false };
    let message = format!(
        "the model says `{}` of table `{}` is unique; the database says so only for some rows (`{}`)",
        key.join(", "),
        now.name,
        partial.name
    );
    let help = "state the partial index with `extras!` and drop `unique` from the field";
    context.warn(
        Code::N503,
        format!("{}.{}", now.name, partial.name),
        message,
        help,
    );
    true
}

/// The columns that stay and that the model does not have.
fn left_out(now: &Table, out: &Table) -> Vec<String> {
    out.columns
        .iter()
        .map(|column| column.name.clone())
        .filter(|name| now.column(name).is_none())
        .collect()
}

/// Whether the database's key is the model's, and columns that the model leaves out.
fn is_hidden(left_out: &[String], stated: &[String], key: &[String]) -> bool {
    stated.iter().all(|column| key.contains(column))
        && key
            .iter()
            .all(|column| stated.contains(column) || left_out.contains(column))
}

/// A unique over more columns, which the model cannot name because its fields leave them out (the generator marks columns it does not
/// know as `ignore`): what the model states would fail on rows that are fine today.
fn is_wider_there(context: &mut Context<'_>, now: &Table, out: &Table, stated: &[String]) -> bool {
    let (promised, left_out) = (promises(out), left_out(now, out));
    let is_promised = promised.iter().any(|key| same_set(key, stated));
    let wider = promised
        .iter()
        .find(|key| is_hidden(&left_out, stated, key))
        .filter(|_| !is_promised);
    let Some(wider) = wider else { return false };
    let object = format!("{}.{}", now.name, stated.join(", "));
    let message = format!(
        "the model says `{}` of table `{}` is unique; the database says so only together with columns the model does not have (`{}`)",
        stated.join(", "),
        now.name,
        wider.join(", ")
    );
    let help = "add the fields to the model, or state the unique index with `extras!`";
    context.warn(Code::N503, object, message, help);
    true
}
