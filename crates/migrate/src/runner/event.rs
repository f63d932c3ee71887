//! What a run tells.

use std::time::Duration;

use super::Holder;

/// What a run tells while it runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// Another run holds the lock; who, where that can be known.
    Waiting(Option<Holder>),
    /// A revision begins.
    Started(String),
    /// A revision that was begun before goes on: its id, how many statements are done, and of how many.
    Resumed(String, usize, usize),
    /// An index that a broken run left behind and that is not valid was dropped, by this statement.
    Cleared(String),
    /// Somebody else holds what a statement needs; it is tried again after that time.
    Retrying(String, Duration),
    /// A revision is done.
    Done(Done),
    /// The hook after a run that failed failed too; why.
    HookFailed(String),
    /// Another run did it while this one waited.
    Skipped(String),
}

/// A revision that was run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Done {
    /// Its id.
    pub revision: String,
    /// How long it took.
    pub duration: Duration,
}

/// What a run tells, to whoever listens.
pub type Tell<'a> = dyn FnMut(&Event) + Send + 'a;
