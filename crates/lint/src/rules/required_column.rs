//! R301: a required column without a default is added to a table that may have rows.

use plimsoll_schema::{Code, Diagnostic, Severity, TableChange};

use crate::Subject;

pub(crate) fn check(subject: &Subject<'_>) -> Vec<Diagnostic> {
    let added = subject
        .altered()
        .filter_map(|(table, change)| match change {
            TableChange::AddColumn(column) => Some((table, column)),
            _ => None,
        });
    added
        .filter(|(_, column)| {
            !column.nullable && column.default.is_none() && column.generated.is_none() && column.auto_increment.is_none()
        })
        .map(|(table, column)| {
            let object = format!("{table}.{}", column.name);
            let message =
                format!("column `{object}` is required and has no default: rows that exist have no value for it");
            Diagnostic::new(Code::R301, Severity::Warning, &object, message).help(
                "give the field a `default_value`, or make it an Option, fill it, and require it in a later revision",
            )
        })
        .collect()
}
