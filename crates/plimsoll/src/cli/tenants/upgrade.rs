//! `upgrade --tenants`: one session for each tenant that is behind, several at once; one that fails does not keep the others.

use std::collections::BTreeSet;

use futures_util::StreamExt as _;
use indicatif::{ProgressBar, ProgressStyle};
use plimsoll_migrate::connect::{Access, connect};
use plimsoll_migrate::project::Project;
use plimsoll_migrate::runner::{Direction, Failure, FailureKind, Run, Stop};
use plimsoll_migrate::tenants::Tenant;
use plimsoll_migrate::url::DbUrl;
use plimsoll_report::document;

use super::outcome::{Ended, Outcome, failure, summary};
use super::{find, unreadable};
use crate::cli::args::{Format, Upgrade};
use crate::cli::command::run::options;
use crate::cli::context::Context;
use crate::cli::error::{CliError, Exit};

/// Upgrades every schema whose name fits.
pub(crate) async fn upgrade(
    context: &mut Context<'_, '_>,
    args: &Upgrade,
    glob: &str,
) -> Result<Exit, CliError> {
    let found = find(context, "upgrade", glob).await?;
    let count = found.len();
    let (mut ended, due) = sort(&context.project, args, found)?;
    let is_drawn = context.output.live && context.output.format == Format::Text;
    let bar = bar(is_drawn && !context.output.quiet, count);
    for one in &ended {
        tell(context, &bar, one);
    }
    let project = &context.project;
    let work = Work {
        project,
        url: &context.url,
        args,
        stop: Stop::on_signals(),
    };
    let mut working = futures_util::stream::iter(due)
        .map(|schema| work.one(schema))
        .buffer_unordered(usize::from(args.tenants.jobs));
    while let Some(one) = working.next().await {
        if let Some(line) = one.line() {
            bar.suspend(|| context.output.text(&line));
        }
        bar.inc(1);
        ended.push(one);
    }
    drop(working);
    bar.finish_and_clear();
    ended.sort_by(|one, other| one.schema.cmp(&other.schema));
    context.output.text(&summary(&ended));
    context.output.document(&document::Tenants {
        format: document::FORMAT,
        tenants: ended.iter().map(Ended::document).collect(),
    });
    failure(&ended)?;
    Ok(Exit::Ok)
}

fn tell(context: &mut Context<'_, '_>, bar: &ProgressBar, one: &Ended) {
    if let Some(line) = one.line() {
        bar.suspend(|| context.output.text(&line));
    }
    bar.inc(1);
}

/// Those that need no session, with their outcome, and those that do.
fn sort(
    project: &Project,
    args: &Upgrade,
    found: Vec<Tenant>,
) -> Result<(Vec<Ended>, Vec<String>), CliError> {
    let mut ended = Vec::new();
    let mut due = Vec::new();
    let mut off_target = None;
    let count = found.len();
    for Tenant { schema, place } in found {
        let Some(place) = place else {
            let outcome = Outcome::Failed(unreadable());
            ended.push(Ended { schema, outcome });
            continue;
        };
        // It would be read as two schemas, or as another one.
        if schema.contains([',', '"']) || schema.trim() != schema {
            let outcome = Outcome::Failed(
                CliError::new(
                    Exit::Usage,
                    "use this schema: its name holds `,`, `\"` or blanks at an end",
                )
                .help("rename it: ALTER SCHEMA … RENAME TO …"),
            );
            ended.push(Ended { schema, outcome });
            continue;
        }
        let applied: BTreeSet<&str> = place.applied.iter().map(String::as_str).collect();
        match project.graph().upgrade_path(&args.target, &applied) {
            Ok(path) if path.is_empty() && place.unknown.is_empty() => {
                let outcome = Outcome::AtTarget;
                ended.push(Ended { schema, outcome });
            }
            Ok(_) => due.push(schema),
            Err(error) => {
                let error = CliError::from(error);
                off_target.get_or_insert_with(|| {
                    CliError::new(error.exit, error.message.clone())
                        .help(error.help.clone().unwrap_or_default())
                });
                let outcome = Outcome::Failed(error);
                ended.push(Ended { schema, outcome });
            }
        }
    }
    // A target that is one for no tenant is a mistake in the words, not in the tenants.
    let failed = ended
        .iter()
        .filter(|one| matches!(one.outcome, Outcome::Failed(_)));
    match off_target {
        Some(error) if failed.count() == count => Err(error),
        Some(_) | None => Ok((ended, due)),
    }
}

/// What all tenants have in common.
struct Work<'a> {
    project: &'a Project,
    url: &'a DbUrl,
    args: &'a Upgrade,
    stop: Stop,
}

impl Work<'_> {
    async fn one(&self, schema: String) -> Ended {
        let outcome = if self.stop.is_asked() {
            Outcome::NotStarted
        } else {
            self.run(&schema).await.unwrap_or_else(Outcome::Failed)
        };
        Ended { schema, outcome }
    }

    async fn run(&self, schema: &str) -> Result<Outcome, CliError> {
        let connection = connect(self.url, Access::Write, Some(schema)).await?;
        let standing = self.project.standing(&connection).await;
        let standing = standing.map_err(|error| CliError::database("read the history", &error))?;
        Context::refuse_strangers("upgrade", &standing, self.args.allow_edited)?;
        let graph = self.project.graph();
        let path = graph.upgrade_path(&self.args.target, &standing.applied_set())?;
        let path: Vec<String> = path.into_iter().map(str::to_owned).collect();
        let run = Run {
            connection: &connection,
            project: self.project,
            direction: Direction::Up,
            options: options(&self.args.running, self.args.allow_edited),
            stop: self.stop.clone(),
        };
        let result = run.path(&path, &mut |_| {}).await;
        // A session that does not close is closed by the server.
        let _ = connection.db.close().await;
        match result {
            Ok(done) if done.is_empty() => Ok(Outcome::AtTarget),
            Ok(done) => Ok(Outcome::Upgraded(done)),
            Err(Failure {
                kind: FailureKind::Stopped { during: None },
                done,
                ..
            }) if done.is_empty() => Ok(Outcome::NotStarted),
            Err(failure) => Err(failure.into()),
        }
    }
}

/// A bar on the terminal; where none can be drawn, the lines of the tenants are all there is to see.
fn bar(is_drawn: bool, count: usize) -> ProgressBar {
    if !is_drawn {
        return ProgressBar::hidden();
    }
    let bar = ProgressBar::new(u64::try_from(count).unwrap_or(u64::MAX));
    if let Ok(style) =
        ProgressStyle::with_template("{bar:30} {pos}/{len} tenants, {elapsed}, about {eta} more")
    {
        bar.set_style(style);
    }
    bar
}
