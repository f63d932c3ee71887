//! Models and database, compared and planned: what `check`, `diff` and `revision --autogenerate` have in common.

use std::collections::BTreeSet;
use std::path::Path;

use plimsoll_backup::SEED_TABLE;
use plimsoll_differ::compare::{self, Diff, Forms, Input};
use plimsoll_differ::inspect::{self, InspectError, Inspection, Scope};
use plimsoll_differ::models::{self, ModelsError};
use plimsoll_differ::rows::{self, Offending};
use plimsoll_differ::{normalise, plan, views};
use plimsoll_migrate::connect::Connection;
use plimsoll_migrate::history;
use plimsoll_report::{Entry, document, entries};
use plimsoll_schema::{Catalog, Change, Diagnostic, Plan, Server, Severity};

use sea_orm::DatabaseConnection;

use super::answers::{self, Given};
use super::config::{Config, Manage};
use super::context::Context;
use super::error::{CliError, Exit};
use super::hint;

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
    /// What a person must know, with how many of today's rows it is about.
    pub(crate) diagnostics: Vec<Diagnostic>,
    /// The same for a file: it says nothing of the rows of one database.
    pub(crate) hazards: Vec<Diagnostic>,
    /// Rows that a step would fail on, where nobody said what becomes of them.
    pub(crate) offending: Vec<Offending>,
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

    /// What has to be answered, and with which flags.
    pub(crate) fn missing_hints(&self) -> Vec<document::MissingHint> {
        let renames = self.diff.ambiguities.iter().map(hint::missing_hint);
        renames
            .chain(self.offending.iter().map(hint::missing_value))
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
            missing_hints: self.missing_hints(),
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
    given: &Given,
) -> Result<Comparison, CliError> {
    let db = &connection.db;
    let scope = scope(context, context.place.config.schemas.clone());
    let inspected = look(context, db, &scope).await?;
    let wanted = Wanted {
        now: stated(context, &inspected.server)?,
        last: recorded(context)?,
        manage: manage(context),
        is_open: true,
        has_rows: true,
    };
    judge(db, &scope, inspected, wanted, given).await
}

/// What a database is to become.
pub(crate) struct Wanted {
    /// What is stated now.
    pub(crate) now: Catalog,
    /// What was stated before; `None` where nothing was.
    pub(crate) last: Option<Catalog>,
    /// Who owns the rest.
    pub(crate) manage: compare::Manage,
    /// Whether `now` is what models state, and not a database.
    pub(crate) is_open: bool,
    /// Whether the database that is to change is a real one, whose rows can be counted.
    pub(crate) has_rows: bool,
}

/// What of a database is compared: these schemas, and no table of our own.
pub(crate) fn scope(context: &Context<'_, '_>, schemas: Vec<String>) -> Scope {
    Scope {
        schemas,
        ignore: own_tables(context),
    }
}

/// Reads a database, without the tables that are none of ours.
pub(crate) async fn look(
    context: &Context<'_, '_>,
    db: &DatabaseConnection,
    scope: &Scope,
) -> Result<Inspection, CliError> {
    let mut inspected = inspect::inspect(db, scope).await.map_err(unread)?;
    inspected.catalog = ours(&context.place.config, inspected.catalog);
    Ok(inspected)
}

pub(crate) fn unread(error: InspectError) -> CliError {
    CliError::new(Exit::Database, format!("inspect: {error}"))
}

/// What the models state.
pub(crate) fn stated(context: &Context<'_, '_>, server: &Server) -> Result<Catalog, CliError> {
    let options = models::Options {
        ignored_tables: own_tables(context).into_iter().collect(),
    };
    let read = models::read_in_child(server, &options).map_err(|error| unreadable(&error))?;
    Ok(ours(&context.place.config, read.catalog))
}

/// What the models stated at the last revision; `None` before the first.
pub(crate) fn recorded(context: &Context<'_, '_>) -> Result<Option<Catalog>, CliError> {
    let catalog = read_catalog(&context.place.catalog())?;
    Ok(catalog.map(|catalog| ours(&context.place.config, catalog)))
}

/// Who owns what the models never stated.
pub(crate) const fn manage(context: &Context<'_, '_>) -> compare::Manage {
    manage_of(&context.place.config)
}

/// The same, by what `plimsoll.toml` says.
pub(crate) const fn manage_of(config: &Config) -> compare::Manage {
    match config.manage {
        Manage::Stated => compare::Manage::Stated,
        Manage::Everything => compare::Manage::Everything,
    }
}

/// The tables of ours beside the project's.
pub(crate) fn own_tables(context: &Context<'_, '_>) -> Vec<String> {
    histories(&context.place.config, context.project.table())
}

/// The history table, and those of the project's other databases, which may be in the same one; each with ours beside it.
pub(crate) fn histories(config: &Config, table: &str) -> Vec<String> {
    let others = config.databases.values();
    let others = others.filter_map(|named| named.history_table.as_deref());
    let tables: BTreeSet<&str> = others.chain([table]).collect();
    let tables = tables.into_iter().flat_map(history::tables);
    tables.chain([SEED_TABLE.to_owned()]).collect()
}

/// Compares and plans. `db` is where expressions are asked about.
pub(crate) async fn judge(
    db: &DatabaseConnection,
    scope: &Scope,
    mut inspected: Inspection,
    wanted: Wanted,
    given: &Given,
) -> Result<Comparison, CliError> {
    let answers = &given.answers;
    let Wanted {
        now,
        last,
        manage,
        is_open,
        has_rows,
    } = wanted;
    let server = inspected.server.clone();
    let mut diagnostics = if is_open {
        models::validate(&server, &now, &inspected.catalog)
    } else {
        Vec::new()
    };
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
    answers::known(answers, &inspected.catalog, last.as_ref(), &now)?;
    let forms = Forms::new();
    let input = Input {
        server: &server,
        now: &now,
        last: last.as_ref(),
        live: &inspected.catalog,
        manage,
        answers,
        forms: &forms,
    };
    let diff = normalise::settle(db, &input).await;
    let plan = plan::plan(&server, &diff.current, &diff.changes)
        .map_err(|error| CliError::new(Exit::Blocked, format!("plan: {error}")))?;
    diagnostics.extend(diff.notes.iter().cloned());
    if !plan.is_empty() {
        let holders = inspect::holders(db, scope).await.map_err(unread)?;
        let held = views::in_the_way(&plan, &diff.current, &inspected, &holders);
        diagnostics.extend(held);
    }
    diagnostics.append(&mut inspected.notes);
    diagnostics.extend(plan.diagnostics.iter().cloned());
    diagnostics.extend(plimsoll_lint::lint(&plan));
    diagnostics.extend(diff.ambiguities.iter().map(hint::ambiguous));
    answers::needed(given, &plan, &diagnostics)?;
    diagnostics.sort();
    diagnostics.dedup();
    let hazards = diagnostics.clone();
    let mut offending = Vec::new();
    if has_rows {
        offending = rows::count(db, &plan, &diff.current).await;
        for diagnostic in &mut diagnostics {
            hint::count(diagnostic, &offending, given);
        }
        offending.retain(|one| one.rows > 0 && !given.leave.contains(&one.object));
    }
    diagnostics.sort();
    Ok(Comparison {
        server,
        now,
        last,
        diff,
        plan,
        diagnostics,
        hazards,
        offending,
    })
}

/// A catalog without what `ignore` names.
pub(crate) fn ours(config: &Config, mut catalog: Catalog) -> Catalog {
    catalog
        .tables
        .retain(|name, _| !config.ignores(&name.name) && !config.ignores(&name.to_string()));
    catalog
}

pub(crate) fn unreadable(error: &ModelsError) -> CliError {
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

/// Reads what models stated; `None` where there is no such file.
pub(crate) fn read_catalog(path: &Path) -> Result<Option<Catalog>, CliError> {
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
