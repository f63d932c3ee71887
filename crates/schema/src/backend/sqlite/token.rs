//! SQLite's SQL as tokens that know where they stand, so that text between them can be kept as it was written.

use std::ops::Range;

/// What a token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// An unquoted word: a keyword or a name.
    Word,
    /// A name in `"…"`, `[…]` or backticks.
    Quoted,
    /// A string literal.
    String,
    /// A blob literal, `x'…'`.
    Blob,
    /// A number.
    Number,
    /// An operator or punctuation character.
    Symbol,
}

/// A token and its place in the text, in bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Token {
    pub(super) kind: Kind,
    pub(super) span: Range<usize>,
}

impl Token {
    /// The token as written.
    pub(super) fn text<'a>(&self, sql: &'a str) -> &'a str {
        &sql[self.span.clone()]
    }

    /// Whether it is that keyword.
    pub(super) fn is_word(&self, sql: &str, word: &str) -> bool {
        self.kind == Kind::Word && self.text(sql).eq_ignore_ascii_case(word)
    }

    /// Whether it is that character.
    pub(super) fn is_symbol(&self, sql: &str, symbol: &str) -> bool {
        self.kind == Kind::Symbol && self.text(sql) == symbol
    }

    /// The name it is, without quotes; SQLite takes a string literal where only a name can stand.
    pub(super) fn name(&self, sql: &str) -> Option<String> {
        let text = self.text(sql);
        match self.kind {
            Kind::Word => Some(text.to_owned()),
            Kind::Quoted | Kind::String => Some(unquote(text)),
            Kind::Blob | Kind::Number | Kind::Symbol => None,
        }
    }
}

/// The text inside quotes, doubled quotes undone.
pub(super) fn unquote(text: &str) -> String {
    let inner = text.get(1..text.len().saturating_sub(1)).unwrap_or("");
    match text.chars().next() {
        Some('[') | None => inner.to_owned(),
        Some(quote) => inner.replace(&format!("{quote}{quote}"), &quote.to_string()),
    }
}

/// The name in double quotes.
pub(super) fn quote(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// Words that mean something unquoted (<https://sqlite.org/lang_keywords.html>), and TRUE and FALSE.
const KEYWORDS: &str = "\
    ABORT ACTION ADD AFTER ALL ALTER ALWAYS ANALYZE AND AS ASC ATTACH AUTOINCREMENT BEFORE \
    BEGIN BETWEEN BY CASCADE CASE CAST CHECK COLLATE COLUMN COMMIT CONFLICT CONSTRAINT CREATE CROSS \
    CURRENT CURRENT_DATE CURRENT_TIME CURRENT_TIMESTAMP DATABASE DEFAULT DEFERRABLE DEFERRED DELETE DESC DETACH DISTINCT DO DROP \
    EACH ELSE END ESCAPE EXCEPT EXCLUDE EXCLUSIVE EXISTS EXPLAIN FAIL FALSE FILTER FIRST FOLLOWING \
    FOR FOREIGN FROM FULL GENERATED GLOB GROUP GROUPS HAVING IF IGNORE IMMEDIATE IN INDEX \
    INDEXED INITIALLY INNER INSERT INSTEAD INTERSECT INTO IS ISNULL JOIN KEY LAST LEFT LIKE \
    LIMIT MATCH MATERIALIZED NATURAL NO NOT NOTHING NOTNULL NULL NULLS OF OFFSET ON OR \
    ORDER OTHERS OUTER OVER PARTITION PLAN PRAGMA PRECEDING PRIMARY QUERY RAISE RANGE RECURSIVE REFERENCES \
    REGEXP REINDEX RELEASE RENAME REPLACE RESTRICT RETURNING RIGHT ROLLBACK ROW ROWS SAVEPOINT SELECT SET \
    TABLE TEMP TEMPORARY THEN TIES TO TRANSACTION TRIGGER TRUE UNBOUNDED UNION UNIQUE UPDATE USING \
    VACUUM VALUES VIEW VIRTUAL WHEN WHERE WINDOW WITH WITHIN WITHOUT";

/// Whether a name means itself without quotes.
pub(crate) fn is_plain(name: &str) -> bool {
    !name.is_empty()
        && !name.starts_with(|c: char| c.is_ascii_digit())
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
        && !KEYWORDS
            .split(' ')
            .any(|word| word.eq_ignore_ascii_case(name))
}

/// The text with some tokens replaced.
pub(super) fn replaced(
    sql: &str,
    tokens: &[Token],
    places: impl IntoIterator<Item = (usize, String)>,
) -> String {
    let mut out = String::with_capacity(sql.len());
    let mut end = 0;
    for (at, text) in places {
        let span = &tokens[at].span;
        out.push_str(&sql[end..span.start]);
        out.push_str(&text);
        end = span.end;
    }
    out.push_str(&sql[end..]);
    out
}

/// Cuts the text; white space and comments are left out. `None` if a quoted run does not end.
pub(super) fn tokens(sql: &str) -> Option<Vec<Token>> {
    let bytes = sql.as_bytes();
    let mut out = Vec::new();
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        let next = bytes.get(at + 1).copied();
        let start = at;
        let kind = match byte {
            b' ' | b'\t' | b'\n' | b'\r' | 0x0c => {
                at += 1;
                continue;
            }
            b'-' if next == Some(b'-') => {
                at = find(bytes, at, |rest| rest[0] == b'\n').unwrap_or(bytes.len());
                continue;
            }
            b'/' if next == Some(b'*') => {
                at = find(bytes, at + 2, |rest| rest.starts_with(b"*/"))
                    .map_or(bytes.len(), |end| end + 2);
                continue;
            }
            b'\'' => {
                at = quoted(bytes, at)?;
                Kind::String
            }
            b'"' | b'`' => {
                at = quoted(bytes, at)?;
                Kind::Quoted
            }
            b'[' => {
                at = find(bytes, at, |rest| rest[0] == b']')? + 1;
                Kind::Quoted
            }
            b'x' | b'X' if next == Some(b'\'') => {
                at = quoted(bytes, at + 1)?;
                Kind::Blob
            }
            b'0'..=b'9' => {
                at = number(bytes, at);
                Kind::Number
            }
            b'.' if next.is_some_and(|next| next.is_ascii_digit()) => {
                at = number(bytes, at);
                Kind::Number
            }
            _ if is_name_byte(byte) => {
                at = find(bytes, at, |rest| !is_name_byte(rest[0])).unwrap_or(bytes.len());
                Kind::Word
            }
            _ => {
                at += 1;
                Kind::Symbol
            }
        };
        out.push(Token {
            kind,
            span: start..at,
        });
    }
    Some(out)
}

/// SQLite's names are of letters, digits, `_`, `$` and every character beyond ASCII.
fn is_name_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'$' || byte >= 0x80
}

/// The first place from `at` on whose rest of the text satisfies the condition.
fn find(bytes: &[u8], at: usize, condition: impl Fn(&[u8]) -> bool) -> Option<usize> {
    (at..bytes.len()).find(|&at| condition(&bytes[at..]))
}

/// The end of the quoted run that starts at `at`; a doubled quote does not end it.
fn quoted(bytes: &[u8], at: usize) -> Option<usize> {
    let quote = bytes[at];
    let mut at = at + 1;
    loop {
        if *bytes.get(at)? != quote {
            at += 1;
        } else if bytes.get(at + 1) == Some(&quote) {
            at += 2;
        } else {
            return Some(at + 1);
        }
    }
}

fn number(bytes: &[u8], start: usize) -> usize {
    let mut at = start;
    let is_hex = matches!(bytes.get(start + 1), Some(b'x' | b'X'));
    while let Some(&byte) = bytes.get(at) {
        let is_exponent = !is_hex
            && matches!(byte, b'e' | b'E')
            && matches!(bytes.get(at + 1), Some(b'+' | b'-'));
        if is_exponent {
            at += 2;
        } else if byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_') {
            at += 1;
        } else {
            break;
        }
    }
    at
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(sql: &str) -> Vec<&str> {
        tokens(sql)
            .expect("closed quotes")
            .iter()
            .map(|token| token.text(sql))
            .collect()
    }

    #[test]
    fn every_quote_style_and_comment() {
        assert_eq!(
            texts("a \"b\"\"c\" [d e] `f``g` 'it''s' x'0aFF' -- gone\n/* ( */ 1.5e-3,.5<>naïve"),
            [
                "a",
                "\"b\"\"c\"",
                "[d e]",
                "`f``g`",
                "'it''s'",
                "x'0aFF'",
                "1.5e-3",
                ",",
                ".5",
                "<",
                ">",
                "naïve"
            ]
        );
        assert_eq!(texts("a /* never closed"), ["a"]);
        assert!(tokens("'open").is_none());
        assert!(tokens("[open").is_none());
    }

    #[test]
    fn names_are_unquoted() {
        for sql in ["\"a\"\"b\"", "`a\"b`", "[a\"b]", "'a\"b'"] {
            let token = &tokens(sql).expect("closed quotes")[0];
            assert_eq!(token.name(sql).as_deref(), Some("a\"b"));
        }
        assert_eq!(unquote(&quote("a\"b")), "a\"b");
    }
}
