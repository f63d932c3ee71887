//! R304: a foreign key is added to rows that may point nowhere.

use plimsoll_schema::{Code, Diagnostic, Severity, TableChange};

use crate::Subject;

pub(crate) fn check(subject: &Subject<'_>) -> Vec<Diagnostic> {
    let fresh = |table, columns: &[String]| {
        subject.altered().any(|(other, change)| {
            other == table && matches!(change, TableChange::AddColumn(column) if columns.contains(&column.name) && column.nullable)
        })
    };
    let dropped = |table, key: &plimsoll_schema::ForeignKey| {
        subject.altered().any(|(other, change)| other == table && matches!(change, TableChange::DropForeignKey(known) if known.columns == key.columns && known.ref_table == key.ref_table))
    };
    let added = subject
        .altered()
        .filter_map(|(table, change)| match change {
            TableChange::AddForeignKey(key) => Some((table, key)),
            _ => None,
        });
    added
        // A new column that admits NULL points nowhere yet, and a key that is only put up again was kept before.
        .filter(|(table, key)| !fresh(*table, &key.columns) && !dropped(*table, key))
        .map(|(table, key)| {
            let name = key.name.clone().unwrap_or_else(|| key.columns.join(", "));
            let object = format!("{table}.{name}");
            let message = format!(
                "foreign key `{name}` on table `{table}`: a row that points at no row of `{}` makes the migration fail",
                key.ref_table
            );
            Diagnostic::new(Code::R304, Severity::Warning, &object, message)
                .help("look for rows without a parent before this runs")
        })
        .collect()
}
