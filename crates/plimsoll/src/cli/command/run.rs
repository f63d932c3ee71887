//! `upgrade`, `downgrade` and SeaORM's verbs for the same.

use std::time::Duration;

use plimsoll_migrate::connect::{Access, Connection};
use plimsoll_migrate::graph::Node;
use plimsoll_migrate::project::Standing;
use plimsoll_migrate::runner::{Direction, Done, Event, Run, Stop};
use plimsoll_report::{document, style};
use sea_orm_migration::MigratorTraitSelf as _;

use crate::cli::NoRevisions;
use crate::cli::args::{BackupFirst, Downgrade, Upgrade};
use crate::cli::before;
use crate::cli::context::Context;
use crate::cli::error::{CliError, Exit};

/// How long SeaORM's verbs wait for another run.
const PATIENCE: Duration = Duration::from_mins(1);

pub(crate) async fn upgrade(
    context: &mut Context<'_, '_>,
    args: &Upgrade,
) -> Result<Exit, CliError> {
    let connection = context.connect(Access::Write).await?;
    let standing = context.standing(&connection).await?;
    context.refuse_strange("upgrade", &standing, args.allow_edited)?;
    let graph = context.project.graph();
    let path = graph.upgrade_path(&args.target, &standing.applied_set())?;
    let path = owned(&path);
    before::back_up(
        context,
        &connection,
        &standing,
        !path.is_empty(),
        &args.backup,
    )
    .await?;
    let patience = Duration::from_secs(args.lock_timeout);
    carry_out(context, &connection, Direction::Up, &path, patience).await
}

pub(crate) async fn downgrade(
    context: &mut Context<'_, '_>,
    args: &Downgrade,
) -> Result<Exit, CliError> {
    let connection = context.connect(Access::Write).await?;
    let standing = context.standing(&connection).await?;
    context.refuse_strange("downgrade", &standing, true)?;
    let graph = context.project.graph();
    let path = graph.downgrade_path(&args.target, &standing.applied_set())?;
    let path = owned(&path);
    let patience = Duration::from_secs(args.lock_timeout);
    carry_out(context, &connection, Direction::Down, &path, patience).await
}

/// `up -n N` applies as many of the pending ones as there are, over all heads.
pub(crate) async fn up(context: &mut Context<'_, '_>, num: Option<u32>) -> Result<Exit, CliError> {
    let connection = context.connect(Access::Write).await?;
    let standing = context.standing(&connection).await?;
    context.refuse_strange("upgrade", &standing, false)?;
    let path = first(standing.pending.clone(), num);
    let none = BackupFirst::default();
    before::back_up(context, &connection, &standing, !path.is_empty(), &none).await?;
    carry_out(context, &connection, Direction::Up, &path, PATIENCE).await
}

/// `down -n N` takes back as many as there are.
pub(crate) async fn down(context: &mut Context<'_, '_>, num: u32) -> Result<Exit, CliError> {
    let connection = context.connect(Access::Write).await?;
    let standing = context.standing(&connection).await?;
    context.refuse_strange("downgrade", &standing, true)?;
    let path = first(backwards(&standing), Some(num));
    carry_out(context, &connection, Direction::Down, &path, PATIENCE).await
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
        PATIENCE,
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
    patience: Duration,
) -> Result<Exit, CliError> {
    if path.is_empty() {
        context.output.text("nothing to do\n");
    }
    let done = run_path(context, connection, direction, path, patience).await?;
    report(context, direction, &done);
    Ok(Exit::Ok)
}

/// Runs revisions, and tells each.
pub(crate) async fn run_path(
    context: &mut Context<'_, '_>,
    connection: &Connection,
    direction: Direction,
    path: &[String],
    patience: Duration,
) -> Result<Vec<Done>, CliError> {
    if path.is_empty() {
        return Ok(Vec::new());
    }
    let run = Run {
        connection,
        project: &context.project,
        direction,
        patience,
        stop: Stop::on_signals(),
    };
    let verb = match direction {
        Direction::Up => "applied",
        Direction::Down => "took back",
    };
    let output = &mut *context.output;
    let graph = context.project.graph();
    let result = run
        .path(path, &mut |event| match event {
            Event::Waiting => output.note("waiting for another run to end"),
            Event::Started(_) => {}
            Event::Skipped(id) => output.note(&format!("another run was faster with {id}")),
            Event::Done(Done { revision, duration }) => {
                let (name, dim) = (style::REVISION, style::DIM);
                let message = graph.node(revision).map(Node::message);
                output.text(&format!(
                    "{verb} {name}{revision}{name:#} {} {dim}({} ms){dim:#}\n",
                    message.unwrap_or_default(),
                    duration.as_millis()
                ));
            }
        })
        .await;
    Ok(result?)
}

fn report(context: &mut Context<'_, '_>, direction: Direction, done: &[Done]) {
    context.output.document(&document::Run {
        format: document::FORMAT,
        direction: match direction {
            Direction::Up => "up",
            Direction::Down => "down",
        },
        revisions: done
            .iter()
            .map(|done| document::Ran {
                id: done.revision.clone(),
                duration_ms: u64::try_from(done.duration.as_millis()).unwrap_or(u64::MAX),
            })
            .collect(),
    });
}
