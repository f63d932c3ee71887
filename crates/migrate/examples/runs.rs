//! What a run costs beside SeaORM's own runner: `cargo run --release -p plimsoll-migrate --example runs -- [REVISIONS [ROUNDS]]`.
//!
//! Each round applies the same trivial revisions to an empty database with SeaORM's runner and with ours, one after the other and in
//! turns, on every server of the tests; printed are the middle times and their ratio. Then the cost of the reading commands.
#![allow(clippy::unwrap_used, reason = "a measurement stops where it fails")]

use std::time::{Duration, Instant};

use plimsoll_migrate::connect::{Access, connect};
use plimsoll_migrate::graph::Graph;
use plimsoll_migrate::project::Project;
use plimsoll_migrate::runner::{Direction, Options, Run, Stop};
use plimsoll_migrate::url::DbUrl;
use plimsoll_testkit::servers::{self, Scratch};
use sea_orm_migration::MigratorTraitSelf;
use sea_orm_migration::prelude::*;

struct Trivial(usize, String);

impl MigrationName for Trivial {
    fn name(&self) -> &str {
        &self.1
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Trivial {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let id = ColumnDef::new("id")
            .integer()
            .not_null()
            .primary_key()
            .take();
        let name = ColumnDef::new("name").string_len(80).not_null().take();
        let table = Table::create()
            .table(format!("t{}", self.0))
            .col(id)
            .col(name)
            .take();
        manager.create_table(table).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .drop_table(Table::drop().table(format!("t{}", self.0)).take())
            .await
    }
}

#[derive(Clone)]
struct Many(usize);

impl MigratorTraitSelf for Many {
    fn migrations(&self) -> Vec<Box<dyn MigrationTrait>> {
        (0..self.0)
            .map(|at| {
                Box::new(Trivial(at, format!("m20260101_{at:06}_create_t{at}")))
                    as Box<dyn MigrationTrait>
            })
            .collect()
    }
}

#[tokio::main]
async fn main() {
    let mut numbers = std::env::args().skip(1).map(|word| word.parse().unwrap());
    let revisions = numbers.next().unwrap_or(200);
    let rounds = numbers.next().unwrap_or(5);
    for backend in servers::required().unwrap() {
        let (mut theirs, mut ours) = (Vec::new(), Vec::new());
        for round in 0..rounds {
            for turn in 0..2 {
                let scratch = Scratch::create(backend).await.unwrap();
                if (round + turn) % 2 == 0 {
                    theirs.push(seaorm(&scratch.url, revisions).await);
                } else {
                    ours.push(plimsoll(&scratch.url, revisions).await);
                }
                scratch.close().await.unwrap();
            }
        }
        let (theirs, ours) = (middle(theirs), middle(ours));
        println!(
            "{backend:?}: {revisions} revisions, SeaORM {} ms, Plimsoll {} ms, ratio {:.2}",
            theirs.as_millis(),
            ours.as_millis(),
            ours.as_secs_f64() / theirs.as_secs_f64()
        );
    }
    reading().await;
}

fn middle(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times[times.len() / 2]
}

/// Both connect for themselves, as a process would.
async fn seaorm(url: &str, revisions: usize) -> Duration {
    let start = Instant::now();
    let db = sea_orm::Database::connect(url).await.unwrap();
    Many(revisions).up(&db, None).await.unwrap();
    let time = start.elapsed();
    db.close().await.unwrap();
    time
}

async fn plimsoll(url: &str, revisions: usize) -> Duration {
    let start = Instant::now();
    let url = DbUrl::parse(url).unwrap();
    let connection = connect(&url, Access::Write, None).await.unwrap();
    let project = Project::of(&Many(revisions)).unwrap();
    let standing = project.standing(&connection).await.unwrap();
    let run = Run {
        connection: &connection,
        project: &project,
        direction: Direction::Up,
        options: Options::default(),
        stop: Stop::never(),
    };
    run.path(&standing.pending, &mut |_| {}).await.unwrap();
    let time = start.elapsed();
    connection.db.close().await.unwrap();
    time
}

/// What `current`, `heads` and `history` do with 1,000 revisions, after the start of the process.
async fn reading() {
    let backend = servers::required().unwrap()[0];
    let scratch = Scratch::create(backend).await.unwrap();
    plimsoll(&scratch.url, 1000).await;
    let start = Instant::now();
    let graph = Graph::of(&Many(1000)).unwrap();
    assert_eq!(graph.heads().len(), 1);
    println!(
        "1000 revisions: heads {:.1} ms",
        start.elapsed().as_secs_f64() * 1000.0
    );
    let start = Instant::now();
    let url = DbUrl::parse(&scratch.url).unwrap();
    let connection = connect(&url, Access::Read, None).await.unwrap();
    let project = Project::of(&Many(1000)).unwrap();
    let standing = project.standing(&connection).await.unwrap();
    assert!(standing.is_at_head());
    println!(
        "1000 revisions: current {:.1} ms",
        start.elapsed().as_secs_f64() * 1000.0
    );
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let peak = status.lines().find(|line| line.starts_with("VmHWM"));
    println!("{}", peak.unwrap_or("peak memory is not known here"));
    connection.db.close().await.unwrap();
    scratch.close().await.unwrap();
}
