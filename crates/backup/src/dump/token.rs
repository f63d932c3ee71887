//! The first words of a statement, which say what it does.

/// How many tokens of a statement are kept.
const MOST: usize = 24;

/// A word, a quoted name, or a sign.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Token {
    /// As it is written.
    raw: String,
    /// A word or sign in upper case; empty for what is quoted.
    word: String,
}

/// The first tokens of a statement.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Head {
    tokens: Vec<Token>,
    /// Whether `FROM STDIN` stands anywhere in it.
    pub(super) from_stdin: bool,
    /// Whether a command of psql's stands in it, such as `\gexec`.
    pub(super) command: bool,
}

/// A table's name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Name {
    /// As the dump writes it.
    pub raw: String,
    /// Without quotes and qualifiers.
    pub bare: String,
}

impl Head {
    pub(super) fn push(&mut self, raw: &[u8], quoted: bool) {
        if self.tokens.len() < MOST {
            let raw = String::from_utf8_lossy(raw).into_owned();
            let word = if quoted {
                String::new()
            } else {
                raw.to_ascii_uppercase()
            };
            self.tokens.push(Token { raw, word });
        }
    }

    /// The word at that place, in upper case.
    pub(super) fn word(&self, at: usize) -> &str {
        self.tokens.get(at).map_or("", |token| token.word.as_str())
    }

    /// Its first two words, without signs between them.
    pub(super) fn first_words(&self) -> String {
        let words = self.tokens.iter().map(|token| token.word.as_str());
        let words = words.filter(|word| word.starts_with(|c: char| c.is_ascii_alphabetic()));
        words.take(2).collect::<Vec<_>>().join(" ")
    }

    /// Whether it begins with these words.
    pub(super) fn begins(&self, words: &[&str]) -> bool {
        words
            .iter()
            .enumerate()
            .all(|(at, word)| self.word(at) == *word)
    }

    /// Whether these words stand in it, one after the other.
    pub(super) fn holds(&self, words: &[&str]) -> bool {
        let all: Vec<&str> = self
            .tokens
            .iter()
            .map(|token| token.word.as_str())
            .collect();
        all.windows(words.len()).any(|window| window == words)
    }

    /// The table whose rows it writes.
    pub(super) fn filled(&self) -> Option<Name> {
        match self.word(0) {
            "COPY" => self.name_at(1),
            "INSERT" | "REPLACE" => self.name_at(self.find("INTO", 5)? + 1),
            _ => None,
        }
    }

    /// The table that it makes.
    pub(super) fn created(&self) -> Option<Name> {
        if self.word(0) != "CREATE" {
            return None;
        }
        let table = self.find("TABLE", 4)?;
        let conditional = self.word(table + 1) == "IF";
        self.name_at(table + if conditional { 4 } else { 1 })
    }

    fn find(&self, word: &str, within: usize) -> Option<usize> {
        self.tokens
            .iter()
            .take(within)
            .position(|token| token.word == word)
    }

    fn name_at(&self, mut at: usize) -> Option<Name> {
        let mut last = self.tokens.get(at)?;
        let mut raw = last.raw.clone();
        while self.word(at + 1) == "." {
            at += 2;
            last = self.tokens.get(at)?;
            raw = format!("{raw}.{}", last.raw);
        }
        let bare = last.raw.trim_matches(['"', '`', '[', ']']).to_owned();
        Some(Name { raw, bare })
    }
}
