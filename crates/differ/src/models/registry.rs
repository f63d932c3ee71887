//! Which entities there are: those SeaORM's registry found in the binary, or those the caller names.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};

use plimsoll_schema::{Catalog, Server, Table, TableName, extras};
use sea_orm::{DbBackend, EntityRegistry, EntityTrait, Schema};

use super::convert::{from_statements, table};
use super::record::record;
use super::{Models, ModelsError, Options};

/// Reads every entity linked into this program, with what is declared beside it for this server's backend.
///
/// # Errors
/// When there is no entity, two state one table, one cannot be read or panics, or a declaration does not fit.
pub fn read(server: &Server, options: &Options) -> Result<Models, ModelsError> {
    let mut found = Found::new();
    // SeaORM reaches entities by the beginning of their module's path. From the longest path on, what a path brings that no longer one
    // brought is its own.
    for (module, entities) in modules().iter().rev() {
        let own = own_tables(module, *entities, &found)?;
        found.extend(own.into_iter().map(|table| (table.name.clone(), table)));
    }
    found.retain(|name, _| !options.ignores(name));
    let declarations = extras::collect()
        .into_iter()
        .filter(|declaration| !options.ignores(&declaration.table()));
    assemble(server, found, declarations)
}

/// Tables by their names.
type Found = BTreeMap<TableName, Table>;

/// The modules with entities, and how many each has. SeaORM's own entities are not the user's.
pub(super) fn modules() -> BTreeMap<&'static str, usize> {
    let mut modules = BTreeMap::new();
    for entry in inventory::iter::<EntityRegistry>() {
        let is_theirs = ["sea_orm::", "sea_orm_migration::"]
            .iter()
            .any(|prefix| entry.module_path.starts_with(prefix));
        if !is_theirs {
            *modules.entry(entry.module_path).or_insert(0) += 1;
        }
    }
    modules
}

/// The tables of the entities whose module's path begins with this one.
fn read_module(module: &str) -> Result<Vec<Table>, ModelsError> {
    if !module.contains("::") {
        return Err(ModelsError::AtCrateRoot(module.to_owned()));
    }
    let recorded = catch_unwind(AssertUnwindSafe(|| {
        record(EntityRegistry::build_schema(
            Schema::new(DbBackend::Sqlite),
            module,
        ))
    }))
    .map_err(|panic| ModelsError::Panicked {
        module: module.to_owned(),
        message: message(panic.as_ref()),
    })?
    .ok_or_else(|| ModelsError::Unreadable(module.to_owned()))?;
    Ok(recorded.iter().map(|found| table(found, module)).collect())
}

fn message(panic: &(dyn std::any::Any + Send)) -> String {
    panic
        .downcast_ref::<&str>()
        .map(|text| (*text).to_owned())
        .or_else(|| panic.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "without a message".to_owned())
}

/// The tables of the module's own entities, of which there are so many unless SeaORM kept one of two that state the same table.
fn own_tables(module: &str, entities: usize, found: &Found) -> Result<Vec<Table>, ModelsError> {
    let is_longer = |other: &Table| {
        let origin = other.origin.as_deref().unwrap_or_default();
        origin != module && origin.starts_with(module)
    };
    let (known, own): (Vec<Table>, Vec<Table>) = read_module(module)?
        .into_iter()
        .partition(|table| found.get(&table.name).is_some_and(is_longer));
    let twice = if own.len() < entities {
        known.first().or(own.first())
    } else {
        own.iter().find(|table| found.get(&table.name).is_some())
    };
    match twice {
        Some(table) => Err(ModelsError::Duplicate {
            table: table.name.clone(),
            modules: (
                module.to_owned(),
                origin(found.get(&table.name).unwrap_or(table)),
            ),
        }),
        None if own.len() == entities => Ok(own),
        None => Err(ModelsError::Unreadable(module.to_owned())),
    }
}

fn origin(table: &Table) -> String {
    table.origin.clone().unwrap_or_default()
}

/// The tables as a catalog, with what is declared beside their entities.
fn assemble<'a>(
    server: &Server,
    tables: Found,
    declarations: impl IntoIterator<Item = &'a extras::Declaration>,
) -> Result<Models, ModelsError> {
    if tables.is_empty() {
        return Err(ModelsError::NoEntities);
    }
    let mut catalog = Catalog::of(tables.into_values());
    for declaration in declarations {
        let name = declaration.table();
        let Some(table) = catalog.tables.remove(&name) else {
            return Err(ModelsError::ExtrasWithoutEntity {
                module: declaration.module().to_owned(),
                table: name,
            });
        };
        let table = declaration
            .apply(server.backend, table)
            .map_err(|error| ModelsError::Extras(error.to_string()))?;
        catalog.insert(table);
    }
    if server.capabilities().enum_types {
        catalog.collect_enums();
    }
    Ok(Models { catalog })
}

/// Entities named one by one, where the registry is not wanted.
#[derive(Debug, Default)]
pub struct Registry {
    tables: Vec<Table>,
}

impl Registry {
    /// A further entity.
    #[must_use]
    pub fn entity<E: EntityTrait>(mut self, entity: E) -> Self {
        let schema = Schema::new(DbBackend::Sqlite);
        let module = std::any::type_name::<E>();
        let module = module.strip_suffix("::Entity").unwrap_or(module);
        self.tables.push(from_statements(
            &schema.create_table_from_entity(entity),
            &schema.create_index_from_entity(entity),
            module,
        ));
        self
    }
}

impl Models {
    /// The models of the entities that `name` names, as [`read`] gives those it finds. Declarations beside entities that are not named
    /// are left out.
    ///
    /// # Errors
    /// When there is none, two state one table, or a declaration does not fit.
    pub fn from_entities(
        server: &Server,
        name: impl FnOnce(Registry) -> Registry,
    ) -> Result<Self, ModelsError> {
        let Registry { tables } = name(Registry::default());
        let mut found = Found::new();
        for table in tables {
            if let Some(other) = found.get(&table.name) {
                return Err(ModelsError::Duplicate {
                    table: table.name.clone(),
                    modules: (origin(&table), origin(other)),
                });
            }
            found.insert(table.name.clone(), table);
        }
        let declarations: Vec<_> = extras::collect()
            .into_iter()
            .filter(|declaration| found.contains_key(&declaration.table()))
            .collect();
        assemble(server, found, declarations)
    }
}

#[cfg(test)]
mod tests {
    use plimsoll_schema::Server;

    use super::super::{ModelsError, Options};
    use super::read;

    macro_rules! cake {
        ($module:ident) => {
            #[expect(
                unreachable_pub,
                reason = "entities are written as in a crate of their own"
            )]
            mod $module {
                use sea_orm::entity::prelude::*;

                #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
                #[sea_orm(table_name = "cake")]
                pub struct Model {
                    #[sea_orm(primary_key)]
                    pub id: i32,
                }

                #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
                pub enum Relation {}

                impl ActiveModelBehavior for ActiveModel {}
            }
        };
    }
    cake!(cake);
    cake!(cake_of_old);

    #[test]
    fn two_entities_of_one_table_are_refused_though_one_path_begins_with_the_other() {
        let read = read(&Server::sqlite(), &Options::default());
        let module = |name| format!("plimsoll_differ::models::registry::tests::{name}");
        assert_eq!(
            read,
            Err(ModelsError::Duplicate {
                table: "cake".into(),
                modules: (module("cake"), module("cake_of_old")),
            })
        );
    }
}
