//! Which crate may depend on which.

use std::path::Path;

use cargo_metadata::{DependencyKind, MetadataCommand};

use crate::command::Failure;

/// The published crates and those of ours that each may use.
const ALLOWED: [(&str, &[&str]); 8] = [
    ("plimsoll-schema", &[]),
    ("plimsoll-differ", &["plimsoll-schema"]),
    ("plimsoll-lint", &["plimsoll-schema"]),
    ("plimsoll-codegen", &["plimsoll-schema"]),
    ("plimsoll-migrate", &["plimsoll-schema"]),
    ("plimsoll-report", &["plimsoll-schema"]),
    ("plimsoll-backup", &["plimsoll-schema", "plimsoll-migrate"]),
    (
        "plimsoll",
        &[
            "plimsoll-schema",
            "plimsoll-differ",
            "plimsoll-lint",
            "plimsoll-codegen",
            "plimsoll-migrate",
            "plimsoll-report",
            "plimsoll-backup",
        ],
    ),
];

/// Arrows between our crates that are not allowed; what tests alone need is free.
pub(super) fn check(root: &Path) -> Result<Vec<String>, Failure> {
    let metadata = MetadataCommand::new()
        .manifest_path(root.join("Cargo.toml"))
        .no_deps()
        .exec()
        .map_err(|error| Failure::Told(format!("cargo metadata: {error}")))?;
    let ours: Vec<_> = metadata
        .packages
        .iter()
        .map(|own| own.name.as_str())
        .collect();
    let mut found = Vec::new();
    for package in &metadata.packages {
        let Some((name, allowed)) = ALLOWED
            .iter()
            .find(|(name, _)| *name == package.name.as_str())
        else {
            continue;
        };
        let used = package
            .dependencies
            .iter()
            .filter(|one| one.kind != DependencyKind::Development)
            .map(|one| one.name.as_str())
            .filter(|one| ours.contains(one) && !allowed.contains(one));
        found.extend(used.map(|one| format!("{name} uses {one}, which it may not")));
    }
    Ok(found)
}
