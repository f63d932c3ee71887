//! Rust literals.
//!
//! Invariant: what the compiler reads back is the text that went in.

use std::fmt::Write as _;

use crate::layout::Node;

/// A string literal, raw where that reads better.
pub(crate) fn string(text: &str) -> String {
    let is_plain = |character: char| character == '\'' || character.escape_debug().len() == 1;
    let quotes = text.contains(['"', '\\']);
    if quotes
        && text
            .chars()
            .all(|char| matches!(char, '"' | '\\') || is_plain(char))
    {
        let hashes = "#".repeat(longest_run(text) + 1);
        if text.contains('"') {
            return format!("r{hashes}\"{text}\"{hashes}");
        }
        return format!("r\"{text}\"");
    }
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for character in text.chars() {
        if is_plain(character) {
            out.push(character);
        } else {
            // Writing to a string cannot fail.
            let _ = write!(out, "{}", character.escape_debug());
        }
    }
    out.push('"');
    out
}

/// The longest run of `#` after a quote: a raw string needs one more.
fn longest_run(text: &str) -> usize {
    text.split('"')
        .skip(1)
        .map(|after| after.chars().take_while(|char| *char == '#').count())
        .max()
        .unwrap_or_default()
}

/// A byte string literal.
pub(crate) fn bytes(bytes: &[u8]) -> String {
    let mut out = String::from("b\"");
    for byte in bytes {
        let _ = write!(out, "{}", byte.escape_ascii());
    }
    out.push('"');
    out
}

/// An integer literal, its digits in groups.
pub(crate) fn integer(value: i64) -> String {
    let digits = value.unsigned_abs().to_string();
    let mut out = String::new();
    if value < 0 {
        out.push('-');
    }
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && digits.len() > 4 && (digits.len() - at).is_multiple_of(3) {
            out.push('_');
        }
        out.push(digit);
    }
    if i32::try_from(value).is_err() {
        out.push_str("_i64");
    }
    out
}

/// A string literal as an expression.
pub(crate) fn text(text: &str) -> Node {
    Node::atom(string(text))
}

/// An array of string literals.
pub(crate) fn texts(items: impl IntoIterator<Item = impl AsRef<str>>) -> Node {
    Node::Array(items.into_iter().map(|item| text(item.as_ref())).collect())
}

/// A string literal, or `None`.
pub(crate) fn optional(item: Option<&str>) -> Node {
    item.map_or_else(|| Node::atom("None"), text)
}

/// A name with or without its schema: `"orders"` or `("sales", "orders")`.
pub(crate) fn name(schema: Option<&str>, name: &str) -> Node {
    match schema {
        Some(schema) => Node::call("", vec![text(schema), text(name)]),
        None => text(name),
    }
}

#[cfg(test)]
mod tests {
    use super::{bytes, integer, string};

    #[test]
    fn a_literal_reads_back() {
        for text in [
            "",
            "plain",
            "it's",
            r#"say "hi""#,
            r##"a"#b"##,
            r"back\slash",
            "line\nline",
            "tab\tand \"quote\"",
            "nul\0",
            "bidi\u{202e}x\u{2066}",
            "\u{feff}bom",
            "Größe 表 🦀",
            "{braces} ?1 $2 %s",
            "\r\n",
            "e\u{301}",
        ] {
            let literal = string(text);
            let parsed: syn::LitStr = syn::parse_str(&literal).expect(&literal);
            assert_eq!(parsed.value(), text, "{literal}");
        }
        let all: Vec<u8> = (0..=255).collect();
        let parsed: syn::LitByteStr = syn::parse_str(&bytes(&all)).expect("bytes");
        assert_eq!(parsed.value(), all);
    }

    #[test]
    fn integers_are_grouped() {
        let written: Vec<String> = [0, -1, 1234, -12345, 5_000_000_000, i64::MIN]
            .into_iter()
            .map(integer)
            .collect();
        assert_eq!(
            written,
            [
                "0",
                "-1",
                "1234",
                "-12_345",
                "5_000_000_000_i64",
                "-9_223_372_036_854_775_808_i64"
            ]
        );
    }
}
