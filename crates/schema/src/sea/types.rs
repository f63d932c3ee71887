//! Types, both ways.
//!
//! Invariant: `column_type(&to_column_type(ty)) == ty`, except for the types sea-query has no room for: `Binary(None)` becomes
//! `Binary(Some(1))` (what BINARY means) and `Interval` fields that are not PostgreSQL's become raw text.

use sea_query::{ColumnType as Sea, PgInterval, RcOrArc, StringLen};

use crate::backend::type_name;
use crate::{ColumnType, IntWidth, TextSize, TypeName};

/// A type as sea-query's. What it has no word for becomes [`Sea::Custom`] with the text of the backend that has the type.
pub fn to_column_type(ty: &ColumnType) -> Sea {
    match ty {
        ColumnType::Int { width, unsigned } => integer(*width, *unsigned),
        ColumnType::Float => Sea::Float,
        ColumnType::Double => Sea::Double,
        ColumnType::Decimal(None) => Sea::Decimal(None),
        ColumnType::Decimal(Some((precision, scale))) => match u32::try_from(*scale) {
            Ok(scale) => Sea::Decimal(Some((*precision, scale))),
            Err(_) => Sea::custom(format!("numeric({precision}, {scale})")),
        },
        ColumnType::Money => Sea::Money(None),
        ColumnType::Boolean => Sea::Boolean,
        ColumnType::Char(length) => Sea::Char(*length),
        ColumnType::Varchar(length) => Sea::string(*length),
        ColumnType::Text(TextSize::Regular) => Sea::Text,
        ColumnType::Text(size) => Sea::custom(format!("{}text", size_word(*size))),
        ColumnType::Binary(length) => Sea::Binary(length.unwrap_or(1)),
        ColumnType::Varbinary(None) => Sea::VarBinary(StringLen::None),
        ColumnType::Varbinary(Some(length)) => Sea::VarBinary(StringLen::N(*length)),
        ColumnType::Blob(TextSize::Regular) => Sea::Blob,
        ColumnType::Blob(size) => Sea::custom(format!("{}blob", size_word(*size))),
        ColumnType::Bit(length) => Sea::Bit(*length),
        ColumnType::Varbit(Some(length)) => Sea::VarBit(*length),
        ColumnType::Varbit(None) => Sea::custom("varbit"),
        ColumnType::Date => Sea::Date,
        ColumnType::Time(None) => Sea::Time,
        ColumnType::Time(Some(digits)) => Sea::custom(format!("time({digits})")),
        ColumnType::DateTime(None) => Sea::DateTime,
        ColumnType::DateTime(Some(digits)) => Sea::custom(format!("datetime({digits})")),
        ColumnType::Timestamp(None) => Sea::Timestamp,
        ColumnType::Timestamp(Some(digits)) => Sea::custom(format!("timestamp({digits})")),
        ColumnType::TimestampTz(None) => Sea::TimestampWithTimeZone,
        ColumnType::TimestampTz(Some(digits)) => {
            Sea::custom(format!("timestamp({digits}) with time zone"))
        }
        ColumnType::Year => Sea::Year,
        ColumnType::Interval { fields, precision } => interval(fields.as_deref(), *precision),
        ColumnType::Json => Sea::Json,
        ColumnType::JsonBinary => Sea::JsonBinary,
        ColumnType::Uuid => Sea::Uuid,
        ColumnType::Inet => Sea::Inet,
        ColumnType::Cidr => Sea::Cidr,
        ColumnType::MacAddr => Sea::MacAddr,
        ColumnType::LTree => Sea::LTree,
        ColumnType::Vector(size) => Sea::Vector(*size),
        ColumnType::Enum { name, values } => Sea::Enum {
            // PostgreSQL writes it as it stands; the other backends never write it.
            name: type_name(name).into(),
            variants: values.iter().map(|value| value.clone().into()).collect(),
        },
        ColumnType::Set(values) => Sea::custom(set_text(values)),
        ColumnType::Array(element) => Sea::Array(RcOrArc::new(to_column_type(element))),
        ColumnType::Raw(text) => Sea::custom(text.clone()),
    }
}

/// A sea-query type as ours. An unlimited string (`StringLen::Max`) is a string of open length, money loses its precision.
pub fn column_type(ty: &Sea) -> ColumnType {
    match ty {
        Sea::Char(length) => ColumnType::Char(*length),
        Sea::String(length) => ColumnType::Varchar(string_length(*length)),
        Sea::Text => ColumnType::TEXT,
        Sea::Blob => ColumnType::BLOB,
        Sea::TinyInteger => ColumnType::TINY_INTEGER,
        Sea::SmallInteger => ColumnType::SMALL_INTEGER,
        Sea::Integer => ColumnType::INTEGER,
        Sea::BigInteger => ColumnType::BIG_INTEGER,
        Sea::TinyUnsigned => unsigned(IntWidth::Tiny),
        Sea::SmallUnsigned => unsigned(IntWidth::Small),
        Sea::Unsigned => unsigned(IntWidth::Regular),
        Sea::BigUnsigned => unsigned(IntWidth::Big),
        Sea::Float => ColumnType::Float,
        Sea::Double => ColumnType::Double,
        Sea::Decimal(size) => ColumnType::Decimal(
            size.map(|(precision, scale)| (precision, i32::try_from(scale).unwrap_or(i32::MAX))),
        ),
        Sea::DateTime => ColumnType::DateTime(None),
        Sea::Timestamp => ColumnType::Timestamp(None),
        Sea::TimestampWithTimeZone => ColumnType::TimestampTz(None),
        Sea::Time => ColumnType::Time(None),
        Sea::Date => ColumnType::Date,
        Sea::Year => ColumnType::Year,
        Sea::Interval(fields, precision) => ColumnType::Interval {
            fields: fields.as_ref().map(ToString::to_string),
            precision: *precision,
        },
        Sea::Binary(length) => ColumnType::Binary(Some(*length)),
        Sea::VarBinary(length) => ColumnType::Varbinary(string_length(*length)),
        Sea::Bit(length) => ColumnType::Bit(*length),
        Sea::VarBit(length) => ColumnType::Varbit(Some(*length)),
        Sea::Boolean => ColumnType::Boolean,
        Sea::Money(_) => ColumnType::Money,
        Sea::Json => ColumnType::Json,
        Sea::JsonBinary => ColumnType::JsonBinary,
        Sea::Uuid => ColumnType::Uuid,
        Sea::Custom(text) => custom(&text.to_string()),
        Sea::Enum { name, variants } => ColumnType::Enum {
            name: enum_name(&name.to_string()),
            values: variants.iter().map(ToString::to_string).collect(),
        },
        Sea::Array(element) => ColumnType::Array(Box::new(column_type(element))),
        Sea::Vector(size) => ColumnType::Vector(*size),
        Sea::Cidr => ColumnType::Cidr,
        Sea::Inet => ColumnType::Inet,
        Sea::MacAddr => ColumnType::MacAddr,
        Sea::LTree => ColumnType::LTree,
        // The enum is open; a type of a later sea-query is kept as PostgreSQL's text would be, by its name.
        other => ColumnType::Raw(format!("{other:?}").to_lowercase()),
    }
}

fn integer(width: IntWidth, unsigned: bool) -> Sea {
    match (width, unsigned) {
        (IntWidth::Tiny, false) => Sea::TinyInteger,
        (IntWidth::Small, false) => Sea::SmallInteger,
        (IntWidth::Medium, false) => Sea::custom("mediumint"),
        (IntWidth::Regular, false) => Sea::Integer,
        (IntWidth::Big, false) => Sea::BigInteger,
        (IntWidth::Tiny, true) => Sea::TinyUnsigned,
        (IntWidth::Small, true) => Sea::SmallUnsigned,
        (IntWidth::Medium, true) => Sea::custom("mediumint UNSIGNED"),
        (IntWidth::Regular, true) => Sea::Unsigned,
        (IntWidth::Big, true) => Sea::BigUnsigned,
    }
}

const fn unsigned(width: IntWidth) -> ColumnType {
    ColumnType::Int {
        width,
        unsigned: true,
    }
}

const fn string_length(length: StringLen) -> Option<u32> {
    match length {
        StringLen::N(length) => Some(length),
        StringLen::Max | StringLen::None => None,
    }
}

const fn size_word(size: TextSize) -> &'static str {
    match size {
        TextSize::Tiny => "tiny",
        TextSize::Regular => "",
        TextSize::Medium => "medium",
        TextSize::Long => "long",
    }
}

fn interval(fields: Option<&str>, precision: Option<u32>) -> Sea {
    let Some(text) = fields else {
        return Sea::Interval(None, precision);
    };
    match PgInterval::try_from(text) {
        Ok(fields) => Sea::Interval(Some(fields), precision),
        Err(_) => Sea::custom(match precision {
            Some(digits) => format!("interval {text}({digits})"),
            None => format!("interval {text}"),
        }),
    }
}

fn set_text(values: &[String]) -> String {
    let words: Vec<String> = values
        .iter()
        .map(|value| format!("'{}'", value.replace('\\', "\\\\").replace('\'', "''")))
        .collect();
    format!("set({})", words.join(", "))
}

/// Reads back the texts that [`to_column_type`] writes; anything else is raw.
fn custom(text: &str) -> ColumnType {
    let digits = |prefix: &str, suffix: &str| -> Option<u32> {
        text.strip_prefix(prefix)?
            .strip_suffix(suffix)?
            .parse()
            .ok()
    };
    match text {
        "mediumint" | "mediumint UNSIGNED" => ColumnType::Int {
            width: IntWidth::Medium,
            unsigned: text.ends_with("UNSIGNED"),
        },
        "tinytext" => ColumnType::Text(TextSize::Tiny),
        "mediumtext" => ColumnType::Text(TextSize::Medium),
        "longtext" => ColumnType::Text(TextSize::Long),
        "tinyblob" => ColumnType::Blob(TextSize::Tiny),
        "mediumblob" => ColumnType::Blob(TextSize::Medium),
        "longblob" => ColumnType::Blob(TextSize::Long),
        "varbit" => ColumnType::Varbit(None),
        _ => {
            if let Some(digits) = digits("time(", ")") {
                ColumnType::Time(Some(digits))
            } else if let Some(digits) = digits("datetime(", ")") {
                ColumnType::DateTime(Some(digits))
            } else if let Some(digits) = digits("timestamp(", ")") {
                ColumnType::Timestamp(Some(digits))
            } else if let Some(digits) = digits("timestamp(", ") with time zone") {
                ColumnType::TimestampTz(Some(digits))
            } else if let Some(size) = negative_scale(text) {
                ColumnType::Decimal(Some(size))
            } else if let Some(values) = set_values(text) {
                ColumnType::Set(values)
            } else {
                ColumnType::Raw(text.to_owned())
            }
        }
    }
}

fn negative_scale(text: &str) -> Option<(u32, i32)> {
    let (precision, scale) = text
        .strip_prefix("numeric(")?
        .strip_suffix(')')?
        .split_once(", ")?;
    Some((precision.parse().ok()?, scale.parse().ok()?))
}

fn set_values(text: &str) -> Option<Vec<String>> {
    let mut rest = text.strip_prefix("set(")?.strip_suffix(')')?;
    let mut values = Vec::new();
    while let Some(after) = rest.strip_prefix('\'') {
        let mut value = String::new();
        let mut chars = after.char_indices().peekable();
        let end = loop {
            match chars.next()? {
                (_, '\\') => value.push(chars.next()?.1),
                (at, '\'') => match chars.peek() {
                    Some((_, '\'')) => {
                        value.push('\'');
                        chars.next();
                    }
                    Some(_) | None => break at,
                },
                (_, other) => value.push(other),
            }
        };
        values.push(value);
        rest = after.get(end + 1..)?;
        rest = rest.strip_prefix(", ").unwrap_or(rest);
    }
    rest.is_empty().then_some(values)
}

/// Reads a type's name as PostgreSQL's builder writes it, verbatim: its parts in quotes where they need them.
fn enum_name(text: &str) -> TypeName {
    let mut schema = None;
    let mut name = String::new();
    let mut is_quoted = false;
    let mut chars = text.chars().peekable();
    while let Some(char) = chars.next() {
        match char {
            '"' if is_quoted && chars.peek() == Some(&'"') => {
                chars.next();
                name.push('"');
            }
            '"' => is_quoted = !is_quoted,
            '.' if !is_quoted && schema.is_none() => schema = Some(std::mem::take(&mut name)),
            other => name.push(other),
        }
    }
    TypeName { schema, name }
}
