//! A server that goes away at a message of a kind.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

/// When the connections are cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    /// The server never gets the message.
    Before,
    /// It gets half of it.
    Inside,
    /// It gets the message; nobody waits for its answer.
    During,
    /// It has carried it out; its answer never arrives.
    After,
}

/// A way to a server, which is cut once and stays so.
pub(crate) struct Cut {
    pub(crate) port: u16,
    cut: watch::Sender<bool>,
}

/// What all connections share.
#[derive(Clone)]
struct Plan {
    word: &'static str,
    left: Arc<AtomicUsize>,
    place: Place,
    cut: watch::Sender<bool>,
}

impl Cut {
    /// Passes on what is said until the `at`-th message (from 1) that holds that word.
    pub(crate) async fn start(
        server: SocketAddr,
        word: &'static str,
        at: usize,
        place: Place,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let cut = watch::Sender::new(false);
        let plan = Plan {
            word,
            left: Arc::new(AtomicUsize::new(at)),
            place,
            cut: cut.clone(),
        };
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                // Once it is gone it hangs up, as a balancer does in front of a server that is not there.
                if !*plan.cut.borrow() {
                    tokio::spawn(pass_on(client, server, plan.clone()));
                }
            }
        });
        Self { port, cut }
    }

    /// Whether that message came.
    pub(crate) fn is_cut(&self) -> bool {
        *self.cut.borrow()
    }
}

impl Plan {
    /// Whether this message is the one.
    fn is_it(&self, message: &[u8]) -> bool {
        let word = self.word.as_bytes();
        let has_it = message.windows(word.len()).any(|part| part == word);
        has_it && self.left.fetch_sub(1, Ordering::SeqCst) == 1
    }
}

async fn happened(cut: &mut watch::Receiver<bool>) {
    // Who could say so is gone: the test is over.
    let _ = cut.wait_for(|cut| *cut).await;
}

async fn pass_on(mut client: TcpStream, server: SocketAddr, plan: Plan) {
    let Ok(mut server) = TcpStream::connect(server).await else {
        return;
    };
    let mut is_cut = plan.cut.subscribe();
    let (mut question, mut answer) = (vec![0; 65536], vec![0; 65536]);
    loop {
        tokio::select! {
            () = happened(&mut is_cut) => return,
            read = client.read(&mut question) => {
                let Ok(length @ 1..) = read else { return };
                let message = &question[..length];
                if plan.is_it(message) {
                    let sent = match plan.place {
                        Place::Before => 0,
                        Place::Inside => length / 2,
                        Place::During | Place::After => length,
                    };
                    let _ = server.write_all(&message[..sent]).await;
                    if plan.place == Place::After {
                        let _ = server.read(&mut answer).await;
                    }
                    plan.cut.send_replace(true);
                    return;
                }
                if server.write_all(message).await.is_err() {
                    return;
                }
            },
            read = server.read(&mut answer) => {
                let Ok(length @ 1..) = read else { return };
                if client.write_all(&answer[..length]).await.is_err() {
                    return;
                }
            },
        }
    }
}
