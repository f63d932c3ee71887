//! Columns: types, defaults, numbering, generation.

use plimsoll_schema::backend::{types, value};
use plimsoll_schema::{
    AutoIncrement, Catalog, Change, Column, ColumnType, Generated, IntWidth, Literal, PrimaryKey,
    SequenceOptions, Server, Table, TextSize, TypeName, Value,
};

use super::{Scratch, read};

fn mood() -> ColumnType {
    ColumnType::Enum {
        name: TypeName::new("Mood"),
        values: vec!["ok".into(), "it's".into()],
    }
}

fn every_type() -> Vec<ColumnType> {
    use ColumnType as T;
    let mut all = vec![
        T::Float,
        T::Double,
        T::Decimal(None),
        T::Decimal(Some((10, 2))),
        T::Decimal(Some((4, -2))),
        T::Money,
        T::Boolean,
        T::Date,
        T::Json,
        T::JsonBinary,
        T::Uuid,
        T::Inet,
        T::Cidr,
        T::MacAddr,
        T::LTree,
        mood(),
        T::Array(Box::new(mood())),
        T::Array(Box::new(T::INTEGER)),
        T::Array(Box::new(T::Varchar(Some(9)))),
        T::Array(Box::new(T::Array(Box::new(T::TEXT)))),
        T::Array(Box::new(T::TimestampTz(Some(3)))),
        T::Interval {
            fields: None,
            precision: Some(3),
        },
        T::Interval {
            fields: Some("DAY TO SECOND".into()),
            precision: Some(2),
        },
        T::Interval {
            fields: Some("year to month".into()),
            precision: None,
        },
    ];
    for width in [
        IntWidth::Tiny,
        IntWidth::Small,
        IntWidth::Medium,
        IntWidth::Regular,
        IntWidth::Big,
    ] {
        all.extend([false, true].map(|unsigned| T::Int { width, unsigned }));
    }
    for length in [None, Some(7)] {
        all.extend([
            T::Char(length),
            T::Varchar(length),
            T::Binary(length),
            T::Varbinary(length),
            T::Bit(length),
            T::Varbit(length),
        ]);
    }
    for digits in [None, Some(0), Some(3), Some(6)] {
        all.extend([
            T::Time(digits),
            T::DateTime(digits),
            T::Timestamp(digits),
            T::TimestampTz(digits),
        ]);
    }
    for size in [
        TextSize::Tiny,
        TextSize::Regular,
        TextSize::Medium,
        TextSize::Long,
    ] {
        all.extend([T::Text(size), T::Blob(size)]);
    }
    let raw = [
        "citext",
        "email",
        "tsvector",
        "int4range",
        "TIMETZ(3)",
        "Varchar ( 3 )",
        "\"char\"",
        "name",
        "xml",
        "point",
        "app.\"E mail\"",
    ];
    all.extend(raw.map(|text| T::Raw(text.into())));
    all
}

#[tokio::test]
async fn every_type_is_read_back_as_stored() {
    let Some(scratch) = Scratch::create().await else {
        return;
    };
    scratch
        .run(
            r#"CREATE EXTENSION citext; CREATE EXTENSION ltree; CREATE SCHEMA app; CREATE DOMAIN email AS text;
            CREATE DOMAIN app."E mail" AS varchar(40); CREATE TYPE "Mood" AS ENUM ('ok', 'it''s')"#,
        )
        .await;
    let server = Server::postgres(15);
    let mut table = Table::new("every type");
    table.columns = every_type()
        .into_iter()
        .enumerate()
        .map(|(at, ty)| Column::new(format!("c{at}"), ty).null())
        .collect();
    let change = Change::CreateTable(table.clone());
    scratch.apply(&server, &Catalog::default(), &change).await;
    let found = read(&scratch).await.catalog;
    for (asked, found) in table.columns.iter().zip(&found.tables[&table.name].columns) {
        // The server prints `timetz` in full.
        let mut wanted = types::stored(&server, &asked.ty);
        if asked.ty == ColumnType::Raw("TIMETZ(3)".into()) {
            wanted = ColumnType::Raw("time(3) with time zone".into());
        }
        assert_eq!(found.ty, wanted, "{asked:?}");
    }
    scratch.drop().await;
}

fn string(text: &str) -> Value {
    Value::Literal(Literal::String(text.into()))
}

fn number(text: &str) -> Value {
    Value::Literal(Literal::Number(text.into()))
}

fn expression(text: &str) -> Value {
    Value::Expression(text.into())
}

fn every_default() -> Vec<(ColumnType, Value)> {
    use ColumnType as T;
    let integers = T::Array(Box::new(T::INTEGER));
    vec![
        (T::Varchar(Some(40)), string("it's")),
        (T::Varchar(None), string(r"a\b")),
        (T::TEXT, string("")),
        (T::TEXT, string("null")),
        (T::TEXT, number("5")),
        (T::Char(Some(3)), string("a")),
        (T::INTEGER, number("0")),
        (T::INTEGER, number("-1")),
        (T::SMALL_INTEGER, number("-1")),
        (T::BIG_INTEGER, number("5000000000")),
        (T::INTEGER, string("7")),
        (T::Decimal(Some((10, 2))), number("1.50")),
        (T::Decimal(None), number("-0.25")),
        (T::Decimal(None), number("100000000000000000000")),
        (T::Decimal(None), string("NaN")),
        (T::Double, number("0.0")),
        (T::Double, number("1e3")),
        (T::Double, number("-1.5")),
        (T::Boolean, Value::Literal(Literal::Bool(true))),
        (T::Boolean, string("f")),
        (T::Date, Value::Literal(Literal::CurrentDate)),
        (T::Date, string("2020-01-01")),
        (T::Time(None), Value::Literal(Literal::CurrentTime)),
        (T::Time(None), string("10:00")),
        (
            T::TimestampTz(None),
            Value::Literal(Literal::CurrentTimestamp(None)),
        ),
        (T::TimestampTz(None), expression("now()")),
        (
            T::DateTime(Some(3)),
            Value::Literal(Literal::CurrentTimestamp(Some(3))),
        ),
        (T::DateTime(None), expression("now() AT TIME ZONE 'utc'")),
        (T::DateTime(None), string("2020-01-01T10:00:00")),
        (T::TimestampTz(None), string("2020-01-01 10:00:00Z")),
        (T::TimestampTz(None), string("2020-01-01")),
        (T::JsonBinary, string(r#"{"bb": 1, "a": [true, null]}"#)),
        (T::Json, string(r#"{"bb": 1}"#)),
        (T::Uuid, string("A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11")),
        (T::Uuid, expression("gen_random_uuid()")),
        (mood(), string("it's")),
        (T::Array(Box::new(mood())), string("{ok}")),
        (integers.clone(), string("{}")),
        (integers, expression("ARRAY[]::integer[]")),
        (T::Inet, string("10.0.0.1")),
        (T::Bit(Some(3)), string("101")),
        (T::Varbit(None), string("101")),
        (T::BLOB, Value::Literal(Literal::Bytes("00ff".into()))),
        (T::BLOB, string("abc")),
        (
            T::Interval {
                fields: None,
                precision: None,
            },
            string("1 day"),
        ),
        (T::INTEGER, expression("1 + 2")),
        (T::TEXT, expression("lower('A') || CURRENT_USER")),
        (T::TEXT, expression("CASE WHEN true THEN 'a' ELSE 'b' END")),
    ]
}

#[tokio::test]
async fn every_default_is_read_back_as_stored() {
    let Some(scratch) = Scratch::create().await else {
        return;
    };
    scratch
        .run(r#"CREATE TYPE "Mood" AS ENUM ('ok', 'it''s')"#)
        .await;
    let server = Server::postgres(15);
    for in_create in [true, false] {
        let mut table = Table::new(format!("defaults_{in_create}"));
        let wanted = every_default();
        let columns = wanted.iter().enumerate().map(|(at, (ty, default))| Column {
            default: Some(default.clone()).filter(|_| in_create),
            ..Column::new(format!("c{at}"), ty.clone())
        });
        table.columns = columns.collect();
        let change = Change::CreateTable(table.clone());
        scratch.apply(&server, &Catalog::default(), &change).await;
        if !in_create {
            for ((_, default), column) in wanted.iter().zip(&table.columns) {
                let quoted = backend_sql(&server, default);
                let sql = format!(
                    "ALTER TABLE {} ALTER COLUMN {} SET DEFAULT {quoted}",
                    table.name, column.name
                );
                scratch.run(&sql).await;
            }
        }
        let found = read(&scratch).await.catalog;
        for ((ty, default), column) in wanted.iter().zip(&found.tables[&table.name].columns) {
            let wanted = value::stored(&server, default, ty);
            let live = column.default.clone().unwrap();
            // What the model says and what is there are one, or are both left to the server to decide.
            match (&wanted, &live) {
                (Value::Literal(_), _) | (_, Value::Literal(_)) => {
                    assert_eq!(value::stored(&server, &live, &column.ty), wanted);
                }
                (Value::Expression(_), Value::Expression(_)) => {}
            }
        }
    }
    scratch.drop().await;
}

fn backend_sql(server: &Server, value: &Value) -> String {
    plimsoll_schema::backend::value::sql(server, value)
}

#[tokio::test]
async fn numbering_and_generation_are_read() {
    let Some(scratch) = Scratch::create().await else {
        return;
    };
    let server = Server::postgres(15);
    let options = SequenceOptions {
        start: Some(100),
        increment: Some(10),
        min: Some(50),
        max: Some(1000),
        cache: Some(5),
        cycle: true,
    };
    let numbered = |name: &str, numbering: AutoIncrement| Column {
        auto_increment: Some(numbering),
        ..Column::new(name, ColumnType::INTEGER)
    };
    let mut table = Table::new("numbered");
    table.columns = vec![
        numbered("id", AutoIncrement::Auto),
        numbered("a", AutoIncrement::Serial),
        numbered(
            "b",
            AutoIncrement::Identity {
                always: true,
                options: options.clone(),
            },
        ),
        Column {
            ty: ColumnType::Int {
                width: IntWidth::Regular,
                unsigned: true,
            },
            ..numbered("c", AutoIncrement::Auto)
        },
        Column {
            generated: Some(Generated {
                expression: "a * 2".into(),
                stored: true,
            }),
            ..Column::new("d", ColumnType::BIG_INTEGER).null()
        },
    ];
    table.primary_key = Some(PrimaryKey {
        name: None,
        columns: vec!["id".into()],
        ..PrimaryKey::default()
    });
    scratch
        .apply(
            &server,
            &Catalog::default(),
            &Change::CreateTable(table.clone()),
        )
        .await;
    scratch
        .run("CREATE SEQUENCE loose; ALTER TABLE numbered ADD e int DEFAULT nextval('loose'), ADD f numeric DEFAULT nextval('loose')")
        .await;
    let catalog = read(&scratch).await.catalog;
    let found = &catalog.tables[&table.name];
    let by_default = AutoIncrement::Identity {
        always: false,
        options: SequenceOptions::default(),
    };
    let numbering = |name: &str| found.column(name).unwrap().auto_increment.clone();
    assert_eq!(numbering("id"), Some(by_default.clone()));
    assert_eq!(numbering("a"), Some(AutoIncrement::Serial));
    assert_eq!(
        numbering("b"),
        Some(AutoIncrement::Identity {
            always: true,
            options
        })
    );
    assert_eq!(numbering("c"), Some(by_default));
    assert_eq!(found.column("c").unwrap().ty, ColumnType::BIG_INTEGER);
    assert_eq!(
        found.column("d").unwrap().generated,
        table.columns[4].generated
    );
    // Old dumps make sequences that no column owns.
    assert_eq!(numbering("e"), None);
    assert_eq!(
        found.column("e").unwrap().default,
        Some(expression("nextval('loose'::regclass)"))
    );
    assert_eq!(
        found.column("f").unwrap().default,
        Some(expression("nextval('loose'::regclass)"))
    );
    assert_eq!(
        found.primary_key.as_ref().unwrap().name.as_deref(),
        Some("numbered_pkey")
    );
    scratch.drop().await;
}
