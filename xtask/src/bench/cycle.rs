//! stub
use clap::Args;
use crate::command::Failure;
#[derive(Debug, Args)]
pub(super) struct Options {}
pub(super) fn run(_: &Options) -> Result<(), Failure> { Ok(()) }
