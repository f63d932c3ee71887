//! Tables, and finding a table and its columns by the numbers that the other rows name them with.

use std::collections::{BTreeMap, HashMap};

use plimsoll_schema::{Server, Table, TableName};
use sea_orm::QueryResult;

use super::row::{Id, Row};
use super::{InspectError, schema_of};

/// A table that is ours to read, for statements about parts of tables.
pub(super) fn is_ours(schemas: &str) -> String {
    format!(
        "c.relkind IN ('r', 'p') AND NOT c.relispartition AND c.relnamespace IN \
         (SELECT oid FROM pg_namespace WHERE nspname IN ({schemas}))"
    )
}

pub(super) fn query(schemas: &str) -> String {
    let is_ours = is_ours(schemas);
    format!(
        "SELECT c.oid, n.nspname::text, c.relname::text, d.description, c.relpersistence = 'u', \
         CASE WHEN c.relkind = 'p' THEN pg_get_partkeydef(c.oid) END, \
         c.reloptions || array(SELECT 'toast.' || opt FROM pg_class tc, unnest(tc.reloptions) opt \
         WHERE tc.oid = c.reltoastrelid) \
         FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace \
         LEFT JOIN pg_description d \
         ON d.classoid = 'pg_class'::regclass AND d.objoid = c.oid AND d.objsubid = 0 \
         WHERE {is_ours} \
         AND NOT EXISTS (SELECT FROM pg_inherits i WHERE i.inhrelid = c.oid) \
         AND NOT EXISTS (SELECT FROM pg_depend e \
         WHERE e.classid = 'pg_class'::regclass AND e.objid = c.oid AND e.deptype = 'e')"
    )
}

/// Storage parameters, each `name=value` in a row of the catalog.
pub(super) fn parameters(texts: &[Option<String>]) -> BTreeMap<String, String> {
    let pairs = texts
        .iter()
        .flatten()
        .filter_map(|text| text.split_once('='));
    pairs
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect()
}

/// The tables, while their parts are read.
pub(super) struct Tables {
    at: HashMap<Id, usize>,
    list: Vec<Table>,
    /// The columns' numbers, in ascending order, for each table.
    numbers: Vec<Vec<i16>>,
}

impl Tables {
    pub(super) fn read(rows: &[QueryResult], server: &Server) -> Result<Self, InspectError> {
        let mut at = HashMap::with_capacity(rows.len());
        let mut tables = Vec::with_capacity(rows.len());
        for (place, row) in rows.iter().enumerate() {
            let row = Row::of(row)?;
            at.insert(row.id(0)?, place);
            let schema = schema_of(server, row.text(1)?);
            let mut table = Table::new(TableName::qualified(schema, row.text(2)?));
            table.comment = row.words(3)?;
            table.options.unlogged = row.flag(4)?;
            table.options.partition_by = row.words(5)?;
            table.options.parameters = parameters(&row.texts_or_nulls(6)?);
            tables.push(table);
        }
        let numbers = vec![Vec::new(); tables.len()];
        Ok(Self {
            at,
            list: tables,
            numbers,
        })
    }

    /// The table of that identity, and the numbers of its columns; `None` for one that is not ours.
    pub(super) fn get(&mut self, id: Id) -> Option<(&mut Table, &mut Vec<i16>)> {
        let at = *self.at.get(&id)?;
        Some((self.list.get_mut(at)?, self.numbers.get_mut(at)?))
    }

    pub(super) fn finish(self) -> Vec<Table> {
        self.list
    }
}

/// The name of the column with that number.
pub(super) fn column_name(
    table: &Table,
    numbers: &[i16],
    number: i16,
) -> Result<String, InspectError> {
    numbers
        .binary_search(&number)
        .ok()
        .and_then(|at| table.columns.get(at))
        .map(|column| column.name.clone())
        .ok_or_else(|| InspectError::Answer {
            what: "a column",
            answer: format!("{}: {number}", table.name),
        })
}

/// The names of the columns with those numbers.
pub(super) fn column_names(
    table: &Table,
    numbers: &[i16],
    of: &[i16],
) -> Result<Vec<String>, InspectError> {
    of.iter()
        .map(|number| column_name(table, numbers, *number))
        .collect()
}
