//! The global command: finds the migrations crate of the project around it, and lets cargo run it with the same words.
//!
//! What needs no project (`init`, `--help`, a mistake in the words, a comparison of scripts) is dealt with here, without building
//! anything.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use anstream::AutoStream;
use cargo_metadata::{Metadata, MetadataCommand};
use clap::Parser;

use crate::cli::args::{Cli, Command as Verb, Compare, Global};
use crate::cli::place::Place;
use crate::cli::selection::migrations_of;
use crate::cli::side::Side;
use crate::cli::{CliError, Exit, NoRevisions, Output};

/// Does what the words say. `words` are those of the process, the first being its name.
pub fn main(words: Vec<OsString>) -> ExitCode {
    let loaded = crate::cli::load_environment();
    let cli = match Cli::try_parse_from(&words) {
        Ok(cli) => cli,
        Err(error) => {
            let _ = error.print();
            return ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(2));
        }
    };
    let mut out = AutoStream::auto(std::io::stdout());
    let mut err = AutoStream::auto(std::io::stderr());
    let mut output = Output::new(&mut out, &mut err);
    output.format = cli.global.format;
    output.quiet = cli.global.quiet;
    let here = std::env::current_dir().unwrap_or_else(|_| PathBuf::from("."));
    let result = loaded.and_then(|()| {
        if let Verb::Init(args) = &cli.command {
            let exit = crate::cli::init(args, &here, &mut output)?;
            return Ok(ExitCode::from(exit.code()));
        }
        if let Verb::Check(args) | Verb::Diff(args) = &cli.command
            && !needs_project(args)
        {
            return alone(cli, &here, &mut output);
        }
        let manifest = find(&cli.global, &here)?;
        let words: Vec<OsString> = words.into_iter().skip(1).collect();
        hand_over(&manifest, &words)
    });
    match result {
        Ok(code) => code,
        Err(error) => {
            output.error(&error);
            ExitCode::from(error.exit.code())
        }
    }
}

/// Whether a side is a part of a project. A side that is none is told by the project's own command line.
fn needs_project(args: &Compare) -> bool {
    let is_of_project =
        |flag, text: &str| Side::parse(flag, text).map_or(true, |side| side.is_of_project());
    is_of_project("from", &args.from) || is_of_project("to", &args.to)
}

/// Does what the words say, without revisions and models.
fn alone(cli: Cli, here: &Path, output: &mut Output<'_>) -> Result<ExitCode, CliError> {
    let runtime = tokio::runtime::Runtime::new()
        .map_err(|error| CliError::new(Exit::Failed, format!("start: {error}")))?;
    let exit = runtime.block_on(crate::cli::execute(&NoRevisions, cli, here, None, output));
    Ok(ExitCode::from(exit.code()))
}

/// The manifest of the migrations crate.
fn find(global: &Global, here: &Path) -> Result<PathBuf, CliError> {
    let stated = global.migration_dir.as_deref();
    let mut place = Place::find(stated, None, here)?;
    place.migrations = migrations_of(&place, global)?;
    let manifest = place.migrations.join("Cargo.toml");
    if place.migrations != here && manifest.is_file() {
        return Ok(manifest);
    }
    let is_named = stated.is_some() || (global.database.is_some() && place.migrations != here);
    if is_named {
        return Err(CliError::new(
            Exit::Files,
            format!(
                "find the migrations crate: there is no `{}`",
                manifest.display()
            ),
        )
        .help("give the directory of its Cargo.toml"));
    }
    let metadata = MetadataCommand::new()
        .current_dir(here)
        .no_deps()
        .exec()
        .map_err(|error| {
            CliError::new(
                Exit::Files,
                format!(
                    "find the migrations crate: {}",
                    first_line(&error.to_string())
                ),
            )
            .help("run this inside a cargo project")
        })?;
    match candidates(&metadata).as_slice() {
        [only] => Ok(only.clone()),
        [] => Err(CliError::new(
            Exit::Files,
            "find the migrations crate: no member of this workspace depends on plimsoll and has a program",
        )
        .help("`cargo plimsoll init` makes one")),
        several => {
            let names: Vec<String> = several
                .iter()
                .map(|manifest| format!("`{}`", manifest.display()))
                .collect();
            Err(CliError::new(
                Exit::Files,
                format!("find the migrations crate: it could be {}", names.join(" or ")),
            )
            .help("name its directory in plimsoll.toml, as in `migrations = \"migrations\"`"))
        }
    }
}

fn first_line(text: &str) -> &str {
    text.lines()
        .map(str::trim)
        .find(|line| line.starts_with("error"))
        .unwrap_or_else(|| text.lines().next().unwrap_or_default())
}

/// Members that depend on plimsoll and have a program.
fn candidates(metadata: &Metadata) -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> = metadata
        .packages
        .iter()
        .filter(|package| {
            package
                .dependencies
                .iter()
                .any(|dependency| dependency.name == "plimsoll")
                && package.targets.iter().any(cargo_metadata::Target::is_bin)
        })
        .map(|package| package.manifest_path.clone().into_std_path_buf())
        .collect();
    found.sort();
    found
}

/// Lets cargo build and run the crate in this one's place.
fn hand_over(manifest: &Path, words: &[OsString]) -> Result<ExitCode, CliError> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(&cargo);
    command
        .args(["run", "--quiet", "--manifest-path"])
        .arg(manifest)
        .arg("--")
        .args(words);
    let failed = |error: &std::io::Error| {
        CliError::new(
            Exit::Files,
            format!("run `{}`: {error}", cargo.to_string_lossy()),
        )
        .help("install Rust's cargo, or put it on the PATH")
    };
    #[cfg(unix)]
    {
        // Ctrl-C and the exit code reach the right process when there is only one.
        use std::os::unix::process::CommandExt as _;
        Err(failed(&command.exec()))
    }
    #[cfg(not(unix))]
    {
        let status = command.status().map_err(|error| failed(&error))?;
        let code = status.code().and_then(|code| u8::try_from(code).ok());
        Ok(ExitCode::from(code.unwrap_or(1)))
    }
}
