//! MySQL and MariaDB, read from `information_schema`.
//!
//! Invariant: seven statements for each database read and one for the server. A condition on the schema's name is always a literal,
//! so that the server opens the tables of that database and no other (MySQL 5.7 manual, 8.2.3; MariaDB likewise).

use std::collections::{BTreeMap, BTreeSet};

use plimsoll_schema::backend::{
    self,
    mysql::{implicit, sql},
};
use plimsoll_schema::{
    Catalog, Code, Diagnostic, Flavor, Server, Severity, Table, TableName, TableOptions, Version,
};
use sea_orm::DatabaseConnection;

use super::{InspectError, Inspection, Scope, View};
use query::{Columns, Query};
use row::Row;

mod column;
mod key;
mod query;
mod row;

pub(super) async fn server(db: &DatabaseConnection) -> Result<Server, InspectError> {
    Reader::new(db).server().await
}

pub(super) async fn inspect(
    db: &DatabaseConnection,
    scope: &Scope,
) -> Result<Inspection, InspectError> {
    let mut reader = Reader::new(db);
    let server = reader.server().await?;
    let default = server.default_schema.clone().unwrap_or_default();
    let others = scope.schemas.iter().filter(|schema| **schema != default);
    let schemas: Vec<Option<&str>> = std::iter::once(None)
        .chain(others.map(|schema| Some(schema.as_str())))
        .collect();
    let mut found = Inspection {
        server,
        catalog: Catalog::default(),
        notes: Vec::new(),
        statements: 0,
        views: Vec::new(),
        schemas: BTreeSet::new(),
    };
    for schema in schemas {
        reader.database(schema, scope, &mut found).await?;
    }
    found.notes.sort();
    found.views.sort();
    found.statements = reader.statements;
    Ok(found)
}

/// Asks, and counts what it asked.
struct Reader<'a> {
    db: &'a DatabaseConnection,
    statements: usize,
}

/// The database that is read.
struct Place<'a> {
    /// The server.
    server: &'a Server,
    /// Its name as our names say it: none when it is the connection's own.
    schema: Option<&'a str>,
    /// What of it to leave out.
    scope: &'a Scope,
}

impl Place<'_> {
    fn table(&self, name: &str) -> TableName {
        TableName::qualified(self.schema, name)
    }

    /// Another table's name, from its database's.
    fn other_table(&self, schema: &str, name: &str) -> TableName {
        let is_default = self.server.default_schema.as_deref() == Some(schema);
        TableName::qualified((!is_default).then_some(schema), name)
    }
}

impl<'a> Reader<'a> {
    fn new(db: &'a DatabaseConnection) -> Self {
        Self { db, statements: 0 }
    }

    async fn rows(&mut self, query: Query) -> Result<Vec<Row>, InspectError> {
        self.statements += 1;
        row::fetch(self.db, &query).await
    }

    async fn server(&mut self) -> Result<Server, InspectError> {
        let rows = self.rows(query::server()).await?;
        let row = rows
            .first()
            .ok_or_else(|| not_understood("its version", ""))?;
        let text = row.text(0);
        let (flavor, version) =
            read_version(text).ok_or_else(|| not_understood("its version", text))?;
        let name = row
            .optional(1)
            .ok_or_else(|| not_understood("the name of the current database", "NULL"))?;
        Ok(Server {
            default_schema: Some(name.to_owned()),
            default_collation: row.optional(2).map(str::to_owned),
            ..match flavor {
                Flavor::Original => Server::mysql(version),
                Flavor::MariaDb => Server::mariadb(version),
            }
        })
    }

    async fn database(
        &mut self,
        schema: Option<&str>,
        scope: &Scope,
        found: &mut Inspection,
    ) -> Result<(), InspectError> {
        let server = found.server.clone();
        let place = Place {
            server: &server,
            schema,
            scope,
        };
        let name = schema
            .or(server.default_schema.as_deref())
            .unwrap_or_default();
        let with = |columns: fn(&Server, &str) -> Columns| query::build(&columns(&server, name));
        let mut tables = Tables::default();
        for row in self.rows(with(query::tables)).await? {
            tables.table(&place, &row, found);
        }
        for row in self.rows(with(query::columns)).await? {
            if let Some(known) = tables.get(row.text(0)) {
                let column = column::read(&server, known.collation.as_deref(), &row);
                known.table.columns.push(column);
            }
        }
        for rows in key::grouped(self.rows(with(query::statistics)).await?) {
            if let Some(known) = tables.get(rows[0].text(0)) {
                key::index(&mut known.table, &rows);
            }
        }
        let rules = self.rows(with(query::referential_constraints)).await?;
        let usage = self.rows(with(query::key_column_usage)).await?;
        for (table, foreign_key) in key::foreign_keys(&place, &rules, usage) {
            if let Some(known) = tables.get(&table) {
                known.table.foreign_keys.push(foreign_key);
            }
        }
        for row in self.rows(with(query::check_constraints)).await? {
            if let Some(known) = tables.get(row.text(0)) {
                key::check(&server, &mut known.table, known.collation.as_deref(), &row);
            }
        }
        for row in self.rows(with(query::view_usage)).await? {
            let view = place.table(row.text(0));
            if let Some(view) = found.views.iter_mut().find(|known| known.name == view) {
                let table = place.other_table(row.text(1), row.text(2));
                view.uses.entry(table).or_default();
            }
        }
        tables.close(&server, &mut found.catalog);
        Ok(())
    }
}

fn not_understood(what: &'static str, answer: &str) -> InspectError {
    InspectError::Answer {
        what,
        answer: answer.to_owned(),
    }
}

/// `10.11.6-MariaDB-1:10.11.6+maria~deb12`, `8.4.0`; older MariaDB put `5.5.5-` before its own.
fn read_version(text: &str) -> Option<(Flavor, Version)> {
    let is_mariadb = text.to_lowercase().contains("mariadb");
    let own = if is_mariadb {
        text.strip_prefix("5.5.5-").unwrap_or(text)
    } else {
        text
    };
    let mut numbers = own
        .split(|c: char| !c.is_ascii_digit())
        .map(str::parse::<u32>);
    let mut next = || numbers.next().and_then(Result::ok);
    let version = Version(next()?, next()?, next().unwrap_or(0));
    let flavor = if is_mariadb {
        Flavor::MariaDb
    } else {
        Flavor::Original
    };
    Some((flavor, version))
}

/// A table under way, with what its parts are told against.
struct Known {
    table: Table,
    collation: Option<String>,
}

#[derive(Default)]
struct Tables(BTreeMap<String, Known>);

impl Tables {
    fn get(&mut self, name: &str) -> Option<&mut Known> {
        self.0.get_mut(name)
    }

    fn table(&mut self, place: &Place<'_>, row: &Row, found: &mut Inspection) {
        let name = row.text(0);
        if place.scope.ignores(name) {
            return;
        }
        match row.text(1) {
            "BASE TABLE" => {
                let collation = row.optional(3).map(str::to_owned);
                let mut table = Table::new(place.table(name));
                table.comment = row
                    .optional(4)
                    .filter(|text| !text.is_empty())
                    .map(str::to_owned);
                table.options = TableOptions {
                    engine: row
                        .optional(2)
                        .filter(|engine| !engine.eq_ignore_ascii_case(backend::USUAL_ENGINE))
                        .map(str::to_owned),
                    collation: collation
                        .clone()
                        .filter(|collation| row.optional(5) != Some(collation)),
                    parameters: sql::options(row.text(6)),
                    ..TableOptions::default()
                };
                self.0.insert(name.to_owned(), Known { table, collation });
            }
            "VIEW" | "SYSTEM VIEW" => found.views.push(View {
                name: place.table(name),
                uses: BTreeMap::new(),
            }),
            // A SEQUENCE is a thing of the server's; nobody wonders where it is.
            "SEQUENCE" => {}
            other => found.notes.push(Diagnostic::new(
                Code::N501,
                Severity::Note,
                place.table(name),
                format!(
                    "`{name}` is a {} table and left alone",
                    other.to_lowercase()
                ),
            )),
        }
    }

    fn close(self, server: &Server, catalog: &mut Catalog) {
        for Known { mut table, .. } in self.0.into_values() {
            implicit::hide(server, &mut table);
            catalog.insert(table);
        }
    }
}

#[cfg(test)]
mod tests;
