//! Every case file on every backend it names: `cargo test -p plimsoll-tests --test cases [FILTER]`.

use std::error::Error;
use std::path::Path;
use std::process::ExitCode;
use std::sync::{Arc, Mutex};

use libtest_mimic::{Arguments, Failed, Trial};
use plimsoll_schema::Backend;
use plimsoll_testkit::case::Case;
use plimsoll_testkit::{golden, invariants, servers};
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
    let trials = trials(&runtime)?;
    let code = libtest_mimic::run(&Arguments::from_args(), trials).exit_code();
    runtime.block_on(servers::drop_idle())?;
    Ok(code)
}

fn trials(runtime: &Arc<Runtime>) -> Result<Vec<Trial>, Box<dyn Error>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("cases");
    let required = servers::required()?;
    let mut trials = Vec::new();
    for case in Case::all(&folder)? {
        let name = case.name.clone();
        let backends: Vec<_> = case.backends.clone();
        let case = Arc::new(Mutex::new(case));
        for backend in backends.into_iter().filter(|one| required.contains(one)) {
            let (case, runtime) = (Arc::clone(&case), Arc::clone(runtime));
            let name = format!("{name}::{}", servers::word(backend));
            trials.push(Trial::test(name, move || run(&runtime, &case, backend)));
        }
    }
    Ok(trials)
}

fn run(runtime: &Runtime, shared: &Mutex<Case>, backend: Backend) -> Result<(), Failed> {
    let case = shared.lock().map_err(|error| error.to_string())?.clone();
    let migration = plimsoll_tests::migration(&case.name, servers::word(backend));
    let outcome = runtime.block_on(invariants::run(&case, backend, migration.as_deref()))?;
    let Some(said) = outcome else {
        return Ok(());
    };
    if golden::is_update() {
        let mut shared = shared.lock().map_err(|error| error.to_string())?;
        shared.bless(&[(backend, said)]);
        shared.save().map_err(|error| error.to_string())?;
        return Ok(());
    }
    golden::check(&case, backend, &said)?;
    Ok(())
}
