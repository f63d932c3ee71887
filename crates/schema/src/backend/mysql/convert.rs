//! A change of type whose values an expression converts. MODIFY COLUMN takes no expression
//! (<https://dev.mysql.com/doc/refman/8.4/en/alter-table.html>): the column is text for a moment, which holds the values of both types.

use crate::{Column, ColumnType, Pair, TableChange};

/// How many characters a value of a type that is no text has at most.
const LENGTH: u32 = 255;

/// The changes with each conversion as an update of the column while it is text, between two changes of its type.
pub(in crate::backend) fn staged(changes: Vec<TableChange>) -> Vec<TableChange> {
    let conversions: Vec<TableChange> = changes
        .iter()
        .filter(|change| matches!(change, TableChange::Fill(fill) if fill.is_conversion()))
        .cloned()
        .collect();
    if conversions.is_empty() {
        return changes;
    }
    let mut out = Vec::new();
    for change in changes {
        if let TableChange::AlterColumn(pair) = &change {
            let is_its = |one: &&TableChange| one.conversion_of(&pair.from.name).is_some();
            if let Some(conversion) = conversions.iter().find(is_its) {
                out.extend(through_text(pair, conversion));
                continue;
            }
        }
        if !conversions.contains(&change) {
            out.push(change);
        }
    }
    out
}

fn through_text(pair: &Pair<Column>, conversion: &TableChange) -> Vec<TableChange> {
    let text = text_between(pair);
    let alter = |from: &Column, to: &Column| {
        (from != to)
            .then(|| TableChange::AlterColumn(Box::new(Pair::new(from.clone(), to.clone()))))
    };
    alter(&pair.from, &text)
        .into_iter()
        .chain([conversion.clone()])
        .chain(alter(&text, &pair.to))
        .collect()
}

/// The column as one that holds the values of both types.
fn text_between(pair: &Pair<Column>) -> Column {
    let Pair { from, to } = pair;
    if is_text(&from.ty) {
        return from.clone();
    }
    if is_text(&to.ty) {
        return Column {
            nullable: from.nullable || to.nullable,
            ..to.clone()
        };
    }
    let mut text = Column::new(from.name.clone(), ColumnType::Varchar(Some(LENGTH)));
    text.nullable = true;
    text.comment.clone_from(&from.comment);
    text
}

const fn is_text(ty: &ColumnType) -> bool {
    matches!(ty, ColumnType::Varchar(_) | ColumnType::Text(_))
}
