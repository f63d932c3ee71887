//! A service's probes: asked as a value and over HTTP, on every backend, at head, behind, and with a database that is gone.
#![allow(clippy::unwrap_used, reason = "a test stops where it fails")]

mod shop;

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use plimsoll::health::{Probe, Status, router};
use plimsoll::startup::{Policy, auto_migrate};
use plimsoll_schema::Backend;
use plimsoll_testkit::servers::{Scratch, required};
use sea_orm::{ConnectOptions, Database, DatabaseConnection};
use shop::{Old, Shop};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

async fn pool(url: &str) -> DatabaseConnection {
    let mut options = ConnectOptions::new(url);
    options
        .max_connections(2)
        .acquire_timeout(Duration::from_secs(1))
        .sqlx_logging(false);
    Database::connect(options).await.unwrap()
}

/// Serves the two routes as an application does.
async fn serve(probe: Probe) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let application = axum::Router::new()
        .route("/", axum::routing::get(|| async { "the shop" }))
        .merge(router(probe));
    tokio::spawn(async move { axum::serve(listener, application).await });
    address
}

/// Status and body of an answer.
async fn get(address: SocketAddr, path: &str) -> String {
    let mut stream = TcpStream::connect(address).await.unwrap();
    let request = format!("GET {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    let status = head.split_whitespace().nth(1).unwrap();
    if path != "/" {
        assert!(head.contains("content-type: application/json"), "{head}");
    }
    format!("{status} {body}")
}

async fn both(address: SocketAddr) -> String {
    format!(
        "{}\n{}",
        get(address, "/health").await,
        get(address, "/ready").await
    )
}

#[tokio::test]
async fn behind_then_at_head_then_ahead() {
    for backend in required().unwrap() {
        let scratch = Scratch::create(backend).await.unwrap();
        let db = pool(&scratch.url).await;
        let address = serve(Probe::new(db.clone(), &Shop).unwrap()).await;
        let old = serve(Probe::new(db.clone(), &Old).unwrap()).await;
        let mut told = vec![both(address).await];
        auto_migrate(&db, Old, Policy::Upgrade).await.unwrap();
        told.push(both(address).await);
        auto_migrate(&db, Shop, Policy::Upgrade).await.unwrap();
        told.push(both(address).await);
        // The version of last year, during a rollout.
        told.push(both(old).await);
        insta::allow_duplicates! {
            insta::assert_snapshot!(told.join("\n"), @r#"
            200 {"status":"ok"}
            503 {"status":"behind","pending":["m20260101_000000_create_customer","m20260102_000000_add_email"],"unknown":[]}
            200 {"status":"ok"}
            503 {"status":"behind","pending":["m20260102_000000_add_email"],"unknown":[]}
            200 {"status":"ok"}
            200 {"status":"at_head","pending":[],"unknown":[]}
            200 {"status":"ok"}
            200 {"status":"at_head","pending":[],"unknown":["m20260102_000000_add_email"]}
            "#);
        }
        assert_eq!(get(address, "/").await, "200 the shop");
        db.close().await.unwrap();
        scratch.close().await.unwrap();
    }
}

/// The names of everything in the database.
async fn objects(scratch: &Scratch) -> Vec<String> {
    let sql = match scratch.backend {
        Backend::Sqlite => "SELECT name FROM sqlite_schema",
        Backend::Postgres => "SELECT relname::text FROM pg_class ORDER BY 1",
        Backend::Mysql => {
            "SELECT CONVERT(table_name USING utf8mb4) FROM information_schema.tables WHERE table_schema = database()"
        }
    };
    scratch.texts(sql).await.unwrap()
}

#[tokio::test]
async fn asking_writes_nothing() {
    for backend in required().unwrap() {
        let scratch = Scratch::create(backend).await.unwrap();
        let before = objects(&scratch).await;
        let db = pool(&scratch.url).await;
        let health = Probe::new(db.clone(), &Shop).unwrap().ask().await;
        assert_eq!(health.status, Status::Behind);
        assert!(health.is_reachable() && !health.is_ready());
        assert_eq!(objects(&scratch).await, before, "{backend}");
        db.close().await.unwrap();
        scratch.close().await.unwrap();
    }
}

/// A table of that name that is somebody else's.
#[tokio::test]
async fn a_history_that_cannot_be_read_is_told() {
    for backend in required().unwrap() {
        let scratch = Scratch::create(backend).await.unwrap();
        for sql in [
            "CREATE TABLE seaql_migrations (a integer)",
            "INSERT INTO seaql_migrations VALUES (1)",
        ] {
            scratch.run(sql).await.unwrap();
        }
        let db = pool(&scratch.url).await;
        let address = serve(Probe::new(db.clone(), &Shop).unwrap()).await;
        let told = both(address).await;
        insta::allow_duplicates! {
            insta::assert_snapshot!(told, @r#"
            200 {"status":"ok"}
            503 {"status":"unreadable","pending":[],"unknown":[],"reason":"the history cannot be read"}
            "#);
        }
        db.close().await.unwrap();
        scratch.close().await.unwrap();
    }
}

/// A role that may read the history and nothing else is enough; one that may not even do that is told apart.
#[tokio::test]
async fn a_role_without_rights_to_change_is_enough() {
    let password = "correct-horse-battery";
    for backend in required().unwrap() {
        if backend == Backend::Sqlite {
            continue;
        }
        let scratch = Scratch::create(backend).await.unwrap();
        let db = pool(&scratch.url).await;
        auto_migrate(&db, Shop, Policy::Upgrade).await.unwrap();
        db.close().await.unwrap();
        let role = format!("plimsoll_probe_{}", std::process::id());
        let mut url = url::Url::parse(&scratch.url).unwrap();
        let database = url.path().trim_start_matches('/').to_owned();
        let (make, drop) = match backend {
            Backend::Sqlite => (vec![], vec![]),
            Backend::Postgres => (
                vec![
                    format!("CREATE ROLE {role} LOGIN PASSWORD '{password}'"),
                    format!("GRANT SELECT ON seaql_migrations, plimsoll_history TO {role}"),
                    format!("CREATE ROLE {role}_blind LOGIN PASSWORD '{password}'"),
                ],
                vec![
                    format!("DROP OWNED BY {role}"),
                    format!("DROP ROLE {role}, {role}_blind"),
                ],
            ),
            Backend::Mysql => (
                vec![
                    format!("CREATE USER '{role}' IDENTIFIED BY '{password}'"),
                    format!("GRANT SELECT ON `{database}`.seaql_migrations TO '{role}'"),
                    format!("GRANT SELECT ON `{database}`.plimsoll_history TO '{role}'"),
                ],
                vec![format!("DROP USER '{role}'")],
            ),
        };
        for sql in make {
            scratch.run(&sql).await.unwrap();
        }
        url.set_username(&role).unwrap();
        url.set_password(Some(password)).unwrap();
        let db = pool(url.as_str()).await;
        let address = serve(Probe::new(db.clone(), &Shop).unwrap()).await;
        assert!(
            get(address, "/ready").await.starts_with("200 "),
            "{backend}"
        );
        db.close().await.unwrap();
        for sql in drop {
            scratch.run(&sql).await.unwrap();
        }
        scratch.close().await.unwrap();
    }
}

#[tokio::test]
async fn a_database_that_is_gone_is_told() {
    for backend in required().unwrap() {
        let scratch = Scratch::create(backend).await.unwrap();
        let (way, url) = way(&scratch).await;
        let db = pool(&url).await;
        auto_migrate(&db, Shop, Policy::Upgrade).await.unwrap();
        let address = serve(Probe::new(db.clone(), &Shop).unwrap()).await;
        assert!(get(address, "/ready").await.starts_with("200 "));
        match backend {
            // A file that was opened is there as long as it is open.
            Backend::Sqlite => db.clone().close().await.unwrap(),
            Backend::Postgres | Backend::Mysql => way.send(Way::Closed).unwrap(),
        }
        let told = both(address).await;
        insta::allow_duplicates! {
            insta::assert_snapshot!(told, @r#"
            503 {"status":"away"}
            503 {"status":"away","pending":[],"unknown":[],"reason":"no connection"}
            "#);
        }
        if backend != Backend::Sqlite {
            // It comes back, and so does the service, without being started again.
            way.send(Way::Open).unwrap();
            assert!(get(address, "/ready").await.starts_with("200 "));
        }
        db.close().await.unwrap();
        scratch.close().await.unwrap();
    }
}

/// A server that says nothing any more, and does not close either.
#[tokio::test]
async fn a_server_that_hangs_does_not_hang_the_probe() {
    for backend in required().unwrap() {
        if backend == Backend::Sqlite {
            continue;
        }
        let scratch = Scratch::create(backend).await.unwrap();
        let (way, url) = way(&scratch).await;
        let probe = Probe::new(pool(&url).await, &Shop).unwrap();
        assert_eq!(probe.ask().await.status, Status::Behind);
        way.send(Way::Silent).unwrap();
        let start = Instant::now();
        let health = probe.within(Duration::from_millis(300)).ask().await;
        assert!(start.elapsed() < Duration::from_secs(1), "{backend}");
        assert_eq!(
            (health.status, health.reason),
            (Status::Away, Some("no answer in time"))
        );
        way.send(Way::Closed).unwrap();
        scratch.close().await.unwrap();
    }
}

/// What the way to a server does with what it is to carry.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Way {
    Open,
    Silent,
    Closed,
}

/// A way to the database's server, and its address by that way.
async fn way(scratch: &Scratch) -> (tokio::sync::watch::Sender<Way>, String) {
    let (sender, receiver) = tokio::sync::watch::channel(Way::Open);
    let mut url = url::Url::parse(&scratch.url).unwrap();
    let port = match scratch.backend {
        Backend::Sqlite => return (sender, scratch.url.clone()),
        Backend::Postgres => url.port().unwrap_or(5432),
        Backend::Mysql => url.port().unwrap_or(3306),
    };
    let server = format!("{}:{port}", url.host_str().unwrap());
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    url.set_host(Some("127.0.0.1")).unwrap();
    url.set_port(Some(listener.local_addr().unwrap().port()))
        .unwrap();
    tokio::spawn(async move {
        while let Ok((client, _)) = listener.accept().await {
            if *receiver.borrow() != Way::Closed {
                tokio::spawn(carry(client, server.clone(), receiver.clone()));
            }
        }
    });
    (sender, url.to_string())
}

async fn carry(mut client: TcpStream, server: String, mut way: tokio::sync::watch::Receiver<Way>) {
    let mut server = TcpStream::connect(server).await.unwrap();
    let mut told = way.clone();
    let speaking = tokio::select! {
        _ = tokio::io::copy_bidirectional(&mut client, &mut server) => true,
        _ = told.wait_for(|way| *way != Way::Open) => false,
    };
    if !speaking {
        // Both ends stay open until it is closed, or the test is over.
        let _ = way.wait_for(|way| *way == Way::Closed).await;
    }
}

#[test]
fn the_words_are_an_interface() {
    let words = [
        Status::AtHead,
        Status::Behind,
        Status::Unreadable,
        Status::Away,
    ];
    let words = words
        .map(|word| serde_json::to_string(&word).unwrap())
        .join(" ");
    assert_eq!(words, r#""at_head" "behind" "unreadable" "away""#);
}
