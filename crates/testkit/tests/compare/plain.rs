//! Two closed catalogs: what stands in the way of a change steps aside.

use plimsoll_differ::plan::plan;
use plimsoll_schema::{Catalog, Server};

use crate::{Three, catalog, mariadb, postgres, sqlite, way};

#[test]
fn a_foreign_key_lets_go_of_a_column_that_changes() {
    let of = |ty: &str, key: &str| {
        format!(
            "table p\n  id {ty} pk\n  code {ty}\n  unique uq (code)\ntable t\n  a {ty}\n  fk {key} (a) -> p (code)\n"
        )
    };
    let said = way(&postgres(), &of("integer", "f"), &of("bigint", "g"));
    assert_eq!(
        said,
        "alter table p\n  ~ id integer not null\n    id bigint not null\n  ~ code integer\n    code bigint\n\
         alter table t\n  - fk f (a) -> p (code)\n  ~ a integer\n    a bigint\n  + fk g (a) -> p (code)\n"
    );
    // One that is only called otherwise does not.
    let said = way(&postgres(), &of("integer", "f"), &of("integer", "g"));
    assert_eq!(said, "alter table t\n  rename constraint f -> g\n");
}

#[test]
fn a_table_that_goes_lets_go_first_of_what_changes() {
    let p = |ty: &str| format!("table p\n  id {ty} pk\ntable q\n  id integer pk\n");
    let gone = "table t\n  id integer pk\n  a integer\n  b integer\n  fk own (a) -> t (id)\n  fk to_p (a) -> p (id)\n  fk to_q (b) -> q (id)\n";
    let said = way(
        &postgres(),
        &format!("{}{gone}", p("integer")),
        &p("bigint"),
    );
    assert_eq!(
        said,
        "alter table p\n  ~ id integer not null\n    id bigint not null\n\
         drop table t\n  id integer pk\n  a integer\n  b integer\n  fk own (a) -> t (id)\n  fk to_q (b) -> q (id)\n\
         alter table t\n  - fk to_p (a) -> p (id)\n"
    );
    let said = way(
        &postgres(),
        &format!("{}{gone}", p("integer")),
        &p("integer"),
    );
    assert_eq!(said, format!("drop {gone}"));
}

/// Which of these changes a foreign key does not bear.
#[test]
fn a_foreign_key_bears_what_does_not_touch_it() {
    let steps_aside = |from: &str, to: &str| way(&mariadb(), from, to).contains("  - fk f");
    let p = |head: &str, id: &str, text: &str, parts: &str| {
        format!("table p{head}\n  id {id} pk\n  w {text}\n  v varchar(9)\n{parts}  index ix (w)\n")
    };
    let t = |head: &str, a: &str, w: &str| {
        format!("table t{head}\n  a {a}\n  w {w}\n  fk f (a) -> p (id)\n  fk g (w) -> p (w)\n")
    };
    let known = format!(
        "{}{}",
        p("", "integer", "varchar(9)", ""),
        t("", "integer", "varchar(9)")
    );
    let to = |p: String, t: String| steps_aside(&known, &format!("{p}{t}"));
    let same_t = || t("", "integer", "varchar(9)");
    let same_p = || p("", "integer", "varchar(9)", "");
    assert!(!to(same_p(), same_t()));
    assert!(
        to(p("", "integer auto", "varchar(9)", ""), same_t()),
        "numbering pointed at"
    );
    assert!(
        !to(p("", "integer default 1", "varchar(9)", ""), same_t()),
        "a default pointed at"
    );
    assert!(
        !to(same_p(), t("", "integer auto", "varchar(9)")),
        "numbering that points"
    );
    assert!(
        !to(same_p(), t("", "integer default 1", "varchar(9)")),
        "a default"
    );
    assert!(
        !to(p(" engine Aria", "integer", "varchar(9)", ""), same_t()),
        "another option"
    );
    assert!(
        !to(
            p(" collate utf8mb4_bin", "integer", "varchar(9)", ""),
            same_t()
        ),
        "a collation beside a number"
    );
}

#[test]
fn an_index_holds_a_foreign_key_only_as_a_key_over_its_columns() {
    let of = |index: &str, w: &str| {
        format!(
            "table p\n  id integer pk\n  w integer\n{w}{index}table t\n  w integer\n  fk g (w) -> p (w)\n"
        )
    };
    let aside = |from: &str, to: &str| {
        way(
            &postgres(),
            &of(from, "  unique uq (w)\n"),
            &of(to, "  unique uq (w)\n"),
        )
        .contains("- fk g")
    };
    assert!(
        aside("  unique index ux (w)\n", ""),
        "a unique index over the columns pointed at"
    );
    assert!(
        !aside("  index ix (w)\n", ""),
        "an index that is not unique"
    );
    assert!(
        !aside("  unique index ux (id)\n", ""),
        "a unique index over others"
    );
    let of = |index: &str| {
        format!("table p\n  id integer pk\ntable t\n  w integer\n{index}  fk g (w) -> p (id)\n")
    };
    let said = way(&postgres(), &of("  unique index ux (w)\n"), &of(""));
    assert!(!said.contains("- fk g"), "the side that points: {said}");
}

#[test]
fn a_foreign_key_over_an_enum_steps_aside_where_its_type_is_replaced() {
    let of = |words: &str, other: &str| {
        format!(
            "enum mood ({words})\nenum other ({other})\ntable p\n  m enum mood({words}) pk\ntable q\n  id integer pk\n\
             table t\n  a enum mood({words})\n  b integer\n  c enum other({other})\n  fk f (a) -> p (m)\n  fk g (b) -> q (id)\n"
        )
    };
    let said = way(&postgres(), &of("a, b", "x, y"), &of("a", "x, y"));
    assert!(
        said.contains("- fk f") && !said.contains("- fk g"),
        "{said}"
    );
    let said = way(&postgres(), &of("a, b", "x, y"), &of("a, b", "x"));
    assert!(!said.contains("- fk"), "{said}");
    let said = way(&postgres(), &of("a, b", "x, y"), &of("a, b, c", "x, y"));
    assert!(!said.contains("- fk"), "{said}");
}

#[test]
fn a_check_in_other_spelling_is_the_same() {
    let of = |check: &str| format!("table t\n  a integer\n  check ck: {check}\n");
    assert_eq!(way(&sqlite(), &of("a > 0"), &of("(a > 0)")), "");
}

#[test]
fn where_foreign_keys_have_no_names_another_name_is_no_change() {
    let of = |key: &str, column: &str| {
        format!(
            "table p\n  id integer pk\ntable t\n  a integer\n  b integer\n  fk {key} ({column}) -> p (id)\n"
        )
    };
    assert_eq!(way(&sqlite(), &of("f", "a"), &of("g", "a")), "");
    assert_ne!(way(&sqlite(), &of("f", "a"), &of("g", "b")), "");
}

#[test]
fn the_servers_own_schema_is_no_schema() {
    let live = "table p\n  id integer pk\ntable t\n  a integer\n  fk f (a) -> p (id)\n";
    let tables = |t: &str, p: &str| {
        format!("table {p}\n  id integer pk\ntable {t}\n  a integer\n  fk f (a) -> {p} (id)\n")
    };
    for now in [
        tables("t", "p"),
        tables("public.t", "public.p"),
        "table p\n  id integer pk\ntable t\n  a integer\n  fk f (a) -> public.p (id)\n".to_owned(),
    ] {
        assert_eq!(Three::on(postgres(), live, &now).said(), "", "{now}");
    }
    let one = "table public.p\n  id integer pk\n";
    assert_eq!(
        Three::on(postgres(), "table p\n  id integer pk\n", one).said(),
        ""
    );
    let said = Three::on(
        postgres(),
        "table old\n  id integer pk\n",
        "table p was public.old\n  id integer pk\n",
    )
    .said();
    assert_eq!(said, "rename table old -> p\n");
}

#[test]
fn parts_in_any_order_and_types_that_only_columns_name_are_the_same() {
    let text = "table t\n  m enum mood(a, b)\n  index ix_a (m)\n  index ix_b (m desc)\n";
    let mut three = Three::on(postgres(), text, text);
    let mut now = Catalog::default();
    for (name, mut table) in std::mem::take(&mut three.now.tables) {
        table.indexes.reverse();
        now.tables.insert(name, table);
    }
    three.now = now;
    assert_eq!(three.said(), "");
    three.live = Catalog::default();
    assert!(
        three
            .said()
            .starts_with("create enum mood (a, b)\ncreate table t\n"),
        "{}",
        three.said()
    );
}

/// InnoDB keeps an index that begins with the columns that a foreign key points at.
#[test]
fn a_table_goes_before_an_index_that_its_foreign_key_needs() {
    let p = "table p\n  id integer pk\n  code integer\n";
    let from = format!(
        "{p}  index ix (code, id)\ntable t\n  a integer\n  fk f (a) -> p (code)\n  fk g (a) -> t (a)\n"
    );
    let (from, to) = (catalog(&from), catalog(p));
    let changes = plimsoll_differ::compare::compare(&mariadb(), &from, &to);
    let plan = plan(&mariadb(), &from, &changes).unwrap();
    let steps: Vec<&str> = plan
        .steps
        .iter()
        .map(|step| step.summary.as_str())
        .collect();
    assert_eq!(steps, ["drop table `t`", "drop index `ix` on table `p`"]);
}

#[test]
fn a_generated_column_is_made_anew_only_around_what_it_reads() {
    let of = |c: &str, b: &str| format!("table t\n  a integer\n  b integer{b}\n  c {c}\n");
    let anew = |from: &str, to: &str| {
        way(
            &Server::postgres(17),
            &of("integer", from),
            &of("smallint", to),
        )
        .contains("  - b ")
    };
    let (of_a, of_c) = (" generated (a + 1) stored", " generated (c + 1) stored");
    assert!(anew(of_c, of_c));
    assert!(!anew(of_a, of_a));
    assert!(
        anew(of_c, of_a) && anew(of_a, of_c),
        "it reads the column before or after"
    );
    assert!(!anew(of_c, ""), "it ceases to be computed");
}

/// Unnamed checks are numbered in one order, whatever the one they were stated in.
#[test]
fn parts_are_named_in_canonical_order() {
    let table = "table t\n  a integer\n  b integer\n";
    let now = format!("{table}  check: a > b\n  check: b > a + 1\n");
    let mut three = Three::on(postgres(), table, &now);
    let said = three.said();
    assert!(said.contains("check t_check1"), "{said}");
    for table in three.now.tables.values_mut() {
        table.checks.reverse();
    }
    assert_eq!(three.said(), said);
}

/// MySQL lets a unique and a foreign key have one name.
#[test]
fn a_unique_that_is_renamed_is_not_the_foreign_key_of_its_name() {
    let of = |id: &str, name: &str, column: &str| {
        format!(
            "table p\n  id {id} pk\ntable t\n  a {id}\n  b {id}\n  c integer\n  unique {name} (c)\n  fk {name} ({column}) -> p (id)\n"
        )
    };
    let said = way(
        &mariadb(),
        &of("integer", "x", "a"),
        &of("bigint", "y", "b"),
    );
    for part in [
        "  rename constraint x -> y\n",
        "  - fk x (a)",
        "  + fk y (b)",
    ] {
        assert_eq!(said.matches(part).count(), 1, "{part}: {said}");
    }
    assert_eq!(said.matches("fk ").count(), 2, "{said}");
}
