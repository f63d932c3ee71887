//! Developer automation: `cargo xtask --help`.

mod bench;
mod case;
mod command;
mod database;
mod files;
mod pairs;
mod picture;
mod regenerate;
mod roundtrip;
mod servers;
mod tidy;
mod versions;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use command::{Failure, cargo, root, run};

/// Developer automation of this workspace
#[derive(Debug, Parser)]
#[command(name = "cargo xtask")]
struct Cli {
    #[command(subcommand)]
    task: Task,
}

#[derive(Debug, Subcommand)]
enum Task {
    /// Run every test on every backend, starting throw-away servers where none answers
    Test {
        /// Run the cases and pairs on these versions of servers instead (`postgres-12`, `mariadb-11.8`, `mysql-9.7` …), or on every one
        /// there is a package of
        #[arg(long, num_args = 0.., value_name = "WORD", conflicts_with = "args")]
        servers: Option<Vec<String>>,
        /// Passed on to `cargo test`; without any, the whole workspace is tested
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        args: Vec<String>,
    },
    /// Rewrite the goldens of the case files, then test them
    Bless {
        /// Only cases whose name contains this
        filter: Option<String>,
    },
    /// Prove random pairs of catalogs on every backend, or the pairs of SQL scripts of a file on one
    Pairs {
        /// How many for each backend
        #[arg(long, default_value_t = 2000)]
        count: u64,
        /// The first seed
        #[arg(long, default_value_t = 0)]
        first: u64,
        /// After so many minutes a backend has done enough
        #[arg(long)]
        minutes: Option<u64>,
        /// A file of tests/sql_pairs, or a JSON list of `{name, current, desired}`: scripts of SQL, judged by what the server's own tools read
        #[arg(requires = "backend")]
        file: Option<PathBuf>,
        /// Whose SQL the file holds; without a file, the one backend to prove pairs on
        #[arg(long)]
        backend: Option<database::Backend>,
    },
    /// Start a case file, to be filled in and blessed
    NewCase {
        /// Its path below `tests/cases`, without the extension: `columns/add_nullable`
        name: String,
    },
    /// Load a real schema, generate its entities with sea-orm-cli, and compare: nothing may be proposed
    Roundtrip(roundtrip::Options),
    /// Check the rules of the source tree
    Tidy,
    /// Draw the README's session from its transcript
    Picture {
        /// Only tell whether it is current
        #[arg(long)]
        check: bool,
    },
    /// Write the example's revisions anew, from the steps of its models
    Regenerate {
        /// Only compare them with those that stand there
        #[arg(long)]
        check: bool,
    },
    /// Measure what a comparison costs, and what an edit of a model does
    Bench(bench::Options),
    /// Run what continuous integration runs
    Ci,
}

fn main() -> ExitCode {
    match carry_out(Cli::parse().task) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("error: {failure}");
            failure.exit_code()
        }
    }
}

fn carry_out(task: Task) -> Result<(), Failure> {
    match task {
        Task::Test {
            servers: Some(words),
            ..
        } => versions::run_all(&words),
        Task::Test { args, .. } => {
            let servers = servers::ensure()?;
            let mut test = cargo("test");
            if args.is_empty() {
                test.arg("--workspace");
            }
            run(servers.tell(test.args(args)))
        }
        Task::Bless { filter } => {
            let servers = servers::ensure()?;
            let mut bless = cases(filter.as_deref());
            run(servers.tell(bless.env("PLIMSOLL_UPDATE", "1")))?;
            // A second run compiles the blessed migrations and carries them out.
            run(servers.tell(&mut cases(filter.as_deref())))
        }
        Task::Pairs {
            file: Some(file),
            backend: Some(backend),
            ..
        } => {
            let servers = servers::ensure()?;
            let mut pairs = cargo("run");
            pairs.args(["--quiet", "-p", "plimsoll-testkit", "--bin", "sql-pairs"]);
            run(servers.tell(pairs.arg(file).arg(backend.word())))
        }
        Task::Pairs {
            count,
            first,
            minutes,
            backend,
            ..
        } => pairs::run_all(backend, first, count, minutes),
        Task::NewCase { name } => case::create(&name),
        Task::Picture { check } => picture::picture(check),
        Task::Regenerate { check } => regenerate::regenerate(check),
        Task::Roundtrip(options) => roundtrip::run(&options),
        Task::Bench(options) => bench::run(&options),
        Task::Tidy => tidy::run(&root()),
        Task::Ci => run(std::process::Command::new(root().join(".ci/run")).current_dir(root())),
    }
}

fn cases(filter: Option<&str>) -> std::process::Command {
    let mut cases = cargo("test");
    cases.args(["--quiet", "-p", "plimsoll-tests", "--test", "cases", "--"]);
    cases.args(filter);
    cases
}
