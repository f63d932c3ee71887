//! `stamp` and `ensure-version`: the history is written, and nothing runs.

use std::collections::BTreeSet;

use plimsoll_migrate::connect::Access;
use plimsoll_migrate::graph::{Graph, Point, TargetError};
use plimsoll_migrate::runner::Direction;
use plimsoll_report::document;

use super::offline;
use super::run::{tell, upwards};
use crate::cli::args::{EnsureVersion, Stamp};
use crate::cli::context::Context;
use crate::cli::error::{CliError, Exit};

pub(crate) async fn stamp(context: &mut Context<'_, '_>, args: &Stamp) -> Result<Exit, CliError> {
    if args.sql {
        return offline::stamp(context, &args.revisions);
    }
    let connection = context.connect(Access::Write).await?;
    let standing = context.standing(&connection).await?;
    if !args.purge && !standing.unknown.is_empty() {
        context.refuse_strange("stamp", &standing, true).map_err(|error| {
            error.help("get the missing files; or pass --purge to forget what they did, or `repair REVISION --forget`")
        })?;
    }
    let applied = standing.applied_set();
    let graph = context.project.graph();
    let start = if args.purge {
        BTreeSet::new()
    } else {
        applied.clone()
    };
    let wanted = wanted(graph, &args.revisions, &applied, start)?;
    let wanted: BTreeSet<&str> = wanted.iter().map(String::as_str).collect();
    let run = upwards(&context.project, &connection);
    let output = &mut *context.output;
    let stamped = run
        .stamp(&wanted, args.purge, &mut |event| {
            tell(output, graph, Direction::Up, event);
        })
        .await?;
    if stamped.applied.is_empty() && stamped.unapplied.is_empty() {
        context.output.text("nothing to do\n");
    }
    for id in &stamped.unapplied {
        context
            .output
            .text(&format!("{id} no longer counts as applied\n"));
    }
    for id in &stamped.applied {
        context.output.text(&format!("{id} counts as applied\n"));
    }
    context.output.document(&document::Stamped {
        format: document::FORMAT,
        applied: stamped.applied,
        unapplied: stamped.unapplied,
    });
    Ok(Exit::Ok)
}

/// What is to count as applied: each target and what it needs; what follows a target no longer does, and what is on other branches
/// stays as it was.
pub(super) fn wanted(
    graph: &Graph,
    targets: &[String],
    applied: &BTreeSet<&str>,
    start: BTreeSet<&str>,
) -> Result<BTreeSet<String>, CliError> {
    let mut wanted: BTreeSet<String> = start.into_iter().map(str::to_owned).collect();
    let mut added: BTreeSet<String> = BTreeSet::new();
    for target in targets {
        if target.contains(':') {
            return Err(TargetError::Range {
                text: target.clone(),
                reason: "is a range",
            }
            .into());
        }
        for point in graph.resolve_all(target, applied)? {
            match point {
                Point::Base => {
                    let gone = graph.downgrade_path(target, applied)?;
                    for id in gone {
                        wanted.remove(id);
                    }
                }
                Point::At(id) => {
                    for gone in graph.dependents(&id) {
                        wanted.remove(gone);
                    }
                    added.extend(graph.with_ancestors(&id).into_iter().map(str::to_owned));
                }
            }
        }
    }
    wanted.extend(added);
    Ok(wanted)
}

pub(crate) async fn ensure_version(
    context: &mut Context<'_, '_>,
    args: &EnsureVersion,
) -> Result<Exit, CliError> {
    if args.sql {
        offline::ensure_version(context)?;
        return Ok(Exit::Ok);
    }
    let connection = context.connect(Access::Write).await?;
    let run = upwards(&context.project, &connection);
    let graph = context.project.graph();
    let output = &mut *context.output;
    run.install(&mut |event| tell(output, graph, Direction::Up, event))
        .await?;
    context.output.text("the tables of the history are there\n");
    Ok(Exit::Ok)
}
