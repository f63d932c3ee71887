//! How a revision's file is named.

use heck::ToSnakeCase;
use jiff::Timestamp;
use thiserror::Error;

use crate::pattern::{PatternError, fill};

/// The pattern where a project has none of its own.
const OURS: &str = "m{year}{month}{day}_{hour}{minute}{second}_{slug}";

/// The longest name, in characters: SeaORM's history column holds 255.
const LONGEST: usize = 200;

/// The longest part of the name that the message gives, in characters: with the date before it and `.rs` after it, a name fits
/// SeaORM's history column and every file system.
const MAX_MESSAGE: usize = 80;

/// The file's name without `.rs`, which is also the revision's id: `m20261121_101500_add_full_name`. The date is in UTC.
pub fn file_stem(message: &str, created: Timestamp) -> String {
    let date = created.strftime("m%Y%m%d_%H%M%S");
    format!("{date}_{}", slug(message))
}

/// A pattern of such names: text with `{year}`, `{month}`, `{day}`, `{hour}`, `{minute}`, `{second}`, `{epoch}` (seconds since 1970) and
/// `{slug}` (the message) in it. Times are in UTC.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Naming(String);

/// Why a text is no pattern of names, as the rest of a sentence about it.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum NamingError {
    /// It has a name in it that stands for nothing, or half a brace.
    #[error("{0}")]
    Pattern(#[from] PatternError),
    /// What it makes cannot name a Rust module.
    #[error("it makes names such as `{0}`, which cannot be a Rust module's")]
    NotAModule(String),
    /// What it makes of two revisions is often the same.
    #[error(
        "it has neither `{{slug}}` nor `{{epoch}}` nor a time to the second, so that two revisions would have one name"
    )]
    NotUnique,
}

impl Default for Naming {
    fn default() -> Self {
        Self(OURS.to_owned())
    }
}

impl Naming {
    /// Reads a pattern.
    ///
    /// # Errors
    /// When it does not make names of revisions.
    pub fn parse(pattern: &str) -> Result<Self, NamingError> {
        let naming = Self(pattern.to_owned());
        let sample = naming.fill("add_name", Timestamp::UNIX_EPOCH)?;
        if !is_module(&sample) {
            return Err(NamingError::NotAModule(sample));
        }
        let has = |name: &str| pattern.contains(&format!("{{{name}}}"));
        let time = ["year", "month", "day", "hour", "minute", "second"];
        if has("slug") || has("epoch") || time.into_iter().all(has) {
            Ok(naming)
        } else {
            Err(NamingError::NotUnique)
        }
    }

    /// The name of a revision.
    ///
    /// # Errors
    /// When it cannot be one, as a message that is a word of Rust's.
    pub fn stem(&self, message: &str, created: Timestamp) -> Result<String, NamingError> {
        let stem = self.fill(&slug(message), created)?;
        if is_module(&stem) {
            Ok(stem)
        } else {
            Err(NamingError::NotAModule(stem))
        }
    }

    fn fill(&self, slug: &str, created: Timestamp) -> Result<String, PatternError> {
        fill(&self.0, |name| {
            let format = match name {
                "year" => "%Y",
                "month" => "%m",
                "day" => "%d",
                "hour" => "%H",
                "minute" => "%M",
                "second" => "%S",
                "epoch" => return Some(created.as_second().to_string()),
                "slug" => return Some(slug.to_owned()),
                _ => return None,
            };
            Some(created.strftime(format).to_string())
        })
    }
}

/// Whether a text can be a revision's id, which names a Rust module: small letters, digits and `_`, a letter first, no word of Rust's.
pub fn is_module(text: &str) -> bool {
    let is_small = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    text.starts_with(|c: char| c.is_ascii_lowercase())
        && text.chars().all(is_small)
        && text.len() <= LONGEST
        && syn::parse_str::<syn::Ident>(text).is_ok()
}

/// The message in snake_case ASCII, cut at a word; `revision` when nothing is left of it.
fn slug(message: &str) -> String {
    let first = message.lines().next().unwrap_or_default();
    let ascii: String = first.chars().flat_map(fold).collect();
    let mut slug = String::new();
    for word in ascii
        .to_snake_case()
        .split('_')
        .filter(|word| !word.is_empty())
    {
        let separator = usize::from(!slug.is_empty());
        let room = MAX_MESSAGE.saturating_sub(slug.len() + separator);
        if word.len() > room {
            if slug.is_empty() {
                slug.push_str(&word[..room]);
            }
            break;
        }
        if separator == 1 {
            slug.push('_');
        }
        slug.push_str(word);
    }
    if slug.is_empty() {
        slug.push_str("revision");
    }
    slug
}

/// A character in ASCII: Latin letters lose their marks, anything else parts words.
fn fold(character: char) -> Vec<char> {
    let folded = match character {
        'a'..='z' | 'A'..='Z' | '0'..='9' => return vec![character],
        '\'' | '’' | '`' => return Vec::new(),
        'À'..='Å' | 'à'..='å' | 'Ā'..='ą' => "a",
        'Æ' | 'æ' => "ae",
        'Ç' | 'ç' | 'Ć'..='č' => "c",
        'Ď'..='đ' | 'Ð' | 'ð' => "d",
        'È'..='Ë' | 'è'..='ë' | 'Ē'..='ě' => "e",
        'Ĝ'..='ģ' => "g",
        'Ì'..='Ï' | 'ì'..='ï' | 'Ĩ'..='ı' => "i",
        'Ĺ'..='ł' => "l",
        'Ñ' | 'ñ' | 'Ń'..='ň' => "n",
        'Ò'..='Ö' | 'Ø' | 'ò'..='ö' | 'ø' | 'Ō'..='ő' => "o",
        'Œ' | 'œ' => "oe",
        'Ŕ'..='ř' => "r",
        'Ś'..='š' => "s",
        'ß' => "ss",
        'Ţ'..='ť' => "t",
        'Ù'..='Ü' | 'ù'..='ü' | 'Ũ'..='ų' => "u",
        'Ý' | 'ý' | 'ÿ' => "y",
        'Ź'..='ž' => "z",
        _ => " ",
    };
    folded.chars().collect()
}

#[cfg(test)]
mod tests {
    use super::{Naming, file_stem};

    #[test]
    fn a_pattern_of_ones_own() {
        let created = "2026-11-21T10:15:00Z".parse().expect("a date");
        let made = |pattern: &str, message: &str| {
            let naming = Naming::parse(pattern).map_err(|error| error.to_string())?;
            naming
                .stem(message, created)
                .map_err(|error| error.to_string())
        };
        let ours = made(super::OURS, "Add name");
        assert_eq!(ours, Ok(file_stem("Add name", created)));
        assert_eq!(Naming::default(), Naming(super::OURS.to_owned()));
        let told: Vec<String> = [
            ("v{epoch}_{slug}", "Add name"),
            ("m{year}{month}{day}_{slug}", "Add name"),
            ("{slug}", "Add name"),
            ("{slug}", "type"),
            ("{slug}", "2nd step"),
            ("{year}_{slug}", "Add name"),
            ("m{year}{month}{day}", "Add name"),
            ("m{rev}_{slug}", "Add name"),
            ("m{year_{slug}", "Add name"),
            ("m-{slug}", "Add name"),
            ("v/{slug}", "Add name"),
            ("", "Add name"),
        ]
        .iter()
        .map(|(pattern, message)| {
            format!(
                "{pattern} → {}",
                made(pattern, message).unwrap_or_else(|told| told)
            )
        })
        .collect();
        insta::assert_snapshot!(told.join("\n"), @r"
        v{epoch}_{slug} → v1795256100_add_name
        m{year}{month}{day}_{slug} → m20261121_add_name
        {slug} → add_name
        {slug} → it makes names such as `type`, which cannot be a Rust module's
        {slug} → it makes names such as `2nd_step`, which cannot be a Rust module's
        {year}_{slug} → it makes names such as `1970_add_name`, which cannot be a Rust module's
        m{year}{month}{day} → it has neither `{slug}` nor `{epoch}` nor a time to the second, so that two revisions would have one name
        m{rev}_{slug} → `{rev}` stands for nothing
        m{year_{slug} → `{year_{slug}` stands for nothing
        m-{slug} → it makes names such as `m-add_name`, which cannot be a Rust module's
        v/{slug} → it makes names such as `v/add_name`, which cannot be a Rust module's
         → it makes names such as ``, which cannot be a Rust module's
        ");
    }

    #[test]
    fn a_message_becomes_a_name() {
        let created = "2026-11-21T10:15:00Z".parse().expect("a date");
        let stem = |message: &str| file_stem(message, created);
        assert_eq!(stem("Add full name"), "m20261121_101500_add_full_name");
        assert_eq!(stem("AddFullName"), "m20261121_101500_add_full_name");
        assert_eq!(
            stem("  Größe: don't/../ \"x\" "),
            "m20261121_101500_grosse_dont_x"
        );
        assert_eq!(stem("表を追加"), "m20261121_101500_revision");
        assert_eq!(stem(""), "m20261121_101500_revision");
        assert_eq!(stem("type"), "m20261121_101500_type");
        assert_eq!(stem("first\nsecond"), "m20261121_101500_first");
        assert_eq!(stem(&"word ".repeat(60)).len(), 17 + 79);
        assert_eq!(stem(&"x".repeat(300)).len(), 17 + 80);
    }
}
