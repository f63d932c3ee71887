//! A case file: one scenario, its inputs above, its goldens below.
//!
//! ```text
//! A column is added, and rows that exist get its default.
//! backends: sqlite postgres mysql
//! -- from --
//! table customer
//!   id bigint pk auto
//! -- to --
//! table customer
//!   id bigint pk auto
//!   active boolean not null default true
//! -- changes --
//! …
//! ```
//!
//! Inputs: `from` (what is live, carried out by the tool itself), `to` (what the models state), `last` (what they stated at the last
//! revision; unless it is given, `from`), `answers`, `rows` (SQL that fills tables which the generator cannot). Each may be meant for
//! one backend only (`from.postgres`), and what is live may be SQL (`from.sql`, `from.postgres.sql`); nothing was stated then. Which
//! servers of its backends a case is for, [`crate::requires`] reads.
//!
//! Goldens: see [`crate::invariants`]. `oracle` holds what the server's own tools read differently of the migrated database and of one
//! made of the desired state alone (`up`), or of the start (`down`): what nobody compares, or nobody stated. Most cases have none.
//!
//! Invariant: `Case::parse(text).text() == text` for a file that this module wrote.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use plimsoll_schema::{Backend, Catalog};
use thiserror::Error;

use crate::requires::Requires;
use crate::servers::{backend, word};
use crate::text;

/// A scenario.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Case {
    /// Its path below the folder of cases, without the extension.
    pub name: String,
    /// The file.
    pub path: PathBuf,
    /// What it shows, in a sentence or more.
    pub title: String,
    /// The backends it is for.
    pub backends: Vec<Backend>,
    /// The servers of these backends it is for.
    pub requires: Requires,
    /// Whether what the models do not state is removed.
    pub manage_everything: bool,
    /// Whether tables are filled before the change.
    pub rows: bool,
    /// The sections, in their order.
    sections: Vec<Section>,
}

/// A named part of the file.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Section {
    name: String,
    text: String,
}

/// What is wrong with a case file.
#[derive(Debug, Error)]
pub enum CaseError {
    /// It cannot be read or written.
    #[error("{path}: {source}")]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// It is not a case.
    #[error("{path}: {message}")]
    Form {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        message: String,
    },
}

/// What is live before the change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum From<'a> {
    /// What these models state, carried out.
    Catalog(Catalog),
    /// What these statements make.
    Sql(&'a str),
}

const INPUTS: [&str; 5] = ["from", "to", "last", "answers", "rows"];
const GOLDENS: [&str; 5] = ["error", "changes", "diagnostics", "oracle", "migration.rs"];

impl Case {
    /// Reads every case below a folder, in the order of their names.
    pub fn all(folder: &Path) -> Result<Vec<Self>, CaseError> {
        let mut files = Vec::new();
        collect(folder, &mut files)?;
        files.sort();
        files
            .into_iter()
            .map(|path| {
                let text = std::fs::read_to_string(&path).map_err(|source| CaseError::Io {
                    path: path.clone(),
                    source,
                })?;
                let name = path
                    .strip_prefix(folder)
                    .unwrap_or(&path)
                    .with_extension("");
                let name = name.display().to_string().replace('\\', "/");
                Self::parse(&name, &path, &text)
            })
            .collect()
    }

    /// Reads a case from its text.
    pub fn parse(name: &str, path: &Path, text: &str) -> Result<Self, CaseError> {
        let error = |message: String| CaseError::Form {
            path: path.to_owned(),
            message,
        };
        let mut case = Self {
            name: name.to_owned(),
            path: path.to_owned(),
            title: String::new(),
            backends: Vec::new(),
            requires: Requires::default(),
            manage_everything: false,
            rows: true,
            sections: Vec::new(),
        };
        for line in text.lines() {
            if let Some(name) = section_name(line) {
                case.open(name).map_err(error)?;
            } else if let Some(section) = case.sections.last_mut() {
                section.text.push_str(line);
                section.text.push('\n');
            } else {
                case.header(line).map_err(error)?;
            }
        }
        if case.backends.is_empty() {
            return Err(error("it names no `backends:`".into()));
        }
        for backend in &case.backends {
            case.from(*backend).map_err(error)?;
            case.to(*backend).map_err(error)?;
            case.last(*backend).map_err(error)?;
        }
        Ok(case)
    }

    fn header(&mut self, line: &str) -> Result<(), String> {
        if self.requires.read(line)? {
            return Ok(());
        }
        if let Some(words) = line.strip_prefix("backends:") {
            for one in words.split_whitespace() {
                let found = backend(one).ok_or_else(|| format!("`{one}` is not a backend"))?;
                self.backends.push(found);
            }
        } else if let Some(manage) = line.strip_prefix("manage:") {
            self.manage_everything = match manage.trim() {
                "everything" => true,
                "stated" => false,
                other => return Err(format!("`manage: {other}` is not `stated` or `everything`")),
            };
        } else if let Some(rows) = line.strip_prefix("rows:") {
            self.rows = match rows.trim() {
                "generated" => true,
                "none" => false,
                other => return Err(format!("`rows: {other}` is not `generated` or `none`")),
            };
        } else {
            self.title.push_str(line);
            self.title.push('\n');
        }
        Ok(())
    }

    fn open(&mut self, name: &str) -> Result<(), String> {
        if !is_known(name) {
            return Err(format!("`{name}` is not a section"));
        }
        if self.section(name).is_some() {
            return Err(format!("section `{name}` stands here twice"));
        }
        self.sections.push(Section {
            name: name.to_owned(),
            text: String::new(),
        });
        Ok(())
    }

    fn section(&self, name: &str) -> Option<&str> {
        let section = self.sections.iter().find(|section| section.name == name)?;
        Some(&section.text)
    }

    /// An input: the backend's own, or everyone's.
    fn input(&self, name: &str, backend: Backend) -> Option<&str> {
        self.section(&format!("{name}.{}", word(backend)))
            .or_else(|| self.section(name))
    }

    fn catalog(&self, name: &str, backend: Backend) -> Result<Option<Catalog>, String> {
        self.input(name, backend)
            .map(|input| text::read(input).map_err(|error| format!("{name}: {error}")))
            .transpose()
    }

    /// What is live before the change.
    pub fn from(&self, backend: Backend) -> Result<From<'_>, String> {
        let own = format!("from.{}.sql", word(backend));
        if let Some(sql) = self.section(&own).or_else(|| self.section("from.sql")) {
            return Ok(From::Sql(sql));
        }
        Ok(From::Catalog(
            self.catalog("from", backend)?.unwrap_or_default(),
        ))
    }

    /// What the models state.
    pub fn to(&self, backend: Backend) -> Result<Catalog, String> {
        self.catalog("to", backend)?
            .ok_or_else(|| format!("it has no section `to` for {backend}"))
    }

    /// What the models stated at the last revision; `None` before the first one.
    pub fn last(&self, backend: Backend) -> Result<Option<Catalog>, String> {
        if let Some(last) = self.catalog("last", backend)? {
            return Ok(Some(last));
        }
        Ok(match self.from(backend)? {
            From::Catalog(catalog) => Some(catalog),
            From::Sql(_) => None,
        })
    }

    /// What the user answers, a line each.
    pub fn answers(&self, backend: Backend) -> &str {
        self.input("answers", backend).unwrap_or_default()
    }

    /// SQL that fills tables before the change.
    pub fn rows_sql(&self, backend: Backend) -> Option<&str> {
        self.input("rows", backend)
    }

    /// A golden: the backend's own, or everyone's.
    pub fn golden(&self, name: &str, backend: Backend) -> Option<&str> {
        self.section(&golden_name(name, backend))
            .or_else(|| self.section(name))
    }

    /// Replaces the goldens of some backends; what all backends say alike is written once.
    pub fn bless(&mut self, blessed: &[(Backend, Vec<(&'static str, String)>)]) {
        let own_names = ["up.sql", "down.sql"];
        let mut written = Vec::new();
        for name in GOLDENS.into_iter().chain(own_names) {
            let texts: Vec<_> = self
                .backends
                .iter()
                .map(|backend| {
                    let new = blessed.iter().find(|(of, _)| of == backend);
                    let text = match new {
                        Some((_, goldens)) => goldens
                            .iter()
                            .find(|(of, _)| *of == name)
                            .map(|(_, text)| text.clone()),
                        None => self.golden(name, *backend).map(str::to_owned),
                    };
                    (*backend, text)
                })
                .collect();
            let alike = texts.iter().all(|(_, text)| *text == texts[0].1);
            if alike && !own_names.contains(&name) {
                written.extend(texts[0].1.clone().map(|text| (name.to_owned(), text)));
            } else {
                written.extend(
                    texts
                        .into_iter()
                        .filter_map(|(backend, text)| Some((golden_name(name, backend), text?))),
                );
            }
        }
        written.sort_by_key(|(name, _)| order(name));
        self.sections.retain(|section| is_input(&section.name));
        self.sections.extend(
            written
                .into_iter()
                .map(|(name, text)| Section { name, text }),
        );
    }

    /// The file's text.
    pub fn text(&self) -> String {
        let mut out = self.title.clone();
        let backends: Vec<_> = self.backends.iter().map(|backend| word(*backend)).collect();
        let _ = writeln!(out, "backends: {}", backends.join(" "));
        out.push_str(&self.requires.text());
        if self.manage_everything {
            out.push_str("manage: everything\n");
        }
        if !self.rows {
            out.push_str("rows: none\n");
        }
        for Section { name, text } in &self.sections {
            let _ = write!(out, "-- {name} --\n{text}");
        }
        out
    }

    /// Writes the file, if its text differs.
    pub fn save(&self) -> Result<(), CaseError> {
        let text = self.text();
        if std::fs::read_to_string(&self.path).is_ok_and(|old| old == text) {
            return Ok(());
        }
        std::fs::write(&self.path, text).map_err(|source| CaseError::Io {
            path: self.path.clone(),
            source,
        })
    }
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> Result<(), CaseError> {
    let error = |source| CaseError::Io {
        path: folder.to_owned(),
        source,
    };
    for entry in std::fs::read_dir(folder).map_err(error)? {
        let path = entry.map_err(error)?.path();
        if path.is_dir() {
            collect(&path, files)?;
        } else if path
            .extension()
            .is_some_and(|extension| extension == "case")
        {
            files.push(path);
        }
    }
    Ok(())
}

/// `-- name --`, alone on its line.
fn section_name(line: &str) -> Option<&str> {
    let name = line.strip_prefix("-- ")?.strip_suffix(" --")?;
    let is_name = |letter: char| letter.is_ascii_lowercase() || letter == '.';
    (!name.is_empty() && name.chars().all(is_name)).then_some(name)
}

/// SQL and Rust end in their extension, so that an editor can tell; elsewhere the backend ends the name.
fn golden_name(name: &str, of: Backend) -> String {
    match name {
        "up.sql" | "down.sql" | "migration.rs" => format!("{}.{name}", word(of)),
        _ => format!("{name}.{}", word(of)),
    }
}

fn is_input(name: &str) -> bool {
    let stem = name.split('.').next().unwrap_or(name);
    INPUTS.contains(&stem)
}

fn is_known(name: &str) -> bool {
    let parts: Vec<_> = name.split('.').collect();
    match parts.as_slice() {
        [stem] | ["from", stem @ "sql"] => {
            INPUTS.contains(stem) || GOLDENS.contains(stem) || *stem == "sql"
        }
        ["migration", "rs"] => true,
        ["from", of, "sql"] | [of, "up" | "down", "sql"] | [of, "migration", "rs"] => {
            backend(of).is_some()
        }
        [stem, of] => backend(of).is_some() && (INPUTS.contains(stem) || GOLDENS.contains(stem)),
        _ => false,
    }
}

/// Goldens stand in reading order: what differs, what to know, what others read of it, the SQL of each backend, the Rust.
fn order(name: &str) -> (usize, Option<Backend>, bool) {
    let parts: Vec<_> = name.split('.').collect();
    let of = parts.iter().find_map(|part| backend(part));
    let kind = if name.starts_with("error") {
        0
    } else if name.starts_with("changes") {
        1
    } else if name.starts_with("diagnostics") {
        2
    } else if name.starts_with("oracle") {
        3
    } else if name.rsplit_once('.').is_some_and(|(_, kind)| kind == "sql") {
        4
    } else {
        5
    };
    (kind, of, parts.contains(&"down"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "\
A column goes.
backends: sqlite postgres
rows: none
-- from --
table t
  a integer
  b integer
-- to --
table t
  a integer
-- changes.sqlite --
old
-- postgres.up.sql --
kept
";

    #[test]
    fn goldens_are_shared_when_alike() {
        let mut case = Case::parse("x/y", Path::new("x/y.case"), TEXT).unwrap();
        assert_eq!(case.text(), TEXT);
        let goldens = |up: &str| {
            vec![
                ("changes", "new\n".to_owned()),
                ("up.sql", up.to_owned()),
                ("migration.rs", format!("{up}fn\n")),
            ]
        };
        case.bless(&[
            (Backend::Sqlite, goldens("one\n")),
            (Backend::Postgres, goldens("two\n")),
        ]);
        let text = case.text();
        let (inputs, blessed) = text.split_at(TEXT.find("-- changes").unwrap());
        assert!(TEXT.starts_with(inputs));
        assert_eq!(
            blessed,
            "-- changes --\nnew\n-- sqlite.up.sql --\none\n-- postgres.up.sql --\ntwo\n\
             -- sqlite.migration.rs --\none\nfn\n-- postgres.migration.rs --\ntwo\nfn\n"
        );
        case.bless(&[(Backend::Sqlite, goldens("two\n"))]);
        assert!(case.text().contains("-- migration.rs --\ntwo\nfn\n"));
        assert!(case.golden("changes", Backend::Postgres) == Some("new\n"));
    }

    #[test]
    fn mistakes_are_named() {
        for (text, message) in [
            ("x\n-- to --\n", "it names no `backends:`"),
            ("backends: oracle\n", "`oracle` is not a backend"),
            ("backends: sqlite\n-- form --\n", "`form` is not a section"),
            (
                "backends: sqlite\n-- from --\n",
                "it has no section `to` for SQLite",
            ),
            (
                "backends: sqlite\n-- to --\nx\n",
                "to: line 1: expected `table` or `enum`, not `x`",
            ),
        ] {
            let error = Case::parse("c", Path::new("c.case"), text).unwrap_err();
            assert_eq!(error.to_string(), format!("c.case: {message}"));
        }
    }
}
