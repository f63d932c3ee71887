//! ALTER TABLE: as few statements as the server takes, for each may copy the table.

use sea_query::MysqlQueryBuilder;

use super::admit;
use super::clause::Place;
use super::rename::{self, Followers};
use super::{can_rename_column, implicit, options, regenerate};
use crate::backend::{RenderError, Server};
use crate::{ForeignKey, Index, Pair, Table, TableChange, TableName, Unique, sea};

/// The statements that carry the changes out in their order. `known` is the table before them.
pub(super) fn alter(
    server: &Server,
    known: Option<&Table>,
    name: &TableName,
    changes: &[TableChange],
) -> Result<Vec<String>, RenderError> {
    let changes = without_constraint_renames(known, changes);
    let mut known = known.cloned();
    let mut out = Vec::new();
    let mut rest = changes.as_slice();
    while !rest.is_empty() {
        let (group, after) = rest.split_at(group_length(rest));
        let place = Place {
            server,
            table: name,
            known: known.as_ref(),
        };
        out.extend(statements(&place, group)?);
        known = known.and_then(|table| applied(&table, group));
        rest = after;
    }
    Ok(out)
}

/// The table after the changes; `None` when they do not fit it, which is for the caller's simulation to say.
fn applied(table: &Table, changes: &[TableChange]) -> Option<Table> {
    let mut table = table.clone();
    for change in changes {
        table.apply(change).ok()?;
    }
    Some(table)
}

/// MySQL renames no constraint but a unique one, which is an index: the others go and come.
fn without_constraint_renames(known: Option<&Table>, changes: &[TableChange]) -> Vec<TableChange> {
    let mut out = Vec::new();
    for change in changes {
        match (change, known) {
            (TableChange::RenameConstraint(pair), Some(table)) => match renamed(table, pair) {
                Some(instead) => out.extend(instead),
                None => out.push(change.clone()),
            },
            _ => out.push(change.clone()),
        }
    }
    out
}

fn renamed(table: &Table, pair: &Pair<String>) -> Option<Vec<TableChange>> {
    let is_it = |name: &Option<String>| name.as_ref() == Some(&pair.from);
    if table.uniques.iter().any(|unique| is_it(&unique.name)) {
        return Some(vec![TableChange::RenameIndex(pair.clone())]);
    }
    if let Some(key) = table.foreign_keys.iter().find(|key| is_it(&key.name)) {
        let mut to = key.clone();
        to.name = Some(pair.to.clone());
        return Some(vec![
            TableChange::DropForeignKey(key.clone()),
            TableChange::AddForeignKey(to),
        ]);
    }
    let check = table.checks.iter().find(|check| is_it(&check.name))?;
    let mut to = check.clone();
    to.name = Some(pair.to.clone());
    Some(vec![
        TableChange::DropCheck(check.clone()),
        TableChange::AddCheck(to),
    ])
}

/// How many of the changes go into the first statement.
fn group_length(changes: &[TableChange]) -> usize {
    (1..changes.len())
        .find(|&at| !changes[..at].iter().all(|known| joins(known, &changes[at])))
        .unwrap_or(changes.len())
}

/// Whether two changes may be one statement, the left one first. Every clause sees the table as it was before the statement.
fn joins(left: &TableChange, right: &TableChange) -> bool {
    use TableChange as C;
    if only_changes_case(left, right) {
        return false;
    }
    match (left, right) {
        (C::AlterColumn(pair), _) | (_, C::AlterColumn(pair)) if regenerate::is_needed(pair) => {
            false
        }
        (C::RenameColumn(left), C::RenameColumn(right)) => left.to != right.from,
        (C::RenameIndex(left), C::RenameIndex(right)) => left.to != right.from,
        (C::SetOptions(pair), _) | (_, C::SetOptions(pair)) if options::differ_only(pair) => true,
        (C::RenameColumn(_) | C::RenameIndex(_) | C::RenameConstraint(_) | C::SetOptions(_), _)
        | (_, C::RenameColumn(_) | C::RenameIndex(_) | C::RenameConstraint(_) | C::SetOptions(_)) => {
            false
        }
        // The data dictionary takes no name back in the statement that gives it up (errno 121).
        (C::DropForeignKey(left), C::AddForeignKey(right)) => left.name != right.name,
        (C::DropCheck(left), C::AddCheck(right)) => left.name != right.name,
        // A key of the table itself cannot be pointed at in the statement that makes it (errno 150).
        (C::AddPrimaryKey(_) | C::AddUnique(_) | C::AddIndex(_), C::AddForeignKey(_)) => false,
        // InnoDB builds one full-text index at a time (MySQL 8.0 manual, 15.6.2.4).
        (C::AddIndex(left), C::AddIndex(right)) => {
            !(left.method.as_deref() == Some("fulltext") && left.method == right.method)
        }
        (left, right) => match (column_of(left), column_of(right)) {
            (Some(left), Some(right)) => left != right,
            (_, _) => true,
        },
    }
}

/// Whether an index goes and one comes whose name differs in case only, which MariaDB takes for the same and leaves as it is.
fn only_changes_case(left: &TableChange, right: &TableChange) -> bool {
    use TableChange as C;
    let from = if let C::DropIndex(index) = left {
        Some(&index.name)
    } else if let C::DropUnique(unique) = left {
        unique.name.as_ref()
    } else {
        None
    };
    let to = if let C::AddIndex(index) = right {
        Some(&index.name)
    } else if let C::AddUnique(unique) = right {
        unique.name.as_ref()
    } else {
        None
    };
    from.zip(to)
        .is_some_and(|(from, to)| from != to && from.eq_ignore_ascii_case(to))
}

/// The column whose definition a change writes; on MariaDB a check may be part of the column whose name it bears.
fn column_of(change: &TableChange) -> Option<&str> {
    match change {
        TableChange::AddColumn(column) | TableChange::DropColumn(column) => Some(&column.name),
        TableChange::AlterColumn(pair) => Some(&pair.from.name),
        TableChange::DropCheck(check) => check.name.as_deref(),
        TableChange::RenameColumn(_)
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
        | TableChange::AddExclusion(_)
        | TableChange::DropExclusion(_)
        | TableChange::RenameConstraint(_)
        | TableChange::SetComment(_)
        | TableChange::CommentOn { .. }
        | TableChange::SetOptions(_)
        | TableChange::Fill(_)
        | TableChange::Unfill(_)
        | TableChange::RenameValue { .. } => None,
    }
}

/// The statement for changes that join, and what has to run around it.
fn statements(place: &Place<'_>, group: &[TableChange]) -> Result<Vec<String>, RenderError> {
    if let [TableChange::AlterColumn(pair)] = group
        && regenerate::is_needed(pair)
    {
        return regenerate::statements(place, pair);
    }
    let around = match (group.first(), place.known) {
        // A column under another name takes its foreign keys and indexes with it.
        (Some(TableChange::RenameColumn(_)), Some(before)) => match applied(before, group) {
            Some(after) => rename::followers(place, before, &after)?,
            None => Followers::default(),
        },
        (_, _) => Followers {
            beside: companions(place, group),
            ..Followers::default()
        },
    };
    let Followers {
        first,
        beside,
        last,
    } = around;
    let mut out = Vec::new();
    out.extend(alter_table(place, &first));
    let own = statement(place, group, beside)?;
    if group.iter().any(begins_to_number) {
        out.push(KEEP_ZERO.to_owned());
        out.extend(own);
        out.push(KEEP_ZERO_NO_MORE.to_owned());
    } else {
        out.extend(own);
    }
    out.extend(alter_table(place, &last));
    Ok(out)
}

/// A row of key 0 would be given the next number (MySQL 8.0 manual, 5.1.11).
const KEEP_ZERO: &str = "SET SESSION sql_mode = CONCAT(@@sql_mode, ',NO_AUTO_VALUE_ON_ZERO')";
const KEEP_ZERO_NO_MORE: &str =
    "SET SESSION sql_mode = REPLACE(@@sql_mode, 'NO_AUTO_VALUE_ON_ZERO', '')";

fn begins_to_number(change: &TableChange) -> bool {
    let TableChange::AlterColumn(pair) = change else {
        return false;
    };
    pair.from.auto_increment.is_none() && pair.to.auto_increment.is_some()
}

/// One statement; none when there is nothing to say.
fn statement(
    place: &Place<'_>,
    group: &[TableChange],
    beside: Vec<String>,
) -> Result<Option<String>, RenderError> {
    if let ([change], true) = (group, beside.is_empty())
        && let Some(sql) = through_builder(place, change)?
    {
        return Ok(Some(sql));
    }
    let mut clauses = Vec::new();
    for change in group {
        let mut others = group.iter();
        if let Some(to) = others.find_map(|other| shown_or_hidden(place, change, other)) {
            clauses.push(place.alter_index(&to));
        } else if !group
            .iter()
            .any(|other| shown_or_hidden(place, other, change).is_some())
        {
            clauses.extend(place.clauses(change)?);
        }
    }
    clauses.extend(beside);
    Ok(alter_table(place, &clauses))
}

/// The index that goes with the first change and comes with the second, if all that differs is whether the planner sees it.
fn shown_or_hidden(place: &Place<'_>, drop: &TableChange, add: &TableChange) -> Option<Index> {
    let of_unique = |unique: &Unique| Index {
        unique: true,
        ..Index::on(sea::unique_name(place.table, unique), &unique.columns)
    };
    let (from, to) = match (drop, add) {
        (TableChange::DropIndex(from), TableChange::AddIndex(to)) => (from.clone(), to.clone()),
        (TableChange::DropUnique(from), TableChange::AddIndex(to)) => (of_unique(from), to.clone()),
        (TableChange::DropIndex(from), TableChange::AddUnique(to)) => (from.clone(), of_unique(to)),
        (_, _) => return None,
    };
    let is_it = from.invisible != to.invisible;
    let invisible = to.invisible;
    (is_it && Index { invisible, ..from } == to).then_some(to)
}

/// The statement as sea-query writes it, so that a generated file can say it with the builder; `None` where the builder cannot.
fn through_builder(place: &Place<'_>, change: &TableChange) -> Result<Option<String>, RenderError> {
    let (server, table) = (place.server, place.table);
    Ok(match change {
        TableChange::AddColumn(column) => {
            let column = sea::column_for_server(server, table, column)?;
            Some(sea::add_column(table, &column).to_string(MysqlQueryBuilder))
        }
        TableChange::DropColumn(column) => {
            Some(sea::drop_column(table, &column.name).to_string(MysqlQueryBuilder))
        }
        TableChange::RenameColumn(pair) if can_rename_column(server) => {
            Some(sea::rename_column(table, pair).to_string(MysqlQueryBuilder))
        }
        TableChange::AddIndex(index) => {
            admit::index(server, table, index)?;
            sea::index(table, index).map(|statement| statement.to_string(MysqlQueryBuilder))
        }
        TableChange::DropIndex(index) => {
            sea::drop_index(table, index).map(|statement| statement.to_string(MysqlQueryBuilder))
        }
        TableChange::AddForeignKey(key) => {
            admit::foreign_key(table, key)?;
            sea::foreign_key(table, key).map(|statement| statement.to_string(MysqlQueryBuilder))
        }
        TableChange::RenameColumn(_)
        | TableChange::AlterColumn(_)
        | TableChange::AddPrimaryKey(_)
        | TableChange::DropPrimaryKey(_)
        | TableChange::AddUnique(_)
        | TableChange::DropUnique(_)
        | TableChange::RenameIndex(_)
        | TableChange::DropForeignKey(_)
        | TableChange::AddCheck(_)
        | TableChange::DropCheck(_)
        | TableChange::AddExclusion(_)
        | TableChange::DropExclusion(_)
        | TableChange::RenameConstraint(_)
        | TableChange::SetComment(_)
        | TableChange::CommentOn { .. }
        | TableChange::SetOptions(_)
        | TableChange::Fill(_)
        | TableChange::Unfill(_)
        | TableChange::RenameValue { .. } => None,
    })
}

/// Gives the indexes of foreign keys that the server once named the names they had.
pub(super) fn index_names(server: &Server, table: &Table) -> Option<String> {
    let place = Place {
        server,
        table: &table.name,
        known: None,
    };
    let mut clauses = Vec::new();
    let keys = table.foreign_keys.iter();
    for key in keys.filter(|key| is_named_by_column(server, table, key)) {
        clauses.extend(place.column_index(key));
        clauses.extend(key.name.as_deref().map(|name| place.drop_index(name)));
    }
    alter_table(&place, &clauses)
}

pub(super) fn alter_table(place: &Place<'_>, clauses: &[String]) -> Option<String> {
    if clauses.is_empty() {
        return None;
    }
    let table = sea::table_ref(place.table);
    let mut name = String::new();
    sea_query::TableRefBuilder::prepare_table_ref_iden(&MysqlQueryBuilder, &table, &mut name);
    Some(format!("ALTER TABLE {name} {}", clauses.join(", ")))
}

/// What the statement has to say about the indexes that foreign keys have of the server's making (error 1553 otherwise, or an index
/// that nobody asked for).
fn companions(place: &Place<'_>, group: &[TableChange]) -> Vec<String> {
    let Some(before) = place.known else {
        return Vec::new();
    };
    let Some(after) = applied(before, group) else {
        return Vec::new();
    };
    let server = place.server;
    let is_new = |key: &ForeignKey| !before.foreign_keys.contains(key);
    let had = |key: &ForeignKey| !is_new(key) && implicit::is_made(server, before, key);
    let mut clauses = Vec::new();
    for key in before.foreign_keys.iter().filter(|key| had(key)) {
        let stays = after.foreign_keys.contains(key) && implicit::is_made(server, &after, key);
        if !stays || has_new_twin(&after, key, is_new) {
            let name = implicit::index_name(&place.table.name, key);
            clauses.extend(name.map(|name| place.drop_index(name)));
        }
    }
    let made = after.foreign_keys.iter();
    for key in made.filter(|key| implicit::is_made(server, &after, key)) {
        let by_itself = had(key) || (is_new(key) && !is_named_by_column(server, &after, key));
        if !by_itself || has_new_twin(&after, key, is_new) {
            clauses.extend(place.column_index(key));
        }
    }
    clauses
}

/// Whether another key of the same columns is new: the server would have the last of them that it reads give the index its name.
fn has_new_twin(after: &Table, key: &ForeignKey, is_new: impl Fn(&ForeignKey) -> bool) -> bool {
    let is_twin = |other: &ForeignKey| other != key && other.columns == key.columns;
    let mut others = after.foreign_keys.iter();
    others.any(|other| is_twin(other) && is_new(other))
}

/// Whether the key's index, which the server makes, would be named as the constraint that it is told, and not as the one that it names
/// itself.
fn is_named_by_column(server: &Server, table: &Table, key: &ForeignKey) -> bool {
    implicit::is_named_by_server(&table.name.name, key)
        && implicit::is_made(server, table, key)
        && implicit::index_name(&table.name.name, key)
            .is_some_and(|name| table.indexes.iter().all(|index| index.name != name))
}
