use super::{read, write};

#[test]
fn canonical_text_reads_back_to_itself() {
    let text = "\
enum mood (happy, 'not so happy')
table \"odd name\".\"index\" was old strict without rowid unlogged engine Aria collate utf8mb4_bin comment 'it''s\\na \\\\'
  id bigint pk auto
  \"unique\" varchar(320) not null default 'a ''b'''
  n integer unsigned not null default -1.50
  t decimal(10,2) default (1 + (2))
  at timestamptz(3) not null default now(3)
  on_day date default current_date
  flag boolean not null default true
  raw raw 'int4range' default null
  tags text[] not null
  iv interval 'YEAR TO MONTH'(3)
  st enum sales.status(new, 'old one') not null
  own enum (a, b)
  s set(a, b)
  ident integer not null identity always (start 5 increment 2 min 1 max 9 cache 3 cycle)
  by_seq integer not null serial
  g text generated (lower(\"unique\")) stored
  c varchar collate \"de_DE.utf8\" on update (CURRENT_TIMESTAMP) invisible comment 'x' extra 'CHECK (1)' was d
  b blob default bytes 'ff00'
  unique (n, t) nulls not distinct deferred
  unique uq-a (n) deferrable
  index ix (n(10) desc, (lower(c)) collate C opclass text_ops nulls first) using gin include (t) nulls not distinct invisible comment 'x' where n > 0 and c = ')'
  unique index ux (n)
  fk fk-a-b (n) -> b (id) on delete set null on update cascade match full deferrable not valid
  fk (t, n) -> x.b (\"a b\", c) on delete no action
  check: n > 0
  check ck: t <> ':'
  exclude ex: EXCLUDE USING gist (n WITH =)
  trigger tr: CREATE TRIGGER tr AFTER INSERT ON x BEGIN SELECT 1; END
";
    let catalog = read(text).unwrap();
    assert_eq!(write(&catalog), sorted_like(text, &write(&catalog)));
    assert_eq!(read(&write(&catalog)).unwrap(), catalog);
}

/// The parts of a table are written in canonical order; the text above is in reading order.
fn sorted_like(text: &str, canonical: &str) -> String {
    let mut expected: Vec<_> = text.lines().collect();
    let order: Vec<_> = canonical.lines().collect();
    expected.sort_by_key(|line| order.iter().position(|known| known == line));
    expected.join("\n") + "\n"
}

#[test]
fn a_composite_key_is_a_line() {
    let text = "\
table t
  a integer not null
  b integer not null
  pk pk-t (a, b)
";
    assert_eq!(write(&read(text).unwrap()), text);
}

#[test]
fn errors_name_the_line() {
    for (text, message) in [
        ("  a integer\n", "line 1: a part stands before any table"),
        (
            "view v\n",
            "line 1: expected `table` or `enum`, not `view v`",
        ),
        ("table t\n  a nosuch\n", "line 2: `nosuch` is not a type"),
        (
            "table t\n  a integer sometimes\n",
            "line 2: `sometimes` says nothing about a column",
        ),
        (
            "table t\n  a integer\n  a integer\n",
            "line 3: column `a` stands here twice",
        ),
        (
            "table t\n\ntable t\n",
            "line 3: table `t` stands here twice",
        ),
        (
            "table t\n  a text default 'x\n",
            "line 2: a ' is never closed at `'x`",
        ),
    ] {
        assert_eq!(read(text).unwrap_err().to_string(), message);
    }
}
