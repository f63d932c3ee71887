//! One table: closed when it is new, merged when it is there.

use plimsoll_schema::{
    Check, Code, Column, Exclusion, Server, Table, TableName, backend, expression, sea,
};

use super::resolve::{Context, Known};
use super::respell::{is_respelled, restate};
use super::structural::same_set;
use super::{Place, column, foreign_key, index, unique};

/// A table that does not exist yet: what its model leaves open is closed.
pub(super) fn closed(context: &Context<'_>, stated: &Table) -> Table {
    let mut table = stated.clone();
    table.renamed_from = None;
    table.columns = stated
        .columns
        .iter()
        .map(|column| column::closed(context, column))
        .collect();
    if !context.can.comments {
        table.comment = None;
    }
    if let Some(key) = &mut table.primary_key {
        if key.name.is_none() {
            key.name = Some(sea::primary_key_name(&table.name));
        }
        if context.can.anonymous_primary_key || key.columns.len() == 1 {
            key.name = None;
        }
    }
    for unique in &mut table.uniques {
        unique.name = Some(sea::unique_name(&table.name, unique));
    }
    // As in a table that is there, where such an index is not missing.
    table
        .indexes
        .retain(|index| !index::repeats_promise(stated, index));
    for key in &mut table.foreign_keys {
        foreign_key::close(context, &table.name, key);
    }
    table
}

/// What the table is to be. `live` takes over the model's spellings where the two are one.
pub(super) fn merge(
    context: &mut Context<'_>,
    now: &Table,
    last: Option<&Table>,
    live: &mut Table,
) -> Table {
    let mut out = live.clone();
    merge_options(context.server(), now, last, &mut out);
    merge_columns(context, now, last, live, &mut out);
    merge_primary_key(context, now, last, &mut out);
    foreign_key::merge(context, now, last, live, &mut out);
    unique::merge_uniques(context, now, last, live, &mut out);
    index::merge_indexes(context, now, last, live, &mut out);
    merge_checks(context, now, last, live, &mut out);
    merge_exclusions(context, now, last, live, &mut out);
    if context.can.comments {
        column::take(
            &mut out.comment,
            now.comment.as_ref(),
            last.and_then(|last| last.comment.as_ref()),
        );
        out.comment = out.comment.filter(|comment| !comment.is_empty());
    }
    out
}

/// Gives a table that goes the model's spelling of its types, so that `down` writes what was once stated.
pub(super) fn respell(context: &Context<'_>, stated: &Table, live: &mut Table) {
    for column in &mut live.columns {
        if let Some(stated) = stated.column(&column.name) {
            column::respell(context, stated, column);
        }
    }
}

fn merge_columns(
    context: &mut Context<'_>,
    now: &Table,
    last: Option<&Table>,
    live: &mut Table,
    out: &mut Table,
) {
    let mut whole = live.clone();
    // A column's collation is told against the one that its table is to have.
    whole.options.clone_from(&out.options);
    let mut columns: Vec<Column> = Vec::new();
    let stated = |table: &Table| table.primary_key.is_some();
    let key = match &now.primary_key {
        Some(key) => Some(key),
        None if last.is_some_and(stated) => None,
        None => whole.primary_key.as_ref(),
    };
    for there in &mut live.columns {
        let before = last.and_then(|last| last.column(&there.name));
        match now.column(&there.name) {
            Some(stated) => {
                let in_key = key.is_some_and(|key| key.columns.contains(&there.name));
                columns.push(column::merge(
                    context, &whole, stated, before, there, in_key,
                ));
            }
            None if before.is_some() || context.owns_everything() => {
                if let Some(before) = before {
                    column::respell(context, before, there);
                }
            }
            None => {
                let object = format!("{}.{}", now.name, there.name);
                let message =
                    format!("column `{object}` is in the database and its model does not have it");
                let fills_itself = there.nullable
                    || there.default.is_some()
                    || there.generated.is_some()
                    || there.auto_increment.is_some();
                if fills_itself {
                    context.note(Code::N501, object, message);
                } else {
                    let message = format!(
                        "{message}; it is required, so that no row can be inserted through the model"
                    );
                    let help = "add the field to the model, or give the column a default by hand";
                    context.warn(Code::N501, object, message, help);
                }
                columns.push(there.clone());
            }
        }
    }
    let added = now
        .columns
        .iter()
        .filter(|stated| whole.column(&stated.name).is_none());
    columns.extend(added.map(|stated| column::closed(context, stated)));
    if context.can.generated_hold_types {
        restate(now, live, &mut columns);
    }
    out.columns = columns;
}

/// The order of a key's columns follows the fields of the entity, so that only a change of it is a statement.
fn merge_primary_key(context: &Context<'_>, now: &Table, last: Option<&Table>, out: &mut Table) {
    let Some(stated) = &now.primary_key else {
        if last.is_some_and(|last| last.primary_key.is_some()) {
            out.primary_key = None;
        }
        return;
    };
    let before = last.and_then(|last| last.primary_key.as_ref());
    let is_reordered = before.is_some_and(|before| {
        before.columns != stated.columns && same_set(&before.columns, &stated.columns)
    });
    let is_same = out.primary_key.as_ref().is_some_and(|there| {
        there.columns == stated.columns
            || (same_set(&there.columns, &stated.columns) && !is_reordered)
    });
    if let Some(key) = out.primary_key.as_mut().filter(|_| is_same) {
        if stated.deferrable.is_some() || before.is_some_and(|before| before.deferrable.is_some()) {
            key.deferrable = stated.deferrable;
        }
        if !stated.include.is_empty() || before.is_some_and(|before| !before.include.is_empty()) {
            key.include.clone_from(&stated.include);
        }
    }
    if !is_same {
        let mut key = stated.clone();
        if context.can.anonymous_primary_key {
            key.name = None;
        }
        // A length or a direction is what the database has for a column that stays in the key.
        let known = out.primary_key.take().map(|known| known.clauses);
        let mut stays = known.unwrap_or_default();
        stays.retain(|column, _| key.columns.contains(column));
        key.clauses.extend(stays);
        out.primary_key = Some(key);
    }
    for column in &mut out.columns {
        if stated.columns.contains(&column.name) && !is_same {
            column.nullable = false;
        }
    }
}

fn merge_checks(
    context: &mut Context<'_>,
    now: &Table,
    last: Option<&Table>,
    live: &Table,
    out: &mut Table,
) {
    let mut kept: Vec<Check> = Vec::new();
    let mut left: Vec<&Check> = live.checks.iter().collect();
    for stated in &now.checks {
        let by_name = left
            .iter()
            .position(|there| there.name.is_some() && there.name == stated.name);
        let at = match by_name {
            Some(at) => Some(at),
            None => left.iter().position(|there| {
                // Its name is another one's, who would have to share it.
                let is_named = |other: &Check| other.name.is_some() && other.name == there.name;
                if now.checks.iter().any(is_named) {
                    return false;
                }
                let there = &there.expression;
                let known =
                    context.is_known_same(&now.name, &Place::Check, &stated.expression, there);
                matches!(known, Known::Same | Known::Asked)
            }),
        };
        match at.map(|at| left.remove(at)) {
            Some(there)
                if context.same(
                    &now.name,
                    &Place::Check,
                    &stated.expression,
                    &there.expression,
                ) =>
            {
                let mut check = settled_check(context, &now.name, stated, last, there);
                if is_respelled(context.can, live, out, &there.expression) {
                    check.expression.clone_from(&stated.expression);
                }
                kept.push(check);
            }
            Some(_) | None => {
                let mut fresh = stated.clone();
                if context.can.foreign_key_names && fresh.name.is_none() {
                    fresh.name = Some(check_name(now, live, &kept, stated));
                }
                kept.push(fresh);
            }
        }
    }
    let was_stated = |there: &Check| {
        last.is_some_and(|last| {
            last.checks.iter().any(|before| {
                (before.name.is_some() && before.name == there.name)
                    || plimsoll_schema::expression::same(&before.expression, &there.expression)
            })
        })
    };
    for there in left {
        if was_stated(there) || context.owns_everything() {
            continue;
        }
        let name = there.name.as_deref().unwrap_or(&there.expression);
        let message = format!(
            "check `{name}` of table `{}` is stated by no model",
            now.name
        );
        context.note(Code::N501, format!("{}.{name}", now.name), message);
        kept.push(there.clone());
    }
    out.checks = kept;
}

/// A name for a check that nobody named and that joins a table which is there: who takes it back has to call it something. It is the
/// name that PostgreSQL would give it.
fn check_name(now: &Table, live: &Table, kept: &[Check], stated: &Check) -> String {
    let is_in = |column: &&Column| expression::mentions(&stated.expression, &column.name);
    let columns: Vec<&Column> = now.columns.iter().filter(is_in).collect();
    let base = match columns.as_slice() {
        [one] => format!("{}_{}_check", now.name.name, one.name),
        _ => format!("{}_check", now.name.name),
    };
    let is_taken = |name: &str| {
        let mut known = live.checks.iter().chain(kept).chain(&now.checks);
        known.any(|known| known.name.as_deref() == Some(name))
    };
    let mut name = sea::index_name(base.clone());
    let mut number = 0;
    while is_taken(&name) {
        number += 1;
        name = sea::index_name(format!("{base}{number}"));
    }
    name
}

/// The check that is there, with what the model states of it.
fn settled_check(
    context: &mut Context<'_>,
    table: &TableName,
    stated: &Check,
    last: Option<&Table>,
    there: &Check,
) -> Check {
    let mut check = there.clone();
    let before = last.and_then(|last| {
        let mut checks = last.checks.iter();
        checks.find(|before| before.name.is_some() && before.name == stated.name)
    });
    if stated.not_enforced || before.is_some_and(|before| before.not_enforced) {
        check.not_enforced = stated.not_enforced;
    }
    if stated.no_inherit || before.is_some_and(|before| before.no_inherit) {
        check.no_inherit = stated.no_inherit;
    }
    if before.is_some_and(|before| before.not_valid) && !stated.not_valid {
        check.not_valid = false;
    } else if check.not_valid && !stated.not_valid {
        let name = check.name.as_deref().unwrap_or_default();
        foreign_key::tell_not_valid(context, table, name);
    }
    check
}

fn merge_exclusions(
    context: &mut Context<'_>,
    now: &Table,
    last: Option<&Table>,
    live: &Table,
    out: &mut Table,
) {
    let of = |table: &Table, name: &str| {
        let mut exclusions = table.exclusions.iter();
        exclusions.find(|known| known.name == name).cloned()
    };
    let mut kept: Vec<Exclusion> = Vec::new();
    for there in &live.exclusions {
        let was_stated = last.is_some_and(|last| of(last, &there.name).is_some());
        match of(now, &there.name) {
            Some(stated) => {
                let (model, known) = (&stated.definition, &there.definition);
                let is_same = context.same(&now.name, &Place::Exclusion, model, known);
                kept.push(if is_same { there.clone() } else { stated });
            }
            None if was_stated || context.owns_everything() => {}
            None => {
                let object = format!("{}.{}", now.name, there.name);
                let message = format!(
                    "exclusion `{}` of table `{}` is stated by no model",
                    there.name, now.name
                );
                context.note(Code::N501, object, message);
                kept.push(there.clone());
            }
        }
    }
    let added = (now.exclusions.iter()).filter(|known| of(live, &known.name).is_none());
    kept.extend(added.cloned());
    out.exclusions = kept;
}

/// As [`column::take`], of a word that has no case; to state the `usual` one is to state nothing that a server keeps.
fn take_word(
    fact: &mut Option<String>,
    stated: Option<&String>,
    before: Option<&String>,
    usual: Option<&str>,
) {
    let is = |word: &str, other: Option<&str>| {
        other.is_some_and(|other| other.eq_ignore_ascii_case(word))
    };
    let there = fact.clone();
    column::take(fact, stated, before);
    let Some(word) = fact.as_deref() else { return };
    if is(word, usual) {
        *fact = None;
    } else if is(word, there.as_deref()) {
        *fact = there;
    }
}

fn merge_options(server: &Server, now: &Table, last: Option<&Table>, out: &mut Table) {
    let flag = |fact: &mut bool, now: bool, last: bool| {
        if now || last {
            *fact = now;
        }
    };
    let (options, stated) = (&mut out.options, &now.options);
    let before = last.map(|last| last.options.clone()).unwrap_or_default();
    flag(&mut options.strict, stated.strict, before.strict);
    flag(
        &mut options.without_rowid,
        stated.without_rowid,
        before.without_rowid,
    );
    flag(&mut options.unlogged, stated.unlogged, before.unlogged);
    take_word(
        &mut options.engine,
        stated.engine.as_ref(),
        before.engine.as_ref(),
        Some(backend::USUAL_ENGINE),
    );
    take_word(
        &mut options.collation,
        stated.collation.as_ref(),
        before.collation.as_ref(),
        server.default_collation.as_deref(),
    );
    for name in before.parameters.keys() {
        options.parameters.remove(name);
    }
    let stated = stated.parameters.clone();
    options.parameters.extend(stated);
}

#[cfg(test)]
mod tests {
    use super::take_word;

    #[test]
    fn to_state_the_usual_word_is_to_state_nothing() {
        let taken = |there: Option<&str>, stated: Option<&str>, before: Option<&str>| {
            let own = |word: Option<&str>| word.map(str::to_owned);
            let mut fact = own(there);
            let (stated, before) = (own(stated), own(before));
            take_word(&mut fact, stated.as_ref(), before.as_ref(), Some("InnoDB"));
            fact
        };
        assert_eq!(taken(None, Some("innodb"), None), None);
        assert_eq!(taken(Some("MyISAM"), Some("InnoDB"), None), None);
        assert_eq!(
            taken(Some("MyISAM"), Some("myisam"), None),
            Some("MyISAM".into())
        );
        assert_eq!(taken(Some("MyISAM"), None, None), Some("MyISAM".into()));
        assert_eq!(taken(Some("MyISAM"), None, Some("MyISAM")), None);
    }
}
