//! Open models and a closed database become two closed catalogs.
//!
//! Stated now: made so. Stated at the last revision and no longer: taken back. Never stated: the database's fact is adopted, and told.

use std::borrow::Cow;
use std::collections::BTreeSet;

use plimsoll_schema::backend::types;
use plimsoll_schema::{
    Capabilities, Catalog, Change, Code, Column, Diagnostic, KeyTarget, Server, Severity, Table,
    TableName, expression,
};

use super::follow::follow as follow_names;
use super::{
    Diff, Input, Manage, Place, Question, case, compare, enums, exact, fill, names, rename, table,
    words,
};

/// What the parts of the resolution share.
pub(super) struct Context<'a> {
    /// The three sides.
    pub(super) input: &'a Input<'a>,
    /// What the server can do.
    pub(super) can: Capabilities,
    /// What was left alone.
    pub(super) notes: Vec<Diagnostic>,
    /// What only the server can tell.
    pub(super) questions: BTreeSet<Question>,
}

impl Context<'_> {
    pub(super) fn server(&self) -> &Server {
        self.input.server
    }

    /// Whether what nobody ever stated is to go.
    pub(super) fn owns_everything(&self) -> bool {
        match self.input.manage {
            Manage::Stated => false,
            Manage::Everything | Manage::Exact => true,
        }
    }

    /// Whether nothing is open.
    pub(super) fn is_exact(&self) -> bool {
        self.input.manage == Manage::Exact
    }

    pub(super) fn note(&mut self, code: Code, object: impl ToString, message: impl Into<String>) {
        self.notes
            .push(Diagnostic::new(code, Severity::Note, object, message));
    }

    pub(super) fn warn(&mut self, code: Code, object: impl ToString, message: String, help: &str) {
        self.notes
            .push(Diagnostic::new(code, Severity::Warning, object, message).help(help));
    }

    /// Whether two expressions are one. What is not certain is asked; what the server refused to tell is left alone.
    pub(super) fn same(
        &mut self,
        table: &TableName,
        place: &Place,
        model: &str,
        live: &str,
    ) -> bool {
        match self.is_known_same(table, place, model, live) {
            Known::Same | Known::Asked => true,
            Known::Different => false,
            Known::Refused => {
                let message = format!("`{live}` cannot be compared with the model's `{model}`");
                self.note(Code::N502, table, message);
                true
            }
        }
    }

    /// Whether the expression speaks of a column that is to have another type, or another word of its enum.
    fn is_of_types_to_come(&self, table: &TableName, model: &str) -> bool {
        let (Some(now), Some(live)) = (
            self.input.now.tables.get(table),
            self.input.live.tables.get(table),
        ) else {
            return false;
        };
        let stored = |column: &Column| types::stored(self.server(), &column.ty);
        now.columns.iter().any(|column| {
            let there = live.column(&column.name);
            let changes = there.is_none_or(|there| stored(there) != stored(column));
            changes && expression::mentions(model, &column.name)
        })
    }

    /// What is known of two expressions; what is not is asked.
    pub(super) fn is_known_same(
        &mut self,
        table: &TableName,
        place: &Place,
        model: &str,
        live: &str,
    ) -> Known {
        if expression::same(model, live) {
            return Known::Same;
        }
        let ask = |text: &str| Question {
            table: table.clone(),
            place: place.clone(),
            text: text.to_owned(),
        };
        let (model, live) = (ask(model), ask(live));
        match (self.input.forms.get(&model), self.input.forms.get(&live)) {
            (Some(Some(model)), Some(Some(form))) => {
                if expression::same(model, form) || expression::same(model, &live.text) {
                    Known::Same
                } else {
                    Known::Different
                }
            }
            // What the server does not take yet cannot be what it has.
            (Some(None), Some(Some(_))) if self.is_of_types_to_come(table, &model.text) => {
                Known::Different
            }
            // Nor can what it takes no longer be what it shall have.
            (Some(Some(_)), Some(None)) if self.is_of_types_to_come(table, &live.text) => {
                Known::Different
            }
            (Some(None), _) | (_, Some(None)) => Known::Refused,
            (None, _) | (_, None) => {
                self.questions.extend([model, live]);
                Known::Asked
            }
        }
    }
}

/// What is known of two expressions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Known {
    /// They are one.
    Same,
    /// They are two.
    Different,
    /// The server is to be asked.
    Asked,
    /// The server did not tell.
    Refused,
}

pub(super) fn resolve(input: &Input<'_>) -> Diff {
    let can = input.server.capabilities();
    let mut now = qualify(input.now, input.server);
    let mut last = input
        .last
        .map(|last| qualify(last, input.server))
        .unwrap_or_default();
    if can.column_names_ignore_case && input.manage == Manage::Exact {
        case::state(&mut now, input.live);
    }
    for stated in [&mut now, &mut last] {
        case::adopt(can, stated, input.live);
    }
    let renames = rename::stated(input, &now, input.live);
    let mut current = input.live.clone();
    for change in &renames {
        follow(&mut current, change);
        follow(last.to_mut(), change);
    }
    let mut desired = current.clone();
    let mut context = Context {
        input,
        can,
        notes: Vec::new(),
        questions: BTreeSet::new(),
    };
    if can.enum_types {
        enums::resolve(&mut context, &now, &last, &current, &mut desired);
    }
    resolve_tables(&mut context, &now, &last, &mut current, &mut desired);
    drop_orphans(&mut context, &current, &mut desired);
    if !context.is_exact() {
        follow_names(can, &renames, input.live, &current, &mut desired);
        names::settle(&now, &current, &mut desired);
    }
    if can.enum_types {
        enums::settle(&now, &last, &mut current, &mut desired);
    }
    let changes: Vec<Change> = renames
        .iter()
        .cloned()
        .chain(compare(input.server, &current, &desired))
        .collect();
    let changed = words::changed(input, &last, &current, &desired);
    let renamed = words::renamed(input.answers, &changed);
    words::tell(&mut context, &renamed, &desired);
    let changes = fill::stage(input, &current, changes, &renamed);
    let open = words::possible(input.answers, &changed, &renamed);
    let ambiguities = rename::possible(input, &current, &desired, open);
    for change in renames.iter().rev() {
        follow(&mut current, &change.reverse());
    }
    context.notes.sort();
    context.notes.dedup();
    let Context {
        notes, questions, ..
    } = context;
    Diff {
        current,
        desired,
        changes,
        notes,
        ambiguities,
        questions,
    }
}

fn resolve_tables(
    context: &mut Context<'_>,
    now: &Catalog,
    last: &Catalog,
    current: &mut Catalog,
    desired: &mut Catalog,
) {
    for stated in now.tables.values() {
        let before = last.tables.get(&stated.name);
        match current.tables.get_mut(&stated.name) {
            None if context.is_exact() => desired.insert(stated.clone()),
            Some(live) if context.is_exact() => {
                desired.insert(exact::table(context, stated, live));
            }
            None => desired.insert(table::closed(context, stated)),
            Some(live) => {
                let wanted = table::merge(context, stated, before, live);
                live.sort();
                desired.insert(wanted);
            }
        }
    }
    let unstated: Vec<TableName> = current
        .tables
        .keys()
        .filter(|name| !now.tables.contains_key(name))
        .cloned()
        .collect();
    for name in unstated {
        let was_stated = last.tables.get(&name);
        if was_stated.is_some() || context.owns_everything() {
            desired.tables.remove(&name);
            if let (Some(stated), Some(live)) = (was_stated, current.tables.get_mut(&name)) {
                table::respell(context, stated, live);
            }
        } else {
            let message = format!("table `{name}` is in the database and no model states it");
            context.note(Code::N501, &name, message);
        }
    }
}

/// Parts that nobody stated go with the column or table they stand on: the server would drop or refuse them, so the plan says it.
fn drop_orphans(context: &mut Context<'_>, current: &Catalog, desired: &mut Catalog) {
    let kept: BTreeSet<TableName> = desired.tables.keys().cloned().collect();
    for table in desired.tables.values_mut() {
        let Some(known) = current.tables.get(&table.name) else {
            continue;
        };
        let gone: Vec<&str> = known
            .columns
            .iter()
            .map(|column| column.name.as_str())
            .filter(|name| table.column(name).is_none())
            .collect();
        let was = parts(table);
        let stands =
            |columns: &[String]| !columns.iter().any(|column| gone.contains(&column.as_str()));
        let mentions = if context.can.column_names_ignore_case {
            expression::mentions
        } else {
            expression::mentions_exactly
        };
        let says = |text: &str| !gone.iter().any(|column| mentions(text, column));
        // A table that is not looked at, or never was there, is not one that goes.
        let goes = |name: &TableName| current.tables.contains_key(name) && !kept.contains(name);
        table
            .foreign_keys
            .retain(|key| stands(&key.columns) && !goes(&key.ref_table));
        table.uniques.retain(|unique| stands(&unique.columns));
        table.checks.retain(|check| says(&check.expression));
        table
            .exclusions
            .retain(|exclusion| says(&exclusion.definition));
        table.indexes.retain(|index| {
            stands(&index.include)
                && index.predicate.as_deref().is_none_or(says)
                && index.keys.iter().all(|key| match &key.target {
                    KeyTarget::Column(column) => !gone.contains(&column.as_str()),
                    KeyTarget::Expression(text) => says(text),
                })
        });
        if table
            .primary_key
            .as_ref()
            .is_some_and(|key| !stands(&key.columns))
        {
            table.primary_key = None;
        }
        let lost = was - parts(table);
        if lost > 0 {
            let message = format!(
                "{lost} index(es) or constraint(s) of table `{}` go with what they stand on",
                table.name
            );
            context.note(Code::N501, &table.name, message);
        }
    }
}

fn parts(table: &Table) -> usize {
    table.foreign_keys.len()
        + table.uniques.len()
        + table.checks.len()
        + table.exclusions.len()
        + table.indexes.len()
}

/// Renames reach every side; one that a side has no object for is none of its business.
pub(super) fn follow(catalog: &mut Catalog, change: &Change) {
    let mut renamed = catalog.clone();
    if renamed.apply(change).is_ok() {
        *catalog = renamed;
    }
}

/// A name in the server's default schema is a name without a schema, and the parts of tables are in canonical order. A catalog that is so
/// already is taken as it is.
fn qualify<'a>(catalog: &'a Catalog, server: &Server) -> Cow<'a, Catalog> {
    let is_default = |schema: &Option<String>| schema.is_some() && *schema == server.default_schema;
    let says_it = |table: &Table| {
        let mut keys = table.foreign_keys.iter();
        !table.is_sorted()
            || is_default(&table.name.schema)
            || keys.any(|key| is_default(&key.ref_table.schema))
            || (table.renamed_from.iter()).any(|from| is_default(&from.schema))
    };
    let mut out = Cow::Borrowed(catalog);
    if catalog.tables.values().any(says_it)
        || catalog.enums.keys().any(|name| is_default(&name.schema))
    {
        out = Cow::Owned(without_schema(catalog, is_default));
    }
    if server.capabilities().enum_types && !out.has_all_enums() {
        out.to_mut().collect_enums();
    }
    out
}

fn without_schema(catalog: &Catalog, is_default: impl Fn(&Option<String>) -> bool) -> Catalog {
    let plain = |schema: &mut Option<String>| {
        if is_default(schema) {
            *schema = None;
        }
    };
    let mut out = Catalog::default();
    for mut table in catalog.tables.values().cloned() {
        plain(&mut table.name.schema);
        for key in &mut table.foreign_keys {
            plain(&mut key.ref_table.schema);
        }
        if let Some(from) = &mut table.renamed_from {
            plain(&mut from.schema);
        }
        out.insert(table);
    }
    for mut enum_type in catalog.enums.values().cloned() {
        plain(&mut enum_type.name.schema);
        out.enums.insert(enum_type.name.clone(), enum_type);
    }
    out
}
