//! A line of catalog text, read from left to right.

/// What a part of a line turned out not to be.
pub(super) type Expected = String;

/// The unread rest of a line.
#[derive(Debug, Clone, Copy)]
pub(super) struct Line<'a> {
    rest: &'a str,
}

impl<'a> Line<'a> {
    pub(super) const fn new(text: &'a str) -> Self {
        Self { rest: text }
    }

    /// What is unread, without surrounding blanks.
    pub(super) fn rest(&self) -> &'a str {
        self.rest.trim()
    }

    /// Takes everything that is unread.
    pub(super) fn take_rest(&mut self) -> &'a str {
        let rest = self.rest.trim();
        self.rest = "";
        rest
    }

    pub(super) fn is_done(&self) -> bool {
        self.rest().is_empty()
    }

    pub(super) fn starts_with(&self, text: &str) -> bool {
        self.rest.trim_start().starts_with(text)
    }

    /// Takes that punctuation if it comes next.
    pub(super) fn eat(&mut self, text: &str) -> bool {
        match self.rest.trim_start().strip_prefix(text) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    /// Takes these words if they come next, whole.
    pub(super) fn eat_words(&mut self, words: &str) -> bool {
        let mut ahead = *self;
        for word in words.split(' ') {
            if ahead.word() != Some(word) {
                return false;
            }
        }
        *self = ahead;
        true
    }

    /// Takes an unquoted word: letters, digits and `_ - . $`, up to an arrow.
    pub(super) fn word(&mut self) -> Option<&'a str> {
        let text = self.rest.trim_start();
        let mut end = 0;
        for (at, letter) in text.char_indices() {
            let in_word = letter.is_alphanumeric() || "_-.$".contains(letter);
            if !in_word || text[at..].starts_with("->") {
                break;
            }
            end = at + letter.len_utf8();
        }
        if end == 0 {
            return None;
        }
        self.rest = &text[end..];
        Some(&text[..end])
    }

    /// Takes a name: a word, or anything in double quotes.
    pub(super) fn name(&mut self) -> Result<String, Expected> {
        if self.starts_with("\"") {
            return self.quoted('"');
        }
        match self.word() {
            Some(word) => Ok(word.to_owned()),
            None => Err(format!("expected a name at `{}`", self.rest())),
        }
    }

    /// Takes a name that may be qualified by a schema.
    pub(super) fn qualified(&mut self) -> Result<(Option<String>, String), Expected> {
        if self.starts_with("\"") {
            let first = self.quoted('"')?;
            return if self.rest.starts_with('.') {
                self.rest = &self.rest[1..];
                Ok((Some(first), self.name()?))
            } else {
                Ok((None, first))
            };
        }
        let word = self.name()?;
        match word.split_once('.') {
            Some((schema, "")) => Ok((Some(schema.to_owned()), self.name()?)),
            Some((schema, name)) => Ok((Some(schema.to_owned()), name.to_owned())),
            None => Ok((None, word)),
        }
    }

    /// Takes a string in single quotes.
    pub(super) fn string(&mut self) -> Result<String, Expected> {
        if !self.starts_with("'") {
            return Err(format!("expected a string at `{}`", self.rest()));
        }
        self.quoted('\'')
    }

    fn quoted(&mut self, quote: char) -> Result<String, Expected> {
        let text = self.rest.trim_start();
        let mut out = String::new();
        let mut letters = text.char_indices().skip(1).peekable();
        while let Some((at, letter)) = letters.next() {
            match letter {
                _ if letter == quote => {
                    if letters.next_if(|(_, next)| *next == quote).is_none() {
                        self.rest = &text[at + quote.len_utf8()..];
                        return Ok(out);
                    }
                    out.push(quote);
                }
                '\\' => match letters.next() {
                    Some((_, 'n')) => out.push('\n'),
                    Some((_, 't')) => out.push('\t'),
                    Some((_, other)) => out.push(other),
                    None => break,
                },
                _ => out.push(letter),
            }
        }
        Err(format!("a {quote} is never closed at `{text}`"))
    }

    /// Takes what stands in parentheses, as it is written, without them.
    pub(super) fn group(&mut self) -> Result<&'a str, Expected> {
        let text = self.rest.trim_start();
        let mut depth = 0_usize;
        let mut quote = None;
        for (at, letter) in text.char_indices() {
            match (quote, letter) {
                (Some(open), _) if open == letter => quote = None,
                (Some(_), _) => {}
                (None, '\'' | '"' | '`') => quote = Some(letter),
                (None, '(') => depth += 1,
                (None, ')') => {
                    depth = depth.saturating_sub(1);
                    if depth == 0 {
                        self.rest = &text[at + 1..];
                        return Ok(text[1..at].trim());
                    }
                }
                (None, _) if depth == 0 => break,
                (None, _) => {}
            }
        }
        Err(format!("expected a group in parentheses at `{text}`"))
    }

    /// Takes a list of names in parentheses.
    pub(super) fn names(&mut self) -> Result<Vec<String>, Expected> {
        let mut inside = Line::new(self.group()?);
        let mut names = Vec::new();
        while !inside.is_done() {
            names.push(inside.name()?);
            inside.comma()?;
        }
        Ok(names)
    }

    /// Takes a list of words or strings in parentheses.
    pub(super) fn values(&mut self) -> Result<Vec<String>, Expected> {
        let mut inside = Line::new(self.group()?);
        let mut values = Vec::new();
        while !inside.is_done() {
            values.push(if inside.starts_with("'") {
                inside.string()?
            } else {
                inside.name()?
            });
            inside.comma()?;
        }
        Ok(values)
    }

    /// Takes a comma, unless the line ends here.
    pub(super) fn comma(&mut self) -> Result<(), Expected> {
        if self.eat(",") || self.is_done() {
            Ok(())
        } else {
            Err(format!("expected a comma at `{}`", self.rest()))
        }
    }

    /// Takes a number in parentheses, if there is one.
    pub(super) fn size(&mut self) -> Result<Option<u32>, Expected> {
        if !self.starts_with("(") {
            return Ok(None);
        }
        let inside = self.group()?;
        inside
            .parse()
            .map(Some)
            .map_err(|_| format!("expected a number, not `{inside}`"))
    }
}
