//! PostgreSQL behind a real PgBouncer.
#![allow(clippy::unwrap_used, reason = "a test stops where it fails")]

mod shell;
mod shop;

use std::os::unix::fs::{MetadataExt as _, PermissionsExt};
use std::process::Stdio;

use plimsoll_schema::Backend;
use plimsoll_testkit::servers::{self, Scratch};
use shell::Shell;
use shop::Shop;
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::{Child, Command};

shell::harness! { Shop: through_a_pooler }

/// How many replicas start at once.
const REPLICAS: usize = 10;

/// Where Debian puts it is not on every user's path.
fn program() -> &'static str {
    let debian = "/usr/sbin/pgbouncer";
    if std::path::Path::new(debian).exists() {
        debian
    } else {
        "pgbouncer"
    }
}

/// A pooler in front of the server of a database.
struct Pooler {
    _process: Child,
    _folder: tempfile::TempDir,
    /// The address of the same database through it.
    url: String,
}

impl Pooler {
    async fn start(scratch: &Scratch, settings: &str) -> Self {
        let mut url = url::Url::parse(&scratch.url).unwrap();
        let port = {
            let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
            free.local_addr().unwrap().port()
        };
        let password = url.password().unwrap_or_default();
        let password = match password {
            "" => String::new(),
            word => format!(" password={word}"),
        };
        let text = format!(
            "[databases]\n* = host={} port={} user={}{password}\n[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {port}\n\
             unix_socket_dir =\nauth_type = any\ndefault_pool_size = 25\nignore_startup_parameters = extra_float_digits\n{settings}\n",
            url.host_str().unwrap(),
            url.port().unwrap_or(5432),
            url.username(),
        );
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("pgbouncer.ini");
        std::fs::write(&file, text).unwrap();
        // It gives up root's rights, and refuses to run with them.
        std::fs::set_permissions(folder.path(), PermissionsExt::from_mode(0o755)).unwrap();
        let mut command = Command::new(program());
        if std::fs::metadata(folder.path()).unwrap().uid() == 0 {
            command.args(["-u", "nobody"]);
        }
        let mut process = command
            .arg(&file)
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(process.stderr.take().unwrap()).lines();
        let mut said = String::new();
        loop {
            let line = lines.next_line().await.unwrap();
            let line = line.unwrap_or_else(|| panic!("the pooler ended: {said}"));
            said += &line;
            if line.contains("process up") {
                break;
            }
        }
        // What it says has to go somewhere.
        tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
        url.set_host(Some("127.0.0.1")).unwrap();
        url.set_port(Some(port)).unwrap();
        url.query_pairs_mut().append_pair("sslmode", "disable");
        Self {
            _process: process,
            _folder: folder,
            url: url.to_string(),
        }
    }
}

/// Its version; `None` where there is none. CI has it.
async fn version() -> Option<(u32, u32)> {
    let told = match Command::new(program()).arg("--version").output().await {
        Ok(output) => String::from_utf8(output.stdout).unwrap(),
        Err(error) if std::env::var_os("CI").is_none() => {
            println!("PgBouncer cannot be run, so nothing runs through it: {error}");
            return None;
        }
        Err(error) => panic!("PgBouncer: {error}"),
    };
    let number = told.split_whitespace().nth(1).unwrap();
    let mut parts = number.split('.').map(|part| part.parse().unwrap());
    Some((parts.next().unwrap(), parts.next().unwrap()))
}

async fn through_a_pooler() {
    if !servers::required().unwrap().contains(&Backend::Postgres) {
        return;
    }
    let Some(version) = version().await else {
        return;
    };
    works("pool_mode = session").await;
    if version >= (1, 21) {
        works("pool_mode = transaction\nmax_prepared_statements = 100").await;
        is_refused("pool_mode = transaction\nmax_prepared_statements = 0").await;
    } else {
        is_refused("pool_mode = transaction").await;
    }
}

/// Every command, and many replicas at once, of which one does the work.
async fn works(settings: &str) {
    let scratch = Scratch::create(Backend::Postgres).await.unwrap();
    let pooler = Pooler::start(&scratch, settings).await;
    let program = std::env::current_exe().unwrap();
    let replicas: Vec<Child> = (0..REPLICAS)
        .map(|_| {
            let mut command = Command::new(&program);
            command
                .env(shell::AS_COMMAND, "1")
                .args(["upgrade", "-u", &pooler.url])
                .current_dir(std::env::temp_dir())
                .stdout(Stdio::piped())
                .stderr(Stdio::piped());
            command.spawn().unwrap()
        })
        .collect();
    let mut applied = 0;
    for replica in replicas {
        let output = replica.wait_with_output().await.unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(output.status.success(), "{settings}: {said}");
        let told = String::from_utf8(output.stdout).unwrap();
        applied += told.matches("applied m").count();
    }
    assert_eq!(applied, 2, "{settings}: each revision once");
    let shell = Shell::new();
    for line in [
        "current --check-heads",
        "status",
        "verify",
        "history",
        "downgrade -1",
        "upgrade",
        "downgrade base",
        "stamp head",
    ] {
        let told = shell.run(&Shop, &format!("{line} -u {}", pooler.url)).await;
        assert!(told.ends_with("[0]"), "{settings}, {line}: {told}");
    }
    drop(pooler);
    scratch.close().await.unwrap();
}

/// A pooler that mixes up prepared statements: every command says so and does nothing, each time.
async fn is_refused(settings: &str) {
    let scratch = Scratch::create(Backend::Postgres).await.unwrap();
    let pooler = Pooler::start(&scratch, settings).await;
    let shell = Shell::new();
    let shown = plimsoll_migrate::url::DbUrl::parse(&pooler.url)
        .unwrap()
        .to_string();
    for line in ["current", "upgrade", "status", "downgrade base", "upgrade"] {
        let told = shell
            .run(&Shop, &format!("{line} -u {}", pooler.url))
            .await
            .replace(&shown, "URL");
        assert!(told.ends_with("[6]"), "{line}: {told}");
        if line == "upgrade" {
            insta::allow_duplicates! { insta::assert_snapshot!(told, @r#"
            ! error: failed to connect to `URL`: a pooler is in between that does not keep prepared statements apart (prepared statement "sqlx_s_1" already exists)
            ! help: a pooler that gives every transaction another session has to keep prepared statements, as PgBouncer does from 1.21 on with max_prepared_statements above 0; or use its session mode, or the server's own address
            [6]
            "#); }
        }
    }
    assert!(scratch.run("SELECT 1 FROM seaql_migrations").await.is_err());
    drop(pooler);
    scratch.close().await.unwrap();
}
