//! The tables as plain SQL, as a database has them that this project never saw.

use super::workload::{Column, State, Type, Workload};
use crate::database::Backend;

/// A script that makes the tables of a state in an empty database.
pub(super) fn script(workload: &Workload, state: State, backend: Backend) -> String {
    let quoted = |name: &str| match backend {
        Backend::Mysql => format!("`{name}`"),
        Backend::Sqlite | Backend::Postgres => format!("\"{name}\""),
    };
    let mut out = String::new();
    let mut late = String::new();
    for table in workload.tables(state) {
        let name = table.name();
        let columns = table.columns(state);
        let mut lines: Vec<String> = columns
            .iter()
            .map(|each| format!("{} {}", quoted(each.name), column(each, backend)))
            .collect();
        for (column, target) in table.foreign_keys(state) {
            let key = format!(
                "CONSTRAINT {} FOREIGN KEY ({}) REFERENCES {} ({})",
                quoted(&format!("fk-{name}-{column}")),
                quoted(column),
                quoted(&target),
                quoted("id")
            );
            // What it points at may not be there yet, which SQLite does not mind.
            if backend == Backend::Sqlite || target < name {
                lines.push(key);
            } else {
                late += &format!("ALTER TABLE {} ADD {key};\n", quoted(&name));
            }
        }
        out += &format!("CREATE TABLE {} ({});\n", quoted(&name), lines.join(", "));
        for (column, unique) in columns.iter().filter_map(|each| Some((each, each.index?))) {
            out += &format!(
                "CREATE {}INDEX {} ON {} ({});\n",
                if unique { "UNIQUE " } else { "" },
                quoted(&format!("idx-{name}-{}", column.name)),
                quoted(&name),
                quoted(column.name)
            );
        }
    }
    let script = out + &late;
    match backend {
        // One transaction: a commit for each table is what takes the time.
        Backend::Sqlite => format!("BEGIN;\n{script}COMMIT;\n"),
        // Statistics as a database has them that has been there for a while.
        Backend::Postgres => format!("{script}VACUUM ANALYZE;\n"),
        Backend::Mysql => script,
    }
}

fn column(column: &Column, backend: Backend) -> String {
    let of = |sqlite: &'static str, postgres, mysql| match backend {
        Backend::Sqlite => sqlite,
        Backend::Postgres => postgres,
        Backend::Mysql => mysql,
    };
    let ty = match column.ty {
        Type::Key => {
            return of(
                "INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT",
                "BIGSERIAL PRIMARY KEY",
                "BIGINT AUTO_INCREMENT PRIMARY KEY",
            )
            .to_owned();
        }
        Type::Varchar(length) => format!("VARCHAR({length})"),
        Type::BigInt => "BIGINT".into(),
        Type::Int => "INTEGER".into(),
        Type::Bool => "BOOLEAN".into(),
        Type::Text => "TEXT".into(),
        Type::Decimal => "DECIMAL(12,2)".into(),
        Type::Timestamp => of("DATETIME", "TIMESTAMP", "DATETIME").into(),
        Type::Json => of("JSON", "JSONB", "JSON").into(),
    };
    let null = if column.nullable {
        " NULL"
    } else {
        " NOT NULL"
    };
    let default = match column.default {
        Some(value) => format!(" DEFAULT {value}"),
        None => String::new(),
    };
    format!("{ty}{null}{default}")
}
