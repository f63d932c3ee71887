//! What holds for every pair of catalogs, proven on random ones without a database.

use plimsoll_differ::compare::{Answers, Forms, Input, Manage, compare, diff};
use plimsoll_differ::plan::plan;
use plimsoll_schema::{Catalog, Server, Version};
use plimsoll_testkit::random::{Source, catalog, closed, edited};
use proptest::prelude::*;

fn servers() -> [Server; 4] {
    [
        Server::sqlite(),
        Server::postgres(15),
        with_collation(Server::mariadb(Version(10, 11, 0))),
        with_collation(Server::mysql(Version(8, 4, 0))),
    ]
}

/// A live MySQL has a collation for tables that say none.
fn with_collation(mut server: Server) -> Server {
    server.default_collation = Some("utf8mb4_general_ci".into());
    server
}

fn two(server: &Server, numbers: &[u32]) -> (Catalog, Catalog) {
    let mut source = Source::new(numbers);
    let from = catalog(server, &mut source);
    let to = edited(server, &from, &mut source);
    (closed(server, from), closed(server, to))
}

fn same(server: &Server, left: &Catalog, right: &Catalog) -> bool {
    compare(server, left, right).is_empty()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, ..ProptestConfig::default() })]

    /// A catalog does not differ from itself, stated or closed.
    #[test]
    fn reflexive(numbers in prop::collection::vec(any::<u32>(), 0..160)) {
        for server in servers() {
            let (from, _) = two(&server, &numbers);
            prop_assert!(same(&server, &from, &from));
            let answers = Answers::default();
            for last in [None, Some(&from)] {
                let found = diff(&Input {
                    server: &server, now: &from, last, live: &from,
                    manage: Manage::Everything, answers: &answers, forms: &Forms::new(),
                });
                prop_assert_eq!(&found.changes, &vec![]);
                prop_assert!(found.notes.is_empty(), "{:?}", found.notes);
            }
        }
    }

    /// Carrying a plan out reaches what was wanted, and carrying it out backwards what was there.
    #[test]
    fn up_arrives_and_down_returns(numbers in prop::collection::vec(any::<u32>(), 0..160)) {
        for server in servers() {
            let (from, to) = two(&server, &numbers);
            let changes = compare(&server, &from, &to);
            let plan = plan(&server, &from, &changes).map_err(|error| TestCaseError::fail(error.to_string()))?;
            let mut state = from.clone();
            for step in &plan.steps {
                state.apply(&step.change).map_err(|error| TestCaseError::fail(error.to_string()))?;
            }
            prop_assert!(same(&server, &state, &to), "{:#?}", compare(&server, &state, &to));
            for step in plan.steps.iter().rev() {
                state.apply(&step.change.reverse()).map_err(|error| TestCaseError::fail(error.to_string()))?;
            }
            prop_assert!(same(&server, &state, &from), "{:#?}", compare(&server, &state, &from));
        }
    }

    /// The order in which changes are found does not matter.
    #[test]
    fn order_is_of_the_plan(numbers in prop::collection::vec(any::<u32>(), 0..160)) {
        for server in servers() {
            let (from, to) = two(&server, &numbers);
            let changes = compare(&server, &from, &to);
            let reversed: Vec<_> = changes.iter().rev().cloned().collect();
            let one = plan(&server, &from, &changes).map_err(|error| TestCaseError::fail(error.to_string()))?;
            let other = plan(&server, &from, &reversed).map_err(|error| TestCaseError::fail(error.to_string()))?;
            prop_assert_eq!(one, other);
        }
    }

    /// What is written down is read back as it was.
    #[test]
    fn catalog_file_round_trip(numbers in prop::collection::vec(any::<u32>(), 0..160)) {
        for server in servers() {
            let (from, _) = two(&server, &numbers);
            let text = from.to_json();
            let back = Catalog::from_json(&text).map_err(|error| TestCaseError::fail(error.to_string()))?;
            prop_assert_eq!(&back, &from);
            prop_assert_eq!(back.to_json(), text);
        }
    }
}
