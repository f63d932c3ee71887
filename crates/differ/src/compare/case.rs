//! Names that differ in case only, on a server that takes them for one.

use std::borrow::Cow;
use std::collections::BTreeMap;

use plimsoll_schema::{Capabilities, Catalog, Change, Column, Pair, TableChange, TableName};

use super::resolve::follow;

/// Where case makes no name, a stated name that the database has in another case is taken in the database's.
pub(super) fn adopt(can: Capabilities, stated: &mut Cow<'_, Catalog>, live: &Catalog) {
    let folded = |name: &str| name.to_lowercase();
    if can.table_names_ignore_case {
        let there: BTreeMap<String, &TableName> = live
            .tables
            .keys()
            .map(|name| (folded(&name.to_string()), name))
            .collect();
        let names: Vec<TableName> = stated.tables.keys().cloned().collect();
        for name in names {
            if let Some(known) = there.get(&folded(&name.to_string()))
                && **known != name
            {
                let pair = Pair::new(name, (*known).clone());
                follow(stated.to_mut(), &Change::RenameTable(pair));
            }
        }
    }
    if can.column_names_ignore_case {
        let mut changes = Vec::new();
        for (name, table) in &stated.tables {
            let Some(known) = live.tables.get(name) else {
                continue;
            };
            let there: BTreeMap<String, &str> = known
                .columns
                .iter()
                .map(|column| (folded(&column.name), column.name.as_str()))
                .collect();
            let renames = table.columns.iter().filter_map(|column| {
                let known = there.get(&folded(&column.name)).filter(|known| {
                    // One that is to be renamed so keeps the case that is stated.
                    **known != column.name && column.renamed_from.as_deref() != Some(**known)
                })?;
                let pair = Pair::new(column.name.clone(), (*known).to_owned());
                Some(TableChange::RenameColumn(pair))
            });
            let renames: Vec<TableChange> = renames.collect();
            if !renames.is_empty() {
                changes.push(Change::AlterTable {
                    table: name.clone(),
                    changes: renames,
                });
            }
        }
        for change in changes {
            follow(stated.to_mut(), &change);
        }
    }
}

/// Where every fact is stated, another case is another name, which the column is given.
pub(super) fn state(stated: &mut Cow<'_, Catalog>, live: &Catalog) {
    let mut renames: Vec<(TableName, Pair<String>)> = Vec::new();
    for (name, table) in &stated.tables {
        for known in live
            .tables
            .get(name)
            .into_iter()
            .flat_map(|live| &live.columns)
        {
            let folded = known.name.to_lowercase();
            let is_it = |column: &&Column| column.name.to_lowercase() == folded;
            let wanted = table.columns.iter().find(is_it);
            if let Some(column) = wanted.filter(|column| column.name != known.name) {
                let pair = Pair::new(known.name.clone(), column.name.clone());
                renames.push((name.clone(), pair));
            }
        }
    }
    for (table, pair) in renames {
        let table = stated.to_mut().tables.get_mut(&table);
        if let Some(column) = table.and_then(|table| table.column_mut(&pair.to)) {
            column.renamed_from = Some(pair.from);
        }
    }
}
