//! What a server makes of an expression, asked where two texts differ.
//!
//! Invariant: no expression is evaluated, and nothing of the user's is locked or written: the expression is put on a temporary object
//! of the connection's own, read back, and the object is gone.

mod mysql;
mod postgres;

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use plimsoll_schema::backend::{self, sqlite, types};
use plimsoll_schema::{
    Backend, Catalog, Change, Column, ColumnType, Server, Table, TableName, TypeName,
};
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

/// A text in the place of a question.
#[derive(Clone)]
struct Asked<'a> {
    question: &'a Question,
    /// The columns of its table, with their types as spelled.
    columns: &'a [(String, String)],
    text: String,
}

async fn ask(
    db: &DatabaseConnection,
    server: &Server,
    diff: &Diff,
    questions: &BTreeSet<Question>,
) -> Forms {
    let current = with_new_names(diff);
    let columns = |first: &Catalog, second: &Catalog| -> BTreeMap<&TableName, Columns> {
        let tables = questions.iter().map(|question| &question.table);
        let of = |name: &'_ TableName| {
            let own = questions.iter().filter(|question| question.table == *name);
            let own: Vec<&Question> = own.collect();
            let mut columns = probe_columns(server, &current, [first, second], name);
            columns.retain(|(column, _)| own.iter().any(|question| question.speaks_of(column)));
            columns
        };
        tables.map(|name| (name, of(name))).collect()
    };
    let wanted = columns(&diff.desired, &current);
    let mut forms = settled(db, server, &wanted, questions.iter()).await;
    // What is there speaks of the columns as they are, which may be of other types than they are to be.
    let known = columns(&current, &diff.desired);
    let refused = questions.iter().filter(|question| {
        let is_other = wanted.get(&question.table) != known.get(&question.table);
        is_other && forms.get(*question) == Some(&None)
    });
    let again = settled(db, server, &known, refused).await;
    forms.extend(again);
    forms
}

/// The database, its tables under the names that the questions say: those that they are to have.
fn with_new_names(diff: &Diff) -> Cow<'_, Catalog> {
    let mut out = Cow::Borrowed(&diff.current);
    let is_rename = |change: &&Change| matches!(change, Change::RenameTable(_));
    for rename in diff.changes.iter().filter(is_rename) {
        let mut renamed = out.clone().into_owned();
        if renamed.apply(rename).is_ok() {
            out = Cow::Owned(renamed);
        }
    }
    out
}

/// The names of a table's columns, with their types as spelled.
type Columns = Vec<(String, String)>;

/// What the server makes of the texts, fed through once more.
async fn settled<'a>(
    db: &DatabaseConnection,
    server: &Server,
    columns: &'a BTreeMap<&TableName, Columns>,
    questions: impl Iterator<Item = &'a Question>,
) -> Forms {
    let mut asked: Vec<Asked<'_>> = questions
        .map(|question| Asked {
            question,
            columns: columns.get(&question.table).map_or(&[], Vec::as_slice),
            text: question.text.clone(),
        })
        .collect();
    if asked.is_empty() {
        return Forms::new();
    }
    let once = put(db, server, &asked).await;
    // A form is not always where it settles: PostgreSQL flattens a BETWEEN only when it reads its own print.
    for (asked, form) in asked.iter_mut().zip(&once) {
        if let Some(form) = form {
            asked.text.clone_from(form);
        }
    }
    let twice = put(db, server, &asked).await;
    let forms = once.into_iter().zip(twice);
    let questions = asked.iter().map(|asked| asked.question.clone());
    questions
        .zip(forms.map(|(once, twice)| once.and(twice)))
        .collect()
}

/// The forms of the texts, each standing in the place of its question; questions of one table follow each other.
async fn put(db: &DatabaseConnection, server: &Server, asked: &[Asked<'_>]) -> Vec<Option<String>> {
    match server.backend {
        // SQLite keeps an expression as it was written, but for the quotes of columns, in which its own ALTER TABLE is not constant.
        Backend::Sqlite => asked.iter().map(|asked| Some(plain(asked))).collect(),
        Backend::Postgres => postgres::put(db, server, asked).await,
        Backend::Mysql => mysql::put(db, server, asked).await,
    }
}

/// The text with its columns as SQLite's inspection names them.
fn plain(asked: &Asked<'_>) -> String {
    let names: Vec<String> = asked.columns.iter().map(|(name, _)| name.clone()).collect();
    sqlite::plain_columns(&asked.text, &names)
}

/// The columns that an expression of the table can speak of, with the types as spelled: those of the first catalog, then of the second.
/// `there` has the enum types that can be spelled.
fn probe_columns(
    server: &Server,
    there: &Catalog,
    catalogs: [&Catalog; 2],
    name: &TableName,
) -> Columns {
    let tables: [Option<&Table>; 2] = catalogs.map(|catalog| catalog.tables.get(name));
    let mut out = Columns::new();
    let columns = tables
        .into_iter()
        .flatten()
        .flat_map(|table| table.columns.iter().map(move |column| (table, column)));
    for (table, column) in columns {
        let is_known = out.iter().any(|(known, _)| *known == column.name);
        // An enum type that is still to come is text as far as an expression goes.
        let is_there = |name: &TypeName| there.enums.contains_key(name);
        let ty = match column.ty.enum_name() {
            Some(name) if server.capabilities().enum_types && !is_there(name) => &ColumnType::TEXT,
            Some(_) | None => &column.ty,
        };
        if let (false, Ok(ty)) = (is_known, types::spell(server, ty)) {
            let ty = ty + &collated(server, table, column);
            out.push((column.name.clone(), ty));
        }
    }
    out
}

/// What the type of a probe's column says of its collation: MySQL prints a literal in the character set of the column beside it.
fn collated(server: &Server, table: &Table, column: &Column) -> String {
    let collation = match server.backend {
        Backend::Mysql if column.ty.is_text() => {
            (column.collation.as_ref()).or(table.options.collation.as_ref())
        }
        Backend::Mysql | Backend::Sqlite | Backend::Postgres => None,
    };
    collation.map_or_else(String::new, |collation| {
        format!(" COLLATE {}", backend::quote(server, collation))
    })
}
