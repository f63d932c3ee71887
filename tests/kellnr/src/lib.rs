//! Kellnr, a real project: its published migrations are run, and models are compared with what came out, by the tests of this package.

use kellnr_migration::Migrator;
use plimsoll_differ::compare::{Answers, Diff, Forms, Input, Manage};
use plimsoll_differ::inspect::{Inspection, Scope, inspect};
use plimsoll_differ::normalise::settle;
use plimsoll_differ::plan::plan;
use plimsoll_differ::prove::prove;
use plimsoll_schema::{Backend, Catalog, Server};
use plimsoll_testkit::servers::{self, Scratch};
use sea_orm_migration::MigratorTrait;

/// A database as kellnr's migrations leave it; none where the run does not require the server.
///
/// # Panics
/// When there is no scratch database, or kellnr does not migrate.
pub async fn migrated(backend: Backend) -> Option<Scratch> {
    if !servers::required()
        .expect("PLIMSOLL_TEST_SERVERS is read")
        .contains(&backend)
    {
        return None;
    }
    let scratch = Scratch::create(backend)
        .await
        .expect("there is a scratch database");
    Migrator::up(&scratch.db, None)
        .await
        .expect("kellnr migrates");
    Some(scratch)
}

/// What is in the database, the history of its migrations apart.
///
/// # Panics
/// When it cannot be read.
pub async fn inspected(scratch: &Scratch) -> Inspection {
    let scope = Scope {
        ignore: vec!["seaql_migrations".into()],
        ..Scope::default()
    };
    inspect(&scratch.db, &scope)
        .await
        .expect("the database is read")
}

/// Compares the models with the database, nothing asked of anybody.
pub async fn compared(
    scratch: &Scratch,
    inspection: &Inspection,
    now: &Catalog,
    last: Option<&Catalog>,
) -> Diff {
    settle(
        &scratch.db,
        &Input {
            server: &inspection.server,
            now,
            last,
            live: &inspection.catalog,
            manage: Manage::Stated,
            answers: &Answers::default(),
            forms: &Forms::new(),
        },
    )
    .await
}

/// Plans what leads from the models as they were to the models as they are, proves it, carries it out and compares again. What was planned,
/// in words; none where the run does not require the server.
///
/// # Panics
/// When anything of that fails, or something is left to do.
pub async fn takes_a_change(
    backend: Backend,
    models: impl Fn(&Server) -> (Catalog, Catalog),
) -> Option<String> {
    let scratch = migrated(backend).await?;
    let before = inspected(&scratch).await;
    let (last, now) = models(&before.server);
    let found = compared(&scratch, &before, &now, Some(&last)).await;
    assert_eq!(found.ambiguities, vec![]);
    let planned =
        plan(&before.server, &found.current, &found.changes).expect("the change is planned");
    let steps: Vec<&str> = planned.steps.iter().map(|step| &*step.summary).collect();
    let summary = steps.join("\n");

    let aside = Scratch::create(backend)
        .await
        .expect("there is a second scratch database");
    prove(&aside.db, &planned, &found, &now, Manage::Stated)
        .await
        .expect("the plan is proven");
    close(aside).await;

    if backend == Backend::Sqlite {
        run(&scratch, "PRAGMA foreign_keys = OFF").await;
    }
    for statement in planned.up() {
        run(&scratch, statement).await;
    }
    let after = inspected(&scratch).await;
    let again = compared(&scratch, &after, &now, Some(&now)).await;
    assert_eq!(again.changes, vec![]);
    // Also for one who adopts what came out, without knowing what was stated.
    let again = compared(&scratch, &after, &now, None).await;
    assert_eq!(again.changes, vec![]);
    close(scratch).await;
    Some(summary)
}

async fn run(scratch: &Scratch, sql: &str) {
    scratch
        .run(sql)
        .await
        .unwrap_or_else(|error| panic!("{error}\n{sql}"));
}

/// Drops the database.
///
/// # Panics
/// When it cannot be dropped.
pub async fn close(scratch: Scratch) {
    scratch
        .close()
        .await
        .expect("the scratch database is dropped");
}
