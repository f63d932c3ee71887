//! Reading a type from its text: what `format_type` prints, and what people write.

use std::borrow::Cow;

use crate::ColumnType;

/// A type as the server prints it, or in any spelling that means the same; what is not modelled stays text.
pub(in crate::backend) fn parse(text: &str) -> ColumnType {
    let text = text.trim();
    if let Some(element) = text.strip_suffix("[]") {
        return match parse(element) {
            array @ ColumnType::Array(_) => array,
            element => ColumnType::Array(Box::new(element)),
        };
    }
    let folded = fold(text);
    let Parts {
        name,
        arguments,
        rest,
    } = Parts::of(&folded);
    known(name, arguments, rest).unwrap_or_else(|| ColumnType::Raw(folded.into_owned()))
}

/// `numeric(10,2)`, `timestamp(3) with time zone`: a name, what is in parentheses, and what follows them.
struct Parts<'a> {
    name: &'a str,
    arguments: Option<&'a str>,
    rest: &'a str,
}

impl<'a> Parts<'a> {
    fn of(text: &'a str) -> Self {
        let split = (!text.starts_with('"'))
            .then(|| text.split_once('('))
            .flatten()
            .and_then(|(name, tail)| {
                tail.split_once(')')
                    .map(|(inner, rest)| (name, inner, rest))
            });
        match split {
            Some((name, inner, rest)) => Self {
                name: name.trim_end(),
                arguments: Some(inner.trim()),
                rest: rest.trim_start(),
            },
            None => Self {
                name: text,
                arguments: None,
                rest: "",
            },
        }
    }
}

/// Lower case outside quotes, and one space where there are several. What the server prints is so already.
fn fold(text: &str) -> Cow<'_, str> {
    let plain = !text.contains("  ")
        && !text
            .bytes()
            .any(|byte| byte.is_ascii_uppercase() || (byte.is_ascii_whitespace() && byte != b' '));
    if plain {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut quoted = false;
    for char in text.chars() {
        if char == '"' {
            quoted = !quoted;
        }
        if quoted {
            out.push(char);
        } else if !char.is_whitespace() {
            out.extend(char.to_lowercase());
        } else if !out.ends_with(' ') {
            out.push(' ');
        }
    }
    Cow::Owned(out)
}

fn known(name: &str, arguments: Option<&str>, rest: &str) -> Option<ColumnType> {
    use ColumnType as T;
    if let Some(ty) = timed(name, arguments, rest) {
        return Some(ty);
    }
    if !rest.is_empty() {
        return None;
    }
    if let Some(arguments) = arguments {
        let one = || arguments.parse::<u32>().ok().map(Some);
        return Some(match name {
            "character varying" | "varchar" => T::Varchar(one()?),
            "character" | "char" | "bpchar" => T::Char(one()?),
            "numeric" | "decimal" | "dec" => T::Decimal(Some(precision_and_scale(arguments)?)),
            "bit" => T::Bit(one()?),
            "bit varying" | "varbit" => T::Varbit(one()?),
            "vector" => T::Vector(one()?),
            "float" if arguments.parse::<u32>().ok()? <= 24 => T::Float,
            "float" => T::Double,
            _ => return None,
        });
    }
    Some(match name {
        "smallint" | "int2" => T::SMALL_INTEGER,
        "integer" | "int" | "int4" => T::INTEGER,
        "bigint" | "int8" => T::BIG_INTEGER,
        "real" | "float4" => T::Float,
        "double precision" | "float8" | "float" => T::Double,
        "numeric" | "decimal" | "dec" => T::Decimal(None),
        "money" => T::Money,
        "boolean" | "bool" => T::Boolean,
        "character varying" | "varchar" => T::Varchar(None),
        "character" | "char" => T::Char(Some(1)),
        "text" => T::TEXT,
        "bytea" => T::BLOB,
        "bit" => T::Bit(Some(1)),
        "bit varying" | "varbit" => T::Varbit(None),
        "date" => T::Date,
        "json" => T::Json,
        "jsonb" => T::JsonBinary,
        "uuid" => T::Uuid,
        "inet" => T::Inet,
        "cidr" => T::Cidr,
        "macaddr" => T::MacAddr,
        "ltree" => T::LTree,
        "vector" => T::Vector(None),
        _ => return None,
    })
}

/// The types whose parentheses may stand in the middle.
fn timed(name: &str, arguments: Option<&str>, rest: &str) -> Option<ColumnType> {
    use ColumnType as T;
    let (family, words) = match name.split_once(' ') {
        Some(split) if rest.is_empty() => split,
        Some(_) => return None,
        None => (name, rest),
    };
    let precision = arguments.map(str::parse::<u32>).transpose().ok()?;
    Some(match (family, words) {
        ("time", "" | "without time zone") => T::Time(precision),
        ("timestamp", "" | "without time zone") => T::DateTime(precision),
        ("timestamp", "with time zone") | ("timestamptz", "") => T::TimestampTz(precision),
        ("timetz", "") => T::Raw(match precision {
            Some(digits) => format!("time({digits}) with time zone"),
            None => "time with time zone".into(),
        }),
        ("interval", "") => T::Interval {
            fields: None,
            precision,
        },
        ("interval", fields) => T::Interval {
            fields: Some(fields.to_uppercase()),
            precision,
        },
        (_, _) => return None,
    })
}

/// `10` is `10,0`; the scale may be negative.
fn precision_and_scale(arguments: &str) -> Option<(u32, i32)> {
    match arguments.split_once(',') {
        Some((precision, scale)) => {
            Some((precision.trim().parse().ok()?, scale.trim().parse().ok()?))
        }
        None => Some((arguments.parse().ok()?, 0)),
    }
}
