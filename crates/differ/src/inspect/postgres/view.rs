//! Views, and what they read.

use std::collections::BTreeMap;

use plimsoll_schema::{Server, TableName};
use sea_orm::QueryResult;

use super::row::Row;
use super::{InspectError, View, schema_of};

/// The tables that inherit from another, partitions too, each with every one above it. What reads a column of the one is in the way of
/// changing it in the other.
pub(super) fn kin() -> &'static str {
    "kin(child, parent) AS (SELECT inhrelid, inhparent FROM pg_inherits \
     UNION SELECT k.child, i.inhparent FROM kin k JOIN pg_inherits i ON i.inhrelid = k.parent)"
}

/// Every view of the schemas, and every view of another schema that reads from them: one row for each relation it reads.
pub(super) fn query(schemas: &str) -> String {
    let kin = kin();
    format!(
        "WITH RECURSIVE {kin} SELECT vn.nspname::text, v.relname::text, r.nspname::text, r.relname::text, r.columns \
         FROM pg_class v JOIN pg_namespace vn ON vn.oid = v.relnamespace \
         LEFT JOIN (SELECT w.ev_class, n.nspname, c.relname, \
         array_agg(DISTINCT a.attname::text) AS columns \
         FROM pg_rewrite w JOIN pg_depend d ON d.classid = 'pg_rewrite'::regclass \
         AND d.objid = w.oid AND d.refclassid = 'pg_class'::regclass AND d.deptype = 'n' \
         JOIN LATERAL (SELECT d.refobjid AS oid UNION ALL SELECT kin.parent FROM kin WHERE kin.child = d.refobjid) told ON true \
         JOIN pg_class c ON c.oid = told.oid AND c.oid <> w.ev_class \
         JOIN pg_namespace n ON n.oid = c.relnamespace LEFT JOIN pg_attribute a \
         ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid AND a.attnum > 0 \
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
