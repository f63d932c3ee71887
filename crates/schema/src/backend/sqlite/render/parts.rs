//! A table after a change, for a change that may come from a file written against another database: a part that goes is found by
//! what it is, not by every fact of it, and of a column only what the change is about is taken over.

use crate::backend::sqlite::parse::{not_null_clause, null_clause, unique_clause};
use crate::backend::sqlite::{types, value};
use crate::{
    ApplyError, Check, Column, Facet, ForeignKey, Pair, Table, TableChange, Unique, expression,
};

/// Carries the change out on the table.
pub(super) fn apply(table: &mut Table, change: &TableChange) -> Result<(), ApplyError> {
    let found = match change {
        TableChange::DropUnique(unique) => {
            find(&table.uniques, |known| is_unique(known, unique)).map(TableChange::DropUnique)
        }
        TableChange::DropForeignKey(key) => {
            find(&table.foreign_keys, |known| is_foreign_key(known, key))
                .map(TableChange::DropForeignKey)
        }
        TableChange::DropCheck(check) => {
            find(&table.checks, |known| is_check(known, check)).map(TableChange::DropCheck)
        }
        TableChange::AlterColumn(pair) => table
            .column(&pair.from.name)
            .map(|known| TableChange::AlterColumn(Box::new(altered(known, pair)))),
        TableChange::AddColumn(_)
        | TableChange::DropColumn(_)
        | TableChange::RenameColumn(_)
        | TableChange::AddPrimaryKey(_)
        | TableChange::DropPrimaryKey(_)
        | TableChange::AddUnique(_)
        | TableChange::AddIndex(_)
        | TableChange::DropIndex(_)
        | TableChange::RenameIndex(_)
        | TableChange::AddForeignKey(_)
        | TableChange::AddCheck(_)
        | TableChange::AddExclusion(_)
        | TableChange::DropExclusion(_)
        | TableChange::RenameConstraint(_)
        | TableChange::SetComment(_)
        | TableChange::CommentOn { .. }
        | TableChange::SetOptions(_)
        | TableChange::Fill(_)
        | TableChange::Unfill(_)
        | TableChange::RenameValue { .. } => None,
    };
    table.apply(found.as_ref().unwrap_or(change))?;
    prune(table);
    Ok(())
}

fn find<T: Clone>(parts: &[T], is: impl Fn(&T) -> bool) -> Option<T> {
    parts.iter().find(|part| is(part)).cloned()
}

/// One name, or, since names are not always kept here, made of the same.
fn is_one(known: Option<&String>, wanted: Option<&String>, is_like: bool) -> bool {
    is_like || (known.is_some() && known == wanted)
}

fn is_unique(known: &Unique, wanted: &Unique) -> bool {
    let is_like = known.columns == wanted.columns;
    is_one(known.name.as_ref(), wanted.name.as_ref(), is_like)
}

fn is_foreign_key(known: &ForeignKey, wanted: &ForeignKey) -> bool {
    let is_like = known.columns == wanted.columns && known.ref_table == wanted.ref_table;
    is_one(known.name.as_ref(), wanted.name.as_ref(), is_like)
}

fn is_check(known: &Check, wanted: &Check) -> bool {
    let is_like = expression::same(&known.expression, &wanted.expression);
    is_one(known.name.as_ref(), wanted.name.as_ref(), is_like)
}

/// The column as it is, with what differs between the two sides taken over.
fn altered(known: &Column, pair: &Pair<Column>) -> Pair<Column> {
    let mut column = known.clone();
    for facet in Facet::of(pair.as_ref()) {
        let to = pair.to.clone();
        match facet {
            Facet::Type => {
                column.ty = to.ty;
                // A default that stays is read by the new type: FALSE of a number is 0.
                column.default = column
                    .default
                    .map(|value| value::stored(&value, &column.ty));
            }
            Facet::Nullable => column.nullable = to.nullable,
            Facet::Default => column.default = to.default,
            Facet::Generated => column.generated = to.generated,
            Facet::AutoIncrement => column.auto_increment = to.auto_increment,
            Facet::Collation => column.collation = to.collation,
            Facet::OnUpdate => column.on_update = to.on_update,
            Facet::Comment => column.comment = to.comment,
            Facet::Invisible => column.invisible = to.invisible,
        }
    }
    Pair::new(known.clone(), column)
}

/// A clause goes with the part it belongs to.
fn prune(table: &mut Table) {
    let mut parts: Vec<String> = table
        .uniques
        .iter()
        .map(|unique| unique_clause(&unique.columns))
        .collect();
    let required = table.columns.iter().filter(|column| !column.nullable);
    parts.extend(required.map(|column| not_null_clause(&column.name)));
    if let Some(key) = &table.primary_key {
        parts.push("primary key".into());
        parts.extend(key.columns.iter().map(|column| null_clause(column)));
    }
    table.options.clauses.retain(|part, _| parts.contains(part));
}

/// The type as SQLite keeps it; one that it cannot have is none.
pub(super) fn spelled(column: &Column) -> Option<String> {
    types::spell(&column.ty).ok()
}
