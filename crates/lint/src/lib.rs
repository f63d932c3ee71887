//! Hazards of a plan: what a reviewer has to know before it runs. One file per rule.
//!
//! Invariant: pure, and about `up` only; a table that the same plan creates has no rows, so nothing about rows is said of it.

mod rules;

use std::collections::BTreeSet;

use plimsoll_schema::{Change, Diagnostic, Plan, Server, TableChange, TableName};

/// What a rule is asked about.
pub(crate) struct Subject<'a> {
    /// The server.
    pub(crate) server: &'a Server,
    /// Every step's change, in order.
    pub(crate) changes: Vec<&'a Change>,
}

impl<'a> Subject<'a> {
    /// Whether rows of the column get a value before what could fail on them.
    pub(crate) fn is_filled(&self, name: &TableName, column: &str) -> bool {
        let is_it = |change: &TableChange| matches!(change, TableChange::Fill(fill) if fill.column == column);
        self.altered()
            .any(|(table, change)| table == name && is_it(change))
    }

    /// Whether it is said how the column's values become those of its new type.
    pub(crate) fn is_converted(&self, name: &TableName, column: &str) -> bool {
        self.altered()
            .any(|(table, change)| table == name && change.conversion_of(column).is_some())
    }

    /// The values of a column that get another name.
    pub(crate) fn renamed_values(&self, name: &TableName, column: &str) -> Vec<&'a String> {
        let renamed = self.altered().filter_map(|(table, change)| match change {
            TableChange::RenameValue { column: own, value } if table == name && own == column => {
                Some(&value.from)
            }
            _ => None,
        });
        renamed.collect()
    }

    /// The changes of tables that were there before the plan, each with its table's name.
    pub(crate) fn altered(&self) -> impl Iterator<Item = (&'a TableName, &'a TableChange)> {
        let created: BTreeSet<&TableName> = self
            .changes
            .iter()
            .filter_map(|change| {
                if let Change::CreateTable(table) = change {
                    Some(&table.name)
                } else {
                    None
                }
            })
            .collect();
        self.changes
            .iter()
            .filter_map(|change| match change {
                Change::AlterTable { table, changes } => Some((table, changes)),
                Change::CreateTable(_)
                | Change::DropTable(_)
                | Change::RenameTable(_)
                | Change::CreateEnum(_)
                | Change::DropEnum(_)
                | Change::AlterEnum(_)
                | Change::RenameEnum(_)
                | Change::RenameEnumValue { .. } => None,
            })
            .filter(move |(table, _)| !created.contains(table))
            .flat_map(|(table, changes)| changes.iter().map(move |change| (table, change)))
    }
}

/// One rule.
type Rule = fn(&Subject<'_>) -> Vec<Diagnostic>;

const RULES: &[Rule] = &[
    rules::drop_table::check,
    rules::drop_column::check,
    rules::narrow_type::check,
    rules::enum_value::check,
    rules::required_column::check,
    rules::set_not_null::check,
    rules::add_unique::check,
    rules::add_foreign_key::check,
    rules::add_check::check,
];

/// Everything the rules find, in the order of code and object.
pub fn lint(plan: &Plan) -> Vec<Diagnostic> {
    let changes = plan.steps.iter().map(|step| &step.change).collect();
    let subject = Subject {
        server: &plan.server,
        changes,
    };
    let mut out: Vec<Diagnostic> = RULES.iter().flat_map(|rule| rule(&subject)).collect();
    out.sort();
    out.dedup();
    out
}
