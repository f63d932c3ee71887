//! Expressions that a server spells otherwise once a column which they read has another type.
//!
//! PostgreSQL keeps an expression as a tree with every cast in it, and rewrites it under a type's change from its own print. Where the type
//! of a whole is made out of its parts' (<https://www.postgresql.org/docs/current/typeconv-union-case.html>), that leaves other casts than
//! the model's text has under the new type, and others again on the way back. Such a part goes before the change and comes after it.

use plimsoll_schema::{Capabilities, Column, ColumnType, Index, Table, expression};

/// What makes one type out of several.
const UNIONS: [&str; 5] = ["coalesce(", "case ", "greatest(", "least(", "nullif("];

/// Whether the server would spell the expression of `live` otherwise in `out`, whose columns may be of other types.
pub(super) fn is_respelled(can: Capabilities, live: &Table, out: &Table, sql: &str) -> bool {
    let text = sql.to_lowercase();
    can.generated_hold_types
        && UNIONS.iter().any(|word| text.contains(word))
        && out.columns.iter().any(|column| {
            let there = live.column(&column.name);
            there.is_some_and(|there| is_another(&there.ty, &column.ty))
                && expression::mentions(sql, &column.name)
        })
}

/// Whether an expression of the index is one.
pub(super) fn reads_respelled(can: Capabilities, live: &Table, out: &Table, index: &Index) -> bool {
    index
        .expressions()
        .any(|sql| is_respelled(can, live, out, sql))
}

/// The table without the checks and indexes that go before a change of type and come after it.
pub(super) fn without_parts(
    can: Capabilities,
    from: &Table,
    to: &Table,
    mut table: Table,
) -> Table {
    table
        .checks
        .retain(|check| !is_respelled(can, from, to, &check.expression));
    table
        .indexes
        .retain(|index| !reads_respelled(can, from, to, index));
    table
}

/// A generated column that is made anew because a column which it reads changes its type is made of the model's expression: the
/// database's spelling of it is one for the old type (`'x'::text`).
pub(super) fn restate(now: &Table, live: &Table, columns: &mut [Column]) {
    let is_retyped = |column: &&Column| {
        let there = live.column(&column.name);
        there.is_some_and(|there| there.ty != column.ty || there.collation != column.collation)
    };
    let retyped = columns.iter().filter(is_retyped);
    let retyped: Vec<String> = retyped.map(|column| column.name.clone()).collect();
    for column in columns {
        let stated = now.column(&column.name);
        let stated = stated.and_then(|stated| stated.generated.as_ref());
        if let (Some(stated), Some(kept)) = (stated, &mut column.generated)
            && stated.stored == kept.stored
            && retyped
                .iter()
                .any(|name| expression::mentions(&kept.expression, name))
        {
            kept.clone_from(stated);
        }
    }
}

/// Whether literals beside the one are other literals beside the other: not where only a length differs.
fn is_another(from: &ColumnType, to: &ColumnType) -> bool {
    let is_family = std::mem::discriminant(from) == std::mem::discriminant(to);
    from != to && (!is_family || matches!(from, ColumnType::Int { .. } | ColumnType::Array(_)))
}
