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
    let found: Vec<&Offending> = counted
        .iter()
        .filter(|one| one.code == diagnostic.code && one.object == diagnostic.object)
        .collect();
    let Some(Offending { object, .. }) = found.first() else {
        return;
    };
    // An enum type has as many columns as like to use it.
    let rows: i64 = found.iter().map(|one| one.rows).sum();
    let columns = found.iter().filter(|one| one.rows > 0);
    let columns: Vec<&String> = columns.filter_map(|one| one.column.as_ref()).collect();
    let what = if diagnostic.code == Code::R303 {
        "values"
    } else {
        "rows"
    };
    let many = match rows {
        0 => "none".to_owned(),
        rows if rows > rows::MOST => format!("more than {}", rows::MOST),
        rows => rows.to_string(),
    };
    diagnostic.message += &format!(" ({many} of today's {what})");
    if rows > 0 && !given.leave.contains(object) {
        diagnostic.severity = Severity::Error;
        let fills: Vec<String> = columns
            .iter()
            .map(|column| format!("--fill {column}=SQL"))
            .collect();
        diagnostic.help = Some(if fills.is_empty() {
            format!(
                "settle them in a revision before this one, or pass --leave {object} to let the revision fail on them"
            )
        } else {
            format!(
                "pass {} to give them a value, or --leave {object} to let the revision fail on them",
                fills.join(" ")
            )
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
