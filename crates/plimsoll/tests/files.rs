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
    ! help: the keys are migrations, manage, ignore, schemas, [database] url, [databases.NAME] url, migrations and history_table, [environments.NAME.database] url, [backup] to and required, [files] name, template and after_write
    [7]
    "#);
}

#[tokio::test]
async fn a_layout_of_the_projects_own() {
    let shell = project("template = \"revision.rs.jinja\"");
    let template = "\
// (c) {{ year }} Bakery
{{ head }}
{{ imports }}
{% if parents %}
// It follows {{ parents|join(', ') }}.
{% endif %}

{{ registration }}

/// What `lib.rs` names.
#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
{{ up }}

{{ down }}
}
";
    let path = shell.path().join("revision.rs.jinja");
    std::fs::write(&path, template).unwrap();
    let shown = shell.run(&Empty, &format!("{WRITE} --dry-run")).await;
    insta::assert_snapshot!(shown.trim_start(), @r#"
    // m20260131_120000_later.rs
    // (c) 2026 Bakery
    //! Later.
    //!
    //! Revision: m20260131_120000_later
    //! Follows: nothing
    //! Created: 2026-01-31 12:00:00 UTC
    use plimsoll::prelude::*;

    plimsoll::revision! {
        id: "m20260131_120000_later",
        parents: [],
    }

    /// What `lib.rs` names.
    #[derive(DeriveMigrationName)]
    pub struct Migration;

    #[async_trait::async_trait]
    impl MigrationTrait for Migration {
        async fn up(&self, _manager: &SchemaManager) -> Result<(), DbErr> {
            // Write the change here, and rename `_manager` to `manager`: sea-query's builders
            // (`manager.create_table(…)`), Plimsoll's operations
            // (`manager.apply(AlterTable::new("orders")…)`), or SQL
            // (`manager.get_connection().execute_unprepared("…")`).
            Ok(())
        }

        async fn down(&self, _manager: &SchemaManager) -> Result<(), DbErr> {
            // Take back here what `up` does, last thing first.
            Ok(())
        }
    }
    [0]
    "#);
    let told = shell.run(&Empty, WRITE).await;
    assert!(told.ends_with("[0]"), "{told}");
    assert!(read(&shell, FILE).starts_with("// (c) 2026 Bakery\n"));

    let mut session = String::new();
    for wrong in [
        "{{ registration }}\n{{ up",
        "{{ registration }}\n{{ up }}\n",
    ] {
        let shell = project("template = \"revision.rs.jinja\"");
        std::fs::write(shell.path().join("revision.rs.jinja"), wrong).unwrap();
        // The database that a comparison needs is not even asked.
        let line = format!("{WRITE} --autogenerate -u postgres://127.0.0.1:1/none");
        session += &shell.run(&Empty, &line).await;
        assert!(!shell.path().join(FILE).exists());
        session.push('\n');
    }
    session += &project("template = \"nowhere.jinja\"")
        .run(&Empty, WRITE)
        .await;
    insta::assert_snapshot!(session, @r"
    ! error: failed to write a revision: lay the file out as `DIR/revision.rs.jinja` says, line 2: unexpected end of input, expected end of variable block
    ! help: nothing was written; a template has `{{ registration }}`, `{{ up }}` and `{{ down }}`, and usually `{{ head }}` and `{{ imports }}`
    [7]
    ! error: failed to write a revision: lay the file out as `DIR/revision.rs.jinja` says: it leaves out `{{ down }}`, or changes it
    ! help: nothing was written; a template has `{{ registration }}`, `{{ up }}` and `{{ down }}`, and usually `{{ head }}` and `{{ imports }}`
    [7]
    ! error: failed to read `DIR/nowhere.jinja`: No such file or directory (os error 2)
    [7]
    ");
}

#[tokio::test]
async fn names_of_the_projects_own() {
    let shell = project("name = \"v{epoch}_{slug}\"");
    let told = shell.run(&Empty, WRITE).await;
    insta::assert_snapshot!(told, @r"
    wrote DIR/./src/v1769860800_later.rs
    ! review it, then apply it with `upgrade`
    [0]
    ");
    assert!(read(&shell, "src/v1769860800_later.rs").contains("id: \"v1769860800_later\""));
    insta::assert_snapshot!(read(&shell, "src/lib.rs"), @r"
    use plimsoll::prelude::*;

    mod v1769860800_later;

    pub struct Migrator;

    #[async_trait::async_trait]
    impl MigratorTrait for Migrator {
        fn migrations() -> Vec<Box<dyn MigrationTrait>> {
            vec![Box::new(v1769860800_later::Migration)]
        }
    }
    ");

    let mut session = String::new();
    for (pattern, message) in [
        ("m{rev}_{slug}", "later"),
        ("{year}_{slug}", "later"),
        ("m{year}", "later"),
        ("{slug}", "type"),
        ("{slug}", "head"),
    ] {
        let shell = project(&format!("name = \"{pattern}\""));
        session += &shell.run(&Empty, &format!("revision -m {message}")).await;
        session.push('\n');
    }
    insta::assert_snapshot!(session, @r#"
    ! error: failed to read `files.name` of plimsoll.toml: in "m{rev}_{slug}", `{rev}` stands for nothing
    ! help: write it as "m{year}{month}{day}_{hour}{minute}{second}_{slug}"; there is {epoch}, too
    [7]
    ! error: failed to read `files.name` of plimsoll.toml: in "{year}_{slug}", it makes names such as `1970_add_name`, which cannot be a Rust module's
    ! help: write it as "m{year}{month}{day}_{hour}{minute}{second}_{slug}"; there is {epoch}, too
    [7]
    ! error: failed to read `files.name` of plimsoll.toml: in "m{year}", it has neither `{slug}` nor `{epoch}` nor a time to the second, so that two revisions would have one name
    ! help: write it as "m{year}{month}{day}_{hour}{minute}{second}_{slug}"; there is {epoch}, too
    [7]
    ! error: failed to write a revision: name it after this message: it makes names such as `type`, which cannot be a Rust module's
    ! help: choose another message, or an id with --rev-id
    [2]
    ! error: failed to write a revision: `head` cannot be an id, because it has a meaning of its own
    ! help: write it in small letters, digits and `_`, a letter first, as in m20260131_add_name
    [2]
    "#);
}
