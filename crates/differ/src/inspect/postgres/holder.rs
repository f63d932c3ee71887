//! What holds tables and types as they are and is never ours to change: policies, triggers, rules, functions, domains, columns of
//! composite types, publications, and tables out of sight. (<https://www.postgresql.org/docs/current/ddl-depend.html>)

use std::collections::BTreeSet;

use plimsoll_schema::{Server, TableName, TypeName};
use sea_orm::QueryResult;

use super::row::Row;
use super::table::is_ours;
use super::{Holder, InspectError, schema_of};

/// One row for each object and each table or type that it holds: what it is, its schema, its name, the table it belongs to, and then the
/// table it holds with the columns, or the type. What a view reads of tables is read as the view's.
pub(super) fn query(schemas: &str) -> String {
    let is_ours = is_ours(schemas);
    format!(
        "WITH ours AS (SELECT c.oid, c.reltype, n.nspname, c.relname FROM pg_class c \
         JOIN pg_namespace n ON n.oid = c.relnamespace WHERE {is_ours}), \
         types AS (SELECT t.oid, n.nspname, t.typname, false AS is_row FROM pg_type t \
         JOIN pg_namespace n ON n.oid = t.typnamespace WHERE t.typtype = 'e' \
         UNION ALL SELECT t.typarray, n.nspname, t.typname, false FROM pg_type t \
         JOIN pg_namespace n ON n.oid = t.typnamespace WHERE t.typtype = 'e' \
         UNION ALL SELECT reltype, nspname, relname, true FROM ours \
         UNION ALL SELECT t.typarray, o.nspname, o.relname, true FROM ours o JOIN pg_type t ON t.oid = o.reltype), \
         held AS (SELECT d.classid, d.objid, d.objsubid, o.nspname, o.relname AS name, false AS is_type, false AS is_row, \
         array_agg(DISTINCT a.attname::text) AS columns FROM pg_depend d JOIN ours o \
         ON d.refclassid = 'pg_class'::regclass AND d.refobjid = o.oid LEFT JOIN pg_attribute a \
         ON a.attrelid = o.oid AND a.attnum = d.refobjsubid AND a.attnum > 0 \
         WHERE d.deptype = 'n' GROUP BY 1, 2, 3, 4, 5 \
         UNION ALL SELECT d.classid, d.objid, d.objsubid, t.nspname, t.typname, NOT t.is_row, t.is_row, NULL \
         FROM pg_depend d JOIN types t ON d.refclassid = 'pg_type'::regclass AND d.refobjid = t.oid \
         WHERE d.deptype = 'n') \
         SELECT what.kind, what.nspname::text, what.name, what.own_schema::text, what.own::text, \
         h.nspname::text, h.name::text, h.is_type, h.is_row, h.columns FROM held h CROSS JOIN LATERAL ( \
         SELECT 'policy' AS kind, NULL::name AS nspname, p.polname::text AS name, n.nspname AS own_schema, c.relname AS own \
         FROM pg_policy p JOIN pg_class c ON c.oid = p.polrelid JOIN pg_namespace n ON n.oid = c.relnamespace \
         WHERE h.classid = 'pg_policy'::regclass AND p.oid = h.objid \
         UNION ALL SELECT 'trigger', NULL, g.tgname::text, n.nspname, c.relname \
         FROM pg_trigger g JOIN pg_class c ON c.oid = g.tgrelid JOIN pg_namespace n ON n.oid = c.relnamespace \
         WHERE h.classid = 'pg_trigger'::regclass AND g.oid = h.objid AND NOT g.tgisinternal \
         UNION ALL SELECT 'view', n.nspname, c.relname::text, NULL, NULL \
         FROM pg_rewrite w JOIN pg_class c ON c.oid = w.ev_class JOIN pg_namespace n ON n.oid = c.relnamespace \
         WHERE h.classid = 'pg_rewrite'::regclass AND w.oid = h.objid AND w.rulename = '_RETURN' AND h.is_type \
         UNION ALL SELECT 'rule', NULL, w.rulename::text, n.nspname, c.relname \
         FROM pg_rewrite w JOIN pg_class c ON c.oid = w.ev_class JOIN pg_namespace n ON n.oid = c.relnamespace \
         WHERE h.classid = 'pg_rewrite'::regclass AND w.oid = h.objid AND w.rulename <> '_RETURN' \
         UNION ALL SELECT 'function', n.nspname, p.proname || '(' || pg_get_function_identity_arguments(p.oid) || ')', NULL, NULL \
         FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace \
         WHERE h.classid = 'pg_proc'::regclass AND p.oid = h.objid \
         UNION ALL SELECT CASE t.typtype WHEN 'd' THEN 'domain' ELSE 'type' END, n.nspname, t.typname::text, NULL, NULL \
         FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace \
         WHERE h.classid = 'pg_type'::regclass AND t.oid = h.objid AND t.typtype IN ('d', 'r') \
         UNION ALL SELECT 'publication', NULL, p.pubname::text, NULL, NULL \
         FROM pg_publication_rel r JOIN pg_publication p ON p.oid = r.prpubid \
         WHERE h.classid = 'pg_publication_rel'::regclass AND r.oid = h.objid \
         UNION ALL SELECT 'foreign key', NULL, con.conname::text, n.nspname, c.relname \
         FROM pg_constraint con JOIN pg_class c ON c.oid = con.conrelid JOIN pg_namespace n ON n.oid = c.relnamespace \
         WHERE h.classid = 'pg_constraint'::regclass AND con.oid = h.objid AND con.contype = 'f' \
         AND con.conrelid NOT IN (SELECT oid FROM ours) \
         UNION ALL SELECT CASE WHEN h.objsubid > 0 THEN 'column' ELSE 'table' END, n.nspname, \
         concat_ws('.', c.relname, a.attname), NULL, NULL \
         FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace \
         LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = h.objsubid AND h.objsubid > 0 \
         WHERE h.classid = 'pg_class'::regclass AND c.oid = h.objid AND c.relkind IN ('r', 'f', 'c') AND NOT c.relispartition \
         AND (h.objsubid = 0 OR h.is_row OR c.oid NOT IN (SELECT oid FROM ours)) \
         AND NOT EXISTS (SELECT FROM pg_inherits i WHERE h.objsubid > 0 AND i.inhrelid = c.oid)) what"
    )
}

pub(super) fn read(rows: &[QueryResult], server: &Server) -> Result<Vec<Holder>, InspectError> {
    let mut out = Vec::new();
    for row in rows {
        let row = Row::of(row)?;
        let schema = row
            .text_or_null(1)?
            .and_then(|schema| schema_of(server, schema));
        let name = TableName::qualified(schema, row.text(2)?);
        let own = match (row.text_or_null(3)?, row.text_or_null(4)?) {
            (Some(schema), Some(own)) => Some(TableName::qualified(schema_of(server, schema), own)),
            (_, _) => None,
        };
        let kind = row.text(0)?;
        let what = match &own {
            Some(own) => format!("{kind} `{name}` of table `{own}`"),
            None => format!("{kind} `{name}`"),
        };
        let (held_schema, held) = (schema_of(server, row.text(5)?), row.text(6)?);
        let mut holder = Holder {
            what,
            of: own,
            table: None,
            columns: BTreeSet::new(),
            is_row: row.flag(8)?,
            enum_type: None,
        };
        if row.flag(7)? {
            holder.enum_type = Some(TypeName::qualified(held_schema, held));
        } else {
            holder.table = Some(TableName::qualified(held_schema, held));
            holder.columns = row.texts_or_nulls(9)?.into_iter().flatten().collect();
        }
        out.push(holder);
    }
    out.sort();
    Ok(out)
}
