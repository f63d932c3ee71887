//! Files beside a database: a folder of them brought to a place.
//!
//! Invariant: a file that is there already, with the same size and checksum, is not sent again; so what was interrupted goes on.

use std::io::Read as _;
use std::path::{Path, PathBuf};

use futures_util::StreamExt as _;
use plimsoll_migrate::runner::Stop;

use crate::Tell;
use crate::error::BackupError;
use crate::pack::Hash;
use crate::place::Place;
use crate::store::Store;

/// How many files are under way at once.
const AT_ONCE: usize = 4;

/// A file to send.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asset {
    /// Where it is.
    pub path: PathBuf,
    /// Its name in the place: its path below the folder, with `/`.
    pub name: String,
    /// Its size in bytes.
    pub size: u64,
}

/// What was sent.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Sent {
    /// Files that were sent.
    pub files: u64,
    /// Their bytes.
    pub bytes: u64,
    /// Files that were there already.
    pub there: u64,
}

impl Asset {
    /// The files of a folder and those below it, in the order of their names.
    ///
    /// # Errors
    /// When a folder cannot be read, or a name is not text.
    pub fn list(folder: &Path) -> Result<Vec<Self>, BackupError> {
        let mut out = Vec::new();
        collect(folder, "", &mut out)?;
        out.sort_by(|one, other| one.name.cmp(&other.name));
        Ok(out)
    }

    fn sha256(&self) -> Result<String, BackupError> {
        let failed = |error: std::io::Error| BackupError::file("read", &self.path, &error);
        let mut file = std::fs::File::open(&self.path).map_err(failed)?;
        let mut hash = Hash::default();
        let mut piece = vec![0; 256 * 1024];
        loop {
            match file.read(&mut piece).map_err(failed)? {
                0 => return Ok(hash.finish().0),
                length => hash.push(&piece[..length]),
            }
        }
    }
}

fn collect(folder: &Path, prefix: &str, out: &mut Vec<Asset>) -> Result<(), BackupError> {
    let failed = |error: std::io::Error| BackupError::file("read the folder", folder, &error);
    for entry in std::fs::read_dir(folder).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        let path = entry.path();
        let Some(own) = path.file_name().and_then(|name| name.to_str()) else {
            let error = std::io::Error::other("its name is not UTF-8");
            return Err(BackupError::file("name", &path, &error));
        };
        let name = format!("{prefix}{own}");
        // Follows links, as whoever made one wants it.
        let metadata =
            std::fs::metadata(&path).map_err(|error| BackupError::file("read", &path, &error))?;
        if metadata.is_dir() {
            collect(&path, &format!("{name}/"), out)?;
        } else {
            let size = metadata.len();
            out.push(Asset { path, name, size });
        }
    }
    Ok(())
}

/// Asks the place whether it lets us in, sending nothing.
///
/// # Errors
/// When it does not.
pub async fn reach(assets: &[Asset], place: &Place) -> Result<(), BackupError> {
    let store = place.open(true)?;
    match assets.first() {
        Some(asset) => store.known(&asset.name).await.map(|_| ()),
        None => Ok(()),
    }
}

/// Sends what is not there yet. `tell` hears how many bytes are done with, sent or there.
///
/// # Errors
/// When a file cannot be read or the place refuses; what was sent before stays, and is not sent again by the next run.
pub async fn upload(
    assets: &[Asset],
    place: &Place,
    stop: &Stop,
    tell: &mut Tell<'_>,
) -> Result<Sent, BackupError> {
    let store = place.open(true)?;
    let mut sent = Sent::default();
    let mut done = 0;
    let all = futures_util::stream::iter(assets)
        .map(|asset| one(asset, &store))
        .buffer_unordered(AT_ONCE);
    let mut all = std::pin::pin!(all);
    loop {
        let next = tokio::select! {
            next = all.next() => next,
            () = stop.asked() => return Err(BackupError::Interrupted {
                action: "send the files",
                help: "what was sent stays; run it again for the rest",
            }),
        };
        let Some(next) = next else {
            return Ok(sent);
        };
        let (size, is_new) = next?;
        if is_new {
            sent.files += 1;
            sent.bytes += size;
        } else {
            sent.there += 1;
        }
        done += size;
        tell(done);
    }
}

/// Sends one file, if it is not there: its size, and whether it was sent.
async fn one(asset: &Asset, store: &Store) -> Result<(u64, bool), BackupError> {
    let sha256 = asset.sha256()?;
    if is_there(asset, &sha256, store).await? {
        return Ok((asset.size, false));
    }
    let failed = |error: std::io::Error| BackupError::file("read", &asset.path, &error);
    let mut file = std::fs::File::open(&asset.path).map_err(failed)?;
    let mut upload = store.upload(&asset.name, Some(&sha256)).await?;
    let mut piece = vec![0; 256 * 1024];
    loop {
        let pushed = match file.read(&mut piece) {
            Ok(0) => break,
            Ok(length) => upload.push(&piece[..length]).await,
            Err(error) => Err(failed(error)),
        };
        if let Err(error) = pushed {
            upload.abort().await;
            return Err(error);
        }
    }
    upload.finish().await?;
    Ok((asset.size, true))
}

async fn is_there(asset: &Asset, sha256: &str, store: &Store) -> Result<bool, BackupError> {
    let Some(known) = store.known(&asset.name).await? else {
        return Ok(false);
    };
    if known.size != asset.size {
        return Ok(false);
    }
    if store.folder().is_none() {
        // What another program put there has no checksum, and is sent again.
        return Ok(known.sha256.as_deref() == Some(sha256));
    }
    let mut pieces = store.read(&asset.name).await?;
    let mut hash = Hash::default();
    while let Some(piece) = pieces.next().await {
        hash.push(&piece?);
    }
    Ok(hash.finish().0 == sha256)
}
