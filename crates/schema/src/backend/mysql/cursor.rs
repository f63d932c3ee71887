//! A place in SQL text, and what can be read from there.

use super::value::read_string;

/// What is left to read.
#[derive(Debug, Clone, Copy)]
pub(super) struct Cursor<'a> {
    rest: &'a str,
}

impl<'a> Cursor<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self {
            rest: text.trim_start(),
        }
    }

    /// What has not been read.
    pub(super) const fn rest(&self) -> &'a str {
        self.rest
    }

    fn skip(&mut self, bytes: usize) {
        self.rest = self.rest[bytes..].trim_start();
    }

    /// Reads that character, if it is next.
    pub(super) fn eat(&mut self, c: char) -> bool {
        let found = self.rest.starts_with(c);
        if found {
            self.skip(c.len_utf8());
        }
        found
    }

    /// Reads those words, if they are next; each stands by itself.
    pub(super) fn words(&mut self, words: &str) -> bool {
        let mut ahead = *self;
        for word in words.split(' ') {
            if !ahead
                .word()
                .is_some_and(|found| found.eq_ignore_ascii_case(word))
            {
                return false;
            }
        }
        *self = ahead;
        true
    }

    /// Reads a word: letters, digits, `_` and `$`.
    pub(super) fn word(&mut self) -> Option<&'a str> {
        let is_part = |c: char| c.is_alphanumeric() || matches!(c, '_' | '$');
        let end = self.rest.find(|c| !is_part(c)).unwrap_or(self.rest.len());
        let word = &self.rest[..end];
        self.skip(end);
        (!word.is_empty()).then_some(word)
    }

    /// Reads an identifier in backticks.
    pub(super) fn name(&mut self) -> Option<String> {
        let mut out = String::new();
        let mut chars = self.rest.strip_prefix('`')?.char_indices().peekable();
        while let Some((at, c)) = chars.next() {
            if c != '`' {
                out.push(c);
            } else if chars.next_if(|(_, next)| *next == '`').is_some() {
                out.push('`');
            } else {
                self.skip(at + 2);
                return Some(out);
            }
        }
        None
    }

    /// Reads a word, or an identifier in backticks.
    pub(super) fn word_or_name(&mut self) -> Option<String> {
        self.word().map(str::to_owned).or_else(|| self.name())
    }

    /// Reads a word, or a quoted string.
    pub(super) fn word_or_string(&mut self) -> Option<String> {
        self.word().map(str::to_owned).or_else(|| self.string())
    }

    /// Reads a quoted string.
    pub(super) fn string(&mut self) -> Option<String> {
        let (string, rest) = read_string(self.rest)?;
        self.rest = rest.trim_start();
        Some(string)
    }

    /// Reads what parentheses enclose, without them.
    pub(super) fn group(&mut self) -> Option<&'a str> {
        let inner = self.rest.strip_prefix('(')?;
        let end = end_of(inner, ')')?;
        self.skip(end + 2);
        Some(inner[..end].trim())
    }

    /// Reads up to a comma outside of quotes and parentheses, or to the end; `None` at the end.
    pub(super) fn item(&mut self) -> Option<&'a str> {
        if self.rest.is_empty() {
            return None;
        }
        let end = end_of(self.rest, ',').unwrap_or(self.rest.len());
        let item = self.rest[..end].trim_end();
        self.skip((end + 1).min(self.rest.len()));
        Some(item)
    }

    /// Reads one value: a string with what introduces it, a group, or a word with its arguments.
    pub(super) fn value(&mut self) -> Option<&'a str> {
        let start = self.rest;
        let _ = self.eat('-') || self.eat('+');
        if self.rest.starts_with('(') {
            self.group()?;
        } else if self.rest.starts_with('\'') {
            self.string()?;
        } else {
            let end = self
                .rest
                .find(|c: char| c.is_whitespace() || "(,'".contains(c));
            let end = end.unwrap_or(self.rest.len());
            let is_followed = matches!(self.rest[end..].chars().next(), Some('(' | '\''));
            self.skip(end);
            match self.rest.chars().next() {
                Some('(') if is_followed => drop(self.group()?),
                Some('\'') if is_followed => drop(self.string()?),
                Some(_) | None => {}
            }
        }
        Some(start[..start.len() - self.rest.len()].trim_end())
    }
}

/// Where that character stands outside of quotes and parentheses.
fn end_of(text: &str, wanted: char) -> Option<usize> {
    let mut depth = 0_usize;
    let mut quote = None;
    let mut chars = text.char_indices();
    while let Some((at, c)) = chars.next() {
        match (quote, c) {
            (Some(open), c) if c == open => quote = None,
            (Some('\'' | '"'), '\\') => drop(chars.next()),
            (Some(_), _) => {}
            (None, c) if c == wanted && depth == 0 => return Some(at),
            (None, '\'' | '"' | '`') => quote = Some(c),
            (None, '(') => depth += 1,
            (None, ')') => depth = depth.checked_sub(1)?,
            (None, _) => {}
        }
    }
    None
}
