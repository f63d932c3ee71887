//! What the models stated before the changes, as the project's last revision would have recorded it.

use super::workload::{Column, State, Table, Type, Workload};

/// The text of `catalog.json`.
pub(super) fn json(workload: &Workload) -> String {
    let tables: Vec<String> = workload.tables(State::Old).map(table).collect();
    format!(
        "{{\"format\": 1, \"enums\": [], \"tables\": [\n{}\n]}}\n",
        tables.join(",\n")
    )
}

fn table(table: &Table) -> String {
    let name = table.name();
    let columns = table.columns(State::Old);
    let indexes = columns.iter().filter_map(|each| {
        let unique = if each.index? { ",\"unique\":true" } else { "" };
        Some(format!(
            "{{\"name\":\"idx-{name}-{0}\",\"keys\":[{{\"column\":\"{0}\"}}]{unique}}}",
            each.name
        ))
    });
    let indexes: Vec<String> = indexes.collect();
    let keys = table.foreign_keys(State::Old);
    let keys = keys.iter().map(|(column, target)| {
        format!(
            "{{\"columns\":[\"{column}\"],\"ref_table\":{{\"name\":\"{target}\"}},\"ref_columns\":[\"id\"]}}"
        )
    });
    let keys: Vec<String> = keys.collect();
    let columns: Vec<String> = columns.iter().map(column).collect();
    format!(
        "{{\"name\":{{\"name\":\"{name}\"}},\"columns\":[{}],\"primary_key\":{{\"columns\":[\"id\"]}},\"indexes\":[{}],\"foreign_keys\":[{}]}}",
        columns.join(","),
        indexes.join(","),
        keys.join(",")
    )
}

fn column(column: &Column) -> String {
    let ty = match column.ty {
        Type::Key | Type::BigInt => "{\"int\":{\"width\":\"big\"}}".to_owned(),
        Type::Int => "{\"int\":{\"width\":\"regular\"}}".into(),
        Type::Bool => "\"boolean\"".into(),
        Type::Varchar(length) => format!("{{\"varchar\":{length}}}"),
        Type::Text => "{\"text\":\"regular\"}".into(),
        Type::Timestamp => "{\"date_time\":null}".into(),
        Type::Decimal => "{\"decimal\":[12,2]}".into(),
        Type::Json => "\"json_binary\"".into(),
    };
    let null = if column.nullable {
        ",\"nullable\":true"
    } else {
        ""
    };
    let numbering = if column.ty == Type::Key {
        ",\"auto_increment\":\"auto\""
    } else {
        ""
    };
    let default = match (column.default, column.ty) {
        (None, _) => String::new(),
        (Some(value), Type::Bool) => format!(",\"default\":{{\"literal\":{{\"bool\":{value}}}}}"),
        (Some(value), _) => format!(",\"default\":{{\"literal\":{{\"number\":\"{value}\"}}}}"),
    };
    format!(
        "{{\"name\":\"{}\",\"type\":{ty}{null}{numbering}{default}}}",
        column.name
    )
}
