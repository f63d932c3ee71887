//! What the user is asked for: how it is said, and what to pass.

use plimsoll_differ::compare::{Ambiguity, Candidate};
use plimsoll_differ::rows::{self, Offending};
use plimsoll_report::document;
use plimsoll_schema::{Code, Diagnostic, Severity};

use super::answers::Given;

/// Both are possible, and only the user knows.
pub(super) fn ambiguous(ambiguity: &Ambiguity) -> Diagnostic {
    let Ambiguity { from, candidates } = ambiguity;
    let quoted: Vec<String> = candidates
        .iter()
        .map(|Candidate { name, reason }| format!("`{name}` ({reason})"))
        .collect();
    let likeliest = candidates.first().map_or("NEW", |one| one.name.as_str());
    Diagnostic::new(
        Code::R401,
        Severity::Error,
        from,
        format!(
            "`{from}` goes and {} comes: nobody said whether it is a rename",
            quoted.join(" or ")
        ),
    )
    .help(format!(
        "pass --rename {from}={likeliest} to keep its data, or --drop {from} to lose it"
    ))
}

/// Says how many rows a diagnostic is about; some have to be settled first.
pub(super) fn count(diagnostic: &mut Diagnostic, counted: &[Offending], given: &Given) {
    let found = counted
        .iter()
        .find(|one| one.code == diagnostic.code && one.object == diagnostic.object);
    let Some(Offending {
        rows,
        column,
        object,
        ..
    }) = found
    else {
        return;
    };
    let what = if diagnostic.code == Code::R303 {
        "values"
    } else {
        "rows"
    };
    let many = match *rows {
        0 => "none".to_owned(),
        rows if rows > rows::MOST => format!("more than {}", rows::MOST),
        rows => rows.to_string(),
    };
    diagnostic.message += &format!(" ({many} of today's {what})");
    if *rows > 0 && !given.leave.contains(object) {
        diagnostic.severity = Severity::Error;
        diagnostic.help = Some(match column {
            Some(column) => format!(
                "pass --fill {column}=SQL to give them a value, or --leave {object} to let the revision fail on them"
            ),
            None => format!(
                "settle them in a revision before this one, or pass --leave {object} to let the revision fail on them"
            ),
        });
    }
}

/// What can be passed for rows that do not fit.
pub(super) fn missing_value(offending: &Offending) -> document::MissingHint {
    let Offending { object, column, .. } = offending;
    document::MissingHint {
        object: object.clone(),
        candidates: column
            .iter()
            .map(|column| document::HintCandidate {
                name: column.clone(),
                reason: "its rows can be given a value".to_owned(),
                pass: format!("--fill {column}=SQL"),
            })
            .collect(),
        otherwise: format!("--leave {object}"),
    }
}

/// What has to be passed where nobody can be asked.
pub(super) fn missing_hint(ambiguity: &Ambiguity) -> document::MissingHint {
    let Ambiguity { from, candidates } = ambiguity;
    document::MissingHint {
        object: from.clone(),
        candidates: candidates
            .iter()
            .map(|one| document::HintCandidate {
                name: one.name.clone(),
                reason: one.reason.clone(),
                pass: format!("--rename {from}={}", one.name),
            })
            .collect(),
        otherwise: format!("--drop {from}"),
    }
}
