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
    match standing.pending.len() {
        0 => {}
        1 => context
            .output
            .note("1 revision is pending: what it changes is part of the difference"),
        count => context.output.note(&format!(
            "{count} revisions are pending: what they change is part of the difference"
        )),
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
