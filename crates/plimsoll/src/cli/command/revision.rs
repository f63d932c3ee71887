//! `revision`: an empty file to be filled in, or one written from the models, proven before it is written.
//!
//! Invariant: either the file, its line in lib.rs and catalog.json are all written, or nothing is.

use std::io::Write as _;
use std::path::Path;

use jiff::Timestamp;
use plimsoll_codegen::{CodegenError, Header, register};
use plimsoll_migrate::connect::{Access, Connection};
use plimsoll_report::style;
use plimsoll_schema::{Backend, Catalog, Flavor, Plan, Server};

use super::placing;
use crate::cli::answers::{self, Given};
use crate::cli::args::Revision;
use crate::cli::ask;
use crate::cli::comparison::{Comparison, compare};
use crate::cli::context::Context;
use crate::cli::error::{CliError, Exit};
use crate::cli::files::Writing;
use crate::cli::place::Place;
use crate::cli::proof::prove;

const ACTION: &str = "write a revision";

pub(crate) async fn run(context: &mut Context<'_, '_>, args: &Revision) -> Result<Exit, CliError> {
    let created = created(args.at.as_deref(), std::env::var("SOURCE_DATE_EPOCH").ok())?;
    up_to_date(context, ACTION)?;
    let parents = placing::parents(context, ACTION, &args.head)?;
    let header = placing::header(
        context,
        ACTION,
        &args.place,
        parents,
        &args.message,
        created,
    )?;
    let writing = Writing::of(&context.place, ACTION, header)?;
    if args.autogenerate {
        return autogenerate(context, args, writing).await;
    }
    if !args.answers.is_empty() {
        let message = format!("{ACTION}: an empty one has nothing to rename or drop");
        return Err(CliError::new(Exit::Usage, message).help("pass --autogenerate too"));
    }
    let plan = empty_plan(context.url.backend());
    write(context, ACTION, args.dry_run, &writing, &plan, None)?;
    if args.sql {
        let script = script(&writing.header);
        context.output.note(&format!(
            "it has no SQL yet; when it is filled in, `{script}` writes its script"
        ));
    }
    Ok(Exit::Ok)
}

/// The plan of a file that is to be filled in by hand.
pub(super) fn empty_plan(backend: Backend) -> Plan {
    Plan {
        server: some_server(backend),
        steps: Vec::new(),
        diagnostics: Vec::new(),
    }
}

async fn autogenerate(
    context: &mut Context<'_, '_>,
    args: &Revision,
    mut writing: Writing,
) -> Result<Exit, CliError> {
    let given = answers::read(&args.answers)?;
    let connection = context.connect(Access::Read).await?;
    let standing = context.standing(&connection).await?;
    context.refuse_strange(ACTION, &standing, args.allow_edited)?;
    Context::refuse_behind(ACTION, &standing)?;
    let comparison = answered(context, &connection, given).await?;
    let errors = comparison.errors();
    if !errors.is_empty() {
        let message = format!("{ACTION}: {}", settle(errors.len()));
        return Err(CliError::new(Exit::Blocked, message)
            .because(errors)
            .missing(comparison.missing_hints()));
    }
    if comparison.plan.is_empty() {
        return unchanged(context, args, &comparison);
    }
    prove(
        context,
        &connection,
        args.scratch.scratch_url.as_deref(),
        &comparison,
    )
    .await?;
    writing.header.compared_with = Some(product(&comparison.server).to_owned());
    let mut plan = comparison.plan.clone();
    plan.diagnostics.clone_from(&comparison.hazards);
    comparison.print(context, args.sql);
    let now = Some(&comparison.now);
    let written = write(context, ACTION, args.dry_run, &writing, &plan, now)?;
    if args.sql && written.is_some() {
        let script = script(&writing.header);
        context.output.note(&format!(
            "`{script}` writes its SQL as a script, with the rows of the history"
        ));
    }
    let document = comparison.document(written);
    context.output.document(&document);
    Ok(Exit::Ok)
}

/// Compares, and asks about what cannot be known as long as someone answers.
async fn answered(
    context: &Context<'_, '_>,
    connection: &Connection,
    mut given: Given,
) -> Result<Comparison, CliError> {
    loop {
        let comparison = compare(context, connection, &given).await?;
        if !ask::is_possible(&context.global) {
            return Ok(comparison);
        }
        match (
            comparison.diff.ambiguities.first(),
            comparison.offending.first(),
        ) {
            (Some(open), _) => ask::about_name(open, &mut given.answers)?,
            (None, Some(open)) => ask::about_rows(open, &mut given)?,
            (None, None) => return Ok(comparison),
        }
    }
}

/// The command that writes a revision's script: what it does is known when it was compiled.
fn script(header: &Header) -> String {
    let from = match header.parents.as_slice() {
        [] => "base",
        [only] => only,
        // Where the database stands is not known here.
        [_, _, ..] => "A",
    };
    format!("upgrade {from}:{} --sql", header.id)
}

fn settle(count: usize) -> String {
    match count {
        1 => "1 diagnostic has to be settled first".to_owned(),
        count => format!("{count} diagnostics have to be settled first"),
    }
}

/// Refuses to write when this program was built before a revision was added: it would write the same changes once more.
pub(super) fn up_to_date(context: &Context<'_, '_>, action: &str) -> Result<(), CliError> {
    let sources = context.place.sources()?;
    let path = sources.join("lib.rs");
    let lib =
        std::fs::read_to_string(&path).map_err(|error| CliError::file("read", &path, &error))?;
    let newer = lib
        .lines()
        .filter_map(|line| {
            let line = line.trim();
            line.strip_prefix("pub ")
                .unwrap_or(line)
                .strip_prefix("mod ")?
                .strip_suffix(';')
        })
        .filter(|module| sources.join(format!("{module}.rs")).is_file())
        .find(|module| {
            lib.contains(&format!("{module}::Migration"))
                && context.project.graph().node(module).is_none()
        });
    match newer {
        None => Ok(()),
        Some(module) => Err(CliError::new(
            Exit::Files,
            format!("{action}: this program was built before `{module}` was added"),
        )
        .help("run it through cargo, which builds it anew")),
    }
}

/// Nothing differs, so nothing is written; except, when asked for, what the models state.
fn unchanged(
    context: &mut Context<'_, '_>,
    args: &Revision,
    comparison: &Comparison,
) -> Result<Exit, CliError> {
    context
        .output
        .text("models and database agree: nothing to write\n");
    comparison.print(context, false);
    let path = context.place.catalog();
    let mut written = None;
    // As text, because where an entity stands in the source is no part of what it states.
    let recorded = comparison.last.as_ref().map(Catalog::to_json);
    if recorded.as_ref() != Some(&comparison.now.to_json()) {
        if args.record && !args.dry_run {
            replace(&path, &comparison.now.to_json())
                .map_err(|error| CliError::file("write", &path, &error))?;
            let shown = Place::shown(&path);
            context.output.text(&format!("wrote {shown}\n"));
            written = Some(shown);
        } else {
            context.output.note(
                "the models state what catalog.json does not hold yet; the next revision, or --record, writes it there",
            );
        }
    }
    let document = comparison.document(written);
    context.output.document(&document);
    Ok(Exit::Ok)
}

/// Writes the file, its line in lib.rs, and what the models state; with --dry-run, shows the file instead.
pub(super) fn write(
    context: &mut Context<'_, '_>,
    action: &str,
    dry_run: bool,
    writing: &Writing,
    plan: &Plan,
    now: Option<&Catalog>,
) -> Result<Option<String>, CliError> {
    let id = &writing.header.id;
    let text = writing
        .text(plan)
        .map_err(|error| unwritten(action, &error))?;
    let (name, dim) = (style::REVISION, style::DIM);
    if dry_run {
        context
            .output
            .text(&format!("\n{dim}// {id}.rs{dim:#}\n{text}"));
        return Ok(None);
    }
    let extra: Vec<_> = now
        .map(|now| (context.place.catalog(), now.to_json()))
        .into_iter()
        .collect();
    let registered = register(&context.place.migrations, id, &text, &extra)
        .map_err(|error| unwritten(action, &error))?;
    let shown = Place::shown(&registered.revision);
    context
        .output
        .text(&format!("wrote {name}{shown}{name:#}\n"));
    writing.after.run(context.output)?;
    context
        .output
        .note("review it, then apply it with `upgrade`");
    Ok(Some(shown))
}

pub(crate) fn unwritten(action: &str, error: &CodegenError) -> CliError {
    let exit = match error {
        CodegenError::NotRust { .. } => Exit::Failed,
        CodegenError::Template { .. }
        | CodegenError::Exists(_)
        | CodegenError::Layout { .. }
        | CodegenError::Stated { .. }
        | CodegenError::Newer(_)
        | CodegenError::Io { .. }
        | CodegenError::NotUtf8(_) => Exit::Files,
    };
    CliError::new(exit, format!("{action}: {error}")).help(error.help())
}

/// Replaces a file's text at once, or not at all.
fn replace(path: &Path, text: &str) -> std::io::Result<()> {
    let directory = path.parent().unwrap_or(Path::new("."));
    let mut file = tempfile::NamedTempFile::new_in(directory)?;
    file.write_all(text.as_bytes())?;
    file.as_file().sync_all()?;
    file.persist(path).map(|_| ()).map_err(|error| error.error)
}

/// The time in the file's name: as given, as the build's epoch says, or now.
pub(super) fn created(at: Option<&str>, epoch: Option<String>) -> Result<Timestamp, CliError> {
    let wrong = |what: &str, example: &str| {
        CliError::new(Exit::Usage, format!("read the time in {what}"))
            .help(format!("write it as {example}"))
    };
    if let Some(at) = at {
        return at
            .parse()
            .map_err(|_| wrong("--at", "2026-01-31T12:00:00Z"));
    }
    match epoch {
        Some(epoch) => epoch
            .parse()
            .ok()
            .and_then(|seconds| Timestamp::from_second(seconds).ok())
            .ok_or_else(|| wrong("SOURCE_DATE_EPOCH", "seconds since 1970")),
        None => Ok(Timestamp::now()),
    }
}

const fn product(server: &Server) -> &'static str {
    match (server.backend, server.flavor) {
        (Backend::Sqlite, _) => "SQLite",
        (Backend::Postgres, _) => "PostgreSQL",
        (Backend::Mysql, Flavor::Original) => "MySQL",
        (Backend::Mysql, Flavor::MariaDb) => "MariaDB",
    }
}

/// A server for a plan without steps.
fn some_server(backend: Backend) -> Server {
    match backend {
        Backend::Sqlite => Server::sqlite(),
        Backend::Postgres => Server::postgres(0),
        Backend::Mysql => Server::mysql(plimsoll_schema::Version(0, 0, 0)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_can_be_said() {
        let at = |text| created(Some(text), None).map(Timestamp::as_second);
        assert_eq!(at("1970-01-01T00:01:00Z").unwrap(), 60);
        assert_eq!(created(None, Some("60".into())).unwrap().as_second(), 60);
        assert_eq!(at("yesterday").unwrap_err().exit, Exit::Usage);
        assert!(created(None, Some("x".into())).is_err());
    }
}
