//! Files of pairs: JSON as other suites keep them, or our own text.
//!
//! ```text
//! == A SET gains a member
//! -- from --
//! CREATE TABLE t (a SET('x'));
//! -- to --
//! CREATE TABLE t (a SET('x', 'y'));
//! ```
//!
//! Without `from` the pair begins with an empty database. Lines below the title say which servers the pair is for (see
//! [`crate::requires`]); a section `refused` holds what the refusal of the plan says, for a change that nobody can make.

use std::path::Path;

use super::Pair;

/// Reads the pairs of a file; its extension says which form it has.
///
/// # Errors
/// When it cannot be read, or is of neither form.
pub fn read(path: &Path) -> Result<Vec<Pair>, String> {
    let told = |error: &dyn std::fmt::Display| format!("{}: {error}", path.display());
    let text = std::fs::read_to_string(path).map_err(|error| told(&error))?;
    if path
        .extension()
        .is_some_and(|extension| extension == "json")
    {
        return serde_json::from_str(&text).map_err(|error| told(&error));
    }
    pairs(&text).map_err(|error| told(&error))
}

/// Reads our own form; what stands above the first pair is for people.
fn pairs(text: &str) -> Result<Vec<Pair>, String> {
    let mut pairs: Vec<Pair> = Vec::new();
    let mut section = "";
    for line in text.lines() {
        if let Some(name) = line.strip_prefix("== ") {
            section = "";
            pairs.push(Pair {
                name: name.trim().to_owned(),
                ..Pair::default()
            });
            continue;
        }
        let Some(pair) = pairs.last_mut() else {
            continue;
        };
        match (line, section) {
            ("-- from --" | "-- to --" | "-- refused --", _) => section = line,
            (_, "-- from --") => push(pair.current.get_or_insert_default(), line),
            (_, "-- to --") => push(&mut pair.desired, line),
            (_, "-- refused --") => push(pair.refused.get_or_insert_default(), line),
            ("", _) => {}
            (line, _) => {
                if !pair.requires.read(line)? {
                    return Err(format!("`{line}` stands outside of a section"));
                }
            }
        }
    }
    Ok(pairs)
}

fn push(text: &mut String, line: &str) {
    text.push_str(line);
    text.push('\n');
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::requires::Requires;

    #[test]
    fn pairs_are_read() {
        let text = "About them.\n\n== One\nserver: mariadb\n-- from --\na\n-- to --\nb\nc\n\n\
                    == Two\n-- to --\nd\n-- refused --\nno\n";
        let pair = |name: &str, current: Option<&str>, desired: &str| Pair {
            name: name.to_owned(),
            current: current.map(str::to_owned),
            desired: desired.to_owned(),
            ..Pair::default()
        };
        let mut mariadb = Requires::default();
        assert_eq!(mariadb.read("server: mariadb"), Ok(true));
        let one = Pair {
            requires: mariadb,
            ..pair("One", Some("a\n"), "b\nc\n\n")
        };
        let two = Pair {
            refused: Some("no\n".to_owned()),
            ..pair("Two", None, "d\n")
        };
        assert_eq!(pairs(text).unwrap(), [one, two]);
        assert_eq!(
            pairs("== One\na\n").unwrap_err(),
            "`a` stands outside of a section"
        );
    }
}
