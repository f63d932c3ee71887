//! Compares the entities that were generated from a database with that database. Ends with 3 when anything is proposed.

#[allow(dead_code, unused_imports)]
mod entities;

use std::error::Error;
use std::process::ExitCode;

use plimsoll_differ::compare::{Answers, Forms, Input, Manage};
use plimsoll_differ::inspect::{Scope, inspect};
use plimsoll_differ::models::{Options, read_in_child, run_if_child};
use plimsoll_differ::normalise::settle;
use sea_orm::Database;

fn main() -> ExitCode {
    if let Some(code) = run_if_child() {
        return code;
    }
    match compare() {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

#[tokio::main]
async fn compare() -> Result<ExitCode, Box<dyn Error>> {
    let db = Database::connect(std::env::var("DATABASE_URL")?).await?;
    let inspection = inspect(&db, &Scope::default()).await?;
    let models = read_in_child(&inspection.server, &Options::default())?;
    let found = settle(
        &db,
        &Input {
            server: &inspection.server,
            now: &models.catalog,
            last: None,
            live: &inspection.catalog,
            manage: Manage::Stated,
            answers: &Answers::default(),
            forms: &Forms::new(),
        },
    )
    .await;
    let notes = [inspection.notes, found.notes].concat();
    println!("{}", plimsoll_report::diagnostics(&notes));
    let entries = plimsoll_report::entries(&inspection.server, &found.changes);
    println!("{}", plimsoll_report::diff(&entries));
    for ambiguity in &found.ambiguities {
        println!("ambiguity: {ambiguity:?}");
    }
    println!(
        "{} tables in the database, {} in the entities; {} notes, {} changes, {} ambiguities",
        inspection.catalog.tables.len(),
        models.catalog.tables.len(),
        notes.len(),
        found.changes.len(),
        found.ambiguities.len(),
    );
    let is_proposed = !found.changes.is_empty() || !found.ambiguities.is_empty();
    Ok(ExitCode::from(if is_proposed { 3 } else { 0 }))
}
