//! Parts that nobody stated, whose column or table goes.

use crate::{Three, postgres};

const LIVE: &str = "\
table p
  id integer pk
table q
  id integer pk
table t
  stays integer
  gone integer
  unique u1 (gone)
  unique u2 (stays)
  index i1 (gone)
  index i2 (stays)
  index i3 (stays) where gone > 0
  index i4 ((gone + 1))
  index i5 (stays) include (gone)
  fk f1 (gone) -> p (id)
  fk f2 (stays) -> p (id)
  fk f3 (stays) -> q (id)
  check c1: gone > 0
  check c2: stays > 0
  check c3: gone > stays
  exclude e1: EXCLUDE USING gist (gone WITH =)
  exclude e2: EXCLUDE USING gist (stays WITH =)
";

#[test]
fn they_go_with_what_they_stand_on_and_are_counted() {
    let last = "table p\n  id integer pk\ntable q\n  id integer pk\ntable t\n  stays integer\n  gone integer\n";
    let now = "table p\n  id integer pk\ntable t\n  stays integer\n";
    let three = Three::on(postgres(), LIVE, now).last(last);
    let said = three.said();
    let dropped: Vec<&str> = said
        .lines()
        .filter_map(|line| line.strip_prefix("  - "))
        .collect();
    let dropped: Vec<&str> = dropped
        .iter()
        .map(|line| {
            line.split(' ')
                .nth(1)
                .unwrap_or_default()
                .trim_end_matches(':')
        })
        .collect();
    assert_eq!(
        dropped,
        [
            "f1", "f3", "c1", "c3", "e1", "i1", "i3", "i4", "i5", "u1", "integer"
        ],
        "{said}"
    );
    let notes = three.found().notes;
    let lost: Vec<&str> = notes
        .iter()
        .map(|note| note.message.as_str())
        .filter(|text| text.contains("go with"))
        .collect();
    assert_eq!(
        lost,
        ["10 index(es) or constraint(s) of table `t` go with what they stand on"]
    );
}

#[test]
fn where_nothing_goes_nothing_is_told() {
    let three = Three::on(postgres(), LIVE, LIVE);
    assert_eq!(three.said(), "");
}
