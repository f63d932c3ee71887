//! Scratch databases whose run is gone.

use plimsoll_schema::{Backend, Server};
use sea_orm::{ConnectionTrait, DatabaseConnection, DbErr, Statement};

use super::{SCRATCH_PREFIX, drop_database};

/// Says, for as long as the session lives, that a scratch database of that name is in use.
pub(super) async fn claim(
    admin: &DatabaseConnection,
    server: &Server,
    name: &str,
) -> Result<(), DbErr> {
    // The name is of our making, and has nothing in it to be quoted.
    let sql = match server.backend {
        Backend::Sqlite => return Ok(()),
        Backend::Postgres => format!("SET application_name = '{name}'"),
        Backend::Mysql => format!("DO GET_LOCK('{name}', 0)"),
    };
    admin.execute_unprepared(&sql).await.map(|_| ())
}

/// Drops the scratch databases of ours that no living session claims. What cannot be dropped stays.
pub(super) async fn drop_all(admin: &DatabaseConnection, server: &Server) {
    let prefix = SCRATCH_PREFIX.replace('_', "\\_");
    let sql = match server.backend {
        Backend::Sqlite => return,
        // `pg_stat_activity` shows the database and the application's name of every session, whoever asks
        // (https://www.postgresql.org/docs/current/monitoring-stats.html).
        Backend::Postgres => format!(
            "SELECT d.datname::text AS name FROM pg_database d WHERE d.datname LIKE '{prefix}%' \
             AND pg_get_userbyid(d.datdba) = current_user \
             AND NOT EXISTS (SELECT FROM pg_stat_activity a WHERE d.datname IN (a.datname, a.application_name))"
        ),
        // The backslash is doubled, because it escapes in a literal and in the pattern.
        Backend::Mysql => format!(
            "SELECT CONVERT(schema_name USING utf8mb4) AS name FROM information_schema.schemata \
             WHERE schema_name LIKE '{}%' AND IS_FREE_LOCK(schema_name) = 1",
            prefix.replace('\\', "\\\\")
        ),
    };
    let question = Statement::from_string(admin.get_database_backend(), sql);
    let Ok(rows) = admin.query_all_raw(question).await else {
        return;
    };
    for name in rows
        .iter()
        .filter_map(|row| row.try_get::<String>("", "name").ok())
    {
        let _ = admin
            .execute_unprepared(&drop_database(server, &name))
            .await;
    }
}
