//! Rows that get a value between two changes of their table. The statement is the same on every server.

use super::{RenderError, Server, qualified, quote, render_objects};
use crate::{Catalog, Change, Fill, TableChange, TableName};

/// Whether the change is about rows, and no object.
pub(super) const fn is_of_rows(change: &TableChange) -> bool {
    matches!(change, TableChange::Fill(_) | TableChange::Unfill(_))
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
        let change = Change::AlterTable {
            table: table.clone(),
            changes: group.to_vec(),
        };
        out.extend(render_objects(server, &state, &change)?);
        state.apply(&change)?;
    }
    Ok(out)
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
