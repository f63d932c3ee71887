//! Seeds: a dump is loaded whole or not at all, once; files beside it are sent, and not twice.
#![allow(clippy::unwrap_used, reason = "a test stops where it fails")]

mod child;
mod shell;

use std::io::Write as _;
use std::path::Path;

use child::{Bench, S3, SECRET, Shop, program};
use plimsoll_schema::Backend;
use plimsoll_testkit::servers;
use tokio::io::AsyncReadExt as _;

shell::harness!(Shop:
    a_dump_of_rows
    a_dump_of_a_whole_database
    a_dump_that_cannot_be_loaded_touches_nothing
    a_failure_in_the_middle_leaves_the_tables_as_they_were
    a_load_that_is_killed_is_none
    a_load_that_is_killed_on_sqlite_is_none
    what_the_database_holds_already
    files_are_sent_once
    a_backup_comes_first
    of_many_replicas_one_loads
    a_terminal_shows_how_far_it_came
);

/// The dump of a database, by the backend's own tool: its rows alone, or all of it.
fn dump(bench: &Bench, at: usize, rows_alone: bool, to: &str) {
    let url = url::Url::parse(&bench.database(at).url).unwrap();
    let (mut command, flags) = match bench.backend {
        Backend::Sqlite => {
            let mut command = std::process::Command::new("sqlite3");
            command.arg(url.path());
            (
                command,
                vec![if rows_alone {
                    ".dump --data-only"
                } else {
                    ".dump"
                }],
            )
        }
        Backend::Postgres => {
            let mut command = std::process::Command::new("pg_dump");
            command.arg(format!("--dbname={url}"));
            (
                command,
                if rows_alone {
                    vec!["--data-only"]
                } else {
                    vec![]
                },
            )
        }
        Backend::Mysql => {
            let mut command = std::process::Command::new("mariadb-dump");
            command.args([
                "-h",
                url.host_str().unwrap(),
                "-u",
                url.username(),
                "-P",
                &url.port().unwrap_or(3306).to_string(),
            ]);
            if let Some(password) = url.password() {
                command.env("MYSQL_PWD", password);
            }
            command.arg(url.path().trim_start_matches('/'));
            (
                command,
                if rows_alone {
                    vec!["--no-create-info", "--skip-triggers"]
                } else {
                    vec![]
                },
            )
        }
    };
    let output = command.args(flags).output().unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    std::fs::write(bench.path(to), &output.stdout).unwrap();
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    packer.write_all(&output.stdout).unwrap();
    std::fs::write(bench.path(&format!("{to}.gz")), packer.finish().unwrap()).unwrap();
}

/// A database at head with rows, of which `rows.sql` and `all.sql` are dumps; and one or more that are empty.
async fn prepare(backend: Backend, empty: usize) -> Bench {
    let bench = Bench::new(backend, 1 + empty).await;
    bench.expect(0, "upgrade", 0, &["applied m20260102"]).await;
    let photo = match backend {
        Backend::Postgres => r"'\x00ff0a0d275c'",
        Backend::Sqlite | Backend::Mysql => "x'00ff0a0d275c'",
    };
    let name = "'it''s; \"hard\" 漢字\n\t-- none'";
    let one = format!(
        "INSERT INTO customer (id, name, photo) VALUES (1, {name}, {photo}), (2, '', NULL)"
    );
    bench
        .own(
            0,
            &[
                &one,
                "INSERT INTO orders (id, customer_id) VALUES (1, 2), (2, 1)",
            ],
        )
        .await;
    dump(&bench, 0, true, "rows.sql");
    dump(&bench, 0, false, "all.sql");
    bench
}

async fn rows(bench: &Bench, at: usize) -> Vec<String> {
    let names = match bench.backend {
        Backend::Sqlite => "SELECT name || coalesce(hex(photo), 'null') FROM customer ORDER BY id",
        Backend::Postgres => {
            "SELECT name || coalesce(upper(encode(photo, 'hex')), 'null') FROM customer ORDER BY id"
        }
        Backend::Mysql => {
            "SELECT CONVERT(concat(name, coalesce(hex(photo), 'null')) USING utf8mb4) FROM customer ORDER BY id"
        }
    };
    let orders = match bench.backend {
        Backend::Sqlite => "SELECT id || ' ' || customer_id FROM orders ORDER BY id",
        Backend::Postgres => "SELECT id || ' ' || customer_id FROM orders ORDER BY id",
        Backend::Mysql => {
            "SELECT CONVERT(concat(id, ' ', customer_id) USING utf8mb4) FROM orders ORDER BY id"
        }
    };
    let mut out = bench.database(at).texts(names).await.unwrap();
    out.extend(bench.database(at).texts(orders).await.unwrap());
    out
}

async fn same(bench: &Bench, at: usize) {
    assert_eq!(
        rows(bench, 0).await,
        rows(bench, at).await,
        "{}",
        bench.backend
    );
    assert_eq!(rows(bench, 0).await.len(), 4);
}

async fn a_dump_of_rows() {
    for backend in servers::required().unwrap() {
        let bench = prepare(backend, 2).await;
        bench
            .expect(
                1,
                "seed --dump DIR/rows.sql",
                0,
                &[
                    "applied m20260101",
                    "applied m20260102",
                    "loaded DIR/rows.sql",
                ],
            )
            .await;
        same(&bench, 1).await;
        bench
            .expect(1, "seed --dump DIR/rows.sql", 0, &["loaded already"])
            .await;
        // The same dump, packed.
        bench
            .expect(
                1,
                "seed --dump DIR/rows.sql.gz --format json",
                0,
                &["\"was_loaded\": true"],
            )
            .await;
        same(&bench, 1).await;
        bench
            .expect(
                2,
                "seed --dump DIR/rows.sql.gz --format json",
                0,
                &["\"was_loaded\": false"],
            )
            .await;
        same(&bench, 2).await;
        bench.expect(2, "current --check-heads", 0, &[]).await;
        bench.close().await;
    }
}

async fn a_dump_of_a_whole_database() {
    for backend in servers::required().unwrap() {
        let bench = prepare(backend, 2).await;
        bench
            .expect(
                1,
                "seed --dump DIR/all.sql.gz",
                0,
                &["loaded DIR/all.sql.gz"],
            )
            .await;
        same(&bench, 1).await;
        bench
            .expect(1, "current --check-heads", 0, &["m20260102"])
            .await;
        bench
            .expect(1, "seed --dump DIR/all.sql", 0, &["loaded already"])
            .await;
        bench
            .expect(
                0,
                "seed --dump DIR/all.sql",
                8,
                &["is not empty", "--data-only", "nothing was touched"],
            )
            .await;
        // One that is behind is brought to head.
        bench.expect(0, "downgrade -1", 0, &[]).await;
        dump(&bench, 0, false, "behind.sql");
        bench
            .expect(
                2,
                "seed --dump DIR/behind.sql",
                0,
                &["loaded", "applied m20260102"],
            )
            .await;
        bench.close().await;

        let other = Bench::new(backend, 1).await;
        std::fs::write(
            other.path("t.sql"),
            "CREATE TABLE t (id integer);\nINSERT INTO t VALUES (1);\n",
        )
        .unwrap();
        other
            .expect(
                0,
                "seed --dump DIR/t.sql",
                8,
                &["`t`, line 1", "seaql_migrations", "nothing was touched"],
            )
            .await;
        assert!(other.holds(0).await.is_empty());
        other.close().await;
    }
}

async fn a_dump_that_cannot_be_loaded_touches_nothing() {
    let mut others: Vec<(Backend, Vec<u8>)> = Vec::new();
    for backend in servers::required().unwrap() {
        let bench = prepare(backend, 1).await;
        let empty = bench.holds(1).await;
        let (text, packed) = (
            std::fs::read(bench.path("rows.sql")).unwrap(),
            std::fs::read(bench.path("rows.sql.gz")).unwrap(),
        );
        for (name, bytes) in [
            ("cut.sql", &text[..text.len() / 2]),
            ("cut.sql.gz", &packed[..packed.len() - 9]),
        ] {
            std::fs::write(bench.path(name), bytes).unwrap();
            let line = format!("seed --dump DIR/{name}");
            bench
                .expect(1, &line, 8, &["it is cut off", "nothing was touched"])
                .await;
        }
        for (theirs, text) in &others {
            std::fs::write(bench.path("other.sql"), text).unwrap();
            let theirs = format!("it is for {theirs}, and the database is {backend}");
            bench
                .expect(
                    1,
                    "seed --dump DIR/other.sql",
                    8,
                    &[&theirs, "nothing was touched"],
                )
                .await;
        }
        std::fs::write(bench.path("elsewhere.sql"), "DROP DATABASE x;\n").unwrap();
        bench
            .expect(
                1,
                "seed --dump DIR/elsewhere.sql",
                8,
                &["line 1 says `DROP DATABASE`"],
            )
            .await;
        std::fs::write(
            bench.path("alters.sql"),
            "INSERT INTO customer (id, name) VALUES (1, '');\nDROP TABLE customer;\n",
        )
        .unwrap();
        bench
            .expect(
                1,
                "seed --dump DIR/alters.sql",
                8,
                &["line 2 says `DROP TABLE`"],
            )
            .await;
        bench
            .expect(1, "seed --dump DIR/none.sql", 8, &["none.sql"])
            .await;
        bench
            .expect(
                1,
                "seed --dump DIR/rows.sql --assets DIR/none --to DIR/sent",
                8,
                &["DIR/none"],
            )
            .await;
        assert_eq!(empty, bench.holds(1).await);
        others.push((backend, text));
        bench.close().await;
    }
}

async fn a_failure_in_the_middle_leaves_the_tables_as_they_were() {
    for backend in servers::required().unwrap() {
        let mut bench = prepare(backend, 1).await;
        bench.expect(1, "upgrade", 0, &[]).await;
        let text = std::fs::read(bench.path("rows.sql")).unwrap();
        let broken = "INSERT INTO orders (id, customer_id) VALUES (7, 2);\n".repeat(2);
        // Before the tool's last words.
        let mark = match backend {
            Backend::Sqlite => "",
            Backend::Postgres => "--\n-- PostgreSQL database dump complete",
            Backend::Mysql => "-- Dump completed",
        };
        let end = (0..=text.len())
            .rev()
            .find(|at| text[*at..].starts_with(mark.as_bytes()));
        let (start, rest) = text.split_at(end.unwrap());
        let public = match backend {
            Backend::Sqlite | Backend::Mysql => broken,
            Backend::Postgres => broken.replace("INTO ", "INTO public."),
        };
        std::fs::write(
            bench.path("broken.sql"),
            [start, public.as_bytes(), rest].concat(),
        )
        .unwrap();
        let line = start.split(|byte| *byte == b'\n').count() + 1;
        let told = bench
            .expect(1, "seed --dump DIR/broken.sql", 8, &["rolled back"])
            .await;
        assert!(
            told.contains(&format!("line {line}")),
            "{backend} {line}\n{told}"
        );
        assert_eq!(rows(&bench, 1).await, Vec::<String>::new());
        // Rows that refer to none, where the dump turns the checks off.
        if backend == Backend::Sqlite {
            std::fs::write(
                bench.path("lost.sql"),
                "INSERT INTO orders (id, customer_id) VALUES (1, 99);\n",
            )
            .unwrap();
            bench
                .expect(1, "seed --dump DIR/lost.sql", 8, &["rows refer to others"])
                .await;
        } else {
            bench.set("PATH", "/nowhere");
            bench
                .expect(1, "seed --dump DIR/rows.sql", 8, &["not on the PATH"])
                .await;
            bench.unset("PATH");
        }
        assert_eq!(rows(&bench, 1).await, Vec::<String>::new());
        bench
            .expect(1, "seed --dump DIR/rows.sql", 0, &["loaded"])
            .await;
        same(&bench, 1).await;
        bench.close().await;
    }
}

/// The client is killed, and we are, when half was sent: the server rolls back, and the next run loads all of it.
async fn a_load_that_is_killed_is_none() {
    for backend in servers::required().unwrap() {
        let (client, path) = match backend {
            Backend::Sqlite => continue,
            Backend::Postgres => ("psql", "/usr/bin/psql"),
            Backend::Mysql => ("mariadb", "/usr/bin/mariadb"),
        };
        let real = std::env::var("PATH").unwrap();
        let real = real
            .split(':')
            .map(|folder| format!("{folder}/{client}"))
            .find(|file| Path::new(file).exists());
        let real = real.unwrap_or_else(|| path.to_owned());
        for who in ["plimsoll", "client"] {
            let mut bench = prepare(backend, 1).await;
            bench.expect(1, "upgrade", 0, &[]).await;
            let half = bench.path("half");
            let made = std::process::Command::new("mkfifo")
                .arg(&half)
                .status()
                .unwrap();
            assert!(made.success());
            // More than a pipe holds, so that we wait for the client; it says when it has carried the first rows out.
            let mut text = "INSERT INTO customer (id, name) VALUES (100, 'first');\n".to_owned();
            for id in 101..40_000 {
                text += &format!("INSERT INTO customer (id, name) VALUES ({id}, 'one of many');\n");
            }
            std::fs::write(bench.path("many.sql"), text).unwrap();
            let script = format!(
                "case \"$*\" in *--version*) exec {real} --version;; esac\nhead -c 20000 | {{ cat; echo x >'{}'; cat; }} | {real} \"$@\"",
                half.display()
            );
            // `head` ends after so many bytes: the stream that the client gets is cut off, as when it is killed.
            program(&mut bench, client, &script);
            let mut child = bench
                .command(1, &[], "seed --dump DIR/many.sql")
                .spawn()
                .unwrap();
            let mut at = tokio::fs::File::open(&half).await.unwrap();
            let mut word = Vec::new();
            at.read_to_end(&mut word).await.unwrap();
            if who == "plimsoll" {
                child.start_kill().unwrap();
                assert_eq!(child.wait().await.unwrap().code(), None);
            } else {
                assert_eq!(child.wait().await.unwrap().code(), Some(8));
            }
            bench.unset("PATH");
            assert_eq!(rows(&bench, 1).await, Vec::<String>::new());
            bench
                .expect(1, "seed --dump DIR/many.sql", 0, &["loaded"])
                .await;
            assert_eq!(rows(&bench, 1).await.len(), 39_900);
            bench.close().await;
        }
    }
}

/// SQLite loads in our own process: it is killed when it wants to commit and a reader is in its way.
async fn a_load_that_is_killed_on_sqlite_is_none() {
    let bench = prepare(Backend::Sqlite, 1).await;
    bench.expect(1, "upgrade", 0, &[]).await;
    let rows_of =
        |id: u32| format!("INSERT INTO customer (id, name) VALUES ({id}, 'one of many');\n");
    std::fs::write(
        bench.path("many.sql"),
        (0..5000).map(rows_of).collect::<String>(),
    )
    .unwrap();
    let reader = bench.database(1);
    reader.run("BEGIN").await.unwrap();
    reader.texts("SELECT name FROM customer").await.unwrap();
    let mut child = bench
        .command(1, &[], "seed --dump DIR/many.sql")
        .spawn()
        .unwrap();
    // Its journal is there when it writes, and stays until it commits.
    let journal = reader
        .url
        .trim_start_matches("sqlite://")
        .replace("?mode=rwc", "-journal");
    while !Path::new(&journal).exists() {
        assert_eq!(child.try_wait().unwrap(), None);
        tokio::task::yield_now().await;
    }
    child.kill().await.unwrap();
    reader.run("COMMIT").await.unwrap();
    assert_eq!(rows(&bench, 1).await, Vec::<String>::new());
    bench
        .expect(1, "seed --dump DIR/many.sql", 0, &["loaded"])
        .await;
    assert_eq!(rows(&bench, 1).await.len(), 5000);
    bench.close().await;
}

async fn what_the_database_holds_already() {
    for backend in servers::required().unwrap() {
        let bench = prepare(backend, 2).await;
        // Rows of yours.
        bench.expect(1, "upgrade", 0, &[]).await;
        bench
            .own(1, &["INSERT INTO customer (id, name) VALUES (1, 'mine')"])
            .await;
        bench
            .expect(
                1,
                "seed --dump DIR/rows.sql",
                8,
                &["rows in `customer`", "--replace", "nothing was loaded"],
            )
            .await;
        assert!(rows(&bench, 1).await.concat().starts_with("mine"));
        bench
            .expect(1, "seed --dump DIR/rows.sql --replace", 0, &["loaded"])
            .await;
        same(&bench, 1).await;
        // A history of tables that somebody dropped.
        bench
            .own(
                1,
                &[
                    "DROP TABLE orders",
                    "DROP TABLE customer",
                    "DELETE FROM plimsoll_seed",
                ],
            )
            .await;
        bench
            .expect(
                1,
                "seed --dump DIR/rows.sql",
                0,
                &["stamped as base", "applied m20260101", "loaded"],
            )
            .await;
        same(&bench, 1).await;
        // Tables that no revision made.
        bench.own(2, &["CREATE TABLE customer (id integer)"]).await;
        bench
            .expect(
                2,
                "seed --dump DIR/rows.sql",
                5,
                &["no revision is applied", "`customer`"],
            )
            .await;
        bench.close().await;
    }
}

fn assets(bench: &Bench) {
    for (name, text) in [
        ("a.txt", "one".to_owned()),
        ("deep/b c.txt", "two".to_owned()),
        ("deep/large.bin", "x".repeat(20_000_000)),
    ] {
        let path = bench.path("files").join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
}

async fn files_are_sent_once() {
    let store = S3::start().await;
    for backend in servers::required().unwrap() {
        let mut bench = prepare(backend, 1).await;
        assets(&bench);
        let seed = "seed --dump DIR/rows.sql --assets DIR/files --to";
        store.open_to(&mut bench);
        bench.set("AWS_SECRET_ACCESS_KEY", SECRET.replace("SECR", "WRNG"));
        let to = format!("s3://store/{}", servers::word(backend));
        let empty = bench.holds(1).await;
        bench
            .expect(
                1,
                &format!("{seed} {to}"),
                8,
                &[&to, "AWS_SECRET_ACCESS_KEY"],
            )
            .await;
        assert_eq!(empty, bench.holds(1).await);
        store.open_to(&mut bench);
        bench
            .expect(1, &format!("{seed} {to}"), 0, &["loaded", "sent 3 files"])
            .await;
        let sent = store
            .folder
            .path()
            .join("store")
            .join(servers::word(backend));
        assert_eq!(
            std::fs::read_to_string(sent.join("deep/b c.txt")).unwrap(),
            "two"
        );
        assert_eq!(
            std::fs::metadata(sent.join("deep/large.bin"))
                .unwrap()
                .len(),
            20_000_000
        );
        std::fs::write(bench.path("files/a.txt"), "ONE").unwrap();
        bench
            .expect(
                1,
                &format!("{seed} {to}"),
                0,
                &["loaded already", "sent 1 files (3 B)", "2 were there"],
            )
            .await;
        assert_eq!(std::fs::read_to_string(sent.join("a.txt")).unwrap(), "ONE");
        // A folder, which is in the way at first.
        std::fs::write(bench.path("sent"), "in the way").unwrap();
        bench
            .expect(1, &format!("{seed} DIR/sent"), 8, &["DIR/sent"])
            .await;
        std::fs::remove_file(bench.path("sent")).unwrap();
        let small = [
            "sh",
            "-c",
            "trap '' XFSZ; ulimit -f 2000; exec \"$0\" \"$@\"",
        ];
        let line = format!("{seed} file://DIR/sent");
        // A disk too small for the largest: what was sent before stays.
        bench
            .run_in(1, &small, &line)
            .await
            .is(backend, &line, 8, &["large.bin"]);
        assert!(
            !bench
                .files("sent")
                .iter()
                .any(|file| file.contains("large")),
            "{:?}",
            bench.files("sent")
        );
        bench
            .expect(1, &line, 0, &["loaded already", "sent "])
            .await;
        bench
            .expect(1, &line, 0, &["sent 0 files", "3 were there"])
            .await;
        assert_eq!(
            bench.files("sent"),
            ["a.txt", "deep/b c.txt", "deep/large.bin"]
        );
        bench.close().await;
    }
}

async fn a_backup_comes_first() {
    for backend in servers::required().unwrap() {
        let bench = prepare(backend, 1).await;
        std::fs::write(bench.path("plimsoll.toml"), "[backup]\nrequired = true\n").unwrap();
        std::fs::write(bench.path("file"), "in the way").unwrap();
        // There is nothing to lose.
        bench
            .expect(1, "seed --dump DIR/rows.sql", 0, &["is empty", "loaded"])
            .await;
        bench.own(1, &["DELETE FROM plimsoll_seed"]).await;
        bench
            .expect(1, "seed --dump DIR/rows.sql --replace", 2, &["--no-backup"])
            .await;
        bench
            .expect(
                1,
                "seed --dump DIR/rows.sql --replace --backup DIR/file",
                8,
                &["DIR/file"],
            )
            .await;
        bench
            .expect(
                1,
                "seed --dump DIR/rows.sql --replace --backup DIR/saved",
                0,
                &["backed up to DIR/saved", "loaded"],
            )
            .await;
        assert_eq!(bench.files("saved").len(), 2);
        same(&bench, 1).await;
        bench.close().await;
    }
}

/// Ten processes on a database at head whose rows a dump replaces: one backup, one load.
async fn of_many_replicas_one_loads() {
    for backend in servers::required().unwrap() {
        let bench = prepare(backend, 1).await;
        bench.expect(1, "upgrade", 0, &[]).await;
        let old = "INSERT INTO customer (id, name) VALUES (7, 'old')";
        bench.own(1, &[old]).await;
        let line = "seed --dump DIR/rows.sql --replace --backup DIR/saved --format json";
        let replicas: Vec<_> = (0..10)
            .map(|_| bench.command(1, &[], line).spawn().unwrap())
            .collect();
        let mut loaded = 0;
        for replica in replicas {
            let output = replica.wait_with_output().await.unwrap();
            let errors = String::from_utf8(output.stderr).unwrap();
            assert!(output.status.success(), "{backend}: {errors}");
            let told: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
            loaded += usize::from(told["was_loaded"] == false);
        }
        assert_eq!(loaded, 1, "{backend}");
        // A dump and its manifest.
        assert_eq!(bench.files("saved").len(), 2, "{backend}");
        same(&bench, 1).await;
        bench.close().await;
    }
}

async fn a_terminal_shows_how_far_it_came() {
    let bench = prepare(Backend::Sqlite, 1).await;
    let row = |id: u32| format!("INSERT INTO customer (id, name) VALUES ({id}, 'one of many');\n");
    std::fs::write(
        bench.path("many.sql"),
        (0..5000).map(row).collect::<String>(),
    )
    .unwrap();
    let mut command = bench.command(1, &[], "seed --dump many.sql").into_std();
    let terminal = || std::process::Stdio::inherit();
    command
        .stdin(terminal())
        .stdout(terminal())
        .stderr(terminal());
    let mut terminal = rexpect::session::spawn_command(command, Some(60_000)).unwrap();
    terminal
        .exp_regex(r"reading many\.sql \[[=> ]+\] ")
        .unwrap();
    terminal
        .exp_regex(r"loading many\.sql \[[=> ]+\] ")
        .unwrap();
    let said = terminal
        .exp_string("loaded many.sql: 5000 statements")
        .unwrap();
    child::no_secret(&said);
    terminal.exp_eof().unwrap();
    bench.close().await;
}
