//! Types: how they are written, read back, and when a live one satisfies a model's.
//!
//! Invariant: `parse(spell(ty)) == stored(ty)` for every type but an enum, whose words the spelling does not hold.

use super::name;
use crate::backend::{Backend, Fit, RenderError};
use crate::{ColumnType, IntWidth};

mod read;

pub(in crate::backend) use read::parse;

/// The type as `CREATE TABLE` spells it; the same words as SeaQuery's.
pub(in crate::backend) fn spell(ty: &ColumnType) -> Result<String, RenderError> {
    use ColumnType as T;
    Ok(match ty {
        T::Int { width, unsigned } => integer(*width, *unsigned).into(),
        T::Float => "real".into(),
        T::Double => "double precision".into(),
        T::Decimal(None) => "decimal".into(),
        T::Decimal(Some((precision, scale))) => format!("decimal({precision}, {scale})"),
        T::Money => "money".into(),
        T::Boolean => "bool".into(),
        T::Char(length) => with_argument("char", *length),
        T::Varchar(length) => with_argument("varchar", *length),
        T::Text(_) => "text".into(),
        T::Binary(_) | T::Varbinary(_) | T::Blob(_) => "bytea".into(),
        T::Bit(length) => with_argument("bit", *length),
        T::Varbit(length) => with_argument("varbit", *length),
        T::Date => "date".into(),
        T::Time(precision) => with_argument("time", *precision),
        T::DateTime(precision) => with_argument("timestamp", *precision) + " without time zone",
        T::Timestamp(precision) => with_argument("timestamp", *precision),
        T::TimestampTz(precision) => with_argument("timestamp", *precision) + " with time zone",
        T::Interval { fields, precision } => {
            let interval = match fields {
                Some(fields) => format!("interval {fields}"),
                None => "interval".into(),
            };
            with_argument(&interval, *precision)
        }
        T::Json => "json".into(),
        T::JsonBinary => "jsonb".into(),
        T::Uuid => "uuid".into(),
        T::Inet => "inet".into(),
        T::Cidr => "cidr".into(),
        T::MacAddr => "macaddr".into(),
        T::LTree => "ltree".into(),
        T::Vector(dimensions) => with_argument("vector", *dimensions),
        T::Enum { name, .. } => name::type_name(name),
        T::Array(element) => spell(element)? + "[]",
        T::Raw(text) => text.clone(),
        T::Year => return Err(unsupported("such type", "year")),
        T::Set(values) => {
            return Err(unsupported(
                "such type",
                &format!("set({})", values.join(", ")),
            ));
        }
    })
}

fn unsupported(what: &str, object: &str) -> RenderError {
    RenderError::Unsupported {
        backend: Backend::Postgres,
        what: what.into(),
        object: object.into(),
    }
}

/// There is no one-byte and no unsigned type: the next wider signed one holds every value, up to `u64`, where sea-orm uses `bigint`.
const fn integer(width: IntWidth, unsigned: bool) -> &'static str {
    match (width, unsigned) {
        (IntWidth::Tiny, _) | (IntWidth::Small, false) => "smallint",
        (IntWidth::Small, true) | (IntWidth::Medium, _) | (IntWidth::Regular, false) => "integer",
        (IntWidth::Regular, true) | (IntWidth::Big, _) => "bigint",
    }
}

fn with_argument(name: &str, argument: Option<u32>) -> String {
    match argument {
        Some(argument) => format!("{name}({argument})"),
        None => name.into(),
    }
}

/// The type as inspection reports it after it was created.
pub(in crate::backend) fn stored(ty: &ColumnType) -> ColumnType {
    use ColumnType as T;
    match ty {
        T::Int { width, unsigned } => match integer(*width, *unsigned) {
            "smallint" => T::SMALL_INTEGER,
            "integer" => T::INTEGER,
            _ => T::BIG_INTEGER,
        },
        T::Char(None) => T::Char(Some(1)),
        T::Bit(None) => T::Bit(Some(1)),
        T::Text(_) => T::TEXT,
        T::Binary(_) | T::Varbinary(_) | T::Blob(_) => T::BLOB,
        T::Timestamp(precision) => T::DateTime(*precision),
        T::Interval { fields, precision } => T::Interval {
            fields: fields.as_ref().map(|fields| fields.to_uppercase()),
            precision: *precision,
        },
        // An array has no number of dimensions that the server would keep.
        T::Array(element) => match stored(element) {
            array @ T::Array(_) => array,
            element => T::Array(Box::new(element)),
        },
        T::Raw(text) => parse(text),
        T::Float
        | T::Double
        | T::Decimal(_)
        | T::Money
        | T::Boolean
        | T::Char(Some(_))
        | T::Varchar(_)
        | T::Bit(Some(_))
        | T::Varbit(_)
        | T::Date
        | T::Time(_)
        | T::DateTime(_)
        | T::TimestampTz(_)
        | T::Year
        | T::Json
        | T::JsonBinary
        | T::Uuid
        | T::Inet
        | T::Cidr
        | T::MacAddr
        | T::LTree
        | T::Vector(_)
        | T::Enum { .. }
        | T::Set(_) => ty.clone(),
    }
}

/// How a live type relates to a model's.
pub(in crate::backend) fn fit(model: &ColumnType, live: &ColumnType) -> Fit {
    use ColumnType as T;
    let made = stored(model);
    if made == *live {
        return Fit::Same;
    }
    // By what the model says, not by what is made of it: `char` is open, `char(1)` is not, and both are stored as one type.
    match (model, live) {
        (T::Varchar(None), T::Varchar(_) | T::Char(_) | T::Text(_))
        | (T::Char(None), T::Char(_))
        | (T::Decimal(None), T::Decimal(_))
        | (T::Bit(None), T::Bit(_))
        | (T::Varbit(None), T::Varbit(_))
        | (T::Vector(None), T::Vector(_))
        | (T::Time(None), T::Time(_))
        | (T::DateTime(None) | T::Timestamp(None), T::DateTime(_))
        | (T::TimestampTz(None), T::TimestampTz(_))
        | (
            T::Interval {
                fields: None,
                precision: None,
            },
            T::Interval { .. },
        ) => return Fit::Fits,
        (T::Varchar(None), T::Raw(raw)) if is_textual(raw) => return Fit::Fits,
        (T::Array(model), T::Array(live)) => return fit(model, live),
        (_, _) => {}
    }
    match (&made, live) {
        // Six digits are what the server keeps when nothing is said.
        (T::Time(made), T::Time(live))
        | (T::DateTime(made), T::DateTime(live))
        | (T::TimestampTz(made), T::TimestampTz(live))
            if made.unwrap_or(6) == live.unwrap_or(6) =>
        {
            Fit::Fits
        }
        // The words of an enum are its own affair: an added one alters the type, not the column.
        (T::Enum { name: made, .. }, T::Enum { name: live, .. }) if made == live => Fit::Fits,
        (T::Json, T::JsonBinary) | (T::JsonBinary, T::Json) => Fit::Told,
        // SeaORM's generator reads money as a number, bits as bytes and an interval as a word.
        (T::Decimal(_), T::Money)
        | (T::Blob(_), T::Bit(_) | T::Varbit(_))
        | (T::Varchar(None), T::Interval { .. }) => Fit::Told,
        (T::Raw(made), T::Raw(live)) => fit_raw(made, live),
        // A custom type of the model that is an enum here; what `Raw` cannot say is left open.
        (T::Raw(made), T::Enum { name, .. }) => fit_raw(made, &name::type_name(name)),
        // What we cannot read we cannot judge: a domain over text satisfies a String, an hstore does not.
        (_, T::Raw(_)) => Fit::Told,
        (_, _) => Fit::Differs,
    }
}

/// Types of extensions and the server's own that hold text and nothing else.
pub(super) fn is_textual(raw: &str) -> bool {
    matches!(last_part(raw), "citext" | "name" | "\"char\"" | "bpchar")
}

/// Whether a type without a word here is known to hold one value each, and is no domain over an array (PostgreSQL 17 manual, table 8.1 and
/// 8.19; and of extensions).
pub(super) fn is_scalar(raw: &str) -> bool {
    const SCALARS: [&str; 38] = [
        "box",
        "circle",
        "line",
        "lseg",
        "path",
        "point",
        "polygon",
        "tsvector",
        "tsquery",
        "xml",
        "jsonpath",
        "pg_lsn",
        "pg_snapshot",
        "txid_snapshot",
        "macaddr8",
        "oid",
        "xid",
        "xid8",
        "cid",
        "tid",
        "regclass",
        "regcollation",
        "regconfig",
        "regdictionary",
        "regnamespace",
        "regproc",
        "regprocedure",
        "regoper",
        "regoperator",
        "regrole",
        "regtype",
        "hstore",
        "ltree",
        "cube",
        "seg",
        "geometry",
        "geography",
        "vector",
    ];
    const RANGES: [&str; 6] = ["int4", "int8", "num", "ts", "tstz", "date"];
    let name = last_part(raw);
    let range = ["multirange", "range"]
        .into_iter()
        .find_map(|end| name.strip_suffix(end));
    is_textual(raw) || SCALARS.contains(&name) || range.is_some_and(|of| RANGES.contains(&of))
}

/// A live name is qualified when its schema is not on the search path; a model's is as somebody wrote it.
fn fit_raw(made: &str, live: &str) -> Fit {
    let both_qualified = made.len() != last_part(made).len() && live.len() != last_part(live).len();
    if !both_qualified && last_part(made) == last_part(live) {
        Fit::Fits
    } else {
        Fit::Differs
    }
}

fn last_part(name: &str) -> &str {
    let mut quoted = false;
    let mut from = 0;
    for (at, byte) in name.bytes().enumerate() {
        match byte {
            b'"' => quoted = !quoted,
            b'(' if !quoted => break,
            b'.' if !quoted => from = at + 1,
            _ => {}
        }
    }
    &name[from..]
}

#[cfg(test)]
mod tests;
