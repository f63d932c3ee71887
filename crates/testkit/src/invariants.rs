//! What every case proves on every backend, with no golden: the plan arrives, keeps the rows, and leads back.

mod judge;
mod order;

use std::collections::BTreeSet;

use jiff::Timestamp;
use plimsoll_codegen::{Header, file_stem, render_file};
use plimsoll_differ::compare::{Answers, Conversion, Diff, Forms, Input, Manage, compare};
use plimsoll_differ::inspect::{Inspection, Scope, holders, inspect};
use plimsoll_differ::models::validate;
use plimsoll_differ::normalise::settle;
use plimsoll_differ::plan::plan;
use plimsoll_differ::prove::{left_over, prove};
use plimsoll_differ::rows::count;
use plimsoll_differ::scratch::copy_surroundings;
use plimsoll_differ::views::in_the_way;
use plimsoll_schema::{Backend, Catalog, Change, Diagnostic, Plan, Server, Severity};

use sea_orm_migration::MigrationTrait;

use crate::case::{Case, From};
use crate::changes::write_changes;
use crate::recorder::runs_its_plan;
use crate::rows::{Snapshot, fill, lost, snapshot};
use crate::servers::Scratch;
use crate::steps;

/// What a case says on one backend, by the names of its goldens.
pub type Goldens = Vec<(&'static str, String)>;

/// Carries the case out on one backend. `migration` is its golden file, compiled; it has to run the SQL of the plan.
///
/// # Errors
/// When an invariant does not hold: which one, and by what.
pub async fn run(
    case: &Case,
    backend: Backend,
    migration: Option<&dyn MigrationTrait>,
) -> Result<Goldens, String> {
    let scratch = Scratch::borrow(backend).await.map_err(|e| e.to_string())?;
    let outcome = on(case, &scratch, migration).await;
    scratch.give_back().await.map_err(|e| e.to_string())?;
    outcome
}

async fn on(
    case: &Case,
    scratch: &Scratch,
    migration: Option<&dyn MigrationTrait>,
) -> Result<Goldens, String> {
    let backend = scratch.backend;
    let now = case.to(backend)?;
    let last = case.last(backend)?;
    let scope = scope(case, backend)?;
    let start = build(case, scratch, &scope).await?;
    let server = &start.server;
    if case.rows {
        put_rows(case, scratch, &start).await?;
    }
    let refused = errors(&validate(server, &now, &start.catalog));
    if !refused.is_empty() {
        return Ok(vec![("error", refused)]);
    }
    let answers = answers(case.answers(backend))?;
    let manage = if case.manage_everything {
        Manage::Everything
    } else {
        Manage::Stated
    };
    let forms = Forms::new();
    let input = Input {
        server,
        now: &now,
        last: last.as_ref(),
        live: &start.catalog,
        manage,
        answers: &answers,
        forms: &forms,
    };
    let diff = settle(&scratch.db, &input).await;
    if !diff.ambiguities.is_empty() {
        return Ok(vec![("error", ambiguities(&diff))]);
    }
    let plan = match plan(server, &diff.current, &diff.changes) {
        Ok(plan) => plan,
        Err(error) => return Ok(vec![("error", format!("{error}\n"))]),
    };
    let holders = holders(&scratch.db, &scope).await;
    let holders = holders.map_err(|error| error.to_string())?;
    let views = in_the_way(&plan, &diff.current, &start, &holders);
    let refused = errors(&views);
    if !refused.is_empty() {
        return Ok(vec![("error", refused)]);
    }
    let mut goldens = goldens(case, &diff, &plan, views)?;
    let proven: Result<String, String> = async {
        order::does_not_matter(&input, &scratch.db, &diff, &plan).await?;
        simulates(&diff, &plan)?;
        proves(scratch, &plan, &diff, &now, manage).await?;
        let judged = there_and_back(scratch, &scope, &start, &plan, &diff, &now, manage).await?;
        if let Some(migration) = migration {
            runs_its_plan(migration, &plan, &diff.current).await?;
        }
        Ok(judged)
    }
    .await;
    match proven {
        Ok(judged) => {
            goldens.extend((!judged.is_empty()).then_some(("oracle", judged)));
            Ok(goldens)
        }
        Err(failure) => Err(format!("{failure}\n{}", shown(&goldens))),
    }
}

/// What the case said until an invariant did not hold.
fn shown(goldens: &Goldens) -> String {
    let sections = goldens.iter();
    sections
        .map(|(name, text)| format!("-- {name} --\n{text}"))
        .collect()
}

/// What stands in the way of the plan.
fn errors(found: &[Diagnostic]) -> String {
    let errors = found.iter().filter(|one| one.severity == Severity::Error);
    errors.map(line).collect()
}

fn line(found: &Diagnostic) -> String {
    let (severity, code) = (found.severity, found.code);
    format!("{severity}[{code}] {}: {}\n", found.object, found.message)
}

/// The schemas that the case speaks of; the history table is nobody's.
fn scope(case: &Case, backend: Backend) -> Result<Scope, String> {
    let mut catalogs = vec![case.to(backend)?];
    catalogs.extend(case.last(backend)?);
    let schemas: BTreeSet<String> = catalogs
        .iter()
        .flat_map(|catalog| catalog.tables.keys())
        .filter_map(|name| name.schema.clone())
        .collect();
    Ok(Scope {
        schemas: schemas.into_iter().collect(),
        ignore: vec!["seaql_migrations".into()],
    })
}

/// Makes what is live before the change.
async fn build(case: &Case, scratch: &Scratch, scope: &Scope) -> Result<Inspection, String> {
    let empty = look(scratch, scope).await?;
    match case.from(scratch.backend)? {
        From::Sql(sql) => scratch
            .run(sql)
            .await
            .map_err(|error| format!("from: {error}"))?,
        From::Catalog(wanted) => {
            let answers = Answers::default();
            let forms = Forms::new();
            let input = Input {
                server: &empty.server,
                now: &wanted,
                last: None,
                live: &empty.catalog,
                manage: Manage::Stated,
                answers: &answers,
                forms: &forms,
            };
            let diff = settle(&scratch.db, &input).await;
            let plan = plan(&empty.server, &diff.current, &diff.changes)
                .map_err(|error| format!("from: {error}"))?;
            steps::up(scratch, &plan)
                .await
                .map_err(|error| format!("from: {error}"))?;
        }
    }
    look(scratch, scope).await
}

async fn look(scratch: &Scratch, scope: &Scope) -> Result<Inspection, String> {
    inspect(&scratch.db, scope)
        .await
        .map_err(|error| format!("inspect: {error}"))
}

async fn put_rows(case: &Case, scratch: &Scratch, start: &Inspection) -> Result<(), String> {
    match case.rows_sql(scratch.backend) {
        Some(sql) if sql.trim().is_empty() => Ok(()),
        Some(sql) => scratch
            .run(sql)
            .await
            .map_err(|error| format!("rows: {error}")),
        None => fill(&scratch.db, &start.server, &start.catalog).await,
    }
}

/// `rename a.b -> c`, `drop a.b`, `fill a.b = 'value'` and `using a.b = expression`, also with ` back expression`, a line each.
fn answers(text: &str) -> Result<Answers, String> {
    let mut answers = Answers::default();
    for line in text.lines().filter(|line| !line.trim().is_empty()) {
        if let Some(rename) = line.strip_prefix("rename ")
            && let Some((from, to)) = rename.split_once(" -> ")
        {
            answers.renames.insert(from.into(), to.into());
        } else if let Some(fill) = line.strip_prefix("fill ")
            && let Some((column, value)) = fill.split_once(" = ")
        {
            answers.fills.insert(column.into(), value.into());
        } else if let Some(using) = line.strip_prefix("using ")
            && let Some((column, sql)) = using.split_once(" = ")
        {
            let (expression, back) = match sql.split_once(" back ") {
                Some((expression, back)) => (expression, Some(back.to_owned())),
                None => (sql, None),
            };
            let expression = expression.to_owned();
            let conversion = Conversion { expression, back };
            answers.conversions.insert(column.into(), conversion);
        } else if let Some(drop) = line.strip_prefix("drop ") {
            answers.drops.insert(drop.into());
        } else {
            return Err(format!("answers: did not understand `{line}`"));
        }
    }
    Ok(answers)
}

fn ambiguities(diff: &Diff) -> String {
    let lines = diff.ambiguities.iter().map(|ambiguity| {
        let names: Vec<&str> = ambiguity
            .candidates
            .iter()
            .map(|candidate| candidate.name.as_str())
            .collect();
        let candidates = names.join(", ");
        format!("`{}` goes: is it now {candidates}?\n", ambiguity.from)
    });
    lines.collect()
}

/// The changes, applied to the catalog, give the desired one, and taken back, the current one.
fn simulates(diff: &Diff, plan: &Plan) -> Result<(), String> {
    let mut state = diff.current.clone();
    for step in &plan.steps {
        state
            .apply(&step.change)
            .map_err(|error| format!("simulate up: {error}"))?;
    }
    same(&plan.server, "simulate up", &state, &diff.desired)?;
    for step in plan.steps.iter().rev() {
        state
            .apply(&step.change.reverse())
            .map_err(|error| format!("simulate down: {error}"))?;
    }
    same(&plan.server, "simulate down", &state, &diff.current)
}

fn same(server: &Server, what: &str, reached: &Catalog, wanted: &Catalog) -> Result<(), String> {
    let left = compare(server, reached, wanted);
    if left.is_empty() {
        return Ok(());
    }
    Err(format!(
        "{what}: still differs by\n{}",
        write_changes(&left)
    ))
}

/// The proof that the tool itself asks for before it writes a file.
async fn proves(
    scratch: &Scratch,
    plan: &Plan,
    diff: &Diff,
    now: &Catalog,
    manage: Manage,
) -> Result<(), String> {
    let other = Scratch::borrow(scratch.backend)
        .await
        .map_err(|error| format!("prove: {error}"))?;
    // What the tool's own scratch database has beforehand.
    copy_surroundings(&scratch.db, &other.db)
        .await
        .map_err(|error| format!("prove: {error}"))?;
    let proof = prove(&other.db, plan, diff, now, manage).await;
    other
        .give_back()
        .await
        .map_err(|error| format!("prove: {error}"))?;
    proof.map_err(|error| {
        let left = match &error {
            plimsoll_differ::prove::ProofError::Residual { residual, .. } => {
                write_changes(residual)
            }
            _ => String::new(),
        };
        format!("prove: {error}\n{left}")
    })
}

/// On the database with rows: up arrives, a second comparison is empty, down leads back, and no row is lost on the way.
/// What the server's own tools say is different is returned.
async fn there_and_back(
    scratch: &Scratch,
    scope: &Scope,
    start: &Inspection,
    plan: &Plan,
    diff: &Diff,
    now: &Catalog,
    manage: Manage,
) -> Result<String, String> {
    let server = &plan.server;
    let before = rows(scratch, start).await?;
    let alarms = count(&scratch.db, plan, &diff.current).await;
    let alarms: Vec<_> = alarms.into_iter().filter(|one| one.rows > 0).collect();
    let held = judge::read(scratch).await?;
    steps::up(scratch, plan).await?;
    let mut judged = judge::up(scratch, server, &held, &diff.desired).await?;
    let end = look(scratch, scope).await?;
    arrived(
        scratch,
        server,
        "up",
        &diff.desired,
        &end.catalog,
        Manage::Everything,
    )
    .await?;
    arrived(scratch, server, "second diff", now, &end.catalog, manage).await?;
    let forth: Vec<&Change> = plan.steps.iter().map(|step| &step.change).collect();
    let after = rows(scratch, &end).await?;
    if let Some(lost) = lost(server, &before, &after, &forth) {
        return Err(format!("rows after up: {lost}"));
    }
    steps::down(scratch, plan).await?;
    if !alarms.is_empty() {
        return Err(format!(
            "up was carried out on rows of which it was said that they do not fit: {alarms:?}"
        ));
    }
    judged += &judge::down(scratch, &held).await?;
    let back = look(scratch, scope).await?;
    let left = left_over(&scratch.db, server, &start.catalog, &back.catalog).await;
    if !left.is_empty() {
        return Err(format!("down: still differs by\n{}", write_changes(&left)));
    }
    let reversed: Vec<Change> = plan
        .steps
        .iter()
        .rev()
        .map(|s| s.change.reverse())
        .collect();
    let both: Vec<&Change> = forth.into_iter().chain(&reversed).collect();
    let again = rows(scratch, &back).await?;
    match lost(server, &before, &again, &both) {
        Some(lost) => Err(format!("rows after down: {lost}")),
        None => Ok(judged),
    }
}

async fn rows(scratch: &Scratch, at: &Inspection) -> Result<Snapshot, String> {
    snapshot(&scratch.db, &at.server, &at.catalog)
        .await
        .map_err(|error| format!("read the rows: {error}"))
}

async fn arrived(
    scratch: &Scratch,
    server: &Server,
    what: &str,
    wanted: &Catalog,
    live: &Catalog,
    manage: Manage,
) -> Result<(), String> {
    let answers = Answers::default();
    let forms = Forms::new();
    let input = Input {
        server,
        now: wanted,
        last: Some(wanted),
        live,
        manage,
        answers: &answers,
        forms: &forms,
    };
    let left = settle(&scratch.db, &input).await.changes;
    if left.is_empty() {
        return Ok(());
    }
    Err(format!(
        "{what}: still differs by\n{}",
        write_changes(&left)
    ))
}

fn goldens(
    case: &Case,
    diff: &Diff,
    plan: &Plan,
    views: Vec<Diagnostic>,
) -> Result<Goldens, String> {
    let mut plan = plan.clone();
    let hazards = plimsoll_lint::lint(&plan);
    plan.diagnostics.extend(hazards);
    plan.diagnostics.extend(views);
    plan.diagnostics.extend(diff.notes.iter().cloned());
    plan.diagnostics.sort();
    let diagnostics: String = plan.diagnostics.iter().map(line).collect();
    let sql = |statements: &mut dyn Iterator<Item = &str>| -> String {
        statements.map(|sql| format!("{sql};\n")).collect()
    };
    let changes = plan.steps.iter().map(|step| &step.change);
    let goldens = [
        ("diagnostics", diagnostics),
        ("up.sql", sql(&mut plan.up())),
        ("down.sql", sql(&mut plan.down())),
    ];
    let mut out = vec![("changes", write_changes(changes))];
    out.extend(goldens.into_iter().filter(|(_, text)| !text.is_empty()));
    if !plan.is_empty() {
        out.push(("migration.rs", migration_file(case, &plan)?));
    }
    Ok(out)
}

/// The file that the tool writes; its date is nobody's business here.
fn migration_file(case: &Case, plan: &Plan) -> Result<String, String> {
    let created = Timestamp::UNIX_EPOCH;
    let header = Header {
        id: file_stem(&case.name, created),
        parents: Vec::new(),
        labels: Vec::new(),
        depends_on: Vec::new(),
        replaces: Vec::new(),
        message: case.title.trim().to_owned(),
        created,
        compared_with: None,
    };
    render_file(plan, &header).map_err(|error| format!("migration.rs: {error}"))
}
