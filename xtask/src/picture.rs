//! `cargo xtask picture`: the transcript of a session, `docs/session.txt`, drawn as the terminal window of the README.

use crate::command::{Failure, root};

const LINE: usize = 19;
const CHAR: usize = 8;
const MARGIN: usize = 18;

/// Draws `docs/session.svg`; with `check`, only tells whether it is current.
pub(crate) fn picture(check: bool) -> Result<(), Failure> {
    let folder = root().join("docs");
    let source = folder.join("session.txt");
    let target = folder.join("session.svg");
    let failed = |path: &std::path::Path| {
        let path = path.to_owned();
        move |source| Failure::Io { path, source }
    };
    let text = std::fs::read_to_string(&source).map_err(failed(&source))?;
    let drawn = draw(&text);
    if !check {
        return std::fs::write(&target, drawn).map_err(failed(&target));
    }
    match std::fs::read_to_string(&target) {
        Ok(found) if found == drawn => Ok(()),
        Ok(_) | Err(_) => Err(Failure::Told(
            "docs/session.svg is not what docs/session.txt draws: run `cargo xtask picture`".into(),
        )),
    }
}

fn draw(text: &str) -> String {
    let lines: Vec<&str> = text.lines().collect();
    let longest = lines
        .iter()
        .map(|line| line.chars().count())
        .max()
        .unwrap_or(0);
    let (width, height) = (
        longest * CHAR + 2 * MARGIN,
        lines.len() * LINE + 2 * MARGIN + 24,
    );
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" height=\"{height}\">\n\
         <rect width=\"{width}\" height=\"{height}\" rx=\"8\" fill=\"#1b1f27\"/>\n\
         <circle cx=\"20\" cy=\"18\" r=\"6\" fill=\"#ff5f57\"/><circle cx=\"40\" cy=\"18\" r=\"6\" fill=\"#febc2e\"/>\
         <circle cx=\"60\" cy=\"18\" r=\"6\" fill=\"#28c840\"/>\n\
         <g font-family=\"ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace\" font-size=\"13\" xml:space=\"preserve\">\n"
    );
    for (at, line) in lines.iter().enumerate() {
        let (colour, weight) = style(line);
        let y = MARGIN + 30 + at * LINE;
        let line = escape(line);
        out.push_str(&format!(
            "<text x=\"{MARGIN}\" y=\"{y}\" fill=\"{colour}\" font-weight=\"{weight}\">{line}</text>\n"
        ));
    }
    out.push_str("</g>\n</svg>\n");
    out
}

/// Colour and weight of a line, by what it begins with.
fn style(line: &str) -> (&'static str, &'static str) {
    let line = line.trim_start();
    match line.chars().next() {
        Some('$') => ("#ffffff", "bold"),
        Some('+') => ("#7ee787", "normal"),
        Some('-') => ("#ff7b72", "normal"),
        Some('~') => ("#e3b341", "normal"),
        Some('#') => ("#8b949e", "normal"),
        _ if line.starts_with("warning") => ("#e3b341", "normal"),
        Some(_) | None => ("#c9d1d9", "normal"),
    }
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}
