use super::*;
use crate::backend::Version;

fn servers() -> [Server; 2] {
    [
        Server::mysql(Version(8, 4, 0)),
        Server::mariadb(Version(10, 11, 0)),
    ]
}

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
    for length in [None, Some(0), Some(3), Some(6)] {
        types.extend([
            T::Time(length),
            T::DateTime(length),
            T::Timestamp(length),
            T::TimestampTz(length),
        ]);
    }
    for length in [None, Some(1), Some(40)] {
        types.extend([
            T::Char(length),
            T::Varchar(length),
            T::Binary(length),
            T::Varbinary(length),
            T::Bit(length),
        ]);
    }
    let words = vec!["a".to_owned(), "it's".to_owned(), "b,\\(c)".to_owned()];
    types.extend([
        T::Float,
        T::Double,
        T::Decimal(None),
        T::Decimal(Some((12, 4))),
        T::Money,
        T::Boolean,
        T::Varbit(Some(7)),
        T::Date,
        T::Year,
        T::Json,
        T::JsonBinary,
        T::Uuid,
        T::Enum {
            name: "mood".into(),
            values: words.clone(),
        },
        T::Set(words),
        T::Raw("Int(10)  Unsigned ZEROFILL".into()),
        T::Raw("inet6".into()),
        T::Raw("mediumint".into()),
    ]);
    types
}

#[test]
fn what_is_spelled_is_parsed_as_what_is_stored() {
    for server in servers() {
        for ty in every_type() {
            let spelled = spell(&server, &ty).unwrap();
            assert_eq!(parse(&spelled), stored(&server, &ty), "{ty:?} as {spelled}");
            let once = stored(&server, &ty);
            assert_eq!(stored(&server, &once), once, "{ty:?} stands still");
            assert_eq!(fit(&server, &ty, &once), Fit::Same, "{ty:?}");
        }
    }
}

#[test]
fn the_spelling_of_information_schema_is_read() {
    let read: Vec<String> = [
        "int(11)",
        "int(10) unsigned",
        "int(10) unsigned zerofill",
        "tinyint(1)",
        "tinyint(1) unsigned",
        "tinyint(4)",
        "decimal(10,2)",
        "decimal(10,2) unsigned",
        "double(10,2)",
        "double unsigned",
        "enum('a','it''s','c,d)')",
        "set('x','y')",
        "datetime(6)",
        "time /* mariadb-5.3 */",
        "bit(1)",
        "year(4)",
        "longtext",
        "uuid",
        "geometry",
        "vector(3)",
    ]
    .into_iter()
    .map(|text| format!("{text}: {:?}", parse(text)))
    .collect();
    insta::assert_snapshot!(read.join("\n"), @r#"
    int(11): Int { width: Regular, unsigned: false }
    int(10) unsigned: Int { width: Regular, unsigned: true }
    int(10) unsigned zerofill: Raw("int(10) unsigned zerofill")
    tinyint(1): Boolean
    tinyint(1) unsigned: Int { width: Tiny, unsigned: true }
    tinyint(4): Int { width: Tiny, unsigned: false }
    decimal(10,2): Decimal(Some((10, 2)))
    decimal(10,2) unsigned: Raw("decimal(10,2) unsigned")
    double(10,2): Raw("double(10,2)")
    double unsigned: Raw("double unsigned")
    enum('a','it''s','c,d)'): Enum { name: TypeName { schema: None, name: "" }, values: ["a", "it's", "c,d)"] }
    set('x','y'): Set(["x", "y"])
    datetime(6): DateTime(Some(6))
    time /* mariadb-5.3 */: Time(None)
    bit(1): Bit(Some(1))
    year(4): Year
    longtext: Text(Long)
    uuid: Raw("uuid")
    geometry: Raw("geometry")
    vector(3): Raw("vector(3)")
    "#);
}

#[test]
fn a_model_fits_what_it_leaves_open() {
    use ColumnType as T;
    let [mysql, mariadb] = servers();
    let unsigned = T::Int {
        width: IntWidth::Regular,
        unsigned: true,
    };
    let medium = T::Int {
        width: IntWidth::Medium,
        unsigned: false,
    };
    for (model, live, expected) in [
        (T::Varchar(None), "varchar(40)", Fit::Fits),
        (T::Varchar(None), "mediumtext", Fit::Fits),
        (T::Varchar(None), "char(36)", Fit::Fits),
        (T::Varchar(None), "uuid", Fit::Fits),
        (T::Varchar(None), "enum('a')", Fit::Told),
        (T::Varchar(Some(40)), "varchar(60)", Fit::Differs),
        (T::TEXT, "longtext", Fit::Fits),
        (T::TEXT, "tinytext", Fit::Differs),
        (T::Varbinary(None), "longblob", Fit::Told),
        (T::Binary(Some(255)), "blob", Fit::Told),
        (T::Varbinary(None), "bit(8)", Fit::Told),
        (T::INTEGER, "year", Fit::Fits),
        (T::TINY_INTEGER, "year", Fit::Differs),
        (T::Varbinary(None), "varbinary(20)", Fit::Fits),
        (T::BLOB, "longblob", Fit::Fits),
        (T::Boolean, "tinyint(1)", Fit::Same),
        (T::Boolean, "tinyint(4)", Fit::Fits),
        (T::Boolean, "bit(1)", Fit::Fits),
        (T::TINY_INTEGER, "tinyint(1)", Fit::Fits),
        (T::INTEGER, "int(11)", Fit::Same),
        (T::INTEGER, "int", Fit::Same),
        (T::INTEGER, "mediumint(9)", Fit::Fits),
        (medium, "int(11)", Fit::Differs),
        (unsigned, "int(10) unsigned zerofill", Fit::Fits),
        (T::INTEGER, "bigint(20)", Fit::Differs),
        (T::Double, "double(10,2)", Fit::Fits),
        (T::Decimal(None), "decimal(19,4)", Fit::Fits),
        (
            T::Decimal(Some((10, 2))),
            "decimal(10,2) unsigned",
            Fit::Fits,
        ),
        (T::Decimal(Some((10, 2))), "decimal(10,3)", Fit::Differs),
        (T::DateTime(None), "datetime(6)", Fit::Fits),
        (T::TimestampTz(None), "timestamp(6)", Fit::Fits),
        (T::TimestampTz(None), "datetime", Fit::Told),
        (T::Uuid, "binary(16)", Fit::Same),
        (T::Uuid, "char(36)", Fit::Told),
        (T::Uuid, "uuid", Fit::Told),
        (T::Json, "longtext", Fit::Told),
        (T::JsonBinary, "json", Fit::Same),
    ] {
        for server in [&mysql, &mariadb] {
            assert_eq!(
                fit(server, &model, &parse(live)),
                expected,
                "{model:?} and {live}"
            );
        }
    }
    let words = |values: &[&str]| T::Enum {
        name: "mood".into(),
        values: values.iter().map(|value| (*value).to_owned()).collect(),
    };
    let live = parse("enum('b','a')");
    assert_eq!(fit(&mysql, &words(&["a", "b"]), &live), Fit::Fits);
    assert_eq!(fit(&mysql, &words(&["a", "b", "c"]), &live), Fit::Differs);
    assert_eq!(fit(&mariadb, &T::TEXT, &T::Json), Fit::Told);
    assert_eq!(fit(&mysql, &T::TEXT, &T::Json), Fit::Differs);
}

#[test]
fn what_is_not_read_is_not_judged() {
    let geometry = parse("geometry");
    for server in servers() {
        for model in [ColumnType::Varchar(None), ColumnType::BLOB] {
            assert_eq!(fit(&server, &model, &geometry), Fit::Told);
        }
        let stated = ColumnType::Raw("geometry".into());
        assert_eq!(fit(&server, &stated, &geometry), Fit::Same);
        // What is read but for its width is judged.
        let number = parse("double(10,2)");
        assert_eq!(fit(&server, &ColumnType::INTEGER, &number), Fit::Differs);
    }
}

#[test]
fn what_the_server_has_not_is_said() {
    use ColumnType as T;
    for ty in [
        T::Array(Box::new(T::TEXT)),
        T::Inet,
        T::Interval {
            fields: None,
            precision: None,
        },
        T::Vector(Some(3)),
        T::LTree,
    ] {
        for server in servers() {
            assert!(spell(&server, &ty).is_err(), "{ty:?}");
        }
    }
}
