//! What a program means by a type that it declared to SQLite.

use super::types::split;
use crate::ColumnType;

/// What a type is for; lengths and precisions where they are stated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Meaning {
    Integer,
    Real,
    Decimal(Option<(u32, i32)>),
    Boolean,
    Text(Option<u32>),
    Bytes(Option<u32>),
    Date,
    Time,
    DateTime,
    Json,
    Uuid,
    Enum,
    /// No declared type.
    Any,
    /// Not known.
    Other,
}

/// What a type is for.
pub(super) fn meaning(ty: &ColumnType) -> Meaning {
    use ColumnType as T;
    match ty {
        T::Int { .. } | T::Year => Meaning::Integer,
        T::Float | T::Double => Meaning::Real,
        T::Decimal(precision) => Meaning::Decimal(*precision),
        T::Money => Meaning::Decimal(None),
        T::Boolean => Meaning::Boolean,
        T::Char(length) | T::Varchar(length) => Meaning::Text(*length),
        T::Text(_) => Meaning::Text(None),
        // One byte is what sea-query writes where no length was said.
        T::Binary(Some(1)) | T::Blob(_) => Meaning::Bytes(None),
        T::Binary(length) | T::Varbinary(length) => Meaning::Bytes(*length),
        T::Date => Meaning::Date,
        T::Time(_) => Meaning::Time,
        T::DateTime(_) | T::Timestamp(_) | T::TimestampTz(_) => Meaning::DateTime,
        T::Json | T::JsonBinary => Meaning::Json,
        T::Uuid => Meaning::Uuid,
        T::Enum { .. } => Meaning::Enum,
        T::Raw(text) => of_text(text),
        T::Bit(_)
        | T::Varbit(_)
        | T::Interval { .. }
        | T::Inet
        | T::Cidr
        | T::MacAddr
        | T::LTree
        | T::Vector(_)
        | T::Set(_)
        | T::Array(_) => Meaning::Other,
    }
}

fn of_text(text: &str) -> Meaning {
    let (name, arguments) = split(text);
    // `timestamp(3) with time zone` has its words behind the argument, `int(10) unsigned` too.
    let tail = text.rsplit_once(')').map_or("", |(_, tail)| tail.trim());
    let length = arguments
        .first()
        .and_then(|length| u32::try_from(*length).ok());
    match name {
        "" if text.is_empty() => Meaning::Any,
        "tinyint" if arguments == [1] => Meaning::Boolean,
        "int" | "integer" | "bigint" | "smallint" | "tinyint" | "mediumint" | "int2" | "int4"
        | "int8" | "unsigned big int" | "bigint unsigned" | "int unsigned" | "integer unsigned"
        | "unsigned int" | "unsigned bigint" | "serial" | "bigserial" => Meaning::Integer,
        "real" if arguments.is_empty() => Meaning::Real,
        "float" | "double" | "double precision" | "float4" | "float8" => Meaning::Real,
        "real" | "decimal" | "numeric" | "number" | "dec" | "real_decimal" | "real_money"
        | "money" | "decimal_text" => Meaning::Decimal(precision(&arguments)),
        "boolean" | "bool" | "bit" | "boolean_integer" => Meaning::Boolean,
        "text" | "char" | "character" | "varchar" | "nchar" | "nvarchar" | "string" | "clob"
        | "character varying" | "varying character" | "native character" | "tinytext"
        | "mediumtext" | "longtext" | "citext" => Meaning::Text(length),
        "blob" | "binary" | "varbinary" | "bytea" | "varbinary_blob" | "tinyblob"
        | "mediumblob" | "longblob" | "binary_blob" | "bytes" => Meaning::Bytes(length),
        "date" => Meaning::Date,
        "time" if tail.is_empty() => Meaning::Time,
        "time without time zone" => Meaning::Time,
        "datetime"
        | "timestamp"
        | "timestamptz"
        | "timestamp with time zone"
        | "timestamp without time zone"
        | "timestamp_with_timezone"
        | "datetimeoffset"
        | "timestamp_with_time_zone" => Meaning::DateTime,
        "json" | "jsonb" => Meaning::Json,
        "uuid" | "guid" | "uniqueidentifier" | "uuid_blob" => Meaning::Uuid,
        "enum" | "enum_text" => Meaning::Enum,
        _ => Meaning::Other,
    }
}

fn precision(arguments: &[i64]) -> Option<(u32, i32)> {
    match arguments {
        [precision] => Some((u32::try_from(*precision).ok()?, 0)),
        [precision, scale] => Some((u32::try_from(*precision).ok()?, i32::try_from(*scale).ok()?)),
        _ => None,
    }
}

/// How SQLite stores values of a column (<https://sqlite.org/datatype3.html#determination_of_column_affinity>).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Affinity {
    Integer,
    Text,
    Blob,
    Real,
    Numeric,
}

/// The affinity of a declared type, by SQLite's five rules in their order.
pub(super) fn affinity(declared: &str) -> Affinity {
    let declared = declared.to_lowercase();
    let has = |part: &str| declared.contains(part);
    if has("int") {
        Affinity::Integer
    } else if has("char") || has("clob") || has("text") {
        Affinity::Text
    } else if has("blob") || declared.is_empty() {
        Affinity::Blob
    } else if has("real") || has("floa") || has("doub") {
        Affinity::Real
    } else {
        Affinity::Numeric
    }
}
