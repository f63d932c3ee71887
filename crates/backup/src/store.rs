//! An opened place: files written whole, read in pieces.

use std::error::Error;
use std::sync::Arc;

use futures_util::StreamExt as _;
use futures_util::stream::{BoxStream, FuturesUnordered};
use object_store::path::Path;
use object_store::{
    Attribute, Attributes, GetOptions, MultipartUpload, ObjectStore, ObjectStoreExt as _,
    PutMultipartOptions, PutOptions, PutPayload, UploadPart,
};

use crate::error::BackupError;
use crate::place::Place;

/// What a store needs to know who asks.
pub(crate) const KEYS: &str = "set AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_REGION, for a store that is not Amazon's AWS_ENDPOINT_URL, \
     and where that is no https address AWS_ALLOW_HTTP=true";

/// The size of a part in bytes; S3 takes 10,000 of them, of at least 5 MiB.
const PART: usize = 16 * 1024 * 1024;

/// How many parts are under way while the next one fills: at most three are in memory.
const AT_ONCE: usize = 1;

/// The most a small file holds, in bytes: a manifest.
const SMALL: u64 = 16 * 1024 * 1024;

/// The name of the metadata in which an object's checksum stands.
const SHA256: &str = "sha256";

/// An opened place.
#[derive(Debug, Clone)]
pub(crate) struct Store {
    inner: Arc<dyn ObjectStore>,
    prefix: String,
    place: Place,
}

/// What a store knows of one of its objects.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Known {
    /// Its size in bytes.
    pub(crate) size: u64,
    /// The checksum it was put with.
    pub(crate) sha256: Option<String>,
}

impl Store {
    pub(crate) fn new(inner: Arc<dyn ObjectStore>, prefix: &str, place: Place) -> Self {
        Self {
            inner,
            prefix: prefix.to_owned(),
            place,
        }
    }

    /// A name as a person would write it.
    pub(crate) fn shown(&self, name: &str) -> String {
        format!("{}/{name}", self.place)
    }

    fn path(&self, name: &str) -> Result<Path, BackupError> {
        let whole = if self.prefix.is_empty() {
            name.to_owned()
        } else {
            format!("{}/{name}", self.prefix)
        };
        Path::parse(whole).map_err(|error| BackupError::Store {
            action: "name",
            name: self.shown(name),
            reason: error.to_string(),
            help: "give it another name".into(),
        })
    }

    fn refused(
        &self,
        action: &'static str,
        name: &str,
    ) -> impl Fn(object_store::Error) -> BackupError + use<> {
        let (name, place) = (self.shown(name), self.place.clone());
        move |error| refused(action, &name, &place, &error)
    }

    /// Begins a file that may be large. It is there when [`Upload::finish`] came back.
    pub(crate) async fn upload(
        &self,
        name: &str,
        sha256: Option<&str>,
    ) -> Result<Upload, BackupError> {
        let options = PutMultipartOptions {
            attributes: self.attributes(sha256),
            ..PutMultipartOptions::default()
        };
        let inner = self
            .inner
            .put_multipart_opts(&self.path(name)?, options)
            .await
            .map_err(self.refused("write", name))?;
        Ok(Upload {
            inner,
            waiting: Vec::new(),
            parts: FuturesUnordered::new(),
            name: self.shown(name),
            place: self.place.clone(),
        })
    }

    /// Writes a small file at once.
    pub(crate) async fn put(
        &self,
        name: &str,
        bytes: Vec<u8>,
        sha256: Option<&str>,
    ) -> Result<(), BackupError> {
        let options = PutOptions {
            attributes: self.attributes(sha256),
            ..PutOptions::default()
        };
        self.inner
            .put_opts(&self.path(name)?, PutPayload::from(bytes), options)
            .await
            .map_err(self.refused("write", name))?;
        Ok(())
    }

    /// A folder's files have no metadata.
    fn attributes(&self, sha256: Option<&str>) -> Attributes {
        match (&self.place, sha256) {
            (Place::S3 { .. }, Some(sha256)) => {
                Attributes::from_iter([(Attribute::Metadata(SHA256.into()), sha256.to_owned())])
            }
            (Place::S3 { .. }, None) | (Place::Folder(_), _) => Attributes::new(),
        }
    }

    /// Reads a file piece by piece.
    pub(crate) async fn read(
        &self,
        name: &str,
    ) -> Result<BoxStream<'static, Result<Vec<u8>, BackupError>>, BackupError> {
        let refused = self.refused("read", name);
        let found = self.inner.get(&self.path(name)?).await.map_err(&refused)?;
        Ok(found
            .into_stream()
            .map(move |piece| piece.map(|bytes| bytes.to_vec()).map_err(&refused))
            .boxed())
    }

    /// Reads a small file.
    pub(crate) async fn read_small(&self, name: &str) -> Result<Vec<u8>, BackupError> {
        let mut pieces = self.read(name).await?;
        let mut out = Vec::new();
        while let Some(piece) = pieces.next().await {
            out.extend(piece?);
            if out.len() as u64 > SMALL {
                return Err(BackupError::Broken {
                    name: self.shown(name),
                    reason: "it is too large for what it should be".into(),
                    help: "give the file that `backup` wrote".into(),
                });
            }
        }
        Ok(out)
    }

    /// What is known of a file; `None` when there is none.
    pub(crate) async fn known(&self, name: &str) -> Result<Option<Known>, BackupError> {
        let options = GetOptions::new().with_head(true);
        match self.inner.get_opts(&self.path(name)?, options).await {
            Ok(found) => Ok(Some(Known {
                size: found.meta.size,
                sha256: found
                    .attributes
                    .get(&Attribute::Metadata(SHA256.into()))
                    .map(|value| value.as_ref().to_owned()),
            })),
            Err(object_store::Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(self.refused("look at", name)(error)),
        }
    }

    /// Removes a file that turned out to be worth nothing; if that fails it stays, and nothing refers to it.
    pub(crate) async fn discard(&self, name: &str) {
        if let Ok(path) = self.path(name) {
            let _ = self.inner.delete(&path).await;
        }
    }

    /// The folder, when it is one.
    pub(crate) fn folder(&self) -> Option<&std::path::Path> {
        match &self.place {
            Place::Folder(path) => Some(path),
            Place::S3 { .. } => None,
        }
    }
}

/// A file that is being written.
#[derive(Debug)]
pub(crate) struct Upload {
    inner: Box<dyn MultipartUpload>,
    waiting: Vec<u8>,
    parts: FuturesUnordered<UploadPart>,
    name: String,
    place: Place,
}

impl Upload {
    /// Adds to it.
    pub(crate) async fn push(&mut self, bytes: &[u8]) -> Result<(), BackupError> {
        self.waiting.extend_from_slice(bytes);
        if self.waiting.len() >= PART {
            self.send().await?;
        }
        Ok(())
    }

    async fn send(&mut self) -> Result<(), BackupError> {
        let part = std::mem::take(&mut self.waiting);
        self.parts.push(self.inner.put_part(PutPayload::from(part)));
        self.settle(AT_ONCE).await
    }

    async fn settle(&mut self, most: usize) -> Result<(), BackupError> {
        while self.parts.len() > most {
            if let Some(Err(error)) = self.parts.next().await {
                return Err(self.refused(&error));
            }
        }
        Ok(())
    }

    /// Ends it; only now it is there under its name. What fails is removed.
    pub(crate) async fn finish(mut self) -> Result<(), BackupError> {
        let done = async {
            if !self.waiting.is_empty() {
                self.send().await?;
            }
            self.settle(0).await?;
            let done = self.inner.complete().await;
            done.map(|_| ()).map_err(|error| self.refused(&error))
        }
        .await;
        if done.is_err() {
            self.abort().await;
        }
        done
    }

    /// Gives it up: nothing of it stays.
    pub(crate) async fn abort(mut self) {
        self.parts.clear();
        // The error that led here is the one that matters.
        let _ = self.inner.abort().await;
    }

    fn refused(&self, error: &object_store::Error) -> BackupError {
        refused("write", &self.name, &self.place, error)
    }
}

fn refused(
    action: &'static str,
    name: &str,
    place: &Place,
    error: &object_store::Error,
) -> BackupError {
    let help = match place {
        Place::Folder(_) => {
            "check that it is there, that this user may read and write it, and that the disk has room"
        }
        Place::S3 { .. } => KEYS,
    };
    BackupError::Store {
        action,
        name: name.to_owned(),
        reason: innermost(error),
        help: help.to_owned(),
    }
}

/// The last of an error's causes; of a store's answer in XML, the code and the message.
pub(crate) fn innermost(error: &dyn Error) -> String {
    let mut last = error;
    while let Some(source) = last.source() {
        last = source;
    }
    let text = last.to_string();
    let inside = |tag: &str| {
        let (_, rest) = text.split_once(&format!("<{tag}>"))?;
        rest.split_once(&format!("</{tag}>"))
            .map(|(inside, _)| inside.to_owned())
    };
    let text = match (inside("Code"), inside("Message")) {
        (Some(code), Some(message)) => format!("{message} ({code})"),
        (Some(code), None) => code,
        (None, _) => text.clone(),
    };
    hidden(&text)
}

/// What gives access does not belong in a message, wherever it came from.
fn hidden(text: &str) -> String {
    let mut out = text.to_owned();
    for name in ["AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"] {
        if let Ok(secret) = std::env::var(name)
            && !secret.is_empty()
        {
            out = out.replace(&secret, "***");
        }
    }
    out
}
