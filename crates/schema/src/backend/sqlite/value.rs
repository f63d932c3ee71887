//! SQLite's defaults.
//!
//! Invariant: `parse(sql(value), ty) == stored(value, ty)`.

use super::meaning::{Affinity, Meaning, affinity, meaning};
use super::token::{Kind, Token, tokens, unquote};
use super::types;
use crate::expression::without_outer_parentheses;
use crate::{ColumnType, Literal, Value};

/// The value as SQL, ready to follow DEFAULT.
pub(in crate::backend) fn sql(value: &Value) -> String {
    match value {
        Value::Literal(literal) => match literal {
            Literal::Null => "NULL".into(),
            Literal::Bool(true) => "TRUE".into(),
            Literal::Bool(false) => "FALSE".into(),
            Literal::Number(number) => number.clone(),
            Literal::String(text) => format!("'{}'", text.replace('\'', "''")),
            Literal::Bytes(hex) => format!("x'{hex}'"),
            Literal::CurrentTimestamp(_) => "CURRENT_TIMESTAMP".into(),
            Literal::CurrentDate => "CURRENT_DATE".into(),
            Literal::CurrentTime => "CURRENT_TIME".into(),
        },
        Value::Expression(expression) => format!("({expression})"),
    }
}

/// A default as written in CREATE TABLE.
pub(in crate::backend) fn parse(text: &str, ty: &ColumnType) -> Value {
    let inner = without_outer_parentheses(text);
    let is_bare = inner.len() == text.trim().len();
    match literal(inner, is_bare) {
        Some(literal) => Value::Literal(canonical(literal, ty)),
        None => Value::Expression(inner.to_owned()),
    }
}

/// The value as it is read back from a column of that type.
pub(in crate::backend) fn stored(value: &Value, ty: &ColumnType) -> Value {
    match value {
        Value::Literal(Literal::CurrentTimestamp(_)) => {
            Value::Literal(Literal::CurrentTimestamp(None))
        }
        Value::Literal(literal) => Value::Literal(canonical(literal.clone(), ty)),
        Value::Expression(expression) => parse(&format!("({expression})"), ty),
    }
}

/// The literal that the text is. Outside parentheses, SQLite takes a bare or double-quoted word for a string.
fn literal(text: &str, is_bare: bool) -> Option<Literal> {
    let tokens = tokens(text)?;
    let (negative, token) = match tokens.as_slice() {
        [token] => (false, token),
        [sign, token] if token.kind == Kind::Number && sign.is_symbol(text, "-") => (true, token),
        [sign, token] if token.kind == Kind::Number && sign.is_symbol(text, "+") => (false, token),
        _ => return None,
    };
    let written = token.text(text);
    match token.kind {
        Kind::Number => {
            let number = decimal(written)?;
            Some(Literal::Number(if negative {
                format!("-{number}")
            } else {
                number
            }))
        }
        Kind::String => Some(Literal::String(unquote(written))),
        Kind::Blob => Some(Literal::Bytes(unquote(&written[1..]).to_lowercase())),
        Kind::Word => {
            keyword(token, text).or_else(|| is_bare.then(|| Literal::String(written.to_owned())))
        }
        Kind::Quoted => is_bare.then(|| Literal::String(unquote(written))),
        Kind::Symbol => None,
    }
}

fn keyword(token: &Token, text: &str) -> Option<Literal> {
    [
        ("NULL", Literal::Null),
        ("TRUE", Literal::Bool(true)),
        ("FALSE", Literal::Bool(false)),
        ("CURRENT_TIMESTAMP", Literal::CurrentTimestamp(None)),
        ("CURRENT_DATE", Literal::CurrentDate),
        ("CURRENT_TIME", Literal::CurrentTime),
    ]
    .into_iter()
    .find_map(|(word, literal)| token.is_word(text, word).then_some(literal))
}

/// A number in decimal digits; hexadecimal ones stay an expression.
fn decimal(written: &str) -> Option<String> {
    let digits = written.replace('_', "");
    if digits.starts_with("0x") || digits.starts_with("0X") {
        return None;
    }
    Some(match digits.strip_prefix('.') {
        Some(fraction) => format!("0.{fraction}"),
        None => digits,
    })
}

/// One literal for all that a column stores as the same value: the column's affinity is applied to a default as to any value.
fn canonical(literal: Literal, ty: &ColumnType) -> Literal {
    let affinity = types::spell(ty).map_or(Affinity::Blob, |declared| affinity(&declared));
    let is_boolean = meaning(ty) == Meaning::Boolean;
    match literal {
        Literal::Bool(value) if is_boolean => Literal::Bool(value),
        // TRUE and FALSE are names of 1 and 0.
        Literal::Bool(value) => canonical(Literal::Number(u8::from(value).to_string()), ty),
        Literal::Number(number) => match affinity {
            Affinity::Integer | Affinity::Real | Affinity::Numeric => {
                let number = without_trailing_zeros(&number);
                match number.as_str() {
                    "0" if is_boolean => Literal::Bool(false),
                    "1" if is_boolean => Literal::Bool(true),
                    _ => Literal::Number(number),
                }
            }
            Affinity::Text if is_integer(&number) => Literal::String(number),
            Affinity::Text | Affinity::Blob => Literal::Number(number),
        },
        Literal::String(text) => match affinity {
            Affinity::Integer | Affinity::Real | Affinity::Numeric if is_integer(&text) => {
                canonical(Literal::Number(text), ty)
            }
            Affinity::Integer
            | Affinity::Real
            | Affinity::Numeric
            | Affinity::Text
            | Affinity::Blob => Literal::String(text),
        },
        Literal::Bytes(hex) => Literal::Bytes(hex.to_lowercase()),
        Literal::CurrentTimestamp(_) => Literal::CurrentTimestamp(None),
        Literal::Null | Literal::CurrentDate | Literal::CurrentTime => literal,
    }
}

/// Whether the text is an integer in the one spelling that SQLite would give it back in.
fn is_integer(text: &str) -> bool {
    text.parse::<i64>()
        .is_ok_and(|number| number.to_string() == text)
}

/// `1.50` is `1.5` and `2.0` is `2`, where the column stores a number anyhow.
fn without_trailing_zeros(number: &str) -> String {
    if number.contains('.') && !number.contains(['e', 'E']) {
        let number = number.trim_end_matches('0').trim_end_matches('.');
        if number == "-0" { "0" } else { number }.to_owned()
    } else {
        number.to_owned()
    }
}

#[cfg(test)]
mod tests;
