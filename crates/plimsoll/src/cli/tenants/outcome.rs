//! How a tenant ended, in words and as a document.

use plimsoll_migrate::runner::Done;
use plimsoll_report::{document, style};

use crate::cli::error::{CliError, Exit};

/// How many names an error lists.
const SHOWN: usize = 10;

/// How a tenant ended.
#[derive(Debug)]
pub(super) enum Outcome {
    /// There was nothing to do.
    AtTarget,
    /// These revisions were applied.
    Upgraded(Vec<Done>),
    /// It failed; what was applied before stays.
    Failed(CliError),
    /// It was not begun, because somebody asked to stop.
    NotStarted,
}

/// A tenant, and how it ended.
#[derive(Debug)]
pub(super) struct Ended {
    pub(super) schema: String,
    pub(super) outcome: Outcome,
}

impl Ended {
    /// A line for what is worth one; what had nothing to do is counted only.
    pub(super) fn line(&self) -> Option<String> {
        let (name, dim, bad) = (style::REVISION, style::DIM, style::ERROR);
        let schema = format!("{name}{}{name:#}", self.schema);
        match &self.outcome {
            Outcome::AtTarget | Outcome::NotStarted => None,
            Outcome::Upgraded(done) => {
                let ms: u128 = done.iter().map(|done| done.duration.as_millis()).sum();
                let revisions = match done.len() {
                    1 => "1 revision".to_owned(),
                    count => format!("{count} revisions"),
                };
                Some(format!(
                    "{schema}: applied {revisions} {dim}({ms} ms){dim:#}\n"
                ))
            }
            Outcome::Failed(error) => {
                let mut line = format!("{schema}: {bad}failed{bad:#} to {}\n", error.message);
                if let Some(help) = &error.help {
                    line.push_str(&format!("  {help}\n"));
                }
                Some(line)
            }
        }
    }

    /// The same as a document.
    pub(super) fn document(&self) -> document::Tenant {
        let (outcome, revisions, error) = match &self.outcome {
            Outcome::AtTarget => ("nothing_to_do", &[][..], None),
            Outcome::Upgraded(done) => ("upgraded", done.as_slice(), None),
            Outcome::Failed(error) => ("failed", &[][..], Some(error)),
            Outcome::NotStarted => ("not_started", &[][..], None),
        };
        document::Tenant {
            schema: self.schema.clone(),
            outcome,
            revisions: revisions
                .iter()
                .map(|done| document::Ran {
                    id: done.revision.clone(),
                    duration_ms: u64::try_from(done.duration.as_millis()).unwrap_or(u64::MAX),
                })
                .collect(),
            error: error.map(|error| format!("failed to {}", error.message)),
            help: error.and_then(|error| error.help.clone()),
        }
    }
}

/// How many ended how.
pub(super) fn summary(ended: &[Ended]) -> String {
    let count = |fits: fn(&Outcome) -> bool| ended.iter().filter(|one| fits(&one.outcome)).count();
    let parts = [
        (count(|one| matches!(one, Outcome::Upgraded(_))), "upgraded"),
        (
            count(|one| matches!(one, Outcome::AtTarget)),
            "with nothing to do",
        ),
        (count(|one| matches!(one, Outcome::Failed(_))), "failed"),
        (count(|one| matches!(one, Outcome::NotStarted)), "not begun"),
    ];
    let parts: Vec<String> = parts
        .iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, how)| format!("{count} {how}"))
        .collect();
    format!("{}: {}\n", tenants(ended.len()), parts.join(", "))
}

/// The error of the whole run, if it is one.
pub(super) fn failure(ended: &[Ended]) -> Result<(), CliError> {
    let names = |fits: fn(&Outcome) -> bool| -> Vec<&str> {
        let fitting = ended.iter().filter(|one| fits(&one.outcome));
        fitting.map(|one| one.schema.as_str()).collect()
    };
    let failed = names(|one| matches!(one, Outcome::Failed(_)));
    let cut_short = names(|one| match one {
        Outcome::NotStarted => true,
        Outcome::Failed(error) => error.exit == Exit::Interrupted,
        Outcome::AtTarget | Outcome::Upgraded(_) => false,
    });
    if !cut_short.is_empty() {
        return Err(CliError::new(
            Exit::Interrupted,
            format!("upgrade {}: interrupted", tenants(ended.len())),
        )
        .help("run it again for the rest"));
    }
    if failed.is_empty() {
        return Ok(());
    }
    Err(CliError::new(
        Exit::Failed,
        format!(
            "upgrade {} of {}: {}",
            failed.len(),
            tenants(ended.len()),
            listed(&failed)
        ),
    )
    .help("the others are done; correct what failed, and run it again for the rest"))
}

pub(super) fn tenants(count: usize) -> String {
    match count {
        1 => "1 tenant".to_owned(),
        count => format!("{count} tenants"),
    }
}

/// The first names; a line or the document has told each of them.
fn listed(names: &[&str]) -> String {
    let shown: Vec<String> = names
        .iter()
        .take(SHOWN)
        .map(|name| format!("`{name}`"))
        .collect();
    let shown = shown.join(", ");
    match names.len().saturating_sub(SHOWN) {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_does_not_list_hundreds() {
        let failed = |count: usize| {
            let ended = (0..count).map(|at| Ended {
                schema: format!("t{at}"),
                outcome: Outcome::Failed(CliError::new(Exit::Failed, "apply `a`: no")),
            });
            let ended: Vec<Ended> = ended.collect();
            let error = failure(&ended).unwrap_err();
            format!("{}{}", summary(&ended), error.message)
        };
        insta::assert_snapshot!(failed(2), @"
        2 tenants: 2 failed
        upgrade 2 of 2 tenants: `t0`, `t1`
        ");
        insta::assert_snapshot!(failed(500), @"
        500 tenants: 500 failed
        upgrade 500 of 500 tenants: `t0`, `t1`, `t2`, `t3`, `t4`, `t5`, `t6`, `t7`, `t8`, `t9` and 490 more
        ");
    }
}
