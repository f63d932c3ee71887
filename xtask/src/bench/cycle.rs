//! What an edit of a model costs, from the saved file to the revision: what cargo builds anew, and what the tool then does.
//!
//! It is measured on a copy of the example, built into our target directory, so that only the example itself is built.

use std::path::Path;
use std::process::Command;

use clap::Args;

use super::measure::{Cost, measure, once};
use crate::command::{Failure, cargo, root, run_quietly};
use crate::files::{clear, copy, read, write};
use crate::regenerate::{copy_all, lay_out};

/// How to measure it.
#[derive(Debug, Args)]
pub(super) struct Options {
    /// How often; the middle of each figure is told
    #[arg(long, default_value_t = 5)]
    runs: usize,
}

/// The field behind which another one is put.
const FIELD: &str = "    pub wants_news: bool,\n";

/// Measures it, and prints what was built.
pub(super) fn run(options: &Options) -> Result<(), Failure> {
    let folder = root().join("target/bench/loop");
    clear(&folder)?;
    lay_out(&folder)?;
    for part in ["entity/src", "migrations/src"] {
        copy_all(&root().join(part), &folder.join(part))?;
    }
    let catalog = "migrations/catalog.json";
    copy(&root().join(catalog), &folder.join(catalog))?;
    let model = folder.join("entity/src/customer.rs");
    let text = read(&model)?;
    let edit = |number: usize| {
        let field = format!("{FIELD}    pub bench_{number}: Option<String>,\n");
        write(&model, &text.replace(FIELD, &field))
    };

    println!("building the example");
    run_quietly(&mut build(&folder))?;
    run_quietly(&mut plimsoll(&folder, &["upgrade"]))?;
    edit(0)?;
    println!("built anew after an edit: {}", rebuilt(&folder)?);
    let mut edited = Vec::new();
    for number in 1..=options.runs {
        edit(number)?;
        edited.push(once(&build(&folder), 0)?);
    }
    let idle = measure(|| build(&folder), options.runs, 0, None)?;
    let words = [
        "revision",
        "--autogenerate",
        "--dry-run",
        "-m",
        "add a field",
    ];
    let revision = measure(|| plimsoll(&folder, &words), options.runs, 0, None)?;
    println!("\n| step | wall s | CPU s | MiB |\n|---|---|---|---|");
    for (step, cost) in [
        ("`cargo build` after a new field", Cost::middle(&edited)),
        ("`cargo build` with nothing to do", idle),
        (
            "`revision --autogenerate`, proof included (SQLite)",
            revision,
        ),
    ] {
        println!(
            "| {step} | {:.2} | {:.2} | {:.0} |",
            cost.wall, cost.cpu, cost.mib
        );
    }
    Ok(())
}

fn build(folder: &Path) -> Command {
    let mut build = cargo("build");
    build
        .current_dir(folder)
        .args(["--offline", "-p", "migrations"])
        .env("CARGO_TARGET_DIR", root().join("target"));
    build
}

/// The crates that cargo builds now.
fn rebuilt(folder: &Path) -> Result<String, Failure> {
    let output = build(folder).output().map_err(|source| Failure::Start {
        program: "cargo".into(),
        source,
    })?;
    let said = String::from_utf8_lossy(&output.stderr);
    let crates = said.lines().filter_map(|line| {
        let rest = line.trim().strip_prefix("Compiling ")?;
        rest.split(' ').next()
    });
    let crates: Vec<&str> = crates.collect();
    Ok(crates.join(", "))
}

/// The program that was built, as cargo would run it.
fn plimsoll(folder: &Path, words: &[&str]) -> Command {
    let mut command = Command::new(root().join("target/debug/migrations"));
    command
        .args(words)
        .current_dir(folder.join("migrations"))
        .env("CARGO_MANIFEST_DIR", folder.join("migrations"))
        .env("DATABASE_URL", "sqlite://../loop.db?mode=rwc");
    command
}
