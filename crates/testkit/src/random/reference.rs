//! Foreign keys: of one column or more, to the table itself, to another schema, in cycles, with every action.

use plimsoll_schema::{
    Action, Backend, Catalog, Column, ColumnType, Deferrable, ForeignKey, Server, Table, TableName,
};

use super::{Source, name, types};

/// A foreign key on columns of its own, which have the types of those it points at.
pub(super) fn add(server: &Server, source: &mut Source<'_>, catalog: &Catalog, table: &mut Table) {
    let mut targets: Vec<(TableName, Vec<Column>)> = keys(server, table);
    let others = catalog
        .tables
        .values()
        .filter(|other| other.name != table.name);
    targets.splice(0..0, others.flat_map(|other| keys(server, other)));
    let Some((ref_table, ref_columns)) = source.pick(&targets).cloned() else {
        return;
    };
    if table.options.unlogged != is_unlogged(catalog, table, &ref_table)
        || table.options.engine != engine_of(catalog, table, &ref_table)
    {
        return;
    }
    let nullable = !source.one_in(4);
    let mut columns = Vec::new();
    for target in &ref_columns {
        let name = name::column(source, table, "r");
        let mut column = Column::new(name, spelled(&target.ty, table));
        column.nullable = nullable;
        column.collation.clone_from(&target.collation);
        columns.push(column.name.clone());
        table.columns.push(column);
    }
    let has_name = !source.one_in(4);
    let is_composite = columns.len() > 1;
    table.foreign_keys.push(ForeignKey {
        name: has_name.then(|| name::part(source, catalog, table, "fk")),
        columns,
        ref_table,
        ref_columns: ref_columns.into_iter().map(|column| column.name).collect(),
        on_delete: action(server, source, nullable),
        on_update: action(server, source, nullable),
        deferrable: deferrable(server, source),
        match_full: server.backend == Backend::Postgres && is_composite && source.one_in(4),
        not_valid: server.backend == Backend::Postgres && source.one_in(12),
        ..ForeignKey::default()
    });
}

/// A STRICT table has few types, and its spelling of them.
fn spelled(ty: &ColumnType, table: &Table) -> ColumnType {
    if table.options.strict {
        ColumnType::Raw("any".into())
    } else {
        ty.clone()
    }
}

fn is_unlogged(catalog: &Catalog, own: &Table, name: &TableName) -> bool {
    let table = catalog.tables.get(name).unwrap_or(own);
    table.options.unlogged
}

fn engine_of(catalog: &Catalog, own: &Table, name: &TableName) -> Option<String> {
    let table = catalog.tables.get(name).unwrap_or(own);
    table.options.engine.clone()
}

/// The keys of a table that a foreign key may point at.
fn keys(server: &Server, table: &Table) -> Vec<(TableName, Vec<Column>)> {
    let primary = table.primary_key.iter().map(|key| &key.columns);
    let uniques = table
        .uniques
        .iter()
        .filter(|unique| unique.deferrable.is_none() && !unique.nulls_not_distinct);
    let all = primary.chain(uniques.map(|unique| &unique.columns));
    all.filter_map(|names| {
        let columns: Option<Vec<Column>> = names
            .iter()
            .map(|name| table.column(name).cloned())
            .collect();
        let columns = columns?;
        let fit = columns
            .iter()
            .all(|column| types::is_target(server, &column.ty));
        fit.then(|| (table.name.clone(), columns))
    })
    .collect()
}

fn action(server: &Server, source: &mut Source<'_>, nullable: bool) -> Option<Action> {
    let all = [
        None,
        Some(Action::Cascade),
        Some(Action::Restrict),
        Some(Action::SetNull),
        Some(Action::SetDefault),
        Some(Action::NoAction),
    ];
    all[source.below(all.len())].filter(|action| match action {
        Action::SetNull => nullable,
        Action::SetDefault => server.backend != Backend::Mysql,
        Action::NoAction | Action::Restrict | Action::Cascade => true,
    })
}

fn deferrable(server: &Server, source: &mut Source<'_>) -> Option<Deferrable> {
    let can = server.backend != Backend::Mysql;
    let all = [
        None,
        None,
        None,
        Some(Deferrable::Immediate),
        Some(Deferrable::Deferred),
    ];
    all[source.below(all.len())].filter(|_| can)
}

/// What a foreign key does becomes something else.
pub(super) fn edit(server: &Server, source: &mut Source<'_>, table: &mut Table) {
    let known = table.columns.clone();
    let at = source.below(table.foreign_keys.len());
    let Some(key) = table.foreign_keys.get_mut(at) else {
        return;
    };
    let nullable = key.columns.iter().all(|name| {
        let column = known.iter().find(|column| column.name == *name);
        column.is_some_and(|column| column.nullable)
    });
    match source.below(3) {
        0 => key.on_delete = action(server, source, nullable),
        1 => key.on_update = action(server, source, nullable),
        _ => key.deferrable = deferrable(server, source),
    }
}
