//! How the values of a column become values of another type.

use crate::ColumnType;
use crate::backend::RenderError;
use crate::backend::postgres::types;

/// The USING of a type change; `None` where the server converts by itself, by an assignment cast
/// (<https://www.postgresql.org/docs/current/sql-createcast.html>). `column` is in quotes; both types are as stored.
///
/// A time without zone is taken for UTC, so that the outcome does not depend on the session.
pub(super) fn using(
    column: &str,
    from: &ColumnType,
    to: &ColumnType,
) -> Result<Option<String>, RenderError> {
    use ColumnType as T;
    let spelled = types::spell(to)?;
    Ok(match (from, to) {
        (T::Blob(_), _) if is_text(to) => Some(format!("convert_from({column}, 'UTF8')")),
        (_, T::Blob(_)) if is_text(from) => Some(format!("convert_to({column}, 'UTF8')")),
        (T::Blob(_), T::Uuid) => Some(format!("encode({column}, 'hex')::uuid")),
        (T::Uuid, T::Blob(_)) => Some(format!("uuid_send({column})")),
        (T::DateTime(_), T::TimestampTz(_)) | (T::TimestampTz(_), T::DateTime(_)) => {
            Some(format!("{column} AT TIME ZONE 'UTC'"))
        }
        (T::Date, T::TimestampTz(_)) => Some(format!("{column}::timestamp AT TIME ZONE 'UTC'")),
        (T::TimestampTz(_), T::Date | T::Time(_)) => {
            Some(format!("({column} AT TIME ZONE 'UTC')::{spelled}"))
        }
        (T::Int { .. }, T::TimestampTz(_)) => Some(format!("to_timestamp({column})")),
        (T::Int { .. }, T::DateTime(_)) => {
            Some(format!("to_timestamp({column}) AT TIME ZONE 'UTC'"))
        }
        (T::TimestampTz(_) | T::DateTime(_), T::Int { .. }) => {
            Some(format!("extract(epoch FROM {column})::bigint"))
        }
        // By way of text, `101` would be a hundred and one.
        (T::Bit(_), T::Int { .. }) => Some(format!("{column}::bigint")),
        (T::Int { .. }, T::Bit(_)) => Some(format!("{column}::bigint::{spelled}")),
        (T::Money, _) if is_number(to) => Some(format!("{column}::numeric")),
        (T::Float | T::Double, T::Money) => Some(format!("{column}::numeric::money")),
        (T::Raw(from), T::Raw(to)) if is_range_of(from, to) => Some(format!("{column}::{spelled}")),
        (T::Raw(from), T::Raw(to)) if is_range_of(to, from) => {
            Some(format!("range_merge({column})"))
        }
        (T::Boolean, _) if is_number(to) => Some(format!("{column}::integer")),
        (_, T::Boolean) if is_number(from) => Some(format!("{column} <> 0")),
        (T::Array(_), T::Json) => Some(format!("to_json({column})")),
        (T::Array(_), T::JsonBinary) => Some(format!("to_jsonb({column})")),
        (T::Array(from), T::Array(to)) if casts_itself(from, to) => None,
        (T::Array(from), T::Array(_)) if is_text(from) => Some(format!("{column}::{spelled}")),
        (T::Array(_), T::Array(_)) => Some(format!("{column}::text[]::{spelled}")),
        (T::Array(_), _) if is_text(to) => None,
        (T::Array(element), T::Raw(raw)) if **element != *to && may_hold_arrays(raw) => {
            Some(format!("{column}::{spelled}"))
        }
        (T::Raw(raw), T::Array(element)) if **element != *from && may_hold_arrays(raw) => {
            Some(format!("{column}::{spelled}"))
        }
        (T::Array(element), _) => {
            let first = format!("{column}[1]");
            Some(using(&first, element, to)?.unwrap_or(first))
        }
        (_, T::Array(element)) => {
            let one = using(column, from, element)?.unwrap_or_else(|| column.to_owned());
            let read = if is_text(from) {
                // What an array became when it was made text.
                format!(" WHEN {column} LIKE '{{%}}' THEN {column}::{spelled}")
            } else {
                String::new()
            };
            Some(format!(
                "CASE WHEN {column} IS NULL THEN NULL{read} ELSE ARRAY[{one}]::{spelled} END"
            ))
        }
        (_, _) if casts_itself(from, to) => None,
        (_, _) if is_text(from) => Some(format!("{column}::{spelled}")),
        (_, _) => Some(format!("{column}::text::{spelled}")),
    })
}

/// Whether the two are one type with other limits, so that a default of the one is a default of the other.
pub(super) fn is_one_family(from: &ColumnType, to: &ColumnType) -> bool {
    match (from, to) {
        (ColumnType::Enum { name: from, .. }, ColumnType::Enum { name: to, .. }) => from == to,
        (ColumnType::Array(from), ColumnType::Array(to)) => is_one_family(from, to),
        (ColumnType::Raw(from), ColumnType::Raw(to)) => from == to,
        (_, _) => {
            std::mem::discriminant(from) == std::mem::discriminant(to)
                || (is_text(from) && is_text(to))
                || (is_number(from) && is_number(to))
        }
    }
}

/// Whether the two hold text and are printed with other words after a literal.
pub(super) fn is_other_text(from: &ColumnType, to: &ColumnType) -> bool {
    match (from, to) {
        (ColumnType::Array(from), ColumnType::Array(to)) => is_other_text(from, to),
        (_, _) => {
            is_text(from)
                && is_text(to)
                && std::mem::discriminant(from) != std::mem::discriminant(to)
        }
    }
}

/// Whether the one is a range type of the server, and the other the type of several such ranges.
fn is_range_of(range: &str, ranges: &str) -> bool {
    let stem = range.strip_suffix("range");
    stem.is_some_and(|stem| ranges.strip_suffix("multirange") == Some(stem))
}

/// Whether a type without a word here may be a domain over an array.
fn may_hold_arrays(raw: &str) -> bool {
    !types::is_scalar(raw)
}

/// Whether there is an assignment cast; see `pg_cast`. To text there always is.
fn casts_itself(from: &ColumnType, to: &ColumnType) -> bool {
    use ColumnType as T;
    if is_text(to) || is_one_family(from, to) {
        return true;
    }
    matches!(
        (from, to),
        (T::Decimal(_), T::Money)
            | (T::Money, T::Decimal(_))
            | (T::Date, T::DateTime(_))
            | (T::DateTime(_), T::Date | T::Time(_))
            | (T::Time(_), T::Interval { .. })
            | (T::Interval { .. }, T::Time(_))
            | (T::Json, T::JsonBinary)
            | (T::JsonBinary, T::Json)
            | (T::Bit(_), T::Varbit(_))
            | (T::Varbit(_), T::Bit(_))
            | (T::Inet, T::Cidr)
            | (T::Cidr, T::Inet)
    )
}

fn is_text(ty: &ColumnType) -> bool {
    matches!(
        ty,
        ColumnType::Char(_) | ColumnType::Varchar(_) | ColumnType::Text(_)
    )
}

fn is_number(ty: &ColumnType) -> bool {
    matches!(
        ty,
        ColumnType::Int { .. } | ColumnType::Float | ColumnType::Double | ColumnType::Decimal(_)
    )
}
