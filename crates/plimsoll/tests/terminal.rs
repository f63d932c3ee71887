//! Questions at a terminal: this program is its own command line, run on a terminal of its own.
#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "a test stops where it fails")]

mod shell;

use plimsoll::prelude::*;
use rexpect::session::{PtySession, spawn_command};
use shell::Shell;
use std::process::Command;

mod models {
    pub(crate) mod baker {
        use sea_orm::entity::prelude::*;

        #[sea_orm::model]
        #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
        #[sea_orm(table_name = "baker")]
        pub(crate) struct Model {
            #[sea_orm(primary_key)]
            pub(crate) id: i32,
            pub(crate) full_name: Option<String>,
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

/// A project whose database and `catalog.json` have a column of another name.
async fn project() -> Shell {
    use sea_orm::ConnectionTrait as _;
    let shell = Shell::project();
    let lib = shell.path().join("src/lib.rs");
    let empty = std::fs::read_to_string(&lib).unwrap();
    shell
        .run(
            &Bakery,
            "revision --autogenerate -m first --at 2026-01-31T12:00:00Z",
        )
        .await;
    let catalog = shell.path().join("catalog.json");
    let stated = std::fs::read_to_string(&catalog).unwrap();
    std::fs::write(&catalog, stated.replace("full_name", "fullname")).unwrap();
    std::fs::remove_file(shell.path().join("src/m20260131_120000_first.rs")).unwrap();
    std::fs::write(&lib, empty).unwrap();
    let url = format!(
        "sqlite://{}?mode=rwc",
        shell.path().join("plimsoll.db").display()
    );
    let db = sea_orm::Database::connect(url).await.unwrap();
    db.execute_unprepared(
        "CREATE TABLE baker (id integer NOT NULL PRIMARY KEY AUTOINCREMENT, fullname varchar)",
    )
    .await
    .unwrap();
    db.close().await.unwrap();
    shell
}

fn start(shell: &Shell) -> PtySession {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command
        .args([
            "revision",
            "--autogenerate",
            "-m",
            "name",
            "--migration-dir",
        ])
        .arg(shell.path())
        .args(["--at", "2026-02-01T00:00:00Z"])
        .env(shell::AS_COMMAND, "yes")
        .env_remove("DATABASE_URL")
        .current_dir(shell.path());
    spawn_command(command, Some(20_000)).unwrap()
}

const WRITTEN: &str = "src/m20260201_000000_name.rs";

async fn a_rename_is_chosen() {
    let shell = project().await;
    let mut session = start(&shell);
    session
        .exp_string("`baker.fullname` is no longer stated")
        .unwrap();
    session.exp_string("renamed to `full_name`").unwrap();
    session.send_line("").unwrap();
    session.exp_string("wrote").unwrap();
    session.exp_eof().unwrap();
    let text = std::fs::read_to_string(shell.path().join(WRITTEN)).unwrap();
    assert!(
        text.contains(".rename_column(\"fullname\", \"full_name\")"),
        "{text}"
    );
}

async fn nothing_is_written_without_an_answer() {
    let shell = project().await;
    let mut session = start(&shell);
    session.exp_string("is no longer stated").unwrap();
    session.send("\u{1b}").unwrap();
    session.flush().unwrap();
    session.exp_string("--drop baker.fullname").unwrap();
    session.exp_eof().unwrap();
    assert!(!shell.path().join(WRITTEN).exists());
}

shell::harness! { Bakery:
    a_rename_is_chosen
    nothing_is_written_without_an_answer
}
