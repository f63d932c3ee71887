//! The backup before a run.
//!
//! Invariant: when it fails, nothing was touched.

use std::time::Duration;

use plimsoll_backup::{Made, Order, Place};
use plimsoll_migrate::connect::Connection;
use plimsoll_migrate::project::Standing;
use plimsoll_migrate::runner::{self, Lock, Stop, Wait};

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

/// A backup is of a whole database, and tenants share one: it is made once, before all of them, and by `backup`.
///
/// # Errors
/// When one is asked for.
pub(crate) fn refuse_tenants(
    context: &Context<'_, '_>,
    asked: &BackupFirst,
) -> Result<(), CliError> {
    let wanted =
        place(context, asked.to.as_deref())?.is_some() || context.place.config.backup.required;
    if asked.no_backup || !wanted {
        return Ok(());
    }
    Err(CliError::new(
        Exit::Usage,
        "upgrade the tenants: a backup is asked for, and --tenants makes none",
    )
    .help(
        "nothing was touched; run `backup` first, which holds every schema, then pass --no-backup",
    ))
}

/// Whether a backup is asked for, by a flag or by `plimsoll.toml`.
///
/// # Errors
/// When it is not understood where it goes.
pub(crate) fn is_asked(context: &Context<'_, '_>, asked: &BackupFirst) -> Result<bool, CliError> {
    Ok(!asked.no_backup && place(context, asked.to.as_deref())?.is_some())
}

/// Waits until no other process is between its backup, or the rows it loads, and the end of its work: whoever waited reads again what is
/// to be done.
///
/// # Errors
/// When it takes longer than `patience`.
pub(crate) async fn turn(
    context: &mut Context<'_, '_>,
    connection: &Connection,
    patience: Duration,
) -> Result<Lock, CliError> {
    let stop = Stop::on_signals();
    let wait = Wait {
        patience,
        stop: &stop,
    };
    let output = &mut *context.output;
    let mut waiting = |holder: Option<runner::Holder>| {
        let who = holder.map(|holder| format!(": {holder}"));
        output.note(&format!(
            "waiting for another process that backs up or loads rows{}",
            who.unwrap_or_default()
        ));
    };
    let table = context.project.table();
    Ok(runner::turn(connection, table, &wait, &mut waiting).await?)
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
    let place = place(context, asked.to.as_deref())?;
    let required = context.place.config.backup.required;
    if place.is_none() && !required {
        return Ok(Before::default());
    }
    let content = plimsoll_backup::content(connection, context.project.table()).await?;
    if content.is_empty() {
        let nothing = "the database is empty: there is nothing to back up";
        context.output.note(nothing);
        return Ok(Before::default());
    }
    let Some(place) = place else {
        return Err(CliError::new(
            Exit::Usage,
            "start: plimsoll.toml requires a backup, and it is not said where it goes",
        )
        .help("pass --backup DIR|URL, or --no-backup to do without"));
    };
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
