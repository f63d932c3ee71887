//! Lists of words: PostgreSQL's types, shared by tables and in other schemas, MySQL's ENUM and SET.

use plimsoll_schema::{Backend, Catalog, Column, ColumnType, Literal, Server, TypeName, Value};

use super::Source;

const NAMES: [(Option<&str>, &str); 4] = [
    (None, "mood"),
    (None, "Odd \"type\""),
    (Some("other"), "kind"),
    (None, "user"),
];

const WORDS: [&str; 7] = ["ok", "so so", "it's", "Bad", "ünï", "quo\"te", "new"];

/// An enum; one that the catalog has already has the words it has there.
pub(super) fn any(server: &Server, source: &mut Source<'_>, catalog: &Catalog) -> ColumnType {
    let (schema, name) = NAMES[source.below(NAMES.len())];
    let schema = schema.filter(|_| server.backend == Backend::Postgres);
    let name = TypeName::qualified(schema, name);
    let known = catalog
        .tables
        .values()
        .flat_map(|table| &table.columns)
        .find_map(|column| values_of(&column.ty, &name));
    let values = known.map_or_else(|| words(source), <[String]>::to_vec);
    ColumnType::Enum { name, values }
}

/// A SET.
pub(super) fn set(source: &mut Source<'_>) -> ColumnType {
    ColumnType::Set(words(source))
}

fn words(source: &mut Source<'_>) -> Vec<String> {
    let count = 2 + source.below(3);
    WORDS[..count].iter().map(|word| (*word).into()).collect()
}

fn values_of<'a>(ty: &'a ColumnType, wanted: &TypeName) -> Option<&'a [String]> {
    match ty {
        ColumnType::Array(element) => values_of(element, wanted),
        ColumnType::Enum { name, values } if name == wanted => Some(values),
        _ => None,
    }
}

fn values_mut(ty: &mut ColumnType) -> Option<(Option<TypeName>, &mut Vec<String>)> {
    match ty {
        ColumnType::Array(element) => values_mut(element),
        ColumnType::Enum { name, values } => Some((Some(name.clone()), values)),
        ColumnType::Set(values) => Some((None, values)),
        _ => None,
    }
}

/// A word is added in some place, goes, or changes its place; every column of the type follows.
pub(super) fn edit(server: &Server, source: &mut Source<'_>, catalog: &mut Catalog) {
    let mut known: Vec<&mut Column> = Vec::new();
    for column in columns(catalog) {
        if values_mut(&mut column.ty).is_some() {
            known.push(column);
        }
    }
    let at = source.below(known.len());
    let Some((name, values)) = known.get_mut(at).and_then(|one| values_mut(&mut one.ty)) else {
        return;
    };
    match source.below(3) {
        0 => {
            let fresh = WORDS.iter().find(|word| !values.iter().any(|v| v == *word));
            if let Some(fresh) = fresh {
                // At the end first, which is what servers do in place.
                let at = values.len() - source.below(values.len() + 1);
                values.insert(at, (*fresh).to_owned());
            }
        }
        1 if values.len() > 1 => {
            values.remove(source.below(values.len()));
        }
        _ => values.rotate_left(1),
    }
    let values = values.clone();
    match name {
        Some(name) if server.capabilities().enum_types => {
            for column in columns(catalog) {
                if let Some((own, words)) = values_mut(&mut column.ty)
                    && own.as_ref() == Some(&name)
                {
                    words.clone_from(&values);
                    settle_default(column, &values);
                }
            }
        }
        Some(_) | None => {
            if let Some(column) = known.into_iter().nth(at) {
                settle_default(column, &values);
            }
        }
    }
}

/// Every column of one type has that type's words.
pub(super) fn agree(catalog: &mut Catalog) {
    let types = catalog.enums.clone();
    for column in columns(catalog) {
        if let Some((Some(name), words)) = values_mut(&mut column.ty)
            && let Some(known) = types.get(&name)
        {
            words.clone_from(&known.values);
            settle_default(column, &known.values);
        }
    }
}

fn columns(catalog: &mut Catalog) -> impl Iterator<Item = &mut Column> {
    let tables = catalog.tables.values_mut();
    tables.flat_map(|table| &mut table.columns)
}

/// A default that is no word any more goes.
fn settle_default(column: &mut Column, values: &[String]) {
    if let Some(Value::Literal(Literal::String(text))) = &column.default
        && !values.contains(text)
    {
        column.default = None;
    }
}
