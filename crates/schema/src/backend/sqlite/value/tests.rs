use proptest::prelude::*;

use super::*;

fn literal(value: Literal) -> Value {
    Value::Literal(value)
}

#[test]
fn defaults_are_read_as_people_write_them() {
    use ColumnType as T;
    let number = |text: &str| literal(Literal::Number(text.into()));
    let string = |text: &str| literal(Literal::String(text.into()));
    for (text, ty, value) in [
        ("'it''s'", T::TEXT, string("it's")),
        ("\"double\"", T::TEXT, string("double")),
        ("bare", T::TEXT, string("bare")),
        ("null", T::TEXT, literal(Literal::Null)),
        ("(NULL)", T::INTEGER, literal(Literal::Null)),
        ("-1.50", T::Double, number("-1.5")),
        ("- 1", T::INTEGER, number("-1")),
        ("+3", T::INTEGER, number("3")),
        (".5", T::Double, number("0.5")),
        ("2.0", T::Decimal(Some((10, 2))), number("2")),
        ("((7))", T::INTEGER, number("7")),
        ("'7'", T::INTEGER, number("7")),
        ("7", T::TEXT, string("7")),
        ("1e3", T::Double, number("1e3")),
        ("0x10", T::INTEGER, Value::Expression("0x10".into())),
        ("true", T::Boolean, literal(Literal::Bool(true))),
        ("TRUE", T::INTEGER, number("1")),
        ("0", T::Boolean, literal(Literal::Bool(false))),
        (
            "1",
            T::Raw("tinyint(1)".into()),
            literal(Literal::Bool(true)),
        ),
        (
            "x'C0FFEE'",
            T::BLOB,
            literal(Literal::Bytes("c0ffee".into())),
        ),
        (
            "current_timestamp",
            T::TEXT,
            literal(Literal::CurrentTimestamp(None)),
        ),
        ("(CURRENT_DATE)", T::Date, literal(Literal::CurrentDate)),
        ("CURRENT_TIME", T::TEXT, literal(Literal::CurrentTime)),
        (
            "(datetime('now'))",
            T::TEXT,
            Value::Expression("datetime('now')".into()),
        ),
        (
            "((a) + (b))",
            T::INTEGER,
            Value::Expression("(a) + (b)".into()),
        ),
        ("(\"x\")", T::TEXT, Value::Expression("\"x\"".into())),
    ] {
        assert_eq!(parse(text, &ty), value, "{text}");
    }
}

fn any_literal() -> impl Strategy<Value = Literal> {
    prop_oneof![
        Just(Literal::Null),
        any::<bool>().prop_map(Literal::Bool),
        any::<i64>().prop_map(|number| Literal::Number(number.to_string())),
        (any::<i32>(), 0..10_000_u32)
            .prop_map(|(whole, part)| Literal::Number(format!("{whole}.{part:04}"))),
        "\\PC{0,8}".prop_map(Literal::String),
        "([0-9a-f]{2}){0,4}".prop_map(Literal::Bytes),
        proptest::option::of(0..7_u32).prop_map(Literal::CurrentTimestamp),
        Just(Literal::CurrentDate),
        Just(Literal::CurrentTime),
    ]
}

fn any_type() -> impl Strategy<Value = ColumnType> {
    proptest::sample::select(vec![
        ColumnType::INTEGER,
        ColumnType::TEXT,
        ColumnType::BLOB,
        ColumnType::Boolean,
        ColumnType::Double,
        ColumnType::Decimal(None),
        ColumnType::Uuid,
        ColumnType::Raw("datetime".into()),
        ColumnType::Raw(String::new()),
    ])
}

proptest! {
    #[test]
    fn what_is_written_is_read_back(value in any_literal().prop_map(Value::Literal), ty in any_type()) {
        prop_assert_eq!(parse(&sql(&value), &ty), stored(&value, &ty));
        prop_assert_eq!(stored(&stored(&value, &ty), &ty), stored(&value, &ty));
    }

    #[test]
    fn expressions_are_kept(number in any::<u16>(), ty in any_type()) {
        for text in [format!("abs({number})"), format!("{number} + 1"), format!("({number} + 1) * (2)")] {
            let value = Value::Expression(text);
            prop_assert_eq!(parse(&sql(&value), &ty), value.clone());
            prop_assert_eq!(stored(&value, &ty), value);
        }
    }
}
