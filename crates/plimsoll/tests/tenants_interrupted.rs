//! Tenants at a terminal: the bar, and Ctrl-C in the middle of one.
#![allow(clippy::unwrap_used, reason = "a test stops where it fails")]

mod shell;

use std::process::Command;

use plimsoll::prelude::*;
use plimsoll_schema::Backend;
use plimsoll_testkit::servers::{Scratch, required};
use rexpect::session::{PtySession, spawn_command};
use sea_orm::TransactionTrait as _;

/// Makes a table, and in one of the schemas waits for what somebody else holds.
struct Gated;

impl MigrationName for Gated {
    fn name(&self) -> &'static str {
        "m20260101_000000_gated"
    }
}

const UP: &str = "\
DO $$ BEGIN
  CREATE TABLE made (a integer);
  IF current_schema() = 't_3' THEN PERFORM 1 FROM public.gate; END IF;
END $$";

#[async_trait::async_trait]
impl MigrationTrait for Gated {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let db = manager.get_connection();
        db.execute_unprepared(UP).await.map(|_| ())
    }
}

struct Gates;

#[async_trait::async_trait]
impl MigratorTrait for Gates {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![Box::new(Gated)]
    }
}

fn start(shell: &shell::Shell, url: &str) -> PtySession {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command
        .args(["upgrade", "--tenants", "t_*", "--jobs", "1", "-u", url])
        .env(shell::AS_COMMAND, "yes")
        .env_remove("PLIMSOLL_ENV")
        .env_remove("CARGO_MANIFEST_DIR")
        .current_dir(shell.path());
    spawn_command(command, Some(20_000)).unwrap()
}

async fn made(scratch: &Scratch) -> String {
    let sql = "SELECT schemaname::text FROM pg_tables WHERE tablename = 'made' ORDER BY 1";
    scratch.texts(sql).await.unwrap().join(" ")
}

async fn ctrl_c_in_the_middle_of_one() {
    if !required().unwrap().contains(&Backend::Postgres) {
        return;
    }
    let scratch = Scratch::create(Backend::Postgres).await.unwrap();
    let shell = shell::Shell::new();
    for sql in [
        "CREATE TABLE gate (a integer)",
        "CREATE SCHEMA t_1",
        "CREATE SCHEMA t_2",
        "CREATE SCHEMA t_3",
        "CREATE SCHEMA t_4",
    ] {
        scratch.run(sql).await.unwrap();
    }
    let holding = sea_orm::Database::connect(scratch.url.clone())
        .await
        .unwrap();
    let held = holding.begin().await.unwrap();
    held.execute_unprepared("LOCK TABLE gate").await.unwrap();
    let mut session = start(&shell, &scratch.url);
    session.exp_string("t_2").unwrap();
    session.exp_string("2/4 tenants").unwrap();
    waits(&scratch).await;
    session.send_control('c').unwrap();
    session.exp_string("interrupted").unwrap();
    session
        .exp_string("4 tenants: 2 upgraded, 1 failed, 1 not begun")
        .unwrap();
    session.exp_string("run it again for the rest").unwrap();
    session.exp_eof().unwrap();
    assert_eq!(made(&scratch).await, "t_1 t_2");
    held.rollback().await.unwrap();
    holding.close().await.unwrap();
    let mut session = start(&shell, &scratch.url);
    session
        .exp_string("4 tenants: 2 upgraded, 2 with nothing to do")
        .unwrap();
    session.exp_eof().unwrap();
    assert_eq!(made(&scratch).await, "t_1 t_2 t_3 t_4");
    scratch.close().await.unwrap();
}

/// Until a session of the database waits for a lock.
async fn waits(scratch: &Scratch) {
    let sql = "SELECT pid::text FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
    while scratch.texts(sql).await.unwrap().is_empty() {
        tokio::task::yield_now().await;
    }
}

shell::harness! { Gates: ctrl_c_in_the_middle_of_one }
