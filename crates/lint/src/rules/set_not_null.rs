//! R302: a column that may hold NULL becomes required.

use plimsoll_schema::{Code, Diagnostic, Severity, TableChange};

use crate::Subject;

pub(crate) fn check(subject: &Subject<'_>) -> Vec<Diagnostic> {
    let altered = subject
        .altered()
        .filter_map(|(table, change)| match change {
            TableChange::AlterColumn(pair) if pair.from.nullable && !pair.to.nullable => {
                Some((table, pair))
            }
            _ => None,
        });
    altered
        .filter(|(table, pair)| !subject.is_filled(table, &pair.to.name))
        .map(|(table, pair)| {
            let object = format!("{table}.{}", pair.from.name);
            let message = format!(
                "column `{object}` becomes required: a row that holds NULL makes the migration fail"
            );
            Diagnostic::new(Code::R302, Severity::Warning, &object, message)
                .help("fill the rows that hold NULL in a step before this one")
        })
        .collect()
}
