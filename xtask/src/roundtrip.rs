//! A real schema, adopted: loaded into a database, made entities of by SeaORM's own generator, and compared with those entities.
//!
//! The generator writes less than the database holds and sometimes something else, which is what an existing project starts from.
//! Invariant: what is proposed on such a first run is a fault of ours, because nobody has changed anything.

mod entities;
mod project;

use std::path::{Path, PathBuf};
use std::process::Command;

use clap::Args;

use crate::command::{Failure, root, run_quietly};
use crate::database::{Backend, Database};
use crate::servers;

/// The version whose entities are read.
const CLI_VERSION: &str = "2.0.4";

/// What to load, and where.
#[derive(Debug, Args)]
pub(crate) struct Options {
    /// The schema, as SQL that the backend's own client reads
    file: PathBuf,
    /// Where to load it
    #[arg(long)]
    backend: Backend,
    /// The format of the entities, as `sea-orm-cli generate entity --entity-format` takes it
    #[arg(long, default_value = "compact")]
    format: String,
    /// Keep the database and the project, and say where they are
    #[arg(long)]
    keep: bool,
}

/// Loads, generates, compares.
///
/// # Errors
/// [`Failure::Proposed`] where the comparison proposes anything; others where it could not be made.
pub(crate) fn run(options: &Options) -> Result<(), Failure> {
    let generator = generator()?;
    // Held until the end: a server that was started for this run stops with it.
    let servers = match options.backend {
        Backend::Sqlite => None,
        Backend::Postgres | Backend::Mysql => Some(servers::ensure()?),
    };
    let server = servers
        .as_ref()
        .and_then(|servers| servers.url(options.backend.word()));
    let name = name(&options.file, options.backend)?;
    let target = project::target_directory()?;
    let folder = target.join("roundtrip").join(&name);
    project::clear(&folder)?;
    let scratch = format!("roundtrip-{name}");
    let database = Database::create(options.backend, server.as_deref(), &folder, &scratch)?;
    let result = database
        .load(&options.file)
        .and_then(|()| generate(&generator, database.url(), &options.format, &folder))
        .and_then(|()| project::write(&root(), &folder, &name))
        .and_then(|()| project::run(&folder, &target, database.url()));
    if options.keep {
        println!("database: {}", database.url_without_password());
        println!("project: {}", folder.display());
        return result;
    }
    // What was found out matters more than whether it could be tidied away.
    result.and(database.drop().and_then(|()| project::remove(&folder)))
}

/// `chinook-mysql`: the file's name up to its first dot, and the backend.
fn name(file: &Path, backend: Backend) -> Result<String, Failure> {
    let stem = file
        .file_name()
        .and_then(|name| name.to_str())
        .and_then(|name| name.split('.').next())
        .unwrap_or_default();
    let stem: String = stem
        .chars()
        .map(|letter| match letter {
            'a'..='z' | 'A'..='Z' | '0'..='9' => letter.to_ascii_lowercase(),
            _ => '-',
        })
        .collect();
    if stem.is_empty() || !file.is_file() {
        return Err(Failure::Told(format!(
            "`{}` is not a file of SQL",
            file.display()
        )));
    }
    Ok(format!("{stem}-{}", backend.word()))
}

/// SeaORM's generator: what `SEA_ORM_CLI` names, else the one on the path, of the version that is supported.
fn generator() -> Result<PathBuf, Failure> {
    let program = std::env::var_os("SEA_ORM_CLI").map_or("sea-orm-cli".into(), PathBuf::from);
    let install = format!(
        "install it with `cargo install sea-orm-cli@{CLI_VERSION}`, or name one that is built in SEA_ORM_CLI"
    );
    let said = Command::new(&program).arg("--version").output();
    let Ok(said) = said else {
        return Err(Failure::Told(format!(
            "`{}` cannot be started: {install}",
            program.display()
        )));
    };
    let said = String::from_utf8_lossy(&said.stdout);
    if said.split_whitespace().next_back() != Some(CLI_VERSION) {
        return Err(Failure::Told(format!(
            "`{}` is {}, and {CLI_VERSION} is needed: {install}",
            program.display(),
            said.trim()
        )));
    }
    Ok(program)
}

fn generate(generator: &Path, url: &str, format: &str, folder: &Path) -> Result<(), Failure> {
    let entities = folder.join("src").join("entities");
    let mut command = Command::new(generator);
    command
        .args(["generate", "entity", "--with-prelude", "none"])
        .args(["--entity-format", format])
        .arg("--output-dir")
        .arg(&entities)
        // Not an argument: it can hold a password.
        .env("DATABASE_URL", url);
    run_quietly(&mut command)?;
    entities::mend(&entities)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_schema_is_named_for_its_file_and_backend() {
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml");
        assert_eq!(name(&file, Backend::Mysql).unwrap(), "cargo-mysql");
        let missing = Path::new("no/such.sql");
        let error = name(missing, Backend::Sqlite).unwrap_err();
        assert_eq!(error.to_string(), "`no/such.sql` is not a file of SQL");
    }
}
