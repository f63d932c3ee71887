//! Words of enums that live in their column: one that goes while another comes may be the same value under another name.
//!
//! Where the server keeps the words (MySQL), the database tells what they were; where it does not (SQLite, an enum is text), only what
//! the models stated at the last revision does.

use std::collections::{BTreeMap, BTreeSet};

use plimsoll_schema::backend::{types, value};
use plimsoll_schema::{
    Catalog, Check, Code, Column, ColumnType, Literal, Pair, Server, TableName, Value, expression,
};

use super::rename::{Ambiguity, in_order, possible_words};
use super::resolve::Context;
use super::{Answers, Input};

/// A column of which words go while others come.
pub(super) struct Changed {
    table: TableName,
    column: String,
    /// What answers call its enum: the name of its type, or `table.column` where that has none.
    label: String,
    words: Pair<Vec<String>>,
}

/// The values of columns that have another name, in an order in which each finds its new one free.
pub(super) type Renamed = BTreeMap<TableName, Words>;

/// The renamed values of a table's columns.
pub(super) type Words = BTreeMap<String, Vec<Pair<String>>>;

/// The columns whose words differ so. All sides have the names that tables and columns have after the renames.
pub(super) fn changed(
    input: &Input<'_>,
    last: &Catalog,
    current: &Catalog,
    desired: &Catalog,
) -> Vec<Changed> {
    let mut out = Vec::new();
    if input.server.capabilities().enum_types {
        return out;
    }
    for table in desired.tables.values() {
        let Some(known) = current.table(&table.name) else {
            continue;
        };
        let before = last.table(&table.name);
        for to in &table.columns {
            let Some(live) = known.column(&to.name) else {
                continue;
            };
            let from = if keeps_words(input.server, live) {
                Some(live)
            } else {
                before.and_then(|table| table.column(&to.name))
            };
            out.extend(from.and_then(|from| of_column(&table.name, from, to)));
        }
    }
    out
}

/// Whether the server knows the words of the column's enum.
pub(super) fn keeps_words(server: &Server, column: &Column) -> bool {
    matches!(types::stored(server, &column.ty), ColumnType::Enum { .. })
}

fn of_column(table: &TableName, from: &Column, to: &Column) -> Option<Changed> {
    let ColumnType::Enum { values: were, .. } = &from.ty else {
        return None;
    };
    let ColumnType::Enum { name, values } = &to.ty else {
        return None;
    };
    let lacks = |left: &[String], right: &[String]| left.iter().any(|one| !right.contains(one));
    let label = if name.name.is_empty() {
        format!("{table}.{}", to.name)
    } else {
        name.to_string()
    };
    (lacks(were, values) && lacks(values, were)).then(|| Changed {
        table: table.clone(),
        column: to.name.clone(),
        label,
        words: Pair::new(were.clone(), values.clone()),
    })
}

/// What the user said is renamed: of the type, or of one column of it.
pub(super) fn renamed(answers: &Answers, changed: &[Changed]) -> Renamed {
    let mut out = Renamed::new();
    for one in changed {
        let Pair { from, to } = &one.words;
        let pairs = from.iter().filter_map(|word| {
            let new = answer(answers, one, word).filter(|new| to.contains(new))?;
            Some(Pair::new(word.clone(), new.clone()))
        });
        let pairs: Vec<Pair<String>> = pairs.collect();
        // A word that stays can only be another value's by now.
        let is_left =
            |word: &String| !to.contains(word) || pairs.iter().any(|pair| pair.to == *word);
        let due = pairs.iter().filter(|pair| is_left(&pair.from));
        let due = in_order(due.cloned().collect(), |word| from.contains(word));
        if !due.is_empty() {
            let columns = out.entry(one.table.clone()).or_default();
            columns.insert(one.column.clone(), due);
        }
    }
    out
}

fn answer<'a>(answers: &'a Answers, one: &Changed, word: &str) -> Option<&'a String> {
    let of_column = format!("{}.{}.{word}", one.table, one.column);
    let of_type = format!("{}.{word}", one.label);
    let renames = &answers.renames;
    renames.get(&of_column).or_else(|| renames.get(&of_type))
}

/// Tells the checks that stay, or that the models state, and speak of a value by the name that it gives up: rows could break them.
pub(super) fn tell(context: &mut Context<'_>, renamed: &Renamed, desired: &Catalog) {
    for (name, columns) in renamed {
        let checks = desired.table(name).map(|table| table.checks.as_slice());
        let pairs = columns.iter();
        for (column, value) in
            pairs.flat_map(|(column, all)| all.iter().map(move |one| (column, one)))
        {
            let word = Value::Literal(Literal::String(value.from.clone()));
            let word = value::sql(context.server(), &word);
            let speaks = |check: &&Check| {
                expression::mentions(&check.expression, column) && check.expression.contains(&word)
            };
            for check in checks.unwrap_or_default().iter().filter(speaks) {
                let label = check.name.as_ref().unwrap_or(&check.expression);
                let message = format!(
                    "check `{label}` on table `{name}` speaks of {word}, which column `{column}` then holds as `{}`: a row that \
                     breaks it makes the migration fail",
                    value.to
                );
                let help = "state the check with the value's new name";
                context.warn(Code::R305, format!("{name}.{label}"), message, help);
            }
        }
    }
}

/// What goes while something comes and nobody said what became of it: once for each type.
pub(super) fn possible(
    answers: &Answers,
    changed: &[Changed],
    renamed: &Renamed,
) -> Vec<Ambiguity> {
    let mut out = BTreeSet::new();
    for one in changed {
        let done = renamed
            .get(&one.table)
            .and_then(|known| known.get(&one.column));
        let done = done.map(Vec::as_slice).unwrap_or_default();
        let mut words = one.words.clone();
        for pair in done {
            let was = words.from.iter_mut().filter(|word| **word == pair.from);
            was.for_each(|word| word.clone_from(&pair.to));
        }
        let of_column = format!("{}.{}", one.table, one.column);
        let is_dropped = |from: &str| {
            let word = from.strip_prefix(&one.label).unwrap_or_default();
            answers.drops.contains(&format!("{of_column}{word}"))
        };
        let open = possible_words(&one.label, words.as_ref().map(Vec::as_slice));
        out.extend(open.into_iter().filter(|found| !is_dropped(&found.from)));
    }
    out.into_iter().collect()
}
