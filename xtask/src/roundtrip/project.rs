//! The small project that links the generated entities: a workspace of its own, built into our target directory with our lock file, so
//! that what is built already is not built again.

use std::fs;
use std::path::{Path, PathBuf};

use cargo_metadata::MetadataCommand;

use crate::command::{Failure, cargo, root};

/// The program, which is no module of this crate.
const MAIN: &str = include_str!("template/main.rs");

/// What its program ends with when something is proposed.
const PROPOSED: i32 = 3;

/// Where cargo builds.
pub(super) fn target_directory() -> Result<PathBuf, Failure> {
    MetadataCommand::new()
        .current_dir(root())
        .no_deps()
        .exec()
        .map(|metadata| metadata.target_directory.into())
        .map_err(|error| Failure::Told(error.to_string()))
}

/// Makes an empty folder of it; what an earlier run kept is gone.
pub(super) fn clear(folder: &Path) -> Result<(), Failure> {
    remove(folder)?;
    let source = folder.join("src");
    fs::create_dir_all(&source).map_err(|error| io(&source, error))
}

/// Writes all but the entities, which are there.
pub(super) fn write(workspace: &Path, folder: &Path, name: &str) -> Result<(), Failure> {
    let manifest = manifest(workspace, name, &features(folder)?);
    put(&folder.join("Cargo.toml"), &manifest)?;
    put(&folder.join("src").join("main.rs"), MAIN)?;
    let lock = workspace.join("Cargo.lock");
    fs::copy(&lock, folder.join("Cargo.lock"))
        .map(drop)
        .map_err(|source| io(&lock, source))
}

/// SeaORM's features for types that few entities use: their crates are not in our lock file, and not asked for without need.
fn features(folder: &Path) -> Result<String, Failure> {
    let entities = folder.join("src").join("entities");
    let mut found = String::new();
    for entry in fs::read_dir(&entities).map_err(|source| io(&entities, source))? {
        let path = entry.map_err(|source| io(&entities, source))?.path();
        let text = fs::read_to_string(&path).map_err(|source| io(&path, source))?;
        for (word, feature) in [
            ("IpNetwork", "with-ipnetwork"),
            ("PgVector", "postgres-vector"),
        ] {
            let feature = format!(", \"{feature}\"");
            if text.contains(word) && !found.contains(&feature) {
                found.push_str(&feature);
            }
        }
    }
    Ok(found)
}

/// Removes it, if it is there.
pub(super) fn remove(folder: &Path) -> Result<(), Failure> {
    if folder.exists() {
        fs::remove_dir_all(folder).map_err(|source| io(folder, source))?;
    }
    Ok(())
}

/// Builds and runs it.
pub(super) fn run(folder: &Path, target: &Path, url: &str) -> Result<(), Failure> {
    let mut command = cargo("run");
    command
        .arg("--quiet")
        .current_dir(folder)
        .env("CARGO_TARGET_DIR", target)
        .env("DATABASE_URL", url);
    let status = command.status().map_err(|source| Failure::Start {
        program: "cargo".into(),
        source,
    })?;
    match status.code() {
        Some(0) => Ok(()),
        Some(PROPOSED) => Err(Failure::Proposed),
        Some(_) | None => Err(Failure::Told(
            "the entities were not compared with the database".into(),
        )),
    }
}

fn manifest(workspace: &Path, name: &str, features: &str) -> String {
    let our = |name: &str| {
        // As a TOML literal string, in which a backslash is itself.
        let path = workspace.join("crates").join(name);
        format!("plimsoll-{name} = {{ path = '{}' }}\n", path.display())
    };
    let ours: String = ["differ", "report"].map(our).concat();
    format!(
        r#"[package]
name = "roundtrip-{name}"
version = "0.0.0"
edition = "2024"
publish = false

[workspace]

[dependencies]
{ours}sea-orm = {{ version = "2.0.4", default-features = false, features = [
    "macros", "with-bigdecimal", "with-chrono", "with-json", "with-rust_decimal", "with-uuid",
    "runtime-tokio", "sqlx-mysql", "sqlx-postgres", "sqlx-sqlite", "postgres-array"{features},
] }}
tokio = {{ version = "1", features = ["macros", "rt-multi-thread"] }}

[profile.dev]
debug = "line-tables-only"

[profile.dev.package."*"]
debug = false
"#
    )
}

fn put(path: &Path, text: &str) -> Result<(), Failure> {
    fs::write(path, text).map_err(|source| io(path, source))
}

fn io(path: &Path, source: std::io::Error) -> Failure {
    Failure::Io {
        path: path.to_owned(),
        source,
    }
}
