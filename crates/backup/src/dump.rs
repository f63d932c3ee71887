//! A dump in SQL: whether it is whole and for this backend, and what it would do, found out before anything is touched.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{self, BufReader, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use flate2::read::MultiGzDecoder;
use plimsoll_schema::Backend;

use crate::Tell;
use crate::error::BackupError;
use crate::pack::Hash;

mod input;
mod kind;
mod statements;
mod token;

pub(crate) use kind::{Kind, Leave};
pub use token::Name;

use kind::{evidence, kind_of};
use statements::{Cut, Item, Statements};

/// A file with a dump, packed with gzip or not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dump {
    path: PathBuf,
    packed: bool,
    /// The file's size in bytes.
    pub size: u64,
}

/// What a dump would do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Survey {
    /// SHA-256 of the unpacked dump, in hexadecimal digits: what it is known by when it was loaded.
    pub sha256: String,
    /// The tables whose rows it writes, those of the history left out.
    pub filled: BTreeSet<Name>,
    /// The first table that it makes, and on which line: a dump with a schema of its own.
    pub creates: Option<(Name, u64)>,
    /// The first other statement that is about the schema, and on which line.
    pub alters: Option<(String, u64)>,
    /// Whether it holds the rows of the history.
    pub has_history: bool,
}

/// What a part of a dump is, and its text as a client takes it.
pub(crate) struct Part {
    pub(crate) kind: Kind,
    pub(crate) text: Vec<u8>,
    /// The line on which it begins.
    pub(crate) line: u64,
}

impl Dump {
    /// Looks at the file's beginning.
    ///
    /// # Errors
    /// When it cannot be read, or is no SQL.
    pub fn open(path: &Path) -> Result<Self, BackupError> {
        let failed = |error: io::Error| BackupError::file("read", path, &error);
        let mut file = File::open(path).map_err(failed)?;
        let metadata = file.metadata().map_err(failed)?;
        if !metadata.is_file() {
            return Err(failed(io::Error::other(
                "it is not a file; a dump is read twice",
            )));
        }
        let mut magic = [0; 2];
        let length = file.read(&mut magic).map_err(failed)?;
        let dump = Self {
            path: path.to_owned(),
            // https://www.rfc-editor.org/rfc/rfc1952#section-2.3.1
            packed: magic[..length] == [0x1f, 0x8b],
            size: metadata.len(),
        };
        dump.refuse_other_formats()?;
        Ok(dump)
    }

    /// Its name.
    pub fn shown(&self) -> String {
        self.path.display().to_string()
    }

    fn broken(&self, reason: impl Into<String>, help: impl Into<String>) -> BackupError {
        BackupError::Broken {
            name: self.shown(),
            reason: reason.into(),
            help: help.into(),
        }
    }

    fn refuse_other_formats(&self) -> Result<(), BackupError> {
        let text = "nothing was touched; give a dump in SQL, as `pg_dump --data-only`, `mariadb-dump --no-create-info` or sqlite3's `.dump` write it";
        let start = self.start(16)?;
        let what = match start.as_slice() {
            [] => Some("it is empty"),
            [b'P', b'G', b'D', b'M', b'P', ..] => {
                Some("it is in pg_dump's own format (--format=custom), not in SQL")
            }
            b"SQLite format 3\0" => Some("it is a SQLite database, not a dump of one"),
            [b'P', b'K', 3, 4, ..] => Some("it is a zip archive"),
            [0x28, 0xb5, 0x2f, 0xfd, ..] => {
                Some("it is packed with zstd; gzip is what is read here")
            }
            [b'B', b'Z', b'h', ..] => Some("it is packed with bzip2; gzip is what is read here"),
            [0xfd, b'7', b'z', b'X', b'Z', ..] => {
                Some("it is packed with xz; gzip is what is read here")
            }
            [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => Some("it is in UTF-16; write it in UTF-8"),
            _ => None,
        };
        what.map_or(Ok(()), |what| Err(self.broken(what, text)))
    }

    /// Its first bytes, unpacked.
    fn start(&self, count: u64) -> Result<Vec<u8>, BackupError> {
        let (reader, _) = self.reader()?;
        let mut out = Vec::new();
        let read = reader.take(count).read_to_end(&mut out);
        read.map_err(|error| self.unreadable(&error))?;
        Ok(out)
    }

    fn unreadable(&self, error: &io::Error) -> BackupError {
        match error.kind() {
            io::ErrorKind::UnexpectedEof
            | io::ErrorKind::InvalidInput
            | io::ErrorKind::InvalidData
                if self.packed =>
            {
                self.broken(
                    format!("it is cut off or damaged: it does not unpack ({error})"),
                    "nothing was touched; fetch the dump again",
                )
            }
            _ => BackupError::file("read", &self.path, error),
        }
    }

    /// What it unpacks to, and how much of the file was read.
    pub(crate) fn reader(&self) -> Result<(Box<dyn Read + Send>, Arc<AtomicU64>), BackupError> {
        let file = File::open(&self.path);
        let file = file.map_err(|error| BackupError::file("read", &self.path, &error))?;
        let read = Arc::new(AtomicU64::new(0));
        let counted = Counted {
            from: BufReader::with_capacity(128 * 1024, file),
            read: Arc::clone(&read),
        };
        let reader: Box<dyn Read + Send> = if self.packed {
            Box::new(MultiGzDecoder::new(counted))
        } else {
            Box::new(counted)
        };
        Ok((reader, read))
    }

    /// Its parts, one after the other.
    pub(crate) fn parts(&self, backend: Backend) -> Result<Parts, BackupError> {
        let (reader, read) = self.reader()?;
        let hash = Arc::new(std::sync::Mutex::new(Hash::default()));
        let hashed = Hashed {
            from: reader,
            hash: Arc::clone(&hash),
        };
        Ok(Parts {
            dump: self.clone(),
            backend,
            statements: Statements::new(hashed, backend),
            read,
            hash,
            comments: Comments::default(),
        })
    }

    /// Reads it through, touching nothing. `history` are the names of the history's tables; `tell` hears how many bytes were read.
    ///
    /// # Errors
    /// When it is not whole, for another backend, or would leave the database it is loaded into.
    pub fn survey(
        &self,
        backend: Backend,
        history: &[String],
        tell: &mut Tell<'_>,
    ) -> Result<Survey, BackupError> {
        // The marks at its beginning first: read by another backend's rules, a dump that is whole may seem cut off.
        let start = String::from_utf8_lossy(&self.start(64 * 1024)?).into_owned();
        if let Some(theirs) = kind::sniffed(&start).filter(|theirs| *theirs != backend) {
            return Err(self.other_backend(theirs, backend));
        }
        let mut survey = Survey {
            sha256: String::new(),
            filled: BTreeSet::new(),
            creates: None,
            alters: None,
            has_history: false,
        };
        let mut parts = self.parts(backend)?;
        let mut open = None;
        while let Some(part) = parts.next()? {
            tell(parts.bytes_read());
            match part.kind {
                Kind::Fills(name) if history.contains(&name.bare) => survey.has_history = true,
                Kind::Fills(name) => {
                    survey.filled.insert(name);
                }
                Kind::Creates(name) => {
                    survey.creates.get_or_insert((name, part.line));
                }
                Kind::Alters(what) => {
                    survey.alters.get_or_insert((what, part.line));
                }
                Kind::Begins => open = Some(part.line),
                Kind::Commits => open = None,
                Kind::Leaves(what) => return Err(self.leaves(&what, part.line)),
                Kind::Rows | Kind::Owner | Kind::Lock | Kind::Other => {}
            }
        }
        if let Some(line) = open {
            return Err(self.cut_off(&format!(
                "the transaction that begins on line {line} does not end"
            )));
        }
        if let Some(mark) = parts.comments.missing() {
            return Err(self.cut_off(&format!("the last words of a dump, `{mark}`, are missing")));
        }
        survey.sha256 = parts.sha256()?;
        self.refuse_halves(&survey)?;
        Ok(survey)
    }

    /// A dump is of rows alone, whose schema is the revisions', or of a whole database.
    fn refuse_halves(&self, survey: &Survey) -> Result<(), BackupError> {
        match (&survey.creates, &survey.alters) {
            (None, Some((what, line))) => Err(self.broken(
                format!("it makes no tables, and line {line} says `{what}`: the schema is the revisions'"),
                "nothing was touched; make the dump of the rows alone (pg_dump --data-only, mariadb-dump --no-create-info --skip-triggers, sqlite3's .dump --data-only)",
            )),
            (None, None) | (Some(_), _) => Ok(()),
        }
    }

    fn other_backend(&self, theirs: Backend, ours: Backend) -> BackupError {
        BackupError::OtherBackend {
            name: self.shown(),
            theirs,
            ours,
        }
    }

    fn cut_off(&self, how: &str) -> BackupError {
        self.broken(
            format!("it is cut off: {how}"),
            "nothing was touched; fetch the dump again (a file written by hand ends its last statement with `;`)",
        )
    }

    fn leaves(&self, what: &str, line: u64) -> BackupError {
        let help = if what == "ROLLBACK" {
            "nothing was touched; sqlite3 writes that where it could not read the whole database"
        } else {
            "nothing was touched; it would go elsewhere than into this database: make the dump without --create or --databases, or remove that line"
        };
        self.broken(format!("line {line} says `{what}`"), help)
    }
}

/// The parts of a dump, one after the other.
pub(crate) struct Parts {
    dump: Dump,
    backend: Backend,
    statements: Statements<Hashed>,
    read: Arc<AtomicU64>,
    hash: Arc<std::sync::Mutex<Hash>>,
    comments: Comments,
}

impl Parts {
    /// The next one; `None` at the end.
    pub(crate) fn next(&mut self) -> Result<Option<Part>, BackupError> {
        loop {
            let item = match self.statements.next() {
                Ok(Some(item)) => item,
                Ok(None) => return Ok(None),
                Err(Cut::Io(error)) => return Err(self.dump.unreadable(&error)),
                Err(Cut::Within { what, line }) => {
                    let how = format!("it ends within {what} that begins on line {line}");
                    return Err(self.dump.cut_off(&how));
                }
            };
            let line = self.statements.began;
            match item {
                Item::Comment(text) => self.comments.hear(&text),
                Item::Rows(text) => {
                    return Ok(Some(Part {
                        kind: Kind::Rows,
                        text,
                        line,
                    }));
                }
                // What psql would do with them is undone by what stands outside of them.
                Item::Command(text) if kind::is_harmless(&text) => {}
                Item::Command(text) => {
                    let word = text
                        .split_whitespace()
                        .next()
                        .unwrap_or_default()
                        .to_owned();
                    return Err(self.dump.leaves(&word, line));
                }
                Item::Statement(own) => {
                    if let Some(theirs) = evidence(&own).filter(|theirs| *theirs != self.backend) {
                        return Err(self.dump.other_backend(theirs, self.backend));
                    }
                    return Ok(Some(Part {
                        kind: kind_of(&own, self.backend),
                        text: spelled(own),
                        line,
                    }));
                }
            }
        }
    }

    /// How many bytes of the file were read.
    pub(crate) fn bytes_read(&self) -> u64 {
        self.read.load(Ordering::Relaxed)
    }

    /// The checksum of all that was read, after the end.
    fn sha256(self) -> Result<String, BackupError> {
        let broken = self
            .dump
            .broken("its checksum is not to be had", "run it again");
        drop(self.statements);
        let hash = Arc::into_inner(self.hash).and_then(|hash| hash.into_inner().ok());
        hash.map(|hash| hash.finish().0).ok_or(broken)
    }
}

/// The statement with what ends it, for a client that begins with `;`.
fn spelled(own: statements::Statement) -> Vec<u8> {
    let mut out = own.text;
    if own.delimiter == ";" {
        out.extend(b";\n");
        return out;
    }
    let mut whole = format!("DELIMITER {}\n", own.delimiter).into_bytes();
    whole.append(&mut out);
    whole.extend(format!("{}\nDELIMITER ;\n", own.delimiter).bytes());
    whole
}

/// What the tools write first and last.
#[derive(Default)]
struct Comments {
    awaited: Option<&'static str>,
}

impl Comments {
    fn hear(&mut self, text: &str) {
        if let Some(mark) = self.awaited {
            if text.starts_with(mark) {
                self.awaited = None;
            }
        } else if text == "PostgreSQL database dump" {
            self.awaited = Some("PostgreSQL database dump complete");
        } else if text.starts_with("MySQL dump ") || text.starts_with("MariaDB dump ") {
            self.awaited = Some("Dump completed");
        }
    }

    fn missing(&self) -> Option<&'static str> {
        self.awaited
    }
}

/// Counts what is read of a file.
struct Counted<R> {
    from: R,
    read: Arc<AtomicU64>,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let length = self.from.read(buffer)?;
        self.read.fetch_add(length as u64, Ordering::Relaxed);
        Ok(length)
    }
}

/// Takes the checksum of what is read.
struct Hashed {
    from: Box<dyn Read + Send>,
    hash: Arc<std::sync::Mutex<Hash>>,
}

impl Read for Hashed {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let length = self.from.read(buffer)?;
        if let Ok(mut hash) = self.hash.lock() {
            hash.push(&buffer[..length]);
        }
        Ok(length)
    }
}

#[cfg(test)]
mod tests;
