//! How a model's type and a live one relate.

use crate::{ColumnType, IntWidth};

/// How a live type relates to what a model states.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Fit {
    /// The model's type, created on this server, is stored as exactly this.
    Same,
    /// The model leaves open what the live type fixes (`String` and varchar(40)).
    Fits,
    /// They disagree, in a way that is told and never changed by itself (json and jsonb of one Json field; bytes that would be cut).
    Told,
    /// They disagree.
    Differs,
}

/// Whether every value of `from` is a value of `to`; both as stored.
pub(super) fn is_widening(from: &ColumnType, to: &ColumnType) -> bool {
    use ColumnType as T;
    if from == to {
        return true;
    }
    match (from, to) {
        (
            T::Int { width, unsigned },
            T::Int {
                width: to_width,
                unsigned: to_unsigned,
            },
        ) => {
            (unsigned == to_unsigned && width <= to_width)
                || (*unsigned && !to_unsigned && width < to_width)
        }
        (T::Int { width, .. }, T::Double) => *width <= IntWidth::Regular,
        (T::Float, T::Double) => true,
        (T::Decimal(Some((precision, scale))), T::Decimal(Some((to_precision, to_scale)))) => {
            to_scale >= scale
                && i64::from(*to_precision) - i64::from(*to_scale)
                    >= i64::from(*precision) - i64::from(*scale)
        }
        (T::Decimal(Some(_)), T::Decimal(None)) => true,
        (T::Char(from) | T::Varchar(from), T::Varchar(to)) => fits_length(*from, *to),
        (T::Char(from), T::Char(to)) => fits_length(*from, *to),
        (T::Char(_) | T::Varchar(_), T::Text(_)) => true,
        (T::Date, T::DateTime(_)) => true,
        (T::Text(from), T::Text(to)) | (T::Blob(from), T::Blob(to)) => from <= to,
        (T::Binary(from) | T::Varbinary(from), T::Varbinary(to)) => fits_length(*from, *to),
        (T::Binary(_) | T::Varbinary(_), T::Blob(_)) => true,
        (T::Time(from), T::Time(to))
        | (T::DateTime(from), T::DateTime(to))
        | (T::Timestamp(from), T::Timestamp(to))
        | (T::TimestampTz(from), T::TimestampTz(to)) => fits_length(*from, *to),
        (
            T::Enum { values, .. },
            T::Enum {
                values: to_values, ..
            },
        )
        | (T::Set(values), T::Set(to_values)) => {
            values.iter().all(|value| to_values.contains(value))
        }
        (T::Enum { .. } | T::Uuid | T::Json, T::Text(_)) => true,
        // No number, date or word of ours is longer than its spelling in this many characters.
        (T::Int { .. } | T::Boolean | T::Date | T::Uuid, T::Text(_) | T::Varchar(None)) => true,
        (T::Int { .. } | T::Boolean | T::Date, T::Varchar(Some(length))) => *length >= 20,
        (T::Array(from), T::Array(to)) => is_widening(from, to),
        (_, _) => false,
    }
}

/// `None` is no limit.
fn fits_length(from: Option<u32>, to: Option<u32>) -> bool {
    match (from, to) {
        (_, None) => true,
        (None, Some(_)) => false,
        (Some(from), Some(to)) => from <= to,
    }
}
