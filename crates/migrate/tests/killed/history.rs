//! Ten revisions a backend whose updates show when one is carried out twice, with everything that cannot be rolled back.

use plimsoll_migrate::prelude::*;
use plimsoll_schema::{Backend, Change};
use sea_orm_migration::MigratorTraitSelf;

/// What a revision does.
#[derive(Clone, Copy)]
pub(crate) enum Act {
    Sql(&'static str),
    Apply(fn() -> Change),
}

use Act::{Apply as Operation, Sql};

pub(crate) struct Revision {
    name: String,
    acts: &'static [Act],
    transaction: Option<bool>,
}

impl MigrationName for Revision {
    fn name(&self) -> &str {
        &self.name
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Revision {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for act in self.acts {
            match act {
                Sql(sql) => {
                    manager.get_connection().execute_unprepared(sql).await?;
                }
                Operation(change) => manager.apply(change()).await?,
            }
        }
        Ok(())
    }

    async fn down(&self, _: &SchemaManager) -> Result<(), DbErr> {
        Ok(())
    }

    fn use_transaction(&self) -> Option<bool> {
        self.transaction
    }
}

pub(crate) struct History(pub(crate) Backend);

impl MigratorTraitSelf for History {
    fn migrations(&self) -> Vec<Box<dyn MigrationTrait>> {
        let all: &[(&[Act], Option<bool>)] = match self.0 {
            Backend::Sqlite => SQLITE,
            Backend::Postgres => POSTGRES,
            Backend::Mysql => MYSQL,
        };
        let revision = |(at, (acts, transaction)): (usize, &(&'static [Act], Option<bool>))| {
            Box::new(Revision {
                name: format!("m{at:02}"),
                acts,
                transaction: *transaction,
            }) as Box<dyn MigrationTrait>
        };
        all.iter().enumerate().map(revision).collect()
    }
}

fn alter() -> Change {
    AlterTable::new("a")
        .add_column(ColumnDef::new("note").string_len(20).null())
        .add_check("ck_a_n", "n >= 0")
        .into()
}

fn index() -> Change {
    AlterTable::new("b")
        .add_column(ColumnDef::new("code").integer().null())
        .add_index(IndexDef::new("ix_b_code").column("code"))
        .into()
}

const SQLITE: &[(&[Act], Option<bool>)] = &[
    (
        &[
            Sql("CREATE TABLE a (id integer PRIMARY KEY, n integer NOT NULL)"),
            Sql("CREATE TABLE b (id integer PRIMARY KEY, a_id integer)"),
            Sql("INSERT INTO a VALUES (1, 10), (2, 20)"),
        ],
        None,
    ),
    (
        &[
            Sql("UPDATE a SET n = n + 1"),
            Sql("CREATE INDEX ix_a_n ON a (n)"),
        ],
        None,
    ),
    (&[Operation(alter)], None),
    (
        &[
            Sql("UPDATE a SET n = n + 1"),
            Sql("UPDATE a SET n = n * 2"),
            Sql("INSERT INTO b VALUES (1, 1)"),
        ],
        Some(false),
    ),
    (&[Operation(index), Sql("UPDATE b SET code = 7")], None),
    (
        &[
            Sql("UPDATE a SET n = n + 3"),
            Sql("VACUUM"),
            Sql("UPDATE a SET n = n * 3"),
        ],
        None,
    ),
    (
        &[
            Sql("PRAGMA user_version = 3"),
            Sql("INSERT INTO b VALUES (2, 2, 8)"),
        ],
        Some(false),
    ),
    (&[Sql("ALTER TABLE a RENAME TO a2")], None),
    (
        &[
            Sql("CREATE TABLE c AS SELECT n FROM a2"),
            Sql("UPDATE c SET n = n + 1"),
        ],
        Some(false),
    ),
    (
        &[Sql("DELETE FROM b WHERE id = 1"), Sql("DROP INDEX ix_a_n")],
        None,
    ),
];

const POSTGRES: &[(&[Act], Option<bool>)] = &[
    (
        &[
            Sql("CREATE TABLE a (id integer PRIMARY KEY, n integer NOT NULL)"),
            Sql("CREATE TABLE b (id integer PRIMARY KEY, a_id integer)"),
            Sql("INSERT INTO a VALUES (1, 10), (2, 20)"),
        ],
        None,
    ),
    (
        &[
            Sql("UPDATE a SET n = n + 1"),
            Sql("CREATE INDEX CONCURRENTLY ix_a_n ON a (n)"),
            Sql("UPDATE a SET n = n * 2"),
            Sql("INSERT INTO b VALUES (1, 1)"),
        ],
        None,
    ),
    (&[Operation(alter)], None),
    (
        &[
            Sql("CREATE TYPE mood AS ENUM ('sad', 'glad')"),
            Sql("ALTER TABLE a ADD COLUMN mood mood"),
        ],
        None,
    ),
    (
        &[
            Sql("UPDATE a SET n = n + 1"),
            Sql("ALTER TYPE mood ADD VALUE 'meh'"),
            Sql("UPDATE a SET mood = 'meh', n = n + 1"),
        ],
        None,
    ),
    (
        &[
            Operation(index),
            Sql("UPDATE b SET code = coalesce(code, 0) + 7"),
        ],
        None,
    ),
    (
        &[
            Sql("CREATE UNIQUE INDEX CONCURRENTLY ux_a_n ON a (n)"),
            Sql("DROP INDEX CONCURRENTLY ix_a_n"),
        ],
        None,
    ),
    (
        &[
            Sql("UPDATE a SET n = n + 5"),
            Sql("SET search_path = public"),
            Sql("UPDATE a SET n = n * 2"),
            Sql("VACUUM a"),
            Sql("INSERT INTO b VALUES (2, 2)"),
        ],
        Some(false),
    ),
    (
        &[
            Sql("ALTER TABLE a RENAME TO a2"),
            Sql("UPDATE a2 SET n = n + 1"),
        ],
        None,
    ),
    (
        &[
            Sql("CREATE TABLE c AS SELECT n FROM a2"),
            Sql("UPDATE c SET n = n + 1"),
        ],
        Some(false),
    ),
];

const MYSQL: &[(&[Act], Option<bool>)] = &[
    (
        &[
            Sql("CREATE TABLE a (id integer PRIMARY KEY AUTO_INCREMENT, n integer NOT NULL)"),
            Sql("CREATE TABLE b (id integer PRIMARY KEY, a_id integer)"),
            Sql("INSERT INTO a VALUES (1, 10), (2, 20)"),
        ],
        None,
    ),
    (
        &[
            Sql("UPDATE a SET n = n + 1"),
            Sql("CREATE INDEX ix_a_n ON a (n)"),
            Sql("UPDATE a SET n = n * 2"),
            Sql("INSERT INTO b VALUES (1, 1)"),
        ],
        None,
    ),
    (&[Operation(alter)], None),
    (
        &[
            Sql("ALTER TABLE a ADD COLUMN m integer NULL"),
            Sql("UPDATE a SET m = n + 1"),
            Sql("ALTER TABLE a MODIFY COLUMN m bigint NOT NULL"),
        ],
        None,
    ),
    (
        &[
            Sql("SET foreign_key_checks = 0"),
            Sql("ALTER TABLE b ADD CONSTRAINT fk_b_a FOREIGN KEY (a_id) REFERENCES a (id)"),
            Sql("INSERT INTO b VALUES (2, 99)"),
            Sql("SET foreign_key_checks = 1"),
            Sql("UPDATE a SET n = n + 1"),
        ],
        None,
    ),
    (
        &[
            Operation(index),
            Sql("UPDATE b SET code = coalesce(code, 0) + 7"),
        ],
        None,
    ),
    (
        &[
            Sql("CREATE VIEW v AS SELECT n FROM a"),
            Sql("DROP VIEW v"),
            Sql("CREATE OR REPLACE VIEW w AS SELECT m FROM a"),
        ],
        None,
    ),
    (
        &[
            Sql("DROP VIEW w"),
            Sql("RENAME TABLE a TO a2"),
            Sql("UPDATE a2 SET n = n + 1"),
        ],
        None,
    ),
    (
        &[
            Sql("CREATE UNIQUE INDEX ux_a_n ON a2 (n)"),
            Sql("DROP INDEX ix_a_n ON a2"),
            Sql("UPDATE a2 SET n = n + 1"),
        ],
        None,
    ),
    (
        &[
            Sql("CREATE TABLE c AS SELECT n FROM a2"),
            Sql("UPDATE c SET n = n + 1"),
            Sql("DELETE FROM b WHERE id = 1"),
        ],
        None,
    ),
];
