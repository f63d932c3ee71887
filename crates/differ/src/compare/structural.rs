//! Two closed catalogs, compared part by part.

use plimsoll_schema::{
    Capabilities, Catalog, Change, Check, Column, ColumnType, ForeignKey, Index, KeyTarget, Pair,
    Server, Table, TableChange, TableName, Value, backend, expression,
};

use super::{lost_default, parts, remake, respell, restate, turn};

/// What leads from one closed catalog to another. Parts are matched by name, and those without one by all they are; the order of
/// columns is not compared. Foreign keys that stand on a key that changes are taken down and put up again around it.
pub fn compare(server: &Server, from: &Catalog, to: &Catalog) -> Vec<Change> {
    let mut changes = Vec::new();
    for (name, wanted) in &to.enums {
        match from.enums.get(name) {
            None => changes.push(Change::CreateEnum(wanted.clone())),
            Some(known) if known != wanted => {
                changes.push(Change::AlterEnum(Pair::new(known.clone(), wanted.clone())));
            }
            Some(_) => {}
        }
    }
    for (name, wanted) in &to.tables {
        match from.tables.get(name) {
            None => changes.push(Change::CreateTable(wanted.clone())),
            Some(known) => {
                let parts = compare_tables(server, known, wanted);
                if !parts.is_empty() {
                    changes.push(Change::AlterTable {
                        table: name.clone(),
                        changes: parts,
                    });
                }
            }
        }
    }
    for (name, known) in &from.tables {
        if !to.tables.contains_key(name) {
            changes.push(Change::DropTable(known.clone()));
        }
    }
    for (name, known) in &from.enums {
        if !to.enums.contains_key(name) {
            changes.push(Change::DropEnum(known.clone()));
        }
    }
    if server.capabilities().enum_types {
        changes = lost_default::dropped_first(changes);
    }
    if server.capabilities().alters_foreign_keys {
        step_around_foreign_keys(server, from, to, &mut changes);
    } else {
        restate::restate(from, to, &mut changes);
    }
    changes
}

fn compare_tables(server: &Server, from: &Table, to: &Table) -> Vec<TableChange> {
    let mut out = Vec::new();
    let mut from = comparable(server, from, to);
    let mut ahead = Vec::new();
    let can = server.capabilities();
    if can.renames_indexes {
        ahead.extend(parts::renamed_indexes(&mut from, to));
    }
    if can.renames_parts {
        ahead.extend(parts::renamed(&mut from, to));
        ahead.extend(parts::commented(&mut from, to));
    }
    let from = &from;
    let held = remake::held(server, from, to);
    let remade = remake::remade(server, from, to, &held);
    let rest = |table: Table| respell::without_parts(can, from, to, table);
    drop_parts(from, &rest(remake::without_parts(to, &remade)), &mut out);
    out.extend(ahead);
    out.extend(turn::columns(server, from, to, &held));
    add_parts(&rest(remake::without_parts(from, &remade)), to, &mut out);
    if from.comment != to.comment {
        out.push(TableChange::SetComment(Pair::new(
            from.comment.clone(),
            to.comment.clone(),
        )));
    }
    if from.options != to.options {
        out.push(TableChange::SetOptions(Box::new(Pair::new(
            from.options.clone(),
            to.options.clone(),
        ))));
    }
    out
}

/// The table before; where the server keeps no names of foreign keys, with those of the table after.
fn comparable(server: &Server, from: &Table, to: &Table) -> Table {
    let mut table = from.clone();
    if !server.capabilities().foreign_key_names {
        for key in &mut table.foreign_keys {
            let renamed = |name: &Option<String>| ForeignKey {
                name: name.clone(),
                ..key.clone()
            };
            if let Some(other) = to
                .foreign_keys
                .iter()
                .find(|other| renamed(&other.name) == **other)
            {
                *key = other.clone();
            }
        }
    }
    table
}

/// What is on the left only; a part that differs under one name is on both lists.
fn drop_parts(from: &Table, to: &Table, out: &mut Vec<TableChange>) {
    let gone = |key: &&ForeignKey| !to.foreign_keys.contains(key);
    out.extend(
        from.foreign_keys
            .iter()
            .filter(gone)
            .cloned()
            .map(TableChange::DropForeignKey),
    );
    out.extend(missing_by(&from.checks, &to.checks, one_check).map(TableChange::DropCheck));
    out.extend(missing(&from.exclusions, &to.exclusions).map(TableChange::DropExclusion));
    out.extend(missing_by(&from.indexes, &to.indexes, one_index).map(TableChange::DropIndex));
    out.extend(missing(&from.uniques, &to.uniques).map(TableChange::DropUnique));
    if let Some(key) = &from.primary_key
        && from.primary_key != to.primary_key
    {
        out.push(TableChange::DropPrimaryKey(key.clone()));
    }
}

fn add_parts(from: &Table, to: &Table, out: &mut Vec<TableChange>) {
    if let Some(key) = &to.primary_key
        && from.primary_key != to.primary_key
    {
        out.push(TableChange::AddPrimaryKey(key.clone()));
    }
    out.extend(missing(&to.uniques, &from.uniques).map(TableChange::AddUnique));
    out.extend(missing_by(&to.indexes, &from.indexes, one_index).map(TableChange::AddIndex));
    out.extend(missing(&to.exclusions, &from.exclusions).map(TableChange::AddExclusion));
    out.extend(missing_by(&to.checks, &from.checks, one_check).map(TableChange::AddCheck));
    out.extend(missing(&to.foreign_keys, &from.foreign_keys).map(TableChange::AddForeignKey));
}

/// A column, its expressions in the one spelling that equal ones share. Where enums are types of their own, their values are the
/// type's affair.
pub(super) fn one_column(server: &Server, column: &Column) -> Column {
    let mut column = column.clone();
    if server.capabilities().enum_types {
        let mut ty = &mut column.ty;
        while let ColumnType::Array(element) = ty {
            ty = element;
        }
        if let ColumnType::Enum { values, .. } = ty {
            values.clear();
        }
    }
    if let Some(generated) = &mut column.generated {
        generated.expression = expression::normal(&generated.expression);
    }
    if let Some(Value::Expression(text)) = &mut column.default {
        *text = expression::normal(text);
    }
    column
}

pub(super) fn one_check(check: &Check) -> Check {
    Check {
        expression: expression::normal(&check.expression),
        ..check.clone()
    }
}

pub(super) fn one_index(index: &Index) -> Index {
    let mut index = index.clone();
    index.predicate = index.predicate.map(|text| expression::normal(&text));
    for key in &mut index.keys {
        if let KeyTarget::Expression(text) = &mut key.target {
            *text = expression::normal(text);
        }
    }
    index
}

/// As [`missing`], two parts being one when what `spelled` makes of them is.
fn missing_by<'a, T: PartialEq + Clone>(
    left: &'a [T],
    right: &'a [T],
    spelled: fn(&T) -> T,
) -> impl Iterator<Item = T> + 'a {
    let known: Vec<T> = right.iter().map(spelled).collect();
    left.iter()
        .filter(move |part| !known.contains(&spelled(part)))
        .cloned()
}

/// The parts of `left` that `right` does not have.
fn missing<'a, T: PartialEq + Clone>(
    left: &'a [T],
    right: &'a [T],
) -> impl Iterator<Item = T> + 'a {
    left.iter().filter(|part| !right.contains(part)).cloned()
}

/// A key or the type of a key's column cannot change under a foreign key that stands on it (PostgreSQL: the constraint depends on
/// the key's index; InnoDB: "Cannot change column used in a foreign key constraint").
fn step_around_foreign_keys(
    server: &Server,
    from: &Catalog,
    to: &Catalog,
    changes: &mut Vec<Change>,
) {
    let can = server.capabilities();
    let_go(can, from, changes);
    let mut around: Vec<(TableName, Pair<ForeignKey>)> = Vec::new();
    for table in to.tables.values() {
        let Some(known) = from.tables.get(&table.name) else {
            continue;
        };
        for key in stays(known, table, changes) {
            let pointed_at = Columns {
                table: to.table(&key.to.ref_table),
                names: &key.to.ref_columns,
                is_target: true,
            };
            let pointing = Columns {
                table: Some(table),
                names: &key.to.columns,
                is_target: false,
            };
            let touched = changes.iter().any(|change| {
                pointed_at.are_altered(can, change)
                    || pointing.are_altered(can, change)
                    || (backend::replaces_enum(server, change) && pointing.are_of(change))
            });
            if touched {
                around.push((table.name.clone(), key));
            }
        }
    }
    for (table, key) in around {
        let at = changes.iter().position(
            |change| matches!(change, Change::AlterTable { table: name, .. } if *name == table),
        );
        let rename = renamed(&key);
        let drop = TableChange::DropForeignKey(key.from);
        let add = TableChange::AddForeignKey(key.to);
        match at.map(|at| &mut changes[at]) {
            Some(Change::AlterTable { changes, .. }) => {
                changes.retain(|change| Some(change) != rename.as_ref());
                changes.insert(0, drop);
                changes.push(add);
            }
            Some(_) | None => {
                changes.push(Change::AlterTable {
                    table,
                    changes: vec![drop, add],
                });
            }
        }
    }
}

/// The foreign keys that a table keeps, also under another name.
fn stays(known: &Table, table: &Table, changes: &[Change]) -> Vec<Pair<ForeignKey>> {
    let is_renamed = |key: &Pair<ForeignKey>| {
        let rename = renamed(key);
        changes.iter().any(|change| {
            matches!(change, Change::AlterTable { table: name, changes }
                if *name == table.name && changes.iter().any(|change| Some(change) == rename.as_ref()))
        })
    };
    let keys = table.foreign_keys.iter().filter_map(|key| {
        if known.foreign_keys.contains(key) {
            return Some(Pair::new(key.clone(), key.clone()));
        }
        let pairs = known.foreign_keys.iter();
        let mut pairs = pairs.map(|other| Pair::new(other.clone(), key.clone()));
        pairs.find(is_renamed)
    });
    keys.collect()
}

/// The change that gives a foreign key its other name, if the name is all that differs.
fn renamed(key: &Pair<ForeignKey>) -> Option<TableChange> {
    let names = Pair::new(key.from.name.clone()?, key.to.name.clone()?);
    let mut other = key.from.clone();
    other.name.clone_from(&key.to.name);
    (other == key.to && names.differs()).then_some(TableChange::RenameConstraint(names))
}

/// A table that goes lets go of the columns that change before it goes.
fn let_go(can: Capabilities, from: &Catalog, changes: &mut Vec<Change>) {
    let known = changes.clone();
    let mut drops = Vec::new();
    for change in changes.iter_mut() {
        let Change::DropTable(table) = change else {
            continue;
        };
        let name = table.name.clone();
        let is_held = |key: &ForeignKey| {
            let pointed_at = Columns {
                table: from.table(&key.ref_table),
                names: &key.ref_columns,
                is_target: true,
            };
            key.ref_table != name && known.iter().any(|one| pointed_at.are_altered(can, one))
        };
        let keys = std::mem::take(&mut table.foreign_keys);
        let (held, free): (Vec<ForeignKey>, Vec<ForeignKey>) = keys.into_iter().partition(is_held);
        table.foreign_keys = free;
        if !held.is_empty() {
            drops.push(Change::AlterTable {
                table: name,
                changes: held.into_iter().map(TableChange::DropForeignKey).collect(),
            });
        }
    }
    changes.extend(drops);
}

/// One side of a foreign key that stays.
struct Columns<'a> {
    table: Option<&'a Table>,
    names: &'a [String],
    /// Whether it is the side pointed at.
    is_target: bool,
}

impl Columns<'_> {
    /// Whether a change alters one of the columns in a way that the foreign key does not bear, or drops a key over exactly them.
    fn are_altered(&self, can: Capabilities, change: &Change) -> bool {
        let (Change::AlterTable { table, changes }, Some(own)) = (change, self.table) else {
            return false;
        };
        *table == own.name && changes.iter().any(|change| self.is_altered(can, change))
    }

    fn is_altered(&self, can: Capabilities, change: &TableChange) -> bool {
        let over = |key: &[String]| self.is_target && same_set(key, self.names);
        match change {
            TableChange::AlterColumn(pair) => {
                let Pair { from, to } = pair.as_ref();
                let is_held = can.foreign_keys_hold_columns
                    && (from.collation != to.collation
                        || (self.is_target && from.auto_increment != to.auto_increment));
                self.names.contains(&from.name) && (from.ty != to.ty || is_held)
            }
            TableChange::SetOptions(pair) => {
                can.foreign_keys_hold_columns
                    && pair.from.collation != pair.to.collation
                    && self.follow_their_table()
            }
            TableChange::DropPrimaryKey(key) => over(&key.columns),
            TableChange::DropUnique(unique) => over(&unique.columns),
            TableChange::DropIndex(index) => {
                let key: Option<Vec<String>> = index
                    .plain_columns()
                    .map(|columns| columns.into_iter().map(str::to_owned).collect());
                index.unique && key.is_some_and(|key| over(&key))
            }
            TableChange::AddColumn(_)
            | TableChange::DropColumn(_)
            | TableChange::RenameColumn(_)
            | TableChange::AddPrimaryKey(_)
            | TableChange::AddUnique(_)
            | TableChange::AddIndex(_)
            | TableChange::RenameIndex(_)
            | TableChange::AddForeignKey(_)
            | TableChange::DropForeignKey(_)
            | TableChange::AddCheck(_)
            | TableChange::DropCheck(_)
            | TableChange::AddExclusion(_)
            | TableChange::DropExclusion(_)
            | TableChange::RenameConstraint(_)
            | TableChange::SetComment(_)
            | TableChange::CommentOn { .. }
            | TableChange::Fill(_)
            | TableChange::Unfill(_)
            | TableChange::RenameValue { .. } => false,
        }
    }

    /// Whether one of them is of the enum type that changes.
    fn are_of(&self, change: &Change) -> bool {
        let columns = self.table.into_iter().flat_map(|table| &table.columns);
        let mut own = columns.filter(|column| self.names.contains(&column.name));
        let Change::AlterEnum(pair) = change else {
            return false;
        };
        own.any(|column| column.ty.enum_name() == Some(&pair.from.name))
    }

    /// Whether one of them is a text whose collation is its table's.
    fn follow_their_table(&self) -> bool {
        let columns = self.table.into_iter().flat_map(|table| &table.columns);
        columns
            .filter(|column| self.names.contains(&column.name))
            .any(|column| column.collation.is_none() && column.ty.is_text())
    }
}

/// Whether two lists hold the same names, in any order.
pub(super) fn same_set(left: &[String], right: &[String]) -> bool {
    left.len() == right.len() && left.iter().all(|name| right.contains(name))
}
