//! What a statement that cannot be rolled back changes, as it is at a moment: to find out after a crash whether it was carried out.

use plimsoll_schema::Backend;
use sea_orm::{ConnectionTrait, DbBackend, DbErr, Statement};
use sha2::{Digest, Sha256};

use crate::checksum::hex;
use crate::script::{Word, is_several, words};

/// What a statement changes, as it is now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Trace {
    /// It looks so.
    Seen(String),
    /// A try that was broken off has left something behind, which this statement clears away.
    Broken(String),
    /// The statement can be carried out once more without harm.
    Repeatable,
    /// It cannot be seen.
    Unseen,
}

impl Trace {
    /// As it is kept in the journal.
    pub(super) fn text(&self) -> Option<String> {
        match self {
            Self::Seen(text) => Some(text.clone()),
            Self::Broken(_) => Some(ABSENT.to_owned()),
            Self::Repeatable => Some(REPEATABLE.to_owned()),
            Self::Unseen => None,
        }
    }

    /// Whether the statement was carried out since it looked as `before`; `None` when that cannot be known.
    pub(super) fn is_done(&self, before: Option<&str>) -> Option<bool> {
        let before = before?;
        match self {
            Self::Seen(now) => Some(now != before),
            Self::Broken(_) | Self::Repeatable => Some(false),
            Self::Unseen => None,
        }
    }
}

const ABSENT: &str = "absent";
const REPEATABLE: &str = "repeatable";

/// Looks.
pub(super) async fn trace(
    db: &impl ConnectionTrait,
    backend: Backend,
    sql: &str,
) -> Result<Trace, DbErr> {
    let words: Vec<Word<'_>> = words(sql).collect();
    if is_several(sql) {
        return Ok(Trace::Unseen);
    }
    match backend {
        // VACUUM; ATTACH fails by itself where it was done.
        Backend::Sqlite => Ok(Trace::Repeatable),
        Backend::Postgres => postgres(db, &words).await,
        Backend::Mysql => mysql(db, &words).await,
    }
}

async fn postgres(db: &impl ConnectionTrait, words: &[Word<'_>]) -> Result<Trace, DbErr> {
    let [first, second, ..] = words else {
        return Ok(Trace::Unseen);
    };
    let position = |keyword: &str| words.iter().position(|word| word.is(keyword));
    if let (true, Some(at)) = (!first.is("REINDEX"), position("INDEX"))
        && let Some(name) = index_name(&words[at + 1..])
    {
        return index(db, &name, first.is("CREATE")).await;
    }
    if first.is("VACUUM") || first.is("REINDEX") || second.is("SYSTEM") {
        return Ok(Trace::Repeatable);
    }
    if first.is("ALTER") && second.is("TYPE") {
        let value = words.iter().find_map(|word| match word {
            Word::Literal(value) => Some(*value),
            Word::Bare(_) | Word::Quoted(_) | Word::Sign(_) => None,
        });
        let name = qualified(&words[2..]);
        let sql = "SELECT count(*)::text AS seen FROM pg_enum WHERE enumtypid = to_regtype($1) AND enumlabel = $2";
        return seen(db, sql, [name, value.unwrap_or_default().to_owned()]).await;
    }
    if second.is("DATABASE") || second.is("TABLESPACE") {
        let sql = "SELECT (SELECT count(*) FROM pg_database WHERE datname = $1)::text \
            || (SELECT count(*) FROM pg_tablespace WHERE spcname = $2)::text AS seen";
        let skipped = words[2..].iter().position(|word| !is_condition(*word));
        let name = skipped
            .and_then(|at| words[2 + at].name())
            .unwrap_or_default();
        return seen(db, sql, [name.to_owned(), name.to_owned()]).await;
    }
    if let (true, Some(at)) = (second.is("TABLE"), position("PARTITION")) {
        let sql = "SELECT count(*)::text || coalesce(bool_or(inhdetachpending)::text, '') AS seen \
            FROM pg_inherits WHERE inhrelid = to_regclass($1) AND $2 = ''";
        return seen(db, sql, [qualified(&words[at + 1..]), String::new()]).await;
    }
    Ok(Trace::Unseen)
}

fn is_condition(word: Word<'_>) -> bool {
    ["IF", "NOT", "EXISTS", "CONCURRENTLY", "ONLY"]
        .iter()
        .any(|keyword| word.is(keyword))
}

/// The name of an index after `INDEX`, in the schema of its table; `None` where the server is to choose one.
fn index_name(words: &[Word<'_>]) -> Option<String> {
    let start = words.iter().position(|word| !is_condition(*word))?;
    let words = &words[start..];
    if words.first()?.is("ON") {
        return None;
    }
    let on = words.iter().position(|word| word.is("ON"));
    let Some(on) = on else {
        return Some(qualified(words));
    };
    let table: Vec<Word<'_>> = words[on + 1..]
        .iter()
        .copied()
        .skip_while(|word| is_condition(*word))
        .collect();
    let name = quoted(
        words.first()?.name()?,
        matches!(words.first(), Some(Word::Quoted(_))),
    );
    match table.as_slice() {
        [schema, Word::Sign('.'), _, ..] => {
            let is_quoted = matches!(schema, Word::Quoted(_));
            Some(format!("{}.{name}", quoted(schema.name()?, is_quoted)))
        }
        _ => Some(name),
    }
}

/// A name, qualified or not, at the start of words, as the server reads it.
fn qualified(words: &[Word<'_>]) -> String {
    let start = words
        .iter()
        .position(|word| !is_condition(*word))
        .unwrap_or(0);
    let mut out = String::new();
    let mut wants_name = true;
    for word in &words[start..] {
        match word {
            Word::Sign('.') if !wants_name => {
                out.push('.');
                wants_name = true;
            }
            Word::Bare(name) if wants_name => {
                out.push_str(&quoted(name, false));
                wants_name = false;
            }
            Word::Quoted(name) if wants_name => {
                out.push_str(&quoted(name, true));
                wants_name = false;
            }
            Word::Bare(_) | Word::Quoted(_) | Word::Literal(_) | Word::Sign(_) => break,
        }
    }
    out
}

fn quoted(name: &str, is_quoted: bool) -> String {
    if is_quoted {
        format!("\"{name}\"")
    } else {
        format!("\"{}\"", name.to_lowercase())
    }
}

/// An index that a broken CREATE INDEX CONCURRENTLY left behind is there and not valid (PostgreSQL 17 manual, CREATE INDEX).
async fn index(db: &impl ConnectionTrait, name: &str, is_made: bool) -> Result<Trace, DbErr> {
    let sql = "SELECT coalesce((SELECT CASE WHEN indisvalid THEN 'valid' ELSE 'invalid' END \
        FROM pg_index WHERE indexrelid = to_regclass($1) AND $2 = ''), 'absent') AS seen";
    let state = seen(db, sql, [name.to_owned(), String::new()]).await?;
    Ok(match state {
        Trace::Seen(state) if state == "invalid" && is_made => {
            Trace::Broken(format!("DROP INDEX CONCURRENTLY {name}"))
        }
        other => other,
    })
}

async fn seen(db: &impl ConnectionTrait, sql: &str, values: [String; 2]) -> Result<Trace, DbErr> {
    let values = values.map(Into::into);
    let statement = Statement::from_sql_and_values(DbBackend::Postgres, sql, values);
    match db.query_one_raw(statement).await? {
        Some(row) => Ok(Trace::Seen(row.try_get("", "seen")?)),
        None => Ok(Trace::Unseen),
    }
}

/// Every table that the statement names, as SHOW CREATE TABLE prints it, and every routine, trigger and event.
async fn mysql(db: &impl ConnectionTrait, words: &[Word<'_>]) -> Result<Trace, DbErr> {
    let Some(first) = words.first() else {
        return Ok(Trace::Unseen);
    };
    if [
        "ANALYZE", "OPTIMIZE", "REPAIR", "CHECK", "FLUSH", "TRUNCATE",
    ]
    .iter()
    .any(|word| first.is(word))
    {
        return Ok(Trace::Repeatable);
    }
    let concerns = |keywords: &[&str]| {
        let mut head = words.iter().take(8);
        head.any(|word| keywords.iter().any(|keyword| word.is(keyword)))
    };
    let is_of_table = concerns(&["TABLE", "INDEX", "VIEW"]);
    let is_of_code = concerns(&["PROCEDURE", "FUNCTION", "TRIGGER", "EVENT"]);
    if !is_of_table && !is_of_code {
        return Ok(Trace::Unseen);
    }
    let names = names(words);
    // The usual question is answered faster.
    let is_qualified = words.contains(&Word::Sign('.'));
    let mut digest = Sha256::new();
    for row in db
        .query_all_raw(tables_question(&names, is_qualified))
        .await?
    {
        let (schema, table): (String, String) = (row.try_get("", "a")?, row.try_get("", "b")?);
        let sql = format!(
            "SHOW CREATE TABLE `{}`.`{}`",
            schema.replace('`', "``"),
            table.replace('`', "``")
        );
        let shown = db
            .query_one_raw(Statement::from_string(DbBackend::MySql, sql))
            .await?;
        let text: Vec<u8> = match shown {
            Some(row) => row.try_get_by_index(1)?,
            None => Vec::new(),
        };
        digest.update(format!("{schema}.{table}:"));
        digest.update(without_counter(&String::from_utf8_lossy(&text)));
    }
    if is_of_code {
        let names: Vec<String> = names
            .iter()
            .map(|name| format!("'{}'", name.replace('\\', "\\\\")))
            .collect();
        let names = names.join(", ");
        let code = format!(
            "SELECT CONVERT(concat_ws(' ', routine_name, last_altered, md5(routine_definition)) USING utf8mb4) AS a \
             FROM information_schema.routines WHERE routine_schema = database() AND routine_name IN ({names}) \
             UNION ALL SELECT CONVERT(concat_ws(' ', trigger_name, created, md5(action_statement)) USING utf8mb4) \
             FROM information_schema.triggers WHERE trigger_schema = database() AND trigger_name IN ({names}) \
             UNION ALL SELECT CONVERT(concat_ws(' ', event_name, last_altered) USING utf8mb4) \
             FROM information_schema.events WHERE event_schema = database() AND event_name IN ({names}) ORDER BY 1"
        );
        for row in db
            .query_all_raw(Statement::from_string(DbBackend::MySql, code))
            .await?
        {
            let text: Option<String> = row.try_get("", "a")?;
            digest.update(text.unwrap_or_default());
        }
    }
    Ok(Trace::Seen(hex(&digest.finalize())))
}

/// All that may be a name in a statement, each once.
fn names(words: &[Word<'_>]) -> Vec<String> {
    let mut names: Vec<String> = words
        .iter()
        .filter_map(|word| word.name())
        .map(str::to_owned)
        .collect();
    names.sort();
    names.dedup();
    names
}

/// Which of the names are tables. The list is filled up, so that a few questions, once prepared, serve all statements.
fn tables_question(names: &[String], is_qualified: bool) -> Statement {
    let length = names.len().next_power_of_two().max(8);
    let last = names.last().cloned().unwrap_or_default();
    let list = vec!["?"; length].join(", ");
    let schemas = if is_qualified {
        format!("(table_schema = database() OR table_schema IN ({list}))")
    } else {
        "table_schema = database()".to_owned()
    };
    let sql = format!(
        "SELECT CONVERT(table_schema USING utf8mb4) AS a, CONVERT(table_name USING utf8mb4) AS b FROM information_schema.tables \
         WHERE {schemas} AND table_name IN ({list}) ORDER BY 1, 2"
    );
    let filled = || {
        names
            .iter()
            .cloned()
            .chain(std::iter::repeat(last.clone()))
            .take(length)
    };
    let mut values: Vec<sea_orm::Value> = filled().map(Into::into).collect();
    if is_qualified {
        values.extend(filled().map(sea_orm::Value::from));
    }
    Statement::from_sql_and_values(DbBackend::MySql, sql, values)
}

/// Without the next number, which others' inserts move.
fn without_counter(text: &str) -> String {
    match text.rsplit_once(" AUTO_INCREMENT=") {
        Some((before, after)) => {
            let rest = after.trim_start_matches(|c: char| c.is_ascii_digit());
            format!("{before}{rest}")
        }
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_found() {
        let name = |sql: &str| {
            let words: Vec<Word<'_>> = words(sql).collect();
            let at = words.iter().position(|word| word.is("INDEX")).unwrap();
            index_name(&words[at + 1..]).unwrap_or_else(|| "none".to_owned())
        };
        assert_eq!(name("CREATE INDEX CONCURRENTLY Ix ON t (a)"), "\"ix\"");
        assert_eq!(
            name("CREATE INDEX CONCURRENTLY IF NOT EXISTS \"Ix\" ON ONLY \"S\".t (a)"),
            "\"S\".\"Ix\""
        );
        assert_eq!(
            name("DROP INDEX CONCURRENTLY IF EXISTS s.ix"),
            "\"s\".\"ix\""
        );
        assert_eq!(name("CREATE INDEX CONCURRENTLY ON t (a)"), "none");
    }

    #[test]
    fn the_next_number_does_not_count() {
        assert_eq!(
            without_counter(") ENGINE=InnoDB AUTO_INCREMENT=12 DEFAULT"),
            ") ENGINE=InnoDB DEFAULT"
        );
        assert_eq!(without_counter(") ENGINE=InnoDB"), ") ENGINE=InnoDB");
    }
}
