//! `cargo xtask regenerate`: the example's history told again. The models grow step by step as `entity/steps/` says, and after each step
//! the tool writes a revision; what comes out is, byte for byte, what stands in `migrations/`.

use std::fs;
use std::path::{Path, PathBuf};

use crate::command::{Failure, cargo, root, run_quietly};
use crate::files::{clear, copy, entries, read, write};

/// One step of the models' history.
struct Step {
    /// Its folder.
    path: PathBuf,
    /// Its number, from 1.
    number: usize,
    /// The message of its revision.
    message: String,
}

/// Writes the revisions anew; with `check`, only compares them with those that stand there.
pub(crate) fn regenerate(check: bool) -> Result<(), Failure> {
    let work = root().join("target/regenerate");
    clear(&work)?;
    lay_out(&work)?;
    let steps = steps()?;
    for step in &steps {
        overlay(&step.path, &work.join("entity"))?;
        write_revision(&work, step)?;
        println!("{:>2}/{} {}", step.number, steps.len(), step.message);
    }
    same_models(&work)?;
    settle(&work, check)
}

fn steps() -> Result<Vec<Step>, Failure> {
    let mut folders: Vec<PathBuf> = entries(&root().join("entity/steps"))?
        .into_iter()
        .filter(|path| path.is_dir())
        .collect();
    folders.sort();
    folders
        .into_iter()
        .enumerate()
        .map(|(at, path)| {
            let message = read(&path.join("message"))?.trim().to_owned();
            Ok(Step {
                path,
                number: at + 1,
                message,
            })
        })
        .collect()
}

/// A workspace of its own beside ours: an empty entity crate and an empty migrations crate, with our dependencies.
pub(crate) fn lay_out(work: &Path) -> Result<(), Failure> {
    let root = root();
    let manifest = read(&root.join("Cargo.toml"))?;
    let members = manifest
        .find("members = [")
        .and_then(|start| Some((start, start + manifest[start..].find(']')? + 1)))
        .ok_or_else(|| Failure::Told("Cargo.toml: no list of members".into()))?;
    let mut manifest = manifest.clone();
    manifest.replace_range(
        members.0..members.1,
        "members = [\"entity\", \"migrations\"]",
    );
    let manifest = manifest.replace(
        "path = \"crates/",
        &format!("path = \"{}/crates/", root.display()),
    );
    write(&work.join("Cargo.toml"), &manifest)?;
    copy(&root.join("Cargo.lock"), &work.join("Cargo.lock"))?;
    for name in [
        "entity/Cargo.toml",
        "migrations/Cargo.toml",
        "migrations/src/main.rs",
    ] {
        copy(&root.join(name), &work.join(name))?;
    }
    for name in ["migrations/plimsoll.toml", "plimsoll.toml"] {
        if root.join(name).is_file() {
            copy(&root.join(name), &work.join(name))?;
        }
    }
    write(
        &work.join("migrations/src/lib.rs"),
        &empty_migrator(&read(&root.join("migrations/src/lib.rs"))?),
    )
}

/// The library of the migrations crate as it was before its first revision.
fn empty_migrator(text: &str) -> String {
    let is_revision = |line: &str| {
        let line = line.trim();
        line.starts_with("mod m2") || line.starts_with("Box::new(m2")
    };
    let kept: Vec<&str> = text.lines().filter(|line| !is_revision(line)).collect();
    // Where the list of modules stood, its two blank lines meet.
    let text = format!("{}\n", kept.join("\n")).replace("\n\n\n", "\n\n");
    match (
        text.find("vec!["),
        text.find("vec![").and_then(|at| text[at..].find(']')),
    ) {
        (Some(start), Some(length)) => {
            format!("{}vec![{}", &text[..start], &text[start + length..])
        }
        (_, _) => text,
    }
}

/// Lays a step over the models.
fn overlay(step: &Path, entity: &Path) -> Result<(), Failure> {
    copy_all(&step.join("src"), &entity.join("src"))?;
    let deleted = step.join("deleted");
    if deleted.is_file() {
        for name in read(&deleted)?
            .lines()
            .filter(|line| !line.trim().is_empty())
        {
            let path = [entity.join(name), entity.join("src").join(name)]
                .into_iter()
                .find(|path| path.is_file())
                .ok_or_else(|| {
                    Failure::Told(format!("{}: `{name}` is not there", deleted.display()))
                })?;
            fs::remove_file(&path).map_err(|source| Failure::Io { path, source })?;
        }
    }
    Ok(())
}

/// Writes the step's revision, and applies it.
fn write_revision(work: &Path, step: &Step) -> Result<(), Failure> {
    let at = format!("2026-09-{:02}T09:00:00Z", step.number);
    let plimsoll = |args: &[&str]| {
        let mut command = cargo("run");
        command
            .current_dir(work.join("migrations"))
            .args(["--quiet", "--"])
            .args(args)
            .env("CARGO_TARGET_DIR", root().join("target"))
            .env("DATABASE_URL", "sqlite://../regenerate.db?mode=rwc")
            .env_remove("SOURCE_DATE_EPOCH");
        run_quietly(&mut command)
    };
    plimsoll(&[
        "revision",
        "--autogenerate",
        "-m",
        &step.message,
        "--at",
        &at,
    ])?;
    plimsoll(&["upgrade"])?;
    plimsoll(&["check"])
}

/// The steps laid over each other are the models that stand in the repository.
fn same_models(work: &Path) -> Result<(), Failure> {
    let told = difference(&root().join("entity/src"), &work.join("entity/src"))?;
    match told {
        None => Ok(()),
        Some(told) => Err(Failure::Told(format!(
            "entity/steps laid over each other are not entity/src: {told}"
        ))),
    }
}

/// Puts what was generated into `migrations/`, or tells that it differs.
fn settle(work: &Path, check: bool) -> Result<(), Failure> {
    let ours = root().join("migrations");
    let theirs = work.join("migrations");
    if check {
        let sources = difference(&ours.join("src"), &theirs.join("src"))?;
        let catalog = (read(&ours.join("catalog.json"))? != read(&theirs.join("catalog.json"))?)
            .then(|| "catalog.json".to_owned());
        return match sources.or(catalog) {
            None => Ok(()),
            Some(told) => Err(Failure::Told(format!(
                "migrations/ is not what the models' steps generate ({told}): run `cargo xtask regenerate` and review"
            ))),
        };
    }
    for path in entries(&ours.join("src"))? {
        if path
            .file_name()
            .is_some_and(|name| name.to_string_lossy().starts_with("m2"))
        {
            fs::remove_file(&path).map_err(|source| Failure::Io { path, source })?;
        }
    }
    copy_all(&theirs.join("src"), &ours.join("src"))?;
    copy(&theirs.join("catalog.json"), &ours.join("catalog.json"))
}

/// The first file that two folders do not have in common, byte for byte.
fn difference(left: &Path, right: &Path) -> Result<Option<String>, Failure> {
    let (left_files, right_files) = (files(left)?, files(right)?);
    for name in left_files.iter().chain(&right_files) {
        let (left, right) = (left.join(name), right.join(name));
        if !left.is_file() || !right.is_file() || read(&left)? != read(&right)? {
            return Ok(Some(name.display().to_string()));
        }
    }
    Ok(None)
}

/// The files below a folder, relative to it, sorted.
fn files(folder: &Path) -> Result<Vec<PathBuf>, Failure> {
    let mut out = Vec::new();
    let mut open = vec![folder.to_owned()];
    while let Some(next) = open.pop() {
        for path in entries(&next)? {
            if path.is_dir() {
                open.push(path);
            } else if let Ok(name) = path.strip_prefix(folder) {
                out.push(name.to_owned());
            }
        }
    }
    out.sort();
    Ok(out)
}

/// Copies what is in a folder.
pub(crate) fn copy_all(from: &Path, to: &Path) -> Result<(), Failure> {
    for name in files(from)? {
        copy(&from.join(&name), &to.join(&name))?;
    }
    Ok(())
}
