//! What only the text of a SQLite schema tells: checks, computed columns, collations, keys of indexes, triggers.

/// The words that mean something here: a name that is one of them keeps its quotes.
const READ: [&str; 8] = [
    "on",
    "asc",
    "check",
    "as",
    "collate",
    "autoincrement",
    "conflict",
    "deferred",
];

/// A word of SQL, without case; quotes of names are gone, those of strings are kept.
fn words(sql: &str) -> Vec<String> {
    let mut out = Vec::new();
    let mut rest = sql;
    while let Some(c) = rest.chars().next() {
        let taken = match c {
            '-' if rest.starts_with("--") => rest.find('\n').unwrap_or(rest.len()),
            '/' if rest.starts_with("/*") => rest.find("*/").map_or(rest.len(), |at| at + 2),
            c if c.is_whitespace() => c.len_utf8(),
            '\'' | '"' | '`' | '[' => {
                let (length, word) = quoted(rest, c);
                out.push(word);
                length
            }
            c if is_letter(c) => {
                let length = rest.find(|c| !is_letter(c)).unwrap_or(rest.len());
                out.push(rest[..length].to_lowercase());
                length
            }
            c => {
                out.push(c.to_string());
                c.len_utf8()
            }
        };
        rest = &rest[taken..];
    }
    out
}

fn is_letter(c: char) -> bool {
    c.is_alphanumeric() || c == '_' || c == '$' || c == '.'
}

/// How long the quoted text is that this begins with, and what it means.
fn quoted(text: &str, open: char) -> (usize, String) {
    let close = if open == '[' { ']' } else { open };
    let mut inside = String::new();
    let mut letters = text.char_indices().skip(1).peekable();
    while let Some((at, c)) = letters.next() {
        let is_doubled = |letters: &mut std::iter::Peekable<_>| {
            open != '['
                && letters
                    .next_if(|(_, next): &(usize, char)| *next == close)
                    .is_some()
        };
        if c != close || is_doubled(&mut letters) {
            inside.push(c);
            continue;
        }
        let word = match inside.to_lowercase() {
            _ if open == '\'' => format!("'{inside}'"),
            name if READ.contains(&name.as_str()) => format!("\"{name}\""),
            name => name,
        };
        return (at + c.len_utf8(), word);
    }
    (text.len(), inside)
}

/// The facts of an object, a line each; the table is named in lower case.
pub(super) fn facts(kind: &str, table: &str, sql: &str) -> Vec<String> {
    let words = words(sql);
    let table = table.to_lowercase();
    match kind {
        "table" => table_facts(&table, &words),
        "index" => {
            // The name is nobody's business.
            let on = words.iter().position(|word| word == "on");
            let keys = on.map_or(&words[..], |at| &words[at + 1..]);
            let predicate = keys.iter().position(|word| word == "where");
            let (keys, predicate) = keys.split_at(predicate.unwrap_or(keys.len()));
            let said = [index_keys(keys), plain(&without_parentheses(predicate))];
            vec![format!("{table} indexed {}", said.join(" ").trim_end())]
        }
        _ => Vec::new(),
    }
}

/// `WHERE` and what follows, without parentheses around the whole of it.
fn without_parentheses(predicate: &[String]) -> Vec<String> {
    let mut words = predicate.to_vec();
    while group_length(words.get(1..).unwrap_or_default()) + 1 == words.len() && words.len() > 2 {
        words.pop();
        words.remove(1);
    }
    words
}

/// How many words stand in the parentheses that come first, with them; none if there are none.
fn group_length(words: &[String]) -> usize {
    let mut depth = 0_usize;
    for (at, word) in words.iter().enumerate() {
        match word.as_str() {
            "(" => depth += 1,
            ")" => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth == 0 {
            return if at == 0 { 0 } else { at + 1 };
        }
    }
    0
}

/// What an index is on; a key that is an expression says no more in parentheses, and none more by ASC.
fn index_keys(words: &[String]) -> String {
    let mut out: Vec<&str> = Vec::new();
    let mut open = Vec::new();
    for (at, word) in words.iter().enumerate() {
        match word.as_str() {
            "(" => {
                let is_key = open.len() == 1 && matches!(words[at - 1].as_str(), "(" | ",");
                open.push(is_key);
                if is_key {
                    continue;
                }
            }
            ")" if open.pop() == Some(true) => continue,
            "asc" => continue,
            _ => {}
        }
        out.push(word);
    }
    out.join(" ")
}

/// A view or trigger, whole: what nobody may touch.
pub(super) fn untouched(sql: &str) -> String {
    plain(&words(sql))
}

/// The words; those of a string literal are told from names by their quotes.
fn plain(words: &[String]) -> String {
    words.join(" ")
}

fn table_facts(table: &str, words: &[String]) -> Vec<String> {
    let mut out = Vec::new();
    let mut depth = 0_usize;
    let mut part = "";
    let mut begins = false;
    for (at, word) in words.iter().enumerate() {
        let next = words.get(at + 1).map_or("", String::as_str);
        let after = words.get(at + 1..).unwrap_or_default();
        if std::mem::take(&mut begins) {
            part = word;
        }
        match word.as_str() {
            "(" => {
                depth += 1;
                begins = depth == 1;
            }
            ")" => depth = depth.saturating_sub(1),
            "," => begins = depth == 1,
            _ if depth != 1 => {}
            "check" => out.push(format!("{table} check {}", group(after))),
            "as" => out.push(format!("{table}.{part} as {}", group(after))),
            "collate" if next != "binary" => out.push(format!("{table}.{part} collate {next}")),
            "autoincrement" => out.push(format!("{table} autoincrement")),
            "conflict" if next != "abort" => out.push(format!("{table} on conflict {next}")),
            "deferred" => out.push(format!("{table} initially deferred")),
            _ => {}
        }
    }
    out
}

/// What stands in the parentheses that come first, without needless ones around it.
fn group(words: &[String]) -> String {
    let mut depth = 0_usize;
    let mut end = words.len();
    for (at, word) in words.iter().enumerate() {
        match word.as_str() {
            "(" => depth += 1,
            ")" => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    end = at;
                    break;
                }
            }
            _ => {}
        }
    }
    plain(words.get(1..end).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn facts_of_a_table() {
        let sql = "CREATE TABLE T (id INTEGER PRIMARY KEY AUTOINCREMENT, -- the key, (really)\n\
                   \"a\" TEXT COLLATE NOCASE DEFAULT 'it''s, ok' CHECK (a <> ')'), b INT AS (a || 'x') STORED,\n\
                   CHECK (a > 'B'), UNIQUE (a) ON CONFLICT FAIL)";
        let found = facts("table", "T", sql);
        assert_eq!(
            found,
            [
                "t autoincrement",
                "t.a collate nocase",
                "t check a < > ')'",
                "t.b as a | | 'x'",
                "t check a > 'B'",
                "t on conflict fail",
            ]
        );
    }

    #[test]
    fn facts_of_an_index() {
        let found = facts(
            "index",
            "T",
            "CREATE UNIQUE INDEX [i x] ON T(a/* , */ ASC, [b] DESC) WHERE A>'('",
        );
        assert_eq!(found, ["t indexed t ( a , b desc ) where a > '('"]);
        let found = facts("index", "t", "CREATE INDEX i ON t (a) WHERE ((a IS NULL))");
        assert_eq!(found, ["t indexed t ( a ) where a is null"]);
        let found = facts("index", "t", "CREATE INDEX i ON t (a) WHERE (a) AND (b)");
        assert_eq!(found, ["t indexed t ( a ) where ( a ) and ( b )"]);
    }
}
