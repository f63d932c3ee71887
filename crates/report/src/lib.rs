//! What people look at: diff text, diagnostics, and the same as JSON.
//!
//! Invariant: text carries colour as ANSI codes that whoever prints it may strip; without them nothing is lost.
//! Invariant: the JSON's field names are an interface, and only grow.

mod describe;
pub mod document;
mod entry;
mod graph;
mod text;

pub use entry::{Action, Entry, entries};
pub use graph::{mermaid, svg};
pub use text::{applied, diagnostics, diff, history, sql};

/// The colours, one place for all.
pub mod style {
    use anstyle::{AnsiColor, Style};

    /// What comes.
    pub const ADD: Style = AnsiColor::Green.on_default();
    /// What goes.
    pub const DROP: Style = AnsiColor::Red.on_default();
    /// What stays and differs.
    pub const ALTER: Style = AnsiColor::Yellow.on_default();
    /// Names of revisions.
    pub const REVISION: Style = AnsiColor::Yellow.on_default();
    /// Marks such as `(head)`.
    pub const MARK: Style = AnsiColor::Cyan.on_default();
    /// `error:`.
    pub const ERROR: Style = AnsiColor::Red.on_default().bold();
    /// `warning[…]:`.
    pub const WARNING: Style = AnsiColor::Yellow.on_default().bold();
    /// `note[…]:` and `help:`.
    pub const NOTE: Style = AnsiColor::Cyan.on_default().bold();
    /// What is said aside.
    pub const DIM: Style = Style::new().dimmed();
}
