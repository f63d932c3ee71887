//! Foreign keys that name no column, which SQLite reads as the parent's key of the moment.

use plimsoll_schema::{Catalog, Change, ForeignKey, Table, TableChange};

/// Says the foreign keys again that point at what is a primary key no more: one that named no column would follow the key. How one was
/// written is not read.
pub(super) fn restate(from: &Catalog, to: &Catalog, changes: &mut Vec<Change>) {
    for (name, table) in &to.tables {
        let known = from.tables.get(name).map(|known| &known.foreign_keys);
        let stays = |key: &&ForeignKey| known.is_some_and(|known| known.contains(key));
        let loses = |key: &&ForeignKey| key.ref_table != *name && loses_key(from, to, key);
        let keys = table.foreign_keys.iter().filter(stays).filter(loses);
        let again: Vec<TableChange> = keys
            .flat_map(|key| {
                [
                    TableChange::DropForeignKey(key.clone()),
                    TableChange::AddForeignKey(key.clone()),
                ]
            })
            .collect();
        if again.is_empty() {
            continue;
        }
        let own = changes.iter_mut().find_map(|change| match change {
            Change::AlterTable { table, changes } if table == name => Some(changes),
            Change::AlterTable { .. }
            | Change::CreateTable(_)
            | Change::DropTable(_)
            | Change::RenameTable(_)
            | Change::CreateEnum(_)
            | Change::DropEnum(_)
            | Change::AlterEnum(_)
            | Change::RenameEnum(_)
            | Change::RenameEnumValue { .. } => None,
        });
        match own {
            Some(own) => own.extend(again),
            None => changes.push(Change::AlterTable {
                table: name.clone(),
                changes: again,
            }),
        }
    }
}

/// Whether the key of the table pointed at becomes another one than the columns pointed at.
fn loses_key(from: &Catalog, to: &Catalog, key: &ForeignKey) -> bool {
    let is_key = |table: &Table| {
        let primary = table.primary_key.as_ref();
        primary.is_some_and(|primary| primary.columns == key.ref_columns)
    };
    let (before, after) = (from.table(&key.ref_table), to.table(&key.ref_table));
    before.is_some_and(is_key) && after.is_some_and(|after| !is_key(after))
}
