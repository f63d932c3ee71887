use plimsoll_schema::backend::mysql::create;
use plimsoll_schema::backend::{render, types, value};
use plimsoll_schema::{
    Action, Backend, Catalog, Change, Check, Column, ColumnType, Flavor, ForeignKey, Generated,
    Index, IndexKey, IntWidth, Literal, Order, Pair, PrimaryKey, Server, Table, TableChange,
    TableName, TextSize, Unique, Value, Version,
};
use sea_orm::{
    ConnectOptions, ConnectionTrait, Database, DatabaseConnection, DbBackend, Statement,
};

use super::{Inspection, Scope, inspect, read_version};

mod changes;
mod odd;

/// A database of its own; `None` where the run asks for SQLite alone.
struct Scratch {
    db: DatabaseConnection,
    name: String,
}

impl Scratch {
    async fn create(name: &str) -> Option<Self> {
        if std::env::var("PLIMSOLL_TEST_SERVERS").is_ok_and(|servers| servers == "sqlite") {
            return None;
        }
        let url = std::env::var("TEST_MYSQL_URL")
            .unwrap_or_else(|_| "mysql://root@127.0.0.1:3306/test".to_owned());
        let name = format!("plimsoll_mysql_{}_{name}", std::process::id());
        let admin = connect(&url).await;
        run(&admin, &format!("DROP DATABASE IF EXISTS {name}")).await;
        run(&admin, &format!("CREATE DATABASE {name}")).await;
        admin.close().await.unwrap();
        let (server, _) = url.rsplit_once('/').unwrap();
        let db = connect(&format!("{server}/{name}")).await;
        Some(Self { db, name })
    }

    async fn run(&self, sql: &str) {
        run(&self.db, sql).await;
    }

    async fn read(&self) -> Inspection {
        inspect(&self.db, &Scope::default()).await.unwrap()
    }

    async fn drop(self) {
        let sql = format!("DROP DATABASE {}", self.name);
        self.run(&sql).await;
        self.db.close().await.unwrap();
    }

    /// Carries the change out and holds what is there against the simulation.
    async fn carry_out(&self, server: &Server, before: &Catalog, change: &Change) -> Catalog {
        let mut after = before.clone();
        after.apply(change).unwrap();
        for sql in render(server, before, change).unwrap() {
            run(&self.db, &sql).await;
        }
        let found = self.read().await.catalog;
        same(&found, &as_stored(server, &after), change);
        self.printed(server, &found, change).await;
        found
    }

    /// What SHOW CREATE TABLE prints is what inspection reports.
    async fn printed(&self, server: &Server, found: &Catalog, change: &Change) {
        let mut printed = Catalog::default();
        for name in found.tables.keys() {
            let sql = format!("SHOW CREATE TABLE `{}`", name.name);
            let statement = Statement::from_string(DbBackend::MySql, sql);
            let row = self.db.query_one_raw(statement).await.unwrap().unwrap();
            // A default may hold bytes, which `information_schema` shows as question marks.
            let bytes: Vec<u8> = row.try_get_by_index(1).unwrap();
            let text = String::from_utf8_lossy(&bytes).replace('\u{fffd}', "?");
            printed.insert(create::table(server, name, &text).unwrap());
        }
        same(&printed, found, change);
    }
}

/// Equal, or the lines that are not.
fn same(found: &Catalog, expected: &Catalog, change: &Change) {
    let (found, expected) = (found.to_json(), expected.to_json());
    let lacks = |text: &str, line: &str| !text.lines().any(|known| known == line);
    let only = |left: &str, right: &str| {
        let lines: Vec<&str> = left.lines().filter(|line| lacks(right, line)).collect();
        lines.join("\n")
    };
    assert!(
        found == expected,
        "found\n{}\nexpected\n{}\nafter {change:?}",
        only(&found, &expected),
        only(&expected, &found)
    );
}

async fn connect(url: &str) -> DatabaseConnection {
    let mut options = ConnectOptions::new(url);
    options.max_connections(1).sqlx_logging(false);
    Database::connect(options)
        .await
        .unwrap_or_else(|error| panic!("no server at {url}: {error}"))
}

async fn run(db: &DatabaseConnection, sql: &str) {
    db.execute_unprepared(sql)
        .await
        .unwrap_or_else(|error| panic!("{sql}\n{error}"));
}

/// The catalog as inspection reports it once the server stored it.
fn as_stored(server: &Server, catalog: &Catalog) -> Catalog {
    let mut stored = Catalog::default();
    for table in catalog.tables.values() {
        let mut table = table.clone();
        for column in &mut table.columns {
            column.default = column
                .default
                .as_ref()
                .map(|default| value::stored(server, default, &column.ty));
            column.ty = types::stored(server, &column.ty);
        }
        stored.insert(table);
    }
    stored
}

#[test]
fn a_version_tells_the_flavor() {
    for (text, flavor, version) in [
        ("8.4.0", Flavor::Original, Version(8, 4, 0)),
        ("5.7.44-log", Flavor::Original, Version(5, 7, 44)),
        (
            "10.11.19-MariaDB-0+deb12u1",
            Flavor::MariaDb,
            Version(10, 11, 19),
        ),
        (
            "5.5.5-10.5.23-MariaDB-log",
            Flavor::MariaDb,
            Version(10, 5, 23),
        ),
    ] {
        assert_eq!(read_version(text), Some((flavor, version)), "{text}");
    }
    assert_eq!(read_version("unknown"), None);
}

fn every_type() -> Vec<ColumnType> {
    use ColumnType as T;
    let words = vec!["a".to_owned(), "it's".to_owned(), "b,\\(c)".to_owned()];
    let mut types = vec![
        T::Float,
        T::Double,
        T::Decimal(None),
        T::Decimal(Some((12, 4))),
        T::Boolean,
        T::Char(None),
        T::Char(Some(36)),
        T::Varchar(None),
        T::Varchar(Some(40)),
        T::Binary(Some(8)),
        T::Varbinary(None),
        T::Varbinary(Some(20)),
        T::Bit(None),
        T::Bit(Some(9)),
        T::Varbit(Some(3)),
        T::Date,
        T::Year,
        T::Json,
        T::JsonBinary,
        T::Uuid,
        T::Enum {
            name: "mood".into(),
            values: vec!["calm".into(), "glad".into()],
        },
        T::Enum {
            name: "odd".into(),
            values: words,
        },
        T::Set(vec!["a".into(), "it's".into(), "(\\)".into()]),
        T::Raw("int(10) unsigned zerofill".into()),
        T::Raw("decimal(10,2) unsigned".into()),
        T::Raw("geometry".into()),
    ];
    for unsigned in [false, true] {
        for width in [
            IntWidth::Tiny,
            IntWidth::Small,
            IntWidth::Medium,
            IntWidth::Regular,
            IntWidth::Big,
        ] {
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
    for digits in [None, Some(3), Some(6)] {
        types.extend([
            T::Time(digits),
            T::DateTime(digits),
            T::Timestamp(digits),
            T::TimestampTz(digits),
        ]);
    }
    types
}

#[tokio::test]
async fn every_type_is_read_as_it_is_stored() {
    let Some(scratch) = Scratch::create("types").await else {
        return;
    };
    let server = scratch.read().await.server;
    let mut table = Table::new("every");
    for (at, ty) in every_type().into_iter().enumerate() {
        table.columns.push(Column::new(format!("c{at}"), ty).null());
    }
    let change = Change::CreateTable(table);
    let found = scratch
        .carry_out(&server, &Catalog::default(), &change)
        .await;
    scratch.carry_out(&server, &found, &change.reverse()).await;
    scratch.drop().await;
}

#[tokio::test]
async fn every_default_is_read_as_it_is_stored() {
    let Some(scratch) = Scratch::create("defaults").await else {
        return;
    };
    let server = scratch.read().await.server;
    let decimal = ColumnType::Decimal(Some((10, 2)));
    let string = |text: &str| Value::Literal(Literal::String(text.into()));
    let number = |text: &str| Value::Literal(Literal::Number(text.into()));
    let now = |digits| Value::Literal(Literal::CurrentTimestamp(digits));
    let defaults = [
        (ColumnType::Boolean, Value::Literal(Literal::Bool(true))),
        (
            ColumnType::TINY_INTEGER,
            Value::Literal(Literal::Bool(false)),
        ),
        (ColumnType::INTEGER, number("-5")),
        (ColumnType::BIG_INTEGER, number("9223372036854775807")),
        (decimal.clone(), number("0")),
        (decimal, number("1.5")),
        (ColumnType::Double, number("10000000000")),
        (ColumnType::Double, number("1.50")),
        (ColumnType::Bit(Some(5)), number("5")),
        (ColumnType::Varchar(None), string("")),
        (ColumnType::Varchar(None), string("it's \"a\" \\ `b`\n")),
        (ColumnType::Varchar(None), string("current_timestamp()")),
        (ColumnType::Varchar(None), number("1.50")),
        (ColumnType::Char(Some(4)), string("NULL")),
        (ColumnType::TEXT, string("it's")),
        (ColumnType::Json, string("{}")),
        (
            ColumnType::Enum {
                name: "e".into(),
                values: vec!["a".into(), "b".into()],
            },
            string("b"),
        ),
        (ColumnType::Date, string("2020-01-31")),
        (ColumnType::Date, Value::Literal(Literal::CurrentDate)),
        (ColumnType::Time(None), string("10:00")),
        (ColumnType::Time(None), Value::Literal(Literal::CurrentTime)),
        (ColumnType::DateTime(Some(3)), string("2020-01-31")),
        (ColumnType::DateTime(None), now(None)),
        (ColumnType::DateTime(Some(6)), now(None)),
        (ColumnType::Timestamp(Some(6)), now(Some(6))),
        (ColumnType::TimestampTz(None), now(None)),
        (
            ColumnType::TimestampTz(None),
            Value::Expression("now()".into()),
        ),
        (
            ColumnType::Varbinary(Some(8)),
            Value::Literal(Literal::Bytes("61e9".into())),
        ),
        (ColumnType::INTEGER, Value::Expression("1 + 2".into())),
        (
            ColumnType::Varchar(Some(36)),
            Value::Expression("uuid()".into()),
        ),
    ];
    let mut table = Table::new("defaults");
    for (at, (ty, default)) in defaults.into_iter().enumerate() {
        let mut column = Column::new(format!("c{at}"), ty);
        column.default = Some(default);
        table.columns.push(column);
    }
    scratch
        .carry_out(&server, &Catalog::default(), &Change::CreateTable(table))
        .await;
    scratch.drop().await;
}

#[tokio::test]
async fn the_number_of_statements_is_constant() {
    let Some(scratch) = Scratch::create("count").await else {
        return;
    };
    let empty = scratch.read().await;
    for at in 0..5 {
        let key = if at > 0 {
            format!(", FOREIGN KEY (p) REFERENCES t{} (id)", at - 1)
        } else {
            String::new()
        };
        scratch
            .run(&format!(
                "CREATE TABLE t{at} (id int PRIMARY KEY, p int, x int CHECK (x > 0), KEY (x){key})"
            ))
            .await;
    }
    let full = scratch.read().await;
    assert_eq!(full.catalog.tables.len(), 5);
    assert_eq!(full.statements, empty.statements);
    assert!(full.statements <= 10, "{} statements", full.statements);
    scratch.drop().await;
}

fn name(text: &str) -> TableName {
    TableName::new(text)
}
