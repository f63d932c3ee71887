//! Every case file on every backend it names: `cargo test -p plimsoll-tests --test cases [FILTER]`. A case that is for another version of
//! the server counts as ignored.

use std::error::Error;
use std::path::Path;
use std::process::ExitCode;
use std::sync::{Arc, Mutex};

use libtest_mimic::{Arguments, Failed, Trial};
use plimsoll_schema::{Backend, Server};
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
    let backends = servers::required()?.into_iter();
    let servers: Vec<Server> = backends
        .map(|backend| runtime.block_on(servers::server(backend)))
        .collect::<Result<_, _>>()?;
    let mut trials = Vec::new();
    for case in Case::all(&folder)? {
        let named: Vec<&Server> = servers
            .iter()
            .filter(|server| case.backends.contains(&server.backend))
            .collect();
        let (name, requires) = (case.name.clone(), case.requires.clone());
        let case = Arc::new(Mutex::new(case));
        for server in named {
            let backend = server.backend;
            let (case, runtime) = (Arc::clone(&case), Arc::clone(runtime));
            let name = format!("{name}::{}", servers::word(backend));
            let trial = Trial::test(name, move || run(&runtime, &case, backend));
            // The run's last line counts them.
            trials.push(trial.with_ignored_flag(!requires.admits(server)));
        }
    }
    Ok(trials)
}

fn run(runtime: &Runtime, shared: &Mutex<Case>, backend: Backend) -> Result<(), Failed> {
    let case = shared.lock().map_err(|error| error.to_string())?.clone();
    let migration = plimsoll_tests::migration(&case.name, servers::word(backend));
    let said = runtime.block_on(invariants::run(&case, backend, migration.as_deref()))?;
    if golden::is_update() {
        let mut shared = shared.lock().map_err(|error| error.to_string())?;
        shared.bless(&[(backend, said)]);
        shared.save().map_err(|error| error.to_string())?;
        return Ok(());
    }
    golden::check(&case, backend, &said)?;
    Ok(())
}
