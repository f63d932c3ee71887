//! Which revisions move when one head comes after another.

use std::collections::BTreeSet;

use thiserror::Error;

use super::{Graph, Node};

/// What moves, and what it has to get along with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rebase {
    /// What is applied before either line, in order.
    pub common: Vec<String>,
    /// What only the head that moves needs, in order.
    pub own: Vec<String>,
    /// What only the other head needs, in order.
    pub others: Vec<String>,
    /// The revisions that follow something else then, and what.
    pub parents: Vec<(String, Vec<String>)>,
}

/// Why a head cannot come after another.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum RebaseError {
    /// One head twice.
    #[error("`{0}` cannot come after itself")]
    Same(String),
    /// It is no head.
    #[error("`{revision}` is no head, `{child}` follows it")]
    NotHead {
        /// The revision.
        revision: String,
        /// One that follows it.
        child: String,
    },
    /// Another line begins in the part that moves.
    #[error("`{child}` follows `{revision}`, which would move, and is on another line")]
    Shared {
        /// The revision that would move.
        revision: String,
        /// The one on another line.
        child: String,
    },
    /// The line that is moved onto needs something that moves.
    #[error("`{revision}` depends on `{dependency}`, and would have to come before it")]
    Needed {
        /// The revision on the other line.
        revision: String,
        /// What it depends on.
        dependency: String,
    },
}

impl RebaseError {
    /// What to do about it.
    pub const fn help(&self) -> &'static str {
        match self {
            Self::Same(_) | Self::NotHead { .. } => "name two heads; `heads` shows which there are",
            Self::Shared { .. } => "join the two lines with `merge`, or rebase the other one first",
            Self::Needed { .. } => "rebase the other way round",
        }
    }
}

impl Graph {
    /// What moves when one head, with all that only it leads to, comes after another. What is on both lines stays where it is; a
    /// revision that joined the two lines follows the one of its own line then.
    ///
    /// # Errors
    /// When one of the two is no head, or something else stands on what moves.
    pub fn rebase(&self, head: &str, onto: &str) -> Result<Rebase, RebaseError> {
        if head == onto {
            return Err(RebaseError::Same(head.to_owned()));
        }
        for revision in [head, onto] {
            if let Some(child) = self.children(revision).first() {
                return Err(RebaseError::NotHead {
                    revision: revision.to_owned(),
                    child: (*child).to_owned(),
                });
            }
        }
        let line =
            |id| self.backwards(id, |node| node.parents.iter().map(String::as_str).collect());
        let (own_line, other_line) = (line(head), line(onto));
        let moving: BTreeSet<&str> = own_line.difference(&other_line).copied().collect();
        self.refuse_bound(&moving, onto)?;
        let (own, others) = (self.with_ancestors(head), self.with_ancestors(onto));
        let chosen = |is_it: &dyn Fn(&str) -> bool| -> Vec<String> {
            let ids = self.nodes().iter().map(|node| &node.id);
            ids.filter(|id| is_it(id)).cloned().collect()
        };
        Ok(Rebase {
            common: chosen(&|id| own.contains(id) && others.contains(id)),
            own: chosen(&|id| own.contains(id) && !others.contains(id)),
            others: chosen(&|id| others.contains(id) && !own.contains(id)),
            parents: self
                .nodes()
                .iter()
                .filter(|node| moving.contains(node.id.as_str()))
                .filter_map(|node| Some((node.id.clone(), moved(node, &moving, onto)?)))
                .collect(),
        })
    }

    /// Refuses what would be torn apart: another line that stands on what moves, and what would come before what it needs.
    fn refuse_bound(&self, moving: &BTreeSet<&str>, onto: &str) -> Result<(), RebaseError> {
        let is_moving = |id: &&str| moving.contains(id);
        let needed = self.with_ancestors(onto);
        for node in self.nodes() {
            if is_moving(&node.id.as_str()) {
                continue;
            }
            if let Some(revision) = node.parents.iter().map(String::as_str).find(is_moving) {
                return Err(RebaseError::Shared {
                    revision: revision.to_owned(),
                    child: node.id.clone(),
                });
            }
            let dependency = node.depends_on.iter().map(String::as_str).find(is_moving);
            if let Some(dependency) = dependency.filter(|_| needed.contains(node.id.as_str())) {
                return Err(RebaseError::Needed {
                    revision: node.id.clone(),
                    dependency: dependency.to_owned(),
                });
            }
        }
        Ok(())
    }
}

/// What a revision that moves follows then; `None` where that stays as it is.
fn moved(node: &Node, moving: &BTreeSet<&str>, onto: &str) -> Option<Vec<String>> {
    let inside = node
        .parents
        .iter()
        .filter(|parent| moving.contains(parent.as_str()));
    let mut parents: Vec<String> = inside.cloned().collect();
    if parents.is_empty() {
        parents.push(onto.to_owned());
    }
    (parents != node.parents).then_some(parents)
}

#[cfg(test)]
mod tests {
    use super::super::Graph;
    use super::super::tests::graph;

    /// What moves, and the order and the heads afterwards.
    fn rebased(nodes: &str, head: &str, onto: &str) -> String {
        let graph = graph(nodes).unwrap();
        let rebase = match graph.rebase(head, onto) {
            Ok(rebase) => rebase,
            Err(error) => return format!("{error}; {}", error.help()),
        };
        let mut nodes = graph.nodes().to_vec();
        for (id, parents) in &rebase.parents {
            let node = nodes.iter_mut().find(|node| node.id == *id).unwrap();
            node.parents.clone_from(parents);
        }
        let after = Graph::new(nodes).unwrap();
        let lines: Vec<String> = after
            .nodes()
            .iter()
            .map(|node| match node.parents.as_slice() {
                [] => node.id.clone(),
                parents => format!("{}<{}", node.id, parents.join(",")),
            })
            .collect();
        format!(
            "{}; {} | {} | {}; heads {}",
            lines.join(" "),
            rebase.common.join(" "),
            rebase.own.join(" "),
            rebase.others.join(" "),
            after.heads().join(" ")
        )
    }

    #[test]
    fn a_line_comes_after_another() {
        insta::assert_snapshot!(rebased("a b<a c<b x<a y<x", "y", "c"), @"a b<a c<b x<c y<x; a | x y | b c; heads y");
        insta::assert_snapshot!(rebased("a b<a c<b x<a y<x", "c", "y"), @"a x<a y<x b<y c<b; a | b c | x y; heads c");
        // Bases of their own, and inside a fork that was joined again.
        insta::assert_snapshot!(rebased("a b<a x y<x z<x w<y,z", "w", "b"), @"a b<a x<b y<x z<x w<y,z;  | x y z w | a b; heads w");
        // What was joined from the other line is on it anyway.
        insta::assert_snapshot!(rebased("a b<a c<b x<a m<x,b y<m", "y", "c"), @"a b<a c<b x<c m<x y<m; a b | x m y | c; heads y");
        // A third head stays.
        insta::assert_snapshot!(rebased("a b<a c<a d<a", "c", "b"), @"a b<a c<b d<a; a | c | b; heads c d");
        // What stands for others is followed by its own name.
        insta::assert_snapshot!(rebased("a=o b<o c<o", "c", "b"), @"a b<a c<b; a | c | b; heads c");
    }

    #[test]
    fn dependencies_stay() {
        insta::assert_snapshot!(rebased("a b<a x<a!b y<x", "y", "b"), @"a b<a x<b y<x; a b | x y | ; heads y");
        insta::assert_snapshot!(rebased("a b<a x<a!b y<x", "b", "y"), @"`x` depends on `b`, and would have to come before it; rebase the other way round");
        insta::assert_snapshot!(rebased("a b<a x<a z<a!x", "x", "b"), @"a b<a x<b z<a; a | x | b; heads x z");
    }

    #[test]
    fn what_cannot_move_is_told() {
        insta::assert_snapshot!(rebased("a b<a c<b x<a y<b", "y", "x"), @"`c` follows `b`, which would move, and is on another line; join the two lines with `merge`, or rebase the other one first");
        insta::assert_snapshot!(rebased("a b<a c<b x<a", "b", "x"), @"`b` is no head, `c` follows it; name two heads; `heads` shows which there are");
        insta::assert_snapshot!(rebased("a b<a c<b x<a", "x", "b"), @"`b` is no head, `c` follows it; name two heads; `heads` shows which there are");
        insta::assert_snapshot!(rebased("a b<a x<a", "x", "x"), @"`x` cannot come after itself; name two heads; `heads` shows which there are");
    }
}
