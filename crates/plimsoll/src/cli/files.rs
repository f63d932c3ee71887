//! `[files]` of `plimsoll.toml`: what a project says about the files of its revisions.

use plimsoll_codegen::{CodegenError, Header, render_file};
use plimsoll_schema::Plan;
use serde::Deserialize;

use super::error::CliError;
use super::place::Place;

mod after_write;

use after_write::AfterWrite;

/// What `[files]` says.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Files {
    /// The programs that run over a file when it was written, in this order, each with its arguments; rustfmt where nothing is said.
    pub(crate) after_write: Option<Vec<Vec<String>>>,
}

/// How the file of one revision comes about. It is read before any work is done, so that what is wrong with it is told at once.
pub(crate) struct Writing {
    /// What the revision says about itself.
    pub(crate) header: Header,
    /// What runs over the file.
    pub(crate) after: AfterWrite,
}

impl Writing {
    /// What the project says about the file of a revision.
    ///
    /// # Errors
    /// When that cannot be followed.
    pub(crate) fn of(place: &Place, header: Header) -> Result<Self, CliError> {
        Ok(Self {
            after: AfterWrite::of(place, &header.id)?,
            header,
        })
    }

    /// The text of the file.
    ///
    /// # Errors
    /// When it is not Rust.
    pub(crate) fn text(&self, plan: &Plan) -> Result<String, CodegenError> {
        render_file(plan, &self.header)
    }
}
