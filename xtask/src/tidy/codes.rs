//! Every diagnostic code has its page, and every page its code.

use std::collections::BTreeSet;

use super::File;

const SOURCE: &str = "crates/schema/src/diagnostic.rs";

/// Codes without a page, pages without a code.
pub(super) fn check(files: &[File]) -> Vec<String> {
    let Some(source) = files.iter().find(|file| file.path == SOURCE) else {
        return vec![format!("{SOURCE}: not found, though the codes stand there")];
    };
    let codes: BTreeSet<&str> = source.text.lines().filter_map(code).collect();
    let pages: BTreeSet<&str> = files
        .iter()
        .filter_map(|file| file.path.strip_prefix("docs/codes/")?.strip_suffix(".md"))
        .filter(|page| *page != "README")
        .collect();
    let missing = codes
        .difference(&pages)
        .map(|code| format!("docs/codes/{code}.md: is missing"));
    let surplus = pages
        .difference(&codes)
        .map(|page| format!("docs/codes/{page}.md: there is no such code"));
    missing.chain(surplus).collect()
}

/// `    D101,` → `D101`.
fn code(line: &str) -> Option<&str> {
    let name = line.trim().strip_suffix(',')?;
    let (letter, number) = name.split_at_checked(1)?;
    let is_code = letter.chars().all(|letter| letter.is_ascii_uppercase())
        && number.len() == 3
        && number.chars().all(|digit| digit.is_ascii_digit());
    is_code.then_some(name)
}
