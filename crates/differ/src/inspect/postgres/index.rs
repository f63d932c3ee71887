//! Indexes that back no constraint.

use plimsoll_schema::{Diagnostic, Index, IndexKey, Nulls, Order, Server, Table, Version};
use sea_orm::QueryResult;

use super::constraint::nulls_not_distinct;
use super::row::{Row, one_line};
use super::table::{Tables, column_name, is_ours, parameters};
use super::{InspectError, invalid_index};

/// `pg_get_indexdef` and the names of operator classes and collations are asked for only where there is something out of the
/// ordinary: on a thousand tables that is a third of the time.
pub(super) fn query(schemas: &str, server: &Server) -> String {
    let is_ours = is_ours(schemas);
    let nulls = nulls_not_distinct(server, "i");
    // Operator classes have options of their own since version 13.
    let (or_options, or_option, option) = if server.version >= Version(13, 0, 0) {
        (
            "OR EXISTS (SELECT FROM pg_attribute x WHERE x.attrelid = i.indexrelid AND x.attoptions IS NOT NULL)",
            "OR EXISTS (SELECT FROM pg_attribute x WHERE x.attrelid = i.indexrelid AND x.attnum = k.place AND x.attoptions IS NOT NULL)",
            "|| coalesce((SELECT ' (' || string_agg(split_part(opt, '=', 1) || '=' || quote_literal(substr(opt, strpos(opt, '=') + 1)), ', ') || ')' \
             FROM pg_attribute x, unnest(x.attoptions) opt WHERE x.attrelid = i.indexrelid AND x.attnum = k.place), '')",
        )
    } else {
        ("", "", "")
    };
    // What the column or the expression has anyway is not said; of an expression, only the whole definition tells.
    let own = "CASE WHEN a.attnum IS NOT NULL THEN k.id <> a.attcollation \
         ELSE strpos(pg_get_indexdef(i.indexrelid, 0, true), pg_get_indexdef(i.indexrelid, k.place::int, true) || ' COLLATE ') > 0 END";
    let collation = super::column::collation_name("co");
    format!(
        "SELECT i.indrelid, ic.relname::text, am.amname::text, i.indisunique, {nulls}, \
         i.indnkeyatts, i.indkey::text, i.indoption::text, \
         CASE WHEN i.indexprs IS NOT NULL THEN array(SELECT CASE WHEN k.number = 0 \
         THEN pg_get_indexdef(i.indexrelid, k.place::int, true) END \
         FROM unnest(i.indkey::int2[]) WITH ORDINALITY k(number, place) ORDER BY k.place) END, \
         CASE WHEN i.indclass::oid[] && (SELECT array_agg(oid) FROM pg_opclass WHERE NOT opcdefault) \
         {or_options} THEN array(SELECT CASE WHEN NOT o.opcdefault {or_option} THEN CASE WHEN pg_opclass_is_visible(o.oid) \
         THEN quote_ident(o.opcname) ELSE quote_ident(n.nspname) || '.' || quote_ident(o.opcname) END {option} END \
         FROM unnest(i.indclass::oid[]) WITH ORDINALITY k(class, place) \
         JOIN pg_opclass o ON o.oid = k.class JOIN pg_namespace n ON n.oid = o.opcnamespace \
         ORDER BY k.place) END, \
         CASE WHEN NOT i.indcollation::oid[] <@ '{{0,100}}' \
         THEN array(SELECT CASE WHEN {own} THEN {collation} END \
         FROM unnest(i.indcollation::oid[]) WITH ORDINALITY k(id, place) \
         LEFT JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[(k.place - 1)::int] \
         LEFT JOIN pg_collation co ON co.oid = k.id ORDER BY k.place) END, \
         pg_get_expr(i.indpred, i.indrelid, true), d.description, i.indisvalid, ic.reloptions \
         FROM pg_index i JOIN pg_class ic ON ic.oid = i.indexrelid \
         JOIN pg_am am ON am.oid = ic.relam JOIN pg_class c ON c.oid = i.indrelid \
         LEFT JOIN pg_description d \
         ON d.classoid = 'pg_class'::regclass AND d.objoid = i.indexrelid AND d.objsubid = 0 \
         WHERE {is_ours} AND NOT EXISTS (SELECT FROM pg_constraint con \
         WHERE con.conindid = i.indexrelid AND con.contype IN ('p', 'u', 'x'))"
    )
}

/// Puts the indexes into their tables, and tells the ones that are of no use.
pub(super) fn read(
    rows: &[QueryResult],
    tables: &mut Tables,
    notes: &mut Vec<Diagnostic>,
) -> Result<(), InspectError> {
    for row in rows {
        let row = Row::of(row)?;
        let Some((table, numbers)) = tables.get(row.id(0)?) else {
            continue;
        };
        let name = row.text(1)?;
        if !row.flag(13)? {
            notes.push(invalid_index(format!("{}.{name}", table.name)));
        }
        let method = Some(row.text(2)?)
            .filter(|method| *method != "btree")
            .map(str::to_owned);
        let all = row.vector(6)?;
        let key_count = usize::try_from(row.number(5)?).unwrap_or(all.len());
        let (key_numbers, included) = all.split_at(key_count.min(all.len()));
        let include = included
            .iter()
            .map(|number| column_name(table, numbers, *number))
            .collect::<Result<_, _>>()?;
        let index = Index {
            name: name.to_owned(),
            keys: keys(row, table, numbers, key_numbers)?,
            unique: row.flag(3)?,
            nulls_not_distinct: row.flag(4)?,
            method,
            include,
            predicate: row.expression(11)?,
            invisible: false,
            comment: row.words(12)?,
            parameters: parameters(&row.texts_or_nulls(14)?),
        };
        table.indexes.push(index);
    }
    Ok(())
}

fn keys(
    row: Row<'_>,
    table: &Table,
    numbers: &[i16],
    key_numbers: &[i16],
) -> Result<Vec<IndexKey>, InspectError> {
    let options = row.vector(7)?;
    let mut expressions = row.texts_or_nulls(8)?;
    let mut classes = row.texts_or_nulls(9)?;
    let mut collations = row.texts_or_nulls(10)?;
    let are_usual = collations.is_empty();
    let take = |list: &mut Vec<Option<String>>, at: usize| list.get_mut(at).and_then(Option::take);
    let mut keys = Vec::with_capacity(key_numbers.len());
    for (at, number) in key_numbers.iter().enumerate() {
        let collation = take(&mut collations, at);
        let mut key = if *number == 0 {
            let text = take(&mut expressions, at).unwrap_or_default();
            let mut key = IndexKey::expression(one_line(&text));
            key.collation = collation;
            key
        } else {
            let mut key = IndexKey::column(column_name(table, numbers, *number)?);
            // Where no key has a collation of its own, none was asked for: it is the database's.
            let column = table.column(key_column(&key));
            let has_other = column.is_some_and(|column| column.collation.is_some());
            key.collation = if are_usual && has_other {
                Some("default".into())
            } else {
                collation
            };
            key
        };
        key.opclass = take(&mut classes, at);
        (key.order, key.nulls) = order(options.get(at).copied().unwrap_or_default());
        keys.push(key);
    }
    Ok(keys)
}

fn key_column(key: &IndexKey) -> &str {
    match &key.target {
        plimsoll_schema::KeyTarget::Column(name) => name,
        plimsoll_schema::KeyTarget::Expression(_) => "",
    }
}

/// All bits are off where the method has no order. Bit 1 is DESC, bit 2 NULLS FIRST; NULLs stand where the direction puts them unless the bits disagree.
const fn order(option: i16) -> (Order, Option<Nulls>) {
    match (option & 1 != 0, option & 2 != 0) {
        (false, false) => (Order::Asc, None),
        (false, true) => (Order::Asc, Some(Nulls::First)),
        (true, true) => (Order::Desc, None),
        (true, false) => (Order::Desc, Some(Nulls::Last)),
    }
}
