//! Which database a command is about: the project's one, or one of several, in one environment or another.
//!
//! Invariant: what was asked for by name is never answered with something else. An environment that does not say where a database is, and a
//! name that nobody knows, are errors.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use plimsoll_migrate::url::DbUrl;
use serde::Deserialize;

use super::args::Global;
use super::config::{Database, FILE};
use super::error::{CliError, Exit};
use super::place::Place;

/// The variable with the address of the project's one database.
const ADDRESS: &str = "DATABASE_URL";

/// The name of the database file where nothing else is said.
const DEFAULT_DATABASE: &str = "plimsoll.db";

/// `[databases.NAME]`: one of several databases of a project, with a history of its own.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Named {
    /// Its address; `$NAME` is that variable's value. A relative SQLite path is taken from the file.
    pub(crate) url: Option<String>,
    /// The directory of the crate with its revisions, from the file; the project's one where it is not stated.
    pub(crate) migrations: Option<String>,
    /// The name of its history table; the migrator's where it is not stated.
    pub(crate) history_table: Option<String>,
}

/// `[environments.NAME]`: where the databases are in one environment.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Environment {
    /// The project's one database.
    database: Database,
    /// The others.
    databases: BTreeMap<String, Database>,
}

/// What a command is about.
#[derive(Debug)]
pub(crate) struct Selection {
    /// The database.
    pub(crate) url: DbUrl,
    /// The crate with its revisions.
    pub(crate) migrations: PathBuf,
    /// The name of its history table, where it is not the migrator's.
    pub(crate) history_table: Option<String>,
}

/// Finds what a command is about: by `--database-url`, `--env`, `--database`, `DATABASE_URL`, `plimsoll.toml`, in this order.
///
/// # Errors
/// When a name is not known, or nothing says where the database is.
pub(crate) fn select(place: &Place, global: &Global) -> Result<Selection, CliError> {
    let name = database(place, global)?;
    let named = name.map(|name| &place.config.databases[name]);
    Ok(Selection {
        url: address(place, global, name)?,
        migrations: migrations(place, name)?,
        history_table: named.and_then(|named| named.history_table.clone()),
    })
}

/// The crate with the revisions of the database that is asked for.
///
/// # Errors
/// When the name is not known, or the crate that runs is another database's.
pub(crate) fn migrations_of(place: &Place, global: &Global) -> Result<PathBuf, CliError> {
    migrations(place, database(place, global)?)
}

/// The name of the database; none for the project's one.
fn database<'a>(place: &'a Place, global: &Global) -> Result<Option<&'a str>, CliError> {
    let known = &place.config.databases;
    if let Some(asked) = stated(global.database.as_deref()) {
        return match known.get_key_value(asked) {
            Some((name, _)) => Ok(Some(name)),
            None => Err(unknown("database", "databases", asked, known.keys())),
        };
    }
    // The crate that runs may be one database's own.
    let is_main = same(
        &place.migrations,
        &place.root.join(&place.config.migrations),
    );
    if !place.is_named || is_main {
        return Ok(None);
    }
    let own: Vec<&str> = known
        .iter()
        .filter(|(_, named)| {
            let directory = named.migrations.as_ref();
            directory.is_some_and(|own| same(&place.root.join(own), &place.migrations))
        })
        .map(|(name, _)| name.as_str())
        .collect();
    match own.as_slice() {
        [] => Ok(None),
        [only] => Ok(Some(only)),
        several => Err(CliError::new(
            Exit::Usage,
            format!(
                "find the database: these revisions are those of {}",
                list(several.iter().copied())
            ),
        )
        .help("name one of them with --database")),
    }
}

/// The environment that is asked for, and its name.
fn environment<'a>(
    place: &'a Place,
    global: &Global,
) -> Result<Option<(&'a str, &'a Environment)>, CliError> {
    let known = &place.config.environments;
    let Some(asked) = stated(global.env.as_deref()) else {
        return Ok(None);
    };
    match known.get_key_value(asked) {
        Some((name, environment)) => Ok(Some((name, environment))),
        None => Err(unknown("environment", "environments", asked, known.keys())),
    }
}

fn address(place: &Place, global: &Global, name: Option<&str>) -> Result<DbUrl, CliError> {
    let config = &place.config;
    let key = match name {
        None => "database".to_owned(),
        Some(name) => format!("databases.{name}"),
    };
    // Looked for before anything else, so that a slip of the pen is told.
    let environment = environment(place, global)?;
    if let Some(given) = &global.database_url {
        return Ok(DbUrl::parse(given)?);
    }
    if let Some((asked, environment)) = environment {
        let database = match name {
            None => Some(&environment.database),
            Some(name) => environment.databases.get(name),
        };
        let key = format!("environments.{asked}.{key}");
        return match database.and_then(|database| database.url.as_deref()) {
            Some(url) => parse(place, &key, url),
            None => Err(nowhere(&key)),
        };
    }
    if let Some(name) = name {
        return match &config.databases[name].url {
            Some(url) => parse(place, &key, url),
            None => Err(nowhere(&key)),
        };
    }
    if let Some(given) = std::env::var_os(ADDRESS) {
        return Ok(DbUrl::parse(&given.to_string_lossy())?);
    }
    match &config.database.url {
        Some(url) => parse(place, &key, url),
        None if config.databases.is_empty() => {
            Ok(DbUrl::sqlite_file(&place.root.join(DEFAULT_DATABASE)))
        }
        None => Err(CliError::new(
            Exit::Usage,
            format!(
                "find the database: {FILE} has {}",
                list(config.databases.keys().map(String::as_str))
            ),
        )
        .help("name one of them with --database")),
    }
}

fn migrations(place: &Place, name: Option<&str>) -> Result<PathBuf, CliError> {
    let own = name.and_then(|name| place.config.databases[name].migrations.as_ref());
    let Some(own) = own.map(|own| place.root.join(own)) else {
        return Ok(place.migrations.clone());
    };
    if place.is_named && !same(&own, &place.migrations) {
        return Err(CliError::new(
            Exit::Usage,
            format!(
                "find the revisions: those of the database `{}` are in `{}`, and this is `{}`",
                name.unwrap_or_default(),
                own.display(),
                place.migrations.display()
            ),
        )
        .help("run that crate, or `cargo plimsoll`, which finds it"));
    }
    Ok(own)
}

/// An address of `plimsoll.toml`; `$NAME` is a variable's value.
fn parse(place: &Place, key: &str, text: &str) -> Result<DbUrl, CliError> {
    let wrong = |error: CliError| {
        let message = error
            .message
            .replace(ADDRESS, &format!("`{key}.url` of {FILE}"));
        CliError { message, ..error }
    };
    let Some(variable) = text.trim().strip_prefix('$') else {
        let url = DbUrl::parse(text).map_err(|error| wrong(error.into()))?;
        return Ok(url.relative_to(&place.root));
    };
    let variable = variable
        .strip_prefix('{')
        .and_then(|name| name.strip_suffix('}'))
        .unwrap_or(variable);
    let is_name = !variable.is_empty()
        && variable
            .chars()
            .all(|letter| letter.is_ascii_alphanumeric() || letter == '_');
    if !is_name {
        // It may be a password that begins so: nothing of it is repeated.
        return Err(CliError::new(
            Exit::Files,
            format!("read `{key}.url` of {FILE}: after `$` stands no variable's name alone"),
        )
        .help("write it as \"$NAME\", with the whole address in the variable"));
    }
    match std::env::var(variable) {
        Ok(url) if !url.trim().is_empty() => {
            DbUrl::parse(&url).map_err(|error| wrong(error.into()))
        }
        Ok(_) | Err(_) => Err(CliError::new(
            Exit::Files,
            format!("read `{key}.url` of {FILE}: the variable `{variable}` is not set"),
        )
        .help("set it, in .env or outside")),
    }
}

/// An empty variable is as good as none.
fn stated(name: Option<&str>) -> Option<&str> {
    name.filter(|name| !name.is_empty())
}

fn nowhere(key: &str) -> CliError {
    CliError::new(
        Exit::Files,
        format!("find the database: {FILE} has no url in [{key}]"),
    )
    .help(format!(
        "add it, as in `[{key}]` with `url = \"$SOME_VARIABLE\"`, or give the address with --database-url"
    ))
}

fn unknown<'a>(
    what: &str,
    table: &str,
    asked: &str,
    known: impl ExactSizeIterator<Item = &'a String>,
) -> CliError {
    if known.len() == 0 {
        return CliError::new(
            Exit::Usage,
            format!("find the {what} `{asked}`: {FILE} has no [{table}.…]"),
        )
        .help(format!("add [{table}.{asked}] to it"));
    }
    let known = list(known.map(String::as_str));
    CliError::new(
        Exit::Usage,
        format!("find the {what} `{asked}`: {FILE} has {known}"),
    )
    .help("write one of these")
}

fn list<'a>(names: impl Iterator<Item = &'a str>) -> String {
    let names: Vec<String> = names.map(|name| format!("`{name}`")).collect();
    match names.as_slice() {
        [] => "nothing".to_owned(),
        [only] => only.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

/// Whether two paths are one directory.
fn same(one: &Path, other: &Path) -> bool {
    match (one.canonicalize(), other.canonicalize()) {
        (Ok(one), Ok(other)) => one == other,
        _ => one == other,
    }
}
