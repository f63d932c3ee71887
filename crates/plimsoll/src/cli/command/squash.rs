//! `squash`: one revision that stands for several, proven to make what they make.
//!
//! Invariant: what the revisions do beyond tables is never left out in silence.

use std::collections::BTreeSet;

use plimsoll_codegen::{Header, replace};
use plimsoll_migrate::graph::Point;
use plimsoll_migrate::runner::Direction;
use plimsoll_report::style;

use super::placing;
use super::revision::{created, unwritten, up_to_date};
use crate::cli::args::Squash;
use crate::cli::context::Context;
use crate::cli::error::{CliError, Exit};
use crate::cli::files::Writing;
use crate::cli::proof::prove;
use crate::cli::replay::{Replay, beyond_tables};
use crate::cli::workbench::Workbench;

const ACTION: &str = "squash";

pub(crate) async fn run(context: &mut Context<'_, '_>, args: &Squash) -> Result<Exit, CliError> {
    up_to_date(context, ACTION)?;
    let set = set(context, &args.range)?;
    let ends = Ends::of(context, &set)?;
    refuse_left_out(context, &set, args.leave_out).await?;
    let writing = Writing::of(&context.place, ACTION, header(context, args, &set, &ends)?)?;
    let mut bench = Workbench::at(context.url.clone()).await?;
    let result = write(context, args, &mut bench, &set, &ends, &writing).await;
    bench.clear(context.output).await;
    result
}

/// What the new revision says about itself.
fn header(
    context: &Context<'_, '_>,
    args: &Squash,
    set: &[String],
    ends: &Ends,
) -> Result<Header, CliError> {
    let created = created(args.at.as_deref(), std::env::var("SOURCE_DATE_EPOCH").ok())?;
    let mut place = args.place.clone();
    place.splice = true;
    let mut header = placing::header(
        context,
        ACTION,
        &place,
        ends.parents.clone(),
        &args.message,
        created,
    )?;
    header.labels.extend(ends.labels.iter().cloned());
    header.depends_on.extend(ends.depends_on.iter().cloned());
    header.replaces = set.to_vec();
    Ok(header)
}

async fn write(
    context: &mut Context<'_, '_>,
    args: &Squash,
    bench: &mut Workbench,
    set: &[String],
    ends: &Ends,
    writing: &Writing,
) -> Result<Exit, CliError> {
    let before = made(context, bench, &ends.before).await?;
    let all: Vec<String> = ends.before.iter().chain(set).cloned().collect();
    let after = made(context, bench, &all).await?;
    let (from, to) = (before.look(context).await?, after.look(context).await?);
    let comparison = before.compare(context, from, to).await?;
    let errors = comparison.errors();
    if !errors.is_empty() {
        let message = format!("{ACTION}: what the revisions make cannot be made at once");
        return Err(CliError::new(Exit::Blocked, message).because(errors));
    }
    prove(context, &before.connection, None, &comparison).await?;
    let mut plan = comparison.plan.clone();
    plan.diagnostics.clone_from(&comparison.hazards);
    let id = &writing.header.id;
    let text = writing
        .text(&plan)
        .map_err(|error| unwritten(ACTION, &error))?;
    let (name, dim) = (style::REVISION, style::DIM);
    if args.dry_run {
        context
            .output
            .text(&format!("\n{dim}// {id}.rs{dim:#}\n{text}"));
        return Ok(Exit::Ok);
    }
    let written = replace(&context.place.migrations, id, &text, set, &ends.last)
        .map_err(|error| unwritten(ACTION, &error))?;
    let shown = crate::cli::place::Place::shown(&written.revision);
    context.output.text(&format!(
        "wrote {name}{shown}{name:#}, which stands for {} revisions; their files are removed\n",
        set.len()
    ));
    writing.after.run(context.output)?;
    context.output.note(
        "review it; a database on which all of them are applied takes it as applied, and one on which some are has to be upgraded with the files as they were",
    );
    Ok(Exit::Ok)
}

/// The revisions of a range, both ends included.
fn set(context: &Context<'_, '_>, range: &str) -> Result<Vec<String>, CliError> {
    let graph = context.project.graph();
    let (from, to) = graph.range(range, &BTreeSet::new())?;
    let set: Vec<String> = graph
        .between(&from, &to)
        .into_iter()
        .filter(|id| *id != "base")
        .map(str::to_owned)
        .collect();
    if set.len() < 2 {
        let message = format!("{ACTION}: `{range}` holds {} revisions", set.len());
        return Err(CliError::new(Exit::Usage, message)
            .help("give a range of two or more, as in `base:head` or `m2026:m2027`"));
    }
    if let [Point::At(id), _, ..] = to.as_slice() {
        let message = format!("{ACTION}: `{range}` ends in several revisions, as `{id}`");
        return Err(CliError::new(Exit::Usage, message).help("`merge` them first, or name one"));
    }
    Ok(set)
}

/// Where a set of revisions hangs in the graph.
struct Ends {
    /// What has to be applied before.
    before: Vec<String>,
    /// What the first of them follow.
    parents: Vec<String>,
    labels: Vec<String>,
    depends_on: Vec<String>,
    /// The one that all others lead to.
    last: String,
}

impl Ends {
    fn of(context: &Context<'_, '_>, set: &[String]) -> Result<Self, CliError> {
        let graph = context.project.graph();
        let inside: BTreeSet<&str> = set.iter().map(String::as_str).collect();
        let last = set.last().cloned().unwrap_or_default();
        let mut ends = Self {
            before: Vec::new(),
            parents: Vec::new(),
            labels: Vec::new(),
            depends_on: Vec::new(),
            last,
        };
        for node in set.iter().filter_map(|id| graph.node(id)) {
            let outside = |ids: &[String]| -> Vec<String> {
                ids.iter()
                    .filter(|id| !inside.contains(id.as_str()))
                    .cloned()
                    .collect()
            };
            ends.parents.extend(outside(&node.parents));
            ends.depends_on.extend(outside(&node.depends_on));
            ends.labels.extend(node.labels.iter().cloned());
            let leaves = graph
                .children(&node.id)
                .into_iter()
                .find(|child| !inside.contains(child));
            if let (Some(child), true) = (leaves, node.id != ends.last) {
                let message = format!(
                    "{ACTION}: `{child}` follows `{}`, which lies in the middle",
                    node.id
                );
                return Err(CliError::new(Exit::Usage, message)
                    .help("let the range end there, or let it hold that revision too"));
            }
        }
        for list in [&mut ends.parents, &mut ends.depends_on, &mut ends.labels] {
            list.sort();
            list.dedup();
        }
        let needed: BTreeSet<&str> = graph.with_ancestors(&ends.last);
        let ids = graph.nodes().iter().map(|node| node.id.as_str());
        ends.before = ids
            .filter(|id| needed.contains(id) && !inside.contains(id))
            .map(str::to_owned)
            .collect();
        Ok(ends)
    }
}

/// Refuses what a comparison of tables cannot see: rows, views, triggers, rights.
async fn refuse_left_out(
    context: &mut Context<'_, '_>,
    set: &[String],
    leave_out: bool,
) -> Result<(), CliError> {
    let left = beyond_tables(context, set).await;
    if left.is_empty() {
        return Ok(());
    }
    if leave_out {
        for what in left {
            context.output.warning(&format!("left out: {what}"));
        }
        return Ok(());
    }
    let message = format!(
        "{ACTION}: the revisions do more than make tables\n  {}",
        left.join("\n  ")
    );
    Err(CliError::new(Exit::Blocked, message)
        .help("let the range end before; or pass --leave-out, and put what has to stay into the new file by hand"))
}

/// A scratch database on which these revisions are applied.
async fn made(
    context: &Context<'_, '_>,
    bench: &mut Workbench,
    ids: &[String],
) -> Result<Replay, CliError> {
    let replay = Replay::empty(context, bench).await?;
    replay.run(context, Direction::Up, ids).await?;
    Ok(replay)
}
