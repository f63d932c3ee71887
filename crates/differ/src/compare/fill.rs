//! What the user gave for rows that a change would refuse, put between the changes of their table.

use std::collections::BTreeMap;

use plimsoll_schema::backend::misfit;
use plimsoll_schema::{Change, Column, Fill, Pair, Server, TableChange, TableName};

/// The changes with the fills where they have to stand: a required column comes as one that admits NULL, is filled, and required then.
pub(super) fn stage(
    server: &Server,
    changes: Vec<Change>,
    fills: &BTreeMap<String, String>,
) -> Vec<Change> {
    if fills.is_empty() {
        return changes;
    }
    changes
        .into_iter()
        .map(|change| match change {
            Change::AlterTable { table, changes } => Change::AlterTable {
                changes: stage_table(server, &table, changes, fills),
                table,
            },
            Change::CreateTable(_)
            | Change::DropTable(_)
            | Change::RenameTable(_)
            | Change::CreateEnum(_)
            | Change::DropEnum(_)
            | Change::AlterEnum(_)
            | Change::RenameEnum(_)
            | Change::RenameEnumValue { .. } => change,
        })
        .collect()
}

fn stage_table(
    server: &Server,
    table: &TableName,
    changes: Vec<TableChange>,
    fills: &BTreeMap<String, String>,
) -> Vec<TableChange> {
    let given = |column: &Column| fills.get(&format!("{table}.{}", column.name));
    let fill = |column: &Column, condition| {
        given(column).map(|expression| {
            TableChange::Fill(Fill {
                column: column.name.clone(),
                expression: expression.clone(),
                condition,
            })
        })
    };
    let prefix = format!("{table}.");
    if !fills.keys().any(|name| name.starts_with(&prefix)) {
        return changes;
    }
    let (mut before, mut between, mut after) = (Vec::new(), Vec::new(), Vec::new());
    for change in changes {
        match &change {
            TableChange::AddColumn(column) if !column.nullable && given(column).is_some() => {
                let mut open = column.clone();
                open.nullable = true;
                between.extend(fill(column, None));
                after.push(TableChange::AlterColumn(Box::new(Pair::new(
                    open.clone(),
                    column.clone(),
                ))));
                before.push(TableChange::AddColumn(open));
            }
            TableChange::AlterColumn(pair) => {
                if let Some(found) = misfit(server, &pair.from, &pair.to) {
                    let condition = (!found.is_null_only).then_some(found.condition);
                    between.extend(fill(&pair.to, condition));
                }
                after.push(change);
            }
            // What could stand in the way of a value goes first, and what a value is taken from goes last.
            TableChange::AddColumn(_)
            | TableChange::DropPrimaryKey(_)
            | TableChange::DropUnique(_)
            | TableChange::DropIndex(_)
            | TableChange::DropForeignKey(_)
            | TableChange::DropCheck(_)
            | TableChange::DropExclusion(_) => before.push(change),
            TableChange::DropColumn(_)
            | TableChange::RenameColumn(_)
            | TableChange::AddPrimaryKey(_)
            | TableChange::AddUnique(_)
            | TableChange::AddIndex(_)
            | TableChange::RenameIndex(_)
            | TableChange::AddForeignKey(_)
            | TableChange::AddCheck(_)
            | TableChange::AddExclusion(_)
            | TableChange::RenameConstraint(_)
            | TableChange::SetComment(_)
            | TableChange::CommentOn { .. }
            | TableChange::SetOptions(_)
            | TableChange::Fill(_)
            | TableChange::Unfill(_) => after.push(change),
        }
    }
    [before, between, after].concat()
}
