//! A run as a script, for whoever may not run programs on the database: what `psql`, `mariadb`, `mysql` or `sqlite3` is to be given.
//!
//! Invariant: the script does what the run would do, the history included; what only the database could tell is an error, which names
//! the revision.

use std::collections::BTreeSet;

use plimsoll_schema::{Backend, Server};
use sea_orm::{Database, DatabaseConnection, DbErr};
use sea_query::{
    MysqlQueryBuilder, PostgresQueryBuilder, QueryStatementWriter, SchemaStatementBuilder,
    SqliteQueryBuilder,
};
use thiserror::Error;

use crate::connect::db_backend;
use crate::history::{self, Action, Entry};
use crate::project::Project;
use crate::runner::{Direction, TOOL, message};
use crate::script::{Asks, Item, Kind, Script, kind};

mod simulate;

use simulate::Simulated;

/// Why there is no script.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum OfflineError {
    /// A revision asks the database.
    #[error("write `{revision}` as SQL: {asks}")]
    Asks {
        /// Its id.
        revision: String,
        /// What it asks.
        asks: Asks,
    },
    /// An operation has to know a table that is not known.
    #[error("write `{revision}` as SQL: {reason}")]
    Unknown {
        /// Its id.
        revision: String,
        /// What has to be known.
        reason: String,
    },
}

impl OfflineError {
    /// What to do about it.
    pub const fn help(&self) -> &'static str {
        match self {
            Self::Asks { .. } => {
                "run it with a connection; or end the script before this revision, as in `upgrade A:B --sql`"
            }
            Self::Unknown { .. } => {
                "run it with a connection; or let the script begin at the base, so that the table is known"
            }
        }
    }
}

/// What a script is written for.
pub struct Offline<'a> {
    /// The project.
    pub project: &'a Project,
    /// The server.
    pub server: Server,
}

impl Offline<'_> {
    /// A run over a path, from a database on which `applied` is applied.
    ///
    /// # Errors
    /// When a revision cannot be written without a database.
    pub async fn run(
        &self,
        applied: &BTreeSet<&str>,
        path: &[&str],
        direction: Direction,
    ) -> Result<String, OfflineError> {
        let mut world = self.world(applied).await?;
        let mut out = self.head(path, direction);
        out.push_str(&self.tables());
        for id in path {
            out.push_str(&format!("\n-- {} {id}\n", direction.word()));
            let script = self.script(id, direction).await?;
            let parts = self.parts(&mut world, id, &script).await?;
            out.push_str(&self.revision(id, direction, &script, &parts));
        }
        if self.server.backend == Backend::Sqlite {
            out.push_str("\n-- Rows that break a foreign key, if there are any.\nPRAGMA foreign_key_check;\n");
        }
        Ok(out)
    }

    /// A script that writes down what is applied and what is not.
    pub fn stamp(&self, applied: &[&str], unapplied: &[&str]) -> String {
        let mut out = self.tables();
        out.push_str(self.begin());
        for id in unapplied {
            out.push_str(&self.history_rows(id, Action::Unstamp, None));
        }
        for id in applied {
            out.push_str(&self.history_rows(id, Action::Stamp, None));
        }
        out.push_str("COMMIT;\n");
        out
    }

    /// The statements that make the tables of the history.
    pub fn tables(&self) -> String {
        let table = self.project.table();
        let backend = db_backend(self.server.backend);
        let statements = [
            history::create_for(backend, table),
            history::create_own(&history::own_table(table)),
        ];
        statements
            .iter()
            .map(|create| self.schema(create))
            .collect()
    }

    async fn script(&self, id: &str, direction: Direction) -> Result<Script, OfflineError> {
        let script = self
            .project
            .script(id, direction, self.server.backend)
            .await;
        script.map_err(|asks| OfflineError::Asks {
            revision: id.to_owned(),
            asks,
        })
    }

    /// What the revisions that are applied have made.
    async fn world(&self, applied: &BTreeSet<&str>) -> Result<World, OfflineError> {
        let mut world = match self.server.backend {
            Backend::Sqlite => {
                World::Real(memory().await.map_err(|error| OfflineError::Unknown {
                    revision: "base".to_owned(),
                    reason: message(&error),
                })?)
            }
            Backend::Postgres | Backend::Mysql => {
                World::Simulated(Box::new(Simulated::new(self.server.clone())))
            }
        };
        for node in self.project.graph().nodes() {
            if applied.contains(node.id.as_str()) {
                match self.script(&node.id, Direction::Up).await {
                    Ok(script) => {
                        self.parts(&mut world, &node.id, &script).await?;
                    }
                    // What it did is not known; whoever needs to know says so.
                    Err(_) => world.forget(),
                }
            }
        }
        Ok(world)
    }

    /// The statements of a revision; each with whether it may run inside a transaction.
    async fn parts(
        &self,
        world: &mut World,
        id: &str,
        script: &Script,
    ) -> Result<Vec<(String, Kind)>, OfflineError> {
        let unknown = |error: DbErr| OfflineError::Unknown {
            revision: id.to_owned(),
            reason: message(&error),
        };
        let mut parts = Vec::new();
        for (at, item) in script.items.iter().enumerate() {
            let statements = match item {
                Item::Sql(statement) => vec![statement.to_string()],
                Item::Operation(change) => world.written(change.as_ref()).await.map_err(unknown)?,
                Item::Begin => vec![self.begin().trim_end().trim_end_matches(';').to_owned()],
                Item::Commit => vec!["COMMIT".to_owned()],
                Item::Rollback => vec!["ROLLBACK".to_owned()],
            };
            for sql in statements {
                if !matches!(item, Item::Begin | Item::Commit | Item::Rollback) {
                    let is_written = matches!(item, Item::Operation(_));
                    world.executed(&sql, is_written).await.map_err(unknown)?;
                }
                let kind = kind(self.server.backend, &sql, &script.items[at + 1..]);
                parts.push((sql, kind));
            }
        }
        Ok(parts)
    }

    /// A revision with its transactions and its rows in the history.
    fn revision(
        &self,
        id: &str,
        direction: Direction,
        script: &Script,
        parts: &[(String, Kind)],
    ) -> String {
        let asked = self
            .project
            .migration(id)
            .and_then(sea_orm_migration::MigrationTrait::use_transaction);
        let groups = self.server.backend != Backend::Mysql
            && asked != Some(false)
            && !script.has_transactions();
        let mut out = String::new();
        let mut inside = false;
        for (sql, kind) in parts {
            let belongs = groups && *kind == Kind::Transactional;
            if belongs != inside {
                out.push_str(if belongs { self.begin() } else { "COMMIT;\n" });
                inside = belongs;
            }
            out.push_str(&self.statement(sql));
        }
        if !inside {
            out.push_str(self.begin());
        }
        let action = match direction {
            Direction::Up => Action::Up,
            Direction::Down => Action::Down,
        };
        out.push_str(&self.history_rows(id, action, Some(script)));
        out.push_str("COMMIT;\n");
        out
    }

    const fn begin(&self) -> &'static str {
        match self.server.backend {
            Backend::Sqlite => "BEGIN IMMEDIATE;\n",
            Backend::Postgres => "BEGIN;\n",
            Backend::Mysql => "START TRANSACTION;\n",
        }
    }

    /// A statement with its end: what has statements inside needs another delimiter in MySQL's shell.
    fn statement(&self, sql: &str) -> String {
        let sql = sql.trim().trim_end_matches(';');
        let has_body = self.server.backend == Backend::Mysql
            && sql.contains(';')
            && sql
                .get(..6)
                .is_some_and(|word| word.eq_ignore_ascii_case("create"));
        if has_body {
            format!("DELIMITER //\n{sql}//\nDELIMITER ;\n")
        } else {
            format!("{sql};\n")
        }
    }

    fn head(&self, path: &[&str], direction: Direction) -> String {
        let (shell, settings) = match self.server.backend {
            // A table that is rebuilt is dropped for a moment: https://www.sqlite.org/lang_altertable.html#otheralter
            Backend::Sqlite => ("sqlite3", ".bail on\nPRAGMA foreign_keys = OFF;\n"),
            // A table of the history that is there already is no news.
            Backend::Postgres => (
                "psql",
                "\\set ON_ERROR_STOP on\nSET client_min_messages = warning;\n",
            ),
            Backend::Mysql => ("mariadb or mysql", ""),
        };
        let revisions = match path {
            [] => "no revision".to_owned(),
            [only] => (*only).to_owned(),
            [first, .., last] => format!("{first} to {last}"),
        };
        format!(
            "-- {TOOL}: {} {revisions}, for {shell}\n{settings}",
            match direction {
                Direction::Up => "upgrade",
                Direction::Down => "downgrade",
            }
        )
    }

    /// The rows that a revision writes in the history, with the time at which they are written.
    fn history_rows(&self, id: &str, action: Action, script: Option<&Script>) -> String {
        let table = self.project.table();
        let mut entry = Entry::now(id, action, "offline".to_owned());
        entry.details.applied_by = None;
        if let (Some(node), true) = (
            self.project.graph().node(id),
            matches!(action, Action::Up | Action::Stamp),
        ) {
            entry.details.parents.clone_from(&node.parents);
            entry.details.checksum = node.checksum();
            entry.details.statements = script.map(Script::checksum);
        }
        let now = match self.server.backend {
            Backend::Sqlite => "CAST(strftime('%s', 'now') AS integer)",
            Backend::Postgres => "CAST(extract(epoch FROM now()) AS bigint)",
            Backend::Mysql => "unix_timestamp()",
        };
        let first = match action {
            Action::Up | Action::Stamp => self.query(&history::applied(table, &entry, Some(now))),
            Action::Down | Action::Unstamp => self.query(&history::taken_back(table, id)),
        };
        // One moment for both: a row of ours counts only with SeaORM's of the same time.
        let told = match action {
            Action::Up | Action::Stamp => {
                let taken = format!(
                    "(SELECT applied_at FROM {} WHERE version = '{}')",
                    self.quoted(table),
                    id.replace('\'', "''")
                );
                self.query(&history::told(table, &entry, Some(&taken)))
            }
            Action::Down | Action::Unstamp => self.query(&history::told(table, &entry, Some(now))),
        };
        first + &told
    }

    fn quoted(&self, name: &str) -> String {
        plimsoll_schema::backend::quote(&self.server, name)
    }

    fn query(&self, query: &impl QueryStatementWriter) -> String {
        let sql = match self.server.backend {
            Backend::Sqlite => query.to_string(SqliteQueryBuilder),
            Backend::Postgres => query.to_string(PostgresQueryBuilder),
            Backend::Mysql => query.to_string(MysqlQueryBuilder),
        };
        format!("{sql};\n")
    }

    fn schema(&self, statement: &impl SchemaStatementBuilder) -> String {
        let sql = match self.server.backend {
            Backend::Sqlite => statement.to_string(SqliteQueryBuilder),
            Backend::Postgres => statement.to_string(PostgresQueryBuilder),
            Backend::Mysql => statement.to_string(MysqlQueryBuilder),
        };
        format!("{sql};\n")
    }
}

/// A database as the revisions before would have left it.
enum World {
    /// SQLite's, in memory: it is in this process anyway.
    Real(DatabaseConnection),
    /// A server's, as far as its tables are known.
    Simulated(Box<Simulated>),
}

async fn memory() -> Result<DatabaseConnection, DbErr> {
    let mut options = sea_orm::ConnectOptions::new("sqlite::memory:");
    // Another connection would be another database.
    options.max_connections(1).sqlx_logging(false);
    let db = Database::connect(options).await?;
    sea_orm::ConnectionTrait::execute_unprepared(&db, "PRAGMA foreign_keys = OFF").await?;
    Ok(db)
}

impl World {
    /// The statements of an operation.
    async fn written(&mut self, change: &plimsoll_schema::Change) -> Result<Vec<String>, DbErr> {
        match self {
            Self::Real(db) => {
                let written = crate::operation::written(db, change.clone()).await?;
                Ok(written
                    .map(|written| written.statements)
                    .unwrap_or_default())
            }
            Self::Simulated(world) => world.written(change),
        }
    }

    /// A statement was carried out.
    async fn executed(&mut self, sql: &str, is_of_operation: bool) -> Result<(), DbErr> {
        match self {
            Self::Real(db) => {
                sea_orm::ConnectionTrait::execute_unprepared(db, sql).await?;
                Ok(())
            }
            Self::Simulated(world) => {
                if !is_of_operation {
                    world.executed(sql);
                }
                Ok(())
            }
        }
    }

    /// Something happened that is not known.
    fn forget(&mut self) {
        match self {
            Self::Real(_) => {}
            Self::Simulated(world) => world.forget(),
        }
    }
}
