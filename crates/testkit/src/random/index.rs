//! Indexes: columns and expressions, order, NULLs, operator classes, methods, INCLUDE, predicates, prefixes, full text, space.

use plimsoll_schema::{
    Backend, Catalog, Column, ColumnType as T, Flavor, Index, IndexKey, KeyTarget, Nulls, Order,
    Server, Table, Version,
};

use super::{Source, expression, key, name, types};

/// An index of that table.
pub(super) fn add(server: &Server, source: &mut Source<'_>, catalog: &Catalog, table: &mut Table) {
    let name = name::part(source, catalog, table, "ix");
    let index = if source.one_in(4) {
        of_method(server, source, table, &name)
    } else {
        usual(server, source, table, name)
    };
    table.indexes.extend(index);
}

fn usual(server: &Server, source: &mut Source<'_>, table: &Table, name: String) -> Option<Index> {
    let mut columns = key::columns(server, table);
    let computed = table.columns.iter().filter(|one| one.generated.is_some());
    columns.extend(computed.map(|one| one.name.clone()));
    let mut index = Index::on(name, &source.some(&columns, 3));
    index.unique = source.one_in(4);
    for key in &mut index.keys {
        key.order = [Order::Asc, Order::Asc, Order::Desc][source.below(3)];
    }
    match server.backend {
        Backend::Sqlite => sqlite(server, source, table, &mut index),
        Backend::Postgres => postgres(server, source, table, &mut index),
        Backend::Mysql => mysql(server, source, table, &mut index),
    }
    (!index.keys.is_empty()).then_some(index)
}

fn add_expression(server: &Server, source: &mut Source<'_>, table: &Table, index: &mut Index) {
    if source.one_in(4)
        && let Some(text) = expression::key(server, source, table)
    {
        let mut key = IndexKey::expression(text);
        key.order = [Order::Asc, Order::Desc][source.below(2)];
        index.keys.push(key);
    }
}

fn sqlite(server: &Server, source: &mut Source<'_>, table: &Table, index: &mut Index) {
    add_expression(server, source, table, index);
    if source.one_in(3) {
        index.predicate = expression::condition(server, source, table);
    }
    if let Some(key) = index.keys.first_mut()
        && matches!(key.target, KeyTarget::Column(_))
        && source.one_in(6)
    {
        key.collation = Some("NOCASE".into());
    }
}

fn postgres(server: &Server, source: &mut Source<'_>, table: &Table, index: &mut Index) {
    for key in &mut index.keys {
        if source.one_in(5) {
            // What is said is not what the order says by itself.
            key.nulls = Some(match key.order {
                Order::Asc => Nulls::First,
                Order::Desc => Nulls::Last,
            });
        }
        let ty = match &key.target {
            KeyTarget::Column(name) => table.column(name).map(|column| &column.ty),
            KeyTarget::Expression(_) => None,
        };
        if source.one_in(5) {
            key.opclass = opclass(ty).map(str::to_owned);
        }
        if ty.is_some_and(types::is_text) && source.one_in(8) {
            key.collation = Some("C".into());
        }
    }
    add_expression(server, source, table, index);
    if source.one_in(3) {
        index.predicate = expression::condition(server, source, table);
    }
    if source.one_in(4) {
        let keys = index.keys.iter().filter_map(|key| match &key.target {
            KeyTarget::Column(name) => Some(name.clone()),
            KeyTarget::Expression(_) => None,
        });
        let keys: Vec<String> = keys.collect();
        let other = |column: &&Column| !keys.contains(&column.name) && !is_virtual(column);
        let others: Vec<String> = table
            .columns
            .iter()
            .filter(other)
            .map(|column| column.name.clone())
            .collect();
        index.include = source.some(&others, 2);
    }
    index.nulls_not_distinct =
        index.unique && server.capabilities().nulls_not_distinct && source.one_in(4);
    if source.one_in(8) {
        index.comment = Some("of an index".into());
    }
}

fn is_virtual(column: &Column) -> bool {
    column
        .generated
        .as_ref()
        .is_some_and(|generated| !generated.stored)
}

fn opclass(ty: Option<&T>) -> Option<&'static str> {
    match ty? {
        T::Text(_) => Some("text_pattern_ops"),
        T::Varchar(_) => Some("varchar_pattern_ops"),
        T::Char(_) => Some("bpchar_pattern_ops"),
        _ => None,
    }
}

fn mysql(server: &Server, source: &mut Source<'_>, table: &Table, index: &mut Index) {
    let orders = match server.flavor {
        Flavor::MariaDb => server.version >= Version(10, 8, 0),
        Flavor::Original => server.version >= Version(8, 0, 0),
    };
    for key in &mut index.keys {
        if !orders {
            key.order = Order::Asc;
        }
        if let KeyTarget::Column(name) = &key.target
            && let Some(T::Varchar(Some(size))) = table.column(name).map(|column| &column.ty)
            && *size > 10
            && source.one_in(4)
        {
            key.prefix = Some(1 + source.digits(9));
        }
    }
    let long = table
        .columns
        .iter()
        .find(|column| matches!(column.ty, T::Text(_) | T::Blob(_)) && column.generated.is_none());
    if let Some(column) = long
        && source.one_in(3)
    {
        let mut key = IndexKey::column(&column.name);
        key.prefix = Some(5 + source.digits(20));
        index.keys.push(key);
    }
    if server.flavor == Flavor::Original && server.version >= Version(8, 0, 13) {
        add_expression(server, source, table, index);
    }
    let hides = match server.flavor {
        Flavor::MariaDb => server.version >= Version(10, 6, 0),
        Flavor::Original => server.version >= Version(8, 0, 0),
    };
    index.invisible = hides && !index.unique && source.one_in(6);
    if source.one_in(8) {
        index.comment = Some("it's of an index".into());
    }
}

/// An index of another method than the usual one.
fn of_method(server: &Server, source: &mut Source<'_>, table: &Table, name: &str) -> Option<Index> {
    let fit: Vec<(&Column, &str, Option<&str>)> = table
        .columns
        .iter()
        .filter(|column| column.generated.is_none())
        .flat_map(|column| {
            let methods = match server.backend {
                Backend::Sqlite => Vec::new(),
                Backend::Postgres => methods(&column.ty),
                Backend::Mysql => mysql_methods(column, table),
            };
            methods
                .into_iter()
                .map(move |(method, opclass)| (column, method, opclass))
        })
        .collect();
    let (column, method, opclass) = *source.pick(&fit)?;
    let mut index = Index::on(name, &[&column.name]);
    index.method = Some(method.to_owned());
    index.keys[0].opclass = opclass.map(str::to_owned);
    if server.backend == Backend::Postgres && source.one_in(3) {
        index.predicate = expression::condition(server, source, table);
    }
    Some(index)
}

fn methods(ty: &T) -> Vec<(&'static str, Option<&'static str>)> {
    match ty {
        T::JsonBinary => vec![("gin", None), ("gin", Some("jsonb_path_ops"))],
        T::Array(element) if !matches!(**element, T::JsonBinary) => vec![("gin", None)],
        T::Raw(name) => match name.as_str() {
            "tsvector" => vec![("gin", None), ("gist", None)],
            "int4range" | "numrange" | "daterange" => vec![("gist", None), ("spgist", None)],
            "point" | "box" => vec![("gist", None), ("spgist", None)],
            _ => Vec::new(),
        },
        T::Inet => vec![("gist", Some("inet_ops")), ("spgist", None)],
        T::Text(_) => vec![
            ("spgist", None),
            ("hash", None),
            ("hash", Some("text_pattern_ops")),
        ],
        T::Int { .. } => vec![("hash", None), ("brin", None)],
        T::Date | T::DateTime(_) | T::TimestampTz(_) => vec![("brin", None)],
        T::Uuid => vec![("hash", None)],
        _ => Vec::new(),
    }
}

fn mysql_methods(column: &Column, table: &Table) -> Vec<(&'static str, Option<&'static str>)> {
    let is_usual = table.options.engine.is_none();
    match &column.ty {
        T::Char(_) | T::Varchar(_) | T::Text(_) if is_usual => vec![("fulltext", None)],
        T::Raw(name)
            if matches!(name.as_str(), "geometry" | "point" | "polygon") && !column.nullable =>
        {
            vec![("spatial", None)]
        }
        _ => Vec::new(),
    }
}

/// One thing about an index becomes another.
pub(super) fn edit(server: &Server, source: &mut Source<'_>, table: &mut Table) {
    let at = source.below(table.indexes.len());
    let Some(index) = table.indexes.get(at) else {
        return;
    };
    let name = index.name.clone();
    let is_usual = index.method.is_none();
    if source.one_in(3) && is_usual && !index.keys.is_empty() {
        let index = &mut table.indexes[at];
        index.unique = !index.unique;
        index.nulls_not_distinct &= index.unique;
        index.invisible &= !index.unique;
    } else {
        table.indexes.remove(at);
        // Another index of the same name.
        let index = usual(server, source, table, name);
        table.indexes.extend(index);
    }
}
