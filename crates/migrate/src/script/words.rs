//! The words of a statement, as far as every server agrees on them.

/// One word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Word<'a> {
    /// A keyword, or a name without quotes.
    Bare(&'a str),
    /// A name in quotes, without them.
    Quoted(&'a str),
    /// A text, without its quotes.
    Literal(&'a str),
    /// Anything else.
    Sign(char),
}

impl<'a> Word<'a> {
    /// Whether it is that keyword, given in capitals.
    pub(crate) fn is(self, keyword: &str) -> bool {
        matches!(self, Self::Bare(word) if word.eq_ignore_ascii_case(keyword))
    }

    /// What it says where it can be a name.
    pub(crate) const fn name(self) -> Option<&'a str> {
        match self {
            Self::Bare(name) | Self::Quoted(name) => Some(name),
            Self::Literal(_) | Self::Sign(_) => None,
        }
    }
}

/// The words of a statement, without its comments. A quote that is doubled ends a word and begins another, which is as good here.
pub(crate) fn words(sql: &str) -> impl Iterator<Item = Word<'_>> {
    let mut rest = sql;
    std::iter::from_fn(move || {
        loop {
            rest = rest.trim_start();
            let first = rest.chars().next()?;
            if rest.starts_with("--") {
                rest = rest.find('\n').map_or("", |end| &rest[end..]);
                continue;
            }
            if let Some(comment) = rest.strip_prefix("/*") {
                rest = comment.find("*/").map_or("", |end| &comment[end + 2..]);
                continue;
            }
            if matches!(first, '"' | '`' | '\'') {
                let inner = &rest[1..];
                let end = inner.find(first).unwrap_or(inner.len());
                let text = &inner[..end];
                rest = inner.get(end + 1..).unwrap_or("");
                return Some(if first == '\'' {
                    Word::Literal(text)
                } else {
                    Word::Quoted(text)
                });
            }
            let is_word = |c: char| c.is_alphanumeric() || c == '_' || c == '$';
            if !is_word(first) {
                rest = &rest[first.len_utf8()..];
                return Some(Word::Sign(first));
            }
            let end = rest.find(|c| !is_word(c)).unwrap_or(rest.len());
            let text = &rest[..end];
            rest = &rest[end..];
            return Some(Word::Bare(text));
        }
    })
}

/// Whether a text holds several statements, one of which may be done and the next not. A body between BEGIN and END is one.
pub(crate) fn is_several(sql: &str) -> bool {
    let words: Vec<Word<'_>> = words(sql).collect();
    let ends = words.iter().position(|word| *word == Word::Sign(';'));
    let goes_on = ends.is_some_and(|end| words[end..].iter().any(|word| *word != Word::Sign(';')));
    let has_body = ["TRIGGER", "PROCEDURE", "FUNCTION", "EVENT"];
    let mut head = words.iter().take(8);
    goes_on && !head.any(|word| has_body.iter().any(|keyword| word.is(keyword)))
}

/// Whether a statement begins with these keywords, given in capitals.
pub fn leads(sql: &str, keywords: &[&str]) -> bool {
    let mut words = words(sql);
    keywords
        .iter()
        .all(|keyword| words.next().is_some_and(|word| word.is(keyword)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_told_apart() {
        let sql = "-- why\nALTER /* a */ TABLE \"a b\".`c` ADD 'x y', d_1$ ";
        let told: Vec<String> = words(sql).map(|word| format!("{word:?}")).collect();
        insta::assert_snapshot!(told.join(" "), @r#"Bare("ALTER") Bare("TABLE") Quoted("a b") Sign('.') Quoted("c") Bare("ADD") Literal("x y") Sign(',') Bare("d_1$")"#);
        assert!(is_several("CREATE TABLE a (b int); CREATE TABLE c (d int)"));
        assert!(!is_several("CREATE TABLE a (b varchar(3) DEFAULT ';'); "));
        assert!(!is_several(
            "CREATE TRIGGER t BEFORE INSERT ON a FOR EACH ROW BEGIN SET @x = 1; END"
        ));
        for text in ["'", "\"a", "/*", "--", "", "é"] {
            assert!(words(text).count() <= 1);
        }
    }
}
