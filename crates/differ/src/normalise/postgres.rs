//! PostgreSQL: a temporary table in a transaction that is rolled back.

use plimsoll_schema::{Server, backend};
use sea_orm::{
    ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbErr, Statement, TransactionTrait,
};

use crate::compare::{Place, Question};

const PROBE: &str = "plimsoll_probe";

pub(super) async fn put(
    db: &DatabaseConnection,
    server: &Server,
    columns: &[(String, String)],
    questions: &[&Question],
    texts: &[String],
) -> Vec<Option<String>> {
    match try_put(db, server, columns, questions, texts).await {
        Ok(forms) => forms,
        // A role that may not create a temporary table gets no answer, which is told as such.
        Err(_) => vec![None; texts.len()],
    }
}

async fn try_put(
    db: &DatabaseConnection,
    server: &Server,
    columns: &[(String, String)],
    questions: &[&Question],
    texts: &[String],
) -> Result<Vec<Option<String>>, DbErr> {
    let transaction = db.begin().await?;
    let list: Vec<String> = columns
        .iter()
        .map(|(name, ty)| format!("{} {ty}", backend::quote(server, name)))
        .collect();
    let create = format!(
        "CREATE TEMPORARY TABLE {PROBE} ({}) ON COMMIT DROP",
        list.join(", ")
    );
    transaction.execute_unprepared(&create).await?;
    let mut forms = Vec::with_capacity(texts.len());
    for (at, (question, text)) in questions.iter().zip(texts).enumerate() {
        transaction
            .execute_unprepared("SAVEPOINT plimsoll_question")
            .await?;
        let form = one(&transaction, columns, question, text, at).await;
        if form.is_err() {
            transaction
                .execute_unprepared("ROLLBACK TO SAVEPOINT plimsoll_question")
                .await?;
        }
        forms.push(form.ok().flatten());
    }
    transaction.rollback().await?;
    Ok(forms)
}

async fn one(
    transaction: &DatabaseTransaction,
    columns: &[(String, String)],
    question: &Question,
    text: &str,
    at: usize,
) -> Result<Option<String>, DbErr> {
    let type_of = |name: &str| {
        let found = columns.iter().find(|(known, _)| known == name);
        found.map_or("text", |(_, ty)| ty.as_str()).to_owned()
    };
    let object = format!("plimsoll_{at}");
    let from_column = format!(
        "SELECT pg_get_expr(d.adbin, d.adrelid) FROM pg_attrdef d JOIN pg_attribute a ON a.attrelid = d.adrelid \
         AND a.attnum = d.adnum WHERE d.adrelid = 'pg_temp.{PROBE}'::regclass AND a.attname = '{object}'"
    );
    let (statements, read) = match &question.place {
        // SET DEFAULT does not evaluate; ADD COLUMN … DEFAULT would.
        Place::Default(column) => (
            vec![
                format!(
                    "ALTER TABLE {PROBE} ADD COLUMN {object} {}",
                    type_of(column)
                ),
                format!("ALTER TABLE {PROBE} ALTER COLUMN {object} SET DEFAULT {text}"),
            ],
            from_column,
        ),
        Place::Generated(column) => (
            vec![format!(
                "ALTER TABLE {PROBE} ADD COLUMN {object} {} GENERATED ALWAYS AS ({text}) STORED",
                type_of(column)
            )],
            from_column,
        ),
        Place::Check => (
            vec![format!(
                "ALTER TABLE {PROBE} ADD CONSTRAINT {object} CHECK ({text})"
            )],
            format!(
                "SELECT pg_get_expr(conbin, conrelid) FROM pg_constraint \
                 WHERE conrelid = 'pg_temp.{PROBE}'::regclass AND conname = '{object}'"
            ),
        ),
        Place::Exclusion => (
            vec![format!(
                "ALTER TABLE {PROBE} ADD CONSTRAINT {object} {text}"
            )],
            format!(
                "SELECT pg_get_constraintdef(oid, true) FROM pg_constraint \
                 WHERE conrelid = 'pg_temp.{PROBE}'::regclass AND conname = '{object}'"
            ),
        ),
        Place::Predicate => (
            vec![format!(
                "CREATE INDEX {object} ON {PROBE} ((1)) WHERE {text}"
            )],
            format!(
                "SELECT pg_get_expr(indpred, indrelid) FROM pg_index WHERE indexrelid = 'pg_temp.{object}'::regclass"
            ),
        ),
        Place::Key => (
            vec![format!("CREATE INDEX {object} ON {PROBE} (({text}))")],
            format!("SELECT pg_get_indexdef('pg_temp.{object}'::regclass, 1, true)"),
        ),
    };
    for sql in statements {
        transaction.execute_unprepared(&sql).await?;
    }
    let statement = Statement::from_string(transaction.get_database_backend(), read);
    let row = transaction.query_one_raw(statement).await?;
    row.map(|row| row.try_get_by_index::<String>(0)).transpose()
}
