//! Defaults: literals of every type, the clock, and expressions.

use plimsoll_schema::{Backend, Column, ColumnType as T, Literal, Server, Value, Version};

use super::Source;

/// A default for a column; `None` where there is none to be had.
pub(super) fn default(server: &Server, source: &mut Source<'_>, column: &Column) -> Option<Value> {
    if source.one_in(5)
        && let Some(expression) = expression(server, source, &column.ty)
    {
        return Some(Value::Expression(expression.into()));
    }
    literal(server, source, &column.ty).map(Value::Literal)
}

fn literal(server: &Server, source: &mut Source<'_>, ty: &T) -> Option<Literal> {
    let mut one = |texts: &[&str]| source.pick(texts).copied().unwrap_or_default().to_owned();
    Some(match ty {
        T::Int { unsigned: true, .. } => Literal::Number(one(&["0", "3", "200"])),
        T::Int { .. } => Literal::Number(one(&["0", "7", "-1", "100"])),
        T::Decimal(Some((_, 0))) => Literal::Number(one(&["0", "12", "-3"])),
        T::Decimal(Some((3, _))) => Literal::Number(one(&["0", "0.5"])),
        T::Decimal(_) => Literal::Number(one(&["0", "1.50", "-0.25", "1234.5"])),
        T::Float | T::Double => Literal::Number(one(&["0", "2.5", "-0.125"])),
        T::Varchar(_) => Literal::String(one(&[
            "",
            "a",
            "it's",
            "x'y\"z",
            "back\\slash",
            "50% ünï",
            "NULL",
            "1",
        ])),
        T::Text(_) => match server.backend {
            Backend::Sqlite | Backend::Postgres => Literal::String(one(&["", "a", "it's"])),
            Backend::Mysql => Literal::String(one(&["a", "it's"])),
        },
        T::Char(_) => Literal::String(one(&["d", "y"])),
        T::Boolean => Literal::Bool(source.one_in(2)),
        T::Date => match source.below(3) {
            0 => Literal::String("2020-02-29".into()),
            1 => Literal::CurrentDate,
            _ => Literal::String("1970-01-01".into()),
        },
        T::Time(_) => Literal::String(one(&["12:30:00", "00:00:00"])),
        T::DateTime(digits) | T::Timestamp(digits) | T::TimestampTz(digits) => {
            clock(server, source, *digits, ty)
        }
        T::Year => Literal::String("2020".into()),
        T::Enum { values, .. } | T::Set(values) => Literal::String(source.pick(values)?.clone()),
        T::Uuid if server.backend != Backend::Mysql => {
            Literal::String("6f2b5a0e-8c1d-4f3a-9b7e-000000000001".into())
        }
        T::Blob(_) if server.backend != Backend::Mysql => Literal::Bytes(one(&["00ff", "", "27"])),
        T::Varbinary(_) if server.backend == Backend::Mysql => Literal::Bytes("41".into()),
        T::Bit(Some(1)) if server.backend == Backend::Mysql => Literal::Number(one(&["0", "1"])),
        T::Json | T::JsonBinary if server.backend != Backend::Mysql => {
            Literal::String(one(&["{}", "[1, \"a\"]"]))
        }
        T::Array(_) => Literal::String("{}".into()),
        T::Inet => Literal::String("10.0.0.1".into()),
        T::Interval { fields: None, .. } => Literal::String("1 day".into()),
        _ => return None,
    })
}

fn clock(server: &Server, source: &mut Source<'_>, digits: Option<u32>, ty: &T) -> Literal {
    let fixed = "2020-01-02 03:04:05";
    match (server.backend, source.below(3)) {
        (_, 0) => Literal::CurrentTimestamp(match server.backend {
            Backend::Sqlite | Backend::Postgres => None,
            Backend::Mysql => digits,
        }),
        (Backend::Postgres, 1) => Literal::CurrentTimestamp(Some(3)),
        // What a zoned literal means depends on the session.
        (Backend::Postgres, _) if matches!(ty, T::TimestampTz(_)) => {
            Literal::String(format!("{fixed}+00"))
        }
        (_, _) => Literal::String(fixed.into()),
    }
}

/// An expression that only the server understands.
fn expression(server: &Server, source: &mut Source<'_>, ty: &T) -> Option<&'static str> {
    let of: &[&'static str] = match (server.backend, ty) {
        (_, T::Int { .. }) => &["1 + 2", "abs(-5)", "10 / 2"],
        (Backend::Postgres, T::Varchar(None) | T::Text(_)) => &[
            "lower('ABC')",
            "'a' || 'b'",
            "CURRENT_USER",
            "md5('x'::text)",
        ],
        // Version 12 has it in an extension only.
        (Backend::Postgres, T::Uuid) if server.version >= Version(13, 0, 0) => {
            &["gen_random_uuid()"]
        }
        (Backend::Postgres, T::TimestampTz(None)) => &["now() + '1 day'::interval", "now()"],
        (Backend::Postgres, T::DateTime(None)) => &["now() AT TIME ZONE 'utc'"],
        (Backend::Postgres, T::Date) => &["CURRENT_DATE + 1", "now()::date"],
        (Backend::Postgres, T::JsonBinary) => &["jsonb_build_object('a', 1)"],
        (Backend::Postgres, T::Array(element)) if **element == T::INTEGER => &["ARRAY[1, 2]"],
        (Backend::Mysql, T::Varchar(Some(80 | 255))) => &["uuid()", "concat('a', 'b')"],
        (Backend::Mysql, T::Text(_)) => &["concat('a', 'b')"],
        (Backend::Mysql, T::Json) => &["json_array()"],
        (Backend::Sqlite, T::Varchar(_) | T::Text(_)) => {
            &["lower('ABC')", "'a' || 'b'", "datetime('now')"]
        }
        (_, _) => &[],
    };
    source.pick(of).copied()
}
