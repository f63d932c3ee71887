//! `cargo xtask bench`: what a comparison costs, the whole process of it, on tables like a real project's; and what an edit of a model
//! costs until its revision is written.

mod catalog;
mod cycle;
mod measure;
mod project;
mod sql;
mod wire;
mod workload;

use std::path::{Path, PathBuf};
use std::process::Command;

use clap::{Args, Subcommand};

use crate::command::{Failure, root, run_quietly};
use crate::database::{Backend, Database};
use crate::files::write;
use crate::servers::{self, Servers};
use measure::{Cost, measure};
use project::{Entities, Project};
use wire::Wire;
use workload::{State, Workload};

const BACKENDS: [Backend; 3] = [Backend::Postgres, Backend::Mysql, Backend::Sqlite];

/// What to measure.
#[derive(Debug, Args)]
pub(crate) struct Options {
    #[command(subcommand)]
    what: Option<What>,
    /// Numbers of tables, with an entity of its own type for each
    #[arg(long, value_delimiter = ',', default_value = "10,100,1000")]
    derived: Vec<usize>,
    /// Numbers of tables, with one Rust type for all entities: what grows, without an hour of compiling
    #[arg(long, value_delimiter = ',', default_value = "1000,10000")]
    explicit: Vec<usize>,
    /// Where to measure
    #[arg(long, value_delimiter = ',', default_values = ["postgres", "mysql", "sqlite"])]
    backend: Vec<Backend>,
    /// How often; the middle of each figure is told
    #[arg(long, default_value_t = 5)]
    runs: usize,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Measure an edit of the example's models, cargo's part included
    Loop(cycle::Options),
    /// Run a program and print what it cost
    #[command(hide = true)]
    Run {
        /// The program and its arguments
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        words: Vec<String>,
    },
}

/// Measures.
pub(crate) fn run(options: &Options) -> Result<(), Failure> {
    match &options.what {
        Some(What::Loop(options)) => cycle::run(options),
        Some(What::Run { words }) => measure::run(words),
        None => all(options),
    }
}

fn all(options: &Options) -> Result<(), Failure> {
    let target = root().join("target");
    let folder = target.join("bench");
    let derived = options
        .derived
        .iter()
        .map(|count| (*count, Entities::Derived));
    let explicit = options
        .explicit
        .iter()
        .map(|count| (*count, Entities::Explicit));
    let mut subjects = Vec::new();
    for (count, entities) in derived.chain(explicit) {
        println!("building {count} {} entities", entities.word());
        let workload = Workload::new(count);
        let own = folder.join(format!("{}-{count}", entities.word()));
        let project = Project::build(&own, &target, &workload, State::New, entities)?;
        subjects.push((count, entities, workload, project));
    }
    let mut rows = Vec::new();
    for backend in BACKENDS
        .into_iter()
        .filter(|backend| options.backend.contains(backend))
    {
        // A server for this backend alone, which nobody else makes work.
        let servers = servers::own(&[backend.word()])?;
        for (count, entities, workload, project) in &subjects {
            let bench = Bench {
                backend,
                servers: &servers,
                folder: &folder,
                runs: options.runs,
            };
            let row = bench.measure(workload, project, *count)?;
            println!("{}", row.line(*count, *entities, backend));
            rows.push((*count, *entities, backend, row));
        }
    }
    print(&rows);
    Ok(())
}

/// What is measured of one project on one backend.
struct Row {
    check: Cost,
    revision: Cost,
    check_statements: Option<usize>,
    revision_statements: Option<usize>,
}

impl Row {
    fn line(&self, count: usize, entities: Entities, backend: Backend) -> String {
        let cells = |cost: &Cost, statements: Option<usize>| {
            let statements = statements.map_or("-".to_owned(), |count| count.to_string());
            format!(
                "{:.2} | {:.3} | {:.2} | {:.0} | {statements}",
                cost.wall, cost.cpu, cost.server, cost.mib
            )
        };
        format!(
            "| {} | {count} {} | {} | {} |",
            backend.word(),
            entities.word(),
            cells(&self.check, self.check_statements),
            cells(&self.revision, self.revision_statements)
        )
    }
}

/// Prints the tables of the document.
fn print(rows: &[(usize, Entities, Backend, Row)]) {
    println!(
        "\n| backend | tables | check: wall s | client CPU s | server CPU s | MiB | statements | revision: wall s | client CPU s | server CPU s | MiB | statements |"
    );
    println!("|---|---|---|---|---|---|---|---|---|---|---|---|");
    for (count, entities, backend, row) in rows {
        println!("{}", row.line(*count, *entities, *backend));
    }
    for pair in rows.windows(2) {
        let [
            (from, Entities::Explicit, backend, small),
            (to, Entities::Explicit, other, large),
        ] = pair
        else {
            continue;
        };
        if backend == other && to > from {
            let tables = |count: usize| f64::from(u32::try_from(count).unwrap_or(u32::MAX));
            let exponent = |figure: fn(&Row) -> f64| {
                (figure(large) / figure(small)).ln() / (tables(*to) / tables(*from)).ln()
            };
            println!(
                "\n{}, {from} to {to} tables: CPU grows with the power {:.2} for `check` (client {:.2}), {:.2} for `revision` (client {:.2})",
                backend.word(),
                exponent(|row| row.check.cpu + row.check.server),
                exponent(|row| row.check.cpu),
                exponent(|row| row.revision.cpu + row.revision.server),
                exponent(|row| row.revision.cpu),
            );
        }
    }
}

/// Where it is measured.
struct Bench<'a> {
    backend: Backend,
    servers: &'a Servers,
    folder: &'a Path,
    runs: usize,
}

impl Bench<'_> {
    fn measure(
        &self,
        workload: &Workload,
        project: &Project,
        count: usize,
    ) -> Result<Row, Failure> {
        let old = self.database(workload, State::Old, count)?;
        let new = self.database(workload, State::New, count)?;
        proposes(workload, project, &old)?;
        let process = self.servers.process(self.backend.word());
        let check = || command(project, new.url(), &["check"]);
        let words = revision(workload);
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let revision = || command(project, old.url(), &words);
        let row = Row {
            check: measure(check, self.runs, 0, process)?,
            revision: measure(revision, self.runs, 0, process)?,
            check_statements: self.statements(project, &new, &["check"])?,
            revision_statements: self.statements(project, &old, &words)?,
        };
        old.drop()?;
        new.drop()?;
        Ok(row)
    }

    /// A database in a state, made by the server's own client.
    fn database(
        &self,
        workload: &Workload,
        state: State,
        count: usize,
    ) -> Result<Database, Failure> {
        let word = match state {
            State::Old => "old",
            State::New => "new",
        };
        let server = match self.backend {
            Backend::Sqlite => None,
            Backend::Postgres | Backend::Mysql => self.servers.url(self.backend.word()),
        };
        let name = format!("bench-{count}-{word}");
        let database = Database::create(self.backend, server.as_deref(), self.folder, &name)?;
        let file: PathBuf = self.folder.join(format!("{name}.sql"));
        write(&file, &sql::script(workload, state, self.backend))?;
        database.load(&file)?;
        Ok(database)
    }

    /// How many statements a command asks; SQLite has no wire to count them on.
    fn statements(
        &self,
        project: &Project,
        database: &Database,
        words: &[&str],
    ) -> Result<Option<usize>, Failure> {
        match self.backend {
            Backend::Sqlite => Ok(None),
            Backend::Postgres | Backend::Mysql => {
                let wire = Wire::listen(self.backend, database.url())?;
                run_quietly(&mut command(project, &wire.url, words))?;
                Ok(Some(wire.count()))
            }
        }
    }
}

/// Whether what is measured is what is meant: every change is proposed, and nothing else.
fn proposes(workload: &Workload, project: &Project, old: &Database) -> Result<(), Failure> {
    let mut diff = command(project, old.url(), &["diff", "--format", "json"]);
    let output = diff.output().map_err(|source| Failure::Start {
        program: project.program.display().to_string(),
        source,
    })?;
    let said = String::from_utf8_lossy(&output.stdout);
    // The kinds of the changes themselves; those of their parts stand further in.
    let found = said.matches("\n      \"kind\":").count();
    if output.status.success() && found == workload.changes {
        return Ok(());
    }
    Err(Failure::Told(format!(
        "`diff` proposes {found} changes, of {}\n{}",
        workload.changes,
        String::from_utf8_lossy(&output.stderr)
    )))
}

/// The words that write the revision, which answer beforehand that what goes has become nothing else.
fn revision(workload: &Workload) -> Vec<String> {
    let words = ["revision", "--autogenerate", "--dry-run", "-m", "bench"];
    let answers = workload
        .dropped()
        .flat_map(|name| ["--drop".to_owned(), name]);
    words
        .map(str::to_owned)
        .into_iter()
        .chain(answers)
        .collect()
}

fn command(project: &Project, url: &str, words: &[&str]) -> Command {
    let mut command = Command::new(&project.program);
    command
        .args(words)
        .current_dir(&project.migrations)
        .env("CARGO_MANIFEST_DIR", &project.migrations)
        .env("DATABASE_URL", url);
    command
}
