//! The commands, grouped by what they touch.

pub(crate) mod backup;
pub(crate) mod compare;
pub(crate) mod edit;
pub(crate) mod init;
pub(crate) mod merge;
pub(crate) mod offline;
mod placing;
pub(crate) mod rebase;
pub(crate) mod repair;
pub(crate) mod revision;
pub(crate) mod run;
pub(crate) mod seed;
pub(crate) mod squash;
pub(crate) mod stamp;
pub(crate) mod standing;
pub(crate) mod status;
