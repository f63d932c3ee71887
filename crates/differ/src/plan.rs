//! Changes in an order that works, as SQL for one server, with the way back.
//!
//! Invariant: deterministic, and reversible: carrying out `up` and then `down` on the catalog gives the catalog that was there.

pub(crate) mod order;
mod split;
mod summary;

use plimsoll_schema::backend::{self, RenderError};
use plimsoll_schema::{ApplyError, Catalog, Change, Plan, Server, Step};
use thiserror::Error;

pub use summary::{summary, table_summary};

/// Why there is no plan.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum PlanError {
    /// The server cannot have what is asked for.
    #[error("{summary}: {source}")]
    Render {
        /// The change in words.
        summary: String,
        /// What it lacks.
        source: RenderError,
    },
    /// The changes do not fit the catalog.
    #[error("{summary}: {source}")]
    Apply {
        /// The change in words.
        summary: String,
        /// What does not fit.
        source: ApplyError,
    },
}

/// Orders the changes by what each needs and provides, and writes each as SQL against the catalog at that moment.
///
/// # Errors
/// When a change cannot be written for this server, or does not fit the catalog.
pub fn plan(server: &Server, current: &Catalog, changes: &[Change]) -> Result<Plan, PlanError> {
    let ordered = ordered(server, current, changes);
    let mut state = current.clone();
    let mut steps = Vec::with_capacity(ordered.len());
    for change in ordered {
        for change in split::moves(server, &state, change) {
            steps.push(step(server, &mut state, change)?);
        }
    }
    commit_between(server, &mut steps);
    Ok(Plan {
        server: server.clone(),
        steps,
        diagnostics: Vec::new(),
    })
}

/// A change as SQL, both ways, and done to `state`.
fn step(server: &Server, state: &mut Catalog, change: Change) -> Result<Step, PlanError> {
    let summary = summary(&change);
    let render = |state: &Catalog, change: &Change| {
        backend::render(server, state, change).map_err(|source| PlanError::Render {
            summary: summary.clone(),
            source,
        })
    };
    let up = render(state, &change)?;
    state.apply(&change).map_err(|source| PlanError::Apply {
        summary: summary.clone(),
        source,
    })?;
    let down = render(state, &change.reverse())?;
    Ok(Step {
        up,
        down,
        transactional: backend::is_transactional(server, &change),
        summary,
        change,
    })
}

/// The pieces of the changes in the order in which they are done. Rows get another value right before an enum type loses theirs.
fn ordered(server: &Server, current: &Catalog, changes: &[Change]) -> Vec<Change> {
    let alters = |change: &Change| change.altered_enum().is_some();
    if !changes.iter().any(alters) {
        return order::order(split::split(server, changes), current);
    }
    let (mut fills, others): (Vec<Change>, Vec<Change>) =
        changes.iter().cloned().partition(split::is_fill_only);
    fills.sort_by_key(summary);
    let mut out = order::order(split::split(server, &others), current);
    let at = out.iter().position(alters).unwrap_or_default();
    out.splice(at..at, fills);
    out
}

/// A step whose effect a later one can only use once it is committed does not run in one transaction with it, in either direction.
fn commit_between(server: &Server, steps: &mut [Step]) {
    for earlier in 0..steps.len() {
        for later in earlier + 1..steps.len() {
            let (first, second) = (&steps[earlier].change, &steps[later].change);
            if backend::must_commit_between(server, first, second)
                || backend::must_commit_between(server, &second.reverse(), &first.reverse())
            {
                steps[earlier].transactional = false;
            }
        }
    }
}
