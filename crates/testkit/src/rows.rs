//! Rows to put into the tables of a case, and a look at them afterwards.

mod generate;
mod literal;
mod snapshot;

pub use generate::fill;
pub use snapshot::{Snapshot, lost, snapshot};
