//! Limits on waiting, and trying again: a statement that waits for a lock makes everybody else wait behind it.

use std::time::Duration;

use plimsoll_schema::{Backend, Flavor};
use sea_orm::{ConnectionTrait, DbErr};

use super::{Options, Run};

/// The first pause; each one after it is twice as long.
const FIRST: Duration = Duration::from_millis(250);

/// No pause is longer.
const LONGEST: Duration = Duration::from_secs(15);

/// How often something was tried.
pub(super) struct Tries {
    left: u32,
    pause: Duration,
}

impl Tries {
    pub(super) fn new(options: &Options) -> Self {
        Self {
            left: options.attempts.saturating_sub(1),
            pause: FIRST,
        }
    }

    /// How long to wait before the next try after an error of that code; `None` when there is to be none.
    pub(super) fn after(&mut self, code: Option<&str>) -> Option<Duration> {
        if self.left == 0 || !is_lock(code) {
            return None;
        }
        self.left -= 1;
        let pause = self.pause;
        self.pause = (pause * 2).min(LONGEST);
        // Between half and all of it, so that two that wait for one another do not meet again.
        Some(pause.mul_f64(0.5 + fraction() / 2.0))
    }
}

/// A number from 0 to 1 that differs between processes and moments.
fn fraction() -> f64 {
    use std::hash::{BuildHasher as _, Hasher as _};
    let random = std::collections::hash_map::RandomState::new()
        .build_hasher()
        .finish();
    f64::from(u32::try_from(random >> 32).unwrap_or_default()) / f64::from(u32::MAX)
}

/// Whether someone else held what was needed: nothing was done, and the same may succeed later.
///
/// PostgreSQL: 55P03 lock_not_available, 40P01 deadlock_detected, 40001 serialization_failure. MySQL and MariaDB: 1205 lock wait timeout,
/// 1213 deadlock. SQLite: 5 busy, 6 locked, and their extended codes.
pub(super) fn is_lock(code: Option<&str>) -> bool {
    matches!(
        code,
        Some("55P03" | "40P01" | "40001" | "1205" | "1213" | "5" | "6" | "261" | "517")
    )
}

/// Whether a statement ran for longer than it may: PostgreSQL's 57014, MariaDB's 1969, MySQL's 3024; or waited, see [`is_lock`].
pub(super) fn is_limit(code: Option<&str>) -> bool {
    is_lock(code) || matches!(code, Some("57014" | "1969" | "3024"))
}

/// Puts the limits on a session.
pub(super) async fn limit(run: &Run<'_>) -> Result<(), DbErr> {
    match run.backend() {
        // SQLite waits for as long as the connection says; PostgreSQL's are put on each transaction, behind a pooler too.
        Backend::Sqlite | Backend::Postgres => return Ok(()),
        Backend::Mysql => {}
    }
    let db = &run.connection.db;
    if let Some(limit) = run.options.lock_timeout {
        // Whole seconds, at least one.
        let seconds = limit.as_secs().max(1);
        let sql = format!(
            "SET SESSION lock_wait_timeout = {seconds}, innodb_lock_wait_timeout = {seconds}"
        );
        db.execute_unprepared(&sql).await?;
    }
    if let Some(limit) = run.options.statement_timeout {
        let server = crate::operation::server_of(db).await?;
        let sql = match server.flavor {
            // Seconds; holds for every statement.
            Flavor::MariaDb => format!("SET SESSION max_statement_time = {}", limit.as_secs_f64()),
            // Milliseconds; holds for SELECT only (MySQL 8.4 manual, 7.1.8).
            Flavor::Original => format!("SET SESSION max_execution_time = {}", limit.as_millis()),
        };
        db.execute_unprepared(&sql).await?;
    }
    Ok(())
}

/// Puts the limits on a transaction.
pub(super) async fn limit_inside(run: &Run<'_>, db: &impl ConnectionTrait) -> Result<(), DbErr> {
    if run.backend() != Backend::Postgres {
        return Ok(());
    }
    let limits = [
        ("lock_timeout", run.options.lock_timeout),
        ("statement_timeout", run.options.statement_timeout),
    ];
    let set: Vec<String> = limits
        .iter()
        .filter_map(|(name, limit)| {
            Some(format!(
                "SET LOCAL {name} = {}",
                limit.as_ref()?.as_millis()
            ))
        })
        .collect();
    if set.is_empty() {
        return Ok(());
    }
    db.execute_unprepared(&set.join("; ")).await.map(|_| ())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_and_end() {
        let options = Options {
            attempts: 9,
            ..Options::default()
        };
        let mut tries = Tries::new(&options);
        let pauses: Vec<u128> = std::iter::from_fn(|| tries.after(Some("55P03")))
            .map(|pause| pause.as_millis())
            .collect();
        assert_eq!(pauses.len(), 8);
        for (pause, most) in pauses
            .iter()
            .zip([250, 500, 1000, 2000, 4000, 8000, 15000, 15000])
        {
            assert!((most / 2..=most).contains(pause), "{pauses:?}");
        }
        assert_eq!(Tries::new(&options).after(Some("42601")), None);
        assert_eq!(Tries::new(&options).after(None), None);
    }
}
