//! `plimsoll.toml`: what holds for a whole project. Every key has a default; a key we do not know is an error.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::error::{CliError, Exit};
use super::files::Files;
use super::selection::{Environment, Named};

/// The file's name.
pub(crate) const FILE: &str = "plimsoll.toml";

/// What the file says.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Config {
    /// The directory of the migrations crate, from this file.
    pub(crate) migrations: String,
    /// Who owns what the models never stated.
    pub(crate) manage: Manage,
    /// Tables that are none of ours: names, in which `*` stands for any text and `?` for any character.
    pub(crate) ignore: Vec<String>,
    /// Schemas to compare besides the default one (PostgreSQL; databases on MySQL).
    pub(crate) schemas: Vec<String>,
    /// The database.
    pub(crate) database: Database,
    /// Several databases, each with a history of its own, by name.
    pub(crate) databases: BTreeMap<String, Named>,
    /// Where the databases are in one environment or another, by name.
    pub(crate) environments: BTreeMap<String, Environment>,
    /// Backups.
    pub(crate) backup: Backup,
    /// The files of revisions.
    pub(crate) files: Files,
}

/// Backups of a project's database.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Backup {
    /// The folder or store that they go to; a relative folder is taken from this file. Where it is said, `upgrade` makes one first.
    pub(crate) to: Option<String>,
    /// Whether `upgrade` refuses to run when it is not said where a backup goes.
    pub(crate) required: bool,
}

/// Who owns what the models never stated.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Manage {
    /// It is left alone.
    #[default]
    Stated,
    /// It is dropped.
    Everything,
}

/// The database of a project.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Database {
    /// Its address, where neither flag nor environment give one; `$NAME` is that variable's value. A relative SQLite path is taken from
    /// this file.
    pub(crate) url: Option<String>,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            migrations: "migrations".to_owned(),
            manage: Manage::default(),
            ignore: Vec::new(),
            schemas: Vec::new(),
            database: Database::default(),
            databases: BTreeMap::new(),
            environments: BTreeMap::new(),
            backup: Backup::default(),
            files: Files::default(),
        }
    }
}

impl Config {
    /// Reads the file at a path.
    ///
    /// # Errors
    /// When it cannot be read or says what we do not know.
    pub(crate) fn read(path: &Path) -> Result<Self, CliError> {
        read_toml(
            path,
            "the keys are migrations, manage, ignore, schemas, [database] url, [databases.NAME] url, migrations and history_table, [environments.NAME.database] url, [backup] to and required, [files] name, template and after_write",
        )
    }

    /// Whether a table is none of ours.
    pub(crate) fn ignores(&self, table: &str) -> bool {
        self.ignore.iter().any(|pattern| matches(pattern, table))
    }
}

/// Reads a TOML file; `help` says what it may hold.
///
/// # Errors
/// When it cannot be read, or says what is not known there: with the line.
pub(crate) fn read_toml<T: DeserializeOwned>(path: &Path, help: &str) -> Result<T, CliError> {
    let text =
        std::fs::read_to_string(path).map_err(|error| CliError::file("read", path, &error))?;
    toml::from_str(&text).map_err(|error: toml::de::Error| {
        let line = error
            .span()
            .map_or(1, |span| text[..span.start].matches('\n').count() + 1);
        let message = without_values(error.message());
        CliError::new(
            Exit::Files,
            format!("read `{}`, line {line}: {message}", path.display()),
        )
        .help(help)
    })
}

/// What is wrong with a file, without what stands in it: an address with a password may have been written to the wrong place.
fn without_values(message: &str) -> String {
    // serde's words: `invalid type: string "…", expected …` and ``unknown variant `…`, expected …``.
    for (before, start, end) in [
        ("string", " \"", "\", expected"),
        ("unknown variant", " `", "`, expected"),
    ] {
        let from = message.find(&format!("{before}{start}"));
        if let (Some(from), Some(to)) = (from, message.rfind(end))
            && from < to
        {
            let rest = &message[to + 1..];
            return format!("{}{before}{rest}", &message[..from]);
        }
    }
    message.to_owned()
}

/// Whether a pattern of `*` and `?` fits a whole name.
pub(crate) fn matches(pattern: &str, name: &str) -> bool {
    let mut rest = pattern.chars();
    match rest.next() {
        None => name.is_empty(),
        Some('*') => {
            let rest = rest.as_str();
            name.char_indices()
                .map(|(at, _)| &name[at..])
                .chain([""])
                .any(|tail| matches(rest, tail))
        }
        Some(first) => {
            let mut tail = name.chars();
            tail.next().is_some_and(|c| first == '?' || first == c)
                && matches(rest.as_str(), tail.as_str())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns() {
        for (pattern, name, fits) in [
            ("audit", "audit", true),
            ("audit", "audits", false),
            ("audit*", "audit_2026", true),
            ("*_log", "mail_log", true),
            ("*_log", "mail_logs", false),
            ("a?c", "abc", true),
            ("a?c", "ac", false),
            ("*", "", true),
            ("*a*b*", "xxaxxbxx", true),
        ] {
            assert_eq!(matches(pattern, name), fits, "{pattern} {name}");
        }
    }

    #[test]
    fn what_is_not_known_is_told_with_its_line() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join(FILE);
        std::fs::write(&path, "manage = \"everything\"\nignor = []\n").unwrap();
        let error = Config::read(&path).unwrap_err();
        let told = error
            .message
            .replace(&directory.path().display().to_string(), "DIR");
        insta::assert_snapshot!(told, @"read `DIR/plimsoll.toml`, line 2: unknown field `ignor`, expected one of `migrations`, `manage`, `ignore`, `schemas`, `database`, `databases`, `environments`, `backup`, `files`");
        for misplaced in [
            "database = \"postgres://u:hush@h/d\"",
            "manage = \"postgres://u:hush@h/d\"",
            "[environments]\nlive = \"postgres://u:hu\\\"sh@h/d\"",
        ] {
            std::fs::write(&path, misplaced).unwrap();
            let error = Config::read(&path).unwrap_err().message;
            assert!(!error.contains("hush") && !error.contains("sh@"), "{error}");
        }
        std::fs::write(
            &path,
            "ignore = [\"tmp_*\"]\n[database]\nurl = \"sqlite:x.db\"",
        )
        .unwrap();
        let config = Config::read(&path).unwrap();
        assert!(config.ignores("tmp_1"));
        assert_eq!(config.manage, Manage::Stated);
    }
}
