//! A column that stays and differs.

use sea_query::PostgresQueryBuilder;

use super::numbering::{self, Place};
use super::{add_column, column_object, convert, numbering as numbering_of, set_comment, settle};
use crate::backend::postgres::name::{self, ident};
use crate::backend::postgres::{types, value};
use crate::backend::{RenderError, Server, Version};
use crate::{AutoIncrement, Column, ColumnType, Pair, TableName, Value, expression, sea};

/// Order matters: a numbering goes before the type changes and comes after, and is dropped before a default is set. `using` is how the
/// user converts the values.
pub(super) fn alter(
    server: &Server,
    table: &TableName,
    pair: Pair<&Column>,
    using: Option<&str>,
) -> Result<Vec<String>, RenderError> {
    // Refuses what the server does not have.
    settle(server, table, pair.to)?;
    let generated = match Generation::of(server, pair) {
        Generation::Stays => None,
        Generation::Changes(action) => Some(action),
        Generation::Remakes => return remake(server, table, pair),
    };
    let place = Place {
        table,
        column: &pair.to.name,
    };
    let types = pair.map(|column| types::stored(&column.ty));
    let numberings = pair.map(numbering_of);
    let (mut out, after) = renumber(place, &types, &numberings);
    let mut actions = Vec::new();
    let column = format!("ALTER COLUMN {}", ident(&pair.to.name));
    let generated = generated.map(|action| format!("{column} {action}"));
    if types.differs() {
        // A type with USING is refused as long as the column is computed.
        let alone = |action| format!("ALTER TABLE {} {action}", name::table(table));
        out.extend(generated.map(alone));
    } else {
        actions.extend(generated);
    }
    facets(
        &column,
        pair,
        Types {
            pair: &types,
            using,
        },
        &mut actions,
    )?;
    if !actions.is_empty() {
        out.push(format!(
            "ALTER TABLE {} {}",
            name::table(table),
            actions.join(", ")
        ));
    }
    out.extend(after);
    let comments = pair.map(|column| column.comment.as_deref().filter(|text| !text.is_empty()));
    if comments.differs() {
        out.push(set_comment(
            &column_object(table, &pair.to.name),
            comments.to,
        ));
    }
    Ok(out)
}

/// Whether the column has to be made anew.
pub(super) fn remakes(server: &Server, pair: Pair<&Column>) -> bool {
    match Generation::of(server, pair) {
        Generation::Remakes => true,
        Generation::Stays | Generation::Changes(_) => false,
    }
}

/// What becomes of the generation expression.
enum Generation {
    /// It is the same, or there is none.
    Stays,
    /// An action changes it where it stands.
    Changes(String),
    /// The column has to be made anew.
    Remakes,
}

impl Generation {
    fn of(server: &Server, pair: Pair<&Column>) -> Self {
        let since = |major, action: String| {
            if server.version >= Version(major, 0, 0) {
                Self::Changes(action)
            } else {
                Self::Remakes
            }
        };
        match (&pair.from.generated, &pair.to.generated) {
            (None, None) => Self::Stays,
            (None, Some(_)) => Self::Remakes,
            (Some(from), None) if from.stored => since(13, "DROP EXPRESSION".into()),
            // A value that is not stored is not there to be kept.
            (Some(_), None) => Self::Remakes,
            (Some(from), Some(to)) if from.stored != to.stored => Self::Remakes,
            (Some(from), Some(to)) if expression::same(&from.expression, &to.expression) => {
                Self::Stays
            }
            // PostgreSQL 18 refuses SET EXPRESSION of such a column in a table with checks; nothing is stored that could be lost.
            (Some(_), Some(to)) if !to.stored => Self::Remakes,
            (Some(_), Some(to)) => since(17, format!("SET EXPRESSION AS ({})", to.expression)),
        }
    }
}

/// A column that begins to be generated, or that cannot change its expression where it stands, is made anew: its values are computed.
fn remake(
    server: &Server,
    table: &TableName,
    pair: Pair<&Column>,
) -> Result<Vec<String>, RenderError> {
    let mut out = vec![sea::drop_column(table, &pair.from.name).to_string(PostgresQueryBuilder)];
    out.extend(add_column(server, table, pair.to)?);
    Ok(out)
}

/// What the numbering needs before and after the rest.
fn renumber(
    place: Place<'_>,
    types: &Pair<ColumnType>,
    numberings: &Pair<Option<AutoIncrement>>,
) -> (Vec<String>, Vec<String>) {
    use AutoIncrement::{Identity, Serial};
    match (&numberings.from, &numberings.to) {
        (None, None) => (Vec::new(), Vec::new()),
        (Some(Serial), Some(Serial)) => {
            let widened = types.differs().then(|| numbering::widen(place, &types.to));
            (Vec::new(), widened.flatten().into_iter().collect())
        }
        (
            Some(Identity {
                always: from_always,
                options: from,
            }),
            Some(Identity { always, options }),
        ) => {
            let always = Pair::new(*from_always, *always);
            let options = Pair::new(from, options);
            let is_narrower = options.differs() && numbering::is_narrower_type(types);
            let set = numbering::set(place, always, options, is_narrower);
            // The numbers have to be ones of the narrower type before the column has it.
            if is_narrower {
                (set, Vec::new())
            } else {
                (Vec::new(), set)
            }
        }
        (from, to) => (
            from.iter()
                .flat_map(|from| numbering::remove(place, from))
                .collect(),
            to.iter()
                .flat_map(|to| numbering::add(place, to, &types.to))
                .collect(),
        ),
    }
}

/// A column's type as it is stored, before and after.
#[derive(Clone, Copy)]
struct Types<'a> {
    pair: &'a Pair<ColumnType>,
    /// How the user converts the values.
    using: Option<&'a str>,
}

/// Type, default and nullability, as the actions of one statement, so that the table is rewritten once.
fn facets(
    column: &str,
    pair: Pair<&Column>,
    change: Types<'_>,
    actions: &mut Vec<String>,
) -> Result<(), RenderError> {
    let types = change.pair;
    let is_other_type = differ(types);
    let defaults = Pair::new(
        default_of(pair.from, &types.from),
        default_of(pair.to, &types.to),
    );
    // A default that cannot be cast would make the statement fail, and one that can would keep the cast.
    let in_the_way = is_other_type && !convert::is_one_family(&types.from, &types.to);
    let is_dropped = defaults.from.is_some() && (defaults.to.is_none() || in_the_way);
    if is_dropped {
        actions.push(format!("{column} DROP DEFAULT"));
    }
    if is_other_type || pair.map(|column| &column.collation).differs() {
        actions.push(type_action(column, pair, change)?);
    }
    // A literal of text is printed with its column's type, which a kept default would not follow.
    let is_respelled = is_other_type && convert::is_other_text(&types.from, &types.to);
    if let Some(default) = &defaults.to
        && (is_dropped || is_respelled || defaults.differs())
    {
        actions.push(format!("{column} SET DEFAULT {}", value::sql(default)));
    }
    match (pair.from.nullable, pair.to.nullable) {
        (true, false) => actions.push(format!("{column} SET NOT NULL")),
        (false, true) => actions.push(format!("{column} DROP NOT NULL")),
        (true, true) | (false, false) => {}
    }
    Ok(())
}

/// An enum's words are a matter of its type, not of the column.
fn differ(types: &Pair<ColumnType>) -> bool {
    match (types.from.enum_name(), types.to.enum_name()) {
        (Some(_), Some(_)) => !convert::is_one_family(&types.from, &types.to),
        (_, _) => types.differs(),
    }
}

fn default_of(column: &Column, ty: &ColumnType) -> Option<Value> {
    column
        .default
        .as_ref()
        .map(|default| value::typed(default, ty))
        .filter(|default| *default != Value::Literal(crate::Literal::Null))
}

fn type_action(
    column: &str,
    pair: Pair<&Column>,
    Types { pair: types, using }: Types<'_>,
) -> Result<String, RenderError> {
    let mut action = format!("{column} TYPE {}", types::spell(&types.to)?);
    // Without a word of it, the column takes the collation of its type.
    if let Some(collation) = &pair.to.collation {
        action.push_str(" COLLATE ");
        action.push_str(&name::collation(collation));
    }
    let using = match using {
        Some(using) => Some(using.to_owned()),
        None if differ(types) => convert::using(&ident(&pair.to.name), &types.from, &types.to)?,
        None => None,
    };
    if let Some(using) = using {
        action.push_str(" USING ");
        action.push_str(&using);
    }
    Ok(action)
}
