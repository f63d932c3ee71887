//! One revision.

use crate::revision::Metadata;

/// One revision.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Node {
    /// Its id, which is its file's name.
    pub id: String,
    /// The revisions it follows.
    pub parents: Vec<String>,
    /// The names of the branch that begins with it.
    pub labels: Vec<String>,
    /// The ids of revisions that have to be applied before it, though it does not follow them.
    pub depends_on: Vec<String>,
    /// The ids of the revisions it stands for.
    pub replaces: Vec<String>,
    /// Its file's text, if the file says `revision!`.
    pub source: Option<&'static str>,
}

impl Node {
    /// A revision whose file says what it follows.
    pub(super) fn stated(metadata: &Metadata) -> Self {
        let owned = |words: &[&str]| words.iter().map(ToString::to_string).collect();
        Self {
            id: metadata.id.to_owned(),
            parents: owned(metadata.parents),
            labels: owned(metadata.labels),
            depends_on: owned(metadata.depends_on),
            replaces: owned(metadata.replaces),
            source: Some(metadata.source),
        }
    }

    /// A revision whose file says nothing: it follows the one before it.
    pub(super) fn following(id: &str, before: Option<&str>) -> Self {
        Self {
            id: id.to_owned(),
            parents: before.map(str::to_owned).into_iter().collect(),
            ..Self::default()
        }
    }

    /// What has to be applied before it.
    pub fn needs(&self) -> impl Iterator<Item = &str> {
        self.parents
            .iter()
            .chain(&self.depends_on)
            .map(String::as_str)
    }

    /// Whether it joins branches.
    pub fn is_merge(&self) -> bool {
        self.parents.len() > 1
    }

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

#[cfg(test)]
mod tests {
    use super::words;

    #[test]
    fn a_name_says_what_it_is_for() {
        assert_eq!(words("m20260101_120000_add_full_name"), "add full name");
        assert_eq!(words("m20260101_120000"), "m20260101_120000");
        assert_eq!(words("create_user"), "create user");
    }
}
