//! Runs random pairs of catalogs: `random-pairs BACKEND FIRST COUNT`. Prints how it went; ends with 0 when none fails.

use std::process::ExitCode;
use std::time::Instant;

use plimsoll_testkit::{pairs, servers};

/// After so many failures a run stops.
const LIMIT: usize = 12;

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
    let backend = servers::backend(&word).ok_or_else(|| format!("no backend is called {word}"))?;
    let workers = match arguments.next() {
        Some(text) => usize::try_from(number(text)?).unwrap_or(1),
        None => std::thread::available_parallelism().map_or(1, usize::from),
    };
    let started = Instant::now();
    let tell = |failure: &pairs::Failure| println!("SEED {}: {}\n", failure.seed, failure.message);
    let outcome = pairs::run(backend, first..first + count, workers, LIMIT, tell).await?;
    println!(
        "{} {:?} {:?}: {} pairs from seed {first}, {} refused, {} failed, {:.0} s",
        outcome.server.backend,
        outcome.server.flavor,
        outcome.server.version,
        outcome.pairs,
        outcome.refused,
        outcome.failures.len(),
        started.elapsed().as_secs_f64()
    );
    Ok(outcome.failures.is_empty())
}
