//! SQLite's types: what sea-query writes for ours, and what people write themselves.
//!
//! SQLite keeps a declared type as text and takes only an affinity from it (<https://sqlite.org/datatype3.html#affname>).
//! Invariant: a type read from text is modelled only if writing it gives that text again; every other text is kept as
//! [`ColumnType::Raw`], so that a rebuild changes no column it is not asked to change. What such a text means is known to
//! [`fit`] alone.

use super::meaning::{Meaning, affinity, meaning};
use crate::backend::{Backend, Fit, RenderError};
use crate::{ColumnType, IntWidth};

/// The type as sea-query's SQLite builder writes it; empty for a column without one.
pub(in crate::backend) fn spell(ty: &ColumnType) -> Result<String, RenderError> {
    use ColumnType as T;
    Ok(match ty {
        T::Int { width, .. } => match width {
            IntWidth::Tiny => "tinyint",
            IntWidth::Small => "smallint",
            IntWidth::Medium => "mediumint",
            IntWidth::Regular | IntWidth::Big => "integer",
        }
        .to_owned(),
        T::Float => "float".into(),
        T::Double => "double".into(),
        T::Decimal(None) => "real_decimal".into(),
        T::Decimal(Some((precision, scale))) => format!("real({precision}, {scale})"),
        T::Money => "real_money".into(),
        T::Boolean => "boolean".into(),
        T::Char(length) => sized("char", *length),
        T::Varchar(length) => sized("varchar", *length),
        T::Text(_) => "text".into(),
        // sea-query's `binary()` is one byte long where nothing is said.
        T::Binary(length) => sized("blob", Some(length.unwrap_or(1))),
        T::Varbinary(length) => sized("varbinary_blob", *length),
        T::Blob(_) => "blob".into(),
        T::Date => "date_text".into(),
        T::Time(_) => "time_text".into(),
        T::DateTime(_) => "datetime_text".into(),
        T::Timestamp(_) => "timestamp_text".into(),
        T::TimestampTz(_) => "timestamp_with_timezone_text".into(),
        T::Json => "json_text".into(),
        T::JsonBinary => "jsonb_text".into(),
        T::Uuid => "uuid_text".into(),
        T::Enum { .. } => "enum_text".into(),
        T::Raw(text) => text.clone(),
        T::Bit(_)
        | T::Varbit(_)
        | T::Year
        | T::Interval { .. }
        | T::Inet
        | T::Cidr
        | T::MacAddr
        | T::LTree
        | T::Vector(_)
        | T::Set(_)
        | T::Array(_) => return Err(unsupported(ty)),
    })
}

/// Whether SQLite takes both types alike: it takes no more from a type than its affinity, so that it cuts nothing, and a value that one
/// affinity left alone is left alone by the same again.
pub(in crate::backend) fn is_one_affinity(from: &ColumnType, to: &ColumnType) -> bool {
    match (spell(from), spell(to)) {
        (Ok(from), Ok(to)) => affinity(&from) == affinity(&to),
        (Err(_), _) | (_, Err(_)) => false,
    }
}

fn sized(name: &str, length: Option<u32>) -> String {
    match length {
        Some(length) => format!("{name}({length})"),
        None => name.to_owned(),
    }
}

fn unsupported(ty: &ColumnType) -> RenderError {
    let what = match ty {
        ColumnType::Array(_) => "array type",
        ColumnType::Bit(_) | ColumnType::Varbit(_) => "bit type",
        ColumnType::Interval { .. } => "interval type",
        ColumnType::Set(_) => "set type",
        _ => "such type",
    };
    RenderError::Unsupported {
        backend: Backend::Sqlite,
        what: what.into(),
        object: ty.to_string(),
    }
}

/// A declared type in our words, if they give the text back; else the text, in lower case and with one space between words.
pub(in crate::backend) fn parse(text: &str) -> ColumnType {
    let text = tidy(text);
    modelled(&text)
        .filter(|ty| spell(ty).is_ok_and(|spelled| spelled == text))
        .unwrap_or(ColumnType::Raw(text))
}

/// SQLite compares type names without case, and so little of the space between their words that one way to write it is enough; a
/// quoted name keeps its case all the same.
fn tidy(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    let text = words.join(" ");
    if text.contains(['"', '\'', '`', '[']) {
        return text;
    }
    let text = text.to_lowercase();
    let Some((name, rest)) = text.split_once('(') else {
        return text;
    };
    let Some((arguments, tail)) = rest.rsplit_once(')') else {
        return text;
    };
    let arguments: Vec<&str> = arguments.split(',').map(str::trim).collect();
    format!("{}({}){tail}", name.trim_end(), arguments.join(", "))
}

fn modelled(text: &str) -> Option<ColumnType> {
    use ColumnType as T;
    let (name, arguments) = split(text);
    let first = arguments.first().copied();
    let length = || first.and_then(|length| u32::try_from(length).ok());
    Some(match name {
        "tinyint" => T::TINY_INTEGER,
        "smallint" => T::SMALL_INTEGER,
        "mediumint" => T::Int {
            width: IntWidth::Medium,
            unsigned: false,
        },
        "integer" => T::INTEGER,
        "float" => T::Float,
        "double" => T::Double,
        "real_decimal" => T::Decimal(None),
        "real" => match arguments.as_slice() {
            [precision, scale] => T::Decimal(Some((
                u32::try_from(*precision).ok()?,
                i32::try_from(*scale).ok()?,
            ))),
            _ => return None,
        },
        "real_money" => T::Money,
        "boolean" => T::Boolean,
        "char" => T::Char(length()),
        "varchar" => T::Varchar(length()),
        "text" => T::TEXT,
        "blob" if first.is_some() => T::Binary(length()),
        "blob" => T::BLOB,
        "varbinary_blob" => T::Varbinary(length()),
        "date_text" => T::Date,
        "time_text" => T::Time(None),
        "datetime_text" => T::DateTime(None),
        "timestamp_text" => T::Timestamp(None),
        "timestamp_with_timezone_text" => T::TimestampTz(None),
        "json_text" => T::Json,
        "jsonb_text" => T::JsonBinary,
        "uuid_text" => T::Uuid,
        _ => return None,
    })
}

/// The name of a type and its numeric arguments.
pub(super) fn split(text: &str) -> (&str, Vec<i64>) {
    match text.split_once('(') {
        Some((name, arguments)) => (
            name.trim(),
            arguments
                .trim_end_matches(')')
                .split(',')
                .map_while(|argument| argument.trim().parse().ok())
                .collect(),
        ),
        None => (text.trim(), Vec::new()),
    }
}

/// What is read back of a column that was created with this type.
pub(in crate::backend) fn stored(ty: &ColumnType) -> ColumnType {
    spell(ty).map_or_else(|_| ty.clone(), |text| parse(&text))
}

/// Whether a live type satisfies a model. SQLite enforces neither length nor precision and stores by affinity, so that what counts is
/// what a program means by the type, and a length only where both sides state one.
pub(in crate::backend) fn fit(model: &ColumnType, live: &ColumnType) -> Fit {
    let Ok(text) = spell(model) else {
        return Fit::Told;
    };
    if parse(&text) == *live {
        return Fit::Same;
    }
    if let (ColumnType::Raw(there), Meaning::Other) = (live, meaning(live))
        && meaning(model) != Meaning::Other
    {
        // A declared type nobody knows says no more than how SQLite stores it: `blob sub_type text` is a text, as Firebird has it.
        return if affinity(&text) == affinity(there) {
            Fit::Fits
        } else {
            Fit::Told
        };
    }
    let fits = match (meaning(model), meaning(live)) {
        // A column without a declared type takes what it is given.
        (_, Meaning::Any) => true,
        (Meaning::Other, _) | (_, Meaning::Other) => false,
        (Meaning::Text(length), Meaning::Text(live)) => agrees(length, live),
        (Meaning::Bytes(length), Meaning::Bytes(live)) => agrees(length, live),
        (Meaning::Decimal(precision), Meaning::Decimal(live)) => agrees(precision, live),
        (Meaning::Decimal(_), Meaning::Real) | (Meaning::Real, Meaning::Decimal(_)) => true,
        (Meaning::Boolean, Meaning::Integer) => true,
        // `tinyint(1)` is a boolean to some and a small number to others, and one as good as the other to SQLite.
        (Meaning::Integer, Meaning::Boolean) => {
            matches!(live, ColumnType::Raw(text) if text.starts_with("tinyint"))
        }
        (Meaning::Text(_), Meaning::Enum) | (Meaning::Enum, Meaning::Text(_)) => true,
        // Dates, JSON and the like are text to SQLite; earlier versions of sea-query said so.
        (
            Meaning::Date | Meaning::Time | Meaning::DateTime | Meaning::Json | Meaning::Uuid,
            Meaning::Text(_),
        ) => true,
        (Meaning::Uuid, Meaning::Bytes(_)) => true,
        (model, live) => model == live,
    };
    if fits { Fit::Fits } else { Fit::Differs }
}

/// Whether two facts agree where both are stated.
fn agrees<T: PartialEq>(model: Option<T>, live: Option<T>) -> bool {
    match (model, live) {
        (Some(model), Some(live)) => model == live,
        (None, _) | (_, None) => true,
    }
}

#[cfg(test)]
mod tests;
