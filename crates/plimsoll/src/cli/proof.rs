//! The proof of a plan before it is written: on a scratch database, which is dropped on every path.

use plimsoll_differ::compare;
use plimsoll_differ::prove::{self, ProofError};
use plimsoll_differ::scratch::{Scratch, ScratchError, copy_surroundings};
use plimsoll_migrate::connect::Connection;
use plimsoll_migrate::runner::{Stop, message};
use plimsoll_migrate::url::DbUrl;
use plimsoll_report::{diff, entries};

use super::comparison::Comparison;
use super::config::Manage;
use super::context::Context;
use super::error::{CliError, Exit};

/// Carries the plan out on a scratch database: up, down, up.
pub(crate) async fn prove(
    context: &mut Context<'_, '_>,
    connection: &Connection,
    scratch_url: Option<&str>,
    comparison: &Comparison,
) -> Result<(), CliError> {
    let url = match scratch_url {
        Some(text) => DbUrl::parse(text)?,
        None => context.url.clone(),
    };
    if url.backend() != context.url.backend() {
        let message = format!(
            "prove the plan: --scratch-url is {} and the database {}",
            url.backend(),
            context.url.backend()
        );
        return Err(
            CliError::new(Exit::Usage, message).help("give a server of the same kind and version")
        );
    }
    // Order matters: an interruption while the database is made has to wait until it can be dropped.
    let stop = Stop::on_signals();
    let scratch = Scratch::create(&url.reveal(true), &comparison.server)
        .await
        .map_err(|error| no_scratch(&error))?;
    // What cannot be copied shows when a table needs it.
    let _ = copy_surroundings(&connection.db, &scratch.db).await;
    let manage = match context.place.config.manage {
        Manage::Stated => compare::Manage::Stated,
        Manage::Everything => compare::Manage::Everything,
    };
    let result = tokio::select! {
        result = prove::prove(
            &scratch.db,
            &comparison.plan,
            &comparison.diff,
            &comparison.now,
            manage,
        ) => result.map_err(|error| unproven(context, comparison, &error)),
        () = stop.asked() => Err(CliError::new(Exit::Interrupted, "prove the plan: interrupted")
            .help("nothing was written")),
    };
    if let Err(error) = scratch.discard(&comparison.server).await {
        let message = message(&error);
        context.output.warning(&format!(
            "the scratch database could not be dropped: {message}"
        ));
    }
    result
}

fn no_scratch(error: &ScratchError) -> CliError {
    let message = match error {
        ScratchError::Create { name, source } => {
            format!("create the scratch database `{name}`: {}", message(source))
        }
        ScratchError::Connect { name, source } => {
            format!(
                "connect to the scratch database `{name}`: {}",
                message(source)
            )
        }
        ScratchError::Address => error.to_string(),
    };
    CliError::new(Exit::Database, message).help(
        "give the user the right to create databases, or a server where it has it with --scratch-url",
    )
}

fn unproven(
    context: &mut Context<'_, '_>,
    comparison: &Comparison,
    error: &ProofError,
) -> CliError {
    match error {
        ProofError::Execute {
            direction,
            sql,
            source,
        } => {
            let message = message(source);
            CliError::new(
                Exit::Blocked,
                format!(
                    "prove the plan: {direction} fails on a scratch database: {message}\n  {sql}"
                ),
            )
            .help(if *direction == "the start" {
                "nothing was written; the scratch database lacks what the tables of yours need: give a server that has it with --scratch-url"
            } else {
                "nothing was written; correct what the models state there"
            })
        }
        ProofError::Residual {
            direction,
            residual,
        } => {
            let left = diff(&entries(&comparison.server, residual));
            context.output.note(left.trim_end());
            CliError::new(
                Exit::Failed,
                format!(
                    "prove the plan: after {direction} on a scratch database {} difference(s) are left",
                    residual.len()
                ),
            )
            .help("nothing was written; this is a mistake of Plimsoll's, please report it with the lines above")
        }
        ProofError::OtherDatabase(table) => CliError::new(
            Exit::Blocked,
            format!("prove the plan: `{table}` is in another database of the server"),
        )
        .help("write this revision by hand: `revision -m …` without --autogenerate"),
        ProofError::Inspect(_) | ProofError::Plan(_) => {
            CliError::new(Exit::Failed, format!("prove the plan: {error}"))
                .help("nothing was written")
        }
    }
}
