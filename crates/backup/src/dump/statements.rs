//! A dump, statement by statement: where each ends depends on the backend's quotes and comments.
//!
//! Invariant: what is read is a statement, the rows of a COPY, or a command of the client; a dump that ends within one of them is an error.
//! Invariant: one statement at a time is in memory.

use std::io::{self, Read};

use plimsoll_schema::Backend;

use super::input::Input;
use super::token::Head;

/// How much of a COPY's rows is given at once, in bytes.
const ROWS: usize = 64 * 1024;

/// A part of a dump.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Item {
    /// A statement, without what ends it.
    Statement(Statement),
    /// Rows of the COPY before it, whole lines; with the line `\.` at the end.
    Rows(Vec<u8>),
    /// A line for psql itself, such as `\connect`.
    Command(String),
    /// A comment of one line.
    Comment(String),
}

/// A statement.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Statement {
    /// Its text.
    pub(super) text: Vec<u8>,
    /// Its first words.
    pub(super) head: Head,
    /// What ends it: `;`, but for MySQL's DELIMITER.
    pub(super) delimiter: String,
}

impl Statement {
    /// Whether rows follow it.
    pub(super) fn is_copy(&self) -> bool {
        self.head.word(0) == "COPY" && self.head.from_stdin
    }
}

/// Why a dump cannot be read on.
#[derive(Debug)]
pub(super) enum Cut {
    /// It cannot be read or unpacked.
    Io(io::Error),
    /// It ends within something.
    Within {
        /// In what.
        what: &'static str,
        /// The line where that began.
        line: u64,
    },
}

impl From<io::Error> for Cut {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

/// Reads a dump.
pub(super) struct Statements<R> {
    input: Input<R>,
    backend: Backend,
    /// The line on which the last item began, from 1.
    pub(super) began: u64,
    delimiter: String,
    /// Rows follow, of a COPY on that line.
    rows: Option<u64>,
}

/// What the words so far say about where a statement ends.
#[derive(Default)]
struct Partial {
    statement: Statement,
    word: Vec<u8>,
    /// The last word, in upper case.
    last: String,
    /// Whether a `;` stood right before the last word.
    fresh: bool,
    semicolon: bool,
    parens: u32,
    /// How deep in a function's `BEGIN ATOMIC … END`.
    body: u32,
}

impl<R: Read> Statements<R> {
    pub(super) fn new(from: R, backend: Backend) -> Self {
        Self {
            input: Input::new(from),
            backend,
            began: 1,
            delimiter: ";".to_owned(),
            rows: None,
        }
    }

    /// The next part; `None` at the end.
    pub(super) fn next(&mut self) -> Result<Option<Item>, Cut> {
        if let Some(line) = self.rows {
            self.began = self.input.line;
            return self.copied(line).map(Some);
        }
        loop {
            let Some(byte) = self.input.peek()? else {
                return Ok(None);
            };
            self.began = self.input.line;
            if byte.is_ascii_whitespace() {
                self.input.take()?;
            } else if let Some(comment) = self.comment()? {
                if !comment.is_empty() {
                    return Ok(Some(Item::Comment(comment)));
                }
            } else if byte == b'\\' && self.backend == Backend::Postgres {
                return Ok(Some(Item::Command(self.rest_of_line()?)));
            } else if self.backend == Backend::Mysql && self.is_delimiter()? {
                let line = self.rest_of_line()?;
                line[9..].trim().clone_into(&mut self.delimiter);
            } else if let Some(statement) = self.statement()? {
                if statement.is_copy() {
                    // What stands between it and the end of its line is none of the rows.
                    self.rest_of_line()?;
                    self.rows = Some(self.began);
                }
                return Ok(Some(Item::Statement(statement)));
            }
        }
    }

    fn rest_of_line(&mut self) -> Result<String, Cut> {
        let mut out = Vec::new();
        self.input.line_into(&mut out)?;
        Ok(String::from_utf8_lossy(&out).trim_end().to_owned())
    }

    fn is_delimiter(&mut self) -> Result<bool, Cut> {
        Ok(self.input.look(10)?.eq_ignore_ascii_case(b"DELIMITER "))
    }

    fn copied(&mut self, began: u64) -> Result<Item, Cut> {
        let mut out = Vec::new();
        loop {
            let start = out.len();
            if !self.input.line_into(&mut out)? {
                return Err(Cut::Within {
                    what: "the rows of a COPY",
                    line: began,
                });
            }
            if matches!(&out[start..], b"\\.\n" | b"\\.\r\n") {
                self.rows = None;
                return Ok(Item::Rows(out));
            }
            if out.len() >= ROWS {
                return Ok(Item::Rows(out));
            }
        }
    }

    /// Takes a comment, if one comes: its text, or nothing for one that may have several lines.
    fn comment(&mut self) -> Result<Option<String>, Cut> {
        let line = self.input.line;
        let next = self.input.look(9)?.to_vec();
        let is_mysql = self.backend == Backend::Mysql;
        // https://dev.mysql.com/doc/refman/8.4/en/ansi-diff-comments.html
        let dashes = next.starts_with(b"--")
            && (!is_mysql || next.get(2).is_none_or(u8::is_ascii_whitespace));
        if dashes || (is_mysql && next.starts_with(b"#")) {
            let text = self.rest_of_line()?;
            let text = text.trim_start_matches(['-', '#']).trim();
            return Ok(Some(text.chars().take(200).collect()));
        }
        // What MySQL carries out is no comment, but for the mark of MariaDB's that no version carries out.
        let carried_out = is_mysql
            && (next.starts_with(b"/*!") || next.starts_with(b"/*M!"))
            && !next.starts_with(b"/*M!99999");
        if !next.starts_with(b"/*") || carried_out {
            return Ok(None);
        }
        let mut depth = 0_u32;
        let mut out = Vec::new();
        loop {
            if self.input.comes(b"/*")? && (depth == 0 || self.backend == Backend::Postgres) {
                depth += 1;
                self.input.take_into(2, &mut out)?;
            } else if self.input.comes(b"*/")? {
                depth -= 1;
                self.input.take_into(2, &mut out)?;
                if depth == 0 {
                    return Ok(Some(String::new()));
                }
            } else if self.input.take()?.is_none() {
                return Err(Cut::Within {
                    what: "a comment",
                    line,
                });
            }
        }
    }

    /// Takes a statement and what ends it; nothing when it is empty.
    fn statement(&mut self) -> Result<Option<Statement>, Cut> {
        let mut own = Partial::default();
        loop {
            let Some(byte) = self.input.peek()? else {
                return Err(Cut::Within {
                    what: "a statement",
                    line: self.began,
                });
            };
            let in_word = byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80;
            let dollar = byte == b'$' && self.backend == Backend::Postgres;
            if in_word || (byte == b'$' && !own.word.is_empty()) {
                own.word.push(byte);
                self.input.take_into(1, &mut own.statement.text)?;
                continue;
            }
            if dollar && self.dollar_quoted(&mut own)? {
                continue;
            }
            let escapes = matches!(own.word.as_slice(), b"E" | b"e");
            own.end_word();
            if byte.is_ascii_whitespace() {
                self.input.take_into(1, &mut own.statement.text)?;
            } else if matches!(byte, b'\'' | b'"' | b'`')
                || (byte == b'[' && self.backend == Backend::Sqlite)
            {
                self.quoted(byte, escapes, &mut own)?;
            } else if let Some(comment) = self.comment()? {
                // It may have been all that stood between two words; one of a line ended its line.
                own.statement
                    .text
                    .extend(if comment.is_empty() { b" " } else { b"\n" });
            } else if self.ends(&own)? {
                let mut gone = Vec::new();
                self.input.take_into(self.delimiter.len(), &mut gone)?;
                own.statement.delimiter.clone_from(&self.delimiter);
                return Ok(Some(own.statement).filter(|own| !own.text.is_empty()));
            } else {
                self.sign(byte, &mut own)?;
            }
        }
    }

    fn sign(&mut self, byte: u8, own: &mut Partial) -> Result<(), Cut> {
        let next = self.input.look(4)?.to_vec();
        if self.backend == Backend::Mysql && next.starts_with(b"/*") {
            // `/*!40101` or `/*M!100616`: what follows is carried out.
            let opening = next
                .iter()
                .position(|byte| *byte == b'!')
                .map_or(2, |at| at + 1);
            self.input.take_into(opening, &mut own.statement.text)?;
            while self.input.peek()?.is_some_and(|byte| byte.is_ascii_digit()) {
                self.input.take_into(1, &mut own.statement.text)?;
            }
            return Ok(());
        }
        match byte {
            b'(' => own.parens += 1,
            b')' => own.parens = own.parens.saturating_sub(1),
            b';' => own.semicolon = true,
            b'\\' => own.statement.head.command |= self.backend == Backend::Postgres,
            _ => {}
        }
        own.statement.head.push(&[byte], false);
        self.input.take_into(1, &mut own.statement.text)?;
        Ok(())
    }

    /// Whether what ends a statement comes next, and does end it.
    fn ends(&mut self, own: &Partial) -> Result<bool, Cut> {
        let delimiter = self.delimiter.clone();
        if !self.input.comes(delimiter.as_bytes())? {
            return Ok(false);
        }
        let head = &own.statement.head;
        Ok(match self.backend {
            Backend::Mysql => true,
            // https://www.sqlite.org/c3ref/complete.html
            Backend::Sqlite => {
                let is_trigger = head.begins(&["CREATE", "TRIGGER"])
                    || (head.word(0) == "CREATE" && head.word(2) == "TRIGGER");
                !is_trigger || (own.last == "END" && own.fresh)
            }
            // As psql does it: a rule's statements stand in brackets, a function's between BEGIN ATOMIC and END.
            Backend::Postgres => own.parens == 0 && own.body == 0,
        })
    }

    fn quoted(&mut self, quote: u8, escapes: bool, own: &mut Partial) -> Result<(), Cut> {
        let line = self.input.line;
        let closing = if quote == b'[' { b']' } else { quote };
        let escapes = match self.backend {
            Backend::Sqlite => false,
            Backend::Postgres => escapes && quote == b'\'',
            Backend::Mysql => quote != b'`',
        };
        let start = own.statement.text.len();
        self.input.take_into(1, &mut own.statement.text)?;
        loop {
            let Some(byte) = self.input.peek()? else {
                return Err(Cut::Within {
                    what: "a quoted text",
                    line,
                });
            };
            if byte == b'\\' && escapes {
                self.input.take_into(2, &mut own.statement.text)?;
                continue;
            }
            self.input.take_into(1, &mut own.statement.text)?;
            if byte == closing {
                if quote != b'[' && self.input.peek()? == Some(quote) {
                    self.input.take_into(1, &mut own.statement.text)?;
                    continue;
                }
                break;
            }
        }
        own.last.clear();
        let text = std::mem::take(&mut own.statement.text);
        own.statement.head.push(&text[start..], true);
        own.statement.text = text;
        Ok(())
    }

    /// Takes `$tag$ … $tag$`, if that comes.
    fn dollar_quoted(&mut self, own: &mut Partial) -> Result<bool, Cut> {
        let line = self.input.line;
        let next = self.input.look(66)?.to_vec();
        let Some(end) = next.iter().skip(1).position(|byte| *byte == b'$') else {
            return Ok(false);
        };
        let tag = &next[..end + 2];
        let inner = &tag[1..=end];
        let is_tag = inner
            .iter()
            .all(|byte| byte.is_ascii_alphanumeric() || *byte == b'_' || *byte >= 0x80)
            && !inner.first().is_some_and(u8::is_ascii_digit);
        if !is_tag {
            return Ok(false);
        }
        own.end_word();
        self.input.take_into(tag.len(), &mut own.statement.text)?;
        while !self.input.comes(tag)? {
            if self.input.peek()?.is_none() {
                return Err(Cut::Within {
                    what: "a text between dollar signs",
                    line,
                });
            }
            self.input.take_into(1, &mut own.statement.text)?;
        }
        self.input.take_into(tag.len(), &mut own.statement.text)?;
        Ok(true)
    }
}

impl Partial {
    /// A word is over; says what it means for the end of the statement.
    fn end_word(&mut self) {
        if self.word.is_empty() {
            return;
        }
        let raw = std::mem::take(&mut self.word);
        let word = String::from_utf8_lossy(&raw).to_ascii_uppercase();
        let head = &mut self.statement.head;
        head.push(&raw, false);
        head.from_stdin |= self.last == "FROM" && word == "STDIN";
        if head.word(0) == "CREATE" {
            match (self.last.as_str(), word.as_str()) {
                ("BEGIN", "ATOMIC") => self.body = 1,
                (_, "CASE") if self.body > 0 => self.body += 1,
                (_, "END") if self.body > 0 => self.body -= 1,
                (_, _) => {}
            }
        }
        self.fresh = std::mem::take(&mut self.semicolon);
        self.last = word;
    }
}
