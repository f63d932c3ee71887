//! Against a server: what is made is read back, what is changed is read back as simulated, and what is not ours is left out.

use plimsoll_schema::Catalog;

use super::super::{Inspection, Scope, inspect};

mod asked;
mod changes;
mod columns;
mod conformance;
mod enums;
mod lists;
mod objects;
mod scratch;

use scratch::Scratch;

/// Every schema a test makes beside the default one.
fn scope() -> Scope {
    Scope {
        schemas: vec!["app".into()],
        ignore: vec!["seaql_migrations".into()],
    }
}

async fn read(scratch: &Scratch) -> Inspection {
    inspect(&scratch.db, &scope()).await.unwrap()
}

/// The lines in which two catalogs differ, when they do.
fn assert_same(found: &Catalog, wanted: &Catalog, about: &str) {
    let (found, wanted) = (found.to_json(), wanted.to_json());
    let only = |left: &str, right: &str| {
        let lines = left.lines().filter(|line| !right.contains(*line));
        lines.collect::<Vec<_>>().join("\n")
    };
    assert!(
        found == wanted,
        "{about}\nfound:\n{}\nwanted:\n{}",
        only(&found, &wanted),
        only(&wanted, &found)
    );
}
