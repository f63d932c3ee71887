//! A column that begins or ceases to be computed where the server cannot change that in place (errors 3106 and 1907): it is made anew.

use sea_query::MysqlQueryBuilder;

use super::alter::alter_table;
use super::clause::Place;
use crate::backend::RenderError;
use crate::{Column, Generated, Index, KeyTarget, Pair, sea};

/// What a value stands in while its column is made anew.
const KEPT: &str = "plimsoll_kept";

/// Whether the column cannot become the other one by MODIFY COLUMN: a virtual one has no values where rows are, so that nothing turns
/// into it and it turns into nothing.
pub(super) fn is_needed(pair: &Pair<Column>) -> bool {
    let is_stored = |column: &Column| {
        column
            .generated
            .as_ref()
            .is_none_or(|it: &Generated| it.stored)
    };
    is_stored(&pair.from) != is_stored(&pair.to)
}

/// The statements: values are kept unless they are computed afterwards.
pub(super) fn statements(
    place: &Place<'_>,
    pair: &Pair<Column>,
) -> Result<Vec<String>, RenderError> {
    let name = place.quote(&pair.from.name);
    let indexes = indexes_of(place, &pair.from.name);
    let mut clauses: Vec<String> = Vec::new();
    clauses.extend(indexes.iter().map(|index| place.drop_index(&index.name)));
    clauses.push(format!("DROP COLUMN {name}"));
    let mut out = Vec::new();
    if pair.to.generated.is_some() {
        clauses.push(format!("ADD COLUMN {}", place.definition(&pair.to)?));
    } else {
        let kept = Column {
            name: KEPT.to_owned(),
            nullable: true,
            default: None,
            ..pair.to.clone()
        };
        let add = format!("ADD COLUMN {}", place.definition(&kept)?);
        out.extend(alter_table(place, &[add]));
        out.push(format!(
            "UPDATE {} SET {} = {name}",
            table(place),
            place.quote(KEPT)
        ));
        let back = place.definition(&pair.to)?;
        clauses.push(format!("CHANGE COLUMN {} {back}", place.quote(KEPT)));
    }
    for index in &indexes {
        clauses.push(place.add_index(index)?);
    }
    out.extend(alter_table(place, &clauses));
    Ok(out)
}

fn table(place: &Place<'_>) -> String {
    let mut name = String::new();
    let table = sea::table_ref(place.table);
    sea_query::TableRefBuilder::prepare_table_ref_iden(&MysqlQueryBuilder, &table, &mut name);
    name
}

/// The indexes and unique constraints over the column, which would go with it.
fn indexes_of(place: &Place<'_>, column: &str) -> Vec<Index> {
    let Some(known) = place.known else {
        return Vec::new();
    };
    let uniques = known.uniques.iter().map(|unique| Index {
        unique: true,
        ..Index::on(sea::unique_name(place.table, unique), &unique.columns)
    });
    let is_over = |index: &Index| {
        let mut keys = index.keys.iter();
        keys.any(|key| matches!(&key.target, KeyTarget::Column(name) if name == column))
    };
    let all = known.indexes.iter().cloned().chain(uniques);
    all.filter(is_over).collect()
}
