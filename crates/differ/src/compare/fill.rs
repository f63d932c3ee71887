//! What the user gave for rows that a change would refuse, and the values that have another name, put between the changes of their table.

use std::collections::BTreeMap;

use plimsoll_schema::backend::{Misfit, misfit};
use plimsoll_schema::{
    Catalog, Change, Column, ColumnType, EnumType, Fill, Pair, Rows, Server, TableChange, TableName,
};

use super::words::{Renamed, Words, keeps_words};
use super::{Answers, Input};

/// The changes with the fills where they have to stand: a required column comes as one that admits NULL, is filled, and required then.
/// Rows that hold a value which an enum type loses get another one before it does; those that hold a renamed one follow it.
/// `current` is the database after the renames of objects.
pub(super) fn stage(
    input: &Input<'_>,
    current: &Catalog,
    mut changes: Vec<Change>,
    renamed: &Renamed,
) -> Vec<Change> {
    let (server, answers) = (input.server, input.answers);
    let fills = &answers.fills;
    if fills.is_empty() && answers.conversions.is_empty() && renamed.is_empty() {
        return changes;
    }
    let values = hosted(&mut changes, renamed);
    let mut out = Vec::new();
    for (at, change) in changes.into_iter().enumerate() {
        match change {
            Change::AlterTable { table, changes } => out.push(Change::AlterTable {
                changes: stage_table(server, &table, changes, answers, values.get(&at)),
                table,
            }),
            Change::AlterEnum(pair) => {
                out.extend(before_values_go(server, current, &pair, fills));
                out.push(Change::AlterEnum(pair));
            }
            Change::CreateTable(_)
            | Change::DropTable(_)
            | Change::RenameTable(_)
            | Change::CreateEnum(_)
            | Change::DropEnum(_)
            | Change::RenameEnum(_)
            | Change::RenameEnumValue { .. } => out.push(change),
        }
    }
    out
}

/// The fills that come before an enum type loses values, a change for each table.
fn before_values_go(
    server: &Server,
    current: &Catalog,
    pair: &Pair<EnumType>,
    fills: &BTreeMap<String, String>,
) -> Vec<Change> {
    let mut found: BTreeMap<&TableName, Vec<TableChange>> = BTreeMap::new();
    for (table, column) in current.users_of(&pair.from.name) {
        if let Some(expression) = fills.get(&format!("{}.{column}", table.name))
            && let Some(known) = table.column(column)
            && let Some(Misfit { condition, .. }) = lost_values(server, known, pair)
        {
            let fill = TableChange::Fill(Fill {
                column: column.to_owned(),
                expression: expression.clone(),
                rows: Rows::Where(condition),
            });
            found.entry(&table.name).or_default().push(fill);
        }
    }
    let changes = found
        .into_iter()
        .map(|(table, changes)| Change::AlterTable {
            table: table.clone(),
            changes,
        });
    changes.collect()
}

/// The rows that the change of a column would refuse or cut. Where enums are types of their own, the values of one are its own affair.
pub(crate) fn misfits(server: &Server, from: &Column, to: &Column) -> Option<Misfit> {
    if are_of_one_enum(from, to) && server.capabilities().enum_types {
        let ty = from.ty.clone();
        return misfit(server, from, &Column { ty, ..to.clone() });
    }
    misfit(server, from, to)
}

fn are_of_one_enum(from: &Column, to: &Column) -> bool {
    from.ty.enum_name().is_some() && from.ty.enum_name() == to.ty.enum_name()
}

/// The rows of a column of an enum type that hold a value which the type loses.
pub(crate) fn lost_values(
    server: &Server,
    column: &Column,
    pair: &Pair<EnumType>,
) -> Option<Misfit> {
    let of = |enum_type: &EnumType| Column {
        ty: column.ty.with_enum_values(&enum_type.values),
        ..column.clone()
    };
    misfit(server, &of(&pair.from), &of(&pair.to))
}

/// How the user converts the values of a column whose type changes.
fn conversion(table: &TableName, pair: &Pair<Column>, answers: &Answers) -> Option<TableChange> {
    let Pair { from, to } = pair;
    let is_other_type = from.ty != to.ty && !are_of_one_enum(from, to);
    let told = answers.conversions.get(&format!("{table}.{}", to.name))?;
    is_other_type.then(|| {
        TableChange::Fill(Fill {
            column: to.name.clone(),
            expression: told.expression.clone(),
            rows: Rows::Converted {
                back: told.back.clone(),
            },
        })
    })
}

/// The renamed values of columns, by the change that alters their table: the one that alters the column, if there is one. Where the words
/// of a column are no business of the server's, none need be there.
fn hosted(changes: &mut Vec<Change>, renamed: &Renamed) -> BTreeMap<usize, Words> {
    let mut out: BTreeMap<usize, Words> = BTreeMap::new();
    for (table, columns) in renamed {
        for (column, values) in columns {
            let at = host(changes, table, column).unwrap_or_else(|| {
                changes.push(Change::AlterTable {
                    table: table.clone(),
                    changes: Vec::new(),
                });
                changes.len() - 1
            });
            let own = out.entry(at).or_default();
            own.insert(column.clone(), values.clone());
        }
    }
    out
}

fn host(changes: &[Change], table: &TableName, column: &str) -> Option<usize> {
    let alters = |change: &TableChange| matches!(change, TableChange::AlterColumn(pair) if pair.from.name == column);
    let renames = |change: &TableChange| matches!(change, TableChange::RenameColumn(_));
    let found = changes
        .iter()
        .position(|change| parts(change, table).iter().any(alters));
    found.or_else(|| {
        let mut all = changes.iter();
        all.position(|change| !parts(change, table).iter().all(renames))
    })
}

/// What changes of that table, if the change is of it.
fn parts<'a>(change: &'a Change, table: &TableName) -> &'a [TableChange] {
    match change {
        Change::AlterTable {
            table: own,
            changes,
        } if own == table => changes,
        Change::AlterTable { .. }
        | Change::CreateTable(_)
        | Change::DropTable(_)
        | Change::RenameTable(_)
        | Change::CreateEnum(_)
        | Change::DropEnum(_)
        | Change::AlterEnum(_)
        | Change::RenameEnum(_)
        | Change::RenameEnumValue { .. } => &[],
    }
}

/// Columns first hold both names of a value, then one: gives the changes that widen them and leaves those that narrow them.
fn widened(server: &Server, changes: &mut [TableChange], values: &Words) -> Vec<TableChange> {
    let mut out = Vec::new();
    for change in changes {
        let TableChange::AlterColumn(pair) = change else {
            continue;
        };
        let Some(values) = values.get(&pair.from.name) else {
            continue;
        };
        if let ColumnType::Enum { values: words, .. } = &pair.from.ty
            && keeps_words(server, &pair.from)
        {
            let mut all = words.clone();
            for value in values {
                if !all.contains(&value.to) {
                    all.push(value.to.clone());
                }
            }
            let wide = Column {
                ty: pair.from.ty.with_enum_values(&all),
                ..pair.from.clone()
            };
            let from = std::mem::replace(&mut pair.from, wide.clone());
            out.push(TableChange::AlterColumn(Box::new(Pair::new(from, wide))));
        }
    }
    out
}

fn stage_table(
    server: &Server,
    table: &TableName,
    mut changes: Vec<TableChange>,
    answers: &Answers,
    values: Option<&Words>,
) -> Vec<TableChange> {
    let given = |column: &Column| answers.fills.get(&format!("{table}.{}", column.name));
    let fill = |column: &Column, rows| {
        given(column).map(|expression| {
            TableChange::Fill(Fill {
                column: column.name.clone(),
                expression: expression.clone(),
                rows,
            })
        })
    };
    let prefix = format!("{table}.");
    let mut names = answers.fills.keys().chain(answers.conversions.keys());
    if values.is_none() && !names.any(|name| name.starts_with(&prefix)) {
        return changes;
    }
    let widened = values.map(|values| widened(server, &mut changes, values));
    let follow = values.into_iter().flatten().flat_map(|(column, values)| {
        values.iter().map(|value| TableChange::RenameValue {
            column: column.clone(),
            value: value.clone(),
        })
    });
    let (mut before, mut between, mut after) = (Vec::new(), Vec::new(), Vec::new());
    between.extend(follow);
    for change in changes {
        match &change {
            TableChange::AddColumn(column) if !column.nullable && given(column).is_some() => {
                let mut open = column.clone();
                open.nullable = true;
                between.extend(fill(column, Rows::Null));
                after.push(TableChange::AlterColumn(Box::new(Pair::new(
                    open.clone(),
                    column.clone(),
                ))));
                before.push(TableChange::AddColumn(open));
            }
            TableChange::AlterColumn(pair) => {
                if let Some(found) = misfits(server, &pair.from, &pair.to) {
                    let rows = if found.is_null_only {
                        Rows::Null
                    } else {
                        Rows::Where(found.condition)
                    };
                    between.extend(fill(&pair.to, rows));
                }
                after.extend(conversion(table, pair, answers));
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
            | TableChange::Unfill(_)
            | TableChange::RenameValue { .. } => after.push(change),
        }
    }
    before.extend(widened.into_iter().flatten());
    [before, between, after].concat()
}
