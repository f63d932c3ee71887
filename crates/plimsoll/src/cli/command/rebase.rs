//! `rebase`: one of two heads comes after the other, so that the history is one line again.
//!
//! Invariant: nothing is written unless both orders were carried out and made the same tables.

use std::collections::BTreeSet;

use plimsoll_codegen::Refollowed;
use plimsoll_migrate::checksum::checksum;
use plimsoll_migrate::graph::{Node, Point, Rebase, RebaseError};
use plimsoll_report::style;

use super::revision::{unwritten, up_to_date};
use super::standing::standing_if_reachable;
use crate::cli::args::Rebase as Args;
use crate::cli::context::Context;
use crate::cli::error::{CliError, Exit};
use crate::cli::place::Place;
use crate::cli::replay::beyond_tables;
use crate::cli::workbench::Workbench;

mod orders;

const ACTION: &str = "rebase";

pub(crate) async fn run(context: &mut Context<'_, '_>, args: &Args) -> Result<Exit, CliError> {
    up_to_date(context, ACTION)?;
    let (head, onto) = ends(context, args)?;
    let rebase = context
        .project
        .graph()
        .rebase(&head, &onto)
        .map_err(|error| refused(&error))?;
    let files = files(context, &rebase)?;
    let mut bench = Workbench::at(context.url.clone()).await?;
    let proven = orders::commute(context, &mut bench, &rebase).await;
    bench.clear(context.output).await;
    proven?;
    if !args.dry_run {
        files.write().map_err(|error| unwritten(ACTION, &error))?;
    }
    tell(context, &rebase, &files, args.dry_run);
    warn(context, &rebase).await;
    Ok(Exit::Ok)
}

/// The head that moves, and the one that it comes after; of two heads one has to be named.
fn ends(context: &Context<'_, '_>, args: &Args) -> Result<(String, String), CliError> {
    let heads = context.project.graph().heads();
    let named =
        |name: &Option<String>| name.as_deref().map(|name| point(context, name)).transpose();
    let (head, onto) = (named(&args.head)?, named(&args.onto)?);
    let other = |known: &str| match heads.as_slice() {
        [one, other] if *one == known => Some((*other).to_owned()),
        [other, one] if *one == known => Some((*other).to_owned()),
        _ => None,
    };
    match (head, onto, heads.as_slice()) {
        (Some(head), Some(onto), _) => Ok((head, onto)),
        (_, _, [] | [_]) => Err(CliError::new(
            Exit::Usage,
            format!("{ACTION}: there are no two heads"),
        )
        .help("the history is one line already; `heads` shows where it ends")),
        (Some(head), None, [_, _]) => match other(&head) {
            Some(onto) => Ok((head, onto)),
            None => Err(no_head(context, &head)),
        },
        (None, Some(onto), [_, _]) => match other(&onto) {
            Some(head) => Ok((head, onto)),
            None => Err(no_head(context, &onto)),
        },
        (None, None, [one, other]) => Err(CliError::new(
            Exit::Standing,
            format!("{ACTION}: there are two heads, `{one}` and `{other}`, and which one moves is not said"),
        )
        .help(format!(
            "name the one that was not released yet: `rebase {one}`, or `rebase {other}`"
        ))),
        (_, _, several) => {
            let list: Vec<String> = several.iter().map(|id| format!("`{id}`")).collect();
            let message = format!("{ACTION}: there are several heads: {}", list.join(", "));
            Err(CliError::new(Exit::Standing, message)
                .help("say which one moves, and after which: `rebase HEAD --onto OTHER`"))
        }
    }
}

fn point(context: &Context<'_, '_>, name: &str) -> Result<String, CliError> {
    match context.project.graph().resolve(name, &BTreeSet::new())? {
        Point::At(id) => Ok(id),
        Point::Base => Err(CliError::new(
            Exit::Usage,
            format!("{ACTION}: `{name}` is no revision"),
        )
        .help("name a head; `heads` shows which there are")),
    }
}

fn no_head(context: &Context<'_, '_>, id: &str) -> CliError {
    let child = context.project.graph().children(id).first().copied();
    refused(&RebaseError::NotHead {
        revision: id.to_owned(),
        child: child.unwrap_or_default().to_owned(),
    })
}

fn refused(error: &RebaseError) -> CliError {
    let exit = match error {
        RebaseError::Same(_) | RebaseError::NotHead { .. } => Exit::Usage,
        RebaseError::Shared { .. } | RebaseError::Needed { .. } => Exit::Standing,
    };
    CliError::new(exit, format!("{ACTION}: {error}")).help(error.help())
}

/// The files that have to say something else.
fn files(context: &Context<'_, '_>, rebase: &Rebase) -> Result<Refollowed, CliError> {
    let sources = context.place.sources()?;
    for (id, _) in &rebase.parents {
        let file = sources.join(format!("{id}.rs"));
        if !file.is_file() {
            let message = format!("{ACTION}: there is no `{}`", Place::shown(&file));
            return Err(CliError::new(Exit::Files, message).help(
                "a revision that moves has to have a file of its own, which says what it follows",
            ));
        }
    }
    let is_built_from = |id: &str, text: &str| {
        let node = context.project.graph().node(id);
        // A file without `revision!` is not compiled in.
        node.and_then(Node::checksum)
            .is_none_or(|built| built == checksum(text))
    };
    Refollowed::read(&context.place.migrations, &rebase.parents, is_built_from)
        .map_err(|error| unwritten(ACTION, &error))
}

fn tell(context: &mut Context<'_, '_>, rebase: &Rebase, files: &Refollowed, dry_run: bool) {
    let (name, path) = (style::REVISION, style::REVISION);
    for (id, parents) in &rebase.parents {
        let told = format!("{name}{id}{name:#} follows {}\n", parents.join(", "));
        context.output.text(&told);
    }
    if dry_run {
        return context.output.note("nothing was written: --dry-run");
    }
    for file in files.paths() {
        let shown = Place::shown(file);
        context
            .output
            .text(&format!("wrote {path}{shown}{path:#}\n"));
    }
}

/// What the proof does not show, and what the move means for databases and labels.
async fn warn(context: &mut Context<'_, '_>, rebase: &Rebase) {
    let ids: Vec<String> = rebase.own.iter().chain(&rebase.others).cloned().collect();
    for what in beyond_tables(context, &ids).await {
        context.output.warning(&format!(
            "only tables were compared, and not what this does: {what}"
        ));
    }
    let labelled = rebase.own.iter().chain(&rebase.others);
    let labels: Vec<String> = labelled
        .filter_map(|id| context.project.graph().node(id))
        .flat_map(|node| node.labels.iter().map(|label| format!("`{label}@base`")))
        .collect();
    if !labels.is_empty() {
        context.output.warning(&format!(
            "the branches are one line now: `downgrade` to {} takes back all of it",
            labels.join(" or ")
        ));
    }
    let Some(standing) = standing_if_reachable(context).await else {
        return;
    };
    let applied = standing.applied_set();
    for (id, _) in &rebase.parents {
        if applied.contains(id.as_str()) {
            context.output.warning(&format!(
                "`{id}` is applied in {} and stays so; `verify` tells there that it moved, until `repair {id} --accept`",
                context.url
            ));
        }
    }
}
