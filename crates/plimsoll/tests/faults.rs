//! What goes wrong in production: one clear error each, and nothing half-done.
#![allow(clippy::unwrap_used, reason = "a test stops where it fails")]

mod shell;

use plimsoll::prelude::*;
use plimsoll_schema::Backend;
use plimsoll_testkit::servers::{self, Scratch};
use sea_orm::TransactionTrait as _;
use shell::Shell;

struct One;

impl MigrationName for One {
    fn name(&self) -> &'static str {
        "m1_create_note"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for One {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let id = ColumnDef::new("id")
            .integer()
            .not_null()
            .primary_key()
            .take();
        manager
            .create_table(Table::create().table("note").col(id).take())
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("note").take()).await
    }
}

struct Two;

impl MigrationName for Two {
    fn name(&self) -> &'static str {
        "m2_add_text"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Two {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let text = ColumnDef::new("text").string_len(80).null().take();
        manager
            .alter_table(Table::alter().table("note").add_column(text).take())
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .alter_table(Table::alter().table("note").drop_column("text").take())
            .await
    }
}

struct Project;

#[async_trait::async_trait]
impl MigratorTrait for Project {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![Box::new(One), Box::new(Two)]
    }
}

async fn said(shell: &Shell, scratch: &Scratch, line: &str) -> String {
    let text = shell
        .run(&Project, &format!("-u {} {line}", scratch.url))
        .await;
    // Where it is differs from run to run.
    let url = plimsoll_migrate::url::DbUrl::parse(&scratch.url).unwrap();
    text.replace(&url.to_string(), "URL").trim_end().to_owned()
}

/// Somebody holds a table for ever: the run gives up, and leaves everything as it was. When it is let go, the run gets through.
#[tokio::test(flavor = "multi_thread")]
async fn a_table_that_somebody_holds() {
    for backend in servers::required().unwrap() {
        if backend == Backend::Sqlite {
            // Its lock is of the whole file, and waited for by SQLite itself.
            continue;
        }
        let (shell, scratch) = (Shell::new(), Scratch::create(backend).await.unwrap());
        said(&shell, &scratch, "upgrade +1").await;
        let holder = sea_orm::Database::connect(&scratch.url).await.unwrap();
        let transaction = holder.begin().await.unwrap();
        transaction
            .execute_unprepared("INSERT INTO note VALUES (1)")
            .await
            .unwrap();
        let told = said(&shell, &scratch, "upgrade --lock-wait 1 --attempts 2").await;
        match backend {
            Backend::Postgres => {
                let told: Vec<&str> = told
                    .lines()
                    .filter(|line| !line.contains("tried again"))
                    .collect();
                insta::assert_snapshot!(told.join("\n"), @r#"
                ! canceling statement due to lock timeout
                !   ALTER TABLE "note" ADD COLUMN "text" varchar(80) NULL
                ! error: failed to apply `m2_add_text`: canceling statement due to lock timeout
                !   ALTER TABLE "note" ADD COLUMN "text" varchar(80) NULL
                ! help: its transaction was rolled back, nothing of it remains; somebody else holds what it needs, or it takes long: try at a quieter time, or raise --lock-wait or --statement-timeout
                [1]
                "#);
            }
            Backend::Sqlite | Backend::Mysql => {
                assert!(
                    told.contains("somebody else holds what it needs; it is tried again"),
                    "{told}"
                );
                assert!(told.contains("Lock wait timeout exceeded"), "{told}");
                assert!(told.contains("it goes on at this statement"), "{told}");
                assert!(told.ends_with("[1]"), "{told}");
            }
        }
        let second = said(&shell, &scratch, "upgrade --lock-wait 1 --attempts 20");
        let release = async {
            // The other session waits by now, or will find the table free: either way it gets through.
            transaction.commit().await.unwrap();
        };
        let (second, ()) = tokio::join!(second, release);
        assert!(second.contains("applied m2_add_text"), "{second}");
        holder.close().await.unwrap();
        scratch.close().await.unwrap();
    }
}

/// Clocks differ, other versions of this tool and SeaORM's runner were here: what is applied stays applied.
#[tokio::test]
async fn other_clocks_and_other_tools() {
    for backend in servers::required().unwrap() {
        let (shell, scratch) = (Shell::new(), Scratch::create(backend).await.unwrap());
        said(&shell, &scratch, "upgrade +1").await;
        // Applied in the year 2100 by a clock that was wrong; a later version keeps more.
        scratch
            .run("UPDATE seaql_migrations SET applied_at = 4102444800")
            .await
            .unwrap();
        scratch
            .run("ALTER TABLE plimsoll_history ADD COLUMN mood varchar(10) NULL")
            .await
            .unwrap();
        let told = said(&shell, &scratch, "current").await;
        assert!(told.contains("m1_create_note (current)"), "{told}");
        let told = said(&shell, &scratch, "upgrade").await;
        assert!(told.contains("applied m2_add_text"), "{told}");
        // An earlier version kept less, or nobody kept anything.
        scratch
            .run("ALTER TABLE plimsoll_history DROP COLUMN note")
            .await
            .unwrap();
        let told = said(&shell, &scratch, "history").await;
        assert!(told.contains("m2_add_text (head, current)"), "{told}");
        scratch.run("DROP TABLE plimsoll_history").await.unwrap();
        let told = said(&shell, &scratch, "verify").await;
        assert!(
            told.contains("another runner applied it") && told.ends_with("[0]"),
            "{told}"
        );
        let told = said(&shell, &scratch, "downgrade base").await;
        assert!(told.contains("took back m1_create_note"), "{told}");
        scratch.close().await.unwrap();
    }
}

/// A history table of somebody else's.
#[tokio::test]
async fn a_history_table_that_is_another() {
    for backend in servers::required().unwrap() {
        let (shell, scratch) = (Shell::new(), Scratch::create(backend).await.unwrap());
        scratch
            .run("CREATE TABLE seaql_migrations (number integer)")
            .await
            .unwrap();
        scratch
            .run("INSERT INTO seaql_migrations VALUES (1)")
            .await
            .unwrap();
        for line in ["current", "upgrade", "status"] {
            let told = said(&shell, &scratch, line).await;
            assert!(
                told.contains("error: failed to") && !told.contains("panicked"),
                "{told}"
            );
            assert!(told.ends_with("[6]"), "{told}");
        }
        assert!(scratch.run("SELECT 1 FROM note").await.is_err());
        scratch.close().await.unwrap();
    }
}

/// A replica that cannot be written, and a role that may only read.
#[tokio::test]
async fn a_database_that_cannot_be_written() {
    if !servers::required().unwrap().contains(&Backend::Postgres) {
        return;
    }
    let (shell, scratch) = (
        Shell::new(),
        Scratch::create(Backend::Postgres).await.unwrap(),
    );
    said(&shell, &scratch, "upgrade +1").await;
    let database = url::Url::parse(&scratch.url)
        .unwrap()
        .path()
        .trim_start_matches('/')
        .to_owned();
    let sql = format!("ALTER DATABASE {database} SET default_transaction_read_only = on");
    scratch.run(&sql).await.unwrap();
    for line in [
        "current",
        "history -q",
        "status",
        "verify",
        "heads",
        "repair",
    ] {
        let told = said(&shell, &scratch, line).await;
        assert!(told.ends_with("[0]"), "{line}: {told}");
    }
    insta::assert_snapshot!(said(&shell, &scratch, "upgrade").await, @r#"
    ! error: failed to apply `m2_add_text`: cannot execute ALTER TABLE in a read-only transaction
    !   ALTER TABLE "note" ADD COLUMN "text" varchar(80) NULL
    ! help: its transaction was rolled back, nothing of it remains
    [1]
    "#);
    insta::assert_snapshot!(said(&shell, &scratch, "stamp head").await, @r"
    ! error: failed to read and write the history: cannot execute INSERT in a read-only transaction
    ! help: the user needs the right to create, read and write the history tables
    [6]
    ");
    scratch.close().await.unwrap();
}

/// Another run holds the lock and does not end.
#[tokio::test]
async fn a_lock_that_is_held_for_ever() {
    for backend in servers::required().unwrap() {
        let (shell, scratch) = (Shell::new(), Scratch::create(backend).await.unwrap());
        said(&shell, &scratch, "upgrade +1").await;
        let url = plimsoll_migrate::url::DbUrl::parse(&scratch.url).unwrap();
        let project = plimsoll_migrate::project::Project::of(&Project).unwrap();
        let connection = plimsoll_migrate::connect::connect(
            &url,
            plimsoll_migrate::connect::Access::Write,
            None,
        )
        .await
        .unwrap();
        let held = plimsoll_migrate::runner::hold(&connection, project.table())
            .await
            .unwrap();
        let told = said(&shell, &scratch, "upgrade --lock-timeout 0").await;
        assert!(
            told.contains("another run holds the lock of this database, "),
            "{told}"
        );
        assert!(
            told.contains("its lock goes with its connection") && told.ends_with("[6]"),
            "{told}"
        );
        let told = said(&shell, &scratch, "status").await;
        assert!(
            !told.contains("lock       free") && told.ends_with("[0]"),
            "{told}"
        );
        held.release(&connection.db).await;
        let told = said(&shell, &scratch, "upgrade --lock-timeout 0").await;
        assert!(told.contains("applied m2_add_text"), "{told}");
        connection.db.close().await.unwrap();
        scratch.close().await.unwrap();
    }
}

/// What the second statement of a revision is; it can be changed while the test runs.
static STATEMENT: std::sync::Mutex<&str> = std::sync::Mutex::new(GOOD);

const GOOD: &str = "UPDATE other SET n = n + 1";

struct Half;

impl MigrationName for Half {
    fn name(&self) -> &'static str {
        "m1_half"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Half {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let statement = *STATEMENT.lock().unwrap();
        for sql in [
            "CREATE TABLE t (n integer)",
            statement,
            "INSERT INTO t VALUES (1)",
        ] {
            manager.get_connection().execute_unprepared(sql).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("t").take()).await
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(false)
    }
}

struct Halves;

#[async_trait::async_trait]
impl MigratorTrait for Halves {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![Box::new(Half)]
    }
}

/// A revision without a transaction fails in the middle: everything tells so, nothing else runs, and the next run goes on there.
#[tokio::test]
async fn a_revision_that_was_left_half_way() {
    for backend in servers::required().unwrap() {
        let (shell, scratch) = (Shell::new(), Scratch::create(backend).await.unwrap());
        let run = async |line: &str| {
            let text = shell
                .run(&Halves, &format!("-u {} {line}", scratch.url))
                .await;
            text.trim_end().to_owned()
        };
        let told = run("upgrade").await;
        assert!(
            told.contains("failed to apply `m1_half`, statement 2 of 3: "),
            "{told}"
        );
        assert!(told.contains("it goes on at this statement"), "{told}");
        let told = run("current --check-heads").await;
        assert!(
            told.contains("half-way: m1_half (up), begun ") && told.ends_with("[5]"),
            "{told}"
        );
        assert!(run("status").await.contains("1 of 3 statements done"));
        let told = run("repair").await;
        assert!(
            told.contains("`upgrade` goes on where it was left") && told.contains(GOOD),
            "{told}"
        );
        let told = run("downgrade base").await;
        assert!(
            told.contains("is half-way, with 1 of 3 statements done") && told.ends_with("[5]"),
            "{told}"
        );
        // The failed statement is another now: that is asked about.
        scratch.run("CREATE TABLE other (n integer)").await.unwrap();
        *STATEMENT.lock().unwrap() = "UPDATE other SET n = n + 2";
        let told = run("upgrade").await;
        assert!(
            told.contains("was changed since") && told.ends_with("[5]"),
            "{told}"
        );
        let told = run("upgrade --allow-edited").await;
        assert!(
            told.contains("statements are done, it goes on there"),
            "{told}"
        );
        assert!(
            told.contains("applied m1_half") && told.ends_with("[0]"),
            "{told}"
        );
        *STATEMENT.lock().unwrap() = GOOD;
        let count = if backend == Backend::Sqlite {
            "CAST(count(*) AS text)"
        } else {
            "concat(count(*))"
        };
        assert_eq!(
            scratch
                .texts(&format!("SELECT {count} FROM t"))
                .await
                .unwrap(),
            ["1"]
        );
        scratch.close().await.unwrap();
    }
}
