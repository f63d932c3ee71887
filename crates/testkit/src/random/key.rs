//! Primary keys and unique constraints.

use plimsoll_schema::{Backend, Catalog, Deferrable, PrimaryKey, Server, Table, Unique};

use super::{Source, name, types};

/// Columns that may be part of a key.
pub(super) fn columns(server: &Server, table: &Table) -> Vec<String> {
    let fits = |column: &&plimsoll_schema::Column| {
        types::is_key(server, &column.ty) && column.generated.is_none()
    };
    let columns = table.columns.iter().filter(fits);
    columns.map(|column| column.name.clone()).collect()
}

/// The primary key comes, becomes another, or goes.
pub(super) fn edit_primary(
    server: &Server,
    source: &mut Source<'_>,
    catalog: &Catalog,
    table: &mut Table,
) {
    let stays = table.options.without_rowid;
    if !stays && source.one_in(4) {
        table.primary_key = None;
    } else {
        let columns = source.some(&columns(server, table), 3);
        if columns.is_empty() {
            return;
        }
        let has_name = server.backend == Backend::Postgres && source.one_in(3);
        table.primary_key = Some(PrimaryKey {
            name: has_name.then(|| name::part(source, catalog, table, "pk")),
            columns,
            ..PrimaryKey::default()
        });
    }
    let keyed = table.primary_key.clone().map(|key| key.columns);
    for column in &mut table.columns {
        let is_key = (keyed.iter().flatten()).any(|name| *name == column.name);
        column.nullable &= !is_key;
        // Only a key is numbered, but on PostgreSQL.
        if server.backend != Backend::Postgres {
            column.auto_increment = None;
        }
    }
}

/// A unique constraint, of one to three columns in any order.
pub(super) fn add_unique(
    server: &Server,
    source: &mut Source<'_>,
    catalog: &Catalog,
    table: &mut Table,
) {
    let columns = source.some(&columns(server, table), 3);
    if columns.is_empty() {
        return;
    }
    let can = server.capabilities();
    let has_name = !source.one_in(4);
    let deferrable = match server.backend {
        Backend::Postgres => [
            None,
            None,
            Some(Deferrable::Immediate),
            Some(Deferrable::Deferred),
        ][source.below(4)],
        Backend::Sqlite | Backend::Mysql => None,
    };
    table.uniques.push(Unique {
        name: has_name.then(|| name::part(source, catalog, table, "uq")),
        columns,
        nulls_not_distinct: can.nulls_not_distinct && source.one_in(4),
        deferrable,
        ..Unique::default()
    });
}
