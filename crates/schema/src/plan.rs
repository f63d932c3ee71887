//! A plan: what one backend does, in order, to get from one catalog to another, and back.

use serde::{Deserialize, Serialize};

use crate::{Change, Diagnostic, Server};

/// Ordered steps. Everything that is shown or written about a migration is a rendering of these.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    /// The server the SQL is for.
    pub server: Server,
    /// The steps, in the order of `up`.
    pub steps: Vec<Step>,
    /// What a reviewer must know.
    pub diagnostics: Vec<Diagnostic>,
}

/// How one change is carried out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// What changes; `down` carries out its reverse.
    pub change: Change,
    /// SQL that makes the change.
    pub up: Vec<String>,
    /// SQL that takes it back.
    pub down: Vec<String>,
    /// Whether it may run inside a transaction (PostgreSQL's ALTER TYPE … ADD VALUE and CONCURRENTLY may not).
    pub transactional: bool,
    /// The change in words, without a period.
    pub summary: String,
}

impl Plan {
    /// Whether there is nothing to do.
    pub fn is_empty(&self) -> bool {
        self.steps.is_empty()
    }

    /// The SQL of `up`, in order.
    pub fn up(&self) -> impl Iterator<Item = &str> {
        self.steps
            .iter()
            .flat_map(|step| &step.up)
            .map(String::as_str)
    }

    /// The SQL of `down`, in order: the steps backwards.
    pub fn down(&self) -> impl Iterator<Item = &str> {
        self.steps
            .iter()
            .rev()
            .flat_map(|step| &step.down)
            .map(String::as_str)
    }
}
