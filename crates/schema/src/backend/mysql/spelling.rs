//! How MySQL writes a type: words, arguments in parentheses, words.

use crate::IntWidth;

/// A type's spelling, taken apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Spelling {
    /// Its name in lower case; words are separated by one blank.
    pub(super) name: String,
    /// What stands in the parentheses; strings without quotes.
    pub(super) args: Vec<String>,
    /// Whether UNSIGNED is among the words.
    pub(super) unsigned: bool,
    /// Whether ZEROFILL is among the words.
    pub(super) zerofill: bool,
    /// Whether a word follows the parentheses that is none of these.
    pub(super) other_words: bool,
}

impl Spelling {
    /// Takes a type's spelling apart; `None` when its quotes or parentheses do not close.
    pub(super) fn read(text: &str) -> Option<Self> {
        let text = without_comment(text);
        let (before, args, after) = match text.split_once('(') {
            Some((before, rest)) => {
                let (args, after) = arguments(rest)?;
                (before, args, after)
            }
            None => (text.as_str(), Vec::new(), ""),
        };
        let mut spelling = Self {
            name: String::new(),
            args,
            unsigned: false,
            zerofill: false,
            other_words: false,
        };
        let mut name: Vec<String> = Vec::new();
        let words = before.split_whitespace().map(|word| (word, true));
        for (word, leading) in words.chain(after.split_whitespace().map(|word| (word, false))) {
            match word.to_lowercase().as_str() {
                "unsigned" => spelling.unsigned = true,
                "zerofill" => spelling.zerofill = true,
                "signed" => {}
                word if leading => name.push(word.to_owned()),
                _ => spelling.other_words = true,
            }
        }
        // ZEROFILL makes a number unsigned (MySQL 8.0 manual, 11.1.1).
        spelling.unsigned |= spelling.zerofill;
        spelling.name = name.join(" ");
        Some(spelling)
    }

    /// The text in lower case outside of quotes, its blanks single.
    pub(super) fn tidy(text: &str) -> String {
        let mut out = String::new();
        let mut quoted = false;
        let mut blank = false;
        for c in without_comment(text).chars() {
            if c.is_whitespace() && !quoted {
                blank = !out.is_empty();
                continue;
            }
            if std::mem::take(&mut blank) {
                out.push(' ');
            }
            quoted ^= c == '\'';
            if quoted {
                out.push(c);
            } else {
                out.extend(c.to_lowercase());
            }
        }
        out
    }

    /// The same number without the words that only say how it is shown or that a fraction has no sign.
    pub(super) fn base(&self) -> Self {
        let mut base = self.clone();
        base.zerofill = false;
        if self.int_width().is_none() {
            base.unsigned = false;
        }
        if matches!(
            self.name.as_str(),
            "float" | "double" | "double precision" | "real"
        ) {
            base.args.clear();
        }
        base
    }

    /// How wide an integer of that name is.
    pub(super) fn int_width(&self) -> Option<IntWidth> {
        Some(match self.name.as_str() {
            "tinyint" => IntWidth::Tiny,
            "smallint" => IntWidth::Small,
            "mediumint" => IntWidth::Medium,
            "int" | "integer" => IntWidth::Regular,
            "bigint" => IntWidth::Big,
            _ => return None,
        })
    }

    /// The one argument, or that number when there is none; `None` when it is not one number.
    pub(super) fn number_or(&self, otherwise: u32) -> Option<u32> {
        match self.args.as_slice() {
            [] => Some(otherwise),
            [one] => one.trim().parse().ok(),
            _ => None,
        }
    }

    /// Precision and scale, with the server's defaults (MySQL 8.0 manual, 11.1.3).
    pub(super) fn decimal(&self) -> Option<(u32, i32)> {
        match self.args.as_slice() {
            [] => Some((10, 0)),
            [precision] => Some((precision.trim().parse().ok()?, 0)),
            [precision, scale] => {
                Some((precision.trim().parse().ok()?, scale.trim().parse().ok()?))
            }
            _ => None,
        }
    }
}

/// MariaDB marks types of an older storage format with a comment.
fn without_comment(text: &str) -> String {
    match (text.find("/*"), text.rfind("*/")) {
        (Some(start), Some(end)) if start < end && !text[..start].contains('\'') => {
            format!("{}{}", &text[..start], &text[end + 2..])
        }
        _ => text.to_owned(),
    }
}

/// What stands before the closing parenthesis, separated by commas, and what follows it.
fn arguments(text: &str) -> Option<(Vec<String>, &str)> {
    let mut args = Vec::new();
    let mut current = String::new();
    let mut rest = text;
    loop {
        let c = rest.chars().next()?;
        if c == '\'' {
            let (string, after) = super::value::read_string(rest)?;
            current.push_str(&string);
            rest = after;
            continue;
        }
        rest = &rest[c.len_utf8()..];
        match c {
            ',' => args.push(std::mem::take(&mut current)),
            ')' => {
                args.push(current);
                return Some((args, rest));
            }
            c if c.is_whitespace() => {}
            c => current.push(c),
        }
    }
}
