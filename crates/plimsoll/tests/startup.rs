//! A service that starts: each policy, on every backend.
#![allow(clippy::unwrap_used, reason = "a test stops where it fails")]

mod shop;

use std::sync::Mutex;

use plimsoll::startup::{Outcome, Policy, StartupError, auto_migrate, auto_migrate_at};
use plimsoll_schema::Backend;
use plimsoll_testkit::servers::{Scratch, required};
use sea_orm::{Database, DatabaseConnection};
use shop::{CUSTOMER, EMAIL, Forked, Line, Longer, Old, Other, Shop};

/// The tables of a database, but for those beside the history.
async fn tables(scratch: &Scratch) -> Vec<String> {
    let mut tables = scratch
        .texts(match scratch.backend {
            Backend::Sqlite => "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'",
            Backend::Postgres => "SELECT tablename::text FROM pg_tables WHERE schemaname = 'public'",
            Backend::Mysql => "SELECT CONVERT(table_name USING utf8mb4) FROM information_schema.tables WHERE table_schema = database()",
        })
        .await
        .unwrap();
    tables.retain(|name| !name.starts_with("plimsoll_"));
    tables.sort();
    tables
}

const ALL: [&str; 2] = ["customer", "seaql_migrations"];

/// An application's pool.
async fn pool(scratch: &Scratch) -> DatabaseConnection {
    Database::connect(scratch.url.clone()).await.unwrap()
}

fn upgraded(revisions: &[&str]) -> Outcome {
    Outcome::Upgraded {
        revisions: revisions.iter().map(|id| (*id).to_owned()).collect(),
    }
}

#[tokio::test]
async fn never_asks_nobody() {
    let nothing = DatabaseConnection::default();
    let outcome = auto_migrate(&nothing, Shop, Policy::default()).await;
    assert_eq!(outcome.unwrap(), Outcome::NotAsked);
}

#[tokio::test]
async fn check_refuses_what_is_behind_and_changes_nothing() {
    for backend in required().unwrap() {
        let scratch = Scratch::create(backend).await.unwrap();
        let db = pool(&scratch).await;
        let error = auto_migrate(&db, Shop, Policy::Check).await.unwrap_err();
        insta::allow_duplicates! {
            insta::assert_snapshot!(format!("{error}\n  {}", error.help()), @"
            start: the database is behind, 2 are not applied (the first is `m20260101_000000_create_customer`)
              run `upgrade` before this version is started, or start it with AUTO_MIGRATE=upgrade
            ");
        }
        assert_eq!(tables(&scratch).await, Vec::<String>::new(), "{backend}");
        auto_migrate(&db, Shop, Policy::Upgrade).await.unwrap();
        let outcome = auto_migrate(&db, Shop, Policy::Check).await.unwrap();
        assert_eq!(outcome, Outcome::AtHead);
        // The version of last year starts again, during a rollout.
        for policy in [Policy::Check, Policy::Upgrade] {
            let outcome = auto_migrate(&db, Old, policy).await.unwrap();
            let unknown = vec![EMAIL.to_owned()];
            assert_eq!(outcome, Outcome::Ahead { unknown });
        }
        db.close().await.unwrap();
        scratch.close().await.unwrap();
    }
}

#[tokio::test]
async fn upgrade_applies_what_is_pending() {
    for backend in required().unwrap() {
        let scratch = Scratch::create(backend).await.unwrap();
        let db = pool(&scratch).await;
        let outcome = auto_migrate(&db, Old, Policy::Upgrade).await.unwrap();
        assert_eq!(outcome, upgraded(&[CUSTOMER]));
        let outcome = auto_migrate(&db, Shop, Policy::Upgrade).await.unwrap();
        assert_eq!(outcome, upgraded(&[EMAIL]));
        let outcome = auto_migrate(&db, Shop, Policy::Upgrade).await.unwrap();
        assert_eq!(outcome, Outcome::AtHead);
        assert_eq!(tables(&scratch).await, ALL, "{backend}");
        // The pool is the application's, and goes on.
        scratch
            .run("INSERT INTO customer (email) VALUES ('a@b.c')")
            .await
            .unwrap();
        let outcome = auto_migrate_at(&scratch.url, Shop, Policy::Upgrade).await;
        assert_eq!(outcome.unwrap(), Outcome::AtHead);
        db.ping().await.unwrap();
        let error = auto_migrate(&db, Other, Policy::Upgrade).await.unwrap_err();
        assert!(matches!(error, StartupError::Apart { .. }), "{error}");
        db.close().await.unwrap();
        scratch.close().await.unwrap();
    }
}

#[tokio::test]
async fn what_a_person_has_to_settle_is_refused() {
    for backend in required().unwrap() {
        let scratch = Scratch::create(backend).await.unwrap();
        let db = pool(&scratch).await;
        let told = |error: StartupError| format!("{error}\n  {}", error.help());
        let forked = auto_migrate(&db, Forked, Policy::Upgrade).await;
        insta::allow_duplicates! {
            insta::assert_snapshot!(told(forked.unwrap_err()), @"
            start: there are several heads, `m20260104_000000_left` and `m20260104_000000_right`
              join them with `merge heads`, or apply them by hand in the order that is right
            ");
        }
        assert_eq!(tables(&scratch).await, Vec::<String>::new(), "{backend}");
        auto_migrate(&db, Line, Policy::Upgrade).await.unwrap();
        let sql = "UPDATE plimsoll_history SET checksum = 'another', statements = 'another' WHERE version LIKE '%left'";
        scratch.run(sql).await.unwrap();
        // It runs; nothing more may be put on top of it.
        let outcome = auto_migrate(&db, Line, Policy::Upgrade).await.unwrap();
        assert_eq!(outcome, Outcome::AtHead);
        let edited = auto_migrate(&db, Longer, Policy::Upgrade).await;
        insta::allow_duplicates! {
            insta::assert_snapshot!(told(edited.unwrap_err()), @"
            start: `m20260104_000000_left` was edited after it was applied
              restore the file and put the change into a new revision, or run `upgrade --allow-edited` by hand
            ");
        }
        db.close().await.unwrap();
        scratch.close().await.unwrap();
    }
}

#[tokio::test]
async fn a_database_in_memory_is_the_pool_s_own() {
    let db = Database::connect("sqlite::memory:").await.unwrap();
    let outcome = auto_migrate(&db, Shop, Policy::Upgrade).await.unwrap();
    assert_eq!(outcome, upgraded(&[CUSTOMER, EMAIL]));
    let outcome = auto_migrate(&db, Shop, Policy::Check).await.unwrap();
    assert_eq!(outcome, Outcome::AtHead);
}

/// Replicas that start together, each a task with a pool of its own.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_replicas_one_applies_and_all_start() {
    for backend in required().unwrap() {
        for policy in [Policy::Upgrade, Policy::CreateAll] {
            let scratch = Scratch::create(backend).await.unwrap();
            let replicas: Vec<_> = (0..8)
                .map(|_| {
                    let url = scratch.url.clone();
                    tokio::spawn(async move {
                        let mut options = sea_orm::ConnectOptions::new(url);
                        options.max_connections(2).sqlx_logging(false);
                        let db = Database::connect(options).await.unwrap();
                        let outcome = auto_migrate(&db, Shop, policy).await;
                        db.close().await.unwrap();
                        outcome
                    })
                })
                .collect();
            let mut applied = 0;
            for replica in replicas {
                match replica.await.unwrap() {
                    Ok(Outcome::AtHead) => {}
                    Ok(Outcome::Upgraded { revisions }) => applied += revisions.len(),
                    Ok(Outcome::Created { .. }) => applied += 2,
                    // It looked while another one was between two statements; MySQL has no transaction around them.
                    Err(StartupError::NotEmpty { .. }) if policy == Policy::CreateAll => {}
                    other => panic!("{backend} {policy}: {other:?}"),
                }
            }
            assert_eq!(applied, 2, "{backend} {policy}");
            assert_eq!(tables(&scratch).await, ALL);
            scratch.close().await.unwrap();
        }
    }
}

#[tokio::test]
async fn create_all_makes_the_models_in_an_empty_database_only() {
    for backend in required().unwrap() {
        let scratch = Scratch::create(backend).await.unwrap();
        let db = pool(&scratch).await;
        let outcome = auto_migrate(&db, Shop, Policy::CreateAll).await.unwrap();
        assert_eq!(outcome, Outcome::Created { tables: 1 });
        scratch
            .run("INSERT INTO customer (email) VALUES ('a@b.c')")
            .await
            .unwrap();
        for policy in [Policy::CreateAll, Policy::Check, Policy::Upgrade] {
            let outcome = auto_migrate(&db, Shop, policy).await.unwrap();
            assert_eq!(outcome, Outcome::AtHead);
        }
        assert_eq!(
            scratch.texts("SELECT email FROM customer").await.unwrap(),
            ["a@b.c"]
        );
        assert_eq!(tables(&scratch).await, ALL);
        db.close().await.unwrap();
        scratch.close().await.unwrap();

        let scratch = Scratch::create(backend).await.unwrap();
        scratch
            .run("CREATE TABLE theirs (a integer)")
            .await
            .unwrap();
        let db = pool(&scratch).await;
        let error = auto_migrate(&db, Shop, Policy::CreateAll)
            .await
            .unwrap_err();
        insta::allow_duplicates! {
            insta::assert_snapshot!(format!("{error}\n  {}", error.help()), @"
            create the schema: the database is not empty, `theirs` is there
              use an empty database, or AUTO_MIGRATE=upgrade for this one; nothing was changed
            ");
        }
        assert_eq!(tables(&scratch).await, ["theirs"]);
        db.close().await.unwrap();
        scratch.close().await.unwrap();
    }
}

#[tokio::test]
async fn a_failure_tells_no_password() {
    let secret = "correct-horse-battery";
    for url in [
        format!("postgres://u:{secret}@127.0.0.1:1/d"),
        format!("mysql://u:{secret}@127.0.0.1:1/d"),
        format!("postgres://u:{secret}#@127.0.0.1/d"),
        "sqlite:///no/such/directory/app.db".to_owned(),
    ] {
        let error = auto_migrate_at(&url, Shop, Policy::Upgrade)
            .await
            .unwrap_err();
        let told = format!("{error} {error:?} {}", error.help());
        assert!(!told.contains(secret), "{told}");
    }
}

/// What every test of this program logs.
static LOG: Mutex<Vec<u8>> = Mutex::new(Vec::new());

struct Log;

impl std::io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        LOG.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn what_happens_is_logged_and_nothing_secret() {
    tracing_subscriber::fmt()
        .with_ansi(false)
        // One level more, and SeaORM's own `Database::connect` shows the address.
        .with_max_level(tracing::Level::DEBUG)
        .with_writer(|| Log)
        .init();
    let secret = "correct-horse-battery";
    for backend in required().unwrap() {
        let scratch = Scratch::create(backend).await.unwrap();
        let mut url = scratch.url.clone();
        let role = format!("plimsoll_starts_{}", std::process::id());
        let drop = match backend {
            Backend::Sqlite => None,
            Backend::Postgres => {
                let make = format!("CREATE ROLE {role} SUPERUSER LOGIN PASSWORD '{secret}'");
                scratch.run(&make).await.unwrap();
                Some(format!(
                    "REASSIGN OWNED BY {role} TO CURRENT_USER; DROP ROLE {role}"
                ))
            }
            Backend::Mysql => {
                for sql in [
                    format!("CREATE USER '{role}' IDENTIFIED BY '{secret}'"),
                    format!("GRANT ALL ON *.* TO '{role}'"),
                ] {
                    scratch.run(&sql).await.unwrap();
                }
                Some(format!("DROP USER '{role}'"))
            }
        };
        if drop.is_some() {
            let mut with = url::Url::parse(&url).unwrap();
            with.set_username(&role).unwrap();
            with.set_password(Some(secret)).unwrap();
            url = with.to_string();
        }
        let db = Database::connect(url.clone()).await.unwrap();
        let error = auto_migrate(&db, Shop, Policy::Check).await.unwrap_err();
        assert!(!format!("{error:?}").contains(secret));
        auto_migrate(&db, Shop, Policy::Upgrade).await.unwrap();
        auto_migrate_at(&url, Old, Policy::Upgrade).await.unwrap();
        db.close().await.unwrap();
        for sql in drop.iter().flat_map(|sql| sql.split("; ")) {
            scratch.run(sql).await.unwrap();
        }
        scratch.close().await.unwrap();
    }
    let log = String::from_utf8(LOG.lock().unwrap().clone()).unwrap();
    for line in [
        "ERROR plimsoll::startup: failed to start: the database is behind, 2 are not applied",
        "policy=check help=\"run `upgrade` before",
        "INFO plimsoll::startup: applied revision=m20260102_000000_add_email duration_ms=",
        "INFO plimsoll::startup: the database was upgraded to head policy=upgrade revisions=2",
        "WARN plimsoll::startup: the database is ahead",
    ] {
        assert!(log.contains(line), "{line}\n{log}");
    }
    assert!(!log.contains(secret), "{log}");
}

#[tokio::test]
async fn it_may_be_started_from_any_thread() {
    fn is_send<T: Send>(value: T) -> T {
        value
    }
    let db = DatabaseConnection::default();
    let starting = is_send(auto_migrate(&db, Shop, Policy::Never));
    assert_eq!(starting.await.unwrap(), Outcome::NotAsked);
    let starting = is_send(auto_migrate_at("sqlite::memory:", Shop, Policy::Never));
    assert_eq!(starting.await.unwrap(), Outcome::NotAsked);
}
