//! Views, policies, triggers and the like are never ours to change, but they can be in the way of what is.

use plimsoll_schema::backend::{self, types};
use plimsoll_schema::{
    Catalog, Change, Code, Column, Diagnostic, Plan, Server, Severity, TableChange, TableName,
    TypeName,
};

use crate::inspect::{Holder, Inspection, View};
use crate::plan::order::taken;

/// What the plan, made for `current`, does to what a view or another object that was found reads: an error where the server refuses it, a warning where it lets it break.
pub fn in_the_way(
    plan: &Plan,
    current: &Catalog,
    found: &Inspection,
    holders: &[Holder],
) -> Vec<Diagnostic> {
    let can = plan.server.capabilities();
    let tells = can.views_hold_columns;
    let mut out = Vec::new();
    for step in &plan.steps {
        let mut say = |what: &str, broken: &Broken<'_>| {
            let severity = if tells || (broken.is_drop() && can.views_refuse_drops) {
                Severity::Error
            } else {
                Severity::Warning
            };
            let object = broken.object();
            let message = format!("{what} reads `{object}`: {}", step.summary);
            let help = format!(
                "drop the {} in a revision before this one, and create it again in one after it",
                what.split(" `").next().unwrap_or(what)
            );
            out.push(Diagnostic::new(Code::C603, severity, object, message).help(help));
        };
        for broken in breaks(plan, current, &step.change) {
            let views = found.views.iter();
            for view in views.filter(|view| broken.breaks_view(view, tells)) {
                say(&format!("view `{}`", view.name), &broken);
            }
            for holder in holders {
                if broken.breaks(holder) && !goes(plan, holder) {
                    say(&holder.what, &broken);
                }
            }
        }
    }
    out.extend(missing_schemas(plan, found));
    out.extend(taken_names(plan, found));
    out.extend(held_names(plan, holders));
    out.sort();
    out.dedup();
    out
}

/// Tables that the plan makes where a view stands.
fn taken_names(plan: &Plan, found: &Inspection) -> Vec<Diagnostic> {
    let made = plan.steps.iter().filter_map(|step| match &step.change {
        Change::CreateTable(table) => Some(&table.name),
        Change::RenameTable(pair) => Some(&pair.to),
        Change::DropTable(_)
        | Change::AlterTable { .. }
        | Change::CreateEnum(_)
        | Change::DropEnum(_)
        | Change::AlterEnum(_)
        | Change::RenameEnum(_)
        | Change::RenameEnumValue { .. } => None,
    });
    made.filter(|name| found.views.iter().any(|view| view.name == **name))
        .map(|name| {
            let message = format!("view `{name}` has the name of a table that the plan makes");
            Diagnostic::new(Code::C603, Severity::Error, name, message)
                .help("drop the view in a revision before this one, or leave the entity out with `ignore`")
        })
        .collect()
}

/// What the plan makes under a name that something else has which is never ours to change.
fn held_names(plan: &Plan, holders: &[Holder]) -> Vec<Diagnostic> {
    let mut out = Vec::new();
    for step in &plan.steps {
        let (kind, table) = match &step.change {
            Change::CreateTable(table) => ("table", Some(&table.name)),
            Change::RenameTable(pair) => ("table", Some(&pair.to)),
            Change::CreateEnum(_) | Change::RenameEnum(_) => ("type", None),
            Change::AlterTable { .. } => ("part of a table", None),
            Change::DropTable(_)
            | Change::DropEnum(_)
            | Change::AlterEnum(_)
            | Change::RenameEnumValue { .. } => continue,
        };
        for name in taken(&step.change) {
            let is_table = table.is_some_and(|table| table.to_string() == name);
            let is_type = kind == "type";
            let holder = holders.iter().find(|holder| {
                holder.name.as_ref().is_some_and(|held| {
                    held.name == name
                        && ((held.is_relation && !is_type)
                            || (held.is_type && (is_type || is_table)))
                })
            });
            if let Some(holder) = holder {
                let kind = if table.is_some() && !is_table {
                    "part of a table"
                } else {
                    kind
                };
                let message = format!(
                    "{} has the name of a {kind} that the plan makes",
                    holder.what
                );
                let what = holder.what.split(" `").next().unwrap_or_default();
                let help = format!(
                    "drop the {what} in a revision before this one, or leave the entity out with `ignore`"
                );
                out.push(Diagnostic::new(Code::C603, Severity::Error, name, message).help(help));
            }
        }
    }
    out
}

/// Objects that the plan makes in a schema that is not there.
fn missing_schemas(plan: &Plan, found: &Inspection) -> Vec<Diagnostic> {
    if !plan.server.capabilities().schemas {
        return Vec::new();
    }
    let made = plan.steps.iter().filter_map(|step| match &step.change {
        Change::CreateTable(table) => Some((table.name.schema.as_ref()?, table.name.to_string())),
        Change::CreateEnum(made) => Some((made.name.schema.as_ref()?, made.name.to_string())),
        Change::RenameTable(pair) => Some((pair.to.schema.as_ref()?, pair.to.to_string())),
        Change::RenameEnum(pair) => Some((pair.to.schema.as_ref()?, pair.to.to_string())),
        Change::DropTable(_)
        | Change::AlterTable { .. }
        | Change::DropEnum(_)
        | Change::AlterEnum(_)
        | Change::RenameEnumValue { .. } => None,
    });
    made.filter(|(schema, _)| !found.schemas.contains(*schema))
        .map(|(schema, object)| {
            let message = format!("schema `{schema}` does not exist");
            let help = format!(
                "create it in a revision before this one: `CREATE SCHEMA {}`",
                backend::quote(&plan.server, schema)
            );
            Diagnostic::new(Code::C601, Severity::Error, object, message).help(help)
        })
        .collect()
}

/// What a change takes from under what reads it.
enum Broken<'a> {
    Table(&'a TableName),
    Column {
        table: &'a TableName,
        column: &'a str,
        /// It stays, with another type.
        stays: bool,
    },
    /// The row of a table, which others have a column of: what comes has a value for every row.
    Row(&'a TableName),
    /// The primary key.
    Key(&'a TableName),
    Enum(&'a TypeName),
}

impl Broken<'_> {
    fn is_drop(&self) -> bool {
        matches!(self, Self::Column { stays: false, .. })
    }

    fn object(&self) -> String {
        match self {
            Self::Table(table) | Self::Row(table) => table.to_string(),
            Self::Key(table) => format!("{table} (its primary key)"),
            Self::Column { table, column, .. } => format!("{table}.{column}"),
            Self::Enum(name) => name.to_string(),
        }
    }

    /// Where the server does not tell the columns that a view reads, it may read all of them.
    fn breaks_view(&self, view: &View, tells: bool) -> bool {
        match self {
            Self::Table(table) => view.uses.contains_key(table),
            Self::Column { table, column, .. } => (view.uses.get(table))
                .is_some_and(|columns| (columns.is_empty() && !tells) || columns.contains(*column)),
            Self::Row(_) | Self::Key(_) | Self::Enum(_) => false,
        }
    }

    fn breaks(&self, holder: &Holder) -> bool {
        match self {
            Self::Table(table) => holder.table.as_ref() == Some(table),
            Self::Column {
                table,
                column,
                stays,
            } => {
                // The server makes a foreign key anew when the type of what it points at changes. A function is told by the row's
                // type what a row is, which is looked up when it runs; a column of that type holds such rows.
                let is_of_row = holder.is_row && *stays && holder.what.starts_with("column ");
                let reads = holder.columns.contains(*column)
                    && !(*stays && holder.what.starts_with("foreign key "));
                holder.table.as_ref() == Some(table) && (reads || is_of_row)
            }
            Self::Row(table) => {
                holder.is_row
                    && holder.table.as_ref() == Some(table)
                    && holder.what.starts_with("column ")
            }
            Self::Key(table) => holder.is_key && holder.table.as_ref() == Some(table),
            Self::Enum(name) => holder.enum_type.as_ref() == Some(name),
        }
    }
}

/// Whether what holds goes with its own table.
fn goes(plan: &Plan, holder: &Holder) -> bool {
    let is_it = |change: &Change| match change {
        Change::DropTable(table) => holder.of.as_ref() == Some(&table.name),
        Change::CreateTable(_)
        | Change::RenameTable(_)
        | Change::AlterTable { .. }
        | Change::CreateEnum(_)
        | Change::DropEnum(_)
        | Change::AlterEnum(_)
        | Change::RenameEnum(_)
        | Change::RenameEnumValue { .. } => false,
    };
    plan.steps.iter().any(|step| is_it(&step.change))
}

fn breaks<'a>(plan: &Plan, current: &'a Catalog, change: &'a Change) -> Vec<Broken<'a>> {
    match change {
        Change::DropTable(table) => vec![Broken::Table(&table.name)],
        Change::AlterTable { table, changes } => changes
            .iter()
            .filter_map(|change| broken_part(&plan.server, table, change))
            .collect(),
        Change::AlterEnum(pair) if backend::replaces_enum(&plan.server, change) => {
            let users = current.users_of(&pair.from.name);
            let columns = users.map(|(table, column)| Broken::Column {
                table: &table.name,
                column,
                stays: true,
            });
            columns.chain([Broken::Enum(&pair.from.name)]).collect()
        }
        Change::DropEnum(enum_type) => vec![Broken::Enum(&enum_type.name)],
        Change::AlterEnum(_)
        | Change::CreateTable(_)
        | Change::RenameTable(_)
        | Change::CreateEnum(_)
        | Change::RenameEnum(_)
        | Change::RenameEnumValue { .. } => Vec::new(),
    }
}

fn broken_part<'a>(
    server: &Server,
    table: &'a TableName,
    change: &'a TableChange,
) -> Option<Broken<'a>> {
    // The values of an enum type are not the column's affair.
    let spelled = |column: &Column| types::spell(server, &column.ty).ok();
    match change {
        TableChange::DropColumn(column) => Some(Broken::Column {
            table,
            column: &column.name,
            stays: false,
        }),
        TableChange::AddColumn(column) => {
            let is_filled = column.default.is_some()
                || column.generated.is_some()
                || column.auto_increment.is_some()
                || !column.nullable;
            is_filled.then_some(Broken::Row(table))
        }
        TableChange::DropPrimaryKey(_) => Some(Broken::Key(table)),
        TableChange::AlterColumn(pair)
            if spelled(&pair.from) != spelled(&pair.to)
                || (server.capabilities().views_hold_columns
                    && pair.from.collation != pair.to.collation)
                || backend::remakes_column(server, pair.as_ref().as_ref()) =>
        {
            Some(Broken::Column {
                table,
                column: &pair.from.name,
                stays: true,
            })
        }
        TableChange::AlterColumn(_)
        | TableChange::RenameColumn(_)
        | TableChange::AddPrimaryKey(_)
        | TableChange::AddUnique(_)
        | TableChange::DropUnique(_)
        | TableChange::AddIndex(_)
        | TableChange::DropIndex(_)
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
        | TableChange::SetOptions(_)
        | TableChange::Fill(_)
        | TableChange::Unfill(_)
        | TableChange::RenameValue { .. } => None,
    }
}
