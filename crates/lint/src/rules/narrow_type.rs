//! D103: a type change that may lose or reject values.

use plimsoll_schema::backend::types;
use plimsoll_schema::{Code, ColumnType, Diagnostic, Severity, TableChange};

use crate::Subject;

pub(crate) fn check(subject: &Subject<'_>) -> Vec<Diagnostic> {
    let spell =
        |ty: &ColumnType| types::spell(subject.server, ty).unwrap_or_else(|_| ty.to_string());
    let altered = subject
        .altered()
        .filter_map(|(table, change)| match change {
            TableChange::AlterColumn(pair) => Some((table, pair)),
            _ => None,
        });
    altered
        .filter(|(_, pair)| pair.from.ty != pair.to.ty)
        // What the user said about the values is the user's.
        .filter(|(table, pair)| !subject.is_converted(table, &pair.to.name))
        // What happens to the words of an enum is said by its own rule.
        .filter(|(_, pair)| pair.from.ty.enum_name().is_none() || pair.to.ty.enum_name().is_none())
        .filter(|(_, pair)| !types::is_widening(subject.server, &pair.from.ty, &pair.to.ty))
        .map(|(table, pair)| {
            let object = format!("{table}.{}", pair.from.name);
            let message = format!(
                "changing column `{object}` from {} to {} may lose or reject values",
                spell(&pair.from.ty),
                spell(&pair.to.ty)
            );
            Diagnostic::new(Code::D103, Severity::Warning, &object, message)
                .help("look at the values that are there; convert them in a step before this one if any does not fit")
        })
        .collect()
}
