//! The models and a database agree.

use std::path::PathBuf;

use plimsoll_differ::inspect::{Scope, inspect};
use plimsoll_differ::models::{self, Options};
use plimsoll_schema::Severity;
use sea_orm::DatabaseConnection;

use crate::cli::CliError;
use crate::cli::answers::Given;
use crate::cli::comparison::{self, Comparison, Wanted, judge, ours};
use crate::cli::place::Place;

/// SeaORM's own name for the history table.
const HISTORY: &str = "seaql_migrations";

/// Asserts that a database is what the models state: what `check` says. The models are those linked into the test (`use entity as _;`);
/// `plimsoll.toml` and `catalog.json` hold as they do there, found from the directory of the crate that is tested.
///
/// # Panics
/// When they differ, with how; when there are no models, or the database does not answer.
pub async fn assert_models_match(db: &DatabaseConnection) {
    match compare(db).await {
        Ok(comparison) if comparison.plan.is_empty() => {}
        Ok(comparison) => panic!(
            "models and database differ; what would have to be changed:\n{}",
            told(&comparison)
        ),
        Err(error) => {
            let diagnostics = plimsoll_report::diagnostics(&error.diagnostics);
            panic!(
                "failed to {}\n{}{}",
                error.message,
                anstream::adapter::strip_str(&diagnostics),
                error
                    .help
                    .map(|help| format!("help: {help}"))
                    .unwrap_or_default()
            )
        }
    }
}

async fn compare(db: &DatabaseConnection) -> Result<Comparison, CliError> {
    let here = std::env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from);
    let here = here.or_else(|| std::env::current_dir().ok());
    let place = Place::find(None, None, &here.unwrap_or_default())?;
    let own = comparison::histories(&place.config, HISTORY);
    let scope = Scope {
        schemas: place.config.schemas.clone(),
        ignore: own.clone(),
    };
    let mut inspected = inspect(db, &scope).await.map_err(comparison::unread)?;
    inspected.catalog = ours(&place.config, inspected.catalog);
    let options = Options {
        ignored_tables: own.into_iter().collect(),
    };
    let read = models::read(&inspected.server, &options);
    let read = read.map_err(|error| comparison::unreadable(&error))?;
    let last = comparison::read_catalog(&place.catalog())?;
    let wanted = Wanted {
        now: ours(&place.config, read.catalog),
        last: last.map(|catalog| ours(&place.config, catalog)),
        manage: comparison::manage_of(&place.config),
        is_open: true,
        has_rows: false,
    };
    judge(db, &scope, inspected, wanted, &Given::default()).await
}

/// The difference, and what a person must know of it.
fn told(comparison: &Comparison) -> String {
    let diff = plimsoll_report::diff(&comparison.entries());
    let shown: Vec<_> = comparison
        .diagnostics
        .iter()
        .filter(|diagnostic| diagnostic.severity != Severity::Note)
        .cloned()
        .collect();
    let text = diff + &plimsoll_report::diagnostics(&shown);
    anstream::adapter::strip_str(&text).to_string()
}
