//! The rules of the source tree that neither the compiler nor Clippy knows.

mod arrows;
mod codes;
mod matches;
mod size;
mod text;

use std::fs;
use std::path::{Path, PathBuf};

use crate::command::Failure;

/// A file of the workspace.
pub(crate) struct File {
    /// Its path below the root, with `/`.
    path: String,
    /// What it says.
    text: String,
}

impl File {
    fn is_rust(&self) -> bool {
        Path::new(&self.path)
            .extension()
            .is_some_and(|extension| extension == "rs")
    }
}

/// Checks every rule.
pub(crate) fn run(root: &Path) -> Result<(), Failure> {
    let files = files(root)?;
    let mut found = Vec::new();
    found.extend(size::check(&files));
    found.extend(text::check(&files));
    found.extend(matches::check(&files));
    found.extend(codes::check(&files));
    found.extend(arrows::check(root)?);
    if found.is_empty() {
        return Ok(());
    }
    found.sort();
    Err(Failure::Told(format!("tidy:\n  {}", found.join("\n  "))))
}

/// Every text file below the root that is ours.
fn files(root: &Path) -> Result<Vec<File>, Failure> {
    let mut paths = Vec::new();
    collect(root, &mut paths)?;
    paths.sort();
    let read = |path: PathBuf| {
        let own = path.strip_prefix(root).unwrap_or(&path);
        let text = fs::read_to_string(&path).map_err(|source| Failure::Io {
            path: path.clone(),
            source,
        })?;
        Ok(File {
            path: own.display().to_string().replace('\\', "/"),
            text,
        })
    };
    paths.into_iter().map(read).collect()
}

fn collect(folder: &Path, paths: &mut Vec<PathBuf>) -> Result<(), Failure> {
    const KINDS: [&str; 6] = ["rs", "toml", "md", "case", "sql", "json"];
    let io = |source| Failure::Io {
        path: folder.to_owned(),
        source,
    };
    for entry in fs::read_dir(folder).map_err(io)? {
        let path = entry.map_err(io)?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if path.is_dir() {
            if name != "target" && !name.starts_with('.') {
                collect(&path, paths)?;
            }
        } else if path
            .extension()
            .is_some_and(|extension| KINDS.iter().any(|kind| extension == *kind))
        {
            paths.push(path);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use crate::command::root;

    #[test]
    fn the_tree_is_tidy() {
        if let Err(found) = super::run(&root()) {
            panic!("{found}");
        }
    }
}
