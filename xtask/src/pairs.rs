//! The long form of the random pairs, and its record.

use std::process::Command;

use crate::command::{Failure, cargo, root, run};
use crate::database::Backend;
use crate::servers;

/// Proves pairs of catalogs, from a first seed on, on every backend or on one. Each backend's line belongs into `docs/proof.md`.
pub(crate) fn run_all(
    backend: Option<Backend>,
    first: u64,
    count: u64,
    minutes: Option<u64>,
) -> Result<(), Failure> {
    let backends = match backend {
        Some(one) => vec![one],
        None => vec![Backend::Sqlite, Backend::Postgres, Backend::Mysql],
    };
    // One that syncs to a disk takes two to three times as long.
    let words: Vec<&str> = backends.iter().map(|backend| backend.word()).collect();
    let servers = servers::told_or_own(&words)?;
    println!("commit {}", commit()?);
    println!("| server | first seed | pairs | refused | failed | time |");
    println!("|---|---|---|---|---|---|");
    let mut failed = None;
    for backend in backends {
        let mut pairs = cargo("run");
        pairs.args([
            "--quiet",
            "--release",
            "-p",
            "plimsoll-testkit",
            "--bin",
            "random-pairs",
            "--",
        ]);
        pairs.arg(backend.word());
        pairs.args([first.to_string(), count.to_string()]);
        pairs.args(minutes.map(|minutes| minutes.to_string()));
        // The other backends are proven all the same.
        failed = run(servers.tell(&mut pairs)).err().or(failed);
    }
    failed.map_or(Ok(()), Err)
}

/// The commit of the checkout, marked where files differ from it.
fn commit() -> Result<String, Failure> {
    let mut git = Command::new("git");
    git.args(["describe", "--always", "--dirty", "--abbrev=12"]);
    let output = git.current_dir(root()).output();
    let output = output.map_err(|source| Failure::Start {
        program: "git".into(),
        source,
    })?;
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}
