//! Tables: their columns, parts, comments and options.

use plimsoll_schema::{Backend, Catalog, Column, ColumnType, PrimaryKey, Server, Table};

use super::{Source, check, column, index, key, name, numbering, reference};

/// The schemas tables stand in; on MySQL a schema is another database, into which no plan reaches.
pub(super) const fn schemas(server: &Server) -> &'static [Option<&'static str>] {
    match server.backend {
        Backend::Sqlite | Backend::Mysql => &[None],
        Backend::Postgres => &[None, Some("other"), Some("Odd \"schema\"")],
    }
}

/// A table more.
pub(super) fn add(server: &Server, source: &mut Source<'_>, catalog: &mut Catalog) {
    let mut table = Table::new(name::table(source, catalog, schemas(server)));
    options(server, source, &mut table);
    let mut id = Column::new("id", ColumnType::INTEGER);
    if !table.options.without_rowid {
        id.auto_increment = numbering::any(server, source, &id.ty);
    }
    table.columns.push(id);
    table.primary_key = Some(PrimaryKey {
        name: None,
        columns: vec!["id".into()],
        ..PrimaryKey::default()
    });
    for _ in 0..source.below(7) {
        let column = column::any(server, source, catalog, &table);
        table.columns.push(column);
    }
    if source.one_in(5) {
        key::edit_primary(server, source, catalog, &mut table);
    }
    for _ in 0..source.below(5) {
        add_part(server, source, catalog, &mut table);
    }
    if server.capabilities().comments && source.one_in(6) {
        table.comment = source
            .pick(&column::COMMENTS)
            .map(|text| (*text).to_owned());
    }
    catalog.insert(table);
}

fn options(server: &Server, source: &mut Source<'_>, table: &mut Table) {
    match server.backend {
        Backend::Sqlite => {
            table.options.strict = source.one_in(6);
            table.options.without_rowid = source.one_in(6);
        }
        Backend::Postgres => table.options.unlogged = source.one_in(10),
        Backend::Mysql => {
            if source.one_in(12) {
                table.options.engine = Some("MyISAM".into());
            }
            if source.one_in(8) {
                let of = ["utf8mb4_bin", "latin1_swedish_ci"];
                table.options.collation = source.pick(&of).map(|name| (*name).to_owned());
            }
        }
    }
}

/// One part more.
pub(super) fn add_part(
    server: &Server,
    source: &mut Source<'_>,
    catalog: &Catalog,
    table: &mut Table,
) {
    match source.below(8) {
        0 | 1 => index::add(server, source, catalog, table),
        2 => key::add_unique(server, source, catalog, table),
        3 | 4 => reference::add(server, source, catalog, table),
        5 | 6 => check::add(server, source, catalog, table),
        _ => check::exclude(server, source, catalog, table),
    }
}

/// The comment or the options become others.
pub(super) fn edit(server: &Server, source: &mut Source<'_>, table: &mut Table) {
    if server.capabilities().comments && source.one_in(2) {
        let known = table.comment.take();
        let fresh = source
            .pick(&column::COMMENTS)
            .map(|text| (*text).to_owned());
        table.comment = fresh.filter(|text| Some(text) != known.as_ref());
    } else {
        let before = std::mem::take(&mut table.options);
        options(server, source, table);
        // What a STRICT table admits is decided when it is made.
        table.options.strict = before.strict;
        if table.primary_key.is_none() || table.columns.iter().any(|c| c.auto_increment.is_some()) {
            table.options.without_rowid = before.without_rowid;
        }
        if before.engine.is_some() || !table.foreign_keys.is_empty() {
            table.options.engine = before.engine;
        }
        if !table.foreign_keys.is_empty() {
            table.options.unlogged = before.unlogged;
        }
    }
}
