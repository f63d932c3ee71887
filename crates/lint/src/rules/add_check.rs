//! R305: a check is added to rows that may break it.

use plimsoll_schema::{Code, Diagnostic, Severity, TableChange};

use crate::Subject;

pub(crate) fn check(subject: &Subject<'_>) -> Vec<Diagnostic> {
    let added = subject
        .altered()
        .filter_map(|(table, change)| match change {
            TableChange::AddCheck(check) => Some((
                table,
                check
                    .name
                    .clone()
                    .unwrap_or_else(|| check.expression.clone()),
            )),
            _ => None,
        });
    added
        .map(|(table, name)| {
            let object = format!("{table}.{name}");
            let message = format!(
                "check `{name}` on table `{table}`: a row that breaks it makes the migration fail"
            );
            Diagnostic::new(Code::R305, Severity::Warning, &object, message)
                .help("look for rows that break it before this runs")
        })
        .collect()
}
