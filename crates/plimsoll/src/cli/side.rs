//! What can be compared: one side of a difference, as the command line names it.

use std::path::PathBuf;

use plimsoll_migrate::url::DbUrl;

use super::error::{CliError, Exit};

/// The forms of a side, for `--help` and for errors.
pub(crate) const FORMS: &str =
    "models, migrations, db, db:URL, catalog.json (or another such file), sql:FILE";

/// One side of a difference.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Side {
    /// The models.
    Models,
    /// The revisions, applied to an empty database.
    Migrations,
    /// The project's database.
    Project,
    /// Another database.
    Database(DbUrl),
    /// What models stated: the project's `catalog.json`, or a file like it.
    Catalog(Option<PathBuf>),
    /// A script, carried out on an empty database.
    Script(PathBuf),
}

impl Side {
    /// Reads one. What cannot be read is not repeated: it may be an address with a password.
    ///
    /// # Errors
    /// When it has none of the forms, or an address is not one.
    pub(crate) fn parse(flag: &str, text: &str) -> Result<Self, CliError> {
        let file =
            |path: &str| Some(PathBuf::from(path)).filter(|path| !path.as_os_str().is_empty());
        let side = match text.split_once(':') {
            None if text == "models" => Some(Self::Models),
            None if text == "migrations" => Some(Self::Migrations),
            None if text == "db" => Some(Self::Project),
            None if text == "catalog" || text == "catalog.json" => Some(Self::Catalog(None)),
            Some(("db", url)) => Some(Self::Database(DbUrl::parse(url)?)),
            Some(("catalog", path)) => file(path).map(|path| Self::Catalog(Some(path))),
            Some(("sql", path)) => file(path).map(Self::Script),
            Some(_) | None => None,
        };
        let by_ending = || match PathBuf::from(text).extension()?.to_str()? {
            "json" => Some(Self::Catalog(file(text))),
            "sql" => file(text).map(Self::Script),
            _ => None,
        };
        side.or_else(by_ending).ok_or_else(|| {
            CliError::new(
                Exit::Usage,
                format!("read --{flag}: it is none of the sides there are"),
            )
            .help(format!("write one of {FORMS}"))
        })
    }

    /// Whether it is a part of a project, which the migrations crate has to be built for.
    pub(crate) fn is_of_project(&self) -> bool {
        match self {
            Self::Models | Self::Migrations | Self::Project | Self::Catalog(None) => true,
            Self::Database(_) | Self::Catalog(Some(_)) | Self::Script(_) => false,
        }
    }

    /// What it is called in a sentence.
    pub(crate) fn name(&self) -> String {
        match self {
            Self::Models => "the models".to_owned(),
            Self::Migrations => "the migrations".to_owned(),
            Self::Project => "the database".to_owned(),
            Self::Database(url) => format!("`{url}`"),
            Self::Catalog(None) => "catalog.json".to_owned(),
            Self::Catalog(Some(path)) | Self::Script(path) => format!("`{}`", path.display()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sides() {
        let read = |text: &str| match Side::parse("from", text) {
            Ok(side) => format!("{} (project: {})", side.name(), side.is_of_project()),
            Err(error) => format!("{}\n  {}", error.message, error.help.unwrap_or_default()),
        };
        let all: String = [
            "models",
            "migrations",
            "db",
            "db:postgres://u:hush@h/d",
            "catalog.json",
            "catalog:old.json",
            "before/catalog.json",
            "sql:a.txt",
            "after.sql",
            "sql:",
            "postgres://u:hush@h/d",
            "db:h",
        ]
        .iter()
        .map(|text| format!("{}\n", read(text)))
        .collect();
        assert!(!all.contains("hush"));
        insta::assert_snapshot!(all, @"
        the models (project: true)
        the migrations (project: true)
        the database (project: true)
        `postgres://u:***@h/d` (project: false)
        catalog.json (project: true)
        `old.json` (project: false)
        `before/catalog.json` (project: false)
        `a.txt` (project: false)
        `after.sql` (project: false)
        read --from: it is none of the sides there are
          write one of models, migrations, db, db:URL, catalog.json (or another such file), sql:FILE
        read --from: it is none of the sides there are
          write one of models, migrations, db, db:URL, catalog.json (or another such file), sql:FILE
        read DATABASE_URL: the database URL has no scheme; it starts with one of sqlite:, postgres://, postgresql://, mysql://, mariadb://
          write it as sqlite://app.db, postgres://user:password@host/database or mysql://user:password@host/database
        ");
    }
}
