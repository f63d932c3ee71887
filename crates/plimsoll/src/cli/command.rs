//! The commands, grouped by what they touch.

pub(crate) mod backup;
pub(crate) mod compare;
pub(crate) mod init;
pub(crate) mod revision;
pub(crate) mod run;
pub(crate) mod seed;
pub(crate) mod standing;
