//! A row of an answer, decoded by position; the statements cast every column to a type that is known here.

use std::borrow::Cow;

use plimsoll_schema::expression;
use sea_orm::QueryResult;
use sea_orm::sqlx::postgres::PgRow;
use sea_orm::sqlx::postgres::types::Oid;
use sea_orm::sqlx::{Decode, Postgres, Row as _};

use super::InspectError;

/// The identity of a table or type in its database.
pub(super) type Id = u32;

#[derive(Clone, Copy)]
pub(super) struct Row<'a>(&'a PgRow);

impl<'a> Row<'a> {
    pub(super) fn of(row: &'a QueryResult) -> Result<Self, InspectError> {
        row.try_as_pg_row().map(Self).ok_or(InspectError::Answer {
            what: "a statement",
            answer: "a row of another database".into(),
        })
    }

    /// The types are those of our own statements, so that the check of them, which is slow, is left out.
    fn get<T: Decode<'a, Postgres>>(self, at: usize) -> Result<T, InspectError> {
        self.0
            .try_get_unchecked(at)
            .map_err(|error| InspectError::Answer {
                what: "a statement",
                answer: error.to_string(),
            })
    }

    pub(super) fn text(self, at: usize) -> Result<&'a str, InspectError> {
        self.get(at)
    }

    pub(super) fn text_or_null(self, at: usize) -> Result<Option<&'a str>, InspectError> {
        self.get(at)
    }

    /// Text that says something: neither NULL nor empty.
    pub(super) fn words(self, at: usize) -> Result<Option<String>, InspectError> {
        let text = self.text_or_null(at)?.filter(|text| !text.is_empty());
        Ok(text.map(str::to_owned))
    }

    /// An expression without enclosing parentheses, on one line.
    pub(super) fn expression(self, at: usize) -> Result<Option<String>, InspectError> {
        Ok(self.text_or_null(at)?.map(one_line))
    }

    pub(super) fn texts(self, at: usize) -> Result<Vec<String>, InspectError> {
        self.get(at)
    }

    pub(super) fn texts_or_nulls(self, at: usize) -> Result<Vec<Option<String>>, InspectError> {
        Ok(self.get::<Option<_>>(at)?.unwrap_or_default())
    }

    pub(super) fn flag(self, at: usize) -> Result<bool, InspectError> {
        Ok(self.get::<Option<bool>>(at)?.unwrap_or_default())
    }

    pub(super) fn integer(self, at: usize) -> Result<i32, InspectError> {
        self.get(at)
    }

    pub(super) fn big(self, at: usize) -> Result<i64, InspectError> {
        self.get(at)
    }

    pub(super) fn number(self, at: usize) -> Result<i16, InspectError> {
        self.get(at)
    }

    pub(super) fn numbers(self, at: usize) -> Result<Vec<i16>, InspectError> {
        self.get(at)
    }

    pub(super) fn numbers_or_null(self, at: usize) -> Result<Option<Vec<i16>>, InspectError> {
        self.get(at)
    }

    /// An `int2vector` as text: its arrays count from zero, which the driver refuses.
    pub(super) fn vector(self, at: usize) -> Result<Vec<i16>, InspectError> {
        let text = self.text(at)?;
        text.split(' ')
            .filter(|number| !number.is_empty())
            .map(str::parse)
            .collect::<Result<_, _>>()
            .map_err(|_| InspectError::Answer {
                what: "a list of numbers",
                answer: text.to_owned(),
            })
    }

    pub(super) fn id(self, at: usize) -> Result<Id, InspectError> {
        Ok(self.get::<Oid>(at)?.0)
    }
}

/// The server breaks a CASE into lines; a line end inside a string is the string's.
pub(super) fn one_line(text: &str) -> String {
    let text = with_array_types(expression::without_outer_parentheses(text));
    if !text.contains('\n') {
        return text.into_owned();
    }
    let mut out = String::with_capacity(text.len());
    let mut quote = None;
    for char in text.chars() {
        match quote {
            Some(open) if open == char => quote = None,
            Some(_) => {}
            None if matches!(char, '\'' | '"') => quote = Some(char),
            None => {}
        }
        if quote.is_none() && char.is_whitespace() {
            if !out.ends_with(' ') {
                out.push(' ');
            }
        } else {
            out.push(char);
        }
    }
    out.trim().to_owned()
}

/// What the server prints of `state IN ('new', 'done')` over a `varchar` is another expression when it reads it: the cast of an array that
/// is written out casts its elements (PostgreSQL 17 manual, 4.2.12). With the array's own type said first it is the same.
fn with_array_types(text: &str) -> Cow<'_, str> {
    const CAST: &str = "::character varying";
    let mut out = String::new();
    let mut kept = 0;
    for (at, _) in text.match_indices("]::text[]") {
        let Some(start) = text[..at].rfind("ARRAY[") else {
            continue;
        };
        let elements = &text[start + "ARRAY[".len()..at];
        let mut words = elements.split("::character varying, ");
        let is_word = |word: &str| {
            let word = word.strip_suffix(CAST).unwrap_or(word);
            word.starts_with('\'') && word.ends_with('\'')
        };
        if elements.ends_with(CAST) && words.all(is_word) {
            out.push_str(&text[kept..=at]);
            out.push_str(CAST);
            out.push_str("[]");
            kept = at + 1;
        }
    }
    if kept == 0 {
        return Cow::Borrowed(text);
    }
    out.push_str(&text[kept..]);
    Cow::Owned(out)
}

#[cfg(test)]
mod tests {
    use super::with_array_types;

    #[test]
    fn an_array_says_its_own_type_before_it_is_cast() {
        assert_eq!(
            with_array_types(
                "s::text = ANY (ARRAY['a'::character varying, 'b, c'::character varying]::text[])"
            ),
            "s::text = ANY (ARRAY['a'::character varying, 'b, c'::character varying]::character varying[]::text[])"
        );
        assert_eq!(
            with_array_types("s::text = ANY (ARRAY['a'::character varying]::text[]) AND t"),
            "s::text = ANY (ARRAY['a'::character varying]::character varying[]::text[]) AND t"
        );
        assert_eq!(
            with_array_types("ARRAY['a'::text]::text[]"),
            "ARRAY['a'::text]::text[]"
        );
    }
}
