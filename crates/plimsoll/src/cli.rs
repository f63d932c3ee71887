//! The command line of a migrations crate.
//!
//! Invariant: an error is one message that says what failed and what to do, on standard error, and an exit code of its own kind.

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use anstream::{AutoStream, ColorChoice};
use clap::Parser;
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
pub async fn run(migrator: impl MigratorTraitSelf) -> ExitCode {
    if let Some(code) = plimsoll_differ::models::run_if_child() {
        return code;
    }
    let loaded = load_environment();
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => return usage(&error),
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
    migrator: &impl MigratorTraitSelf,
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
    migrator: &impl MigratorTraitSelf,
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
fn usage(error: &clap::Error) -> ExitCode {
    let _ = error.print();
    ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(2))
}

fn choice(color: Color) -> ColorChoice {
    match color {
        Color::Auto => ColorChoice::Auto,
        Color::Always => ColorChoice::Always,
        Color::Never => ColorChoice::Never,
    }
}
