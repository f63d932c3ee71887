//! R303: a promise of uniqueness is added to rows that may break it.

use plimsoll_schema::{Code, Diagnostic, Severity, TableChange};

use crate::Subject;

pub(crate) fn check(subject: &Subject<'_>) -> Vec<Diagnostic> {
    // Columns that the same plan adds without a value hold NULL in every row, and NULLs differ.
    let is_empty = |table, columns: &[String]| {
        columns.iter().any(|name| {
            subject.altered().any(|(other, change)| {
                other == table
                    && matches!(change, TableChange::AddColumn(column)
                        if column.name == *name && column.nullable && column.default.is_none())
            })
        })
    };
    let added = subject
        .altered()
        .filter_map(|(table, change)| match change {
            TableChange::AddUnique(unique)
                if unique.nulls_not_distinct || !is_empty(table, &unique.columns) =>
            {
                let name = unique.name.clone();
                Some((table, name.unwrap_or_else(|| unique.columns.join(", "))))
            }
            TableChange::AddIndex(index) if index.unique => {
                let columns = index.plain_columns().unwrap_or_default();
                let columns: Vec<String> = columns.into_iter().map(str::to_owned).collect();
                (index.nulls_not_distinct || !is_empty(table, &columns))
                    .then(|| (table, index.name.clone()))
            }
            _ => None,
        });
    added
        .map(|(table, name)| {
            let object = format!("{table}.{name}");
            let message = format!("`{name}` on table `{table}` is unique: duplicates that exist make the migration fail");
            Diagnostic::new(Code::R303, Severity::Warning, &object, message)
                .help("look for duplicates before this runs, and settle them in a step before this one")
        })
        .collect()
}
