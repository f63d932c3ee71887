//! One column: what the model states, what it stated, and what is there.

use plimsoll_schema::backend::{Fit, types, value};
use plimsoll_schema::{
    AutoIncrement, Code, Column, ColumnType, Generated, Literal, Table, TableName, Value,
};

use super::Place;
use super::enums::{merge_values, tell_extra};
use super::resolve::Context;

/// A column that does not exist yet: what its model leaves open is closed as the server would.
pub(super) fn closed(context: &Context<'_>, stated: &Column) -> Column {
    let mut column = stated.clone();
    column.renamed_from = None;
    if !context.can.comments {
        column.comment = None;
    }
    column.comment = column.comment.filter(|comment| !comment.is_empty());
    if column.default == Some(Value::Literal(Literal::Null)) {
        column.default = None;
    }
    column.auto_increment = numbering(context, stated);
    column.nullable &= !never_null(column.auto_increment.as_ref());
    column
}

/// What the column is to be, `in_key` saying whether it is part of the primary key then. The database's side takes over the model's spelling of the type where the two are one on this server.
pub(super) fn merge(
    context: &mut Context<'_>,
    table: &Table,
    now: &Column,
    last: Option<&Column>,
    live: &mut Column,
    in_key: bool,
) -> Column {
    let mut out = live.clone();
    merge_type(context, &table.name, now, last, live, &mut out);
    merge_default(context, &table.name, now, last, live, &mut out);
    merge_generated(context, &table.name, now, last, live, &mut out);
    // A key's columns are required whatever the model says; what is computed is as the server has it, until the model says otherwise.
    let is_restated = last.is_some_and(|last| last.nullable != now.nullable);
    let may_say = out.generated.is_none() || (is_restated && context.can.generated_required);
    merge_numbering(context, table, now, last, live, &mut out);
    if !in_key && may_say {
        out.nullable = now.nullable && !never_null(out.auto_increment.as_ref());
    }
    let inherited = table.options.collation.as_ref();
    let inherited = inherited.or(context.server().default_collation.as_ref());
    let says_otherwise = now.collation.is_some() && now.collation.as_ref() != inherited;
    // To state what the table says by itself is to state nothing that a server keeps.
    if says_otherwise || live.collation.is_some() {
        take(
            &mut out.collation,
            now.collation.as_ref(),
            last.and_then(|last| last.collation.as_ref()),
        );
    }
    take(
        &mut out.on_update,
        now.on_update.as_ref(),
        last.and_then(|last| last.on_update.as_ref()),
    );
    if now.invisible || last.is_some_and(|last| last.invisible) {
        out.invisible = now.invisible;
    }
    if context.can.comments {
        take(
            &mut out.comment,
            now.comment.as_ref(),
            last.and_then(|last| last.comment.as_ref()),
        );
        out.comment = out.comment.filter(|comment| !comment.is_empty());
    }
    if now.extra != last.and_then(|last| last.extra.clone()) && last.is_some() {
        let object = format!("{}.{}", table.name, now.name);
        let message =
            format!("`extra` of column `{object}` changed; it is SQL that cannot be compared");
        context.note(Code::N502, object, message);
    }
    out
}

/// Whether the server lets no column that is numbered so admit NULL.
fn never_null(numbering: Option<&AutoIncrement>) -> bool {
    match numbering {
        Some(AutoIncrement::Auto | AutoIncrement::Identity { .. }) => true,
        // A serial is a default.
        Some(AutoIncrement::Serial) | None => false,
    }
}

/// How the server numbers what a model states so: by its own means, where it has one only.
fn numbering(context: &Context<'_>, stated: &Column) -> Option<AutoIncrement> {
    let stated = stated.auto_increment.clone();
    if context.can.identity {
        stated
    } else {
        stated.map(|_| AutoIncrement::Auto)
    }
}

/// Stated now: so. Stated last and no longer: gone. Otherwise as it is.
pub(super) fn take<T: Clone>(fact: &mut Option<T>, now: Option<&T>, last: Option<&T>) {
    if now.is_some() || last.is_some() {
        *fact = now.cloned();
    }
}

fn merge_type(
    context: &mut Context<'_>,
    table: &TableName,
    now: &Column,
    last: Option<&Column>,
    live: &mut Column,
    out: &mut Column,
) {
    let server = context.server();
    let object = format!("{table}.{}", now.name);
    if let (ColumnType::Enum { name, values }, ColumnType::Enum { values: there, .. }) =
        (&now.ty, &live.ty)
        && !context.can.enum_types
    {
        let before = last.and_then(|last| match &last.ty {
            ColumnType::Enum { values, .. } => Some(values.as_slice()),
            _ => None,
        });
        let merged = merge_values(values, before, there, context.owns_everything());
        tell_extra(context, &object, values, &merged);
        live.ty = ColumnType::Enum {
            name: name.clone(),
            values: there.clone(),
        };
        out.ty = ColumnType::Enum {
            name: name.clone(),
            values: merged,
        };
        return;
    }
    let mut fit = types::fit(server, &now.ty, &live.ty);
    // An open type fits, unless the model gave up on purpose what it stated: then the database still says what was stated.
    if matches!(fit, Fit::Fits | Fit::Told)
        && let Some(last) = last
        && types::stored(server, &last.ty) == live.ty
        && types::stored(server, &last.ty) != types::stored(server, &now.ty)
    {
        fit = Fit::Differs;
    }
    match fit {
        Fit::Same => {
            live.ty = now.ty.clone();
            out.ty = now.ty.clone();
        }
        Fit::Fits => {}
        Fit::Told => {
            let spelled = |ty| types::spell(server, ty).unwrap_or_else(|_| format!("{ty:?}"));
            let message = format!(
                "column `{object}` is {} in the database and {} in the model",
                spelled(&live.ty),
                spelled(&now.ty)
            );
            let help =
                "state the database's type with `column_type`, or write the conversion by hand";
            context.warn(Code::N504, object, message, help);
        }
        Fit::Differs => {
            if let Some(last) = last {
                respell(context, last, live);
            }
            out.ty = now.ty.clone();
        }
    }
}

/// Gives a live column the model's spelling of its type, where the two are one.
pub(super) fn respell(context: &Context<'_>, stated: &Column, live: &mut Column) {
    if types::fit(context.server(), &stated.ty, &live.ty) == Fit::Same {
        live.ty = stated.ty.clone();
    }
}

fn merge_default(
    context: &mut Context<'_>,
    table: &TableName,
    now: &Column,
    last: Option<&Column>,
    live: &mut Column,
    out: &mut Column,
) {
    let server = context.input.server;
    match &now.default {
        // Old dumps make sequences that no column owns; a column that draws from one is numbered all the same.
        None if now.auto_increment.is_some() && draws_from_a_sequence(live) => {}
        None => {
            if last.is_some_and(|last| last.default.is_some()) || context.owns_everything() {
                out.default = None;
            }
        }
        Some(Value::Literal(Literal::Null)) => out.default = None,
        Some(stated) => {
            let wanted = value::stored(server, stated, &out.ty);
            let stays = types::stored(server, &live.ty) == types::stored(server, &out.ty);
            let is_same = match &live.default {
                None => false,
                Some(there) if value::stored(server, there, &out.ty) == wanted => true,
                // What the one type takes for a default says nothing to the other: the server has nothing to compare.
                Some(_) if !stays => false,
                Some(there) if is_one_document(&out.ty, stated, there) => true,
                // Two literals that are both understood, and are not one.
                Some(Value::Literal(_)) if matches!(wanted, Value::Literal(_)) => false,
                Some(there) => {
                    let (model, there) = (value::sql(server, stated), value::sql(server, there));
                    context.same(table, &Place::Default(now.name.clone()), &model, &there)
                }
            };
            // Both sides take the model's spelling, so that what is written down is what the model says; unless the type that goes
            // makes something else of it.
            let before = |default: &Value| value::stored(context.server(), default, &live.ty);
            let is_one = |there: &Value| before(there) == before(stated);
            if is_same && (live.ty == out.ty || live.default.as_ref().is_some_and(is_one)) {
                live.default = Some(stated.clone());
            }
            out.default = Some(stated.clone());
        }
    }
}

/// Whether two defaults are one JSON document, spaced otherwise.
fn is_one_document(ty: &ColumnType, left: &Value, right: &Value) -> bool {
    let is_json = matches!(ty, ColumnType::Json | ColumnType::JsonBinary);
    match (left, right) {
        (Value::Literal(Literal::String(left)), Value::Literal(Literal::String(right)))
            if is_json =>
        {
            let read = |text| serde_json::from_str::<serde_json::Value>(text).ok();
            read(left).is_some_and(|left| read(right) == Some(left))
        }
        (_, _) => false,
    }
}

fn merge_generated(
    context: &mut Context<'_>,
    table: &TableName,
    now: &Column,
    last: Option<&Column>,
    live: &Column,
    out: &mut Column,
) {
    match (&now.generated, &live.generated) {
        (None, _) => {
            if last.is_some_and(|last| last.generated.is_some()) {
                out.generated = None;
            }
        }
        (Some(stated), Some(there)) if stated.stored == there.stored => {
            let place = Place::Generated(now.name.clone());
            if !context.same(table, &place, &stated.expression, &there.expression) {
                out.generated = Some(stated.clone());
            }
        }
        (Some(stated), Some(Generated { .. }) | None) => out.generated = Some(stated.clone()),
    }
}

fn merge_numbering(
    context: &mut Context<'_>,
    table: &Table,
    now: &Column,
    last: Option<&Column>,
    live: &Column,
    out: &mut Column,
) {
    let stated = numbering(context, now);
    match (&stated, &live.auto_increment) {
        (None, _) => {
            if last.is_some_and(|last| last.auto_increment.is_some()) {
                out.auto_increment = None;
            }
        }
        (Some(AutoIncrement::Auto), Some(_)) => {}
        (Some(AutoIncrement::Auto | AutoIncrement::Serial), None)
            if draws_from_a_sequence(live) => {}
        (Some(AutoIncrement::Auto), None) => {
            let is_new = last.is_some_and(|last| last.auto_increment.is_none());
            if is_new {
                out.auto_increment = Some(AutoIncrement::Auto);
            } else if !context.can.numbers_integer_keys {
                // SeaORM's derive says auto_increment for every integer key, so that it is not a statement somebody made.
                let object = format!("{}.{}", table.name, now.name);
                let message =
                    format!("column `{object}` is not numbered by the database, its model says so");
                let help =
                    "put `auto_increment = false` on the field, or number the column by hand";
                context.warn(Code::N504, object, message, help);
            }
        }
        (Some(stated), there) => {
            if there.as_ref() != Some(stated) {
                out.auto_increment = Some(stated.clone());
            }
        }
    }
}

/// Whether the default is the next value of a sequence (PostgreSQL, where the sequence is not the column's own).
fn draws_from_a_sequence(column: &Column) -> bool {
    matches!(&column.default, Some(Value::Expression(sql)) if sql.starts_with("nextval("))
}
