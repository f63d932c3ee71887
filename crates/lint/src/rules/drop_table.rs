//! D101: a table goes, with its rows.

use plimsoll_schema::{Change, Code, Diagnostic, Severity};

use crate::Subject;

pub(crate) fn check(subject: &Subject<'_>) -> Vec<Diagnostic> {
    let dropped = subject.changes.iter().filter_map(|change| {
        if let Change::DropTable(table) = change {
            Some(table)
        } else {
            None
        }
    });
    dropped
        .map(|table| {
            let message = format!("dropping table `{}` deletes its rows; `down` brings it back empty", table.name);
            Diagnostic::new(Code::D101, Severity::Warning, &table.name, message).help(format!(
                "if it was renamed, state the old name: `--rename {}=NEW_NAME`, or `renamed_from` in `extras!`",
                table.name
            ))
        })
        .collect()
}
