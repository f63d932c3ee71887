//! Facts about the user's schema that a person has to know.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A stable code, one page each in `docs/codes/`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Code {
    /// A table is dropped with its rows.
    D101,
    /// A column is dropped with its data.
    D102,
    /// A type change may lose or reject values.
    D103,
    /// An enum loses a value that rows may hold.
    D104,
    /// A required column without a default is added: rows that exist need a value.
    R301,
    /// A column becomes required: rows that hold NULL make it fail.
    R302,
    /// A unique constraint or index is added: duplicates make it fail.
    R303,
    /// A foreign key is added: rows without a parent make it fail.
    R304,
    /// A check is added: rows that break it make it fail.
    R305,
    /// What goes and what comes could be a rename; nobody said.
    R401,
    /// The database holds something no model states: left alone.
    N501,
    /// Something cannot be compared: left alone.
    N502,
    /// The model's unique is narrower than a partial one that exists: left alone.
    N503,
    /// The model and the database disagree in a way that is reported and not changed by itself.
    N504,
    /// The model states what this backend cannot have.
    C601,
    /// A name is too long for this backend.
    C602,
    /// A view reads what the plan changes.
    C603,
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self:?}")
    }
}

/// How much a diagnostic matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// For information.
    Note,
    /// A reviewer must look.
    Warning,
    /// Nothing is written until it is settled.
    Error,
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Error => "error",
        })
    }
}

/// A fact about the user's schema, as data.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Diagnostic {
    /// Its code.
    pub code: Code,
    /// How much it matters.
    pub severity: Severity,
    /// The object, as `table` or `table.part`.
    pub object: String,
    /// What is the case: a lower-case fragment without a period, objects in backticks.
    pub message: String,
    /// What to do, imperative and complete.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub help: Option<String>,
    /// Where it comes from: the entity's module, or the object in the database.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub origin: Option<String>,
}

impl Diagnostic {
    /// A diagnostic without help or origin.
    pub fn new(
        code: Code,
        severity: Severity,
        object: impl ToString,
        message: impl Into<String>,
    ) -> Self {
        Self {
            code,
            severity,
            object: object.to_string(),
            message: message.into(),
            help: None,
            origin: None,
        }
    }

    /// The same, with what to do.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}
