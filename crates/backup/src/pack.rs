//! Compressing and unpacking in pieces, and what shows that a dump is whole.

use std::io::Write as _;

use flate2::Compression;
use flate2::write::{GzEncoder, MultiGzDecoder};
use plimsoll_schema::Backend;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

/// What was packed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Packed {
    /// SHA-256 of the compressed file, in hexadecimal digits.
    pub sha256: String,
    /// Its size in bytes.
    pub size: u64,
    /// The size of what it unpacks to, in bytes.
    pub unpacked_size: u64,
}

/// Compresses, and looks at both sides while it passes.
#[derive(Debug)]
pub(crate) struct Packer {
    encoder: GzEncoder<Vec<u8>>,
    hash: Hash,
    end: End,
}

impl Packer {
    pub(crate) fn new(backend: Backend) -> Self {
        Self {
            encoder: GzEncoder::new(Vec::new(), Compression::default()),
            hash: Hash::default(),
            end: End::new(backend),
        }
    }

    /// Takes a piece of the dump and gives a piece of the compressed file, or nothing yet.
    pub(crate) fn push(&mut self, piece: &[u8]) -> Vec<u8> {
        self.end.push(piece);
        // Writing to memory does not fail.
        let _ = self.encoder.write_all(piece);
        let packed = std::mem::take(self.encoder.get_mut());
        self.hash.push(&packed);
        packed
    }

    /// The last piece, and what it all was; a reason when the dump is not whole.
    pub(crate) fn finish(mut self) -> Result<(Vec<u8>, Packed), String> {
        self.end.check()?;
        let last = self.encoder.finish().map_err(|error| error.to_string())?;
        self.hash.push(&last);
        let (sha256, size) = self.hash.finish();
        let unpacked_size = self.end.length;
        let packed = Packed {
            sha256,
            size,
            unpacked_size,
        };
        Ok((last, packed))
    }
}

/// Reads a compressed file again.
pub(crate) struct Checker {
    decoder: MultiGzDecoder<Vec<u8>>,
    hash: Hash,
    end: End,
}

impl Checker {
    pub(crate) fn new(backend: Backend) -> Self {
        Self {
            decoder: MultiGzDecoder::new(Vec::new()),
            hash: Hash::default(),
            end: End::new(backend),
        }
    }

    /// Takes a piece of the compressed file.
    pub(crate) fn push(&mut self, piece: &[u8]) -> Result<(), String> {
        self.hash.push(piece);
        self.decoder
            .write_all(piece)
            .map_err(|error| format!("it does not unpack ({error})"))?;
        let unpacked = std::mem::take(self.decoder.get_mut());
        self.end.push(&unpacked);
        Ok(())
    }

    /// What it all was; a reason when it is not whole.
    pub(crate) fn finish(mut self) -> Result<Packed, String> {
        let rest = self.decoder.finish();
        let rest =
            rest.map_err(|_| "it is cut off: the compressed file does not end".to_owned())?;
        self.end.push(&rest);
        self.end.check()?;
        let (sha256, size) = self.hash.finish();
        Ok(Packed {
            sha256,
            size,
            unpacked_size: self.end.length,
        })
    }
}

/// A checksum that grows.
#[derive(Debug, Default)]
pub(crate) struct Hash {
    digest: Sha256,
    size: u64,
}

impl Hash {
    pub(crate) fn push(&mut self, piece: &[u8]) {
        self.digest.update(piece);
        self.size += piece.len() as u64;
    }

    /// In hexadecimal digits, and of how many bytes.
    pub(crate) fn finish(self) -> (String, u64) {
        let digest = self.digest.finalize();
        let text = digest.iter().map(|byte| format!("{byte:02x}")).collect();
        (text, self.size)
    }
}

/// How many bytes of the end are looked at.
const TAIL: usize = 4096;

/// The beginning of SQLite's file, with its page size and number of pages: <https://www.sqlite.org/fileformat2.html#the_database_header>.
const HEADER: usize = 100;

/// What shows that a dump came to its end: the tool's last words, or SQLite's count of its pages.
#[derive(Debug)]
struct End {
    backend: Backend,
    head: Vec<u8>,
    tail: Vec<u8>,
    length: u64,
}

impl End {
    fn new(backend: Backend) -> Self {
        Self {
            backend,
            head: Vec::new(),
            tail: Vec::new(),
            length: 0,
        }
    }

    fn push(&mut self, piece: &[u8]) {
        let missing = HEADER.saturating_sub(self.head.len()).min(piece.len());
        self.head.extend_from_slice(&piece[..missing]);
        self.tail
            .extend_from_slice(&piece[piece.len().saturating_sub(TAIL)..]);
        let surplus = self.tail.len().saturating_sub(TAIL);
        self.tail.drain(..surplus);
        self.length += piece.len() as u64;
    }

    fn check(&self) -> Result<(), String> {
        let mark = match self.backend {
            Backend::Sqlite => return self.pages(),
            Backend::Postgres => "PostgreSQL database dump complete",
            Backend::Mysql => "Dump completed",
        };
        if String::from_utf8_lossy(&self.tail).contains(mark) {
            Ok(())
        } else {
            Err(format!(
                "it is cut off: the last words of a dump, `{mark}`, are missing"
            ))
        }
    }

    fn pages(&self) -> Result<(), String> {
        let (Some(b"SQLite format 3\0"), Some(size), Some(count)) = (
            self.head.get(..16),
            self.head.get(16..18),
            self.head.get(28..32),
        ) else {
            return Err("it is not a SQLite database".into());
        };
        // 1 stands for 65536.
        let size = match u64::from(u16::from_be_bytes([size[0], size[1]])) {
            1 => 65536,
            size => size,
        };
        let count = u64::from(u32::from_be_bytes([count[0], count[1], count[2], count[3]]));
        if size * count == self.length {
            Ok(())
        } else {
            Err(format!(
                "it is cut off: {} bytes of {}",
                self.length,
                size * count
            ))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn packed(dump: &[u8], backend: Backend) -> Result<(Vec<u8>, Packed), String> {
        let mut packer = Packer::new(backend);
        let mut out = Vec::new();
        for piece in dump.chunks(7) {
            out.extend(packer.push(piece));
        }
        let (last, packed) = packer.finish()?;
        out.extend(last);
        Ok((out, packed))
    }

    fn checked(file: &[u8], backend: Backend) -> Result<Packed, String> {
        let mut checker = Checker::new(backend);
        for piece in file.chunks(5) {
            checker.push(piece)?;
        }
        checker.finish()
    }

    #[test]
    fn what_is_packed_is_read_again() {
        let dump = format!("{}-- Dump completed on a day\n", "INSERT\n".repeat(5000));
        let (file, before) = packed(dump.as_bytes(), Backend::Mysql).unwrap();
        assert_eq!(checked(&file, Backend::Mysql), Ok(before.clone()));
        assert_eq!(before.unpacked_size, dump.len() as u64);
        assert_eq!(before.size, file.len() as u64);
        for length in 0..file.len() {
            assert!(
                checked(&file[..length], Backend::Mysql).is_err(),
                "{length}"
            );
        }
        for at in 0..file.len() {
            let mut other = file.clone();
            other[at] ^= 4;
            assert_ne!(checked(&other, Backend::Mysql), Ok(before.clone()), "{at}");
        }
    }

    #[test]
    fn a_dump_without_its_end_is_not_packed() {
        for backend in [Backend::Postgres, Backend::Mysql, Backend::Sqlite] {
            assert!(packed(b"INSERT INTO a VALUES (1);\n", backend).is_err());
        }
        let mut file = b"SQLite format 3\0\x02\x00".to_vec();
        file.resize(28, 0);
        file.extend([0, 0, 0, 2]);
        file.resize(1024, 0);
        assert!(packed(&file, Backend::Sqlite).is_ok());
        assert!(packed(&file[..512], Backend::Sqlite).is_err());
    }
}
