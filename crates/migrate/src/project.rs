//! A project's revisions, and where a database stands among them.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;

use plimsoll_schema::Backend;
use sea_orm::{DatabaseConnection, DbErr, TransactionTrait as _};
use sea_orm_migration::MigrationTrait;

use crate::connect::Connection;
use crate::graph::{Graph, GraphError};
use crate::history::{self, Action, Details, Entry, Row};
use crate::hooks::{Hooks, Revisions, Source};
use crate::runner::{Direction, TOOL};
use crate::script::{Asks, Script, capture};

/// The revisions of a migrator, by id, and their graph.
pub struct Project {
    graph: Graph,
    migrations: BTreeMap<String, Box<dyn MigrationTrait>>,
    table: String,
    hooks: Option<Arc<dyn Hooks>>,
}

impl Project {
    /// Reads a migrator.
    ///
    /// # Errors
    /// When its revisions do not form a graph.
    pub fn of(revisions: &impl Revisions) -> Result<Self, GraphError> {
        Self::new(revisions.source())
    }

    /// The project of these revisions.
    ///
    /// # Errors
    /// When they do not form a graph.
    pub fn new(source: Source) -> Result<Self, GraphError> {
        Ok(Self {
            graph: Graph::from_list(&source.migrations)?,
            migrations: source
                .migrations
                .into_iter()
                .map(|migration| (migration.name().to_owned(), migration))
                .collect(),
            table: source.table,
            hooks: source.hooks,
        })
    }

    /// What the application does before and after its revisions.
    pub fn hooks(&self) -> Option<&dyn Hooks> {
        self.hooks.as_deref()
    }

    /// Its revisions.
    pub fn graph(&self) -> &Graph {
        &self.graph
    }

    /// The name of its history table; [`history::own_table`] stands beside it.
    pub fn table(&self) -> &str {
        &self.table
    }

    pub(crate) fn migration(&self, id: &str) -> Option<&dyn MigrationTrait> {
        self.migrations.get(id).map(AsRef::as_ref)
    }

    /// What a revision does, one way, on a kind of server, read without a database.
    ///
    /// # Errors
    /// When that depends on what a database answers, or there is no such revision.
    pub async fn script(
        &self,
        id: &str,
        direction: Direction,
        backend: Backend,
    ) -> Result<Script, Asks> {
        match self.migration(id) {
            Some(migration) => capture(migration, direction, backend).await,
            None => Err(Asks::Failed(format!("`{id}` has no migration"))),
        }
    }

    /// Where a database stands. Nothing is written.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn standing(&self, connection: &Connection) -> Result<Standing, DbErr> {
        let rows = history::read(&connection.db, &self.table).await?;
        let mut standing = Standing::new(&self.graph, rows);
        let mut edited = Vec::new();
        for id in &standing.applied {
            // Most files are as they were, and need not be read.
            let has_text = self
                .graph
                .node(id)
                .is_some_and(|node| node.source.is_some());
            let may_differ = !has_text || standing.edited.contains(id);
            if may_differ && self.finding(&standing, id, connection).await == Finding::Edited {
                edited.push(id.clone());
            }
        }
        standing.edited = edited;
        Ok(standing)
    }

    /// Every applied revision with how what was applied compares with what its file does now; what has no file comes last.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn verify(&self, connection: &Connection) -> Result<Vec<(String, Finding)>, DbErr> {
        let rows = history::read(&connection.db, &self.table).await?;
        let standing = Standing::new(&self.graph, rows);
        let mut found = Vec::new();
        for id in &standing.applied {
            let finding = if standing.moved.contains(id) {
                Finding::Moved
            } else {
                self.finding(&standing, id, connection).await
            };
            found.push((id.clone(), finding));
        }
        found.extend(
            standing
                .unknown
                .iter()
                .map(|id| (id.clone(), Finding::Missing)),
        );
        Ok(found)
    }

    async fn finding(&self, standing: &Standing, id: &str, connection: &Connection) -> Finding {
        let Some(details) = standing.row(id).and_then(|row| row.details.as_ref()) else {
            return Finding::Unknown("another runner applied it");
        };
        let is_edited = standing.edited.iter().any(|edited| edited == id);
        if !is_edited && details.checksum.is_some() {
            return Finding::Same;
        }
        let Some(was) = &details.statements else {
            return if is_edited {
                Finding::Edited
            } else {
                Finding::Unknown("it asks the database, and its file says no `revision!`")
            };
        };
        match self
            .script(id, Direction::Up, connection.url.backend())
            .await
        {
            Ok(script) if script.checksum() == *was && is_edited => Finding::Text,
            Ok(script) if script.checksum() == *was => Finding::Same,
            // Another version may write the same operation otherwise.
            Ok(_) if !is_edited && details.tool.as_deref() != Some(TOOL) => {
                Finding::Unknown("another version of this tool applied it")
            }
            Ok(_) | Err(_) => Finding::Edited,
        }
    }

    /// Writes down that what stands for several revisions is applied, where those are.
    pub(crate) async fn adopt(&self, db: &DatabaseConnection) -> Result<(), DbErr> {
        if self
            .graph
            .nodes()
            .iter()
            .all(|node| node.replaces.is_empty())
        {
            return Ok(());
        }
        let rows = history::rows(db, &self.table).await?;
        for node in self.graph.nodes() {
            let is_applied = |id: &String| rows.iter().any(|row| row.revision == *id);
            if node.replaces.is_empty()
                || is_applied(&node.id)
                || !node.replaces.iter().all(is_applied)
            {
                continue;
            }
            let transaction = db.begin().await?;
            for old in &node.replaces {
                let entry = Entry::now(old, Action::Unstamp, format!("replaced by {}", node.id));
                history::write(&transaction, &self.table, &entry).await?;
            }
            let mut entry = Entry::now(
                &node.id,
                Action::Stamp,
                "stands for what was applied".to_owned(),
            );
            entry.details.parents.clone_from(&node.parents);
            entry.details.checksum = node.checksum();
            history::write(&transaction, &self.table, &entry).await?;
            transaction.commit().await?;
        }
        Ok(())
    }
}

/// How what was applied compares with what a file does now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Finding {
    /// It does the same.
    Same,
    /// Its text differs, and it does the same.
    Text,
    /// It does something else.
    Edited,
    /// It followed other revisions when it was applied.
    Moved,
    /// It has no file.
    Missing,
    /// That cannot be said, for this reason.
    Unknown(&'static str),
}

impl Finding {
    /// Its word in JSON.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Same => "same",
            Self::Text => "text",
            Self::Edited => "edited",
            Self::Moved => "moved",
            Self::Missing => "missing",
            Self::Unknown(_) => "unknown",
        }
    }

    /// Whether somebody has to do something about it.
    pub const fn is_wrong(&self) -> bool {
        match self {
            Self::Edited | Self::Moved | Self::Missing => true,
            Self::Same | Self::Text | Self::Unknown(_) => false,
        }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Same => "it is what was applied",
            Self::Text => "its text was edited, and it does what it did",
            Self::Edited => "it was edited since it was applied",
            Self::Moved => "it followed other revisions when it was applied",
            Self::Missing => "it is applied and has no file",
            Self::Unknown(reason) => return write!(f, "that cannot be said: {reason}"),
        })
    }
}

/// Where a database stands among the revisions of a project.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// What the database remembers, in the order of application.
    pub rows: Vec<Row>,
    /// Applied revisions that have a file, in the order of the graph.
    pub applied: Vec<String>,
    /// Applied revisions that have no file.
    pub unknown: Vec<String>,
    /// Revisions that are not applied, in the order of the graph.
    pub pending: Vec<String>,
    /// Applied revisions whose file is not what it was when it was applied.
    pub edited: Vec<String>,
    /// Applied revisions that followed others when they were applied.
    pub moved: Vec<String>,
    /// Revisions that stand for several of which only some are applied.
    pub partial: Vec<String>,
}

impl Standing {
    /// Compares what a database remembers with the files.
    pub fn new(graph: &Graph, rows: Vec<Row>) -> Self {
        let mut ids: BTreeSet<&str> = rows.iter().map(|row| row.revision.as_str()).collect();
        let mut partial = Vec::new();
        for node in graph
            .nodes()
            .iter()
            .filter(|node| !node.replaces.is_empty())
        {
            let count = node
                .replaces
                .iter()
                .filter(|id| ids.contains(id.as_str()))
                .count();
            if count == node.replaces.len() {
                ids.insert(&node.id);
            } else if count > 0 {
                partial.push(node.id.clone());
            }
        }
        let applied: Vec<String> = graph
            .nodes()
            .iter()
            .map(|node| node.id.clone())
            .filter(|id| ids.contains(id.as_str()))
            .collect();
        let unknown = rows
            .iter()
            .map(|row| row.revision.clone())
            .filter(|id| graph.node(id).is_none() && graph.replacement(id).is_none())
            .collect();
        let pending = graph.pending(&ids).into_iter().map(str::to_owned).collect();
        let was: BTreeMap<&str, &Details> = rows
            .iter()
            .filter_map(|row| Some((row.revision.as_str(), row.details.as_ref()?)))
            .collect();
        let known = || {
            graph
                .nodes()
                .iter()
                .filter_map(|node| Some((node, *was.get(node.id.as_str())?)))
        };
        let edited = known()
            .filter(|(node, was)| {
                let checksums = was.checksum.clone().zip(node.checksum());
                checksums.is_some_and(|(was, now)| was != now)
            })
            .map(|(node, _)| node.id.clone())
            .collect();
        let moved = known()
            .filter(|(node, was)| {
                // What was replaced since is where its replacement is.
                let now = |id: &String| {
                    graph
                        .replacement(id)
                        .map_or(id.clone(), |node| node.id.clone())
                };
                let was: BTreeSet<String> = was.parents.iter().map(now).collect();
                was != node.parents.iter().cloned().collect()
            })
            .map(|(node, _)| node.id.clone())
            .collect();
        Self {
            rows,
            applied,
            unknown,
            pending,
            edited,
            moved,
            partial,
        }
    }

    /// The applied revisions that have a file, as a set.
    pub fn applied_set(&self) -> BTreeSet<&str> {
        self.applied.iter().map(String::as_str).collect()
    }

    /// What the database remembers of one revision.
    pub fn row(&self, id: &str) -> Option<&Row> {
        self.rows.iter().find(|row| row.revision == id)
    }

    /// Whether every revision is applied and every applied revision has a file.
    pub fn is_at_head(&self) -> bool {
        self.pending.is_empty() && self.unknown.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::graph::Node;
    use crate::history::Details;

    fn graph(source: &'static str) -> Graph {
        Graph::new(vec![
            Node {
                id: "a".into(),
                source: Some(source),
                ..Node::default()
            },
            Node {
                id: "b".into(),
                parents: vec!["a".into()],
                ..Node::default()
            },
        ])
        .unwrap()
    }

    fn row(revision: &str, checksum: Option<String>) -> Row {
        Row {
            revision: revision.into(),
            applied_at: 1,
            details: Some(Details {
                checksum,
                duration_ms: 1,
                ..Details::default()
            }),
        }
    }

    #[test]
    fn an_edited_file_shows_and_a_commented_one_does_not() {
        let before = graph("fn up() { one() }");
        let rows = vec![row("a", before.nodes()[0].checksum()), row("b", None)];
        let edited = |source| Standing::new(&graph(source), rows.clone()).edited;
        assert!(edited("fn up() { one() }").is_empty());
        assert!(edited("// a word\nfn up() {\n    one()\n}\n").is_empty());
        assert_eq!(edited("fn up() { two() }"), ["a"]);
    }

    #[test]
    fn behind_and_ahead() {
        let rows = vec![row("a", None), row("lost", None)];
        let standing = Standing::new(&graph(""), rows);
        assert_eq!(standing.applied, ["a"]);
        assert_eq!(standing.pending, ["b"]);
        assert_eq!(standing.unknown, ["lost"]);
        assert!(!standing.is_at_head());
    }
}
