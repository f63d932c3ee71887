//! Defaults, both ways.
//!
//! Invariant: `from_expr(&to_expr(value)) == value`, unless an [`Value::Expression`] holds nothing but a literal.

use sea_query::{Expr, Keyword, QueryBuilder, SqliteQueryBuilder};

use crate::{Literal, Value};

/// A default as sea-query's expression. Literals are values and keywords, which sea-query writes bare after DEFAULT; anything else
/// is text, which it puts in parentheses.
pub fn to_expr(value: &Value) -> Expr {
    let literal = match value {
        Value::Literal(literal) => literal,
        Value::Expression(text) => return Expr::cust(text.clone()),
    };
    match literal {
        Literal::Null => Expr::null(),
        Literal::Bool(value) => Expr::val(*value),
        Literal::Number(text) => match text.parse::<i64>() {
            Ok(number) if number.to_string() == *text => Expr::val(number),
            // A float would lose digits, so that the text goes as it is.
            Ok(_) | Err(_) => Expr::custom_keyword(text.clone()),
        },
        Literal::String(text) => Expr::val(text.clone()),
        Literal::Bytes(hex) => match bytes(hex) {
            Some(bytes) => Expr::val(bytes),
            None => Expr::cust(format!("x'{hex}'")),
        },
        Literal::CurrentTimestamp(None) => Expr::current_timestamp(),
        Literal::CurrentTimestamp(Some(digits)) => {
            Expr::custom_keyword(format!("CURRENT_TIMESTAMP({digits})"))
        }
        // MySQL takes these two in parentheses only (https://dev.mysql.com/doc/refman/8.4/en/data-type-defaults.html).
        Literal::CurrentDate => Expr::cust("CURRENT_DATE"),
        Literal::CurrentTime => Expr::cust("CURRENT_TIME"),
    }
}

/// An expression as a default. A value's digits and text are kept; what is neither value nor keyword is text in the spelling
/// that SQLite and PostgreSQL share.
pub fn from_expr(expr: &Expr) -> Value {
    match expr {
        Expr::Value(value) | Expr::Constant(value) => from_value(value),
        Expr::Keyword(Keyword::Null) => Value::Literal(Literal::Null),
        Expr::Keyword(Keyword::CurrentDate) => Value::Literal(Literal::CurrentDate),
        Expr::Keyword(Keyword::CurrentTime) => Value::Literal(Literal::CurrentTime),
        Expr::Keyword(Keyword::CurrentTimestamp) => Value::Literal(Literal::CurrentTimestamp(None)),
        Expr::Keyword(Keyword::Custom(text)) => from_text(&text.to_string()),
        Expr::Custom(text) => from_text(text),
        Expr::AsEnum(_, inner) => from_expr(inner),
        other => {
            let mut text = String::new();
            SqliteQueryBuilder.prepare_expr(other, &mut text);
            from_text(&text)
        }
    }
}

fn from_value(value: &sea_query::Value) -> Value {
    match value {
        sea_query::Value::Bool(Some(value)) => Value::Literal(Literal::Bool(*value)),
        sea_query::Value::String(Some(text)) => Value::Literal(Literal::String(text.clone())),
        // Written by sea-query as one byte, which is not always a character.
        sea_query::Value::Char(Some(char)) => Value::Literal(Literal::String(char.to_string())),
        other => {
            let mut text = String::new();
            SqliteQueryBuilder.prepare_value(other.clone(), &mut text);
            from_text(&text)
        }
    }
}

/// A literal written as text is that literal; the rest is an expression.
fn from_text(text: &str) -> Value {
    let text = text.trim();
    let word = text.to_ascii_uppercase();
    let literal = match word.as_str() {
        "NULL" => Some(Literal::Null),
        "TRUE" => Some(Literal::Bool(true)),
        "FALSE" => Some(Literal::Bool(false)),
        "CURRENT_DATE" => Some(Literal::CurrentDate),
        "CURRENT_TIME" => Some(Literal::CurrentTime),
        "CURRENT_TIMESTAMP" => Some(Literal::CurrentTimestamp(None)),
        _ => string(text)
            .map(Literal::String)
            .or_else(|| hex(text).map(Literal::Bytes))
            .or_else(|| is_number(text).then(|| Literal::Number(text.to_owned())))
            .or_else(|| {
                let digits = word
                    .strip_prefix("CURRENT_TIMESTAMP(")?
                    .strip_suffix(')')?
                    .parse()
                    .ok()?;
                Some(Literal::CurrentTimestamp(Some(digits)))
            }),
    };
    match literal {
        Some(literal) => Value::Literal(literal),
        None => Value::Expression(text.to_owned()),
    }
}

/// The inside of a text that is one quoted string.
fn string(text: &str) -> Option<String> {
    let inner = text.strip_prefix('\'')?.strip_suffix('\'')?;
    let without_pairs = inner.replace("''", "");
    (!without_pairs.contains('\'')).then(|| inner.replace("''", "'"))
}

fn hex(text: &str) -> Option<String> {
    let inner = text
        .strip_prefix(['x', 'X'])?
        .strip_prefix('\'')?
        .strip_suffix('\'')?;
    (inner.len().is_multiple_of(2) && inner.bytes().all(|byte| byte.is_ascii_hexdigit()))
        .then(|| inner.to_ascii_lowercase())
}

fn bytes(hex: &str) -> Option<Vec<u8>> {
    if !hex.is_ascii() || !hex.len().is_multiple_of(2) {
        return None;
    }
    (0..hex.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(&hex[at..at + 2], 16).ok())
        .collect()
}

fn is_number(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
    let all_digits =
        |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    all_digits(whole) && all_digits(fraction)
}
