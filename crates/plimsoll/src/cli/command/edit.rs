//! `edit`: a revision's file in the user's editor.

use std::collections::BTreeSet;
use std::process::Command;

use plimsoll_migrate::graph::Point;
use plimsoll_migrate::project::Standing;

use super::standing::standing_if_reachable;
use crate::cli::args::Edit;
use crate::cli::context::Context;
use crate::cli::error::{CliError, Exit};

pub(crate) async fn run(context: &mut Context<'_, '_>, args: &Edit) -> Result<Exit, CliError> {
    let asks = args.revision.starts_with("current") || args.revision.starts_with(['+', '-']);
    let standing = if asks {
        standing_if_reachable(context).await
    } else {
        None
    };
    let applied = standing
        .as_ref()
        .map(Standing::applied_set)
        .unwrap_or_default();
    let points = context
        .project
        .graph()
        .resolve_all(&args.revision, &applied)?;
    let ids: BTreeSet<String> = points.into_iter().filter_map(Point::id).collect();
    if ids.is_empty() {
        let message = format!(
            "edit: `{}` is no revision, so it has no file",
            args.revision
        );
        return Err(CliError::new(Exit::Usage, message).help("`history` lists the revisions"));
    }
    let mut files = Vec::new();
    for id in &ids {
        let Some(file) = context.place.file_of(id)? else {
            let path = context.place.sources()?.join(format!("{id}.rs"));
            let message = format!("edit: there is no `{}`", path.display());
            return Err(CliError::new(Exit::Files, message)
                .help("a revision that lives in another file is edited there"));
        };
        files.push(file);
    }
    let editor = ["VISUAL", "EDITOR"].iter().find_map(|name| {
        std::env::var(name)
            .ok()
            .filter(|editor| !editor.trim().is_empty())
    });
    let Some(editor) = editor else {
        return Err(CliError::new(Exit::Usage, "edit: no editor is set")
            .help("set $VISUAL or $EDITOR, as in `EDITOR=nano`"));
    };
    let mut words = editor.split_whitespace();
    let program = words.next().unwrap_or_default();
    let status = Command::new(program)
        .args(words)
        .args(&files)
        .status()
        .map_err(|error| {
            CliError::new(Exit::Files, format!("run the editor `{editor}`: {error}"))
                .help("correct $VISUAL or $EDITOR")
        })?;
    if !status.success() {
        return Err(CliError::new(
            Exit::Failed,
            format!("edit: `{editor}` ended with {status}"),
        ));
    }
    Ok(Exit::Ok)
}
