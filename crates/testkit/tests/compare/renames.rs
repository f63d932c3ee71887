//! Renames that were answered, and what could be one.

use crate::{Three, mariadb, postgres, sqlite};

const TYPES: &str = "enum other (a)\nenum sales.mood (a, b)\ntable t\n  m enum sales.mood(a, b)\n  o enum other(a)\n";

#[test]
fn a_type_is_renamed_in_its_schema() {
    let now = "enum other (a)\nenum aa.feeling (c)\nenum sales.another (c)\nenum sales.feeling (a, b)\ntable t\n  m enum sales.feeling(a, b)\n  o enum other(a)\n  p enum aa.feeling(c)\n  q enum sales.another(c)\n";
    let made = "create enum aa.feeling (c)\ncreate enum sales.another (c)\nalter table t\n  + p enum aa.feeling(c)\n  + q enum sales.another(c)\n";
    for to in ["feeling", "sales.feeling"] {
        let said = Three::on(postgres(), TYPES, now)
            .rename("sales.mood", to)
            .said();
        assert_eq!(
            said,
            format!("rename enum sales.mood -> sales.feeling\n{made}"),
            "to {to}"
        );
    }
}

#[test]
fn values_follow_the_type_that_is_renamed() {
    let now = "enum other (z)\nenum sales.feeling (a, c)\ntable t\n  m enum sales.feeling(a, c)\n  o enum other(z)\n";
    let three = Three::on(postgres(), TYPES, now)
        .rename("sales.mood", "feeling")
        .rename("sales.mood.b", "c")
        .rename("other.a", "z");
    assert_eq!(
        three.said(),
        "rename enum sales.mood -> sales.feeling\nrename value of enum other: a -> z\n\
         rename value of enum sales.feeling: b -> c\n"
    );
}

#[test]
fn a_type_that_goes_could_be_one_that_comes() {
    let now = "enum feeling (a, b, c)\nenum other (a)\ntable t\n  m enum feeling(a, b, c)\n  o enum other(a)\n";
    let said = Three::on(postgres(), TYPES, now).last(TYPES).said();
    assert!(
        said.ends_with("sales.mood goes\n  is it feeling: 2 of 3 values are the same\n"),
        "{said}"
    );
}

#[test]
fn the_likeliest_name_comes_first() {
    let of = |columns: &[&str]| {
        let lines = columns.iter().map(|name| format!("  {name} varchar(9)\n"));
        format!("table t\n  id integer pk\n{}", lines.collect::<String>())
    };
    let now = of(&["xyz", "naming", "full_name", "Nam"]);
    let said = Three::on(sqlite(), &of(&["name"]), &now)
        .last(&of(&["name"]))
        .said();
    let open = said.split_once("goes\n").unwrap().1;
    assert_eq!(
        open,
        "  is it Nam: its type fits, and the names are alike\n\
         \x20 is it full_name: its type fits, and the names are alike\n\
         \x20 is it naming: its type fits\n\
         \x20 is it xyz: its type fits\n"
    );
}

/// `abcde` and `abcxy` share three letters of five: that is not more than [`LIKE`].
#[test]
fn names_that_are_just_that_much_alike_are_not() {
    let of = |name: &str| format!("table t\n  id integer pk\n  {name} varchar(9)\n");
    let said = Three::on(sqlite(), &of("abcde"), &of("abcxy"))
        .last(&of("abcde"))
        .said();
    assert!(said.ends_with("  is it abcxy: its type fits\n"), "{said}");
}

#[test]
fn a_word_that_takes_the_place_of_another_is_told() {
    let of = |words: &str| format!("table t\n  m enum ({words})\n");
    let live = of("a, left, b");
    let said = Three::on(mariadb(), &live, &of("a, qqqq, b, zzzz"))
        .last(&live)
        .said();
    assert!(
        said.ends_with(
            "t.m.left goes\n  is it qqqq: it takes its place\n  is it zzzz: it is new\n"
        ),
        "{said}"
    );
    // Words that only come, or only go, are no question.
    for now in ["a, left, b, c", "a, b"] {
        let said = Three::on(mariadb(), &live, &of(now)).last(&live).said();
        assert!(!said.contains("goes"), "{said}");
    }
}

#[test]
fn an_answer_may_name_the_schema() {
    let live = "table sales.old\n  id integer pk\ntable sales.kept\n  id integer pk\n";
    let now = "table sales.kept\n  id integer pk\ntable sales.new\n  id integer pk\n";
    for to in ["new", "sales.new"] {
        let said = Three::on(postgres(), live, now)
            .last(live)
            .rename("sales.old", to)
            .said();
        assert_eq!(said, "rename table sales.old -> sales.new\n", "to {to}");
    }
}

#[test]
fn an_answer_may_name_the_table() {
    let live = "table t\n  id integer pk\n  old integer\n";
    let now = "table t\n  id integer pk\n  new integer\n";
    for to in ["new", "t.new"] {
        let said = Three::on(sqlite(), live, now)
            .last(live)
            .rename("t.old", to)
            .said();
        assert_eq!(
            said, "alter table t\n  rename column old -> new\n",
            "to {to}"
        );
    }
}

#[test]
fn names_follow_in_every_table_and_take_no_name_that_is_in_use() {
    let live = "\
table a
  id integer pk
  x integer
  index idx-a-x (x)
table c
  id integer pk
  y integer
  index idx-b-x (y)
table d
  id integer pk
  z integer
  index idx-d-z (z)
";
    let now = live
        .replace("table a", "table b")
        .replace("  z integer", "  w integer")
        .replace("(z)", "(w)");
    let said = Three::on(postgres(), live, &now)
        .last(live)
        .rename("a", "b")
        .rename("d.z", "w")
        .said();
    assert_eq!(
        said,
        "rename table a -> b\nalter table d\n  rename column z -> w\nalter table d\n  rename index idx-d-z -> idx-d-w\n"
    );
}

#[test]
fn a_word_that_stays_is_not_renamed_again() {
    let of = |words: &str| format!("table t\n  m enum ({words})\n");
    let three = Three::on(mariadb(), &of("a, b"), &of("b, c"))
        .last(&of("a, b"))
        .rename("t.m.b", "c");
    let said = three.said();
    assert!(
        said.ends_with("t.m.a goes\n  is it c: it is new\n"),
        "{said}"
    );
}

#[test]
fn words_that_are_all_replaced_are_asked_about() {
    let of = |words: &str| format!("table t\n  m enum ({words})\n");
    let said = Three::on(mariadb(), &of("a"), &of("b"))
        .last(&of("a"))
        .said();
    assert!(
        said.ends_with("t.m.a goes\n  is it b: it takes its place\n"),
        "{said}"
    );
}

/// Another table has a column of that name, whose words change too.
#[test]
fn a_word_is_renamed_in_its_own_table() {
    let of = |other: &str, words: &str| {
        format!("table a\n  m enum ({other})\ntable t\n  m enum ({words})\n")
    };
    let live = of("x", "b");
    let three = Three::on(mariadb(), &live, &of("x, z", "c"))
        .last(&live)
        .rename("t.m.b", "c");
    let said = three.said();
    let (a, t) = said.split_once("alter table t\n").unwrap();
    assert!(!a.contains("b -> c"), "{said}");
    assert!(t.contains("b -> c"), "{said}");
}

/// `a` stays, so that `b` cannot be what it is called now.
#[test]
fn words_are_renamed_only_where_one_goes() {
    let of = |words: &str| format!("table t\n  m enum ({words})\n");
    let three = Three::on(mariadb(), &of("a, b"), &of("a, b, c")).last(&of("a, b"));
    let said = three.rename("t.m.a", "b").rename("t.m.b", "c").said();
    assert!(!said.contains("->"), "{said}");
}
