//! A table that is to be as another database has it: nothing is open. Only an expression that the server takes for the one it has
//! keeps the text it has.

use plimsoll_schema::{Check, Exclusion, Index, KeyTarget, Table, TableName, Value};

use super::Place;
use super::resolve::{Context, Known};

/// What the table is to be.
pub(super) fn table(context: &mut Context<'_>, wanted: &Table, live: &Table) -> Table {
    let mut out = wanted.clone();
    // Triggers are carried for a rebuild, and are never ours to change.
    out.triggers.clone_from(&live.triggers);
    let name = &wanted.name;
    for column in &mut out.columns {
        column.renamed_from = None;
    }
    adopt_columns(context, &mut out, live);
    for check in &mut out.checks {
        if let Some(there) = live.checks.iter().find(|there| is_named(check, there)) {
            adopt(
                context,
                name,
                &Place::Check,
                &mut check.expression,
                &there.expression,
            );
        }
    }
    for exclusion in &mut out.exclusions {
        let named = |there: &&Exclusion| there.name == exclusion.name;
        if let Some(there) = live.exclusions.iter().find(named) {
            let place = Place::Exclusion;
            adopt(
                context,
                name,
                &place,
                &mut exclusion.definition,
                &there.definition,
            );
        }
    }
    for index in &mut out.indexes {
        if let Some(there) = live.indexes.iter().find(|there| there.name == index.name) {
            adopt_index(context, name, index, there);
        }
    }
    out
}

fn is_named(check: &Check, there: &Check) -> bool {
    check.name.is_some() && check.name == there.name
}

fn adopt_columns(context: &mut Context<'_>, out: &mut Table, live: &Table) {
    let name = out.name.clone();
    for column in &mut out.columns {
        let Some(there) = live.column(&column.name) else {
            continue;
        };
        if let (Some(wanted), Some(known)) = (&mut column.generated, &there.generated) {
            let place = Place::Generated(column.name.clone());
            adopt(
                context,
                &name,
                &place,
                &mut wanted.expression,
                &known.expression,
            );
        }
        if let (Some(Value::Expression(wanted)), Some(Value::Expression(known))) =
            (&mut column.default, &there.default)
            && column.ty == there.ty
        {
            let place = Place::Default(column.name.clone());
            adopt(context, &name, &place, wanted, known);
        }
    }
}

fn adopt_index(context: &mut Context<'_>, name: &TableName, index: &mut Index, there: &Index) {
    if let (Some(wanted), Some(known)) = (&mut index.predicate, &there.predicate) {
        adopt(context, name, &Place::Predicate, wanted, known);
    }
    for (wanted, known) in index.keys.iter_mut().zip(&there.keys) {
        if let (KeyTarget::Expression(wanted), KeyTarget::Expression(known)) =
            (&mut wanted.target, &known.target)
        {
            adopt(context, name, &Place::Key, wanted, known);
        }
    }
}

/// Takes the text that is there, where it means the same.
fn adopt(
    context: &mut Context<'_>,
    table: &TableName,
    place: &Place,
    wanted: &mut String,
    known: &str,
) {
    if wanted == known {
        return;
    }
    match context.is_known_same(table, place, wanted, known) {
        Known::Same | Known::Asked => known.clone_into(wanted),
        // Two texts that the server does not take for one are two: what is wanted is certain.
        Known::Different | Known::Refused => {}
    }
}
