//! Names for parts that nobody named, where the usual one is taken.

use crate::{Three, mariadb, postgres, sqlite};

const P: &str = "table p\n  id integer pk\n";

fn table(parts: &str) -> String {
    format!("{P}table t\n  a integer\n  b integer\n{parts}")
}

#[test]
fn a_name_that_is_there_stays_and_the_new_one_is_numbered() {
    let now = table("  unique (a)\n  unique (b)\n");
    let live = table("  unique index uq-t-a (b)\n");
    for server in [sqlite(), postgres()] {
        let said = Three::on(server, &live, &now).said();
        assert_eq!(said, "alter table t\n  + unique index uq-t-a-1 (a)\n");
    }
    let live = table("  unique index uq-t-b (a)\n");
    let said = Three::on(postgres(), &live, &now).said();
    assert_eq!(said, "alter table t\n  + unique index uq-t-b-1 (b)\n");
    let live = table("  unique uq-t-a (b)\n");
    let said = Three::on(mariadb(), &live, &now).said();
    assert_eq!(said, "alter table t\n  + unique uq-t-a-1 (a)\n");
}

#[test]
fn so_is_a_foreign_keys() {
    let live = table("  fk fk-t-a (b) -> p (id)\n");
    let now = table("  fk (a) -> p (id)\n  fk (b) -> p (id)\n");
    let said = Three::on(postgres(), &live, &now).said();
    assert_eq!(said, "alter table t\n  + fk fk-t-a-1 (a) -> p (id)\n");
}

/// Three that are given one name: all but the last get another.
#[test]
fn of_new_ones_each_gets_its_own() {
    let now = "table t\n  a integer\n  b integer\n  c integer\n  unique (a, b, c)\n\
               table t-a\n  b integer\n  c integer\n  unique (b, c)\n\
               table t-a-b\n  c integer\n  unique (c)\n";
    let said = Three::on(sqlite(), "", now).said();
    let names: Vec<&str> = said
        .lines()
        .filter_map(|line| line.strip_prefix("  unique "))
        .collect();
    assert_eq!(
        names,
        [
            "uq-t-a-b-c-1 (a, b, c)",
            "uq-t-a-b-c-2 (b, c)",
            "uq-t-a-b-c (c)"
        ]
    );
}

/// A name that the model gives is the model's; whoever bore it without being named gets the usual one.
#[test]
fn what_nobody_names_makes_room_for_what_a_model_names() {
    let of = |a: &str, s: &str| format!("{P}table a\n  b integer\n{a}table s\n  y integer\n{s}");
    let said = |live: &str, now: &str, name: &str| {
        let stated = format!("  unique index {name} (b)\n");
        Three::on(postgres(), &of("", live), &of(&stated, now)).said()
    };
    let index = said("  unique index uq-a-b (y)\n", "  unique (y)\n", "uq-a-b");
    assert_eq!(
        index,
        "alter table a\n  + unique index uq-a-b (b)\nalter table s\n  rename index uq-a-b -> uq-s-y\n"
    );
    let unique = said("  unique uq-a-b (y)\n", "  unique (y)\n", "uq-a-b");
    assert_eq!(
        unique,
        "alter table a\n  + unique index uq-a-b (b)\nalter table s\n  rename constraint uq-a-b -> uq-s-y\n"
    );
    let key = said("  fk ix (y) -> p (id)\n", "  fk (y) -> p (id)\n", "ix");
    assert_eq!(
        key,
        "alter table a\n  + unique index ix (b)\nalter table s\n  rename constraint ix -> fk-s-y\n"
    );
}
