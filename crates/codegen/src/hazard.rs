//! Which diagnostic stands above which step.

use std::collections::{BTreeMap, BTreeSet};

use plimsoll_schema::{Change, Diagnostic, Plan, TableChange};

/// The diagnostics of a plan, by the step they belong to.
pub(crate) struct Placed<'a> {
    /// By the step's place in the plan.
    pub(crate) of_step: BTreeMap<usize, Vec<&'a Diagnostic>>,
    /// Those that belong to no step.
    pub(crate) elsewhere: Vec<&'a Diagnostic>,
}

/// Places each diagnostic at the first step that changes its object, else at the first that changes its table.
pub(crate) fn place(plan: &Plan) -> Placed<'_> {
    let objects: Vec<BTreeSet<String>> = plan
        .steps
        .iter()
        .map(|step| objects(&step.change))
        .collect();
    let mut placed = Placed {
        of_step: BTreeMap::new(),
        elsewhere: Vec::new(),
    };
    for diagnostic in &plan.diagnostics {
        let object = diagnostic.object.as_str();
        let exact = objects.iter().position(|names| names.contains(object));
        let within = || {
            plan.steps.iter().position(|step| match &step.change {
                Change::CreateTable(table) | Change::DropTable(table) => object
                    .strip_prefix(&table.name.to_string())
                    .is_some_and(|rest| rest.starts_with('.')),
                Change::RenameTable(_)
                | Change::AlterTable { .. }
                | Change::CreateEnum(_)
                | Change::DropEnum(_)
                | Change::AlterEnum(_)
                | Change::RenameEnum(_)
                | Change::RenameEnumValue { .. } => false,
            })
        };
        match exact.or_else(within) {
            Some(at) => placed.of_step.entry(at).or_default().push(diagnostic),
            None => placed.elsewhere.push(diagnostic),
        }
    }
    placed
}

/// The names under which a diagnostic may speak of what a change touches.
fn objects(change: &Change) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    match change {
        Change::CreateTable(table) | Change::DropTable(table) => {
            names.insert(table.name.to_string());
        }
        Change::RenameTable(pair) => {
            names.extend([pair.from.to_string(), pair.to.to_string()]);
        }
        Change::AlterTable { table, changes } => {
            names.insert(table.to_string());
            let parts = changes.iter().flat_map(parts);
            names.extend(parts.map(|part| format!("{table}.{part}")));
        }
        Change::CreateEnum(enum_type) | Change::DropEnum(enum_type) => {
            names.insert(enum_type.name.to_string());
        }
        Change::AlterEnum(pair) => {
            names.insert(pair.from.name.to_string());
        }
        Change::RenameEnum(pair) => {
            names.extend([pair.from.to_string(), pair.to.to_string()]);
        }
        Change::RenameEnumValue { name, value } => {
            names.insert(name.to_string());
            names.extend([
                format!("{name}.{}", value.from),
                format!("{name}.{}", value.to),
            ]);
        }
    }
    names
}

/// The names of the parts that a change of a table touches: its own, or where it has none its columns.
fn parts(change: &TableChange) -> Vec<String> {
    let named = |name: &Option<String>, columns: &[String]| match name {
        Some(name) => vec![name.clone(), columns.join(", ")],
        None => vec![columns.join(", ")],
    };
    match change {
        TableChange::AddColumn(column) | TableChange::DropColumn(column) => {
            vec![column.name.clone()]
        }
        TableChange::RenameColumn(pair)
        | TableChange::RenameIndex(pair)
        | TableChange::RenameConstraint(pair) => vec![pair.from.clone(), pair.to.clone()],
        TableChange::AlterColumn(pair) => vec![pair.to.name.clone()],
        TableChange::AddPrimaryKey(key) | TableChange::DropPrimaryKey(key) => {
            named(&key.name, &key.columns)
        }
        TableChange::AddUnique(unique) | TableChange::DropUnique(unique) => {
            named(&unique.name, &unique.columns)
        }
        TableChange::AddIndex(index) | TableChange::DropIndex(index) => vec![index.name.clone()],
        TableChange::AddForeignKey(key) | TableChange::DropForeignKey(key) => {
            named(&key.name, &key.columns)
        }
        TableChange::AddCheck(check) | TableChange::DropCheck(check) => {
            check.name.clone().into_iter().collect()
        }
        TableChange::AddExclusion(exclusion) | TableChange::DropExclusion(exclusion) => {
            vec![exclusion.name.clone()]
        }
        TableChange::Fill(fill) | TableChange::Unfill(fill) => vec![fill.column.clone()],
        TableChange::RenameValue { column, .. } => vec![column.clone()],
        TableChange::SetComment(_) | TableChange::CommentOn { .. } | TableChange::SetOptions(_) => {
            Vec::new()
        }
    }
}
