//! Types: every one a server has, with every length and precision it may have.

use plimsoll_schema::{
    Backend, ColumnType as T, Flavor, IntWidth, Server, Table, TextSize, Version,
};

use super::{Source, enums};
use plimsoll_schema::Catalog;

/// A type for a column of that table.
pub(super) fn any(server: &Server, source: &mut Source<'_>, catalog: &Catalog, table: &Table) -> T {
    if table.options.strict {
        return strict(source);
    }
    if source.one_in(3) {
        return own(server, source, catalog);
    }
    common(server, source, catalog)
}

/// What every server has.
fn common(server: &Server, source: &mut Source<'_>, catalog: &Catalog) -> T {
    let at = source.below(17);
    match at {
        0 => T::INTEGER,
        1 => T::BIG_INTEGER,
        2 => T::Varchar(Some([40, 80, 255][source.below(3)])),
        3 => T::TEXT,
        4 => T::Boolean,
        5 => decimal(source),
        6 => T::Double,
        7 => T::Date,
        8 => T::DateTime(fraction(server, source)),
        9 => T::Uuid,
        10 => T::Json,
        11 => T::SMALL_INTEGER,
        12 => T::Char(Some(1 + source.digits(40))),
        13 => enums::any(server, source, catalog),
        14 => T::BLOB,
        15 => T::Time(fraction(server, source)),
        _ => T::Float,
    }
}

fn decimal(source: &mut Source<'_>) -> T {
    let precision = [10, 16, 38, 3][source.below(4)];
    let scale = [2, 0, 3][source.below(3)];
    T::Decimal(Some((precision, scale)))
}

/// Fractional digits of a second, where the server keeps how many were asked for.
fn fraction(server: &Server, source: &mut Source<'_>) -> Option<u32> {
    match server.backend {
        Backend::Sqlite => None,
        Backend::Postgres | Backend::Mysql => [None, Some(3), Some(6), Some(1)][source.below(4)],
    }
}

fn own(server: &Server, source: &mut Source<'_>, catalog: &Catalog) -> T {
    match server.backend {
        Backend::Sqlite => sqlite(source),
        Backend::Postgres => postgres(server, source, catalog),
        Backend::Mysql => mysql(server, source),
    }
}

fn sqlite(source: &mut Source<'_>) -> T {
    let raw = |text: &str| T::Raw(text.into());
    match source.below(13) {
        0 => T::TINY_INTEGER,
        1 => T::Decimal(None),
        2 => T::Varchar(None),
        3 => T::Money,
        4 => T::Varbinary(Some(1 + source.digits(30))),
        5 => T::JsonBinary,
        6 => T::TimestampTz(None),
        7 => T::Binary(Some(16)),
        8 => raw("numeric(10, 5)"),
        9 => raw("nvarchar(20)"),
        10 => raw("bigint"),
        11 => raw(""),
        _ => raw("unsigned big int"),
    }
}

/// What a STRICT table admits (<https://sqlite.org/stricttables.html>).
fn strict(source: &mut Source<'_>) -> T {
    match source.below(6) {
        0 => T::INTEGER,
        1 => T::TEXT,
        2 => T::BLOB,
        3 => T::Raw("real".into()),
        4 => T::Raw("any".into()),
        _ => T::Raw("int".into()),
    }
}

fn postgres(server: &Server, source: &mut Source<'_>, catalog: &Catalog) -> T {
    let size = 1 + source.digits(12);
    match source.below(18) {
        0 => T::TimestampTz(fraction(server, source)),
        1 => T::JsonBinary,
        2 => T::Array(Box::new(element(server, source, catalog))),
        3 => T::Varchar(None),
        4 => T::Decimal(None),
        5 => T::Inet,
        6 => T::Cidr,
        7 => T::MacAddr,
        8 => T::Money,
        9 => T::Bit(Some(size)),
        10 => T::Varbit([None, Some(size)][source.below(2)]),
        11 => interval(source),
        12 => raw(
            source,
            &["tsvector", "int4range", "point", "xml", "macaddr8", "oid"],
        ),
        13 => raw(source, &["timetz", "numrange", "daterange", "box", "name"]),
        14 => T::Array(Box::new(element(server, source, catalog))),
        15 => T::Bit(Some(1)),
        16 => T::JsonBinary,
        _ => enums::any(server, source, catalog),
    }
}

fn raw(source: &mut Source<'_>, names: &[&str]) -> T {
    T::Raw(source.pick(names).copied().unwrap_or_default().into())
}

fn interval(source: &mut Source<'_>) -> T {
    let (fields, precision) = [
        (None, None),
        (Some("YEAR TO MONTH"), None),
        (Some("DAY"), None),
        (None, Some(3)),
        (Some("DAY TO SECOND"), Some(2)),
    ][source.below(5)];
    T::Interval {
        fields: fields.map(str::to_owned),
        precision,
    }
}

/// What an array is of.
fn element(server: &Server, source: &mut Source<'_>, catalog: &Catalog) -> T {
    match source.below(9) {
        0 => T::INTEGER,
        1 => T::TEXT,
        2 => T::Varchar(Some(20)),
        3 => T::Decimal(Some((10, 2))),
        4 => enums::any(server, source, catalog),
        5 => T::TimestampTz(Some(3)),
        6 => T::Uuid,
        7 => T::Boolean,
        _ => T::JsonBinary,
    }
}

fn mysql(server: &Server, source: &mut Source<'_>) -> T {
    let sizes = [TextSize::Tiny, TextSize::Medium, TextSize::Long];
    match source.below(18) {
        0 => T::Int {
            width: width(source),
            unsigned: source.one_in(2),
        },
        1 => T::Text(sizes[source.below(3)]),
        2 => T::Blob(sizes[source.below(3)]),
        3 => T::Timestamp(fraction(server, source)),
        4 => T::Varbinary(Some(1 + source.digits(60))),
        5 => T::Binary(Some(1 + source.digits(20))),
        6 => T::Bit(Some(1 + source.digits(20))),
        7 => T::Year,
        8 => enums::set(source),
        9 => T::TINY_INTEGER,
        10 => raw(source, &["geometry", "point", "polygon"]),
        11 => T::Raw("int(8) unsigned zerofill".into()),
        12 => T::Raw("decimal(10,2) unsigned".into()),
        13 => T::Raw("double(10,2)".into()),
        14 => match server.flavor {
            Flavor::MariaDb if server.version < Version(10, 7, 0) => raw(source, &["inet6"]),
            Flavor::MariaDb => raw(source, &["inet6", "uuid"]),
            Flavor::Original => T::TINY_INTEGER,
        },
        15 => T::Bit(Some(1)),
        16 => T::Varchar(Some(500)),
        _ => T::Int {
            width: width(source),
            unsigned: true,
        },
    }
}

fn width(source: &mut Source<'_>) -> IntWidth {
    [
        IntWidth::Regular,
        IntWidth::Big,
        IntWidth::Small,
        IntWidth::Medium,
        IntWidth::Tiny,
    ][source.below(5)]
}

/// Whether MySQL and MariaDB have no way from or to another type.
pub(super) fn is_apart(ty: &T) -> bool {
    matches!(ty, T::Raw(name) if !name.contains('('))
}

/// What an expression may do with a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Class {
    /// It counts.
    Integer,
    /// It is written.
    Text,
    /// Anything else: only whether it is NULL is known.
    Other,
}

/// What an expression may do with a column of that type.
pub(super) fn class(ty: &T) -> Class {
    match ty {
        T::Int { .. } => Class::Integer,
        T::Varchar(_) | T::Text(_) => Class::Text,
        _ => Class::Other,
    }
}

/// Whether a collation may be chosen for it.
pub(super) fn is_text(ty: &T) -> bool {
    matches!(ty, T::Varchar(_) | T::Text(_) | T::Char(_))
}

/// Whether the whole value may be the key of an index of the usual method.
pub(super) fn is_key(server: &Server, ty: &T) -> bool {
    match server.backend {
        Backend::Sqlite => true,
        Backend::Postgres => match ty {
            T::Json => false,
            T::Raw(name) => !matches!(name.as_str(), "point" | "xml" | "box"),
            T::Array(element) => is_key(server, element),
            _ => true,
        },
        Backend::Mysql => {
            !matches!(ty, T::Text(_) | T::Blob(_) | T::Json | T::Raw(_))
                && !matches!(ty, T::Varchar(Some(length)) if *length > 255)
        }
    }
}

/// Whether a foreign key may point at it: of text, both sides would have to share a collation.
pub(super) fn is_target(server: &Server, ty: &T) -> bool {
    let is_plain = match server.backend {
        Backend::Sqlite | Backend::Postgres => true,
        Backend::Mysql => !is_text(ty) && !matches!(ty, T::Enum { .. } | T::Set(_) | T::Bit(_)),
    };
    // PostgreSQL finds no equality of two arrays for a foreign key.
    is_plain && is_key(server, ty) && !matches!(ty, T::Float | T::Double | T::Array(_))
}
