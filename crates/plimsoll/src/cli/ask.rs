//! Questions at the terminal, about what cannot be known.

use std::io::IsTerminal as _;

use inquire::{InquireError, Select, Text};
use plimsoll_differ::compare::{Ambiguity, Answers, Candidate};
use plimsoll_differ::rows::Offending;

use super::answers::Given;
use super::args::{Format, Global};
use super::error::{CliError, Exit};

/// What the last choice does.
const LATER: &str = "stop here: I will say it with flags";

/// Whether someone can be asked: a person reads what is written, and can type.
pub(crate) fn is_possible(global: &Global) -> bool {
    global.format == Format::Text
        && !global.no_input
        && std::io::stdin().is_terminal()
        && std::io::stderr().is_terminal()
}

/// Asks what became of a thing that is no longer stated, and adds the answer. One at a time: an answer can settle another question.
///
/// # Errors
/// When the person stops.
pub(crate) fn about_name(ambiguity: &Ambiguity, answers: &mut Answers) -> Result<(), CliError> {
    let Ambiguity { from, candidates } = ambiguity;
    let renamed = candidates
        .iter()
        .map(|Candidate { name, reason }| format!("renamed to `{name}`, with its data ({reason})"));
    let others = [
        format!("dropped, `{from}` and its data go"),
        LATER.to_owned(),
    ];
    let choices: Vec<String> = renamed.chain(others).collect();
    let flags = format!("pass --rename {from}=NEW, or --drop {from}");
    let question = format!("`{from}` is no longer stated. It was");
    let chosen = choose(&question, choices, &flags)?;
    match candidates.get(chosen) {
        Some(candidate) => {
            answers.renames.insert(from.clone(), candidate.name.clone());
        }
        None if chosen == candidates.len() => {
            answers.drops.insert(from.clone());
        }
        None => return Err(stopped(&flags)),
    }
    Ok(())
}

/// Asks what becomes of rows that do not fit, and adds the answer.
///
/// # Errors
/// When the person stops.
pub(crate) fn about_rows(offending: &Offending, given: &mut Given) -> Result<(), CliError> {
    let Offending {
        object,
        rows,
        column,
        ..
    } = offending;
    let flags = match column {
        Some(column) => format!("pass --fill {column}=SQL, or --leave {object}"),
        None => format!("settle the rows first, or pass --leave {object}"),
    };
    let fill = column.as_ref().map(|_| "get a value".to_owned());
    let others = [
        "stay: the revision fails on them".to_owned(),
        LATER.to_owned(),
    ];
    let choices: Vec<String> = fill.into_iter().chain(others).collect();
    let question = format!("{rows} of today's rows do not fit `{object}`. They");
    let chosen = choose(&question, choices, &flags)?;
    match (column, chosen) {
        (Some(column), 0) => {
            let value = Text::new("Value, as an SQL expression:")
                .with_help_message("such as 'unknown', 0, or lower(name)")
                .prompt()
                .map_err(|error| unanswered(&error, &flags))?;
            given.answers.fills.insert(column.clone(), value);
        }
        (Some(_), 1) | (None, 0) => {
            given.leave.insert(object.clone());
        }
        (Some(_) | None, _) => return Err(stopped(&flags)),
    }
    Ok(())
}

fn choose(question: &str, choices: Vec<String>, flags: &str) -> Result<usize, CliError> {
    Select::new(question, choices)
        .without_filtering()
        .raw_prompt()
        .map(|choice| choice.index)
        .map_err(|error| unanswered(&error, flags))
}

fn stopped(flags: &str) -> CliError {
    CliError::new(Exit::Blocked, "write a revision: a question is open").help(flags)
}

fn unanswered(error: &InquireError, flags: &str) -> CliError {
    match error {
        InquireError::OperationCanceled => stopped(flags),
        InquireError::OperationInterrupted => {
            CliError::new(Exit::Interrupted, "write a revision: interrupted")
                .help("nothing was written")
        }
        error => CliError::new(Exit::Failed, format!("ask at the terminal: {error}"))
            .help(format!("{flags}, and --no-input")),
    }
}
