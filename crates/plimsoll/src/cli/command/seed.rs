//! `seed`: the schema of the revisions, the rows of a dump, and files beside them.
//!
//! Invariant: what is wrong with the dump, the files or the store shows before the database is touched.
//! Invariant: of many replicas one at a time loads, and the next finds it done.
//! Invariant: run again, it goes on: what was loaded is not loaded twice, what was sent is not sent twice.

use std::collections::BTreeSet;

use plimsoll_backup::{
    Asset, BackupError, Content, Dump, Loaded, Place, Sent, Survey, content, is_loaded, load,
    upload,
};
use plimsoll_migrate::connect::{Access, Connection};
use plimsoll_migrate::project::Standing;
use plimsoll_migrate::runner::{Direction, Options, Run, Stop};
use plimsoll_report::document;

use super::run::{options, run_path, tell};
use crate::cli::args::Seed;
use crate::cli::before::{self, Before};
use crate::cli::comparison::own_tables;
use crate::cli::context::Context;
use crate::cli::error::{CliError, Exit};
use crate::cli::progress::{Progress, bytes};

/// The files, and where they go.
struct Files {
    assets: Vec<Asset>,
    place: Place,
}

/// What was done in the database.
#[derive(Default)]
struct Filled {
    loaded: Option<Loaded>,
    before: Before,
}

pub(crate) async fn seed(context: &mut Context<'_, '_>, args: &Seed) -> Result<Exit, CliError> {
    let dump = Dump::open(&args.dump)?;
    let survey = look(context, &dump)?;
    let files = files(args)?;
    if let Some(files) = &files {
        // A store that refuses shows now, not after the rows are loaded.
        plimsoll_backup::reach(&files.assets, &files.place).await?;
    }
    let connection = context.connect(Access::Write).await?;
    let patience = options(&args.running, false).patience;
    let turn = before::turn(context, &connection, patience).await?;
    let filled = fill(context, args, &connection, &dump, &survey).await?;
    turn.release(&connection.db).await;
    let sent = match &files {
        Some(files) => send(context, files).await?,
        None => Sent::default(),
    };
    context.output.document(&document::Seed {
        format: document::FORMAT,
        dump: dump.shown(),
        sha256: survey.sha256,
        was_loaded: filled.loaded.is_none(),
        statements: filled.loaded.map_or(0, |loaded| loaded.statements),
        backup: filled.before.file,
        files_sent: sent.files,
        files_there: sent.there,
    });
    Ok(Exit::Ok)
}

/// Reads the dump through.
fn look(context: &mut Context<'_, '_>, dump: &Dump) -> Result<Survey, CliError> {
    let tables = own_tables(context);
    let backend = context.url.backend();
    let output = &mut *context.output;
    let mut progress = Progress::new(
        output,
        &format!("reading {}", dump.shown()),
        Some(dump.size),
    );
    let survey = dump.survey(backend, &tables, &mut |done| progress.at(output, done));
    Ok(survey?)
}

fn files(args: &Seed) -> Result<Option<Files>, CliError> {
    let (Some(folder), Some(to)) = (&args.assets, &args.to) else {
        return Ok(None);
    };
    Ok(Some(Files {
        place: before::here(to)?,
        assets: Asset::list(folder)?,
    }))
}

/// Brings the database to head and loads the dump, unless that was done.
async fn fill(
    context: &mut Context<'_, '_>,
    args: &Seed,
    connection: &Connection,
    dump: &Dump,
    survey: &Survey,
) -> Result<Filled, CliError> {
    let held = content(connection, context.project.table()).await?;
    let standing = context.standing(connection).await?;
    let mut filled = Filled::default();
    if is_loaded(connection, &held, survey).await? {
        context
            .output
            .note("the dump is loaded already: nothing of it is loaded again");
        upgrade(context, args, connection, None).await?;
        return Ok(filled);
    }
    let own_schema = survey.creates.is_some();
    let stale = held.holds_nothing_of_yours() && !standing.rows.is_empty();
    if own_schema {
        refuse_own_schema(context, dump, survey, &held)?;
    } else {
        refuse_strangers(context, &standing, &held, stale)?;
    }
    filled.before = before::back_up(context, connection, &standing, true, &args.backup).await?;
    if own_schema {
        filled.loaded = Some(load_dump(context, args, connection, dump, survey).await?);
        upgrade(context, args, connection, filled.before.note.as_deref()).await?;
    } else {
        if stale {
            stamp_base(context, args, connection).await?;
        }
        upgrade(context, args, connection, filled.before.note.as_deref()).await?;
        filled.loaded = Some(load_dump(context, args, connection, dump, survey).await?);
    }
    Ok(filled)
}

/// A dump with a schema of its own is a whole database: it needs an empty one, and has to say at which revision it stands.
fn refuse_own_schema(
    context: &Context<'_, '_>,
    dump: &Dump,
    survey: &Survey,
    held: &Content,
) -> Result<(), CliError> {
    let Some((table, line)) = &survey.creates else {
        return Ok(());
    };
    let made = format!("it makes its own tables (`{}`, line {line})", table.bare);
    if !held.is_empty() {
        return Err(CliError::from(BackupError::NotEmpty {
            action: "load the dump",
            database: context.url.to_string(),
            what: format!("{}, and the dump is of a whole database: {made}", held.described()),
            help: "nothing was touched; seed an empty database, or make a dump of the rows alone (pg_dump --data-only, mariadb-dump --no-create-info, sqlite3's .dump --data-only)".into(),
        }));
    }
    if survey.has_history {
        return Ok(());
    }
    Err(CliError::from(BackupError::Broken {
        name: dump.shown(),
        reason: format!("{made} and holds no rows of `{}`: at which revision it stands is not known", context.project.table()),
        help: "nothing was touched; make the dump with that table, or of the rows alone (pg_dump --data-only, mariadb-dump --no-create-info, sqlite3's .dump --data-only)".into(),
    }))
}

/// The revisions have to be able to run.
fn refuse_strangers(
    context: &mut Context<'_, '_>,
    standing: &Standing,
    held: &Content,
    stale: bool,
) -> Result<(), CliError> {
    if stale {
        return Ok(());
    }
    context.refuse_strange("seed", standing, false)?;
    if standing.rows.is_empty() && !held.holds_nothing_of_yours() {
        let message = format!(
            "seed: no revision is applied, and the database holds {}",
            held.described()
        );
        return Err(CliError::new(Exit::Standing, message)
            .help("nothing was touched; seed an empty database, or one that the revisions made"));
    }
    Ok(())
}

/// The history says that revisions are applied, and nothing of theirs is there: they are forgotten, so that `upgrade` makes it again.
async fn stamp_base(
    context: &mut Context<'_, '_>,
    args: &Seed,
    connection: &Connection,
) -> Result<(), CliError> {
    context.output.note(
        "the history names revisions and the database holds nothing of theirs: stamped as base",
    );
    let run = Run {
        connection,
        project: &context.project,
        direction: Direction::Up,
        options: options(&args.running, false),
        stop: Stop::on_signals(),
    };
    let output = &mut *context.output;
    let graph = context.project.graph();
    run.stamp(&BTreeSet::new(), true, &mut |event| {
        tell(output, graph, Direction::Up, event);
    })
    .await?;
    Ok(())
}

/// Applies what is pending.
async fn upgrade(
    context: &mut Context<'_, '_>,
    args: &Seed,
    connection: &Connection,
    note: Option<&str>,
) -> Result<(), CliError> {
    let standing = context.standing(connection).await?;
    context.refuse_strange("upgrade", &standing, false)?;
    let graph = context.project.graph();
    let path = graph.upgrade_path("head", &standing.applied_set())?;
    let path: Vec<String> = path.iter().map(|id| (*id).to_owned()).collect();
    let options = Options {
        note: note.map(str::to_owned),
        ..options(&args.running, false)
    };
    run_path(context, connection, Direction::Up, &path, options).await?;
    Ok(())
}

async fn load_dump(
    context: &mut Context<'_, '_>,
    args: &Seed,
    connection: &Connection,
    dump: &Dump,
    survey: &Survey,
) -> Result<Loaded, CliError> {
    let tables = own_tables(context);
    let order = plimsoll_backup::Seed {
        connection,
        dump,
        survey,
        history: &tables,
        replace: args.replace,
        stop: Stop::on_signals(),
    };
    let output = &mut *context.output;
    let mut progress = Progress::new(
        output,
        &format!("loading {}", dump.shown()),
        Some(dump.size),
    );
    let loaded = load(&order, &mut |done| progress.at(output, done)).await;
    drop(progress);
    let loaded = loaded?;
    context.output.text(&format!(
        "loaded {}: {} statements, {} tables\n",
        dump.shown(),
        loaded.statements,
        survey.filled.len()
    ));
    Ok(loaded)
}

async fn send(context: &mut Context<'_, '_>, files: &Files) -> Result<Sent, CliError> {
    let total = files.assets.iter().map(|asset| asset.size).sum();
    let output = &mut *context.output;
    let mut progress = Progress::new(
        output,
        &format!("sending files to {}", files.place),
        Some(total),
    );
    let stop = Stop::on_signals();
    let sent = upload(&files.assets, &files.place, &stop, &mut |done| {
        progress.at(output, done);
    })
    .await;
    drop(progress);
    let sent = sent?;
    context.output.text(&format!(
        "sent {} files ({}) to {}, {} were there\n",
        sent.files,
        bytes(sent.bytes),
        files.place,
        sent.there
    ));
    Ok(sent)
}
