//! The words of the commands about the graph and the history.

use clap::Args;

/// `history`.
#[derive(Debug, Default, Args)]
pub(crate) struct History {
    /// Only the revisions from A to B
    #[arg(short = 'r', long, value_name = "A:B", allow_hyphen_values = true)]
    pub(crate) range: Option<String>,
    /// Mark what is applied; it is marked anyway where the database answers
    #[arg(short = 'i', long)]
    pub(crate) indicate_current: bool,
    /// What was done to the database, the newest first
    #[arg(long, conflicts_with = "range")]
    pub(crate) applied: bool,
}

/// `show`.
#[derive(Debug, Args)]
pub(crate) struct Show {
    /// head, current, a revision, or steps from one
    #[arg(
        default_value = "current",
        value_name = "REVISION",
        allow_negative_numbers = true
    )]
    pub(crate) revision: String,
}

/// `heads`.
#[derive(Debug, Args)]
pub(crate) struct Heads {
    /// Leave out those that another revision depends on
    #[arg(long)]
    pub(crate) resolve_dependencies: bool,
}

/// `merge`.
#[derive(Debug, Args)]
pub(crate) struct Merge {
    /// The revisions to join; `heads` is all of them
    #[arg(required = true, value_name = "REVISION")]
    pub(crate) revisions: Vec<String>,
    /// What it is for; names the file
    #[arg(short, long, value_name = "TEXT")]
    pub(crate) message: Option<String>,
    /// Where in the graph.
    #[command(flatten)]
    pub(crate) place: Placing,
    /// Show everything, write nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// The time in the file's name, as 2026-01-31T12:00:00Z [default: SOURCE_DATE_EPOCH, then now]
    #[arg(long, value_name = "TIME")]
    pub(crate) at: Option<String>,
}

/// `rebase`.
#[derive(Debug, Args)]
pub(crate) struct Rebase {
    /// The head that moves, with all that only it leads to
    #[arg(value_name = "HEAD")]
    pub(crate) head: Option<String>,
    /// The head that it comes after [default: the other one, where there are two]
    #[arg(long, value_name = "OTHER")]
    pub(crate) onto: Option<String>,
    /// Prove and show everything, write nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
}

/// `squash`.
#[derive(Debug, Args)]
pub(crate) struct Squash {
    /// The revisions from A to B, both included
    #[arg(value_name = "A:B")]
    pub(crate) range: String,
    /// What it is for; names the file
    #[arg(short, long, value_name = "TEXT")]
    pub(crate) message: String,
    /// Where in the graph.
    #[command(flatten)]
    pub(crate) place: Placing,
    /// Leave out what the revisions do beyond tables
    #[arg(long)]
    pub(crate) leave_out: bool,
    /// Show everything, write nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// The time in the file's name, as 2026-01-31T12:00:00Z [default: SOURCE_DATE_EPOCH, then now]
    #[arg(long, value_name = "TIME")]
    pub(crate) at: Option<String>,
}

/// Where a new revision stands in the graph.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct Placing {
    /// Let it begin or follow a line where another goes on already
    #[arg(long)]
    pub(crate) splice: bool,
    /// Name of the branch that begins with it; repeatable
    #[arg(long, value_name = "LABEL")]
    pub(crate) branch_label: Vec<String>,
    /// Revision or label that has to be applied before it; repeatable
    #[arg(long, value_name = "REVISION")]
    pub(crate) depends_on: Vec<String>,
    /// Its id [default: from the time and the message]
    #[arg(long, value_name = "ID")]
    pub(crate) rev_id: Option<String>,
}

/// `stamp`.
#[derive(Debug, Args)]
pub(crate) struct Stamp {
    /// head, heads, base, revisions, LABEL@head; with --sql also A:B
    #[arg(required = true, value_name = "REVISION")]
    pub(crate) revisions: Vec<String>,
    /// Forget everything first, also what has no file
    #[arg(long, conflicts_with = "sql")]
    pub(crate) purge: bool,
    /// Write a script instead
    #[arg(long)]
    pub(crate) sql: bool,
}

/// `repair`.
#[derive(Debug, Args)]
#[command(group = clap::ArgGroup::new("how").multiple(false))]
pub(crate) struct Repair {
    /// The revision to be repaired
    #[arg(value_name = "REVISION", requires = "how")]
    pub(crate) revision: Option<String>,
    /// It is as if it had been run to its end
    #[arg(long, group = "how", requires = "revision")]
    pub(crate) done: bool,
    /// It is as if it had not been begun
    #[arg(long, group = "how", requires = "revision")]
    pub(crate) undone: bool,
    /// The statement it was killed in was carried out
    #[arg(long, group = "how", requires = "revision")]
    pub(crate) statement_done: bool,
    /// The statement it was killed in was not carried out
    #[arg(long, group = "how", requires = "revision")]
    pub(crate) statement_undone: bool,
    /// The file as it is now is what was applied
    #[arg(long, group = "how", requires = "revision")]
    pub(crate) accept: bool,
    /// The database forgets a revision that has no file
    #[arg(long, group = "how", requires = "revision")]
    pub(crate) forget: bool,
}

/// `edit`.
#[derive(Debug, Args)]
pub(crate) struct Edit {
    /// head, current, a revision, or steps from one
    #[arg(
        default_value = "head",
        value_name = "REVISION",
        allow_hyphen_values = true
    )]
    pub(crate) revision: String,
}

/// `ensure-version`.
#[derive(Debug, Args)]
pub(crate) struct EnsureVersion {
    /// Write a script instead
    #[arg(long)]
    pub(crate) sql: bool,
}
