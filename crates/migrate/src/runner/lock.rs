//! One run at a time.
//!
//! PostgreSQL: an advisory lock of a transaction on a connection of its own, which lasts as long as that transaction, also behind a
//! pooler that gives every transaction another server connection (PostgreSQL 17 manual, 13.3.5). It is asked for again and again rather
//! than waited for inside the server, where waiting would hold a snapshot that CREATE INDEX CONCURRENTLY of the other run waits for.
//! MySQL and MariaDB: `GET_LOCK`, which belongs to the session (MySQL 8.4 manual, 14.14). SQLite: a file beside the database, locked by
//! the operating system. All of them go with the process that holds them.

use std::fmt;
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read as _, Seek as _, Write as _};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use plimsoll_schema::Backend;
use sea_orm::{
    ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbErr, Statement, TransactionTrait,
};
use sha2::{Digest, Sha256};

use super::{Direction, Failure, FailureKind, Stop, who};
use crate::connect::{Access, Connection, connect};

/// How long between two questions.
const PAUSE: Duration = Duration::from_millis(100);

/// Who holds the lock.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Holder(String);

impl fmt::Display for Holder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A lock that is held: nobody else goes about the same meanwhile.
pub struct Lock(Held);

/// How it is held.
enum Held {
    /// There is nobody to share the database with: it is in memory.
    Needless,
    /// SQLite's.
    File {
        /// Where.
        path: PathBuf,
        /// Locked as long as it is open.
        file: File,
    },
    /// PostgreSQL's: the lock lasts as long as the transaction.
    Transaction(Box<Own>),
    /// MySQL's: the statement that gives it back.
    Session(String),
}

/// What a lock is for. Each is taken by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Purpose {
    /// Revisions run, are stamped or repaired.
    Run,
    /// What goes around a run: a backup before it, the loading of rows after it. The run's own lock is taken within it.
    Around,
}

impl Purpose {
    /// What distinguishes its lock from others.
    const fn word(self) -> &'static str {
        match self {
            Self::Run => "plimsoll",
            Self::Around => "plimsoll around",
        }
    }
}

/// How long to wait for a lock.
pub struct Wait<'a> {
    /// Until it is given up.
    pub patience: Duration,
    /// Who may end it before.
    pub stop: &'a Stop,
}

/// Waits until nobody else goes about the same with this database and history table. `waiting` hears once that somebody does, and who, where
/// that can be known.
///
/// # Errors
/// When it takes too long, someone asks to stop, or the database does not answer.
pub async fn turn(
    connection: &Connection,
    table: &str,
    wait: &Wait<'_>,
    waiting: &mut (dyn FnMut(Option<Holder>) + Send),
) -> Result<Lock, Failure> {
    let lock = acquire(connection, table, Purpose::Around, wait, waiting).await;
    lock.map_err(|kind| Failure {
        direction: Direction::Up,
        done: Vec::new(),
        kind,
    })
}

/// Takes a lock, or waits for it.
pub(super) async fn acquire(
    connection: &Connection,
    table: &str,
    purpose: Purpose,
    wait: &Wait<'_>,
    waiting: &mut (dyn FnMut(Option<Holder>) + Send),
) -> Result<Lock, FailureKind> {
    let failed = |error: DbErr| FailureKind::history(&error);
    let start = Instant::now();
    let mut told = false;
    let asker = Asker::new(connection, table, purpose);
    loop {
        if let Some(lock) = asker.ask(connection).await.map_err(failed)? {
            return Ok(lock);
        }
        if wait.stop.is_asked() {
            return Err(FailureKind::Stopped { during: None });
        }
        // Telling who it is must not fail the wait.
        let holder = async || asker.holder(connection).await.ok().flatten();
        if start.elapsed() >= wait.patience {
            return Err(FailureKind::Locked {
                seconds: wait.patience.as_secs(),
                holder: holder().await,
            });
        }
        if !told {
            waiting(holder().await);
            told = true;
        }
        tokio::time::sleep(PAUSE).await;
    }
}

/// Takes the lock of a run if it is free.
///
/// # Errors
/// When it is not, or the database does not answer.
pub async fn hold(connection: &Connection, table: &str) -> Result<Lock, DbErr> {
    let asker = Asker::new(connection, table, Purpose::Run);
    let lock = asker.ask(connection).await?;
    lock.ok_or_else(|| DbErr::Custom("another run holds the lock of this database".to_owned()))
}

impl Lock {
    /// Gives it back. If that fails the connection is gone, and the lock with it.
    pub async fn release(self, db: &DatabaseConnection) {
        match self.0 {
            Held::Needless => {}
            Held::File { path, file } => {
                // Removed while it is locked: whoever waits for this file sees that it is no longer the one of that name.
                let _ = std::fs::remove_file(path);
                drop(file);
            }
            Held::Transaction(own) => own.close().await,
            Held::Session(sql) => {
                let statement = Statement::from_string(db.get_database_backend(), sql);
                let _ = db.query_one_raw(statement).await;
            }
        }
    }
}

/// A connection for the lock alone.
struct Own {
    transaction: DatabaseTransaction,
    db: DatabaseConnection,
}

impl Own {
    async fn open(connection: &Connection) -> Result<Self, DbErr> {
        let own = connect(&connection.url, Access::Write, None)
            .await
            .map_err(|error| DbErr::Custom(error.to_string()))?;
        let transaction = own.db.begin().await?;
        let who = who().unwrap_or_default().replace('\'', "''");
        let pid = std::process::id();
        // The server must not end it for being idle; its name tells others who holds the lock.
        let settings = format!(
            "SET LOCAL idle_in_transaction_session_timeout = 0; SET LOCAL application_name = 'plimsoll {who} {pid}'"
        );
        transaction.execute_unprepared(&settings).await?;
        Ok(Self {
            transaction,
            db: own.db,
        })
    }

    async fn close(self) {
        // Whatever fails here, the connection is gone then.
        let _ = self.transaction.rollback().await;
        let _ = self.db.close().await;
    }
}

/// What is asked for the lock.
enum Asker {
    Needless,
    File(PathBuf),
    Transaction(i64),
    Session(String),
}

impl Asker {
    fn new(connection: &Connection, table: &str, purpose: Purpose) -> Self {
        match connection.url.backend() {
            Backend::Sqlite => lock_file(connection, purpose).map_or(Self::Needless, Self::File),
            Backend::Postgres => Self::Transaction(key(connection, table, purpose)),
            Backend::Mysql => Self::Session(name(table, purpose)),
        }
    }

    async fn ask(&self, connection: &Connection) -> Result<Option<Lock>, DbErr> {
        let db = &connection.db;
        match self {
            Self::Needless => Ok(Some(Lock(Held::Needless))),
            Self::File(path) => lock(path),
            Self::Transaction(key) => {
                // First on the connection that is there: those who wait do not take a second one.
                let sql = format!(
                    "SELECT CASE WHEN pg_try_advisory_xact_lock({key}) THEN 1 ELSE 0 END::bigint"
                );
                if !is_one(db, &sql).await? {
                    return Ok(None);
                }
                let own = Own::open(connection).await?;
                if is_one(&own.transaction, &sql).await? {
                    return Ok(Some(Lock(Held::Transaction(Box::new(own)))));
                }
                own.close().await;
                Ok(None)
            }
            Self::Session(name) => {
                let sql = format!("SELECT CAST(coalesce(get_lock({name}, 0), 0) AS SIGNED)");
                let taken = is_one(db, &sql).await?;
                Ok(taken.then(|| Lock(Held::Session(format!("SELECT release_lock({name})")))))
            }
        }
    }

    /// Who has it at this moment.
    async fn holder(&self, connection: &Connection) -> Result<Option<Holder>, DbErr> {
        let sql = match self {
            Self::Needless => return Ok(None),
            Self::File(path) => return Ok(file_holder(path)),
            Self::Transaction(key) => {
                let key = key.cast_unsigned();
                format!(
                    "SELECT concat_ws(', ', nullif(a.application_name, ''), 'as ' || a.usename, 'from ' || host(a.client_addr), \
                     'since ' || to_char(a.xact_start AT TIME ZONE 'UTC', 'HH24:MI:SS'), 'backend ' || a.pid) AS holder \
                     FROM pg_locks l LEFT JOIN pg_stat_activity a ON a.pid = l.pid \
                     WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 1 \
                     AND l.classid::bigint = {} AND l.objid::bigint = {} \
                     AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())",
                    key >> 32,
                    key & 0xffff_ffff
                )
            }
            Self::Session(name) => format!(
                "SELECT CONVERT(concat(user, ' from ', host, ', connection ', id) USING utf8mb4) AS holder \
                 FROM information_schema.processlist WHERE id = is_used_lock({name})"
            ),
        };
        let db = &connection.db;
        let statement = Statement::from_string(db.get_database_backend(), sql);
        match db.query_one_raw(statement).await? {
            Some(row) => Ok(row.try_get::<Option<String>>("", "holder")?.map(Holder)),
            None => Ok(None),
        }
    }
}

async fn is_one(db: &impl ConnectionTrait, sql: &str) -> Result<bool, DbErr> {
    let statement = Statement::from_string(db.get_database_backend(), sql);
    match db.query_one_raw(statement).await? {
        Some(row) => Ok(row.try_get_by_index::<i64>(0)? == 1),
        None => Ok(false),
    }
}

/// PostgreSQL's key: of the history table, and of the schema it is in.
fn key(connection: &Connection, table: &str, purpose: Purpose) -> i64 {
    let schema = connection.schema.as_deref().unwrap_or_default();
    let digest = Sha256::digest(format!("{} {schema} {table}", purpose.word()));
    let mut bytes = [0; 8];
    bytes.copy_from_slice(&digest[..8]);
    i64::from_be_bytes(bytes)
}

/// MySQL's name, as an expression: of at most 64 characters, and one for the whole server, so that the database is part of it.
fn name(table: &str, purpose: Purpose) -> String {
    let digest = Sha256::digest(format!("{} {table}", purpose.word()));
    format!(
        "concat('plimsoll ', left(sha2(concat(coalesce(database(), ''), '{:02x}{:02x}{:02x}{:02x}'), 256), 40))",
        digest[0], digest[1], digest[2], digest[3]
    )
}

/// SQLite's file; `None` for a database in memory.
fn lock_file(connection: &Connection, purpose: Purpose) -> Option<PathBuf> {
    let mut name = connection.url.file()?.as_os_str().to_owned();
    name.push(format!("-{}-lock", purpose.word().replace(' ', "-")));
    Some(PathBuf::from(name))
}

fn lock(path: &Path) -> Result<Option<Lock>, DbErr> {
    let failed =
        |error: std::io::Error| DbErr::Custom(format!("lock `{}`: {error}", path.display()));
    let mut file = OpenOptions::new()
        .create(true)
        .write(true)
        .read(true)
        .truncate(false)
        .open(path)
        .map_err(failed)?;
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => return Ok(None),
        Err(TryLockError::Error(error)) => return Err(failed(error)),
    }
    if !is_still_there(path, &file) {
        return Ok(None);
    }
    let told = format!(
        "{} (process {})",
        who().unwrap_or_default(),
        std::process::id()
    );
    let written = file
        .set_len(0)
        .and_then(|()| file.rewind())
        .and_then(|()| file.write_all(told.as_bytes()));
    written.map_err(failed)?;
    Ok(Some(Lock(Held::File {
        path: path.to_owned(),
        file,
    })))
}

/// Whether the file of that name is the one that was locked, and not a newer one.
#[cfg(unix)]
fn is_still_there(path: &Path, file: &File) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    match (std::fs::metadata(path), file.metadata()) {
        (Ok(named), Ok(locked)) => named.ino() == locked.ino() && named.dev() == locked.dev(),
        _ => false,
    }
}

/// A file that is open cannot be removed here.
#[cfg(not(unix))]
fn is_still_there(_: &Path, _: &File) -> bool {
    true
}

/// Who runs revisions on this database and history table at this moment, if anyone.
///
/// # Errors
/// When the database does not answer.
pub async fn holder(connection: &Connection, table: &str) -> Result<Option<Holder>, DbErr> {
    let asker = Asker::new(connection, table, Purpose::Run);
    asker.holder(connection).await
}

fn file_holder(path: &Path) -> Option<Holder> {
    let mut file = OpenOptions::new().read(true).write(true).open(path).ok()?;
    match file.try_lock() {
        // Nobody: a run was killed and left its file.
        Ok(()) | Err(TryLockError::Error(_)) => return None,
        Err(TryLockError::WouldBlock) => {}
    }
    let mut text = String::new();
    file.read_to_string(&mut text).ok()?;
    Some(Holder(text))
}
