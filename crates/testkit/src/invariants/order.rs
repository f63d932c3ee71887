//! The order in which things are handed in does not matter.

use plimsoll_differ::compare::{Diff, Input};
use plimsoll_differ::normalise::settle;
use plimsoll_differ::plan::plan;
use plimsoll_schema::{Catalog, Plan};
use sea_orm::DatabaseConnection;

/// Hands everything in the other way round; the plan has to be the same to the byte.
pub(super) async fn does_not_matter(
    input: &Input<'_>,
    db: &DatabaseConnection,
    diff: &Diff,
    expected: &Plan,
) -> Result<(), String> {
    let now = turned(input.now);
    let live = turned(input.live);
    let last = input.last.map(turned);
    let turned = Input {
        now: &now,
        live: &live,
        last: last.as_ref(),
        ..*input
    };
    let other = settle(db, &turned).await;
    let plan_of = |current: &Catalog, changes: &[_]| {
        plan(input.server, current, changes).map_err(|error| format!("shuffled input: {error}"))
    };
    let of_turned_input = plan_of(&other.current, &other.changes)?;
    same("parts of tables", expected, &of_turned_input)?;
    let mut changes = diff.changes.clone();
    changes.reverse();
    let of_turned_changes = plan_of(&diff.current, &changes)?;
    same("changes", expected, &of_turned_changes)
}

fn same(what: &str, expected: &Plan, found: &Plan) -> Result<(), String> {
    if expected == found {
        return Ok(());
    }
    let sql = |plan: &Plan| plan.up().collect::<Vec<_>>().join(";\n");
    Err(format!(
        "{what} handed in the other way round give another plan:\n{}\n-- instead of --\n{}",
        sql(found),
        sql(expected)
    ))
}

/// The same catalog, the parts of its tables in another order, wherever that order means nothing.
fn turned(catalog: &Catalog) -> Catalog {
    let mut out = catalog.clone();
    for table in out.tables.values_mut() {
        table.uniques.reverse();
        table.indexes.reverse();
        table.foreign_keys.reverse();
        table.checks.reverse();
        table.exclusions.reverse();
        table.triggers.reverse();
    }
    out
}
