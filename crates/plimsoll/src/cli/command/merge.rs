//! `merge`: a revision that joins others.

use super::placing;
use super::revision::{created, empty_plan, up_to_date, write};
use crate::cli::args::Merge;
use crate::cli::context::Context;
use crate::cli::error::{CliError, Exit};
use crate::cli::files::Writing;

const ACTION: &str = "merge";

pub(crate) fn run(context: &mut Context<'_, '_>, args: &Merge) -> Result<Exit, CliError> {
    let created = created(args.at.as_deref(), std::env::var("SOURCE_DATE_EPOCH").ok())?;
    up_to_date(context, ACTION)?;
    let graph = context.project.graph();
    let parents = placing::named(graph, &args.revisions)?;
    if parents.len() < 2 {
        let message = format!("{ACTION}: there is only one revision to join");
        return Err(CliError::new(Exit::Usage, message)
            .help("name two revisions or more, or `heads`; `heads` shows which there are"));
    }
    for parent in &parents {
        let ancestors = graph.with_ancestors(parent);
        let below = |other: &&String| *other != parent && ancestors.contains(other.as_str());
        if let Some(other) = parents.iter().find(below) {
            let message = format!("{ACTION}: `{parent}` follows `{other}` already");
            return Err(
                CliError::new(Exit::Usage, message).help("leave out the one that is followed")
            );
        }
    }
    let message = args
        .message
        .clone()
        .unwrap_or_else(|| "merge heads".to_owned());
    let header = placing::header(context, ACTION, &args.place, parents, &message, created)?;
    let plan = empty_plan(context.url.backend());
    let writing = Writing::of(&context.place, ACTION, header)?;
    write(context, ACTION, args.dry_run, &writing, &plan, None)?;
    Ok(Exit::Ok)
}
