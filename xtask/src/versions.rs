//! The tests on every version of every server, and their record.

use std::process::Command;
use std::time::{Duration, Instant};

use crate::command::{Failure, cargo, run};
use crate::servers::Servers;
use crate::servers::versions::{Version, named};

/// How many random pairs a version is tested with.
const PAIRS: u64 = 100;

/// What the tests on one version came to.
#[derive(Debug, Default)]
struct Outcome {
    /// The version, as the server says it.
    server: String,
    passed: u64,
    failed: u64,
    /// Cases and pairs that are for other versions.
    elsewhere: u64,
}

/// Runs the cases, the pairs of SQL scripts and some random pairs on the versions of these words, or on every one. What it prints last
/// belongs into `docs/proof.md`.
pub(crate) fn run_all(words: &[String]) -> Result<(), Failure> {
    let versions = named(words)?;
    // The programs are compiled before there is a server that waits for them.
    let mut build = cargo("test");
    build.args(["--quiet", "--no-run", "-p", "plimsoll-tests"]);
    run(&mut build)?;
    let mut lines = Vec::new();
    let mut is_good = true;
    for version in versions {
        let started = Instant::now();
        let outcome = tested(version);
        is_good &= outcome.as_ref().is_ok_and(|outcome| outcome.failed == 0);
        let line = line(version, &outcome, started.elapsed());
        println!("{line}");
        lines.push(line);
    }
    println!("\n| version | server | passed | failed | not applicable | time |");
    println!("|---|---|---|---|---|---|");
    for line in lines {
        println!("{line}");
    }
    if is_good {
        Ok(())
    } else {
        Err(Failure::Told(
            "a test failed, or a server could not be had".into(),
        ))
    }
}

fn line(version: &Version, outcome: &Result<Outcome, Failure>, time: Duration) -> String {
    match outcome {
        Ok(outcome) => format!(
            "| `{}` | {} | {} | {} | {} | {:.0} s |",
            version.word,
            outcome.server,
            outcome.passed,
            outcome.failed,
            outcome.elsewhere,
            time.as_secs_f64()
        ),
        Err(failure) => {
            let failure = failure.to_string().replace(['\n', '|'], " ");
            format!("| `{}` | not to be had: {failure} | | | | |", version.word)
        }
    }
}

fn tested(version: &Version) -> Result<Outcome, Failure> {
    let servers = version.start()?;
    let backend = version.backend();
    let mut outcome = Outcome::default();
    outcome.tests(&servers, backend, "cases", &format!("::{backend}"))?;
    outcome.tests(&servers, backend, "sql_pairs", &format!("{backend}/"))?;
    outcome.random_pairs(&servers, backend)?;
    Ok(outcome)
}

impl Outcome {
    /// Runs the tests of a program whose names contain a text.
    fn tests(
        &mut self,
        servers: &Servers,
        backend: &str,
        name: &str,
        filter: &str,
    ) -> Result<(), Failure> {
        let mut tests = program(backend, name);
        let said = said(servers.tell(tests.args(["--", filter])))?;
        // `test result: ok. 295 passed; 0 failed; 1 ignored; …`
        let result = said
            .lines()
            .rev()
            .find_map(|line| line.strip_prefix("test result: "));
        let result = result.ok_or_else(|| Failure::Told(format!("{name} ended early:\n{said}")))?;
        let failed = count(result, "failed");
        self.passed += count(result, "passed");
        self.elsewhere += count(result, "ignored");
        if failed > 0 {
            println!("{said}");
        }
        self.failed += failed;
        Ok(())
    }

    /// Runs random pairs. A pair whose plan is refused is one that does not apply.
    fn random_pairs(&mut self, servers: &Servers, backend: &str) -> Result<(), Failure> {
        let mut pairs = program(backend, "pairs");
        pairs.env("PLIMSOLL_PAIRS", PAIRS.to_string());
        pairs.args(["--", "--nocapture", backend]);
        let said = said(servers.tell(&mut pairs))?;
        // `version 15.18.0, 100 pairs, 2 refused, 0 failed`
        let result = said
            .lines()
            .find_map(|line| Some(line.split_once("version ")?.1));
        let result = result.ok_or_else(|| Failure::Told(format!("pairs ended early:\n{said}")))?;
        let (version, counts) = result.split_once(", ").unwrap_or((result, ""));
        version.clone_into(&mut self.server);
        let [all, refused, failed] = ["pairs", "refused", "failed"].map(|word| count(counts, word));
        if failed > 0 {
            println!("{said}");
        }
        self.passed += all.saturating_sub(refused + failed);
        self.failed += failed;
        self.elsewhere += refused;
        Ok(())
    }
}

/// One of the test programs, for a backend.
fn program(backend: &str, name: &str) -> Command {
    let mut program = cargo("test");
    program.args(["--quiet", "-p", "plimsoll-tests", "--test", name]);
    program.env("PLIMSOLL_TEST_SERVERS", backend);
    program
}

/// The number before a word: `295 passed; 0 failed`.
fn count(text: &str, word: &str) -> u64 {
    let words = text.split([' ', ',', ';']);
    let words: Vec<&str> = words.filter(|word| !word.is_empty()).collect();
    let before = words.windows(2).find(|two| two[1] == word);
    before
        .and_then(|two| two[0].parse().ok())
        .unwrap_or_default()
}

/// What a program prints, whether or not it succeeds.
fn said(command: &mut Command) -> Result<String, Failure> {
    let output = command.output().map_err(|source| Failure::Start {
        program: command.get_program().display().to_string(),
        source,
    })?;
    let mut said = String::from_utf8_lossy(&output.stdout).into_owned();
    said += &String::from_utf8_lossy(&output.stderr);
    Ok(said)
}
