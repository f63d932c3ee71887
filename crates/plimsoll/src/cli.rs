//! The command line of a migrations crate.
//!
//! Invariant: an error is one message that says what failed and what to do, on standard error, and an exit code of its own kind.

use std::ffi::OsString;
use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use anstream::{AutoStream, ColorChoice};
use clap::Parser;
use plimsoll_migrate::hooks::Revisions;
use sea_orm_migration::{MigrationTrait, MigratorTraitSelf};

pub(crate) mod answers;
pub(crate) mod args;
mod ask;
mod before;
mod between;
mod command;
pub(crate) mod comparison;
mod config;
mod context;
mod error;
mod files;
mod hint;
mod output;
pub(crate) mod place;
mod progress;
mod proof;
mod replay;
pub(crate) mod selection;
pub(crate) mod side;
mod tenants;
mod workbench;

pub use args::Cli;
pub use error::{CliError, EXIT_CODES, Exit};
pub use output::Output;

use args::{Color, Command, Format};
use context::Context;
use place::Place;

/// Reads the command line, does what it says, and tells how that ended. It belongs first and last in `main`.
pub async fn run(migrator: impl Revisions) -> ExitCode {
    if let Some(code) = plimsoll_differ::models::run_if_child() {
        return code;
    }
    let loaded = load_environment();
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => return usage(&error, std::env::args_os()),
    };
    let choice = choice(cli.global.color);
    let mut out = AutoStream::new(std::io::stdout(), choice);
    let mut err = AutoStream::new(std::io::stderr(), choice);
    let mut output = Output::new(&mut out, &mut err);
    output.live = tenants::is_live();
    if let Err(error) = loaded {
        output.error(&error);
        return ExitCode::from(error.exit.code());
    }
    let here = std::env::current_dir().unwrap_or_else(|_| PathBuf::from("."));
    let manifest = std::env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from);
    let exit = execute(&migrator, cli, &here, manifest.as_deref(), &mut output).await;
    // Neither stream is buffered beyond its lines; a closed one is not our failure.
    let _ = (out.flush(), err.flush());
    ExitCode::from(exit.code())
}

/// Does what a parsed command line says. `here` is the current directory, `manifest` the crate that cargo runs.
pub async fn execute(
    migrator: &impl Revisions,
    cli: Cli,
    here: &std::path::Path,
    manifest: Option<&std::path::Path>,
    output: &mut Output<'_>,
) -> Exit {
    output.format = cli.global.format;
    output.quiet = cli.global.quiet;
    // On the heap: a command holds much while it waits.
    let result = match Box::pin(dispatch(migrator, cli, here, manifest, output)).await {
        Ok(exit) => return exit,
        Err(error) => error,
    };
    output.error(&result);
    result.exit
}

async fn dispatch(
    migrator: &impl Revisions,
    cli: Cli,
    here: &std::path::Path,
    manifest: Option<&std::path::Path>,
    output: &mut Output<'_>,
) -> Result<Exit, CliError> {
    let Cli { global, command } = cli;
    if matches!(global.format, Format::Mermaid | Format::Svg) && !command.draws() {
        let message = "write this in that format: only `history` draws a graph";
        return Err(CliError::new(Exit::Usage, message).help("use --format text or json"));
    }
    if let Command::Init(args) = &command {
        return command::init::run(args, here, output);
    }
    let place = Place::find(global.migration_dir.as_deref(), manifest, here)?;
    let mut context = Context::new(migrator, global, place, output)?;
    match command {
        Command::Init(_) => Ok(Exit::Ok),
        Command::Revision(args) => command::revision::run(&mut context, &args).await,
        Command::Upgrade(args) => command::run::upgrade(&mut context, &args).await,
        Command::Downgrade(args) => command::run::downgrade(&mut context, &args).await,
        Command::Current(args) => command::standing::current(&mut context, &args).await,
        Command::History(args) => command::standing::history(&mut context, &args).await,
        Command::Heads(args) => Ok(command::standing::heads(&mut context, &args)),
        Command::Branches => Ok(command::standing::branches(&mut context)),
        Command::Merge(args) => command::merge::run(&mut context, &args),
        Command::Rebase(args) => Box::pin(command::rebase::run(&mut context, &args)).await,
        Command::Squash(args) => Box::pin(command::squash::run(&mut context, &args)).await,
        Command::Stamp(args) => command::stamp::stamp(&mut context, &args).await,
        Command::EnsureVersion(args) => command::stamp::ensure_version(&mut context, &args).await,
        Command::Status => command::status::status(&mut context).await,
        Command::Verify => command::status::verify(&mut context).await,
        Command::Repair(args) => command::repair::run(&mut context, &args).await,
        Command::Edit(args) => command::edit::run(&mut context, &args).await,
        Command::Show(args) => command::standing::show(&mut context, &args).await,
        Command::Backup(args) => command::backup::backup(&mut context, &args).await,
        Command::Restore(args) => command::backup::restore(&mut context, &args).await,
        Command::Seed(args) => command::seed::seed(&mut context, &args).await,
        Command::Check(args) => command::compare::check(&mut context, &args).await,
        Command::Diff(args) => command::compare::diff(&mut context, &args).await,
        Command::Up { num } => command::run::up(&mut context, num).await,
        Command::Down { num } => command::run::down(&mut context, num).await,
        Command::Fresh => command::run::fresh(&mut context).await,
        Command::Refresh => {
            command::run::reset(&mut context).await?;
            command::run::up(&mut context, None).await
        }
        Command::Reset => command::run::reset(&mut context).await,
    }
}

/// A project without revisions: for what needs none.
pub(crate) struct NoRevisions;

impl MigratorTraitSelf for NoRevisions {
    fn migrations(&self) -> Vec<Box<dyn MigrationTrait>> {
        Vec::new()
    }
}

/// `init`, which needs no migrator.
pub(crate) fn init(
    args: &args::Init,
    here: &std::path::Path,
    output: &mut Output<'_>,
) -> Result<Exit, CliError> {
    command::init::run(args, here, output)
}

/// Reads `.env`, as SeaORM's own command line does. What it says is never repeated.
pub(crate) fn load_environment() -> Result<(), CliError> {
    match dotenvy::dotenv() {
        Ok(_) => Ok(()),
        Err(error) if error.not_found() => Ok(()),
        Err(_) => Err(
            CliError::new(Exit::Files, "read `.env`: a line of it is not NAME=value")
                .help("put values with spaces or `#` in quotes"),
        ),
    }
}

/// Help and version are results; anything else of clap's is a usage error.
fn usage(error: &clap::Error, words: impl Iterator<Item = OsString>) -> ExitCode {
    if error.use_stderr() && asks_for_json(words) {
        let (mut out, mut err) = (std::io::sink(), std::io::stderr());
        let mut output = Output::new(&mut out, &mut err);
        output.format = Format::Json;
        output.error(&misread(error));
    } else {
        let _ = error.print();
    }
    ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(2))
}

/// Whether the words of a command line that cannot be read ask for JSON.
fn asks_for_json(words: impl Iterator<Item = OsString>) -> bool {
    let words: Vec<OsString> = words.collect();
    words.iter().any(|word| word == "--format=json")
        || words
            .windows(2)
            .any(|pair| pair[0] == "--format" && pair[1] == "json")
}

/// What the parser says, in the parts of an error: its first paragraph, and what it advises.
fn misread(error: &clap::Error) -> CliError {
    let text = error.render().to_string();
    let (what, advice) = text.split_once("\n\n").unwrap_or((&text, ""));
    let what = what.strip_prefix("error: ").unwrap_or(what);
    let lines = advice
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty());
    let advice: Vec<&str> = lines.collect();
    CliError::new(
        Exit::Usage,
        format!("read the command line: {}", what.trim()),
    )
    .help(advice.join("; "))
}

fn choice(color: Color) -> ColorChoice {
    match color {
        Color::Auto => ColorChoice::Auto,
        Color::Always => ColorChoice::Always,
        Color::Never => ColorChoice::Never,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mistake_in_the_command_line_has_a_message_and_advice() {
        let told = |words: &[&str]| {
            let error = Cli::try_parse_from(words).unwrap_err();
            let CliError { message, help, .. } = misread(&error);
            format!("{message}\n{}", help.unwrap_or_default())
        };
        insta::assert_snapshot!(told(&["migration", "upgrade", "--format", "json", "--nonsense"]), @"
        read the command line: unexpected argument '--nonsense' found
        tip: to pass '--nonsense' as a value, use '-- --nonsense'; Usage: migration upgrade --format <FORMAT> [TARGET]; For more information, try '--help'.
        ");
        insta::assert_snapshot!(told(&["migration", "upgrde", "--format=json"]), @"
        read the command line: unrecognized subcommand 'upgrde'
        tip: some similar subcommands exist: 'downgrade', 'up', 'upgrade'; Usage: migration [OPTIONS] <COMMAND>; For more information, try '--help'.
        ");
    }

    #[test]
    fn who_asks_for_json_is_answered_in_json() {
        let asks = |line: &str| asks_for_json(line.split(' ').map(OsString::from));
        assert!(asks("migration upgrde --format json"));
        assert!(asks("migration --format=json upgrde"));
        assert!(!asks("migration upgrde --message json --format text"));
    }
}
