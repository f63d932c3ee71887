//! `diff` and `check` between sides of every kind, on models and revisions of this program's own.
#![allow(clippy::unwrap_used, reason = "a test stops where it fails")]

mod shell;

use plimsoll::prelude::*;
use sea_orm_migration::MigrationName;
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
            pub(crate) email: Option<String>,
        }

        impl ActiveModelBehavior for ActiveModel {}
    }
}

/// Makes the table without `email`.
struct Baker;

impl MigrationName for Baker {
    fn name(&self) -> &'static str {
        "m20260101_000000_baker"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Baker {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let id = ColumnDef::new("id")
            .integer()
            .not_null()
            .auto_increment()
            .primary_key()
            .take();
        let name = ColumnDef::new("name").string().not_null().take();
        let table = Table::create().table("baker").col(id).col(name).take();
        manager.create_table(table).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .drop_table(Table::drop().table("baker").take())
            .await
    }
}

struct Bakery;

#[async_trait::async_trait]
impl MigratorTrait for Bakery {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![Box::new(Baker)]
    }
}

const BEFORE: &str = "
CREATE TABLE baker (id integer NOT NULL PRIMARY KEY, nickname text, age integer);
CREATE TABLE oven (id integer NOT NULL PRIMARY KEY);
";

const AFTER: &str = "
CREATE TABLE baker (id integer NOT NULL PRIMARY KEY, nick text, age bigint);
CREATE INDEX by_age ON baker (age);
";

async fn migrations_and_models() {
    let shell = Shell::new();
    let told = shell
        .session(
            &Bakery,
            &[
                "check --from migrations",
                "check --from migrations --to migrations",
                "diff --from models --to migrations",
                "diff --from models --to models",
                "current",
            ],
        )
        .await;
    insta::assert_snapshot!(told, @r#"
    $ check --from migrations
    + column baker.email  varchar
    [3]
    $ check --from migrations --to migrations
    the migrations and the migrations agree
    [0]
    $ diff --from models --to migrations
    - column baker.email  varchar
    warning[D102]: dropping column `baker.email` deletes its data; `down` brings it back empty
      help: if it was renamed, put #[sea_orm(renamed_from = "email")] on the new field
    [0]
    $ diff --from models --to models
    the models and the models agree
    [0]
    $ current
    base: no revision is applied
    ! 1 revision is pending; `upgrade` applies it
    [0]
    "#);
    // Nothing of it needed the project's database.
    assert!(!shell.path().join("plimsoll.db").exists());
}

/// What was recorded, against a database that was changed by hand.
async fn drift() {
    let shell = Shell::project();
    let told = shell
        .session(
            &Bakery,
            &[
                "diff --from catalog.json --to db",
                "upgrade -q",
                "revision --autogenerate -m email --at 2026-02-01T00:00:00Z -q",
                "diff --from catalog.json --to models",
                "diff --from catalog.json --to db",
                "diff --from db --to catalog.json",
            ],
        )
        .await;
    insta::assert_snapshot!(told, @r#"
    $ diff --from catalog.json --to db
    ! error: failed to read `DIR/catalog.json`: there is no such file
    ! help: the first `revision --autogenerate` writes catalog.json
    [7]
    $ upgrade -q
    applied m20260101_000000_baker baker (N ms)
    [0]
    $ revision --autogenerate -m email --at 2026-02-01T00:00:00Z -q
    + column baker.email  varchar
    wrote DIR/src/m20260201_000000_email.rs
    [0]
    $ diff --from catalog.json --to models
    catalog.json and the models agree
    [0]
    $ diff --from catalog.json --to db
    - column baker.email  varchar
    warning[D102]: dropping column `baker.email` deletes its data; `down` brings it back empty
      help: if it was renamed, put #[sea_orm(renamed_from = "email")] on the new field
    [0]
    $ diff --from db --to catalog.json
    + column baker.email  varchar
    [0]
    "#);
}

async fn scripts() {
    let shell = Shell::new();
    for (name, text) in [
        ("before.sql", BEFORE),
        ("after.sql", AFTER),
        (
            "broken.sql",
            "CREATE TABLE a (b int);\nCREATE TABEL c (d int);\n",
        ),
    ] {
        std::fs::write(shell.path().join(name), text).unwrap();
    }
    std::fs::write(
        shell.path().join("hints.toml"),
        "[rename]\n\"baker.nickname\" = \"nick\"\n",
    )
    .unwrap();
    let dir = shell.path().display().to_string();
    let told = shell
        .session(
            &Bakery,
            &[
                &format!("diff --from sql:{dir}/before.sql --to sql:{dir}/after.sql"),
                &format!("diff --from sql:{dir}/before.sql --to sql:{dir}/after.sql --hints {dir}/hints.toml --sql"),
                &format!("check --from {dir}/after.sql --to {dir}/after.sql"),
                &format!("diff --from {dir}/before.sql --to {dir}/after.sql --rename baker.nickname=age"),
                &format!("diff --from {dir}/before.sql --to {dir}/broken.sql"),
                &format!("diff --from {dir}/none.sql"),
                "diff --from catalog.json",
                "diff --from postgres://u:hush@h/d",
                "diff --from db:postgres://u:hush@127.0.0.1:1/d --to db:mysql://u:hush@127.0.0.1:1/d",
                "diff --from db:postgres://u:hush@127.0.0.1:1/d",
            ],
        )
        .await;
    let mut answers = told.lines().filter(|line| !line.starts_with('$'));
    assert!(answers.all(|line| !line.contains("hush")));
    insta::assert_snapshot!(told, @r#"
    $ diff --from sql:DIR/before.sql --to sql:DIR/after.sql
    ~ column baker.age  integer → bigint
    + column baker.nick  text
    - column baker.nickname  text
    + index baker.by_age  (age)
    - table oven  (1 column)
    error[R401]: `baker.nickname` goes and `nick` (its type fits, and the names are alike) comes: nobody said whether it is a rename
      help: pass --rename baker.nickname=nick to keep its data, or --drop baker.nickname to lose it
    warning[D101]: dropping table `oven` deletes its rows; `down` brings it back empty
      help: if it was renamed, state the old name: `--rename oven=NEW_NAME`, or `renamed_from` in `extras!`
    warning[D102]: dropping column `baker.nickname` deletes its data; `down` brings it back empty
      help: if it was renamed, put #[sea_orm(renamed_from = "nickname")] on the new field
    [0]
    $ diff --from sql:DIR/before.sql --to sql:DIR/after.sql --hints DIR/hints.toml --sql
    ~ column baker.nickname  → nick
    ~ column baker.age  integer → bigint
    + index baker.by_age  (age)
    - table oven  (1 column)
    warning[D101]: dropping table `oven` deletes its rows; `down` brings it back empty
      help: if it was renamed, state the old name: `--rename oven=NEW_NAME`, or `renamed_from` in `extras!`

    -- up
    ALTER TABLE "baker" RENAME COLUMN "nickname" TO "nick";
    CREATE TABLE "_plimsoll_new_baker" ( "id" integer NOT NULL PRIMARY KEY, "nick" text, "age" bigint );
    INSERT INTO "_plimsoll_new_baker" ("id", "nick", "age") SELECT "id", "nick", "age" FROM "baker";
    DROP TABLE "baker";
    PRAGMA legacy_alter_table = ON;
    ALTER TABLE "_plimsoll_new_baker" RENAME TO "baker";
    PRAGMA legacy_alter_table = OFF;
    CREATE INDEX "by_age" ON "baker" ("age");
    DROP TABLE "oven";

    -- down
    CREATE TABLE "oven" ( "id" integer NOT NULL PRIMARY KEY );
    CREATE TABLE "_plimsoll_new_baker" ( "id" integer NOT NULL PRIMARY KEY, "nick" text, "age" integer );
    INSERT INTO "_plimsoll_new_baker" ("id", "nick", "age") SELECT "id", "nick", "age" FROM "baker";
    DROP TABLE "baker";
    PRAGMA legacy_alter_table = ON;
    ALTER TABLE "_plimsoll_new_baker" RENAME TO "baker";
    PRAGMA legacy_alter_table = OFF;
    ALTER TABLE "baker" RENAME COLUMN "nick" TO "nickname";
    [0]
    $ check --from DIR/after.sql --to DIR/after.sql
    `DIR/after.sql` and `DIR/after.sql` agree
    [0]
    $ diff --from DIR/before.sql --to DIR/after.sql --rename baker.nickname=age
    ! error: failed to follow --rename baker.nickname=age: the database has `baker.age` already
    ! help: rename that one too, or drop it in a revision before this one
    [2]
    $ diff --from DIR/before.sql --to DIR/broken.sql
    ! error: failed to carry out `DIR/broken.sql`: line 2: near "TABEL": syntax error
    ! help: correct the script; a dump has to be one of the schema only, as SQL
    [7]
    $ diff --from DIR/none.sql
    ! error: failed to read `DIR/none.sql`: No such file or directory (os error 2)
    [7]
    $ diff --from catalog.json
    ! error: failed to read `DIR/catalog.json`: there is no such file
    ! help: the first `revision --autogenerate` writes catalog.json
    [7]
    $ diff --from postgres://u:hush@h/d
    ! error: failed to read --from: it is none of the sides there are
    ! help: write one of models, migrations, db, db:URL, catalog.json (or another such file), sql:FILE
    [2]
    $ diff --from db:postgres://u:hush@127.0.0.1:1/d --to db:mysql://u:hush@127.0.0.1:1/d
    ! error: failed to compare: the two sides are on MySQL and PostgreSQL
    ! help: give two databases of one kind, and a --scratch-url of the same
    [2]
    $ diff --from db:postgres://u:hush@127.0.0.1:1/d
    ! error: failed to connect to `postgres://u:***@127.0.0.1:1/d`: Connection refused (os error 111)
    ! help: start the server, or correct the host and port in DATABASE_URL
    [6]
    "#);
}

async fn missing_hints() {
    let shell = Shell::new();
    for (name, text) in [("before.sql", BEFORE), ("after.sql", AFTER)] {
        std::fs::write(shell.path().join(name), text).unwrap();
    }
    let dir = shell.path().display().to_string();
    let line = format!("diff --from {dir}/before.sql --to {dir}/after.sql --format json");
    let told = shell.run(&Bakery, &line).await;
    let (document, _) = told.rsplit_once('[').unwrap();
    let document: serde_json::Value = serde_json::from_str(document).unwrap();
    insta::assert_snapshot!(serde_json::to_string_pretty(&document["missing_hints"]).unwrap(), @r#"
    [
      {
        "candidates": [
          {
            "name": "nick",
            "pass": "--rename baker.nickname=nick",
            "reason": "its type fits, and the names are alike"
          }
        ],
        "object": "baker.nickname",
        "otherwise": "--drop baker.nickname"
      }
    ]
    "#);
}

/// Rows that a change would refuse are counted, and get a value or are left.
async fn rows() {
    use sea_orm::ConnectionTrait as _;
    struct Nothing;
    #[async_trait::async_trait]
    impl MigratorTrait for Nothing {
        fn migrations() -> Vec<Box<dyn MigrationTrait>> {
            Vec::new()
        }
    }
    let shell = Shell::project();
    let file = shell.path().join("plimsoll.db");
    let url = format!("sqlite://{}?mode=rwc", file.display());
    let db = sea_orm::Database::connect(url).await.unwrap();
    db.execute_unprepared(
        "CREATE TABLE baker (id integer NOT NULL PRIMARY KEY AUTOINCREMENT, email varchar); INSERT INTO baker (email) VALUES ('a'), (NULL)",
    )
    .await
    .unwrap();
    db.close().await.unwrap();
    let write = "revision --autogenerate -m name --at 2026-02-01T00:00:00Z";
    let told = shell
        .session(
            &Nothing,
            &[
                "diff",
                write,
                &format!("{write} --leave baker.name --dry-run -q"),
                &format!("{write} --fill baker.email='x'"),
                &format!("{write} --fill baker.name=email --leave baker.name"),
                &format!("{write} --fill baker.name=coalesce(email,'nobody') -q"),
            ],
        )
        .await;
    insta::assert_snapshot!(told, @r#"
    $ diff
    + column baker.name  varchar not null
    error[R301]: column `baker.name` is required and has no default: rows that exist have no value for it (2 of today's rows)
      help: pass --fill baker.name=SQL to give them a value, or --leave baker.name to let the revision fail on them
    [0]
    $ revision --autogenerate -m name --at 2026-02-01T00:00:00Z
    ! error[R301]: column `baker.name` is required and has no default: rows that exist have no value for it (2 of today's rows)
    !   help: pass --fill baker.name=SQL to give them a value, or --leave baker.name to let the revision fail on them
    ! error: failed to write a revision: 1 diagnostic has to be settled first
    [4]
    $ revision --autogenerate -m name --at 2026-02-01T00:00:00Z --leave baker.name --dry-run -q
    + column baker.name  varchar not null
    warning[R301]: column `baker.name` is required and has no default: rows that exist have no value for it (2 of today's rows)
      help: give the field a `default_value`, or make it an Option, fill it, and require it in a later revision

    // m20260201_000000_name.rs
    //! Name.
    //!
    //! Revision: m20260201_000000_name
    //! Follows: nothing
    //! Created: 2026-02-01 00:00:00 UTC
    //! Compared with: SQLite
    //!
    //! Changes:
    //! - add column `name` on table `baker`

    use plimsoll::prelude::*;

    plimsoll::revision! {
        id: "m20260201_000000_name",
        parents: [],
    }

    #[derive(DeriveMigrationName)]
    pub struct Migration;

    #[async_trait::async_trait]
    impl MigrationTrait for Migration {
        async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
            // Add column `name` on table `baker`.
            // warning[R301]: column `baker.name` is required and has no default: rows that exist have
            //   no value for it
            // help: give the field a `default_value`, or make it an Option, fill it, and require it in
            //   a later revision
            manager
                .alter_table(
                    Table::alter()
                        .table("baker")
                        .add_column(ColumnDef::new("name").string().not_null())
                        .to_owned(),
                )
                .await?;

            Ok(())
        }

        async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
            // Takes back: add column `name` on table `baker`.
            manager
                .alter_table(Table::alter().table("baker").drop_column("name").to_owned())
                .await?;

            Ok(())
        }
    }
    [0]
    $ revision --autogenerate -m name --at 2026-02-01T00:00:00Z --fill baker.email='x'
    ! error: failed to follow --fill baker.email: no change of this comparison needs it
    ! help: remove it, or write the name that a diagnostic has, in the models' words
    [2]
    $ revision --autogenerate -m name --at 2026-02-01T00:00:00Z --fill baker.name=email --leave baker.name
    ! error: failed to follow what was answered: rows cannot be filled and left in `baker.name`
    ! help: remove one of the two
    [2]
    $ revision --autogenerate -m name --at 2026-02-01T00:00:00Z --fill baker.name=coalesce(email,'nobody') -q
    + column baker.name  varchar
    ~ rows baker.name  NULL → coalesce(email,'nobody')
    ~ column baker.name  null → not null
    wrote DIR/src/m20260201_000000_name.rs
    [0]
    "#);
    let written =
        std::fs::read_to_string(shell.path().join("src/m20260201_000000_name.rs")).unwrap();
    assert!(
        written.contains(r#".fill("name", "coalesce(email,'nobody')")"#),
        "{written}"
    );
}

/// On servers too; and nothing is left there.
async fn servers() {
    for url in shell::servers() {
        let shell = Shell::new();
        let database = shell::Database::create(&url).await;
        for (name, text) in [("before.sql", BEFORE), ("after.sql", AFTER)] {
            std::fs::write(shell.path().join(name), text).unwrap();
        }
        let dir = shell.path().display().to_string();
        for (line, code) in [
            ("check --from migrations --to models", 3),
            ("check --from models --to migrations", 3),
            ("check --from models --to models", 0),
            ("check --from DIR/before.sql --to DIR/after.sql", 3),
            ("check --from DIR/after.sql --to DIR/after.sql", 0),
            ("check --from DIR/before.sql --to db", 3),
            ("check --from db --to migrations", 3),
            ("upgrade", 0),
            ("check --from db --to migrations", 0),
            ("check --from migrations --to db", 0),
        ] {
            let line = line.replace("DIR", &dir);
            let told = shell
                .run(&Bakery, &format!("{line} -u {}", database.url))
                .await;
            assert!(told.ends_with(&format!("[{code}]")), "{line}\n{told}");
        }
        database.drop().await;
    }
}

/// A run that was killed left its scratch database behind: the next one drops it, and not that of a run that goes on.
async fn left_over() {
    use sea_orm::{ConnectionTrait as _, Database, Statement};
    for url in shell::servers() {
        let mut options = sea_orm::ConnectOptions::new(&url);
        options.max_connections(1);
        let admin = Database::connect(options).await.unwrap();
        let backend = admin.get_database_backend();
        let own = std::process::id();
        let (dead, alive) = (
            format!("plimsoll_scratch_{own}_dead"),
            format!("plimsoll_scratch_{own}_alive"),
        );
        let claim = match backend {
            sea_orm::DbBackend::Postgres => format!("SET application_name = '{alive}'"),
            _ => format!("DO GET_LOCK('{alive}', 0)"),
        };
        for sql in [
            claim,
            format!("CREATE DATABASE {dead}"),
            format!("CREATE DATABASE {alive}"),
        ] {
            admin.execute_unprepared(&sql).await.unwrap();
        }
        let shell = Shell::new();
        let told = shell
            .run(&Bakery, &format!("check --from models -u {url}"))
            .await;
        assert!(told.ends_with("[0]"), "{told}");
        let question = match backend {
            sea_orm::DbBackend::Postgres => "SELECT datname::text AS name FROM pg_database",
            _ => {
                "SELECT CONVERT(schema_name USING utf8mb4) AS name FROM information_schema.schemata"
            }
        };
        let rows = admin
            .query_all_raw(Statement::from_string(backend, question))
            .await
            .unwrap();
        let names: Vec<String> = rows
            .iter()
            .map(|row| row.try_get("", "name").unwrap())
            .collect();
        assert!(!names.contains(&dead), "{names:?}");
        assert!(names.contains(&alive), "{names:?}");
        admin
            .execute_unprepared(&format!("DROP DATABASE {alive}"))
            .await
            .unwrap();
        admin.close().await.unwrap();
    }
}

shell::harness! { Bakery:
    migrations_and_models
    drift
    scripts
    missing_hints
    rows
    servers
    left_over
}
