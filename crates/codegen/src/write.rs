//! Files written together.
//!
//! Every text is first written, and made to last, beside its target; then the targets are put in place one after the other, each by one
//! rename. A crash between two renames leaves the earlier targets new and the later ones old, which the caller's order must make
//! harmless; an error takes the earlier ones back.
//!
//! Invariant: a target is at every moment its old or its new text, never part of one.

use std::fs::{self, File};
use std::io::Write as _;
use std::path::{Path, PathBuf};

use tempfile::{Builder, NamedTempFile};

use crate::CodegenError;

/// A file to be written.
pub(crate) struct Target {
    /// Where.
    pub(crate) path: PathBuf,
    /// What.
    pub(crate) text: String,
    /// Whether a file that is there is replaced; otherwise it is an error.
    pub(crate) replaces: bool,
}

/// Writes all of them, in this order, or none. Directories are made where they are missing.
pub(crate) fn all(targets: &[Target]) -> Result<(), CodegenError> {
    let staged = targets.iter().map(stage).collect::<Result<Vec<_>, _>>()?;
    let mut done: Vec<Staged> = Vec::with_capacity(staged.len());
    for (staged, target) in staged.into_iter().zip(targets) {
        match staged.put(target) {
            Ok(put) => done.push(put),
            Err(error) => {
                for put in done.into_iter().rev() {
                    put.take_back();
                }
                return Err(error);
            }
        }
    }
    Ok(())
}

/// A text beside its target.
struct Staged {
    path: PathBuf,
    file: Option<NamedTempFile>,
    /// What was there; `None` is nothing.
    before: Option<Vec<u8>>,
}

fn stage(target: &Target) -> Result<Staged, CodegenError> {
    // A link stays a link: what it points at is replaced.
    let path = fs::canonicalize(&target.path).unwrap_or_else(|_| target.path.clone());
    let before = match fs::read(&path) {
        Ok(_) if !target.replaces => return Err(CodegenError::Exists(path)),
        Ok(text) => Some(text),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => None,
        Err(error) => return Err(CodegenError::io("read", &path, error)),
    };
    let folder = folder(&path);
    fs::create_dir_all(folder).map_err(|error| CodegenError::io("make", folder, error))?;
    let file = temporary(&path, target.text.as_bytes())
        .map_err(|error| CodegenError::io("write", &path, error))?;
    Ok(Staged {
        path,
        file: Some(file),
        before,
    })
}

fn folder(path: &Path) -> &Path {
    path.parent()
        .filter(|parent| !parent.as_os_str().is_empty())
        .unwrap_or_else(|| Path::new("."))
}

/// A file beside `path` with that text on the disk, readable as `path` is, or as a new file would be.
fn temporary(path: &Path, text: &[u8]) -> std::io::Result<NamedTempFile> {
    let mut builder = Builder::new();
    builder.prefix(".plimsoll-");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        // The process's umask is taken off by the system.
        builder.permissions(fs::Permissions::from_mode(0o666));
    }
    let mut file = builder.tempfile_in(folder(path))?;
    if let Ok(known) = fs::metadata(path) {
        if known.permissions().readonly() {
            // A rename would replace it all the same: the lock is the user's word.
            return Err(std::io::ErrorKind::PermissionDenied.into());
        }
        file.as_file().set_permissions(known.permissions())?;
    }
    file.write_all(text)?;
    file.as_file().sync_all()?;
    Ok(file)
}

impl Staged {
    fn put(mut self, target: &Target) -> Result<Self, CodegenError> {
        let Some(file) = self.file.take() else {
            return Ok(self);
        };
        let put = if target.replaces {
            file.persist(&self.path)
        } else {
            file.persist_noclobber(&self.path)
        };
        match put {
            Ok(_) => {
                sync_folder(&self.path);
                Ok(self)
            }
            Err(error) if error.error.kind() == std::io::ErrorKind::AlreadyExists => {
                Err(CodegenError::Exists(self.path))
            }
            Err(error) => Err(CodegenError::io("write", &self.path, error.error)),
        }
    }

    /// Puts back what was there. It is tried and not insisted on: the error that led here is the one to tell.
    fn take_back(self) {
        match self.before {
            None => {
                let _ = fs::remove_file(&self.path);
            }
            Some(text) => {
                if let Ok(file) = temporary(&self.path, &text) {
                    let _ = file.persist(&self.path);
                }
            }
        }
        sync_folder(&self.path);
    }
}

/// Makes a rename last. Not every system opens folders; there, the rename lasts when the system writes it.
fn sync_folder(path: &Path) {
    if let Ok(folder) = File::open(folder(path)) {
        let _ = folder.sync_all();
    }
}

#[cfg(test)]
mod tests {
    use super::{Target, all};
    use std::fs;

    #[test]
    fn what_was_put_in_place_is_taken_back() {
        let folder = tempfile::tempdir().expect("a folder");
        let target = |name: &str, replaces| Target {
            path: folder.path().join(name),
            text: "new".to_owned(),
            replaces,
        };
        fs::write(folder.path().join("old"), "old").expect("written");
        // The second of two files of one name finds the first in its way, when all is staged already.
        all(&[target("old", true), target("x", false), target("x", false)]).expect_err("twice");
        let names: Vec<_> = fs::read_dir(folder.path())
            .expect("read")
            .map(|entry| entry.expect("read").file_name())
            .collect();
        assert_eq!(names, ["old"]);
        let text = fs::read_to_string(folder.path().join("old")).expect("read");
        assert_eq!(text, "old");
    }
}
