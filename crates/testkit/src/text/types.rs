//! Column types as text.

use plimsoll_schema::{ColumnType, IntWidth, TextSize, TypeName};

use super::line::{Expected, Line};
use super::write::{name, string, values};

/// Reads a type.
pub(super) fn read(line: &mut Line<'_>) -> Result<ColumnType, Expected> {
    let word = line
        .word()
        .ok_or_else(|| format!("expected a type at `{}`", line.rest()))?;
    let mut ty = match word {
        "tinyint" => int(line, IntWidth::Tiny),
        "smallint" => int(line, IntWidth::Small),
        "mediumint" => int(line, IntWidth::Medium),
        "integer" => int(line, IntWidth::Regular),
        "bigint" => int(line, IntWidth::Big),
        "float" => ColumnType::Float,
        "double" => ColumnType::Double,
        "decimal" => ColumnType::Decimal(precision(line)?),
        "money" => ColumnType::Money,
        "boolean" => ColumnType::Boolean,
        "char" => ColumnType::Char(line.size()?),
        "varchar" => ColumnType::Varchar(line.size()?),
        "tinytext" => ColumnType::Text(TextSize::Tiny),
        "text" => ColumnType::Text(TextSize::Regular),
        "mediumtext" => ColumnType::Text(TextSize::Medium),
        "longtext" => ColumnType::Text(TextSize::Long),
        "binary" => ColumnType::Binary(line.size()?),
        "varbinary" => ColumnType::Varbinary(line.size()?),
        "tinyblob" => ColumnType::Blob(TextSize::Tiny),
        "blob" => ColumnType::Blob(TextSize::Regular),
        "mediumblob" => ColumnType::Blob(TextSize::Medium),
        "longblob" => ColumnType::Blob(TextSize::Long),
        "bit" => ColumnType::Bit(line.size()?),
        "varbit" => ColumnType::Varbit(line.size()?),
        "date" => ColumnType::Date,
        "time" => ColumnType::Time(line.size()?),
        "datetime" => ColumnType::DateTime(line.size()?),
        "timestamp" => ColumnType::Timestamp(line.size()?),
        "timestamptz" => ColumnType::TimestampTz(line.size()?),
        "year" => ColumnType::Year,
        "interval" => ColumnType::Interval {
            fields: if line.starts_with("'") {
                Some(line.string()?)
            } else {
                None
            },
            precision: line.size()?,
        },
        "json" => ColumnType::Json,
        "jsonb" => ColumnType::JsonBinary,
        "uuid" => ColumnType::Uuid,
        "inet" => ColumnType::Inet,
        "cidr" => ColumnType::Cidr,
        "macaddr" => ColumnType::MacAddr,
        "ltree" => ColumnType::LTree,
        "vector" => ColumnType::Vector(line.size()?),
        "enum" => {
            let (schema, name) = if line.starts_with("(") {
                (None, String::new())
            } else {
                line.qualified()?
            };
            ColumnType::Enum {
                name: TypeName { schema, name },
                values: line.values()?,
            }
        }
        "set" => ColumnType::Set(line.values()?),
        "raw" => ColumnType::Raw(line.string()?),
        other => return Err(format!("`{other}` is not a type")),
    };
    while line.eat("[]") {
        ty = ColumnType::Array(Box::new(ty));
    }
    Ok(ty)
}

fn int(line: &mut Line<'_>, width: IntWidth) -> ColumnType {
    let unsigned = line.eat_words("unsigned");
    ColumnType::Int { width, unsigned }
}

fn precision(line: &mut Line<'_>) -> Result<Option<(u32, i32)>, Expected> {
    if !line.starts_with("(") {
        return Ok(None);
    }
    let inside = line.group()?;
    let (precision, scale) = inside.split_once(',').unwrap_or((inside, "0"));
    match (precision.trim().parse(), scale.trim().parse()) {
        (Ok(precision), Ok(scale)) => Ok(Some((precision, scale))),
        (Err(_), _) | (_, Err(_)) => Err(format!("expected two numbers, not `{inside}`")),
    }
}

/// Writes a type.
pub(super) fn write(ty: &ColumnType) -> String {
    match ty {
        ColumnType::Int { width, unsigned } => {
            let word = match width {
                IntWidth::Tiny => "tinyint",
                IntWidth::Small => "smallint",
                IntWidth::Medium => "mediumint",
                IntWidth::Regular => "integer",
                IntWidth::Big => "bigint",
            };
            format!("{word}{}", if *unsigned { " unsigned" } else { "" })
        }
        ColumnType::Float => "float".into(),
        ColumnType::Double => "double".into(),
        ColumnType::Decimal(None) => "decimal".into(),
        ColumnType::Decimal(Some((precision, scale))) => format!("decimal({precision},{scale})"),
        ColumnType::Money => "money".into(),
        ColumnType::Boolean => "boolean".into(),
        ColumnType::Char(size) => sized("char", *size),
        ColumnType::Varchar(size) => sized("varchar", *size),
        ColumnType::Text(size) => format!("{}text", prefix(*size)),
        ColumnType::Binary(size) => sized("binary", *size),
        ColumnType::Varbinary(size) => sized("varbinary", *size),
        ColumnType::Blob(size) => format!("{}blob", prefix(*size)),
        ColumnType::Bit(size) => sized("bit", *size),
        ColumnType::Varbit(size) => sized("varbit", *size),
        ColumnType::Date => "date".into(),
        ColumnType::Time(digits) => sized("time", *digits),
        ColumnType::DateTime(digits) => sized("datetime", *digits),
        ColumnType::Timestamp(digits) => sized("timestamp", *digits),
        ColumnType::TimestampTz(digits) => sized("timestamptz", *digits),
        ColumnType::Year => "year".into(),
        ColumnType::Interval { fields, precision } => {
            let fields = fields
                .as_ref()
                .map_or_else(String::new, |fields| format!(" {}", string(fields)));
            sized(&format!("interval{fields}"), *precision)
        }
        ColumnType::Json => "json".into(),
        ColumnType::JsonBinary => "jsonb".into(),
        ColumnType::Uuid => "uuid".into(),
        ColumnType::Inet => "inet".into(),
        ColumnType::Cidr => "cidr".into(),
        ColumnType::MacAddr => "macaddr".into(),
        ColumnType::LTree => "ltree".into(),
        ColumnType::Vector(size) => sized("vector", *size),
        ColumnType::Enum {
            name: TypeName { schema, name: own },
            values: words,
        } => {
            let own = match (schema, own.as_str()) {
                (_, "") => String::new(),
                (None, own) => name(own),
                (Some(schema), own) => format!("{}.{}", name(schema), name(own)),
            };
            format!("enum {own}{}", values(words))
        }
        ColumnType::Set(words) => format!("set{}", values(words)),
        ColumnType::Array(element) => format!("{}[]", write(element)),
        ColumnType::Raw(text) => format!("raw {}", string(text)),
    }
}

fn sized(word: &str, size: Option<u32>) -> String {
    size.map_or_else(|| word.to_owned(), |size| format!("{word}({size})"))
}

const fn prefix(size: TextSize) -> &'static str {
    match size {
        TextSize::Tiny => "tiny",
        TextSize::Regular => "",
        TextSize::Medium => "medium",
        TextSize::Long => "long",
    }
}
