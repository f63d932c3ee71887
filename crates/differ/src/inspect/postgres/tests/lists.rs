//! The tables to change, and every change of one.

use plimsoll_schema::{
    Action, AutoIncrement, Check, Column, ColumnType, Deferrable, Exclusion, ForeignKey, Generated,
    Index, IndexKey, Literal, Nulls, Order, Pair, PrimaryKey, SequenceOptions, Table, TableChange,
    TableName, TableOptions, Unique, Value,
};

pub(super) fn identity(always: bool, options: SequenceOptions) -> AutoIncrement {
    AutoIncrement::Identity { always, options }
}

pub(super) fn start(schema: Option<&str>) -> Vec<Table> {
    let mut parent = Table::new(TableName::qualified(schema, "parent"));
    parent.columns = vec![
        Column {
            auto_increment: Some(AutoIncrement::Auto),
            ..Column::new("id", ColumnType::BIG_INTEGER)
        },
        Column::new("code", ColumnType::Varchar(Some(10))),
    ];
    parent.primary_key = Some(PrimaryKey {
        name: Some("parent_pkey".into()),
        columns: vec!["id".into()],
        ..PrimaryKey::default()
    });
    let mut table = Table::new(TableName::qualified(schema, "or\"der"));
    let number = |text: &str| Some(Value::Literal(Literal::Number(text.into())));
    table.columns = vec![
        Column::new("id", ColumnType::INTEGER),
        Column {
            auto_increment: Some(AutoIncrement::Serial),
            ..Column::new("serial", ColumnType::INTEGER)
        },
        Column {
            auto_increment: Some(AutoIncrement::Auto),
            ..Column::new("identity", ColumnType::INTEGER)
        },
        Column {
            default: number("1"),
            comment: Some("how many".into()),
            ..Column::new("count", ColumnType::INTEGER)
        },
        Column {
            default: Some(Value::Literal(Literal::String("7".into()))),
            ..Column::new("text", ColumnType::Varchar(Some(20)))
        },
        Column::new("na\"me", ColumnType::TEXT).null(),
        Column {
            generated: Some(Generated {
                expression: "count * 2".into(),
                stored: true,
            }),
            ..Column::new("twice", ColumnType::INTEGER).null()
        },
        Column::new("at", ColumnType::DateTime(None)).null(),
        Column::new("parent_id", ColumnType::BIG_INTEGER).null(),
    ];
    vec![parent, table]
}

pub(super) fn alter(before: &Table, column: &str, change: impl FnOnce(&mut Column)) -> TableChange {
    let from = before.column(column).unwrap().clone();
    let mut to = from.clone();
    change(&mut to);
    TableChange::AlterColumn(Box::new(Pair::new(from, to)))
}

pub(super) fn string(text: &str) -> Value {
    Value::Literal(Literal::String(text.into()))
}

pub(super) fn column_changes(table: &Table) -> Vec<TableChange> {
    use ColumnType as T;
    let mut out = vec![
        TableChange::AddColumn(Column {
            comment: Some("it's new".into()),
            collation: Some("C".into()),
            ..Column::new("new", T::Varchar(Some(3))).null()
        }),
        TableChange::AddColumn(Column {
            auto_increment: Some(AutoIncrement::Serial),
            ..Column::new("new", T::BIG_INTEGER)
        }),
        TableChange::AddColumn(Column {
            auto_increment: Some(AutoIncrement::Serial),
            ..Column::new("new", T::SMALL_INTEGER).null()
        }),
        TableChange::RenameColumn(Pair::new("na\"me".into(), "other name".into())),
        alter(table, "count", |column| column.nullable = true),
        alter(table, "count", |column| column.default = None),
        alter(table, "count", |column| {
            column.comment = Some("all of them".into());
        }),
        alter(table, "count", |column| column.comment = None),
        alter(table, "na\"me", |column| {
            column.default = Some(string("it's"));
        }),
        alter(table, "na\"me", |column| {
            column.collation = Some("C".into());
        }),
        alter(table, "na\"me", |column| column.nullable = false),
        alter(table, "serial", |column| column.ty = T::BIG_INTEGER),
        alter(table, "identity", |column| column.ty = T::BIG_INTEGER),
        alter(table, "at", |column| column.ty = T::TimestampTz(Some(3))),
        alter(table, "text", |column| column.ty = T::TEXT),
        alter(table, "text", |column| column.ty = T::Varchar(Some(80))),
        alter(table, "text", |column| {
            column.ty = T::BIG_INTEGER;
            column.default = Some(Value::Literal(Literal::Number("7".into())));
        }),
        alter(table, "text", |column| {
            column.ty = T::BLOB;
            column.default = None;
        }),
    ];
    for ty in [
        T::Boolean,
        T::JsonBinary,
        T::Array(Box::new(T::TEXT)),
        T::TEXT,
        T::Double,
    ] {
        out.push(alter(table, "id", |column| column.ty = ty));
    }
    let options = SequenceOptions {
        start: Some(5),
        increment: Some(5),
        max: Some(5000),
        ..SequenceOptions::default()
    };
    let numberings = [
        None,
        Some(AutoIncrement::Serial),
        Some(identity(false, SequenceOptions::default())),
        Some(identity(true, SequenceOptions::default())),
        Some(identity(true, options)),
    ];
    for column in ["id", "serial", "identity"] {
        for numbering in &numberings {
            out.push(alter(table, column, |column| {
                column.auto_increment.clone_from(numbering);
            }));
        }
    }
    out.push(alter(table, "serial", |column| {
        column.auto_increment = None;
        column.ty = T::TEXT;
        column.default = Some(string("x"));
    }));
    out.push(alter(table, "twice", |column| column.generated = None));
    out.push(alter(table, "twice", |column| {
        column.generated = Some(Generated {
            expression: "count * 3".into(),
            stored: true,
        });
    }));
    out
}

pub(super) fn constraint_changes(table: &Table) -> Vec<TableChange> {
    let parent = TableName {
        name: "parent".into(),
        ..table.name.clone()
    };
    let key = ForeignKey {
        name: Some("fk \" one".into()),
        columns: vec!["parent_id".into()],
        ref_table: parent,
        ref_columns: vec!["id".into()],
        on_delete: None,
        on_update: None,
        deferrable: None,
        match_full: false,
        not_valid: false,
        ..ForeignKey::default()
    };
    let unique = Unique {
        name: Some("uq".into()),
        columns: vec!["count".into(), "na\"me".into()],
        nulls_not_distinct: false,
        deferrable: None,
        ..Unique::default()
    };
    vec![
        TableChange::AddPrimaryKey(PrimaryKey {
            name: Some("pk of it".into()),
            columns: vec!["parent_id".into(), "id".into()],
            ..PrimaryKey::default()
        }),
        TableChange::AddUnique(unique.clone()),
        TableChange::AddUnique(Unique {
            nulls_not_distinct: true,
            deferrable: Some(Deferrable::Immediate),
            ..unique
        }),
        TableChange::AddForeignKey(ForeignKey {
            on_delete: Some(Action::Cascade),
            on_update: Some(Action::SetNull),
            ..key.clone()
        }),
        TableChange::AddForeignKey(ForeignKey {
            on_delete: Some(Action::Restrict),
            on_update: Some(Action::SetDefault),
            deferrable: Some(Deferrable::Deferred),
            match_full: true,
            not_valid: true,
            ..key
        }),
        TableChange::AddCheck(Check {
            name: Some("ck".into()),
            expression: "count > 0 AND (\"na\"\"me\" = 'a'::text OR id < 5)".into(),
            ..Check::default()
        }),
        TableChange::AddExclusion(Exclusion {
            name: "ex".into(),
            definition: "EXCLUDE USING btree (id WITH =) WHERE (count > 1)".into(),
            ..Exclusion::default()
        }),
        TableChange::SetComment(Pair::new(None, Some("what's \\ ordered".into()))),
        TableChange::SetOptions(Box::new(Pair::new(
            TableOptions::default(),
            TableOptions {
                unlogged: true,
                ..TableOptions::default()
            },
        ))),
    ]
}

pub(super) fn index_changes() -> Vec<TableChange> {
    let plain = |name: &str| Index::on(name, &["count", "na\"me"]);
    let mut ordered = plain("ordered");
    ordered.keys[0].order = Order::Desc;
    ordered.keys[1].nulls = Some(Nulls::First);
    let mut desc_last = plain("desc \" last");
    desc_last.keys[0].order = Order::Desc;
    desc_last.keys[0].nulls = Some(Nulls::Last);
    let mut full = plain("full");
    full.unique = true;
    full.nulls_not_distinct = true;
    full.include = vec!["id".into(), "at".into()];
    full.predicate = Some("count > 1 OR id = 2".into());
    full.comment = Some("everything".into());
    let mut classed = Index::on("classed", &["text"]);
    classed.keys[0].opclass = Some("varchar_pattern_ops".into());
    classed.keys[0].collation = Some("C".into());
    classed.keys[0].order = Order::Desc;
    let mut expressed = plain("expressed");
    expressed
        .keys
        .push(IndexKey::expression("lower(\"na\"\"me\")"));
    expressed.keys.push(IndexKey::expression("count + id"));
    let mut brin = Index::on("brin", &["at"]);
    brin.method = Some("brin".into());
    let mut hash = Index::on("hash", &["id"]);
    hash.method = Some("hash".into());
    [
        plain("plain"),
        ordered,
        desc_last,
        full,
        classed,
        expressed,
        brin,
        hash,
    ]
    .map(TableChange::AddIndex)
    .into()
}

pub(super) fn rename_changes(table: &Table) -> Vec<Vec<TableChange>> {
    let index = Index::on("ix", &["count"]);
    let check = Check {
        name: Some("ck".into()),
        expression: "count > 0".into(),
        ..Check::default()
    };
    vec![
        vec![
            TableChange::AddIndex(index),
            TableChange::RenameIndex(Pair::new("ix".into(), "ix \" two".into())),
        ],
        vec![
            TableChange::AddCheck(check),
            TableChange::RenameConstraint(Pair::new("ck".into(), "ck two".into())),
        ],
        vec![
            TableChange::DropColumn(table.column("at").unwrap().clone()),
            TableChange::DropColumn(table.column("serial").unwrap().clone()),
        ],
    ]
}
