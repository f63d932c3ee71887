//! Files stay small enough to be read at once.

use super::File;

const MOST: usize = 400;

/// Files with more lines of code than that, tests not counted.
pub(super) fn check(files: &[File]) -> Vec<String> {
    let is_test = |file: &File| file.path.contains("/tests/") || file.path.ends_with("/tests.rs");
    let ours = files.iter().filter(|file| file.is_rust() && !is_test(file));
    let sized = ours.map(|file| {
        let lines = file.text.lines().map(str::trim);
        let code = lines
            .take_while(|line| *line != "#[cfg(test)]")
            .filter(|line| !line.is_empty() && !line.starts_with("//"))
            .count();
        (file, code)
    });
    sized
        .filter(|(_, code)| *code > MOST)
        .map(|(file, code)| {
            format!(
                "{}: {code} lines of code, {MOST} are the most: split it by noun",
                file.path
            )
        })
        .collect()
}
