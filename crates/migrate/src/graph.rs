//! The revisions of a project and how they follow one another.
//!
//! Invariant: the order is topological, and where that leaves a choice it is the order of the migrator's list: deterministic, and
//! what SeaORM's own runner does for a list without branches.

use std::collections::{BTreeMap, BTreeSet};

use sea_orm_migration::{MigrationTrait, MigratorTraitSelf};
use thiserror::Error;

use crate::revision;

mod path;
mod target;

pub use target::{Point, TargetError};

/// What is wrong with a project's revisions.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum GraphError {
    /// One id twice.
    #[error("revision `{0}` stands in the migrator's list twice")]
    Duplicate(String),
    /// A parent that is not there.
    #[error("revision `{revision}` follows `{parent}`, which is not in the migrator's list")]
    MissingParent {
        /// The revision.
        revision: String,
        /// The parent it names.
        parent: String,
    },
    /// Revisions that follow themselves.
    #[error("revisions follow one another in a circle: {}", .0.iter().map(|id| format!("`{id}`")).collect::<Vec<_>>().join(" → "))]
    Cycle(Vec<String>),
}

impl GraphError {
    /// What to do about it.
    pub fn help(&self) -> &'static str {
        match self {
            Self::Duplicate(_) => "remove one of the two lines from `migrations()` in src/lib.rs",
            Self::MissingParent { .. } => {
                "restore the parent's file and its line in src/lib.rs, or correct `parents` in the revision's file"
            }
            Self::Cycle(_) => "correct `parents` in one of these files",
        }
    }
}

/// One revision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Node {
    /// Its id, which is its file's name.
    pub id: String,
    /// The revisions it follows.
    pub parents: Vec<String>,
    /// Its file's text, if the file says `revision!`.
    pub source: Option<&'static str>,
}

impl Node {
    /// What it is for: the first line of the file's own documentation, or the words of its name.
    pub fn message(&self) -> String {
        self.source
            .and_then(|source| {
                source
                    .lines()
                    .find_map(|line| line.trim().strip_prefix("//!"))
            })
            .map(|line| line.trim().trim_end_matches('.').to_owned())
            .filter(|line| !line.is_empty())
            .unwrap_or_else(|| words(&self.id))
    }

    /// The checksum of its code; `None` for a file without `revision!`.
    pub fn checksum(&self) -> Option<String> {
        self.source.map(crate::checksum::checksum)
    }
}

/// `m20260101_120000_add_name` in words: `add name`.
fn words(id: &str) -> String {
    let stamp = |part: &str| {
        part.trim_start_matches('m')
            .chars()
            .all(|c| c.is_ascii_digit())
    };
    let parts: Vec<&str> = id.split('_').skip_while(|part| stamp(part)).collect();
    if parts.is_empty() {
        id.to_owned()
    } else {
        parts.join(" ")
    }
}

/// All revisions, in the order in which they are applied.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Graph {
    nodes: Vec<Node>,
}

impl Graph {
    /// Reads the revisions of a migrator: its list, and what each file says with `revision!`. A file that says nothing follows the
    /// one before it in the list.
    ///
    /// # Errors
    /// When the revisions do not form a graph.
    pub fn of(migrator: &impl MigratorTraitSelf) -> Result<Self, GraphError> {
        Self::from_list(&migrator.migrations())
    }

    /// The same, from a list.
    ///
    /// # Errors
    /// When the revisions do not form a graph.
    pub fn from_list(list: &[Box<dyn MigrationTrait>]) -> Result<Self, GraphError> {
        let mut nodes: Vec<Node> = Vec::with_capacity(list.len());
        for migration in list {
            let id = migration.name();
            let metadata = revision::metadata(id);
            let parents = match metadata {
                Some(metadata) => metadata.parents.iter().map(ToString::to_string).collect(),
                None => nodes
                    .last()
                    .map(|node| node.id.clone())
                    .into_iter()
                    .collect(),
            };
            nodes.push(Node {
                id: id.to_owned(),
                parents,
                source: metadata.map(|metadata| metadata.source),
            });
        }
        Self::new(nodes)
    }

    /// Orders and checks the given revisions.
    ///
    /// # Errors
    /// When they do not form a graph.
    pub fn new(nodes: Vec<Node>) -> Result<Self, GraphError> {
        let mut ids = BTreeSet::new();
        for node in &nodes {
            if !ids.insert(node.id.clone()) {
                return Err(GraphError::Duplicate(node.id.clone()));
            }
        }
        for node in &nodes {
            if let Some(parent) = node.parents.iter().find(|parent| !ids.contains(*parent)) {
                return Err(GraphError::MissingParent {
                    revision: node.id.clone(),
                    parent: parent.clone(),
                });
            }
        }
        let mut waiting = nodes;
        let mut done: BTreeSet<String> = BTreeSet::new();
        let mut ordered = Vec::with_capacity(waiting.len());
        while !waiting.is_empty() {
            let ready = |node: &Node| node.parents.iter().all(|parent| done.contains(parent));
            let Some(at) = waiting.iter().position(ready) else {
                return Err(GraphError::Cycle(cycle(&waiting)));
            };
            let node = waiting.remove(at);
            done.insert(node.id.clone());
            ordered.push(node);
        }
        Ok(Self { nodes: ordered })
    }

    /// The revisions, parents first.
    pub fn nodes(&self) -> &[Node] {
        &self.nodes
    }

    /// The revision of that id.
    pub fn node(&self, id: &str) -> Option<&Node> {
        self.nodes.iter().find(|node| node.id == id)
    }

    /// The revisions that no other follows, in order.
    pub fn heads(&self) -> Vec<&str> {
        let all: BTreeSet<&str> = self.nodes.iter().map(|node| node.id.as_str()).collect();
        self.heads_of(&all)
    }

    /// Those of the given revisions that none of them follows, in order.
    pub fn heads_of(&self, ids: &BTreeSet<&str>) -> Vec<&str> {
        let parents: BTreeSet<&str> = self
            .nodes
            .iter()
            .filter(|node| ids.contains(node.id.as_str()))
            .flat_map(|node| node.parents.iter().map(String::as_str))
            .collect();
        self.nodes
            .iter()
            .map(|node| node.id.as_str())
            .filter(|id| ids.contains(id) && !parents.contains(id))
            .collect()
    }

    /// The revision and everything it follows, directly or not.
    pub fn with_ancestors(&self, id: &str) -> BTreeSet<&str> {
        let mut found = BTreeSet::new();
        // Parents stand before children, so one pass backwards reaches everything.
        for node in self.nodes.iter().rev() {
            if node.id == id || found.contains(node.id.as_str()) {
                found.insert(node.id.as_str());
                found.extend(node.parents.iter().map(String::as_str));
            }
        }
        found
    }

    /// Everything that follows the revision, directly or not, without itself.
    pub fn descendants(&self, id: &str) -> BTreeSet<&str> {
        let mut found: BTreeSet<&str> = BTreeSet::new();
        for node in &self.nodes {
            if node
                .parents
                .iter()
                .any(|parent| parent == id || found.contains(parent.as_str()))
            {
                found.insert(node.id.as_str());
            }
        }
        found
    }

    /// The revisions that directly follow one.
    pub fn children(&self, id: &str) -> Vec<&str> {
        self.nodes
            .iter()
            .filter(|node| node.parents.iter().any(|parent| parent == id))
            .map(|node| node.id.as_str())
            .collect()
    }
}

/// One circle among revisions none of which is ready: following any parent that waits ends in one.
fn cycle(waiting: &[Node]) -> Vec<String> {
    let by_id: BTreeMap<&str, &Node> = waiting
        .iter()
        .map(|node| (node.id.as_str(), node))
        .collect();
    let mut path: Vec<&str> = Vec::new();
    let mut next = waiting.first();
    while let Some(node) = next {
        if let Some(start) = path.iter().position(|id| *id == node.id) {
            path.push(&node.id);
            return path
                .split_off(start)
                .into_iter()
                .map(str::to_owned)
                .collect();
        }
        path.push(&node.id);
        next = node
            .parents
            .iter()
            .find_map(|parent| by_id.get(parent.as_str()).copied());
    }
    Vec::new()
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// `c<a,b` is a revision `c` that follows `a` and `b`.
    pub(crate) fn graph(text: &str) -> Result<Graph, GraphError> {
        Graph::new(
            text.split_whitespace()
                .map(|word| {
                    let (id, parents) = word.split_once('<').unwrap_or((word, ""));
                    Node {
                        id: id.to_owned(),
                        parents: parents
                            .split(',')
                            .filter(|parent| !parent.is_empty())
                            .map(str::to_owned)
                            .collect(),
                        source: None,
                    }
                })
                .collect(),
        )
    }

    fn order(text: &str) -> String {
        match graph(text) {
            Ok(graph) => {
                let ids: Vec<&str> = graph.nodes().iter().map(|node| node.id.as_str()).collect();
                format!("{} | heads {}", ids.join(" "), graph.heads().join(" "))
            }
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn parents_come_first_and_the_list_decides_the_rest() {
        assert_eq!(order(""), " | heads ");
        assert_eq!(order("a b<a c<b"), "a b c | heads c");
        assert_eq!(order("c<b b<a a"), "a b c | heads c");
        assert_eq!(order("a c<a b<a d<b,c"), "a c b d | heads d");
        assert_eq!(order("a b<a x y<x"), "a b x y | heads b y");
    }

    #[test]
    fn what_is_no_graph_is_told_by_name() {
        insta::assert_snapshot!(order("a b<a a<b"), @"revision `a` stands in the migrator's list twice");
        insta::assert_snapshot!(order("a b<z"), @"revision `b` follows `z`, which is not in the migrator's list");
        insta::assert_snapshot!(order("a b<d c<b d<c"), @"revisions follow one another in a circle: `b` → `d` → `c` → `b`");
        insta::assert_snapshot!(order("a<a"), @"revisions follow one another in a circle: `a` → `a`");
    }

    #[test]
    fn relatives_are_found() {
        let graph = graph("a b<a c<a d<b,c e<d").unwrap();
        assert_eq!(
            graph.with_ancestors("d"),
            BTreeSet::from(["a", "b", "c", "d"])
        );
        assert_eq!(graph.descendants("b"), BTreeSet::from(["d", "e"]));
        assert_eq!(graph.children("a"), ["b", "c"]);
        assert_eq!(graph.heads_of(&BTreeSet::from(["a", "b", "c"])), ["b", "c"]);
    }

    #[test]
    fn a_name_says_what_it_is_for() {
        assert_eq!(words("m20260101_120000_add_full_name"), "add full name");
        assert_eq!(words("m20260101_120000"), "m20260101_120000");
        assert_eq!(words("create_user"), "create user");
    }
}
