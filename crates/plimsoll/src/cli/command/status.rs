//! `status` and `verify`: what an operator looks at first. Nothing here writes.

use plimsoll_migrate::connect::{Access, Connection};
use plimsoll_migrate::project::{Finding, Standing};
use plimsoll_migrate::runner::{self, Unfinished, holder};
use plimsoll_report::{document, style};

use super::standing::current_ids;
use crate::cli::answers::Given;
use crate::cli::comparison::{Wanted, judge, look, recorded, scope};
use crate::cli::context::Context;
use crate::cli::error::{CliError, Exit};

/// How many names of a list are shown.
const SHOWN: usize = 10;

pub(crate) async fn status(context: &mut Context<'_, '_>) -> Result<Exit, CliError> {
    let connection = context.connect(Access::Read).await?;
    let standing = context.standing(&connection).await?;
    let table = context.project.table();
    let left = context.half_way(&connection).await?;
    // Who may not look at other sessions still sees the rest.
    let lock = holder(&connection, table).await.ok().flatten();
    let lock = lock.map(|holder| holder.to_string());
    let drift = drift(context, &connection, &standing).await?;
    let current = document::Current {
        format: document::FORMAT,
        database: context.url.to_string(),
        current: current_ids(context, &standing),
        heads: context
            .project
            .graph()
            .heads()
            .iter()
            .map(|id| (*id).to_owned())
            .collect(),
        at_head: standing.is_at_head(),
        pending: standing.pending.clone(),
        unknown: standing.unknown.clone(),
        edited: standing.edited.clone(),
        unfinished: left.as_ref().map(|left| left.revision.clone()),
    };
    let screen = screen(
        &current,
        &standing,
        left.as_ref(),
        lock.as_deref(),
        drift.as_deref(),
    );
    context.output.text(&screen);
    context.output.document(&document::Status {
        current,
        lock,
        drift,
    });
    Ok(Exit::Ok)
}

fn screen(
    current: &document::Current,
    standing: &Standing,
    left: Option<&Unfinished>,
    lock: Option<&str>,
    drift: Option<&[String]>,
) -> String {
    let dim = style::DIM;
    let mut out = String::new();
    let mut line = |key: &str, value: &str| {
        out.push_str(&format!("{dim}{key:<10}{dim:#} {value}\n"));
    };
    line("database", &current.database);
    line("at", &or(&current.current, "base: no revision is applied"));
    line("heads", &or(&current.heads, "there are no revisions"));
    line(
        "pending",
        &match current.pending.len() {
            0 => "nothing".to_owned(),
            count => format!("{count}: {}", some(&current.pending)),
        },
    );
    let lists = [
        ("no file", &standing.unknown),
        ("edited", &standing.edited),
        ("moved", &standing.moved),
        ("partial", &standing.partial),
    ];
    for (key, list) in lists.into_iter().filter(|(_, list)| !list.is_empty()) {
        line(key, &some(list));
    }
    if let Some(left) = left {
        line("half-way", &half_way(left));
    }
    line("lock", lock.unwrap_or("free"));
    match drift {
        None => {}
        Some([]) => line("drift", "none: the database is what the models last stated"),
        Some(changes) => {
            let count = changes.len();
            line(
                "drift",
                &format!(
                    "the database is not what the models last stated ({count}; `diff --from catalog.json --to db`)"
                ),
            );
            for change in changes.iter().take(SHOWN) {
                line("", change);
            }
        }
    }
    out
}

/// A revision that was begun and not finished, in words.
pub(super) fn half_way(left: &Unfinished) -> String {
    let when = jiff::Timestamp::from_second(left.began_at).map(|time| time.to_string());
    let mut text = format!(
        "{} ({}), begun {}",
        left.revision,
        left.direction.word(),
        when.unwrap_or_default()
    );
    if let Some(who) = &left.began_by {
        text.push_str(&format!(" by {who}"));
    }
    match left.state {
        runner::State::Unknown => text.push_str(", and how far it came is not known"),
        runner::State::Between
        | runner::State::Inside
        | runner::State::Refused
        | runner::State::Passed => {
            text.push_str(&format!(
                ", {} of {} statements done",
                left.at.item, left.items
            ));
        }
    }
    text
}

fn or(ids: &[String], nothing: &str) -> String {
    if ids.is_empty() {
        nothing.to_owned()
    } else {
        ids.join(", ")
    }
}

fn some(ids: &[String]) -> String {
    let mut text = ids[..ids.len().min(SHOWN)].join(", ");
    if ids.len() > SHOWN {
        text.push_str(" …");
    }
    text
}

/// How the database differs from what the models stated at the last revision; `None` where that cannot be said, because it is not at
/// head or nothing is recorded.
async fn drift(
    context: &mut Context<'_, '_>,
    connection: &Connection,
    standing: &Standing,
) -> Result<Option<Vec<String>>, CliError> {
    let Some(last) = recorded(context)?.filter(|_| standing.is_at_head()) else {
        return Ok(None);
    };
    let scope = scope(context, context.place.config.schemas.clone());
    let inspected = look(context, &connection.db, &scope).await?;
    let wanted = Wanted {
        now: last.clone(),
        last: Some(last),
        manage: crate::cli::comparison::manage(context),
        is_open: true,
        has_rows: false,
    };
    let comparison = judge(&connection.db, &scope, inspected, wanted, &Given::default()).await?;
    let summaries = comparison
        .plan
        .steps
        .iter()
        .map(|step| step.summary.clone());
    Ok(Some(summaries.collect()))
}

pub(crate) async fn verify(context: &mut Context<'_, '_>) -> Result<Exit, CliError> {
    let connection = context.connect(Access::Read).await?;
    let read = |error| CliError::database("read the history", &error);
    let findings = context.project.verify(&connection).await.map_err(read)?;
    let is_wrong = |finding: &Finding| finding.is_wrong();
    let ok = !findings.iter().any(|(_, finding)| is_wrong(finding));
    if findings.is_empty() {
        context.output.text("no revision is applied\n");
    }
    for (id, finding) in &findings {
        let (bad, name) = (style::ERROR, style::REVISION);
        let mark = if is_wrong(finding) {
            format!("{bad}{}{bad:#}", finding.word())
        } else {
            finding.word().to_owned()
        };
        context
            .output
            .text(&format!("{name}{id}{name:#} {mark}: {finding}\n"));
    }
    if !ok {
        context.output.note("`repair` tells the ways out");
    }
    context.output.document(&document::Verified {
        format: document::FORMAT,
        ok,
        revisions: findings
            .iter()
            .map(|(id, finding)| document::Finding {
                revision: id.clone(),
                finding: finding.word(),
                message: finding.to_string(),
            })
            .collect(),
    });
    Ok(if ok { Exit::Ok } else { Exit::Standing })
}
