//! For people: a diff that reads like git's, diagnostics, the history.

use std::fmt::Write as _;

use anstyle::Style;
use plimsoll_schema::{Diagnostic, Severity};

use crate::document::{self, Revision};
use crate::entry::{Action, Entry};
use crate::{graph, style};

/// A diff, a line for each object: what it is, and what differs.
pub fn diff(entries: &[Entry]) -> String {
    let mut out = String::new();
    for entry in entries {
        line(entry, "", &mut out);
        // What goes with a dropped table is counted; what comes with a new one is to be reviewed.
        if entry.action == Action::Add {
            for part in &entry.parts {
                line(part, "  ", &mut out);
            }
        }
    }
    out
}

fn line(entry: &Entry, indent: &str, out: &mut String) {
    let (sign, style) = match entry.action {
        Action::Add => ('+', style::ADD),
        Action::Drop => ('-', style::DROP),
        Action::Alter | Action::Rename => ('~', style::ALTER),
    };
    let name = match (&entry.table, entry.name.as_str()) {
        (Some(_), name) if !indent.is_empty() => name.to_owned(),
        (Some(table), "") => table.clone(),
        (Some(table), name) => format!("{table}.{name}"),
        (None, name) => name.to_owned(),
    };
    let mut text = format!("{sign} {indent}{}", entry.kind);
    if !name.is_empty() {
        let _ = write!(text, " {name}");
    }
    let detail = detail(entry);
    if !detail.is_empty() {
        let _ = write!(text, "  {detail}");
    }
    let _ = writeln!(out, "{style}{text}{style:#}");
}

fn detail(entry: &Entry) -> String {
    match (entry.action, &entry.from, &entry.to) {
        (Action::Rename, _, Some(to)) => format!("→ {to}"),
        (_, Some(from), Some(to)) => format!("{from} → {to}"),
        (_, Some(one), None) | (_, None, Some(one)) => one.clone(),
        (Action::Drop, None, None) => {
            let columns = entry.parts.iter().filter(|part| part.kind == "column");
            match columns.count() {
                0 => String::new(),
                1 => "(1 column)".into(),
                count => format!("({count} columns)"),
            }
        }
        (_, None, None) => String::new(),
    }
}

/// Diagnostics, the gravest first, each with what to do.
pub fn diagnostics(diagnostics: &[Diagnostic]) -> String {
    let mut sorted: Vec<&Diagnostic> = diagnostics.iter().collect();
    sorted.sort_by_key(|diagnostic| std::cmp::Reverse(diagnostic.severity));
    let mut out = String::new();
    for diagnostic in sorted {
        let style = severity(diagnostic.severity);
        let _ = writeln!(
            out,
            "{style}{}[{}]{style:#}: {}",
            diagnostic.severity, diagnostic.code, diagnostic.message
        );
        if let Some(origin) = &diagnostic.origin {
            let _ = writeln!(out, "  at: {origin}");
        }
        if let Some(help) = &diagnostic.help {
            let _ = writeln!(out, "  help: {help}");
        }
    }
    out
}

const fn severity(severity: Severity) -> Style {
    match severity {
        Severity::Note => style::NOTE,
        Severity::Warning => style::WARNING,
        Severity::Error => style::ERROR,
    }
}

/// Statements as a script.
pub fn sql<'a>(statements: impl Iterator<Item = &'a str>) -> String {
    let mut out = String::new();
    for statement in statements {
        let _ = writeln!(out, "{statement};");
    }
    out
}

/// Revisions, in the given order; `verbose` tells all that is known of each.
pub fn history(revisions: &[Revision], verbose: bool) -> String {
    let mut out = String::new();
    let (name, mark, dim) = (style::REVISION, style::MARK, style::DIM);
    for (revision, (first, other, below)) in revisions.iter().zip(graph::margins(revisions)) {
        let marks = marks(revision);
        let _ = write!(out, "{dim}{first}{dim:#}{name}{}{name:#}", revision.id);
        if !marks.is_empty() {
            let _ = write!(out, " {mark}({}){mark:#}", marks.join(", "));
        }
        if !revision.message.is_empty() {
            let _ = write!(out, " {}", revision.message);
        }
        out.push('\n');
        if verbose {
            for (key, value) in facts(revision) {
                let _ = writeln!(out, "{dim}{other}{dim:#}    {dim}{key}:{dim:#} {value}");
            }
        }
        if let Some(below) = below {
            let _ = writeln!(out, "{dim}{}{dim:#}", below.trim_end());
        }
    }
    out
}

/// What was done to a database, a line each, in the given order.
pub fn applied(entries: &[document::Happened]) -> String {
    let mut out = String::new();
    let (name, dim, bad) = (style::REVISION, style::DIM, style::ERROR);
    for entry in entries {
        let at = entry.at.as_deref().unwrap_or("unknown time");
        let _ = write!(
            out,
            "{at} {:<7} {name}{}{name:#}",
            entry.action, entry.revision
        );
        if entry.outcome == "failed" {
            let _ = write!(out, " {bad}failed{bad:#}");
        }
        let _ = write!(out, " {dim}({} ms", entry.duration_ms);
        for fact in [&entry.by, &entry.tool, &entry.note].into_iter().flatten() {
            let _ = write!(out, ", {fact}");
        }
        let _ = writeln!(out, "){dim:#}");
    }
    out
}

/// What is remarkable about a revision.
pub(crate) fn marks(revision: &Revision) -> Vec<String> {
    let mut marks: Vec<String> = Vec::new();
    let facts = [
        (revision.head, "head"),
        (revision.current, "current"),
        (revision.applied == Some(false), "pending"),
        (revision.branch_point, "branch point"),
        (revision.merge_point, "merge point"),
        (revision.edited, "edited since it was applied"),
        (revision.moved, "followed another when it was applied"),
        (!revision.has_file, "no file"),
    ];
    marks.extend(
        facts
            .iter()
            .filter(|(is, _)| *is)
            .map(|(_, word)| (*word).to_owned()),
    );
    marks.extend(revision.labels.iter().map(|label| format!("@{label}")));
    marks
}

fn facts(revision: &Revision) -> Vec<(&'static str, String)> {
    let mut facts = Vec::new();
    if revision.has_file {
        let parents = match revision.parents.as_slice() {
            [] => "none, it is a base".to_owned(),
            parents => parents.join(", "),
        };
        facts.push(("parents", parents));
    }
    let lists = [
        ("depends on", &revision.depends_on),
        ("children", &revision.children),
        ("branches", &revision.branches),
        ("stands for", &revision.replaces),
    ];
    for (key, list) in lists.into_iter().filter(|(_, list)| !list.is_empty()) {
        facts.push((key, list.join(", ")));
    }
    if let Some(at) = &revision.applied_at {
        let mut text = at.clone();
        if let Some(who) = &revision.applied_by {
            let _ = write!(text, " by {who}");
        }
        if let Some(duration) = revision.duration_ms {
            let _ = write!(text, " in {duration} ms");
        }
        facts.push(("applied", text));
    }
    if let Some(tool) = &revision.tool {
        facts.push(("with", tool.clone()));
    }
    if let Some(checksum) = &revision.checksum {
        facts.push(("checksum", checksum.clone()));
    }
    facts
}

#[cfg(test)]
mod tests;
