//! The root of the model: everything in a database that Plimsoll knows.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{ColumnType, Table, TableName, TypeName};

/// Tables and types, by name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Catalog {
    /// The tables.
    pub tables: BTreeMap<TableName, Table>,
    /// PostgreSQL's enum types; empty on the other backends, where an enum lives in its column.
    pub enums: BTreeMap<TypeName, EnumType>,
}

/// A type whose values are a list of words.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct EnumType {
    /// Its name.
    pub name: TypeName,
    /// Its words, in their order.
    pub values: Vec<String>,
    /// Its comment (PostgreSQL).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
}

impl Catalog {
    /// A catalog of these tables, in canonical order.
    pub fn of(tables: impl IntoIterator<Item = Table>) -> Self {
        let mut catalog = Self::default();
        for table in tables {
            catalog.insert(table);
        }
        catalog
    }

    /// Adds or replaces a table, its parts in canonical order.
    pub fn insert(&mut self, mut table: Table) {
        table.sort();
        table.shrink();
        self.tables.insert(table.name.clone(), table);
    }

    /// The table of that name.
    pub fn table(&self, name: &TableName) -> Option<&Table> {
        self.tables.get(name)
    }

    /// The tables and columns whose type is, or is an array of, that enum type.
    pub fn users_of<'a>(
        &'a self,
        name: &'a TypeName,
    ) -> impl Iterator<Item = (&'a Table, &'a str)> + 'a {
        self.tables.values().flat_map(move |table| {
            table
                .columns
                .iter()
                .filter(move |column| column.ty.enum_name() == Some(name))
                .map(move |column| (table, column.name.as_str()))
        })
    }

    /// Whether every enum type that a column has is among the types.
    pub fn has_all_enums(&self) -> bool {
        let mut columns = self.tables.values().flat_map(|table| &table.columns);
        columns.all(|column| {
            let name = column.ty.enum_name();
            name.is_none_or(|name| self.enums.contains_key(name))
        })
    }

    /// Collects the enum types that the columns name into [`Self::enums`]; the first spelling of the values wins.
    pub fn collect_enums(&mut self) {
        let mut found: Vec<EnumType> = Vec::new();
        for column in self.tables.values().flat_map(|table| &table.columns) {
            let mut ty = &column.ty;
            while let ColumnType::Array(element) = ty {
                ty = element;
            }
            if let ColumnType::Enum { name, values } = ty {
                found.push(EnumType {
                    name: name.clone(),
                    values: values.clone(),
                    ..EnumType::default()
                });
            }
        }
        for enum_type in found {
            self.enums
                .entry(enum_type.name.clone())
                .or_insert(enum_type);
        }
    }
}
