//! D102: a column goes, with its data.

use plimsoll_schema::{Code, Diagnostic, Severity, TableChange};

use crate::Subject;

pub(crate) fn check(subject: &Subject<'_>) -> Vec<Diagnostic> {
    let dropped = subject
        .altered()
        .filter_map(|(table, change)| match change {
            TableChange::DropColumn(column) if column.generated.is_none() => Some((table, column)),
            _ => None,
        });
    dropped
        .map(|(table, column)| {
            let object = format!("{table}.{}", column.name);
            let back = if column.nullable || column.default.is_some() {
                "`down` brings it back empty"
            } else {
                "`down` brings it back required, which fails while the table has rows"
            };
            let message = format!("dropping column `{object}` deletes its data; {back}");
            Diagnostic::new(Code::D102, Severity::Warning, &object, message).help(format!(
                "if it was renamed, put #[sea_orm(renamed_from = \"{}\")] on the new field",
                column.name
            ))
        })
        .collect()
}
