//! What tables of PostgreSQL stand on and no plan is about: extensions, schemas, domains, composite types, sequences and functions.

use sea_orm::{ConnectionTrait, DatabaseConnection, DbErr, Statement};

/// The statements that make them, of what no extension brings. Sequences that belong to a column come with it; enum types are planned
/// themselves. Bodies of functions are not checked (`check_function_bodies`), since tables they speak of are not there.
const STATEMENTS: &str = r"
WITH ours AS (
    SELECT oid, nspname FROM pg_namespace WHERE nspname !~ '^pg_' AND nspname <> 'information_schema'
), brought AS (
    SELECT classid, objid FROM pg_depend WHERE deptype = 'e'
)
SELECT 1, format('CREATE EXTENSION IF NOT EXISTS %I CASCADE', extname) FROM pg_extension WHERE extname <> 'plpgsql'
UNION ALL
SELECT 0, format('CREATE SCHEMA IF NOT EXISTS %I', nspname) FROM ours
UNION ALL
SELECT 2, format('CREATE SEQUENCE %I.%I', n.nspname, c.relname) FROM pg_class c JOIN ours n ON n.oid = c.relnamespace
WHERE c.relkind = 'S'
AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype IN ('a', 'i', 'e'))
UNION ALL
SELECT 2, format('CREATE TYPE %I.%I AS (%s)', n.nspname, c.relname, (
    SELECT string_agg(format('%I %s', a.attname, format_type(a.atttypid, a.atttypmod)), ', ' ORDER BY a.attnum)
    FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped))
FROM pg_class c JOIN ours n ON n.oid = c.relnamespace
WHERE c.relkind = 'c' AND NOT EXISTS (SELECT FROM brought b WHERE b.classid = 'pg_type'::regclass AND b.objid = c.reltype)
UNION ALL
SELECT 2, concat_ws(' ', format('CREATE DOMAIN %I.%I AS %s', n.nspname, t.typname, format_type(t.typbasetype, t.typtypmod)),
    (SELECT format('COLLATE %I.%I', cn.nspname, co.collname) FROM pg_collation co JOIN pg_namespace cn ON cn.oid = co.collnamespace
    WHERE co.oid = t.typcollation AND t.typcollation <> base.typcollation),
    'DEFAULT ' || t.typdefault, CASE WHEN t.typnotnull THEN 'NOT NULL' END, (
    SELECT string_agg(format('CONSTRAINT %I %s', con.conname, pg_get_constraintdef(con.oid)), ' ' ORDER BY con.conname)
    FROM pg_constraint con WHERE con.contypid = t.oid AND con.contype = 'c'))
FROM pg_type t JOIN pg_type base ON base.oid = t.typbasetype JOIN ours n ON n.oid = t.typnamespace
WHERE t.typtype = 'd' AND NOT EXISTS (SELECT FROM brought b WHERE b.classid = 'pg_type'::regclass AND b.objid = t.oid)
UNION ALL
SELECT 3, pg_get_functiondef(p.oid) FROM pg_proc p JOIN ours n ON n.oid = p.pronamespace
WHERE p.prokind IN ('f', 'p') AND NOT EXISTS (SELECT FROM brought b WHERE b.classid = 'pg_proc'::regclass AND b.objid = p.oid)
ORDER BY 1, 2";

/// Makes on `to` what tables of `from` stand on. What cannot be had is left out; it shows when a table needs it.
///
/// # Errors
/// When `from` cannot be read.
pub(super) async fn copy(from: &DatabaseConnection, to: &DatabaseConnection) -> Result<(), DbErr> {
    let question = Statement::from_string(from.get_database_backend(), STATEMENTS);
    let mut missing = Vec::new();
    for row in from.query_all_raw(question).await? {
        missing.push(row.try_get_by_index::<String>(1)?);
    }
    to.execute_unprepared("SET check_function_bodies = off")
        .await?;
    // A domain may need a function and a function a domain: what failed is tried again as long as something else succeeds.
    loop {
        let mut refused = Vec::new();
        for statement in &missing {
            if to.execute_unprepared(statement).await.is_err() {
                refused.push(statement.clone());
            }
        }
        if refused.is_empty() || refused.len() == missing.len() {
            break;
        }
        missing = refused;
    }
    to.execute_unprepared("RESET check_function_bodies").await?;
    Ok(())
}
