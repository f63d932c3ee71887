//! Changes as SQL.
//!
//! What SeaQuery's builder says right is said by it, so that a migration's builder chain runs the SQL of the preview; the rest is
//! written here.
//!
//! Invariant: the SQL depends on the change alone, but for an enum type that is made anew, whose users are taken from `before`.

use std::collections::BTreeMap;

use sea_query::PostgresQueryBuilder;

use super::{name, value};
use crate::backend::{Backend, RenderError, Server, Version, misfit};
use crate::{
    AutoIncrement, Catalog, Change, Column, ColumnType, Pair, Part, SequenceOptions, Table,
    TableChange, TableName, TableOptions, sea,
};

mod alter_column;
mod computed;
mod constraint;
mod convert;
mod enum_type;
mod index;
mod new_value;
mod numbering;

pub(in crate::backend) fn render(
    server: &Server,
    before: &Catalog,
    change: &Change,
) -> Result<Vec<String>, RenderError> {
    match change {
        Change::CreateTable(table) => create_table(server, table),
        Change::DropTable(table) => Ok(vec![
            sea::drop_table(&table.name).to_string(PostgresQueryBuilder),
        ]),
        Change::RenameTable(names) => Ok(rename_table(server, names)),
        Change::AlterTable { table, changes } => {
            computed::check_changes(before, table, changes)?;
            let mut out = Vec::new();
            for change in changes {
                out.extend(alter_table(server, table, change, changes)?);
            }
            Ok(out)
        }
        Change::CreateEnum(enum_type) => Ok(enum_type::create(enum_type)),
        Change::DropEnum(enum_type) => Ok(vec![enum_type::drop(&enum_type.name)]),
        Change::AlterEnum(pair) => enum_type::alter(server, before, pair.as_ref()),
        Change::RenameEnum(names) => Ok(enum_type::rename(server, names)),
        Change::RenameEnumValue { name, value } => Ok(vec![enum_type::rename_value(name, value)]),
    }
}

/// Every statement that is written here may run inside a transaction, `ALTER TYPE … ADD VALUE` too since PostgreSQL 12, which is the
/// oldest we speak to; but see [`must_commit_between`].
pub(in crate::backend) const fn is_transactional(_server: &Server, _change: &Change) -> bool {
    true
}

/// Values can be added to an enum type in any place, and that is all (PostgreSQL 17 manual, ALTER TYPE).
pub(in crate::backend) fn replaces_enum(change: &Change) -> bool {
    matches!(change, Change::AlterEnum(pair) if !enum_type::is_addition(pair.as_ref()))
}

/// A generated column is made with its expression, which versions before 17 cannot change.
pub(in crate::backend) fn remakes_column(server: &Server, pair: Pair<&Column>) -> bool {
    alter_column::remakes(server, pair)
}

/// A value that is added to an enum type cannot be used before the transaction that adds it ended
/// (<https://www.postgresql.org/docs/current/sql-altertype.html>, "Notes").
pub(in crate::backend) fn must_commit_between(earlier: &Change, later: &Change) -> bool {
    new_value::Added::by(earlier).is_some_and(|added| added.is_used_by(later))
}

fn create_table(server: &Server, table: &Table) -> Result<Vec<String>, RenderError> {
    let mut settled = table.clone();
    let mut numbered_later = Vec::new();
    for column in &mut settled.columns {
        *column = settle(server, &table.name, column)?;
        numbered_later.extend(number_later(&table.name, column));
    }
    computed::check_table(table)?;
    for unique in &table.uniques {
        constraint::check_nulls(server, unique)?;
    }
    let (kept, rest) = sea::split(Backend::Postgres, &settled);
    let mut statement = sea::create_table(&kept)
        .ok_or_else(|| unsupported("such a table", &table.name))?
        .to_string(PostgresQueryBuilder);
    if kept.columns.is_empty() {
        // A table of no columns has its parentheses, which the builder leaves out.
        statement.push_str(" ()");
    }
    let mut out = vec![statement];
    out.extend(numbered_later);
    out.extend(constraint::comments(&kept));
    for index in &table.indexes {
        out.extend(index::add(server, &table.name, index)?);
    }
    for change in &rest {
        out.extend(alter_table(server, &table.name, change, &[])?);
    }
    out.extend(comment(
        &format!("TABLE {}", name::table(&table.name)),
        table.comment.as_deref(),
    ));
    for column in &table.columns {
        out.extend(column_comment(&table.name, column));
    }
    Ok(out)
}

/// The column as the builder takes it, where the server can have it.
fn settle(server: &Server, table: &TableName, column: &Column) -> Result<Column, RenderError> {
    let object = || format!("{table}.{}", column.name);
    if column.invisible {
        return Err(unsupported("invisible column", &object()));
    }
    if column.on_update.is_some() {
        return Err(unsupported("ON UPDATE of a column", &object()));
    }
    if let Some(generated) = &column.generated
        && !generated.stored
        && server.version < Version(18, 0, 0)
    {
        return Err(unsupported(
            "generated column that is not stored before version 18",
            &object(),
        ));
    }
    if let Some(AutoIncrement::Identity { options, .. }) = &column.auto_increment {
        check_bounds(options, &column.ty, object)?;
    }
    sea::column_for_server(server, table, column)
}

/// The sequence of an identity is of the column's type (<https://www.postgresql.org/docs/current/sql-createsequence.html>, AS).
fn check_bounds(
    options: &SequenceOptions,
    ty: &ColumnType,
    object: impl Fn() -> String,
) -> Result<(), RenderError> {
    let ColumnType::Int { width, unsigned } = super::types::stored(ty) else {
        return Ok(());
    };
    let (least, most) = misfit::range(width, unsigned);
    let numbers = [options.min, options.max, options.start];
    if numbers
        .into_iter()
        .flatten()
        .all(|number| (least..=most).contains(&i128::from(number)))
    {
        return Ok(());
    }
    Err(unsupported(
        "identity that counts beyond its column's type",
        &object(),
    ))
}

/// The column in words that the builder renders: it numbers signed integers only, so that one without sign takes the type it is stored in.
pub(in crate::backend) fn settled(column: &Column) -> Column {
    let mut column = column.clone();
    if column.auto_increment.is_some() {
        column.ty = super::types::stored(&column.ty);
    }
    column
}

/// The word `serial` means NOT NULL: a column that admits NULL is numbered once it is there.
fn number_later(table: &TableName, column: &mut Column) -> Vec<String> {
    if !column.nullable || column.auto_increment != Some(AutoIncrement::Serial) {
        return Vec::new();
    }
    column.auto_increment = None;
    let place = numbering::Place {
        table,
        column: &column.name,
    };
    numbering::add(place, &AutoIncrement::Serial, &column.ty)
}

fn rename_table(server: &Server, names: &Pair<TableName>) -> Vec<String> {
    if let Some(statement) = sea::rename_table(names) {
        return vec![statement.to_string(PostgresQueryBuilder)];
    }
    let (moved, renamed) = moved(
        server,
        names.as_ref().map(|name| name.schema.as_ref()),
        names.as_ref().map(|name| name.name.as_str()),
    );
    let statement = |(name, action)| format!("ALTER TABLE {name} {action}");
    moved.into_iter().chain(renamed).map(statement).collect()
}

/// What moves an object to another schema, and what renames it there: each the object's name at that moment, and the action.
type Move = Option<(String, String)>;

fn moved(server: &Server, schemas: Pair<Option<&String>>, names: Pair<&str>) -> (Move, Move) {
    let default = server.default_schema.as_ref();
    let target = schemas.to.or(default);
    let moved = (schemas.from.or(default) != target).then(|| {
        let to = target.map_or("public", String::as_str);
        let object = name::qualified(schemas.from.map(String::as_str), names.from);
        (object, format!("SET SCHEMA {}", name::ident(to)))
    });
    let renamed = names.differs().then(|| {
        let object = name::qualified(schemas.to.map(String::as_str), names.from);
        (object, format!("RENAME TO {}", name::ident(names.to)))
    });
    (moved, renamed)
}

/// `beside` is what changes of the table at the same time.
fn alter_table(
    server: &Server,
    table: &TableName,
    change: &TableChange,
    beside: &[TableChange],
) -> Result<Vec<String>, RenderError> {
    let alter = |action: String| vec![format!("ALTER TABLE {} {action}", name::table(table))];
    let commented = |mut sql: Vec<String>, of: &str, text: &Option<String>| {
        sql.extend(comment(&constraint::object(table, of), text.as_deref()));
        sql
    };
    Ok(match change {
        TableChange::AddColumn(column) => add_column(server, table, column)?,
        TableChange::DropColumn(column) => {
            vec![sea::drop_column(table, &column.name).to_string(PostgresQueryBuilder)]
        }
        TableChange::RenameColumn(names) => {
            vec![sea::rename_column(table, names).to_string(PostgresQueryBuilder)]
        }
        TableChange::AlterColumn(pair) => {
            let using = |change| TableChange::conversion_of(change, &pair.to.name);
            let using = beside.iter().find_map(using);
            alter_column::alter(server, table, pair.as_ref().as_ref(), using)?
        }
        TableChange::AddPrimaryKey(key) => commented(
            alter(constraint::add_primary_key(table, key)),
            &constraint::primary_key_name(table, key),
            &key.comment,
        ),
        TableChange::DropPrimaryKey(key) => {
            alter(constraint::drop(&constraint::primary_key_name(table, key)))
        }
        TableChange::AddUnique(unique) => {
            constraint::check_nulls(server, unique)?;
            commented(
                alter(constraint::add_unique(table, unique)),
                &sea::unique_name(table, unique),
                &unique.comment,
            )
        }
        TableChange::DropUnique(unique) => {
            alter(constraint::drop(&sea::unique_name(table, unique)))
        }
        TableChange::AddIndex(index) => index::add(server, table, index)?,
        TableChange::DropIndex(index) => vec![index::drop(table, index)],
        TableChange::RenameIndex(names) => vec![index::rename(table, names)],
        TableChange::AddForeignKey(key) => {
            constraint::check_set_null(server, key)?;
            let add = match sea::foreign_key(table, key) {
                Some(statement) => vec![statement.to_string(PostgresQueryBuilder)],
                None => alter(constraint::add_foreign_key(table, key)),
            };
            commented(add, &sea::foreign_key_name(table, key), &key.comment)
        }
        TableChange::DropForeignKey(key) => {
            alter(constraint::drop(&sea::foreign_key_name(table, key)))
        }
        TableChange::AddCheck(check) => {
            constraint::check_enforced(server, check)?;
            commented(
                alter(constraint::add_check(check)),
                &constraint::check_name(table, check),
                &check.comment,
            )
        }
        TableChange::DropCheck(check) => {
            alter(constraint::drop(&constraint::check_name(table, check)))
        }
        TableChange::AddExclusion(exclusion) => commented(
            alter(format!(
                "ADD CONSTRAINT {} {}",
                name::ident(&exclusion.name),
                exclusion.definition
            )),
            &exclusion.name,
            &exclusion.comment,
        ),
        TableChange::DropExclusion(exclusion) => alter(constraint::drop(&exclusion.name)),
        TableChange::RenameConstraint(names) => alter(format!(
            "RENAME CONSTRAINT {} TO {}",
            name::ident(&names.from),
            name::ident(&names.to)
        )),
        TableChange::SetComment(pair) => vec![set_comment(
            &format!("TABLE {}", name::table(table)),
            pair.to.as_deref(),
        )],
        TableChange::CommentOn { part, comment } => {
            let object = match part {
                Part::Index(name) => index::object(table, name),
                Part::Constraint(name) => constraint::object(table, name),
            };
            vec![set_comment(&object, comment.to.as_deref())]
        }
        TableChange::SetOptions(pair) => set_options(table, pair.as_ref().as_ref())?,
        TableChange::Fill(_) | TableChange::Unfill(_) | TableChange::RenameValue { .. } => {
            Vec::new()
        }
    })
}

fn add_column(
    server: &Server,
    table: &TableName,
    column: &Column,
) -> Result<Vec<String>, RenderError> {
    let mut settled = settle(server, table, column)?;
    let numbered_later = number_later(table, &mut settled);
    let mut out = vec![sea::add_column(table, &settled).to_string(PostgresQueryBuilder)];
    out.extend(numbered_later);
    out.extend(column_comment(table, column));
    Ok(out)
}

fn set_options(
    table: &TableName,
    options: Pair<&TableOptions>,
) -> Result<Vec<String>, RenderError> {
    if options.from.partition_by != options.to.partition_by {
        return Err(unsupported("way to partition a table that exists", table));
    }
    let mut actions = Vec::new();
    if options.map(|options| options.unlogged).differs() {
        let word = if options.to.unlogged {
            "UNLOGGED"
        } else {
            "LOGGED"
        };
        actions.push(format!("SET {word}"));
    }
    let wanted = &options.to.parameters;
    let known = &options.from.parameters;
    let gone: Vec<String> = (known.keys())
        .filter(|name| !wanted.contains_key(*name))
        .map(|name| index::parameter_name(name))
        .collect();
    if !gone.is_empty() {
        actions.push(format!("RESET ({})", gone.join(", ")));
    }
    let set = wanted
        .iter()
        .filter(|(name, value)| known.get(*name) != Some(value));
    let set: BTreeMap<String, String> = set
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect();
    if !set.is_empty() {
        actions.push(format!("SET ({})", index::parameters(&set)));
    }
    let statement = |action| format!("ALTER TABLE {} {action}", name::table(table));
    Ok(actions.into_iter().map(statement).collect())
}

/// The comment of a new object, if it has one.
fn comment(object: &str, text: Option<&str>) -> Option<String> {
    text.filter(|text| !text.is_empty())
        .map(|text| set_comment(object, Some(text)))
}

fn column_comment(table: &TableName, column: &Column) -> Option<String> {
    comment(
        &column_object(table, &column.name),
        column.comment.as_deref(),
    )
}

fn column_object(table: &TableName, column: &str) -> String {
    format!("COLUMN {}.{}", name::table(table), name::ident(column))
}

fn set_comment(object: &str, text: Option<&str>) -> String {
    let text = text.map_or_else(|| "NULL".into(), value::quote);
    format!("COMMENT ON {object} IS {text}")
}

fn unsupported(what: &str, object: &impl ToString) -> RenderError {
    RenderError::Unsupported {
        backend: Backend::Postgres,
        what: what.into(),
        object: object.to_string(),
    }
}

/// The numbering as the server has it: what a model leaves to the backend is an identity here.
fn numbering(column: &Column) -> Option<AutoIncrement> {
    column
        .auto_increment
        .clone()
        .map(|numbering| match numbering {
            AutoIncrement::Auto => AutoIncrement::Identity {
                always: false,
                options: crate::SequenceOptions::default(),
            },
            AutoIncrement::Serial | AutoIncrement::Identity { .. } => numbering,
        })
}

#[cfg(test)]
mod tests;
