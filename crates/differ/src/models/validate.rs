//! What the models state that a server cannot have, told before anything is planned.

use std::collections::BTreeMap;

use plimsoll_schema::backend::render;
use plimsoll_schema::{
    AutoIncrement, Catalog, Change, Code, Column, ColumnType, Diagnostic, Index, Literal, Server,
    Severity, Table, TypeName, Value, sea,
};

/// What of the models the server cannot have (C601) or cannot name (C602), by table. Errors stand in the way of a plan; a foreign key
/// to a table that no model states is a warning, since the table may be somebody else's. `live` is what there is already, of which a key
/// keeps what no model states.
pub fn validate(server: &Server, catalog: &Catalog, live: &Catalog) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for table in catalog.tables.values() {
        let start = found.len();
        for column in &table.columns {
            found.extend(column_kind(server, table, column));
            found.extend(default_of_enum(table, column));
            found.extend(identity_options(server, table, column));
        }
        if found.len() == start {
            found.extend(whole_table(server, table, live.table(&table.name)));
        }
        found.extend(doubled_keys(table));
        found.extend(lost_keys(catalog, table));
        found.extend(long_names(server, table));
        for diagnostic in &mut found[start..] {
            diagnostic.origin.clone_from(&table.origin);
        }
    }
    found.extend(enums_at_odds(server, catalog));
    found.extend(index_names(server, catalog));
    found
}

fn error(code: Code, object: impl ToString, message: impl Into<String>) -> Diagnostic {
    Diagnostic::new(code, Severity::Error, object, message)
}

/// A type the server has not, or a numbering that its type does not admit.
fn column_kind(server: &Server, table: &Table, column: &Column) -> Option<Diagnostic> {
    let refused = sea::column_for_server(server, &table.name, column).err()?;
    let object = format!("{}.{}", table.name, column.name);
    let mut message = refused.to_string();
    // A type does not say whose it is.
    if !message.contains(&object) {
        message = format!("column `{object}`: {message}");
    }
    let help = if column.auto_increment.is_some() {
        "use i32 or i64 for the key, or #[sea_orm(primary_key, auto_increment = false)]"
    } else {
        "use a type this backend has, or set one with extras! inside `on(..)`"
    };
    Some(error(Code::C601, object, message).help(help))
}

/// What the server refuses of the table although it has every type in it.
fn whole_table(server: &Server, table: &Table, live: Option<&Table>) -> Option<Diagnostic> {
    let mut whole = table.clone();
    let known = live.and_then(|live| live.primary_key.as_ref());
    if let (Some(key), Some(known)) = (&mut whole.primary_key, known) {
        let mut clauses = known.clauses.clone();
        clauses.retain(|column, _| key.columns.contains(column));
        key.clauses.extend(clauses);
    }
    let change = Change::CreateTable(whole);
    let refused = render(server, &Catalog::default(), &change).err()?;
    let help = "declare it inside `on(..)` of extras!, for the backends that have it";
    Some(error(Code::C601, &table.name, refused.to_string()).help(help))
}

/// What an identity says beyond numbering its column, where there are none.
fn identity_options(server: &Server, table: &Table, column: &Column) -> Option<Diagnostic> {
    let Some(AutoIncrement::Identity { always, options }) = &column.auto_increment else {
        return None;
    };
    if server.capabilities().identity || (!always && options.is_default()) {
        return None;
    }
    let object = format!("{}.{}", table.name, column.name);
    let message = format!(
        "{} has no options of an identity (`{object}`)",
        server.backend
    );
    let help = "declare it inside `on(..)` of extras!, for the backends that have it";
    Some(error(Code::C601, object, message).help(help))
}

fn default_of_enum(table: &Table, column: &Column) -> Option<Diagnostic> {
    let ColumnType::Enum { name, values } = &column.ty else {
        return None;
    };
    let Some(Value::Literal(Literal::String(default))) = &column.default else {
        return None;
    };
    if values.contains(default) {
        return None;
    }
    let object = format!("{}.{}", table.name, column.name);
    let message = format!("default `{default}` is no value of the enum `{name}`");
    let help = format!("use one of {}", quoted(values));
    Some(error(Code::C601, object, message).help(help))
}

fn quoted(values: &[String]) -> String {
    let quoted: Vec<String> = values.iter().map(|value| format!("`{value}`")).collect();
    quoted.join(", ")
}

/// SeaORM names foreign keys after their columns, so that two over the same columns have one name.
fn doubled_keys(table: &Table) -> impl Iterator<Item = Diagnostic> {
    let mut by_name: BTreeMap<String, usize> = BTreeMap::new();
    for key in &table.foreign_keys {
        *by_name
            .entry(sea::foreign_key_name(&table.name, key))
            .or_default() += 1;
    }
    by_name
        .into_iter()
        .filter(|(_, times)| *times > 1)
        .map(|(name, _)| {
            let object = format!("{}.{name}", table.name);
            let message = format!("two relations make a foreign key of the name `{name}`");
            error(Code::C601, object, message)
                .help("put `skip_fk` on one of the two relations, or give it a `fk_name`")
        })
}

fn lost_keys(catalog: &Catalog, table: &Table) -> impl Iterator<Item = Diagnostic> {
    table
        .foreign_keys
        .iter()
        .filter(|key| catalog.table(&key.ref_table).is_none())
        .map(|key| {
            let name = sea::foreign_key_name(&table.name, key);
            let message = format!(
                "foreign key `{name}` points at table `{}`, which no model states",
                key.ref_table
            );
            let object = format!("{}.{name}", table.name);
            Diagnostic::new(Code::C601, Severity::Warning, object, message)
                .help("link the entity of that table, or create the table before this one")
        })
}

/// Names the entity chose; those that are given are made to fit.
fn long_names(server: &Server, table: &Table) -> Vec<Diagnostic> {
    let Some(limit) = server.capabilities().max_name else {
        return Vec::new();
    };
    names(table)
        .into_iter()
        .filter(|(_, name)| !limit.admits(name))
        .map(|(kind, name)| {
            let message = format!(
                "name of {kind} `{name}` is longer than the {limit} that {} keeps",
                server.backend
            );
            error(Code::C602, format!("{}.{name}", table.name), message)
                .help("choose a shorter name")
        })
        .collect()
}

fn names(table: &Table) -> Vec<(&'static str, &str)> {
    let columns = table.columns.iter().map(|part| ("column", &part.name));
    let indexes = table.indexes.iter().map(|part| ("index", &part.name));
    let uniques = table
        .uniques
        .iter()
        .filter_map(|part| Some(("unique constraint", part.name.as_ref()?)));
    let keys = table
        .foreign_keys
        .iter()
        .filter_map(|part| Some(("foreign key", part.name.as_ref()?)));
    let checks = table
        .checks
        .iter()
        .filter_map(|part| Some(("check", part.name.as_ref()?)));
    std::iter::once(("table", &table.name.name))
        .chain(columns)
        .chain(indexes)
        .chain(uniques)
        .chain(keys)
        .chain(checks)
        .map(|(kind, name)| (kind, name.as_str()))
        .collect()
}

fn enums_at_odds(server: &Server, catalog: &Catalog) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    if !server.capabilities().enum_types {
        return found;
    }
    let mut known: BTreeMap<&TypeName, (&Vec<String>, String)> = BTreeMap::new();
    for table in catalog.tables.values() {
        for column in &table.columns {
            let Some((name, values)) = enum_of(&column.ty) else {
                continue;
            };
            let object = format!("{}.{}", table.name, column.name);
            match known.get(name) {
                Some((first, elsewhere)) if *first != values => {
                    let message = format!(
                        "enum `{name}` has the values {} here and {} in `{elsewhere}`",
                        quoted(values),
                        quoted(first)
                    );
                    let mut diagnostic = error(Code::C601, object, message)
                        .help("use one Rust enum for both, or give one of them another enum_name");
                    diagnostic.origin.clone_from(&table.origin);
                    found.push(diagnostic);
                }
                Some(_) => {}
                None => {
                    known.insert(name, (values, object));
                }
            }
        }
    }
    found
}

fn enum_of(ty: &ColumnType) -> Option<(&TypeName, &Vec<String>)> {
    match ty {
        ColumnType::Enum { name, values } => Some((name, values)),
        ColumnType::Array(element) => enum_of(element),
        _ => None,
    }
}

/// Two indexes of one name, where a name is the schema's and not the table's.
fn index_names(server: &Server, catalog: &Catalog) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    if !server.capabilities().index_names_per_schema {
        return found;
    }
    let mut known: BTreeMap<(Option<&str>, &str), &Table> = BTreeMap::new();
    for table in catalog.tables.values() {
        for Index { name, .. } in &table.indexes {
            let schema = table.name.schema.as_deref();
            match known.get(&(schema, name.as_str())) {
                Some(other) => {
                    let message =
                        format!("index `{name}` exists in table `{}` already", other.name);
                    let mut diagnostic =
                        error(Code::C601, format!("{}.{name}", table.name), message)
                            .help("choose another name for one of the two");
                    diagnostic.origin.clone_from(&table.origin);
                    found.push(diagnostic);
                }
                None => {
                    known.insert((schema, name), table);
                }
            }
        }
    }
    found
}
