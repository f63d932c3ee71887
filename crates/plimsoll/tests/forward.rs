//! The global command, as a process.
#![allow(clippy::unwrap_used, reason = "a test stops where it fails")]

use std::path::Path;
use std::process::Command;

fn run(directory: &Path, words: &[&str]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_cargo-plimsoll"))
        .arg("plimsoll")
        .args(words)
        .current_dir(directory)
        .env_remove("CARGO_MANIFEST_DIR")
        .env_remove("MIGRATION_DIR")
        .env("CARGO_NET_OFFLINE", "true")
        .output()
        .unwrap();
    let text = format!(
        "{}{}[{}]",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr),
        output.status.code().unwrap()
    );
    // The directory may be known by a second name, where /tmp is a link.
    let real = directory.canonicalize().unwrap();
    versionless(
        &text
            .replace(&real.display().to_string(), "DIR")
            .replace(&directory.display().to_string(), "DIR"),
    )
}

fn versionless(text: &str) -> String {
    let ours = concat!("plimsoll = \"", env!("CARGO_PKG_VERSION"), "\"");
    text.replace(ours, "plimsoll = \"VERSION\"")
}

fn workspace() -> tempfile::TempDir {
    let directory = tempfile::tempdir().unwrap();
    let write = |path: &str, text: &str| {
        let path = directory.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    };
    write(
        "Cargo.toml",
        "# A shop.\n[workspace]\nresolver = \"3\"\nmembers = [\n    \"models\", # the models\n]\n",
    );
    write(
        "models/Cargo.toml",
        "[package]\nname = \"shop-models\"\nversion = \"0.1.0\"\nedition = \"2024\"\n",
    );
    write("models/src/lib.rs", "");
    directory
}

#[test]
fn a_crate_is_made_and_not_made_again() {
    let directory = workspace();
    let path = directory.path();
    insta::assert_snapshot!(run(path, &["init", "db/migrations", "--entity", "shop-models"]), @r#"
    created DIR/db/migrations/Cargo.toml
    created DIR/db/migrations/src/lib.rs
    created DIR/db/migrations/src/main.rs
    added it to the members of DIR/Cargo.toml
    created DIR/plimsoll.toml
    next: cargo run -p migrations -- revision --autogenerate -m "first tables"
    [0]
    "#);
    let read = |name: &str| versionless(&std::fs::read_to_string(path.join(name)).unwrap());
    insta::assert_snapshot!(read("Cargo.toml"), @r#"
    # A shop.
    [workspace]
    resolver = "3"
    members = [
        "models", # the models
        "db/migrations",
    ]
    "#);
    insta::assert_snapshot!(read("db/migrations/Cargo.toml"), @r#"
    [package]
    name = "migrations"
    version = "0.1.0"
    edition = "2024"
    publish = false

    [dependencies]
    shop-models = { path = "../../models" }
    plimsoll = "VERSION"
    sea-orm-migration = { version = "2.0", default-features = false }
    tokio = { version = "1", features = ["macros", "rt-multi-thread"] }
    "#);
    insta::assert_snapshot!(read("db/migrations/src/main.rs"), @r"
    //! The command line of this project's migrations.

    // Links the models, so that they are found.
    use shop_models as _;

    #[tokio::main]
    async fn main() -> std::process::ExitCode {
        plimsoll::cli::run(migrations::Migrator).await
    }
    ");
    assert!(read("plimsoll.toml").contains("migrations = \"db/migrations\""));
    std::fs::write(path.join("db/migrations/src/main.rs"), "fn main() {}").unwrap();
    insta::assert_snapshot!(run(path, &["init", "db/migrations", "--entity", "shop-models"]), @r#"
    there is a crate in `DIR/db/migrations`; it is left as it is. Two edits adopt it:

      Cargo.toml, [dependencies]:
        plimsoll = "VERSION"
        shop-models = { path = "../../models" }   # the crate with your models

      src/main.rs, instead of cli::run_cli(…).await:
        use shop_models as _;
        plimsoll::cli::run(…).await   // `main` returns std::process::ExitCode

    plimsoll.toml is there already
    [0]
    "#);
    assert_eq!(read("db/migrations/src/main.rs"), "fn main() {}");
}

#[test]
fn what_is_missing_is_told() {
    let directory = workspace();
    insta::assert_snapshot!(run(directory.path(), &["upgrade"]), @r"
    error: failed to find the migrations crate: no member of this workspace depends on plimsoll and has a program
    help: `cargo plimsoll init` makes one
    [7]
    ");
    insta::assert_snapshot!(run(directory.path(), &["upgrade", "--migration-dir", "none"]), @r"
    error: failed to find the migrations crate: there is no `DIR/none/Cargo.toml`
    help: give the directory of its Cargo.toml
    [7]
    ");
    insta::assert_snapshot!(run(directory.path(), &["init", "1st"]), @r"
    error: failed to name the crate after `DIR/1st`
    help: give a directory whose name is a crate name, such as `migrations`
    [2]
    ");
    let file = "[databases.audit]\nmigrations = \"audit\"\nurl = \"sqlite://a.db\"\n";
    std::fs::write(directory.path().join("plimsoll.toml"), file).unwrap();
    insta::assert_snapshot!(run(directory.path(), &["upgrade", "--database", "audit"]), @r"
    error: failed to find the migrations crate: there is no `DIR/audit/Cargo.toml`
    help: give the directory of its Cargo.toml
    [7]
    ");
    insta::assert_snapshot!(run(directory.path(), &["upgrade", "--database", "audi"]), @r"
    error: failed to find the database `audi`: plimsoll.toml has `audit`
    help: write one of these
    [2]
    ");
    std::fs::remove_file(directory.path().join("plimsoll.toml")).unwrap();
    let empty = tempfile::tempdir().unwrap();
    assert!(run(empty.path(), &["upgrade"]).ends_with("[7]"));
    insta::assert_snapshot!(run(directory.path(), &["frobnicate"]), @r"
    error: unrecognized subcommand 'frobnicate'

    Usage: cargo plimsoll [OPTIONS] <COMMAND>

    For more information, try '--help'.
    [2]
    ");
}
