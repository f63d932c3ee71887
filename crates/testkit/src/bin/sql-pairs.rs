//! Runs the pairs of a file: `sql-pairs FILE.json BACKEND [NAME]`. Ends with 0 when none fails.

use std::process::ExitCode;

use plimsoll_testkit::servers;
use plimsoll_testkit::sql_pairs::{Outcome, Pair, run};

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
    let (Some(file), Some(word)) = (arguments.next(), arguments.next()) else {
        return Err("say which file, and which backend".into());
    };
    let backend = servers::backend(&word).ok_or_else(|| format!("no backend is called {word}"))?;
    let wanted = arguments.next().unwrap_or_default();
    let text = std::fs::read_to_string(&file).map_err(|error| format!("{file}: {error}"))?;
    let pairs: Vec<Pair> =
        serde_json::from_str(&text).map_err(|error| format!("{file}: {error}"))?;
    let (mut passed, mut refused, mut failed) = (0, 0, 0);
    for pair in pairs.iter().filter(|pair| pair.name.contains(&wanted)) {
        let name = &pair.name;
        match run(backend, pair).await {
            Ok(Outcome::Pass) => passed += 1,
            Ok(Outcome::Refused(why)) => {
                refused += 1;
                println!("refused {name}: {why}");
            }
            Ok(Outcome::Fail(how)) => {
                failed += 1;
                println!("FAILED {name}: {how}");
            }
            Err(error) => {
                failed += 1;
                println!("FAILED {name}: {error}");
            }
        }
    }
    servers::drop_idle()
        .await
        .map_err(|error| error.to_string())?;
    println!("{passed} passed, {failed} failed, {refused} refused");
    Ok(failed == 0)
}
