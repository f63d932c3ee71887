//! Backups: made, read again, put back; and what goes wrong with them leaves the database and the place as they were.
#![allow(clippy::unwrap_used, reason = "a test stops where it fails")]

mod child;
mod shell;

use std::io::Write as _;
use std::path::Path;

use child::{Bench, PASSWORD, S3, SECRET, Shop, no_secret, program};
use plimsoll_schema::Backend;
use plimsoll_testkit::servers;
use tokio::io::AsyncReadExt as _;

shell::harness!(Shop:
    a_round_trip
    owners_that_are_not_there
    what_is_not_the_backup_that_was_made_is_refused
    before_an_upgrade
    many_at_once
    a_store_gives_back_what_it_was_given
    a_store_that_refuses_changes_nothing
    a_backup_that_fails_changes_nothing
    a_backup_that_is_killed_is_none
);

/// The first revision, rows that are hard to quote, and things that no revision made.
async fn prepare(backend: Backend, databases: usize) -> Bench {
    let bench = Bench::new(backend, databases).await;
    bench
        .expect(0, "upgrade +1", 0, &["applied m20260101"])
        .await;
    let (bytes, more) = match backend {
        Backend::Sqlite => (
            "x'00ff0a0d275c'",
            vec!["CREATE TRIGGER tr AFTER DELETE ON customer BEGIN SELECT 1; SELECT 2; END"],
        ),
        Backend::Postgres => (
            "decode('00ff0a0d275c', 'hex')",
            vec![
                "CREATE TYPE mood AS ENUM ('sad', 'ok')",
                "CREATE FUNCTION f() RETURNS integer LANGUAGE sql BEGIN ATOMIC SELECT 1; SELECT 2; END",
                "GRANT SELECT ON customer TO PUBLIC",
            ],
        ),
        Backend::Mysql => (
            "x'00ff0a0d275c'",
            vec![
                "CREATE TRIGGER tr BEFORE DELETE ON customer FOR EACH ROW BEGIN SET @a = 1; SET @b = 2; END",
                "CREATE PROCEDURE p() BEGIN SELECT 1; SELECT ';'; END",
                "CREATE EVENT e ON SCHEDULE EVERY 1 DAY DISABLE DO SET @a = 1",
            ],
        ),
    };
    let hard = match backend {
        Backend::Mysql => r#"it''s \\ "hard" ; 漢字 -- \n"#,
        Backend::Sqlite | Backend::Postgres => r#"it''s \ "hard" ; 漢字 -- \n"#,
    };
    let insert = format!(
        "INSERT INTO customer (id, name, photo) VALUES (1, '{hard}', {bytes}), (2, 'Ada\tB\nC', NULL)"
    );
    let mut all = vec![
        insert.as_str(),
        "CREATE VIEW names AS SELECT name FROM customer",
    ];
    all.extend(more);
    bench.own(0, &all).await;
    bench
}

/// The one file of a folder with that ending.
fn only(bench: &Bench, folder: &str, ending: &str) -> String {
    let files = bench.files(folder);
    let mut found: Vec<String> = files
        .into_iter()
        .filter(|file| file.ends_with(ending))
        .collect();
    assert_eq!(found.len(), 1, "{found:?}");
    found.remove(0)
}

async fn same(bench: &mut Bench) {
    bench.reopen(1).await;
    assert_eq!(
        bench.holds(0).await,
        bench.holds(1).await,
        "{}",
        bench.backend
    );
    let rows = match bench.backend {
        Backend::Sqlite => "SELECT name || coalesce(hex(photo), 'null') FROM customer ORDER BY id",
        Backend::Postgres => {
            "SELECT name || coalesce(encode(photo, 'hex'), 'null') FROM customer ORDER BY id"
        }
        Backend::Mysql => {
            "SELECT CONVERT(concat(name, coalesce(hex(photo), 'null')) USING utf8mb4) FROM customer ORDER BY id"
        }
    };
    let rows_of = |at: usize| bench.database(at).texts(rows);
    assert_eq!(rows_of(0).await.unwrap(), rows_of(1).await.unwrap());
    assert_eq!(rows_of(0).await.unwrap().len(), 2);
}

async fn a_round_trip() {
    for backend in servers::required().unwrap() {
        let mut bench = prepare(backend, 2).await;
        bench
            .expect(
                0,
                "backup --to DIR/backups",
                0,
                &["backed up to DIR/backups/"],
            )
            .await;
        let ending = if backend == Backend::Sqlite {
            ".sqlite.gz"
        } else {
            ".sql.gz"
        };
        let dump = only(&bench, "backups", ending);
        let manifest = only(&bench, "backups", ".json");
        assert_eq!(bench.files("backups").len(), 2);
        assert!(
            dump.ends_with(&format!("Z-m20260101_000000_create_customer{ending}")),
            "{dump}"
        );
        let text = std::fs::read_to_string(bench.path("backups").join(&manifest)).unwrap();
        no_secret(&text);
        let json: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert_eq!(
            json["revisions"],
            serde_json::json!(["m20260101_000000_create_customer"])
        );
        assert_eq!(json["dump"], dump);

        let restore = format!("restore DIR/backups/{dump}");
        bench
            .expect(
                1,
                &restore,
                0,
                &[
                    "at m20260101_000000_create_customer, 1 revision applied",
                    "1 revision is pending",
                ],
            )
            .await;
        same(&mut bench).await;
        if backend == Backend::Sqlite {
            // A file that is not there is made, for whom any file of this user is.
            let other = format!("{restore} -u sqlite://DIR/new.db");
            bench.expect(1, &other, 0, &["1 revision applied"]).await;
            std::fs::write(bench.path("any"), "").unwrap();
            let mode = |name: &str| std::fs::metadata(bench.path(name)).unwrap().permissions();
            assert_eq!(mode("new.db"), mode("any"));
            assert_eq!(bench.files("").len(), 4, "{:?}", bench.files(""));
        }
        bench.expect(1, "upgrade", 0, &["applied m20260102"]).await;
        bench
            .expect(1, &restore, 8, &["is not empty", "nothing is ever dropped"])
            .await;
        bench
            .expect(
                1,
                "backup --to DIR/backups --format json",
                0,
                &["\"sha256\""],
            )
            .await;
        bench.close().await;
    }
}

/// PostgreSQL alone dumps who owns what.
async fn owners_that_are_not_there() {
    for backend in servers::required().unwrap() {
        if backend != Backend::Postgres {
            continue;
        }
        let bench = prepare(backend, 2).await;
        // The superuser's, whom the role may not give anything.
        bench
            .database(0)
            .run("CREATE TABLE theirs (id integer)")
            .await
            .unwrap();
        bench
            .database(0)
            .run(&format!("GRANT SELECT ON theirs TO {}", bench.role()))
            .await
            .unwrap();
        bench.expect(0, "backup --to DIR/saved", 0, &[]).await;
        let dump = only(&bench, "saved", ".sql.gz");
        let before = bench.holds(1).await;
        bench
            .expect(
                1,
                &format!("restore DIR/saved/{dump}"),
                8,
                &["psql", "role", "--no-owner", "rolled back"],
            )
            .await;
        assert_eq!(before, bench.holds(1).await);
        bench
            .expect(
                1,
                &format!("restore DIR/saved/{dump} --no-owner"),
                0,
                &["at m20260101"],
            )
            .await;
        bench.close().await;
    }
}

async fn what_is_not_the_backup_that_was_made_is_refused() {
    let mut others: Vec<(Backend, Vec<u8>, Vec<u8>, String)> = Vec::new();
    for backend in servers::required().unwrap() {
        let bench = prepare(backend, 2).await;
        bench.expect(0, "backup --to DIR/backups", 0, &[]).await;
        let manifest = only(&bench, "backups", ".json");
        let dump = manifest.trim_end_matches(".json").to_owned();
        let restore = format!("restore DIR/backups/{dump}");
        let path = bench.path("backups").join(&dump);
        let beside = bench.path("backups").join(&manifest);
        let (whole, json) = (
            std::fs::read(&path).unwrap(),
            std::fs::read(&beside).unwrap(),
        );

        std::fs::write(&path, &whole[..whole.len() / 2]).unwrap();
        bench
            .expect(1, &restore, 8, &["it is cut off", "nothing was touched"])
            .await;
        let mut changed = whole.clone();
        // A byte of gzip's header, the time: it still unpacks.
        changed[4] ^= 1;
        std::fs::write(&path, &changed).unwrap();
        bench
            .expect(1, &restore, 8, &["checksum", "nothing was touched"])
            .await;
        std::fs::write(&path, &whole).unwrap();
        std::fs::write(&beside, "{}").unwrap();
        bench.expect(1, &restore, 8, &["is not a manifest"]).await;
        std::fs::remove_file(&beside).unwrap();
        bench
            .expect(1, &restore, 8, &["there is no manifest"])
            .await;
        std::fs::write(&beside, &json).unwrap();
        bench
            .expect(1, "restore DIR/backups/none.sql.gz", 8, &["none.sql.gz"])
            .await;
        bench
            .expect(1, "restore ftp://DIR/none", 2, &["ftp://"])
            .await;
        for (theirs, whole, json, name) in &others {
            std::fs::write(bench.path("backups").join(name), whole).unwrap();
            std::fs::write(bench.path("backups").join(format!("{name}.json")), json).unwrap();
            let line = format!("restore DIR/backups/{name}");
            bench
                .expect(1, &line, 8, &[&format!("it is for {theirs}")])
                .await;
        }
        bench.expect(1, "current", 0, &["base: no revision"]).await;
        bench.expect(1, &restore, 0, &[]).await;
        others.push((backend, whole, json, dump));
        bench.close().await;
    }
}

async fn before_an_upgrade() {
    for backend in servers::required().unwrap() {
        let bench = prepare(backend, 1).await;
        let config = |text: &str| std::fs::write(bench.path("plimsoll.toml"), text).unwrap();
        let before = bench.holds(0).await;
        std::fs::write(bench.path("file"), "in the way").unwrap();
        bench
            .expect(0, "upgrade --backup DIR/file", 8, &["DIR/file"])
            .await;
        bench
            .expect(
                0,
                "upgrade --backup ftp://x",
                2,
                &["there is no such kind of place"],
            )
            .await;
        config("[backup]\nrequired = true\n");
        bench.expect(0, "upgrade", 2, &["--no-backup"]).await;
        bench.expect(0, "up", 2, &["--no-backup"]).await;
        assert_eq!(before, bench.holds(0).await);
        config("[backup]\nto = \"saved\"\nrequired = true\n");
        let told = bench
            .expect(
                0,
                "upgrade",
                0,
                &["backed up to DIR/saved/", "applied m20260102"],
            )
            .await;
        assert!(told.find("applied").unwrap() < told.len());
        assert_eq!(bench.files("saved").len(), 2);
        bench.expect(0, "upgrade", 0, &["nothing to do"]).await;
        bench.expect(0, "downgrade -1", 0, &[]).await;
        bench
            .expect(0, "upgrade --no-backup", 0, &["applied m20260102"])
            .await;
        let notes = match backend {
            Backend::Sqlite | Backend::Postgres => {
                "SELECT note FROM plimsoll_history WHERE note IS NOT NULL"
            }
            Backend::Mysql => {
                "SELECT CONVERT(note USING utf8mb4) FROM plimsoll_history WHERE note IS NOT NULL"
            }
        };
        let notes = bench.database(0).texts(notes).await.unwrap().join("\n");
        no_secret(&notes);
        assert!(
            notes.contains("--no-backup") && notes.contains("backup /"),
            "{notes}"
        );
        assert_eq!(bench.files("saved").len(), 2);
        bench.close().await;

        let empty = Bench::new(backend, 1).await;
        empty
            .expect(
                0,
                "upgrade --backup DIR/saved",
                0,
                &["the database is empty", "applied m20260101"],
            )
            .await;
        assert!(empty.files("saved").is_empty());
        empty.close().await;
    }
}

/// Replicas that start together: one of them makes the backup and does the work.
async fn many_at_once() {
    for backend in servers::required().unwrap() {
        let bench = prepare(backend, 1).await;
        let start = || bench.command(0, &[], "upgrade --backup DIR/saved").output();
        let all: Vec<_> = (0..8).map(|_| start()).collect();
        let mut applied = 0;
        for one in all {
            let output = one.await.unwrap();
            let text =
                String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
            assert_eq!(output.status.code(), Some(0), "{backend}\n{text}");
            no_secret(&text);
            applied += text.matches("applied m20260102").count();
        }
        assert_eq!(applied, 1, "{backend}");
        if backend != Backend::Sqlite {
            assert_eq!(bench.files("saved").len(), 2, "{backend}");
        }
        bench.close().await;
    }
}

async fn a_store_gives_back_what_it_was_given() {
    let store = S3::start().await;
    for backend in servers::required().unwrap() {
        let mut bench = prepare(backend, 2).await;
        store.open_to(&mut bench);
        let told = bench
            .expect(
                0,
                "backup --to s3://store/shop/daily",
                0,
                &["backed up to s3://store/shop/daily/"],
            )
            .await;
        let shown = told
            .split_whitespace()
            .find(|word| word.contains("-m20260101"))
            .unwrap();
        bench
            .expect(1, &format!("restore {shown}.json"), 0, &["at m20260101"])
            .await;
        same(&mut bench).await;
        bench
            .expect(
                1,
                "upgrade --backup s3://store/shop",
                0,
                &["applied m20260102"],
            )
            .await;
        bench.close().await;
    }
}

async fn a_store_that_refuses_changes_nothing() {
    let store = S3::start().await;
    for backend in servers::required().unwrap() {
        let mut bench = prepare(backend, 1).await;
        let before = bench.holds(0).await;
        store.open_to(&mut bench);
        let upgrade = "upgrade --backup s3://store/shop";
        bench.set("AWS_ACCESS_KEY_ID", "AKIANOBODY");
        bench
            .expect(0, upgrade, 8, &["s3://store/shop", "AWS_ENDPOINT_URL"])
            .await;
        store.open_to(&mut bench);
        let other = SECRET.replace("SECR", "WRNG");
        bench.set("AWS_SECRET_ACCESS_KEY", other.clone());
        let told = bench
            .expect(0, upgrade, 8, &["s3://store/shop", "AWS_SECRET_ACCESS_KEY"])
            .await;
        assert!(!told.contains(&other), "{told}");
        bench.unset("AWS_ENDPOINT_URL");
        // Nobody listens there.
        bench.set("AWS_ENDPOINT_URL", "http://127.0.0.1:1");
        bench.expect(0, upgrade, 8, &["Connection refused"]).await;
        store.open_to(&mut bench);
        bench.unset("AWS_ALLOW_HTTP");
        bench.expect(0, upgrade, 8, &["AWS_ALLOW_HTTP=true"]).await;
        assert_eq!(before, bench.holds(0).await);
        assert_eq!(store_files(&store), Vec::<String>::new());
        bench.close().await;
    }
}

/// The objects of a store's bucket.
fn store_files(store: &S3) -> Vec<String> {
    let mut out = Vec::new();
    let mut folders = vec![store.folder.path().join("store")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                out.push(path.display().to_string());
            }
        }
    }
    out
}

const fn tool(backend: Backend) -> Option<&'static str> {
    match backend {
        Backend::Sqlite => None,
        Backend::Postgres => Some("pg_dump"),
        Backend::Mysql => Some("mariadb-dump"),
    }
}

async fn a_backup_that_fails_changes_nothing() {
    for backend in servers::required().unwrap() {
        let mut bench = prepare(backend, 1).await;
        let before = bench.holds(0).await;
        let upgrade = "upgrade --backup DIR/saved";
        // A disk of one block.
        let small = ["sh", "-c", "trap '' XFSZ; ulimit -f 1; exec \"$0\" \"$@\""];
        let told = bench.run_in(0, &small, upgrade).await;
        told.is(backend, upgrade, 8, &["error"]);
        assert_eq!(bench.files("saved"), Vec::<String>::new(), "{backend}");
        // Nobody writes there, not even root.
        bench
            .expect(0, "upgrade --backup /proc/saved", 8, &["/proc/saved"])
            .await;
        if let Some(tool) = tool(backend) {
            let version = format!(
                "case \"$*\" in *--version*) echo '{tool} (PostgreSQL, MariaDB) 99.0'; exit 0;; esac\necho \"$@\" >>\"$SEEN\""
            );
            let seen = bench.path("seen");
            bench.set("SEEN", seen.display().to_string());
            program(
                &mut bench,
                tool,
                &format!(
                    "{version}\necho '-- PostgreSQL database dump'\necho 'ERROR: it broke' >&2\nexit 3"
                ),
            );
            bench
                .expect(0, upgrade, 8, &[tool, "it broke", "nothing was touched"])
                .await;
            program(
                &mut bench,
                tool,
                &format!("{version}\necho '-- half of a dump'"),
            );
            bench.expect(0, upgrade, 8, &["it is cut off"]).await;
            program(
                &mut bench,
                tool,
                &format!(
                    "{version}\necho \"password $PGPASSWORD refused\" >&2; cat \"${{1#*=}}\" >&2\nexit 3"
                ),
            );
            let told = bench.run(0, upgrade).await;
            assert_eq!(told.code, Some(8));
            program(&mut bench, tool, "exit 5");
            bench.expect(0, upgrade, 8, &["ask for the version"]).await;
            if backend == Backend::Postgres {
                program(&mut bench, tool, "echo 'pg_dump (PostgreSQL) 9.6.24'");
                bench
                    .expect(0, upgrade, 8, &["it is of version 9", "server's version"])
                    .await;
            }
            let words = std::fs::read_to_string(&seen).unwrap();
            assert!(
                !words.contains(PASSWORD) && !words.contains("correct"),
                "{words}"
            );
            bench.set("PATH", "/nowhere");
            bench
                .expect(0, upgrade, 8, &[tool, "not on the PATH"])
                .await;
            bench.unset("PATH");
        }
        assert_eq!(bench.files("saved"), Vec::<String>::new(), "{backend}");
        assert_eq!(before, bench.holds(0).await);
        bench
            .expect(0, upgrade, 0, &["backed up", "applied m20260102"])
            .await;
        assert_eq!(bench.files("saved").len(), 2);
        bench.close().await;
    }
}

async fn a_backup_that_is_killed_is_none() {
    for backend in servers::required().unwrap() {
        let Some(tool) = tool(backend) else { continue };
        for signal in ["KILL", "TERM"] {
            let mut bench = prepare(backend, 2).await;
            let wait = bench.path("wait");
            let made = std::process::Command::new("mkfifo")
                .arg(&wait)
                .status()
                .unwrap();
            assert!(made.success());
            let half = bench.path("half");
            // It writes half of a dump, says so, and goes on when someone writes into the pipe: nobody does.
            program(
                &mut bench,
                tool,
                &format!(
                    "case \"$*\" in *--version*) echo '{tool} (MariaDB) 99.0'; exit 0;; esac\nseq 1 300000\necho x >'{}'\nread line <'{}'",
                    half.display(),
                    wait.display()
                ),
            );
            let made = std::process::Command::new("mkfifo")
                .arg(&half)
                .status()
                .unwrap();
            assert!(made.success());
            let mut child = bench
                .command(0, &[], "upgrade --backup DIR/saved")
                .spawn()
                .unwrap();
            // Comes back when the tool has written half.
            let mut at = tokio::fs::File::open(&half).await.unwrap();
            let mut word = Vec::new();
            at.read_to_end(&mut word).await.unwrap();
            kill(signal, child.id().unwrap());
            let status = child.wait().await.unwrap();
            // The tool outlives a process that was killed: it goes on, and ends.
            let pipe = std::fs::OpenOptions::new()
                .read(true)
                .write(true)
                .open(&wait);
            pipe.unwrap().write_all(b"on\n").unwrap();
            assert_eq!(
                status.code(),
                if signal == "TERM" { Some(130) } else { None }
            );
            assert!(bench.files("saved").iter().all(|file| file.ends_with("#1")));
            if signal == "TERM" {
                assert_eq!(bench.files("saved"), Vec::<String>::new());
            }
            bench.unset("PATH");
            bench
                .expect(
                    0,
                    "upgrade --backup DIR/saved",
                    0,
                    &["backed up", "applied m20260102"],
                )
                .await;
            let dump = only(&bench, "saved", ".sql.gz");
            bench
                .expect(
                    1,
                    &format!("restore DIR/saved/{dump}"),
                    0,
                    &["at m20260101"],
                )
                .await;
            assert!(Path::new(&bench.path("saved")).is_dir());
            bench.close().await;
        }
    }
}

fn kill(signal: &str, process: u32) {
    let done = std::process::Command::new("kill")
        .args(["-s", signal, &process.to_string()])
        .status()
        .unwrap();
    assert!(done.success());
}
