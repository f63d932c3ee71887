//! What must not stand in a file, and what must.

use super::File;

/// Findings of every line, and of the first one.
pub(super) fn check(files: &[File]) -> Vec<String> {
    let mut found = Vec::new();
    for file in files {
        for (at, line) in file.text.lines().enumerate() {
            let complaint = unnumbered(line).or_else(|| machine_path(line));
            if let Some(complaint) = complaint {
                found.push(format!("{}:{}: {complaint}", file.path, at + 1));
            }
        }
        let is_library = file.path.starts_with("crates/") && file.path.contains("/src/");
        let is_test = file.path.ends_with("/tests.rs");
        if is_library && !is_test && file.is_rust() && !file.text.starts_with("//!") {
            found.push(format!(
                "{}: the first line does not say what the file is for (`//! …`)",
                file.path
            ));
        }
    }
    found
}

/// A note to do something, without the number of the issue that asks for it.
fn unnumbered(line: &str) -> Option<String> {
    let word = ["TO", "DO"].concat();
    let after = line.split_once(&word)?.1;
    (!after.starts_with("(#")).then(|| format!("{word} without the number of its issue"))
}

/// A path that only one machine has.
fn machine_path(line: &str) -> Option<String> {
    let folders = ["work", "home", "root", "Users", "farm"];
    folders
        .iter()
        .map(|folder| format!("/{folder}/"))
        .find(|path| {
            line.match_indices(path.as_str()).any(|(at, _)| {
                let before = line[..at].chars().next_back();
                before.is_none_or(|letter| " \t'\"`(=:".contains(letter))
            })
        })
        .map(|path| format!("`{path}…` is a path of one machine"))
}
