//! Enum types.

use super::{comment, constraint, index, moved, set_comment, unsupported};
use crate::backend::postgres::{name, types, value};
use crate::backend::{RenderError, Server};
use crate::{
    Catalog, Column, EnumType, Index, Pair, Table, TableName, TypeName, Value, expression, sea,
};

pub(super) fn create(enum_type: &EnumType) -> Vec<String> {
    let mut out = vec![create_type(enum_type)];
    out.extend(comment(
        &object(&enum_type.name),
        enum_type.comment.as_deref(),
    ));
    out
}

/// What COMMENT ON calls a type.
fn object(name: &TypeName) -> String {
    format!("TYPE {}", quoted(name))
}

fn create_type(enum_type: &EnumType) -> String {
    let values: Vec<String> = enum_type
        .values
        .iter()
        .map(|value| value::quote(value))
        .collect();
    format!(
        "CREATE TYPE {} AS ENUM ({})",
        quoted(&enum_type.name),
        values.join(", ")
    )
}

pub(super) fn drop(name: &TypeName) -> String {
    format!("DROP TYPE {}", quoted(name))
}

pub(super) fn rename(server: &Server, names: &Pair<TypeName>) -> Vec<String> {
    let (moved, renamed) = moved(
        server,
        names.as_ref().map(|name| name.schema.as_ref()),
        names.as_ref().map(|name| name.name.as_str()),
    );
    let statement = |(name, action)| format!("ALTER TYPE {name} {action}");
    moved.into_iter().chain(renamed).map(statement).collect()
}

pub(super) fn rename_value(name: &TypeName, value: &Pair<String>) -> String {
    format!(
        "ALTER TYPE {} RENAME VALUE {} TO {}",
        quoted(name),
        value::quote(&value.from),
        value::quote(&value.to)
    )
}

fn quoted(name: &TypeName) -> String {
    name::qualified(name.schema.as_deref(), &name.name)
}

/// Values that come are added in their places; where one goes or moves, which the server has no statement for, the type is made anew.
pub(super) fn alter(
    server: &Server,
    before: &Catalog,
    pair: Pair<&EnumType>,
) -> Result<Vec<String>, RenderError> {
    if !is_addition(pair) {
        return replace(server, before, pair);
    }
    let mut out = add_values(pair);
    let comments = pair.map(|enum_type| enum_type.comment.as_deref());
    if comments.differs() {
        out.push(set_comment(&object(&pair.to.name), comments.to));
    }
    Ok(out)
}

/// Whether every value that is there stays, in its order.
pub(super) fn is_addition(pair: Pair<&EnumType>) -> bool {
    let mut left = pair.from.values.iter().peekable();
    for value in &pair.to.values {
        left.next_if(|known| *known == value);
    }
    left.peek().is_none()
}

fn add_values(pair: Pair<&EnumType>) -> Vec<String> {
    let wanted = &pair.to.values;
    let is_known = |value: &&String| pair.from.values.contains(value);
    let mut out = Vec::new();
    for (at, value) in wanted
        .iter()
        .enumerate()
        .filter(|(_, value)| !is_known(value))
    {
        let next = wanted[at + 1..].iter().find(is_known);
        let place = match (next, at.checked_sub(1).map(|at| &wanted[at])) {
            (None, _) => String::new(),
            (Some(_), Some(previous)) => format!(" AFTER {}", value::quote(previous)),
            (Some(next), None) => format!(" BEFORE {}", value::quote(next)),
        };
        out.push(format!(
            "ALTER TYPE {} ADD VALUE {}{place}",
            quoted(&pair.to.name),
            value::quote(value)
        ));
    }
    out
}

/// The old type steps aside, its columns move to the new one by their words, and it goes. What compares a column with one of its values
/// (checks, partial and expression indexes) holds the old type and is taken down and put up again.
fn replace(
    server: &Server,
    before: &Catalog,
    pair: Pair<&EnumType>,
) -> Result<Vec<String>, RenderError> {
    let old = aside(before, &pair.from.name);
    let mut moved = Moved::default();
    for table in before.tables.values() {
        let is_user = |column: &&Column| column.ty.enum_name() == Some(&pair.from.name);
        let users: Vec<&Column> = table.columns.iter().filter(is_user).collect();
        move_columns(server, table, &users, pair, &mut moved)?;
        let others = table.columns.iter().filter(|column| !is_user(column));
        move_defaults(table, others, pair, &mut moved);
    }
    let aside = format!(
        "ALTER TYPE {} RENAME TO {}",
        quoted(&pair.from.name),
        name::ident(&old.name)
    );
    let (mut out, keys) = references(before, &pair.from.name);
    out.extend(moved.down);
    out.push(aside);
    out.extend(create(pair.to));
    out.extend(moved.columns);
    out.push(drop(&old));
    out.extend(moved.up);
    out.extend(keys);
    Ok(out)
}

/// A foreign key compares two columns of the type, which move one after the other: it is dropped before and added after.
fn references(before: &Catalog, name: &TypeName) -> (Vec<String>, Vec<String>) {
    let (mut drops, mut adds) = (Vec::new(), Vec::new());
    for table in before.tables.values() {
        let is_of = |column: &String| {
            let ty = table.column(column).map(|column| &column.ty);
            ty.and_then(|ty| ty.enum_name()) == Some(name)
        };
        for key in &table.foreign_keys {
            if key.columns.iter().any(is_of) {
                let alter = format!("ALTER TABLE {}", name::table(&table.name));
                let drop = constraint::drop(&sea::foreign_key_name(&table.name, key));
                let add = constraint::add_foreign_key(&table.name, key);
                drops.push(format!("{alter} {drop}"));
                adds.push(format!("{alter} {add}"));
                let named = sea::foreign_key_name(&table.name, key);
                let object = constraint::object(&table.name, &named);
                adds.extend(comment(&object, key.comment.as_deref()));
            }
        }
    }
    (drops, adds)
}

/// What is done around a type that is replaced.
#[derive(Default)]
struct Moved {
    /// What holds the old type is taken down.
    down: Vec<String>,
    /// The columns move to the new one.
    columns: Vec<String>,
    /// What was taken down is put up again.
    up: Vec<String>,
}

/// A name for a type that steps aside, which neither a type nor a table has, a table being a type too.
fn aside(before: &Catalog, name: &TypeName) -> TypeName {
    let is_free = |found: &TypeName| {
        let is_table =
            |table: &TableName| (&table.schema, &table.name) == (&found.schema, &found.name);
        !before.enums.contains_key(found) && !before.tables.keys().any(is_table)
    };
    let mut label = "old".to_owned();
    let mut at = 1;
    loop {
        let found = TypeName {
            schema: name.schema.clone(),
            name: name::made_up(&name.name, &[] as &[&str], &label),
        };
        if is_free(&found) {
            return found;
        }
        at += 1;
        label = format!("old{at}");
    }
}

fn move_columns(
    server: &Server,
    table: &Table,
    users: &[&Column],
    pair: Pair<&EnumType>,
    out: &mut Moved,
) -> Result<(), RenderError> {
    let name = name::table(&table.name);
    // A table without a column of the type may speak of it all the same, in a cast.
    let holds = |sql: &str| {
        expression::casts_to(sql, &pair.from.name.name)
            || (!users.is_empty() && expression::mentions(sql, &pair.from.name.name))
    };
    let indexes: Vec<&Index> = table
        .indexes
        .iter()
        .filter(|index| index.expressions().any(holds))
        .collect();
    let checks: Vec<_> = table
        .checks
        .iter()
        .filter(|check| holds(&check.expression))
        .collect();
    let exclusions: Vec<_> = table
        .exclusions
        .iter()
        .filter(|exclusion| holds(&exclusion.definition))
        .collect();
    if let Some(column) = generated_from(table, users, &pair.from.name) {
        let object = format!("{}.{}", table.name, column.name);
        return Err(unsupported(
            "way to make an enum type anew under a generated column",
            &object,
        ));
    }
    for exclusion in &exclusions {
        let action = constraint::drop(&exclusion.name);
        out.down.push(format!("ALTER TABLE {name} {action}"));
    }
    for index in &indexes {
        out.down.push(index::drop(&table.name, index));
    }
    for check in &checks {
        let action = constraint::drop(&constraint::check_name(&table.name, check));
        out.down.push(format!("ALTER TABLE {name} {action}"));
    }
    let mut actions = Vec::new();
    for column in users {
        move_column(column, pair.to, &mut actions)?;
    }
    if !actions.is_empty() {
        out.columns
            .push(format!("ALTER TABLE {name} {}", actions.join(", ")));
    }
    for check in &checks {
        out.up.push(format!(
            "ALTER TABLE {name} {}",
            constraint::add_check(check)
        ));
        let object = constraint::object(&table.name, &constraint::check_name(&table.name, check));
        out.up.extend(comment(&object, check.comment.as_deref()));
    }
    for index in &indexes {
        out.up.extend(index::add(server, &table.name, index)?);
    }
    for exclusion in &exclusions {
        out.up.push(format!(
            "ALTER TABLE {name} ADD CONSTRAINT {} {}",
            name::ident(&exclusion.name),
            exclusion.definition
        ));
        let object = constraint::object(&table.name, &exclusion.name);
        out.up
            .extend(comment(&object, exclusion.comment.as_deref()));
    }
    Ok(())
}

/// The defaults of columns of other types that speak of the type: a text that is drawn from one of its values.
fn move_defaults<'a>(
    table: &Table,
    columns: impl Iterator<Item = &'a Column>,
    pair: Pair<&EnumType>,
    out: &mut Moved,
) {
    for column in columns {
        let Some(default @ Value::Expression(sql)) = &column.default else {
            continue;
        };
        if expression::casts_to(sql, &pair.from.name.name) {
            let alter = format!(
                "ALTER TABLE {} ALTER COLUMN {}",
                name::table(&table.name),
                name::ident(&column.name)
            );
            out.down.push(format!("{alter} DROP DEFAULT"));
            out.up
                .push(format!("{alter} SET DEFAULT {}", value::sql(default)));
        }
    }
}

/// A generated column that is of the type, or that is computed from a column of it.
fn generated_from<'a>(table: &'a Table, users: &[&Column], name: &TypeName) -> Option<&'a Column> {
    let mut columns = table.columns.iter();
    columns.find(|column| {
        column.generated.as_ref().is_some_and(|generated| {
            let reads = |word: &str| expression::mentions(&generated.expression, word);
            column.ty.enum_name() == Some(name)
                || expression::casts_to(&generated.expression, &name.name)
                || users.iter().any(|user| reads(&user.name))
        })
    })
}

/// A default holds the old type: it is dropped first and set again after.
fn move_column(
    column: &Column,
    to: &EnumType,
    actions: &mut Vec<String>,
) -> Result<(), RenderError> {
    let name = name::ident(&column.name);
    let suffix = types::spell(&column.ty)?
        .strip_suffix("[]")
        .map_or("", |_| "[]");
    let ty = quoted(&to.name) + suffix;
    if column.default.is_some() {
        actions.push(format!("ALTER COLUMN {name} DROP DEFAULT"));
    }
    actions.push(format!(
        "ALTER COLUMN {name} TYPE {ty} USING {name}::text{suffix}::{ty}"
    ));
    if let Some(default) = &column.default {
        let default: &Value = default;
        actions.push(format!(
            "ALTER COLUMN {name} SET DEFAULT {}",
            value::sql(default)
        ));
    }
    Ok(())
}
