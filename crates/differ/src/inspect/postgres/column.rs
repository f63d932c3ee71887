//! Columns, with the enum types and sequences they stand on.

use std::collections::{BTreeMap, HashMap};

use plimsoll_schema::backend::{types, value};
use plimsoll_schema::{
    AutoIncrement, Column, ColumnType, EnumType, Generated, Literal, SequenceOptions, Server,
    TypeName, Value,
};
use sea_orm::QueryResult;

use super::row::{Id, Row};
use super::table::{Tables, is_ours};
use super::{InspectError, Scope, schema_of};

/// The enum types of every schema: a column may be of one that lies elsewhere.
pub(super) const ENUMS: &str = "SELECT t.oid, t.typarray, n.nspname::text, t.typname::text, \
     (SELECT array_agg(e.enumlabel::text ORDER BY e.enumsortorder) \
     FROM pg_enum e WHERE e.enumtypid = t.oid), \
     EXISTS (SELECT FROM pg_depend d \
     WHERE d.classid = 'pg_type'::regclass AND d.objid = t.oid AND d.deptype = 'e'), \
     obj_description(t.oid, 'pg_type') FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace WHERE t.typtype = 'e'";

/// The enum types, by their identity and by that of their array type.
pub(super) struct Enums {
    by_id: HashMap<Id, ColumnType>,
    /// Those that no extension owns, with the name of their schema.
    ours: Vec<(String, EnumType)>,
}

impl Enums {
    pub(super) fn read(rows: &[QueryResult], server: &Server) -> Result<Self, InspectError> {
        let mut by_id = HashMap::new();
        let mut ours = Vec::new();
        for row in rows {
            let row = Row::of(row)?;
            let schema = row.text(2)?;
            let name = TypeName::qualified(schema_of(server, schema), row.text(3)?);
            let values: Vec<String> = row.texts_or_nulls(4)?.into_iter().flatten().collect();
            let ty = ColumnType::Enum {
                name: name.clone(),
                values: values.clone(),
            };
            by_id.insert(row.id(1)?, ColumnType::Array(Box::new(ty.clone())));
            by_id.insert(row.id(0)?, ty);
            if !row.flag(5)? {
                ours.push((
                    schema.to_owned(),
                    EnumType {
                        name,
                        values,
                        comment: row.words(6)?,
                    },
                ));
            }
        }
        Ok(Self { by_id, ours })
    }

    pub(super) fn of_schemas(self, server: &Server, scope: &Scope) -> BTreeMap<TypeName, EnumType> {
        let is_read = |schema: &String| {
            server.default_schema.as_ref() == Some(schema) || scope.schemas.contains(schema)
        };
        self.ours
            .into_iter()
            .filter(|(schema, _)| is_read(schema))
            .map(|(_, enum_type)| (enum_type.name.clone(), enum_type))
            .collect()
    }
}

pub(super) fn sequences_query(schemas: &str) -> String {
    let is_ours = is_ours(schemas);
    format!(
        "SELECT d.refobjid, d.refobjsubid, format_type(s.seqtypid, NULL), \
         s.seqstart, s.seqincrement, s.seqmin, s.seqmax, s.seqcache, s.seqcycle, \
         s.seqrelid::regclass::text \
         FROM pg_sequence s JOIN pg_depend d ON d.classid = 'pg_class'::regclass \
         AND d.objid = s.seqrelid AND d.objsubid = 0 AND d.refclassid = 'pg_class'::regclass \
         AND d.deptype IN ('a', 'i') JOIN pg_class c ON c.oid = d.refobjid WHERE {is_ours}"
    )
}

/// The sequence that a column owns.
pub(super) struct Sequence {
    options: SequenceOptions,
    /// Its name, as the server prints it in this session.
    name: String,
}

/// The sequences that columns own, by table and column number.
pub(super) struct Sequences(HashMap<(Id, i32), Sequence>);

impl Sequences {
    pub(super) fn read(rows: &[QueryResult]) -> Result<Self, InspectError> {
        let mut found = HashMap::with_capacity(rows.len());
        for row in rows {
            let row = Row::of(row)?;
            let sequence = Sequence {
                options: sequence_options(row)?,
                name: row.text(9)?.to_owned(),
            };
            found.insert((row.id(0)?, row.integer(1)?), sequence);
        }
        Ok(Self(found))
    }
}

/// What differs from what CREATE SEQUENCE would choose
/// (<https://www.postgresql.org/docs/current/sql-createsequence.html>).
fn sequence_options(row: Row<'_>) -> Result<SequenceOptions, InspectError> {
    let (lowest, highest) = match row.text(2)? {
        "smallint" => (i64::from(i16::MIN), i64::from(i16::MAX)),
        "integer" => (i64::from(i32::MIN), i64::from(i32::MAX)),
        _ => (i64::MIN, i64::MAX),
    };
    let [start, increment, min, max, cache] = [
        row.big(3)?,
        row.big(4)?,
        row.big(5)?,
        row.big(6)?,
        row.big(7)?,
    ];
    let (usual_min, usual_max) = if increment > 0 {
        (1, highest)
    } else {
        (lowest, -1)
    };
    let usual_start = if increment > 0 { min } else { max };
    let unusual = |value: i64, usual: i64| (value != usual).then_some(value);
    Ok(SequenceOptions {
        start: unusual(start, usual_start),
        increment: unusual(increment, 1),
        min: unusual(min, usual_min),
        max: unusual(max, usual_max),
        cache: unusual(cache, 1),
        cycle: row.flag(8)?,
    })
}

/// The name of a collation; one that is not on the search path has its schema before it, both in quotes.
pub(super) fn collation_name(collation: &str) -> String {
    let quoted = |name: &str| format!("'\"' || replace({name}::text, '\"', '\"\"') || '\"'");
    let schema = quoted(&format!(
        "(SELECT nspname FROM pg_namespace WHERE oid = {collation}.collnamespace)"
    ));
    let name = quoted(&format!("{collation}.collname"));
    format!(
        "CASE WHEN {collation}.oid IS NULL OR pg_collation_is_visible({collation}.oid) \
         THEN {collation}.collname::text ELSE {schema} || '.' || {name} END"
    )
}

pub(super) fn query(schemas: &str) -> String {
    let is_ours = is_ours(schemas);
    let collation = collation_name("co");
    format!(
        "SELECT a.attrelid, a.attnum, a.attname::text, a.atttypid, \
         format_type(a.atttypid, a.atttypmod), a.attnotnull, \
         pg_get_expr(ad.adbin, ad.adrelid, true), a.attgenerated::text, a.attidentity::text, \
         {collation}, d.description \
         FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid \
         JOIN pg_type t ON t.oid = a.atttypid \
         LEFT JOIN pg_attrdef ad ON ad.adrelid = a.attrelid AND ad.adnum = a.attnum \
         LEFT JOIN pg_collation co ON co.oid = a.attcollation AND a.attcollation <> t.typcollation \
         LEFT JOIN pg_description d ON d.classoid = 'pg_class'::regclass \
         AND d.objoid = a.attrelid AND d.objsubid = a.attnum \
         WHERE {is_ours} AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attrelid, a.attnum"
    )
}

/// Puts the columns into their tables.
pub(super) fn read(
    rows: &[QueryResult],
    tables: &mut Tables,
    enums: &Enums,
    sequences: &Sequences,
    server: &Server,
) -> Result<(), InspectError> {
    let mut known: HashMap<&str, ColumnType> = HashMap::new();
    for row in rows {
        let row = Row::of(row)?;
        let id = row.id(0)?;
        let Some((table, numbers)) = tables.get(id) else {
            continue;
        };
        let number = row.number(1)?;
        let ty = if let Some(ty) = enums.by_id.get(&row.id(3)?) {
            ty.clone()
        } else {
            let text = row.text(4)?;
            known
                .entry(text)
                .or_insert_with(|| types::parse(server, text))
                .clone()
        };
        let mut column = Column::new(row.text(2)?, ty);
        column.nullable = !row.flag(5)?;
        let sequence = sequences.0.get(&(id, i32::from(number)));
        read_value(&mut column, row, sequence, server)?;
        column.collation = row.words(9)?;
        column.comment = row.words(10)?;
        numbers.push(number);
        table.columns.push(column);
    }
    Ok(())
}

/// Where the column's values come from, if not from the INSERT.
fn read_value(
    column: &mut Column,
    row: Row<'_>,
    sequence: Option<&Sequence>,
    server: &Server,
) -> Result<(), InspectError> {
    let text = row.text_or_null(6)?;
    let kind = row.text(7)?;
    if !kind.is_empty() {
        column.generated = row.expression(6)?.map(|expression| Generated {
            expression,
            stored: kind == "s",
        });
        return Ok(());
    }
    let identity = row.text(8)?;
    if !identity.is_empty() {
        column.auto_increment = Some(AutoIncrement::Identity {
            always: identity == "a",
            options: sequence.map(|own| own.options.clone()).unwrap_or_default(),
        });
        return Ok(());
    }
    let Some(text) = text else { return Ok(()) };
    let is_its_own =
        |own: &Sequence| text == format!("nextval('{}'::regclass)", own.name.replace('\'', "''"));
    if sequence.is_some_and(is_its_own) && matches!(column.ty, ColumnType::Int { .. }) {
        column.auto_increment = Some(AutoIncrement::Serial);
        return Ok(());
    }
    // A default of NULL is what a column without a default has.
    column.default = Some(value::parse(server, text, &column.ty))
        .filter(|value| *value != Value::Literal(Literal::Null))
        .map(|value| match value {
            Value::Expression(text) => Value::Expression(super::row::one_line(&text)),
            literal @ Value::Literal(_) => literal,
        });
    Ok(())
}
