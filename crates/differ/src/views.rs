//! Views are never ours to change, but they can be in the way of what is.

use plimsoll_schema::{Change, Code, Diagnostic, Plan, Severity, TableChange, TableName};

use crate::inspect::View;

/// What the plan does to what a view reads: an error where the server refuses it, a warning where it lets the view break.
pub fn in_the_way(plan: &Plan, views: &[View]) -> Vec<Diagnostic> {
    let severity = if plan.server.capabilities().views_hold_columns {
        Severity::Error
    } else {
        Severity::Warning
    };
    let mut out = Vec::new();
    for view in views {
        for step in &plan.steps {
            for (table, column) in breaks(&step.change) {
                let Some(columns) = view.uses.get(table) else {
                    continue;
                };
                let reads =
                    column.is_none_or(|column| columns.is_empty() || columns.contains(column));
                if reads {
                    let object = column
                        .map_or_else(|| table.to_string(), |column| format!("{table}.{column}"));
                    let message =
                        format!("view `{}` reads `{object}`: {}", view.name, step.summary);
                    out.push(Diagnostic::new(Code::C603, severity, &object, message).help(
                        "drop the view in a revision before this one, and create it again in one after it",
                    ));
                }
            }
        }
    }
    out.sort();
    out.dedup();
    out
}

/// The tables, and the columns of tables, that a change takes from under a view.
fn breaks(change: &Change) -> Vec<(&TableName, Option<&String>)> {
    match change {
        Change::DropTable(table) => vec![(&table.name, None)],
        Change::AlterTable { table, changes } => changes
            .iter()
            .filter_map(|change| match change {
                TableChange::DropColumn(column) => Some((table, Some(&column.name))),
                TableChange::AlterColumn(pair) if pair.from.ty != pair.to.ty => {
                    Some((table, Some(&pair.from.name)))
                }
                TableChange::AlterColumn(_)
                | TableChange::AddColumn(_)
                | TableChange::RenameColumn(_)
                | TableChange::AddPrimaryKey(_)
                | TableChange::DropPrimaryKey(_)
                | TableChange::AddUnique(_)
                | TableChange::DropUnique(_)
                | TableChange::AddIndex(_)
                | TableChange::DropIndex(_)
                | TableChange::RenameIndex(_)
                | TableChange::AddForeignKey(_)
                | TableChange::DropForeignKey(_)
                | TableChange::AddCheck(_)
                | TableChange::DropCheck(_)
                | TableChange::AddExclusion(_)
                | TableChange::DropExclusion(_)
                | TableChange::RenameConstraint(_)
                | TableChange::SetComment(_)
                | TableChange::SetOptions(_) => None,
            })
            .collect(),
        Change::CreateTable(_)
        | Change::RenameTable(_)
        | Change::CreateEnum(_)
        | Change::DropEnum(_)
        | Change::AlterEnum(_)
        | Change::RenameEnum(_)
        | Change::RenameEnumValue { .. } => Vec::new(),
    }
}
