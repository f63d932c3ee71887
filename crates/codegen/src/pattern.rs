//! Texts with `{name}` in them, of which a project's file may have its own.

use thiserror::Error;

/// What is wrong with such a text, as the rest of a sentence about it.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum PatternError {
    /// There is no value of that name.
    #[error("`{{{0}}}` stands for nothing")]
    Unknown(String),
    /// A brace has no partner.
    #[error("a brace stands alone; write `{{{{` or `}}}}` for one that is meant")]
    Brace,
}

/// Puts what `value` gives in the place of each `{name}`; `{{` and `}}` are braces.
///
/// # Errors
/// When a name has no value, or a brace no partner.
pub fn fill(pattern: &str, value: impl Fn(&str) -> Option<String>) -> Result<String, PatternError> {
    let mut out = String::with_capacity(pattern.len());
    let mut rest = pattern;
    while let Some(at) = rest.find(['{', '}']) {
        out.push_str(&rest[..at]);
        let brace = &rest[at..=at];
        rest = &rest[at + 1..];
        if let Some(after) = rest.strip_prefix(brace) {
            out.push_str(brace);
            rest = after;
        } else if brace == "{" {
            let (name, after) = rest.split_once('}').ok_or(PatternError::Brace)?;
            out.push_str(&value(name).ok_or_else(|| PatternError::Unknown(name.to_owned()))?);
            rest = after;
        } else {
            return Err(PatternError::Brace);
        }
    }
    out.push_str(rest);
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_filled_in() {
        let value = |name: &str| (name == "a").then(|| "1".to_owned());
        assert_eq!(fill("", value), Ok(String::new()));
        assert_eq!(fill("x{a}y{a}", value), Ok("x1y1".to_owned()));
        assert_eq!(fill("{{a}} {a}}}", value), Ok("{a} 1}".to_owned()));
        for (pattern, told) in [
            ("{b}", "`{b}` stands for nothing"),
            (
                "{a",
                "a brace stands alone; write `{{` or `}}` for one that is meant",
            ),
            (
                "a}",
                "a brace stands alone; write `{{` or `}}` for one that is meant",
            ),
        ] {
            assert_eq!(
                fill(pattern, value).map_err(|error| error.to_string()),
                Err(told.to_owned())
            );
        }
    }
}
