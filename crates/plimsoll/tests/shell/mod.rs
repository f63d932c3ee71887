//! A project directory, and what the command line said in it.

use std::fmt::Write as _;
use std::path::Path;

use clap::{CommandFactory, FromArgMatches};
use plimsoll::cli::{Cli, Output, execute};
use plimsoll::hooks::Revisions;

/// `main` of tests without the usual harness: where models are read in a child process, `main` has to be ours. With the variable set,
/// the program is the command line of the migrator.
#[allow(unused_macros, reason = "not every test program reads models")]
macro_rules! harness {
    ($migrator:ident: $($test:ident)*) => {
        #[tokio::main]
        async fn main() -> std::process::ExitCode {
            if std::env::var_os(shell::AS_COMMAND).is_some() {
                return plimsoll::cli::run($migrator).await;
            }
            if let Some(code) = plimsoll_differ::models::run_if_child() {
                return code;
            }
            // A test of this name can be asked for, as with the usual harness.
            let wanted = std::env::args().skip(1).find(|word| !word.starts_with('-'));
            $(if wanted.as_ref().is_none_or(|wanted| stringify!($test).contains(wanted)) {
                $test().await;
                println!("test {} ... ok", stringify!($test));
            })*
            std::process::ExitCode::SUCCESS
        }
    };
}
/// Set, a test program is a command line.
#[allow(dead_code, reason = "not every test program reads models")]
pub(crate) const AS_COMMAND: &str = "PLIMSOLL_TEST_AS_COMMAND";
#[allow(unused_imports, reason = "not every test program reads models")]
pub(crate) use harness;

/// `lib.rs` of a migrations crate without revisions.
const LIB: &str = "\
use plimsoll::prelude::*;

pub struct Migrator;

#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![]
    }
}
";

/// A project directory, and what the commands said in it.
pub(crate) struct Shell {
    directory: tempfile::TempDir,
}

impl Shell {
    pub(crate) fn new() -> Self {
        Self {
            directory: tempfile::tempdir().unwrap(),
        }
    }

    /// A directory with the sources of a migrations crate without revisions.
    #[allow(dead_code, reason = "not every test program writes revisions")]
    pub(crate) fn project() -> Self {
        let shell = Self::new();
        std::fs::create_dir(shell.path().join("src")).unwrap();
        std::fs::write(shell.path().join("src/lib.rs"), LIB).unwrap();
        shell
    }

    pub(crate) fn path(&self) -> &Path {
        self.directory.path()
    }

    /// Runs a command line and gives back everything it said, with its exit code, and without what differs from run to run.
    pub(crate) async fn run(&self, migrator: &impl Revisions, line: &str) -> String {
        let words = std::iter::once("plimsoll").chain(line.split_whitespace());
        let parsed = Cli::command()
            .term_width(100)
            .try_get_matches_from(words)
            .and_then(|matches| Cli::from_arg_matches(&matches));
        let cli = match parsed {
            Ok(cli) => cli,
            Err(error) => return format!("{error}[{}]\n", error.exit_code()),
        };
        let (mut out, mut err) = (Vec::new(), Vec::new());
        let mut output = Output::new(&mut out, &mut err);
        let exit = execute(migrator, cli, self.path(), None, &mut output).await;
        let (out, err) = (
            String::from_utf8(out).unwrap(),
            String::from_utf8(err).unwrap(),
        );
        let err: String = err.lines().flat_map(|line| ["! ", line, "\n"]).collect();
        self.steady(&format!("{out}{err}[{}]", exit.code()))
    }

    /// Runs command lines one after the other.
    #[allow(dead_code, reason = "not every test program runs several")]
    pub(crate) async fn session(&self, migrator: &impl Revisions, lines: &[&str]) -> String {
        let mut out = String::new();
        for line in lines {
            let told = self.run(migrator, line).await;
            writeln!(out, "$ {}\n{told}", self.steady(line)).unwrap();
        }
        out
    }

    fn steady(&self, text: &str) -> String {
        let mut out = String::new();
        let mut escape = false;
        for c in text.chars() {
            match c {
                '\u{1b}' => escape = true,
                'm' if escape => escape = false,
                c if !escape => out.push(c),
                _ => {}
            }
        }
        let out = out.replace(&self.path().display().to_string(), "DIR");
        let out: String = out
            .split_inclusive('\n')
            .map(|line| {
                if line.trim_start().starts_with("\"version\":") {
                    "    \"version\": \"V\"\n"
                } else {
                    line
                }
            })
            .collect();
        // Durations and times.
        let words: Vec<String> = out
            .split_inclusive(|c: char| " \n(".contains(c))
            .map(|word| {
                let body = word.trim_end_matches([' ', '\n', '(', ',']);
                let tail = &word[body.len()..];
                let number = !body.is_empty() && body.chars().all(|c| c.is_ascii_digit());
                if number && out.contains(&format!("({body} ms)")) {
                    format!("N{tail}")
                } else {
                    word.to_owned()
                }
            })
            .collect();
        words.concat()
    }
}

/// The servers to test on.
#[allow(dead_code, reason = "not every test program asks servers")]
pub(crate) fn servers() -> Vec<String> {
    if std::env::var("PLIMSOLL_TEST_SERVERS").as_deref() == Ok("sqlite") {
        return Vec::new();
    }
    let server =
        |name: &str, default: &str| std::env::var(name).unwrap_or_else(|_| default.to_owned());
    vec![
        server(
            "TEST_POSTGRES_URL",
            "postgres://postgres@127.0.0.1:5432/postgres",
        ),
        server("TEST_MYSQL_URL", "mysql://root@127.0.0.1:3306/test"),
    ]
}

/// A database of this test's own.
#[allow(dead_code, reason = "not every test program asks servers")]
pub(crate) struct Database {
    pub(crate) url: String,
    server: String,
    name: String,
}

#[allow(dead_code, reason = "not every test program asks servers")]
impl Database {
    pub(crate) async fn create(server: &str) -> Self {
        let name = format!("plimsoll_cli_{}", std::process::id());
        execute_on(server, &format!("CREATE DATABASE {name}")).await;
        let url = plimsoll_migrate::url::DbUrl::parse(server).unwrap();
        Self {
            url: url.with_database(&name).reveal(true),
            server: server.to_owned(),
            name,
        }
    }

    pub(crate) async fn drop(self) {
        execute_on(&self.server, &format!("DROP DATABASE {}", self.name)).await;
    }
}

async fn execute_on(server: &str, sql: &str) {
    use sea_orm::ConnectionTrait as _;
    let db = sea_orm::Database::connect(server)
        .await
        .expect("the server of this test is not there; PLIMSOLL_TEST_SERVERS=sqlite leaves it out");
    db.execute_unprepared(sql).await.unwrap();
    db.close().await.unwrap();
}
