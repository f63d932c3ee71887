//! Databases before and after, as SQL: `cargo test -p plimsoll-tests --test sql_pairs [FILTER]`. The files of a backend are in its folder. A
//! pair that is for another version of the server counts as ignored.

use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use libtest_mimic::{Arguments, Failed, Trial};
use plimsoll_schema::Backend;
use plimsoll_testkit::servers;
use plimsoll_testkit::sql_pairs::{Pair, read, run};
use tokio::runtime::Runtime;

fn main() -> ExitCode {
    match carry_out() {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn carry_out() -> Result<ExitCode, Box<dyn Error>> {
    let runtime = Arc::new(Runtime::new()?);
    let mut trials = Vec::new();
    for backend in servers::required()? {
        let server = runtime.block_on(servers::server(backend))?;
        for file in files(servers::word(backend))? {
            let topic = file.file_stem().unwrap_or_default().display().to_string();
            for pair in read(&file)? {
                let runtime = Arc::clone(&runtime);
                let name = format!("{}/{topic}: {}", servers::word(backend), pair.name);
                let is_elsewhere = !pair.requires.admits(&server);
                let trial = Trial::test(name, move || prove(&runtime, backend, &pair));
                trials.push(trial.with_ignored_flag(is_elsewhere));
            }
        }
    }
    let code = libtest_mimic::run(&Arguments::from_args(), trials).exit_code();
    runtime.block_on(servers::drop_idle())?;
    Ok(code)
}

fn files(backend: &str) -> std::io::Result<Vec<PathBuf>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("sql_pairs")
        .join(backend);
    if !folder.exists() {
        return Ok(Vec::new());
    }
    let entries = std::fs::read_dir(folder)?.map(|entry| entry.map(|entry| entry.path()));
    let mut files = entries.collect::<Result<Vec<PathBuf>, _>>()?;
    files.sort();
    Ok(files)
}

fn prove(runtime: &Runtime, backend: Backend, pair: &Pair) -> Result<(), Failed> {
    let outcome = runtime.block_on(run(backend, pair))?;
    pair.fault(&outcome)
        .map_or(Ok(()), |fault| Err(fault.into()))
}
