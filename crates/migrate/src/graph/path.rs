//! Which revisions to run to get somewhere.

use std::collections::BTreeSet;

use super::target::Branch;
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

    /// What to apply, in order, to get up to a target. `+N` are the next N; `heads` is everything, `LABEL@heads` a branch's.
    ///
    /// # Errors
    /// When the target is not one place, or lies behind.
    pub fn upgrade_path(
        &self,
        target: &str,
        applied: &BTreeSet<&str>,
    ) -> Result<Vec<&str>, TargetError> {
        no_range(target)?;
        let pending = self.pending(applied);
        let (branch, rest) = Branch::split(self, target)?;
        if rest.starts_with('-') || rest == "base" {
            return Err(TargetError::Direction {
                text: target.to_owned(),
                verb: "downgrade",
            });
        }
        let mut wanted: BTreeSet<&str> = BTreeSet::new();
        if let Some(count) = steps(rest, '+') {
            if branch.is_none() {
                self.one_head()?;
            }
            let mut next = pending.clone();
            next.retain(|id| {
                branch
                    .as_ref()
                    .is_none_or(|branch| branch.line.contains(id))
            });
            for id in take(target, next, count)? {
                wanted.extend(self.with_ancestors(id));
            }
        } else {
            for point in self.resolve_all(target, applied)? {
                if let Some(node) = point.id().and_then(|id| self.node(&id)) {
                    wanted.extend(self.with_ancestors(&node.id));
                }
            }
        }
        Ok(pending
            .into_iter()
            .filter(|id| wanted.contains(id))
            .collect())
    }

    /// What to take back, in order, to get down to a target. `-N` are the last N. With a branch only what is on it goes, and what needs
    /// that.
    ///
    /// # Errors
    /// When the target is not one place, or lies ahead.
    pub fn downgrade_path(
        &self,
        target: &str,
        applied: &BTreeSet<&str>,
    ) -> Result<Vec<&str>, TargetError> {
        no_range(target)?;
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
        let (branch, rest) = Branch::split(self, target)?;
        if rest.starts_with('+') {
            return Err(ahead());
        }
        let on_branch = |id: &&str| {
            branch
                .as_ref()
                .is_none_or(|branch| branch.members.contains(id))
        };
        let chosen: Vec<&str> = if let Some(count) = steps(rest, '-') {
            let current = self.heads_of(applied);
            if branch.is_none() && current.len() > 1 {
                return Err(TargetError::SeveralCurrent(
                    current.into_iter().map(str::to_owned).collect(),
                ));
            }
            take(
                target,
                backwards.iter().copied().filter(on_branch).collect(),
                count,
            )?
        } else {
            match self.resolve(target, applied)? {
                Point::Base => backwards.iter().copied().filter(on_branch).collect(),
                Point::At(id) if !applied.contains(id.as_str()) => return Err(ahead()),
                Point::At(id) => self
                    .descendants(&id)
                    .into_iter()
                    .filter(on_branch)
                    .collect(),
            }
        };
        let mut leaving: BTreeSet<&str> = chosen.iter().copied().collect();
        for id in &chosen {
            leaving.extend(self.dependents(id));
        }
        Ok(backwards
            .into_iter()
            .filter(|id| leaving.contains(id))
            .collect())
    }

    /// The two ends of a range `A:B`; an end that is left out is the graph's own.
    ///
    /// # Errors
    /// When an end is not one place.
    pub fn range(
        &self,
        text: &str,
        applied: &BTreeSet<&str>,
    ) -> Result<(Vec<Point>, Vec<Point>), TargetError> {
        let Some((from, to)) = text.split_once(':') else {
            return Err(TargetError::Range {
                text: text.to_owned(),
                reason: "is no range",
            });
        };
        let end = |text: &str, default: &str| {
            let text = if text.is_empty() { default } else { text };
            self.resolve_all(text, applied)
        };
        // `A:+2` starts from A, not from the database.
        let to = match steps(to, '+') {
            Some(_) if !from.is_empty() => format!("{from}{to}"),
            Some(_) | None => to.to_owned(),
        };
        Ok((end(from, "base")?, end(&to, "heads")?))
    }

    /// The revisions between the two ends of a range, in order: the ends themselves are among them, and so are the ancestors of an end
    /// that are no ancestors of the other.
    pub fn between(&self, from: &[Point], to: &[Point]) -> Vec<&str> {
        let up_to = |points: &[Point]| -> BTreeSet<&str> {
            let ids = points.iter().filter_map(|point| point.clone().id());
            ids.flat_map(|id| self.with_ancestors(&id)).collect()
        };
        let (below, above) = (up_to(from), up_to(to));
        let is_end = |id: &str| from.iter().any(|point| *point == Point::At(id.to_owned()));
        let ids = self.nodes().iter().map(|node| node.id.as_str());
        ids.filter(|id| above.contains(id) && (!below.contains(id) || is_end(id)))
            .collect()
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

fn no_range(target: &str) -> Result<(), TargetError> {
    if target.contains(':') {
        return Err(TargetError::Range {
            text: target.to_owned(),
            reason: "is a range",
        });
    }
    Ok(())
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

    const BRANCHES: &str = "a b<a bill1<b@billing bill2<bill1 ship1<b@shipping ship2<ship1!bill1";

    #[test]
    fn branches_are_gone_along_alone() {
        assert_eq!(up(BRANCHES, &["a"], "billing@head"), "b bill1 bill2");
        assert_eq!(up(BRANCHES, &["a"], "billing@+1"), "b");
        assert_eq!(up(BRANCHES, &["a", "b"], "shipping@+1"), "ship1");
        assert_eq!(
            up(BRANCHES, &["a", "b", "ship1"], "shipping@head"),
            "bill1 ship2"
        );
        assert_eq!(up(BRANCHES, &[], "heads"), "a b bill1 bill2 ship1 ship2");
        assert_eq!(
            up(BRANCHES, &["a", "b"], "shipping@heads"),
            "bill1 ship1 ship2"
        );
        let all = ["a", "b", "bill1", "bill2", "ship1", "ship2"];
        assert_eq!(down(BRANCHES, &all, "shipping@base"), "ship2 ship1");
        // What depends on the branch goes with it.
        assert_eq!(down(BRANCHES, &all, "billing@base"), "ship2 bill2 bill1");
        assert_eq!(down(BRANCHES, &all, "shipping@-1"), "ship2");
        assert_eq!(down(BRANCHES, &all, "billing@bill1"), "bill2");
        assert_eq!(down(BRANCHES, &all, "b"), "ship2 ship1 bill2 bill1");
        insta::assert_snapshot!(down(BRANCHES, &all, "shipping@-3"), @"`shipping@-3` leads too far: 2 revisions are left in that direction");
        insta::assert_snapshot!(up(BRANCHES, &all, "a:b"), @"`a:b` is a range");
    }

    #[test]
    fn ranges() {
        let graph = graph(FORK).unwrap();
        let between = |text: &str| match graph.range(text, &["a", "b"].into()) {
            Ok((from, to)) => graph.between(&from, &to).join(" "),
            Err(error) => error.to_string(),
        };
        assert_eq!(between("base:heads"), "a b c d");
        assert_eq!(between(":"), "a b c d");
        assert_eq!(between("a:d"), "a b d");
        assert_eq!(between("b:"), "b c d");
        assert_eq!(between("current:d"), "b d");
        assert_eq!(between("-1:current"), "a b");
        assert_eq!(between(":c"), "a c");
        assert_eq!(between("b:+1"), "b d");
        insta::assert_snapshot!(between("a"), @"`a` is no range");
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
