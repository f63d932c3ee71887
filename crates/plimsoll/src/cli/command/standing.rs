//! `current`, `history`, `heads`, `branches`, `show`: nothing here writes.

use std::collections::BTreeSet;

use plimsoll_migrate::connect::Access;
use plimsoll_migrate::graph::{Node, Point};
use plimsoll_migrate::history::{Action, Entry, Row, entries};
use plimsoll_migrate::project::Standing;
use plimsoll_report::document::{self, Revision};

use super::status::half_way;
use crate::cli::args::{Current, Heads, History, Show};
use crate::cli::context::Context;
use crate::cli::error::{CliError, Exit};
use crate::cli::tenants;

pub(crate) async fn current(
    context: &mut Context<'_, '_>,
    args: &Current,
) -> Result<Exit, CliError> {
    if let Some(glob) = &args.tenants.tenants {
        return tenants::current(context, args, glob).await;
    }
    let connection = context.connect(Access::Read).await?;
    let standing = context.standing(&connection).await?;
    context.warn_edited(&standing);
    let revisions = revisions(context, Some(&standing));
    let shown: Vec<Revision> = revisions
        .into_iter()
        .filter(|revision| revision.current || !revision.has_file)
        .collect();
    let verbose = context.global.verbose;
    if shown.is_empty() {
        context.output.text("base: no revision is applied\n");
    }
    context
        .output
        .text(&plimsoll_report::history(&shown, verbose));
    for line in remarks(&standing) {
        context.output.note(&line);
    }
    let left = context.half_way(&connection).await?;
    if let Some(left) = &left {
        context
            .output
            .warning(&format!("half-way: {}", half_way(left)));
    }
    context.output.document(&document::Current {
        format: document::FORMAT,
        database: context.url.to_string(),
        current: current_ids(context, &standing),
        heads: owned(&context.project.graph().heads()),
        at_head: standing.is_at_head(),
        pending: standing.pending.clone(),
        unknown: standing.unknown.clone(),
        edited: standing.edited.clone(),
        unfinished: left.as_ref().map(|left| left.revision.clone()),
    });
    let is_at_head = standing.is_at_head() && left.is_none();
    Ok(if args.check_heads && !is_at_head {
        Exit::Standing
    } else {
        Exit::Ok
    })
}

pub(crate) fn remarks(standing: &Standing) -> Vec<String> {
    let mut out = Vec::new();
    match standing.pending.len() {
        0 => {}
        1 => out.push("1 revision is pending; `upgrade` applies it".to_owned()),
        count => out.push(format!(
            "{count} revisions are pending; `upgrade` applies them"
        )),
    }
    for id in &standing.unknown {
        out.push(format!("`{id}` is applied and has no file here"));
    }
    out
}

pub(crate) async fn history(
    context: &mut Context<'_, '_>,
    args: &History,
) -> Result<Exit, CliError> {
    if args.applied {
        return applied(context).await;
    }
    let standing = standing_if_reachable(context).await;
    let mut revisions = revisions(context, standing.as_ref());
    if let Some(range) = &args.range {
        let applied = standing
            .as_ref()
            .map(Standing::applied_set)
            .unwrap_or_default();
        let graph = context.project.graph();
        let (from, to) = graph.range(range, &applied)?;
        let between: BTreeSet<String> = owned(&graph.between(&from, &to)).into_iter().collect();
        revisions.retain(|revision| between.contains(&revision.id));
    }
    revisions.reverse();
    if revisions.is_empty() {
        context.output.text("no revisions\n");
    }
    show_revisions(context, revisions);
    Ok(Exit::Ok)
}

/// What was done to the database, by whom and when.
async fn applied(context: &mut Context<'_, '_>) -> Result<Exit, CliError> {
    let connection = context.connect(Access::Read).await?;
    let entries = entries(&connection.db, context.project.table())
        .await
        .map_err(|error| CliError::database("read the history", &error))?;
    let entries: Vec<document::Happened> = entries.into_iter().rev().map(entry).collect();
    if entries.is_empty() {
        context.output.text("nothing was done by this tool yet\n");
    }
    context.output.text(&plimsoll_report::applied(&entries));
    context.output.document(&document::Applied {
        format: document::FORMAT,
        entries,
    });
    Ok(Exit::Ok)
}

fn entry(entry: Entry) -> document::Happened {
    document::Happened {
        revision: entry.revision,
        action: entry.action.map_or("unknown", Action::word).to_owned(),
        outcome: if entry.done { "done" } else { "failed" },
        at: time(entry.at),
        duration_ms: entry.details.duration_ms,
        by: entry.details.applied_by,
        tool: entry.details.tool,
        checksum: entry.details.checksum,
        note: entry.note,
    }
}

fn time(seconds: i64) -> Option<String> {
    let time = jiff::Timestamp::from_second(seconds).ok();
    time.map(|time| time.to_string())
}

pub(crate) fn heads(context: &mut Context<'_, '_>, args: &Heads) -> Exit {
    let graph = context.project.graph();
    let heads = if args.resolve_dependencies {
        graph.effective_heads()
    } else {
        graph.heads()
    };
    let heads: BTreeSet<String> = owned(&heads).into_iter().collect();
    let revisions = revisions(context, None)
        .into_iter()
        .filter(|revision| heads.contains(&revision.id))
        .collect();
    show_revisions(context, revisions);
    Exit::Ok
}

/// The revisions that several others follow, each with those.
pub(crate) fn branches(context: &mut Context<'_, '_>) -> Exit {
    let all = revisions(context, None);
    let points: Vec<Revision> = all
        .iter()
        .filter(|revision| revision.branch_point)
        .cloned()
        .collect();
    if points.is_empty() && context.output.format == crate::cli::args::Format::Text {
        context.output.text("no revision is followed by several\n");
        return Exit::Ok;
    }
    let verbose = context.global.verbose;
    for point in &points {
        let mut text = plimsoll_report::history(std::slice::from_ref(point), verbose);
        for child in all.iter().filter(|one| point.children.contains(&one.id)) {
            text.push_str("  -> ");
            text.push_str(&plimsoll_report::history(
                std::slice::from_ref(child),
                false,
            ));
        }
        context.output.text(&text);
    }
    context.output.document(&document::History {
        format: document::FORMAT,
        revisions: points,
    });
    Exit::Ok
}

pub(crate) async fn show(context: &mut Context<'_, '_>, args: &Show) -> Result<Exit, CliError> {
    let standing = standing_if_reachable(context).await;
    let applied = standing.as_ref().map(Standing::applied_set);
    let point = context
        .project
        .graph()
        .resolve(&args.revision, &applied.unwrap_or_default())?;
    let Point::At(id) = point else {
        context.output.text("base: no revision\n");
        show_revisions(context, Vec::new());
        return Ok(Exit::Ok);
    };
    context.global.verbose = true;
    let revisions = revisions(context, standing.as_ref())
        .into_iter()
        .filter(|revision| revision.id == id)
        .collect();
    show_revisions(context, revisions);
    if let Ok(Some(file)) = context.place.file_of(&id) {
        let shown = crate::cli::place::Place::shown(&file);
        context.output.text(&format!("    file: {shown}\n"));
    }
    Ok(Exit::Ok)
}

fn show_revisions(context: &mut Context<'_, '_>, revisions: Vec<Revision>) {
    let verbose = context.global.verbose;
    context
        .output
        .text(&plimsoll_report::history(&revisions, verbose));
    context
        .output
        .mermaid(|| plimsoll_report::mermaid(&revisions));
    context.output.svg(|| plimsoll_report::svg(&revisions));
    context.output.document(&document::History {
        format: document::FORMAT,
        revisions,
    });
}

/// Files can be listed without a database; then it is not said what is applied.
pub(crate) async fn standing_if_reachable(context: &mut Context<'_, '_>) -> Option<Standing> {
    let result = match context.connect(Access::Read).await {
        Ok(connection) => context.standing(&connection).await,
        Err(error) => Err(error),
    };
    match result {
        Ok(standing) => Some(standing),
        Err(error) => {
            let message = format!("what is applied is not known: failed to {}", error.message);
            context.output.warning(&message);
            None
        }
    }
}

/// All revisions in the order of the graph; those that only the database knows come first.
fn revisions(context: &Context<'_, '_>, standing: Option<&Standing>) -> Vec<Revision> {
    let graph = context.project.graph();
    let heads: BTreeSet<&str> = graph.heads().into_iter().collect();
    let mut branches = graph.memberships();
    let current: BTreeSet<String> = standing
        .map(|standing| current_ids(context, standing).into_iter().collect())
        .unwrap_or_default();
    let unknown = standing
        .into_iter()
        .flat_map(|standing| standing.unknown.iter().filter_map(|id| standing.row(id)))
        .map(|row| told(Revision::default(), row));
    let known: Vec<Revision> = graph
        .nodes()
        .iter()
        .map(|node: &Node| {
            let revision = Revision {
                id: node.id.clone(),
                message: node.message(),
                parents: node.parents.clone(),
                children: owned(&graph.children(&node.id)),
                labels: node.labels.clone(),
                branches: owned(&branches.remove(node.id.as_str()).unwrap_or_default()),
                depends_on: node.depends_on.clone(),
                replaces: node.replaces.clone(),
                branch_point: graph.children(&node.id).len() > 1,
                merge_point: node.is_merge(),
                moved: standing.is_some_and(|standing| standing.moved.contains(&node.id)),
                head: heads.contains(node.id.as_str()),
                applied: standing.map(|_| false),
                current: current.contains(&node.id),
                edited: standing.is_some_and(|standing| standing.edited.contains(&node.id)),
                has_file: true,
                checksum: node.checksum(),
                ..Revision::default()
            };
            match standing.and_then(|standing| standing.row(&node.id)) {
                Some(row) => told(revision, row),
                None => revision,
            }
        })
        .collect();
    unknown.chain(known).collect()
}

/// The revision with what the database remembers of it.
fn told(revision: Revision, row: &Row) -> Revision {
    let details = row.details.as_ref();
    Revision {
        id: row.revision.clone(),
        applied: Some(true),
        applied_at: time(row.applied_at),
        duration_ms: details.map(|details| details.duration_ms),
        applied_by: details.and_then(|details| details.applied_by.clone()),
        tool: details.and_then(|details| details.tool.clone()),
        ..revision
    }
}

pub(crate) fn current_ids(context: &Context<'_, '_>, standing: &Standing) -> Vec<String> {
    owned(&context.project.graph().heads_of(&standing.applied_set()))
}

fn owned(ids: &[&str]) -> Vec<String> {
    ids.iter().map(|id| (*id).to_owned()).collect()
}
