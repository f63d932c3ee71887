//! The judgement of somebody else: what [`crate::oracle`] reads of the database, before, after up, and after down.

use plimsoll_differ::compare::compare;
use plimsoll_differ::plan::plan;
use plimsoll_differ::scratch::copy_surroundings;
use plimsoll_schema::{Catalog, Server};

use crate::oracle::{self, Holding};
use crate::servers::Scratch;
use crate::steps;

/// What the database holds now.
pub(super) async fn read(scratch: &Scratch) -> Result<Holding, String> {
    let read = oracle::read_all(scratch).await;
    read.map_err(|error| format!("oracle: {error}"))
}

/// In what the database differs from one that was made of the desired state alone, and besides from what it held before; a line each.
pub(super) async fn up(
    scratch: &Scratch,
    server: &Server,
    before: &Holding,
    desired: &Catalog,
) -> Result<String, String> {
    let found = read(scratch).await?;
    let other = Scratch::borrow(scratch.backend).await;
    let other = other.map_err(|error| format!("oracle: {error}"))?;
    let made = made_anew(scratch, &other, server, desired).await;
    let given = other.give_back().await;
    let wanted = Holding {
        compared: made?.compared,
        beside: before.beside.clone(),
    };
    given.map_err(|error| format!("oracle: {error}"))?;
    Ok(differences("up", &wanted, &found))
}

/// In what the database differs from what it held before.
pub(super) async fn down(scratch: &Scratch, before: &Holding) -> Result<String, String> {
    Ok(differences("down", before, &read(scratch).await?))
}

async fn made_anew(
    scratch: &Scratch,
    other: &Scratch,
    server: &Server,
    desired: &Catalog,
) -> Result<Holding, String> {
    let copied = copy_surroundings(&scratch.db, &other.db).await;
    copied.map_err(|error| format!("oracle: {error}"))?;
    let nothing = Catalog::default();
    let plan = plan(server, &nothing, &compare(server, &nothing, desired))
        .map_err(|error| format!("oracle: {error}"))?;
    let made = steps::up(other, &plan).await;
    made.map_err(|error| format!("oracle, the desired state: {error}"))?;
    read(other).await
}

fn differences(direction: &str, wanted: &Holding, found: &Holding) -> String {
    let compared = oracle::same(&wanted.compared, &found.compared);
    let beside = oracle::same(&wanted.beside, &found.beside);
    let lines = [compared, beside].into_iter().filter_map(Result::err);
    let lines: String = lines.collect();
    lines
        .lines()
        .map(|line| format!("{direction}: {line}\n"))
        .collect()
}
