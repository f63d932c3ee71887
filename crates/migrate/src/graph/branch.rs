//! Branches: what a label, or a revision, selects.

use std::collections::{BTreeMap, BTreeSet};

use super::{Graph, Node, TargetError};

impl Graph {
    /// The revision that carries a label.
    pub fn labelled(&self, label: &str) -> Option<&Node> {
        self.node(self.labels.get(label)?)
    }

    /// The labels of the branches that each revision belongs to, in the order of their names.
    pub fn memberships(&self) -> BTreeMap<&str, Vec<&str>> {
        let mut found: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for (label, carrier) in &self.labels {
            for id in self.members(carrier) {
                found.entry(id).or_default().push(label);
            }
        }
        found
    }

    /// The revision that a branch is named after: by its label, its id, or the beginning of that.
    pub(super) fn carrier(&self, name: &str) -> Result<&str, TargetError> {
        if let Some(id) = self.labels.get(name) {
            return Ok(id);
        }
        self.by_prefix(name).map_err(|error| match error {
            TargetError::Unknown(name) => TargetError::NoBranch(name),
            other => other,
        })
    }

    /// The revisions of the branch that begins with one: what follows it, and what it follows back to where the line forks or joins.
    pub(super) fn members(&self, carrier: &str) -> BTreeSet<&str> {
        let mut found = self.descendants(carrier);
        let mut next = self.node(carrier);
        while let Some(node) = next {
            found.insert(node.id.as_str());
            next = match node.parents.as_slice() {
                [only] if self.children(only).len() == 1 => self.node(only),
                _ => None,
            };
        }
        found
    }

    /// The revisions on one line with it: what follows it, itself, and all that it follows.
    pub(super) fn lineage(&self, carrier: &str) -> BTreeSet<&str> {
        let mut found = self.descendants(carrier);
        found.extend(self.backwards(carrier, |node| {
            node.parents.iter().map(String::as_str).collect()
        }));
        found
    }
}
