//! What the server prints, and what models say, come together.

use super::*;
use crate::TypeName;

fn string(text: &str) -> Value {
    Value::Literal(Literal::String(text.into()))
}

fn number(digits: &str) -> Value {
    Value::Literal(Literal::Number(digits.into()))
}

fn expression(text: &str) -> Value {
    Value::Expression(text.into())
}

fn mood() -> ColumnType {
    ColumnType::Enum {
        name: TypeName::new("Mood"),
        values: vec!["ok".into()],
    }
}

#[test]
fn what_the_server_prints_is_read() {
    use ColumnType as T;
    let timestamp = |digits| Value::Literal(Literal::CurrentTimestamp(digits));
    let array = |element: T| T::Array(Box::new(element));
    for (text, ty, value) in [
        (
            "'abc'::character varying",
            T::Varchar(Some(40)),
            string("abc"),
        ),
        ("'it''s'::text", T::TEXT, string("it's")),
        ("'a\\b'::text", T::Varchar(None), string("a\\b")),
        ("'a'::bpchar", T::Char(Some(3)), string("a")),
        ("''::text", T::TEXT, string("")),
        ("'-1'::integer", T::SMALL_INTEGER, number("-1")),
        ("'5000000000'::bigint", T::BIG_INTEGER, number("5000000000")),
        ("(0.10)::double precision", T::Decimal(None), number("0.1")),
        ("'1000'::numeric", T::Double, number("1000")),
        ("'NaN'::numeric", T::Decimal(None), string("NaN")),
        ("5", T::TEXT, number("5")),
        ("(1)::text", T::TEXT, expression("(1)::text")),
        ("true", T::Boolean, Value::Literal(Literal::Bool(true))),
        (
            "NULL::character varying",
            T::Varchar(None),
            Value::Literal(Literal::Null),
        ),
        ("now()", T::TimestampTz(None), timestamp(None)),
        (
            "CURRENT_TIMESTAMP(3)",
            T::DateTime(Some(3)),
            timestamp(Some(3)),
        ),
        (
            "CURRENT_DATE",
            T::Date,
            Value::Literal(Literal::CurrentDate),
        ),
        ("'{}'::jsonb", T::JsonBinary, string("{}")),
        (
            r#"'{"a": 1, "bb": 2}'::jsonb"#,
            T::JsonBinary,
            string(r#"{"a":1,"bb":2}"#),
        ),
        ("'ok'::\"Mood\"", mood(), string("ok")),
        ("'ok'::app.\"Mood\"", mood(), string("ok")),
        ("'{}'::integer[]", array(T::INTEGER), string("{}")),
        ("'{}'::\"Mood\"[]", array(mood()), string("{}")),
        ("ARRAY[]::integer[]", array(T::INTEGER), string("{}")),
        ("ARRAY[1, 2]", array(T::INTEGER), expression("ARRAY[1, 2]")),
        ("'1'::\"bit\"", T::Bit(Some(1)), string("1")),
        (
            "'\\x616263'::bytea",
            T::BLOB,
            Value::Literal(Literal::Bytes("616263".into())),
        ),
        (
            "gen_random_uuid()",
            T::Uuid,
            expression("gen_random_uuid()"),
        ),
        ("(1 + 2)", T::INTEGER, expression("1 + 2")),
        (
            "('a'::text || 'b'::text)",
            T::TEXT,
            expression("'a'::text || 'b'::text"),
        ),
        (
            "('a'::text)::\"Mood\"",
            mood(),
            expression("('a'::text)::\"Mood\""),
        ),
        (
            "(now() AT TIME ZONE 'utc'::text)",
            T::DateTime(None),
            expression("now() AT TIME ZONE 'utc'::text"),
        ),
        ("'a'::app.email", T::Raw("app.email".into()), string("a")),
    ] {
        assert_eq!(stored(&parse(text, &ty), &ty), value, "{text}");
    }
}

#[test]
fn what_a_model_says_becomes_what_is_stored() {
    use ColumnType as T;
    for (value, ty, settled) in [
        (number("1.50"), T::Decimal(None), number("1.5")),
        (number("1.0"), T::Double, number("1")),
        (number("-0.0"), T::Double, number("0")),
        (number("1e3"), T::Double, number("1000")),
        (number("25e-3"), T::Double, number("0.025")),
        (string("7"), T::INTEGER, number("7")),
        (
            string("true"),
            T::Boolean,
            Value::Literal(Literal::Bool(true)),
        ),
        (expression("'x'"), T::Varchar(None), string("x")),
        (
            expression("NOW()"),
            T::TimestampTz(None),
            Value::Literal(Literal::CurrentTimestamp(None)),
        ),
        (expression("(1)"), T::INTEGER, number("1")),
        (
            string("2020-01-01"),
            T::DateTime(None),
            string("2020-01-01 00:00:00"),
        ),
        (
            string("2020-01-01T10:00:00Z"),
            T::TimestampTz(None),
            string("2020-01-01 10:00:00+00"),
        ),
        (
            string("2020-01-01"),
            T::TimestampTz(None),
            string("2020-01-01 00:00:00+00"),
        ),
        (
            string("A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11"),
            T::Uuid,
            string("a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"),
        ),
        (
            string("abc"),
            T::BLOB,
            Value::Literal(Literal::Bytes("616263".into())),
        ),
    ] {
        let once = stored(&value, &ty);
        assert_eq!(once, settled, "{value:?}");
        assert_eq!(stored(&once, &ty), once, "{value:?}");
    }
}

#[test]
fn literals_are_written() {
    assert_eq!(sql(&string("it's")), "'it''s'");
    assert_eq!(sql(&string("a\\b")), r"E'a\\b'");
    assert_eq!(
        sql(&Value::Literal(Literal::Bytes("00ff".into()))),
        r"'\x00ff'::bytea"
    );
}
