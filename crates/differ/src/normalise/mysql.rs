//! MySQL and MariaDB: a temporary table, read back with SHOW CREATE TABLE.

use plimsoll_schema::{Server, backend, expression};
use sea_orm::{ConnectionTrait, DatabaseConnection, DbErr, Statement};

use crate::compare::{Place, Question};

const PROBE: &str = "`plimsoll_probe`";
const OBJECT: &str = "`plimsoll_object`";

pub(super) async fn put(
    db: &DatabaseConnection,
    server: &Server,
    columns: &[(String, String)],
    questions: &[&Question],
    texts: &[String],
) -> Vec<Option<String>> {
    let mut forms = Vec::with_capacity(texts.len());
    for (question, text) in questions.iter().zip(texts) {
        forms.push(
            one(db, server, columns, question, text)
                .await
                .ok()
                .flatten(),
        );
        // The object is the connection's own; the next question makes it anew.
        let _ = db
            .execute_unprepared(&format!("DROP TEMPORARY TABLE IF EXISTS {PROBE}"))
            .await;
    }
    forms
}

async fn one(
    db: &DatabaseConnection,
    server: &Server,
    columns: &[(String, String)],
    question: &Question,
    text: &str,
) -> Result<Option<String>, DbErr> {
    let type_of = |name: &str| {
        let found = columns.iter().find(|(known, _)| known == name);
        found.map_or("text", |(_, ty)| ty.as_str())
    };
    let object = match &question.place {
        // MySQL takes an expression in parentheses only, and what it printed comes back without.
        Place::Default(column) => format!("{OBJECT} {} DEFAULT ({text})", type_of(column)),
        Place::Generated(column) => format!("{OBJECT} {} AS ({text}) VIRTUAL", type_of(column)),
        Place::Check => format!("CONSTRAINT {OBJECT} CHECK ({text})"),
        // Neither partial indexes nor exclusions exist here.
        Place::Predicate | Place::Exclusion => return Ok(None),
        Place::Key => format!("KEY {OBJECT} (({text}))"),
    };
    let mut list: Vec<String> = columns
        .iter()
        .map(|(name, ty)| format!("{} {ty} NULL", backend::quote(server, name)))
        .collect();
    list.push(object);
    db.execute_unprepared(&format!("DROP TEMPORARY TABLE IF EXISTS {PROBE}"))
        .await?;
    let create = format!("CREATE TEMPORARY TABLE {PROBE} ({})", list.join(", "));
    db.execute_unprepared(&create).await?;
    let show = Statement::from_string(
        db.get_database_backend(),
        format!("SHOW CREATE TABLE {PROBE}"),
    );
    let Some(row) = db.query_one_raw(show).await? else {
        return Ok(None);
    };
    // MySQL answers with bytes, MariaDB with text.
    let sql: Vec<u8> = row.try_get_by_index(1)?;
    Ok(String::from_utf8_lossy(&sql)
        .lines()
        .find(|line| line.contains(OBJECT))
        .and_then(|line| form(line, &question.place)))
}

/// The expression in the line of SHOW CREATE TABLE that defines the object.
fn form(line: &str, place: &Place) -> Option<String> {
    let line = line.trim().trim_end_matches(',');
    let (start, is_whole) = match place {
        Place::Default(_) => (" DEFAULT ", true),
        Place::Generated(_) => (" GENERATED ALWAYS AS ", false),
        Place::Check => (" CHECK ", true),
        Place::Predicate | Place::Exclusion | Place::Key => (" (", true),
    };
    let at = line.find(start)?;
    let rest = &line[at + start.len()..];
    let text = if is_whole {
        rest
    } else {
        rest.rsplit_once(')').map(|(text, _)| text)?.get(1..)?
    };
    Some(expression::without_outer_parentheses(text).to_owned())
}
