//! A server that goes away in the middle.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

/// Passes on what is sent to `server` until that many bytes were, then cuts every connection and hangs up on new
/// ones. Gives back where it listens.
pub(crate) async fn after(bytes: usize, server: SocketAddr) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let (cut, is_cut) = watch::channel(false);
    let (left, own) = (Arc::new(AtomicUsize::new(bytes)), cut);
    tokio::spawn(async move {
        loop {
            let (client, _) = listener.accept().await.unwrap();
            if *is_cut.borrow() {
                // As a balancer does in front of a server that is gone.
                continue;
            }
            let (left, cut, is_cut) = (Arc::clone(&left), own.clone(), is_cut.clone());
            tokio::spawn(pass_on(client, server, left, cut, is_cut));
        }
    });
    port
}

async fn happened(cut: &mut watch::Receiver<bool>) {
    // Who could say so is gone: the test is over.
    let _ = cut.wait_for(|cut| *cut).await;
}

async fn pass_on(
    mut client: TcpStream,
    server: SocketAddr,
    left: Arc<AtomicUsize>,
    cut: watch::Sender<bool>,
    mut is_cut: watch::Receiver<bool>,
) {
    let Ok(mut server) = TcpStream::connect(server).await else {
        return;
    };
    let (mut question, mut answer) = ([0; 512], [0; 8192]);
    loop {
        tokio::select! {
            () = happened(&mut is_cut) => return,
            read = client.read(&mut question) => match read {
                Ok(length) if length > 0 => {
                    let before = left.load(Ordering::SeqCst);
                    left.store(before.saturating_sub(length), Ordering::SeqCst);
                    if length > before {
                        cut.send_replace(true);
                        return;
                    }
                    if server.write_all(&question[..length]).await.is_err() {
                        return;
                    }
                }
                Ok(_) | Err(_) => return,
            },
            read = server.read(&mut answer) => match read {
                Ok(length) if length > 0 => {
                    if client.write_all(&answer[..length]).await.is_err() {
                        return;
                    }
                }
                Ok(_) | Err(_) => return,
            },
        }
    }
}
