//! The law of types, and what a model leaves open.

use proptest::prelude::*;

use super::*;
use crate::{TextSize, TypeName};

fn mood(values: &[&str]) -> ColumnType {
    ColumnType::Enum {
        name: TypeName::new("mood"),
        values: values.iter().map(|value| (*value).to_owned()).collect(),
    }
}

/// Every type there is here but enums.
fn any_type() -> impl Strategy<Value = ColumnType> {
    use ColumnType as T;
    let width = prop_oneof![
        Just(IntWidth::Tiny),
        Just(IntWidth::Small),
        Just(IntWidth::Medium),
        Just(IntWidth::Regular),
        Just(IntWidth::Big)
    ];
    let size = prop_oneof![
        Just(TextSize::Tiny),
        Just(TextSize::Regular),
        Just(TextSize::Long)
    ];
    let length = proptest::option::of(1_u32..9000);
    let digits = proptest::option::of(0_u32..7);
    let fields = proptest::option::of(prop_oneof![
        Just("SECOND".to_owned()),
        Just("day to second".to_owned())
    ]);
    let leaf = prop_oneof![
        (width, any::<bool>()).prop_map(|(width, unsigned)| T::Int { width, unsigned }),
        prop_oneof![
            Just(T::Float),
            Just(T::Double),
            Just(T::Money),
            Just(T::Boolean),
            Just(T::Date),
            Just(T::Json),
            Just(T::JsonBinary),
            Just(T::Uuid),
            Just(T::Inet),
            Just(T::Cidr),
            Just(T::MacAddr),
            Just(T::LTree),
        ],
        proptest::option::of((1_u32..1000, -9_i32..9)).prop_map(T::Decimal),
        length.clone().prop_map(T::Char),
        length.clone().prop_map(T::Varchar),
        length.clone().prop_map(T::Binary),
        length.clone().prop_map(T::Varbinary),
        length.clone().prop_map(T::Bit),
        length.clone().prop_map(T::Varbit),
        length.prop_map(T::Vector),
        size.clone().prop_map(T::Text),
        size.prop_map(T::Blob),
        digits.clone().prop_map(T::Time),
        digits.clone().prop_map(T::DateTime),
        digits.clone().prop_map(T::Timestamp),
        digits.clone().prop_map(T::TimestampTz),
        (fields, digits).prop_map(|(fields, precision)| T::Interval { fields, precision }),
        prop_oneof![
            Just("citext"),
            Just("app.email"),
            Just(r#""Odd (name)""#),
            Just("time(3) with time zone"),
            Just("geometry(Point,4326)"),
            Just("TIMESTAMPTZ (3)"),
            Just("VARCHAR(3)")
        ]
        .prop_map(|text| T::Raw(text.into())),
    ];
    prop_oneof![3 => leaf.clone(), 1 => leaf.prop_map(|element| T::Array(Box::new(element)))]
}

proptest! {
    #[test]
    fn what_is_spelled_is_read_back_as_stored(ty in any_type()) {
        let text = spell(&ty).unwrap();
        prop_assert_eq!(parse(&text), stored(&ty), "{}", text);
        prop_assert_eq!(stored(&stored(&ty)), stored(&ty));
        prop_assert_eq!(fit(&ty, &stored(&ty)), Fit::Same);
    }
}

#[test]
fn what_the_server_prints_is_read() {
    use ColumnType as T;
    for (text, ty) in [
        ("character varying(40)", T::Varchar(Some(40))),
        ("numeric(10,2)", T::Decimal(Some((10, 2)))),
        ("numeric(4,-2)", T::Decimal(Some((4, -2)))),
        ("timestamp(3) with time zone", T::TimestampTz(Some(3))),
        ("timestamp without time zone", T::DateTime(None)),
        (
            "time(3) with time zone",
            T::Raw("time(3) with time zone".into()),
        ),
        (
            "interval year to month",
            T::Interval {
                fields: Some("YEAR TO MONTH".into()),
                precision: None,
            },
        ),
        (
            "interval second(3)",
            T::Interval {
                fields: Some("SECOND".into()),
                precision: Some(3),
            },
        ),
        ("bit(3)", T::Bit(Some(3))),
        ("integer[]", T::Array(Box::new(T::INTEGER))),
        (
            "timestamp(3) with time zone[]",
            T::Array(Box::new(T::TimestampTz(Some(3)))),
        ),
        ("vector(3)", T::Vector(Some(3))),
        ("bpchar", T::Raw("bpchar".into())),
        (r#""char""#, T::Raw(r#""char""#.into())),
        (r#"app."E mail""#, T::Raw(r#"app."E mail""#.into())),
        ("timescale", T::Raw("timescale".into())),
    ] {
        assert_eq!(parse(text), ty, "{text}");
    }
}

#[test]
fn a_model_leaves_open_what_the_database_fixes() {
    use ColumnType as T;
    let raw = |text: &str| T::Raw(text.into());
    for (model, live, fits) in [
        (T::Varchar(None), T::Varchar(Some(40)), Fit::Fits),
        (T::Varchar(None), T::TEXT, Fit::Fits),
        (T::Varchar(None), raw("citext"), Fit::Fits),
        (T::Varchar(None), raw("public.citext"), Fit::Fits),
        (T::Varchar(None), raw("email"), Fit::Told),
        (T::Varchar(Some(40)), T::Varchar(Some(80)), Fit::Differs),
        (T::Varchar(Some(40)), T::TEXT, Fit::Differs),
        (T::Char(None), T::Char(Some(3)), Fit::Fits),
        (T::Text(TextSize::Long), T::TEXT, Fit::Same),
        (T::Decimal(None), T::Decimal(Some((10, 2))), Fit::Fits),
        (T::Json, T::JsonBinary, Fit::Told),
        (T::Decimal(None), T::Money, Fit::Told),
        (T::Varbinary(None), T::Bit(Some(8)), Fit::Told),
        (T::Blob(TextSize::Regular), T::Varbit(Some(8)), Fit::Told),
        (T::Timestamp(None), T::DateTime(Some(3)), Fit::Fits),
        (T::DateTime(Some(6)), T::DateTime(None), Fit::Fits),
        (T::DateTime(Some(3)), T::DateTime(None), Fit::Differs),
        (T::DateTime(None), T::TimestampTz(None), Fit::Differs),
        (T::Varbinary(Some(255)), T::BLOB, Fit::Same),
        (mood(&["a", "b"]), mood(&["b", "a"]), Fit::Fits),
        (mood(&["a"]), T::Varchar(None), Fit::Differs),
        (raw("citext"), raw("app.citext"), Fit::Fits),
        (raw("app.email"), raw("web.email"), Fit::Differs),
        (
            T::Array(Box::new(T::Varchar(None))),
            T::Array(Box::new(T::TEXT)),
            Fit::Fits,
        ),
        (
            T::Array(Box::new(T::INTEGER)),
            T::Array(Box::new(T::BIG_INTEGER)),
            Fit::Differs,
        ),
    ] {
        assert_eq!(fit(&model, &live), fits, "{model:?} {live:?}");
    }
}
