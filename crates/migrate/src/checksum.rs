//! A revision file's checksum: of its code, so that comments and layout can be edited at will.
//!
//! Invariant: the rules below never change, because checksums are stored in databases; a new set of rules gets a new prefix.

use std::fmt::Write as _;

use sha2::{Digest, Sha256};

/// Names the rules, in front of the digest.
const PREFIX: &str = "1:";

/// The checksum of a Rust source text: `1:` and SHA-256 of its tokens in hexadecimal.
pub fn checksum(source: &str) -> String {
    format!("{PREFIX}{}", hex(&Sha256::digest(tokens(source))))
}

/// Bytes in hexadecimal.
pub(crate) fn hex(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        // Writing to a string cannot fail.
        let _ = write!(out, "{byte:02x}");
    }
    out
}

/// The text without comments, with one space where two words would run together, and without the commas that rustfmt adds and
/// removes before a closing bracket.
fn tokens(source: &str) -> String {
    let mut out = String::with_capacity(source.len());
    let mut rest = source;
    let mut gap = false;
    while let Some(first) = rest.chars().next() {
        let length = token(rest);
        let (text, tail) = rest.split_at(length);
        rest = tail;
        if first.is_whitespace() || text.starts_with("//") || text.starts_with("/*") {
            gap = true;
            continue;
        }
        if matches!(first, ')' | ']' | '}') && out.ends_with(',') {
            out.pop();
        }
        if gap && out.ends_with(is_word) && is_word(first) {
            out.push(' ');
        }
        gap = false;
        out.push_str(text);
    }
    out
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// How many bytes the token at the start of a text takes; a comment, a run of blanks and a literal are one token each.
fn token(text: &str) -> usize {
    let mut chars = text.char_indices();
    let Some((_, first)) = chars.next() else {
        return 0;
    };
    if text.starts_with("//") {
        return text.find('\n').unwrap_or(text.len());
    }
    if text.starts_with("/*") {
        return block_comment(text);
    }
    if let Some(length) = raw_string(text) {
        return length;
    }
    match first {
        '"' => quoted(text, '"'),
        '\'' => character(text),
        c if c.is_whitespace() => text
            .find(|c: char| !c.is_whitespace())
            .unwrap_or(text.len()),
        c if is_word(c) => text.find(|c: char| !is_word(c)).unwrap_or(text.len()),
        c => c.len_utf8(),
    }
}

/// Block comments nest.
fn block_comment(text: &str) -> usize {
    let mut depth = 0_usize;
    let mut at = 0;
    while at < text.len() {
        let rest = &text[at..];
        if rest.starts_with("/*") {
            depth += 1;
            at += 2;
        } else if rest.starts_with("*/") {
            depth -= 1;
            at += 2;
            if depth == 0 {
                return at;
            }
        } else {
            at += rest.chars().next().map_or(1, char::len_utf8);
        }
    }
    text.len()
}

/// `r"…"`, `r#"…"#`, and the same with `b` or `c` in front.
fn raw_string(text: &str) -> Option<usize> {
    let body = text
        .strip_prefix("br")
        .or_else(|| text.strip_prefix("cr"))
        .or_else(|| text.strip_prefix('r'))?;
    let inner = body.trim_start_matches('#');
    let hashes = body.len() - inner.len();
    let inner = inner.strip_prefix('"')?;
    let end = format!("\"{}", "#".repeat(hashes));
    let start = text.len() - inner.len();
    Some(
        inner
            .find(&end)
            .map_or(text.len(), |at| start + at + end.len()),
    )
}

fn quoted(text: &str, quote: char) -> usize {
    let mut escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            c if c == quote => return at + c.len_utf8(),
            _ => {}
        }
    }
    text.len()
}

/// `'a'` is a character, `'a` a lifetime.
fn character(text: &str) -> usize {
    let mut inner = text.chars().skip(1);
    match (inner.next(), inner.next()) {
        (Some('\\'), _) | (Some(_), Some('\'')) => quoted(text, '\''),
        _ => 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_and_layout_do_not_count() {
        let one = "//! Adds a name.\nuse a::b;\n\n/// Doc.\nfn up<'a>(x: &'a str) { f(\"// kept\", 'x', '\"') }";
        let two = "use a::b;\nfn up<'a>(\n    x: &'a str, // here\n) {\n    f(\n        \"// kept\",\n        'x',\n        '\"',\n    )\n}\n/* /* nested */ end */";
        assert_eq!(checksum(one), checksum(two));
        insta::assert_snapshot!(tokens(two), @r#"use a::b;fn up<'a>(x:&'a str){f("// kept",'x','"')}"#);
    }

    #[test]
    fn code_and_literals_count() {
        let texts = [
            "fn up() { f(\"a  b\") }",
            "fn up() { f(\"a b\") }",
            "fn up() { f(r#\"a \"b\"#) }",
            "fn up() { f(r#\"a //\"b\"#) }",
            "fn up() { g(\"a b\") }",
            "f(a b)",
            "f(ab)",
        ];
        let sums: std::collections::BTreeSet<String> =
            texts.iter().map(|text| checksum(text)).collect();
        assert_eq!(sums.len(), texts.len());
        assert_eq!(
            checksum(""),
            "1:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
        );
    }

    #[test]
    fn a_text_that_is_cut_off_is_no_trouble() {
        for text in ["\"abc", "r#\"abc", "/* /* */", "'", "'\\", "b", "r#"] {
            let _ = checksum(text);
        }
    }
}
