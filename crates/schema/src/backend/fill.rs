//! Rows that get a value between two changes of their table. The statement is the same on every server but for how it quotes.

use super::{Backend, RenderError, Server, mysql, qualified, quote, render_objects, value};
use crate::{Catalog, Change, Fill, Literal, Pair, Rows, Table, TableChange, TableName, Value};

/// Whether rows get a value, before or after it was so.
pub(super) const fn is_fill(change: &TableChange) -> bool {
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
    let mut state = before.clone();
    let mut out = Vec::new();
    let changes = steps(server, changes);
    let is_statement = |change: &TableChange| is_statement(server, change);
    for group in changes.chunk_by(|left, right| !is_statement(left) && !is_statement(right)) {
        if let [TableChange::Fill(fill)] = group
            && is_statement(&group[0])
        {
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
        // A migration knows the table only where the SQL depends on the rest of it.
        if state.table(table).is_some() {
            state.apply(&change)?;
        }
    }
    Ok(out)
}

/// What there is to do: nothing takes back a value that was given.
fn steps(server: &Server, changes: &[TableChange]) -> Vec<TableChange> {
    let is_done = |change: &&TableChange| matches!(change, TableChange::Unfill(_));
    let changes = changes.iter().filter(|change| !is_done(change)).cloned();
    match server.backend {
        Backend::Sqlite | Backend::Postgres => changes.collect(),
        Backend::Mysql => mysql::convert::staged(changes.collect()),
    }
}

/// Whether the fill is a statement by itself. MySQL has no word for a conversion in a change of type.
const fn is_statement(server: &Server, change: &TableChange) -> bool {
    match server.backend {
        Backend::Sqlite | Backend::Postgres => change.is_of_rows(),
        Backend::Mysql => is_fill(change),
    }
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
    let rows = match &fill.rows {
        Rows::Null => format!(" WHERE {column} IS NULL"),
        Rows::Where(condition) => format!(" WHERE {condition}"),
        Rows::Converted { .. } => String::new(),
    };
    format!("UPDATE {table} SET {column} = {}{rows}", fill.expression)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Column, ColumnType};

    /// As a migration runs it on PostgreSQL, which is not told what the database holds.
    #[test]
    fn a_conversion_needs_no_table() {
        let fill = |rows| {
            TableChange::Fill(Fill {
                column: "age".into(),
                expression: "nullif(age, '')::integer".into(),
                rows,
            })
        };
        let text = Column::new("age", ColumnType::TEXT);
        let number = Column::new("age", ColumnType::INTEGER);
        let change = Change::AlterTable {
            table: TableName::new("customer"),
            changes: vec![
                fill(Rows::Null),
                fill(Rows::Converted { back: None }),
                TableChange::AlterColumn(Box::new(Pair::new(text, number))),
            ],
        };
        let render = |change: &Change| {
            let sql = crate::backend::render(&Server::postgres(15), &Catalog::default(), change);
            sql.map_or_else(|error| error.to_string(), |sql| sql.join("\n"))
        };
        insta::assert_snapshot!(render(&change), @r#"
        UPDATE "customer" SET "age" = nullif(age, '')::integer WHERE "age" IS NULL
        ALTER TABLE "customer" ALTER COLUMN "age" TYPE integer USING nullif(age, '')::integer
        "#);
        insta::assert_snapshot!(render(&change.reverse()), @r#"ALTER TABLE "customer" ALTER COLUMN "age" TYPE text"#);
    }
}
