//! Ctrl-C: the statement that runs is cancelled on the server, its transaction rolled back, and the run ends with a word on what
//! was done.

use std::pin::pin;
use std::time::Duration;

use plimsoll_schema::Backend;
use sea_orm::{ConnectionTrait, Statement};
use tokio::sync::watch;

use crate::connect::{self, Connection};

/// How long a revision whose statement was cancelled may take to end by itself.
const GRACE: Duration = Duration::from_secs(5);

/// A request to stop: asked once, seen by all clones.
#[derive(Debug, Clone)]
pub struct Stop(watch::Sender<bool>);

impl Default for Stop {
    fn default() -> Self {
        Self(watch::Sender::new(false))
    }
}

impl Stop {
    /// Nobody asks.
    pub fn never() -> Self {
        Self::default()
    }

    /// Ctrl-C, or the signal with which a service is told to end, asks. Needs a tokio runtime.
    pub fn on_signals() -> Self {
        let stop = Self::default();
        let asked = stop.clone();
        tokio::spawn(async move {
            signal().await;
            asked.ask();
        });
        stop
    }

    /// Asks.
    pub fn ask(&self) {
        self.0.send_replace(true);
    }

    /// Whether someone asked.
    pub fn is_asked(&self) -> bool {
        *self.0.borrow()
    }

    /// Waits until someone asks.
    pub async fn asked(&self) {
        let mut receiver = self.0.subscribe();
        // The sender is alive as long as `self` is.
        let _ = receiver.wait_for(|asked| *asked).await;
    }
}

#[cfg(unix)]
async fn signal() {
    use tokio::signal::unix::{SignalKind, signal};
    match signal(SignalKind::terminate()) {
        Ok(mut terminate) => {
            tokio::select! {
                _ = tokio::signal::ctrl_c() => {}
                _ = terminate.recv() => {}
            }
        }
        Err(_) => {
            let _ = tokio::signal::ctrl_c().await;
        }
    }
}

#[cfg(not(unix))]
async fn signal() {
    let _ = tokio::signal::ctrl_c().await;
}

/// How guarded work ended.
pub(super) enum Outcome<T> {
    /// By itself.
    Finished(T),
    /// It was asked to stop and did not get to its end.
    Interrupted,
}

/// Runs work until it ends or someone asks to stop. Work that still succeeds after that has succeeded.
pub(super) async fn guard<T, E>(
    connection: &Connection,
    stop: &Stop,
    cancel: Option<&str>,
    work: impl Future<Output = Result<T, E>>,
) -> Outcome<Result<T, E>> {
    let mut work = pin!(work);
    tokio::select! {
        biased;
        result = &mut work => return Outcome::Finished(result),
        () = stop.asked() => {}
    }
    // SQLite's statements run in this process and cannot be cancelled from here; dropping the work rolls it back.
    let Some(sql) = cancel else {
        return Outcome::Interrupted;
    };
    let ending = async {
        tokio::join!(
            connect::interrupt(&connection.url, sql.to_owned()),
            &mut work
        )
        .1
    };
    match tokio::time::timeout(GRACE, ending).await {
        Ok(Ok(value)) => Outcome::Finished(Ok(value)),
        Ok(Err(_)) | Err(_) => Outcome::Interrupted,
    }
}

/// The statement that cancels whatever this session runs, to be sent by another session.
pub(super) async fn cancel_statement(connection: &Connection) -> Option<String> {
    let (ask, kill) = match connection.url.backend() {
        Backend::Sqlite => return None,
        Backend::Postgres => (
            "SELECT pg_backend_pid()::bigint",
            "SELECT pg_cancel_backend",
        ),
        Backend::Mysql => ("SELECT CAST(connection_id() AS SIGNED)", "KILL QUERY"),
    };
    let db = &connection.db;
    let statement = Statement::from_string(db.get_database_backend(), ask);
    let row = db.query_one_raw(statement).await.ok()??;
    let id: i64 = row.try_get_by_index(0).ok()?;
    Some(match connection.url.backend() {
        Backend::Sqlite | Backend::Postgres => format!("{kill}({id})"),
        Backend::Mysql => format!("{kill} {id}"),
    })
}
