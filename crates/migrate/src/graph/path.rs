//! Which revisions to run to get somewhere.

use std::collections::BTreeSet;

use super::{Graph, Point, TargetError};

impl Graph {
    /// The revisions that are not applied, in order.
    pub fn pending(&self, applied: &BTreeSet<&str>) -> Vec<&str> {
        self.nodes()
            .iter()
            .map(|node| node.id.as_str())
            .filter(|id| !applied.contains(id))
            .collect()
    }

    /// What to apply, in order, to get up to a target. `+N` are the next N; `heads` is everything.
    ///
    /// # Errors
    /// When the target is not one place, or lies behind.
    pub fn upgrade_path(
        &self,
        target: &str,
        applied: &BTreeSet<&str>,
    ) -> Result<Vec<&str>, TargetError> {
        let pending = self.pending(applied);
        if target == "heads" {
            return Ok(pending);
        }
        if target.starts_with('-') || target == "base" {
            return Err(TargetError::Direction {
                text: target.to_owned(),
                verb: "downgrade",
            });
        }
        if let Some(count) = steps(target, '+') {
            self.one_head()?;
            return take(target, pending, count);
        }
        Ok(match self.resolve(target, applied)? {
            Point::Base => Vec::new(),
            Point::At(id) => {
                let wanted = self.with_ancestors(&id);
                pending
                    .into_iter()
                    .filter(|id| wanted.contains(id))
                    .collect()
            }
        })
    }

    /// What to take back, in order, to get down to a target. `-N` are the last N.
    ///
    /// # Errors
    /// When the target is not one place, or lies ahead.
    pub fn downgrade_path(
        &self,
        target: &str,
        applied: &BTreeSet<&str>,
    ) -> Result<Vec<&str>, TargetError> {
        let backwards: Vec<&str> = self
            .nodes()
            .iter()
            .rev()
            .map(|node| node.id.as_str())
            .filter(|id| applied.contains(id))
            .collect();
        let ahead = || TargetError::Direction {
            text: target.to_owned(),
            verb: "upgrade",
        };
        if target.starts_with('+') {
            return Err(ahead());
        }
        if let Some(count) = steps(target, '-') {
            let current = self.heads_of(applied);
            if current.len() > 1 {
                return Err(TargetError::SeveralCurrent(
                    current.into_iter().map(str::to_owned).collect(),
                ));
            }
            return take(target, backwards, count);
        }
        match self.resolve(target, applied)? {
            Point::Base => Ok(backwards),
            Point::At(id) if !applied.contains(id.as_str()) => Err(ahead()),
            Point::At(id) => {
                let following = self.descendants(&id);
                Ok(backwards
                    .into_iter()
                    .filter(|id| following.contains(id))
                    .collect())
            }
        }
    }

    /// The only head, if there is a revision at all.
    ///
    /// # Errors
    /// When there are several.
    pub fn one_head(&self) -> Result<Option<&str>, TargetError> {
        match self.heads().as_slice() {
            [] => Ok(None),
            [head] => Ok(Some(head)),
            heads => Err(TargetError::SeveralHeads(
                heads.iter().map(|id| (*id).to_owned()).collect(),
            )),
        }
    }
}

fn steps(target: &str, sign: char) -> Option<usize> {
    target.strip_prefix(sign)?.parse().ok()
}

fn take<'a>(target: &str, from: Vec<&'a str>, count: usize) -> Result<Vec<&'a str>, TargetError> {
    if from.len() < count {
        return Err(TargetError::TooFar {
            text: target.to_owned(),
            available: from.len(),
        });
    }
    Ok(from.into_iter().take(count).collect())
}

#[cfg(test)]
mod tests {
    use super::super::tests::graph;

    fn up(nodes: &str, applied: &[&str], target: &str) -> String {
        let graph = graph(nodes).unwrap();
        match graph.upgrade_path(target, &applied.iter().copied().collect()) {
            Ok(path) => path.join(" "),
            Err(error) => format!("{error}"),
        }
    }

    fn down(nodes: &str, applied: &[&str], target: &str) -> String {
        let graph = graph(nodes).unwrap();
        match graph.downgrade_path(target, &applied.iter().copied().collect()) {
            Ok(path) => path.join(" "),
            Err(error) => format!("{error}"),
        }
    }

    const LINE: &str = "a b<a c<b d<c";
    const FORK: &str = "a b<a c<a d<b";

    #[test]
    fn upgrades() {
        assert_eq!(up(LINE, &[], "head"), "a b c d");
        assert_eq!(up(LINE, &["a"], "c"), "b c");
        assert_eq!(up(LINE, &["a"], "+2"), "b c");
        assert_eq!(up(LINE, &["a", "b", "c", "d"], "head"), "");
        // A revision that was merged late is applied, as SeaORM does.
        assert_eq!(up(LINE, &["a", "c"], "head"), "b d");
        assert_eq!(up(LINE, &["a", "b"], "head-1"), "c");
        assert_eq!(up(FORK, &[], "c"), "a c");
        assert_eq!(up(FORK, &["a"], "heads"), "b c d");
        insta::assert_snapshot!(up(LINE, &["a"], "+4"), @"`+4` leads too far: 3 revisions are left in that direction");
        insta::assert_snapshot!(up(LINE, &["a"], "-1"), @"`-1` lies in the other direction");
        insta::assert_snapshot!(up(FORK, &["a"], "head"), @"there are several heads: `c`, `d`");
        insta::assert_snapshot!(up(FORK, &["a"], "+1"), @"there are several heads: `c`, `d`");
    }

    #[test]
    fn downgrades() {
        let all = ["a", "b", "c", "d"];
        assert_eq!(down(LINE, &all, "-1"), "d");
        assert_eq!(down(LINE, &all, "-4"), "d c b a");
        assert_eq!(down(LINE, &all, "base"), "d c b a");
        assert_eq!(down(LINE, &all, "b"), "d c");
        assert_eq!(down(LINE, &["a", "b"], "b"), "");
        assert_eq!(down(FORK, &all, "b"), "d");
        assert_eq!(down(FORK, &all, "a"), "d c b");
        insta::assert_snapshot!(down(LINE, &["a"], "c"), @"`c` lies in the other direction");
        insta::assert_snapshot!(down(LINE, &["a"], "-2"), @"`-2` leads too far: 1 revision is left in that direction");
        insta::assert_snapshot!(down(LINE, &["a"], "+1"), @"`+1` lies in the other direction");
        insta::assert_snapshot!(down(FORK, &all, "-1"), @"several revisions are current: `c`, `d`");
    }
}
