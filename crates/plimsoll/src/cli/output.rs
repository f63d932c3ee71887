//! Where words go: results to standard output, everything said beside them to standard error.

use std::io::Write;

use plimsoll_report::{document, style};
use serde::Serialize;

use super::args::Format;
use super::error::CliError;

/// The two streams, and how to write to them.
pub struct Output<'a> {
    out: &'a mut (dyn Write + Send),
    err: &'a mut (dyn Write + Send),
    /// Text for people, or JSON.
    pub(crate) format: Format,
    /// Only results and errors.
    pub(crate) quiet: bool,
    /// Whether the rest goes to a terminal, where a bar can be drawn.
    pub(crate) live: bool,
}

impl<'a> Output<'a> {
    /// Writes results to `out` and the rest to `err`.
    pub fn new(out: &'a mut (dyn Write + Send), err: &'a mut (dyn Write + Send)) -> Self {
        Self {
            out,
            err,
            format: Format::Text,
            quiet: false,
            live: false,
        }
    }

    /// A result as text; left out when JSON is asked for.
    pub fn text(&mut self, text: &str) {
        if self.format == Format::Text {
            // A reader that went away is not our failure.
            let _ = self.out.write_all(text.as_bytes());
            let _ = self.out.flush();
        }
    }

    /// A result as a document; left out when text is asked for.
    pub fn document(&mut self, document: &impl Serialize) {
        if self.format == Format::Json {
            let _ = self.out.write_all(document::json(document).as_bytes());
            let _ = self.out.flush();
        }
    }

    /// A result as a graph for Mermaid.
    pub(crate) fn mermaid(&mut self, text: impl FnOnce() -> String) {
        if self.format == Format::Mermaid {
            let _ = self.out.write_all(text().as_bytes());
        }
    }

    /// A result as a picture.
    pub(crate) fn svg(&mut self, text: impl FnOnce() -> String) {
        if self.format == Format::Svg {
            let _ = self.out.write_all(text().as_bytes());
        }
    }

    /// A result that is text in every format: a script.
    pub(crate) fn script(&mut self, text: &str) {
        let _ = self.out.write_all(text.as_bytes());
        let _ = self.out.flush();
    }

    /// A line beside the result.
    pub fn note(&mut self, text: &str) {
        if !self.quiet {
            let _ = writeln!(self.err, "{text}");
        }
    }

    /// A line that is said even when all should be quiet.
    pub fn warning(&mut self, text: &str) {
        let style = style::WARNING;
        let _ = writeln!(self.err, "{style}warning{style:#}: {text}");
    }

    /// Why a command failed.
    pub fn error(&mut self, error: &CliError) {
        if self.format == Format::Json {
            let document = document::Failed {
                format: document::FORMAT,
                error: document::Error {
                    exit_code: error.exit.code(),
                    message: format!("failed to {}", error.message),
                    help: error.help.clone(),
                    diagnostics: error.diagnostics.clone(),
                    missing_hints: error.missing_hints.clone(),
                },
            };
            let _ = self.err.write_all(document::json(&document).as_bytes());
            return;
        }
        let _ = self
            .err
            .write_all(plimsoll_report::diagnostics(&error.diagnostics).as_bytes());
        let (bad, aside) = (style::ERROR, style::NOTE);
        let _ = writeln!(self.err, "{bad}error{bad:#}: failed to {}", error.message);
        if let Some(help) = &error.help {
            let _ = writeln!(self.err, "{aside}help{aside:#}: {help}");
        }
    }
}
