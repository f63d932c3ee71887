//! Revisions as a graph: beside their lines in the terminal, for Mermaid, and as a picture.
//!
//! Invariant: the newest comes first, so that every revision stands above what it follows; a revision whose parent is not among those
//! shown ends its line.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use crate::document::Revision;

/// What is drawn at one revision.
struct Row {
    /// The column of its dot.
    column: usize,
    /// How many lines there are at its height.
    width: usize,
    /// What is drawn below it, where lines part, join or end.
    below: Option<String>,
}

/// Places the revisions in columns: one line of revisions keeps one column.
fn rows(revisions: &[Revision]) -> Vec<Row> {
    let known: BTreeMap<&str, usize> = revisions
        .iter()
        .enumerate()
        .map(|(at, revision)| (revision.id.as_str(), at))
        .collect();
    // The revision that each column leads to.
    let mut columns: Vec<&str> = Vec::new();
    let mut rows = Vec::with_capacity(revisions.len());
    for revision in revisions {
        let id = revision.id.as_str();
        let column = columns
            .iter()
            .position(|next| *next == id)
            .unwrap_or_else(|| {
                columns.push(id);
                columns.len() - 1
            });
        let width = columns.len();
        let parents: Vec<&str> = revision
            .parents
            .iter()
            .map(String::as_str)
            .filter(|parent| known.contains_key(parent))
            .collect();
        let below = lead_on(&mut columns, column, &parents);
        rows.push(Row {
            column,
            width,
            below,
        });
    }
    rows
}

/// Lets a column go on to the parents; what is drawn when that is not straight on.
fn lead_on<'a>(columns: &mut Vec<&'a str>, column: usize, parents: &[&'a str]) -> Option<String> {
    let mut below = String::new();
    match parents.first() {
        None => {
            columns.remove(column);
            return shifted(column, columns.len());
        }
        Some(first) => match columns.iter().position(|next| next == first) {
            Some(other) if other != column => {
                below.push_str(&joined(other, column, columns.len()));
                columns.remove(column);
            }
            Some(_) | None => columns[column] = first,
        },
    }
    let mut at = column;
    for parent in parents.iter().skip(1) {
        if columns.contains(parent) {
            continue;
        }
        let start = at.min(columns.len().saturating_sub(1));
        at = (start + 1).min(columns.len());
        columns.insert(at, parent);
        if !below.is_empty() {
            below.push('\n');
        }
        below.push_str(&parted(start, columns.len()));
    }
    (!below.is_empty()).then_some(below)
}

/// `| |/`: the columns behind one that ends move to the left.
fn shifted(ended: usize, left: usize) -> Option<String> {
    if ended >= left {
        return None;
    }
    let mut out = "| ".repeat(ended);
    for _ in ended..left {
        out.push_str(" /");
    }
    Some(out)
}

/// `|/`: one column joins another.
fn joined(one: usize, other: usize, width: usize) -> String {
    let (left, right) = (one.min(other), one.max(other));
    let mut out = String::new();
    for at in 0..width {
        match at {
            _ if at < left => out.push_str("| "),
            _ if at == right && right == left + 1 => out.push('/'),
            _ if at == right => out.push_str("_/"),
            _ if at == left => out.push('|'),
            _ if at < right => out.push_str("_|"),
            _ => out.push_str(" /"),
        }
    }
    out
}

/// `|\`: one column becomes two.
fn parted(start: usize, width: usize) -> String {
    let mut out = "| ".repeat(start);
    out.push_str("|\\");
    for _ in start + 2..width {
        out.push_str(" \\");
    }
    out
}

/// What stands before each revision's lines in the terminal: before its first, and before the others; nothing where there is only one
/// line of revisions. The third is what is drawn below it.
pub(crate) fn margins(revisions: &[Revision]) -> Vec<(String, String, Option<String>)> {
    let rows = rows(revisions);
    if rows.iter().all(|row| row.width <= 1) {
        return rows
            .iter()
            .map(|_| (String::new(), String::new(), None))
            .collect();
    }
    let widest = rows.iter().map(|row| row.width).max().unwrap_or(1);
    rows.into_iter()
        .map(|row| {
            let line = |dot: char| -> String {
                let mut out = String::new();
                for at in 0..row.width {
                    out.push(if at == row.column { dot } else { '|' });
                    out.push(' ');
                }
                out.push_str(&"  ".repeat(widest - row.width));
                out
            };
            (line('*'), line('|'), row.below)
        })
        .collect()
}

/// The graph in Mermaid's words, drawn upwards: <https://mermaid.js.org/syntax/flowchart.html>.
pub fn mermaid(revisions: &[Revision]) -> String {
    let mut out = "flowchart BT\n".to_owned();
    let mut names: BTreeMap<&str, usize> = BTreeMap::new();
    for (at, revision) in revisions.iter().rev().enumerate() {
        names.insert(&revision.id, at);
        let text = revision.message.replace('"', "#quot;");
        let class = class(revision);
        let _ = writeln!(out, "    r{at}[\"{}<br/>{text}\"]:::{class}", revision.id);
    }
    for revision in revisions.iter().rev() {
        let Some(own) = names.get(revision.id.as_str()) else {
            continue;
        };
        let lines = [(&revision.parents, "-->"), (&revision.depends_on, "-.->")];
        for (others, line) in lines {
            for other in others.iter().filter_map(|id| names.get(id.as_str())) {
                let _ = writeln!(out, "    r{other} {line} r{own}");
            }
        }
    }
    for (class, style) in CLASSES {
        let _ = writeln!(out, "    classDef {class} {style}");
    }
    out
}

const CLASSES: [(&str, &str); 4] = [
    ("current", "fill:#2f6f4f,stroke:#1d4631,color:#ffffff"),
    ("applied", "fill:#d9ece2,stroke:#2f6f4f,color:#1a1a1a"),
    ("pending", "fill:#fdf1d6,stroke:#b07d12,color:#1a1a1a"),
    ("known", "fill:#eef1f4,stroke:#5b6770,color:#1a1a1a"),
];

fn class(revision: &Revision) -> &'static str {
    match revision.applied {
        Some(true) if revision.current => "current",
        Some(true) => "applied",
        Some(false) => "pending",
        None => "known",
    }
}

/// How far apart two revisions and two columns are in the picture.
const STEP: (usize, usize) = (24, 34);

/// The graph as a picture.
pub fn svg(revisions: &[Revision]) -> String {
    let rows = rows(revisions);
    let widest = rows.iter().map(|row| row.width).max().unwrap_or(1);
    let place = |row: usize, column: usize| (20 + column * STEP.0, 24 + row * STEP.1);
    let text_at = 20 + widest * STEP.0;
    let longest = revisions
        .iter()
        .map(|revision| label(revision).chars().count())
        .max();
    let width = text_at + longest.unwrap_or(0) * 8 + 20;
    let height = 48 + revisions.len().saturating_sub(1) * STEP.1;
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {width} {height}\" \
         font-family=\"ui-monospace, monospace\" font-size=\"13\">\n<rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>\n"
    );
    let at: BTreeMap<&str, (usize, usize)> = revisions
        .iter()
        .zip(&rows)
        .enumerate()
        .map(|(row, (revision, drawn))| (revision.id.as_str(), place(row, drawn.column)))
        .collect();
    for revision in revisions {
        let Some((x, y)) = at.get(revision.id.as_str()) else {
            continue;
        };
        let lines = [
            (&revision.parents, ""),
            (&revision.depends_on, " stroke-dasharray=\"3 3\""),
        ];
        for (others, dash) in lines {
            for (to_x, to_y) in others.iter().filter_map(|id| at.get(id.as_str())) {
                let half = usize::midpoint(*y, *to_y);
                let _ = writeln!(
                    out,
                    "<path d=\"M {x} {y} C {x} {half}, {to_x} {half}, {to_x} {to_y}\" fill=\"none\" stroke=\"#5b6770\" stroke-width=\"2\"{dash}/>"
                );
            }
        }
    }
    for revision in revisions {
        let Some((x, y)) = at.get(revision.id.as_str()) else {
            continue;
        };
        let fill = match class(revision) {
            "current" => "#2f6f4f",
            "applied" => "#8fc3a8",
            "pending" => "#fdf1d6",
            _ => "#eef1f4",
        };
        let _ = writeln!(
            out,
            "<circle cx=\"{x}\" cy=\"{y}\" r=\"6\" fill=\"{fill}\" stroke=\"#1d4631\" stroke-width=\"1.5\"/>\n\
             <text x=\"{text_at}\" y=\"{}\" fill=\"#1a1a1a\">{}</text>",
            y + 4,
            escaped(&label(revision))
        );
    }
    out.push_str("</svg>\n");
    out
}

fn label(revision: &Revision) -> String {
    let marks = crate::text::marks(revision);
    let mut text = revision.id.clone();
    if !marks.is_empty() {
        let _ = write!(text, " ({})", marks.join(", "));
    }
    if !revision.message.is_empty() {
        let _ = write!(text, "  {}", revision.message);
    }
    text
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `c<a,b` follows `a` and `b`; the newest first.
    fn revisions(text: &str) -> Vec<Revision> {
        text.split_whitespace()
            .map(|word| {
                let (id, parents) = word.split_once('<').unwrap_or((word, ""));
                Revision {
                    id: id.to_owned(),
                    message: format!("do {id}"),
                    parents: parents
                        .split(',')
                        .filter(|parent| !parent.is_empty())
                        .map(str::to_owned)
                        .collect(),
                    has_file: true,
                    ..Revision::default()
                }
            })
            .collect()
    }

    fn drawn(text: &str) -> String {
        let text = crate::history(&revisions(text), false);
        let mut out = String::new();
        let mut escape = false;
        for c in text.chars() {
            match c {
                '\u{1b}' => escape = true,
                'm' if escape => escape = false,
                c if !escape => out.push(c),
                _ => {}
            }
        }
        out
    }

    #[test]
    fn one_line_needs_no_drawing() {
        insta::assert_snapshot!(drawn("c<b b<a a"), @r"
        c do c
        b do b
        a do a
        ");
    }

    #[test]
    fn branches_and_merges_are_drawn() {
        insta::assert_snapshot!(drawn("e<d d<b,c c<a b<a a"), @r"
        *   e do e
        *   d do d
        |\
        | * c do c
        * | b do b
        |/
        *   a do a
        ");
        insta::assert_snapshot!(drawn("z y<x c<b x b<a a"), @r"
        *   z do z
        *   y do y
        | * c do c
        * | x do x
         /
        *   b do b
        *   a do a
        ");
        insta::assert_snapshot!(drawn("h<e,f,g g<a f<a e<a a"), @r"
        *     h do h
        |\
        | |\
        | | * g do g
        | * | f do f
        | |/
        * |   e do e
        |/
        *     a do a
        ");
        insta::assert_snapshot!(drawn("d<a c<b b<a a"), @r"
        *   d do d
        | * c do c
        | * b do b
        |/
        *   a do a
        ");
    }

    #[test]
    fn mermaid_and_svg_hold_every_revision_and_line() {
        let revisions = revisions("d<b,c c<a b<a a");
        insta::assert_snapshot!(mermaid(&revisions), @r#"
        flowchart BT
            r0["a<br/>do a"]:::known
            r1["b<br/>do b"]:::known
            r2["c<br/>do c"]:::known
            r3["d<br/>do d"]:::known
            r0 --> r1
            r0 --> r2
            r1 --> r3
            r2 --> r3
            classDef current fill:#2f6f4f,stroke:#1d4631,color:#ffffff
            classDef applied fill:#d9ece2,stroke:#2f6f4f,color:#1a1a1a
            classDef pending fill:#fdf1d6,stroke:#b07d12,color:#1a1a1a
            classDef known fill:#eef1f4,stroke:#5b6770,color:#1a1a1a
        "#);
        let picture = svg(&revisions);
        assert_eq!(picture.matches("<circle").count(), 4);
        assert_eq!(picture.matches("<path").count(), 4);
        assert!(picture.contains("d  do d"));
    }
}
