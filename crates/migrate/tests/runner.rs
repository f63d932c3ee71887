//! The runner on every backend.
#![allow(clippy::unwrap_used, reason = "a test stops where it fails")]

mod scratch;

use std::time::Duration;

use plimsoll_migrate::connect::{Access, Connection, connect};
use plimsoll_migrate::prelude::*;
use plimsoll_migrate::project::Project;
use plimsoll_migrate::runner::{Direction, Done, Event, Failure, Options, Run, Stop};
use plimsoll_schema::Backend;
use scratch::{List, Scratch, Sql, project, tables};
use sea_orm_migration::MigratorTraitSelf;

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
    up: &["CREATE TABLE three (id integer)", "CREATE NONSENSE"],
    down: &[],
    transaction: None,
};

async fn run(
    connection: &Connection,
    project: &Project,
    direction: Direction,
    target: &str,
    stop: &Stop,
) -> Result<Vec<Done>, Failure> {
    let standing = project.standing(connection).await.unwrap();
    let applied = standing.applied_set();
    let path = match direction {
        Direction::Up => project.graph().upgrade_path(target, &applied),
        Direction::Down => project.graph().downgrade_path(target, &applied),
    };
    let path: Vec<String> = path.unwrap().into_iter().map(str::to_owned).collect();
    Run {
        connection,
        project,
        direction,
        options: Options {
            patience: Duration::from_millis(300),
            ..Options::default()
        },
        stop: stop.clone(),
    }
    .path(&path, &mut |_| {})
    .await
}

async fn up(connection: &Connection, project: &Project) -> Result<Vec<Done>, Failure> {
    run(connection, project, Direction::Up, "head", &Stop::never()).await
}

#[tokio::test]
async fn up_and_down() {
    for database in Scratch::all().await {
        let connection = database.open().await;
        let project = project(&[ONE, TWO]);
        assert_eq!(up(&connection, &project).await.unwrap().len(), 2);
        assert_eq!(tables(&connection).await, ["one", "two"]);
        assert!(project.standing(&connection).await.unwrap().is_at_head());
        let rows = project.standing(&connection).await.unwrap().rows;
        let details = rows[1].details.as_ref().unwrap();
        assert_eq!(details.parents, ["m1_one"]);
        assert!(up(&connection, &project).await.unwrap().is_empty());

        let stop = Stop::never();
        let done = run(&connection, &project, Direction::Down, "-1", &stop).await;
        assert_eq!(done.unwrap()[0].revision, "m2_two");
        assert_eq!(tables(&connection).await, ["one"]);
        let done = run(&connection, &project, Direction::Down, "base", &stop).await;
        assert_eq!(done.unwrap().len(), 1);
        assert!(tables(&connection).await.is_empty());
        assert!(project.standing(&connection).await.unwrap().rows.is_empty());
        drop(connection);
        database.drop().await;
    }
}

#[tokio::test]
async fn a_failing_revision_leaves_what_the_backend_allows() {
    for database in Scratch::all().await {
        let connection = database.open().await;
        let project = project(&[ONE, BROKEN]);
        let failure = up(&connection, &project).await.unwrap_err();
        assert_eq!(failure.done, ["m1_one"]);
        let standing = project.standing(&connection).await.unwrap();
        assert_eq!(standing.pending, ["m3_broken"]);
        let told = format!("{failure}\n{}", failure.help());
        match database.backend() {
            Backend::Sqlite => {
                assert_eq!(tables(&connection).await, ["one"]);
                insta::assert_snapshot!(told, @r#"
                apply `m3_broken`: near "NONSENSE": syntax error
                its transaction was rolled back, nothing of it remains; `m1_one` was applied before and stays
                "#);
            }
            Backend::Postgres => {
                assert_eq!(tables(&connection).await, ["one"]);
                insta::assert_snapshot!(told, @r#"
                apply `m3_broken`: syntax error at or near "NONSENSE"
                its transaction was rolled back, nothing of it remains; `m1_one` was applied before and stays
                "#);
            }
            Backend::Mysql => {
                assert_eq!(tables(&connection).await, ["one", "three"]);
                assert!(
                    told.contains("apply `m3_broken`, statement 2 of 2: You have an error"),
                    "{told}"
                );
                assert!(
                    told.contains("the statement before it is done and stays"),
                    "{told}"
                );
            }
        }
        drop(connection);
        database.drop().await;
    }
}

/// Fails with a builder, or else with an operation.
struct Refused {
    with_a_builder: bool,
}

impl MigrationName for Refused {
    fn name(&self) -> &'static str {
        "m2_refused"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Refused {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        if self.with_a_builder {
            let index = Index::create().name("ix").table("none").col("x").take();
            return manager.create_index(index).await;
        }
        manager
            .apply(AlterTable::new("one").add_check("ck", "none > 0"))
            .await
    }
}

struct Builders(bool);

impl MigratorTraitSelf for Builders {
    fn migrations(&self) -> Vec<Box<dyn MigrationTrait>> {
        let with_a_builder = self.0;
        vec![Box::new(ONE), Box::new(Refused { with_a_builder })]
    }
}

#[tokio::test]
async fn the_refused_statement_is_told() {
    for with_a_builder in [true, false] {
        let database = Scratch::sqlite();
        let connection = database.open().await;
        let project = Project::of(&Builders(with_a_builder)).unwrap();
        let failure = up(&connection, &project).await.unwrap_err();
        if with_a_builder {
            insta::assert_snapshot!(failure, @r#"
            apply `m2_refused`: no such table: main.none
              CREATE INDEX "ix" ON "none" ("x")
            "#);
        } else {
            insta::assert_snapshot!(failure, @r#"
            apply `m2_refused`: no such column: none
              CREATE TABLE "_plimsoll_new_one" ( "id" integer NOT NULL PRIMARY KEY, CONSTRAINT "ck" CHECK (none > 0) )
            "#);
        }
    }
}

#[tokio::test]
async fn the_first_error_is_the_one_told() {
    // As SQLite does by itself when its disk is full.
    const ENDED: Sql = Sql {
        name: "m2_ended",
        up: &["ROLLBACK", "CREATE NONSENSE"],
        down: &[],
        transaction: None,
    };
    let database = Scratch::sqlite();
    let connection = database.open().await;
    let failure = up(&connection, &project(&[ONE, ENDED])).await.unwrap_err();
    insta::assert_snapshot!(failure, @r#"apply `m2_ended`: near "NONSENSE": syntax error"#);
    up(&connection, &project(&[ONE, TWO])).await.unwrap();
}

#[tokio::test]
async fn a_panicking_revision_is_an_error() {
    const PANICS: Sql = Sql {
        name: "m2_panics",
        up: &["CREATE TABLE two (id integer)", "panic"],
        down: &[],
        transaction: None,
    };
    let database = Scratch::sqlite();
    let connection = database.open().await;
    let failure = up(&connection, &project(&[ONE, PANICS])).await.unwrap_err();
    insta::assert_snapshot!(failure, @"apply `m2_panics`: it panicked: asked to panic");
    assert_eq!(tables(&connection).await, ["one"]);
    // The connection is as usable as before.
    up(&connection, &project(&[ONE, TWO])).await.unwrap();
}

#[tokio::test]
async fn a_revision_may_refuse_its_transaction() {
    const OUTSIDE: Sql = Sql {
        name: "m3_outside",
        transaction: Some(false),
        ..BROKEN
    };
    let database = Scratch::sqlite();
    let connection = database.open().await;
    let failure = up(&connection, &project(&[OUTSIDE])).await.unwrap_err();
    insta::assert_snapshot!(failure.help(), @"the statement before it is done and stays; remove the cause and run it again: it goes on at this statement");
    assert_eq!(tables(&connection).await, ["three"]);
}

#[tokio::test]
async fn sqlite_foreign_keys_are_suspended_and_checked() {
    const KEYS: Sql = Sql {
        name: "m1_keys",
        up: &[
            "CREATE TABLE parent (id integer PRIMARY KEY)",
            "CREATE TABLE child (id integer PRIMARY KEY, parent_id integer REFERENCES parent (id) ON DELETE CASCADE)",
            "INSERT INTO parent VALUES (1)",
            "INSERT INTO child VALUES (1, 1)",
        ],
        down: &[],
        transaction: None,
    };
    const REBUILT: Sql = Sql {
        name: "m2_rebuilt",
        up: &[
            "CREATE TABLE new (id integer PRIMARY KEY, name text)",
            "INSERT INTO new (id) SELECT id FROM parent",
            "DROP TABLE parent",
            "ALTER TABLE new RENAME TO parent",
        ],
        down: &["DELETE FROM parent"],
        transaction: None,
    };
    let database = Scratch::sqlite();
    let connection = database.open().await;
    let project = project(&[KEYS, REBUILT]);
    up(&connection, &project).await.unwrap();
    let count = |sql: &'static str| {
        let db = &connection.db;
        async move {
            let statement = sea_orm::Statement::from_string(db.get_database_backend(), sql);
            let row = db.query_one_raw(statement).await.unwrap().unwrap();
            row.try_get_by_index::<i64>(0).unwrap()
        }
    };
    assert_eq!(count("SELECT count(*) FROM child").await, 1);
    assert_eq!(count("PRAGMA foreign_keys").await, 1);

    let failure = run(&connection, &project, Direction::Down, "-1", &Stop::never())
        .await
        .unwrap_err();
    insta::assert_snapshot!(failure, @"take back `m2_rebuilt`: it leaves rows that break a foreign key: 1 of `child` without their row of `parent` (SQLite's foreign keys are off while a revision runs, so ON DELETE does not act)");
    assert_eq!(count("SELECT count(*) FROM parent").await, 1);
    assert_eq!(count("PRAGMA foreign_keys").await, 1);
}

#[tokio::test]
async fn sea_orms_runner_and_ours_understand_one_another() {
    for database in Scratch::all().await {
        let connection = database.open().await;
        let migrator = List(vec![ONE, TWO]);
        migrator.up(&connection.db, Some(1)).await.unwrap();
        let project = project(&migrator.0);
        let standing = project.standing(&connection).await.unwrap();
        assert_eq!(
            (&standing.applied[..], &standing.pending[..]),
            (&["m1_one".to_owned()][..], &["m2_two".to_owned()][..])
        );
        up(&connection, &project).await.unwrap();
        assert!(
            migrator
                .get_pending_migrations(&connection.db)
                .await
                .unwrap()
                .is_empty()
        );
        migrator.down(&connection.db, Some(1)).await.unwrap();
        assert_eq!(
            project.standing(&connection).await.unwrap().pending,
            ["m2_two"]
        );
        up(&connection, &project).await.unwrap();
        run(
            &connection,
            &project,
            Direction::Down,
            "base",
            &Stop::never(),
        )
        .await
        .unwrap();
        assert!(tables(&connection).await.is_empty());
        drop(connection);
        database.drop().await;
    }
}

#[tokio::test]
async fn reading_creates_nothing() {
    for database in Scratch::all().await {
        let connection = connect(&database.url, Access::Read, None).await.unwrap();
        let standing = project(&[ONE]).standing(&connection).await.unwrap();
        assert_eq!(standing.pending, ["m1_one"]);
        assert!(tables(&connection).await.is_empty());
        assert!(!SchemaTables::history(&connection).await);
        drop(connection);
        database.drop().await;
    }
}

struct SchemaTables;

impl SchemaTables {
    async fn history(connection: &Connection) -> bool {
        let manager = sea_orm_migration::SchemaManager::new(&connection.db);
        manager.has_table("seaql_migrations").await.unwrap()
            || manager.has_table("plimsoll_history").await.unwrap()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn two_runs_at_once_do_the_work_once() {
    for database in Scratch::all().await {
        let one = database.open().await;
        let two = database.open().await;
        let project = project(&[ONE, TWO]);
        let path = vec!["m1_one".to_owned(), "m2_two".to_owned()];
        let start = |connection| {
            let run = Run {
                connection,
                project: &project,
                direction: Direction::Up,
                options: Options {
                    patience: Duration::from_secs(20),
                    ..Options::default()
                },
                stop: Stop::never(),
            };
            let path = &path;
            async move {
                let mut skipped = 0;
                let result = run
                    .path(path, &mut |event| {
                        skipped += usize::from(matches!(event, Event::Skipped(_)));
                    })
                    .await;
                (result, skipped)
            }
        };
        let (first, second) = tokio::join!(start(&one), start(&two));
        let done = first.0.unwrap().len() + second.0.unwrap().len();
        assert_eq!((done, first.1 + second.1), (2, 2));
        drop((one, two));
        database.drop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_waits_for_the_lock_only_so_long() {
    const SLOW: Sql = Sql {
        name: "m1_slow",
        up: &["SELECT pg_sleep(3)"],
        down: &[],
        transaction: None,
    };
    for database in Scratch::all().await {
        if database.backend() == Backend::Postgres {
            let one = database.open().await;
            let two = database.open().await;
            let slow = project(&[SLOW]);
            let stop = Stop::never();
            let first = run(&one, &slow, Direction::Up, "head", &stop);
            let second = async {
                // The first run has begun when its session holds an advisory lock.
                let held = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND granted";
                loop {
                    let backend = two.db.get_database_backend();
                    let statement = sea_orm::Statement::from_string(backend, held);
                    let row = two.db.query_one_raw(statement).await.unwrap().unwrap();
                    if row.try_get_by_index::<i64>(0).unwrap() > 0 {
                        break;
                    }
                    tokio::task::yield_now().await;
                }
                let failure = up(&two, &slow).await.unwrap_err();
                stop.ask();
                failure
            };
            let (first, second) = tokio::join!(first, second);
            let told = second.to_string();
            assert!(
                told.starts_with("start: another run holds the lock of this database, plimsoll "),
                "{told}"
            );
            assert!(
                told.contains(", as postgres, ") && told.ends_with("(waited 0 s)"),
                "{told}"
            );
            // Ctrl-C during a statement: cancelled on the server, rolled back, told.
            let first = first.unwrap_err();
            insta::assert_snapshot!(format!("{first}\n{}", first.help()), @r"
            apply `m1_slow`: interrupted
            its transaction was rolled back, nothing of it remains
            ");
            assert_eq!(slow.standing(&one).await.unwrap().pending, ["m1_slow"]);
            drop((one, two));
        }
        database.drop().await;
    }
}
