//! The application's hooks around revisions and runs, on every backend.
#![allow(clippy::unwrap_used, reason = "a test stops where it fails")]

mod scratch;

use std::sync::{Arc, Mutex};

use plimsoll_migrate::connect::Connection;
use plimsoll_migrate::hooks::{Ended, Hooked, Hooks, Planned, Revision};
use plimsoll_migrate::prelude::*;
use plimsoll_migrate::project::Project;
use plimsoll_migrate::runner::{Direction, Event, Failure, Options, Run, Stop, unfinished};
use plimsoll_schema::Backend;
use scratch::{List, Scratch, Sql, tables};

const ONE: Sql = Sql {
    name: "m1_one",
    up: &["CREATE TABLE one (id integer PRIMARY KEY)"],
    down: &["DROP TABLE one"],
    transaction: None,
};
const TWO: Sql = Sql {
    name: "m2_two",
    up: &["CREATE TABLE two (id integer PRIMARY KEY)"],
    down: &["DROP TABLE two"],
    transaction: None,
};
const BROKEN: Sql = Sql {
    name: "m3_broken",
    up: &["CREATE NONSENSE"],
    down: &[],
    transaction: None,
};

/// Writes down what it is told, in a table too, and fails where it is asked to.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Told>>);

#[derive(Default)]
struct Told {
    lines: Vec<String>,
    fails_at: &'static str,
}

impl Log {
    fn fail_at(&self, line: &'static str) {
        self.0.lock().unwrap().fails_at = line;
    }

    fn take(&self) -> Vec<String> {
        std::mem::take(&mut self.0.lock().unwrap().lines)
    }

    async fn write(&self, manager: &SchemaManager<'_>, line: String) -> Result<(), DbErr> {
        let fails = {
            let mut told = self.0.lock().unwrap();
            told.lines.push(line.clone());
            told.fails_at == line
        };
        let sql = format!("INSERT INTO log VALUES ('{line}')");
        manager.get_connection().execute_unprepared(&sql).await?;
        if fails {
            return Err(DbErr::Custom("the moon is full".to_owned()));
        }
        Ok(())
    }
}

fn line(when: &str, revision: &Revision) -> String {
    let resumed = if revision.is_resumed { " again" } else { "" };
    let direction = revision.direction.word();
    format!(
        "{when} {} {} {direction}{resumed}",
        revision.id, revision.name
    )
}

#[async_trait::async_trait]
impl Hooks for Log {
    async fn before_run(&self, manager: &SchemaManager, run: &Planned) -> Result<(), DbErr> {
        let sql = "CREATE TABLE IF NOT EXISTS log (line varchar(200))";
        manager.get_connection().execute_unprepared(sql).await?;
        let line = format!(
            "before {} {}",
            run.direction.word(),
            run.revisions.join(",")
        );
        self.write(manager, line).await
    }

    async fn before_revision(
        &self,
        manager: &SchemaManager,
        revision: &Revision,
    ) -> Result<(), DbErr> {
        self.write(manager, line("before", revision)).await
    }

    async fn after_revision(
        &self,
        manager: &SchemaManager,
        revision: &Revision,
    ) -> Result<(), DbErr> {
        self.write(manager, line("after", revision)).await
    }

    async fn after_run(&self, manager: &SchemaManager, run: &Ended) -> Result<(), DbErr> {
        let end = if run.failure.is_some() {
            "failed"
        } else {
            "well"
        };
        let line = format!(
            "end {} of {} {end}",
            run.done.len(),
            run.planned.revisions.len()
        );
        self.write(manager, line).await
    }
}

fn hooked(list: &[Sql], log: &Log) -> Project {
    Project::of(&Hooked::new(List(list.to_vec()), log.clone())).unwrap()
}

async fn run(
    connection: &Connection,
    project: &Project,
    direction: Direction,
    options: Options,
) -> Result<(), Failure> {
    told(connection, project, direction, options).await.0
}

/// The same, and what was told of hooks beside it.
async fn told(
    connection: &Connection,
    project: &Project,
    direction: Direction,
    options: Options,
) -> (Result<(), Failure>, Vec<String>) {
    let standing = project.standing(connection).await.unwrap();
    let applied = standing.applied_set();
    let path = match direction {
        Direction::Up => project.graph().upgrade_path("head", &applied),
        Direction::Down => project.graph().downgrade_path("base", &applied),
    };
    let path: Vec<String> = path.unwrap().into_iter().map(str::to_owned).collect();
    let mut told = Vec::new();
    let run = Run {
        connection,
        project,
        direction,
        options,
        stop: Stop::never(),
    };
    let tell = &mut |event: &Event| {
        if let Event::HookFailed(cause) = event {
            told.push(cause.clone());
        }
    };
    let ran = run.path(&path, tell).await.map(|_| ());
    (ran, told)
}

async fn up(connection: &Connection, project: &Project) -> Result<(), Failure> {
    run(connection, project, Direction::Up, Options::default()).await
}

/// What the hooks wrote into the database.
async fn kept(connection: &Connection) -> Vec<String> {
    let db = &connection.db;
    let sql = "SELECT line FROM log";
    let statement = sea_orm::Statement::from_string(db.get_database_backend(), sql);
    let rows = db.query_all_raw(statement).await.unwrap();
    rows.iter()
        .map(|row| row.try_get_by_index(0).unwrap())
        .collect()
}

#[tokio::test]
async fn each_is_called_in_its_place() {
    for database in Scratch::all().await {
        let connection = database.open().await;
        let log = Log::default();
        let project = hooked(&[ONE, TWO], &log);
        up(&connection, &project).await.unwrap();
        let expected = [
            "before up m1_one,m2_two",
            "before m1_one one up",
            "after m1_one one up",
            "before m2_two two up",
            "after m2_two two up",
            "end 2 of 2 well",
        ];
        assert_eq!(log.take(), expected);
        assert_eq!(kept(&connection).await, expected);
        // Nothing is due, so nothing begins.
        up(&connection, &project).await.unwrap();
        assert!(log.take().is_empty());
        run(&connection, &project, Direction::Down, Options::default())
            .await
            .unwrap();
        assert_eq!(log.take()[1], "before m2_two two down");
        let options = Options {
            runs_hooks: false,
            ..Options::default()
        };
        run(&connection, &project, Direction::Up, options)
            .await
            .unwrap();
        assert!(log.take().is_empty());
        connection.db.close().await.unwrap();
        database.drop().await;
    }
}

#[tokio::test]
async fn one_before_a_revision_keeps_it_from_running() {
    for database in Scratch::all().await {
        let connection = database.open().await;
        let log = Log::default();
        let project = hooked(&[ONE, TWO], &log);
        log.fail_at("before m2_two two up");
        let failure = up(&connection, &project).await.unwrap_err();
        insta::allow_duplicates! {
            insta::assert_snapshot!(failure, @"apply `m2_two`: the hook before it failed: the moon is full");
        }
        assert_eq!(log.take().last().unwrap(), "end 1 of 2 failed");
        assert_eq!(tables(&connection).await, ["log", "one"]);
        let standing = project.standing(&connection).await.unwrap();
        assert_eq!(standing.applied, ["m1_one"]);
        // What it did is taken back with the transaction, where there is one.
        let stays = kept(&connection)
            .await
            .contains(&"before m2_two two up".to_owned());
        assert_eq!(stays, connection.url.backend() == Backend::Mysql);
        log.fail_at("");
        up(&connection, &project).await.unwrap();
        assert_eq!(tables(&connection).await, ["log", "one", "two"]);
        connection.db.close().await.unwrap();
        database.drop().await;
    }
}

#[tokio::test]
async fn one_after_a_revision_keeps_it_from_being_recorded() {
    for database in Scratch::all().await {
        let connection = database.open().await;
        let log = Log::default();
        let project = hooked(&[ONE, TWO], &log);
        log.fail_at("after m1_one one up");
        let failure = up(&connection, &project).await.unwrap_err();
        let told = format!("{failure}\n{}", failure.help());
        let steps = connection.url.backend() == Backend::Mysql;
        if steps {
            insta::assert_snapshot!(told, @r"
            apply `m1_one`: the hook after it failed: the moon is full
            all its statements are done and stay, and it is not recorded as run; remove the cause and run it again: it goes on with this hook
            ");
        } else {
            insta::allow_duplicates! {
                insta::assert_snapshot!(told, @r"
                apply `m1_one`: the hook after it failed: the moon is full
                its transaction was rolled back, nothing of it remains
                ");
            }
        }
        assert!(
            project
                .standing(&connection)
                .await
                .unwrap()
                .applied
                .is_empty()
        );
        assert!(
            !kept(&connection)
                .await
                .contains(&"after m1_one one up".to_owned())
        );
        let left = unfinished(&connection.db, project.table()).await.unwrap();
        assert_eq!(
            left.map(|left| (left.at.item, left.items)),
            steps.then_some((1, 1))
        );
        log.take();
        log.fail_at("");
        up(&connection, &project).await.unwrap();
        let again = if steps { " again" } else { "" };
        assert_eq!(
            log.take()[1..3],
            [
                format!("before m1_one one up{again}"),
                format!("after m1_one one up{again}")
            ]
        );
        assert!(project.standing(&connection).await.unwrap().is_at_head());
        connection.db.close().await.unwrap();
        database.drop().await;
    }
}

/// A revision without a transaction of its own goes through the journal on every backend.
#[tokio::test]
async fn a_revision_of_steps_has_them_too() {
    const APART: Sql = Sql {
        name: "m4_apart",
        up: &[
            "CREATE TABLE three (id integer PRIMARY KEY)",
            "CREATE TABLE four (id integer PRIMARY KEY)",
        ],
        down: &["DROP TABLE four", "DROP TABLE three"],
        transaction: Some(false),
    };
    for database in Scratch::all().await {
        let connection = database.open().await;
        let log = Log::default();
        let project = hooked(&[APART], &log);
        log.fail_at("after m4_apart apart up");
        let failure = up(&connection, &project).await.unwrap_err();
        insta::allow_duplicates! {
            insta::assert_snapshot!(format!("{failure}\n{}", failure.help()), @r"
            apply `m4_apart`: the hook after it failed: the moon is full
            all its statements are done and stay, and it is not recorded as run; remove the cause and run it again: it goes on with this hook
            ");
        }
        assert_eq!(tables(&connection).await, ["four", "log", "three"]);
        log.fail_at("before m4_apart apart up again");
        let failure = up(&connection, &project).await.unwrap_err();
        insta::allow_duplicates! {
            insta::assert_snapshot!(format!("{failure}\n{}", failure.help()), @r"
            apply `m4_apart`: the hook before it failed: the moon is full
            none of its statements was carried out by this run; remove the cause and run it again
            ");
        }
        log.fail_at("");
        up(&connection, &project).await.unwrap();
        assert!(project.standing(&connection).await.unwrap().is_at_head());
        let left = unfinished(&connection.db, project.table()).await.unwrap();
        assert!(left.is_none());
        connection.db.close().await.unwrap();
        database.drop().await;
    }
}

#[tokio::test]
async fn those_of_the_run() {
    for database in Scratch::all().await {
        let connection = database.open().await;
        let log = Log::default();
        let project = hooked(&[ONE, BROKEN], &log);
        log.fail_at("before up m1_one,m3_broken");
        let failure = up(&connection, &project).await.unwrap_err();
        insta::allow_duplicates! {
            insta::assert_snapshot!(format!("{failure}\n{}", failure.help()), @r"
            start the run: the hook before it failed: the moon is full
            nothing was run
            ");
        }
        assert_eq!(log.take(), ["before up m1_one,m3_broken"]);
        // The revision's failure is the one that matters.
        log.fail_at("end 1 of 2 failed");
        let (ran, beside) = told(&connection, &project, Direction::Up, Options::default()).await;
        let failure = ran.unwrap_err().to_string();
        assert!(failure.starts_with("apply `m3_broken`"), "{failure}");
        assert_eq!(beside, ["the moon is full"]);
        connection.db.close().await.unwrap();
        database.drop().await;
    }
    for database in Scratch::all().await {
        let connection = database.open().await;
        let log = Log::default();
        let project = hooked(&[ONE], &log);
        log.fail_at("end 1 of 1 well");
        let failure = up(&connection, &project).await.unwrap_err();
        insta::allow_duplicates! {
            insta::assert_snapshot!(format!("{failure}\n{}", failure.help()), @r"
            end the run: the hook after it failed: the moon is full
            what was to be run was run, and stays; the hook does not run again for it
            ");
        }
        assert!(project.standing(&connection).await.unwrap().is_at_head());
        connection.db.close().await.unwrap();
        database.drop().await;
    }
}

#[tokio::test]
async fn in_one_transaction_all_are_taken_back() {
    for database in Scratch::all().await {
        let connection = database.open().await;
        if connection.url.backend() != Backend::Mysql {
            let log = Log::default();
            let project = hooked(&[ONE, TWO], &log);
            log.fail_at("after m2_two two up");
            let options = Options {
                single_transaction: true,
                ..Options::default()
            };
            let failed = run(&connection, &project, Direction::Up, options).await;
            assert!(failed.is_err());
            assert_eq!(tables(&connection).await, ["log"]);
        }
        connection.db.close().await.unwrap();
        database.drop().await;
    }
}
