//! Rows that get a value between two changes of their table. The statement is the same on every server but for how it quotes.

use super::{RenderError, Server, qualified, quote, render_objects, value};
use crate::{Catalog, Change, Fill, Literal, Pair, Table, TableChange, TableName, Value};

/// Whether the change is about rows, and no object.
pub(super) const fn is_of_rows(change: &TableChange) -> bool {
    matches!(
        change,
        TableChange::Fill(_) | TableChange::Unfill(_) | TableChange::RenameValue { .. }
    )
}

/// The changes between two fills together, as the backend writes them, and the fills where they stand.
pub(super) fn render(
    server: &Server,
    before: &Catalog,
    table: &TableName,
    changes: &[TableChange],
) -> Result<Vec<String>, RenderError> {
    let is_done = |change: &&TableChange| matches!(change, TableChange::Unfill(_));
    let changes: Vec<TableChange> = changes
        .iter()
        .filter(|change| !is_done(change))
        .cloned()
        .collect();
    let mut state = before.clone();
    let mut out = Vec::new();
    for group in changes.chunk_by(|left, right| !is_of_rows(left) && !is_of_rows(right)) {
        if let [TableChange::Fill(fill)] = group {
            out.push(update(server, table, fill));
            continue;
        }
        if let [TableChange::RenameValue { column, value }] = group {
            out.push(renamed(server, table, state.table(table), column, value));
            continue;
        }
        let change = Change::AlterTable {
            table: table.clone(),
            changes: group.to_vec(),
        };
        out.extend(render_objects(server, &state, &change)?);
        state.apply(&change)?;
    }
    Ok(out)
}

/// Gives the rows that hold a value its new name. They say what they said, so that a column which notes when its row changed (MySQL's
/// ON UPDATE) keeps its value.
fn renamed(
    server: &Server,
    name: &TableName,
    known: Option<&Table>,
    column: &str,
    value: &Pair<String>,
) -> String {
    let literal =
        |word: &String| value::sql(server, &Value::Literal(Literal::String(word.clone())));
    let own = quote(server, column);
    let mut sets = vec![format!("{own} = {}", literal(&value.to))];
    let columns = known.map(|table| table.columns.as_slice());
    for noting in columns.unwrap_or_default() {
        if noting.on_update.is_some() {
            let kept = quote(server, &noting.name);
            sets.push(format!("{kept} = {kept}"));
        }
    }
    let table = qualified(server, name.schema.as_deref(), &name.name);
    let from = literal(&value.from);
    format!(
        "UPDATE {table} SET {} WHERE {own} = {from}",
        sets.join(", ")
    )
}

fn update(server: &Server, table: &TableName, fill: &Fill) -> String {
    let table = qualified(server, table.schema.as_deref(), &table.name);
    let column = quote(server, &fill.column);
    let nulls = format!("{column} IS NULL");
    format!(
        "UPDATE {table} SET {column} = {} WHERE {}",
        fill.expression,
        fill.condition.as_deref().unwrap_or(&nulls)
    )
}
