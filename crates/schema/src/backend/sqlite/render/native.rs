//! What ALTER TABLE does by itself (<https://sqlite.org/lang_altertable.html>), and what no statement is needed for.

use sea_query::SqliteQueryBuilder;

use super::parts::spelled;
use crate::backend::sqlite::definition::{admit_column, unsupported};
use crate::backend::sqlite::trigger::renamed_column;
use crate::backend::{RenderError, Server};
use crate::expression::mentions;
use crate::{
    ApplyError, Column, Facet, Index, KeyTarget, Literal, Pair, Table, TableChange, TableOptions,
    Value, sea,
};

/// Whether the change needs no rebuild of the table as it stands.
pub(super) fn is(table: &Table, change: &TableChange) -> bool {
    match change {
        TableChange::AddColumn(column) => can_add(column),
        TableChange::DropColumn(column) => can_drop(table, &column.name),
        TableChange::RenameColumn(_)
        | TableChange::AddIndex(_)
        | TableChange::DropIndex(_)
        | TableChange::RenameIndex(_)
        | TableChange::SetComment(_)
        | TableChange::CommentOn { .. }
        | TableChange::Unfill(_)
        | TableChange::RenameValue { .. } => true,
        // The rows are copied as they are converted.
        TableChange::Fill(fill) => !fill.is_conversion(),
        TableChange::AlterColumn(pair) => !alters(pair),
        TableChange::SetOptions(pair) => own(&pair.from) == own(&pair.to),
        TableChange::AddPrimaryKey(_)
        | TableChange::DropPrimaryKey(_)
        | TableChange::AddUnique(_)
        | TableChange::DropUnique(_)
        | TableChange::AddForeignKey(_)
        | TableChange::DropForeignKey(_)
        | TableChange::AddCheck(_)
        | TableChange::DropCheck(_)
        | TableChange::AddExclusion(_)
        | TableChange::DropExclusion(_)
        | TableChange::RenameConstraint(_) => false,
    }
}

/// The options that are SQLite's.
fn own(options: &TableOptions) -> TableOptions {
    TableOptions {
        strict: options.strict,
        without_rowid: options.without_rowid,
        clauses: options.clauses.clone(),
        ..TableOptions::default()
    }
}

/// Whether anything differs that SQLite stores: not a comment, and not two types of one spelling.
fn alters(pair: &Pair<Column>) -> bool {
    Facet::of(pair.as_ref())
        .into_iter()
        .any(|facet| match facet {
            Facet::Type => spelled(&pair.from) != spelled(&pair.to),
            Facet::Comment => false,
            Facet::Nullable
            | Facet::Default
            | Facet::Generated
            | Facet::AutoIncrement
            | Facet::Collation
            | Facet::OnUpdate
            | Facet::Invisible => true,
        })
}

/// A default that every existing row can take: a constant. Without one, a required column is refused by SQLite if there are rows.
fn can_add(column: &Column) -> bool {
    let is_constant = match &column.default {
        None => true,
        Some(Value::Literal(literal)) => match literal {
            Literal::CurrentTimestamp(_) | Literal::CurrentDate | Literal::CurrentTime => false,
            Literal::Null
            | Literal::Bool(_)
            | Literal::Number(_)
            | Literal::String(_)
            | Literal::Bytes(_) => true,
        },
        Some(Value::Expression(_)) => false,
    };
    let is_computed = column
        .generated
        .as_ref()
        .is_none_or(|generated| !generated.stored && column.nullable);
    is_constant && is_computed && column.auto_increment.is_none() && column.extra.is_none()
}

/// SQLite refuses to drop a column that anything mentions.
fn can_drop(table: &Table, name: &str) -> bool {
    let has = |columns: &[String]| columns.iter().any(|column| column == name);
    let in_key = table
        .primary_key
        .as_ref()
        .is_some_and(|key| has(&key.columns));
    let in_unique = table.uniques.iter().any(|unique| has(&unique.columns));
    let in_foreign_key = table
        .foreign_keys
        .iter()
        .any(|key| has(&key.columns) || (key.ref_table == table.name && has(&key.ref_columns)));
    let in_check = table
        .checks
        .iter()
        .any(|check| mentions(&check.expression, name));
    let in_generated = table
        .columns
        .iter()
        .filter_map(|column| column.generated.as_ref())
        .any(|generated| mentions(&generated.expression, name));
    let in_index = table.indexes.iter().any(|index| uses(index, name));
    let is_last = table.columns.len() < 2;
    !(in_key || in_unique || in_foreign_key || in_check || in_generated || in_index || is_last)
}

fn uses(index: &Index, name: &str) -> bool {
    let in_predicate = index
        .predicate
        .as_deref()
        .is_some_and(|predicate| mentions(predicate, name));
    in_predicate
        || index.keys.iter().any(|key| match &key.target {
            KeyTarget::Column(column) => column == name,
            KeyTarget::Expression(expression) => mentions(expression, name),
        })
}

/// SQLite 3.51 cannot rename a key's column that a UNIQUE also names when the table has no rowid ("expressions prohibited in PRIMARY KEY
/// and UNIQUE constraints").
fn can_rename(table: &Table, name: &str) -> Result<(), RenderError> {
    let has = |columns: &[String]| columns.iter().any(|column| column == name);
    let in_key = table.primary_key.iter().any(|key| has(&key.columns));
    let in_unique = table.uniques.iter().any(|unique| has(&unique.columns));
    if table.options.without_rowid && in_key && in_unique {
        let what = "way to rename a key column that a UNIQUE names, WITHOUT ROWID";
        return Err(unsupported(what, &format!("{}.{name}", table.name)));
    }
    Ok(())
}

/// The statements of a change that needs no rebuild.
pub(super) fn statements(
    server: &Server,
    table: &Table,
    change: &TableChange,
) -> Result<Vec<String>, RenderError> {
    let name = &table.name;
    Ok(match change {
        TableChange::AddColumn(column) => {
            admit_column(name, column)?;
            let column = sea::column_for_server(server, name, column)?;
            vec![sea::add_column(name, &column).to_string(SqliteQueryBuilder)]
        }
        TableChange::DropColumn(column) => {
            vec![sea::drop_column(name, &column.name).to_string(SqliteQueryBuilder)]
        }
        TableChange::RenameColumn(pair) => {
            can_rename(table, &pair.from)?;
            vec![sea::rename_column(name, pair).to_string(SqliteQueryBuilder)]
        }
        TableChange::AddIndex(index) => vec![super::create_index(name, index)?],
        TableChange::DropIndex(index) => vec![super::drop_index(name, index)],
        TableChange::RenameIndex(pair) => rename_index(table, pair)?,
        TableChange::AlterColumn(_)
        | TableChange::AddPrimaryKey(_)
        | TableChange::DropPrimaryKey(_)
        | TableChange::AddUnique(_)
        | TableChange::DropUnique(_)
        | TableChange::AddForeignKey(_)
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
        | TableChange::RenameValue { .. } => Vec::new(),
    })
}

/// SQLite has no word for it: the index is built again.
fn rename_index(table: &Table, names: &Pair<String>) -> Result<Vec<String>, RenderError> {
    let index = table
        .indexes
        .iter()
        .find(|index| index.name == names.from)
        .ok_or_else(|| ApplyError::Missing {
            kind: "index",
            name: format!("{}.{}", table.name, names.from),
        })?;
    let renamed = Index {
        name: names.to.clone(),
        ..index.clone()
    };
    Ok(vec![
        super::drop_index(&table.name, index),
        super::create_index(&table.name, &renamed)?,
    ])
}

/// Refuses to rename a column when it is not certain what that makes of a trigger and a rebuild may follow, which has to write the
/// trigger again.
pub(super) fn certain_triggers(table: &Table, change: &TableChange) -> Result<(), RenderError> {
    let TableChange::RenameColumn(pair) = change else {
        return Ok(());
    };
    let uncertain = table
        .triggers
        .iter()
        .find(|trigger| renamed_column(&trigger.sql, pair).is_none());
    match uncertain {
        None => Ok(()),
        Some(trigger) => Err(unsupported(
            "certain way to rename a column and rebuild its table under a trigger that speaks of several tables",
            &trigger.name,
        )),
    }
}
