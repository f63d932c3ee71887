//! Random pairs of catalogs on real servers. `PLIMSOLL_PAIRS` says how many a backend; `cargo xtask pairs` runs the long form.

use plimsoll_schema::{Backend, Version};
use plimsoll_testkit::{pairs, servers};

fn count() -> u64 {
    std::env::var("PLIMSOLL_PAIRS")
        .ok()
        .and_then(|text| text.parse().ok())
        .unwrap_or(300)
}

async fn prove(backend: Backend) {
    if !servers::required()
        .expect("PLIMSOLL_TEST_SERVERS is read")
        .contains(&backend)
    {
        return;
    }
    let tell = |failure: &pairs::Failure| {
        eprintln!("seed {}: {}\n", failure.seed, failure.message);
    };
    let limits = pairs::Limits {
        workers: 1,
        failures: 3,
        until: None,
    };
    let outcome = pairs::run(backend, 0..count(), limits, tell)
        .await
        .expect("there is a scratch database");
    let Version(major, minor, patch) = outcome.server.version;
    println!(
        "version {major}.{minor}.{patch}, {} pairs, {} refused, {} failed",
        outcome.pairs,
        outcome.refused,
        outcome.failures.len()
    );
    assert_eq!(outcome.failures.len(), 0, "of {} pairs", outcome.pairs);
}

#[tokio::test(flavor = "multi_thread")]
async fn sqlite() {
    prove(Backend::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn postgres() {
    prove(Backend::Postgres).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn mysql() {
    prove(Backend::Mysql).await;
}
