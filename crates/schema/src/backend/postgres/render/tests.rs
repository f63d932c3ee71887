//! The SQL itself; that a server takes it and does what it says is tested where a server is.

use super::*;
use crate::{ColumnType, EnumType, Literal, TypeName, Value};

fn sql(change: &Change) -> String {
    sql_on(15, &Catalog::default(), change)
}

fn sql_on(major: u32, before: &Catalog, change: &Change) -> String {
    render(&Server::postgres(major), before, change)
        .unwrap()
        .join("\n")
}

fn altered(from: Column, change: impl FnOnce(&mut Column)) -> Change {
    let mut to = from.clone();
    change(&mut to);
    Change::AlterTable {
        table: TableName::qualified(Some("app"), "t"),
        changes: vec![TableChange::AlterColumn(Box::new(Pair::new(from, to)))],
    }
}

fn with_default(ty: ColumnType, default: Value) -> Column {
    Column {
        default: Some(default),
        ..Column::new("c", ty)
    }
}

fn string(text: &str) -> Value {
    Value::Literal(Literal::String(text.into()))
}

fn mood(name: &str, values: &str) -> EnumType {
    EnumType {
        name: TypeName::new(name),
        values: values.split(' ').map(str::to_owned).collect(),
        ..EnumType::default()
    }
}

fn mood_type() -> ColumnType {
    let EnumType { name, values, .. } = mood("mood", "a b c");
    ColumnType::Enum { name, values }
}

#[test]
fn a_column_changes_in_one_statement() {
    let column = with_default(ColumnType::Varchar(Some(20)), string("7"));
    insta::assert_snapshot!(sql(&altered(column.clone(), |column| {
        column.ty = ColumnType::INTEGER;
        column.default = Some(Value::Literal(Literal::Number("7".into())));
        column.nullable = true;
        column.comment = Some("how many".into());
    })), @r#"
    ALTER TABLE "app"."t" ALTER COLUMN "c" DROP DEFAULT, ALTER COLUMN "c" TYPE integer USING "c"::integer, ALTER COLUMN "c" SET DEFAULT 7, ALTER COLUMN "c" DROP NOT NULL
    COMMENT ON COLUMN "app"."t"."c" IS 'how many'
    "#);
    insta::assert_snapshot!(sql(&altered(column.clone(), |column| {
        column.ty = ColumnType::Varchar(Some(80));
    })), @r#"ALTER TABLE "app"."t" ALTER COLUMN "c" TYPE varchar(80)"#);
    insta::assert_snapshot!(sql(&altered(column.clone(), |column| column.default = None)), @r#"ALTER TABLE "app"."t" ALTER COLUMN "c" DROP DEFAULT"#);
    insta::assert_snapshot!(sql(&altered(column, |column| {
        column.ty = ColumnType::TEXT;
        column.collation = Some("C".into());
    })), @r#"ALTER TABLE "app"."t" ALTER COLUMN "c" TYPE text COLLATE "C", ALTER COLUMN "c" SET DEFAULT '7'"#);
}

#[test]
fn types_are_converted() {
    use ColumnType as T;
    let texts = T::Array(Box::new(T::TEXT));
    let mut out = Vec::new();
    for (from, to) in [
        (T::TEXT, T::Uuid),
        (T::TEXT, mood_type()),
        (mood_type(), T::TEXT),
        (T::Json, T::JsonBinary),
        (T::INTEGER, T::Boolean),
        (T::Boolean, T::BIG_INTEGER),
        (T::DateTime(None), T::TimestampTz(None)),
        (T::BIG_INTEGER, T::TimestampTz(None)),
        (T::TEXT, T::BLOB),
        (T::BLOB, T::Uuid),
        (T::INTEGER, T::Uuid),
        (T::TEXT, texts.clone()),
        (texts.clone(), T::INTEGER),
        (texts, T::Array(Box::new(T::INTEGER))),
        (T::Raw("citext".into()), T::INTEGER),
    ] {
        out.push(sql(&altered(Column::new("c", from), |column| {
            column.ty = to;
        })));
    }
    insta::assert_snapshot!(out.join("\n"), @r#"
    ALTER TABLE "app"."t" ALTER COLUMN "c" TYPE uuid USING "c"::uuid
    ALTER TABLE "app"."t" ALTER COLUMN "c" TYPE mood USING "c"::mood
    ALTER TABLE "app"."t" ALTER COLUMN "c" TYPE text
    ALTER TABLE "app"."t" ALTER COLUMN "c" TYPE jsonb
    ALTER TABLE "app"."t" ALTER COLUMN "c" TYPE bool USING "c" <> 0
    ALTER TABLE "app"."t" ALTER COLUMN "c" TYPE bigint USING "c"::integer
    ALTER TABLE "app"."t" ALTER COLUMN "c" TYPE timestamp with time zone USING "c" AT TIME ZONE 'UTC'
    ALTER TABLE "app"."t" ALTER COLUMN "c" TYPE timestamp with time zone USING to_timestamp("c")
    ALTER TABLE "app"."t" ALTER COLUMN "c" TYPE bytea USING convert_to("c", 'UTF8')
    ALTER TABLE "app"."t" ALTER COLUMN "c" TYPE uuid USING encode("c", 'hex')::uuid
    ALTER TABLE "app"."t" ALTER COLUMN "c" TYPE uuid USING "c"::text::uuid
    ALTER TABLE "app"."t" ALTER COLUMN "c" TYPE text[] USING CASE WHEN "c" IS NULL THEN NULL WHEN "c" LIKE '{%}' THEN "c"::text[] ELSE ARRAY["c"]::text[] END
    ALTER TABLE "app"."t" ALTER COLUMN "c" TYPE integer USING "c"[1]::integer
    ALTER TABLE "app"."t" ALTER COLUMN "c" TYPE integer[] USING "c"::integer[]
    ALTER TABLE "app"."t" ALTER COLUMN "c" TYPE integer USING "c"::text::integer
    "#);
}

#[test]
fn what_is_one_type_here_is_no_change() {
    let small = Column::new(
        "c",
        ColumnType::Int {
            width: crate::IntWidth::Tiny,
            unsigned: true,
        },
    );
    let change = altered(small, |column| column.ty = ColumnType::SMALL_INTEGER);
    assert_eq!(sql(&change), "");
    let more = |column: &mut Column| {
        let EnumType { name, values, .. } = mood("mood", "a b c d");
        column.ty = ColumnType::Enum { name, values };
    };
    assert_eq!(sql(&altered(Column::new("c", mood_type()), more)), "");
}

#[test]
fn numbering_changes() {
    let plain = Column::new("c", ColumnType::INTEGER);
    let numbered = |numbering: AutoIncrement| Column {
        auto_increment: Some(numbering),
        ..plain.clone()
    };
    let to_identity = |column: &mut Column| column.auto_increment = Some(AutoIncrement::Auto);
    insta::assert_snapshot!(sql(&altered(plain.clone(), to_identity)), @r#"
    ALTER TABLE "app"."t" ALTER COLUMN "c" ADD GENERATED BY DEFAULT AS IDENTITY
    SELECT setval(pg_get_serial_sequence('"app"."t"', 'c'), GREATEST(max("c"), 1), coalesce(max("c") >= 1, false)) FROM "app"."t"
    "#);
    insta::assert_snapshot!(sql(&altered(numbered(AutoIncrement::Serial), to_identity)), @r#"
    ALTER TABLE "app"."t" ALTER COLUMN "c" DROP DEFAULT
    DO $$ DECLARE owned text := pg_get_serial_sequence('"app"."t"', 'c'); BEGIN IF owned IS NOT NULL THEN EXECUTE 'DROP SEQUENCE ' || owned; END IF; END $$
    ALTER TABLE "app"."t" ALTER COLUMN "c" ADD GENERATED BY DEFAULT AS IDENTITY
    SELECT setval(pg_get_serial_sequence('"app"."t"', 'c'), GREATEST(max("c"), 1), coalesce(max("c") >= 1, false)) FROM "app"."t"
    "#);
    insta::assert_snapshot!(sql(&altered(plain.clone(), |column| {
        column.auto_increment = Some(AutoIncrement::Serial);
    })), @r#"
    CREATE SEQUENCE "app"."t_c_seq" AS integer OWNED BY "app"."t"."c"
    ALTER TABLE "app"."t" ALTER COLUMN "c" SET DEFAULT nextval('"app"."t_c_seq"'::regclass)
    SELECT setval('"app"."t_c_seq"', GREATEST(max("c"), 1), coalesce(max("c") >= 1, false)) FROM "app"."t"
    "#);
    insta::assert_snapshot!(sql(&altered(numbered(AutoIncrement::Serial), |column| {
        column.ty = ColumnType::BIG_INTEGER;
    })), @r#"
    ALTER TABLE "app"."t" ALTER COLUMN "c" TYPE bigint
    DO $$ DECLARE owned text := pg_get_serial_sequence('"app"."t"', 'c'); BEGIN IF owned IS NOT NULL THEN EXECUTE 'ALTER SEQUENCE ' || owned || ' AS bigint'; END IF; END $$
    "#);
    insta::assert_snapshot!(sql(&altered(numbered(AutoIncrement::Auto), |column| {
        column.auto_increment = Some(AutoIncrement::Identity {
            always: true,
            options: crate::SequenceOptions {
                increment: Some(10),
                ..crate::SequenceOptions::default()
            },
        });
    })), @r#"ALTER TABLE "app"."t" ALTER COLUMN "c" SET GENERATED ALWAYS SET INCREMENT BY 10"#);
    assert_eq!(
        sql(&altered(numbered(AutoIncrement::Auto), |column| {
            column.auto_increment = Some(AutoIncrement::Identity {
                always: false,
                options: crate::SequenceOptions::default(),
            });
        })),
        ""
    );
}

#[test]
fn a_generation_expression_changes_as_the_version_can() {
    let generated = |expression: &str| {
        Some(crate::Generated {
            expression: expression.into(),
            stored: true,
        })
    };
    let column = Column {
        generated: generated("a + 1"),
        ..Column::new("c", ColumnType::INTEGER).null()
    };
    let change = altered(column.clone(), |column| {
        column.generated = generated("a + 2");
    });
    insta::assert_snapshot!(sql_on(15, &Catalog::default(), &change), @r#"
    ALTER TABLE "app"."t" DROP COLUMN "c"
    ALTER TABLE "app"."t" ADD COLUMN "c" integer GENERATED ALWAYS AS (a + 2) STORED
    "#);
    insta::assert_snapshot!(sql_on(17, &Catalog::default(), &change), @r#"ALTER TABLE "app"."t" ALTER COLUMN "c" SET EXPRESSION AS (a + 2)"#);
    let change = altered(column.clone(), |column| column.generated = None);
    insta::assert_snapshot!(sql_on(12, &Catalog::default(), &change), @r#"
    ALTER TABLE "app"."t" DROP COLUMN "c"
    ALTER TABLE "app"."t" ADD COLUMN "c" integer NULL
    "#);
    insta::assert_snapshot!(sql_on(13, &Catalog::default(), &change), @r#"ALTER TABLE "app"."t" ALTER COLUMN "c" DROP EXPRESSION"#);
    let virtual_column = altered(column, |column| {
        column.generated = Some(crate::Generated {
            expression: "a".into(),
            stored: false,
        });
    });
    assert!(render(&Server::postgres(15), &Catalog::default(), &virtual_column).is_err());
}

#[test]
fn values_are_added_where_they_stand() {
    let change = |to: &str| Change::AlterEnum(Pair::new(mood("mood", "a b"), mood("mood", to)));
    insta::assert_snapshot!(sql(&change("z a x y b it's")), @r#"
    ALTER TYPE "mood" ADD VALUE 'z' BEFORE 'a'
    ALTER TYPE "mood" ADD VALUE 'x' AFTER 'a'
    ALTER TYPE "mood" ADD VALUE 'y' AFTER 'x'
    ALTER TYPE "mood" ADD VALUE 'it''s'
    "#);
}

#[test]
fn an_enum_type_is_made_anew_under_its_users() {
    let mut table = Table::new("t");
    table.columns = vec![
        with_default(mood_type(), string("a")),
        Column {
            name: "cs".into(),
            ..Column::new("cs", ColumnType::Array(Box::new(mood_type())))
        },
    ];
    table.checks = vec![crate::Check {
        name: Some("ck".into()),
        expression: "c <> 'b'::mood".into(),
        ..crate::Check::default()
    }];
    let mut index = crate::Index::on("ix", &["c"]);
    index.predicate = Some("c = 'a'::mood".into());
    table.indexes = vec![crate::Index::on("plain", &["c"]), index];
    let before = Catalog::of([table]);
    let change = Change::AlterEnum(Pair::new(mood("mood", "a b c"), mood("mood", "c a")));
    insta::assert_snapshot!(sql_on(15, &before, &change), @r#"
    DROP INDEX "ix"
    ALTER TABLE "t" DROP CONSTRAINT "ck"
    ALTER TYPE "mood" RENAME TO "mood_old"
    CREATE TYPE "mood" AS ENUM ('c', 'a')
    ALTER TABLE "t" ALTER COLUMN "c" DROP DEFAULT, ALTER COLUMN "c" TYPE "mood" USING "c"::text::"mood", ALTER COLUMN "c" SET DEFAULT 'a', ALTER COLUMN "cs" TYPE "mood"[] USING "cs"::text[]::"mood"[]
    DROP TYPE "mood_old"
    ALTER TABLE "t" ADD CONSTRAINT "ck" CHECK (c <> 'b'::mood)
    CREATE INDEX "ix" ON "t" ("c") WHERE c = 'a'::mood
    "#);
}

#[test]
fn a_new_value_is_not_used_in_its_transaction() {
    let added = Change::AlterEnum(Pair::new(mood("mood", "a"), mood("mood", "a b")));
    let default = |value: &str| {
        altered(Column::new("c", mood_type()), |column| {
            column.default = Some(string(value));
        })
    };
    assert!(must_commit_between(&added, &default("b")));
    assert!(!must_commit_between(&added, &default("a")));
    let anew = Change::AlterEnum(Pair::new(mood("mood", "a c"), mood("mood", "b a")));
    assert!(!must_commit_between(&anew, &default("b")));
}
