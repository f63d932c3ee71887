//! What holds tables and types as they are and is never ours to change: policies, triggers, rules, functions, domains, columns of
//! composite types, publications, and tables out of sight. (<https://www.postgresql.org/docs/current/ddl-depend.html>)

use std::collections::BTreeSet;

use plimsoll_schema::{Server, TableName, TypeName};
use sea_orm::QueryResult;

use super::row::Row;
use super::table::is_ours;
use super::view::kin;
use super::{Holder, InspectError, schema_of};
use crate::inspect::HeldName;

/// One row for each object and each table or type that it holds: what it is, its schema, its name, the table it belongs to, and then the
/// table it holds with the columns, or the type. What a view reads of tables is read as the view's.
pub(super) fn query(schemas: &str) -> String {
    let is_ours = is_ours(schemas);
    let kin = kin();
    let names = names(schemas);
    // What stands on a partition goes with its table.
    let [own, own_name] = ["n.nspname", "c.relname"].map(|name| {
        let of_root = name.replace("n.", "t.").replace("c.", "t.");
        format!(
            "CASE WHEN c.relispartition THEN coalesce((SELECT {of_root} FROM told t WHERE t.own = c.oid LIMIT 1), {name}) \
             ELSE {name} END"
        )
    });
    format!(
        "WITH RECURSIVE {kin}, ours AS MATERIALIZED (SELECT c.oid, c.reltype, n.nspname, c.relname FROM pg_class c \
         JOIN pg_namespace n ON n.oid = c.relnamespace WHERE {is_ours}), \
         told AS MATERIALIZED (SELECT oid AS own, nspname, relname FROM ours \
         UNION SELECT kin.child, o.nspname, o.relname FROM kin JOIN ours o ON o.oid = kin.parent), \
         types AS MATERIALIZED (SELECT t.oid, n.nspname, t.typname, false AS is_row FROM pg_type t \
         JOIN pg_namespace n ON n.oid = t.typnamespace WHERE t.typtype = 'e' \
         UNION ALL SELECT t.typarray, n.nspname, t.typname, false FROM pg_type t \
         JOIN pg_namespace n ON n.oid = t.typnamespace WHERE t.typtype = 'e' \
         UNION ALL SELECT reltype, nspname, relname, true FROM ours \
         UNION ALL SELECT t.typarray, o.nspname, o.relname, true FROM ours o JOIN pg_type t ON t.oid = o.reltype), \
         held AS MATERIALIZED (SELECT d.classid, d.objid, d.objsubid, o.nspname, o.relname AS name, false AS is_type, false AS is_row, false AS is_key, \
         array_agg(DISTINCT a.attname::text) AS columns FROM pg_depend d JOIN told o \
         ON d.refclassid = 'pg_class'::regclass AND d.refobjid = o.own LEFT JOIN pg_attribute a \
         ON a.attrelid = o.own AND a.attnum = d.refobjsubid AND a.attnum > 0 \
         WHERE d.deptype = 'n' GROUP BY 1, 2, 3, 4, 5 \
         UNION ALL SELECT d.classid, d.objid, d.objsubid, t.nspname, t.typname, NOT t.is_row, t.is_row, false, NULL \
         FROM pg_depend d JOIN types t ON d.refclassid = 'pg_type'::regclass AND d.refobjid = t.oid \
         WHERE d.deptype = 'n' \
         UNION ALL SELECT d.classid, d.objid, d.objsubid, o.nspname, o.relname, false, false, true, NULL \
         FROM pg_depend d JOIN pg_constraint con ON d.refclassid = 'pg_constraint'::regclass AND con.oid = d.refobjid \
         AND con.contype = 'p' JOIN told o ON o.own = con.conrelid WHERE d.deptype = 'n' \
         AND d.classid IN ('pg_rewrite'::regclass, 'pg_proc'::regclass) \
         UNION ALL SELECT 'pg_partitioned_table'::regclass, o.oid, 0, o.nspname, o.relname, false, false, false, \
         array_agg(DISTINCT a.attname::text) FROM ours o JOIN pg_partitioned_table p ON p.partrelid = o.oid \
         JOIN pg_depend d ON d.classid = 'pg_class'::regclass AND d.objid = o.oid AND d.refclassid = 'pg_class'::regclass \
         AND d.refobjid = o.oid AND d.objsubid > 0 AND d.deptype = 'i' \
         JOIN pg_attribute a ON a.attrelid = o.oid AND a.attnum = d.objsubid \
         GROUP BY 2, 4, 5) \
         SELECT what.kind, what.nspname::text, what.name, what.own_schema::text, what.own::text, \
         h.nspname::text, h.name::text, h.is_type, h.is_row, h.columns, h.is_key, NULL::text FROM held h CROSS JOIN LATERAL ( \
         SELECT 'policy' AS kind, NULL::name AS nspname, p.polname::text AS name, {own} AS own_schema, {own_name} AS own \
         FROM pg_policy p JOIN pg_class c ON c.oid = p.polrelid JOIN pg_namespace n ON n.oid = c.relnamespace \
         WHERE h.classid = 'pg_policy'::regclass AND p.oid = h.objid \
         UNION ALL SELECT 'trigger', NULL, g.tgname::text, {own}, {own_name} \
         FROM pg_trigger g JOIN pg_class c ON c.oid = g.tgrelid JOIN pg_namespace n ON n.oid = c.relnamespace \
         WHERE h.classid = 'pg_trigger'::regclass AND g.oid = h.objid AND NOT g.tgisinternal \
         UNION ALL SELECT 'view', n.nspname, c.relname::text, NULL, NULL \
         FROM pg_rewrite w JOIN pg_class c ON c.oid = w.ev_class JOIN pg_namespace n ON n.oid = c.relnamespace \
         WHERE h.classid = 'pg_rewrite'::regclass AND w.oid = h.objid AND w.rulename = '_RETURN' AND (h.is_type OR h.is_key) \
         UNION ALL SELECT 'rule', NULL, w.rulename::text, {own}, {own_name} \
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
         UNION ALL SELECT 'foreign key', NULL, con.conname::text, {own}, {own_name} \
         FROM pg_constraint con JOIN pg_class c ON c.oid = con.conrelid JOIN pg_namespace n ON n.oid = c.relnamespace \
         WHERE h.classid = 'pg_constraint'::regclass AND con.oid = h.objid AND con.contype = 'f' \
         AND con.conparentid = 0 AND con.conrelid NOT IN (SELECT oid FROM ours) \
         UNION ALL SELECT 'check', NULL, con.conname::text, {own}, {own_name} \
         FROM pg_constraint con JOIN pg_class c ON c.oid = con.conrelid JOIN pg_namespace n ON n.oid = c.relnamespace \
         WHERE h.classid = 'pg_constraint'::regclass AND con.oid = h.objid AND con.contype IN ('c', 'x') AND h.is_type \
         AND con.coninhcount = 0 AND con.conrelid IN (SELECT child FROM kin) \
         UNION ALL SELECT 'index', NULL, x.relname::text, {own}, {own_name} \
         FROM pg_class x JOIN pg_index i ON i.indexrelid = x.oid JOIN pg_class c ON c.oid = i.indrelid \
         JOIN pg_namespace n ON n.oid = c.relnamespace \
         WHERE h.classid = 'pg_class'::regclass AND x.oid = h.objid AND h.is_type AND NOT x.relispartition \
         AND i.indrelid IN (SELECT child FROM kin) \
         UNION ALL SELECT 'partition key', NULL, NULL, h.nspname, h.name WHERE h.classid = 'pg_partitioned_table'::regclass \
         UNION ALL SELECT CASE WHEN h.objsubid > 0 THEN 'column' ELSE 'table' END, n.nspname, \
         concat_ws('.', c.relname, a.attname), NULL, NULL \
         FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace \
         LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = h.objsubid AND h.objsubid > 0 \
         WHERE h.classid = 'pg_class'::regclass AND c.oid = h.objid AND c.relkind IN ('r', 'f', 'c') AND NOT c.relispartition \
         AND (h.objsubid = 0 OR h.is_row OR c.oid NOT IN (SELECT oid FROM ours)) \
         AND NOT EXISTS (SELECT FROM pg_inherits i WHERE h.objsubid > 0 AND i.inhrelid = c.oid)) what {names}"
    )
}

/// The names of relations and types that are not ours, each in the same form.
fn names(schemas: &str) -> String {
    let row = |name: &str| {
        format!(
            "n.nspname::text, {name}::text, NULL::text, NULL::text, n.nspname::text, NULL::text, false, false, NULL::text[], false"
        )
    };
    let (relation, domain) = (row("c.relname"), row("t.typname"));
    format!(
        "UNION ALL SELECT CASE c.relkind WHEN 'S' THEN 'sequence' WHEN 'v' THEN 'view' WHEN 'm' THEN 'view' \
         WHEN 'f' THEN 'foreign table' WHEN 'c' THEN 'type' WHEN 'i' THEN 'index' WHEN 'I' THEN 'index' ELSE 'table' END, \
         {relation}, CASE WHEN c.relkind IN ('S', 'i', 'I') THEN 'relation' ELSE 'both' END \
         FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace LEFT JOIN pg_index x ON x.indexrelid = c.oid \
         WHERE n.nspname IN ({schemas}) AND c.relkind <> 't' AND NOT EXISTS (SELECT FROM ours o \
         WHERE o.oid = coalesce(x.indrelid, c.oid) AND NOT EXISTS (SELECT FROM kin WHERE kin.child = o.oid) \
         AND NOT EXISTS (SELECT FROM pg_depend e WHERE e.classid = 'pg_class'::regclass AND e.objid = o.oid AND e.deptype = 'e')) \
         AND NOT (c.relkind = 'S' AND EXISTS (SELECT FROM pg_depend d JOIN ours o ON o.oid = d.refobjid \
         WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.refclassid = 'pg_class'::regclass \
         AND d.deptype IN ('a', 'i'))) \
         UNION ALL SELECT CASE t.typtype WHEN 'd' THEN 'domain' ELSE 'type' END, {domain}, 'type' \
         FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace \
         WHERE n.nspname IN ({schemas}) AND t.typtype IN ('d', 'b', 'r', 'm') AND t.typcategory <> 'A'"
    )
}

/// The name that a row is about, if it is about a name.
fn name_of(row: Row<'_>, name: &TableName) -> Result<Option<HeldName>, InspectError> {
    Ok(row.text_or_null(11)?.map(|kind| HeldName {
        name: name.to_string(),
        is_relation: kind != "type",
        is_type: kind != "relation",
    }))
}

pub(super) fn read(rows: &[QueryResult], server: &Server) -> Result<Vec<Holder>, InspectError> {
    let mut out = Vec::new();
    for row in rows {
        let row = Row::of(row)?;
        let schema = row
            .text_or_null(1)?
            .and_then(|schema| schema_of(server, schema));
        let name = TableName::qualified(schema, row.text_or_null(2)?.unwrap_or_default());
        let own = match (row.text_or_null(3)?, row.text_or_null(4)?) {
            (Some(schema), Some(own)) => Some(TableName::qualified(schema_of(server, schema), own)),
            (_, _) => None,
        };
        let kind = row.text(0)?;
        let what = match &own {
            Some(own) if name.name.is_empty() => format!("{kind} of table `{own}`"),
            Some(own) => format!("{kind} `{name}` of table `{own}`"),
            None => format!("{kind} `{name}`"),
        };
        let (held_schema, held) = (schema_of(server, row.text(5)?), row.text_or_null(6)?);
        let mut holder = Holder {
            what,
            of: own,
            table: None,
            columns: BTreeSet::new(),
            is_row: row.flag(8)?,
            is_key: row.flag(10)?,
            enum_type: None,
            name: name_of(row, &name)?,
        };
        let Some(held) = held else {
            out.push(holder);
            continue;
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
