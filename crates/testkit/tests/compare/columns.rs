//! Facts of columns, and the values of enums.

use plimsoll_differ::compare::{Conversion, Manage, Place};
use plimsoll_schema::{Change, Rows, TableChange};

use crate::{Three, mariadb, postgres, sqlite};

const NUMBERED: &str = "table t\n  id bigint pk auto\n";
const DRAWS: &str = "table t\n  id bigint pk default (nextval('s'::regclass))\n";

#[test]
fn what_is_computed_is_as_optional_as_the_server_has_it() {
    let of = |null: &str| {
        format!("table t\n  a integer{null}\n  b integer{null} generated (a + 1) stored\n")
    };
    let three = Three::on(sqlite(), &of(""), &of(" not null"));
    assert_eq!(
        three.said(),
        "alter table t\n  ~ a integer\n    a integer not null\n"
    );
}

#[test]
fn a_column_that_draws_from_a_sequence_is_numbered() {
    let three = Three::on(postgres(), DRAWS, NUMBERED);
    assert_eq!(three.said(), "");
    assert_eq!(three.manage(Manage::Everything).said(), "");
}

#[test]
fn any_other_default_goes_from_what_is_numbered() {
    let live = "table t\n  id bigint pk default 7\n";
    let said = Three::on(postgres(), live, NUMBERED)
        .manage(Manage::Everything)
        .said();
    assert_eq!(
        said,
        "alter table t\n  ~ id bigint not null default 7\n    id bigint not null\nwarning[N504] t.id\n"
    );
    let said = Three::on(postgres(), DRAWS, "table t\n  id bigint pk\n")
        .manage(Manage::Everything)
        .said();
    assert_eq!(
        said,
        "alter table t\n  ~ id bigint not null default (nextval('s'::regclass))\n    id bigint not null\n"
    );
}

#[test]
fn a_server_is_asked_of_a_default_only_what_it_can_tell() {
    let of = |column: &str| format!("table t\n  a {column}\n");
    let said = |live: &str, now: &str| Three::on(postgres(), &of(live), &of(now)).said();
    // Two that are both understood, and are not one.
    assert_eq!(
        said("integer default 7", "integer default 8"),
        "alter table t\n  ~ a integer default 7\n    a integer default 8\n"
    );
    // One that only the server understands.
    assert_eq!(
        said("integer default 7", "integer default (3 + 4)"),
        "ask 3 + 4\nask 7\n"
    );
    // What the one type takes says nothing to the other.
    assert_eq!(
        said("integer default (f())", "text default (g())"),
        "alter table t\n  ~ a integer default (f())\n    a text default (g())\n"
    );
}

#[test]
fn a_value_that_only_the_database_has_stays_and_is_told() {
    let of = |values: &str| format!("table t\n  m enum mood({values}) not null\n");
    for server in [postgres(), mariadb()] {
        let object = if server == postgres() { "mood" } else { "t.m" };
        let three = Three::on(server, &of("a, x, b"), &of("a, b"));
        assert_eq!(three.said(), format!("note[N501] {object}\n"));
        let last = three.last(&of("a, x, b"));
        assert!(last.said().starts_with("alter "), "{}", last.said());
    }
}

/// Rows of a text that becomes an enum may hold every value that the type has in the database.
#[test]
fn columns_have_the_values_that_their_type_has() {
    let live = "enum mood (a, x, b)\ntable t\n  n integer\n";
    let three = Three::on(
        postgres(),
        live,
        "table t\n  n integer\n  m enum mood(a, b)\n",
    );
    assert_eq!(
        three.said(),
        "alter table t\n  + m enum mood(a, x, b)\nnote[N501] mood\n"
    );
}

#[test]
fn a_conversion_is_for_another_type() {
    let told = |live: &str, now: &str| {
        let mut three = Three::on(postgres(), live, now);
        let conversion = Conversion {
            expression: "a".into(),
            back: None,
        };
        three.answers.conversions.insert("t.a".into(), conversion);
        three.fills()
    };
    let of = |column: &str| format!("table t\n  a {column}\n");
    assert_eq!(told(&of("text"), &of("integer")), 1);
    assert_eq!(told(&of("text"), &of("text default 'x'")), 0);
    assert_eq!(told(&of("enum mood(a, b)"), &of("enum mood(a)")), 0);
}

#[test]
fn a_fill_is_for_rows_that_would_be_refused() {
    let mut three = Three::on(
        sqlite(),
        "table t\n  a integer\n",
        "table t\n  a integer\n  b integer\n  c integer not null\n  d integer not null default 1\n",
    );
    for column in ["t.b", "t.c"] {
        three.answers.fills.insert(column.into(), "1".into());
    }
    assert_eq!(
        three.said(),
        "alter table t\n  + b integer\n  + c integer\n  + d integer not null default 1\n  fill c with 1 where null\n  ~ c integer\n    c integer not null\n"
    );
}

#[test]
fn what_only_the_model_knows_of_types_to_come_is_another() {
    let of =
        |a: &str, b: &str, check: &str| format!("table t\n  a {a}\n  b {b}\n  check ck: {check}\n");
    let changed = "alter table t\n  - check ck: a > 0\n";
    for (a, b, is_change) in [("text", "integer", true), ("integer", "text", false)] {
        for (model, there) in [(None, Some("a > 0")), (Some("a <> ''"), None)] {
            let said = Three::on(
                postgres(),
                &of("integer", "integer", "a > 0"),
                &of(a, b, "a <> ''"),
            )
            .form(Place::Check, "a <> ''", model)
            .form(Place::Check, "a > 0", there)
            .said();
            assert_eq!(said.starts_with(changed), is_change, "{said}");
            assert_eq!(said.contains("note[N502] t"), !is_change, "{said}");
        }
    }
}

impl Three {
    /// How many steps give rows another value.
    fn fills(&self) -> usize {
        let found = self.found();
        let parts = found.changes.iter().filter_map(|change| match change {
            Change::AlterTable { changes, .. } => Some(changes),
            _ => None,
        });
        parts
            .flatten()
            .filter(|part| matches!(part, TableChange::Fill(fill) if matches!(fill.rows, Rows::Converted { .. })))
            .count()
    }
}
