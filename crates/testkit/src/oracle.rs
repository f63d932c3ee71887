//! What a database holds, read by somebody else: PostgreSQL's own dump, MySQL's SHOW CREATE TABLE, SQLite's pragmas.
//!
//! Invariant: nothing here goes through `plimsoll-differ`, so that what its inspection misses is found out. Left out is what nobody
//! compares (`docs/limits.md`): on PostgreSQL that is listed apart, on MySQL and SQLite the names of indexes and constraints are left out.

use std::collections::BTreeSet;

use plimsoll_schema::Backend;
use sea_orm::{ConnectionTrait, Statement};
use tokio::process::Command;

use crate::servers::Scratch;

mod sqlite;

/// Columns, then the columns of indexes, then foreign keys, then what only its text tells. A type's name has no case, TRUE is a 1, and a
/// foreign key that names no column means the key.
const SQLITE: &str = "\
    WITH own AS (SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\') \
    SELECT lower(m.name) || '.' || x.name || ' ' || replace(upper(x.type), ', ', ',') || ' notnull ' || (x.\"notnull\" OR (x.pk = 1 AND x.type LIKE 'integer')) || ' pk ' || x.pk || ' hidden ' || x.hidden \
    || ' default ' || CASE upper(x.dflt_value) WHEN 'NULL' THEN '-' WHEN 'TRUE' THEN '1' WHEN 'FALSE' THEN '0' ELSE CASE WHEN x.dflt_value LIKE 'x''%' THEN lower(x.dflt_value) ELSE coalesce(x.dflt_value, '-') END END \
    FROM own m, pragma_table_xinfo(m.name) x \
    UNION ALL SELECT lower(m.name) || ' index ' || l.origin || ' unique ' || l.\"unique\" \
    || ' partial ' || l.partial || ' ' || (SELECT group_concat(coalesce(x.name, x.cid) || ' ' || x.\"desc\" || ' ' || x.coll, ', ') \
    FROM pragma_index_xinfo(l.name) x WHERE x.key = 1) FROM own m, pragma_index_list(m.name) l \
    UNION ALL SELECT lower(m.name) || ' key ' || group_concat(f.\"from\" || ' ' || lower(f.\"table\") || '.' \
    || coalesce(f.\"to\", (SELECT x.name FROM pragma_table_xinfo(f.\"table\") x WHERE x.pk = f.seq + 1), '-') || ' ' \
    || f.on_update || ' ' || f.on_delete, ', ') FROM own m, pragma_foreign_key_list(m.name) f GROUP BY m.name, f.id \
    UNION ALL SELECT lower(l.name) || ' wr ' || l.wr || ' strict ' || l.strict FROM pragma_table_list l \
    WHERE l.schema = 'main' AND l.type = 'table' AND l.name NOT LIKE 'sqlite\\_%' ESCAPE '\\'";

/// What the database holds, a line each; the order in which columns and parts stand is not among it.
///
/// # Errors
/// When the database, or PostgreSQL's `pg_dump`, refuses.
pub async fn read(scratch: &Scratch) -> Result<BTreeSet<String>, String> {
    match scratch.backend {
        Backend::Sqlite => {
            let lines = scratch.texts(SQLITE).await;
            let mut lines: BTreeSet<String> =
                BTreeSet::from_iter(lines.map_err(|error| error.to_string())?);
            for [kind, table, sql] in schema(scratch).await? {
                lines.extend(sqlite::facts(&kind, &table, &sql));
            }
            Ok(lines)
        }
        Backend::Postgres => Ok(dump(&scratch.url).await?.compared),
        Backend::Mysql => show(scratch).await,
    }
}

/// What a database holds, and what it holds besides.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Holding {
    /// What is compared.
    pub compared: BTreeSet<String>,
    /// What nobody plans (views, functions, triggers, on PostgreSQL policies, rights …) and a plan must leave as it is.
    pub beside: BTreeSet<String>,
}

/// As [`read`], with what nobody plans.
///
/// # Errors
/// As for [`read`].
pub async fn read_all(scratch: &Scratch) -> Result<Holding, String> {
    match scratch.backend {
        Backend::Postgres => dump(&scratch.url).await,
        Backend::Sqlite | Backend::Mysql => Ok(Holding {
            compared: read(scratch).await?,
            beside: beside(scratch).await?,
        }),
    }
}

/// Whether both are the same.
///
/// # Errors
/// The lines that only one of them has, `-` for what is missing, `+` for what was not wanted.
pub fn same(wanted: &BTreeSet<String>, found: &BTreeSet<String>) -> Result<(), String> {
    let missing = wanted.difference(found).map(|line| format!("- {line}\n"));
    let extra = found.difference(wanted).map(|line| format!("+ {line}\n"));
    let lines: String = missing.chain(extra).collect();
    if lines.is_empty() { Ok(()) } else { Err(lines) }
}

/// Views, triggers, routines and events, a line each.
async fn beside(scratch: &Scratch) -> Result<BTreeSet<String>, String> {
    let questions: &[&str] = match scratch.backend {
        Backend::Sqlite => {
            let found = schema(scratch).await?;
            let others = found
                .into_iter()
                .filter(|[kind, ..]| kind == "view" || kind == "trigger");
            return Ok(others.map(|[_, _, sql]| sqlite::untouched(&sql)).collect());
        }
        Backend::Mysql => &[
            "SELECT concat(table_name, ' ', view_definition) FROM information_schema.views WHERE table_schema = database()",
            "SELECT concat(trigger_name, ' ', event_object_table, ' ', action_statement) FROM information_schema.triggers WHERE trigger_schema = database()",
            "SELECT concat(routine_name, ' ', routine_definition) FROM information_schema.routines WHERE routine_schema = database()",
            "SELECT concat(event_name, ' ', event_definition) FROM information_schema.events WHERE event_schema = database()",
        ],
        // The dump holds them.
        Backend::Postgres => &[],
    };
    let mut lines = BTreeSet::new();
    for question in questions {
        let found = scratch.texts(question).await;
        lines.extend(found.map_err(|error| error.to_string())?);
    }
    Ok(lines)
}

/// Kind, table and text of the objects of a SQLite schema that have a text.
async fn schema(scratch: &Scratch) -> Result<Vec<[String; 3]>, String> {
    let question = "SELECT type, tbl_name, sql FROM sqlite_schema WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'";
    let question = Statement::from_string(scratch.db.get_database_backend(), question);
    let rows = scratch.db.query_all_raw(question).await;
    let rows = rows.map_err(|error| error.to_string())?;
    let read = |row: sea_orm::QueryResult| -> Result<[String; 3], sea_orm::DbErr> {
        let text = |at: usize| row.try_get_by_index::<String>(at);
        Ok([text(0)?, text(1)?, text(2)?])
    };
    let found: Result<Vec<[String; 3]>, sea_orm::DbErr> = rows.into_iter().map(read).collect();
    found.map_err(|error| error.to_string())
}

async fn dump(url: &str) -> Result<Holding, String> {
    let output = Command::new("pg_dump")
        .args(["--schema-only", "--no-owner", url])
        .output()
        .await
        .map_err(|error| format!("pg_dump: {error}"))?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into_owned());
    }
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let mut holding = Holding::default();
    // Every entry stands under a comment of its own: `-- Name: t; Type: TABLE; Schema: public; Owner: -`.
    for entry in text.split("\n--\n-- Name: ").skip(1) {
        let (heading, body) = entry.split_once('\n').unwrap_or((entry, ""));
        let kind = heading.split("; Type: ").nth(1).unwrap_or_default();
        let kind = kind.split(';').next().unwrap_or_default();
        // What is left of the database is its end, not the entry's.
        let body = body
            .split("\n--\n-- PostgreSQL database dump")
            .next()
            .unwrap_or_default();
        if is_beside(kind, heading) {
            holding.beside.insert(said(body).join(" "));
            continue;
        }
        for statement in body.split(";\n") {
            lines(&said(statement), &mut holding.compared);
        }
    }
    Ok(holding)
}

/// The lines of a statement, without comments, what is set for it, and the name of an identity's sequence, which nobody states.
fn said(statement: &str) -> Vec<&str> {
    let lines = statement.lines().map(str::trim);
    lines
        .filter(|line| {
            !line.is_empty()
                && !["--", "\\", "SET default_", "SEQUENCE NAME "]
                    .iter()
                    .any(|start| line.starts_with(start))
        })
        .collect()
}

/// What a statement says, a line each for a table.
fn lines(said: &[&str], out: &mut BTreeSet<String>) {
    match said.split_first() {
        Some((head, parts)) if head.starts_with("CREATE") && head.contains(" TABLE ") => {
            let parts = parts.iter().map(|part| {
                let part = part.trim_end_matches(',');
                // A default of NULL is none.
                part.split_once(" DEFAULT NULL::")
                    .map_or(part, |(part, _)| part)
            });
            let parts = parts.map(|part| without_name_of_not_null(&with_sorted(part)));
            out.extend(parts.map(|part| format!("{head} {part}")));
            out.insert((*head).to_owned());
        }
        Some(_) => {
            out.insert(with_sorted(&said.join(" ")));
        }
        None => {}
    }
}

/// A column without the name of its NOT NULL, which no plan states: PostgreSQL 18 has one, and pg_dump says it where it is not the usual one.
fn without_name_of_not_null(part: &str) -> String {
    match part.split_once(" CONSTRAINT ") {
        Some((before, named)) => match named.split_once(" NOT NULL") {
            Some((name, after)) if !name.contains(' ') || name.starts_with('"') => {
                format!("{before} NOT NULL{after}")
            }
            Some(_) | None => part.to_owned(),
        },
        None => part.to_owned(),
    }
}

/// Whether an entry is of a kind that nobody plans.
fn is_beside(kind: &str, heading: &str) -> bool {
    const COMPARED: [&str; 13] = [
        "TABLE",
        "TYPE",
        "INDEX",
        "CONSTRAINT",
        "FK CONSTRAINT",
        "CHECK CONSTRAINT",
        "DEFAULT",
        "SEQUENCE",
        "SEQUENCE OWNED BY",
        "DOMAIN",
        "TABLE ATTACH",
        "INDEX ATTACH",
        "FOREIGN TABLE",
    ];
    const COMMENTED: [&str; 5] = ["TABLE ", "COLUMN ", "INDEX ", "CONSTRAINT ", "TYPE "];
    match kind {
        "COMMENT" => !COMMENTED.iter().any(|what| heading.starts_with(what)),
        _ => !COMPARED.contains(&kind),
    }
}

/// The text without the parentheses around a row of ANDs (or ORs) that stands in a longer one. BETWEEN makes such a row, and no text but
/// BETWEEN makes it again.
fn flat(text: &str) -> String {
    let mut out = text.to_owned();
    for word in [" AND ", " OR "] {
        while let Some((open, close)) = nested_row(&out, word) {
            out.remove(close);
            out.remove(open);
        }
    }
    out
}

/// Where the first such row opens and closes.
fn nested_row(text: &str, word: &str) -> Option<(usize, usize)> {
    let mut open: Vec<(usize, bool)> = Vec::new();
    let mut quote = None;
    for (at, byte) in text.bytes().enumerate() {
        match (quote, byte) {
            (Some(known), _) if known == byte => quote = None,
            (Some(_), _) => {}
            (None, b'\'' | b'"') => quote = Some(byte),
            (None, b'(') => open.push((at, false)),
            (None, b')') => {
                let (start, is_row) = open.pop()?;
                let before = &text[..start];
                let stands_in_row = before.ends_with(word) || text[at + 1..].starts_with(word);
                if is_row && stands_in_row && (before.ends_with('(') || before.ends_with(word)) {
                    return Some((start, at));
                }
            }
            (None, _) if text.as_bytes()[at..].starts_with(word.as_bytes()) => {
                if let Some((_, is_row)) = open.last_mut() {
                    *is_row = true;
                }
            }
            (None, _) => {}
        }
    }
    None
}

/// The text with its storage parameters in one order.
fn with_sorted(text: &str) -> String {
    let text = &flat(text);
    let Some((before, rest)) = text.split_once("WITH (") else {
        return text.to_owned();
    };
    let Some((inside, after)) = rest.split_once(')').filter(|_| rest.contains('=')) else {
        return text.to_owned();
    };
    let mut parameters: Vec<&str> = inside.split(", ").collect();
    parameters.sort_unstable();
    format!("{before}WITH ({}){after}", parameters.join(", "))
}

async fn show(scratch: &Scratch) -> Result<BTreeSet<String>, String> {
    let tables = "SELECT table_name FROM information_schema.tables WHERE table_schema = database() AND table_type <> 'VIEW'";
    let said = |error: sea_orm::DbErr| error.to_string();
    let tables = scratch.texts(tables).await.map_err(said)?;
    // Versions have other ones, and not all of them print it.
    let collation = scratch.texts("SELECT @@collation_database").await;
    let collation = format!("COLLATE={}", collation.map_err(said)?.concat());
    let mut lines = BTreeSet::new();
    for table in tables {
        let question = format!("SHOW CREATE TABLE `{}`", table.replace('`', "``"));
        let question = Statement::from_string(scratch.db.get_database_backend(), question);
        let row = scratch.db.query_one_raw(question).await;
        let row = row.map_err(|error| error.to_string())?;
        let text: Option<String> = row.and_then(|row| row.try_get_by_index(1).ok());
        let text = text.unwrap_or_default();
        let own = text.rsplit_once('\n').map_or("", |(_, options)| options);
        for line in text.lines().flat_map(|line| column_and_check(line, own)) {
            let mut words: Vec<&str> = line.split(' ').collect();
            // How far the numbering got is a matter of rows, the block size of an index one of the table's when it was made.
            let is_index = !line.starts_with(')');
            words.retain(|word| {
                !(word.starts_with("AUTO_INCREMENT=")
                    || *word == collation
                    || is_index && word.starts_with("KEY_BLOCK_SIZE="))
            });
            match words.as_slice() {
                ["PRIMARY", "KEY", columns, ..] => words = vec!["PRIMARY", "KEY", columns],
                ["KEY" | "CONSTRAINT", _, ..] => {
                    words.remove(1);
                }
                ["UNIQUE" | "FULLTEXT" | "SPATIAL", "KEY", _, ..] => {
                    words.remove(2);
                }
                _ => {}
            }
            lines.insert(format!("{table}: {}", words.join(" ")));
        }
    }
    Ok(lines)
}

/// A line of SHOW CREATE TABLE, in the one form that spellings of the same share: a check inside of a column is a line of its own, a
/// collation goes without its character set, and without saying where it is the table's. MySQL prints all three as they were written.
fn column_and_check(line: &str, table: &str) -> Vec<String> {
    let mut line = line.trim().trim_end_matches(',').replace(" USING HASH", "");
    // MySQL gives a string the character set of what it is compared with when the table is altered, not when it is created.
    line = line.replace("_latin1'", "_utf8mb4'");
    // What is said of an index's method is read in memory only, where a hash goes without saying.
    if !table.contains("ENGINE=MEMORY") {
        line = line.replace(" USING BTREE", "");
    }
    let line = line.replace(" ON DELETE RESTRICT", "");
    let line = line.replace(" ON UPDATE RESTRICT", "");
    if !line.starts_with('`') {
        return vec![line];
    }
    let (column, check) = match line.split_once(" CHECK (") {
        Some((column, check)) => (
            column.to_owned(),
            Some(format!("CONSTRAINT `x` CHECK ({check}")),
        ),
        None => (line, None),
    };
    let column = match (
        word_after(&column, "CHARACTER SET "),
        word_after(&column, "COLLATE "),
    ) {
        (Some(charset), Some(_)) => column.replacen(&format!(" CHARACTER SET {charset}"), "", 1),
        (Some(_), None) | (None, _) => column,
    };
    let column = match (
        word_after(&column, "COLLATE "),
        word_after(table, "COLLATE="),
    ) {
        (Some(own), Some(collation)) if own == collation => {
            column.replacen(&format!(" COLLATE {own}"), "", 1)
        }
        (_, _) => column,
    };
    std::iter::once(column).chain(check).collect()
}

fn word_after<'a>(text: &'a str, words: &str) -> Option<&'a str> {
    let (_, rest) = text.split_once(words)?;
    rest.split(' ').next()
}

#[cfg(test)]
mod tests {
    use super::flat;

    #[test]
    fn a_not_null_has_no_name() {
        let without = super::without_name_of_not_null;
        assert_eq!(
            without("id bigint CONSTRAINT old_id_not_null NOT NULL"),
            "id bigint NOT NULL"
        );
        assert_eq!(
            without("id bigint CONSTRAINT \"Odd name\" NOT NULL NO INHERIT"),
            "id bigint NOT NULL NO INHERIT"
        );
        let check = "CONSTRAINT c CHECK ((a IS NOT NULL))";
        assert_eq!(without(check), check);
    }

    #[test]
    fn rows_are_flat() {
        assert_eq!(
            flat("CHECK ((((n >= 1) AND (n <= 3)) AND (k = 'a) AND (b')))"),
            "CHECK (((n >= 1) AND (n <= 3) AND (k = 'a) AND (b')))"
        );
        assert_eq!(flat("((a OR b) AND (c OR d))"), "((a OR b) AND (c OR d))");
        assert_eq!(flat("((a AND b) OR (c AND d))"), "((a AND b) OR (c AND d))");
        assert_eq!(flat("f((a AND b), c)"), "f((a AND b), c)");
    }
}
