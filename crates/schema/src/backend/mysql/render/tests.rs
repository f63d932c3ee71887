use super::*;
use crate::backend::Version;
use crate::{
    Action, AutoIncrement, Check, Column, ColumnType, ForeignKey, Generated, Index, IndexKey,
    Literal, PrimaryKey, Unique, Value,
};

fn mysql() -> Server {
    Server::mysql(Version(8, 4, 0))
}

fn mariadb() -> Server {
    Server::mariadb(Version(10, 11, 0))
}

fn orders() -> Table {
    let mut table = Table::new("orders");
    let mut id = Column::new("id", ColumnType::BIG_INTEGER);
    id.auto_increment = Some(AutoIncrement::Auto);
    let mut note = Column::new("note", ColumnType::TEXT).null();
    note.default = Some(Value::Literal(Literal::String("it's".into())));
    let mut created = Column::new("created", ColumnType::DateTime(Some(6)));
    created.default = Some(Value::Literal(Literal::CurrentTimestamp(None)));
    created.on_update = Some("CURRENT_TIMESTAMP(6)".into());
    created.comment = Some("when".into());
    let mut double = Column::new("double", ColumnType::INTEGER);
    double.generated = Some(Generated {
        expression: "`size` * 2".into(),
        stored: false,
    });
    let mood = ColumnType::Enum {
        name: "mood".into(),
        values: vec!["calm".into(), "it's".into()],
    };
    table.columns = vec![
        id,
        Column::new("user_id", ColumnType::Uuid),
        Column::new("size", ColumnType::INTEGER),
        Column::new("mood", mood),
        note,
        created,
        double,
    ];
    table.primary_key = Some(PrimaryKey {
        name: None,
        columns: vec!["id".into()],
        ..PrimaryKey::default()
    });
    table.uniques = vec![Unique {
        name: None,
        columns: vec!["size".into(), "user_id".into()],
        nulls_not_distinct: false,
        deferrable: None,
        ..Unique::default()
    }];
    table.indexes = vec![Index::on("idx-orders-size", &["size"])];
    table.foreign_keys = vec![foreign_key("fk-orders-user_id")];
    table.checks = vec![Check {
        name: Some("size".into()),
        expression: "`size` > 0".into(),
        ..Check::default()
    }];
    table.comment = Some("what 'they' ordered".into());
    table
}

fn foreign_key(name: &str) -> ForeignKey {
    ForeignKey {
        name: Some(name.into()),
        columns: vec!["user_id".into()],
        ref_table: "users".into(),
        ref_columns: vec!["id".into()],
        on_delete: Some(Action::Cascade),
        on_update: None,
        deferrable: None,
        match_full: false,
        not_valid: false,
        ..ForeignKey::default()
    }
}

fn sql(server: &Server, before: Option<Table>, change: &Change) -> String {
    let statements = render(server, &Catalog::of(before), change).unwrap();
    statements.join(";\n")
}

fn altered(server: &Server, changes: Vec<TableChange>) -> String {
    let table = "orders".into();
    sql(
        server,
        Some(orders()),
        &Change::AlterTable { table, changes },
    )
}

fn redefined(column: &str, change: impl FnOnce(&mut Column)) -> TableChange {
    let from = orders().column(column).unwrap().clone();
    let mut to = from.clone();
    change(&mut to);
    TableChange::AlterColumn(Box::new(Pair::new(from, to)))
}

#[test]
fn a_table_is_created_in_each_servers_words() {
    let create = Change::CreateTable(orders());
    insta::assert_snapshot!(sql(&mysql(), None, &create), @r#"
    CREATE TABLE `orders` ( `id` bigint NOT NULL PRIMARY KEY AUTO_INCREMENT, `user_id` binary(16) NOT NULL, `size` int NOT NULL, `mood` ENUM('calm', 'it''s') NOT NULL, `note` text NULL DEFAULT ('it''s'), `created` datetime(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6) ON UPDATE CURRENT_TIMESTAMP(6) COMMENT 'when', `double` int GENERATED ALWAYS AS (`size` * 2) VIRTUAL NOT NULL, UNIQUE KEY (`size`, `user_id`), CONSTRAINT `fk-orders-user_id` FOREIGN KEY (`user_id`) REFERENCES `users` (`id`) ON DELETE CASCADE, CONSTRAINT `size` CHECK (`size` > 0) ) COMMENT 'what \'they\' ordered';
    CREATE INDEX `idx-orders-size` ON `orders` (`size`)
    "#);
    insta::assert_snapshot!(sql(&mariadb(), None, &create), @r#"
    CREATE TABLE `orders` ( `id` bigint NOT NULL PRIMARY KEY AUTO_INCREMENT, `user_id` binary(16) NOT NULL, `size` int NOT NULL, `mood` ENUM('calm', 'it''s') NOT NULL, `note` text NULL DEFAULT 'it\'s', `created` datetime(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6) ON UPDATE CURRENT_TIMESTAMP(6) COMMENT 'when', `double` int GENERATED ALWAYS AS (`size` * 2) VIRTUAL, UNIQUE KEY (`size`, `user_id`), CONSTRAINT `fk-orders-user_id` FOREIGN KEY (`user_id`) REFERENCES `users` (`id`) ON DELETE CASCADE, CONSTRAINT `size` CHECK (`size` > 0) ) COMMENT 'what \'they\' ordered';
    CREATE INDEX `idx-orders-size` ON `orders` (`size`)
    "#);
}

#[test]
fn changes_share_a_statement() {
    let text = altered(
        &mysql(),
        vec![
            TableChange::AddColumn(Column::new("a", ColumnType::Boolean)),
            redefined("size", |column| column.ty = ColumnType::BIG_INTEGER),
            TableChange::DropColumn(Column::new("note", ColumnType::TEXT)),
            TableChange::AddIndex(Index::on("idx-orders-a", &["a"])),
            TableChange::SetComment(Pair::new(None, Some("it's".into()))),
        ],
    );
    insta::assert_snapshot!(text, @r#"
    ALTER TABLE `orders` ADD COLUMN `a` bool NOT NULL, MODIFY COLUMN `size` bigint NOT NULL, DROP COLUMN `note`, ADD INDEX `idx-orders-a` (`a`), COMMENT = 'it''s'
    "#);
}

#[test]
fn one_change_is_what_the_builder_writes() {
    let change = TableChange::AddIndex(Index::on("idx-orders-mood", &["mood"]));
    insta::assert_snapshot!(altered(&mysql(), vec![change]), @r#"
    CREATE INDEX `idx-orders-mood` ON `orders` (`mood`)
    "#);
    let change = TableChange::AddColumn(Column::new("a", ColumnType::Json).null());
    insta::assert_snapshot!(altered(&mysql(), vec![change]), @r#"
    ALTER TABLE `orders` ADD COLUMN `a` json NULL
    "#);
}

#[test]
fn what_a_name_blocks_is_a_statement_of_its_own() {
    let text = altered(
        &mysql(),
        vec![
            TableChange::DropForeignKey(foreign_key("fk-orders-user_id")),
            TableChange::AddForeignKey(foreign_key("fk-orders-user_id")),
        ],
    );
    insta::assert_snapshot!(text, @r#"
    ALTER TABLE `orders` DROP FOREIGN KEY `fk-orders-user_id`, DROP INDEX `fk-orders-user_id`;
    ALTER TABLE `orders` ADD CONSTRAINT `fk-orders-user_id` FOREIGN KEY (`user_id`) REFERENCES `users` (`id`) ON DELETE CASCADE
    "#);
}

#[test]
fn an_index_under_a_foreign_key_makes_room() {
    let index = TableChange::AddIndex(Index::on("idx-orders-user_id", &["user_id"]));
    insta::assert_snapshot!(altered(&mysql(), vec![index.clone()]), @r#"
    ALTER TABLE `orders` ADD INDEX `idx-orders-user_id` (`user_id`), DROP INDEX `fk-orders-user_id`
    "#);
    let mut before = orders();
    before.apply(&index).unwrap();
    let back = Change::AlterTable {
        table: "orders".into(),
        changes: vec![index.reverse()],
    };
    insta::assert_snapshot!(sql(&mysql(), Some(before), &back), @r#"
    ALTER TABLE `orders` DROP INDEX `idx-orders-user_id`, ADD INDEX `fk-orders-user_id` (`user_id`)
    "#);
}

#[test]
fn a_check_goes_in_each_servers_words() {
    let check = orders().checks[0].clone();
    let change = || vec![TableChange::DropCheck(check.clone())];
    insta::assert_snapshot!(altered(&mysql(), change()), @r#"
    ALTER TABLE `orders` DROP CONSTRAINT `size`
    "#);
    insta::assert_snapshot!(altered(&mariadb(), change()), @r#"
    ALTER TABLE `orders` DROP CONSTRAINT IF EXISTS `size`, MODIFY COLUMN `size` int NOT NULL
    "#);
    let wider = || {
        vec![redefined("size", |column| {
            column.ty = ColumnType::BIG_INTEGER;
        })]
    };
    insta::assert_snapshot!(altered(&mariadb(), wider()), @r#"
    ALTER TABLE `orders` MODIFY COLUMN `size` bigint NOT NULL, ADD CONSTRAINT IF NOT EXISTS `size` CHECK (`size` > 0)
    "#);
}

#[test]
fn an_old_server_is_told_in_its_own_words() {
    let old = Server::mysql(Version(5, 7, 44));
    let rename = vec![TableChange::RenameColumn(Pair::new(
        "note".into(),
        "text".into(),
    ))];
    insta::assert_snapshot!(altered(&old, rename), @r#"
    ALTER TABLE `orders` CHANGE COLUMN `note` `text` text NULL DEFAULT ('it''s')
    "#);
    let change = Change::AlterTable {
        table: "orders".into(),
        changes: vec![TableChange::AddCheck(orders().checks[0].clone())],
    };
    assert!(render(&old, &Catalog::default(), &change).is_err());
}

#[test]
fn what_the_server_has_not_is_an_error() {
    let mut partial = Index::on("ix", &["size"]);
    partial.predicate = Some("size > 0".into());
    let mut functional = Index::on("ix", &[] as &[&str]);
    functional.keys = vec![IndexKey::expression("lower(note)")];
    let mut default = foreign_key("fk");
    default.on_delete = Some(Action::SetDefault);
    let cases = [
        TableChange::AddIndex(partial),
        TableChange::AddIndex(functional),
        TableChange::AddForeignKey(default),
        TableChange::AddColumn(Column::new("a", ColumnType::Inet)),
    ];
    let mut said = Vec::new();
    for change in cases {
        let change = Change::AlterTable {
            table: "orders".into(),
            changes: vec![change],
        };
        said.push(
            render(&mariadb(), &Catalog::default(), &change)
                .unwrap_err()
                .to_string(),
        );
    }
    insta::assert_snapshot!(said.join("\n"), @r#"
    MySQL has no partial index (`orders.ix`)
    MySQL has no index on an expression (`orders.ix`)
    MySQL has no foreign key with SET DEFAULT (`orders(user_id)`)
    MySQL has no network address type (`inet`)
    "#);
}
