//! What a project says about the files of its revisions: `[files]` of `plimsoll.toml`.
#![allow(clippy::unwrap_used, reason = "a test stops where it fails")]

mod shell;

use plimsoll::prelude::*;
use shell::Shell;

struct Empty;

#[async_trait::async_trait]
impl MigratorTrait for Empty {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        Vec::new()
    }
}

const WRITE: &str = "revision -m later --at 2026-01-31T12:00:00Z";
const FILE: &str = "src/m20260131_120000_later.rs";

/// A project whose `plimsoll.toml` says that of files.
fn project(files: &str) -> Shell {
    let shell = Shell::project();
    let text = format!("migrations = \".\"\n[files]\n{files}\n");
    std::fs::write(shell.path().join("plimsoll.toml"), text).unwrap();
    shell
}

fn read(shell: &Shell, path: &str) -> String {
    std::fs::read_to_string(shell.path().join(path)).unwrap()
}

#[tokio::test]
async fn rustfmt_runs_where_nothing_is_said() {
    let plain = project("after_write = []");
    insta::assert_snapshot!(plain.run(&Empty, WRITE).await, @r"
    wrote DIR/./src/m20260131_120000_later.rs
    ! review it, then apply it with `upgrade`
    [0]
    ");
    let formatted = project("");
    formatted.run(&Empty, WRITE).await;
    assert_eq!(read(&plain, FILE), read(&formatted, FILE));

    // The project's own settings of rustfmt hold, and the crate's edition.
    let narrow = project("");
    std::fs::write(narrow.path().join("rustfmt.toml"), "max_width = 40\n").unwrap();
    let manifest =
        "[package]\nname = \"m\"\nversion = \"0.1.0\"\nedition = \"2021\"\n[workspace]\n";
    std::fs::write(narrow.path().join("Cargo.toml"), manifest).unwrap();
    narrow.run(&Empty, WRITE).await;
    assert!(read(&narrow, FILE).contains("    async fn up(\n        &self,\n"));

    // One that fails keeps nobody from anything: the file is as it has to be.
    let broken = project("");
    std::fs::write(broken.path().join("rustfmt.toml"), "max_width = \"no\"\n").unwrap();
    let told = broken.run(&Empty, WRITE).await;
    assert!(
        told.contains("warning: `rustfmt` ended with exit status: 1\n"),
        "{told}"
    );
    assert!(told.ends_with("[0]"), "{told}");
    assert_eq!(read(&plain, FILE), read(&broken, FILE));
}

#[tokio::test]
async fn programs_run_in_order_at_the_root() {
    let shell = project(
        r#"after_write = [
            ["sh", "-c", "echo '// {{one}}' >> $1; pwd; echo 'from one' >&2", "one", "{path}"],
            ["./two.sh", "{path}", "{id}", "{edition}"],
        ]"#,
    );
    let script = shell.path().join("two.sh");
    std::fs::write(&script, "#!/bin/sh\necho \"// $2 $3\" >> $1\n").unwrap();
    let may_run = std::os::unix::fs::PermissionsExt::from_mode(0o755);
    std::fs::set_permissions(&script, may_run).unwrap();
    // Nothing runs where nothing is written.
    let told = shell.run(&Empty, &format!("{WRITE} --dry-run")).await;
    assert!(
        !told.contains("from one") && told.ends_with("[0]"),
        "{told}"
    );

    insta::assert_snapshot!(shell.run(&Empty, WRITE).await, @r"
    wrote DIR/./src/m20260131_120000_later.rs
    ! DIR
    ! from one
    ! review it, then apply it with `upgrade`
    [0]
    ");
    assert!(read(&shell, FILE).ends_with("}\n// {one}\n// m20260131_120000_later 2024\n"));
}

#[tokio::test]
async fn a_program_that_fails_is_told_and_the_file_stays() {
    let said = failing(
        r#"[["sh", "-c", "echo why >&2; exit 3"], ["sh", "-c", "echo // >> $1", "x", "{path}"]]"#,
    );
    insta::assert_snapshot!(said.await, @r"
    wrote DIR/./src/m20260131_120000_later.rs
    ! error: failed to run `after_write` over `DIR/./src/m20260131_120000_later.rs`: `sh` ended with exit status: 3
    !   why
    ! help: the file is written and stays, and what runs after this program did not run; run it by hand, or correct `after_write` in plimsoll.toml
    [1]
    ");
    insta::assert_snapshot!(failing(r#"[["no-such-program", "{path}"]]"#).await, @r"
    wrote DIR/./src/m20260131_120000_later.rs
    ! error: failed to run `after_write` over `DIR/./src/m20260131_120000_later.rs`: `no-such-program` cannot be run: No such file or directory (os error 2)
    ! help: the file is written and stays, and what runs after this program did not run; run it by hand, or correct `after_write` in plimsoll.toml
    [7]
    ");
    let said = failing(r#"[["sh", "-c", "echo 'fn (' >> $1", "x", "{path}"]]"#);
    insta::assert_snapshot!(said.await, @r"
    wrote DIR/./src/m20260131_120000_later.rs
    ! error: failed to run `after_write` over `DIR/./src/m20260131_120000_later.rs`: what it leaves is not Rust, at line 32: cannot parse string into token stream
    ! help: the file is registered and stays; correct it, and `after_write` in plimsoll.toml
    [1]
    ");
}

/// What is said when one of these fails. The file is there, and registered.
async fn failing(after_write: &str) -> String {
    let shell = project(&format!("after_write = {after_write}"));
    let said = shell.run(&Empty, WRITE).await;
    let text = read(&shell, FILE);
    assert!(text.starts_with("//! Later.") && !text.ends_with("//\n"));
    assert!(read(&shell, "src/lib.rs").contains("Box::new(m20260131_120000_later::Migration)"));
    said
}

#[tokio::test]
async fn what_cannot_be_run_is_told_before_anything_is_written() {
    let mut session = String::new();
    for after_write in [
        "[[]]",
        r#"[["rustfmt", "{file}"]]"#,
        r#"[["rustfmt", "{path"]]"#,
        r#"["rustfmt"]"#,
    ] {
        let shell = project(&format!("after_write = {after_write}"));
        session += &format!("{after_write}\n{}\n", shell.run(&Empty, WRITE).await);
        assert!(!shell.path().join(FILE).exists());
    }
    insta::assert_snapshot!(session, @r#"
    [[]]
    ! error: failed to read `files.after_write` of plimsoll.toml: one of them names no program
    ! help: write each as a program and its arguments, as in ["rustfmt", "--edition", "{edition}", "{path}"]; there are {path}, {id} and {edition}
    [7]
    [["rustfmt", "{file}"]]
    ! error: failed to read `files.after_write` of plimsoll.toml: in `rustfmt`, `{file}` stands for nothing
    ! help: write each as a program and its arguments, as in ["rustfmt", "--edition", "{edition}", "{path}"]; there are {path}, {id} and {edition}
    [7]
    [["rustfmt", "{path"]]
    ! error: failed to read `files.after_write` of plimsoll.toml: in `rustfmt`, a brace stands alone; write `{{` or `}}` for one that is meant
    ! help: write each as a program and its arguments, as in ["rustfmt", "--edition", "{edition}", "{path}"]; there are {path}, {id} and {edition}
    [7]
    ["rustfmt"]
    ! error: failed to read `DIR/plimsoll.toml`, line 3: invalid type: string, expected a sequence
    ! help: the keys are migrations, manage, ignore, schemas, [database] url, [databases.NAME] url, migrations and history_table, [environments.NAME.database] url, [backup] to and required, [files] after_write
    [7]
    "#);
}
