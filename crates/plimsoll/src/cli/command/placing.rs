//! Where a new revision stands in the graph: what it follows, what it depends on, and its id.

use jiff::Timestamp;
use plimsoll_codegen::{Header, is_module};
use plimsoll_migrate::graph::{Graph, Point, bad_label};

use crate::cli::args::Placing;
use crate::cli::context::Context;
use crate::cli::error::{CliError, Exit};

/// The revisions that `--head` names, or all heads.
///
/// # Errors
/// When a name is not understood, or there are several heads and none is named.
pub(super) fn parents(
    context: &Context<'_, '_>,
    action: &str,
    heads: &[String],
) -> Result<Vec<String>, CliError> {
    let graph = context.project.graph();
    if heads.is_empty() {
        let head = graph.one_head().map_err(|error| {
            CliError::new(Exit::Standing, format!("{action}: {error}")).help(
                "`merge heads` joins them; or say which one it follows, as in `--head LABEL@head`",
            )
        })?;
        return Ok(head.map(str::to_owned).into_iter().collect());
    }
    named(graph, heads)
}

/// The revisions of these names, each once; the base is none.
pub(super) fn named(graph: &Graph, names: &[String]) -> Result<Vec<String>, CliError> {
    let mut found: Vec<String> = Vec::new();
    for name in names {
        for point in graph.resolve_all(name, &std::collections::BTreeSet::new())? {
            if let Point::At(id) = point
                && !found.contains(&id)
            {
                found.push(id);
            }
        }
    }
    Ok(found)
}

/// The header of a new revision.
///
/// # Errors
/// When its place in the graph or its id cannot be so.
pub(super) fn header(
    context: &Context<'_, '_>,
    action: &str,
    placing: &Placing,
    parents: Vec<String>,
    message: &str,
    created: Timestamp,
) -> Result<Header, CliError> {
    let graph = context.project.graph();
    for parent in &parents {
        let children = graph.children(parent);
        if let (Some(child), false) = (children.first(), placing.splice) {
            let message = format!("{action}: `{parent}` is no head, `{child}` follows it");
            return Err(CliError::new(Exit::Standing, message)
                .help("name a head; or pass --splice to let another line begin there"));
        }
    }
    for label in &placing.branch_label {
        let carrier = graph.labelled(label).map(|node| node.id.clone());
        let reason = match (bad_label(label), carrier, graph.node(label)) {
            (Some(reason), _, _) => reason.to_owned(),
            (None, Some(carrier), _) => format!("is on `{carrier}` already"),
            (None, None, Some(_)) => "is the id of a revision".to_owned(),
            (None, None, None) => continue,
        };
        return Err(CliError::new(
            Exit::Usage,
            format!("{action}: the label `{label}` {reason}"),
        )
        .help("choose another label"));
    }
    let mut depends_on = Vec::new();
    for name in &placing.depends_on {
        // A label stays one: it says more than an id.
        match graph.labelled(name) {
            Some(_) => depends_on.push(name.clone()),
            None => depends_on.push(graph.by_name(name)?),
        }
    }
    Ok(Header {
        id: id(context, action, placing, message, created)?,
        parents,
        labels: placing.branch_label.clone(),
        depends_on,
        replaces: Vec::new(),
        message: message.to_owned(),
        created,
        compared_with: None,
    })
}

fn id(
    context: &Context<'_, '_>,
    action: &str,
    placing: &Placing,
    message: &str,
    created: Timestamp,
) -> Result<String, CliError> {
    let id = match &placing.rev_id {
        Some(id) => id.clone(),
        None => context.place.config.files.id(action, message, created)?,
    };
    let reason = match bad_label(&id) {
        _ if !is_module(&id) => Some("names a Rust module"),
        reason => reason,
    };
    if let Some(reason) = reason {
        let message = format!("{action}: `{id}` cannot be an id, because it {reason}");
        return Err(CliError::new(Exit::Usage, message).help(
            "write it in small letters, digits and `_`, a letter first, as in m20260131_add_name",
        ));
    }
    let graph = context.project.graph();
    if graph.node(&id).is_some()
        || graph.labelled(&id).is_some()
        || graph.replacement(&id).is_some()
    {
        let message = format!("{action}: `{id}` is taken");
        return Err(CliError::new(Exit::Usage, message)
            .help("choose another id with --rev-id, or another message"));
    }
    Ok(id)
}
