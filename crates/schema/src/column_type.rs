//! The types a column can have, on every backend.

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

    /// The enum type this type is or is an array of.
    pub fn enum_name(&self) -> Option<&TypeName> {
        match self {
            Self::Enum { name, .. } => Some(name),
            Self::Array(element) => element.enum_name(),
            _ => None,
        }
    }
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde's skip_serializing_if passes a reference"
)]
pub(crate) const fn is_false(value: &bool) -> bool {
    !*value
}
