//! D104: an enum loses a value that rows may hold.

use plimsoll_schema::{Change, Code, ColumnType, Diagnostic, Severity, TableChange};

use crate::Subject;

pub(crate) fn check(subject: &Subject<'_>) -> Vec<Diagnostic> {
    let types = subject.changes.iter().filter_map(|change| match change {
        Change::AlterEnum(pair) => Some((
            pair.from.name.to_string(),
            &pair.from.values,
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
                Some((format!("{table}.{}", pair.from.name), values, to))
            }
            _ => None,
        }
    });
    types
        .chain(columns)
        .flat_map(|(object, from, to)| {
            let gone = from.iter().filter(|value| !to.contains(value));
            gone.map(move |value| {
                let message = format!("`{object}` loses the value `{value}`; rows that hold it make the migration fail");
                Diagnostic::new(Code::D104, Severity::Warning, &object, message)
                    .help("give those rows another value in a step before this one")
            })
            .collect::<Vec<_>>()
        })
        .collect()
}
