//! Whether two lines of revisions make the same in either order: both are carried out on scratch databases.

use std::collections::{BTreeMap, BTreeSet};

use plimsoll_differ::inspect::Inspection;
use plimsoll_migrate::graph::Rebase;
use plimsoll_migrate::runner::{Direction, Failure, FailureKind};
use plimsoll_report::{Entry, diff};

use super::ACTION;
use crate::cli::context::Context;
use crate::cli::error::{CliError, Exit};
use crate::cli::replay::Replay;
use crate::cli::workbench::Workbench;

/// Carries both orders out, and takes what moves back after each of them.
///
/// # Errors
/// When the orders do not make the same, with what both lines touch; or when a line cannot be carried out at all.
pub(super) async fn commute(
    context: &mut Context<'_, '_>,
    bench: &mut Workbench,
    rebase: &Rebase,
) -> Result<(), CliError> {
    let (as_is, as_moved) = (
        Line::after(context, bench, &rebase.common, &rebase.own).await?,
        Line::after(context, bench, &rebase.common, &rebase.others).await?,
    );
    let orders = Orders {
        rebase,
        as_is,
        as_moved,
    };
    let both = [
        (&orders.as_is, &rebase.others, &rebase.own),
        (&orders.as_moved, &rebase.own, &rebase.others),
    ];
    for (line, ids, first) in both {
        if let Err(failure) = line.replay.run(context, Direction::Up, ids).await {
            let told = format!("after {}, {}", list(first), of_revision(failure)?);
            return Err(orders.clash(context, &told).await);
        }
    }
    let is = orders.as_is.replay.look(context).await?;
    let moved = orders.as_moved.replay.look(context).await?;
    if let Some(differing) = orders.differing(context, is, moved).await? {
        let last = list(&rebase.own);
        let told = format!("with {last} last instead of first, this differs\n{differing}");
        return Err(orders.clash(context, &told).await);
    }
    orders.backwards(context, bench).await
}

/// What the database said of a revision.
///
/// # Errors
/// When the run failed of something else than a revision.
fn of_revision(failure: Failure) -> Result<String, CliError> {
    match &failure.kind {
        FailureKind::Revision { .. } | FailureKind::Step { .. } | FailureKind::Asks { .. } => {
            Ok(format!("it fails to {failure}"))
        }
        FailureKind::Hook { .. }
        | FailureKind::BeforeRun(_)
        | FailureKind::AfterRun(_)
        | FailureKind::Unfinished(_)
        | FailureKind::Changed(_)
        | FailureKind::Unsure(_)
        | FailureKind::NotInOne(_)
        | FailureKind::Stopped { .. }
        | FailureKind::Locked { .. }
        | FailureKind::History(_)
        | FailureKind::Lost { .. } => Err(failure.into()),
    }
}

fn list(ids: &[String]) -> String {
    let quoted: Vec<String> = ids.iter().map(|id| format!("`{id}`")).collect();
    quoted.join(", ")
}

/// A scratch database with the first of the two lines on it.
struct Line {
    replay: Replay,
    /// What was there before the line.
    before: Inspection,
    /// What is there after it.
    after: Inspection,
}

impl Line {
    async fn after(
        context: &Context<'_, '_>,
        bench: &mut Workbench,
        common: &[String],
        ids: &[String],
    ) -> Result<Self, CliError> {
        let replay = Replay::empty(context, bench).await?;
        replay.run(context, Direction::Up, common).await?;
        let before = replay.look(context).await?;
        replay.run(context, Direction::Up, ids).await?;
        let after = replay.look(context).await?;
        Ok(Self {
            replay,
            before,
            after,
        })
    }
}

struct Orders<'r> {
    rebase: &'r Rebase,
    /// What moves came first.
    as_is: Line,
    /// What moves comes last.
    as_moved: Line,
}

impl Orders<'_> {
    /// How one state differs from another, as text; `None` when it does not.
    async fn differing(
        &self,
        context: &Context<'_, '_>,
        from: Inspection,
        to: Inspection,
    ) -> Result<Option<String>, CliError> {
        let comparison = self.as_is.replay.compare(context, from, to).await?;
        let entries = comparison.entries();
        Ok((!entries.is_empty()).then(|| diff(&entries)))
    }

    /// Takes back what moves, in both databases: what is left has to be what the other line makes alone.
    async fn backwards(
        &self,
        context: &mut Context<'_, '_>,
        bench: &mut Workbench,
    ) -> Result<(), CliError> {
        for line in [&self.as_is, &self.as_moved] {
            let Some(told) = self
                .taken_back(context, &line.replay, &self.as_moved.after)
                .await?
            else {
                continue;
            };
            // Where it is no better without the other line, the order is not to blame.
            let alone = Line::after(context, bench, &self.rebase.common, &self.rebase.own).await?;
            if self
                .taken_back(context, &alone.replay, &alone.before)
                .await?
                .is_none()
            {
                return Err(self.clash(context, &told).await);
            }
            context.output.warning(&format!(
                "what {} does is not taken back by its `down`, in no order: that was not compared",
                list(&self.rebase.own)
            ));
            return Ok(());
        }
        Ok(())
    }

    /// Takes back what moves; what is wrong afterwards, if anything is.
    async fn taken_back(
        &self,
        context: &Context<'_, '_>,
        replay: &Replay,
        wanted: &Inspection,
    ) -> Result<Option<String>, CliError> {
        let own = &self.rebase.own;
        if let Err(failure) = replay.run(context, Direction::Down, own).await {
            let others = list(&self.rebase.others);
            return Ok(Some(format!("with {others}, {}", of_revision(failure)?)));
        }
        let left = replay.look(context).await?;
        let differing = self.differing(context, wanted.clone(), left).await?;
        let told = |differing| {
            format!(
                "when {} is taken back, this is left of it\n{differing}",
                list(own)
            )
        };
        Ok(differing.map(told))
    }

    /// The error that says what does not get along.
    async fn clash(&self, context: &Context<'_, '_>, told: &str) -> CliError {
        let mut message = format!(
            "{ACTION}: the order of the two lines makes a difference: {}",
            told.trim_end()
        );
        for object in self.touched(context).await.unwrap_or_default() {
            message.push_str("\nboth lines touch ");
            message.push_str(&object);
        }
        CliError::new(Exit::Blocked, message).help(
            "nothing was written; `merge` keeps both lines as they are, or change one of the revisions so that the order no longer matters",
        )
    }

    /// The objects that both lines change.
    async fn touched(&self, context: &Context<'_, '_>) -> Result<Vec<String>, CliError> {
        let mut sides = Vec::new();
        for line in [&self.as_is, &self.as_moved] {
            let (before, after) = (line.before.clone(), line.after.clone());
            let comparison = self.as_is.replay.compare(context, before, after).await?;
            sides.push(objects(&comparison.entries()));
        }
        Ok(match sides.as_slice() {
            [one, other] => shared(one, other),
            _ => Vec::new(),
        })
    }
}

/// What changes touch, with the table of each part.
fn objects(entries: &[Entry]) -> BTreeMap<String, Option<String>> {
    let mut found = BTreeMap::new();
    for entry in entries
        .iter()
        .flat_map(|entry| entry.parts.iter().chain([entry]))
    {
        let table = entry.table.as_ref().map(|table| format!("table `{table}`"));
        let name = match (&entry.table, entry.name.as_str()) {
            (Some(table), "") => format!("{} of `{table}`", entry.kind),
            (Some(table), name) => format!("{} `{table}.{name}`", entry.kind),
            (None, name) => format!("{} `{name}`", entry.kind),
        };
        found.extend(table.clone().map(|table| (table, None)));
        found.insert(name, table);
    }
    found
}

/// What both touch; a table only where none of its parts is what both touch.
fn shared(
    one: &BTreeMap<String, Option<String>>,
    other: &BTreeMap<String, Option<String>>,
) -> Vec<String> {
    let both = one.iter().filter(|(name, _)| other.contains_key(*name));
    let both: Vec<(&String, &Option<String>)> = both.collect();
    let told: BTreeSet<&String> = both
        .iter()
        .filter_map(|(_, table)| table.as_ref())
        .collect();
    let left = both.iter().filter(|(name, _)| !told.contains(name));
    left.map(|(name, _)| (*name).clone()).collect()
}
