use sea_query::{MysqlQueryBuilder, PostgresQueryBuilder, SqliteQueryBuilder};

use super::*;
use crate::*;

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
        types.push(T::Text(size));
        types.push(T::Blob(size));
    }
    for digits in [None, Some(3)] {
        types.extend([
            T::Char(digits),
            T::Varchar(digits),
            T::Varbinary(digits),
            T::Bit(digits),
            T::Varbit(digits),
            T::Time(digits),
            T::DateTime(digits),
            T::Timestamp(digits),
            T::TimestampTz(digits),
            T::Vector(digits),
            T::Interval {
                fields: None,
                precision: digits,
            },
            T::Interval {
                fields: Some("DAY TO SECOND".into()),
                precision: digits,
            },
        ]);
    }
    types.extend([
        T::Float,
        T::Double,
        T::Decimal(None),
        T::Decimal(Some((12, 2))),
        T::Decimal(Some((5, -2))),
        T::Money,
        T::Boolean,
        T::Binary(Some(16)),
        T::Date,
        T::Year,
        T::Json,
        T::JsonBinary,
        T::Uuid,
        T::Inet,
        T::Cidr,
        T::MacAddr,
        T::LTree,
        T::Set(vec!["a".into(), "it's".into(), "b\\c".into()]),
        T::Set(Vec::new()),
        T::Array(Box::new(T::Array(Box::new(T::Uuid)))),
        T::Raw("citext".into()),
    ]);
    for name in ["mood", "order", "Mood", "bad\"name"] {
        types.push(T::Enum {
            name: name.into(),
            values: vec!["a".into(), "it's".into()],
        });
    }
    types.push(T::Enum {
        name: TypeName::qualified(Some("app"), "mood"),
        values: vec!["a".into()],
    });
    types
}

#[test]
fn every_type_survives_the_bridge() {
    for ty in every_type() {
        let column = Column::new("c", ty);
        assert_eq!(from_column_def(&column_def(&column)), column);
    }
}

#[test]
fn every_literal_survives_the_bridge() {
    let literals = [
        Literal::Null,
        Literal::Bool(true),
        Literal::Number("-1".into()),
        Literal::Number("1.50".into()),
        Literal::Number("007".into()),
        Literal::Number("18446744073709551615".into()),
        Literal::String("it's \\ \"é\"".into()),
        Literal::String("CURRENT_DATE".into()),
        Literal::String("'".into()),
        Literal::Bytes("00ff".into()),
        Literal::CurrentTimestamp(None),
        Literal::CurrentTimestamp(Some(6)),
        Literal::CurrentDate,
        Literal::CurrentTime,
    ];
    for literal in literals {
        let mut column = Column::new("c", ColumnType::TEXT).null();
        column.default = Some(Value::Literal(literal));
        assert_eq!(from_column_def(&column_def(&column)), column);
    }
}

#[test]
fn every_facet_a_definition_carries_survives_the_bridge() {
    let mut column = Column::new("c", ColumnType::INTEGER).null();
    column.default = Some(Value::Expression("lower('A') || 'b'".into()));
    column.generated = Some(Generated {
        expression: "a + 1".into(),
        stored: true,
    });
    column.comment = Some("how's that".into());
    column.extra = Some("CHECK (c > 0)".into());
    assert_eq!(from_column_def(&column_def(&column)), column);
    let mut column = Column::new("c", ColumnType::INTEGER);
    column.auto_increment = Some(AutoIncrement::Auto);
    assert_eq!(from_column_def(&column_def(&column)), column);
}

#[test]
fn expressions_of_models_are_read_as_text() {
    use sea_query::{Expr, ExprTrait, Func};
    assert_eq!(
        from_expr(&Func::cust("now").into()),
        Value::Expression("now()".into())
    );
    assert_eq!(
        from_expr(&Expr::val(2).add(3)),
        Value::Expression("2 + 3".into())
    );
    assert_eq!(
        from_expr(&Expr::val('é')),
        Value::Literal(Literal::String("é".into()))
    );
    assert_eq!(
        from_expr(&Expr::val(0.5)),
        Value::Literal(Literal::Number("0.5".into()))
    );
}

fn order() -> Table {
    let mut table = Table::new("order");
    let mut id = Column::new("id", ColumnType::BIG_INTEGER);
    id.auto_increment = Some(AutoIncrement::Auto);
    let mut name = Column::new("name", ColumnType::Varchar(Some(40))).null();
    name.default = Some(Value::Literal(Literal::String("it's".into())));
    name.collation = Some("C".into());
    name.comment = Some("who".into());
    let mut total = Column::new("total", ColumnType::Decimal(Some((10, 2))));
    total.generated = Some(Generated {
        expression: "a * b".into(),
        stored: true,
    });
    table.columns = vec![id, name, total];
    table.primary_key = Some(PrimaryKey {
        name: None,
        columns: vec!["id".into()],
        ..PrimaryKey::default()
    });
    table.uniques = vec![Unique {
        name: Some("uq-order-name-total".into()),
        columns: vec!["name".into(), "total".into()],
        nulls_not_distinct: false,
        deferrable: None,
        ..Unique::default()
    }];
    table.foreign_keys = vec![ForeignKey {
        name: None,
        columns: vec!["name".into()],
        ref_table: "customer".into(),
        ref_columns: vec!["name".into()],
        on_delete: Some(Action::Cascade),
        on_update: Some(Action::SetNull),
        deferrable: None,
        match_full: false,
        not_valid: false,
        ..ForeignKey::default()
    }];
    table.checks = vec![Check {
        name: Some("ck".into()),
        expression: "total > 0".into(),
        ..Check::default()
    }];
    table.comment = Some("what is bought".into());
    table
}

#[test]
fn a_table_is_created() {
    let statement = create_table(&order()).unwrap();
    insta::assert_snapshot!(statement.to_string(PostgresQueryBuilder), @r#"CREATE TABLE "order" ( "id" bigint GENERATED BY DEFAULT AS IDENTITY NOT NULL PRIMARY KEY, "name" varchar(40) NULL DEFAULT E'it\'s' COLLATE "C", "total" decimal(10, 2) GENERATED ALWAYS AS (a * b) STORED NOT NULL, CONSTRAINT "uq-order-name-total" UNIQUE ("name", "total"), CONSTRAINT "fk-order-name" FOREIGN KEY ("name") REFERENCES "customer" ("name") ON DELETE CASCADE ON UPDATE SET NULL, CONSTRAINT "ck" CHECK (total > 0) )"#);
    insta::assert_snapshot!(statement.to_string(MysqlQueryBuilder), @r#"CREATE TABLE `order` ( `id` bigint NOT NULL PRIMARY KEY AUTO_INCREMENT, `name` varchar(40) NULL DEFAULT 'it\'s' COLLATE "C" COMMENT 'who', `total` decimal(10, 2) GENERATED ALWAYS AS (a * b) STORED NOT NULL, UNIQUE KEY `uq-order-name-total` (`name`, `total`), CONSTRAINT `fk-order-name` FOREIGN KEY (`name`) REFERENCES `customer` (`name`) ON DELETE CASCADE ON UPDATE SET NULL, CONSTRAINT `ck` CHECK (total > 0) ) COMMENT 'what is bought'"#);
    insta::assert_snapshot!(statement.to_string(SqliteQueryBuilder), @r#"CREATE TABLE "order" ( "id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "name" varchar(40) NULL DEFAULT 'it''s' COLLATE "C", "total" real(10, 2) GENERATED ALWAYS AS (a * b) STORED NOT NULL, CONSTRAINT "uq-order-name-total" UNIQUE ("name", "total"), FOREIGN KEY ("name") REFERENCES "customer" ("name") ON DELETE CASCADE ON UPDATE SET NULL, CONSTRAINT "ck" CHECK (total > 0) )"#);
}

#[test]
fn a_table_is_read_back_without_what_has_no_getter() {
    let mut table = order();
    let read = from_create_table(&create_table(&table).unwrap());
    table.checks.clear();
    table.columns[1].extra = Some("COLLATE \"C\"".into());
    table.columns[1].collation = None;
    table.columns[2].nullable = true;
    table.columns[2].extra = Some("NOT NULL".into());
    table.foreign_keys[0].name = Some("fk-order-name".into());
    assert_eq!(read, table);
}

#[test]
fn a_constraint_keeps_the_name_it_has_or_has_not() {
    let mut table = Table::new(TableName::qualified(Some("app"), "a"));
    table.columns = vec![
        Column::new("x", ColumnType::INTEGER),
        Column::new("y", ColumnType::Uuid),
    ];
    table.primary_key = Some(PrimaryKey {
        name: Some("pk-a".into()),
        columns: vec!["y".into(), "x".into()],
        ..PrimaryKey::default()
    });
    let statement = create_table(&table).unwrap();
    insta::assert_snapshot!(statement.to_string(PostgresQueryBuilder), @r#"CREATE TABLE "app"."a" ( "x" integer NOT NULL, "y" uuid NOT NULL, CONSTRAINT "pk-a" PRIMARY KEY ("y", "x") )"#);
    insta::assert_snapshot!(statement.to_string(MysqlQueryBuilder), @"CREATE TABLE `app`.`a` ( `x` int NOT NULL, `y` binary(16) NOT NULL, PRIMARY KEY `pk-a` (`y`, `x`) )");
    table.primary_key.as_mut().unwrap().name = None;
    table.uniques = vec![Unique {
        name: None,
        columns: vec!["y".into()],
        nulls_not_distinct: false,
        deferrable: None,
        ..Unique::default()
    }];
    let statement = create_table(&table).unwrap();
    insta::assert_snapshot!(statement.to_string(SqliteQueryBuilder), @r#"CREATE TABLE "app"."a" ( "x" integer NOT NULL, "y" uuid_text NOT NULL, PRIMARY KEY ("y", "x"), UNIQUE ("y") )"#);
}

#[test]
fn numbering_beyond_the_builder_follows_the_definition() {
    let mut serial = Column::new("a", ColumnType::BIG_INTEGER);
    serial.auto_increment = Some(AutoIncrement::Serial);
    let mut always = Column::new("b", ColumnType::INTEGER);
    always.auto_increment = Some(AutoIncrement::Identity {
        always: true,
        options: SequenceOptions {
            start: Some(100),
            cycle: true,
            ..SequenceOptions::default()
        },
    });
    let mut table = Table::new("t");
    table.columns = vec![serial, always];
    let statement = create_table(&table).unwrap();
    insta::assert_snapshot!(statement.to_string(PostgresQueryBuilder), @r#"CREATE TABLE "t" ( "a" bigserial NOT NULL, "b" integer NOT NULL GENERATED ALWAYS AS IDENTITY (START WITH 100 CYCLE) )"#);
}

#[test]
fn what_create_table_cannot_carry_is_split_off() {
    let mut table = order();
    table.uniques[0].deferrable = Some(Deferrable::Deferred);
    table.foreign_keys[0].ref_table = TableName::qualified(Some("other"), "customer");
    table.options.unlogged = true;
    assert!(create_table(&table).is_none());
    let (kept, rest) = split(Backend::Mysql, &table);
    assert!(create_table(&kept).is_some());
    assert_eq!(rest.len(), 3);
    let (kept, rest) = split(Backend::Postgres, &table);
    // References follow UNLOGGED, which decides what they may point at.
    assert_eq!(kept.foreign_keys.len(), 0);
    assert_eq!(rest.len(), 3);
}

#[test]
fn indexes_are_said_where_the_builder_says_them_right() {
    let mut plain = Index::on("ix", &["a", "b"]);
    plain.keys[1].order = Order::Desc;
    plain.unique = true;
    plain.predicate = Some("a > 0 OR b".into());
    let statement = index(&"t".into(), &plain).unwrap();
    insta::assert_snapshot!(statement.to_string(PostgresQueryBuilder), @r#"CREATE UNIQUE INDEX "ix" ON "t" ("a", "b" DESC) WHERE a > 0 OR b"#);
    insta::assert_snapshot!(statement.to_string(SqliteQueryBuilder), @r#"CREATE UNIQUE INDEX "ix" ON "t" ("a", "b" DESC) WHERE a > 0 OR b"#);

    let unsaid: [fn(&mut Index); 6] = [
        |index| index.keys.push(IndexKey::expression("lower(a)")),
        |index| index.keys[0].prefix = Some(10),
        |index| index.keys[0].nulls = Some(Nulls::First),
        |index| index.keys[0].opclass = Some("gin_trgm_ops".into()),
        |index| index.method = Some("spatial".into()),
        |index| index.name = "a`b".into(),
    ];
    for change in unsaid {
        let mut changed = plain.clone();
        change(&mut changed);
        assert!(index(&"t".into(), &changed).is_none());
    }
    assert!(index(&TableName::qualified(Some("s"), "t"), &plain).is_none());
}

#[test]
fn small_statements_render_on_every_backend() {
    let table = TableName::new("t");
    let column = Column::new("c", ColumnType::INTEGER).null();
    let statements = [
        add_column(&table, &column).to_string(SqliteQueryBuilder),
        drop_column(&table, "c").to_string(MysqlQueryBuilder),
        rename_column(&table, &Pair::new("c".into(), "d".into())).to_string(PostgresQueryBuilder),
        drop_table(&table).to_string(SqliteQueryBuilder),
        rename_table(&Pair::new(table.clone(), "u".into()))
            .unwrap()
            .to_string(MysqlQueryBuilder),
        drop_index(&table, &Index::on("ix", &["c"]))
            .unwrap()
            .to_string(MysqlQueryBuilder),
        foreign_key(&table, &order().foreign_keys[0])
            .unwrap()
            .to_string(PostgresQueryBuilder),
    ];
    insta::assert_snapshot!(statements.join("\n"), @r#"
    ALTER TABLE "t" ADD COLUMN "c" integer NULL
    ALTER TABLE `t` DROP COLUMN `c`
    ALTER TABLE "t" RENAME COLUMN "c" TO "d"
    DROP TABLE "t"
    RENAME TABLE `t` TO `u`
    DROP INDEX `ix` ON `t`
    ALTER TABLE "t" ADD CONSTRAINT "fk-t-name" FOREIGN KEY ("name") REFERENCES "customer" ("name") ON DELETE CASCADE ON UPDATE SET NULL
    "#);
}

#[test]
fn a_given_name_fits_every_server() {
    let mut key = order().foreign_keys.remove(0);
    key.name = None;
    key.columns = vec!["é".repeat(40)];
    let long = foreign_key_name(&"loyalty_card".into(), &key);
    assert!(long.len() <= 63);
    key.columns[0].push('x');
    assert_ne!(foreign_key_name(&"loyalty_card".into(), &key), long);
}
