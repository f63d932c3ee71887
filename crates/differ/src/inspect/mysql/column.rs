//! A column's row as a column.

use plimsoll_schema::backend::mysql::{implicit, sql};
use plimsoll_schema::backend::{types, value};
use plimsoll_schema::{
    AutoIncrement, Column, ColumnType, Flavor, Generated, Literal, Server, Value,
};

use super::row::Row;

/// Reads a row of [`super::query::columns`]; `collation` is the table's.
pub(super) fn read(server: &Server, collation: Option<&str>, row: &Row) -> Column {
    let mut ty = types::parse(server, row.text(2));
    if let (ColumnType::Raw(text), Some(system)) = (&mut ty, row.optional(9)) {
        *text = sql::in_reference_system(text, system);
    }
    let extra = row.text(5).to_lowercase();
    let mut column = Column::new(row.text(1), ty);
    column.nullable = row.text(4) == "YES";
    column.on_update = on_update(&extra);
    column.default = row
        .optional(3)
        .map(|text| default(server, text, row.text(2), &extra, &column.ty))
        // NULL is what a column without a default has anyway.
        .filter(|default| *default != Value::Literal(Literal::Null));
    column.generated = generated(server, row.text(7), &extra);
    if column.generated.is_some() {
        column.default = None;
    }
    if column.on_update.is_some() && implicit::is_zero_time(column.default.as_ref()) {
        column.default = None;
    }
    column.auto_increment = extra
        .contains("auto_increment")
        .then_some(AutoIncrement::Auto);
    column.invisible = extra.contains("invisible");
    column.collation = row
        .optional(6)
        .filter(|own| Some(*own) != collation)
        .map(str::to_owned);
    column.comment = row
        .optional(8)
        .filter(|text| !text.is_empty())
        .map(str::to_owned);
    column
}

fn default(server: &Server, text: &str, spelled: &str, extra: &str, ty: &ColumnType) -> Value {
    match server.flavor {
        Flavor::MariaDb => value::parse(server, text, ty),
        Flavor::Original => {
            let text = mysql_default(text, spelled, extra);
            value::parse(server, &text, ty)
        }
    }
}

/// MySQL shows a literal bare; an expression is told by EXTRA (MySQL 8.0 manual, 26.3.8), and has its quotes escaped.
fn mysql_default(text: &str, spelled: &str, extra: &str) -> String {
    let word = |prefix: &str| spelled.to_lowercase().starts_with(prefix);
    let is_time = word("timestamp") || word("datetime");
    let is_clock = is_time && text.to_lowercase().starts_with("current_timestamp");
    if extra.contains("default_generated") && !is_clock {
        return sql::unescaped(text);
    }
    let numbers = [
        "tinyint",
        "smallint",
        "mediumint",
        "int",
        "bigint",
        "decimal",
        "float",
        "double",
        "bit",
        "year",
    ];
    let is_number = numbers.into_iter().any(word);
    let is_bytes = (word("binary") || word("varbinary")) && text.starts_with("0x");
    if is_clock || is_number || is_bytes {
        text.to_owned()
    } else {
        sql::quote_string(text)
    }
}

fn generated(server: &Server, expression: &str, extra: &str) -> Option<Generated> {
    // MariaDB's older word for STORED is PERSISTENT.
    let stored = extra.contains("stored generated") || extra.contains("persistent generated");
    if !stored && !extra.contains("virtual generated") {
        return None;
    }
    Some(Generated {
        expression: expression_text(server, expression),
        stored,
    })
}

/// An expression as it could be written again.
pub(super) fn expression_text(server: &Server, text: &str) -> String {
    match server.flavor {
        Flavor::MariaDb => sql::plain(text),
        Flavor::Original => sql::plain(&sql::unescaped(text)),
    }
}

/// `on update current_timestamp(6)`, in one spelling.
fn on_update(extra: &str) -> Option<String> {
    let (_, after) = extra.split_once("on update ")?;
    let digits: String = after
        .strip_prefix("current_timestamp(")
        .unwrap_or_default()
        .chars()
        .take_while(char::is_ascii_digit)
        .collect();
    Some(if digits.is_empty() {
        "CURRENT_TIMESTAMP".to_owned()
    } else {
        format!("CURRENT_TIMESTAMP({digits})")
    })
}
