//! The flags of `backup`, `restore` and `seed`.

use std::path::PathBuf;

use clap::Args;

use super::Running;

/// Whether a backup is made before anything is touched.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct BackupFirst {
    /// Back up to this folder or store first [default: plimsoll.toml]
    #[arg(id = "backup_first", long = "backup", value_name = "DIR|URL")]
    pub(crate) to: Option<String>,
    /// Do without the backup that plimsoll.toml asks for
    #[arg(long, conflicts_with = "backup_first")]
    pub(crate) no_backup: bool,
}

/// `backup`.
#[derive(Debug, Args)]
pub(crate) struct Backup {
    /// The folder or store [default: plimsoll.toml]
    #[arg(long, value_name = "DIR|URL")]
    pub(crate) to: Option<String>,
}

/// `restore`.
#[derive(Debug, Args)]
pub(crate) struct Restore {
    /// The dump that `backup` wrote, or its manifest
    #[arg(value_name = "FILE|URL")]
    pub(crate) source: String,
    /// Leave out owners and rights (PostgreSQL)
    #[arg(long)]
    pub(crate) no_owner: bool,
}

/// `seed`.
#[derive(Debug, Args)]
pub(crate) struct Seed {
    /// The dump, in SQL, packed with gzip or not
    #[arg(long, value_name = "FILE")]
    pub(crate) dump: PathBuf,
    /// A folder of files to send
    #[arg(long, value_name = "DIR", requires = "to")]
    pub(crate) assets: Option<PathBuf>,
    /// The folder or store they go to
    #[arg(long, value_name = "DIR|URL", requires = "assets")]
    pub(crate) to: Option<String>,
    /// Delete the rows of the tables that the dump fills, in the same transaction
    #[arg(long)]
    pub(crate) replace: bool,
    /// The backup before it.
    #[command(flatten)]
    pub(crate) backup: BackupFirst,
    /// How to run.
    #[command(flatten)]
    pub(crate) running: Running,
}
