//! How a run is carried out.

use std::time::Duration;

/// How to run.
#[derive(Debug, Clone)]
pub struct Options {
    /// How long to wait for another run.
    pub patience: Duration,
    /// How long a statement may wait for a lock that others hold (PostgreSQL's `lock_timeout`, MySQL's `lock_wait_timeout`): while it
    /// waits, everybody else waits behind it. `None` is the server's own setting.
    pub lock_timeout: Option<Duration>,
    /// How long a statement may run (PostgreSQL's `statement_timeout`, MariaDB's `max_statement_time`). `None` is the server's own
    /// setting.
    pub statement_timeout: Option<Duration>,
    /// How often what met a lock is tried, at least once.
    pub attempts: u32,
    /// All revisions in one transaction.
    pub single_transaction: bool,
    /// Go on with a statement whose text was changed since it failed.
    pub allow_edited: bool,
    /// Whether the application's hooks run; they do unless stated.
    pub runs_hooks: bool,
    /// What the history is to remember of this run.
    pub note: Option<String>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            patience: Duration::from_mins(1),
            lock_timeout: Some(Duration::from_secs(5)),
            statement_timeout: None,
            attempts: 10,
            single_transaction: false,
            allow_edited: false,
            runs_hooks: true,
            note: None,
        }
    }
}
