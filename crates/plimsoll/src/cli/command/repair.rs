//! `repair`: what is wrong with the history, and the ways out.

use std::fmt::Write as _;

use plimsoll_migrate::connect::Access;
use plimsoll_migrate::project::Standing;
use plimsoll_migrate::runner::{Direction, Remedy, State, Unfinished};

use super::run::{tell, upwards};
use super::status::half_way;
use crate::cli::args::Repair;
use crate::cli::context::Context;
use crate::cli::error::{CliError, Exit};

pub(crate) async fn run(context: &mut Context<'_, '_>, args: &Repair) -> Result<Exit, CliError> {
    let Some(revision) = &args.revision else {
        return explain(context).await;
    };
    let connection = context.connect(Access::Write).await?;
    let standing = context.standing(&connection).await?;
    // One that has no file is named in full.
    let id = match standing.row(revision) {
        Some(row) => row.revision.clone(),
        None => context.project.graph().by_name(revision)?,
    };
    let run = upwards(&context.project, &connection);
    let graph = context.project.graph();
    let output = &mut *context.output;
    let done = run
        .repair(&id, remedy(args), &mut |event| {
            tell(output, graph, Direction::Up, event);
        })
        .await?;
    if !done {
        let message = format!("repair `{id}`: there is nothing of it to be set right so");
        return Err(CliError::new(Exit::Standing, message)
            .help("`repair` alone tells what is wrong, and the ways out"));
    }
    context.output.text(&format!("{id} is set right\n"));
    Ok(Exit::Ok)
}

const fn remedy(args: &Repair) -> Remedy {
    match (
        args.done,
        args.undone,
        args.statement_done,
        args.statement_undone,
        args.accept,
    ) {
        (true, ..) => Remedy::Done,
        (_, true, ..) => Remedy::Undone,
        (_, _, true, ..) => Remedy::StatementDone,
        (_, _, _, true, _) => Remedy::StatementUndone,
        (_, _, _, _, true) => Remedy::Accept,
        // The command line has one of them.
        (false, false, false, false, false) => Remedy::Forget,
    }
}

/// Tells every problem and the ways out; exit code 5 when there is one.
async fn explain(context: &mut Context<'_, '_>) -> Result<Exit, CliError> {
    let connection = context.connect(Access::Read).await?;
    let standing = context.standing(&connection).await?;
    let left = context.half_way(&connection).await?;
    let problems = problems(&standing, left.as_ref());
    if problems.is_empty() {
        context.output.text("nothing is wrong with the history\n");
        return Ok(Exit::Ok);
    }
    for (problem, ways) in problems {
        let mut text = format!("{problem}\n");
        for way in ways {
            // Writing to a string cannot fail.
            let _ = writeln!(text, "  - {way}");
        }
        context.output.text(&text);
    }
    Ok(Exit::Standing)
}

fn problems(standing: &Standing, left: Option<&Unfinished>) -> Vec<(String, Vec<String>)> {
    let mut out = Vec::new();
    if let Some(left) = left {
        let id = &left.revision;
        let verb = match left.direction {
            Direction::Up => "upgrade",
            Direction::Down => "downgrade",
        };
        let mut ways = Vec::new();
        match left.state {
            State::Between | State::Refused | State::Passed => {
                ways.push(format!("`{verb}` goes on where it was left"));
            }
            State::Inside => {
                ways.push(format!(
                    "`{verb}` finds out whether the statement was carried out, and goes on"
                ));
                ways.push(format!("where it cannot: `repair {id} --statement-done` or `repair {id} --statement-undone`"));
            }
            State::Unknown => {}
        }
        ways.push(format!(
            "make the rest of it so by hand, then `repair {id} --done`"
        ));
        ways.push(format!(
            "undo by hand what is there of it, then `repair {id} --undone`"
        ));
        let mut problem = format!("half-way: {}", half_way(left));
        if let Some(statement) = &left.statement {
            let _ = write!(problem, "\n  {statement}");
        }
        out.push((problem, ways));
    }
    for id in &standing.unknown {
        out.push((
            format!("no file: `{id}` is applied"),
            vec![
                "get the file back, as with `git pull`".to_owned(),
                "use the database that belongs to this checkout".to_owned(),
                format!("undo by hand what it did, then `repair {id} --forget`"),
            ],
        ));
    }
    for id in &standing.edited {
        out.push((
            format!("edited: `{id}` is not what was applied"),
            vec![
                "restore the file, and put the change into a new revision".to_owned(),
                format!("if the database is what the file now makes: `repair {id} --accept`"),
            ],
        ));
    }
    for id in &standing.moved {
        out.push((
            format!("moved: `{id}` followed another revision when it was applied"),
            vec![
                "restore `parents` in its file".to_owned(),
                format!(
                    "if the order makes no difference, as `rebase` proves: `repair {id} --accept`"
                ),
            ],
        ));
    }
    for id in &standing.partial {
        out.push((
            format!("partial: only some of the revisions that `{id}` stands for are applied"),
            vec![
                "`upgrade` with the files as they were before the squash, then with these"
                    .to_owned(),
            ],
        ));
    }
    out
}
