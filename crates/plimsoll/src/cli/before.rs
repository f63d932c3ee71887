//! The backup before a run.
//!
//! Invariant: when it fails, nothing was touched.

use plimsoll_backup::{Made, Order, Place};
use plimsoll_migrate::connect::Connection;
use plimsoll_migrate::project::Standing;
use plimsoll_migrate::runner::Stop;

use super::args::BackupFirst;
use super::context::Context;
use super::error::{CliError, Exit};
use super::progress::{Progress, bytes};

/// What was done about a backup before a run.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Before {
    /// The backup made.
    pub(crate) file: Option<String>,
    /// What the history is to remember of it: where the backup is, or that it was done without.
    pub(crate) note: Option<String>,
}

/// Makes the backup that was asked for, by a flag or by `plimsoll.toml`, when something is about to be done and there is anything to lose.
///
/// # Errors
/// When it cannot be made, or one is required and it is not said where it goes.
pub(crate) async fn back_up(
    context: &mut Context<'_, '_>,
    connection: &Connection,
    standing: &Standing,
    is_due: bool,
    asked: &BackupFirst,
) -> Result<Before, CliError> {
    if !is_due {
        return Ok(Before::default());
    }
    if asked.no_backup {
        return Ok(Before {
            file: None,
            note: Some("--no-backup".to_owned()),
        });
    }
    let Some(place) = place(context, asked.to.as_deref())? else {
        if context.place.config.backup.required {
            return Err(CliError::new(
                Exit::Usage,
                "start: plimsoll.toml requires a backup, and it is not said where it goes",
            )
            .help("pass --backup DIR|URL, or --no-backup to do without"));
        }
        return Ok(Before::default());
    };
    let content = plimsoll_backup::content(connection, context.project.table()).await?;
    if content.is_empty() {
        context
            .output
            .note("the database is empty: there is nothing to back up");
        return Ok(Before::default());
    }
    let made = make(context, connection, standing, &place).await?;
    context.output.note(&told(&made));
    Ok(Before {
        note: Some(format!("backup {}", made.shown)),
        file: Some(made.shown),
    })
}

/// Makes a backup.
pub(crate) async fn make(
    context: &mut Context<'_, '_>,
    connection: &Connection,
    standing: &Standing,
    place: &Place,
) -> Result<Made, CliError> {
    let heads = context
        .project
        .graph()
        .heads_of(&standing.applied_set())
        .join("+");
    let revisions: Vec<String> = standing
        .rows
        .iter()
        .map(|row| row.revision.clone())
        .collect();
    let order = Order {
        connection,
        revisions: &revisions,
        at: if heads.is_empty() { "base" } else { &heads },
        place,
        stop: Stop::on_signals(),
    };
    let output = &mut *context.output;
    let mut progress = Progress::new(output, &format!("backing up to {place}"), None);
    let made = plimsoll_backup::backup(&order, &mut |done| progress.at(output, done)).await;
    drop(progress);
    Ok(made?)
}

/// A backup that was made, in a line.
pub(crate) fn told(made: &Made) -> String {
    let packed = &made.manifest.packed;
    format!(
        "backed up to {} ({}, {} unpacked)",
        made.shown,
        bytes(packed.size),
        bytes(packed.unpacked_size)
    )
}

/// Where a backup goes: what was given, or what `plimsoll.toml` says.
pub(crate) fn place(
    context: &Context<'_, '_>,
    given: Option<&str>,
) -> Result<Option<Place>, CliError> {
    if let Some(given) = given {
        return Ok(Some(here(given)?));
    }
    match &context.place.config.backup.to {
        Some(text) => Ok(Some(Place::parse(text, &context.place.root)?)),
        None => Ok(None),
    }
}

/// A place that was given on the command line.
pub(crate) fn here(text: &str) -> Result<Place, CliError> {
    let here = std::env::current_dir().unwrap_or_default();
    Ok(Place::parse(text, &here)?)
}
