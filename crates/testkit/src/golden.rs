//! Goldens: compared in a normal run, rewritten when `PLIMSOLL_UPDATE` is set.

use plimsoll_schema::Backend;
use similar::TextDiff;

use crate::case::Case;
use crate::invariants::Goldens;

/// Every name a golden can have.
const NAMES: [&str; 7] = [
    "error",
    "changes",
    "diagnostics",
    "oracle",
    "up.sql",
    "down.sql",
    "migration.rs",
];

/// Whether this run rewrites goldens.
pub fn is_update() -> bool {
    std::env::var("PLIMSOLL_UPDATE").is_ok_and(|value| !value.is_empty() && value != "0")
}

/// Compares what a case says with what it said.
///
/// # Errors
/// The differences, as a diff of the two texts.
pub fn check(case: &Case, backend: Backend, said: &Goldens) -> Result<(), String> {
    let mut out = String::new();
    for name in NAMES {
        let expected = case.golden(name, backend).unwrap_or_default();
        let found = said.iter().find(|(of, _)| *of == name);
        let found = found.map_or("", |(_, text)| text);
        if expected != found {
            let diff = TextDiff::from_lines(expected, found);
            let diff = diff.unified_diff().context_radius(2).to_string();
            out.push_str(&format!(
                "-- {name} -- differs (golden -, found +)\n{diff}\n"
            ));
        }
    }
    if out.is_empty() {
        Ok(())
    } else {
        Err(format!(
            "{out}If the new text is right, run `cargo xtask bless` and review what changed."
        ))
    }
}
