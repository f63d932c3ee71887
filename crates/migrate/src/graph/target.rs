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

impl Point {
    /// The revision's id; `None` for the base.
    pub fn id(self) -> Option<String> {
        match self {
            Self::Base => None,
            Self::At(id) => Some(id),
        }
    }
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
    /// No such branch.
    #[error("no branch is named `{0}`")]
    NoBranch(String),
    /// The revision is on another branch.
    #[error("`{revision}` is not on the branch `{branch}`")]
    NotInBranch {
        /// The revision.
        revision: String,
        /// The branch, as it was given.
        branch: String,
    },
    /// A range where one place is meant, or no range where one is.
    #[error("`{text}` {reason}")]
    Range {
        /// What was given.
        text: String,
        /// What is wrong, as the rest of a sentence.
        reason: &'static str,
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
                "`merge heads` joins them; or mean all of them with `heads`, one branch with `LABEL@head`, or name one by its id"
            }
            Self::SeveralCurrent(_) => {
                "name the revision by its id, or the branch, as in `LABEL@-1`"
            }
            Self::Fork { .. } => "name the revision by its id, or the branch, as in `LABEL@+1`",
            Self::Direction { verb, .. } if *verb == "upgrade" => "`upgrade` goes there",
            Self::Direction { .. } => "`downgrade` goes there",
            Self::TooFar { .. } => "`history` lists the revisions",
            Self::NoBranch(_) => "`branches` and `heads -v` show the labels",
            Self::NotInBranch { .. } => "`history -v` shows which branches each revision is on",
            Self::Range { .. } => {
                "a range is written A:B, as in `base:head`, and belongs to `history` and to --sql"
            }
        }
    }
}

/// Why a text cannot be a label, as the rest of a sentence; `None` when it can.
pub fn bad_label(text: &str) -> Option<&'static str> {
    if text.is_empty() {
        return Some("is empty");
    }
    if text.contains(char::is_whitespace) {
        return Some("holds a blank");
    }
    if text.contains(['@', '+', '-', ':']) {
        return Some("holds one of `@`, `+`, `-` and `:`");
    }
    ["head", "heads", "base", "current"]
        .contains(&text)
        .then_some("has a meaning of its own")
}

/// A name, taken apart: `LABEL@start+steps`.
struct Parsed<'a> {
    branch: Option<&'a str>,
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
        let branch = match parsed.branch {
            Some(name) => Some(Branch::of(self, name)?),
            None => None,
        };
        let inside = |ids: Vec<&str>| -> Vec<String> {
            let ids = ids.into_iter();
            ids.filter(|id| {
                branch
                    .as_ref()
                    .is_none_or(|branch| branch.line.contains(id))
            })
            .map(str::to_owned)
            .collect()
        };
        let start = match parsed.start {
            "base" => Point::Base,
            "head" => one(inside(self.heads()), TargetError::SeveralHeads)?,
            "current" | "" => one(inside(self.heads_of(applied)), TargetError::SeveralCurrent)?,
            name => Point::At(match &branch {
                Some(branch) => self.by_name_on(name, branch)?,
                None => self.by_name(name)?,
            }),
        };
        self.walk(text, start, parsed.steps, branch.as_ref())
    }

    /// The same where several may be meant: `heads`, `LABEL@heads`, or several current revisions.
    ///
    /// # Errors
    /// When there is no such place, or a step from several is asked for.
    pub fn resolve_all(
        &self,
        text: &str,
        applied: &BTreeSet<&str>,
    ) -> Result<Vec<Point>, TargetError> {
        let parsed = self.split(text);
        let several = match (parsed.start, parsed.steps) {
            ("heads", 0) => self.heads(),
            ("current", 0) if parsed.branch.is_none() => self.heads_of(applied),
            _ => return Ok(vec![self.resolve(text, applied)?]),
        };
        let branch = parsed
            .branch
            .map(|name| Branch::of(self, name))
            .transpose()?;
        Ok(several
            .into_iter()
            .filter(|id| {
                branch
                    .as_ref()
                    .is_none_or(|branch| branch.line.contains(id))
            })
            .map(|id| Point::At(id.to_owned()))
            .collect())
    }

    /// The revision of that id, the one that carries that label, or the only one that begins so.
    ///
    /// # Errors
    /// When there is none, or several.
    pub fn by_name(&self, name: &str) -> Result<String, TargetError> {
        match (self.node(name), self.labelled(name)) {
            (Some(node), _) | (None, Some(node)) => Ok(node.id.clone()),
            (None, None) => self.by_prefix(name).map(str::to_owned),
        }
    }

    /// As [`Graph::by_name`], on the line of a branch: a beginning that several have is enough where one of them is on it.
    fn by_name_on(&self, name: &str, branch: &Branch<'_>) -> Result<String, TargetError> {
        let candidates = match self.by_name(name) {
            Ok(id) => vec![id],
            Err(TargetError::Ambiguous { candidates, .. }) => candidates,
            Err(error) => return Err(error),
        };
        let is_on = |id: &&String| branch.line.contains(id.as_str());
        let on: Vec<String> = candidates.iter().filter(is_on).cloned().collect();
        match (on.as_slice(), candidates.as_slice()) {
            ([id], _) => Ok(id.clone()),
            ([], [id]) => Err(TargetError::NotInBranch {
                revision: id.clone(),
                branch: branch.name.to_owned(),
            }),
            _ => Err(TargetError::Ambiguous {
                prefix: name.to_owned(),
                candidates: if on.is_empty() { candidates } else { on },
            }),
        }
    }

    /// The revision of that id, or the only one that begins so.
    pub(super) fn by_prefix(&self, prefix: &str) -> Result<&str, TargetError> {
        if let Some(node) = self.node(prefix) {
            return Ok(&node.id);
        }
        // `m2026…` and `2026…` name the same file.
        let candidates: Vec<&str> = self
            .nodes()
            .iter()
            .map(|node| node.id.as_str())
            .filter(|id| {
                let bare = id.strip_prefix('m').unwrap_or(id);
                id.starts_with(prefix) || bare.starts_with(prefix)
            })
            .collect();
        match candidates.as_slice() {
            [] => Err(TargetError::Unknown(prefix.to_owned())),
            [id] if !prefix.is_empty() => Ok(id),
            _ => Err(TargetError::Ambiguous {
                prefix: prefix.to_owned(),
                candidates: candidates.into_iter().map(str::to_owned).collect(),
            }),
        }
    }

    /// `head-1` is `head` and one step back; an id that itself holds `-1` at its end is that id.
    fn split<'a>(&self, text: &'a str) -> Parsed<'a> {
        let (branch, rest) = match text.split_once('@') {
            Some((branch, rest)) if self.node(text).is_none() => (Some(branch), rest),
            Some(_) | None => (None, text),
        };
        let whole = Parsed {
            branch,
            start: rest,
            steps: 0,
        };
        if self.node(rest).is_some() {
            return whole;
        }
        let Some(at) = rest.rfind(['+', '-']) else {
            return whole;
        };
        match rest[at..].parse() {
            Ok(steps) => Parsed {
                branch,
                start: &rest[..at],
                steps,
            },
            Err(_) => whole,
        }
    }

    fn walk(
        &self,
        text: &str,
        start: Point,
        steps: i64,
        branch: Option<&Branch<'_>>,
    ) -> Result<Point, TargetError> {
        let mut point = start;
        for taken in 0..usize::try_from(steps.unsigned_abs()).unwrap_or(usize::MAX) {
            let mut next = self.neighbours(&point, steps > 0);
            if let Some(branch) = branch {
                next.retain(|point| match point {
                    Point::Base => true,
                    Point::At(id) => branch.line.contains(id.as_str()),
                });
            }
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
                        candidates: several.into_iter().filter_map(Point::id).collect(),
                    });
                }
            };
        }
        Ok(point)
    }

    /// Where one step leads.
    fn neighbours(&self, point: &Point, up: bool) -> Vec<Point> {
        let at = |id: &str| Point::At(id.to_owned());
        match (point, up) {
            (Point::Base, true) => {
                let bases = self.nodes().iter().filter(|node| node.parents.is_empty());
                bases.map(|node| at(&node.id)).collect()
            }
            (Point::At(id), true) => self.children(id).into_iter().map(at).collect(),
            (Point::Base, false) => Vec::new(),
            (Point::At(id), false) => match self.node(id).map(|node| node.parents.as_slice()) {
                None | Some([]) => vec![Point::Base],
                Some(parents) => parents.iter().map(|parent| at(parent)).collect(),
            },
        }
    }
}

/// What stands before the `@`.
pub(super) struct Branch<'a> {
    name: &'a str,
    /// What belongs to the branch alone.
    pub(super) members: BTreeSet<&'a str>,
    /// What is on one line with it.
    pub(super) line: BTreeSet<&'a str>,
}

impl<'a> Branch<'a> {
    /// The branch of a label, or the line of a revision.
    pub(super) fn of(graph: &'a Graph, name: &'a str) -> Result<Self, TargetError> {
        let carrier = graph.carrier(name)?;
        Ok(Self {
            name,
            members: graph.members(carrier),
            line: graph.lineage(carrier),
        })
    }

    /// Takes `LABEL@` off a text.
    pub(super) fn split(
        graph: &'a Graph,
        text: &'a str,
    ) -> Result<(Option<Self>, &'a str), TargetError> {
        let parsed = graph.split(text);
        match parsed.branch {
            Some(name) => Ok((Some(Self::of(graph, name)?), &text[name.len() + 1..])),
            None => Ok((None, text)),
        }
    }
}

fn one(ids: Vec<String>, several: fn(Vec<String>) -> TargetError) -> Result<Point, TargetError> {
    match <[String; 1]>::try_from(ids) {
        Ok([id]) => Ok(Point::At(id)),
        Err(ids) if ids.is_empty() => Ok(Point::Base),
        Err(ids) => Err(several(ids)),
    }
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
    fn a_branch_is_selected_by_its_label() {
        // A trunk a, b; from b two branches, and a base of its own.
        let nodes = "a b<a bill1<b@billing bill2<bill1 ship1<b@shipping ship2<ship1 z@other z2<z";
        let applied = ["a", "b", "bill1", "ship1"];
        let all = [
            "billing@head",
            "shipping@head-1",
            "billing",
            "billing@base",
            "billing@+1",
            "billing@-1",
            "billing@current",
            "shipping@base+2",
            "other@base+1",
            "other@head",
            "bill2@base+3",
            "b@head",
            "billing@ship2",
            "billing@b",
            "nope@head",
            "billing@+2",
        ]
        .map(|text| format!("{text}: {}", found(nodes, &applied, text)))
        .join("\n");
        insta::assert_snapshot!(all, @r"
        billing@head: bill2
        shipping@head-1: ship1
        billing: bill1
        billing@base: base
        billing@+1: bill2
        billing@-1: b
        billing@current: bill1
        shipping@base+2: b
        other@base+1: z
        other@head: z2
        bill2@base+3: bill1
        b@head: there are several heads: `bill2`, `ship2`
        billing@ship2: `ship2` is not on the branch `billing`
        billing@b: b
        nope@head: no branch is named `nope`
        billing@+2: `billing@+2` leads too far: 1 revision is left in that direction
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
