//! A project's revisions, and where a database stands among them.

use std::collections::{BTreeMap, BTreeSet};

use sea_orm::DbErr;
use sea_orm_migration::{MigrationTrait, MigratorTraitSelf};

use crate::connect::Connection;
use crate::graph::{Graph, GraphError};
use crate::history::{self, Row};

/// The revisions of a migrator, by id, and their graph.
pub struct Project {
    graph: Graph,
    migrations: BTreeMap<String, Box<dyn MigrationTrait>>,
    table: String,
}

impl Project {
    /// Reads a migrator.
    ///
    /// # Errors
    /// When its revisions do not form a graph.
    pub fn of(migrator: &impl MigratorTraitSelf) -> Result<Self, GraphError> {
        let list = migrator.migrations();
        Ok(Self {
            graph: Graph::from_list(&list)?,
            migrations: list
                .into_iter()
                .map(|migration| (migration.name().to_owned(), migration))
                .collect(),
            table: migrator.migration_table_name().to_string(),
        })
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

    /// Where a database stands. Nothing is written.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn standing(&self, connection: &Connection) -> Result<Standing, DbErr> {
        let rows = history::read(&connection.db, &self.table).await?;
        Ok(Standing::new(&self.graph, rows))
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
}

impl Standing {
    /// Compares what a database remembers with the files.
    pub fn new(graph: &Graph, rows: Vec<Row>) -> Self {
        let ids: BTreeSet<&str> = rows.iter().map(|row| row.revision.as_str()).collect();
        let applied: Vec<String> = graph
            .nodes()
            .iter()
            .map(|node| node.id.clone())
            .filter(|id| ids.contains(id.as_str()))
            .collect();
        let unknown = rows
            .iter()
            .map(|row| row.revision.clone())
            .filter(|id| graph.node(id).is_none())
            .collect();
        let pending = graph.pending(&ids).into_iter().map(str::to_owned).collect();
        let was: BTreeMap<&str, &str> = rows
            .iter()
            .filter_map(|row| {
                let checksum = row.details.as_ref()?.checksum.as_deref()?;
                Some((row.revision.as_str(), checksum))
            })
            .collect();
        let edited = graph
            .nodes()
            .iter()
            .filter(|node| {
                was.get(node.id.as_str())
                    .zip(node.checksum())
                    .is_some_and(|(was, now)| *was != now)
            })
            .map(|node| node.id.clone())
            .collect();
        Self {
            rows,
            applied,
            unknown,
            pending,
            edited,
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
                parents: vec![],
                source: Some(source),
            },
            Node {
                id: "b".into(),
                parents: vec!["a".into()],
                source: None,
            },
        ])
        .unwrap()
    }

    fn row(revision: &str, checksum: Option<String>) -> Row {
        Row {
            revision: revision.into(),
            applied_at: 1,
            details: Some(Details {
                parents: vec![],
                checksum,
                duration_ms: 1,
                applied_by: None,
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
