//! PostgreSQL: temporary tables in a transaction that is rolled back. One script asks everything, each question in a block of its own, so
//! that one that is refused leaves the others alone.

use std::fmt::Write as _;

use plimsoll_schema::{Server, backend};
use sea_orm::{
    ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbErr, Statement, TransactionTrait,
};

use super::Asked;
use crate::compare::Place;

/// Where the script leaves the answers.
const FORMS: &str = "pg_temp.plimsoll_forms";

pub(super) async fn put(
    db: &DatabaseConnection,
    server: &Server,
    asked: &[Asked<'_>],
) -> Vec<Option<String>> {
    match try_put(db, server, asked).await {
        Ok(forms) => forms,
        // A role that may not create a temporary table gets no answer, which is told as such.
        Err(_) => vec![None; asked.len()],
    }
}

async fn try_put(
    db: &DatabaseConnection,
    server: &Server,
    asked: &[Asked<'_>],
) -> Result<Vec<Option<String>>, DbErr> {
    let transaction = db.begin().await?;
    let answers = answers(&transaction, server, asked).await;
    transaction.rollback().await?;
    answers
}

async fn answers(
    transaction: &DatabaseTransaction,
    server: &Server,
    asked: &[Asked<'_>],
) -> Result<Vec<Option<String>>, DbErr> {
    let script = script(server, asked);
    transaction.execute_unprepared(&script).await?;
    let read = Statement::from_string(
        transaction.get_database_backend(),
        format!("SELECT place, form FROM {FORMS}"),
    );
    let mut forms = vec![None; asked.len()];
    for row in transaction.query_all_raw(read).await? {
        let place: i32 = row.try_get_by_index(0)?;
        let place = usize::try_from(place).unwrap_or(usize::MAX);
        if let Some(form) = forms.get_mut(place) {
            *form = row.try_get_by_index(1)?;
        }
    }
    Ok(forms)
}

/// The script: for each table a temporary one of its name, which shadows it, so that an expression may qualify its columns.
fn script(server: &Server, asked: &[Asked<'_>]) -> String {
    let mut body = String::new();
    let is_one_table =
        |left: &Asked<'_>, right: &Asked<'_>| left.question.table == right.question.table;
    let mut place = 0;
    for group in asked.chunk_by(is_one_table) {
        let Some(first) = group.first() else { continue };
        let probe = format!(
            "pg_temp.{}",
            backend::quote(server, &first.question.table.name)
        );
        let columns: Vec<String> = (first.columns.iter())
            .map(|(name, ty)| format!("{} {ty}", backend::quote(server, name)))
            .collect();
        body.push_str("BEGIN\n");
        execute(
            &mut body,
            &format!("CREATE TABLE {probe} ({})", columns.join(", ")),
        );
        for one in group {
            question(&mut body, &probe, one, place);
            place += 1;
        }
        execute(&mut body, &format!("DROP TABLE {probe}"));
        body.push_str("EXCEPTION WHEN OTHERS THEN NULL;\nEND;\n");
    }
    let mut tag = "plimsoll".to_owned();
    while body.contains(&format!("${tag}$")) {
        tag.push('_');
    }
    format!(
        "CREATE TEMPORARY TABLE plimsoll_forms (place integer, form text) ON COMMIT DROP;\n\
         DO ${tag}$\nDECLARE form text;\nBEGIN\n{body}END ${tag}$"
    )
}

/// The block of one question: its object is made, read back, and what is read is kept.
fn question(body: &mut String, probe: &str, one: &Asked<'_>, place: usize) {
    let (statements, read) = statements(probe, one, &format!("plimsoll_{place}"));
    body.push_str("BEGIN\n");
    for statement in statements {
        execute(body, &statement);
    }
    let read = literal(&read);
    let _ = write!(
        body,
        "EXECUTE {read} INTO form;\nINSERT INTO {FORMS} VALUES ({place}, form);\n\
         EXCEPTION WHEN OTHERS THEN NULL;\nEND;\n"
    );
}

fn execute(body: &mut String, sql: &str) {
    let _ = writeln!(body, "EXECUTE {};", literal(sql));
}

/// A string as a literal, whatever `standard_conforming_strings` says.
fn literal(text: &str) -> String {
    format!("E'{}'", text.replace('\\', "\\\\").replace('\'', "''"))
}

/// What makes the object, and what reads its expression.
fn statements(probe: &str, one: &Asked<'_>, object: &str) -> (Vec<String>, String) {
    let text = &one.text;
    let type_of = |name: &str| {
        let found = one.columns.iter().find(|(known, _)| known == name);
        found.map_or("text", |(_, ty)| ty.as_str()).to_owned()
    };
    let table = literal(probe);
    let of_column = format!(
        "SELECT pg_get_expr(d.adbin, d.adrelid, true) FROM pg_attrdef d JOIN pg_attribute a ON a.attrelid = d.adrelid \
         AND a.attnum = d.adnum WHERE d.adrelid = {table}::regclass AND a.attname = '{object}'"
    );
    let of_constraint = |expression: &str| {
        format!(
            "SELECT {expression} FROM pg_constraint WHERE conrelid = {table}::regclass AND conname = '{object}'"
        )
    };
    match &one.question.place {
        // SET DEFAULT does not evaluate; ADD COLUMN … DEFAULT would.
        Place::Default(column) => (
            vec![
                format!(
                    "ALTER TABLE {probe} ADD COLUMN {object} {}",
                    type_of(column)
                ),
                format!("ALTER TABLE {probe} ALTER COLUMN {object} SET DEFAULT {text}"),
            ],
            of_column,
        ),
        Place::Generated(column) => (
            vec![format!(
                "ALTER TABLE {probe} ADD COLUMN {object} {} GENERATED ALWAYS AS ({text}) STORED",
                type_of(column)
            )],
            of_column,
        ),
        Place::Check => (
            vec![format!(
                "ALTER TABLE {probe} ADD CONSTRAINT {object} CHECK ({text})"
            )],
            of_constraint("pg_get_expr(conbin, conrelid, true)"),
        ),
        Place::Exclusion => (
            vec![format!(
                "ALTER TABLE {probe} ADD CONSTRAINT {object} {text}"
            )],
            of_constraint("pg_get_constraintdef(oid, true)"),
        ),
        Place::Predicate => (
            vec![format!(
                "CREATE INDEX {object} ON {probe} ((1)) WHERE {text}"
            )],
            format!(
                "SELECT pg_get_expr(indpred, indrelid, true) FROM pg_index WHERE indexrelid = 'pg_temp.{object}'::regclass"
            ),
        ),
        Place::Key => (
            vec![format!("CREATE INDEX {object} ON {probe} (({text}))")],
            format!("SELECT pg_get_indexdef('pg_temp.{object}'::regclass, 1, true)"),
        ),
    }
}
