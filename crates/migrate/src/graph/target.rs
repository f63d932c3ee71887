//! How a person names a revision: `head`, `base`, `current`, an id or its beginning, and steps from there (`head-1`, `+2`, `-1`).

use std::collections::BTreeSet;

use thiserror::Error;

use super::Graph;

/// A place in the graph.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Point {
    /// Before the first revision.
    Base,
    /// After that revision.
    At(String),
}

/// Why a name does not lead to one revision.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum TargetError {
    /// No such revision.
    #[error("no revision is named `{0}` or begins so")]
    Unknown(String),
    /// Several revisions begin so.
    #[error("several revisions begin with `{prefix}`: {}", list(.candidates))]
    Ambiguous {
        /// What was given.
        prefix: String,
        /// What it could be.
        candidates: Vec<String>,
    },
    /// Several heads, where one is meant.
    #[error("there are several heads: {}", list(.0))]
    SeveralHeads(Vec<String>),
    /// Several revisions are current, where one is meant.
    #[error("several revisions are current: {}", list(.0))]
    SeveralCurrent(Vec<String>),
    /// The target lies in the other direction.
    #[error("`{text}` lies in the other direction")]
    Direction {
        /// What was given.
        text: String,
        /// The command that goes there.
        verb: &'static str,
    },
    /// The walk forks.
    #[error("`{text}` could be any of {}", list(.candidates))]
    Fork {
        /// What was given.
        text: String,
        /// Where it could lead.
        candidates: Vec<String>,
    },
    /// The walk ends before.
    #[error("`{text}` leads too far: {available} revision{} left in that direction", if *.available == 1 { " is" } else { "s are" })]
    TooFar {
        /// What was given.
        text: String,
        /// How many there are.
        available: usize,
    },
}

fn list(ids: &[String]) -> String {
    let quoted: Vec<String> = ids.iter().map(|id| format!("`{id}`")).collect();
    quoted.join(", ")
}

impl TargetError {
    /// What to do about it.
    pub fn help(&self) -> &'static str {
        match self {
            Self::Unknown(_) => "`history` lists the revisions",
            Self::Ambiguous { .. } => "write more of the id",
            Self::SeveralHeads(_) => {
                "join them with a revision that follows them all, as `revision -m merge` writes it, or name one of them"
            }
            Self::SeveralCurrent(_) | Self::Fork { .. } => "name the revision by its id",
            Self::Direction { verb, .. } if *verb == "upgrade" => "`upgrade` goes there",
            Self::Direction { .. } => "`downgrade` goes there",
            Self::TooFar { .. } => "`history` lists the revisions",
        }
    }
}

/// A target, split into where it starts and how many steps to go from there.
struct Parsed<'a> {
    start: &'a str,
    steps: i64,
}

impl Graph {
    /// Finds what is meant. `applied` are the revisions of the database, for `current` and for steps without a start (`+2`, `-1`).
    ///
    /// # Errors
    /// When it is not exactly one place.
    pub fn resolve(&self, text: &str, applied: &BTreeSet<&str>) -> Result<Point, TargetError> {
        let parsed = self.split(text);
        let start = match parsed.start {
            "base" => Point::Base,
            "head" => match self.heads().as_slice() {
                [] => Point::Base,
                [head] => Point::At((*head).to_owned()),
                heads => return Err(TargetError::SeveralHeads(owned(heads))),
            },
            "current" | "" => match self.heads_of(applied).as_slice() {
                [] => Point::Base,
                [id] => Point::At((*id).to_owned()),
                ids => return Err(TargetError::SeveralCurrent(owned(ids))),
            },
            name => Point::At(self.by_prefix(name)?),
        };
        self.walk(text, start, parsed.steps)
    }

    /// The revision of that id, or the only one that begins so.
    ///
    /// # Errors
    /// When there is none, or several.
    pub fn by_prefix(&self, prefix: &str) -> Result<String, TargetError> {
        if let Some(node) = self.node(prefix) {
            return Ok(node.id.clone());
        }
        // `m2026…` and `2026…` name the same file.
        let candidates: Vec<String> = self
            .nodes()
            .iter()
            .map(|node| node.id.clone())
            .filter(|id| {
                id.starts_with(prefix)
                    || id
                        .strip_prefix('m')
                        .is_some_and(|rest| rest.starts_with(prefix))
            })
            .collect();
        match candidates.as_slice() {
            [] => Err(TargetError::Unknown(prefix.to_owned())),
            [id] if !prefix.is_empty() => Ok(id.clone()),
            _ => Err(TargetError::Ambiguous {
                prefix: prefix.to_owned(),
                candidates,
            }),
        }
    }

    /// `head-1` is `head` and one step back; an id that itself holds `-1` at its end is that id.
    fn split<'a>(&self, text: &'a str) -> Parsed<'a> {
        let whole = Parsed {
            start: text,
            steps: 0,
        };
        if self.node(text).is_some() {
            return whole;
        }
        let Some(at) = text.rfind(['+', '-']) else {
            return whole;
        };
        match text[at..].parse() {
            Ok(steps) => Parsed {
                start: &text[..at],
                steps,
            },
            Err(_) => whole,
        }
    }

    fn walk(&self, text: &str, start: Point, steps: i64) -> Result<Point, TargetError> {
        let mut point = start;
        for taken in 0..usize::try_from(steps.unsigned_abs()).unwrap_or(usize::MAX) {
            let next: Vec<Point> = if steps > 0 {
                let bases = || self.nodes().iter().filter(|node| node.parents.is_empty());
                match &point {
                    Point::Base => bases().map(|node| Point::At(node.id.clone())).collect(),
                    Point::At(id) => self
                        .children(id)
                        .into_iter()
                        .map(|id| Point::At(id.to_owned()))
                        .collect(),
                }
            } else {
                match &point {
                    Point::Base => Vec::new(),
                    Point::At(id) => match self.node(id).map(|node| node.parents.as_slice()) {
                        None | Some([]) => vec![Point::Base],
                        Some(parents) => parents.iter().cloned().map(Point::At).collect(),
                    },
                }
            };
            point = match <[Point; 1]>::try_from(next) {
                Ok([only]) => only,
                Err(none) if none.is_empty() => {
                    return Err(TargetError::TooFar {
                        text: text.to_owned(),
                        available: taken,
                    });
                }
                Err(several) => {
                    return Err(TargetError::Fork {
                        text: text.to_owned(),
                        candidates: several
                            .into_iter()
                            .filter_map(|point| match point {
                                Point::Base => None,
                                Point::At(id) => Some(id),
                            })
                            .collect(),
                    });
                }
            };
        }
        Ok(point)
    }
}

fn owned(ids: &[&str]) -> Vec<String> {
    ids.iter().map(|id| (*id).to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::super::tests::graph;
    use super::*;

    fn found(nodes: &str, applied: &[&str], text: &str) -> String {
        let graph = graph(nodes).unwrap();
        match graph.resolve(text, &applied.iter().copied().collect()) {
            Ok(Point::Base) => "base".into(),
            Ok(Point::At(id)) => id,
            Err(error) => error.to_string(),
        }
    }

    const LINE: &str = "m2026_one m2026_two<m2026_one m2027_three<m2026_two";

    #[test]
    fn a_line_is_walked() {
        let at_two = ["m2026_one", "m2026_two"];
        for (text, expected) in [
            ("head", "m2027_three"),
            ("head-1", "m2026_two"),
            ("head-3", "base"),
            ("base", "base"),
            ("base+2", "m2026_two"),
            ("current", "m2026_two"),
            ("+1", "m2027_three"),
            ("-1", "m2026_one"),
            ("-2", "base"),
            ("current-1", "m2026_one"),
            ("m2027", "m2027_three"),
            ("2027", "m2027_three"),
            ("m2026_t", "m2026_two"),
            ("m2026_one+1", "m2026_two"),
            ("2027-2", "m2026_one"),
        ] {
            assert_eq!(found(LINE, &at_two, text), expected, "{text}");
        }
    }

    #[test]
    fn what_leads_nowhere_or_to_several_is_told() {
        let all = ["+2", "-3", "m2026", "zzz", "head+1", ""]
            .map(|text| format!("{text}: {}", found(LINE, &["m2026_one", "m2026_two"], text)))
            .join("\n");
        insta::assert_snapshot!(all, @r"
        +2: `+2` leads too far: 1 revision is left in that direction
        -3: `-3` leads too far: 2 revisions are left in that direction
        m2026: several revisions begin with `m2026`: `m2026_one`, `m2026_two`
        zzz: no revision is named `zzz` or begins so
        head+1: `head+1` leads too far: 0 revisions are left in that direction
        : m2026_two
        ");
        let fork = ["head", "a+1", "d-1", "current", "+1"]
            .map(|text| {
                format!(
                    "{text}: {}",
                    found("a b<a c<a d<b,c e<a", &["a", "b", "c"], text)
                )
            })
            .join("\n");
        insta::assert_snapshot!(fork, @r"
        head: there are several heads: `d`, `e`
        a+1: `a+1` could be any of `b`, `c`, `e`
        d-1: `d-1` could be any of `b`, `c`
        current: several revisions are current: `b`, `c`
        +1: several revisions are current: `b`, `c`
        ");
    }

    #[test]
    fn an_id_may_end_like_a_step() {
        assert_eq!(found("v-1 v-2<v-1", &[], "v-1"), "v-1");
    }

    #[test]
    fn an_empty_project_is_at_its_head() {
        assert_eq!(found("", &[], "head"), "base");
    }
}
