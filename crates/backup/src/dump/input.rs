//! Bytes with a look ahead, and the line they are on.

use std::io::{self, Read};

/// How much is read at once, in bytes.
const SIZE: usize = 128 * 1024;

/// Bytes that are read one after the other.
pub(super) struct Input<R> {
    from: R,
    buffer: Vec<u8>,
    at: usize,
    end: usize,
    /// The line that is read, from 1.
    pub(super) line: u64,
}

impl<R: Read> Input<R> {
    pub(super) fn new(from: R) -> Self {
        Self {
            from,
            buffer: vec![0; SIZE],
            at: 0,
            end: 0,
            line: 1,
        }
    }

    /// The next bytes, at most that many (few); fewer at the end.
    pub(super) fn look(&mut self, count: usize) -> io::Result<&[u8]> {
        while self.end - self.at < count {
            self.buffer.copy_within(self.at..self.end, 0);
            self.end -= self.at;
            self.at = 0;
            match self.from.read(&mut self.buffer[self.end..]) {
                Ok(0) => break,
                Ok(length) => self.end += length,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        let end = self.end.min(self.at + count);
        Ok(&self.buffer[self.at..end])
    }

    pub(super) fn peek(&mut self) -> io::Result<Option<u8>> {
        Ok(self.look(1)?.first().copied())
    }

    /// Whether these bytes come next.
    pub(super) fn comes(&mut self, bytes: &[u8]) -> io::Result<bool> {
        Ok(self.look(bytes.len())? == bytes)
    }

    pub(super) fn take(&mut self) -> io::Result<Option<u8>> {
        let byte = self.peek()?;
        if let Some(byte) = byte {
            self.at += 1;
            self.line += u64::from(byte == b'\n');
        }
        Ok(byte)
    }

    /// Takes that many bytes, of those that were looked at.
    pub(super) fn take_into(&mut self, count: usize, out: &mut Vec<u8>) -> io::Result<()> {
        for _ in 0..count {
            out.extend(self.take()?);
        }
        Ok(())
    }

    /// Takes up to and with the next end of a line; whether there was one.
    pub(super) fn line_into(&mut self, out: &mut Vec<u8>) -> io::Result<bool> {
        loop {
            if self.look(1)?.is_empty() {
                return Ok(false);
            }
            let waiting = &self.buffer[self.at..self.end];
            if let Some(length) = waiting.iter().position(|byte| *byte == b'\n') {
                out.extend_from_slice(&waiting[..=length]);
                self.at += length + 1;
                self.line += 1;
                return Ok(true);
            }
            out.extend_from_slice(waiting);
            self.at = self.end;
        }
    }
}
