//! Takes the golden migrations out of the case files, so that they are compiled as they stand there.
//!
//! While goldens are rewritten (`PLIMSOLL_UPDATE`) none is taken: what no longer compiles could not be rewritten otherwise.

use std::error::Error;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};

fn main() -> Result<(), Box<dyn Error>> {
    let cases = Path::new(&env::var("CARGO_MANIFEST_DIR")?).join("cases");
    let out = PathBuf::from(env::var("OUT_DIR")?);
    println!("cargo::rerun-if-changed={}", cases.display());
    println!("cargo::rerun-if-env-changed=PLIMSOLL_UPDATE");
    let is_update =
        env::var("PLIMSOLL_UPDATE").is_ok_and(|value| !value.is_empty() && value != "0");
    let mut files = Vec::new();
    if !is_update {
        collect(&cases, &mut files)?;
    }
    files.sort();
    let (mut modules, mut arms) = (String::new(), String::new());
    for file in files {
        let text = fs::read_to_string(&file)?;
        let name = file.strip_prefix(&cases)?.with_extension("");
        let name = name.display().to_string().replace('\\', "/");
        for (section, code) in sections(&text) {
            let Some(of) = section.strip_suffix("migration.rs") else {
                continue;
            };
            let of = of.trim_end_matches('.');
            let module = format!(
                "{}_{of}",
                name.replace(|letter: char| !letter.is_alphanumeric(), "_")
            );
            // A revision reads its own text, by its id, from the folder it stands in.
            let id = code
                .split_once("id: \"")
                .and_then(|(_, rest)| rest.split('"').next());
            let id = id.ok_or_else(|| format!("{}: a migration without an id", file.display()))?;
            let folder = out.join(&module);
            fs::create_dir_all(&folder)?;
            let path = folder.join(format!("{id}.rs"));
            fs::write(&path, &code)?;
            let literal = path.display().to_string();
            writeln!(modules, "#[path = {literal:?}]\nmod {module};")?;
            // A golden without a backend in its name is every backend's.
            let pattern = if of.is_empty() {
                "_".to_owned()
            } else {
                format!("{of:?}")
            };
            writeln!(
                arms,
                "        ({name:?}, {pattern}) => Some(Box::new({module}::Migration)),"
            )?;
        }
    }
    let code = format!(
        "{modules}
/// The golden migration of a case for a backend, if it has one.
pub fn migration(case: &str, backend: &str) -> Option<Box<dyn plimsoll::prelude::MigrationTrait>> {{
    match (case, backend) {{
{arms}        _ => None,
    }}
}}
"
    );
    fs::write(out.join("migrations.rs"), code)?;
    Ok(())
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> Result<(), Box<dyn Error>> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            collect(&path, files)?;
        } else if path
            .extension()
            .is_some_and(|extension| extension == "case")
        {
            files.push(path);
        }
    }
    Ok(())
}

/// The sections of a case file: `-- name --` on a line of its own, and what follows.
fn sections(text: &str) -> Vec<(&str, String)> {
    let mut out: Vec<(&str, String)> = Vec::new();
    for line in text.lines() {
        let name = line
            .strip_prefix("-- ")
            .and_then(|line| line.strip_suffix(" --"))
            .filter(|name| {
                name.chars()
                    .all(|one| one.is_ascii_lowercase() || one == '.')
            });
        if let Some(name) = name {
            out.push((name, String::new()));
        } else if let Some((_, section)) = out.last_mut() {
            section.push_str(line);
            section.push('\n');
        }
    }
    out
}
