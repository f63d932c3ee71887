//! PostgreSQL's schemas as tenants: each with a history of its own, all of them read at once.
//!
//! Invariant: the number of statements does not grow with the tenants, but for one statement more with every five hundred. Nothing is
//! written.

use std::collections::BTreeMap;
use std::sync::Arc;

use sea_orm::{ConnectionTrait, DbErr, Statement};

use crate::connect::Connection;
use crate::history::Row;
use crate::project::{Project, Standing};

/// How many histories one statement reads: each is locked while it does, and a server has some thousands of locks
/// (<https://www.postgresql.org/docs/current/runtime-config-locks.html>).
const TOGETHER: usize = 500;

/// A schema, and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tenant {
    /// The schema's name.
    pub schema: String,
    /// Where it stands; `None` where the role may not read its history.
    pub place: Option<Arc<Place>>,
}

/// Where a tenant stands among the revisions of a project.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// Applied revisions that have a file, in the order of the graph.
    pub applied: Vec<String>,
    /// Applied revisions that have no file.
    pub unknown: Vec<String>,
    /// Revisions that are not applied, in the order of the graph.
    pub pending: Vec<String>,
}

impl Place {
    /// Whether every revision is applied and every applied revision has a file.
    pub fn is_at_head(&self) -> bool {
        self.pending.is_empty() && self.unknown.is_empty()
    }
}

/// Where every schema stands whose name `is_tenant` accepts, in the order of names. The server's own schemas are none.
///
/// # Errors
/// When the server refuses a question.
pub async fn read(
    connection: &Connection,
    project: &Project,
    is_tenant: impl Fn(&str) -> bool,
) -> Result<Vec<Tenant>, DbErr> {
    let mut schemas = schemas(connection, project.table()).await?;
    schemas.retain(|schema| is_tenant(&schema.name));
    let with_history: Vec<&str> = schemas
        .iter()
        .filter(|schema| schema.has_history && schema.is_readable)
        .map(|schema| schema.name.as_str())
        .collect();
    let mut applied: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for names in with_history.chunks(TOGETHER) {
        for (at, revision) in histories(connection, project.table(), names).await? {
            applied.entry(names[at]).or_default().push(revision);
        }
    }
    let mut places = Places::new(project);
    Ok(schemas
        .iter()
        .map(|schema| {
            let applied = applied.remove(schema.name.as_str()).unwrap_or_default();
            Tenant {
                schema: schema.name.clone(),
                place: schema.is_readable.then(|| places.of(applied)),
            }
        })
        .collect())
}

struct Schema {
    name: String,
    has_history: bool,
    is_readable: bool,
}

async fn schemas(connection: &Connection, table: &str) -> Result<Vec<Schema>, DbErr> {
    let db = &connection.db;
    let sql = "SELECT n.nspname::text AS name, c.oid IS NOT NULL AS has_history, \
        has_schema_privilege(n.oid, 'USAGE') AND coalesce(has_table_privilege(c.oid, 'SELECT'), true) AS is_readable \
        FROM pg_namespace n \
        LEFT JOIN pg_class c ON c.relnamespace = n.oid AND c.relname = $1 AND c.relkind IN ('r', 'p') \
        WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema' ORDER BY n.nspname";
    let question =
        Statement::from_sql_and_values(db.get_database_backend(), sql, [table.to_owned().into()]);
    let mut found = Vec::new();
    for row in db.query_all_raw(question).await? {
        found.push(Schema {
            name: row.try_get("", "name")?,
            has_history: row.try_get("", "has_history")?,
            is_readable: row.try_get("", "is_readable")?,
        });
    }
    Ok(found)
}

/// The applied revisions of these schemas, each with its schema's place in the list.
async fn histories(
    connection: &Connection,
    table: &str,
    schemas: &[&str],
) -> Result<Vec<(usize, String)>, DbErr> {
    let db = &connection.db;
    let quote = |name: &str| format!("\"{}\"", name.replace('"', "\"\""));
    let parts: Vec<String> = schemas
        .iter()
        .enumerate()
        .map(|(at, schema)| {
            let (schema, table) = (quote(schema), quote(table));
            format!("SELECT {at}::int AS tenant, version::text AS version FROM {schema}.{table}")
        })
        .collect();
    let question = Statement::from_string(db.get_database_backend(), parts.join(" UNION ALL "));
    let mut found = Vec::new();
    for row in db.query_all_raw(question).await? {
        let at: i32 = row.try_get("", "tenant")?;
        found.push((
            usize::try_from(at).unwrap_or_default(),
            row.try_get("", "version")?,
        ));
    }
    Ok(found)
}

/// Most tenants stand at the same place, which is worked out once.
struct Places<'a> {
    project: &'a Project,
    known: BTreeMap<Vec<String>, Arc<Place>>,
}

impl<'a> Places<'a> {
    fn new(project: &'a Project) -> Self {
        Self {
            project,
            known: BTreeMap::new(),
        }
    }

    fn of(&mut self, mut applied: Vec<String>) -> Arc<Place> {
        applied.sort();
        if let Some(known) = self.known.get(&applied) {
            return Arc::clone(known);
        }
        let rows = applied.iter().map(|revision| Row {
            revision: revision.clone(),
            applied_at: 0,
            details: None,
        });
        let standing = Standing::new(self.project.graph(), rows.collect());
        let place = Arc::new(Place {
            applied: standing.applied,
            unknown: standing.unknown,
            pending: standing.pending,
        });
        self.known.insert(applied, Arc::clone(&place));
        place
    }
}
