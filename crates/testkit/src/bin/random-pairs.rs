//! Runs random pairs of catalogs: `random-pairs BACKEND FIRST COUNT [MINUTES]`. Prints each failure when it is found, and at the end a
//! line of the record; ends with 0 when none fails.

use std::process::ExitCode;
use std::time::{Duration, Instant};

use plimsoll_schema::{Flavor, Version};
use plimsoll_testkit::{pairs, servers};

/// After so many failures a run stops.
const FAILURES: usize = 12;

#[tokio::main]
async fn main() -> ExitCode {
    match carry_out().await {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::from(2)
        }
    }
}

async fn carry_out() -> Result<bool, String> {
    let mut arguments = std::env::args().skip(1);
    let (Some(word), Some(first), Some(count)) =
        (arguments.next(), arguments.next(), arguments.next())
    else {
        return Err("say which backend, the first seed, and how many".into());
    };
    let number = |text: String| {
        let number = text.parse::<u64>();
        number.map_err(|_| format!("`{text}` is not a number"))
    };
    let (first, count) = (number(first)?, number(count)?);
    let minutes = arguments.next().map(number).transpose()?;
    let backend = servers::backend(&word).ok_or_else(|| format!("no backend is called {word}"))?;
    let started = Instant::now();
    let limits = pairs::Limits {
        workers: std::thread::available_parallelism().map_or(1, usize::from),
        failures: FAILURES,
        until: minutes.map(|minutes| started + Duration::from_secs(60 * minutes)),
    };
    let tell = |failure: &pairs::Failure| println!("seed {}: {}\n", failure.seed, failure.message);
    let outcome = pairs::run(backend, first..first + count, limits, tell).await?;
    let Version(major, minor, patch) = outcome.server.version;
    let name = match outcome.server.flavor {
        Flavor::MariaDb => "MariaDB".to_owned(),
        Flavor::Original => outcome.server.backend.to_string(),
    };
    println!(
        "| {name} {major}.{minor}.{patch} | {first} | {} | {} | {} | {:.0} s |",
        outcome.pairs,
        outcome.refused,
        outcome.failures.len(),
        started.elapsed().as_secs_f64()
    );
    Ok(outcome.failures.is_empty())
}
