//! How a revision's file is named.

use heck::ToSnakeCase;
use jiff::Timestamp;

/// The longest part of the name that the message gives, in characters: with the date before it and `.rs` after it, a name fits
/// SeaORM's history column and every file system.
const MAX_MESSAGE: usize = 80;

/// The file's name without `.rs`, which is also the revision's id: `m20261121_101500_add_full_name`. The date is in UTC.
pub fn file_stem(message: &str, created: Timestamp) -> String {
    let date = created.strftime("m%Y%m%d_%H%M%S");
    format!("{date}_{}", slug(message))
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
    use super::file_stem;

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
