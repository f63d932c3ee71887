//! Types: their spelling, and which two are one.
//!
//! A live `tinyint(1)` is [`ColumnType::Boolean`], any other `tinyint` an integer of one byte: the server keeps that display width
//! for BOOL alone (MySQL 8.0 manual, 11.1.1 and 11.1.6), and both `bool` and `i8` models fit either. A number whose spelling says
//! more than our words do (`zerofill`, `double(10,2)`, `decimal unsigned`) stays [`ColumnType::Raw`], so that redefining its column
//! loses nothing, and fits what it is without those words.

use super::admit::unsupported;
use super::is_mariadb;
use super::spelling::Spelling;
use crate::backend::{Fit, RenderError, Server};
use crate::{ColumnType, IntWidth, TextSize, TypeName};

/// The length that sea-query gives a VARCHAR or VARBINARY of no stated length.
const OPEN_LENGTH: u32 = 255;

pub(in crate::backend) fn spell(_server: &Server, ty: &ColumnType) -> Result<String, RenderError> {
    use ColumnType as T;
    Ok(match ty {
        T::Int { width, unsigned } => {
            let name = int_name(*width);
            if *unsigned {
                format!("{name} UNSIGNED")
            } else {
                name.to_owned()
            }
        }
        T::Float => "float".to_owned(),
        T::Double => "double".to_owned(),
        T::Decimal(None) | T::Money => "decimal".to_owned(),
        T::Decimal(Some((precision, scale))) => format!("decimal({precision}, {scale})"),
        T::Boolean => "bool".to_owned(),
        T::Char(length) => with("char", *length),
        T::Varchar(length) => with("varchar", Some(length.unwrap_or(OPEN_LENGTH))),
        T::Text(size) => format!("{}text", size_prefix(*size)),
        T::Binary(length) => with("binary", *length),
        T::Varbinary(length) => with("varbinary", Some(length.unwrap_or(OPEN_LENGTH))),
        T::Blob(size) => format!("{}blob", size_prefix(*size)),
        T::Bit(length) => with("bit", *length),
        T::Varbit(Some(length)) => with("bit", Some(*length)),
        T::Date => "date".to_owned(),
        T::Time(precision) => with("time", *precision),
        T::DateTime(precision) => with("datetime", *precision),
        T::Timestamp(precision) | T::TimestampTz(precision) => with("timestamp", *precision),
        T::Year => "year".to_owned(),
        T::Json | T::JsonBinary => "json".to_owned(),
        T::Uuid => "binary(16)".to_owned(),
        T::Enum { values, .. } => format!("ENUM({})", words(values)),
        T::Set(values) => format!("SET({})", words(values)),
        T::Raw(text) => text.clone(),
        T::Varbit(None) => {
            return Err(unsupported(
                "bit varying type without a length",
                ty.to_string(),
            ));
        }
        T::Interval { .. } => return Err(unsupported("interval type", ty.to_string())),
        T::Inet | T::Cidr | T::MacAddr => {
            return Err(unsupported("network address type", ty.to_string()));
        }
        T::LTree => return Err(unsupported("ltree type", ty.to_string())),
        T::Vector(_) => return Err(unsupported("vector type", ty.to_string())),
        T::Array(_) => return Err(unsupported("array type", ty.to_string())),
    })
}

const fn int_name(width: IntWidth) -> &'static str {
    match width {
        IntWidth::Tiny => "tinyint",
        IntWidth::Small => "smallint",
        IntWidth::Medium => "mediumint",
        IntWidth::Regular => "int",
        IntWidth::Big => "bigint",
    }
}

const fn size_prefix(size: TextSize) -> &'static str {
    match size {
        TextSize::Tiny => "tiny",
        TextSize::Regular => "",
        TextSize::Medium => "medium",
        TextSize::Long => "long",
    }
}

fn with(name: &str, argument: Option<u32>) -> String {
    match argument {
        Some(argument) => format!("{name}({argument})"),
        None => name.to_owned(),
    }
}

fn words(values: &[String]) -> String {
    let quoted: Vec<String> = values
        .iter()
        .map(|value| super::value::quote_string(value))
        .collect();
    quoted.join(", ")
}

pub(in crate::backend) fn parse(text: &str) -> ColumnType {
    Spelling::read(text)
        .and_then(|spelling| known(&spelling))
        .unwrap_or_else(|| ColumnType::Raw(Spelling::tidy(text)))
}

fn known(spelling: &Spelling) -> Option<ColumnType> {
    use ColumnType as T;
    if spelling.zerofill || spelling.other_words {
        return None;
    }
    if let Some(width) = spelling.int_width() {
        let boolean = width == IntWidth::Tiny && spelling.args == ["1"] && !spelling.unsigned;
        return Some(if boolean {
            T::Boolean
        } else {
            let unsigned = spelling.unsigned;
            T::Int { width, unsigned }
        });
    }
    if spelling.unsigned {
        return None;
    }
    let number_or = |otherwise| spelling.number_or(otherwise);
    let length = || (!spelling.args.is_empty()).then(|| number_or(0)).flatten();
    Some(match spelling.name.as_str() {
        "bool" | "boolean" => T::Boolean,
        "float" if spelling.args.is_empty() => T::Float,
        "double" | "double precision" | "real" if spelling.args.is_empty() => T::Double,
        "decimal" | "numeric" | "dec" | "fixed" => T::Decimal(Some(spelling.decimal()?)),
        "char" | "character" => T::Char(Some(number_or(1)?)),
        "varchar" | "character varying" => T::Varchar(Some(length()?)),
        "binary" => T::Binary(Some(number_or(1)?)),
        "varbinary" => T::Varbinary(Some(length()?)),
        "bit" => T::Bit(Some(number_or(1)?)),
        "year" => T::Year,
        "time" => T::Time(precision(Some(number_or(0)?))),
        "datetime" => T::DateTime(precision(Some(number_or(0)?))),
        "timestamp" => T::Timestamp(precision(Some(number_or(0)?))),
        "enum" => T::Enum {
            name: TypeName::new(""),
            values: spelling.args.clone(),
        },
        "set" => T::Set(spelling.args.clone()),
        name if spelling.args.is_empty() => match name {
            "date" => T::Date,
            "json" => T::Json,
            "tinytext" => T::Text(TextSize::Tiny),
            "text" => T::Text(TextSize::Regular),
            "mediumtext" => T::Text(TextSize::Medium),
            "longtext" => T::Text(TextSize::Long),
            "tinyblob" => T::Blob(TextSize::Tiny),
            "blob" => T::Blob(TextSize::Regular),
            "mediumblob" => T::Blob(TextSize::Medium),
            "longblob" => T::Blob(TextSize::Long),
            _ => return None,
        },
        _ => return None,
    })
}

/// A geometry's type with its spatial reference system, which may follow the type's name (MySQL 8.0 manual, 11.4.5).
pub fn in_reference_system(geometry: &str, system: &str) -> String {
    format!("{geometry} srid {system}")
}

/// No fractional digits is how the server understands none stated.
fn precision(digits: Option<u32>) -> Option<u32> {
    digits.filter(|digits| *digits > 0)
}

/// A time says how many digits it holds: none stated is none held.
pub(in crate::backend) fn with_digits(ty: ColumnType) -> ColumnType {
    use ColumnType as T;
    match ty {
        T::Time(None) => T::Time(Some(0)),
        T::DateTime(None) => T::DateTime(Some(0)),
        T::Timestamp(None) => T::Timestamp(Some(0)),
        other => other,
    }
}

pub(in crate::backend) fn stored(_server: &Server, ty: &ColumnType) -> ColumnType {
    use ColumnType as T;
    match ty {
        T::Decimal(None) | T::Money => T::Decimal(Some((10, 0))),
        T::Char(None) => T::Char(Some(1)),
        T::Varchar(None) => T::Varchar(Some(OPEN_LENGTH)),
        T::Binary(None) => T::Binary(Some(1)),
        T::Varbinary(None) => T::Varbinary(Some(OPEN_LENGTH)),
        T::Bit(None) => T::Bit(Some(1)),
        T::Varbit(Some(length)) => T::Bit(Some(*length)),
        T::Time(digits) => T::Time(precision(*digits)),
        T::DateTime(digits) => T::DateTime(precision(*digits)),
        T::Timestamp(digits) | T::TimestampTz(digits) => T::Timestamp(precision(*digits)),
        T::JsonBinary => T::Json,
        T::Uuid => T::Binary(Some(16)),
        T::Enum { values, .. } => T::Enum {
            name: TypeName::new(""),
            values: values.clone(),
        },
        T::Raw(text) => parse(text),
        T::Int { .. }
        | T::Float
        | T::Double
        | T::Decimal(Some(_))
        | T::Boolean
        | T::Char(Some(_))
        | T::Varchar(Some(_))
        | T::Text(_)
        | T::Binary(Some(_))
        | T::Varbinary(Some(_))
        | T::Blob(_)
        | T::Bit(Some(_))
        | T::Varbit(None)
        | T::Date
        | T::Year
        | T::Interval { .. }
        | T::Json
        | T::Inet
        | T::Cidr
        | T::MacAddr
        | T::LTree
        | T::Vector(_)
        | T::Set(_)
        | T::Array(_) => ty.clone(),
    }
}

pub(in crate::backend) fn fit(server: &Server, model: &ColumnType, live: &ColumnType) -> Fit {
    if stored(server, model) == *live {
        return Fit::Same;
    }
    if let ColumnType::Raw(text) = live {
        return fit_raw(server, model, text);
    }
    if is_left_open(model, live) {
        Fit::Fits
    } else if is_told(server, model, live) {
        Fit::Told
    } else {
        Fit::Differs
    }
}

/// A type that is not modelled satisfies what its spelling without display width and sign of a fraction satisfies.
fn fit_raw(server: &Server, model: &ColumnType, live: &str) -> Fit {
    use ColumnType as T;
    let Some(spelling) = Spelling::read(live) else {
        return Fit::Told;
    };
    if let Some(base) = known(&spelling.base()) {
        return match fit(server, model, &base) {
            Fit::Same => Fit::Fits,
            other => other,
        };
    }
    match (model, spelling.name.as_str()) {
        // MariaDB's own types travel as text.
        (T::Varchar(None) | T::Text(_), "uuid" | "inet4" | "inet6") => Fit::Fits,
        // What we cannot read we cannot judge: changing a geometry into text is nobody's wish.
        (_, _) => Fit::Told,
    }
}

/// The model has no word for what the live type fixes.
fn is_left_open(model: &ColumnType, live: &ColumnType) -> bool {
    use ColumnType as T;
    match (model, live) {
        (T::Varchar(None), T::Varchar(_) | T::Char(_) | T::Text(_))
        | (T::Char(None), T::Char(_))
        | (T::Varbinary(None), T::Varbinary(_) | T::Binary(_))
        | (T::Binary(None), T::Binary(_))
        | (T::Decimal(None), T::Decimal(_))
        | (T::Bit(None), T::Bit(_))
        | (T::Time(None), T::Time(_))
        | (T::DateTime(None), T::DateTime(_))
        | (T::Timestamp(None) | T::TimestampTz(None), T::Timestamp(_)) => true,
        (T::Text(TextSize::Regular), T::Text(size))
        | (T::Blob(TextSize::Regular), T::Blob(size)) => *size > TextSize::Regular,
        (T::Boolean, T::Int { width, .. }) => *width == IntWidth::Tiny,
        (T::Boolean, T::Bit(length)) => *length == Some(1),
        (T::Int { width, unsigned }, T::Boolean) => *width == IntWidth::Tiny && !unsigned,
        // A field that is a number is how a year is read.
        (T::Int { width, .. }, T::Year) => *width >= IntWidth::Small,
        // SeaORM has no MEDIUMINT: a field of four bytes is how it is read.
        (
            T::Int { width, unsigned },
            T::Int {
                width: live_width,
                unsigned: live_unsigned,
            },
        ) => {
            *width == IntWidth::Regular
                && *live_width == IntWidth::Medium
                && unsigned == live_unsigned
        }
        (T::Enum { values, .. }, T::Enum { values: live, .. }) | (T::Set(values), T::Set(live)) => {
            values.len() == live.len() && values.iter().all(|value| live.contains(value))
        }
        (_, _) => false,
    }
}

/// Both hold the values, and turning one into the other would cut, shift or refuse some.
fn is_told(server: &Server, model: &ColumnType, live: &ColumnType) -> bool {
    use ColumnType as T;
    match (model, live) {
        // Longer bytes would be cut. SeaORM's generator makes binary(255) of every BLOB.
        (T::Varbinary(_) | T::Binary(_), T::Blob(_))
        // SeaORM's generator reads bits as bytes; the server would write them as a number.
        | (T::Varbinary(None), T::Bit(_))
        // The session's time zone would shift them.
        | (T::DateTime(_), T::Timestamp(_))
        | (T::Timestamp(_) | T::TimestampTz(_), T::DateTime(_))
        // Text that is not JSON would be refused.
        | (T::Json | T::JsonBinary, T::Text(_) | T::Varchar(_))
        // Words are not bytes.
        | (T::Uuid, T::Char(_) | T::Varchar(_) | T::Text(_))
        // The words that the server accepts would be given up.
        | (T::Varchar(None), T::Enum { .. } | T::Set(_)) => true,
        // On MariaDB, JSON is LONGTEXT with a check (JSON Data Type, MariaDB manual).
        (T::Varchar(None) | T::Text(_), T::Json) => is_mariadb(server),
        (_, _) => false,
    }
}

#[cfg(test)]
mod tests;
