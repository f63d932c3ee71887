//! One of two heads comes after the other: when their order makes no difference, and only then.
#![allow(clippy::unwrap_used, reason = "a test stops where it fails")]

mod shell;

use plimsoll::prelude::*;
use plimsoll::revision::{Metadata, all, inventory};
use plimsoll_testkit::servers::{self, Scratch};
use shell::Shell;

macro_rules! revisions {
    ($project:ident: $($name:ident $id:literal [$($parent:literal),*] [$($label:literal),*] [$($need:literal),*] $up:expr => $down:expr;)*) => {
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
                    run(manager, &$up).await
                }

                async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
                    run(manager, &$down).await
                }
            }

            inventory::submit! { Metadata {
                id: $id, parents: &[$($parent),*], labels: &[$($label),*], depends_on: &[$($need),*], replaces: &[],
                source: concat!(
                    "//! Follows: ", $($parent,)* "\n\nplimsoll::revision! {\n    id: \"", $id, "\",\n    parents: [", $("\"", $parent, "\"",)*
                    "],\n}\n\npub struct Migration;\n",
                ),
            } }
        )*

        struct $project;

        #[async_trait::async_trait]
        impl MigratorTrait for $project {
            fn migrations() -> Vec<Box<dyn MigrationTrait>> {
                vec![$(Box::new($name)),*]
            }
        }
    };
}

async fn run(manager: &SchemaManager<'_>, statements: &[&str]) -> Result<(), DbErr> {
    for sql in statements {
        if *sql == "NO" {
            return Err(DbErr::Migration("there is no way back".to_owned()));
        }
        manager.get_connection().execute_unprepared(sql).await?;
    }
    Ok(())
}

/// A directory with the files of a project.
fn files(migrator: &impl sea_orm_migration::MigratorTraitSelf) -> Shell {
    let shell = Shell::project();
    let known = all();
    for migration in migrator.migrations() {
        let text = known[migration.name()].source;
        std::fs::write(file(&shell, migration.name()), text).unwrap();
    }
    shell
}

fn file(shell: &Shell, id: &str) -> std::path::PathBuf {
    shell.path().join(format!("src/{id}.rs"))
}

/// What the files say that they follow.
fn stated(shell: &Shell, ids: &[&str]) -> String {
    let lines = ids.iter().map(|id| {
        let text = std::fs::read_to_string(file(shell, id)).unwrap();
        let find = |word: &str| {
            let line = text.lines().find(|line| line.contains(word));
            line.unwrap_or_default().trim().to_owned()
        };
        format!("{id}: {} {}\n", find("Follows"), find("parents"))
    });
    lines.collect()
}

const T: [&str; 1] = ["CREATE TABLE t (id integer NOT NULL PRIMARY KEY)"];

revisions! { Apart:
    ApartBase "m1_base" [] [] [] T => ["DROP TABLE t"];
    ApartLeft "m2_left" ["m1_base"] [] [] ["ALTER TABLE t ADD COLUMN x integer"] => ["ALTER TABLE t DROP COLUMN x"];
    ApartMore "m3_left_more" ["m2_left"] [] [] ["CREATE TABLE u (id integer)"] => ["DROP TABLE u"];
    ApartRight "m4_right" ["m1_base"] [] [] ["ALTER TABLE t ADD COLUMN y integer"] => ["ALTER TABLE t DROP COLUMN y"];
}

#[tokio::test]
async fn one_line_again() {
    const IDS: [&str; 3] = ["m2_left", "m3_left_more", "m4_right"];
    for backend in servers::required().unwrap() {
        let (shell, scratch) = (files(&Apart), Scratch::create(backend).await.unwrap());
        let before = stated(&shell, &IDS);
        let mut session = String::new();
        for line in ["rebase", "rebase m3_left_more --dry-run"] {
            session += &shell
                .run(&Apart, &format!("{line} -u {}", scratch.url))
                .await;
            session += "\n";
        }
        assert_eq!(stated(&shell, &IDS), before);
        session += &shell
            .run(
                &Apart,
                &format!("rebase --onto m4_right -u {}", scratch.url),
            )
            .await;
        insta::allow_duplicates! { insta::assert_snapshot!(session, @r"
        ! error: failed to rebase: there are two heads, `m3_left_more` and `m4_right`, and which one moves is not said
        ! help: name the one that was not released yet: `rebase m3_left_more`, or `rebase m4_right`
        [5]
        m2_left follows m4_right
        ! nothing was written: --dry-run
        [0]
        m2_left follows m4_right
        wrote DIR/src/m2_left.rs
        [0]
        "); }
        insta::allow_duplicates! { insta::assert_snapshot!(stated(&shell, &IDS), @r#"
        m2_left: //! Follows: m4_right parents: ["m4_right"],
        m3_left_more: //! Follows: m2_left parents: ["m2_left"],
        m4_right: //! Follows: m1_base parents: ["m1_base"],
        "#); }
        // Nothing is left of the proof, and the program is older than the file now.
        let told = shell
            .run(&Apart, &format!("rebase m3_left_more -u {}", scratch.url))
            .await;
        insta::allow_duplicates! { insta::assert_snapshot!(told, @r"
        ! error: failed to rebase: `DIR/src/m2_left.rs` was changed since this program was built
        ! help: run it through cargo, which builds it anew
        [7]
        "); }
        scratch.close().await.unwrap();
    }
}

#[tokio::test]
async fn what_is_applied_stays_so() {
    let shell = files(&Apart);
    let told = shell
        .session(&Apart, &["upgrade m3_left_more", "rebase m3_left_more"])
        .await;
    insta::assert_snapshot!(told, @r"
    $ upgrade m3_left_more
    applied m1_base Follows: (N ms)
    applied m2_left Follows: m1_base (N ms)
    applied m3_left_more Follows: m2_left (N ms)
    [0]
    $ rebase m3_left_more
    m2_left follows m4_right
    wrote DIR/src/m2_left.rs
    ! warning: `m2_left` is applied in sqlite://DIR/plimsoll.db and stays so; `verify` tells there that it moved, until `repair m2_left --accept`
    [0]
    ");
}

#[tokio::test]
async fn what_cannot_be_moved_is_told() {
    let shell = files(&Apart);
    let lines = [
        "rebase m2_left",
        "rebase m3_left_more --onto m2_left",
        "rebase m3_left_more --onto m3_left_more",
        "rebase base",
        "rebase nothing",
        "rebase m3_left_more --onto nothing",
    ];
    let mut told = shell.session(&Apart, &lines).await;
    std::fs::write(file(&shell, "m2_left"), "pub struct Migration;\n").unwrap();
    told += &shell.session(&Apart, &["rebase m3_left_more"]).await;
    std::fs::remove_file(file(&shell, "m2_left")).unwrap();
    told += &shell.session(&Apart, &["rebase m3_left_more"]).await;
    told += &files(&Alone)
        .session(
            &Alone,
            &[
                "rebase",
                "rebase m1_alone",
                "rebase m1_alone --onto m1_alone",
            ],
        )
        .await;
    told += &files(&Three)
        .session(
            &Three,
            &["rebase", "rebase m1_two", "rebase m1_two --onto m1_three"],
        )
        .await;
    insta::assert_snapshot!(told, @r"
    $ rebase m2_left
    ! error: failed to rebase: `m2_left` is no head, `m3_left_more` follows it
    ! help: name two heads; `heads` shows which there are
    [2]
    $ rebase m3_left_more --onto m2_left
    ! error: failed to rebase: `m2_left` is no head, `m3_left_more` follows it
    ! help: name two heads; `heads` shows which there are
    [2]
    $ rebase m3_left_more --onto m3_left_more
    ! error: failed to rebase: `m3_left_more` cannot come after itself
    ! help: name two heads; `heads` shows which there are
    [2]
    $ rebase base
    ! error: failed to rebase: `base` is no revision
    ! help: name a head; `heads` shows which there are
    [2]
    $ rebase nothing
    ! error: failed to find the revision: no revision is named `nothing` or begins so
    ! help: `history` lists the revisions
    [2]
    $ rebase m3_left_more --onto nothing
    ! error: failed to find the revision: no revision is named `nothing` or begins so
    ! help: `history` lists the revisions
    [2]
    $ rebase m3_left_more
    ! error: failed to rebase: `DIR/src/m2_left.rs` was changed since this program was built
    ! help: run it through cargo, which builds it anew
    [7]
    $ rebase m3_left_more
    ! error: failed to rebase: there is no `DIR/src/m2_left.rs`
    ! help: a revision that moves has to have a file of its own, which says what it follows
    [7]
    $ rebase
    ! error: failed to rebase: there are no two heads
    ! help: the history is one line already; `heads` shows where it ends
    [2]
    $ rebase m1_alone
    ! error: failed to rebase: there are no two heads
    ! help: the history is one line already; `heads` shows where it ends
    [2]
    $ rebase m1_alone --onto m1_alone
    ! error: failed to rebase: `m1_alone` cannot come after itself
    ! help: name two heads; `heads` shows which there are
    [2]
    $ rebase
    ! error: failed to rebase: there are several heads: `m1_one`, `m1_two`, `m1_three`
    ! help: say which one moves, and after which: `rebase HEAD --onto OTHER`
    [5]
    $ rebase m1_two
    ! error: failed to rebase: there are several heads: `m1_one`, `m1_two`, `m1_three`
    ! help: say which one moves, and after which: `rebase HEAD --onto OTHER`
    [5]
    $ rebase m1_two --onto m1_three
    m1_two follows m1_three
    wrote DIR/src/m1_two.rs
    [0]
    ");
}

revisions! { Alone:
    AloneOnly "m1_alone" [] [] [] T => ["DROP TABLE t"];
}

revisions! { Three:
    ThreeOne "m1_one" [] [] [] ["CREATE TABLE one (id integer)"] => ["DROP TABLE one"];
    ThreeTwo "m1_two" [] [] [] ["CREATE TABLE two (id integer)"] => ["DROP TABLE two"];
    ThreeThree "m1_three" [] [] [] ["CREATE TABLE three (id integer)"] => ["DROP TABLE three"];
}

revisions! { Copied:
    CopiedBase "m5_base" [] [] [] T => ["DROP TABLE t"];
    CopiedLeft "m6_left" ["m5_base"] [] [] ["ALTER TABLE t ADD COLUMN n integer"] => ["ALTER TABLE t DROP COLUMN n"];
    CopiedRight "m7_right" ["m5_base"] [] [] ["CREATE TABLE copy AS SELECT * FROM t"] => ["DROP TABLE copy"];
}

revisions! { Renamed:
    RenamedBase "m8_base" [] [] [] T => ["DROP TABLE t"];
    RenamedLeft "m9_left" ["m8_base"] [] [] ["ALTER TABLE t RENAME TO u"] => ["ALTER TABLE u RENAME TO t"];
    RenamedRight "m10_right" ["m8_base"] [] [] ["ALTER TABLE t ADD COLUMN n integer"] => ["ALTER TABLE t DROP COLUMN n"];
}

revisions! { Twice:
    TwiceBase "m11_base" [] [] [] T => ["DROP TABLE t"];
    TwiceLeft "m12_left" ["m11_base"] [] [] ["ALTER TABLE t ADD COLUMN n integer"] => ["ALTER TABLE t DROP COLUMN n"];
    TwiceRight "m13_right" ["m11_base"] [] [] ["ALTER TABLE t ADD COLUMN n bigint"] => ["ALTER TABLE t DROP COLUMN n"];
}

revisions! { Sloppy:
    SloppyLeft "m14_left" [] [] [] ["CREATE TABLE l (id integer)"] => ["DROP TABLE l", "DROP TABLE IF EXISTS r"];
    SloppyRight "m15_right" [] [] [] ["CREATE TABLE r (id integer)"] => ["DROP TABLE r"];
}

#[tokio::test]
async fn lines_that_clash_stay() {
    for backend in servers::required().unwrap() {
        let mut told = String::new();
        macro_rules! clash {
            ($project:ident, $line:literal, $id:literal) => {{
                let (shell, scratch) = (files(&$project), Scratch::create(backend).await.unwrap());
                let before = stated(&shell, &[$id]);
                told += &format!("$ {}\n", $line);
                told += &shell
                    .run(&$project, &format!("{} -u {}", $line, scratch.url))
                    .await;
                told += "\n";
                assert_eq!(stated(&shell, &[$id]), before);
                scratch.close().await.unwrap();
            }};
        }
        clash!(Copied, "rebase m6_left", "m6_left");
        clash!(Renamed, "rebase m9_left", "m9_left");
        clash!(Twice, "rebase m12_left", "m12_left");
        clash!(Sloppy, "rebase m14_left", "m14_left");
        // Causes and types are in the words of each server.
        let told: Vec<&str> = told
            .lines()
            .filter(|line| !line.contains("  ALTER"))
            .map(|line| line.split("_right`").next().unwrap_or_default())
            .map(|line| line.split("n  int").next().unwrap_or_default())
            .collect();
        insta::allow_duplicates! { insta::assert_snapshot!(told.join("\n"), @r"
        $ rebase m6_left
        ! error: failed to rebase: the order of the two lines makes a difference: with `m6_left` last instead of first, this differs
        ! - column copy.
        ! help: nothing was written; `merge` keeps both lines as they are, or change one of the revisions so that the order no longer matters
        [4]
        $ rebase m9_left
        ! error: failed to rebase: the order of the two lines makes a difference: after `m9_left`, it fails to apply `m10
        ! both lines touch table `t`
        ! help: nothing was written; `merge` keeps both lines as they are, or change one of the revisions so that the order no longer matters
        [4]
        $ rebase m12_left
        ! error: failed to rebase: the order of the two lines makes a difference: after `m12_left`, it fails to apply `m13
        ! both lines touch column `t.n`
        ! help: nothing was written; `merge` keeps both lines as they are, or change one of the revisions so that the order no longer matters
        [4]
        $ rebase m14_left
        ! error: failed to rebase: the order of the two lines makes a difference: when `m14_left` is taken back, this is left of it
        ! - table r  (1 column)
        ! help: nothing was written; `merge` keeps both lines as they are, or change one of the revisions so that the order no longer matters
        [4]
        "); }
    }
}

revisions! { Rows:
    RowsBase "m16_base" [] [] [] T => ["DROP TABLE t"];
    RowsLeft "m17_left" ["m16_base"] ["left"] ["m16_base"] ["INSERT INTO t (id) VALUES (1)"] => ["NO"];
    RowsRight "m18_right" ["m16_base"] ["right"] [] ["ALTER TABLE t ADD COLUMN n integer"] => ["ALTER TABLE t DROP COLUMN n"];
}

#[tokio::test]
async fn what_the_proof_does_not_show_is_told() {
    let shell = files(&Rows);
    let told = shell
        .session(&Rows, &["rebase left@head --onto right@head"])
        .await;
    insta::assert_snapshot!(told, @r"
    $ rebase left@head --onto right@head
    m17_left follows m18_right
    wrote DIR/src/m17_left.rs
    ! warning: what `m17_left` does is not taken back by its `down`, in no order: that was not compared
    ! warning: only tables were compared, and not what this does: m17_left: INSERT INTO t (id) VALUES (1)
    ! warning: the branches are one line now: `downgrade` to `left@base` or `right@base` takes back all of it
    [0]
    ");
}
