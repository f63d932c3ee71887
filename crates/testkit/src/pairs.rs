//! Random pairs of catalogs, carried out on a server: nothing phantom, nothing missed, up and down.

mod judge;
mod shrink;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::Instant;

use plimsoll_differ::inspect::server;
use plimsoll_schema::{Backend, Server};
use sea_orm::{ConnectOptions, ConnectionTrait, Database, DatabaseConnection};
use tokio::runtime::Handle;

use crate::servers::Scratch;

/// How many numbers a pair is made of.
const NUMBERS: usize = 480;

/// A pair that failed, with what is needed to run it again.
#[derive(Debug)]
pub struct Failure {
    /// The seed.
    pub seed: u64,
    /// The numbers, after shrinking.
    pub numbers: Vec<u32>,
    /// What went wrong, with both catalogs as the text of case files.
    pub message: String,
}

/// What a run found.
#[derive(Debug)]
pub struct Outcome {
    /// The server.
    pub server: Server,
    /// How many pairs were carried out.
    pub pairs: u64,
    /// How many of them the server cannot have, which the plan says beforehand.
    pub refused: u64,
    /// The failures, each shrunk.
    pub failures: Vec<Failure>,
}

/// How far a run goes.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// On so many databases at once.
    pub workers: usize,
    /// After so many failures it ends, for they are seldom different ones.
    pub failures: usize,
    /// When it is over, whatever is left to do.
    pub until: Option<Instant>,
}

/// What the workers of a run share.
struct Run {
    next: AtomicU64,
    end: u64,
    pairs: AtomicU64,
    refused: AtomicU64,
    failed: AtomicUsize,
    limits: Limits,
    tell: fn(&Failure),
}

/// Runs the pairs of these seeds, telling each failure when it is found.
///
/// # Errors
/// When there is no scratch database.
pub async fn run(
    backend: Backend,
    seeds: std::ops::Range<u64>,
    limits: Limits,
    tell: fn(&Failure),
) -> Result<Outcome, String> {
    let run = Arc::new(Run {
        next: AtomicU64::new(seeds.start),
        end: seeds.end,
        pairs: AtomicU64::new(0),
        refused: AtomicU64::new(0),
        failed: AtomicUsize::new(0),
        limits,
        tell,
    });
    let tasks: Vec<_> = (0..limits.workers.max(1))
        .map(|_| {
            let (run, runtime) = (Arc::clone(&run), Handle::current());
            // Inspection counts its statements in a cell, so that its future stays on one thread.
            tokio::task::spawn_blocking(move || runtime.block_on(work(backend, run)))
        })
        .collect();
    let mut failures = Vec::new();
    let mut facts = None;
    for task in tasks {
        let (server, found) = task.await.map_err(|error| error.to_string())??;
        facts = Some(server);
        failures.extend(found);
    }
    failures.sort_by_key(|failure| failure.seed);
    Ok(Outcome {
        server: facts.ok_or("no worker ran")?,
        pairs: run.pairs.load(Ordering::Relaxed),
        refused: run.refused.load(Ordering::Relaxed),
        failures,
    })
}

async fn work(backend: Backend, run: Arc<Run>) -> Result<(Server, Vec<Failure>), String> {
    let scratch = Scratch::create(backend)
        .await
        .map_err(|error| error.to_string())?;
    let db = connect(&scratch).await?;
    let facts = server(&db).await.map_err(|error| error.to_string())?;
    let bench = judge::Bench { db, facts };
    let mut failures = Vec::new();
    let is_over = || run.limits.until.is_some_and(|end| Instant::now() >= end);
    while run.failed.load(Ordering::Relaxed) < run.limits.failures && !is_over() {
        let seed = run.next.fetch_add(1, Ordering::Relaxed);
        if seed >= run.end {
            break;
        }
        run.pairs.fetch_add(1, Ordering::Relaxed);
        let numbers = numbers(seed);
        match bench.judge(&numbers).await {
            Ok(judge::Verdict::Right) => {}
            Ok(judge::Verdict::Refused) => {
                run.refused.fetch_add(1, Ordering::Relaxed);
            }
            Err(message) => {
                run.failed.fetch_add(1, Ordering::Relaxed);
                let (numbers, message) = shrink::shrink(&bench, numbers, message).await;
                let failure = Failure {
                    seed,
                    numbers,
                    message,
                };
                (run.tell)(&failure);
                failures.push(failure);
            }
        }
    }
    let judge::Bench { db, facts } = bench;
    db.close().await.map_err(|error| error.to_string())?;
    scratch.close().await.map_err(|error| error.to_string())?;
    Ok((facts, failures))
}

/// One connection, because what is switched off for a moment is switched off on the connection.
async fn connect(scratch: &Scratch) -> Result<DatabaseConnection, String> {
    let (url, quick): (_, &[&str]) = match scratch.backend {
        // In memory, because a file is synced at every statement.
        Backend::Sqlite => ("sqlite::memory:".to_owned(), &["PRAGMA foreign_keys = OFF"]),
        Backend::Postgres => (
            scratch.url.clone(),
            &[
                "SET synchronous_commit = off",
                "SET client_min_messages = error",
            ],
        ),
        Backend::Mysql => (scratch.url.clone(), &["SET FOREIGN_KEY_CHECKS = 1"]),
    };
    let mut options = ConnectOptions::new(url);
    options
        .max_connections(1)
        .min_connections(1)
        .sqlx_logging(false);
    let db = Database::connect(options)
        .await
        .map_err(|error| error.to_string())?;
    for sql in quick {
        db.execute_unprepared(sql)
            .await
            .map_err(|error| error.to_string())?;
    }
    Ok(db)
}

/// SplitMix64: a seed gives the same numbers on every machine.
fn numbers(seed: u64) -> Vec<u32> {
    let mut state = seed;
    (0..NUMBERS)
        .map(|_| {
            state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
            let mut mixed = state;
            mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
            mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
            ((mixed ^ (mixed >> 31)) >> 32) as u32
        })
        .collect()
}
