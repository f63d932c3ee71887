//! The server goes away during a run, before, inside and after a statement or a COMMIT: one clear error, nothing half-recorded, and the next
//! run goes on.
#![allow(clippy::unwrap_used, reason = "a test stops where it fails")]

#[path = "gone/cut.rs"]
mod cut;
mod shell;
mod shop;

use std::net::ToSocketAddrs as _;
use std::sync::atomic::{AtomicU32, Ordering};

use cut::{Cut, Place};
use plimsoll::prelude::*;
use plimsoll_schema::Backend;
use plimsoll_testkit::servers::{self, Scratch};
use shell::Shell;
use shop::{CUSTOMER, EMAIL, Shop};

const WORDS: [&str; 4] = ["COMMIT", "CREATE TABLE", "ALTER TABLE", "INSERT INTO"];
const PLACES: [Place; 4] = [Place::Before, Place::Inside, Place::During, Place::After];

/// What of the shop is there, and what is written down of it.
#[derive(Debug, PartialEq, Eq)]
struct Found {
    customer: (bool, bool),
    email: (bool, bool),
}

async fn found(scratch: &Scratch) -> Found {
    let has = async |sql: &str| scratch.run(sql).await.is_ok();
    let recorded = scratch.texts("SELECT version FROM seaql_migrations");
    let recorded = recorded.await.unwrap_or_default();
    let is_recorded = |id: &str| recorded.iter().any(|known| known == id);
    Found {
        customer: (has("SELECT id FROM customer").await, is_recorded(CUSTOMER)),
        email: (has("SELECT email FROM customer").await, is_recorded(EMAIL)),
    }
}

/// Runs `line` with the connection cut at the n-th message with that word; whether it was cut before the end.
async fn cut_at(
    scratch: &Scratch,
    line: &str,
    word: &'static str,
    at: usize,
    place: Place,
) -> (String, bool) {
    let mut url = url::Url::parse(&scratch.url).unwrap();
    let port = url.port().unwrap_or(match scratch.backend {
        Backend::Postgres => 5432,
        Backend::Sqlite | Backend::Mysql => 3306,
    });
    let server = (url.host_str().unwrap(), port).to_socket_addrs();
    let cut = Cut::start(server.unwrap().next().unwrap(), word, at, place).await;
    url.set_host(Some("127.0.0.1")).unwrap();
    url.set_port(Some(cut.port)).unwrap();
    // What is encrypted cannot be read.
    let plain = match scratch.backend {
        Backend::Postgres => ("sslmode", "disable"),
        Backend::Sqlite | Backend::Mysql => ("ssl-mode", "DISABLED"),
    };
    url.query_pairs_mut().append_pair(plain.0, plain.1);
    let told = Shell::new().run(&Shop, &format!("{line} -u {url}")).await;
    (told, cut.is_cut())
}

/// What a run says whose server went away.
fn is_clear(told: &str) {
    assert!(
        told.contains("error: failed to") && told.ends_with("[6]"),
        "{told}"
    );
    assert!(told.contains("when the server is there"), "{told}");
    assert!(!told.contains("needs the right"), "{told}");
}

#[tokio::test(flavor = "multi_thread")]
async fn at_every_commit_and_every_change() {
    let all = Found {
        customer: (true, true),
        email: (true, true),
    };
    for backend in servers::required().unwrap() {
        if backend == Backend::Sqlite {
            // There is no server.
            continue;
        }
        let mut cuts = 0;
        for (word, place) in WORDS
            .into_iter()
            .flat_map(|word| PLACES.map(|place| (word, place)))
        {
            for at in 1.. {
                let scratch = Scratch::create(backend).await.unwrap();
                let (told, was_cut) = cut_at(&scratch, "upgrade", word, at, place).await;
                let what = format!("{backend}, {place:?} {word} {at}\n{told}");
                if was_cut {
                    is_clear(&told);
                    cuts += 1;
                }
                // Where nobody waited for the answer the server may still be at it.
                if was_cut && place != Place::During {
                    let found = found(&scratch).await;
                    let is_whole = |(there, recorded): (bool, bool)| match backend {
                        Backend::Sqlite | Backend::Postgres => there == recorded,
                        // The journal knows of the rest.
                        Backend::Mysql => there || !recorded,
                    };
                    assert!(
                        is_whole(found.customer) && is_whole(found.email),
                        "{what}\n{found:?}"
                    );
                    let may_be_done = told.contains("only the database knows");
                    assert_eq!(
                        may_be_done,
                        backend == Backend::Postgres && word == "COMMIT",
                        "{what}"
                    );
                }
                let again = Shell::new()
                    .run(&Shop, &format!("upgrade -u {}", scratch.url))
                    .await;
                assert!(again.ends_with("[0]"), "{what}\n{again}");
                assert_eq!(found(&scratch).await, all, "{what}");
                scratch.close().await.unwrap();
                if !was_cut {
                    break;
                }
            }
        }
        assert!(cuts > 10, "{backend} was cut {cuts} times only");
    }
}

/// Before anything is sent: the connection itself is cut.
#[tokio::test(flavor = "multi_thread")]
async fn before_the_first_word() {
    for backend in servers::required().unwrap() {
        if backend == Backend::Sqlite {
            continue;
        }
        let scratch = Scratch::create(backend).await.unwrap();
        // In the greeting of either protocol.
        let (word, at) = (
            if backend == Backend::Postgres {
                "user"
            } else {
                "root"
            },
            1,
        );
        let (told, was_cut) = cut_at(&scratch, "upgrade", word, at, Place::Before).await;
        assert!(was_cut && told.contains("failed to connect to"), "{told}");
        assert!(told.ends_with("[6]"), "{told}");
        scratch.close().await.unwrap();
    }
}

/// How many pages SQLite may use; PostgreSQL and MariaDB have no limit that a test could set.
static PAGES: AtomicU32 = AtomicU32::new(12);

struct Large;

#[async_trait::async_trait]
impl MigratorTrait for Large {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(shop::Revision(CUSTOMER, shop::customer)),
            Box::new(Filling),
        ]
    }
}

struct Filling;

impl MigrationName for Filling {
    fn name(&self) -> &'static str {
        "m20260103_000000_fill"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Filling {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let pages = PAGES.load(Ordering::SeqCst);
        for sql in [
            &format!("PRAGMA max_page_count = {pages}"),
            "CREATE TABLE large (text)",
            "INSERT INTO large VALUES (zeroblob(200000))",
        ] {
            manager.get_connection().execute_unprepared(sql).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .drop_table(Table::drop().table("large").take())
            .await
    }
}

#[tokio::test]
async fn a_disk_that_is_full() {
    let shell = Shell::new();
    let mut told = shell
        .session(&Large, &["upgrade", "current", "repair"])
        .await;
    PAGES.store(1000, Ordering::SeqCst);
    told += &shell.session(&Large, &["upgrade", "downgrade base"]).await;
    insta::assert_snapshot!(told, @r"
    $ upgrade
    applied m20260101_000000_create_customer create customer (N ms)
    ! error: failed to apply `m20260103_000000_fill`: database or disk is full
    ! help: its transaction was rolled back, nothing of it remains; `m20260101_000000_create_customer` was applied before and stays
    [1]
    $ current
    m20260101_000000_create_customer (current) create customer
    ! 1 revision is pending; `upgrade` applies it
    [0]
    $ repair
    nothing is wrong with the history
    [0]
    $ upgrade
    applied m20260103_000000_fill fill (N ms)
    [0]
    $ downgrade base
    took back m20260103_000000_fill fill (N ms)
    took back m20260101_000000_create_customer create customer (N ms)
    [0]
    ");
}
