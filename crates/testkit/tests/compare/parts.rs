//! Keys, uniques, indexes, checks and foreign keys that are open.

use plimsoll_differ::compare::{Manage, Place};

use crate::{Three, mariadb, postgres, sqlite};

fn table(parts: &str) -> String {
    format!(
        "table p\n  id integer pk\ntable t\n  id integer pk\n  a integer\n  b integer\n  c varchar(9)\n{parts}"
    )
}

fn three(live: &str, last: &str, now: &str) -> Three {
    Three::on(postgres(), &table(live), &table(now)).last(&table(last))
}

fn said(live: &str, last: &str, now: &str) -> String {
    three(live, last, now).said()
}

#[test]
fn what_a_foreign_key_does_is_taken_back_only_where_it_was_stated() {
    let columns = "  fk f (a) -> p (id) on delete set null of (a)\n";
    assert_eq!(
        said(
            columns,
            "  fk f (a) -> p (id) on delete set null\n",
            "  fk f (a) -> p (id) on delete set null\n"
        ),
        ""
    );
    let full = "  fk f (a) -> p (id) match full deferrable\n";
    let open = "  fk f (a) -> p (id)\n";
    assert_eq!(said(full, open, open), "");
    assert_eq!(
        said(full, full, open),
        format!(
            "alter table t\n  - {}  + {}",
            full.trim_start(),
            open.trim_start()
        )
    );
}

/// What was stated last of each is found by its name.
#[test]
fn of_two_foreign_keys_that_point_alike_each_is_itself() {
    let live = "  fk f (a) -> p (id) on delete cascade\n  fk g (a) -> p (id) on delete cascade\n";
    let last = "  fk f (a) -> p (id)\n  fk g (a) -> p (id) on delete cascade\n";
    let now = "  fk f (a) -> p (id)\n  fk g (a) -> p (id)\n";
    assert_eq!(
        said(live, last, now),
        "alter table t\n  - fk g (a) -> p (id) on delete cascade\n  + fk g (a) -> p (id)\n"
    );
}

#[test]
fn an_index_is_covered_by_a_promise_or_a_foreign_key() {
    let live = "  unique uq (a)\n";
    let now = "  index ix (a)\n  unique uq (a)\n";
    assert_eq!(said(live, live, now), "");
    for other in [
        "  index ix (a) where b > 0\n",
        "  index ix (a) include (b)\n",
        "  index ix (a) using hash\n",
    ] {
        let said = said(live, live, &format!("{other}  unique uq (a)\n"));
        assert!(said.starts_with("alter table t\n  + index ix"), "{said}");
    }
    let key = "  fk f (a) -> p (id)\n";
    let stated = "  fk f (a) -> p (id)\n  index ix (a)\n";
    assert_eq!(Three::on(mariadb(), &table(key), &table(stated)).said(), "");
    assert_ne!(
        Three::on(postgres(), &table(key), &table(stated)).said(),
        ""
    );
}

#[test]
fn an_index_that_was_stated_goes_by_its_name_or_by_what_it_is() {
    assert_eq!(
        said("  index ix (a)\n", "  index other (a)\n", ""),
        "alter table t\n  - index ix (a)\n"
    );
    assert_eq!(
        said("  index ix (a)\n", "  index ix (b)\n", ""),
        "alter table t\n  - index ix (a)\n"
    );
    assert_eq!(
        said("  index ix (a)\n", "  index other (b)\n", ""),
        "note[N501] t.ix\n"
    );
}

#[test]
fn a_parameter_that_is_still_stated_is_not_given_up() {
    let with = "  index ix (a) with (fillfactor '70')\n";
    let without = "  index ix (a)\n";
    assert_eq!(said(with, with, with), "");
    assert_eq!(said(without, with, without), "");
    // Nor is the name that the database has for it.
    for (now, live) in [
        (with, "  index other (a) with (fillfactor '70')\n"),
        (without, "  index other (a)\n"),
    ] {
        assert_eq!(said(live, with, now), "", "{live}");
    }
    assert_eq!(
        said(with, with, without),
        "alter table t\n  - index ix (a) with (fillfactor '70')\n  + index ix (a)\n"
    );
}

#[test]
fn the_collation_of_an_index_is_its_columns() {
    let of =
        |column: &str, key: &str| format!("table t\n  c varchar(9){column}\n  index ix (c{key})\n");
    let is_same = |column: &str, live: &str, now: &str| {
        Three::on(postgres(), &of(column, live), &of(column, now))
            .said()
            .is_empty()
    };
    let c = " collate \"C\"";
    assert!(is_same(c, "", c), "the column's own");
    assert!(is_same("", c, ""), "nobody stated it");
    assert!(is_same("", c, c));
    assert!(!is_same("", "", c), "another than the column's");
    assert!(!is_same("", " collate \"POSIX\"", c));
    assert!(!is_same(c, " collate \"POSIX\"", c));
}

#[test]
fn a_promise_is_told_apart_from_a_narrower_one() {
    let partial = "  unique index ux (a) where b > 0\n";
    // The model says more than the database.
    assert_eq!(
        said(partial, "", "  unique uq (a)\n"),
        "warning[N503] t.ux\n"
    );
    // It speaks of other columns, is no promise, or holds for all rows.
    for live in [
        "  unique index ux (b) where b > 0\n",
        "  index ux (a) where b > 0\n",
    ] {
        let said = said(live, "", "  unique uq (a)\n");
        assert_eq!(
            said, "alter table t\n  + unique uq (a)\nnote[N501] t.ux\n",
            "{live}"
        );
    }
    // Who states the partial one, or did, knows what it says.
    let both = format!("{partial}  unique uq (a)\n");
    assert_eq!(
        said(partial, "", &both),
        "alter table t\n  + unique uq (a)\n"
    );
    assert_eq!(
        said(partial, partial, "  unique uq (a)\n"),
        "alter table t\n  - unique index ux (a) where b > 0\n  + unique uq (a)\n"
    );
    // Another partial index that the model does not know is told by itself.
    let two = format!("{partial}  index other (b) where b > 0\n");
    assert_eq!(
        said(&two, "", "  unique uq (a)\n"),
        "note[N501] t.other\nwarning[N503] t.ux\n"
    );
}

#[test]
fn a_key_with_columns_that_the_model_leaves_out_is_not_widened() {
    let of = |columns: &str, parts: &str| format!("table t\n  id integer pk\n{columns}{parts}");
    let (ab, abx) = (
        "  a integer\n  b integer\n",
        "  a integer\n  b integer\n  x integer\n",
    );
    let said = |live: &str, now: &str| Three::on(postgres(), &of(abx, live), &of(ab, now)).said();
    let beside = "note[N501] t.x\n";
    assert_eq!(
        said("  unique uq (a, x)\n", "  unique other (a)\n"),
        format!("{beside}warning[N503] t.a\n")
    );
    // It does not hold the model's columns, or holds another that the model has.
    assert_eq!(
        said("  unique uq (b, x)\n", "  unique other (a)\n"),
        format!("alter table t\n  + unique other (a)\nnote[N501] t.uq\n{beside}")
    );
    assert_eq!(
        said("  unique uq (a, b, x)\n", "  unique other (a)\n"),
        format!("alter table t\n  + unique other (a)\nnote[N501] t.uq\n{beside}")
    );
    assert_eq!(
        said("  unique uq (a, b)\n", "  unique other (a)\n"),
        format!("alter table t\n  + unique other (a)\nnote[N501] t.uq\n{beside}")
    );
    // The same number of columns, of which one is left out.
    assert_eq!(
        said("  unique uq (x)\n", "  unique other (a)\n"),
        format!("alter table t\n  + unique other (a)\nnote[N501] t.uq\n{beside}")
    );
}

#[test]
fn the_order_of_a_unique_is_a_statement_only_when_it_changes() {
    let (ab, ba) = ("  unique uq (a, b)\n", "  unique uq (b, a)\n");
    assert_eq!(said(ab, "", ba), "");
    assert_eq!(said(ab, ba, ba), "");
    assert_eq!(
        said(ab, ab, ba),
        "alter table t\n  - unique uq (a, b)\n  + unique uq (b, a)\n"
    );
    assert_eq!(said(ba, ab, ba), "");
    // Another unique that was stated is no order of this one.
    assert_eq!(said(ab, "  unique other (a, c)\n", ba), "");
}

#[test]
fn a_name_that_the_model_gives_to_something_else_makes_room() {
    let alter = |gone: &str, new: &str| format!("alter table t\n  - {gone}\n  + {new}\n");
    assert_eq!(
        said("  unique index ux (a)\n", "", "  unique index ux (b)\n"),
        alter("unique index ux (a)", "unique index ux (b)")
    );
    assert_eq!(
        said("  unique uq (a)\n", "", "  unique uq (b)\n"),
        alter("unique uq (a)", "unique uq (b)")
    );
    assert_eq!(
        said("  unique index ux (a)\n", "", "  index ux (a)\n"),
        alter("unique index ux (a)", "index ux (a)")
    );
    assert_eq!(said("  unique uq (a)\n", "", "  unique index uq (a)\n"), "");
}

/// Of two promises over the same columns, each keeps the terms that were stated under its name.
#[test]
fn the_terms_of_a_promise_are_found_by_its_name() {
    let live = "  unique u1 (a) deferrable\n  unique u2 (a) deferrable\n  unique index x1 (b) nulls not distinct\n  unique index x2 (b) nulls not distinct\n";
    let last = "  unique u1 (a)\n  unique u2 (a) deferrable\n  unique index x1 (b)\n  unique index x2 (b) nulls not distinct\n";
    let now = "  unique u1 (a)\n  unique u2 (a)\n  unique index x1 (b)\n  unique index x2 (b)\n";
    assert_eq!(
        said(live, last, now),
        "alter table t\n  - unique index x2 (b) nulls not distinct\n  - unique u2 (a) deferrable\n  + unique u2 (a)\n  + unique index x2 (b)\n"
    );
}

#[test]
fn what_an_index_says_of_nulls_stays_where_nobody_stated_it() {
    let live = "  unique index ux (a) nulls not distinct\n";
    assert_eq!(said(live, "", "  unique index ux (a)\n"), "");
    assert_eq!(said(live, "", "  unique (a)\n"), "");
    // Nor is it what another index says.
    let first = "  unique index x (a) nulls not distinct\n";
    assert_eq!(
        said(
            &format!("{first}  unique index y (b)\n"),
            "",
            &format!("{first}  unique index z (b)\n")
        ),
        ""
    );
}

#[test]
fn an_unnamed_unique_becomes_an_index_where_it_can() {
    let said = |now: &str| said("", "", now);
    assert_eq!(
        said("  unique (a)\n"),
        "alter table t\n  + unique index uq-t-a (a)\n"
    );
    assert_eq!(
        said("  unique (a) nulls not distinct\n"),
        "alter table t\n  + unique index uq-t-a (a) nulls not distinct\n"
    );
    assert_eq!(
        said("  unique (a) deferrable\n"),
        "alter table t\n  + unique uq-t-a (a) deferrable\n"
    );
    let said = Three::on(mariadb(), &table(""), &table("  unique (a)\n")).said();
    assert_eq!(said, "alter table t\n  + unique uq-t-a (a)\n");
}

#[test]
fn a_primary_key_keeps_what_nobody_stated() {
    let of = |key: &str| format!("table t\n  a integer not null\n  b integer\n{key}");
    let said = |live: &str, last: &str, now: &str| {
        Three::on(postgres(), &of(live), &of(now))
            .last(&of(last))
            .said()
    };
    let (plain, more) = (
        "  pk t_pkey (a)\n",
        "  pk t_pkey (a) include (b) deferrable\n",
    );
    assert_eq!(said(more, plain, plain), "");
    assert!(said(more, more, plain).contains("- pk"));
    assert!(said(plain, plain, more).contains("+ pk"));
}

/// A column of a key that goes may hold NULL as its model says.
#[test]
fn where_a_key_is_taken_back_its_columns_are_as_their_model_says() {
    let said = Three::on(
        postgres(),
        "table t\n  a integer not null\n  pk t_pkey (a)\n",
        "table t\n  a integer\n",
    )
    .last("table t\n  a integer not null\n  pk t_pkey (a)\n")
    .said();
    assert_eq!(
        said,
        "alter table t\n  - pk t_pkey (a)\n  ~ a integer not null\n    a integer\n"
    );
    let said = Three::on(
        postgres(),
        "table t\n  a integer not null\n  pk t_pkey (a)\n",
        "table t\n  a integer\n",
    )
    .last("table t\n  a integer\n")
    .said();
    assert_eq!(said, "");
}

#[test]
fn the_name_of_a_new_key_is_said_where_it_has_several_columns() {
    let of =
        |key: &str| format!("table t\n  a integer not null\n  b integer not null\n  pk {key}\n");
    let said = |key: &str| {
        Three::on(mariadb(), "", &of(key)).said()
            + &Three::on(postgres(), "", &of(key)).said()
            + &Three::on(sqlite(), "", &of(key)).said()
    };
    assert!(
        said("(a, b)").contains("pk pk-t (a, b)"),
        "{}",
        said("(a, b)")
    );
    assert!(
        said("own (a, b)").contains("pk own (a, b)"),
        "{}",
        said("own (a, b)")
    );
    assert!(!said("own (a)").contains("own"), "{}", said("own (a)"));
    assert!(!said("(a)").contains("pk-t"), "{}", said("(a)"));
}

#[test]
fn a_required_column_that_no_model_has_is_a_warning() {
    let said = |column: &str| {
        let live = format!("table t\n  id integer pk\n  x {column}\n");
        Three::on(postgres(), &live, "table t\n  id integer pk\n").said()
    };
    assert_eq!(said("integer not null"), "warning[N501] t.x\n");
    for filled in [
        "integer",
        "integer not null default 1",
        "integer not null generated (id + 1) stored",
        "integer not null identity",
    ] {
        assert_eq!(said(filled), "note[N501] t.x\n", "{filled}");
    }
}

#[test]
fn a_check_without_a_name_gets_one_that_is_free() {
    let said = |live: &str, now: &str| Three::on(postgres(), &table(live), &table(now)).said();
    assert_eq!(
        said("", "  check: a > 0\n"),
        "alter table t\n  + check t_a_check: a > 0\n"
    );
    assert_eq!(
        said("", "  check: a > b\n"),
        "alter table t\n  + check t_check: a > b\n"
    );
    let live = "  check t_a_check: a <> 5\n  check t_a_check1: a <> 6\n";
    assert_eq!(
        said(live, &format!("{live}  check: a > 0\n")),
        "alter table t\n  + check t_a_check2: a > 0\n"
    );
}

#[test]
fn what_a_check_says_beside_is_taken_back_only_where_it_was_stated() {
    let plain = "  check ck: a > 0\n";
    for more in [
        "  check ck no inherit: a > 0\n",
        "  check ck not enforced: a > 0\n",
    ] {
        assert_eq!(said(more, plain, plain), "", "{more}");
        assert!(said(plain, plain, more).contains("  + check ck"), "{more}");
        assert!(said(more, more, plain).contains("  - check ck"), "{more}");
    }
    // It is found by its name among others.
    let (live, last) = (
        "  check c1 no inherit: a > 0\n  check c2 no inherit: b > 0\n",
        "  check c1: a > 0\n  check c2 no inherit: b > 0\n",
    );
    assert_eq!(
        said(live, last, "  check c1: a > 0\n  check c2: b > 0\n"),
        "alter table t\n  - check c2 no inherit: b > 0\n  + check c2: b > 0\n"
    );
    // One without a name is not another one without a name.
    assert_eq!(
        said(
            "  check c1 no inherit: a > 0\n",
            "  check no inherit: b > 0\n",
            "  check: a > 0\n"
        ),
        ""
    );
}

#[test]
fn an_exclusion_is_asked_for_under_its_name() {
    let live = "  exclude ex: EXCLUDE (a WITH =)\n  exclude ey: EXCLUDE (b WITH =)\n";
    let now = "  exclude ex: EXCLUDE USING gist (a WITH =)\n  exclude ey: EXCLUDE (b WITH =)\n";
    assert_eq!(
        said(live, live, now),
        "ask EXCLUDE (a WITH =)\nask EXCLUDE USING gist (a WITH =)\n"
    );
    let answered = three(live, live, now)
        .form(
            Place::Exclusion,
            "EXCLUDE (a WITH =)",
            Some("EXCLUDE (a WITH =)"),
        )
        .form(
            Place::Exclusion,
            "EXCLUDE USING gist (a WITH =)",
            Some("EXCLUDE (a WITH =)"),
        )
        .manage(Manage::Everything);
    assert_eq!(answered.said(), "");
}
