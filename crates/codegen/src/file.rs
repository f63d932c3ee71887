//! The text of a revision.
//!
//! Invariant: the text parses, rustfmt leaves it as it is, and compiled and run on the plan's server it runs exactly the plan's SQL.

use std::fmt::Write as _;

use jiff::Timestamp;
use plimsoll_schema::{Change, Diagnostic, Plan, Server, Severity, Step, TableChange};

use crate::comment::{lines, sentence};
use crate::hazard;
use crate::layout::Node;
use crate::literal::string;
use crate::template::{Parts, Template};
use crate::{CodegenError, step};

/// The indentation of a statement in `up` and `down`.
const INDENT: usize = 8;

/// What a revision says about itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Header {
    /// Its id, which is its file's name without `.rs`: see [`crate::file_stem`].
    pub id: String,
    /// The ids of the revisions it follows; none is a base.
    pub parents: Vec<String>,
    /// The names of the branch that begins with it.
    pub labels: Vec<String>,
    /// Ids or labels of revisions that have to be applied before it, though it does not follow them.
    pub depends_on: Vec<String>,
    /// The ids of the revisions that it stands for.
    pub replaces: Vec<String>,
    /// What it is for, in the author's words.
    pub message: String,
    /// When it was written.
    pub created: Timestamp,
    /// What it was compared with, in words (`PostgreSQL 17`); left out when `None`.
    pub compared_with: Option<String>,
}

/// Writes the migration file of a plan; an empty plan gives a file to be filled in by hand.
///
/// # Errors
/// When the text is not Rust, which is a mistake of ours.
pub fn render_file(plan: &Plan, header: &Header) -> Result<String, CodegenError> {
    render_file_as(plan, header, &Template::default())
}

/// The same, laid out as a template says.
///
/// # Errors
/// When the template leaves something out, or what it makes is not Rust.
pub fn render_file_as(
    plan: &Plan,
    header: &Header,
    template: &Template,
) -> Result<String, CodegenError> {
    let mut placed = hazard::place(plan);
    let joins = header.parents.len() > 1;
    let up = up(plan, &mut placed);
    let mut parts = Parts {
        head: documentation(plan, header),
        registration: metadata(header),
        up: function("up", &up, &placed.elsewhere, joins),
        down: function("down", &down(plan), &[], joins),
    };
    if refuses_transaction(plan) {
        parts.down.push_str(USE_TRANSACTION);
    }
    // A template says itself where lines end.
    for part in [
        &mut parts.head,
        &mut parts.registration,
        &mut parts.up,
        &mut parts.down,
    ] {
        part.truncate(part.trim_end().len());
    }
    let ours = Template::default().render(header, &parts)?;
    check_file(&ours)?;
    if *template == Template::default() {
        return Ok(ours);
    }
    // The parts are Rust: what is wrong now is the template's.
    let text = template.render(header, &parts)?;
    template.check(&text, &parts)?;
    Ok(text)
}

/// Whether a text is Rust.
///
/// # Errors
/// When it is not, with the line.
pub fn check_file(text: &str) -> Result<(), CodegenError> {
    match syn::parse_file(text) {
        Ok(_) => Ok(()),
        Err(error) => Err(CodegenError::NotRust {
            line: error.span().start().line,
            message: error.to_string(),
        }),
    }
}

const USE_TRANSACTION: &str = "
    // A statement of this revision cannot run inside a transaction.
    fn use_transaction(&self) -> Option<bool> {
        Some(false)
    }
";

/// Where DDL takes no part in transactions nothing has to be said, and the file stays fit for other servers.
fn refuses_transaction(plan: &Plan) -> bool {
    plan.server.capabilities().transactional_ddl
        && plan.steps.iter().any(|step| !step.transactional)
}

fn documentation(plan: &Plan, header: &Header) -> String {
    let message = match header.message.trim() {
        "" => "A revision without a message.".to_owned(),
        message => sentence(message),
    };
    let mut out = lines(0, "//!", 0, &message);
    out.push_str("//!\n");
    let _ = writeln!(out, "//! Revision: {}", header.id);
    let parents = match header.parents.as_slice() {
        [] => "nothing".to_owned(),
        parents => parents.join(", "),
    };
    out.push_str(&lines(0, "//!", 2, &format!("Follows: {parents}")));
    let lists = [
        ("Branch", &header.labels),
        ("Depends on", &header.depends_on),
        ("Stands for", &header.replaces),
    ];
    for (key, list) in lists.into_iter().filter(|(_, list)| !list.is_empty()) {
        out.push_str(&lines(0, "//!", 2, &format!("{key}: {}", list.join(", "))));
    }
    let created = header.created.strftime("%Y-%m-%d %H:%M:%S UTC");
    let _ = writeln!(out, "//! Created: {created}");
    if let Some(server) = &header.compared_with {
        out.push_str(&lines(0, "//!", 2, &format!("Compared with: {server}")));
    }
    if !plan.is_empty() {
        out.push_str("//!\n//! Changes:\n");
        for step in &plan.steps {
            out.push_str(&lines(0, "//!", 2, &format!("- {}", step.summary)));
        }
    }
    out
}

fn metadata(header: &Header) -> String {
    let mut out = format!("plimsoll::revision! {{\n    id: {},\n", string(&header.id));
    let lists = [
        ("parents", &header.parents),
        ("labels", &header.labels),
        ("depends_on", &header.depends_on),
        ("replaces", &header.replaces),
    ];
    for (name, list) in lists {
        // That a base follows nothing is said; what else is not there is not.
        if !list.is_empty() || name == "parents" {
            let words: Vec<String> = list.iter().map(|word| string(word)).collect();
            let _ = writeln!(out, "    {name}: [{}],", words.join(", "));
        }
    }
    out.push_str("}\n");
    out
}

/// The blocks of a function's body, each a comment and its statements.
fn up(plan: &Plan, placed: &mut hazard::Placed<'_>) -> Vec<String> {
    let changes: Vec<Change> = plan.steps.iter().map(|step| step.change.clone()).collect();
    plan.steps
        .iter()
        .enumerate()
        .map(|(at, step)| {
            let mut comment = lines(INDENT, "//", 0, &sentence(&heading(step)));
            for diagnostic in placed.of_step.remove(&at).unwrap_or_default() {
                comment.push_str(&hazard_comment(diagnostic));
            }
            comment + &block(&plan.server, &changes[at..], &step.up)
        })
        .collect()
}

fn down(plan: &Plan) -> Vec<String> {
    let reverse = |step: &Step| step.change.reverse();
    let changes: Vec<Change> = plan.steps.iter().rev().map(reverse).collect();
    plan.steps
        .iter()
        .rev()
        .enumerate()
        .filter(|(_, step)| !is_of_rows(&step.change))
        .map(|(at, step)| {
            let comment = lines(INDENT, "//", 0, &format!("Takes back: {}.", heading(step)));
            comment + &block(&plan.server, &changes[at..], &step.down)
        })
        .collect()
}

/// Whether a step only fills rows: what is filled stays so.
fn is_of_rows(change: &Change) -> bool {
    matches!(change, Change::AlterTable { changes, .. }
        if changes.iter().all(|change| matches!(change, TableChange::Fill(fill) if !fill.is_conversion())))
}

/// What stands above a step: its summary, or where that goes on and on what it is about. The documentation of the file has it in full.
fn heading(step: &Step) -> String {
    match &step.change {
        Change::AlterTable { table, changes } if changes.len() > 1 && step.summary.len() > 60 => {
            format!("alter table `{table}`, {} changes", changes.len())
        }
        _ => step.summary.clone(),
    }
}

/// The statements of the first change; the others are those that follow it.
fn block(server: &Server, changes: &[Change], sql: &[String]) -> String {
    let [change, later @ ..] = changes else {
        return String::new();
    };
    let nodes = step::statements(server, change, later, sql);
    nodes.iter().map(statement).collect()
}

fn statement(node: &Node) -> String {
    format!("{}{}\n", " ".repeat(INDENT), node.statement(INDENT))
}

fn hazard_comment(diagnostic: &Diagnostic) -> String {
    let Diagnostic {
        code,
        severity,
        message,
        help,
        ..
    } = diagnostic;
    let mut out = lines(INDENT, "//", 2, &format!("{severity}[{code}]: {message}"));
    if let Some(help) = help {
        out.push_str(&lines(INDENT, "//", 2, &format!("help: {help}")));
    }
    out
}

fn function(name: &str, blocks: &[String], elsewhere: &[&Diagnostic], joins: bool) -> String {
    let manager = if blocks.is_empty() {
        "_manager"
    } else {
        "manager"
    };
    let mut out =
        format!("    async fn {name}(&self, {manager}: &SchemaManager) -> Result<(), DbErr> {{\n");
    let hazards: String = elsewhere
        .iter()
        .filter(|diagnostic| diagnostic.severity > Severity::Note)
        .map(|diagnostic| hazard_comment(diagnostic))
        .collect();
    if blocks.is_empty() {
        out.push_str(&guidance(name, joins));
        out.push_str(&hazards);
    } else {
        if !hazards.is_empty() {
            out.push_str(&hazards);
            out.push('\n');
        }
        out.push_str(&blocks.join("\n"));
        out.push('\n');
    }
    out.push_str("        Ok(())\n    }\n");
    out
}

/// What stands in a function that is to be filled in by hand.
fn guidance(name: &str, joins: bool) -> String {
    let text = if joins {
        "This revision joins others and changes nothing itself."
    } else if name == "up" {
        "Write the change here, and rename `_manager` to `manager`: sea-query's builders \
         (`manager.create_table(…)`), Plimsoll's operations (`manager.apply(AlterTable::new(\"orders\")…)`), or SQL \
         (`manager.get_connection().execute_unprepared(\"…\")`)."
    } else {
        "Take back here what `up` does, last thing first."
    };
    lines(INDENT, "//", 0, text)
}
