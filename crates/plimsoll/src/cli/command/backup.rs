//! `backup` and `restore`.

use plimsoll_backup::{Manifest, Restore as Order};
use plimsoll_migrate::connect::Access;
use plimsoll_migrate::runner::Stop;
use plimsoll_report::document;

use crate::cli::args::{Backup, Restore};
use crate::cli::before;
use crate::cli::context::Context;
use crate::cli::error::{CliError, Exit};
use crate::cli::progress::Progress;

pub(crate) async fn backup(context: &mut Context<'_, '_>, args: &Backup) -> Result<Exit, CliError> {
    let Some(place) = before::place(context, args.to.as_deref())? else {
        return Err(
            CliError::new(Exit::Usage, "back up: it is not said where the backup goes")
                .help("pass --to DIR|URL, or write it into plimsoll.toml: [backup] to = \"…\""),
        );
    };
    let connection = context.connect(Access::Read).await?;
    let standing = context.standing(&connection).await?;
    let made = before::make(context, &connection, &standing, &place).await?;
    context.output.text(&format!("{}\n", before::told(&made)));
    report(context, &made.shown, &made.manifest);
    Ok(Exit::Ok)
}

pub(crate) async fn restore(
    context: &mut Context<'_, '_>,
    args: &Restore,
) -> Result<Exit, CliError> {
    let source = before::here(&args.source)?;
    let order = Order {
        // SQLite's file is made at the end, whole.
        connection: context.connect(Access::Read).await?,
        source,
        table: context.project.table().to_owned(),
        no_owner: args.no_owner,
        stop: Stop::on_signals(),
    };
    let output = &mut *context.output;
    let mut progress = Progress::new(output, &format!("restoring {}", order.source), None);
    let restored = plimsoll_backup::restore(order, &mut |done| progress.at(output, done)).await;
    drop(progress);
    let restored = restored?;
    let connection = context.connect(Access::Read).await?;
    let standing = context.standing(&connection).await?;
    let at = context
        .project
        .graph()
        .heads_of(&standing.applied_set())
        .join(", ");
    let at = if at.is_empty() { "base" } else { &at };
    let count = standing.rows.len();
    context.output.text(&format!(
        "restored {}: at {at}, {count} revision{} applied\n",
        restored.shown,
        if count == 1 { "" } else { "s" }
    ));
    for line in super::standing::remarks(&standing) {
        context.output.note(&line);
    }
    report(context, &restored.shown, &restored.manifest);
    Ok(Exit::Ok)
}

fn report(context: &mut Context<'_, '_>, file: &str, manifest: &Manifest) {
    context.output.document(&document::Backup {
        format: document::FORMAT,
        file: file.to_owned(),
        created_at: manifest.created_at.clone(),
        sha256: manifest.packed.sha256.clone(),
        size: manifest.packed.size,
        revisions: manifest.revisions.clone(),
    });
}
