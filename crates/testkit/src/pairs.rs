//! Random pairs of catalogs, carried out on a server: nothing phantom, nothing missed, up and down.

use plimsoll_differ::compare::{Answers, Forms, Input, Manage, compare};
use plimsoll_differ::inspect::{Scope, inspect, server};
use plimsoll_differ::normalise::settle;
use plimsoll_differ::plan::plan;
use plimsoll_differ::prove::prove;
use plimsoll_schema::{Backend, Catalog, Server};
use sea_orm::{ConnectOptions, ConnectionTrait, Database, DatabaseConnection};

use crate::random::{Source, catalog, edited};
use crate::servers::Scratch;

/// After so many failures a run stops: they are seldom different ones.
const LIMIT: usize = 3;

/// A pair that failed, with what is needed to run it again.
#[derive(Debug)]
pub struct Failure {
    /// The seed.
    pub seed: u64,
    /// The numbers, after shrinking.
    pub numbers: Vec<u32>,
    /// What went wrong.
    pub message: String,
}

/// Runs pairs of these seeds on one scratch database; the failures, each shrunk.
///
/// # Errors
/// When there is no scratch database.
pub async fn run(backend: Backend, seeds: std::ops::Range<u64>) -> Result<Vec<Failure>, String> {
    let scratch = Scratch::create(backend)
        .await
        .map_err(|error| error.to_string())?;
    // One connection, because what is switched off for a moment is switched off on the connection.
    let url = match backend {
        // In memory, because a file is synced at every statement.
        Backend::Sqlite => "sqlite::memory:".to_owned(),
        Backend::Postgres | Backend::Mysql => scratch.url.clone(),
    };
    let mut options = ConnectOptions::new(url);
    options.max_connections(1).sqlx_logging(false);
    let db = Database::connect(options)
        .await
        .map_err(|error| error.to_string())?;
    let facts = server(&db).await.map_err(|error| error.to_string())?;
    if backend == Backend::Postgres {
        let quick = "SET synchronous_commit = off";
        db.execute_unprepared(quick)
            .await
            .map_err(|error| error.to_string())?;
    }
    let mut failures = Vec::new();
    for seed in seeds {
        let numbers = numbers(seed);
        if let Err(message) = one(&db, &facts, &numbers).await {
            let (numbers, message) = shrink(&db, &facts, numbers, message).await;
            failures.push(Failure {
                seed,
                numbers,
                message,
            });
            if failures.len() == LIMIT {
                break;
            }
        }
    }
    db.close().await.map_err(|error| error.to_string())?;
    scratch.close().await.map_err(|error| error.to_string())?;
    Ok(failures)
}

/// SplitMix64: a seed gives the same numbers on every machine.
fn numbers(seed: u64) -> Vec<u32> {
    let mut state = seed;
    (0..160)
        .map(|_| {
            state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
            let mut mixed = state;
            mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
            mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
            ((mixed ^ (mixed >> 31)) >> 32) as u32
        })
        .collect()
}

/// Cuts the tail and zeroes runs of numbers as long as the pair goes on failing.
async fn shrink(
    db: &DatabaseConnection,
    facts: &Server,
    mut numbers: Vec<u32>,
    mut message: String,
) -> (Vec<u32>, String) {
    let mut size = numbers.len() / 2;
    while size > 0 {
        let mut at = 0;
        while at < numbers.len() {
            let end = (at + size).min(numbers.len());
            let mut candidate = numbers.clone();
            candidate[at..end].fill(0);
            if candidate != numbers
                && let Err(found) = one(db, facts, &candidate).await
            {
                (numbers, message) = (candidate, found);
            }
            at = end;
        }
        size /= 2;
    }
    (numbers, message)
}

async fn one(db: &DatabaseConnection, facts: &Server, numbers: &[u32]) -> Result<(), String> {
    let mut source = Source::new(numbers);
    let from = catalog(facts, &mut source);
    let to = edited(facts, &from, &mut source);
    clear(db, facts).await?;
    let text = |error: &dyn std::fmt::Display| error.to_string();
    let build = plan(
        facts,
        &Catalog::default(),
        &compare(facts, &Catalog::default(), &from),
    )
    .map_err(|error| text(&error))?;
    for sql in build.up() {
        db.execute_unprepared(sql)
            .await
            .map_err(|error| format!("{error}\n{sql}"))?;
    }
    let live = inspect(db, &Scope::default())
        .await
        .map_err(|error| text(&error))?
        .catalog;
    let answers = Answers::default();
    let forms = Forms::new();
    let input = Input {
        server: facts,
        now: &from,
        last: Some(&from),
        live: &live,
        manage: Manage::Everything,
        answers: &answers,
        forms: &forms,
    };
    let phantom = settle(db, &input).await.changes;
    if !phantom.is_empty() {
        return Err(format!("phantom: {phantom:#?}"));
    }
    let wanted = settle(db, &Input { now: &to, ..input }).await;
    let plan = plan(facts, &wanted.current, &wanted.changes).map_err(|error| text(&error))?;
    clear(db, facts).await?;
    prove(db, &plan, &wanted, &to, Manage::Everything)
        .await
        .map_err(|error| {
            let residual =
                if let plimsoll_differ::prove::ProofError::Residual { residual, .. } = &error {
                    format!("{residual:#?}")
                } else {
                    String::new()
                };
            format!(
                "{error}\n{residual}\nplan up:\n{}\n",
                plan.up().collect::<Vec<_>>().join("\n")
            )
        })
}

/// Empties the scratch database.
async fn clear(db: &DatabaseConnection, facts: &Server) -> Result<(), String> {
    let run = async |sql: &str| {
        db.execute_unprepared(sql)
            .await
            .map_err(|error| format!("{error}\n{sql}"))
    };
    let found = inspect(db, &Scope::default())
        .await
        .map_err(|error| error.to_string())?
        .catalog;
    match facts.backend {
        Backend::Postgres => {
            run("DROP SCHEMA public CASCADE").await?;
            run("CREATE SCHEMA public").await?;
        }
        Backend::Sqlite | Backend::Mysql => {
            let quote = |name: &str| plimsoll_schema::backend::quote(facts, name);
            let (off, on) = match facts.backend {
                Backend::Sqlite => ("PRAGMA foreign_keys = OFF", "PRAGMA foreign_keys = ON"),
                Backend::Mysql | Backend::Postgres => {
                    ("SET FOREIGN_KEY_CHECKS = 0", "SET FOREIGN_KEY_CHECKS = 1")
                }
            };
            run(off).await?;
            for name in found.tables.keys() {
                run(&format!("DROP TABLE {}", quote(&name.name))).await?;
            }
            run(on).await?;
        }
    }
    Ok(())
}
