//! SQLite's foreign keys during a revision: off, because a table that is rebuilt is dropped for a moment and the keys would act on
//! that; and checked before the end, because meanwhile nobody did.
//!
//! See <https://www.sqlite.org/lang_altertable.html#otheralter>. On servers all of this does nothing.

use std::collections::BTreeMap;

use plimsoll_schema::Backend;
use sea_orm::{ConnectionTrait, DatabaseConnection, DbErr, Statement};

use crate::connect::Connection;

/// How things were before.
#[derive(Debug, Clone, Copy)]
pub(super) struct ForeignKeys {
    /// Whether they were on, and are now off.
    suspended: bool,
}

/// Rows that break a key, counted by table and parent.
pub(super) type Violations = BTreeMap<(String, String), i64>;

/// Turns them off. The PRAGMA does nothing inside a transaction, so this comes first.
pub(super) async fn suspend(connection: &Connection) -> Result<ForeignKeys, DbErr> {
    if connection.url.backend() != Backend::Sqlite {
        return Ok(ForeignKeys { suspended: false });
    }
    let db = &connection.db;
    let pragma = Statement::from_string(db.get_database_backend(), "PRAGMA foreign_keys");
    let on = match db.query_one_raw(pragma).await? {
        Some(row) => row.try_get_by_index::<i32>(0)? == 1,
        None => false,
    };
    if on {
        db.execute_unprepared("PRAGMA foreign_keys = OFF").await?;
    }
    Ok(ForeignKeys { suspended: on })
}

impl ForeignKeys {
    /// Rows that break a key now.
    pub(super) async fn violations(self, db: &impl ConnectionTrait) -> Result<Violations, DbErr> {
        if !self.suspended {
            return Ok(Violations::new());
        }
        let select = Statement::from_string(
            db.get_database_backend(),
            "SELECT \"table\" AS child, parent, count(*) AS rows FROM pragma_foreign_key_check GROUP BY 1, 2",
        );
        let mut found = Violations::new();
        for row in db.query_all_raw(select).await? {
            found.insert(
                (row.try_get("", "child")?, row.try_get("", "parent")?),
                row.try_get("", "rows")?,
            );
        }
        Ok(found)
    }

    /// Fails when more rows break a key than before. Compared by sum, because a table may have been renamed.
    pub(super) async fn check(
        self,
        db: &impl ConnectionTrait,
        before: &Violations,
    ) -> Result<(), DbErr> {
        let after = self.violations(db).await?;
        if after.values().sum::<i64>() <= before.values().sum::<i64>() {
            return Ok(());
        }
        let told: Vec<String> = after
            .iter()
            .filter(|(key, rows)| before.get(*key).unwrap_or(&0) < *rows)
            .map(|((child, parent), rows)| {
                format!("{rows} of `{child}` without their row of `{parent}`")
            })
            .collect();
        Err(DbErr::Migration(format!(
            "it leaves rows that break a foreign key: {} (SQLite's foreign keys are off while a revision runs, so ON DELETE does not act)",
            told.join(", ")
        )))
    }

    /// Turns them on again if they were.
    pub(super) async fn restore(self, db: &DatabaseConnection) -> Result<(), DbErr> {
        if self.suspended {
            db.execute_unprepared("PRAGMA foreign_keys = ON").await?;
        }
        Ok(())
    }
}
