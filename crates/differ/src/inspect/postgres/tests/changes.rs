//! Every change of a table, carried out and taken back.

use plimsoll_schema::backend::{types, value};
use plimsoll_schema::{
    AutoIncrement, Catalog, Change, Column, ColumnType, Pair, SequenceOptions, Server, Table,
    TableChange, TableName,
};

use super::lists::{
    alter, column_changes, constraint_changes, identity, index_changes, rename_changes, start,
};
use super::{Scratch, assert_same, read};

/// What inspection tells of the catalog: types and defaults as stored, every constraint named, columns in one order.
fn settled(server: &Server, mut catalog: Catalog) -> Catalog {
    for table in catalog.tables.values_mut() {
        for column in &mut table.columns {
            column.ty = types::stored(server, &column.ty);
            column.default = column
                .default
                .take()
                .map(|default| value::stored(server, &default, &column.ty));
            if column.auto_increment == Some(AutoIncrement::Auto) {
                column.auto_increment = Some(identity(false, SequenceOptions::default()));
            }
        }
        table.columns.sort();
        table.sort();
    }
    catalog
}

async fn up_and_down(scratch: &Scratch, server: &Server, live: &Catalog, change: &Change) {
    let mut wanted = live.clone();
    wanted.apply(change).unwrap();
    let wanted = settled(server, wanted);
    scratch.apply(server, live, change).await;
    let after = settled(server, read(scratch).await.catalog);
    assert_same(&after, &wanted, &format!("up: {change:?}"));
    let back = change.reverse();
    scratch.apply(server, &wanted, &back).await;
    let again = settled(server, read(scratch).await.catalog);
    assert_same(
        &again,
        &settled(server, live.clone()),
        &format!("down: {back:?}"),
    );
}

#[tokio::test]
async fn every_table_change_is_carried_out_and_taken_back() {
    let Some(scratch) = Scratch::create().await else {
        return;
    };
    let server = Server::postgres(15);
    scratch.run("CREATE SCHEMA app").await;
    for schema in [None, Some("app")] {
        for table in start(schema) {
            scratch
                .apply(&server, &Catalog::default(), &Change::CreateTable(table))
                .await;
        }
        let live = read(&scratch).await.catalog;
        let name = TableName::qualified(schema, "or\"der");
        let table = live.table(&name).unwrap();
        scratch
            .run(&format!(
                "INSERT INTO {}\"or\"\"der\" (id, \"na\"\"me\", at) SELECT i, 'x', '2020-01-01' FROM generate_series(0, 1) i",
                schema.map(|schema| format!("{schema}.")).unwrap_or_default(),
            ))
            .await;
        let single = column_changes(table)
            .into_iter()
            .chain(index_changes())
            .map(|change| vec![change]);
        for changes in single.chain(rename_changes(table)) {
            let change = Change::AlterTable {
                table: name.clone(),
                changes,
            };
            up_and_down(&scratch, &server, &live, &change).await;
        }
        // A key adds NOT NULL to its columns, which the plan states as a change of its own.
        scratch
            .run(&format!(
                "TRUNCATE {}\"or\"\"der\"",
                schema
                    .map(|schema| format!("{schema}."))
                    .unwrap_or_default()
            ))
            .await;
        for change in constraint_changes(table) {
            let mut changes = vec![change];
            if matches!(changes[0], TableChange::AddPrimaryKey(_)) {
                changes.insert(
                    0,
                    alter(table, "parent_id", |column| column.nullable = false),
                );
            }
            let change = Change::AlterTable {
                table: name.clone(),
                changes,
            };
            up_and_down(&scratch, &server, &live, &change).await;
        }
        let names = Pair::new(name.clone(), TableName::qualified(schema, "renamed"));
        up_and_down(&scratch, &server, &live, &Change::RenameTable(names)).await;
        let moved = Pair::new(name, TableName::qualified(schema.xor(Some("app")), "moved"));
        up_and_down(&scratch, &server, &live, &Change::RenameTable(moved)).await;
        for table in live.tables.values().rev() {
            let change = Change::DropTable(table.clone());
            scratch.apply(&server, &live, &change).await;
        }
    }
    scratch.drop().await;
}

#[tokio::test]
async fn a_table_with_everything_is_made_and_dropped() {
    let Some(scratch) = Scratch::create().await else {
        return;
    };
    let server = Server::postgres(15);
    let empty = read(&scratch).await.catalog;
    let [parent, mut table] = <[Table; 2]>::try_from(start(None)).unwrap();
    scratch
        .apply(&server, &empty, &Change::CreateTable(parent))
        .await;
    for change in constraint_changes(&table)
        .into_iter()
        .chain(index_changes())
    {
        let is_second = matches!(&change, TableChange::AddForeignKey(key) if key.not_valid)
            || matches!(&change, TableChange::AddUnique(unique) if unique.deferrable.is_none());
        if !is_second {
            table.apply(&change).unwrap();
        }
    }
    table.column_mut("parent_id").unwrap().nullable = false;
    // A key to a logged table cannot come from it, but may go to it.
    table.foreign_keys.clear();
    let live = read(&scratch).await.catalog;
    up_and_down(&scratch, &server, &live, &Change::CreateTable(table)).await;
    scratch.drop().await;
}

#[tokio::test]
async fn numbering_goes_on_after_the_rows_that_are_there() {
    let Some(scratch) = Scratch::create().await else {
        return;
    };
    let server = Server::postgres(15);
    for (at, numbering) in [AutoIncrement::Serial, AutoIncrement::Auto]
        .into_iter()
        .enumerate()
    {
        let mut table = Table::new(format!("t{at}"));
        table.columns = vec![
            Column::new("id", ColumnType::INTEGER),
            Column::new("v", ColumnType::INTEGER),
        ];
        scratch
            .apply(
                &server,
                &Catalog::default(),
                &Change::CreateTable(table.clone()),
            )
            .await;
        scratch
            .run(&format!("INSERT INTO t{at} VALUES (41, 0)"))
            .await;
        let mut live = read(&scratch).await.catalog;
        for to in [
            numbering.clone(),
            identity(true, SequenceOptions::default()),
        ] {
            let table = live.tables[&table.name].clone();
            let change = Change::AlterTable {
                table: table.name.clone(),
                changes: vec![alter(&table, "id", |column| {
                    column.auto_increment = Some(to);
                })],
            };
            scratch.apply(&server, &live, &change).await;
            live = read(&scratch).await.catalog;
            scratch
                .run(&format!("INSERT INTO t{at} (v) VALUES (1)"))
                .await;
        }
        scratch
            .run(&format!(
                "DO $$ BEGIN ASSERT (SELECT max(id) = 43 AND count(*) = 3 FROM t{at}); END $$"
            ))
            .await;
    }
    scratch.drop().await;
}
