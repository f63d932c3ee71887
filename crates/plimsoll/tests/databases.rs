//! Several databases and environments in `plimsoll.toml`, in this process and as a process with variables of its own.
#![allow(clippy::unwrap_used, reason = "a test stops where it fails")]

mod shell;
mod shop;

use std::process::Command;

use shell::Shell;
use shop::Shop;

const FILE: &str = r#"
[database]
url = "sqlite://shop.db"

[databases.audit]
url = "sqlite://audit.db"
history_table = "audit_history"

[databases.ledger]
url = "sqlite://shop.db"
history_table = "ledger_history"

[databases.elsewhere]
migrations = "elsewhere"

[environments.staging.database]
url = "$STAGING_URL"

[environments.staging.databases.audit]
url = "${AUDIT_URL}"

[environments.broken.database]
url = "$correct-horse"
"#;

fn project(file: &str) -> Shell {
    let shell = Shell::project();
    std::fs::write(shell.path().join("plimsoll.toml"), file).unwrap();
    shell
}

/// Two databases that are one to the server have a history each, and so do two that are not.
async fn one_history_each() {
    let shell = project(FILE);
    let told = shell
        .session(
            &Shop,
            &[
                "upgrade -q",
                "upgrade -q --database audit +1",
                "current --database audit",
                "current",
                "current --database ledger",
                "downgrade base -q",
                "current --database audit",
            ],
        )
        .await;
    insta::assert_snapshot!(told, @"
    $ upgrade -q
    applied m20260101_000000_create_customer create customer (N ms)
    applied m20260102_000000_add_email add email (N ms)
    [0]
    $ upgrade -q --database audit +1
    applied m20260101_000000_create_customer create customer (N ms)
    [0]
    $ current --database audit
    m20260101_000000_create_customer (current) create customer
    ! 1 revision is pending; `upgrade` applies it
    [0]
    $ current
    m20260102_000000_add_email (head, current) add email
    [0]
    $ current --database ledger
    base: no revision is applied
    ! 2 revisions are pending; `upgrade` applies them
    [0]
    $ downgrade base -q
    took back m20260102_000000_add_email add email (N ms)
    took back m20260101_000000_create_customer create customer (N ms)
    [0]
    $ current --database audit
    m20260101_000000_create_customer (current) create customer
    ! 1 revision is pending; `upgrade` applies it
    [0]
    ");
    assert!(shell.path().join("audit.db").exists() && shell.path().join("shop.db").exists());
    assert!(!shell.path().join("plimsoll.db").exists());
}

async fn names_that_nobody_knows() {
    let shell = project(FILE);
    let told = shell
        .session(
            &Shop,
            &[
                "current --database audi",
                "current --env stagin",
                "current --env staging",
                "current --env broken",
                "current --env staging --database ledger",
                "current --database elsewhere",
                "current -u sqlite://other.db --env staging --database audit",
                "current -u sqlite://other.db --env stagin",
            ],
        )
        .await;
    insta::assert_snapshot!(told, @r#"
    $ current --database audi
    ! error: failed to find the database `audi`: plimsoll.toml has `audit`, `elsewhere` and `ledger`
    ! help: write one of these
    [2]
    $ current --env stagin
    ! error: failed to find the environment `stagin`: plimsoll.toml has `broken` and `staging`
    ! help: write one of these
    [2]
    $ current --env staging
    ! error: failed to read `environments.staging.database.url` of plimsoll.toml: the variable `STAGING_URL` is not set
    ! help: set it, in .env or outside
    [7]
    $ current --env broken
    ! error: failed to read `environments.broken.database.url` of plimsoll.toml: after `$` stands no variable's name alone
    ! help: write it as "$NAME", with the whole address in the variable
    [7]
    $ current --env staging --database ledger
    ! error: failed to find the database: plimsoll.toml has no url in [environments.staging.databases.ledger]
    ! help: add it, as in `[environments.staging.databases.ledger]` with `url = "$SOME_VARIABLE"`, or give the address with --database-url
    [7]
    $ current --database elsewhere
    ! error: failed to find the database: plimsoll.toml has no url in [databases.elsewhere]
    ! help: add it, as in `[databases.elsewhere]` with `url = "$SOME_VARIABLE"`, or give the address with --database-url
    [7]
    $ current -u sqlite://other.db --env staging --database audit
    base: no revision is applied
    ! 2 revisions are pending; `upgrade` applies them
    [0]
    $ current -u sqlite://other.db --env stagin
    ! error: failed to find the environment `stagin`: plimsoll.toml has `broken` and `staging`
    ! help: write one of these
    [2]
    "#);
    assert_eq!(std::fs::read_dir(shell.path()).unwrap().count(), 2);
    let bare = project(
        "[databases.eu]\nurl = \"sqlite://eu.db\"\n[databases.us]\nurl = \"sqlite://us.db\"\n",
    );
    let told = bare
        .session(
            &Shop,
            &["upgrade", "current --env live", "upgrade -q --database us"],
        )
        .await;
    insta::assert_snapshot!(told, @"
    $ upgrade
    ! error: failed to find the database: plimsoll.toml has `eu` and `us`
    ! help: name one of them with --database
    [2]
    $ current --env live
    ! error: failed to find the environment `live`: plimsoll.toml has no [environments.…]
    ! help: add [environments.live] to it
    [2]
    $ upgrade -q --database us
    applied m20260101_000000_create_customer create customer (N ms)
    applied m20260102_000000_add_email add email (N ms)
    [0]
    ");
}

/// The command line as a process, in that directory, with those variables and no others of ours.
fn process(shell: &Shell, variables: &[(&str, String)], line: &str) -> String {
    let mut command = Command::new(std::env::current_exe().unwrap());
    for name in ["CARGO_MANIFEST_DIR", "DATABASE_URL", "PLIMSOLL_ENV"] {
        command.env_remove(name);
    }
    let output = command
        .env(shell::AS_COMMAND, "1")
        .envs(variables.iter().map(|(name, value)| (*name, value)))
        .current_dir(shell.path())
        .args(line.split_whitespace())
        .output()
        .unwrap();
    let (out, err) = (output.stdout, output.stderr);
    let text = String::from_utf8(out).unwrap() + &String::from_utf8(err).unwrap();
    let real = shell.path().canonicalize().unwrap();
    let text = text.replace(&real.display().to_string(), "DIR");
    format!("{text}[{}]", output.status.code().unwrap())
}

async fn variables() {
    let shell = project(FILE);
    let at = |name: &str| format!("sqlite://{}", shell.path().join(name).display());
    let exists = |name: &str| shell.path().join(name).exists();
    let staging = ("STAGING_URL", at("staging.db"));
    let audit = ("AUDIT_URL", at("staging_audit.db"));
    let main = ("DATABASE_URL", at("main.db"));
    let both = [staging.clone(), audit, main.clone()];
    assert!(process(&shell, &both, "upgrade -q -e staging").ends_with("[0]"));
    assert!(exists("staging.db") && !exists("main.db") && !exists("staging_audit.db"));
    assert!(process(&shell, &both, "upgrade -q --env staging --database audit").ends_with("[0]"));
    assert!(exists("staging_audit.db") && !exists("main.db"));
    let chosen = [
        ("PLIMSOLL_ENV", "staging".to_owned()),
        staging,
        main.clone(),
    ];
    let told = process(&shell, &chosen, "current --format json");
    assert!(told.contains("DIR/staging.db\""), "{told}");
    // Without a name the variable is the database; a flag is always.
    let empty = [("PLIMSOLL_ENV", String::new()), main];
    let told = process(&shell, &empty, "current --format json");
    assert!(told.contains("DIR/main.db\""), "{told}");
    let told = process(&shell, &chosen, "current --format json -u sqlite:own.db");
    assert!(told.contains("sqlite://own.db\""), "{told}");
    // A named database of its own is not what the variable is about.
    let told = process(&shell, &empty, "current --format json --database audit");
    assert!(told.contains("DIR/audit.db\""), "{told}");
    let wrong = [("STAGING_URL", "correct-horse".to_owned())];
    insta::assert_snapshot!(process(&shell, &wrong, "current --env staging"), @"
    error: failed to read `environments.staging.database.url` of plimsoll.toml: the database URL has no scheme; it starts with one of sqlite:, postgres://, postgresql://, mysql://, mariadb://
    help: write it as sqlite://app.db, postgres://user:password@host/database or mysql://user:password@host/database
    [2]
    ");
}

/// A crate that is one database's own is not run on another, and finds its own without being told.
async fn a_crate_of_its_own() {
    let shell = project(FILE);
    let directory = shell.path().join("elsewhere/src");
    std::fs::create_dir_all(&directory).unwrap();
    std::fs::write(directory.join("lib.rs"), "").unwrap();
    let file = FILE.replace(
        "migrations = \"elsewhere\"",
        "migrations = \"elsewhere\"\nurl = \"sqlite://else.db\"",
    );
    std::fs::write(shell.path().join("plimsoll.toml"), file).unwrap();
    let elsewhere = shell.path().join("elsewhere").display().to_string();
    let told = shell
        .session(
            &Shop,
            &[
                &format!("upgrade -q --migration-dir {elsewhere}"),
                &format!("current --migration-dir {elsewhere} --database audit -q"),
                "current --database elsewhere",
                &format!(
                    "upgrade --migration-dir {} --database elsewhere",
                    shell.path().display()
                ),
            ],
        )
        .await;
    insta::assert_snapshot!(told, @"
    $ upgrade -q --migration-dir DIR/elsewhere
    applied m20260101_000000_create_customer create customer (N ms)
    applied m20260102_000000_add_email add email (N ms)
    [0]
    $ current --migration-dir DIR/elsewhere --database audit -q
    base: no revision is applied
    [0]
    $ current --database elsewhere
    m20260102_000000_add_email (head, current) add email
    [0]
    $ upgrade --migration-dir DIR --database elsewhere
    ! error: failed to find the revisions: those of the database `elsewhere` are in `DIR/elsewhere`, and this is `DIR`
    ! help: run that crate, or `cargo plimsoll`, which finds it
    [2]
    ");
    assert!(shell.path().join("else.db").exists() && !shell.path().join("shop.db").exists());
}

shell::harness! {
    Shop: one_history_each names_that_nobody_knows variables a_crate_of_its_own
}
