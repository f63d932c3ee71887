//! Runs the pairs of a file: `sql-pairs FILE BACKEND [NAME]`. Ends with 0 when none fails.

use std::path::Path;
use std::process::ExitCode;

use plimsoll_testkit::servers;
use plimsoll_testkit::sql_pairs::{Outcome, read, run};

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
    let pairs = read(Path::new(&file))?;
    let (mut passed, mut refused, mut failed) = (0, 0, 0);
    for pair in pairs.iter().filter(|pair| pair.name.contains(&wanted)) {
        let name = &pair.name;
        let outcome = run(backend, pair).await.unwrap_or_else(Outcome::Fail);
        match (pair.fault(&outcome), &outcome) {
            (None, Outcome::Elsewhere) => println!("left out {name}: it is for another server"),
            (None, _) => passed += 1,
            (Some(why), Outcome::Refused(_)) if pair.refused.is_none() => {
                refused += 1;
                println!("{name}: {why}");
            }
            (Some(how), _) => {
                failed += 1;
                println!("FAILED {name}: {how}");
            }
        }
    }
    servers::drop_idle()
        .await
        .map_err(|error| error.to_string())?;
    println!("{passed} passed, {failed} failed, {refused} refused");
    Ok(failed == 0)
}
