//! Where backups and files go: a folder, or a store such as S3.
//!
//! Invariant: a file appears under its name when it is whole, or not at all.
//! Invariant: neither `Display` nor an error shows what gives access to a store; it comes from the environment, never from the address.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use object_store::ObjectStore;
use object_store::local::LocalFileSystem;
use url::Url;

use crate::error::BackupError;
use crate::store::Store;
use crate::tool::decoded;

/// A folder, or a bucket and a prefix in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// A folder of this machine.
    Folder(PathBuf),
    /// A bucket of an S3-compatible store, and what the names in it begin with.
    S3 {
        /// The bucket.
        bucket: String,
        /// Without a `/` at either end.
        prefix: String,
    },
}

const FORMS: &str = "write a folder, file:///folder or s3://bucket/prefix";

impl Place {
    /// Reads one. A relative folder is taken from `base`. What cannot be read is not repeated: it may hold a secret.
    ///
    /// # Errors
    /// When it is none of the forms.
    pub fn parse(text: &str, base: &Path) -> Result<Self, BackupError> {
        let refused = |shown: &str, reason: &str, help: &str| BackupError::Place {
            shown: shown.to_owned(),
            reason: reason.to_owned(),
            help: help.to_owned(),
        };
        let Some((scheme, rest)) = text.split_once("://") else {
            if text.is_empty() {
                return Err(refused("", "it is empty", FORMS));
            }
            return Ok(Self::Folder(base.join(text)));
        };
        match scheme {
            "file" => Ok(Self::Folder(base.join(decoded(rest)))),
            "s3" => {
                let url = Url::parse(text)
                    .map_err(|error| refused("s3://…", &error.to_string(), FORMS))?;
                if !url.username().is_empty() || url.password().is_some() || url.query().is_some() {
                    return Err(refused(
                        "s3://…",
                        "it holds more than a bucket and a prefix",
                        "give the keys in AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, and the server in AWS_ENDPOINT_URL",
                    ));
                }
                let bucket = url.host_str().unwrap_or_default().to_owned();
                if bucket.is_empty() {
                    return Err(refused(text, "the bucket is missing", FORMS));
                }
                let prefix = decoded(url.path()).trim_matches('/').to_owned();
                Ok(Self::S3 { bucket, prefix })
            }
            other => Err(refused(
                &format!("{other}://…"),
                "there is no such kind of place",
                FORMS,
            )),
        }
    }

    /// The place one file is in, and the file's name.
    ///
    /// # Errors
    /// When there is no name.
    pub fn split(self) -> Result<(Self, String), BackupError> {
        let shown = self.to_string();
        let nameless = || BackupError::Place {
            shown,
            reason: "it names no file".into(),
            help: "give the backup's own name, as `backup` printed it".into(),
        };
        match self {
            Self::Folder(path) => match (path.parent(), path.file_name()) {
                (Some(parent), Some(name)) => Ok((
                    Self::Folder(parent.to_owned()),
                    name.to_string_lossy().into_owned(),
                )),
                (None, _) | (_, None) => Err(nameless()),
            },
            Self::S3 { bucket, prefix } => {
                let (prefix, name) = prefix.rsplit_once('/').unwrap_or(("", &prefix));
                if name.is_empty() {
                    return Err(nameless());
                }
                let (prefix, name) = (prefix.to_owned(), name.to_owned());
                Ok((Self::S3 { bucket, prefix }, name))
            }
        }
    }

    /// Opens it. A folder that is not there is made when something is to be written, for this user alone.
    ///
    /// # Errors
    /// When there is no folder and none can be made, or the store's configuration is not understood.
    pub(crate) fn open(&self, write: bool) -> Result<Store, BackupError> {
        match self {
            Self::Folder(path) => {
                if write {
                    make_folder(path).map_err(|error| self.refused("make the folder", &error))?;
                }
                let folder = LocalFileSystem::new_with_prefix(path)
                    .map_err(|error| self.refused("open the folder", &error))?
                    .with_fsync(true);
                Ok(Store::new(Arc::new(folder), "", self.clone()))
            }
            Self::S3 { bucket, prefix } => Ok(Store::new(bucket_of(bucket)?, prefix, self.clone())),
        }
    }

    fn refused(&self, action: &'static str, error: &dyn std::error::Error) -> BackupError {
        BackupError::Store {
            action,
            name: self.to_string(),
            reason: crate::store::innermost(error),
            help: "check the path, and that this user may write there".into(),
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Folder(path) => write!(f, "{}", path.display()),
            Self::S3 { bucket, prefix } if prefix.is_empty() => write!(f, "s3://{bucket}"),
            Self::S3 { bucket, prefix } => write!(f, "s3://{bucket}/{prefix}"),
        }
    }
}

#[cfg(unix)]
fn make_folder(path: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::DirBuilderExt as _;
    std::fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(path)
}

#[cfg(not(unix))]
fn make_folder(path: &Path) -> std::io::Result<()> {
    std::fs::create_dir_all(path)
}

/// A store's keys, region and endpoint come from the environment, in AWS's own variables.
#[cfg(feature = "s3")]
fn bucket_of(bucket: &str) -> Result<Arc<dyn ObjectStore>, BackupError> {
    use object_store::RetryConfig;
    use object_store::aws::AmazonS3Builder;
    // By default it would try for three minutes to reach a store that is not there.
    let retry = RetryConfig {
        max_retries: 3,
        retry_timeout: std::time::Duration::from_secs(30),
        ..RetryConfig::default()
    };
    let store = AmazonS3Builder::from_env()
        .with_bucket_name(bucket)
        .with_retry(retry)
        .build()
        .map_err(|error| BackupError::Store {
            action: "open the store",
            name: format!("s3://{bucket}"),
            reason: crate::store::innermost(&error),
            help: crate::store::KEYS.into(),
        })?;
    Ok(Arc::new(store))
}

#[cfg(not(feature = "s3"))]
fn bucket_of(bucket: &str) -> Result<Arc<dyn ObjectStore>, BackupError> {
    Err(without_s3(bucket))
}

/// What a build without the feature says.
#[cfg(any(test, not(feature = "s3")))]
fn without_s3(bucket: &str) -> BackupError {
    BackupError::Place {
        shown: format!("s3://{bucket}"),
        reason: "this program was built without the feature `s3`".into(),
        help: "give plimsoll the feature in the Cargo.toml of the migrations crate: plimsoll = { version = \"…\", features = [\"s3\"] }".into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places() {
        let told = |text: &str| match Place::parse(text, Path::new("/base")) {
            Ok(place) => match place.clone().split() {
                Ok((folder, name)) => format!("{place} = {folder} and {name}"),
                Err(error) => format!("{place}; failed to {error}"),
            },
            Err(error) => format!("failed to {error}\n  {}", error.help()),
        };
        let all = [
            "backups",
            "/var/backups/a b.sql.gz",
            "file:///var/backups",
            "file:///var/a%20b+c",
            "s3://bucket",
            "s3://bucket/one/two/",
            "s3://",
            "s3://key:hush@bucket/prefix",
            "s3://bucket/prefix?secret=hush",
            "gs://hush/prefix",
            "",
        ]
        .map(|text| told(text) + "\n")
        .concat();
        assert!(!all.contains("hush"), "{all}");
        insta::assert_snapshot!(all);
        let error = without_s3("bucket");
        insta::assert_snapshot!(format!("failed to {error}\n  {}", error.help()), @r#"
        failed to go to `s3://bucket`: this program was built without the feature `s3`
          give plimsoll the feature in the Cargo.toml of the migrations crate: plimsoll = { version = "…", features = ["s3"] }
        "#);
    }
}
