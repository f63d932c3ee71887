//! Revisions lead up, back, and up again.

use std::collections::BTreeSet;

use plimsoll_differ::inspect::{self, Inspection, Scope, inspect};
use plimsoll_differ::prove::left_over;
use plimsoll_migrate::connect::{Access, Connection, connect};
use plimsoll_migrate::history;
use plimsoll_migrate::hooks::Revisions;
use plimsoll_migrate::project::Project;
use plimsoll_migrate::runner::{Direction, Options, Run, Stop};
use plimsoll_report::{diff, entries};
use plimsoll_schema::Backend;

use super::{Scratch, stated};

/// Asserts that every revision can be applied, taken back and applied again, and that each way arrives where it should: after its `down`
/// the schema is what it was before its `up`, and the second `up` makes what the first one made. On a scratch database of every
/// server that `TEST_DATABASE_URL` names, or a SQLite file.
///
/// # Panics
/// When one does not; the text names the revision, and what differs.
pub async fn assert_up_down_up(migrator: impl Revisions) {
    let urls = stated();
    let urls: Vec<&str> = urls.iter().map(String::as_str).collect();
    assert_up_down_up_at(migrator, &urls).await;
}

/// The same on a scratch database of each of these servers.
///
/// # Panics
/// As [`assert_up_down_up`].
pub async fn assert_up_down_up_at(migrator: impl Revisions, urls: &[&str]) {
    let project = match Project::of(&migrator) {
        Ok(project) => project,
        Err(error) => panic!(
            "failed to order the revisions: {error}\nhelp: {}",
            error.help()
        ),
    };
    for url in urls {
        let scratch = Box::pin(Scratch::at(url)).await;
        let backend = scratch.url.backend();
        // Boxed, so that a test's own future stays small.
        if let Err(text) = Box::pin(round(&project, &scratch)).await {
            // Before the panic, so that it is gone whatever the test does with that.
            drop(scratch);
            panic!("on {backend}, {text}");
        }
    }
}

async fn round(project: &Project, scratch: &Scratch) -> Result<(), String> {
    let connection = connect(&scratch.url, Access::Write, None)
        .await
        .map_err(|error| error.to_string())?;
    let trip = Trip {
        project,
        connection,
    };
    let ids: Vec<String> = project
        .graph()
        .nodes()
        .iter()
        .map(|node| node.id.clone())
        .collect();
    let mut states = vec![trip.look().await?];
    for id in &ids {
        trip.run(Direction::Up, id).await?;
        states.push(trip.look().await?);
    }
    for (at, id) in ids.iter().enumerate().rev() {
        trip.run(Direction::Down, id).await?;
        let told = format!("`down` of `{id}` does not lead back to what was there before its `up`");
        trip.arrived(&states[at], &told).await?;
    }
    for (at, id) in ids.iter().enumerate() {
        trip.run(Direction::Up, id).await?;
        let told = format!("the second `up` of `{id}` does not lead to what the first one made");
        trip.arrived(&states[at + 1], &told).await?;
    }
    Ok(())
}

struct Trip<'a> {
    project: &'a Project,
    connection: Connection,
}

impl Trip<'_> {
    async fn run(&self, direction: Direction, id: &String) -> Result<(), String> {
        let run = Run {
            connection: &self.connection,
            project: self.project,
            direction,
            options: Options::default(),
            stop: Stop::never(),
        };
        let result = run.path(std::slice::from_ref(id), &mut |_| {}).await;
        result
            .map(|_| ())
            .map_err(|failure| format!("failed to {failure}\nhelp: {}", failure.help()))
    }

    async fn look(&self) -> Result<Inspection, String> {
        let db = &self.connection.db;
        let table = self.project.table();
        let schemas = match self.connection.url.backend() {
            // On MySQL they would be other databases.
            Backend::Sqlite | Backend::Mysql => Ok(Vec::new()),
            Backend::Postgres => inspect::schemas(db).await,
        };
        let scope = Scope {
            schemas: schemas.map_err(|error| error.to_string())?,
            ignore: history::tables(table).to_vec(),
        };
        inspect(db, &scope).await.map_err(|error| error.to_string())
    }

    /// Whether the database is what it was.
    async fn arrived(&self, wanted: &Inspection, told: &str) -> Result<(), String> {
        let reached = self.look().await?;
        let mut lines = Vec::new();
        if reached.catalog != wanted.catalog {
            let db = &self.connection.db;
            let server = &wanted.server;
            let changes = left_over(db, server, &wanted.catalog, &reached.catalog).await;
            let text = diff(&entries(server, &changes));
            lines.extend(
                anstream::adapter::strip_str(&text)
                    .to_string()
                    .lines()
                    .map(str::to_owned),
            );
        }
        lines.extend(names("schema", &wanted.schemas, &reached.schemas));
        let views = |inspection: &Inspection| -> BTreeSet<String> {
            let views = inspection.views.iter();
            views.map(|view| view.name.to_string()).collect()
        };
        lines.extend(names("view", &views(wanted), &views(&reached)));
        if lines.is_empty() {
            return Ok(());
        }
        Err(format!(
            "{told}; what would have to be changed:\n  {}",
            lines.join("\n  ")
        ))
    }
}

/// What is there in one set only, as lines of a difference.
fn names(kind: &str, wanted: &BTreeSet<String>, reached: &BTreeSet<String>) -> Vec<String> {
    let missing = wanted.difference(reached);
    let surplus = reached.difference(wanted);
    missing
        .map(|name| format!("+ {kind} {name}"))
        .chain(surplus.map(|name| format!("- {kind} {name}")))
        .collect()
}
