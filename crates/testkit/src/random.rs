//! Catalogs out of numbers: the same numbers give the same catalog, smaller numbers a simpler one.
//!
//! What is generated can be created on the given server as it is, and covers every kind of object the server has; a file below for each
//! kind. Whatever does not fit together is taken out again by [`admit`], so that nothing else here has to look around.

mod admit;
mod check;
mod closed;
mod column;
mod edit;
mod enums;
mod expression;
mod index;
mod key;
mod name;
mod numbering;
mod reference;
mod source;
mod table;
mod types;
mod value;

use plimsoll_schema::{Backend, Catalog, Column, Server};

pub use closed::closed;
pub use source::Source;

/// A catalog of up to four tables.
pub fn catalog(server: &Server, source: &mut Source<'_>) -> Catalog {
    let mut out = Catalog::default();
    for _ in 0..=source.below(4) {
        table::add(server, source, &mut out);
    }
    finished(server, out)
}

/// The same catalog with up to six things changed.
pub fn edited(server: &Server, catalog: &Catalog, source: &mut Source<'_>) -> Catalog {
    let mut out = catalog.clone();
    out.enums.clear();
    for _ in 0..=source.below(6) {
        edit::one(server, source, &mut out);
    }
    if server.backend == Backend::Mysql {
        stay_apart(catalog, &mut out);
    }
    finished(server, out)
}

/// A column that went and another of its name that came are one column of another type, which MySQL cannot always make of it.
fn stay_apart(before: &Catalog, catalog: &mut Catalog) {
    for table in catalog.tables.values_mut() {
        let name = table.renamed_from.as_ref().unwrap_or(&table.name);
        let Some(known) = before.tables.get(name) else {
            continue;
        };
        let mut lost = Vec::new();
        for column in &mut table.columns {
            let name = column.renamed_from.as_ref().unwrap_or(&column.name);
            if let Some(was) = known.column(name)
                && was.ty != column.ty
                && (types::is_apart(&was.ty) || types::is_apart(&column.ty))
            {
                lost.push(column.name.clone());
                let renamed_from = column.renamed_from.clone();
                *column = Column {
                    name: column.name.clone(),
                    renamed_from,
                    ..was.clone()
                };
                column.generated = None;
            }
        }
        for name in lost {
            admit::forget_type(table, &name);
            admit::forget(table, &name);
        }
    }
}

fn finished(server: &Server, mut catalog: Catalog) -> Catalog {
    admit::admit(server, &mut catalog);
    catalog.enums.clear();
    if server.capabilities().enum_types {
        catalog.collect_enums();
        enums::agree(&mut catalog);
    }
    catalog
}
