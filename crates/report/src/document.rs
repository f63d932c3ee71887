//! The JSON documents of the command line, one for each command that reports something.
//!
//! Invariant: fields are added, never renamed or given another meaning; a change that breaks a reader raises [`FORMAT`].

use plimsoll_schema::{Backend, Diagnostic, Flavor, Server, Version};
use serde::Serialize;

use crate::entry::Entry;

mod backup;

pub use backup::{Backup, Seed};

/// The format of all documents.
pub const FORMAT: u32 = 1;

/// `check`, `diff`, `revision --autogenerate`: how models and database differ.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Diff {
    /// [`FORMAT`].
    pub format: u32,
    /// Whether they differ.
    pub differs: bool,
    /// The server the database is on.
    pub server: ServerFacts,
    /// What differs.
    pub changes: Vec<Entry>,
    /// What a person must know.
    pub diagnostics: Vec<Diagnostic>,
    /// The SQL that makes the database what the models state, in order.
    pub up: Vec<String>,
    /// The SQL that takes it back.
    pub down: Vec<String>,
    /// What has to be answered before a revision can be written.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub missing_hints: Vec<MissingHint>,
    /// The file written, where one was.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
}

/// Something goes and something like it comes: what to pass to say which it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct MissingHint {
    /// What would go: `table`, `table.column`, an enum type, or `type.value`.
    pub object: String,
    /// What it may have become, the likeliest first.
    pub candidates: Vec<HintCandidate>,
    /// The flag that says it is really to go.
    pub otherwise: String,
}

/// What something may have become.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct HintCandidate {
    /// Its new name.
    pub name: String,
    /// What speaks for it.
    pub reason: String,
    /// The flag that says so.
    pub pass: String,
}

/// A server.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ServerFacts {
    /// `sqlite`, `postgresql`, `mysql` or `mariadb`.
    pub product: &'static str,
    /// Its version, as `17.0.0`.
    pub version: String,
}

impl From<&Server> for ServerFacts {
    fn from(server: &Server) -> Self {
        let Version(major, minor, patch) = server.version;
        Self {
            product: match (server.backend, server.flavor) {
                (Backend::Sqlite, _) => "sqlite",
                (Backend::Postgres, _) => "postgresql",
                (Backend::Mysql, Flavor::Original) => "mysql",
                (Backend::Mysql, Flavor::MariaDb) => "mariadb",
            },
            version: format!("{major}.{minor}.{patch}"),
        }
    }
}

/// `current`: where the database stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Current {
    /// [`FORMAT`].
    pub format: u32,
    /// The database's address, without secrets.
    pub database: String,
    /// The applied revisions that no other applied one follows.
    pub current: Vec<String>,
    /// The revisions that none follows.
    pub heads: Vec<String>,
    /// Whether all revisions are applied and all applied ones have files.
    pub at_head: bool,
    /// Revisions that are not applied, in order.
    pub pending: Vec<String>,
    /// Applied revisions that have no file.
    pub unknown: Vec<String>,
    /// Applied revisions whose file was edited since.
    pub edited: Vec<String>,
    /// A revision that was begun and not finished.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unfinished: Option<String>,
}

/// `history`, `heads`, `show`: revisions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct History {
    /// [`FORMAT`].
    pub format: u32,
    /// The revisions.
    pub revisions: Vec<Revision>,
}

/// One revision.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Revision {
    /// Its id.
    pub id: String,
    /// What it is for.
    pub message: String,
    /// The revisions it follows.
    pub parents: Vec<String>,
    /// The revisions that follow it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub children: Vec<String>,
    /// The names of the branch that begins with it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub labels: Vec<String>,
    /// The names of the branches it is on.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub branches: Vec<String>,
    /// The revisions that have to be applied before it, though it does not follow them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub depends_on: Vec<String>,
    /// The revisions it stands for.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub replaces: Vec<String>,
    /// Whether several follow it.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub branch_point: bool,
    /// Whether it follows several.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub merge_point: bool,
    /// Whether none follows it.
    pub head: bool,
    /// Whether it is applied; `null` when the database was not asked.
    pub applied: Option<bool>,
    /// Whether it is applied and no other applied one follows it.
    pub current: bool,
    /// Whether its file was edited after it was applied.
    pub edited: bool,
    /// Whether it followed other revisions when it was applied.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub moved: bool,
    /// Whether it has a file.
    pub has_file: bool,
    /// The checksum of its file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub checksum: Option<String>,
    /// When it was applied, in RFC 3339.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub applied_at: Option<String>,
    /// How long that took, in milliseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub duration_ms: Option<i64>,
    /// The user of the operating system who did it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub applied_by: Option<String>,
    /// The tool that did it, and its version.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tool: Option<String>,
}

/// `history --applied`: what was done to a database.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Applied {
    /// [`FORMAT`].
    pub format: u32,
    /// The newest first.
    pub entries: Vec<Happened>,
}

/// One thing that was done, or failed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Happened {
    /// The revision.
    pub revision: String,
    /// `up`, `down`, `stamp` or `unstamp`.
    pub action: String,
    /// `done` or `failed`.
    pub outcome: &'static str,
    /// When, in RFC 3339.
    pub at: Option<String>,
    /// How long it took, in milliseconds.
    pub duration_ms: i64,
    /// The user of the operating system and the machine.
    pub by: Option<String>,
    /// The tool and its version.
    pub tool: Option<String>,
    /// The checksum of the file.
    pub checksum: Option<String>,
    /// What else was said about the run.
    pub note: Option<String>,
}

/// `stamp`: what was written down.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Stamped {
    /// [`FORMAT`].
    pub format: u32,
    /// Revisions that count as applied now and did not before.
    pub applied: Vec<String>,
    /// Revisions that no longer count as applied.
    pub unapplied: Vec<String>,
}

/// `status`: where a database is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Status {
    /// What `current` tells.
    #[serde(flatten)]
    pub current: Current,
    /// Who holds the lock at this moment.
    pub lock: Option<String>,
    /// Whether the database is what was last stated; `null` when that was not looked at.
    pub drift: Option<Vec<String>>,
}

/// `verify`: what was applied, and what the files do now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Verified {
    /// [`FORMAT`].
    pub format: u32,
    /// Whether nothing is wrong.
    pub ok: bool,
    /// Every applied revision.
    pub revisions: Vec<Finding>,
}

/// What `verify` found of one revision.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// The revision.
    pub revision: String,
    /// `same`, `text` (the text differs, what it does is the same), `edited`, `missing`, `moved` or `unknown`.
    pub finding: &'static str,
    /// The finding in words.
    pub message: String,
}

/// `upgrade`, `downgrade`: what was run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Run {
    /// [`FORMAT`].
    pub format: u32,
    /// `up` or `down`.
    pub direction: &'static str,
    /// The revisions run, in order.
    pub revisions: Vec<Ran>,
}

/// A revision that was run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Ran {
    /// Its id.
    pub id: String,
    /// How long it took, in milliseconds.
    pub duration_ms: u64,
}

/// `upgrade --tenants`: how each tenant ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Tenants {
    /// [`FORMAT`].
    pub format: u32,
    /// The tenants, in the order of their names.
    pub tenants: Vec<Tenant>,
}

/// How a tenant ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Tenant {
    /// The schema's name.
    pub schema: String,
    /// `nothing_to_do`, `upgraded`, `failed` or `not_started`.
    pub outcome: &'static str,
    /// The revisions run, in order.
    pub revisions: Vec<Ran>,
    /// What failed, and why.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// What to do about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub help: Option<String>,
}

/// `current --tenants`: where each tenant stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TenantsCurrent {
    /// [`FORMAT`].
    pub format: u32,
    /// The database's address, without secrets.
    pub database: String,
    /// The revisions that none follows.
    pub heads: Vec<String>,
    /// Whether every tenant is at head.
    pub at_head: bool,
    /// The tenants, in the order of their names.
    pub tenants: Vec<TenantCurrent>,
}

/// Where a tenant stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TenantCurrent {
    /// The schema's name.
    pub schema: String,
    /// The applied revisions that no other applied one follows.
    pub current: Vec<String>,
    /// Whether all revisions are applied and all applied ones have files.
    pub at_head: bool,
    /// Revisions that are not applied, in order.
    pub pending: Vec<String>,
    /// Applied revisions that have no file.
    pub unknown: Vec<String>,
    /// Why it is not known where it stands.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
}

/// Any command that failed, on standard error.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Failed {
    /// [`FORMAT`].
    pub format: u32,
    /// The error.
    pub error: Error,
}

/// An error.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Error {
    /// The exit code of the process.
    pub exit_code: u8,
    /// What failed, and why.
    pub message: String,
    /// What to do about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub help: Option<String>,
    /// What blocks, where diagnostics do.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub diagnostics: Vec<Diagnostic>,
    /// What has to be answered, where something has.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub missing_hints: Vec<MissingHint>,
}

/// A document as text, with a line break at its end.
pub fn json(document: &impl Serialize) -> String {
    // The documents hold strings, numbers, booleans and lists only, so that this cannot fail.
    let mut text = serde_json::to_string_pretty(document).unwrap_or_default();
    text.push('\n');
    text
}
