//! What the workspace's tests stand on: case files, throw-away databases, and the invariants that every case proves.
//!
//! Invariant: a database that a test needs and cannot have is a failure that says what to do, never a silent skip.

pub mod case;
pub mod changes;
pub mod golden;
pub mod invariants;
pub mod oracle;
pub mod pairs;
pub mod random;
pub mod recorder;
pub mod requires;
pub mod rows;
pub mod servers;
pub mod sql_pairs;
mod steps;
pub mod text;
