//! Checks, and PostgreSQL's exclusion constraints.

use plimsoll_schema::{
    Backend, Catalog, Check, Column, ColumnType, Exclusion, Flavor, Server, Table, Version,
};

use super::{Source, expression, name};

/// A check, with or without a name.
pub(super) fn add(server: &Server, source: &mut Source<'_>, catalog: &Catalog, table: &mut Table) {
    let has_checks = server.backend != Backend::Mysql
        || server.flavor == Flavor::MariaDb
        || server.version >= Version(8, 0, 16);
    if !has_checks {
        return;
    }
    if let Some(expression) = expression::condition(server, source, table) {
        let has_name = !source.one_in(4);
        table.checks.push(Check {
            name: has_name.then(|| name::part(source, catalog, table, "ck")),
            expression,
            ..Check::default()
        });
    }
}

/// An exclusion constraint, in the words in which the server prints it.
pub(super) fn exclude(
    server: &Server,
    source: &mut Source<'_>,
    catalog: &Catalog,
    table: &mut Table,
) {
    if server.backend != Backend::Postgres {
        return;
    }
    let operator = |column: &Column| match &column.ty {
        ColumnType::Raw(name) if name.ends_with("range") => Some(("gist", "&&")),
        ColumnType::Raw(name) if name == "box" => Some(("gist", "&&")),
        ColumnType::Int { .. } | ColumnType::Date => Some(("btree", "=")),
        _ => None,
    };
    let fit: Vec<(String, &str, &str)> = table
        .columns
        .iter()
        .filter_map(|column| {
            let (method, operator) = operator(column)?;
            Some((expression::name(server, &column.name), method, operator))
        })
        .collect();
    let Some((column, method, operator)) = source.pick(&fit).cloned() else {
        return;
    };
    let mut definition = format!("EXCLUDE USING {method} ({column} WITH {operator})");
    match source.below(4) {
        2 => definition.push_str(&format!(" WHERE (({column} IS NOT NULL))")),
        3 => definition.push_str(" DEFERRABLE INITIALLY DEFERRED"),
        _ => {}
    }
    let name = name::part(source, catalog, table, "ex");
    table.exclusions.push(Exclusion {
        name,
        definition,
        comment: None,
    });
}
