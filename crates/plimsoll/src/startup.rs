//! Migrations in the entry point of a service: what is to happen with the schema before the first request is served.
//!
//! ```no_run
//! # struct Migrator;
//! # #[async_trait::async_trait]
//! # impl plimsoll::prelude::MigratorTrait for Migrator {
//! #     fn migrations() -> Vec<Box<dyn plimsoll::prelude::MigrationTrait>> { vec![] }
//! # }
//! use plimsoll::startup::{Policy, auto_migrate};
//!
//! # async fn start() -> Result<(), Box<dyn std::error::Error>> {
//! let db = sea_orm::Database::connect(std::env::var("DATABASE_URL")?).await?;
//! auto_migrate(&db, Migrator, Policy::from_env()?).await?;
//! # Ok(())
//! # }
//! ```
//!
//! Invariant: nothing is ever dropped here. Invariant: of many replicas that start together one does the work; who waited reads again
//! what is left, finds nothing, and starts.

use std::time::Duration;

use plimsoll_migrate::connect::{Access, Connection, connect};
use plimsoll_migrate::history;
use plimsoll_migrate::hooks::Revisions;
use plimsoll_migrate::project::{Project, Standing};
use plimsoll_migrate::runner::{Direction, Done, Event, Options, Run, Stop, message};
use plimsoll_migrate::url::DbUrl;
use plimsoll_schema::Backend;
use sea_orm::DatabaseConnection;

mod create;
mod error;
mod policy;

pub use error::StartupError;
pub use policy::{Policy, PolicyError};

/// How long to wait for another replica where nothing else is said: longer than most revisions take.
const PATIENCE: Duration = Duration::from_mins(10);

/// What is to happen at the start, and how long that may wait. A [`Policy`] alone is one, too.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Startup {
    /// What is to happen.
    pub policy: Policy,
    /// How long to wait for another replica that holds the lock; ten minutes unless stated.
    pub lock_timeout: Duration,
}

impl From<Policy> for Startup {
    fn from(policy: Policy) -> Self {
        Self {
            policy,
            lock_timeout: PATIENCE,
        }
    }
}

impl Policy {
    /// The same, waiting so long for another replica that holds the lock.
    pub fn waiting(self, lock_timeout: Duration) -> Startup {
        Startup {
            policy: self,
            lock_timeout,
        }
    }
}

/// What was done at the start.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// Nothing was to be done, and the database was not even asked.
    NotAsked,
    /// Every revision is applied; by another replica, maybe, while this one waited.
    AtHead,
    /// Every revision is applied, and others that this program does not know: a newer version of it was here. Told, not refused,
    /// because an older replica that restarts during a rollout finds just that.
    Ahead {
        /// The revisions that are applied and not known here.
        unknown: Vec<String>,
    },
    /// Revisions were applied.
    Upgraded {
        /// Their ids, in order.
        revisions: Vec<String>,
    },
    /// The schema was made from the models, and every revision recorded as applied.
    Created {
        /// How many tables.
        tables: usize,
    },
}

/// Does what the policy says, on a session of its own beside the application's pool. The pool is not changed; one that lives in the
/// memory of a single connection is used itself.
///
/// What happens is logged with `tracing`, an error with what to do about it.
///
/// # Errors
/// When the database is not as the policy wants it, or something fails. What was applied before stays applied.
pub async fn auto_migrate(
    db: &DatabaseConnection,
    migrator: impl Revisions,
    startup: impl Into<Startup>,
) -> Result<Outcome, StartupError> {
    let startup = startup.into();
    logged(
        startup.policy,
        async {
            if startup.policy == Policy::Never {
                return Ok(Outcome::NotAsked);
            }
            let project = Project::of(&migrator)?;
            drop(migrator);
            let acting = async || Ok(Connection::beside(db).await?);
            // Boxed, so that the application's own future stays small.
            Box::pin(begin(db, project, startup, acting)).await
        }
        .await,
    )
}

/// The same by address, in any spelling that `DATABASE_URL` may have: for a role of its own that may change the schema, where the
/// application's may not.
///
/// # Errors
/// As [`auto_migrate`]; and when there is no connection.
pub async fn auto_migrate_at(
    url: &str,
    migrator: impl Revisions,
    startup: impl Into<Startup>,
) -> Result<Outcome, StartupError> {
    let startup = startup.into();
    logged(
        startup.policy,
        async {
            if startup.policy == Policy::Never {
                return Ok(Outcome::NotAsked);
            }
            let project = Project::of(&migrator)?;
            drop(migrator);
            let url = DbUrl::parse(url)?;
            let access = match startup.policy {
                Policy::Never | Policy::Check => Access::Read,
                Policy::Upgrade | Policy::CreateAll => Access::Write,
            };
            let looking = connect(&url, access, None).await?;
            let acting = async || Ok(connect(&url, access, None).await?);
            let result = Box::pin(begin(&looking.db, project, startup, acting)).await;
            // A session that does not close is closed by the server.
            let _ = looking.db.close().await;
            result
        }
        .await,
    )
}

/// Looks through `db`; where something is to be done, it is done on a session that `acting` opens.
async fn begin(
    db: &DatabaseConnection,
    project: Project,
    startup: Startup,
    acting: impl AsyncFnOnce() -> Result<Connection, StartupError>,
) -> Result<Outcome, StartupError> {
    let rows = history::read(db, project.table()).await;
    let rows = rows.map_err(|error| StartupError::Read(message(&error)))?;
    let standing = Standing::new(project.graph(), rows);
    for id in &standing.edited {
        tracing::warn!(revision = %id, "was edited after it was applied");
    }
    let is_new = standing.rows.is_empty() && startup.policy == Policy::CreateAll;
    if standing.pending.is_empty() && !is_new {
        return Ok(if standing.unknown.is_empty() {
            Outcome::AtHead
        } else {
            Outcome::Ahead {
                unknown: standing.unknown,
            }
        });
    }
    match startup.policy {
        Policy::Never => Ok(Outcome::NotAsked),
        Policy::Check => Err(StartupError::Behind {
            pending: standing.pending,
        }),
        Policy::Upgrade => upgrade(project, startup, acting().await?).await,
        Policy::CreateAll => create::all(db, project, &standing, startup, acting).await,
    }
}

/// Applies what is pending. Where that stands is read again: on this session the files are compared with what was applied.
async fn upgrade(
    project: Project,
    startup: Startup,
    connection: Connection,
) -> Result<Outcome, StartupError> {
    let standing = project.standing(&connection).await;
    let permitted = match standing {
        Ok(standing) => permit(&project, &standing).map(|()| standing.pending),
        Err(error) => Err(StartupError::Read(message(&error))),
    };
    let result = match permitted {
        Ok(path) => {
            let run = on(&connection, &project, startup.lock_timeout);
            let done = run.path(&path, &mut |event| log(event)).await;
            done.map_err(StartupError::from)
        }
        Err(error) => Err(error),
    };
    close(&connection).await;
    let revisions = ids(result?);
    Ok(if revisions.is_empty() {
        Outcome::AtHead
    } else {
        Outcome::Upgraded { revisions }
    })
}

/// Ends a session. On SQLite it may be the application's own pool; there is nobody to be told of the end, either.
async fn close(connection: &Connection) {
    if connection.url.backend() != Backend::Sqlite {
        let _ = connection.db.clone().close().await;
    }
}

/// Refuses what `upgrade` at the terminal refuses, too.
fn permit(project: &Project, standing: &Standing) -> Result<(), StartupError> {
    if !standing.unknown.is_empty() {
        return Err(StartupError::Apart {
            unknown: standing.unknown.clone(),
            pending: standing.pending.clone(),
        });
    }
    if !standing.edited.is_empty() {
        return Err(StartupError::Edited {
            revisions: standing.edited.clone(),
        });
    }
    match project.graph().heads().as_slice() {
        [] | [_] => Ok(()),
        several => Err(StartupError::SeveralHeads {
            heads: several.iter().map(|id| (*id).to_owned()).collect(),
        }),
    }
}

/// A run, of which nobody but the service itself decides what a signal means.
fn on<'a>(connection: &'a Connection, project: &'a Project, lock_timeout: Duration) -> Run<'a> {
    Run {
        connection,
        project,
        direction: Direction::Up,
        options: Options {
            patience: lock_timeout,
            ..Options::default()
        },
        stop: Stop::never(),
    }
}

fn ids(done: Vec<Done>) -> Vec<String> {
    done.into_iter().map(|done| done.revision).collect()
}

fn log(event: &Event) {
    match event {
        Event::Waiting(holder) => tracing::info!(
            holder = holder.as_ref().map(tracing::field::display),
            "waiting for another replica to migrate the database"
        ),
        Event::Resumed(id, done, of) => {
            tracing::info!(revision = %id, done, of, "was begun before, and goes on there");
        }
        Event::Cleared(sql) => tracing::info!(
            sql,
            "an index that was left half-built is dropped and built anew"
        ),
        Event::Retrying(cause, pause) => {
            tracing::warn!(
                cause,
                ?pause,
                "somebody else holds what a statement needs; it is tried again"
            );
        }
        Event::HookFailed(cause) => tracing::error!(cause, "the hook after the run failed"),
        Event::Started(id) => tracing::debug!(revision = %id, "applying"),
        Event::Skipped(id) => tracing::info!(revision = %id, "another replica applied it"),
        Event::Done(Done { revision, duration }) => {
            let ms = u64::try_from(duration.as_millis()).unwrap_or(u64::MAX);
            tracing::info!(%revision, duration_ms = ms, "applied");
        }
    }
}

/// Says how it ended. A caller often prints an error without what to do about it.
fn logged(policy: Policy, result: Result<Outcome, StartupError>) -> Result<Outcome, StartupError> {
    match &result {
        Ok(Outcome::NotAsked) => tracing::debug!(%policy, "the database's schema is not looked at"),
        Ok(Outcome::AtHead) => tracing::info!(%policy, "the database is at head"),
        Ok(Outcome::Ahead { unknown }) => tracing::warn!(
            %policy,
            ?unknown,
            "the database is ahead: revisions are applied that this program does not know"
        ),
        Ok(Outcome::Upgraded { revisions }) => {
            tracing::info!(%policy, revisions = revisions.len(), "the database was upgraded to head");
        }
        Ok(Outcome::Created { tables }) => {
            tracing::info!(%policy, tables, "the schema was made from the models");
        }
        Err(error) => {
            tracing::error!(%policy, help = error.help(), "failed to {error}");
        }
    }
    result
}
