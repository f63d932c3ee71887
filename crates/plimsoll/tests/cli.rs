//! The command line on a small migrator, in this process, its words captured.
#![allow(clippy::unwrap_used, reason = "a test stops where it fails")]

mod shell;

use migrator::Shop;
use plimsoll::prelude::*;
use shell::Shell;

mod migrator {
    use super::*;

    pub(crate) struct Shop;

    #[async_trait::async_trait]
    impl MigratorTrait for Shop {
        fn migrations() -> Vec<Box<dyn MigrationTrait>> {
            vec![Box::new(Customer), Box::new(Email)]
        }
    }

    struct Customer;

    impl MigrationName for Customer {
        fn name(&self) -> &'static str {
            "m20260101_000000_create_customer"
        }
    }

    #[async_trait::async_trait]
    impl MigrationTrait for Customer {
        async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
            let id = ColumnDef::new("id").integer().primary_key().take();
            manager
                .create_table(Table::create().table("customer").col(id).take())
                .await
        }

        async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
            manager
                .drop_table(Table::drop().table("customer").take())
                .await
        }
    }

    struct Email;

    impl MigrationName for Email {
        fn name(&self) -> &'static str {
            "m20260102_000000_add_email"
        }
    }

    #[async_trait::async_trait]
    impl MigrationTrait for Email {
        async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
            let email = ColumnDef::new("email").string().null().take();
            manager
                .alter_table(Table::alter().table("customer").add_column(email).take())
                .await
        }

        async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
            manager
                .alter_table(Table::alter().table("customer").drop_column("email").take())
                .await
        }
    }
}

#[tokio::test]
async fn a_session() {
    let shell = Shell::new();
    let session = shell
        .session(
            &Shop,
            &[
                "current",
                "history",
                "upgrade +1",
                "current",
                "current --check-heads",
                "upgrade",
                "upgrade",
                "history",
                "heads",
                "downgrade -1",
                "downgrade base",
                "current",
            ],
        )
        .await;
    insta::assert_snapshot!(session, @r"
    $ current
    base: no revision is applied
    ! 2 revisions are pending; `upgrade` applies them
    [0]
    $ history
    m20260102_000000_add_email (head, pending) add email
    m20260101_000000_create_customer (pending) create customer
    [0]
    $ upgrade +1
    applied m20260101_000000_create_customer create customer (N ms)
    [0]
    $ current
    m20260101_000000_create_customer (current) create customer
    ! 1 revision is pending; `upgrade` applies it
    [0]
    $ current --check-heads
    m20260101_000000_create_customer (current) create customer
    ! 1 revision is pending; `upgrade` applies it
    [5]
    $ upgrade
    applied m20260102_000000_add_email add email (N ms)
    [0]
    $ upgrade
    nothing to do
    [0]
    $ history
    m20260102_000000_add_email (head, current) add email
    m20260101_000000_create_customer create customer
    [0]
    $ heads
    m20260102_000000_add_email (head) add email
    [0]
    $ downgrade -1
    took back m20260102_000000_add_email add email (N ms)
    [0]
    $ downgrade base
    took back m20260101_000000_create_customer create customer (N ms)
    [0]
    $ current
    base: no revision is applied
    ! 2 revisions are pending; `upgrade` applies them
    [0]
    ");
}

#[tokio::test]
async fn a_read_only_command_makes_no_file() {
    let shell = Shell::new();
    for line in [
        "current",
        "history",
        "heads",
        "show head",
        "downgrade --help",
    ] {
        shell.run(&Shop, line).await;
    }
    assert_eq!(std::fs::read_dir(shell.path()).unwrap().count(), 0);
}

#[tokio::test]
async fn sea_orms_verbs() {
    let shell = Shell::new();
    let session = shell
        .session(
            &Shop,
            &[
                "up -n 1 -v",
                "status",
                "up",
                "down",
                "refresh",
                "reset",
                "fresh",
            ],
        )
        .await;
    insta::assert_snapshot!(session, @r"
    $ up -n 1 -v
    applied m20260101_000000_create_customer create customer (N ms)
    [0]
    $ status
    database   sqlite://DIR/plimsoll.db
    at         m20260101_000000_create_customer
    heads      m20260102_000000_add_email
    pending    1: m20260102_000000_add_email
    lock       free
    [0]
    $ up
    applied m20260102_000000_add_email add email (N ms)
    [0]
    $ down
    took back m20260102_000000_add_email add email (N ms)
    [0]
    $ refresh
    took back m20260101_000000_create_customer create customer (N ms)
    applied m20260101_000000_create_customer create customer (N ms)
    applied m20260102_000000_add_email add email (N ms)
    [0]
    $ reset
    took back m20260102_000000_add_email add email (N ms)
    took back m20260101_000000_create_customer create customer (N ms)
    [0]
    $ fresh
    applied m20260101_000000_create_customer create customer (N ms)
    applied m20260102_000000_add_email add email (N ms)
    [0]
    ");
}

#[tokio::test]
async fn mistakes() {
    let shell = Shell::new();
    shell.run(&Shop, "upgrade +1").await;
    let session = shell
        .session(
            &Shop,
            &[
                "upgrade +5",
                "upgrade -1",
                "upgrade m2026",
                "upgrade nonsense",
                "downgrade",
                "downgrade head",
                "downgrade -3",
                "current -u postgres://u:hush@127.0.0.1:1/shop",
                "current -u oracle://u:hush@h/d",
                "current -u u:hush@h/d",
                "current --format json -u nonsense:x",
                "frobnicate",
                "revision",
            ],
        )
        .await;
    assert!(
        !session.replace("u:hush@", "").contains("hush"),
        "{session}"
    );
    insta::assert_snapshot!(session, @r#"
    $ upgrade +5
    ! error: failed to find the revision: `+5` leads too far: 1 revision is left in that direction
    ! help: `history` lists the revisions
    [2]
    $ upgrade -1
    ! error: failed to find the revision: `-1` lies in the other direction
    ! help: `downgrade` goes there
    [2]
    $ upgrade m2026
    ! error: failed to find the revision: several revisions begin with `m2026`: `m20260101_000000_create_customer`, `m20260102_000000_add_email`
    ! help: write more of the id
    [2]
    $ upgrade nonsense
    ! error: failed to find the revision: no revision is named `nonsense` or begins so
    ! help: `history` lists the revisions
    [2]
    $ downgrade
    error: the following required arguments were not provided:
      <TARGET>

    Usage: plimsoll downgrade <TARGET>

    For more information, try '--help'.
    [2]

    $ downgrade head
    ! error: failed to find the revision: `head` lies in the other direction
    ! help: `upgrade` goes there
    [2]
    $ downgrade -3
    ! error: failed to find the revision: `-3` leads too far: 1 revision is left in that direction
    ! help: `history` lists the revisions
    [2]
    $ current -u postgres://u:hush@127.0.0.1:1/shop
    ! error: failed to connect to `postgres://u:***@127.0.0.1:1/shop`: Connection refused (os error 111)
    ! help: start the server, or correct the host and port in DATABASE_URL
    [6]
    $ current -u oracle://u:hush@h/d
    ! error: failed to read DATABASE_URL: the database URL's scheme `oracle` is not one of sqlite:, postgres://, postgresql://, mysql://, mariadb://
    ! help: write it as sqlite://app.db, postgres://user:password@host/database or mysql://user:password@host/database
    [2]
    $ current -u u:hush@h/d
    ! error: failed to read DATABASE_URL: the database URL has no scheme; it starts with one of sqlite:, postgres://, postgresql://, mysql://, mariadb://
    ! help: write it as sqlite://app.db, postgres://user:password@host/database or mysql://user:password@host/database
    [2]
    $ current --format json -u nonsense:x
    ! {
    !   "format": 1,
    !   "error": {
    !     "exit_code": 2,
    !     "message": "failed to read DATABASE_URL: the database URL has no scheme; it starts with one of sqlite:, postgres://, postgresql://, mysql://, mariadb://",
    !     "help": "write it as sqlite://app.db, postgres://user:password@host/database or mysql://user:password@host/database"
    !   }
    ! }
    [2]
    $ frobnicate
    error: unrecognized subcommand 'frobnicate'

    Usage: plimsoll [OPTIONS] <COMMAND>

    For more information, try '--help'.
    [2]

    $ revision
    error: the following required arguments were not provided:
      --message <TEXT>

    Usage: plimsoll revision --message <TEXT>

    For more information, try '--help'.
    [2]
    "#);
}

#[tokio::test]
async fn a_revision_without_a_file_is_refused() {
    let shell = Shell::new();
    shell.run(&Shop, "upgrade").await;
    let url = format!("sqlite://{}/plimsoll.db", shell.path().display());
    let db = sea_orm::Database::connect(url).await.unwrap();
    let insert = "INSERT INTO seaql_migrations VALUES ('m2025_lost', 1)";
    db.execute_unprepared(insert).await.unwrap();
    let session = shell
        .session(&Shop, &["upgrade", "downgrade -1", "current", "check"])
        .await;
    insta::assert_snapshot!(session, @r"
    $ upgrade
    ! error: failed to upgrade: the database is ahead, `m2025_lost` is applied and has no file here
    ! help: get the missing files, as with `git pull`, or use the database that belongs to this checkout
    [5]
    $ downgrade -1
    ! error: failed to downgrade: the database is ahead, `m2025_lost` is applied and has no file here
    ! help: get the missing files, as with `git pull`, or use the database that belongs to this checkout
    [5]
    $ current
    m2025_lost (no file)
    m20260102_000000_add_email (head, current) add email
    ! `m2025_lost` is applied and has no file here
    [0]
    $ check
    ! error: failed to check: the database is ahead, `m2025_lost` is applied and has no file here
    ! help: get the missing files, as with `git pull`, or use the database that belongs to this checkout
    [5]
    ");
}

#[tokio::test]
async fn json() {
    let shell = Shell::new();
    let session = shell
        .session(
            &Shop,
            &[
                "current --format json",
                "heads --format json",
                "upgrade +5 --format json",
            ],
        )
        .await;
    insta::assert_snapshot!(session, @r#"
    $ current --format json
    {
      "format": 1,
      "database": "sqlite://DIR/plimsoll.db",
      "current": [],
      "heads": [
        "m20260102_000000_add_email"
      ],
      "at_head": false,
      "pending": [
        "m20260101_000000_create_customer",
        "m20260102_000000_add_email"
      ],
      "unknown": [],
      "edited": []
    }
    ! 2 revisions are pending; `upgrade` applies them
    [0]
    $ heads --format json
    {
      "format": 1,
      "revisions": [
        {
          "id": "m20260102_000000_add_email",
          "message": "add email",
          "parents": [
            "m20260101_000000_create_customer"
          ],
          "head": true,
          "applied": null,
          "current": false,
          "edited": false,
          "has_file": true
        }
      ]
    }
    [0]
    $ upgrade +5 --format json
    ! {
    !   "format": 1,
    !   "error": {
    !     "exit_code": 2,
    !     "message": "failed to find the revision: `+5` leads too far: 2 revisions are left in that direction",
    !     "help": "`history` lists the revisions"
    !   }
    ! }
    [2]
    "#);
}

#[tokio::test]
async fn behind_is_its_own_exit_code() {
    let shell = Shell::new();
    insta::assert_snapshot!(shell.run(&Shop, "check").await, @r"
    ! error: failed to check: the database is behind, 2 revisions are not applied (the first is `m20260101_000000_create_customer`)
    ! help: run `upgrade` first
    [5]
    ");
}

#[tokio::test]
async fn help() {
    let shell = Shell::new();
    let all = shell
        .session(
            &Shop,
            &[
                "--help",
                "revision --help",
                "upgrade --help",
                "downgrade --help",
            ],
        )
        .await;
    insta::assert_snapshot!(all, @r#"
    $ --help
    Migrations for SeaORM, generated from your models, proven, and reviewable

    Usage: plimsoll [OPTIONS] <COMMAND>

    Commands:
      init            Create the migrations crate and plimsoll.toml
      revision        Write a new revision, empty or from the models
      upgrade         Apply revisions
      downgrade       Take revisions back
      current         Show where the database stands
      history         List the revisions, the newest first
      heads           List the revisions that none follows
      branches        List the revisions that several others follow
      merge           Join heads with a revision that follows them all
      rebase          Let one of two heads come after the other, where the order is proven to make no
                      difference
      squash          Write one revision that stands for several, proven to make what they make
      stamp           Write down that revisions are applied, without running them
      status          Tell where the database is, what is pending, what is wrong, and who is at work
      verify          Compare what was applied with what the files do now; exit code 5 when they differ
      repair          Tell what is wrong with the history and how to get out of it, or do that
      edit            Open a revision's file in $VISUAL or $EDITOR
      ensure-version  Create the tables of the history, and nothing else
      show            Show one revision
      backup          Back the database up
      restore         Put a backup back, into an empty database
      seed            Load a dump into the schema of the revisions, and send files beside it
      check           Tell whether models and database agree: exit code 0, or 3 when they differ
      diff            Show how two sides differ, usually models and database; exit code 0 either way

    Options:
      -h, --help     Print help
      -V, --version  Print version

    Global options:
      -u, --database-url <URL>      Address of the database [default: plimsoll.toml, then the SQLite
                                    file plimsoll.db] [env: DATABASE_URL]
      -e, --env <NAME>              Environment of plimsoll.toml, which says where the databases are
                                    [env: PLIMSOLL_ENV]
          --database <NAME>         One of several databases of plimsoll.toml
      -s, --database-schema <NAME>  Schema to work in (PostgreSQL's search_path) [env: DATABASE_SCHEMA]
          --migration-dir <DIR>     Directory of the migrations crate [default: where cargo runs it
                                    from] [env: MIGRATION_DIR]
          --format <FORMAT>         Format of results: text or json; history also has mermaid and svg
                                    [default: text]
          --color <WHEN>            When to colour: auto, always or never [default: auto]
          --server <SERVER>         Server that a script is written for, as `postgres 17` or `mariadb
                                    10.11` [default: from the address]
          --no-input                Never ask at the terminal
      -q, --quiet                   Results and errors only
      -v, --verbose                 All that is known

    Exit codes:
      0    done, or nothing to do
      1    a revision failed, or Plimsoll did
      2    the command line is not understood
      3    models and database differ (check)
      4    a diagnostic has to be settled first
      5    the database is behind or ahead of the files, or there are several heads
      6    the database is unreachable or refused
      7    files of the project are unreadable, not writable or not understood
      8    a backup, a restore or the loading of a dump did not come about
      130  interrupted
    [0]

    $ revision --help
    Write a new revision, empty or from the models

    Usage: plimsoll revision [OPTIONS] --message <TEXT>

    Options:
      -m, --message <TEXT>                 What it is for; names the file
      -a, --autogenerate                   Write what makes the database what the models state
          --sql                            Print the SQL too, and how to write it as a script; one
                                           without --autogenerate has none yet
          --dry-run                        Show everything, write nothing
          --rename <NAME=NEW>              A table, column, enum or enum value was renamed; repeatable
          --drop <NAME>                    A table or column is really to be dropped; repeatable
          --fill <TABLE.COLUMN=SQL>        Rows that hold no value which a column's change admits get
                                           one: an SQL expression; repeatable
          --using <TABLE.COLUMN=SQL>       How the values of a column become those of its new type: an
                                           SQL expression; repeatable
          --using-back <TABLE.COLUMN=SQL>  How `down` makes the old values of them again [default: the
                                           server's own conversion]; repeatable
          --leave <TABLE.PART>             Rows that break what is new stay as they are, and the
                                           revision fails on them; repeatable
          --hints <FILE>                   File with such answers
          --scratch-url <URL>              Server on which scratch databases are made [default: the
                                           database's own] [env: PLIMSOLL_SCRATCH_URL]
          --at <TIME>                      The time in the file's name, as 2026-01-31T12:00:00Z
                                           [default: SOURCE_DATE_EPOCH, then now]
          --record                         Also when nothing differs, record what the models state
          --head <REVISION>                Revision that it follows, `base` for none; repeatable
                                           [default: all heads]
          --splice                         Let it begin or follow a line where another goes on already
          --branch-label <LABEL>           Name of the branch that begins with it; repeatable
          --depends-on <REVISION>          Revision or label that has to be applied before it;
                                           repeatable
          --rev-id <ID>                    Its id [default: from the time and the message]
          --allow-edited                   Go on although an applied file was edited
      -h, --help                           Print help

    Global options:
      -u, --database-url <URL>      Address of the database [default: plimsoll.toml, then the SQLite
                                    file plimsoll.db] [env: DATABASE_URL]
      -e, --env <NAME>              Environment of plimsoll.toml, which says where the databases are
                                    [env: PLIMSOLL_ENV]
          --database <NAME>         One of several databases of plimsoll.toml
      -s, --database-schema <NAME>  Schema to work in (PostgreSQL's search_path) [env: DATABASE_SCHEMA]
          --migration-dir <DIR>     Directory of the migrations crate [default: where cargo runs it
                                    from] [env: MIGRATION_DIR]
          --format <FORMAT>         Format of results: text or json; history also has mermaid and svg
                                    [default: text]
          --color <WHEN>            When to colour: auto, always or never [default: auto]
          --server <SERVER>         Server that a script is written for, as `postgres 17` or `mariadb
                                    10.11` [default: from the address]
          --no-input                Never ask at the terminal
      -q, --quiet                   Results and errors only
      -v, --verbose                 All that is known

    Examples:
      revision --autogenerate -m "add full name"
      revision --autogenerate -m "add full name" --dry-run --sql
      revision --autogenerate -m "rename" --rename customer.name=full_name
      revision -m "fill in the full names"

    With --autogenerate the database has to be at head; the revision is carried out on a scratch
    database, up, down and up again, before the file is written. Without a difference nothing is
    written and the exit code is 0.
    [0]

    $ upgrade --help
    Apply revisions

    Usage: plimsoll upgrade [OPTIONS] [TARGET]

    Arguments:
      [TARGET]  head, +N, a revision, or steps from one (head-1) [default: head]

    Options:
          --allow-edited                 Go on although an applied file was edited
          --sql                          Write a script instead of running anything; TARGET is then A:B,
                                         or B from the base
          --lock-timeout <SECONDS>       How long to wait for another run, in seconds [default: 60]
          --lock-wait <SECONDS>          How long a statement may wait for what others hold, in seconds;
                                         0 is the server's own setting [default: 5]
          --statement-timeout <SECONDS>  How long a statement may run, in seconds [default: the server's
                                         own setting]
          --attempts <NUMBER>            How often what others hold is asked for [default: 10]
          --single-transaction           All revisions in one transaction (SQLite, PostgreSQL)
          --backup <DIR|URL>             Back up to this folder or store first [default: plimsoll.toml]
          --no-backup                    Do without the backup that plimsoll.toml asks for
          --tenants <GLOB>               Each schema whose name fits, as tenant_* (PostgreSQL)
          --jobs <N>                     How many tenants at once [default: 4]
      -h, --help                         Print help

    Global options:
      -u, --database-url <URL>      Address of the database [default: plimsoll.toml, then the SQLite
                                    file plimsoll.db] [env: DATABASE_URL]
      -e, --env <NAME>              Environment of plimsoll.toml, which says where the databases are
                                    [env: PLIMSOLL_ENV]
          --database <NAME>         One of several databases of plimsoll.toml
      -s, --database-schema <NAME>  Schema to work in (PostgreSQL's search_path) [env: DATABASE_SCHEMA]
          --migration-dir <DIR>     Directory of the migrations crate [default: where cargo runs it
                                    from] [env: MIGRATION_DIR]
          --format <FORMAT>         Format of results: text or json; history also has mermaid and svg
                                    [default: text]
          --color <WHEN>            When to colour: auto, always or never [default: auto]
          --server <SERVER>         Server that a script is written for, as `postgres 17` or `mariadb
                                    10.11` [default: from the address]
          --no-input                Never ask at the terminal
      -q, --quiet                   Results and errors only
      -v, --verbose                 All that is known

    Examples:
      upgrade          everything
      upgrade +1       the next one
      upgrade m2026    up to the only revision whose id begins so
      upgrade head-1   all but the last
      upgrade --backup s3://backups/shop      with a backup before it, if anything is pending
      upgrade --tenants 'tenant_*' --jobs 8   each PostgreSQL schema of such a name

    If the backup fails, nothing is touched and the exit code is 8.
    [0]

    $ downgrade --help
    Take revisions back

    Usage: plimsoll downgrade [OPTIONS] <TARGET>

    Arguments:
      <TARGET>  -N, base, a revision that stays applied, or steps from one (current-1)

    Options:
          --sql                          Write a script instead of running anything; TARGET is then A:B,
                                         from A down to B
          --lock-timeout <SECONDS>       How long to wait for another run, in seconds [default: 60]
          --lock-wait <SECONDS>          How long a statement may wait for what others hold, in seconds;
                                         0 is the server's own setting [default: 5]
          --statement-timeout <SECONDS>  How long a statement may run, in seconds [default: the server's
                                         own setting]
          --attempts <NUMBER>            How often what others hold is asked for [default: 10]
          --single-transaction           All revisions in one transaction (SQLite, PostgreSQL)
      -h, --help                         Print help

    Global options:
      -u, --database-url <URL>      Address of the database [default: plimsoll.toml, then the SQLite
                                    file plimsoll.db] [env: DATABASE_URL]
      -e, --env <NAME>              Environment of plimsoll.toml, which says where the databases are
                                    [env: PLIMSOLL_ENV]
          --database <NAME>         One of several databases of plimsoll.toml
      -s, --database-schema <NAME>  Schema to work in (PostgreSQL's search_path) [env: DATABASE_SCHEMA]
          --migration-dir <DIR>     Directory of the migrations crate [default: where cargo runs it
                                    from] [env: MIGRATION_DIR]
          --format <FORMAT>         Format of results: text or json; history also has mermaid and svg
                                    [default: text]
          --color <WHEN>            When to colour: auto, always or never [default: auto]
          --server <SERVER>         Server that a script is written for, as `postgres 17` or `mariadb
                                    10.11` [default: from the address]
          --no-input                Never ask at the terminal
      -q, --quiet                   Results and errors only
      -v, --verbose                 All that is known

    Examples:
      downgrade -1      the last one
      downgrade m2026   down to the only revision whose id begins so; it stays applied
      downgrade base    everything
    [0]
    "#);
}

/// Two revisions written on two branches, both after the same one.
mod fork {
    use super::*;
    use plimsoll::revision::{Metadata, inventory};

    macro_rules! revisions {
        ($($name:ident, $id:literal, $parents:expr;)*) => {
            $(
                struct $name;

                impl MigrationName for $name {
                    fn name(&self) -> &'static str {
                        $id
                    }
                }

                #[async_trait::async_trait]
                impl MigrationTrait for $name {
                    async fn up(&self, _: &SchemaManager) -> Result<(), DbErr> {
                        Ok(())
                    }
                }

                inventory::submit! { Metadata { id: $id, parents: $parents, labels: &[], depends_on: &[], replaces: &[], source: "" } }
            )*
        };
    }

    revisions! {
        Start, "m20260101_000000_start", &[];
        Left, "m20260102_000000_left", &["m20260101_000000_start"];
        Right, "m20260103_000000_right", &["m20260101_000000_start"];
    }

    pub(crate) struct Fork;

    #[async_trait::async_trait]
    impl MigratorTrait for Fork {
        fn migrations() -> Vec<Box<dyn MigrationTrait>> {
            vec![Box::new(Start), Box::new(Left), Box::new(Right)]
        }
    }
}

#[tokio::test]
async fn merge_joins_the_heads() {
    let shell = Shell::new();
    std::fs::create_dir(shell.path().join("src")).unwrap();
    std::fs::write(shell.path().join("src/lib.rs"), "").unwrap();
    let session = shell
        .session(
            &fork::Fork,
            &[
                "upgrade",
                "revision --autogenerate -m merge",
                "merge heads --at 2026-01-31T12:00:00Z --dry-run",
            ],
        )
        .await;
    let told = session.split("\nuse plimsoll").next().unwrap();
    insta::assert_snapshot!(told, @r"
    $ upgrade
    ! error: failed to find the revision: there are several heads: `m20260102_000000_left`, `m20260103_000000_right`
    ! help: `merge heads` joins them; or mean all of them with `heads`, one branch with `LABEL@head`, or name one by its id
    [5]
    $ revision --autogenerate -m merge
    ! error: failed to write a revision: there are several heads: `m20260102_000000_left`, `m20260103_000000_right`
    ! help: `merge heads` joins them; or say which one it follows, as in `--head LABEL@head`
    [5]
    $ merge heads --at 2026-01-31T12:00:00Z --dry-run

    // m20260131_120000_merge_heads.rs
    //! Merge heads.
    //!
    //! Revision: m20260131_120000_merge_heads
    //! Follows: m20260102_000000_left, m20260103_000000_right
    //! Created: 2026-01-31 12:00:00 UTC
    ");
    assert!(
        session.contains(r#"parents: ["m20260102_000000_left", "m20260103_000000_right"],"#),
        "{session}"
    );
    assert!(
        session.contains("joins others and changes nothing itself"),
        "{session}"
    );
}
