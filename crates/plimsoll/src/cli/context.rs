//! What every command starts from: the project, the database, where words go.

use plimsoll_migrate::connect::{Access, Connection, connect};
use plimsoll_migrate::hooks::Revisions;
use plimsoll_migrate::project::{Project, Standing};
use plimsoll_migrate::runner::{Unfinished, is_of_a_pooler, is_of_connection, unfinished};
use plimsoll_migrate::url::DbUrl;

use super::args::Global;
use super::error::{CliError, Exit};
use super::output::Output;
use super::place::Place;
use super::selection::select;

/// What every command starts from.
pub(crate) struct Context<'a, 'o> {
    pub(crate) project: Project,
    pub(crate) place: Place,
    pub(crate) global: Global,
    pub(crate) url: DbUrl,
    pub(crate) output: &'a mut Output<'o>,
}

impl<'a, 'o> Context<'a, 'o> {
    pub(crate) fn new(
        migrator: &impl Revisions,
        global: Global,
        mut place: Place,
        output: &'a mut Output<'o>,
    ) -> Result<Self, CliError> {
        let selected = select(&place, &global)?;
        place.migrations = selected.migrations;
        let mut source = migrator.source();
        if let Some(table) = selected.history_table {
            source.table = table;
        }
        Ok(Self {
            project: Project::new(source)?,
            url: selected.url,
            place,
            global,
            output,
        })
    }

    pub(crate) async fn connect(&self, access: Access) -> Result<Connection, CliError> {
        Ok(connect(&self.url, access, self.global.database_schema.as_deref()).await?)
    }

    pub(crate) async fn standing(&self, connection: &Connection) -> Result<Standing, CliError> {
        self.project
            .standing(connection)
            .await
            .map_err(|error| {
                let told = CliError::database("read the history", &error);
                if is_of_connection(&error) || is_of_a_pooler(&error) {
                    return told;
                }
                told.help(format!(
                    "the role has to be able to read `{table}`, and that has to be SeaORM's table; where another program has one of that name, let `migration_table_name` of the migrator name another",
                    table = self.project.table()
                ))
            })
    }

    /// Refuses revisions in the database that have no file, and applied files that were edited; where those are allowed, warns of them.
    /// `action` is what is refused, as a verb.
    pub(crate) fn refuse_strange(
        &mut self,
        action: &str,
        standing: &Standing,
        allow_edited: bool,
    ) -> Result<(), CliError> {
        Self::refuse_strangers(action, standing, allow_edited)?;
        self.warn_edited(standing);
        Ok(())
    }

    /// The same without a word about what is allowed.
    pub(crate) fn refuse_strangers(
        action: &str,
        standing: &Standing,
        allow_edited: bool,
    ) -> Result<(), CliError> {
        if let Some(first) = standing.unknown.first() {
            let message = match standing.unknown.len() {
                1 => format!(
                    "{action}: the database is ahead, `{first}` is applied and has no file here"
                ),
                count => format!(
                    "{action}: the database is ahead, {count} of its revisions have no file here (the first is `{first}`)"
                ),
            };
            return Err(CliError::new(Exit::Standing, message).help(
                "get the missing files, as with `git pull`, or use the database that belongs to this checkout",
            ));
        }
        if let Some(first) = standing.partial.first() {
            let message = format!(
                "{action}: only some of the revisions that `{first}` stands for are applied"
            );
            return Err(CliError::new(Exit::Standing, message)
                .help("`upgrade` with the files as they were before the squash, then with these"));
        }
        match standing.edited.first() {
            Some(first) if !allow_edited => {
                let message = format!("{action}: `{first}` was edited after it was applied");
                Err(CliError::new(Exit::Standing, message).help(
                    "restore the file and put the change into a new revision; or pass --allow-edited; or, if the database is what the file now makes, `repair REVISION --accept`",
                ))
            }
            Some(_) | None => Ok(()),
        }
    }

    /// A revision that was begun in a database and not finished.
    pub(crate) async fn half_way(
        &self,
        connection: &Connection,
    ) -> Result<Option<Unfinished>, CliError> {
        unfinished(&connection.db, self.project.table())
            .await
            .map_err(|error| CliError::database("read the history", &error))
    }

    /// Refuses a database that revisions are missing in.
    pub(crate) fn refuse_behind(action: &str, standing: &Standing) -> Result<(), CliError> {
        let message = match standing.pending.as_slice() {
            [] => return Ok(()),
            [only] => format!("{action}: the database is behind, `{only}` is not applied"),
            [first, ..] => format!(
                "{action}: the database is behind, {} revisions are not applied (the first is `{first}`)",
                standing.pending.len()
            ),
        };
        Err(CliError::new(Exit::Standing, message).help("run `upgrade` first"))
    }

    /// Says which applied files were edited.
    pub(crate) fn warn_edited(&mut self, standing: &Standing) {
        for id in &standing.edited {
            self.output
                .warning(&format!("`{id}` was edited after it was applied"));
        }
    }
}
