//! Every change of a table, there and back.

use super::*;

/// Two tables with one of everything that a change may touch.
fn start(server: &Server) -> Vec<Table> {
    let mut parent = Table::new("parent");
    let mut id = Column::new("id", ColumnType::INTEGER);
    id.auto_increment = Some(plimsoll_schema::AutoIncrement::Auto);
    parent.columns = vec![id, Column::new("code", ColumnType::Varchar(Some(20)))];
    parent.primary_key = Some(PrimaryKey {
        name: None,
        columns: vec!["id".into()],
        ..PrimaryKey::default()
    });
    parent.uniques = vec![unique("uq-parent-code", &["code"])];
    let mut child = Table::new("child");
    child.comment = Some("the child's".into());
    let mut created = Column::new("created", ColumnType::DateTime(Some(6)));
    created.default = Some(Value::Literal(Literal::CurrentTimestamp(Some(6))));
    created.on_update = Some("CURRENT_TIMESTAMP(6)".into());
    created.comment = Some("when \\ 'it' was".into());
    let mut double = Column::new("double", ColumnType::INTEGER).null();
    double.generated = Some(Generated {
        expression: "`size` * 2".into(),
        stored: true,
    });
    child.columns = vec![
        Column::new("id", ColumnType::BIG_INTEGER),
        Column::new("parent_id", ColumnType::INTEGER).null(),
        Column::new("other_id", ColumnType::INTEGER).null(),
        Column::new("size", ColumnType::INTEGER),
        Column::new("note", ColumnType::TEXT).null(),
        Column::new("word", ColumnType::Varchar(Some(40))),
        created,
        double,
    ];
    child.primary_key = Some(PrimaryKey {
        name: None,
        columns: vec!["id".into()],
        ..PrimaryKey::default()
    });
    child.indexes = vec![Index::on("idx-child-other_id", &["other_id"])];
    child.foreign_keys = vec![
        foreign_key("fk-child-parent_id", "parent_id", Some(Action::Cascade)),
        foreign_key("fk-child-other_id", "other_id", None),
    ];
    if server.flavor == Flavor::MariaDb || server.version >= Version(8, 0, 16) {
        child.checks = vec![check("ck-size", "`size` > 0")];
    }
    vec![parent, child]
}

fn unique(name: &str, columns: &[&str]) -> Unique {
    Unique {
        name: Some(name.into()),
        columns: columns.iter().map(|column| (*column).to_owned()).collect(),
        nulls_not_distinct: false,
        deferrable: None,
        ..Unique::default()
    }
}

fn check(name: &str, expression: &str) -> Check {
    Check {
        name: Some(name.into()),
        expression: expression.into(),
        ..Check::default()
    }
}

fn foreign_key(key: &str, column: &str, on_delete: Option<Action>) -> ForeignKey {
    ForeignKey {
        name: Some(key.into()),
        columns: vec![column.into()],
        ref_table: name("parent"),
        ref_columns: vec!["id".into()],
        on_delete,
        on_update: None,
        deferrable: None,
        match_full: false,
        not_valid: false,
        ..ForeignKey::default()
    }
}

fn altered(table: &Table, column: &str, change: impl FnOnce(&mut Column)) -> TableChange {
    let from = table.column(column).unwrap().clone();
    let mut to = from.clone();
    change(&mut to);
    TableChange::AlterColumn(Box::new(Pair::new(from, to)))
}

fn pair(from: &str, to: &str) -> Pair<String> {
    Pair::new(from.to_owned(), to.to_owned())
}

/// Changes of `child`, each carried out alone and taken back.
fn changes(child: &Table) -> Vec<Vec<TableChange>> {
    use TableChange as C;
    let column = |name: &str| child.column(name).unwrap().clone();
    let drop_parent_key = C::DropForeignKey(child.foreign_keys[1].clone());
    assert_eq!(
        child.foreign_keys[1].columns,
        ["parent_id"],
        "keys are sorted by name"
    );
    let mut prefix = Index::on("ix-prefix", &["note", "word"]);
    prefix.keys[0].prefix = Some(10);
    prefix.keys[1].order = Order::Desc;
    let mut fulltext = Index::on("ft-note", &["note"]);
    fulltext.method = Some("fulltext".into());
    let mut more_fulltext = fulltext.clone();
    more_fulltext.name = "ft-word".into();
    more_fulltext.keys = vec![IndexKey::column("word")];
    let mut hidden = Index::on("ix-hidden", &["size"]);
    hidden.invisible = true;
    hidden.comment = Some("it's hidden".into());
    let mut unique_prefix = Index::on("ux-note", &["note"]);
    unique_prefix.unique = true;
    unique_prefix.keys[0].prefix = Some(20);
    let mut flag = Column::new("flag", ColumnType::Boolean);
    flag.default = Some(Value::Literal(Literal::Bool(true)));
    let mut shy = Column::new("shy", ColumnType::Json).null();
    shy.invisible = true;
    shy.comment = Some("not shown".into());
    let mut options = child.options.clone();
    options.collation = Some("utf8mb4_bin".into());
    let mut engine = child.options.clone();
    engine.engine = Some("MyISAM".into());
    vec![
        vec![C::AddColumn(flag.clone())],
        vec![C::AddColumn(shy)],
        vec![C::DropColumn(column("double"))],
        vec![C::DropColumn(column("created")), C::AddColumn(flag)],
        vec![C::RenameColumn(pair("word", "term"))],
        vec![C::RenameColumn(pair("parent_id", "owner_id"))],
        // A check and a generated column say it.
        vec![C::RenameColumn(pair("size", "bulk"))],
        vec![
            C::RenameColumn(pair("word", "w")),
            C::RenameColumn(pair("note", "word")),
            C::RenameColumn(pair("w", "note")),
        ],
        vec![altered(child, "word", |column| {
            column.ty = ColumnType::Varchar(Some(80));
            column.nullable = true;
            column.default = Some(Value::Literal(Literal::String("none".into())));
            column.comment = Some("a word".into());
            column.collation = Some("utf8mb4_bin".into());
        })],
        vec![altered(child, "created", |column| column.on_update = None)],
        vec![altered(child, "created", |column| column.default = None)],
        vec![altered(child, "size", |column| {
            column.ty = ColumnType::BIG_INTEGER;
        })],
        vec![altered(child, "note", |column| {
            column.ty = ColumnType::Enum {
                name: "".into(),
                values: vec!["a".into(), "it's".into()],
            };
        })],
        vec![altered(child, "note", |column| {
            column.ty = ColumnType::Json;
        })],
        vec![altered(child, "double", |column| {
            column.generated = Some(Generated {
                expression: "`size` * 3".into(),
                stored: true,
            });
        })],
        vec![altered(child, "id", |column| {
            column.auto_increment = Some(plimsoll_schema::AutoIncrement::Auto);
        })],
        vec![
            C::DropPrimaryKey(child.primary_key.clone().unwrap()),
            C::AddPrimaryKey(PrimaryKey {
                name: None,
                columns: vec!["id".into(), "size".into()],
                ..PrimaryKey::default()
            }),
        ],
        vec![C::DropPrimaryKey(child.primary_key.clone().unwrap())],
        vec![C::AddUnique(unique(
            "uq-child-word-size",
            &["word", "size"],
        ))],
        vec![C::AddIndex(Index::on("idx-child-size", &["size"]))],
        // Takes the place of the server's own index, and gives it back.
        vec![C::AddIndex(Index::on(
            "idx-child-parent_id",
            &["parent_id"],
        ))],
        vec![C::AddUnique(unique(
            "uq-child-parent_id-size",
            &["parent_id", "size"],
        ))],
        // Stands under a foreign key.
        vec![C::DropIndex(child.indexes[0].clone())],
        vec![
            C::DropIndex(child.indexes[0].clone()),
            C::AddIndex(Index::on("idx-child-other_id", &["other_id", "size"])),
        ],
        vec![
            C::AddIndex(prefix),
            C::AddIndex(hidden),
            C::AddIndex(unique_prefix),
        ],
        vec![C::AddIndex(fulltext), C::AddIndex(more_fulltext)],
        vec![C::RenameIndex(pair("idx-child-other_id", "renamed"))],
        vec![drop_parent_key.clone()],
        vec![drop_parent_key.clone(), C::DropColumn(column("parent_id"))],
        vec![
            drop_parent_key.clone(),
            C::AddForeignKey(foreign_key(
                "fk-child-parent_id",
                "parent_id",
                Some(Action::SetNull),
            )),
        ],
        vec![
            drop_parent_key.clone(),
            C::AddForeignKey(foreign_key(
                "fk-other-name",
                "parent_id",
                Some(Action::SetNull),
            )),
        ],
        vec![
            C::AddIndex(Index::on("idx-child-parent_id", &["parent_id"])),
            drop_parent_key,
            C::AddColumn(Column::new("also", ColumnType::Uuid).null()),
        ],
        vec![C::DropForeignKey(child.foreign_keys[0].clone())],
        vec![C::AddForeignKey(foreign_key("fk-child-size", "size", None))],
        vec![C::RenameConstraint(pair(
            "fk-child-parent_id",
            "fk-renamed",
        ))],
        vec![C::RenameConstraint(pair("ck-size", "ck-renamed"))],
        vec![C::AddCheck(check("ck-word", "`word` <> ''"))],
        vec![
            C::DropCheck(check("ck-size", "`size` > 0")),
            C::AddCheck(check("ck-size", "`size` > 1")),
        ],
        vec![C::SetComment(Pair::new(child.comment.clone(), None))],
        vec![C::SetOptions(Box::new(Pair::new(
            child.options.clone(),
            options,
        )))],
        vec![
            C::DropForeignKey(child.foreign_keys[0].clone()),
            C::DropForeignKey(child.foreign_keys[1].clone()),
            C::SetOptions(Box::new(Pair::new(child.options.clone(), engine))),
        ],
    ]
}

#[tokio::test]
async fn every_change_goes_there_and_back() {
    let Some(scratch) = Scratch::create("changes").await else {
        return;
    };
    let server = scratch.read().await.server;
    let mut live = Catalog::default();
    for table in start(&server) {
        live = scratch
            .carry_out(&server, &live, &Change::CreateTable(table))
            .await;
    }
    let child = live.table(&name("child")).unwrap().clone();
    for changes in changes(&child) {
        let change = Change::AlterTable {
            table: name("child"),
            changes,
        };
        let there = scratch.carry_out(&server, &live, &change).await;
        let back = scratch.carry_out(&server, &there, &change.reverse()).await;
        let again = scratch.carry_out(&server, &back, &change).await;
        live = scratch.carry_out(&server, &again, &change.reverse()).await;
    }
    let rename = Change::RenameTable(Pair::new(name("parent"), name("owner")));
    let there = scratch.carry_out(&server, &live, &rename).await;
    scratch.carry_out(&server, &there, &rename.reverse()).await;
    scratch.drop().await;
}

#[tokio::test]
async fn an_auto_increment_moves_to_another_key() {
    let Some(scratch) = Scratch::create("numbered").await else {
        return;
    };
    let server = scratch.read().await.server;
    let mut live = Catalog::default();
    for table in start(&server) {
        live = scratch
            .carry_out(&server, &live, &Change::CreateTable(table))
            .await;
    }
    let parent = live.table(&name("parent")).unwrap().clone();
    let change = Change::AlterTable {
        table: name("parent"),
        changes: vec![
            TableChange::DropPrimaryKey(parent.primary_key.clone().unwrap()),
            altered(&parent, "id", |column| column.auto_increment = None),
            TableChange::AddPrimaryKey(PrimaryKey {
                name: None,
                columns: vec!["code".into()],
                ..PrimaryKey::default()
            }),
            TableChange::AddUnique(unique("uq-parent-id", &["id"])),
        ],
    };
    let drop_child = Change::DropTable(live.table(&name("child")).unwrap().clone());
    let alone = scratch.carry_out(&server, &live, &drop_child).await;
    let there = scratch.carry_out(&server, &alone, &change).await;
    scratch.carry_out(&server, &there, &change.reverse()).await;
    scratch.drop().await;
}

#[tokio::test]
async fn a_check_inside_a_column_outlives_its_redefinition() {
    let Some(scratch) = Scratch::create("inline").await else {
        return;
    };
    scratch
        .run("CREATE TABLE t (id int PRIMARY KEY, size int NOT NULL CHECK (size > 0))")
        .await;
    let Inspection {
        server, catalog, ..
    } = scratch.read().await;
    let table = catalog.table(&name("t")).unwrap();
    let own = table.checks[0].clone();
    let wider = altered(table, "size", |column| column.ty = ColumnType::BIG_INTEGER);
    for changes in [vec![wider.clone()], vec![TableChange::DropCheck(own)]] {
        let change = Change::AlterTable {
            table: name("t"),
            changes,
        };
        let there = scratch.carry_out(&server, &catalog, &change).await;
        scratch.carry_out(&server, &there, &change.reverse()).await;
    }
    scratch.drop().await;
}

#[test]
fn the_backend_is_one() {
    assert_eq!(Server::mysql(Version(8, 4, 0)).backend, Backend::Mysql);
}
