//! D104: an enum loses a value that rows may hold.

use plimsoll_schema::{Change, Code, ColumnType, Diagnostic, Severity, TableChange};

use crate::Subject;

pub(crate) fn check(subject: &Subject<'_>) -> Vec<Diagnostic> {
    let types = subject.changes.iter().filter_map(|change| match change {
        Change::AlterEnum(pair) => Some((
            pair.from.name.to_string(),
            pair.from.values.clone(),
            &pair.to.values,
        )),
        _ => None,
    });
    let columns = subject.altered().filter_map(|(table, change)| {
        let TableChange::AlterColumn(pair) = change else {
            return None;
        };
        match (&pair.from.ty, &pair.to.ty) {
            (ColumnType::Enum { values, .. }, ColumnType::Enum { values: to, .. })
                if !subject.server.capabilities().enum_types =>
            {
                // A value that has another name by then is in no row.
                let renamed = subject.renamed_values(table, &pair.from.name);
                let left = values.iter().filter(|value| !renamed.contains(value));
                Some((
                    format!("{table}.{}", pair.from.name),
                    left.cloned().collect(),
                    to,
                ))
            }
            _ => None,
        }
    });
    types
        .chain(columns)
        .filter_map(|(object, from, to)| {
            let gone = from.iter().filter(|value| !to.contains(value));
            let gone: Vec<String> = gone.map(|value| format!("`{value}`")).collect();
            let (what, which) = match gone.len() {
                0 => return None,
                1 => ("the value", "it"),
                _ => ("the values", "one of them"),
            };
            let message = format!(
                "`{object}` loses {what} {}; rows that hold {which} make the migration fail",
                gone.join(", ")
            );
            let found = Diagnostic::new(Code::D104, Severity::Warning, &object, message);
            Some(found.help("give those rows another value in a step before this one"))
        })
        .collect()
}
