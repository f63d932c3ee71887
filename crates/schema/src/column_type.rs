//! The types a column can have, on every backend.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::TypeName;

/// How many bytes an integer takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IntWidth {
    /// One byte.
    Tiny,
    /// Two bytes.
    Small,
    /// Three bytes (MySQL's MEDIUMINT).
    Medium,
    /// Four bytes.
    Regular,
    /// Eight bytes.
    Big,
}

/// MySQL's four sizes of TEXT and BLOB; other backends have one, `Regular`.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum TextSize {
    /// Up to 255 bytes.
    Tiny,
    /// Up to 65,535 bytes; on the other backends, no limit.
    #[default]
    Regular,
    /// Up to 16 MiB.
    Medium,
    /// Up to 4 GiB.
    Long,
}

/// A column's type, in words that every backend shares.
///
/// A model's type is neutral (`Uuid`), a live one is what the server reported, read back into the same words. Which two are one
/// type on a server is that backend's business: [`crate::backend::types`].
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ColumnType {
    /// A signed or (MySQL) unsigned integer.
    Int {
        /// Its width.
        width: IntWidth,
        /// Whether it has no sign.
        #[serde(default, skip_serializing_if = "is_false")]
        unsigned: bool,
    },
    /// Single precision.
    Float,
    /// Double precision.
    Double,
    /// DECIMAL / NUMERIC with precision and scale; `None` leaves both to the server.
    Decimal(Option<(u32, i32)>),
    /// PostgreSQL's money.
    Money,
    /// A truth value.
    Boolean,
    /// CHAR(n), padded; length in characters.
    Char(Option<u32>),
    /// VARCHAR(n); length in characters, `None` is unlimited where the backend allows it and open in a model.
    Varchar(Option<u32>),
    /// Unlimited text.
    Text(TextSize),
    /// BINARY(n); length in bytes.
    Binary(Option<u32>),
    /// VARBINARY(n); length in bytes.
    Varbinary(Option<u32>),
    /// Unlimited bytes.
    Blob(TextSize),
    /// A fixed number of bits.
    Bit(Option<u32>),
    /// PostgreSQL's bit varying.
    Varbit(Option<u32>),
    /// A calendar date.
    Date,
    /// A time of day; fractional digits of the second.
    Time(Option<u32>),
    /// A date and time without zone (PostgreSQL timestamp, MySQL datetime); fractional digits.
    DateTime(Option<u32>),
    /// A point in time as MySQL's TIMESTAMP stores it; elsewhere as `DateTime`; fractional digits.
    Timestamp(Option<u32>),
    /// A point in time with zone; fractional digits.
    TimestampTz(Option<u32>),
    /// MySQL's YEAR.
    Year,
    /// PostgreSQL's interval; its fields as text (`YEAR TO MONTH`) and fractional digits.
    Interval {
        /// The fields it is limited to, in upper case.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        fields: Option<String>,
        /// Fractional digits of the second.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        precision: Option<u32>,
    },
    /// JSON, kept as text.
    Json,
    /// JSON, kept parsed (PostgreSQL's jsonb).
    JsonBinary,
    /// A UUID.
    Uuid,
    /// PostgreSQL's inet.
    Inet,
    /// PostgreSQL's cidr.
    Cidr,
    /// PostgreSQL's macaddr.
    MacAddr,
    /// PostgreSQL's ltree (an extension).
    LTree,
    /// pgvector's vector; dimensions.
    Vector(Option<u32>),
    /// One of a list of words: a type of its own on PostgreSQL, ENUM(…) on MySQL, text on SQLite.
    Enum {
        /// The type's name where enums are types of their own; empty for a live MySQL ENUM.
        name: TypeName,
        /// The words, in their order.
        values: Vec<String>,
    },
    /// MySQL's SET(…).
    Set(Vec<String>),
    /// A PostgreSQL array of one dimension of the given element type.
    Array(Box<ColumnType>),
    /// A type that is not modelled: kept as its text, compared as its text.
    Raw(String),
}

impl ColumnType {
    /// A signed four-byte integer.
    pub const INTEGER: Self = Self::Int {
        width: IntWidth::Regular,
        unsigned: false,
    };
    /// A signed eight-byte integer.
    pub const BIG_INTEGER: Self = Self::Int {
        width: IntWidth::Big,
        unsigned: false,
    };
    /// A signed two-byte integer.
    pub const SMALL_INTEGER: Self = Self::Int {
        width: IntWidth::Small,
        unsigned: false,
    };
    /// A signed one-byte integer.
    pub const TINY_INTEGER: Self = Self::Int {
        width: IntWidth::Tiny,
        unsigned: false,
    };
    /// Unlimited text.
    pub const TEXT: Self = Self::Text(TextSize::Regular);
    /// Unlimited bytes.
    pub const BLOB: Self = Self::Blob(TextSize::Regular);

    /// Whether its values are letters, which have a collation.
    pub const fn is_text(&self) -> bool {
        matches!(
            self,
            Self::Char(_) | Self::Varchar(_) | Self::Text(_) | Self::Enum { .. } | Self::Set(_)
        )
    }

    /// The enum type this type is or is an array of.
    pub fn enum_name(&self) -> Option<&TypeName> {
        match self {
            Self::Enum { name, .. } => Some(name),
            Self::Array(element) => element.enum_name(),
            _ => None,
        }
    }

    /// The same type, its enum, or the enum of its elements, with these values; another type stays.
    #[must_use]
    pub fn with_enum_values(&self, values: &[String]) -> Self {
        match self {
            Self::Enum { name, .. } => Self::Enum {
                name: name.clone(),
                values: values.to_vec(),
            },
            Self::Array(element) => Self::Array(Box::new(element.with_enum_values(values))),
            other => other.clone(),
        }
    }
}

/// In words that everybody who knows SQL reads, for messages about a type that a server does not have; what a server calls a type it has
/// is [`crate::backend::types::spell`].
impl fmt::Display for ColumnType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Int { width, unsigned } => {
                f.write_str(width.word())?;
                f.write_str(if *unsigned { " unsigned" } else { "" })
            }
            Self::Float => f.write_str("float"),
            Self::Double => f.write_str("double"),
            Self::Decimal(None) => f.write_str("decimal"),
            Self::Decimal(Some((precision, scale))) => write!(f, "decimal({precision}, {scale})"),
            Self::Money => f.write_str("money"),
            Self::Boolean => f.write_str("boolean"),
            Self::Char(length) => sized(f, "char", *length),
            Self::Varchar(length) => sized(f, "varchar", *length),
            Self::Text(size) => write!(f, "{}text", size.word()),
            Self::Binary(length) => sized(f, "binary", *length),
            Self::Varbinary(length) => sized(f, "varbinary", *length),
            Self::Blob(size) => write!(f, "{}blob", size.word()),
            Self::Bit(length) => sized(f, "bit", *length),
            Self::Varbit(length) => sized(f, "bit varying", *length),
            Self::Date => f.write_str("date"),
            Self::Time(digits) => sized(f, "time", *digits),
            Self::DateTime(digits) => sized(f, "datetime", *digits),
            Self::Timestamp(digits) => sized(f, "timestamp", *digits),
            Self::TimestampTz(digits) => {
                sized(f, "timestamp", *digits)?;
                f.write_str(" with time zone")
            }
            Self::Year => f.write_str("year"),
            Self::Interval { fields, precision } => {
                f.write_str("interval")?;
                if let Some(fields) = fields {
                    write!(f, " {}", fields.to_lowercase())?;
                }
                sized(f, "", *precision)
            }
            Self::Json => f.write_str("json"),
            Self::JsonBinary => f.write_str("jsonb"),
            Self::Uuid => f.write_str("uuid"),
            Self::Inet => f.write_str("inet"),
            Self::Cidr => f.write_str("cidr"),
            Self::MacAddr => f.write_str("macaddr"),
            Self::LTree => f.write_str("ltree"),
            Self::Vector(dimensions) => sized(f, "vector", *dimensions),
            Self::Enum { name, values } if name.name.is_empty() => {
                write!(f, "enum({})", values.join(", "))
            }
            Self::Enum { name, .. } => write!(f, "{name}"),
            Self::Set(values) => write!(f, "set({})", values.join(", ")),
            Self::Array(element) => write!(f, "{element}[]"),
            Self::Raw(text) => f.write_str(text),
        }
    }
}

impl IntWidth {
    const fn word(self) -> &'static str {
        match self {
            Self::Tiny => "tinyint",
            Self::Small => "smallint",
            Self::Medium => "mediumint",
            Self::Regular => "integer",
            Self::Big => "bigint",
        }
    }
}

impl TextSize {
    const fn word(self) -> &'static str {
        match self {
            Self::Tiny => "tiny",
            Self::Regular => "",
            Self::Medium => "medium",
            Self::Long => "long",
        }
    }
}

fn sized(f: &mut fmt::Formatter<'_>, name: &str, argument: Option<u32>) -> fmt::Result {
    f.write_str(name)?;
    argument.map_or(Ok(()), |argument| write!(f, "({argument})"))
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde's skip_serializing_if passes a reference"
)]
pub(crate) const fn is_false(value: &bool) -> bool {
    !*value
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_type_in_words() {
        let interval = |fields: Option<&str>| ColumnType::Interval {
            fields: fields.map(str::to_owned),
            precision: Some(3),
        };
        let all = [
            ColumnType::Int {
                width: IntWidth::Big,
                unsigned: true,
            },
            ColumnType::Array(Box::new(ColumnType::Decimal(Some((10, 2))))),
            ColumnType::Array(Box::new(ColumnType::TEXT)),
            ColumnType::Blob(TextSize::Long),
            ColumnType::Varbit(None),
            ColumnType::TimestampTz(Some(3)),
            interval(None),
            interval(Some("DAY TO SECOND")),
            ColumnType::Enum {
                name: TypeName::new("mood"),
                values: vec!["ok".into()],
            },
            ColumnType::Set(vec!["a".into(), "b".into()]),
            ColumnType::Raw("hstore".into()),
        ];
        let told: Vec<String> = all.iter().map(ToString::to_string).collect();
        insta::assert_snapshot!(told.join("; "), @"bigint unsigned; decimal(10, 2)[]; text[]; longblob; bit varying; timestamp(3) with time zone; interval(3); interval day to second(3); mood; set(a, b); hstore");
    }
}
