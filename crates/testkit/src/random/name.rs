//! Names, plain ones first: then words of SQL, quotes, letters beyond ASCII, other cases, and long ones.

use plimsoll_schema::{Catalog, Table, TableName};

use super::Source;

const ODD: [&str; 14] = [
    "select",
    "Order",
    "two words",
    "ünï",
    "it's",
    "quo\"te",
    "a.b",
    "back`tick",
    "UPPER",
    "per%cent",
    "a-b",
    "100",
    "$1",
    "a_name_that_is_about_as_long_as_any_server_keeps_it_56789",
];

/// A name that `is_free`: the prefix and a number, or an odd one.
fn free(source: &mut Source<'_>, prefix: &str, is_free: impl Fn(&str) -> bool) -> String {
    if source.one_in(8)
        && let Some(odd) = source.pick(&ODD)
        && is_free(odd)
    {
        return (*odd).to_owned();
    }
    numbered(prefix, is_free)
}

/// The prefix and the first number that makes it free.
fn numbered(prefix: &str, is_free: impl Fn(&str) -> bool) -> String {
    let mut number = 0_usize;
    loop {
        let name = format!("{prefix}{number}");
        if is_free(&name) {
            return name;
        }
        number += 1;
    }
}

/// A name for a table, in one of the schemas.
pub(super) fn table(
    source: &mut Source<'_>,
    catalog: &Catalog,
    schemas: &[Option<&str>],
) -> TableName {
    let schema = match schemas {
        [_, others @ ..] if source.one_in(4) => source.pick(others).copied().flatten(),
        _ => None,
    };
    let is_free = |name: &str| {
        let mut known = catalog.tables.keys();
        !known.any(|known| known.name.eq_ignore_ascii_case(name))
    };
    let name = free(source, "t", is_free);
    TableName::qualified(schema, name)
}

/// A name for a column.
pub(super) fn column(source: &mut Source<'_>, table: &Table, prefix: &str) -> String {
    free(source, prefix, |name| {
        let mut known = table.columns.iter();
        !known.any(|known| known.name.eq_ignore_ascii_case(name))
    })
}

/// A name for an index or a constraint, unlike any other of the catalog and short enough for every server.
pub(super) fn part(
    source: &mut Source<'_>,
    catalog: &Catalog,
    table: &Table,
    prefix: &str,
) -> String {
    let odd = if source.one_in(8) { " O'd\"d" } else { "" };
    let taken: Vec<&str> = catalog
        .tables
        .values()
        .chain([table])
        .flat_map(names)
        .collect();
    numbered(&format!("{prefix}{odd}_"), |name| !taken.contains(&name))
}

fn names(table: &Table) -> impl Iterator<Item = &str> {
    let uniques = table.uniques.iter().filter_map(|part| part.name.as_deref());
    let keys = table
        .foreign_keys
        .iter()
        .filter_map(|part| part.name.as_deref());
    let checks = table.checks.iter().filter_map(|part| part.name.as_deref());
    let primary = table.primary_key.iter();
    (table.indexes.iter().map(|part| part.name.as_str()))
        .chain(uniques)
        .chain(keys)
        .chain(checks)
        .chain(primary.filter_map(|part| part.name.as_deref()))
        .chain(table.exclusions.iter().map(|part| part.name.as_str()))
}
