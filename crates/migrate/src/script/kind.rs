//! How a statement takes part in transactions.

use plimsoll_schema::Backend;

use super::words::words as words_of;
use super::{Item, Word};

/// How a statement takes part in transactions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// It is done or not done together with the statements around it.
    Transactional,
    /// It commits what was before it, or cannot run inside a transaction at all.
    Alone,
    /// It sets something for the session only, and has to be said again in another one.
    Session,
}

/// How a statement takes part in transactions on a kind of server. `later` are the items after it: a value that is added to an enum
/// type can be used only after a commit.
pub fn kind(backend: Backend, sql: &str, later: &[Item]) -> Kind {
    let words: Vec<String> = words_of(sql)
        .filter_map(|word| match word {
            Word::Bare(word) => Some(word.to_uppercase()),
            Word::Quoted(_) | Word::Literal(_) | Word::Sign(_) => None,
        })
        .take(16)
        .collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    match backend {
        Backend::Sqlite => sqlite(&words),
        Backend::Postgres => postgres(&words, sql, later),
        Backend::Mysql => mysql(&words),
    }
}

/// <https://sqlite.org/lang_vacuum.html>, <https://sqlite.org/pragma.html>.
fn sqlite(words: &[&str]) -> Kind {
    match words {
        ["PRAGMA", ..] => Kind::Session,
        ["VACUUM" | "ATTACH" | "DETACH", ..] => Kind::Alone,
        _ => Kind::Transactional,
    }
}

/// The statements whose manual pages (PostgreSQL 17, part VI) say that they cannot be executed inside a transaction block.
fn postgres(words: &[&str], sql: &str, later: &[Item]) -> Kind {
    match words {
        ["SET" | "RESET", ..]
            if !matches!(words, ["SET", "LOCAL" | "TRANSACTION" | "CONSTRAINTS", ..]) =>
        {
            Kind::Session
        }
        ["VACUUM", ..]
        | ["ALTER", "SYSTEM", ..]
        | [
            "CREATE" | "DROP",
            "DATABASE" | "TABLESPACE" | "SUBSCRIPTION",
            ..,
        ]
        | ["REINDEX", "DATABASE" | "SYSTEM", ..] => Kind::Alone,
        ["CREATE" | "DROP" | "REINDEX", ..] | ["ALTER", "TABLE", ..]
            if words.iter().take(8).any(|word| *word == "CONCURRENTLY") =>
        {
            Kind::Alone
        }
        ["ALTER", "TYPE", ..] if adds_value_in_use(words, sql, later) => Kind::Alone,
        _ => Kind::Transactional,
    }
}

/// Whether a value is added to an enum type and mentioned later on (ALTER TYPE: "the new value cannot be used until after the
/// transaction has been committed").
fn adds_value_in_use(words: &[&str], sql: &str, later: &[Item]) -> bool {
    if !words.windows(2).any(|pair| pair == ["ADD", "VALUE"]) {
        return false;
    }
    let value = words_of(sql).find_map(|word| match word {
        Word::Literal(value) => Some(value),
        Word::Bare(_) | Word::Quoted(_) | Word::Sign(_) => None,
    });
    value.is_some_and(|value| later.iter().any(|item| item.text(true).contains(value)))
}

/// MySQL 8.4 manual, 15.3.3: statements that cause an implicit commit.
fn mysql(words: &[&str]) -> Kind {
    match words {
        ["SET", next, ..] if *next != "PASSWORD" => Kind::Session,
        ["USE", ..] => Kind::Session,
        [
            "INSERT" | "UPDATE" | "DELETE" | "REPLACE" | "SELECT" | "WITH" | "DO" | "VALUES",
            ..,
        ] => Kind::Transactional,
        _ => Kind::Alone,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use sea_orm::{DbBackend, Statement};

    #[test]
    fn statements_are_told_apart() {
        use Backend::{Mysql, Postgres, Sqlite};
        for (backend, sql, expected) in [
            (Sqlite, "CREATE TABLE t (a)", Kind::Transactional),
            (Sqlite, "VACUUM", Kind::Alone),
            (Sqlite, "PRAGMA foreign_keys = ON", Kind::Session),
            (Postgres, "CREATE INDEX ix ON t (a)", Kind::Transactional),
            (
                Postgres,
                "-- big\nCREATE UNIQUE INDEX CONCURRENTLY ix ON t (a)",
                Kind::Alone,
            ),
            (
                Postgres,
                "/* a */ DROP INDEX CONCURRENTLY \"ix\"",
                Kind::Alone,
            ),
            (
                Postgres,
                "ALTER TABLE \"a\" DETACH PARTITION b CONCURRENTLY",
                Kind::Alone,
            ),
            (Postgres, "VACUUM t", Kind::Alone),
            (Postgres, "SET lock_timeout = 1", Kind::Session),
            (Postgres, "SET LOCAL lock_timeout = 1", Kind::Transactional),
            (
                Postgres,
                "ALTER TYPE mood ADD VALUE 'meh'",
                Kind::Transactional,
            ),
            (Mysql, "create table t (a int)", Kind::Alone),
            (Mysql, "INSERT INTO t VALUES (1)", Kind::Transactional),
            (Mysql, "SET foreign_key_checks = 0", Kind::Session),
        ] {
            assert_eq!(kind(backend, sql, &[]), expected, "{sql}");
        }
    }

    #[test]
    fn a_new_enum_value_is_committed_before_it_is_used() {
        let later = |sql: &str| [Item::Sql(Statement::from_string(DbBackend::Postgres, sql))];
        let add = "ALTER TYPE \"mood\" ADD VALUE 'meh' AFTER 'sad'";
        let kind = |later: &[Item]| super::kind(Backend::Postgres, add, later);
        assert_eq!(kind(&later("UPDATE t SET m = 'meh'")), Kind::Alone);
        assert_eq!(kind(&later("UPDATE t SET m = 'sad'")), Kind::Transactional);
    }
}
