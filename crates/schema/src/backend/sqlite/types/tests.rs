use proptest::prelude::*;

use super::*;
use crate::{TextSize, TypeName};

fn every_type() -> Vec<ColumnType> {
    use ColumnType as T;
    let mut types = Vec::new();
    for width in [
        IntWidth::Tiny,
        IntWidth::Small,
        IntWidth::Medium,
        IntWidth::Regular,
        IntWidth::Big,
    ] {
        for unsigned in [false, true] {
            types.push(T::Int { width, unsigned });
        }
    }
    for size in [
        TextSize::Tiny,
        TextSize::Regular,
        TextSize::Medium,
        TextSize::Long,
    ] {
        types.extend([T::Text(size), T::Blob(size)]);
    }
    for length in [None, Some(1), Some(40)] {
        types.extend([
            T::Char(length),
            T::Varchar(length),
            T::Binary(length),
            T::Varbinary(length),
            T::Time(length),
            T::DateTime(length),
            T::Timestamp(length),
            T::TimestampTz(length),
        ]);
    }
    types.extend([
        T::Float,
        T::Double,
        T::Decimal(None),
        T::Decimal(Some((10, 4))),
        T::Decimal(Some((10, -2))),
        T::Money,
        T::Boolean,
        T::Date,
        T::Json,
        T::JsonBinary,
        T::Uuid,
        T::Enum {
            name: TypeName::new("mood"),
            values: vec!["a".into()],
        },
        T::Raw("BIGINT".into()),
        T::Raw("numeric(10,2)".into()),
        T::Raw(String::new()),
        T::Raw("\"My Type\"".into()),
        T::Raw("INTEGER".into()),
    ]);
    types
}

#[test]
fn what_is_written_is_read_back() {
    for ty in every_type() {
        let text = spell(&ty).expect("it can be written");
        assert_eq!(parse(&text), stored(&ty), "{text}");
        assert_eq!(stored(&stored(&ty)), stored(&ty), "{text}");
        assert_eq!(
            spell(&stored(&ty))
                .expect("it can be written")
                .to_lowercase(),
            super::tidy(&text).to_lowercase()
        );
        assert_eq!(fit(&ty, &stored(&ty)), Fit::Same, "{text}");
    }
}

#[test]
fn the_builder_writes_the_same() {
    use sea_query::{SqliteQueryBuilder, TableBuilder};
    for ty in every_type() {
        let mut text = String::new();
        let sea = crate::sea::to_column_type(&ty);
        TableBuilder::prepare_column_type(&SqliteQueryBuilder, &sea, &mut text);
        let is_said_otherwise = crate::sea::type_for_server(&crate::Server::sqlite(), &ty)
            .expect("it can be written")
            != ty;
        assert!(is_said_otherwise || parse(&text) == stored(&ty), "{text}");
    }
}

#[test]
fn what_is_not_sea_querys_keeps_its_text() {
    for text in [
        "int",
        "bigint",
        "double precision",
        "nvarchar(50)",
        "numeric(10, 2)",
        "datetime",
        "bool",
        "tinyint(1)",
        "real",
        "uuid",
        "any",
        "",
        "unsigned big int",
        "varchar(40, 2)",
        "varchar(max)",
        "enum_text",
        "timestamp with time zone",
    ] {
        assert_eq!(parse(text), ColumnType::Raw(text.into()));
    }
    assert_eq!(parse("VARCHAR ( 40 )"), ColumnType::Varchar(Some(40)));
    assert_eq!(parse("REAL(10,4)"), ColumnType::Decimal(Some((10, 4))));
    assert_eq!(parse("INTEGER"), ColumnType::INTEGER);
}

#[test]
fn arrays_cannot_be_had() {
    let array = ColumnType::Array(Box::new(ColumnType::INTEGER));
    insta::assert_snapshot!(spell(&array).expect_err("there are none"), @"SQLite has no array type (`integer[]`)");
    assert_eq!(fit(&array, &ColumnType::TEXT), Fit::Told);
}

/// By meaning: what databases of real projects hold, and what their models say.
#[test]
fn types_fit_by_meaning() {
    use ColumnType as T;
    let uuid = [T::Uuid];
    let times = [T::DateTime(None), T::Timestamp(None), T::TimestampTz(None)];
    let cases: [(&[T], &[&str]); 10] = [
        (
            &[T::BIG_INTEGER, T::INTEGER, T::SMALL_INTEGER],
            &["bigint", "integer", "int", "smallint", "INT8", "tinyint(1)"],
        ),
        (
            &[T::Varchar(None), T::TEXT, T::Char(None)],
            &[
                "text",
                "varchar",
                "varchar(40)",
                "nvarchar(255)",
                "char(3)",
                "enum_text",
                "CLOB",
            ],
        ),
        (
            &times,
            &[
                "timestamp_text",
                "datetime_text",
                "timestamp_with_timezone_text",
                "DATETIME",
                "timestamp",
                "timestamptz",
                "text",
                "timestamp with time zone",
            ],
        ),
        (
            &[T::Varbinary(None), T::BLOB, T::Binary(Some(1))],
            &[
                "blob",
                "blob(1)",
                "varbinary_blob",
                "varbinary_blob(16)",
                "BINARY(16)",
                "blob(16)",
            ],
        ),
        (
            &[T::Json, T::JsonBinary],
            &["json_text", "jsonb_text", "json", "text", "varchar"],
        ),
        (
            &[T::Enum {
                name: TypeName::new("e"),
                values: vec!["a".into()],
            }],
            &["enum_text", "text", "varchar", "varchar(10)"],
        ),
        (
            &[T::Boolean],
            &["boolean", "bool", "tinyint(1)", "integer", "tinyint"],
        ),
        (
            &[
                T::Decimal(None),
                T::Decimal(Some((10, 4))),
                T::Double,
                T::Float,
            ],
            &[
                "real_decimal",
                "real",
                "double",
                "numeric",
                "decimal",
                "float",
                "real(10, 4)",
                "decimal(10,4)",
            ],
        ),
        (
            &uuid,
            &[
                "uuid_text",
                "uuid",
                "text",
                "char(36)",
                "blob(16)",
                "blob",
                "varchar(36)",
            ],
        ),
        (&[T::Date], &["date_text", "date", "text"]),
    ];
    for (models, texts) in cases {
        for model in models {
            for text in texts {
                let found = fit(model, &parse(text));
                assert!(
                    matches!(found, Fit::Same | Fit::Fits),
                    "{model:?} {text}: {found:?}"
                );
            }
        }
    }
}

#[test]
fn types_differ_where_a_program_would_notice() {
    use ColumnType as T;
    for (model, text) in [
        (T::INTEGER, "text"),
        (T::INTEGER, "boolean"),
        (T::TEXT, "integer"),
        (T::TEXT, "uuid_text"),
        (T::Varchar(Some(40)), "varchar(20)"),
        (T::Decimal(Some((10, 4))), "real(10, 2)"),
        (T::Date, "datetime_text"),
        (T::Boolean, "text"),
        (T::Uuid, "integer"),
        (T::BLOB, "text"),
    ] {
        assert_eq!(fit(&model, &parse(text)), Fit::Differs, "{model:?} {text}");
    }
}

#[test]
fn a_type_nobody_knows_is_never_changed_by_itself() {
    use ColumnType as T;
    for (model, text, expected) in [
        (T::TEXT, "BLOB SUB_TYPE TEXT", Fit::Fits),
        (T::Varchar(None), "varchar2(20)", Fit::Fits),
        (T::BIG_INTEGER, "uint64", Fit::Fits),
        (T::BLOB, "blob sub_type text", Fit::Told),
        (T::INTEGER, "geometry", Fit::Told),
    ] {
        assert_eq!(fit(&model, &parse(text)), expected, "{model:?} {text}");
    }
    let stated = T::Raw("geometry".into());
    assert_eq!(fit(&stated, &parse("box")), Fit::Differs);
}

proptest! {
    #[test]
    fn any_text_is_read_once_for_all(text in "[a-zA-Z_ ]{0,12}(\\([0-9]{1,3}(, ?[0-9]{1,2})?\\))?") {
        let ty = parse(&text);
        prop_assert_eq!(parse(&spell(&ty).expect("what was read can be written")), ty);
    }
}
