//! Views, and what they read.

use std::collections::BTreeMap;

use plimsoll_schema::{Server, TableName};
use sea_orm::QueryResult;

use super::row::Row;
use super::{InspectError, View, schema_of};

/// Every view of the schemas, and every view of another schema that reads from them: one row for each relation it reads.
pub(super) fn query(schemas: &str) -> String {
    format!(
        "SELECT vn.nspname::text, v.relname::text, r.nspname::text, r.relname::text, r.columns \
         FROM pg_class v JOIN pg_namespace vn ON vn.oid = v.relnamespace \
         LEFT JOIN (SELECT w.ev_class, n.nspname, c.relname, \
         array_agg(DISTINCT a.attname::text) AS columns \
         FROM pg_rewrite w JOIN pg_depend d ON d.classid = 'pg_rewrite'::regclass \
         AND d.objid = w.oid AND d.refclassid = 'pg_class'::regclass AND d.deptype = 'n' \
         JOIN pg_class c ON c.oid = d.refobjid AND c.oid <> w.ev_class \
         JOIN pg_namespace n ON n.oid = c.relnamespace LEFT JOIN pg_attribute a \
         ON a.attrelid = c.oid AND a.attnum = d.refobjsubid AND a.attnum > 0 \
         WHERE n.nspname IN ({schemas}) GROUP BY w.ev_class, n.nspname, c.relname) r \
         ON r.ev_class = v.oid WHERE v.relkind IN ('v', 'm') \
         AND (vn.nspname IN ({schemas}) OR r.ev_class IS NOT NULL)"
    )
}

pub(super) fn read(rows: &[QueryResult], server: &Server) -> Result<Vec<View>, InspectError> {
    let mut views: BTreeMap<TableName, View> = BTreeMap::new();
    for row in rows {
        let row = Row::of(row)?;
        let name = TableName::qualified(schema_of(server, row.text(0)?), row.text(1)?);
        let view = views.entry(name.clone()).or_insert_with(|| View {
            name,
            uses: BTreeMap::new(),
        });
        if let (Some(schema), Some(table)) = (row.text_or_null(2)?, row.text_or_null(3)?) {
            let table = TableName::qualified(schema_of(server, schema), table);
            let columns = row.texts_or_nulls(4)?.into_iter().flatten().collect();
            view.uses.insert(table, columns);
        }
    }
    Ok(views.into_values().collect())
}
