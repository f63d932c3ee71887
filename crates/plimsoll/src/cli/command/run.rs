//! `upgrade`, `downgrade` and SeaORM's verbs for the same.

use std::time::Duration;

use plimsoll_migrate::connect::{Access, Connection};
use plimsoll_migrate::graph::{Graph, Node};
use plimsoll_migrate::project::{Project, Standing};
use plimsoll_migrate::runner::{Direction, Done, Event, Failure, FailureKind, Options, Run, Stop};
use plimsoll_report::{document, style};
use sea_orm_migration::MigratorTraitSelf as _;

use super::offline;
use crate::cli::NoRevisions;
use crate::cli::args::{BackupFirst, Downgrade, Running, Upgrade};
use crate::cli::before;
use crate::cli::context::Context;
use crate::cli::error::{CliError, Exit};
use crate::cli::output::Output;
use crate::cli::tenants;

pub(crate) async fn upgrade(
    context: &mut Context<'_, '_>,
    args: &Upgrade,
) -> Result<Exit, CliError> {
    if args.sql {
        return offline::upgrade(context, &args.target).await;
    }
    if let Some(glob) = &args.tenants.tenants {
        before::refuse_tenants(context, &args.backup)?;
        return tenants::upgrade(context, args, glob).await;
    }
    let connection = context.connect(Access::Write).await?;
    let (mut standing, mut path) = due(context, &connection, args).await?;
    let mut options = options(&args.running, args.allow_edited);
    let mut turn = None;
    if !path.is_empty() && before::is_asked(context, &args.backup)? {
        turn = Some(before::turn(context, &connection, options.patience).await?);
        // Whoever was before us may have done all of it.
        (standing, path) = due(context, &connection, args).await?;
    }
    let is_due = !path.is_empty();
    let before = before::back_up(context, &connection, &standing, is_due, &args.backup).await?;
    options.note = before.note;
    let exit = carry_out(context, &connection, Direction::Up, &path, options).await?;
    if let Some(turn) = turn {
        turn.release(&connection.db).await;
    }
    Ok(exit)
}

/// Where the database stands, and what is to be applied.
async fn due(
    context: &mut Context<'_, '_>,
    connection: &Connection,
    args: &Upgrade,
) -> Result<(Standing, Vec<String>), CliError> {
    let standing = context.standing(connection).await?;
    context.refuse_strange("upgrade", &standing, args.allow_edited)?;
    let graph = context.project.graph();
    let path = owned(&graph.upgrade_path(&args.target, &standing.applied_set())?);
    Ok((standing, path))
}

pub(crate) async fn downgrade(
    context: &mut Context<'_, '_>,
    args: &Downgrade,
) -> Result<Exit, CliError> {
    if args.sql {
        return offline::downgrade(context, &args.target).await;
    }
    let connection = context.connect(Access::Write).await?;
    let standing = context.standing(&connection).await?;
    context.refuse_strange("downgrade", &standing, true)?;
    let graph = context.project.graph();
    let path = owned(&graph.downgrade_path(&args.target, &standing.applied_set())?);
    let options = options(&args.running, false);
    carry_out(context, &connection, Direction::Down, &path, options).await
}

/// What the flags say about a run.
pub(crate) fn options(running: &Running, allow_edited: bool) -> Options {
    Options {
        patience: Duration::from_secs(running.lock_timeout),
        lock_timeout: (running.lock_wait > 0).then(|| Duration::from_secs(running.lock_wait)),
        statement_timeout: running.statement_timeout.map(Duration::from_secs),
        attempts: running.attempts,
        single_transaction: running.single_transaction,
        allow_edited,
        runs_hooks: true,
        note: None,
    }
}

/// `up -n N` applies as many of the pending ones as there are, over all heads.
pub(crate) async fn up(context: &mut Context<'_, '_>, num: Option<u32>) -> Result<Exit, CliError> {
    let connection = context.connect(Access::Write).await?;
    let standing = context.standing(&connection).await?;
    context.refuse_strange("upgrade", &standing, false)?;
    let path = first(standing.pending.clone(), num);
    let none = BackupFirst::default();
    let before = before::back_up(context, &connection, &standing, !path.is_empty(), &none).await?;
    let options = Options {
        note: before.note,
        ..Options::default()
    };
    carry_out(context, &connection, Direction::Up, &path, options).await
}

/// `down -n N` takes back as many as there are.
pub(crate) async fn down(context: &mut Context<'_, '_>, num: u32) -> Result<Exit, CliError> {
    let connection = context.connect(Access::Write).await?;
    let standing = context.standing(&connection).await?;
    context.refuse_strange("downgrade", &standing, true)?;
    let path = first(backwards(&standing), Some(num));
    carry_out(
        context,
        &connection,
        Direction::Down,
        &path,
        Options::default(),
    )
    .await
}

/// Takes everything back.
pub(crate) async fn reset(context: &mut Context<'_, '_>) -> Result<Exit, CliError> {
    down(context, u32::MAX).await
}

/// Drops every table with SeaORM's own means, then applies everything with ours.
pub(crate) async fn fresh(context: &mut Context<'_, '_>) -> Result<Exit, CliError> {
    let connection = context.connect(Access::Write).await?;
    NoRevisions
        .fresh(&connection.db)
        .await
        .map_err(|error| CliError::database("drop every table", &error))?;
    let standing = context.standing(&connection).await?;
    carry_out(
        context,
        &connection,
        Direction::Up,
        &standing.pending,
        Options::default(),
    )
    .await
}

fn backwards(standing: &Standing) -> Vec<String> {
    standing.applied.iter().rev().cloned().collect()
}

fn first(path: Vec<String>, num: Option<u32>) -> Vec<String> {
    let num = num.and_then(|num| usize::try_from(num).ok());
    path.into_iter().take(num.unwrap_or(usize::MAX)).collect()
}

fn owned(path: &[&str]) -> Vec<String> {
    path.iter().map(|id| (*id).to_owned()).collect()
}

async fn carry_out(
    context: &mut Context<'_, '_>,
    connection: &Connection,
    direction: Direction,
    path: &[String],
    options: Options,
) -> Result<Exit, CliError> {
    if path.is_empty() {
        // A revision that is half-way down is applied still, and one that is half-way up may not be meant.
        if let Some(left) = context.half_way(connection).await? {
            let failure = Failure {
                direction,
                done: Vec::new(),
                kind: FailureKind::Unfinished(Box::new(left)),
            };
            return Err(failure.into());
        }
        context.output.text("nothing to do\n");
    }
    let done = run_path(context, connection, direction, path, options).await?;
    report(context, direction, &done);
    Ok(Exit::Ok)
}

/// Runs revisions, and tells each.
pub(crate) async fn run_path(
    context: &mut Context<'_, '_>,
    connection: &Connection,
    direction: Direction,
    path: &[String],
    options: Options,
) -> Result<Vec<Done>, CliError> {
    if path.is_empty() {
        return Ok(Vec::new());
    }
    let run = Run {
        connection,
        project: &context.project,
        direction,
        options,
        stop: Stop::on_signals(),
    };
    let output = &mut *context.output;
    let graph = context.project.graph();
    let result = run
        .path(path, &mut |event| tell(output, graph, direction, event))
        .await;
    Ok(result?)
}

/// A run upwards on a scratch database, of which nothing else is said: hooks are for databases that stay.
pub(crate) fn upwards<'r>(project: &'r Project, connection: &'r Connection) -> Run<'r> {
    Run {
        connection,
        project,
        direction: Direction::Up,
        options: Options {
            runs_hooks: false,
            ..Options::default()
        },
        stop: Stop::on_signals(),
    }
}

/// What is said while a run goes on.
pub(crate) fn tell(output: &mut Output<'_>, graph: &Graph, direction: Direction, event: &Event) {
    match event {
        Event::Waiting(None) => output.note("waiting for another run to end"),
        Event::Waiting(Some(holder)) => {
            output.note(&format!("waiting for another run to end: {holder}"));
        }
        Event::Started(_) => {}
        Event::Resumed(id, done, of) => output.note(&format!(
            "{id} was begun before: {done} of its {of} statements are done, it goes on there"
        )),
        Event::Cleared(sql) => output.note(&format!(
            "an index that was left half-built is dropped and built anew: {sql}"
        )),
        Event::Retrying(cause, pause) => output.note(&format!(
            "{cause}\nsomebody else holds what it needs; it is tried again in {} ms",
            pause.as_millis()
        )),
        Event::HookFailed(cause) => {
            output.warning(&format!("the hook after the run failed: {cause}"));
        }
        Event::Skipped(id) => output.note(&format!("another run was faster with {id}")),
        Event::Done(Done { revision, duration }) => {
            let verb = match direction {
                Direction::Up => "applied",
                Direction::Down => "took back",
            };
            let (name, dim) = (style::REVISION, style::DIM);
            let message = graph.node(revision).map(Node::message);
            output.text(&format!(
                "{verb} {name}{revision}{name:#} {} {dim}({} ms){dim:#}\n",
                message.unwrap_or_default(),
                duration.as_millis()
            ));
        }
    }
}

fn report(context: &mut Context<'_, '_>, direction: Direction, done: &[Done]) {
    context.output.document(&document::Run {
        format: document::FORMAT,
        direction: direction.word(),
        revisions: done
            .iter()
            .map(|done| document::Ran {
                id: done.revision.clone(),
                duration_ms: u64::try_from(done.duration.as_millis()).unwrap_or(u64::MAX),
            })
            .collect(),
    });
}
