//! The words of the commands that run revisions.

use clap::Args;

use super::super::tenants::Tenants;
use super::BackupFirst;

/// `upgrade`.
#[derive(Debug, Args)]
pub(crate) struct Upgrade {
    /// head, +N, a revision, or steps from one (head-1)
    #[arg(
        default_value = "head",
        value_name = "TARGET",
        allow_negative_numbers = true
    )]
    pub(crate) target: String,
    /// Go on although an applied file was edited
    #[arg(long)]
    pub(crate) allow_edited: bool,
    /// Write a script instead of running anything; TARGET is then A:B, or B from the base
    #[arg(long, conflicts_with = "tenants")]
    pub(crate) sql: bool,
    /// How to run.
    #[command(flatten)]
    pub(crate) running: Running,
    /// The backup before it.
    #[command(flatten)]
    pub(crate) backup: BackupFirst,
    /// Many schemas instead of one.
    #[command(flatten)]
    pub(crate) tenants: Tenants,
}

/// `downgrade`.
#[derive(Debug, Args)]
pub(crate) struct Downgrade {
    /// -N, base, a revision that stays applied, or steps from one (current-1)
    #[arg(value_name = "TARGET", allow_negative_numbers = true)]
    pub(crate) target: String,
    /// Write a script instead of running anything; TARGET is then A:B, from A down to B
    #[arg(long)]
    pub(crate) sql: bool,
    /// How to run.
    #[command(flatten)]
    pub(crate) running: Running,
}

/// How revisions are run.
#[derive(Debug, Clone, Args)]
pub(crate) struct Running {
    /// How long to wait for another run, in seconds
    #[arg(long, default_value_t = 60, value_name = "SECONDS")]
    pub(crate) lock_timeout: u64,
    /// How long a statement may wait for what others hold, in seconds; 0 is the server's own setting
    #[arg(long, default_value_t = 5, value_name = "SECONDS")]
    pub(crate) lock_wait: u64,
    /// How long a statement may run, in seconds [default: the server's own setting]
    #[arg(long, value_name = "SECONDS")]
    pub(crate) statement_timeout: Option<u64>,
    /// How often what others hold is asked for
    #[arg(long, default_value_t = 10, value_name = "NUMBER", value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) attempts: u32,
    /// All revisions in one transaction (SQLite, PostgreSQL)
    #[arg(long)]
    pub(crate) single_transaction: bool,
}

impl Default for Running {
    fn default() -> Self {
        Self {
            lock_timeout: 60,
            lock_wait: 5,
            statement_timeout: None,
            attempts: 10,
            single_transaction: false,
        }
    }
}
