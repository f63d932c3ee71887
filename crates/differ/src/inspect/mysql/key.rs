//! Indexes, foreign keys and checks.

use std::collections::BTreeMap;

use plimsoll_schema::backend::mysql::{implicit, sql};
use plimsoll_schema::{
    Action, Check, Column, ColumnType, Flavor, ForeignKey, Index, IndexKey, Order, Server, Table,
    TextSize, Unique,
};

use super::Place;
use super::column::expression_text;
use super::row::Row;

/// Rows of one table and one name together; they come in that order.
pub(super) fn grouped(rows: Vec<Row>) -> Vec<Vec<Row>> {
    let mut groups: Vec<Vec<Row>> = Vec::new();
    for row in rows {
        match groups.last_mut() {
            Some(group) if group[0].text(0) == row.text(0) && group[0].text(1) == row.text(1) => {
                group.push(row);
            }
            Some(_) | None => groups.push(vec![row]),
        }
    }
    groups
}

/// Reads the rows of one index of [`super::query::statistics`]: a primary key, a unique constraint, or an index.
pub(super) fn index(table: &mut Table, rows: &[Row]) {
    let Some(first) = rows.first() else {
        return;
    };
    let mut index = Index::on(first.text(1), &[] as &[&str]);
    index.unique = first.text(2) == "0";
    index.method = implicit::index_method(table.options.engine.as_deref(), first.text(6));
    index.keys = rows.iter().map(|row| index_key(row, &index)).collect();
    index.comment = first
        .optional(7)
        .filter(|text| !text.is_empty())
        .map(str::to_owned);
    index.invisible = first.text(8) == "YES";
    let columns = || rows.iter().map(|row| row.text(3).to_owned()).collect();
    if index.name == "PRIMARY" {
        table.primary_key = sql::primary_key(&index.keys);
    } else if index.is_plain_unique() && index.comment.is_none() && !index.invisible {
        table.uniques.push(Unique {
            columns: columns(),
            name: Some(index.name),
            nulls_not_distinct: false,
            deferrable: None,
            ..Unique::default()
        });
    } else {
        table.indexes.push(index);
    }
}

fn index_key(row: &Row, index: &Index) -> IndexKey {
    let mut key = match row.optional(9) {
        Some(expression) => IndexKey::expression(sql::plain(&sql::unescaped(expression))),
        None => IndexKey::column(row.text(3)),
    };
    if row.text(4) == "D" {
        key.order = Order::Desc;
    }
    // The length that a spatial index shows is nobody's choice.
    if !matches!(
        index.method.as_deref(),
        Some("fulltext" | "spatial" | "vector")
    ) {
        key.prefix = row.text(5).parse().ok();
    }
    key
}

/// The foreign keys of every table, under the table's name.
pub(super) fn foreign_keys(
    place: &Place<'_>,
    rules: &[Row],
    usage: Vec<Row>,
) -> Vec<(String, ForeignKey)> {
    let rules: BTreeMap<(&str, &str), &Row> = rules
        .iter()
        .map(|row| ((row.text(0), row.text(1)), row))
        .collect();
    let read = |rows: Vec<Row>| {
        let first = rows.first()?;
        let rule = rules.get(&(first.text(0), first.text(1)));
        let rule = |column: usize| action(rule.map_or("", |row| row.text(column)));
        let columns = |column: usize| rows.iter().map(|row| row.text(column).to_owned()).collect();
        let key = ForeignKey {
            name: Some(first.text(1).to_owned()),
            columns: columns(2),
            ref_table: place.other_table(first.text(3), first.text(4)),
            ref_columns: columns(5),
            on_delete: rule(3),
            on_update: rule(2),
            deferrable: None,
            match_full: false,
            not_valid: false,
            ..ForeignKey::default()
        };
        Some((first.text(0).to_owned(), key))
    };
    grouped(usage).into_iter().filter_map(read).collect()
}

/// RESTRICT and NO ACTION are one action (MySQL 8.0 manual, 13.1.20.5), which goes without saying.
fn action(rule: &str) -> Option<Action> {
    match rule {
        "CASCADE" => Some(Action::Cascade),
        "SET NULL" => Some(Action::SetNull),
        "SET DEFAULT" => Some(Action::SetDefault),
        _ => None,
    }
}

/// Reads a row of [`super::query::check_constraints`]. MariaDB's JSON is LONGTEXT with a check in the column, which keeps the name
/// that the column first had.
pub(super) fn check(server: &Server, table: &mut Table, collation: Option<&str>, row: &Row) {
    let name = row.text(1);
    let expression = expression_text(server, row.text(2));
    let is_json = |column: &&mut Column| {
        column.ty == ColumnType::Text(TextSize::Long)
            && implicit::is_json_check(&column.name, &expression)
    };
    if server.flavor == Flavor::MariaDb
        && row.text(3).eq_ignore_ascii_case("Column")
        && let Some(column) = table.columns.iter_mut().find(is_json)
    {
        column.ty = ColumnType::Json;
        column.collation = implicit::json_collation(column.collation.take(), collation);
        return;
    }
    table.checks.push(Check {
        name: Some(name.to_owned()),
        expression,
        not_enforced: row.text(4) == "NO",
        ..Check::default()
    });
}
