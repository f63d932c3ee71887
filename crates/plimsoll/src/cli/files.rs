//! `[files]` of `plimsoll.toml`: what a project says about the files of its revisions.

use jiff::Timestamp;
use plimsoll_codegen::{CodegenError, Header, Naming, Template, render_file_as};
use plimsoll_schema::{Plan, Server};
use serde::Deserialize;

use super::command::revision::unwritten;
use super::config::FILE;
use super::error::{CliError, Exit};
use super::place::Place;

mod after_write;

use after_write::AfterWrite;

/// What `[files]` says.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Files {
    /// The pattern of the files' names, which are the revisions' ids; ours where nothing is said.
    pub(crate) name: Option<String>,
    /// The layout of a file, as a path from `plimsoll.toml`; ours where nothing is said.
    pub(crate) template: Option<String>,
    /// The programs that run over a file when it was written, in this order, each with its arguments; rustfmt where nothing is said.
    pub(crate) after_write: Option<Vec<Vec<String>>>,
}

impl Files {
    /// The id of a new revision.
    ///
    /// # Errors
    /// When the pattern makes none.
    pub(crate) fn id(
        &self,
        action: &str,
        message: &str,
        created: Timestamp,
    ) -> Result<String, CliError> {
        let naming = match &self.name {
            None => Naming::default(),
            Some(pattern) => Naming::parse(pattern).map_err(|error| {
                CliError::new(
                    Exit::Files,
                    format!("read `files.name` of {FILE}: in \"{pattern}\", {error}"),
                )
                .help("write it as \"m{year}{month}{day}_{hour}{minute}{second}_{slug}\"; there is {epoch}, too")
            })?,
        };
        naming.stem(message, created).map_err(|error| {
            CliError::new(
                Exit::Usage,
                format!("{action}: name it after this message: {error}"),
            )
            .help("choose another message, or an id with --rev-id")
        })
    }
}

/// How the file of one revision comes about. It is read before any work is done, so that what is wrong with it is told at once.
pub(crate) struct Writing {
    /// What the revision says about itself.
    pub(crate) header: Header,
    /// How it is laid out.
    template: Template,
    /// What runs over the file.
    pub(crate) after: AfterWrite,
}

impl Writing {
    /// What the project says about the file of a revision.
    ///
    /// # Errors
    /// When that cannot be followed.
    pub(crate) fn of(place: &Place, action: &str, header: Header) -> Result<Self, CliError> {
        let writing = Self {
            template: template(place)?,
            after: AfterWrite::of(place, &header.id)?,
            header,
        };
        // A template that does not work for an empty file works for none.
        let empty = Plan {
            server: Server::sqlite(),
            steps: Vec::new(),
            diagnostics: Vec::new(),
        };
        match writing.text(&empty) {
            Ok(_) => Ok(writing),
            Err(error) => Err(unwritten(action, &error)),
        }
    }

    /// The text of the file.
    ///
    /// # Errors
    /// When it is not Rust.
    pub(crate) fn text(&self, plan: &Plan) -> Result<String, CodegenError> {
        render_file_as(plan, &self.header, &self.template)
    }
}

/// The layout that the project names, or ours.
fn template(place: &Place) -> Result<Template, CliError> {
    let Some(name) = &place.config.files.template else {
        return Ok(Template::default());
    };
    let path = place.root.join(name);
    match std::fs::read_to_string(&path) {
        Ok(text) => Ok(Template::new(Place::shown(&path), text)),
        Err(error) => Err(CliError::file("read", &path, &error)),
    }
}
