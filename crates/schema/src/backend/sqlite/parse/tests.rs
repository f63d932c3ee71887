use proptest::prelude::*;

use super::*;
use crate::backend::sqlite::definition;
use crate::{
    Action, AutoIncrement, Check, Column, ColumnType, Deferrable, ForeignKey, Generated, Index,
    IndexKey, Literal, Order, PrimaryKey, Unique, Value,
};

/// The table, written again in full: what was read is in it.
fn again(sql: &str) -> String {
    let read = table(sql).expect("it is a table");
    let written = definition::create_table(&read, &read.name.name).expect("it can be written");
    assert_eq!(table(&written).expect("it is a table"), read);
    written
}

#[test]
fn quotes_comments_and_odd_types() {
    insta::assert_snapshot!(again("create temp table if not exists main.[a b] (\"x\"\"y\" UNSIGNED BIG INT, `z` -- )\n, 'w' VARCHAR( 10 ) /* , */ , naïve$1)"), @r#"CREATE TABLE "a b" ( "x""y" unsigned big int, "z", "w" varchar(10), "naïve$1" )"#);
    insta::assert_snapshot!(again("CREATE TABLE t(a, b DEFAULT(1+(2)) , c \"odd type\" (3), d DECIMAL(10,2))"), @r#"CREATE TABLE "t" ( "a", "b" DEFAULT (1+(2)), "c" "odd type"(3), "d" decimal(10, 2) )"#);
}

#[test]
fn column_constraints() {
    insta::assert_snapshot!(again("CREATE TABLE t (id INTEGER CONSTRAINT pk PRIMARY KEY ASC ON CONFLICT ROLLBACK AUTOINCREMENT, \
        a INT CONSTRAINT nn NOT NULL ON CONFLICT FAIL CONSTRAINT uq UNIQUE ON CONFLICT ABORT DEFAULT -1 COLLATE rtrim CHECK (a > (0)) CONSTRAINT ck CHECK(a<9) CONSTRAINT nothing, \
        b TEXT NULL REFERENCES p(x) ON DELETE SET DEFAULT ON UPDATE NO ACTION MATCH FULL NOT DEFERRABLE INITIALLY IMMEDIATE, \
        c REFERENCES p DEFERRABLE INITIALLY DEFERRED, d AS (a || ')') , e INT GENERATED ALWAYS AS (a+1) VIRTUAL UNIQUE, f DEFAULT CURRENT_TIME)"), @r#"CREATE TABLE "t" ( "id" integer NOT NULL CONSTRAINT "pk" PRIMARY KEY ON CONFLICT ROLLBACK AUTOINCREMENT, "a" int NOT NULL ON CONFLICT FAIL DEFAULT -1 COLLATE "rtrim", "b" text, "c", "d" GENERATED ALWAYS AS (a || ')') VIRTUAL, "e" int GENERATED ALWAYS AS (a+1) VIRTUAL, "f" DEFAULT CURRENT_TIME, UNIQUE ("e"), CONSTRAINT "uq" UNIQUE ("a"), FOREIGN KEY ("b") REFERENCES "p" ("x") ON DELETE SET DEFAULT MATCH FULL, FOREIGN KEY ("c") REFERENCES "p" DEFERRABLE INITIALLY DEFERRED, CHECK (a > (0)), CONSTRAINT "ck" CHECK (a<9) )"#);
    insta::assert_snapshot!(again("CREATE TABLE t (id INTEGER PRIMARY KEY DESC)"), @r#"CREATE TABLE "t" ( "id" integer NOT NULL PRIMARY KEY DESC )"#);
}

#[test]
fn table_constraints() {
    insta::assert_snapshot!(again("CREATE TABLE t (A INT, b INT, CONSTRAINT pk PRIMARY KEY (a, B COLLATE nocase DESC) ON CONFLICT IGNORE, \
        UNIQUE (b) CONSTRAINT u UNIQUE (b DESC, a) CONSTRAINT ck CHECK (a <> b -- why\n) ON CONFLICT ABORT, \
        FOREIGN KEY (a,b) REFERENCES \"p q\" (x , y) ON DELETE CASCADE DEFERRABLE) WITHOUT ROWID, STRICT;"), @r#"CREATE TABLE "t" ( "A" int NOT NULL, "b" int NOT NULL, CONSTRAINT "pk" PRIMARY KEY ("a", "B" COLLATE "nocase" DESC) ON CONFLICT IGNORE, UNIQUE ("b"), CONSTRAINT "u" UNIQUE ("b" DESC, "a"), FOREIGN KEY ("A", "b") REFERENCES "p q" ("x", "y") ON DELETE CASCADE DEFERRABLE INITIALLY IMMEDIATE, CONSTRAINT "ck" CHECK (a <> b) ) STRICT, WITHOUT ROWID"#);
    insta::assert_snapshot!(again("CREATE TABLE t (id INTEGER, PRIMARY KEY (id AUTOINCREMENT))"), @r#"CREATE TABLE "t" ( "id" integer NOT NULL PRIMARY KEY AUTOINCREMENT )"#);
    insta::assert_snapshot!(again("CREATE TABLE t (id INT PRIMARY KEY, a INT, added VARCHAR(10) DEFAULT 'x', CHECK (\"a\" > `t`.[id]))"), @r#"CREATE TABLE "t" ( "id" int PRIMARY KEY, "a" int, "added" varchar(10) DEFAULT 'x', CHECK (a > id) )"#);
}

#[test]
fn indexes() {
    let written = |sql: &str| {
        let (table, index) = index(sql).expect("it is an index");
        definition::create_index(&table, &index).expect("it can be written")
    };
    insta::assert_snapshot!(written("create unique index if not exists main.i on t (a, [b c] collate nocase desc, (\"d\") asc, lower(e), (f + 1) COLLATE rtrim, 'g') where (a is not null);"), @r#"CREATE UNIQUE INDEX "i" ON "t" ("a", "b c" COLLATE "nocase" DESC, "d", (lower(e)), (f + 1) COLLATE "rtrim", "g") WHERE a is not null"#);
    insta::assert_snapshot!(written("CREATE INDEX \"i\"\"x\" ON \"t\" (json_extract(a, '$.b, c)') DESC, case when a then b else c end) WHERE a IN (1, 2) AND b -- trailing"), @r#"CREATE INDEX "i""x" ON "t" ((json_extract(a, '$.b, c)')) DESC, (case when a then b else c end)) WHERE a IN (1, 2) AND b"#);
}

#[test]
fn what_is_not_understood_is_an_error() {
    let message = |sql| table(sql).expect_err("it is not understood").to_string();
    insta::assert_snapshot!(message("CREATE VIRTUAL TABLE t USING fts5(a)"), @"it is a virtual table");
    insta::assert_snapshot!(message("CREATE TABLE t (a INT PRIMARY KEY WITH b)"), @"expected , or ) at byte 34, found `WITH`");
    insta::assert_snapshot!(message("CREATE TABLE t (a 'open)"), @"a quoted text does not end");
    insta::assert_snapshot!(message("CREATE TABLE t (a INT"), @"expected , or ) at byte 21, found ``");
    insta::assert_snapshot!(message("CREATE TABLE t (a INT) WITH NEWS"), @"expected the end at byte 23, found `WITH`");
    insta::assert_snapshot!(message("CREATE TABLE t AS SELECT 1"), @"expected ( at byte 15, found `AS`");
    insta::assert_snapshot!(message("CREATE TABLE t (a INT, UNIQUE (lower(a)))"), @"expected columns at byte 40, found `)`");
    assert!(index("CREATE INDEX i ON t (a").is_err());
}

fn any_name() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-z]{1,6}",
        "[a-zA-Z ]{1,6}",
        "\\PC{1,5}",
        proptest::sample::select(vec![
            "order".to_owned(),
            "a\"b".into(),
            "`".into(),
            "x]".into(),
            "it's".into()
        ]),
    ]
}

fn any_column() -> impl Strategy<Value = Column> {
    let ty = proptest::sample::select(vec![
        ColumnType::INTEGER,
        ColumnType::TEXT,
        ColumnType::Varchar(Some(9)),
        ColumnType::Raw("bigint".into()),
        ColumnType::Raw(String::new()),
        ColumnType::TimestampTz(None),
    ]);
    let default = proptest::option::of(prop_oneof![
        "\\PC{0,6}".prop_map(|text| Value::Literal(Literal::String(format!("s{text}")))),
        Just(Value::Expression("abs(-1)".into())),
    ]);
    let collation = proptest::option::of(Just("NOCASE".to_owned()));
    let generated = proptest::option::weighted(0.2, any::<bool>());
    (any_name(), ty, any::<bool>(), default, collation, generated).prop_map(
        |(name, ty, nullable, default, collation, generated)| Column {
            nullable,
            default: default.filter(|_| generated.is_none()),
            collation,
            generated: generated.map(|stored| Generated {
                expression: "1 + (2)".into(),
                stored,
            }),
            ..Column::new(name, ty)
        },
    )
}

prop_compose! {
    fn any_table()(
        name in any_name(),
        mut columns in proptest::collection::vec(any_column(), 1..6),
        key in 0..3_usize,
        auto in any::<bool>(),
        names in proptest::collection::vec(proptest::option::of(any_name()), 3),
        without in any::<bool>(),
        picks in proptest::collection::vec(any::<proptest::sample::Index>(), 4),
        actions in (proptest::option::of(proptest::sample::select(vec![Action::Cascade, Action::SetNull, Action::Restrict, Action::SetDefault])), proptest::option::of(Just(Deferrable::Deferred))),
    ) -> Table {
        let mut seen = Vec::new();
        columns.retain(|column: &Column| {
            let name = column.name.to_lowercase();
            let is_new = !seen.contains(&name);
            seen.push(name);
            is_new
        });
        let mut table = Table::new(name);
        let column = |at: usize| columns[picks[at].index(columns.len())].name.clone();
        let mut pair = vec![column(0), column(1)];
        pair.dedup();
        table.uniques.push(Unique { name: names[0].clone(), columns: pair.clone(), nulls_not_distinct: false, deferrable: None, ..Unique::default() });
        table.foreign_keys.push(ForeignKey {
            name: names[1].clone(), columns: pair.clone(), ref_table: "p q".into(), ref_columns: pair.clone(),
            on_delete: actions.0, on_update: actions.0, deferrable: actions.1, match_full: false, not_valid: false, ..ForeignKey::default() });
        table.checks.push(Check { name: names[2].clone(), expression: "')' <> '(' OR (1 > 0)".into(), ..Check::default() });
        if key > 0 {
            let columns = if key == 1 { vec![column(2)] } else { pair };
            table.primary_key = Some(PrimaryKey { name: names[0].clone(), columns, ..PrimaryKey::default() });
            table.options.without_rowid = without;
        }
        table.columns = columns;
        if let Some(key) = &table.primary_key {
            for column in &mut table.columns {
                if key.columns.contains(&column.name) {
                    column.nullable = false;
                    if auto && key.columns.len() == 1 && column.generated.is_none() {
                        column.auto_increment = Some(AutoIncrement::Auto);
                    }
                }
            }
        }
        table.sort();
        table
    }
}

proptest! {
    #[test]
    fn what_is_written_is_read_back(wanted in any_table()) {
        let sql = definition::create_table(&wanted, &wanted.name.name).expect("it can be written");
        prop_assert_eq!(table(&sql).expect("it is a table"), wanted, "{}", sql);
    }

    #[test]
    fn an_index_is_read_back(
        name in any_name(), on in any_name(), columns in proptest::collection::vec(any_name(), 1..4),
        unique in any::<bool>(), desc in any::<bool>(), partial in any::<bool>(), collation in proptest::option::of(any_name()),
    ) {
        let mut wanted = Index::on(name, &columns);
        wanted.unique = unique;
        wanted.keys[0].collation = collation;
        if desc {
            wanted.keys[0].order = Order::Desc;
            wanted.keys.push(IndexKey::expression("lower(a) || ')'"));
        }
        wanted.predicate = partial.then(|| "a IS NOT NULL AND (b) > (1)".to_owned());
        let sql = definition::create_index(&TableName::new(&on), &wanted).expect("it can be written");
        prop_assert_eq!(index(&sql).expect("it is an index"), (TableName::new(on), wanted));
    }

    #[test]
    fn no_text_makes_it_panic(text in "(CREATE (TABLE|INDEX) )?[a-z\"'`(),. \\[\\]-]{0,40}") {
        let _ = table(&text);
        let _ = index(&text);
    }
}
