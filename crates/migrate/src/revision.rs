//! What a revision file says about itself: the graph reads it without running anything.

/// What `revision!` registers, one a file.
#[derive(Debug, Clone, Copy)]
pub struct Metadata {
    /// The revision's id: the file's name without `.rs`.
    pub id: &'static str,
    /// The ids of the revisions it follows; none is a base.
    pub parents: &'static [&'static str],
    /// The file's own text; its checksum tells whether it was edited after it was applied.
    pub source: &'static str,
}

inventory::collect!(Metadata);

/// What the file of that id says about itself; `None` for a file without `revision!`.
pub fn metadata(id: &str) -> Option<&'static Metadata> {
    inventory::iter::<Metadata>().find(|metadata| metadata.id == id)
}

/// States a revision's id and parents, and registers them together with the file's text.
#[macro_export]
macro_rules! revision {
    { id: $id:literal, parents: [$($parent:literal),* $(,)?] $(,)? } => {
        $crate::revision::inventory::submit! {
            $crate::revision::Metadata {
                id: $id,
                parents: &[$($parent),*],
                source: ::core::include_str!(::core::concat!($id, ".rs")),
            }
        }
    };
}

#[doc(hidden)]
pub use inventory;
