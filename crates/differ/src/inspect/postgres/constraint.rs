//! Primary keys, uniques, foreign keys, checks and exclusions.

use plimsoll_schema::{
    Action, Check, Code, Deferrable, Diagnostic, Exclusion, ForeignKey, PrimaryKey, Server,
    Severity, Table, TableName, Unique, Version,
};
use sea_orm::QueryResult;

use super::row::Row;
use super::table::{Tables, column_names, is_ours};
use super::{InspectError, schema_of};

/// A foreign key to a partitioned table has a row for each partition beside its own, which have a parent. The NOT NULL constraints of
/// PostgreSQL 18 are facts of their columns; one that is not valid is told.
pub(super) fn query(schemas: &str, server: &Server) -> String {
    let is_ours = is_ours(schemas);
    let nulls = nulls_not_distinct(server, "ui");
    let lost = lost_clauses(server);
    let not_enforced = if server.version >= Version(18, 0, 0) {
        "NOT con.conenforced"
    } else {
        "false"
    };
    let not_null = if server.version >= Version(18, 0, 0) {
        "OR con.contype = 'n' AND NOT con.convalidated"
    } else {
        ""
    };
    let set_null = if server.version >= Version(15, 0, 0) {
        "con.confdelsetcols"
    } else {
        "NULL::int2[]"
    };
    format!(
        "SELECT con.conrelid, con.conname::text, con.contype::text, con.conkey, con.condeferrable, \
         con.condeferred, NOT con.convalidated, rn.nspname::text, rc.relname::text, \
         CASE WHEN con.contype = 'f' THEN array(SELECT k.attname::text \
         FROM unnest(con.confkey) WITH ORDINALITY u(number, place) JOIN pg_attribute k \
         ON k.attrelid = con.confrelid AND k.attnum = u.number ORDER BY u.place) END, \
         con.confdeltype::text, con.confupdtype::text, con.confmatchtype::text, \
         CASE con.contype WHEN 'c' THEN pg_get_expr(con.conbin, con.conrelid, true) \
         WHEN 'x' THEN pg_get_constraintdef(con.oid, true) END, {nulls}, {lost}, d.description, \
         con.connoinherit, CASE WHEN ui.indnatts > ui.indnkeyatts THEN ui.indkey::text END, \
         ui.indnkeyatts, {set_null}, {not_enforced} \
         FROM pg_constraint con JOIN pg_class c ON c.oid = con.conrelid \
         LEFT JOIN pg_class rc ON rc.oid = con.confrelid \
         LEFT JOIN pg_namespace rn ON rn.oid = rc.relnamespace \
         LEFT JOIN pg_index ui ON ui.indexrelid = con.conindid AND con.contype IN ('p', 'u') \
         LEFT JOIN pg_description d ON d.classoid = 'pg_constraint'::regclass \
         AND d.objoid = con.oid AND d.objsubid = 0 \
         WHERE (con.contype IN ('p', 'u', 'f', 'c', 'x') {not_null}) AND con.conparentid = 0 AND {is_ours}"
    )
}

/// The clauses of a constraint that a catalog has no room for, as text.
fn lost_clauses(server: &Server) -> String {
    if server.version < Version(18, 0, 0) {
        return "NULL::text".into();
    }
    let clauses = [
        "CASE WHEN con.contype = 'n' THEN 'NOT NULL that is NOT VALID' END",
        "CASE WHEN con.conperiod THEN 'PERIOD' END",
        "CASE WHEN con.contype = 'f' AND NOT con.conenforced THEN 'NOT ENFORCED' END",
    ];
    format!("concat_ws(', ', {})", clauses.join(", "))
}

/// Whether NULLs are one value, which a server before version 15 cannot be asked.
pub(super) fn nulls_not_distinct(server: &Server, index: &str) -> String {
    if server.version >= Version(15, 0, 0) {
        format!("{index}.indnullsnotdistinct")
    } else {
        "false".into()
    }
}

/// Puts the constraints into their tables, and tells what of them is not kept.
pub(super) fn read(
    rows: &[QueryResult],
    tables: &mut Tables,
    server: &Server,
    notes: &mut Vec<Diagnostic>,
) -> Result<(), InspectError> {
    for row in rows {
        let row = Row::of(row)?;
        let Some((table, numbers)) = tables.get(row.id(0)?) else {
            continue;
        };
        let name = row.text(1)?.to_owned();
        if let Some(lost) = row.words(15)? {
            let object = format!("{}.{name}", table.name);
            let message = format!("constraint `{object}` has what is not compared: {lost}");
            notes.push(Diagnostic::new(Code::N502, Severity::Note, object, message));
        }
        let kind = row.text(2)?;
        // A check over no column has no key.
        let columns = match kind {
            // What of it is a fact is its column's.
            "n" => continue,
            "p" | "u" | "f" => column_names(table, numbers, &row.numbers(3)?)?,
            _ => Vec::new(),
        };
        let include = included(row, table, numbers)?;
        let comment = row.words(16)?;
        match kind {
            "p" => {
                table.primary_key = Some(PrimaryKey {
                    name: Some(name),
                    columns,
                    include,
                    deferrable: deferrable(row)?,
                    comment,
                    ..PrimaryKey::default()
                });
            }
            "u" => table.uniques.push(Unique {
                name: Some(name),
                columns,
                include,
                nulls_not_distinct: row.flag(14)?,
                deferrable: deferrable(row)?,
                comment,
            }),
            "f" => {
                let numbered = row.numbers_or_null(20)?.unwrap_or_default();
                let mut key = foreign_key(row, name, columns, server)?;
                key.delete_columns = column_names(table, numbers, &numbered)?;
                key.comment = comment;
                table.foreign_keys.push(key);
            }
            "c" => table.checks.push(Check {
                name: Some(name),
                expression: row.expression(13)?.unwrap_or_default(),
                not_valid: row.flag(6)? && !row.flag(21)?,
                not_enforced: row.flag(21)?,
                no_inherit: row.flag(17)?,
                comment,
            }),
            _ => table.exclusions.push(Exclusion {
                name,
                definition: row.text(13)?.to_owned(),
                comment,
            }),
        }
    }
    Ok(())
}

/// The columns of a key's index that are no keys.
fn included(row: Row<'_>, table: &Table, numbers: &[i16]) -> Result<Vec<String>, InspectError> {
    if row.text_or_null(18)?.is_none() {
        return Ok(Vec::new());
    }
    let all = row.vector(18)?;
    let keys = usize::try_from(row.number(19)?).unwrap_or(all.len());
    column_names(table, numbers, all.get(keys..).unwrap_or_default())
}

fn foreign_key(
    row: Row<'_>,
    name: String,
    columns: Vec<String>,
    server: &Server,
) -> Result<ForeignKey, InspectError> {
    Ok(ForeignKey {
        name: Some(name),
        columns,
        ref_table: TableName::qualified(schema_of(server, row.text(7)?), row.text(8)?),
        ref_columns: row.texts(9)?,
        on_delete: action(row.text(10)?),
        on_update: action(row.text(11)?),
        deferrable: deferrable(row)?,
        match_full: row.text(12)? == "f",
        not_valid: row.flag(6)?,
        ..ForeignKey::default()
    })
}

fn deferrable(row: Row<'_>) -> Result<Option<Deferrable>, InspectError> {
    Ok(match (row.flag(4)?, row.flag(5)?) {
        (false, _) => None,
        (true, false) => Some(Deferrable::Immediate),
        (true, true) => Some(Deferrable::Deferred),
    })
}

/// `a`, NO ACTION, is what a key has that says nothing.
fn action(code: &str) -> Option<Action> {
    match code {
        "r" => Some(Action::Restrict),
        "c" => Some(Action::Cascade),
        "n" => Some(Action::SetNull),
        "d" => Some(Action::SetDefault),
        _ => None,
    }
}
