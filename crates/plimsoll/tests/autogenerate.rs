//! `check`, `diff` and `revision` on models of this program's own.
//!
//! Without the usual harness, because the models are read in a child process: `main` has to be ours.
#![allow(clippy::unwrap_used, reason = "a test stops where it fails")]

mod shell;

use plimsoll::prelude::*;
use shell::Shell;

mod models {
    pub(crate) mod baker {
        use sea_orm::entity::prelude::*;

        #[sea_orm::model]
        #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
        #[sea_orm(table_name = "baker")]
        pub(crate) struct Model {
            #[sea_orm(primary_key)]
            pub(crate) id: i32,
            pub(crate) name: String,
            #[sea_orm(unique)]
            pub(crate) email: Option<String>,
        }

        impl ActiveModelBehavior for ActiveModel {}
    }
}

struct Bakery;

#[async_trait::async_trait]
impl MigratorTrait for Bakery {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        Vec::new()
    }
}

const WRITE: &str = "revision --autogenerate -m first --at 2026-01-31T12:00:00Z";

fn files(shell: &Shell) -> Vec<String> {
    let mut found: Vec<String> = ["", "src"]
        .iter()
        .flat_map(|directory| std::fs::read_dir(shell.path().join(directory)).unwrap())
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    found.sort();
    found
}

async fn differing() {
    let shell = Shell::project();
    let told = shell
        .session(&Bakery, &["check", "diff --sql", "check --format json"])
        .await;
    insta::assert_snapshot!(told, @r#"
    $ check
    + table baker
    +   column id  integer not null auto-increment
    +   column name  varchar not null
    +   column email  varchar
    +   primary key  (id)
    +   unique uq-baker-email  (email)
    [3]
    $ diff --sql
    + table baker
    +   column id  integer not null auto-increment
    +   column name  varchar not null
    +   column email  varchar
    +   primary key  (id)
    +   unique uq-baker-email  (email)

    -- up
    CREATE TABLE "baker" ( "id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "name" varchar NOT NULL, "email" varchar NULL, CONSTRAINT "uq-baker-email" UNIQUE ("email") );

    -- down
    DROP TABLE "baker";
    [0]
    $ check --format json
    {
      "format": 1,
      "differs": true,
      "server": {
        "product": "sqlite",
        "version": "V"
      },
      "changes": [
        {
          "action": "add",
          "kind": "table",
          "name": "baker",
          "parts": [
            {
              "action": "add",
              "kind": "column",
              "table": "baker",
              "name": "id",
              "to": "integer not null auto-increment"
            },
            {
              "action": "add",
              "kind": "column",
              "table": "baker",
              "name": "name",
              "to": "varchar not null"
            },
            {
              "action": "add",
              "kind": "column",
              "table": "baker",
              "name": "email",
              "to": "varchar"
            },
            {
              "action": "add",
              "kind": "primary key",
              "table": "baker",
              "name": "",
              "to": "(id)"
            },
            {
              "action": "add",
              "kind": "unique",
              "table": "baker",
              "name": "uq-baker-email",
              "to": "(email)"
            }
          ]
        }
      ],
      "diagnostics": [],
      "up": [
        "CREATE TABLE \"baker\" ( \"id\" integer NOT NULL PRIMARY KEY AUTOINCREMENT, \"name\" varchar NOT NULL, \"email\" varchar NULL, CONSTRAINT \"uq-baker-email\" UNIQUE (\"email\") )"
      ],
      "down": [
        "DROP TABLE \"baker\""
      ]
    }
    [3]
    "#);
    assert_eq!(files(&shell), ["lib.rs", "src"]);
}

async fn a_revision_is_written_once() {
    let shell = Shell::project();
    insta::assert_snapshot!(shell.run(&Bakery, &format!("{WRITE} --dry-run")).await, @r#"
    + table baker
    +   column id  integer not null auto-increment
    +   column name  varchar not null
    +   column email  varchar
    +   primary key  (id)
    +   unique uq-baker-email  (email)

    // m20260131_120000_first.rs
    //! First.
    //!
    //! Revision: m20260131_120000_first
    //! Follows: nothing
    //! Created: 2026-01-31 12:00:00 UTC
    //! Compared with: SQLite
    //!
    //! Changes:
    //! - create table `baker`

    use plimsoll::prelude::*;

    plimsoll::revision! {
        id: "m20260131_120000_first",
        parents: [],
    }

    #[derive(DeriveMigrationName)]
    pub struct Migration;

    #[async_trait::async_trait]
    impl MigrationTrait for Migration {
        async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
            // Create table `baker`.
            manager
                .create_table(
                    Table::create()
                        .table("baker")
                        .col(
                            ColumnDef::new("id")
                                .integer()
                                .not_null()
                                .auto_increment()
                                .primary_key(),
                        )
                        .col(ColumnDef::new("name").string().not_null())
                        .col(ColumnDef::new("email").string().null())
                        .index(Index::create().name("uq-baker-email").col("email").unique())
                        .to_owned(),
                )
                .await?;

            Ok(())
        }

        async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
            // Takes back: create table `baker`.
            manager
                .drop_table(Table::drop().table("baker").to_owned())
                .await?;

            Ok(())
        }
    }
    [0]
    "#);
    assert_eq!(files(&shell), ["lib.rs", "src"]);
    insta::assert_snapshot!(shell.run(&Bakery, WRITE).await, @r"
    + table baker
    +   column id  integer not null auto-increment
    +   column name  varchar not null
    +   column email  varchar
    +   primary key  (id)
    +   unique uq-baker-email  (email)
    wrote DIR/src/m20260131_120000_first.rs
    ! review it, then apply it with `upgrade`
    [0]
    ");
    assert_eq!(
        files(&shell),
        ["catalog.json", "lib.rs", "m20260131_120000_first.rs", "src"]
    );
    let lib = std::fs::read_to_string(shell.path().join("src/lib.rs")).unwrap();
    assert!(
        lib.contains("Box::new(m20260131_120000_first::Migration)"),
        "{lib}"
    );
    // This program does not know the file it wrote.
    insta::assert_snapshot!(shell.run(&Bakery, WRITE).await, @r"
    ! error: failed to write a revision: this program was built before `m20260131_120000_first` was added
    ! help: run it through cargo, which builds it anew
    [7]
    ");
}

/// What runs over a file by itself finds nothing to do in ours.
async fn rustfmt_changes_nothing() {
    let (formatted, plain) = (Shell::project(), Shell::project());
    let settings = "migrations = \".\"\n[files]\nafter_write = []\n";
    std::fs::write(plain.path().join("plimsoll.toml"), settings).unwrap();
    let [formatted, plain] = [formatted, plain].map(async |shell| {
        let told = shell.run(&Bakery, WRITE).await;
        assert!(told.ends_with("[0]"), "{told}");
        std::fs::read_to_string(shell.path().join("src/m20260131_120000_first.rs")).unwrap()
    });
    assert_eq!(formatted.await, plain.await);

    // Nobody needs it.
    let shell = Shell::project();
    let told = std::process::Command::new(std::env::current_exe().unwrap())
        .args(WRITE.split_whitespace())
        .current_dir(shell.path())
        .env(shell::AS_COMMAND, "1")
        .env_remove("DATABASE_URL")
        .env_remove("CARGO_MANIFEST_DIR")
        .env("PATH", "")
        .output()
        .unwrap();
    let said = String::from_utf8(told.stderr).unwrap();
    assert!(told.status.success(), "{said}");
    assert!(
        said.contains("rustfmt is not there to run over the file"),
        "{said}"
    );
}

async fn an_empty_revision_asks_no_database() {
    let shell = Shell::project();
    let line = "revision -m later --at 2026-01-31T12:00:00Z -u postgres://127.0.0.1:1/none";
    insta::assert_snapshot!(shell.run(&Bakery, line).await, @r"
    wrote DIR/src/m20260131_120000_later.rs
    ! review it, then apply it with `upgrade`
    [0]
    ");
    assert_eq!(
        files(&shell),
        ["lib.rs", "m20260131_120000_later.rs", "src"]
    );
}

async fn the_sql_of_a_revision() {
    let shell = Shell::project();
    insta::assert_snapshot!(shell.run(&Bakery, &format!("{WRITE} --sql")).await, @r#"
    + table baker
    +   column id  integer not null auto-increment
    +   column name  varchar not null
    +   column email  varchar
    +   primary key  (id)
    +   unique uq-baker-email  (email)

    -- up
    CREATE TABLE "baker" ( "id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "name" varchar NOT NULL, "email" varchar NULL, CONSTRAINT "uq-baker-email" UNIQUE ("email") );

    -- down
    DROP TABLE "baker";
    wrote DIR/src/m20260131_120000_first.rs
    ! review it, then apply it with `upgrade`
    ! `upgrade base:m20260131_120000_first --sql` writes its SQL as a script, with the rows of the history
    [0]
    "#);
    let shell = Shell::project();
    let line = "revision -m later --at 2026-01-31T12:00:00Z --sql";
    insta::assert_snapshot!(shell.run(&Bakery, line).await, @r"
    wrote DIR/src/m20260131_120000_later.rs
    ! review it, then apply it with `upgrade`
    ! it has no SQL yet; when it is filled in, `upgrade base:m20260131_120000_later --sql` writes its script
    [0]
    ");
}

async fn nothing_to_write() {
    let shell = Shell::project();
    let url = format!("sqlite://{}/plimsoll.db?mode=rwc", shell.path().display());
    let db = sea_orm::Database::connect(url).await.unwrap();
    let create = "CREATE TABLE baker (id integer PRIMARY KEY AUTOINCREMENT NOT NULL, name varchar NOT NULL, \
        email varchar UNIQUE, shoe_size integer)";
    db.execute_unprepared(create).await.unwrap();
    let told = shell
        .session(
            &Bakery,
            &["check", "check -v", WRITE, &format!("{WRITE} --record")],
        )
        .await;
    insta::assert_snapshot!(told, @r"
    $ check
    models and database agree
    ! 1 note; -v shows it
    [0]
    $ check -v
    models and database agree
    note[N501]: column `baker.shoe_size` is in the database and its model does not have it
    [0]
    $ revision --autogenerate -m first --at 2026-01-31T12:00:00Z
    models and database agree: nothing to write
    ! 1 note; -v shows it
    ! the models state what catalog.json does not hold yet; the next revision, or --record, writes it there
    [0]
    $ revision --autogenerate -m first --at 2026-01-31T12:00:00Z --record
    models and database agree: nothing to write
    wrote DIR/catalog.json
    ! 1 note; -v shows it
    [0]
    ");
    assert_eq!(
        files(&shell),
        ["catalog.json", "lib.rs", "plimsoll.db", "src"]
    );
    insta::assert_snapshot!(shell.run(&Bakery, WRITE).await, @r"
    models and database agree: nothing to write
    ! 1 note; -v shows it
    [0]
    ");
}

async fn what_cannot_be_done_is_told() {
    let shell = Shell::project();
    let told = shell
        .session(
            &Bakery,
            &[
                &format!("{WRITE} --rename nonsense"),
                &format!("{WRITE} --rename baker.nam=name"),
                &format!("{WRITE} --drop cake"),
                &format!("{WRITE} --scratch-url mysql://127.0.0.1/x"),
                "revision -m x --at yesterday",
            ],
        )
        .await;
    insta::assert_snapshot!(told, @"
    $ revision --autogenerate -m first --at 2026-01-31T12:00:00Z --rename nonsense
    ! error: failed to read --rename nonsense
    ! help: write it as --rename customer.name=full_name, or --rename orders=order
    [2]
    $ revision --autogenerate -m first --at 2026-01-31T12:00:00Z --rename baker.nam=name
    ! error: failed to follow --rename baker.nam: the database has no such table, column or enum
    ! help: write the name that the database has now, as table, table.column, enum or enum.value
    [2]
    $ revision --autogenerate -m first --at 2026-01-31T12:00:00Z --drop cake
    ! error: failed to follow --drop cake: the database has no such table, column or enum
    ! help: write the name that the database has now, as table, table.column, enum or enum.value
    [2]
    $ revision --autogenerate -m first --at 2026-01-31T12:00:00Z --scratch-url mysql://127.0.0.1/x
    ! error: failed to prove the plan: --scratch-url is MySQL and the database SQLite
    ! help: give a server of the same kind and version
    [2]
    $ revision -m x --at yesterday
    ! error: failed to read the time in --at
    ! help: write it as 2026-01-31T12:00:00Z
    [2]
    ");

    std::fs::write(shell.path().join("catalog.json"), "{\n<<<<<<< ours\n").unwrap();
    insta::assert_snapshot!(shell.run(&Bakery, "check").await, @r"
    ! error: failed to read `DIR/catalog.json`: line 2, column 1: key must be a string
    ! help: restore it from version control; after a merge, keep one line for each object of both sides
    [7]
    ");
    std::fs::remove_file(shell.path().join("catalog.json")).unwrap();

    std::fs::write(shell.path().join("src/lib.rs"), "fn migrations( {").unwrap();
    insta::assert_snapshot!(shell.run(&Bakery, &format!("{WRITE} -q")).await, @r"
    + table baker
    +   column id  integer not null auto-increment
    +   column name  varchar not null
    +   column email  varchar
    +   primary key  (id)
    +   unique uq-baker-email  (email)
    ! error: failed to write a revision: `DIR/src/lib.rs`, line 1: it is not Rust that can be read (cannot parse string into token stream)
    ! help: nothing was written; let `migrations()` be one `vec![Box::new(…::Migration), …]`, or take the file from --dry-run and add its `mod` and its entry by hand
    [7]
    ");
    assert_eq!(files(&shell), ["lib.rs", "src"]);

    std::fs::remove_file(shell.path().join("src/lib.rs")).unwrap();
    insta::assert_snapshot!(shell.run(&Bakery, WRITE).await, @r"
    ! error: failed to find the migrations crate: there is no `DIR/src/lib.rs`
    ! help: run this through cargo, or say where the crate is with --migration-dir
    [7]
    ");
}

/// What `ignore` names is not there for a comparison; that a key which points at it goes is told all the same.
async fn ignored_tables() {
    let shell = Shell::project();
    let settings = "manage = \"everything\"\nignore = [\"legacy_*\"]\n";
    std::fs::write(shell.path().join("plimsoll.toml"), settings).unwrap();
    let url = format!("sqlite://{}/plimsoll.db?mode=rwc", shell.path().display());
    let live = sea_orm::Database::connect(url).await.unwrap();
    live.execute_unprepared(
        "CREATE TABLE legacy_log (id integer NOT NULL PRIMARY KEY);
         CREATE TABLE other (id integer NOT NULL PRIMARY KEY);
         CREATE TABLE baker (id integer NOT NULL PRIMARY KEY AUTOINCREMENT, name varchar NOT NULL, email varchar UNIQUE,
             log_id integer REFERENCES legacy_log (id))",
    )
    .await
    .unwrap();
    live.close().await.unwrap();
    insta::assert_snapshot!(shell.run(&Bakery, "check").await, @r#"
    - foreign key baker  (log_id) → legacy_log (id)
    - column baker.log_id  integer
    - table other  (1 column)
    warning[D101]: dropping table `other` deletes its rows; `down` brings it back empty
      help: if it was renamed, state the old name: `--rename other=NEW_NAME`, or `renamed_from` in `extras!`
    warning[D102]: dropping column `baker.log_id` deletes its data; `down` brings it back empty
      help: if it was renamed, put #[sea_orm(renamed_from = "log_id")] on the new field
    [3]
    "#);
}

async fn servers() {
    for url in shell::servers() {
        let shell = Shell::project();
        let database = shell::Database::create(&url).await;
        let line = format!("{WRITE} -u {}", database.url);
        let told = shell.run(&Bakery, &line).await;
        assert!(told.ends_with("[0]"), "{told}");
        assert!(files(&shell).contains(&"m20260131_120000_first.rs".to_owned()));
        database.drop().await;
    }
}

shell::harness! { Bakery:
    differing
    a_revision_is_written_once
    rustfmt_changes_nothing
    an_empty_revision_asks_no_database
    the_sql_of_a_revision
    nothing_to_write
    what_cannot_be_done_is_told
    ignored_tables
    servers
}
