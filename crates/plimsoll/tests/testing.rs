//! What a project's own tests are offered: what passes, and what they say when they fail.
#![allow(clippy::unwrap_used, reason = "a test stops where it fails")]

mod shop;

use std::panic::AssertUnwindSafe;

use futures_util::FutureExt as _;
use plimsoll::prelude::*;
use plimsoll::testing::{Scratch, assert_models_match, assert_up_down_up, assert_up_down_up_at};
use plimsoll_schema::Backend;
use plimsoll_testkit::servers::{self, required};
use shop::{CUSTOMER, EMAIL, Old, Revision, Shop, Statement, customer, email};

/// A migrator of one revision after the customers'.
macro_rules! migrator {
    ($name:ident, $step:expr) => {
        struct $name;

        #[async_trait::async_trait]
        impl MigratorTrait for $name {
            fn migrations() -> Vec<Box<dyn MigrationTrait>> {
                vec![
                    Box::new(Revision(CUSTOMER, customer)),
                    Box::new(Revision(EMAIL, $step)),
                ]
            }
        }
    };
}

// Its `down` does nothing.
migrator!(Forgetful, |up| if up { email(true) } else { Vec::new() });
// It leaves a view behind.
migrator!(Viewer, |up| if up {
    vec![Statement::Sql(
        "CREATE VIEW everyone AS SELECT id FROM customer",
    )]
} else {
    Vec::new()
});
// It takes back what is not there.
migrator!(Wrong, |up| if up { Vec::new() } else { email(false) });

/// The addresses of the servers of this run, each that of a database which nothing may be done to.
async fn addresses() -> Vec<(Backend, servers::Scratch)> {
    let mut found = Vec::new();
    for backend in required().unwrap() {
        found.push((backend, servers::Scratch::create(backend).await.unwrap()));
    }
    found
}

/// What it panics with.
async fn panics(asserting: impl Future<Output = ()>) -> String {
    let panic = AssertUnwindSafe(Box::pin(asserting))
        .catch_unwind()
        .await
        .unwrap_err();
    *panic.downcast::<String>().unwrap()
}

#[tokio::test]
async fn revisions_that_lead_back() {
    assert_up_down_up(Shop).await;
    let servers = addresses().await;
    let urls: Vec<&str> = servers
        .iter()
        .map(|(_, server)| server.url.as_str())
        .collect();
    assert_up_down_up_at(Shop, &urls).await;
    for (backend, server) in servers {
        if backend == Backend::Postgres {
            let tables = "SELECT tablename::text FROM pg_tables WHERE schemaname = 'public'";
            assert_eq!(server.texts(tables).await.unwrap(), Vec::<String>::new());
        }
        server.close().await.unwrap();
    }
}

#[tokio::test]
async fn one_that_does_not_is_named_with_what_differs() {
    for (backend, server) in addresses().await {
        let urls = [server.url.as_str()];
        let mut told = vec![
            panics(assert_up_down_up_at(Forgetful, &urls)).await,
            panics(assert_up_down_up_at(Viewer, &urls)).await,
        ];
        for text in &mut told {
            *text = text
                .replace(&backend.to_string(), "SERVER")
                .replace("varchar(255)", "varchar");
        }
        insta::allow_duplicates! {
            insta::assert_snapshot!(told.join("\n"), @"
            on SERVER, `down` of `m20260102_000000_add_email` does not lead back to what was there before its `up`; what would have to be changed:
              - column customer.email  varchar
            on SERVER, `down` of `m20260102_000000_add_email` does not lead back to what was there before its `up`; what would have to be changed:
              - view everyone
            ");
        }
        let wrong = panics(assert_up_down_up_at(Wrong, &urls)).await;
        assert!(
            wrong.contains(EMAIL) && wrong.contains("take back"),
            "{wrong}"
        );
        server.close().await.unwrap();
    }
}

/// The scratch databases of this process on a server.
async fn left(server: &servers::Scratch) -> Vec<String> {
    let sql = match server.backend {
        Backend::Sqlite => return Vec::new(),
        Backend::Postgres => "SELECT datname::text FROM pg_database",
        Backend::Mysql => {
            "SELECT CONVERT(schema_name USING utf8mb4) FROM information_schema.schemata"
        }
    };
    server.texts(sql).await.unwrap()
}

#[tokio::test]
async fn a_scratch_database_goes_with_its_test() {
    for (backend, server) in addresses().await {
        let scratch = Scratch::at(&server.url).await;
        let create = "CREATE TABLE t (a integer)";
        scratch.db.execute_unprepared(create).await.unwrap();
        // The program that is tested has a pool of its own, and does not close it.
        let other = sea_orm::Database::connect(scratch.url()).await.unwrap();
        other.ping().await.unwrap();
        let url = url::Url::parse(&scratch.url()).unwrap();
        let name = url.path().trim_start_matches('/').to_owned();
        if backend == Backend::Sqlite {
            let file = std::path::PathBuf::from(url.path());
            assert!(file.exists());
            drop(scratch);
            assert!(!file.exists());
        } else {
            assert!(left(&server).await.contains(&name));
            drop(scratch);
            assert!(!left(&server).await.contains(&name), "{backend}");
        }
        server.close().await.unwrap();
    }
}

#[tokio::test]
async fn a_test_that_panics_leaves_none_and_no_two_share_one() {
    for (_, server) in addresses().await {
        let (one, two) = (
            Scratch::at(&server.url).await,
            Scratch::at(&server.url).await,
        );
        assert_ne!(one.url(), two.url());
        let url = url::Url::parse(&one.url()).unwrap();
        let name = url.path().trim_start_matches('/').to_owned();
        let failing = async move {
            let _held = (one, two);
            panic!("{}", "the test fails".to_owned());
        };
        assert_eq!(panics(failing).await, "the test fails");
        assert!(!left(&server).await.contains(&name));
        server.close().await.unwrap();
    }
}

#[tokio::test]
async fn models_and_database() {
    let scratch = Scratch::upgraded(Shop).await;
    assert_models_match(&scratch.db).await;
    let scratch = Scratch::upgraded(Old).await;
    insta::assert_snapshot!(panics(assert_models_match(&scratch.db)).await, @"
    models and database differ; what would have to be changed:
    + column customer.email  varchar
    ");
    for (_, server) in addresses().await {
        let scratch = Scratch::at(&server.url).await;
        plimsoll::startup::auto_migrate(&scratch.db, Shop, plimsoll::startup::Policy::CreateAll)
            .await
            .unwrap();
        assert_models_match(&scratch.db).await;
        drop(scratch);
        server.close().await.unwrap();
    }
}

#[tokio::test]
async fn a_server_that_is_not_there_is_told_without_its_password() {
    let asking = async {
        Scratch::at("postgres://u:correct-horse@127.0.0.1:1/d").await;
    };
    insta::assert_snapshot!(panics(asking).await, @"
    failed to make a scratch database: connect to `postgres://u:***@127.0.0.1:1/d`: Connection refused (os error 111)
    help: start the server, or correct the host and port in DATABASE_URL
    ");
}

#[tokio::test]
async fn a_role_that_may_make_no_database_is_told_what_it_needs() {
    let password = "correct-horse-battery";
    for (backend, server) in addresses().await {
        let role = format!("plimsoll_tester_{}", std::process::id());
        let (make, drop) = match backend {
            Backend::Sqlite => continue,
            Backend::Postgres => (
                vec![format!("CREATE ROLE {role} LOGIN PASSWORD '{password}'")],
                format!("DROP ROLE {role}"),
            ),
            Backend::Mysql => {
                let name = server.texts("SELECT database()").await.unwrap();
                (
                    vec![
                        format!("CREATE USER '{role}' IDENTIFIED BY '{password}'"),
                        format!("GRANT ALL ON `{}`.* TO '{role}'", name[0]),
                    ],
                    format!("DROP USER '{role}'"),
                )
            }
        };
        for sql in make {
            server.run(&sql).await.unwrap();
        }
        let mut url = url::Url::parse(&server.url).unwrap();
        url.set_username(&role).unwrap();
        url.set_password(Some(password)).unwrap();
        let told = panics(async {
            Scratch::at(url.as_str()).await;
        })
        .await;
        server.run(&drop).await.unwrap();
        let help = "help: give the role the right to create databases, or name another server in TEST_DATABASE_URL";
        assert!(told.contains(help) && told.contains("denied"), "{told}");
        assert!(!told.contains(password), "{told}");
        server.close().await.unwrap();
    }
}
