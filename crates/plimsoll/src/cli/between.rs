//! From anywhere to anywhere: what leads from one side of a difference to the other.
//!
//! The side it starts from is always a database: models and their like are carried out on a scratch one. The side it leads to is a
//! database too, every fact of which counts; or what models state, which leaves the rest open.

use std::collections::BTreeSet;

use plimsoll_differ::compare::Manage;
use plimsoll_differ::inspect;
use plimsoll_differ::prove::{ProofError, build};
use plimsoll_differ::scratch::copy_surroundings;
use plimsoll_differ::script::{self, ScriptError};
use plimsoll_migrate::connect::{Access, connect};
use plimsoll_migrate::runner::{Stop, is_of_connection, message};
use plimsoll_migrate::url::DbUrl;
use plimsoll_schema::{Backend, Catalog};
use sea_orm::DatabaseConnection;

use super::answers::Given;
use super::args::ScratchServer;
use super::command::run::upwards;
use super::comparison::{
    Comparison, Wanted, judge, look, manage, read_catalog, recorded, scope, stated,
};
use super::context::Context;
use super::error::{CliError, Exit};
use super::side::Side;
use super::workbench::Workbench;

/// What is read before the sides can be compared.
enum Read {
    /// A database, and the schemas it brings beside the project's.
    Database(DatabaseConnection, Vec<String>),
    /// What models state.
    Stated(Catalog),
}

/// Reads both sides, compares and plans. Nothing of the user's is written; what had to be made is dropped.
///
/// # Errors
/// When a side cannot be read, or the sides are of two kinds of server.
pub(crate) async fn between(
    context: &mut Context<'_, '_>,
    [from, to]: [&Side; 2],
    scratch: &ScratchServer,
    given: &Given,
) -> Result<Comparison, CliError> {
    let url = server_of(context, [from, to], scratch)?;
    // Order matters: an interruption while a database is made has to wait until it can be dropped.
    let stop = Stop::on_signals();
    let mut bench = Workbench::at(url).await?;
    let result = tokio::select! {
        result = sides(context, &mut bench, [from, to], given) => result,
        () = stop.asked() => Err(CliError::new(Exit::Interrupted, "compare: interrupted").help("nothing was written")),
    };
    bench.clear(context.output).await;
    result
}

/// The server that decides, and on which scratch databases are made.
fn server_of(
    context: &Context<'_, '_>,
    sides: [&Side; 2],
    scratch: &ScratchServer,
) -> Result<DbUrl, CliError> {
    let mut urls: Vec<DbUrl> = Vec::new();
    if let Some(url) = &scratch.scratch_url {
        urls.push(DbUrl::parse(url)?);
    }
    for side in sides {
        match side {
            Side::Database(url) => urls.push(url.clone()),
            Side::Project => urls.push(context.url.clone()),
            Side::Models | Side::Migrations | Side::Catalog(_) | Side::Script(_) => {}
        }
    }
    let backends: BTreeSet<String> = urls.iter().map(|url| url.backend().to_string()).collect();
    if backends.len() > 1 {
        let kinds: Vec<String> = backends.into_iter().collect();
        let message = format!("compare: the two sides are on {}", kinds.join(" and "));
        return Err(CliError::new(Exit::Usage, message)
            .help("give two databases of one kind, and a --scratch-url of the same"));
    }
    Ok(urls
        .into_iter()
        .next()
        .unwrap_or_else(|| context.url.clone()))
}

async fn sides(
    context: &mut Context<'_, '_>,
    bench: &mut Workbench,
    [from, to]: [&Side; 2],
    given: &Given,
) -> Result<Comparison, CliError> {
    let read_from = read(context, bench, from).await?;
    let read_to = read(context, bench, to).await?;
    let (db, schemas, before) = match read_from {
        Read::Database(db, schemas) => (db, schemas, None),
        Read::Stated(catalog) => {
            let db = bench.database().await?;
            surround(context, &db).await;
            build(&db, &bench.server, &catalog)
                .await
                .map_err(|error| unbuilt(from, &error))?;
            (db, Vec::new(), Some(catalog))
        }
    };
    let mut schemas: BTreeSet<String> = schemas
        .into_iter()
        .chain(context.place.config.schemas.iter().cloned())
        .collect();
    if let Read::Database(_, others) = &read_to {
        schemas.extend(others.iter().cloned());
    }
    let scope = scope(context, schemas.into_iter().collect());
    let live = look(context, &db, &scope).await?;
    let has_rows = matches!(from, Side::Project | Side::Database(_));
    let wanted = match read_to {
        Read::Database(other, _) => Wanted {
            now: look(context, &other, &scope).await?.catalog,
            last: Some(live.catalog.clone()),
            manage: Manage::Exact,
            is_open: false,
            has_rows,
        },
        Read::Stated(now) => Wanted {
            last: match before {
                Some(before) => Some(before),
                None if *to == Side::Models => recorded(context)?,
                None => None,
            },
            now,
            manage: manage(context),
            is_open: true,
            has_rows,
        },
    };
    judge(&db, &scope, live, wanted, given).await
}

async fn read(
    context: &mut Context<'_, '_>,
    bench: &mut Workbench,
    side: &Side,
) -> Result<Read, CliError> {
    match side {
        Side::Models => Ok(Read::Stated(stated(context, &bench.server)?)),
        Side::Catalog(path) => {
            let path = path.clone().unwrap_or_else(|| context.place.catalog());
            let catalog = read_catalog(&path)?.ok_or_else(|| {
                let message = format!("read `{}`: there is no such file", path.display());
                CliError::new(Exit::Files, message)
                    .help("the first `revision --autogenerate` writes catalog.json")
            })?;
            Ok(Read::Stated(catalog))
        }
        Side::Project => {
            let db = context.connect(Access::Read).await?.db;
            Ok(Read::Database(db, Vec::new()))
        }
        Side::Database(url) => {
            let schema = context.global.database_schema.as_deref();
            let db = connect(url, Access::Read, schema).await?.db;
            Ok(Read::Database(db, Vec::new()))
        }
        Side::Migrations => migrated(context, bench).await,
        Side::Script(path) => {
            let text = std::fs::read_to_string(path)
                .map_err(|error| CliError::file("read", path, &error))?;
            let db = bench.database().await?;
            script::run(&db, &text).await.map_err(|error| {
                if let ScriptError::Refused { source, .. } = &error
                    && is_of_connection(source)
                {
                    let path = path.display();
                    let message = format!("carry out `{path}`: {}", message(source));
                    return CliError::new(Exit::Database, message).help(
                        "look whether the server is there, and run it again: nothing was changed",
                    );
                }
                let line = match &error {
                    ScriptError::Refused { line, source } => {
                        format!("line {line}: {}", message(source))
                    }
                    ScriptError::Shell { .. } | ScriptError::Database(_) => error.to_string(),
                };
                CliError::new(
                    Exit::Files,
                    format!("carry out `{}`: {line}", path.display()),
                )
                .help("correct the script; a dump has to be one of the schema only, as SQL")
            })?;
            Ok(Read::Database(db.clone(), brought(&db).await?))
        }
    }
}

/// The revisions, applied to an empty database.
async fn migrated(context: &mut Context<'_, '_>, bench: &mut Workbench) -> Result<Read, CliError> {
    let url = bench.address().await?;
    let schema = context.global.database_schema.as_deref();
    let connection = connect(&url, Access::Write, schema).await?;
    let standing = context.standing(&connection).await?;
    let run = upwards(&context.project, &connection);
    run.path(&standing.pending, &mut |_| {}).await?;
    let schemas = brought(&connection.db).await?;
    Ok(Read::Database(connection.db, schemas))
}

async fn brought(db: &DatabaseConnection) -> Result<Vec<String>, CliError> {
    inspect::schemas(db)
        .await
        .map_err(|error| CliError::new(Exit::Database, format!("inspect: {error}")))
}

/// What the project's tables stand on, where its database can be reached.
async fn surround(context: &Context<'_, '_>, db: &DatabaseConnection) {
    if context.url.backend() == Backend::Postgres
        && let Ok(connection) = context.connect(Access::Read).await
    {
        // What cannot be copied shows when a table needs it.
        let _ = copy_surroundings(&connection.db, db).await;
    }
}

fn unbuilt(side: &Side, error: &ProofError) -> CliError {
    let reason = match error {
        ProofError::Execute { sql, source, .. } => format!("{}\n  {sql}", message(source)),
        ProofError::Residual { .. }
        | ProofError::OtherDatabase(_)
        | ProofError::Inspect(_)
        | ProofError::Plan(_) => error.to_string(),
    };
    CliError::new(
        Exit::Blocked,
        format!("make {} on a scratch database: {reason}", side.name()),
    )
    .help("correct what is stated there")
}
