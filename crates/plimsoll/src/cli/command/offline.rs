//! `--sql`: scripts instead of runs. No database is asked.

use std::collections::BTreeSet;

use plimsoll_migrate::graph::Point;
use plimsoll_migrate::offline::{Offline, OfflineError};
use plimsoll_migrate::operation::server_named;
use plimsoll_migrate::runner::Direction;
use plimsoll_schema::{Backend, Server, Version};

use super::stamp::wanted;
use crate::cli::context::Context;
use crate::cli::error::{CliError, Exit};

/// `upgrade A:B --sql`; without `A:`, from the base.
pub(crate) async fn upgrade(context: &mut Context<'_, '_>, target: &str) -> Result<Exit, CliError> {
    let (from, to) = target.split_once(':').unwrap_or(("base", target));
    let applied = applied(context, from)?;
    let graph = context.project.graph();
    let set: BTreeSet<&str> = applied.iter().map(String::as_str).collect();
    let path = graph.upgrade_path(if to.is_empty() { "heads" } else { to }, &set)?;
    let text = offline(context)?.run(&set, &path, Direction::Up).await?;
    leave_out_hooks(context);
    context.output.script(&text);
    Ok(Exit::Ok)
}

/// `downgrade A:B --sql`.
pub(crate) async fn downgrade(
    context: &mut Context<'_, '_>,
    target: &str,
) -> Result<Exit, CliError> {
    let Some((from, to)) = target.split_once(':') else {
        let message = format!("write the downgrade to `{target}` as SQL: from where is not said");
        return Err(CliError::new(Exit::Usage, message)
            .help("write the range as A:B, as in `downgrade head:base --sql`"));
    };
    let applied = applied(context, if from.is_empty() { "heads" } else { from })?;
    let graph = context.project.graph();
    let set: BTreeSet<&str> = applied.iter().map(String::as_str).collect();
    let path = graph.downgrade_path(if to.is_empty() { "base" } else { to }, &set)?;
    let text = offline(context)?.run(&set, &path, Direction::Down).await?;
    leave_out_hooks(context);
    context.output.script(&text);
    Ok(Exit::Ok)
}

/// A hook runs on a database, and here is none.
fn leave_out_hooks(context: &mut Context<'_, '_>) {
    if context.project.hooks().is_some() {
        let text = "the hooks before and after revisions and runs are not part of the script";
        context.output.warning(text);
    }
}

/// `stamp --sql`: from the base, or from A where it is A:B.
pub(crate) fn stamp(context: &mut Context<'_, '_>, targets: &[String]) -> Result<Exit, CliError> {
    let mut start: Option<&str> = None;
    let mut ends: Vec<String> = Vec::new();
    for target in targets {
        let (from, to) = match target.split_once(':') {
            Some((from, to)) => (Some(from), to),
            None => (None, target.as_str()),
        };
        if let Some(from) = from
            && start.replace(from).is_some_and(|other| other != from)
        {
            return Err(CliError::new(
                Exit::Usage,
                "write the stamp as SQL: two ranges begin at different places",
            )
            .help("let all of them begin at the same revision"));
        }
        ends.push(to.to_owned());
    }
    let before = applied(context, start.unwrap_or("base"))?;
    let graph = context.project.graph();
    let set: BTreeSet<&str> = before.iter().map(String::as_str).collect();
    let after = wanted(graph, &ends, &set, set.clone())?;
    let nodes = || graph.nodes().iter().map(|node| node.id.as_str());
    let applied: Vec<&str> = nodes()
        .filter(|id| after.contains(*id) && !set.contains(id))
        .collect();
    let unapplied: Vec<&str> = nodes()
        .filter(|id| set.contains(id) && !after.contains(*id))
        .collect();
    let text = offline(context)?.stamp(&applied, &unapplied);
    context.output.script(&text);
    Ok(Exit::Ok)
}

/// `ensure-version --sql`.
pub(crate) fn ensure_version(context: &mut Context<'_, '_>) -> Result<(), CliError> {
    let text = offline(context)?.tables();
    context.output.script(&text);
    Ok(())
}

/// What is applied where a script begins.
fn applied(context: &Context<'_, '_>, from: &str) -> Result<BTreeSet<String>, CliError> {
    let graph = context.project.graph();
    if from.starts_with("current") || from.starts_with(['+', '-']) {
        let message =
            format!("begin the script at `{from}`: only the database knows where that is");
        return Err(CliError::new(Exit::Usage, message)
            .help("`current` tells; begin at that revision, as in `A:head`"));
    }
    let points = graph.resolve_all(from, &BTreeSet::new())?;
    let ids = points.into_iter().filter_map(Point::id);
    Ok(ids
        .flat_map(|id| {
            graph
                .with_ancestors(&id)
                .into_iter()
                .map(str::to_owned)
                .collect::<Vec<_>>()
        })
        .collect())
}

fn offline<'c>(context: &'c Context<'_, '_>) -> Result<Offline<'c>, CliError> {
    Ok(Offline {
        project: &context.project,
        server: server(context)?,
    })
}

/// The server that is named, or one of those that the address can be of.
fn server(context: &Context<'_, '_>) -> Result<Server, CliError> {
    let backend = context.url.backend();
    let Some(named) = &context.global.server else {
        return Ok(match backend {
            Backend::Sqlite => Server::sqlite(),
            Backend::Postgres => Server::postgres(15),
            Backend::Mysql if is_of_mariadb(context) => Server::mariadb(Version(10, 11, 0)),
            Backend::Mysql => Server::mysql(Version(8, 4, 0)),
        });
    };
    let server = server_named(named).ok_or_else(|| {
        CliError::new(
            Exit::Usage,
            format!("write a script: no server is named `{named}`"),
        )
        .help("write it as `postgres 17`, `mysql 8.4`, `mariadb 10.11` or `sqlite`")
    })?;
    Ok(server)
}

/// Whether the address says `mariadb://`; a connection would ask the server.
fn is_of_mariadb(context: &Context<'_, '_>) -> bool {
    let stated = context.global.database_url.as_deref();
    let known = stated.or(context.place.config.database.url.as_deref());
    known.is_some_and(|url| url.starts_with("mariadb"))
}

impl From<OfflineError> for CliError {
    fn from(error: OfflineError) -> Self {
        Self::new(Exit::Failed, error.to_string()).help(error.help())
    }
}
