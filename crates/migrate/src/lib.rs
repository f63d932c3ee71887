//! What a migration crate needs at run time: operations, revision graph, history, runner.

pub mod checksum;
pub mod connect;
pub mod graph;
pub mod history;
pub mod hooks;
pub mod offline;
pub mod operation;
pub mod prelude;
pub mod project;
pub mod revision;
pub mod runner;
pub mod script;
pub mod tenants;
pub mod url;
