//! Whether a service's database is there and at head, as a value; and with the feature `axum` as `/health` and `/ready`.
//!
//! ```no_run
//! # struct Migrator;
//! # #[async_trait::async_trait]
//! # impl plimsoll::prelude::MigratorTrait for Migrator {
//! #     fn migrations() -> Vec<Box<dyn plimsoll::prelude::MigrationTrait>> { vec![] }
//! # }
//! use plimsoll::health::Probe;
//!
//! # async fn probe(db: sea_orm::DatabaseConnection) -> Result<(), Box<dyn std::error::Error>> {
//! let probe = Probe::new(db, &Migrator)?;
//! if !probe.ask().await.is_ready() {
//!     // not yet
//! }
//! # Ok(())
//! # }
//! ```
//!
//! Invariant: nothing is written; a role that may only SELECT is enough. Invariant: an answer comes within the time limit, and no part of
//! it is secret: what the database said is logged, not answered.

use std::sync::Arc;
use std::time::Duration;

use plimsoll_migrate::graph::{Graph, GraphError};
use plimsoll_migrate::history;
use plimsoll_migrate::hooks::Revisions;
use plimsoll_migrate::project::{Project, Standing};
use plimsoll_migrate::runner::{is_of_connection, message};
use sea_orm::{DatabaseConnection, DbErr};
use serde::Serialize;

#[cfg(feature = "axum")]
mod router;

#[cfg(feature = "axum")]
pub use router::router;

/// How long the database may take to answer where nothing else is said.
const LIMIT: Duration = Duration::from_secs(2);

/// Where a service's database stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Health {
    /// Everything in one word.
    pub status: Status,
    /// Revisions of this program that are not applied, in order.
    pub pending: Vec<String>,
    /// Applied revisions that this program does not know: a newer version of it was here.
    pub unknown: Vec<String>,
    /// Why the database is away or its history unreadable, in general words: for everyone to read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<&'static str>,
}

/// Where a service's database stands, in one word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// It answers, and every revision of this program is applied.
    AtHead,
    /// It answers, and revisions are not applied.
    Behind,
    /// It answers, and does not let the history be read.
    Unreadable,
    /// It does not answer.
    Away,
}

impl Health {
    /// Whether the database answers.
    pub fn is_reachable(&self) -> bool {
        match self.status {
            Status::AtHead | Status::Behind | Status::Unreadable => true,
            Status::Away => false,
        }
    }

    /// Whether the service may be sent requests: the database answers and has every revision of this program. Others on top of them are no
    /// reason to take an older replica away during a rollout.
    pub fn is_ready(&self) -> bool {
        match self.status {
            Status::AtHead => true,
            Status::Behind | Status::Unreadable | Status::Away => false,
        }
    }

    fn at(standing: Standing) -> Self {
        Self {
            status: if standing.pending.is_empty() {
                Status::AtHead
            } else {
                Status::Behind
            },
            pending: standing.pending,
            unknown: standing.unknown,
            reason: None,
        }
    }

    fn without(status: Status, reason: &'static str) -> Self {
        Self {
            status,
            pending: Vec::new(),
            unknown: Vec::new(),
            reason: Some(reason),
        }
    }
}

/// Asks an application's pool where its database stands. Clones ask the same pool.
#[derive(Debug, Clone)]
pub struct Probe {
    db: DatabaseConnection,
    graph: Arc<Graph>,
    table: Arc<str>,
    limit: Duration,
}

impl Probe {
    /// Asks this pool about the revisions of this migrator, for at most two seconds.
    ///
    /// # Errors
    /// When the revisions do not form a graph.
    pub fn new(db: DatabaseConnection, migrator: &impl Revisions) -> Result<Self, GraphError> {
        let project = Project::of(migrator)?;
        Ok(Self {
            db,
            graph: Arc::new(project.graph().clone()),
            table: project.table().into(),
            limit: LIMIT,
        })
    }

    /// The same with another time limit.
    #[must_use]
    pub fn within(mut self, limit: Duration) -> Self {
        self.limit = limit;
        self
    }

    /// Whether the database answers, without looking at its history: for a question that is asked often.
    pub async fn is_reachable(&self) -> bool {
        match tokio::time::timeout(self.limit, self.db.ping()).await {
            Ok(Ok(())) => true,
            Ok(Err(error)) => {
                tracing::warn!(error = message(&error), "the database does not answer");
                false
            }
            Err(_) => {
                tracing::warn!(limit = ?self.limit, "the database does not answer in time");
                false
            }
        }
    }

    /// Where the database stands.
    pub async fn ask(&self) -> Health {
        let asking = async {
            self.db.ping().await.map_err(|error| away(&error))?;
            let rows = history::read(&self.db, &self.table).await;
            let rows = rows.map_err(|error| self.unreadable(&error))?;
            Ok(Health::at(Standing::new(&self.graph, rows)))
        };
        match tokio::time::timeout(self.limit, asking).await {
            Ok(Ok(health) | Err(health)) => health,
            Err(_) => {
                tracing::warn!(limit = ?self.limit, "the database does not answer in time");
                Health::without(Status::Away, "no answer in time")
            }
        }
    }

    fn unreadable(&self, error: &DbErr) -> Health {
        if is_of_connection(error) {
            return away(error);
        }
        let table = &*self.table;
        tracing::warn!(
            error = message(error),
            table,
            "the history cannot be read; the role needs the right to SELECT from it"
        );
        Health::without(Status::Unreadable, "the history cannot be read")
    }
}

fn away(error: &DbErr) -> Health {
    tracing::warn!(error = message(error), "the database does not answer");
    Health::without(Status::Away, "no connection")
}
