//! What a revision file says about itself: the graph reads it without running anything.

use std::collections::BTreeMap;

/// What `revision!` registers, one a file.
#[derive(Debug, Clone, Copy, Default)]
pub struct Metadata {
    /// The revision's id: the file's name without `.rs`.
    pub id: &'static str,
    /// The ids of the revisions it follows; none is a base.
    pub parents: &'static [&'static str],
    /// Names of the branch that begins here; each is one name in the whole project.
    pub labels: &'static [&'static str],
    /// Ids or labels of revisions that have to be applied before it, though it does not follow them.
    pub depends_on: &'static [&'static str],
    /// The ids of the revisions that it stands for, where `squash` made one of several.
    pub replaces: &'static [&'static str],
    /// The file's own text; its checksum tells whether it was edited after it was applied.
    pub source: &'static str,
}

inventory::collect!(Metadata);

/// What the files of this program say about themselves, by id.
pub fn all() -> BTreeMap<&'static str, &'static Metadata> {
    inventory::iter::<Metadata>()
        .map(|metadata| (metadata.id, metadata))
        .collect()
}

/// States a revision's id and what it follows, and registers them together with the file's text.
///
/// Only `id` and `parents` have to be said:
///
/// ```ignore
/// plimsoll::revision! {
///     id: "m20260904_090000_keep_stock_levels",
///     parents: ["m20260903_090000_take_orders"],
///     labels: ["stock"],
///     depends_on: ["m20260902_090000_create_shops"],
///     replaces: [],
/// }
/// ```
#[macro_export]
macro_rules! revision {
    {
        id: $id:literal,
        parents: [$($parent:literal),* $(,)?]
        $(, labels: [$($label:literal),* $(,)?])?
        $(, depends_on: [$($dependency:literal),* $(,)?])?
        $(, replaces: [$($replaced:literal),* $(,)?])?
        $(,)?
    } => {
        $crate::revision::inventory::submit! {
            $crate::revision::Metadata {
                id: $id,
                parents: &[$($parent),*],
                labels: &[$($($label),*)?],
                depends_on: &[$($($dependency),*)?],
                replaces: &[$($($replaced),*)?],
                source: ::core::include_str!(::core::concat!($id, ".rs")),
            }
        }
    };
}

#[doc(hidden)]
pub use inventory;
