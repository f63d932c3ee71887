//! `--tenants`: PostgreSQL's schemas, each with a history of its own.

use std::io::IsTerminal as _;

use clap::{Args, value_parser};
use plimsoll_migrate::connect::Access;
use plimsoll_migrate::tenants::{self, Tenant};
use plimsoll_schema::Backend;

use super::config::matches;
use super::context::Context;
use super::error::{CliError, Exit};

mod current;
mod outcome;
mod upgrade;

pub(crate) use current::current;
pub(crate) use upgrade::upgrade;

/// Which schemas, and how many at once.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct Tenants {
    /// Each schema whose name fits, as tenant_* (PostgreSQL)
    #[arg(long, value_name = "GLOB")]
    pub(crate) tenants: Option<String>,
    /// How many tenants at once
    #[arg(long, default_value_t = 4, value_name = "N", requires = "tenants", value_parser = value_parser!(u16).range(1..))]
    pub(crate) jobs: u16,
}

/// Which schemas, for what only looks.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct Looking {
    /// Each schema whose name fits, as tenant_* (PostgreSQL)
    #[arg(long, value_name = "GLOB")]
    pub(crate) tenants: Option<String>,
}

/// Whether a bar can be drawn beside what is said.
pub(crate) fn is_live() -> bool {
    std::io::stderr().is_terminal()
}

/// Where the tenants stand, read by one session. `action` is what is to be done, as a verb.
async fn find(
    context: &Context<'_, '_>,
    action: &str,
    glob: &str,
) -> Result<Vec<Tenant>, CliError> {
    match context.url.backend() {
        Backend::Postgres => {}
        Backend::Sqlite | Backend::Mysql => {
            let backend = context.url.backend();
            return Err(CliError::new(
                Exit::Usage,
                format!("{action} tenants: they are PostgreSQL's schemas, and this database is {backend}"),
            )
            .help("where a tenant is a database of its own, name each in plimsoll.toml and use --database"));
        }
    }
    if context.global.database_schema.is_some() {
        return Err(CliError::new(
            Exit::Usage,
            format!("{action} tenants: --tenants and --database-schema both say which schema"),
        )
        .help("leave one of them out; DATABASE_SCHEMA may be set, too"));
    }
    let connection = context.connect(Access::Read).await?;
    let found = tenants::read(&connection, &context.project, |name| matches(glob, name)).await;
    // A session that does not close is closed by the server.
    let _ = connection.db.close().await;
    let found = found.map_err(|error| CliError::database("read the histories", &error))?;
    if found.is_empty() {
        return Err(CliError::new(
            Exit::Usage,
            format!("{action} tenants: no schema's name fits `{glob}`"),
        )
        .help("`*` stands for any text and `?` for any character; put the pattern in quotes"));
    }
    Ok(found)
}

/// The right that is missing.
fn unreadable() -> CliError {
    CliError::new(Exit::Database, "read the history: the role may not")
        .help("grant it USAGE on the schema and SELECT on the history tables")
}
