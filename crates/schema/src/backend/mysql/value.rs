//! Defaults: as SQL, and as the server stores them.
//!
//! A default is read from SQL text, as MariaDB reports it. MySQL reports a literal bare and an expression with a mark beside it:
//! inspection, which sees the mark, puts the quotes back.

use super::literal::{bytes_for, number_for, string_for};
use super::types;
use crate::backend::Server;
use crate::{ColumnType, Literal, Value};

pub(in crate::backend) fn sql(_server: &Server, value: &Value) -> String {
    match value {
        Value::Literal(literal) => match literal {
            Literal::Null => "NULL".to_owned(),
            Literal::Bool(true) => "TRUE".to_owned(),
            Literal::Bool(false) => "FALSE".to_owned(),
            Literal::Number(number) => number.clone(),
            Literal::String(string) => quote_string(string),
            Literal::Bytes(hex) => format!("x'{hex}'"),
            Literal::CurrentTimestamp(None | Some(0)) => "CURRENT_TIMESTAMP".to_owned(),
            Literal::CurrentTimestamp(Some(digits)) => format!("CURRENT_TIMESTAMP({digits})"),
            // Only the timestamp needs no parentheses (MySQL 8.0 manual, 11.6).
            Literal::CurrentDate => "(CURRENT_DATE)".to_owned(),
            Literal::CurrentTime => "(CURRENT_TIME)".to_owned(),
        },
        Value::Expression(text) => format!("({text})"),
    }
}

pub(in crate::backend) fn parse(server: &Server, text: &str, ty: &ColumnType) -> Value {
    match read(text) {
        Value::Literal(literal) => literal_for(server, literal, &types::stored(server, ty)),
        expression @ Value::Expression(_) => expression,
    }
}

pub(in crate::backend) fn stored(server: &Server, value: &Value, ty: &ColumnType) -> Value {
    match value {
        Value::Literal(literal) => literal_for(server, literal.clone(), &types::stored(server, ty)),
        Value::Expression(text) => parse(server, text, ty),
    }
}

/// Reads SQL text as a literal, where it is one.
fn read(text: &str) -> Value {
    let text = without_parentheses(text.trim());
    literal(text).map_or_else(|| Value::Expression(plain(text)), Value::Literal)
}

fn literal(text: &str) -> Option<Literal> {
    if text.starts_with('\'') {
        return whole_string(text).map(Literal::String);
    }
    let lower = text.to_lowercase();
    if let Some((introducer, _)) = text.split_once('\'') {
        let string = || whole_string(&text[introducer.len()..]);
        return match introducer.trim().to_lowercase().as_str() {
            "b" => i128::from_str_radix(&string()?, 2)
                .ok()
                .map(|bits| Literal::Number(bits.to_string())),
            "x" => string().map(|hex| Literal::Bytes(hex.to_lowercase())),
            name if name.starts_with('_') && !name.contains(|c: char| !is_word(c)) => {
                string().map(Literal::String)
            }
            _ => None,
        };
    }
    if let Some(hex) = lower.strip_prefix("0x") {
        let is_hex = hex.chars().all(|c| c.is_ascii_hexdigit());
        return is_hex.then(|| Literal::Bytes(hex.to_owned()));
    }
    if is_number(text) {
        return Some(Literal::Number(text.to_owned()));
    }
    let (name, digits) = call(&lower)?;
    Some(match name {
        "null" => Literal::Null,
        "true" => Literal::Bool(true),
        "false" => Literal::Bool(false),
        "current_timestamp" | "now" | "localtime" | "localtimestamp" => {
            Literal::CurrentTimestamp(digits)
        }
        "current_date" | "curdate" => Literal::CurrentDate,
        "current_time" | "curtime" if digits.is_none() => Literal::CurrentTime,
        _ => return None,
    })
}

/// A word, with at most one number in parentheses behind it.
fn call(text: &str) -> Option<(&str, Option<u32>)> {
    let Some((name, rest)) = text.split_once('(') else {
        return Some((text, None));
    };
    match rest.strip_suffix(')')?.trim() {
        "" => Some((name, None)),
        digits => digits.parse().ok().map(|digits| (name, Some(digits))),
    }
}

fn is_word(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_'
}

pub(super) fn is_number(text: &str) -> bool {
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    digits.starts_with(|c: char| c.is_ascii_digit() || c == '.')
        && digits.contains(|c: char| c.is_ascii_digit())
        && digits.parse::<f64>().is_ok()
}

/// The literal as the server stores it in a column of that type, which is as stored.
fn literal_for(server: &Server, literal: Literal, ty: &ColumnType) -> Value {
    use ColumnType as T;
    let literal = match (literal, ty) {
        (Literal::Bool(value), T::Boolean) => Literal::Bool(value),
        (Literal::Bool(value), _) => number_for(if value { "1" } else { "0" }, ty),
        (Literal::Number(number), _) => number_for(&number, ty),
        (Literal::String(string), _) => string_for(server, string, ty),
        (Literal::Bytes(hex), T::Binary(_) | T::Varbinary(_) | T::Blob(_)) => {
            bytes_for(server, &hex, ty)
        }
        (Literal::CurrentTimestamp(digits), T::DateTime(held) | T::Timestamp(held)) => {
            Literal::CurrentTimestamp(timestamp_digits(digits, *held))
        }
        (literal, _) => literal,
    };
    Value::Literal(literal)
}

/// MariaDB gives a bare CURRENT_TIMESTAMP its column's digits, and no column more than it holds; MySQL refuses either.
fn timestamp_digits(asked: Option<u32>, held: Option<u32>) -> Option<u32> {
    match (asked.filter(|digits| *digits > 0), held) {
        (None, held) => held,
        (Some(asked), Some(held)) => Some(asked.min(held)),
        (Some(_), None) => None,
    }
}

/// A string as SQL: quotes are doubled, backslashes and control characters escaped (MySQL 8.0 manual, 9.1.1).
pub fn quote_string(string: &str) -> String {
    let mut out = String::with_capacity(string.len() + 2);
    out.push('\'');
    for c in string.chars() {
        match c {
            '\'' => out.push_str("''"),
            '\\' => out.push_str("\\\\"),
            '\0' => out.push_str("\\0"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\u{1a}' => out.push_str("\\Z"),
            c => out.push(c),
        }
    }
    out.push('\'');
    out
}

/// Reads a quoted string that the text begins with; gives it and what follows, or `None` when it does not close.
pub(super) fn read_string(text: &str) -> Option<(String, &str)> {
    let mut out = String::new();
    let mut chars = text.strip_prefix('\'')?.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        match c {
            '\'' if chars.next_if(|(_, next)| *next == '\'').is_some() => out.push('\''),
            '\'' => return Some((out, &text[at + 2..])),
            '\\' => match chars.next()?.1 {
                '0' => out.push('\0'),
                'b' => out.push('\u{8}'),
                'n' => out.push('\n'),
                'r' => out.push('\r'),
                't' => out.push('\t'),
                'Z' => out.push('\u{1a}'),
                wildcard @ ('%' | '_') => out.extend(['\\', wildcard]),
                other => out.push(other),
            },
            c => out.push(c),
        }
    }
    None
}

/// MySQL's `information_schema` shows an expression as if inside of quotes, `_utf8mb4\'x\'`, and what is not ASCII in it as if each byte
/// were a letter.
pub fn unescaped(text: &str) -> String {
    let decoded = decoded(text);
    let text = decoded.as_deref().unwrap_or(text);
    if !text.contains("\\'") {
        return text.to_owned();
    }
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        match c {
            '\\' => out.extend(chars.next()),
            c => out.push(c),
        }
    }
    out
}

/// The text whose bytes these letters are, if they are some.
fn decoded(text: &str) -> Option<String> {
    let bytes: Result<Vec<u8>, _> = text.chars().map(u8::try_from).collect();
    String::from_utf8(bytes.ok()?).ok()
}

fn whole_string(text: &str) -> Option<String> {
    let (string, rest) = read_string(text)?;
    rest.trim().is_empty().then_some(string)
}

/// An expression as a person would write it: without the parentheses around it, and without the `_utf8mb4` that MySQL puts before every
/// string, whose quotes are doubled. Migrations run on a connection of that character set, so that the string is the same without. So is
/// one of ASCII in a character set that has ASCII, which MySQL makes of it beside a column of that set.
pub fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = without_parentheses(text.trim());
    let mut in_word = false;
    while let Some(c) = rest.chars().next() {
        if let Some(string) = (!in_word).then(|| without_introducer(rest)).flatten() {
            rest = string;
            continue;
        }
        let length = match c {
            '\'' => read_string(rest).map_or(rest.len(), |(_, after)| rest.len() - after.len()),
            '`' | '"' => rest[1..].find(c).map_or(rest.len(), |at| at + 2),
            c => c.len_utf8(),
        };
        in_word = is_word(c);
        match c {
            '\'' => out.push_str(&doubled_quotes(&rest[..length])),
            _ => out.push_str(&rest[..length]),
        }
        rest = &rest[length..];
    }
    out
}

/// The string that an introducer before it says nothing about.
fn without_introducer(text: &str) -> Option<&str> {
    const OF_ASCII: [&str; 7] = [
        "latin1", "latin2", "ascii", "utf8mb3", "utf8", "cp1250", "cp1251",
    ];
    let at = text.strip_prefix('_')?.find(|c| !is_word(c))? + 1;
    let (name, string) = (&text[1..at], &text[at..]);
    let (_, after) = read_string(string)?;
    let is_ascii = string[..string.len() - after.len()].is_ascii();
    (name == "utf8mb4" || is_ascii && OF_ASCII.contains(&name)).then_some(string)
}

/// A string, a quote in it doubled: MariaDB prints a backslash before it, which elsewhere says nothing.
fn doubled_quotes(string: &str) -> String {
    let mut out = String::with_capacity(string.len());
    let mut chars = string.chars();
    while let Some(c) = chars.next() {
        match (c, chars.clone().next()) {
            ('\\', Some('\'')) => {
                chars.next();
                out.push_str("''");
            }
            ('\\', Some(next)) => {
                chars.next();
                out.extend([c, next]);
            }
            (c, _) => out.push(c),
        }
    }
    out
}

/// The text without the parentheses that enclose the whole of it.
fn without_parentheses(text: &str) -> &str {
    let mut text = text;
    while let Some(inner) = text
        .strip_prefix('(')
        .and_then(|rest| rest.strip_suffix(')'))
        && is_balanced(inner)
    {
        text = inner.trim();
    }
    text
}

/// Whether every parenthesis outside of quotes closes one that was opened before it.
fn is_balanced(text: &str) -> bool {
    let mut depth = 0_usize;
    let mut quote = None;
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        match (quote, c) {
            (Some(open), c) if c == open => quote = None,
            (Some('\''), '\\') => drop(chars.next()),
            (Some(_), _) => {}
            (None, '\'' | '"' | '`') => quote = Some(c),
            (None, '(') => depth += 1,
            (None, ')') => match depth.checked_sub(1) {
                Some(less) => depth = less,
                None => return false,
            },
            (None, _) => {}
        }
    }
    depth == 0
}

#[cfg(test)]
mod tests;
