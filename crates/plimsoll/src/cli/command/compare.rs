//! `check` and `diff`: nothing here writes.

use plimsoll_migrate::connect::Access;

use crate::cli::answers::{self, Given};
use crate::cli::args::Compare;
use crate::cli::between::between;
use crate::cli::comparison::{Comparison, compare};
use crate::cli::context::Context;
use crate::cli::error::{CliError, Exit};
use crate::cli::side::Side;

pub(crate) async fn check(context: &mut Context<'_, '_>, args: &Compare) -> Result<Exit, CliError> {
    let comparison = compared(context, args, true).await?;
    Ok(if comparison.plan.is_empty() {
        Exit::Ok
    } else {
        Exit::Differ
    })
}

pub(crate) async fn diff(context: &mut Context<'_, '_>, args: &Compare) -> Result<Exit, CliError> {
    compared(context, args, false).await?;
    Ok(Exit::Ok)
}

/// Compares the two sides, and tells how they differ.
async fn compared(
    context: &mut Context<'_, '_>,
    args: &Compare,
    is_check: bool,
) -> Result<Comparison, CliError> {
    let from = Side::parse("from", &args.from)?;
    let to = Side::parse("to", &args.to)?;
    let given = answers::read(&args.answers)?;
    let is_usual = (&from, &to) == (&Side::Project, &Side::Models);
    let comparison = if is_usual {
        Box::pin(with_models(context, &given, is_check)).await?
    } else {
        Box::pin(between(context, [&from, &to], &args.scratch, &given)).await?
    };
    if comparison.plan.is_empty() {
        let both = if is_usual {
            "models and database".to_owned()
        } else {
            format!("{} and {}", from.name(), to.name())
        };
        context.output.text(&format!("{both} agree\n"));
    }
    comparison.print(context, args.sql);
    let document = comparison.document(None);
    context.output.document(&document);
    Ok(comparison)
}

/// The usual comparison, which needs no scratch database.
async fn with_models(
    context: &mut Context<'_, '_>,
    given: &Given,
    is_check: bool,
) -> Result<Comparison, CliError> {
    let connection = context.connect(Access::Read).await?;
    let standing = context.standing(&connection).await?;
    if is_check {
        context.refuse_strange("check", &standing, true)?;
        Context::refuse_behind("check", &standing)?;
    } else {
        match standing.pending.len() {
            0 => {}
            1 => context
                .output
                .note("1 revision is pending: what it changes is part of the difference"),
            count => context.output.note(&format!(
                "{count} revisions are pending: what they change is part of the difference"
            )),
        }
    }
    compare(context, &connection, given).await
}
