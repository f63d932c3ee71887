//! A server that is spoken to through this process, which kills the speaker after a given number of statements.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use plimsoll_schema::Backend;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;

/// Where it listens, how many statements may still pass, and who is told that the last one has.
pub(crate) struct Proxy {
    pub(crate) port: u16,
    left: Arc<AtomicI64>,
    pub(crate) last: Arc<Notify>,
}

impl Proxy {
    /// Lets `statements` pass; the answer to the last one is waited for and not handed on.
    pub(crate) async fn start(backend: Backend, server: SocketAddr, statements: i64) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let proxy = Self {
            port: listener.local_addr().unwrap().port(),
            left: Arc::new(AtomicI64::new(statements)),
            last: Arc::new(Notify::new()),
        };
        let (left, last) = (Arc::clone(&proxy.left), Arc::clone(&proxy.last));
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let (left, last) = (Arc::clone(&left), Arc::clone(&last));
                tokio::spawn(pass_on(backend, client, server, left, last));
            }
        });
        proxy
    }

    /// How many statements passed beyond those that may; negative when there were fewer.
    pub(crate) fn left(&self) -> i64 {
        self.left.load(Ordering::SeqCst)
    }
}

/// Whether what the client sends carries a statement out: PostgreSQL's Query and Bind (with its Execute), MySQL's COM_QUERY and
/// COM_STMT_EXECUTE.
fn is_statement(backend: Backend, sent: &[u8]) -> bool {
    match backend {
        Backend::Sqlite => false,
        Backend::Postgres => matches!(sent.first(), Some(b'Q' | b'B')),
        Backend::Mysql => matches!(sent.get(4), Some(0x03 | 0x17)),
    }
}

async fn pass_on(
    backend: Backend,
    mut client: TcpStream,
    server: SocketAddr,
    left: Arc<AtomicI64>,
    last: Arc<Notify>,
) {
    let Ok(mut server) = TcpStream::connect(server).await else {
        return;
    };
    let (mut question, mut answer) = (vec![0; 65536], vec![0; 65536]);
    let mut was_last = false;
    loop {
        tokio::select! {
            read = client.read(&mut question) => match read {
                Ok(length) if length > 0 => {
                    if is_statement(backend, &question[..length]) {
                        was_last = left.fetch_sub(1, Ordering::SeqCst) == 1;
                    }
                    if server.write_all(&question[..length]).await.is_err() {
                        return;
                    }
                }
                Ok(_) | Err(_) => return,
            },
            read = server.read(&mut answer) => match read {
                Ok(length) if length > 0 => {
                    if was_last {
                        last.notify_one();
                        // Until it is killed.
                        let _ = client.read(&mut question).await;
                        return;
                    }
                    if client.write_all(&answer[..length]).await.is_err() {
                        return;
                    }
                }
                Ok(_) | Err(_) => return,
            },
        }
    }
}
