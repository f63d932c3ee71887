//! A run that is killed after any of its statements is gone on with: catalog and rows end as if nothing had happened.
//!
//! The run is a process of its own, this program once more. Servers are spoken to through the test, which kills it after the n-th
//! statement; SQLite's runs kill themselves at the n-th commit or changed row, before it lasts.
#![allow(clippy::unwrap_used, reason = "a test stops where it fails")]

#[path = "killed/history.rs"]
mod history;
#[path = "killed/proxy.rs"]
mod proxy;

use std::collections::BTreeSet;
use std::net::ToSocketAddrs as _;
use std::process::{ExitCode, Stdio};

use history::History;
use plimsoll_migrate::connect::{Access, Connection, connect};
use plimsoll_migrate::offline::Offline;
use plimsoll_migrate::project::{Finding, Project};
use plimsoll_migrate::runner::{Direction, Done, Event, Failure, Options, Run, Stop, unfinished};
use plimsoll_migrate::url::DbUrl;
use plimsoll_schema::Backend;
use plimsoll_testkit::oracle;
use plimsoll_testkit::servers::{self, Scratch};
use proxy::Proxy;
use tokio::io::AsyncWriteExt as _;
use tokio::process::Command;

/// The address that a run of its own is to work on.
const CHILD: &str = "PLIMSOLL_KILLED_CHILD";
/// At which commit or changed row it kills itself (SQLite).
const ABORT_AT: &str = "PLIMSOLL_KILLED_AT";

#[tokio::main]
async fn main() -> ExitCode {
    if let Ok(url) = std::env::var(CHILD) {
        return child(&url).await;
    }
    // A test of this name can be asked for, as with the usual harness.
    let wanted = std::env::args().skip(1).find(|word| !word.starts_with('-'));
    let is_wanted = |name: &str| wanted.as_ref().is_none_or(|wanted| name.contains(wanted));
    for backend in servers::required().unwrap() {
        if !is_wanted("killed_anywhere") {
            break;
        }
        killed(backend).await;
        println!("test killed_anywhere ({backend:?}) ... ok");
    }
    for backend in servers::required().unwrap() {
        if !is_wanted("fifty_at_once_do_the_work_once") {
            break;
        }
        many_at_once(backend).await;
        println!("test fifty_at_once_do_the_work_once ({backend:?}) ... ok");
    }
    for backend in servers::required().unwrap() {
        as_a_script(backend).await;
        println!("test a_script_does_what_a_run_does ({backend:?}) ... ok");
    }
    broken_index().await;
    println!("test an_index_that_was_broken_off_is_built_anew ... ok");
    servers::drop_idle().await.unwrap();
    ExitCode::SUCCESS
}

async fn child(url: &str) -> ExitCode {
    let url = DbUrl::parse(url).unwrap();
    let connection = connect(&url, Access::Write, None).await.unwrap();
    if let Some(at) = std::env::var(ABORT_AT).ok().and_then(|at| at.parse().ok()) {
        abort_at(&connection, at).await;
    }
    match upgrade(&connection).await {
        Ok(events) => {
            let done = events
                .iter()
                .filter(|event| matches!(event, Event::Done(_)));
            println!("{}", done.count());
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

/// Kills this process at a commit or a changed row.
async fn abort_at(connection: &Connection, at: u32) {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU32, Ordering};
    let pool = connection.db.get_sqlite_connection_pool();
    let mut session = pool.acquire().await.unwrap();
    let mut handle = session.lock_handle().await.unwrap();
    let count = Arc::new(AtomicU32::new(0));
    let own = Arc::clone(&count);
    handle.set_update_hook(move |_| {
        if count.fetch_add(1, Ordering::SeqCst) + 1 == at {
            std::process::abort();
        }
    });
    handle.set_commit_hook(move || {
        if own.fetch_add(1, Ordering::SeqCst) + 1 == at {
            std::process::abort();
        }
        true
    });
}

/// Runs everything; the events it told.
async fn upgrade(connection: &Connection) -> Result<Vec<Event>, String> {
    let project = Project::of(&History(connection.url.backend())).unwrap();
    let standing = project.standing(connection).await.unwrap();
    let mut events = Vec::new();
    let run = Run {
        connection,
        project: &project,
        direction: Direction::Up,
        options: Options::default(),
        stop: Stop::never(),
    };
    let mut tell = |event: &Event| events.push(event.clone());
    let ran = run.path(&standing.pending, &mut tell).await;
    ran.map_err(|failure| format!("{failure}\n{}", failure.help()))?;
    assert_eq!(
        unfinished(&connection.db, project.table()).await.unwrap(),
        None
    );
    Ok(events)
}

/// What is in a database: its objects in the words of the server, and its rows.
async fn contents(scratch: &Scratch) -> Vec<String> {
    let mut out: Vec<String> = oracle::read(scratch)
        .await
        .unwrap()
        .into_iter()
        .filter(|line| !line.contains("plimsoll_") && !line.contains("seaql_"))
        .collect();
    for table in ["a2", "b", "c"] {
        let columns = if table == "c" { "n" } else { "id" };
        let row = match (scratch.backend, table) {
            (Backend::Mysql, "a2") => "concat_ws(' ', id, n, m, note)",
            (Backend::Mysql, "b") => "concat_ws(' ', id, a_id, code)",
            (Backend::Mysql, _) => "concat(n)",
            (Backend::Postgres, _) => "t::text",
            (Backend::Sqlite, "a2") => "concat_n(id, n)",
            (Backend::Sqlite, "b") => "id || ' ' || a_id || ' ' || coalesce(code, '-')",
            (Backend::Sqlite, _) => "CAST(n AS text)",
        };
        let row = row.replace("concat_n(id, n)", "id || ' ' || n");
        let sql = format!("SELECT {row} FROM {table} AS t ORDER BY {columns}");
        let rows = scratch.texts(&sql).await.unwrap();
        out.extend(rows.into_iter().map(|row| format!("{table}: {row}")));
    }
    out
}

async fn killed(backend: Backend) {
    let undisturbed = Scratch::create(backend).await.unwrap();
    let url = DbUrl::parse(&undisturbed.url).unwrap();
    let connection = connect(&url, Access::Write, None).await.unwrap();
    upgrade(&connection).await.unwrap();
    let wanted = contents(&undisturbed).await;
    assert!(
        wanted.iter().any(|line| line.starts_with("a2: ")),
        "{wanted:?}"
    );
    connection.db.close().await.unwrap();
    undisturbed.close().await.unwrap();
    let mut resumed = 0;
    for at in 1.. {
        let scratch = Scratch::create(backend).await.unwrap();
        let ended = run_and_kill(backend, &scratch, at).await;
        if !ended {
            let url = DbUrl::parse(&scratch.url).unwrap();
            let connection = connect(&url, Access::Write, None).await.unwrap();
            let events = upgrade(&connection).await;
            let events =
                events.unwrap_or_else(|error| panic!("{backend:?}, killed at {at}: {error}"));
            connection.db.close().await.unwrap();
            resumed += usize::from(
                events
                    .iter()
                    .any(|event| matches!(event, Event::Resumed(..))),
            );
        }
        let found = contents(&scratch).await;
        assert_eq!(found, wanted, "{backend:?}, killed at {at}");
        drop_at_last(scratch).await;
        if ended {
            println!(
                "{backend:?}: killed at {} places, {resumed} runs went on in the middle of a revision",
                at - 1
            );
            assert!(resumed > 3);
            return;
        }
    }
}

/// Drops a database in which the session of a process that was killed may still be.
async fn drop_at_last(scratch: Scratch) {
    if scratch.backend == Backend::Postgres {
        let others = "SELECT pg_terminate_backend(pid)::text FROM pg_stat_activity \
            WHERE datname = current_database() AND pid <> pg_backend_pid()";
        while !scratch.texts(others).await.unwrap().is_empty() {}
    }
    scratch.close().await.unwrap();
}

/// Runs a process and kills it at that place; whether it came to its end before.
async fn run_and_kill(backend: Backend, scratch: &Scratch, at: i64) -> bool {
    let program = std::env::current_exe().unwrap();
    let mut command = Command::new(program);
    command
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .kill_on_drop(true);
    if backend == Backend::Sqlite {
        command
            .env(CHILD, &scratch.url)
            .env(ABORT_AT, at.to_string())
            .stderr(Stdio::null());
        return command.status().await.unwrap().success();
    }
    let (address, url) = (server_of(&scratch.url), |port: u16| {
        through(&scratch.url, port)
    });
    let proxy = Proxy::start(backend, address, at).await;
    let mut child = command.env(CHILD, url(proxy.port)).spawn().unwrap();
    tokio::select! {
        ended = child.wait() => {
            let ended = ended.unwrap();
            assert!(ended.success(), "the run ended by itself, {} before", proxy.left());
            true
        }
        () = proxy.last.notified() => {
            child.kill().await.unwrap();
            false
        }
    }
}

fn server_of(url: &str) -> std::net::SocketAddr {
    let url = url::Url::parse(url).unwrap();
    let default = if url.scheme().starts_with("postgres") {
        5432
    } else {
        3306
    };
    let host = format!(
        "{}:{}",
        url.host_str().unwrap(),
        url.port().unwrap_or(default)
    );
    host.to_socket_addrs().unwrap().next().unwrap()
}

fn through(url: &str, port: u16) -> String {
    let mut url = url::Url::parse(url).unwrap();
    url.set_host(Some("127.0.0.1")).unwrap();
    url.set_port(Some(port)).unwrap();
    // What is encrypted cannot be counted.
    let plain = if url.scheme().starts_with("postgres") {
        ("sslmode", "disable")
    } else {
        ("ssl-mode", "DISABLED")
    };
    url.query_pairs_mut().append_pair(plain.0, plain.1);
    url.to_string()
}

/// The script of a run, carried out by the server's own shell.
async fn as_a_script(backend: Backend) {
    let (by_run, by_script) = (
        Scratch::create(backend).await.unwrap(),
        Scratch::create(backend).await.unwrap(),
    );
    let url = DbUrl::parse(&by_run.url).unwrap();
    let connection = connect(&url, Access::Write, None).await.unwrap();
    upgrade(&connection).await.unwrap();
    connection.db.close().await.unwrap();
    let project = Project::of(&History(backend)).unwrap();
    let ids: Vec<&str> = project
        .graph()
        .nodes()
        .iter()
        .map(|node| node.id.as_str())
        .collect();
    let offline = Offline {
        project: &project,
        server: by_script.server().await.unwrap(),
    };
    let (first, last) = ids.split_at(5);
    // In two scripts, the second of which has to know what the first has made.
    let nothing = BTreeSet::new();
    let half: BTreeSet<&str> = first.iter().copied().collect();
    for (applied, path) in [(&nothing, first), (&half, last)] {
        let script = offline.run(applied, path, Direction::Up).await.unwrap();
        if !shell(&by_script, &script).await {
            return;
        }
    }
    assert_eq!(
        contents(&by_script).await,
        contents(&by_run).await,
        "{backend:?}"
    );
    let connection = connect(&DbUrl::parse(&by_script.url).unwrap(), Access::Read, None)
        .await
        .unwrap();
    let standing = project.standing(&connection).await.unwrap();
    assert!(standing.is_at_head() && standing.edited.is_empty());
    let findings = project.verify(&connection).await.unwrap();
    assert!(
        findings
            .iter()
            .all(|(_, finding)| *finding == Finding::Same),
        "{findings:?}"
    );
    connection.db.close().await.unwrap();
    by_run.close().await.unwrap();
    by_script.close().await.unwrap();
}

/// Gives a script to the server's shell; whether there is one. CI has all of them.
async fn shell(scratch: &Scratch, script: &str) -> bool {
    let url = url::Url::parse(&scratch.url).unwrap();
    let mut command = match scratch.backend {
        Backend::Sqlite => {
            let mut command = Command::new("sqlite3");
            let file = DbUrl::parse(&scratch.url).unwrap();
            command.arg(file.file().unwrap());
            command
        }
        Backend::Postgres => {
            let mut command = Command::new("psql");
            command.args(["--no-psqlrc", "--quiet", &scratch.url]);
            command
        }
        Backend::Mysql => {
            let mut command = Command::new("mariadb");
            command.args(["--host", url.host_str().unwrap(), "--user", url.username()]);
            command.args(["--port", &url.port().unwrap_or(3306).to_string()]);
            command.env("MYSQL_PWD", url.password().unwrap_or_default());
            command.arg(url.path().trim_start_matches('/'));
            command
        }
    };
    command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut child = match command.spawn() {
        Ok(child) => child,
        Err(error) if std::env::var_os("CI").is_none() => {
            println!(
                "the shell of {:?} cannot be run, so its script is not: {error}",
                scratch.backend
            );
            return false;
        }
        Err(error) => panic!("the shell of {:?}: {error}", scratch.backend),
    };
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(script.as_bytes()).await.unwrap();
    drop(stdin);
    let output = child.wait_with_output().await.unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(
        output.status.success() && said.is_empty(),
        "{said}\n{script}"
    );
    true
}

/// Fifty replicas of a service start at the same moment.
async fn many_at_once(backend: Backend) {
    for populated in [false, true] {
        let scratch = Scratch::create(backend).await.unwrap();
        if populated {
            let url = DbUrl::parse(&scratch.url).unwrap();
            let connection = connect(&url, Access::Write, None).await.unwrap();
            upgrade_to(&connection, 4).await.0.unwrap();
            connection.db.close().await.unwrap();
        }
        let program = std::env::current_exe().unwrap();
        let children: Vec<_> = (0..50)
            .map(|_| {
                let mut command = Command::new(&program);
                command
                    .env(CHILD, &scratch.url)
                    .stdout(Stdio::piped())
                    .stderr(Stdio::piped());
                command.spawn().unwrap()
            })
            .collect();
        let mut counts = Vec::new();
        for child in children {
            let output = child.wait_with_output().await.unwrap();
            let said = String::from_utf8(output.stderr).unwrap();
            assert!(
                output.status.success(),
                "{backend:?}, populated {populated}: {said}"
            );
            let count: u32 = String::from_utf8(output.stdout)
                .unwrap()
                .trim()
                .parse()
                .unwrap();
            counts.push(count);
        }
        counts.sort_unstable();
        let expected = if populated { 6 } else { 10 };
        assert_eq!(counts.pop(), Some(expected), "{backend:?}");
        assert_eq!(counts, vec![0; 49], "{backend:?}");
        scratch.close().await.unwrap();
    }
}

/// PostgreSQL leaves an index behind when building it concurrently fails.
async fn broken_index() {
    if !servers::required().unwrap().contains(&Backend::Postgres) {
        return;
    }
    let scratch = Scratch::create(Backend::Postgres).await.unwrap();
    let url = DbUrl::parse(&scratch.url).unwrap();
    let connection = connect(&url, Access::Write, None).await.unwrap();
    let run = |count: usize| upgrade_to(&connection, count);
    run(6).await.0.unwrap();
    scratch.run("UPDATE a SET n = 1").await.unwrap();
    let failure = run(7).await.0.unwrap_err();
    let told = format!("{failure}\n{}", failure.help());
    insta::assert_snapshot!(told, @r#"
    apply `m06`, statement 1 of 2: could not create unique index "ux_a_n" (Key (n)=(1) is duplicated)
      CREATE UNIQUE INDEX CONCURRENTLY ux_a_n ON a (n)
    nothing of it was done; remove the cause and run it again: it goes on at this statement
    "#);
    let invalid = "SELECT indexrelid::regclass::text FROM pg_index WHERE NOT indisvalid";
    assert_eq!(scratch.texts(invalid).await.unwrap(), ["ux_a_n"]);
    scratch.run("UPDATE a SET n = id").await.unwrap();
    let (ran, events) = run(10).await;
    ran.unwrap();
    assert!(
        events
            .iter()
            .any(|event| matches!(event, Event::Cleared(sql) if sql.contains("ux_a_n")))
    );
    assert!(scratch.texts(invalid).await.unwrap().is_empty());
    connection.db.close().await.unwrap();
    scratch.close().await.unwrap();
}

/// Runs the first revisions of the history.
async fn upgrade_to(
    connection: &Connection,
    count: usize,
) -> (Result<Vec<Done>, Failure>, Vec<Event>) {
    let project = Project::of(&History(connection.url.backend())).unwrap();
    let mut path = project.standing(connection).await.unwrap().pending;
    path.retain(|id| {
        project.graph().nodes()[..count]
            .iter()
            .any(|node| node.id == *id)
    });
    let mut events = Vec::new();
    let run = Run {
        connection,
        project: &project,
        direction: Direction::Up,
        options: Options::default(),
        stop: Stop::never(),
    };
    let ran = run
        .path(&path, &mut |event| events.push(event.clone()))
        .await;
    (ran, events)
}
