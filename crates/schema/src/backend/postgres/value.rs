//! Defaults: as SQL, and back from what `pg_get_expr` prints.
//!
//! Invariant: what the server prints for a value means the value: `stored(parse(printed(v))) == stored(v)`.

use crate::expression::without_outer_parentheses;
use crate::{ColumnType, Literal, Value};

mod literal;
mod text;

/// The value as SQL, ready to follow DEFAULT in `ALTER COLUMN`, where an expression needs no parentheses.
pub(in crate::backend) fn sql(value: &Value) -> String {
    match value {
        Value::Literal(literal) => match literal {
            Literal::Null => "NULL".into(),
            Literal::Bool(true) => "TRUE".into(),
            Literal::Bool(false) => "FALSE".into(),
            Literal::Number(digits) => digits.clone(),
            Literal::String(text) => text::quote(text),
            Literal::Bytes(hex) => format!("'\\x{hex}'::bytea"),
            Literal::CurrentTimestamp(None) => "CURRENT_TIMESTAMP".into(),
            Literal::CurrentTimestamp(Some(digits)) => format!("CURRENT_TIMESTAMP({digits})"),
            Literal::CurrentDate => "CURRENT_DATE".into(),
            Literal::CurrentTime => "CURRENT_TIME".into(),
        },
        Value::Expression(text) => text.clone(),
    }
}

/// A string as a literal.
pub(in crate::backend) fn quote(text: &str) -> String {
    text::quote(text)
}

/// A default as the server prints it for a column of type `ty`, in the server's spelling.
pub(in crate::backend) fn parse(text: &str, ty: &ColumnType) -> Value {
    let text = without_outer_parentheses(text);
    match literal::read(text, ty) {
        Some(literal) => Value::Literal(literal::typed(literal, ty)),
        None => Value::Expression(text.into()),
    }
}

/// The value as one of a column of type `ty`, in its own spelling.
pub(in crate::backend) fn typed(value: &Value, ty: &ColumnType) -> Value {
    match value {
        Value::Literal(literal) => Value::Literal(literal::typed(literal.clone(), ty)),
        Value::Expression(_) => value.clone(),
    }
}

/// The value in the one spelling that all of its meaning share, for a column of type `ty`.
pub(in crate::backend) fn stored(value: &Value, ty: &ColumnType) -> Value {
    let value = match value {
        // The two are one function by the server's manual, section "Current Date/Time".
        Value::Expression(text) if text.eq_ignore_ascii_case("now()") => {
            Value::Literal(Literal::CurrentTimestamp(None))
        }
        Value::Expression(text) => match literal::meant(text, ty) {
            Some(literal) => Value::Literal(literal),
            None => parse(text, ty),
        },
        Value::Literal(_) => value.clone(),
    };
    match value {
        Value::Literal(literal) => Value::Literal(literal::settle(literal, ty)),
        expression @ Value::Expression(_) => expression,
    }
}

#[cfg(test)]
mod tests;
