//! Two databases: every fact is stated, and only the server tells which expressions are one.

use plimsoll_differ::compare::{Manage, Place};

use crate::{Three, postgres};

/// A table whose expressions are these, in the order of [`places`].
fn table(of: &str) -> String {
    let text = "\
table t
  a integer not null default (D)
  b integer generated (G) stored
  index ix ((K)) where P
  check ck: C
  exclude ex: X
";
    places()
        .into_iter()
        .fold(text.to_owned(), |text, (letter, _)| {
            text.replace(letter, &format!("{}_{of}", letter.to_lowercase()))
        })
}

/// Where expressions stand, and the letters of [`table`] for them.
fn places() -> [(&'static str, Place); 6] {
    [
        ("D", Place::Default("a".into())),
        ("G", Place::Generated("b".into())),
        ("K", Place::Key),
        ("P", Place::Predicate),
        ("C", Place::Check),
        ("X", Place::Exclusion),
    ]
}

/// The server makes this of what is wanted, and what is there of what is there.
fn three(server_makes: &str) -> Three {
    let three = Three::on(postgres(), &table("live"), &table("wanted")).manage(Manage::Exact);
    places().into_iter().fold(three, |three, (letter, place)| {
        let letter = letter.to_lowercase();
        let made = format!("{letter}_{server_makes}");
        three
            .form(place.clone(), &format!("{letter}_wanted"), Some(&made))
            .form(
                place.clone(),
                &format!("{letter}_live"),
                Some(&format!("{letter}_live")),
            )
    })
}

#[test]
fn what_the_server_takes_for_one_is_one() {
    assert_eq!(three("live").said(), "");
}

#[test]
fn what_it_takes_for_two_is_two() {
    let said = three("other").said();
    for (letter, _) in places() {
        assert!(
            said.contains(&format!("{}_wanted", letter.to_lowercase())),
            "{said}"
        );
    }
}

#[test]
fn parts_of_other_names_are_others() {
    let of = |first: &str, second: &str| {
        format!(
            "table t\n  a integer\n  index ix_{first} (a) where {first} > a\n  index ix_{second} (a) where {second} > a\n  \
             check ck_{first}: a > {first}\n  check ck_{second}: a > {second}\n  check: a < {first}\n  \
             exclude ex_{first}: EXCLUDE (a WITH {first})\n  exclude ex_{second}: EXCLUDE (a WITH {second})\n"
        )
    };
    let three = Three::on(postgres(), &of("1", "2"), &of("2", "1")).manage(Manage::Exact);
    assert_eq!(
        three.said(),
        "alter table t\n  - check: a < 1\n  + check: a < 2\n"
    );
}

#[test]
fn a_default_of_another_type_is_another() {
    let of = |ty: &str, text: &str| format!("table t\n  a {ty} default ({text})\n");
    let three =
        Three::on(postgres(), &of("integer", "f()"), &of("text", "g()")).manage(Manage::Exact);
    assert_eq!(
        three.said(),
        "alter table t\n  ~ a integer default (f())\n    a text default (g())\n"
    );
}

#[test]
fn a_table_that_is_new_is_as_it_is_wanted() {
    let now = "table t\n  a integer not null\n  pk odd (a)\n  unique (a)\n";
    let three = Three::on(postgres(), "", now).manage(Manage::Exact);
    assert_eq!(three.said(), format!("create {now}"));
}

#[test]
fn a_comment_of_a_part_is_changed_in_place() {
    let of = |text: &str| {
        format!(
            "table t\n  a integer not null\n  pk t_pkey (a) comment '{text}'\n  index ix (a) comment '{text}'\n  \
             index other (a desc)\n  check ck comment '{text}': a > 0\n"
        )
    };
    let three = Three::on(postgres(), &of("x"), &of("y")).manage(Manage::Exact);
    let said = three.said();
    assert_eq!(said.lines().count(), 4, "{said}");
    assert!(!said.contains("  + ") && !said.contains("  - "), "{said}");
}
