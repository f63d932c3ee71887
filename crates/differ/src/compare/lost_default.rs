//! Defaults that are a value which its enum type loses: they go before the type changes, and come back after it on the way down.

use plimsoll_schema::{
    Change, Column, ColumnType, EnumType, Literal, Pair, TableChange, TableName, Value,
};

/// The changes, every default that a changed enum type could not hold dropped by a change of its own; [`is_early`] tells which.
pub(super) fn dropped_first(changes: Vec<Change>) -> Vec<Change> {
    let types: Vec<Pair<EnumType>> = changes
        .iter()
        .filter_map(Change::altered_enum)
        .cloned()
        .collect();
    if types.is_empty() {
        return changes;
    }
    let mut out = Vec::new();
    for mut change in changes {
        match &mut change {
            Change::DropTable(table) => {
                let name = table.name.clone();
                for column in &mut table.columns {
                    out.extend(early(&types, &name, column));
                }
            }
            Change::AlterTable { table, changes } => {
                for change in changes {
                    if let TableChange::DropColumn(column) = change {
                        out.extend(early(&types, table, column));
                    } else if let TableChange::AlterColumn(pair) = change {
                        out.extend(early(&types, table, &mut pair.from));
                    }
                }
            }
            Change::CreateTable(_)
            | Change::RenameTable(_)
            | Change::CreateEnum(_)
            | Change::DropEnum(_)
            | Change::AlterEnum(_)
            | Change::RenameEnum(_)
            | Change::RenameEnumValue { .. } => {}
        }
        out.push(change);
    }
    out.retain(|change| {
        let Change::AlterTable { changes, .. } = change else {
            return true;
        };
        changes.iter().any(|change| {
            let TableChange::AlterColumn(pair) = change else {
                return true;
            };
            pair.from != pair.to
        })
    });
    out
}

/// Takes the default from the column, if its type is about to lose the value; the change that does so on the server.
fn early(types: &[Pair<EnumType>], table: &TableName, column: &mut Column) -> Option<Change> {
    let name = column.ty.enum_name()?;
    let changed = types.iter().find(|pair| pair.from.name == *name)?;
    let Pair { from, to } = changed;
    let mut gone = from.values.iter().filter(|one| !to.values.contains(one));
    let is_lost = match (&column.ty, column.default.as_ref()?) {
        (ColumnType::Enum { .. }, Value::Literal(Literal::String(word))) => {
            !to.values.contains(word)
        }
        (ColumnType::Enum { .. }, Value::Literal(_)) => false,
        // A default that goes early although it could have stayed comes back at once.
        (_, Value::Literal(Literal::String(text)) | Value::Expression(text)) => {
            gone.any(|one| text.contains(one.as_str()))
        }
        (_, Value::Literal(_)) => false,
    };
    if !is_lost {
        return None;
    }
    let from = column.clone();
    column.default = None;
    let pair = Box::new(Pair::new(from, column.clone()));
    Some(Change::AlterTable {
        table: table.clone(),
        changes: vec![TableChange::AlterColumn(pair)],
    })
}

/// Whether the change does nothing but drop defaults of enum columns.
pub(crate) fn is_early(change: &Change) -> bool {
    let Change::AlterTable { changes, .. } = change else {
        return false;
    };
    changes.iter().all(|change| {
        let TableChange::AlterColumn(pair) = change else {
            return false;
        };
        let mut without = pair.from.clone();
        without.default = None;
        pair.from.ty.enum_name().is_some() && pair.from.default.is_some() && without == pair.to
    })
}
