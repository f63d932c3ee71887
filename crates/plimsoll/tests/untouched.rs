//! Whatever goes wrong: one error, the user's database as it was, and nothing left behind.
#![allow(clippy::unwrap_used, reason = "a test stops where it fails")]

#[path = "untouched/cut.rs"]
mod cut;
mod shell;

use std::net::ToSocketAddrs as _;

use plimsoll::prelude::*;
use plimsoll_schema::Backend;
use plimsoll_testkit::oracle;
use plimsoll_testkit::servers::{self, Scratch};
use shell::Shell;

struct Nothing;

#[async_trait::async_trait]
impl MigratorTrait for Nothing {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        Vec::new()
    }
}

/// What one test leaves behind for a moment is none of the other's business.
static ALONE: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());

/// What nobody may see.
const PASSWORD: &str = "correct-horse-battery";

const START: [&str; 3] = [
    "CREATE TABLE customer (id integer NOT NULL PRIMARY KEY, name varchar(80) NOT NULL)",
    "CREATE TABLE orders (id integer NOT NULL PRIMARY KEY, customer_id integer NOT NULL REFERENCES customer (id))",
    "INSERT INTO customer (id, name) VALUES (1, 'Ada')",
];

const AFTER: &str = "\
CREATE TABLE customer (id integer NOT NULL PRIMARY KEY, full_name varchar(80) NOT NULL, CHECK (id > 0));
CREATE TABLE orders (id integer NOT NULL PRIMARY KEY, customer_id integer NOT NULL REFERENCES customer (id));
CREATE INDEX ix_customer ON orders (customer_id);
";

/// A database with tables and a row, and a folder with files for the other side.
async fn prepare(backend: Backend) -> (Scratch, Shell) {
    let scratch = Scratch::create(backend).await.unwrap();
    for sql in START {
        scratch.run(sql).await.unwrap();
    }
    let shell = Shell::new();
    let hints = "[rename]\n\"customer.nick\" = \"full_name\"\n";
    for (name, text) in [
        ("after.sql", AFTER),
        (
            "wrong.sql",
            "CREATE TABLE a (id integer);\nCREATE TABLE b (id integer,);\n",
        ),
        ("corrupt.json", "{\"tables\": ["),
        (
            "foreign.json",
            "{\"name\": \"left-pad\", \"version\": \"1.3.0\"}",
        ),
        ("hints.toml", hints),
    ] {
        std::fs::write(shell.path().join(name), text).unwrap();
    }
    (scratch, shell)
}

/// The databases that this process made for trying and did not drop.
async fn left_behind(scratch: &Scratch) -> Vec<String> {
    let own = format!("plimsoll_scratch_{}_", std::process::id());
    let question = match scratch.backend {
        Backend::Sqlite => return Vec::new(),
        Backend::Postgres => "SELECT datname::text FROM pg_database",
        Backend::Mysql => {
            "SELECT CONVERT(schema_name USING utf8mb4) FROM information_schema.schemata"
        }
    };
    let names = scratch.texts(question).await.unwrap();
    names
        .into_iter()
        .filter(|name| name.starts_with(&own))
        .collect()
}

/// The address, with a user and a password.
fn with_user(url: &str, user: &str) -> String {
    let mut url = url::Url::parse(url).unwrap();
    url.set_username(user).unwrap();
    url.set_password(Some(PASSWORD)).unwrap();
    url.to_string()
}

/// A role that may do everything in this database, and make no other.
async fn small_role(scratch: &Scratch, name: &str) {
    let database = url::Url::parse(&scratch.url).unwrap();
    let database = database.path().trim_start_matches('/').to_owned();
    let statements = match scratch.backend {
        Backend::Sqlite => vec![],
        Backend::Postgres => vec![
            format!("CREATE ROLE {name} LOGIN PASSWORD '{PASSWORD}'"),
            format!("GRANT ALL ON ALL TABLES IN SCHEMA public TO {name}"),
        ],
        Backend::Mysql => vec![
            format!("CREATE USER '{name}' IDENTIFIED BY '{PASSWORD}'"),
            format!("GRANT ALL ON `{database}`.* TO '{name}'"),
        ],
    };
    for sql in statements {
        scratch.run(&sql).await.unwrap();
    }
}

async fn drop_role(scratch: &Scratch, name: &str) {
    let statements = match scratch.backend {
        Backend::Sqlite => vec![],
        Backend::Postgres => vec![format!("DROP OWNED BY {name}"), format!("DROP ROLE {name}")],
        Backend::Mysql => vec![format!("DROP USER '{name}'")],
    };
    for sql in statements {
        scratch.run(&sql).await.unwrap();
    }
}

#[tokio::test]
async fn mistakes_touch_nothing() {
    let _alone = ALONE.lock().await;
    for backend in servers::required().unwrap() {
        let (scratch, shell) = prepare(backend).await;
        let dir = shell.path().display().to_string();
        let role = format!("plimsoll_small_{}", std::process::id());
        small_role(&scratch, &role).await;
        let before = oracle::read_all(&scratch).await.unwrap();
        let mut lines = vec![
            ("--to DIR/corrupt.json", 7, "corrupt.json"),
            ("--to DIR/foreign.json", 7, "foreign.json"),
            ("--to DIR/none.json", 7, "none.json"),
            ("--to DIR/wrong.sql", 7, "wrong.sql"),
            (
                "--to DIR/after.sql --hints DIR/hints.toml",
                2,
                "customer.nick",
            ),
            ("--to DIR/after.sql --hints DIR/none.toml", 7, "none.toml"),
            (
                "--to DIR/after.sql --rename customer.name=full_name --drop customer.name",
                2,
                "customer.name",
            ),
            ("--to DIR/after.sql --rename customer=orders", 2, "orders"),
            ("--to DIR/after.sql", 3, "customer.name"),
        ];
        let (whole, small) = (scratch.url.clone(), with_user_of(&scratch, &role));
        if backend != Backend::Sqlite {
            lines.push(("--to DIR/after.sql SMALL", 6, "scratch"));
        }
        for (line, code, word) in lines {
            let url = if line.contains("SMALL") {
                &small
            } else {
                &whole
            };
            let line = line.replace("SMALL", "").replace("DIR", &dir);
            let told = shell
                .run(&Nothing, &format!("check --from db {line} -u {url}"))
                .await;
            assert!(
                told.ends_with(&format!("[{code}]")),
                "{backend} {line}\n{told}"
            );
            assert!(
                told.contains("error") && told.contains(word),
                "{backend} {line}\n{told}"
            );
            assert!(!told.contains(PASSWORD), "{backend} {line}\n{told}");
            assert_eq!(before, oracle::read_all(&scratch).await.unwrap());
            assert_eq!(left_behind(&scratch).await, Vec::<String>::new());
        }
        drop_role(&scratch, &role).await;
        scratch.close().await.unwrap();
    }
}

fn with_user_of(scratch: &Scratch, role: &str) -> String {
    match scratch.backend {
        Backend::Sqlite => scratch.url.clone(),
        Backend::Postgres | Backend::Mysql => with_user(&scratch.url, role),
    }
}

/// The server goes away after every so many bytes, from the greeting to the last question; the run after it cleans up.
#[tokio::test]
async fn a_server_that_goes_away_leaves_nothing_half_done() {
    let _alone = ALONE.lock().await;
    for backend in servers::required().unwrap() {
        if backend == Backend::Sqlite {
            continue;
        }
        let (scratch, shell) = prepare(backend).await;
        let before = oracle::read_all(&scratch).await.unwrap();
        let mut url = url::Url::parse(&scratch.url).unwrap();
        let port = url.port().unwrap_or(match backend {
            Backend::Postgres => 5432,
            Backend::Sqlite | Backend::Mysql => 3306,
        });
        let server = (url.host_str().unwrap(), port).to_socket_addrs();
        let server = server.unwrap().next().unwrap();
        url.set_host(Some("127.0.0.1")).unwrap();
        let ask = format!(
            "check --from db --to {}/after.sql --rename customer.name=full_name -u",
            shell.path().display()
        );
        let mut bytes = 64;
        let mut cuts = 0;
        loop {
            let port = cut::after(bytes, server).await;
            url.set_port(Some(port)).unwrap();
            let told = shell.run(&Nothing, &format!("{ask} {url}")).await;
            assert_eq!(before, oracle::read_all(&scratch).await.unwrap());
            if told.ends_with("[3]") {
                break;
            }
            assert!(
                told.contains("error") && told.ends_with("[6]"),
                "{backend}, {bytes} bytes\n{told}"
            );
            cuts += 1;
            bytes += bytes / 3;
        }
        assert!(cuts > 8, "{backend} was cut {cuts} times only");
        // What a run that was cut could not drop, the next one did.
        assert_eq!(left_behind(&scratch).await, Vec::<String>::new());
        scratch.close().await.unwrap();
    }
}
