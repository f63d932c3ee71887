//! What `backup`, `restore` and `seed` report.

use serde::Serialize;

/// `backup`, `restore`: the backup that was made, or put back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Backup {
    /// [`FORMAT`](super::FORMAT).
    pub format: u32,
    /// The dump, as `restore` takes it.
    pub file: String,
    /// When it was made, in UTC.
    pub created_at: String,
    /// SHA-256 of the dump, in hexadecimal digits.
    pub sha256: String,
    /// Its size in bytes.
    pub size: u64,
    /// The revisions applied, in the order of application.
    pub revisions: Vec<String>,
}

/// `seed`: what was loaded and sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Seed {
    /// [`FORMAT`](super::FORMAT).
    pub format: u32,
    /// The dump.
    pub dump: String,
    /// SHA-256 of the unpacked dump, in hexadecimal digits.
    pub sha256: String,
    /// Whether it was loaded by an earlier run.
    pub was_loaded: bool,
    /// How many of its statements this run carried out.
    pub statements: u64,
    /// The backup made before it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub backup: Option<String>,
    /// Files that were sent.
    pub files_sent: u64,
    /// Files that were there already.
    pub files_there: u64,
}
