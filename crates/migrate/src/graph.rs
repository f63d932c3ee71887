//! The revisions of a project and how they follow one another.
//!
//! Invariant: the order is topological, and where that leaves a choice it is the order of the migrator's list: deterministic, and
//! what SeaORM's own runner does for a list without branches.

use std::collections::{BTreeMap, BTreeSet};

use sea_orm_migration::{MigrationTrait, MigratorTraitSelf};
use thiserror::Error;

use crate::revision;

mod branch;
mod node;
mod order;
mod path;
mod rebase;
#[cfg(test)]
mod shapes;
mod target;

pub use node::Node;
pub use rebase::{Rebase, RebaseError};
pub use target::{Point, TargetError, bad_label};

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
    /// A dependency that is not there.
    #[error(
        "revision `{revision}` depends on `{dependency}`, which is neither a revision nor a label"
    )]
    MissingDependency {
        /// The revision.
        revision: String,
        /// What it names.
        dependency: String,
    },
    /// One label twice.
    #[error("the label `{label}` is on `{first}` and on `{second}`")]
    LabelTwice {
        /// The label.
        label: String,
        /// A revision that carries it.
        first: String,
        /// Another.
        second: String,
    },
    /// A label that could not be told from something else.
    #[error("the label `{label}` on `{revision}` {reason}")]
    BadLabel {
        /// The label.
        label: String,
        /// The revision that carries it.
        revision: String,
        /// What is wrong, as the rest of a sentence.
        reason: &'static str,
    },
    /// A revision that stands for one that is still there.
    #[error("revision `{revision}` replaces `{replaced}`, which is still in the migrator's list")]
    StillThere {
        /// The revision.
        revision: String,
        /// The one it stands for.
        replaced: String,
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
            Self::MissingDependency { .. } => {
                "restore that file and its line in src/lib.rs, or correct `depends_on` in the revision's file"
            }
            Self::LabelTwice { .. } | Self::BadLabel { .. } => {
                "choose another label in the revision's file"
            }
            Self::StillThere { .. } => {
                "remove the replaced file and its line in src/lib.rs, or take it out of `replaces`"
            }
            Self::Cycle(_) => "correct `parents` or `depends_on` in one of these files",
        }
    }
}

/// All revisions, in the order in which they are applied.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Graph {
    nodes: Vec<Node>,
    /// Where each id stands.
    places: BTreeMap<String, usize>,
    /// The places of those that directly follow each revision.
    children: Vec<Vec<usize>>,
    /// The revision that carries each label.
    labels: BTreeMap<String, String>,
    /// The revision that stands for each replaced one.
    replaced: BTreeMap<String, String>,
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
        let known = revision::all();
        let mut nodes: Vec<Node> = Vec::with_capacity(list.len());
        for migration in list {
            let id = migration.name();
            let before = nodes.last().map(|node| node.id.as_str());
            nodes.push(match known.get(id) {
                Some(metadata) => Node::stated(metadata),
                None => Node::following(id, before),
            });
        }
        Self::new(nodes)
    }

    /// Orders and checks the given revisions.
    ///
    /// # Errors
    /// When they do not form a graph.
    pub fn new(mut nodes: Vec<Node>) -> Result<Self, GraphError> {
        let mut ids = BTreeSet::new();
        for node in &nodes {
            if !ids.insert(node.id.clone()) {
                return Err(GraphError::Duplicate(node.id.clone()));
            }
        }
        let labels = labels(&nodes, &ids)?;
        let replaced = replaced(&nodes, &ids)?;
        for node in &mut nodes {
            for parent in &mut node.parents {
                if let Some(instead) = replaced.get(parent) {
                    parent.clone_from(instead);
                }
            }
            for dependency in &mut node.depends_on {
                if let Some(instead) = replaced.get(dependency).or(labels.get(dependency)) {
                    dependency.clone_from(instead);
                }
            }
        }
        complete(&nodes, &ids)?;
        let nodes = order::order(nodes)?;
        let places: BTreeMap<String, usize> = nodes
            .iter()
            .enumerate()
            .map(|(at, node)| (node.id.clone(), at))
            .collect();
        let mut children = vec![Vec::new(); nodes.len()];
        for (at, node) in nodes.iter().enumerate() {
            for parent in &node.parents {
                if let Some(place) = places.get(parent) {
                    children[*place].push(at);
                }
            }
        }
        Ok(Self {
            nodes,
            places,
            children,
            labels,
            replaced,
        })
    }

    /// The revisions, parents first.
    pub fn nodes(&self) -> &[Node] {
        &self.nodes
    }

    /// The revision of that id.
    pub fn node(&self, id: &str) -> Option<&Node> {
        self.nodes.get(*self.places.get(id)?)
    }

    /// The revision that stands for one that `squash` took away.
    pub fn replacement(&self, id: &str) -> Option<&Node> {
        self.node(self.replaced.get(id)?)
    }

    /// The revisions that no other follows, in order.
    pub fn heads(&self) -> Vec<&str> {
        let all: BTreeSet<&str> = self.nodes.iter().map(|node| node.id.as_str()).collect();
        self.heads_of(&all)
    }

    /// The heads that no other revision depends on either: applying these applies everything.
    pub fn effective_heads(&self) -> Vec<&str> {
        let needed: BTreeSet<&str> = self.nodes.iter().flat_map(Node::needs).collect();
        let mut heads = self.heads();
        heads.retain(|id| !needed.contains(id));
        heads
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

    /// The revision and everything that has to be applied before it: what it follows and what it depends on, directly or not.
    pub fn with_ancestors(&self, id: &str) -> BTreeSet<&str> {
        self.backwards(id, |node| node.needs().collect())
    }

    /// Everything that cannot stay without the revision: what follows it or depends on it, directly or not, without itself.
    pub fn dependents(&self, id: &str) -> BTreeSet<&str> {
        self.forwards(id, |node| node.needs().collect())
    }

    /// Everything that follows the revision, directly or not, without itself.
    pub fn descendants(&self, id: &str) -> BTreeSet<&str> {
        self.forwards(id, |node| node.parents.iter().map(String::as_str).collect())
    }

    /// The revisions that directly follow one.
    pub fn children(&self, id: &str) -> Vec<&str> {
        let places = self.places.get(id).map(|at| self.children[*at].as_slice());
        places
            .unwrap_or_default()
            .iter()
            .map(|at| self.nodes[*at].id.as_str())
            .collect()
    }

    fn backwards<'a>(
        &'a self,
        id: &str,
        links: impl Fn(&'a Node) -> Vec<&'a str>,
    ) -> BTreeSet<&'a str> {
        let mut found = BTreeSet::new();
        // What is needed stands before what needs it, so one pass backwards reaches everything.
        for node in self.nodes.iter().rev() {
            if node.id == id || found.contains(node.id.as_str()) {
                found.insert(node.id.as_str());
                found.extend(links(node));
            }
        }
        found
    }

    fn forwards<'a>(
        &'a self,
        id: &str,
        links: impl Fn(&'a Node) -> Vec<&'a str>,
    ) -> BTreeSet<&'a str> {
        let mut found: BTreeSet<&str> = BTreeSet::new();
        for node in &self.nodes {
            let linked = links(node);
            if linked
                .iter()
                .any(|link| *link == id || found.contains(link))
            {
                found.insert(node.id.as_str());
            }
        }
        found
    }
}

/// The revision of each label.
fn labels(nodes: &[Node], ids: &BTreeSet<String>) -> Result<BTreeMap<String, String>, GraphError> {
    let mut labels: BTreeMap<String, String> = BTreeMap::new();
    for node in nodes {
        for label in &node.labels {
            let reason = if ids.contains(label) {
                Some("is the id of a revision")
            } else {
                target::bad_label(label)
            };
            if let Some(reason) = reason {
                return Err(GraphError::BadLabel {
                    label: label.clone(),
                    revision: node.id.clone(),
                    reason,
                });
            }
            if let Some(first) = labels.insert(label.clone(), node.id.clone()) {
                return Err(GraphError::LabelTwice {
                    label: label.clone(),
                    first,
                    second: node.id.clone(),
                });
            }
        }
    }
    Ok(labels)
}

/// The revision that stands for each replaced one.
fn replaced(
    nodes: &[Node],
    ids: &BTreeSet<String>,
) -> Result<BTreeMap<String, String>, GraphError> {
    let mut replaced = BTreeMap::new();
    for node in nodes {
        for old in &node.replaces {
            if ids.contains(old) {
                return Err(GraphError::StillThere {
                    revision: node.id.clone(),
                    replaced: old.clone(),
                });
            }
            replaced.insert(old.clone(), node.id.clone());
        }
    }
    Ok(replaced)
}

/// Whether all that the revisions name is there.
fn complete(nodes: &[Node], ids: &BTreeSet<String>) -> Result<(), GraphError> {
    for node in nodes {
        let missing = |names: &[String]| names.iter().find(|name| !ids.contains(*name)).cloned();
        if let Some(parent) = missing(&node.parents) {
            return Err(GraphError::MissingParent {
                revision: node.id.clone(),
                parent,
            });
        }
        if let Some(dependency) = missing(&node.depends_on) {
            return Err(GraphError::MissingDependency {
                revision: node.id.clone(),
                dependency,
            });
        }
    }
    Ok(())
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// `c<a,b` is a revision `c` that follows `a` and `b`; `c<a,b@x,y!d=e` carries the labels `x` and `y`, depends on `d` and stands
    /// for `e`.
    pub(crate) fn graph(text: &str) -> Result<Graph, GraphError> {
        Graph::new(
            text.split_whitespace()
                .map(|word| {
                    let (word, replaces) = word.split_once('=').unwrap_or((word, ""));
                    let (word, depends_on) = word.split_once('!').unwrap_or((word, ""));
                    let (word, labels) = word.split_once('@').unwrap_or((word, ""));
                    let (id, parents) = word.split_once('<').unwrap_or((word, ""));
                    let list = |text: &str| {
                        let words = text.split(',').filter(|word| !word.is_empty());
                        words.map(str::to_owned).collect()
                    };
                    Node {
                        id: id.to_owned(),
                        parents: list(parents),
                        labels: list(labels),
                        depends_on: list(depends_on),
                        replaces: list(replaces),
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
    fn what_is_depended_on_comes_first() {
        assert_eq!(order("a!b b"), "b a | heads b a");
        assert_eq!(order("a b@x c<a!x"), "a b c | heads b c");
        let graph = graph("a b@x c<a!x").unwrap();
        assert_eq!(graph.effective_heads(), ["c"]);
        assert_eq!(graph.with_ancestors("c"), BTreeSet::from(["a", "b", "c"]));
        assert_eq!(graph.dependents("b"), BTreeSet::from(["c"]));
        assert!(graph.descendants("b").is_empty());
        insta::assert_snapshot!(order("a!z"), @"revision `a` depends on `z`, which is neither a revision nor a label");
        insta::assert_snapshot!(order("a!b b!a"), @"revisions follow one another in a circle: `a` → `b` → `a`");
    }

    #[test]
    fn labels_are_of_one_revision_and_unlike_anything_else() {
        insta::assert_snapshot!(order("a@x b<a@x"), @"the label `x` is on `a` and on `b`");
        insta::assert_snapshot!(order("a b<a@a"), @"the label `a` on `b` is the id of a revision");
        insta::assert_snapshot!(order("a@head"), @"the label `head` on `a` has a meaning of its own");
        insta::assert_snapshot!(order("a@x-1"), @"the label `x-1` on `a` holds one of `@`, `+`, `-` and `:`");
    }

    #[test]
    fn one_revision_stands_for_several() {
        assert_eq!(order("s=a,b c<b"), "s c | heads c");
        assert_eq!(
            graph("s=a,b c<b").unwrap().replacement("a").unwrap().id,
            "s"
        );
        insta::assert_snapshot!(order("a s=a"), @"revision `s` replaces `a`, which is still in the migrator's list");
    }
}
