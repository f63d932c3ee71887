//! The schema from the models, in an empty database.
//!
//! The statements run as the revisions of a migrator that stands in for the project's own: the first one makes everything, the others
//! nothing. So the runner's lock, its transaction and its history hold for them too.

use std::collections::BTreeSet;

use plimsoll_differ::compare::{Answers, Forms, Input, Manage, diff};
use plimsoll_differ::inspect::{self, Scope, inspect};
use plimsoll_differ::{models, plan};
use plimsoll_migrate::connect::Connection;
use plimsoll_migrate::history;
use plimsoll_migrate::prelude::{
    DbErr, DynIden, IntoIden, MigrationName, MigrationTrait, SchemaManager,
};
use plimsoll_migrate::project::{Project, Standing};
use plimsoll_migrate::runner::message;
use plimsoll_schema::{Backend, Catalog, Server, Severity, backend};
use sea_orm::{ConnectionTrait, DatabaseConnection, TransactionTrait};
use sea_orm_migration::MigratorTraitSelf;
use sea_query::Alias;

use super::{Outcome, Startup, StartupError, close, log, on};

/// Makes the schema and records every revision.
pub(super) async fn all(
    db: &DatabaseConnection,
    project: Project,
    standing: &Standing,
    startup: Startup,
    acting: impl AsyncFnOnce() -> Result<Connection, StartupError>,
) -> Result<Outcome, StartupError> {
    let own = history::tables(project.table());
    let unread = |error: inspect::InspectError| StartupError::Read(error.to_string());
    let scope = Scope {
        ignore: own.to_vec(),
        ..Scope::default()
    };
    let found = inspect(db, &scope).await.map_err(unread)?;
    let applied = standing.rows.iter().map(|row| row.revision.clone());
    let views = found.views.iter().map(|view| view.name.to_string());
    let tables = found.catalog.tables.keys().map(ToString::to_string);
    let there: Vec<String> = tables.chain(views).chain(applied).collect();
    if !there.is_empty() {
        return Err(StartupError::NotEmpty { tables: there });
    }
    let stated = stated(&found.server, BTreeSet::from(own))?;
    let statements = statements(&found.server, &stated)?;
    let connection = acting().await?;
    let created = Outcome::Created {
        tables: stated.tables.len(),
    };
    if project.graph().nodes().is_empty() {
        run(&connection.db, &statements)
            .await
            .map_err(|error| StartupError::Models(message(&error)))?;
        return Ok(created);
    }
    let stand_in = Project::of(&StandIn {
        table: project.table().to_owned(),
        ids: standing.pending.clone(),
        statements,
    })?;
    let path = &standing.pending;
    let run = on(&connection, &stand_in, startup.lock_timeout);
    let outcome = match run.path(path, &mut |event| log(event)).await {
        // The first one makes everything: who did not run it waited for another replica that did.
        Ok(done) if done.first().map(|done| &done.revision) == path.first() => {
            // What was recorded is what the stand-in did; the revisions themselves are to count as applied.
            let wanted: BTreeSet<&str> = path.iter().map(String::as_str).collect();
            let run = on(&connection, &project, startup.lock_timeout);
            run.stamp(&wanted, true, &mut |_| {}).await.map(|_| created)
        }
        Ok(_) => Ok(Outcome::AtHead),
        Err(failure) => Err(failure),
    };
    close(&connection).await;
    Ok(outcome?)
}

/// What the models that are linked into this program state.
fn stated(server: &Server, ignored_tables: BTreeSet<String>) -> Result<Catalog, StartupError> {
    let options = models::Options { ignored_tables };
    let read = models::read(server, &options);
    let stated = read
        .map_err(|error| StartupError::Models(error.to_string()))?
        .catalog;
    let validated = models::validate(server, &stated, &Catalog::default());
    match validated
        .into_iter()
        .find(|diagnostic| diagnostic.severity == Severity::Error)
    {
        Some(error) => Err(StartupError::Models(error.message)),
        None => Ok(stated),
    }
}

/// What makes it.
fn statements(server: &Server, stated: &Catalog) -> Result<Vec<String>, StartupError> {
    let empty = Catalog::default();
    let diff = diff(&Input {
        server,
        now: stated,
        last: None,
        live: &empty,
        manage: Manage::Stated,
        answers: &Answers::default(),
        forms: &Forms::new(),
    });
    let plan = plan::plan(server, &diff.current, &diff.changes)
        .map_err(|error| StartupError::Models(error.to_string()))?;
    let schemas: BTreeSet<&String> = match server.backend {
        Backend::Postgres => stated
            .tables
            .keys()
            .filter_map(|table| table.schema.as_ref())
            .collect(),
        // SQLite has none, and MySQL's are other databases, which are not ours to make.
        Backend::Sqlite | Backend::Mysql => BTreeSet::new(),
    };
    let schemas = schemas.into_iter().map(|name| {
        let name = backend::quote(server, name);
        format!("CREATE SCHEMA IF NOT EXISTS {name}")
    });
    Ok(schemas.chain(plan.up().map(str::to_owned)).collect())
}

/// For a project without revisions: whole, where the server can do that.
async fn run(db: &DatabaseConnection, statements: &[String]) -> Result<(), DbErr> {
    let transaction = db.begin().await?;
    for sql in statements {
        transaction.execute_unprepared(sql).await?;
    }
    transaction.commit().await
}

/// The project's revisions by name, the first of which makes everything.
struct StandIn {
    table: String,
    ids: Vec<String>,
    statements: Vec<String>,
}

impl MigratorTraitSelf for StandIn {
    fn migrations(&self) -> Vec<Box<dyn MigrationTrait>> {
        let statements = |at| match at {
            0 => self.statements.clone(),
            _ => Vec::new(),
        };
        self.ids
            .iter()
            .enumerate()
            .map(|(at, id)| -> Box<dyn MigrationTrait> {
                Box::new(Made {
                    id: id.clone(),
                    statements: statements(at),
                })
            })
            .collect()
    }

    fn migration_table_name(&self) -> DynIden {
        Alias::new(&self.table).into_iden()
    }
}

/// A revision that carries out SQL.
struct Made {
    id: String,
    statements: Vec<String>,
}

impl MigrationName for Made {
    fn name(&self) -> &str {
        &self.id
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Made {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for sql in &self.statements {
            manager.get_connection().execute_unprepared(sql).await?;
        }
        Ok(())
    }
}
