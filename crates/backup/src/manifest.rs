//! What stands beside a dump: what it is of, and how to see that it is still what it was.
//!
//! Invariant: it holds no secret.

use plimsoll_schema::Backend;
use serde::{Deserialize, Serialize};

use crate::error::BackupError;
use crate::pack::Packed;
use crate::store::Store;

/// The newest format that is understood here.
const FORMAT: u32 = 1;

/// What a manifest's name ends in, after the dump's.
const ENDING: &str = ".json";

/// What stands beside a dump.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// The format of this file.
    pub format: u32,
    /// The dump's file name.
    pub dump: String,
    /// What the dump is of.
    pub backend: Backend,
    /// The database's name.
    pub database: String,
    /// The server's version, in its own words.
    pub server: String,
    /// What wrote the dump.
    pub dumped_with: String,
    /// The version of Plimsoll.
    pub plimsoll: String,
    /// When it was made, in UTC.
    pub created_at: String,
    /// The revisions applied, in the order of application.
    pub revisions: Vec<String>,
    /// Checksum and sizes of the dump.
    #[serde(flatten)]
    pub packed: Packed,
}

impl Manifest {
    pub(crate) const FORMAT: u32 = FORMAT;

    /// The manifest's name for a dump, or for itself.
    pub(crate) fn name(file: &str) -> String {
        let dump = file.strip_suffix(ENDING).unwrap_or(file);
        format!("{dump}{ENDING}")
    }

    /// Reads the one beside a dump.
    pub(crate) async fn read(store: &Store, file: &str) -> Result<Self, BackupError> {
        let name = Self::name(file);
        let broken = |reason: String, help: &str| BackupError::Broken {
            name: store.shown(&name),
            reason,
            help: help.into(),
        };
        if store.known(&name).await?.is_none() {
            return Err(broken(
                "there is no manifest of that name beside the dump".into(),
                "give a file that `backup` wrote; a dump without its manifest is what a backup left that did not come to its end",
            ));
        }
        let bytes = store.read_small(&name).await?;
        let told = "it was changed, or is not a manifest of Plimsoll's: take another backup";
        let manifest: Self = serde_json::from_slice(&bytes)
            .map_err(|error| broken(format!("it is not a manifest ({error})"), told))?;
        if manifest.format > FORMAT {
            let reason = format!(
                "it is of format {}, and {FORMAT} is the newest known here",
                manifest.format
            );
            return Err(broken(reason, "use the version of Plimsoll that made it"));
        }
        Ok(manifest)
    }

    /// Writes it, which makes the dump a backup.
    pub(crate) async fn write(&self, store: &Store) -> Result<(), BackupError> {
        let mut text = serde_json::to_string_pretty(self).unwrap_or_default();
        text.push('\n');
        store
            .put(&Self::name(&self.dump), text.into_bytes(), None)
            .await
    }
}
