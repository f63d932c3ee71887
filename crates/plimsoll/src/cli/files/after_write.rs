//! Programs that run over a revision's file when it was written.
//!
//! Invariant: what is wrong with the settings is told before anything is written. What fails afterwards is told, and the file stays: it
//! is whole, it was proven, and `lib.rs` names it.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use cargo_metadata::MetadataCommand;
use plimsoll_codegen::{CodegenError, PatternError, check_file, fill};

use crate::cli::config::FILE;
use crate::cli::error::{CliError, Exit};
use crate::cli::output::Output;
use crate::cli::place::Place;

/// What runs where nothing is said.
const DEFAULT: [&str; 4] = ["rustfmt", "--edition", "{edition}", "{path}"];

/// The edition where the crate does not tell: the one of `init`.
const EDITION: &str = "2024";

/// What is to run over one file.
pub(crate) struct AfterWrite {
    file: PathBuf,
    hooks: Vec<Hook>,
    /// Where they run.
    root: PathBuf,
    /// Whether the project asked for them.
    is_stated: bool,
}

/// One program.
struct Hook {
    program: String,
    arguments: Vec<String>,
}

/// How a program ended that did not do its work.
enum Trouble {
    /// It is not there, or cannot be run.
    NotRun(std::io::Error),
    /// It said that it failed: its status, and its words.
    Failed(String, String),
}

impl AfterWrite {
    /// What is to run over the file of a revision.
    ///
    /// # Errors
    /// When what `plimsoll.toml` says cannot be run.
    pub(crate) fn of(place: &Place, id: &str) -> Result<Self, CliError> {
        let file = place.migrations.join("src").join(format!("{id}.rs"));
        let stated = place.config.files.after_write.as_deref();
        let default = [DEFAULT.map(str::to_owned).to_vec()];
        let lists = stated.unwrap_or(&default);
        let is_asked = |word: &String| word.contains("{edition}");
        let edition = if lists.iter().flatten().any(is_asked) {
            edition(&place.migrations)
        } else {
            String::new()
        };
        let value = |name: &str| match name {
            "path" => Some(file.display().to_string()),
            "id" => Some(id.to_owned()),
            "edition" => Some(edition.clone()),
            _ => None,
        };
        let hooks = lists.iter().map(|words| Hook::read(words, value));
        Ok(Self {
            hooks: hooks.collect::<Result<_, _>>()?,
            root: place.root.clone(),
            is_stated: stated.is_some(),
            file,
        })
    }

    /// Runs them, one after the other, as long as each does its work.
    ///
    /// # Errors
    /// When one that the project asked for fails, or leaves what is not Rust.
    pub(crate) fn run(&self, output: &mut Output<'_>) -> Result<(), CliError> {
        for hook in &self.hooks {
            match hook.run(&self.root) {
                Ok(told) if told.is_empty() => {}
                Ok(told) => output.note(&told),
                Err(trouble) if self.is_stated => return Err(self.failed(hook, trouble)),
                // Our file is as rustfmt leaves it: nothing is missing without it.
                Err(Trouble::NotRun(_)) => {
                    output.note("rustfmt is not there to run over the file");
                }
                Err(Trouble::Failed(status, told)) => {
                    output.warning(&told_by("rustfmt", &status, &told));
                }
            }
        }
        if self.is_stated && !self.hooks.is_empty() {
            self.look()?;
        }
        Ok(())
    }

    /// The file after all of them.
    fn look(&self) -> Result<(), CliError> {
        let text = std::fs::read_to_string(&self.file)
            .map_err(|error| CliError::file("read", &self.file, &error))?;
        let Err(CodegenError::NotRust { line, message }) = check_file(&text) else {
            return Ok(());
        };
        let shown = Place::shown(&self.file);
        let message = format!(
            "run `after_write` over `{shown}`: what it leaves is not Rust, at line {line}: {message}"
        );
        Err(CliError::new(Exit::Failed, message).help(format!(
            "the file is registered and stays; correct it, and `after_write` in {FILE}"
        )))
    }

    fn failed(&self, hook: &Hook, trouble: Trouble) -> CliError {
        let shown = Place::shown(&self.file);
        let (exit, cause) = match trouble {
            Trouble::NotRun(error) => (
                Exit::Files,
                format!("`{}` cannot be run: {error}", hook.program),
            ),
            Trouble::Failed(status, told) => (Exit::Failed, told_by(&hook.program, &status, &told)),
        };
        CliError::new(exit, format!("run `after_write` over `{shown}`: {cause}")).help(format!(
            "the file is written and stays, and what runs after this program did not run; run it by hand, or correct `after_write` in {FILE}"
        ))
    }
}

fn told_by(program: &str, status: &str, told: &str) -> String {
    let indented: String = told.lines().flat_map(|line| ["\n  ", line]).collect();
    format!("`{program}` ended with {status}{indented}")
}

impl Hook {
    fn read(words: &[String], value: impl Fn(&str) -> Option<String>) -> Result<Self, CliError> {
        let wrong = |problem: String| {
            CliError::new(
                Exit::Files,
                format!("read `files.after_write` of {FILE}: {problem}"),
            )
            .help("write each as a program and its arguments, as in [\"rustfmt\", \"--edition\", \"{edition}\", \"{path}\"]; there are {path}, {id} and {edition}")
        };
        let (program, arguments) = words
            .split_first()
            .filter(|(program, _)| !program.is_empty())
            .ok_or_else(|| wrong("one of them names no program".to_owned()))?;
        let filled = arguments.iter().map(|word| fill(word, &value));
        let filled: Result<Vec<String>, PatternError> = filled.collect();
        Ok(Self {
            program: program.clone(),
            arguments: filled.map_err(|error| wrong(format!("in `{program}`, {error}")))?,
        })
    }

    /// Runs it at the project's root, and gives back what it said.
    fn run(&self, root: &Path) -> Result<String, Trouble> {
        let is_path = Path::new(&self.program).components().count() > 1;
        let program = if is_path {
            root.join(&self.program)
        } else {
            PathBuf::from(&self.program)
        };
        let ended = Command::new(program)
            .args(&self.arguments)
            .current_dir(root)
            .stdin(Stdio::null())
            .output()
            .map_err(Trouble::NotRun)?;
        // Standard output is for results of ours.
        let told: String = [ended.stdout, ended.stderr]
            .iter()
            .map(|bytes| String::from_utf8_lossy(bytes))
            .collect();
        let told = told.trim().to_owned();
        if ended.status.success() {
            Ok(told)
        } else {
            Err(Trouble::Failed(ended.status.to_string(), told))
        }
    }
}

/// The edition of the migrations crate, as cargo reads it.
fn edition(migrations: &Path) -> String {
    let manifest = migrations.join("Cargo.toml");
    let of_crate = || {
        let manifest = manifest.canonicalize().ok()?;
        let metadata = MetadataCommand::new()
            .manifest_path(&manifest)
            .no_deps()
            .exec()
            .ok()?;
        let is_ours = |path: &Path| path.canonicalize().is_ok_and(|path| path == manifest);
        let package = metadata
            .packages
            .iter()
            .find(|package| is_ours(package.manifest_path.as_std_path()))?;
        Some(package.edition.to_string())
    };
    of_crate().unwrap_or_else(|| EDITION.to_owned())
}
