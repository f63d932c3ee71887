//! Models and database, compared and planned: what `check`, `diff` and `revision --autogenerate` have in common.

use std::collections::BTreeSet;
use std::path::Path;

use plimsoll_differ::compare::{self, Ambiguity, Answers, Diff, Forms, Input};
use plimsoll_differ::inspect::{self, Scope};
use plimsoll_differ::models::{self, ModelsError};
use plimsoll_differ::{normalise, plan, views};
use plimsoll_migrate::connect::Connection;
use plimsoll_migrate::history;
use plimsoll_report::{Entry, document, entries};
use plimsoll_schema::{Catalog, Change, Code, Diagnostic, Plan, Server, Severity};

use super::config::{Config, Manage};
use super::context::Context;
use super::error::{CliError, Exit};

/// What a comparison found.
pub(crate) struct Comparison {
    /// The server the database is on.
    pub(crate) server: Server,
    /// What the models state now.
    pub(crate) now: Catalog,
    /// What they stated at the last revision.
    pub(crate) last: Option<Catalog>,
    /// How they differ from the database.
    pub(crate) diff: Diff,
    /// What leads from the database to the models.
    pub(crate) plan: Plan,
    /// What a person must know.
    pub(crate) diagnostics: Vec<Diagnostic>,
}

impl Comparison {
    /// The plan's changes, a line each.
    pub(crate) fn entries(&self) -> Vec<Entry> {
        let changes: Vec<Change> = self
            .plan
            .steps
            .iter()
            .map(|step| step.change.clone())
            .collect();
        entries(&self.server, &changes)
    }

    /// What stands in the way of writing a revision.
    pub(crate) fn errors(&self) -> Vec<Diagnostic> {
        self.diagnostics
            .iter()
            .filter(|diagnostic| diagnostic.severity == Severity::Error)
            .cloned()
            .collect()
    }

    /// The same as a document.
    pub(crate) fn document(&self, file: Option<String>) -> document::Diff {
        document::Diff {
            format: document::FORMAT,
            differs: !self.plan.is_empty(),
            server: (&self.server).into(),
            changes: self.entries(),
            diagnostics: self.diagnostics.clone(),
            up: self.plan.up().map(str::to_owned).collect(),
            down: self.plan.down().map(str::to_owned).collect(),
            file,
        }
    }

    /// Prints what differs and what a person must know: notes only when all is asked for, because a database that was there before
    /// the models has many.
    pub(crate) fn print(&self, context: &mut Context<'_, '_>, sql: bool) {
        let text = plimsoll_report::diff(&self.entries());
        context.output.text(&text);
        let verbose = context.global.verbose;
        let (shown, kept): (Vec<Diagnostic>, Vec<Diagnostic>) = self
            .diagnostics
            .iter()
            .cloned()
            .partition(|diagnostic| verbose || diagnostic.severity != Severity::Note);
        context.output.text(&plimsoll_report::diagnostics(&shown));
        match kept.len() {
            0 => {}
            1 => context.output.note("1 note; -v shows it"),
            count => context
                .output
                .note(&format!("{count} notes; -v shows them")),
        }
        if sql && !self.plan.is_empty() {
            context.output.text("\n-- up\n");
            context.output.text(&plimsoll_report::sql(self.plan.up()));
            context.output.text("\n-- down\n");
            context.output.text(&plimsoll_report::sql(self.plan.down()));
        }
    }
}

/// Reads the models and the database, compares and plans. Nothing is written.
pub(crate) async fn compare(
    context: &Context<'_, '_>,
    connection: &Connection,
    answers: &Answers,
) -> Result<Comparison, CliError> {
    let config = &context.place.config;
    let db = &connection.db;
    let tables = [
        context.project.table().to_owned(),
        history::own_table(context.project.table()),
    ];
    let scope = Scope {
        schemas: config.schemas.clone(),
        ignore: tables.to_vec(),
    };
    let unread = |error| CliError::new(Exit::Database, format!("inspect: {error}"));
    let mut inspected = inspect::inspect(db, &scope).await.map_err(unread)?;
    let server = inspected.server.clone();
    let options = models::Options {
        ignored_tables: BTreeSet::from(tables),
    };
    let now = models::read_in_child(&server, &options)
        .map_err(|error| unreadable(&error))?
        .catalog;
    let last = read_catalog(&context.place.catalog())?;
    let now = ours(config, now);
    let last = last.map(|catalog| ours(config, catalog));
    let live = ours(config, std::mem::take(&mut inspected.catalog));

    let mut diagnostics = models::validate(&server, &now);
    if diagnostics
        .iter()
        .any(|diagnostic| diagnostic.severity == Severity::Error)
    {
        return Err(CliError::new(
            Exit::Blocked,
            "compare: the models state what the database cannot have",
        )
        .because(diagnostics));
    }
    let forms = Forms::new();
    let input = Input {
        server: &server,
        now: &now,
        last: last.as_ref(),
        live: &live,
        manage: match config.manage {
            Manage::Stated => compare::Manage::Stated,
            Manage::Everything => compare::Manage::Everything,
        },
        answers,
        forms: &forms,
    };
    let diff = normalise::settle(db, &input).await;
    let plan = plan::plan(&server, &diff.current, &diff.changes)
        .map_err(|error| CliError::new(Exit::Blocked, format!("plan: {error}")))?;
    diagnostics.extend(diff.notes.iter().cloned());
    if !plan.is_empty() {
        let holders = inspect::holders(db, &scope).await.map_err(unread)?;
        let held = views::in_the_way(&plan, &diff.current, &inspected, &holders);
        diagnostics.extend(held);
    }
    diagnostics.append(&mut inspected.notes);
    diagnostics.extend(plan.diagnostics.iter().cloned());
    diagnostics.extend(plimsoll_lint::lint(&plan));
    diagnostics.extend(diff.ambiguities.iter().map(ambiguous));
    diagnostics.sort();
    diagnostics.dedup();
    Ok(Comparison {
        server,
        now,
        last,
        diff,
        plan,
        diagnostics,
    })
}

/// A catalog without what `ignore` names.
fn ours(config: &Config, mut catalog: Catalog) -> Catalog {
    catalog
        .tables
        .retain(|name, _| !config.ignores(&name.name) && !config.ignores(&name.to_string()));
    catalog
}

fn ambiguous(ambiguity: &Ambiguity) -> Diagnostic {
    let Ambiguity { from, candidates } = ambiguity;
    let quoted: Vec<String> = candidates.iter().map(|name| format!("`{name}`")).collect();
    let likeliest = candidates.first().map_or("NEW", String::as_str);
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

fn unreadable(error: &ModelsError) -> CliError {
    let help = match error {
        ModelsError::NoEntities => {
            "add `use entity as _;` to main.rs of the migrations crate, with your crate's name"
        }
        ModelsError::Duplicate { .. } => "remove one of the two, or give it another table_name",
        ModelsError::AtCrateRoot(_) => "move it into a module of its own",
        ModelsError::Unreadable(_) => "`cargo tree -d` shows which versions there are",
        ModelsError::Extras(_) | ModelsError::ExtrasWithoutEntity { .. } => {
            "correct the extras! declaration, or remove it"
        }
        ModelsError::Overflowed { .. } => {
            "give one of the two a `belongs_to`, or leave one of the fields out"
        }
        ModelsError::Panicked { .. } => "correct the entity",
        ModelsError::Died { .. } | ModelsError::Child(_) => {
            "`main` has to call plimsoll::cli::run before anything else"
        }
    };
    CliError::new(Exit::Files, format!("read the models: {error}")).help(help)
}

/// What the models stated at the last revision; `None` before the first.
fn read_catalog(path: &Path) -> Result<Option<Catalog>, CliError> {
    let text = match std::fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(CliError::file("read", path, &error)),
    };
    Catalog::from_json(&text).map(Some).map_err(|error| {
        CliError::new(Exit::Files, format!("read `{}`: {error}", path.display())).help(
            "restore it from version control; after a merge, keep one line for each object of both sides",
        )
    })
}
