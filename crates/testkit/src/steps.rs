//! Carrying a plan out as the runner would: in one transaction where the backend has one for DDL.

use plimsoll_schema::{Backend, Plan};

use crate::servers::Scratch;

/// Carries the plan out.
pub(crate) async fn up(scratch: &Scratch, plan: &Plan) -> Result<(), String> {
    run(scratch, plan, "up", plan.up()).await
}

/// Takes the plan back.
pub(crate) async fn down(scratch: &Scratch, plan: &Plan) -> Result<(), String> {
    run(scratch, plan, "down", plan.down()).await
}

async fn run<'a>(
    scratch: &Scratch,
    plan: &Plan,
    direction: &str,
    statements: impl Iterator<Item = &'a str>,
) -> Result<(), String> {
    let is_whole = plan.steps.iter().all(|step| step.transactional);
    let (before, after): (&[&str], &[&str]) = match scratch.backend {
        Backend::Sqlite => (
            &["PRAGMA foreign_keys = OFF", "BEGIN"],
            &["COMMIT", "PRAGMA foreign_keys = ON"],
        ),
        Backend::Postgres if is_whole => (&["BEGIN"], &["COMMIT"]),
        Backend::Postgres | Backend::Mysql => (&[], &[]),
    };
    let statements = before
        .iter()
        .copied()
        .chain(statements)
        .chain(after.iter().copied());
    for sql in statements {
        scratch
            .run(sql)
            .await
            .map_err(|error| format!("{direction}: {error}\n  {sql}"))?;
    }
    if scratch.backend == Backend::Sqlite {
        let dangling = scratch
            .texts("SELECT \"table\" FROM pragma_foreign_key_check")
            .await
            .map_err(|error| format!("{direction}: {error}"))?;
        if !dangling.is_empty() {
            return Err(format!(
                "{direction}: rows of {dangling:?} point at nothing"
            ));
        }
    }
    Ok(())
}
