//! `check` and `diff`: nothing here writes.

use plimsoll_differ::compare::Answers;
use plimsoll_migrate::connect::Access;

use crate::cli::args::Compare;
use crate::cli::comparison::{Comparison, compare};
use crate::cli::context::Context;
use crate::cli::error::{CliError, Exit};

pub(crate) async fn check(context: &mut Context<'_, '_>, args: &Compare) -> Result<Exit, CliError> {
    let connection = context.connect(Access::Read).await?;
    let standing = context.standing(&connection).await?;
    context.refuse_strange("check", &standing, true)?;
    Context::refuse_behind("check", &standing)?;
    let comparison = compare(context, &connection, &Answers::default()).await?;
    print(context, &comparison, args.sql);
    Ok(if comparison.plan.is_empty() {
        Exit::Ok
    } else {
        Exit::Differ
    })
}

pub(crate) async fn diff(context: &mut Context<'_, '_>, args: &Compare) -> Result<Exit, CliError> {
    let connection = context.connect(Access::Read).await?;
    let standing = context.standing(&connection).await?;
    if !standing.pending.is_empty() {
        let message = format!(
            "{} revision(s) are pending, and part of this difference",
            standing.pending.len()
        );
        context.output.note(&message);
    }
    let comparison = compare(context, &connection, &Answers::default()).await?;
    print(context, &comparison, args.sql);
    Ok(Exit::Ok)
}

fn print(context: &mut Context<'_, '_>, comparison: &Comparison, sql: bool) {
    if comparison.plan.is_empty() {
        context.output.text("models and database agree\n");
    }
    comparison.print(context, sql);
    let document = comparison.document(None);
    context.output.document(&document);
}
