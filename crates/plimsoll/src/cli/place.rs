//! Where the project is: its root, its migrations crate, its configuration.

use std::path::{Path, PathBuf};

use super::config::{self, Config};
use super::error::{CliError, Exit};

/// A project on disk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Place {
    /// The directory of `plimsoll.toml`, or of the workspace, or of the migrations crate.
    pub(crate) root: PathBuf,
    /// The migrations crate.
    pub(crate) migrations: PathBuf,
    /// Whether that crate was named, or runs now; otherwise it is where `plimsoll.toml` says.
    pub(crate) is_named: bool,
    /// What `plimsoll.toml` says.
    pub(crate) config: Config,
}

impl Place {
    /// Finds the project: the migrations crate is where `stated` says, or where cargo runs it from, or what the nearest
    /// `plimsoll.toml` above `here` names, or `here`.
    ///
    /// # Errors
    /// When `plimsoll.toml` is not understood.
    pub(crate) fn find(
        stated: Option<&Path>,
        manifest: Option<&Path>,
        here: &Path,
    ) -> Result<Self, CliError> {
        let named = stated.map(|path| here.join(path));
        let named = named.or_else(|| manifest.map(Path::to_owned));
        let start = named.as_deref().unwrap_or(here);
        let file = above(start, config::FILE).or_else(|| above(here, config::FILE));
        let config = match &file {
            Some(file) => Config::read(file)?,
            None => Config::default(),
        };
        let is_named = named.is_some();
        let file_directory = file.as_deref().and_then(Path::parent);
        let migrations = match (named, file_directory) {
            (Some(named), _) => named,
            (None, Some(directory)) => directory.join(&config.migrations),
            (None, None) => here.to_owned(),
        };
        let root = file_directory
            .map(Path::to_owned)
            .or_else(|| workspace(&migrations))
            .unwrap_or_else(|| migrations.clone());
        Ok(Self {
            root,
            migrations,
            is_named,
            config,
        })
    }

    /// What the models stated at the last revision.
    pub(crate) fn catalog(&self) -> PathBuf {
        self.migrations.join("catalog.json")
    }

    /// The migrations crate's `src`, when it is one.
    ///
    /// # Errors
    /// When there is no `src/lib.rs` there.
    pub(crate) fn sources(&self) -> Result<PathBuf, CliError> {
        let sources = self.migrations.join("src");
        if sources.join("lib.rs").is_file() {
            return Ok(sources);
        }
        Err(CliError::new(
            Exit::Files,
            format!(
                "find the migrations crate: there is no `{}`",
                sources.join("lib.rs").display()
            ),
        )
        .help("run this through cargo, or say where the crate is with --migration-dir"))
    }

    /// A revision's file: in the migrations crate, or in one that lies in a folder of it. `None` when there is none of its name.
    ///
    /// # Errors
    /// When there is no `src/lib.rs` of the migrations crate.
    pub(crate) fn file_of(&self, id: &str) -> Result<Option<PathBuf>, CliError> {
        let name = format!("{id}.rs");
        let own = self.sources()?.join(&name);
        if own.is_file() {
            return Ok(Some(own));
        }
        let folders = std::fs::read_dir(&self.migrations).into_iter().flatten();
        let mut files: Vec<PathBuf> = folders
            .flatten()
            .map(|folder| folder.path().join("src").join(&name))
            .filter(|path| path.is_file())
            .collect();
        files.sort();
        Ok(files.into_iter().next())
    }

    /// A path as a person at `here` would write it.
    pub(crate) fn shown(path: &Path) -> String {
        let here = std::env::current_dir().unwrap_or_default();
        path.strip_prefix(&here)
            .unwrap_or(path)
            .display()
            .to_string()
    }
}

/// The nearest file of that name in a directory or above it.
pub(crate) fn above(start: &Path, name: &str) -> Option<PathBuf> {
    start
        .ancestors()
        .map(|directory| directory.join(name))
        .find(|path| path.is_file())
}

/// The nearest directory above whose Cargo.toml is a workspace's.
fn workspace(start: &Path) -> Option<PathBuf> {
    start
        .ancestors()
        .find(|directory| {
            std::fs::read_to_string(directory.join("Cargo.toml"))
                .ok()
                .and_then(|text| text.parse::<toml::Table>().ok())
                .is_some_and(|manifest| manifest.contains_key("workspace"))
        })
        .map(Path::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_project_is_found_from_inside() {
        let directory = tempfile::tempdir().unwrap();
        let root = directory.path();
        std::fs::create_dir_all(root.join("db/migrations/src")).unwrap();
        std::fs::create_dir_all(root.join("entity/src")).unwrap();
        std::fs::write(root.join("Cargo.toml"), "[workspace]\n").unwrap();

        let crate_directory = root.join("db/migrations");
        let place = Place::find(None, Some(&crate_directory), root).unwrap();
        assert_eq!(
            (place.root.as_path(), &place.migrations),
            (root, &crate_directory)
        );

        std::fs::write(
            root.join("plimsoll.toml"),
            "migrations = \"db/migrations\"\n[database]\nurl = \"sqlite://data/app.db\"",
        )
        .unwrap();
        let place = Place::find(None, None, &root.join("entity/src")).unwrap();
        assert_eq!(place.migrations, crate_directory);
        insta::assert_snapshot!(place.sources().unwrap_err().message.replace(&root.display().to_string(), "DIR"), @"find the migrations crate: there is no `DIR/db/migrations/src/lib.rs`");
    }
}
