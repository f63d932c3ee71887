//! A project with two branches, a base of its own and a dependency: every command of the graph and the history.
#![allow(clippy::unwrap_used, reason = "a test stops where it fails")]

mod shell;

use std::sync::atomic::{AtomicBool, Ordering};

use plimsoll::prelude::*;
use plimsoll::revision::{Metadata, inventory};
use shell::Shell;

macro_rules! revisions {
    ($($name:ident, $id:literal, $parents:expr, $labels:expr, $depends_on:expr, $table:literal;)*) => {
        $(
            struct $name;

            impl MigrationName for $name {
                fn name(&self) -> &'static str {
                    $id
                }
            }

            #[async_trait::async_trait]
            impl MigrationTrait for $name {
                async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
                    let id = ColumnDef::new("id").integer().not_null().primary_key().take();
                    manager.create_table(Table::create().table($table).col(id).take()).await
                }

                async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
                    manager.drop_table(Table::drop().table($table).take()).await
                }
            }

            inventory::submit! { Metadata {
                id: $id, parents: $parents, labels: $labels, depends_on: $depends_on, replaces: &[],
                source: concat!("//! Create ", $table, ".\nfn up() {}\n"),
            } }
        )*

        struct Project;

        #[async_trait::async_trait]
        impl MigratorTrait for Project {
            fn migrations() -> Vec<Box<dyn MigrationTrait>> {
                vec![$(Box::new($name)),*]
            }
        }
    };
}

revisions! {
    A, "m20260101_a", &[], &[], &[], "a";
    B, "m20260102_b", &["m20260101_a"], &[], &[], "b";
    Bill1, "m20260103_bill", &["m20260102_b"], &["billing"], &[], "bill1";
    Bill2, "m20260104_bill_more", &["m20260103_bill"], &[], &[], "bill2";
    Ship1, "m20260105_ship", &["m20260102_b"], &["shipping"], &["m20260103_bill"], "ship1";
    Z, "m20260106_other", &[], &["other"], &[], "z";
}

#[tokio::test]
async fn the_graph_is_told() {
    let shell = Shell::new();
    let session = shell
        .session(
            &Project,
            &[
                "heads",
                "heads --resolve-dependencies",
                "branches",
                "history",
                "history -r m20260102_b:billing@head",
                "history -r base:m20260102_b",
                "show shipping",
                "show billing@head-1",
                "show head",
                "show m20260",
                "show nothing",
            ],
        )
        .await;
    insta::assert_snapshot!(session, @r"
    $ heads
    m20260104_bill_more (head) Create bill2
    m20260105_ship (head, @shipping) Create ship1
    m20260106_other (head, @other) Create z
    [0]
    $ heads --resolve-dependencies
    m20260104_bill_more (head) Create bill2
    m20260105_ship (head, @shipping) Create ship1
    m20260106_other (head, @other) Create z
    [0]
    $ branches
    m20260102_b (branch point) Create b
      -> m20260103_bill (@billing) Create bill1
      -> m20260105_ship (head, @shipping) Create ship1
    [0]
    $ history
    *   m20260106_other (head, pending, @other) Create z
    *   m20260105_ship (head, pending, @shipping) Create ship1
    | * m20260104_bill_more (head, pending) Create bill2
    | * m20260103_bill (pending, @billing) Create bill1
    |/
    *   m20260102_b (pending, branch point) Create b
    *   m20260101_a (pending) Create a
    [0]
    $ history -r m20260102_b:billing@head
    m20260104_bill_more (head, pending) Create bill2
    m20260103_bill (pending, @billing) Create bill1
    m20260102_b (pending, branch point) Create b
    [0]
    $ history -r base:m20260102_b
    m20260102_b (pending, branch point) Create b
    m20260101_a (pending) Create a
    [0]
    $ show shipping
    m20260105_ship (head, pending, @shipping) Create ship1
        parents: m20260102_b
        depends on: m20260103_bill
        branches: shipping
        checksum: 1:6b2aef4095d5d48718192dac84148539a53c973565aff8e11f9bf486f3c4cd3e
    [0]
    $ show billing@head-1
    m20260103_bill (pending, @billing) Create bill1
        parents: m20260102_b
        children: m20260104_bill_more
        branches: billing
        checksum: 1:6b2aef4095d5d48718192dac84148539a53c973565aff8e11f9bf486f3c4cd3e
    [0]
    $ show head
    ! error: failed to find the revision: there are several heads: `m20260104_bill_more`, `m20260105_ship`, `m20260106_other`
    ! help: `merge heads` joins them; or mean all of them with `heads`, one branch with `LABEL@head`, or name one by its id
    [5]
    $ show m20260
    ! error: failed to find the revision: several revisions begin with `m20260`: `m20260101_a`, `m20260102_b`, `m20260103_bill`, `m20260104_bill_more`, `m20260105_ship`, `m20260106_other`
    ! help: write more of the id
    [2]
    $ show nothing
    ! error: failed to find the revision: no revision is named `nothing` or begins so
    ! help: `history` lists the revisions
    [2]
    ");
}

#[tokio::test]
async fn branches_are_gone_along() {
    let shell = Shell::new();
    let session = shell
        .session(
            &Project,
            &[
                "upgrade",
                "upgrade shipping@head",
                "current",
                "upgrade +1",
                "upgrade billing@+1",
                "upgrade heads",
                "current --check-heads",
                "downgrade -1",
                "downgrade billing@-1",
                "downgrade shipping@base",
                "downgrade billing@m20260105",
                "downgrade other@base",
                "downgrade m20260104",
                "upgrade m20260101_a",
                "downgrade base",
            ],
        )
        .await;
    insta::assert_snapshot!(session, @r"
    $ upgrade
    ! error: failed to find the revision: there are several heads: `m20260104_bill_more`, `m20260105_ship`, `m20260106_other`
    ! help: `merge heads` joins them; or mean all of them with `heads`, one branch with `LABEL@head`, or name one by its id
    [5]
    $ upgrade shipping@head
    applied m20260101_a Create a (N ms)
    applied m20260102_b Create b (N ms)
    applied m20260103_bill Create bill1 (N ms)
    applied m20260105_ship Create ship1 (N ms)
    [0]
    $ current
    m20260103_bill (current, @billing) Create bill1
    m20260105_ship (head, current, @shipping) Create ship1
    ! 2 revisions are pending; `upgrade` applies them
    [0]
    $ upgrade +1
    ! error: failed to find the revision: there are several heads: `m20260104_bill_more`, `m20260105_ship`, `m20260106_other`
    ! help: `merge heads` joins them; or mean all of them with `heads`, one branch with `LABEL@head`, or name one by its id
    [5]
    $ upgrade billing@+1
    applied m20260104_bill_more Create bill2 (N ms)
    [0]
    $ upgrade heads
    applied m20260106_other Create z (N ms)
    [0]
    $ current --check-heads
    m20260104_bill_more (head, current) Create bill2
    m20260105_ship (head, current, @shipping) Create ship1
    m20260106_other (head, current, @other) Create z
    [0]
    $ downgrade -1
    ! error: failed to find the revision: several revisions are current: `m20260104_bill_more`, `m20260105_ship`, `m20260106_other`
    ! help: name the revision by its id, or the branch, as in `LABEL@-1`
    [5]
    $ downgrade billing@-1
    took back m20260104_bill_more Create bill2 (N ms)
    [0]
    $ downgrade shipping@base
    took back m20260105_ship Create ship1 (N ms)
    [0]
    $ downgrade billing@m20260105
    ! error: failed to find the revision: `m20260105_ship` is not on the branch `billing`
    ! help: `history -v` shows which branches each revision is on
    [2]
    $ downgrade other@base
    took back m20260106_other Create z (N ms)
    [0]
    $ downgrade m20260104
    ! error: failed to find the revision: `m20260104` lies in the other direction
    ! help: `upgrade` goes there
    [2]
    $ upgrade m20260101_a
    nothing to do
    [0]
    $ downgrade base
    took back m20260103_bill Create bill1 (N ms)
    took back m20260102_b Create b (N ms)
    took back m20260101_a Create a (N ms)
    [0]
    ");
}

#[tokio::test]
async fn stamps() {
    let shell = Shell::new();
    let session = shell
        .session(
            &Project,
            &[
                "stamp billing@head",
                "stamp billing@head",
                "stamp other@head",
                "stamp m20260102_b",
                "stamp heads",
                "stamp billing@base",
                "stamp base",
                "stamp a:b",
                "stamp --purge m20260101",
                "current",
                "history --applied -q",
            ],
        )
        .await;
    // The times and the machine differ from run to run.
    let session: String = session
        .lines()
        .map(|line| match line.split_once('Z') {
            Some((time, rest)) if time.starts_with("20") => {
                let what = rest.split(" (").next().unwrap_or_default();
                format!("TIME{what}\n")
            }
            _ => format!("{line}\n"),
        })
        .collect();
    insta::assert_snapshot!(session, @r"
    $ stamp billing@head
    m20260101_a counts as applied
    m20260102_b counts as applied
    m20260103_bill counts as applied
    m20260104_bill_more counts as applied
    [0]
    $ stamp billing@head
    nothing to do
    [0]
    $ stamp other@head
    m20260106_other counts as applied
    [0]
    $ stamp m20260102_b
    m20260104_bill_more no longer counts as applied
    m20260103_bill no longer counts as applied
    [0]
    $ stamp heads
    m20260103_bill counts as applied
    m20260104_bill_more counts as applied
    m20260105_ship counts as applied
    [0]
    $ stamp billing@base
    m20260105_ship no longer counts as applied
    m20260104_bill_more no longer counts as applied
    m20260103_bill no longer counts as applied
    [0]
    $ stamp base
    m20260106_other no longer counts as applied
    m20260102_b no longer counts as applied
    m20260101_a no longer counts as applied
    [0]
    $ stamp a:b
    ! error: failed to find the revision: `a:b` is a range
    ! help: a range is written A:B, as in `base:head`, and belongs to `history` and to --sql
    [2]
    $ stamp --purge m20260101
    m20260101_a counts as applied
    [0]
    $ current
    m20260101_a (current) Create a
    ! 5 revisions are pending; `upgrade` applies them
    [0]
    $ history --applied -q
    TIME stamp   m20260101_a
    TIME unstamp m20260101_a
    TIME unstamp m20260102_b
    TIME unstamp m20260106_other
    TIME unstamp m20260103_bill
    TIME unstamp m20260104_bill_more
    TIME unstamp m20260105_ship
    TIME stamp   m20260105_ship
    TIME stamp   m20260104_bill_more
    TIME stamp   m20260103_bill
    TIME unstamp m20260103_bill
    TIME unstamp m20260104_bill_more
    TIME stamp   m20260106_other
    TIME stamp   m20260104_bill_more
    TIME stamp   m20260103_bill
    TIME stamp   m20260102_b
    TIME stamp   m20260101_a
    [0]
    ");
}

#[tokio::test]
async fn a_place_in_the_graph_is_chosen() {
    let shell = Shell::project();
    let session = shell
        .session(
            &Project,
            &[
                "revision -m x",
                "revision -m x --head m20260102_b",
                "revision -m x --head shipping@head --branch-label billing",
                "revision -m x --head shipping@head --rev-id Big-One",
                "revision -m x --head shipping@head --rev-id m20260101_a",
                "revision -m x --head shipping@head --depends-on nothing",
                "merge shipping@head",
                "merge m20260104 m20260103_bill",
                "merge billing@head shipping@head other@head -m join --rev-id m_join",
            ],
        )
        .await;
    insta::assert_snapshot!(session, @r"
    $ revision -m x
    ! error: failed to write a revision: there are several heads: `m20260104_bill_more`, `m20260105_ship`, `m20260106_other`
    ! help: `merge heads` joins them; or say which one it follows, as in `--head LABEL@head`
    [5]
    $ revision -m x --head m20260102_b
    ! error: failed to write a revision: `m20260102_b` is no head, `m20260103_bill` follows it
    ! help: name a head; or pass --splice to let another line begin there
    [5]
    $ revision -m x --head shipping@head --branch-label billing
    ! error: failed to write a revision: the label `billing` is on `m20260103_bill` already
    ! help: choose another label
    [2]
    $ revision -m x --head shipping@head --rev-id Big-One
    ! error: failed to write a revision: `Big-One` cannot be an id, because it names a Rust module
    ! help: write it in small letters, digits and `_`, a letter first, as in m20260131_add_name
    [2]
    $ revision -m x --head shipping@head --rev-id m20260101_a
    ! error: failed to write a revision: `m20260101_a` is taken
    ! help: choose another id with --rev-id, or another message
    [2]
    $ revision -m x --head shipping@head --depends-on nothing
    ! error: failed to find the revision: no revision is named `nothing` or begins so
    ! help: `history` lists the revisions
    [2]
    $ merge shipping@head
    ! error: failed to merge: there is only one revision to join
    ! help: name two revisions or more, or `heads`; `heads` shows which there are
    [2]
    $ merge m20260104 m20260103_bill
    ! error: failed to merge: `m20260104_bill_more` follows `m20260103_bill` already
    ! help: leave out the one that is followed
    [2]
    $ merge billing@head shipping@head other@head -m join --rev-id m_join
    wrote DIR/src/m_join.rs
    ! review it, then apply it with `upgrade`
    [0]
    ");
    let shell = Shell::project();
    let line = "revision -m splice --head m20260102_b --splice --branch-label third --depends-on billing --depends-on m20260106 --rev-id m_third";
    shell.run(&Project, line).await;
    let text = std::fs::read_to_string(shell.path().join("src/m_third.rs")).unwrap();
    let start = text.find("//! Revision").unwrap();
    let end = text.find("#[derive").unwrap();
    let stated: Vec<&str> = text[start..end]
        .lines()
        .filter(|line| !line.contains("Created"))
        .collect();
    insta::assert_snapshot!(stated.join("\n"), @r#"
    //! Revision: m_third
    //! Follows: m20260102_b
    //! Branch: third
    //! Depends on: billing, m20260106_other

    use plimsoll::prelude::*;

    plimsoll::revision! {
        id: "m_third",
        parents: ["m20260102_b"],
        labels: ["third"],
        depends_on: ["billing", "m20260106_other"],
    }
    "#);
}

#[tokio::test]
async fn scripts_are_written_without_a_database() {
    let shell = Shell::new();
    let session = shell
        .session(
            &Project,
            &[
                "upgrade m20260102_b --sql",
                "-u postgres://nobody:hush@nowhere.invalid/x upgrade billing@head:heads --sql",
                "-u mysql://nobody:hush@nowhere.invalid/x downgrade m20260102_b:base --sql",
                "-u postgres://nobody:hush@nowhere.invalid/x stamp m20260101_a --sql",
                "downgrade base --sql",
                "upgrade current:head --sql",
            ],
        )
        .await;
    let said = session.lines().filter(|line| !line.starts_with("$ "));
    assert!(said.clone().count() > 20 && !said.clone().any(|line| line.contains("hush")));
    // The checksums are of the files above.
    let session: Vec<String> = session
        .split(' ')
        .map(|word| {
            let is_sum = word.contains("'1:") || word.contains("'s1:");
            if is_sum {
                "'SUM',".to_owned()
            } else {
                word.to_owned()
            }
        })
        .collect();
    insta::assert_snapshot!(session.join(" "), @r#"
    $ upgrade m20260102_b --sql
    -- plimsoll 0.1.0: upgrade m20260101_a to m20260102_b, for sqlite3
    .bail on
    PRAGMA foreign_keys = OFF;
    CREATE TABLE IF NOT EXISTS "seaql_migrations" ( "version" varchar NOT NULL PRIMARY KEY, "applied_at" integer NOT NULL );
    CREATE TABLE IF NOT EXISTS "plimsoll_history" ( "entry" integer NOT NULL PRIMARY KEY, "version" varchar(255) NOT NULL, "action" varchar(16) NOT NULL, "applied_at" integer NOT NULL, "outcome" varchar(16) NOT NULL, "parents" text NULL, "checksum" varchar(80) NULL, "statements" varchar(80) NULL, "duration_ms" integer NULL, "applied_by" varchar(255) NULL, "tool" varchar(64) NULL, "note" text NULL );

    -- up m20260101_a
    BEGIN IMMEDIATE;
    CREATE TABLE "a" ( "id" integer NOT NULL PRIMARY KEY );
    INSERT INTO "seaql_migrations" ("version", "applied_at") VALUES ('m20260101_a', CAST(strftime('%s', 'now') AS integer));
    INSERT INTO "plimsoll_history" ("entry", "version", "action", "applied_at", "outcome", "parents", "checksum", "statements", "duration_ms", "applied_by", "tool", "note") SELECT COALESCE(MAX("entry"), 0) + 1, 'm20260101_a', 'up', (SELECT applied_at FROM "seaql_migrations" WHERE version = 'm20260101_a'), 'done', '', 'SUM', 'SUM', 0, NULL, 'plimsoll 0.1.0', 'offline' FROM "plimsoll_history";
    COMMIT;

    -- up m20260102_b
    BEGIN IMMEDIATE;
    CREATE TABLE "b" ( "id" integer NOT NULL PRIMARY KEY );
    INSERT INTO "seaql_migrations" ("version", "applied_at") VALUES ('m20260102_b', CAST(strftime('%s', 'now') AS integer));
    INSERT INTO "plimsoll_history" ("entry", "version", "action", "applied_at", "outcome", "parents", "checksum", "statements", "duration_ms", "applied_by", "tool", "note") SELECT COALESCE(MAX("entry"), 0) + 1, 'm20260102_b', 'up', (SELECT applied_at FROM "seaql_migrations" WHERE version = 'm20260102_b'), 'done', 'm20260101_a', 'SUM', 'SUM', 0, NULL, 'plimsoll 0.1.0', 'offline' FROM "plimsoll_history";
    COMMIT;

    -- Rows that break a foreign key, if there are any.
    PRAGMA foreign_key_check;
    [0]
    $ -u postgres://nobody:hush@nowhere.invalid/x upgrade billing@head:heads --sql
    -- plimsoll 0.1.0: upgrade m20260105_ship to m20260106_other, for psql
    \set ON_ERROR_STOP on
    SET client_min_messages = warning;
    CREATE TABLE IF NOT EXISTS "seaql_migrations" ( "version" varchar NOT NULL PRIMARY KEY, "applied_at" bigint NOT NULL );
    CREATE TABLE IF NOT EXISTS "plimsoll_history" ( "entry" bigint NOT NULL PRIMARY KEY, "version" varchar(255) NOT NULL, "action" varchar(16) NOT NULL, "applied_at" bigint NOT NULL, "outcome" varchar(16) NOT NULL, "parents" text NULL, "checksum" varchar(80) NULL, "statements" varchar(80) NULL, "duration_ms" bigint NULL, "applied_by" varchar(255) NULL, "tool" varchar(64) NULL, "note" text NULL );

    -- up m20260105_ship
    BEGIN;
    CREATE TABLE "ship1" ( "id" integer NOT NULL PRIMARY KEY );
    INSERT INTO "seaql_migrations" ("version", "applied_at") VALUES ('m20260105_ship', CAST(extract(epoch FROM now()) AS bigint));
    INSERT INTO "plimsoll_history" ("entry", "version", "action", "applied_at", "outcome", "parents", "checksum", "statements", "duration_ms", "applied_by", "tool", "note") SELECT COALESCE(MAX("entry"), 0) + 1, 'm20260105_ship', 'up', (SELECT applied_at FROM "seaql_migrations" WHERE version = 'm20260105_ship'), 'done', 'm20260102_b', 'SUM', 'SUM', 0, NULL, 'plimsoll 0.1.0', 'offline' FROM "plimsoll_history";
    COMMIT;

    -- up m20260106_other
    BEGIN;
    CREATE TABLE "z" ( "id" integer NOT NULL PRIMARY KEY );
    INSERT INTO "seaql_migrations" ("version", "applied_at") VALUES ('m20260106_other', CAST(extract(epoch FROM now()) AS bigint));
    INSERT INTO "plimsoll_history" ("entry", "version", "action", "applied_at", "outcome", "parents", "checksum", "statements", "duration_ms", "applied_by", "tool", "note") SELECT COALESCE(MAX("entry"), 0) + 1, 'm20260106_other', 'up', (SELECT applied_at FROM "seaql_migrations" WHERE version = 'm20260106_other'), 'done', '', 'SUM', 'SUM', 0, NULL, 'plimsoll 0.1.0', 'offline' FROM "plimsoll_history";
    COMMIT;
    [0]
    $ -u mysql://nobody:hush@nowhere.invalid/x downgrade m20260102_b:base --sql
    -- plimsoll 0.1.0: downgrade m20260102_b to m20260101_a, for mariadb or mysql
    CREATE TABLE IF NOT EXISTS `seaql_migrations` ( `version` varchar(255) NOT NULL PRIMARY KEY, `applied_at` bigint NOT NULL );
    CREATE TABLE IF NOT EXISTS `plimsoll_history` ( `entry` bigint NOT NULL PRIMARY KEY, `version` varchar(255) NOT NULL, `action` varchar(16) NOT NULL, `applied_at` bigint NOT NULL, `outcome` varchar(16) NOT NULL, `parents` text NULL, `checksum` varchar(80) NULL, `statements` varchar(80) NULL, `duration_ms` bigint NULL, `applied_by` varchar(255) NULL, `tool` varchar(64) NULL, `note` text NULL );

    -- down m20260102_b
    DROP TABLE `b`;
    START TRANSACTION;
    DELETE FROM `seaql_migrations` WHERE `version` = 'm20260102_b';
    INSERT INTO `plimsoll_history` (`entry`, `version`, `action`, `applied_at`, `outcome`, `parents`, `checksum`, `statements`, `duration_ms`, `applied_by`, `tool`, `note`) SELECT COALESCE(MAX(`entry`), 0) + 1, 'm20260102_b', 'down', unix_timestamp(), 'done', '', NULL, NULL, 0, NULL, 'plimsoll 0.1.0', 'offline' FROM `plimsoll_history`;
    COMMIT;

    -- down m20260101_a
    DROP TABLE `a`;
    START TRANSACTION;
    DELETE FROM `seaql_migrations` WHERE `version` = 'm20260101_a';
    INSERT INTO `plimsoll_history` (`entry`, `version`, `action`, `applied_at`, `outcome`, `parents`, `checksum`, `statements`, `duration_ms`, `applied_by`, `tool`, `note`) SELECT COALESCE(MAX(`entry`), 0) + 1, 'm20260101_a', 'down', unix_timestamp(), 'done', '', NULL, NULL, 0, NULL, 'plimsoll 0.1.0', 'offline' FROM `plimsoll_history`;
    COMMIT;
    [0]
    $ -u postgres://nobody:hush@nowhere.invalid/x stamp m20260101_a --sql
    CREATE TABLE IF NOT EXISTS "seaql_migrations" ( "version" varchar NOT NULL PRIMARY KEY, "applied_at" bigint NOT NULL );
    CREATE TABLE IF NOT EXISTS "plimsoll_history" ( "entry" bigint NOT NULL PRIMARY KEY, "version" varchar(255) NOT NULL, "action" varchar(16) NOT NULL, "applied_at" bigint NOT NULL, "outcome" varchar(16) NOT NULL, "parents" text NULL, "checksum" varchar(80) NULL, "statements" varchar(80) NULL, "duration_ms" bigint NULL, "applied_by" varchar(255) NULL, "tool" varchar(64) NULL, "note" text NULL );
    BEGIN;
    INSERT INTO "seaql_migrations" ("version", "applied_at") VALUES ('m20260101_a', CAST(extract(epoch FROM now()) AS bigint));
    INSERT INTO "plimsoll_history" ("entry", "version", "action", "applied_at", "outcome", "parents", "checksum", "statements", "duration_ms", "applied_by", "tool", "note") SELECT COALESCE(MAX("entry"), 0) + 1, 'm20260101_a', 'stamp', (SELECT applied_at FROM "seaql_migrations" WHERE version = 'm20260101_a'), 'done', '', 'SUM', NULL, 0, NULL, 'plimsoll 0.1.0', 'offline' FROM "plimsoll_history";
    COMMIT;
    [0]
    $ downgrade base --sql
    ! error: failed to write the downgrade to `base` as SQL: from where is not said
    ! help: write the range as A:B, as in `downgrade head:base --sql`
    [2]
    $ upgrade current:head --sql
    ! error: failed to begin the script at `current`: only the database knows where that is
    ! help: `current` tells; begin at that revision, as in `A:head`
    [2]
    "#);
}

/// What the second revision does can be changed while the test runs.
static EDITED: AtomicBool = AtomicBool::new(false);

struct First;

impl MigrationName for First {
    fn name(&self) -> &'static str {
        "m1"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for First {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let sql = if EDITED.load(Ordering::SeqCst) {
            "CREATE TABLE t (id integer, n integer)"
        } else {
            "CREATE TABLE t (id integer)"
        };
        manager.get_connection().execute_unprepared(sql).await?;
        Ok(())
    }
}

struct Changing;

#[async_trait::async_trait]
impl MigratorTrait for Changing {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![Box::new(First)]
    }
}

struct Empty;

#[async_trait::async_trait]
impl MigratorTrait for Empty {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        Vec::new()
    }
}

#[tokio::test]
async fn what_was_applied_is_verified_and_set_right() {
    let shell = Shell::new();
    let mut session = shell
        .session(&Changing, &["upgrade", "verify", "repair", "status"])
        .await;
    EDITED.store(true, Ordering::SeqCst);
    session += &shell
        .session(
            &Changing,
            &["verify", "repair m1 --done", "repair m1 --accept", "verify"],
        )
        .await;
    session += &shell
        .session(
            &Empty,
            &[
                "verify",
                "upgrade",
                "repair",
                "repair m1 --forget",
                "repair",
                "current",
            ],
        )
        .await;
    insta::assert_snapshot!(session, @r"
    $ upgrade
    applied m1 m1 (N ms)
    [0]
    $ verify
    m1 same: it is what was applied
    [0]
    $ repair
    nothing is wrong with the history
    [0]
    $ status
    database   sqlite://DIR/plimsoll.db
    at         m1
    heads      m1
    pending    nothing
    lock       free
    [0]
    $ verify
    m1 edited: it was edited since it was applied
    ! `repair` tells the ways out
    [5]
    $ repair m1 --done
    ! error: failed to repair `m1`: there is nothing of it to be set right so
    ! help: `repair` alone tells what is wrong, and the ways out
    [5]
    $ repair m1 --accept
    m1 is set right
    [0]
    $ verify
    m1 same: it is what was applied
    [0]
    $ verify
    m1 missing: it is applied and has no file
    ! `repair` tells the ways out
    [5]
    $ upgrade
    ! error: failed to upgrade: the database is ahead, `m1` is applied and has no file here
    ! help: get the missing files, as with `git pull`, or use the database that belongs to this checkout
    [5]
    $ repair
    no file: `m1` is applied
      - get the file back, as with `git pull`
      - use the database that belongs to this checkout
      - undo by hand what it did, then `repair m1 --forget`
    [5]
    $ repair m1 --forget
    m1 is set right
    [0]
    $ repair
    nothing is wrong with the history
    [0]
    $ current
    base: no revision is applied
    [0]
    ");
}

#[tokio::test]
async fn several_become_one() {
    let shell = Shell::project();
    let ids = [
        "m20260101_a",
        "m20260102_b",
        "m20260103_bill",
        "m20260104_bill_more",
        "m20260105_ship",
        "m20260106_other",
    ];
    let mods: String = ids.iter().map(|id| format!("mod {id};\n")).collect();
    let list: String = ids
        .iter()
        .map(|id| format!("            Box::new({id}::Migration),\n"))
        .collect();
    let lib = format!(
        "use plimsoll::prelude::*;\n\n{mods}\npub struct Migrator;\n\n#[async_trait::async_trait]\nimpl MigratorTrait for Migrator {{\n    \
         fn migrations() -> Vec<Box<dyn MigrationTrait>> {{\n        vec![\n{list}        ]\n    }}\n}}\n"
    );
    std::fs::write(shell.path().join("src/lib.rs"), lib).unwrap();
    for id in ids {
        std::fs::write(shell.path().join(format!("src/{id}.rs")), "").unwrap();
    }
    let session = shell
        .session(
            &Project,
            &[
                "squash base:shipping@head -m start",
                "squash base:m20260101_a -m start",
                "squash base:m20260102_b -m start --rev-id m20260101_start",
            ],
        )
        .await;
    insta::assert_snapshot!(session, @r"
    $ squash base:shipping@head -m start
    ! error: failed to squash: `m20260104_bill_more` follows `m20260103_bill`, which lies in the middle
    ! help: let the range end there, or let it hold that revision too
    [2]
    $ squash base:m20260101_a -m start
    ! error: failed to squash: `base:m20260101_a` holds 1 revisions
    ! help: give a range of two or more, as in `base:head` or `m2026:m2027`
    [2]
    $ squash base:m20260102_b -m start --rev-id m20260101_start
    wrote DIR/src/m20260101_start.rs, which stands for 2 revisions; their files are removed
    ! review it; a database on which all of them are applied takes it as applied, and one on which some are has to be upgraded with the files as they were
    [0]
    ");
    let lib = std::fs::read_to_string(shell.path().join("src/lib.rs")).unwrap();
    insta::assert_snapshot!(lib, @r"
    use plimsoll::prelude::*;

    mod m20260101_start;
    mod m20260103_bill;
    mod m20260104_bill_more;
    mod m20260105_ship;
    mod m20260106_other;

    pub struct Migrator;

    #[async_trait::async_trait]
    impl MigratorTrait for Migrator {
        fn migrations() -> Vec<Box<dyn MigrationTrait>> {
            vec![
                Box::new(m20260101_start::Migration),
                Box::new(m20260103_bill::Migration),
                Box::new(m20260104_bill_more::Migration),
                Box::new(m20260105_ship::Migration),
                Box::new(m20260106_other::Migration),
            ]
        }
    }
    ");
    let text = std::fs::read_to_string(shell.path().join("src/m20260101_start.rs")).unwrap();
    let start = text.find("plimsoll::revision!").unwrap();
    insta::assert_snapshot!(&text[start..], @r#"
    plimsoll::revision! {
        id: "m20260101_start",
        parents: [],
        replaces: ["m20260101_a", "m20260102_b"],
    }

    #[derive(DeriveMigrationName)]
    pub struct Migration;

    #[async_trait::async_trait]
    impl MigrationTrait for Migration {
        async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
            // Create table `a`.
            manager
                .create_table(
                    Table::create()
                        .table("a")
                        .col(ColumnDef::new("id").integer().not_null().primary_key())
                        .to_owned(),
                )
                .await?;

            // Create table `b`.
            manager
                .create_table(
                    Table::create()
                        .table("b")
                        .col(ColumnDef::new("id").integer().not_null().primary_key())
                        .to_owned(),
                )
                .await?;

            Ok(())
        }

        async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
            // Takes back: create table `b`.
            manager
                .drop_table(Table::drop().table("b").to_owned())
                .await?;

            // Takes back: create table `a`.
            manager
                .drop_table(Table::drop().table("a").to_owned())
                .await?;

            Ok(())
        }
    }
    "#);
    assert!(!shell.path().join("src/m20260102_b.rs").exists());
}

/// Stands for the first two.
struct Start;

impl MigrationName for Start {
    fn name(&self) -> &'static str {
        "m20260102_start"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Start {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        A.up(manager).await?;
        B.up(manager).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        B.down(manager).await?;
        A.down(manager).await
    }
}

inventory::submit! { Metadata {
    id: "m20260102_start", parents: &[], labels: &[], depends_on: &[], replaces: &["m20260101_a", "m20260102_b"],
    source: "//! Start.\nfn up() {}\n",
} }

struct Squashed;

#[async_trait::async_trait]
impl MigratorTrait for Squashed {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![Box::new(Start), Box::new(Bill1), Box::new(Bill2)]
    }
}

#[tokio::test]
async fn a_database_takes_over_what_became_one() {
    let shell = Shell::new();
    let mut session = shell.session(&Project, &["upgrade m20260103_bill"]).await;
    let lines = [
        "current",
        "upgrade",
        "current",
        "verify",
        "downgrade base",
        "upgrade",
        "current",
    ];
    session += &shell.session(&Squashed, &lines).await;
    insta::assert_snapshot!(session, @r"
    $ upgrade m20260103_bill
    applied m20260101_a Create a (N ms)
    applied m20260102_b Create b (N ms)
    applied m20260103_bill Create bill1 (N ms)
    [0]
    $ current
    m20260103_bill (current, @billing) Create bill1
    ! 1 revision is pending; `upgrade` applies it
    [0]
    $ upgrade
    applied m20260104_bill_more Create bill2 (N ms)
    [0]
    $ current
    m20260104_bill_more (head, current) Create bill2
    [0]
    $ verify
    m20260102_start same: it is what was applied
    m20260103_bill same: it is what was applied
    m20260104_bill_more same: it is what was applied
    [0]
    $ downgrade base
    took back m20260104_bill_more Create bill2 (N ms)
    took back m20260103_bill Create bill1 (N ms)
    took back m20260102_start Start (N ms)
    [0]
    $ upgrade
    applied m20260102_start Start (N ms)
    applied m20260103_bill Create bill1 (N ms)
    applied m20260104_bill_more Create bill2 (N ms)
    [0]
    $ current
    m20260104_bill_more (head, current) Create bill2
    [0]
    ");
    let shell = Shell::new();
    let mut session = shell.session(&Project, &["upgrade m20260101_a"]).await;
    session += &shell.session(&Squashed, &["upgrade", "repair"]).await;
    insta::assert_snapshot!(session, @r"
    $ upgrade m20260101_a
    applied m20260101_a Create a (N ms)
    [0]
    $ upgrade
    ! error: failed to upgrade: only some of the revisions that `m20260102_start` stands for are applied
    ! help: `upgrade` with the files as they were before the squash, then with these
    [5]
    $ repair
    partial: only some of the revisions that `m20260102_start` stands for are applied
      - `upgrade` with the files as they were before the squash, then with these
    [5]
    ");
}

#[tokio::test]
async fn a_file_is_opened_in_the_editor() {
    // Which editor it is, is a variable of the process: this program again, once for each.
    let Ok(editor) = std::env::var("TEST_EDITOR") else {
        for editor in ["rm", "false"] {
            let child = std::process::Command::new(std::env::current_exe().unwrap())
                .args(["--exact", "a_file_is_opened_in_the_editor"])
                .env("TEST_EDITOR", editor)
                .env("VISUAL", editor)
                .output()
                .unwrap();
            assert!(child.status.success(), "{editor}: {child:?}");
        }
        return;
    };
    let shell = Shell::project();
    let file = shell.path().join("src/m20260101_a.rs");
    std::fs::write(&file, "").unwrap();
    let opened = shell.run(&Project, "edit m20260101").await;
    if editor == "rm" {
        assert_eq!((opened.as_str(), file.exists()), ("[0]", false));
    } else {
        assert!(
            opened.starts_with("! error: failed to edit: `false` ended with")
                && opened.ends_with("[1]"),
            "{opened}"
        );
    }
    let session = shell
        .session(
            &Project,
            &[
                "edit base",
                "edit current",
                "edit shipping@head",
                "edit head",
            ],
        )
        .await;
    insta::assert_snapshot!(session, @r"
    $ edit base
    ! error: failed to edit: `base` is no revision, so it has no file
    ! help: `history` lists the revisions
    [2]
    $ edit current
    ! error: failed to edit: `current` is no revision, so it has no file
    ! help: `history` lists the revisions
    [2]
    $ edit shipping@head
    ! error: failed to edit: there is no `DIR/src/m20260105_ship.rs`
    ! help: a revision that lives in another file is edited there
    [7]
    $ edit head
    ! error: failed to find the revision: there are several heads: `m20260104_bill_more`, `m20260105_ship`, `m20260106_other`
    ! help: `merge heads` joins them; or mean all of them with `heads`, one branch with `LABEL@head`, or name one by its id
    [5]
    ");
}

/// What a script does to the history, without the rest of it.
fn rows(script: &str) -> String {
    let rows = script.lines().filter_map(|line| {
        let table = "\"seaql_migrations\"";
        let what = [("INSERT INTO", "+"), ("DELETE FROM", "-")];
        let (_, sign) = what
            .iter()
            .find(|(word, _)| line.starts_with(&format!("{word} {table} ")))?;
        Some(format!("{sign}{}", line.split('\'').nth(1)?))
    });
    let errors = script
        .lines()
        .filter(|line| line.starts_with('!'))
        .map(str::to_owned);
    rows.chain(errors).collect::<Vec<_>>().join(" ")
}

#[tokio::test]
async fn stamps_of_several_and_of_ranges() {
    let shell = Shell::new();
    let mut told = Vec::new();
    for targets in [
        "head",
        "billing@head other@head",
        "m20260101_a:billing@head",
        "m20260101:20260102",
        "m20260104:m20260102_b",
        "m20260101_a:billing@head m20260101_a:other@head",
        "m20260101_a:billing@head m20260102_b:other@head",
        "billing@head:base",
    ] {
        let script = shell.run(&Project, &format!("stamp {targets} --sql")).await;
        told.push(format!("{targets}: {}", rows(&script)));
    }
    insta::assert_snapshot!(told.join("\n"), @r"
    head: ! error: failed to find the revision: there are several heads: `m20260104_bill_more`, `m20260105_ship`, `m20260106_other` ! help: `merge heads` joins them; or mean all of them with `heads`, one branch with `LABEL@head`, or name one by its id
    billing@head other@head: +m20260101_a +m20260102_b +m20260103_bill +m20260104_bill_more +m20260106_other
    m20260101_a:billing@head: +m20260102_b +m20260103_bill +m20260104_bill_more
    m20260101:20260102: +m20260102_b
    m20260104:m20260102_b: -m20260103_bill -m20260104_bill_more
    m20260101_a:billing@head m20260101_a:other@head: +m20260102_b +m20260103_bill +m20260104_bill_more +m20260106_other
    m20260101_a:billing@head m20260102_b:other@head: ! error: failed to write the stamp as SQL: two ranges begin at different places ! help: let all of them begin at the same revision
    billing@head:base: -m20260101_a -m20260102_b -m20260103_bill -m20260104_bill_more
    ");
    let session = shell
        .session(
            &Project,
            &[
                "stamp billing@head other@head",
                "stamp m20260102_b m20260104_bill_more -q",
                "current",
                "stamp m20260101_a other@head -q",
                "current",
            ],
        )
        .await;
    insta::assert_snapshot!(session, @r"
    $ stamp billing@head other@head
    m20260101_a counts as applied
    m20260102_b counts as applied
    m20260103_bill counts as applied
    m20260104_bill_more counts as applied
    m20260106_other counts as applied
    [0]
    $ stamp m20260102_b m20260104_bill_more -q
    nothing to do
    [0]
    $ current
    m20260104_bill_more (head, current) Create bill2
    m20260106_other (head, current, @other) Create z
    ! 1 revision is pending; `upgrade` applies it
    [0]
    $ stamp m20260101_a other@head -q
    m20260104_bill_more no longer counts as applied
    m20260103_bill no longer counts as applied
    m20260102_b no longer counts as applied
    [0]
    $ current
    m20260101_a (current) Create a
    m20260106_other (head, current, @other) Create z
    ! 4 revisions are pending; `upgrade` applies them
    [0]
    ");
}
