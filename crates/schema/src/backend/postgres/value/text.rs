//! Scanning SQL text: quotes and casts.

/// A string as a literal, whatever `standard_conforming_strings` says.
pub(super) fn quote(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 3);
    if text.contains('\\') {
        out.push('E');
    }
    out.push('\'');
    for char in text.chars() {
        if char == '\'' || char == '\\' {
            out.push(char);
        }
        out.push(char);
    }
    out.push('\'');
    out
}

/// A string literal at the start (`'…'`, `E'…'`, `B'…'`) and what follows it.
pub(super) fn leading_string(text: &str) -> Option<(String, &str)> {
    let (escapes, body) = match text.as_bytes().first()? {
        b'\'' => (false, &text[1..]),
        b'E' | b'e' => (true, text[1..].strip_prefix('\'')?),
        b'B' | b'b' => (false, text[1..].strip_prefix('\'')?),
        _ => return None,
    };
    let mut out = String::new();
    let mut chars = body.char_indices().peekable();
    while let Some((at, char)) = chars.next() {
        match char {
            '\'' if chars.peek().is_some_and(|(_, next)| *next == '\'') => {
                chars.next();
                out.push('\'');
            }
            '\'' => return Some((out, &body[at + 1..])),
            '\\' if escapes => {
                // Only the two that we write; any other escape makes the text an expression.
                match chars.next()?.1 {
                    next @ ('\\' | '\'') => out.push(next),
                    _ => return None,
                }
            }
            other => out.push(other),
        }
    }
    None
}

/// The type of a cast that is all that is left: `::character varying(40)`; empty where nothing is left.
pub(super) fn only_cast(rest: &str) -> Option<&str> {
    if rest.is_empty() {
        return Some("");
    }
    let ty = rest.strip_prefix("::")?.trim();
    let mut quoted = false;
    let is_type = ty.bytes().all(|byte| {
        if byte == b'"' {
            quoted = !quoted;
        }
        quoted
            || byte.is_ascii_alphanumeric()
            || !byte.is_ascii()
            || matches!(
                byte,
                b'"' | b'_' | b'.' | b' ' | b'(' | b')' | b',' | b'[' | b']' | b'$'
            )
    });
    (is_type && !ty.is_empty()).then_some(ty)
}
