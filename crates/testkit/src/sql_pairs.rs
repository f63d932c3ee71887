//! Pairs of SQL scripts, a database before and after: the way from one to the other and back, judged by [`crate::oracle`].

use std::collections::BTreeSet;

use plimsoll_differ::compare::{Answers, Diff, Forms, Input, Manage};
use plimsoll_differ::inspect::{Inspection, Scope, holders, inspect, schemas};
use plimsoll_differ::normalise::settle;
use plimsoll_differ::plan::plan;
use plimsoll_differ::scratch::copy_surroundings;
use plimsoll_differ::script;
use plimsoll_differ::views::in_the_way;
use plimsoll_schema::{Backend, Plan, Severity};
use serde::Deserialize;

use crate::changes::write_changes;
use crate::oracle::{self, Holding};
use crate::requires::Requires;
use crate::servers::Scratch;
use crate::steps;

mod file;

pub use file::read;

/// Two scripts.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct Pair {
    /// The file it was in, for people.
    pub file: String,
    /// What it is called.
    pub name: String,
    /// What is live; nothing is an empty database.
    pub current: Option<String>,
    /// What it shall become.
    pub desired: String,
    /// The servers of its backend it is for.
    #[serde(flatten)]
    pub requires: Requires,
    /// What the refusal says, if it is to be refused.
    pub refused: Option<String>,
}

impl Pair {
    /// What is wrong with the outcome, if it is not the one that the pair asks for.
    pub fn fault(&self, outcome: &Outcome) -> Option<String> {
        match (outcome, &self.refused) {
            (Outcome::Elsewhere, _) | (Outcome::Pass, None) => None,
            (Outcome::Fail(how), _) => Some(how.clone()),
            (Outcome::Pass, Some(wanted)) => Some(format!(
                "carried out, and not refused with `{}`",
                wanted.trim()
            )),
            (Outcome::Refused(why), wanted) => {
                let told = wanted.as_deref().map(str::trim);
                let is_told = told.is_some_and(|wanted| why.contains(wanted));
                (!is_told).then(|| format!("refused: {why}"))
            }
        }
    }
}

/// How a pair ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// There and back, with nothing left over.
    Pass,
    /// It was refused beforehand, and why.
    Refused(String),
    /// It went wrong, and how.
    Fail(String),
    /// It is for another server than this.
    Elsewhere,
}

/// Carries a pair out.
///
/// # Errors
/// When there is no scratch database, or a script of the pair is refused.
pub async fn run(backend: Backend, pair: &Pair) -> Result<Outcome, String> {
    let [here, there] = [made(backend).await?, made(backend).await?];
    let outcome = on(&here, &there, pair).await;
    for scratch in [here, there] {
        scratch
            .give_back()
            .await
            .map_err(|error| error.to_string())?;
    }
    outcome
}

async fn made(backend: Backend) -> Result<Scratch, String> {
    Scratch::borrow(backend)
        .await
        .map_err(|error| error.to_string())
}

async fn on(here: &Scratch, there: &Scratch, pair: &Pair) -> Result<Outcome, String> {
    if !pair.requires.admits(&here.server().await?) {
        return Ok(Outcome::Elsewhere);
    }
    if let Some(sql) = &pair.current {
        let made = script::run(&here.db, sql).await;
        made.map_err(|error| format!("current: {error}"))?;
    }
    let made = script::run(&there.db, &pair.desired).await;
    made.map_err(|error| format!("desired: {error}"))?;
    // Schemas and extensions are the surroundings of tables, which nobody plans.
    let schemas = schemas(&there.db)
        .await
        .map_err(|error| error.to_string())?;
    copy_surroundings(&there.db, &here.db)
        .await
        .map_err(|error| error.to_string())?;
    let scope = Scope {
        schemas,
        ..Scope::default()
    };
    let start = look(here, &scope).await?;
    let wanted = look(there, &scope).await?;
    let before = oracle::read_all(here).await?;
    let diff = compare(here, &start, &wanted).await;
    let plan = match plan(&start.server, &diff.current, &diff.changes) {
        Ok(plan) => plan,
        Err(error) => return Ok(Outcome::Refused(error.to_string())),
    };
    let holders = holders(&here.db, &scope).await;
    let holders = holders.map_err(|error| error.to_string())?;
    let views = in_the_way(&plan, &diff.current, &start, &holders);
    if let Some(view) = views.iter().find(|one| one.severity == Severity::Error) {
        return Ok(Outcome::Refused(view.message.clone()));
    }
    Ok(
        match there_and_back(here, there, &scope, &plan, &before).await {
            Ok(()) => Outcome::Pass,
            Err(failure) => Outcome::Fail(format!("{failure}\n{}", shown(&plan))),
        },
    )
}

async fn there_and_back(
    here: &Scratch,
    there: &Scratch,
    scope: &Scope,
    plan: &Plan,
    before: &Holding,
) -> Result<(), String> {
    steps::up(here, plan).await?;
    let (wanted, found) = (
        oracle::read_all(there).await?,
        oracle::read_all(here).await?,
    );
    same("up", &wanted.compared, &found.compared)?;
    // What both databases have and nobody plans stays.
    let kept: BTreeSet<String> = before
        .beside
        .intersection(&wanted.beside)
        .cloned()
        .collect();
    let beside = |found: &Holding| found.beside.intersection(&kept).cloned().collect();
    same("up, beside", &kept, &beside(&found))?;
    let (end, wanted) = (look(here, scope).await?, look(there, scope).await?);
    let left = compare(here, &end, &wanted).await.changes;
    if !left.is_empty() {
        return Err(format!("a second diff proposes\n{}", write_changes(&left)));
    }
    steps::down(here, plan).await?;
    let found = oracle::read_all(here).await?;
    same("down", &before.compared, &found.compared)?;
    same("down, beside", &kept, &beside(&found))
}

/// Both sides are databases: every fact is stated, and nobody says what is a rename.
async fn compare(here: &Scratch, live: &Inspection, wanted: &Inspection) -> Diff {
    let mut answers = Answers::default();
    loop {
        let forms = Forms::new();
        let input = Input {
            server: &live.server,
            now: &wanted.catalog,
            last: None,
            live: &live.catalog,
            manage: Manage::Exact,
            answers: &answers,
            forms: &forms,
        };
        let diff = settle(&here.db, &input).await;
        let open = diff.ambiguities.iter().map(|one| one.from.clone());
        let open: Vec<String> = open.filter(|one| !answers.drops.contains(one)).collect();
        if open.is_empty() {
            return diff;
        }
        answers.drops.extend(open);
    }
}

async fn look(scratch: &Scratch, scope: &Scope) -> Result<Inspection, String> {
    let looked = inspect(&scratch.db, scope).await;
    looked.map_err(|error| format!("inspect: {error}"))
}

fn same(what: &str, wanted: &BTreeSet<String>, found: &BTreeSet<String>) -> Result<(), String> {
    oracle::same(wanted, found).map_err(|lines| format!("{what}: wanted -, found +\n{lines}"))
}

fn shown(plan: &Plan) -> String {
    let up: String = plan.up().map(|sql| format!("{sql};\n")).collect();
    let down: String = plan.down().map(|sql| format!("{sql};\n")).collect();
    format!("-- up\n{up}-- down\n{down}")
}
