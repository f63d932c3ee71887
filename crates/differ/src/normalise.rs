//! What a server makes of an expression, asked where two texts differ.
//!
//! Invariant: no expression is evaluated, and nothing of the user's is locked or written: the expression is put on a temporary object
//! of the connection's own, read back, and the object is gone.

mod mysql;
mod postgres;

use std::collections::{BTreeMap, BTreeSet};

use plimsoll_schema::backend::types;
use plimsoll_schema::{Backend, Catalog, Server, Table, TableName};
use sea_orm::DatabaseConnection;

use crate::compare::{Diff, Forms, Input, Question, diff};

/// Compares, asks the server what has to be asked, and compares again with its answers.
pub async fn settle(db: &DatabaseConnection, input: &Input<'_>) -> Diff {
    let first = diff(input);
    if first.questions.is_empty() {
        return first;
    }
    let mut forms = input.forms.clone();
    let mut last = first;
    // An answer can bring a question that was not reached before; three rounds reach every kind.
    for _ in 0..3 {
        let answers = ask(db, input.server, &last, &last.questions).await;
        forms.extend(answers);
        last = diff(&Input {
            forms: &forms,
            ..*input
        });
        if last.questions.is_empty() {
            break;
        }
    }
    last
}

async fn ask(
    db: &DatabaseConnection,
    server: &Server,
    diff: &Diff,
    questions: &BTreeSet<Question>,
) -> Forms {
    let mut by_table: BTreeMap<&TableName, Vec<&Question>> = BTreeMap::new();
    for question in questions {
        by_table.entry(&question.table).or_default().push(question);
    }
    let mut out = Forms::new();
    for (name, questions) in by_table {
        let columns = probe_columns(server, &diff.current, &diff.desired, name);
        let texts: Vec<String> = questions
            .iter()
            .map(|question| question.text.clone())
            .collect();
        let once = put(db, server, &columns, &questions, texts).await;
        // A form is not always where it settles: PostgreSQL flattens a BETWEEN only when it reads its own print.
        let again: Vec<String> = once
            .iter()
            .zip(&questions)
            .map(|(form, question)| form.clone().unwrap_or_else(|| question.text.clone()))
            .collect();
        let twice = put(db, server, &columns, &questions, again).await;
        for ((question, once), twice) in questions.into_iter().zip(once).zip(twice) {
            out.insert(question.clone(), once.and(twice));
        }
    }
    out
}

/// The forms of the texts, each standing in the place of its question.
async fn put(
    db: &DatabaseConnection,
    server: &Server,
    columns: &[(String, String)],
    questions: &[&Question],
    texts: Vec<String>,
) -> Vec<Option<String>> {
    match server.backend {
        // SQLite keeps an expression as it was written.
        Backend::Sqlite => texts.into_iter().map(Some).collect(),
        Backend::Postgres => postgres::put(db, server, columns, questions, &texts).await,
        Backend::Mysql => mysql::put(db, server, columns, questions, &texts).await,
    }
}

/// The columns that an expression of the table can speak of: the wanted ones and those that are there, with the types as spelled.
fn probe_columns(
    server: &Server,
    current: &Catalog,
    desired: &Catalog,
    name: &TableName,
) -> Vec<(String, String)> {
    let tables: [Option<&Table>; 2] = [desired.tables.get(name), current.tables.get(name)];
    let mut out: Vec<(String, String)> = Vec::new();
    for column in tables
        .into_iter()
        .flatten()
        .flat_map(|table| &table.columns)
    {
        let is_known = out.iter().any(|(known, _)| *known == column.name);
        if let (false, Ok(ty)) = (is_known, types::spell(server, &column.ty)) {
            out.push((column.name.clone(), ty));
        }
    }
    out
}
