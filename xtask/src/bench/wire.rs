//! How many statements a program asks of a server: counted on the wire, by a proxy between them.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use url::Url;

use crate::command::Failure;
use crate::database::Backend;

/// A proxy, which counts for as long as the program runs.
pub(super) struct Wire {
    /// Where the program is to connect.
    pub(super) url: String,
    count: Arc<AtomicUsize>,
}

impl Wire {
    /// Stands before the server of that URL.
    pub(super) fn listen(backend: Backend, url: &str) -> Result<Self, Failure> {
        let told = |error: &dyn std::fmt::Display| Failure::Told(format!("the proxy: {error}"));
        let mut url = Url::parse(url).map_err(|error| told(&error))?;
        let server = (
            url.host_str().unwrap_or("127.0.0.1").to_owned(),
            url.port().unwrap_or_default(),
        );
        let listener = TcpListener::bind(("127.0.0.1", 0)).map_err(|error| told(&error))?;
        let port = listener.local_addr().map_err(|error| told(&error))?.port();
        // A URL with a host takes a port.
        let _ = url.set_port(Some(port));
        let count = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&count);
        thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let Ok(server) = TcpStream::connect(&server) else {
                    continue;
                };
                let counted = Arc::clone(&counted);
                if let (Ok(from), Ok(to)) = (server.try_clone(), client.try_clone()) {
                    thread::spawn(move || pass(from, to, |_| {}));
                    let mut messages = Messages::new(backend);
                    thread::spawn(move || {
                        pass(client, server, |bytes| {
                            counted.fetch_add(messages.count(bytes), Ordering::SeqCst);
                        });
                    });
                }
            }
        });
        Ok(Self {
            url: url.to_string(),
            count,
        })
    }

    /// How many statements there were.
    pub(super) fn count(&self) -> usize {
        self.count.load(Ordering::SeqCst)
    }
}

/// Passes on what comes, until either side closes.
fn pass(mut from: TcpStream, mut to: TcpStream, mut see: impl FnMut(&[u8])) {
    let mut bytes = [0; 16 * 1024];
    while let Ok(length @ 1..) = from.read(&mut bytes) {
        see(&bytes[..length]);
        if to.write_all(&bytes[..length]).is_err() {
            break;
        }
    }
    // The other side may have closed first.
    let _ = to.shutdown(Shutdown::Write);
}

/// The messages of a client, cut out of what it sends.
struct Messages {
    backend: Backend,
    pending: Vec<u8>,
    is_first: bool,
}

impl Messages {
    const fn new(backend: Backend) -> Self {
        Self {
            backend,
            pending: Vec::new(),
            is_first: true,
        }
    }

    /// How many of the messages that are whole now are statements.
    fn count(&mut self, bytes: &[u8]) -> usize {
        self.pending.extend_from_slice(bytes);
        let mut count = 0;
        while let Some((length, is_statement)) = self.next() {
            if self.pending.len() < length {
                break;
            }
            count += usize::from(is_statement);
            self.pending.drain(..length);
        }
        count
    }

    /// The length of the next message, and whether it is a statement.
    fn next(&mut self) -> Option<(usize, bool)> {
        let at = |index: usize| self.pending.get(index).copied();
        let big = |from: usize| {
            let bytes = self.pending.get(from..from + 4)?;
            let number = u32::from_be_bytes(bytes.try_into().ok()?);
            usize::try_from(number).ok()
        };
        match self.backend {
            Backend::Sqlite => None,
            Backend::Postgres if self.is_first => {
                // The start has no kind; what asks for encryption is a start too, and another follows it.
                let length = big(0)?;
                let is_request = big(4)? == 80_877_103;
                if self.pending.len() >= length {
                    self.is_first = is_request;
                }
                Some((length, false))
            }
            // A query, or the execution of a prepared one.
            Backend::Postgres => Some((big(1)? + 1, matches!(at(0)?, b'Q' | b'E'))),
            Backend::Mysql => {
                let length =
                    usize::from(at(0)?) | usize::from(at(1)?) << 8 | usize::from(at(2)?) << 16;
                // A command begins a sequence: a query, or the execution of a prepared one.
                Some((length + 4, at(3)? == 0 && matches!(at(4)?, 0x03 | 0x17)))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Backend, Messages};

    #[test]
    fn statements_are_counted_whatever_the_pieces() {
        let mut postgres = vec![0, 0, 0, 8, 0, 3, 0, 0];
        postgres.extend_from_slice(b"Q\0\0\0\x06x\0S\0\0\0\x04E\0\0\0\x04");
        let mut whole = Messages::new(Backend::Postgres);
        assert_eq!(whole.count(&postgres), 2);
        let mut pieces = Messages::new(Backend::Postgres);
        assert_eq!(
            postgres
                .iter()
                .map(|byte| pieces.count(&[*byte]))
                .sum::<usize>(),
            2
        );
        let mut mysql = Messages::new(Backend::Mysql);
        assert_eq!(
            mysql.count(&[1, 0, 0, 1, 3, 2, 0, 0, 0, 3, b'x', 1, 0, 0, 0, 0x0e]),
            1
        );
    }
}
