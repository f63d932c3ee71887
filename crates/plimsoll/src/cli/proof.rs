//! The proof of a plan before it is written: on a scratch database, which is dropped on every path.

use plimsoll_differ::prove::{self, ProofError};
use plimsoll_differ::scratch::copy_surroundings;
use plimsoll_migrate::connect::Connection;
use plimsoll_migrate::runner::{Stop, message};
use plimsoll_migrate::url::DbUrl;
use plimsoll_report::{diff, entries};

use super::comparison::{Comparison, manage};
use super::context::Context;
use super::error::{CliError, Exit};
use super::workbench::Workbench;

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
    let mut bench = Workbench::on(url, comparison.server.clone());
    let db = bench.database().await?;
    // What cannot be copied shows when a table needs it.
    let _ = copy_surroundings(&connection.db, &db).await;
    let manage = manage(context);
    let result = tokio::select! {
        result = prove::prove(
            &db,
            &comparison.plan,
            &comparison.diff,
            &comparison.now,
            manage,
        ) => result.map_err(|error| unproven(context, comparison, &error)),
        () = stop.asked() => Err(CliError::new(Exit::Interrupted, "prove the plan: interrupted")
            .help("nothing was written")),
    };
    bench.clear(context.output).await;
    result
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
