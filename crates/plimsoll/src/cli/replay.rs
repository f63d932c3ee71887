//! Revisions carried out on scratch databases: what they make, how two of these differ, and what a comparison of tables cannot see.

use plimsoll_differ::compare::Manage;
use plimsoll_differ::inspect::Inspection;
use plimsoll_migrate::connect::{Access, Connection, connect};
use plimsoll_migrate::runner::{Direction, Failure, Run};
use plimsoll_migrate::script::{Item, leads};
use plimsoll_schema::{Change, TableChange};

use super::answers::Given;
use super::command::run::upwards;
use super::comparison::{Comparison, Wanted, judge, look, scope};
use super::context::Context;
use super::error::CliError;
use super::workbench::Workbench;

/// A scratch database.
pub(crate) struct Replay {
    /// Its session.
    pub(crate) connection: Connection,
}

impl Replay {
    /// An empty one.
    ///
    /// # Errors
    /// When none can be made.
    pub(crate) async fn empty(
        context: &Context<'_, '_>,
        bench: &mut Workbench,
    ) -> Result<Self, CliError> {
        let url = bench.address().await?;
        let schema = context.global.database_schema.as_deref();
        let connection = connect(&url, Access::Write, schema).await?;
        Ok(Self { connection })
    }

    /// Applies revisions, in this order, or takes them back, the last one first.
    ///
    /// # Errors
    /// When one fails.
    pub(crate) async fn run(
        &self,
        context: &Context<'_, '_>,
        direction: Direction,
        ids: &[String],
    ) -> Result<(), Failure> {
        let run = Run {
            direction,
            ..upwards(&context.project, &self.connection)
        };
        let mut path = ids.to_vec();
        if direction == Direction::Down {
            path.reverse();
        }
        run.path(&path, &mut |_| {}).await.map(|_| ())
    }

    /// What is in it.
    ///
    /// # Errors
    /// When it does not answer.
    pub(crate) async fn look(&self, context: &Context<'_, '_>) -> Result<Inspection, CliError> {
        let scope = scope(context, context.place.config.schemas.clone());
        look(context, &self.connection.db, &scope).await
    }

    /// What leads from one state of scratch databases to another, every fact of it; expressions are asked about here.
    ///
    /// # Errors
    /// When the server cannot be asked, or there is no way from one to the other.
    pub(crate) async fn compare(
        &self,
        context: &Context<'_, '_>,
        before: Inspection,
        after: Inspection,
    ) -> Result<Comparison, CliError> {
        let scope = scope(context, context.place.config.schemas.clone());
        let wanted = Wanted {
            now: after.catalog,
            last: None,
            manage: Manage::Exact,
            is_open: false,
            has_rows: false,
        };
        judge(
            &self.connection.db,
            &scope,
            before,
            wanted,
            &Given::default(),
        )
        .await
    }
}

/// What revisions do that a comparison of tables cannot see (rows, views, triggers, rights), each with its id in front.
pub(crate) async fn beyond_tables(context: &Context<'_, '_>, ids: &[String]) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for id in ids {
        let script = context
            .project
            .script(id, Direction::Up, context.url.backend())
            .await;
        match script {
            Err(asks) => found.push(format!("{id}: {asks}")),
            Ok(script) => {
                let beyond = script.items.iter().filter_map(beyond);
                found.extend(beyond.map(|what| format!("{id}: {what}")));
            }
        }
    }
    found
}

/// What an item does that a comparison of tables does not see.
fn beyond(item: &Item) -> Option<String> {
    const SEEN: [&[&str]; 13] = [
        &["CREATE", "TABLE"],
        &["CREATE", "INDEX"],
        &["CREATE", "UNIQUE", "INDEX"],
        &["CREATE", "FULLTEXT", "INDEX"],
        &["CREATE", "SPATIAL", "INDEX"],
        &["CREATE", "TYPE"],
        &["ALTER", "TABLE"],
        &["ALTER", "TYPE"],
        &["DROP", "TABLE"],
        &["DROP", "INDEX"],
        &["DROP", "TYPE"],
        &["RENAME", "TABLE"],
        &["COMMENT", "ON"],
    ];
    match item {
        Item::Sql(statement) => {
            let is_seen = SEEN.iter().any(|words| leads(&statement.sql, words));
            (!is_seen).then(|| statement.sql.clone())
        }
        Item::Operation(change) => match change.as_ref() {
            Change::AlterTable { table, changes }
                if changes
                    .iter()
                    .any(|change| matches!(change, TableChange::Fill(_))) =>
            {
                Some(format!("fills rows of `{table}`"))
            }
            Change::AlterTable { .. }
            | Change::CreateTable(_)
            | Change::DropTable(_)
            | Change::RenameTable(_)
            | Change::CreateEnum(_)
            | Change::DropEnum(_)
            | Change::AlterEnum(_)
            | Change::RenameEnum(_)
            | Change::RenameEnumValue { .. } => None,
        },
        Item::Begin | Item::Commit | Item::Rollback => None,
    }
}
