//! Text as comment lines.
//!
//! Invariant: a line of the text never ends the comment, and holds nothing that rustc refuses in one.

use crate::layout::MAX_WIDTH;

/// The text as lines that begin with `mark` (`//`, `//!`), wrapped at words. Its own line breaks are kept; what follows a break is
/// indented by `hanging`.
pub(crate) fn lines(indent: usize, mark: &str, hanging: usize, text: &str) -> String {
    let start = format!("{}{mark}", " ".repeat(indent));
    let mut out = String::new();
    for paragraph in text.trim_end().lines() {
        let mut line = start.clone();
        let mut is_empty = true;
        for word in clean(paragraph).split_whitespace() {
            let width = line.chars().count() + 1 + word.chars().count();
            if width > MAX_WIDTH && !is_empty {
                push_line(&mut out, &line);
                line = format!("{start}{}", " ".repeat(hanging));
            }
            line.push(' ');
            line.push_str(word);
            is_empty = false;
        }
        push_line(&mut out, &line);
    }
    out
}

fn push_line(out: &mut String, line: &str) {
    out.push_str(line.trim_end());
    out.push('\n');
}

/// Control characters and those that turn the direction of text are refused by rustc in comments
/// (`text_direction_codepoint_in_comment`); they are written as their escape.
fn clean(text: &str) -> String {
    text.chars()
        .map(|character| match character {
            '\t' => " ".to_owned(),
            '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => {
                character.escape_unicode().to_string()
            }
            character if character.is_control() => character.escape_unicode().to_string(),
            character => character.to_string(),
        })
        .collect()
}

/// The sentence that a summary in words becomes: a capital first, a period last.
pub(crate) fn sentence(text: &str) -> String {
    let text = text.trim();
    let mut characters = text.chars();
    let first = characters
        .next()
        .map(|first| first.to_uppercase().to_string())
        .unwrap_or_default();
    let end = if text.ends_with(['.', '!', '?']) {
        ""
    } else {
        "."
    };
    format!("{first}{}{end}", characters.as_str())
}

#[cfg(test)]
mod tests {
    use super::{lines, sentence};

    #[test]
    fn a_line_stays_a_comment() {
        assert_eq!(
            lines(4, "//", 2, "first\nsecond \u{202e}\r\n"),
            "    // first\n    // second \\u{202e}\n"
        );
        let long = "word ".repeat(40);
        let wrapped = lines(8, "//", 2, &long);
        assert!(wrapped.lines().all(|line| line.chars().count() <= 100));
        assert!(
            wrapped
                .lines()
                .skip(1)
                .all(|line| line.starts_with("        //   word"))
        );
    }

    #[test]
    fn a_sentence_has_its_ends() {
        assert_eq!(sentence("create table `a`"), "Create table `a`.");
        assert_eq!(sentence("Done!"), "Done!");
    }
}
