//! Whether a change uses a value that another one adds to an enum type.

use super::enum_type::is_addition;
use crate::expression::{self, Token};
use crate::{Change, Column, Index, Literal, TableChange, TypeName, Value};

/// The values that a change adds.
pub(super) struct Added<'a> {
    enum_type: &'a TypeName,
    values: Vec<&'a str>,
}

impl<'a> Added<'a> {
    /// `None` where the change adds none, or makes the type anew: a new type's values can be used at once.
    pub(super) fn by(change: &'a Change) -> Option<Self> {
        let Change::AlterEnum(pair) = change else {
            return None;
        };
        let is_new = |value: &&String| !pair.from.values.contains(value);
        is_addition(pair.as_ref()).then(|| Self {
            enum_type: &pair.to.name,
            values: pair
                .to
                .values
                .iter()
                .filter(is_new)
                .map(String::as_str)
                .collect(),
        })
    }

    pub(super) fn is_used_by(&self, change: &Change) -> bool {
        match change {
            Change::CreateTable(table) => {
                table.columns.iter().any(|column| self.is_of(column))
                    || table
                        .exclusions
                        .iter()
                        .any(|exclusion| self.is_in(&exclusion.definition))
                    || table
                        .checks
                        .iter()
                        .any(|check| self.is_in(&check.expression))
                    || table
                        .indexes
                        .iter()
                        .flat_map(Index::expressions)
                        .any(|sql| self.is_in(sql))
            }
            Change::AlterTable { changes, .. } => {
                changes.iter().any(|change| self.is_used_by_part(change))
            }
            Change::DropTable(_)
            | Change::RenameTable(_)
            | Change::CreateEnum(_)
            | Change::DropEnum(_)
            | Change::AlterEnum(_)
            | Change::RenameEnum(_)
            | Change::RenameEnumValue { .. } => false,
        }
    }

    fn is_used_by_part(&self, change: &TableChange) -> bool {
        match change {
            TableChange::AddColumn(column) => self.is_of(column),
            TableChange::AlterColumn(pair) => self.is_of(&pair.to),
            TableChange::AddIndex(index) => index.expressions().any(|sql| self.is_in(sql)),
            TableChange::AddCheck(check) => self.is_in(&check.expression),
            TableChange::AddExclusion(exclusion) => self.is_in(&exclusion.definition),
            TableChange::DropColumn(_)
            | TableChange::RenameColumn(_)
            | TableChange::AddPrimaryKey(_)
            | TableChange::DropPrimaryKey(_)
            | TableChange::AddUnique(_)
            | TableChange::DropUnique(_)
            | TableChange::DropIndex(_)
            | TableChange::RenameIndex(_)
            | TableChange::AddForeignKey(_)
            | TableChange::DropForeignKey(_)
            | TableChange::DropCheck(_)
            | TableChange::DropExclusion(_)
            | TableChange::RenameConstraint(_)
            | TableChange::SetComment(_)
            | TableChange::CommentOn { .. }
            | TableChange::SetOptions(_)
            | TableChange::Fill(_)
            | TableChange::Unfill(_)
            | TableChange::RenameValue { .. } => false,
        }
    }

    /// Whether the column's default or what it is computed by says one of the values.
    fn is_of(&self, column: &Column) -> bool {
        let is_of_type = column.ty.enum_name() == Some(self.enum_type);
        let speaks = |sql: &str| is_of_type || expression::mentions(sql, &self.enum_type.name);
        let computed = column.generated.as_ref();
        computed.is_some_and(|generated| self.is_in(&generated.expression))
            || column
                .default
                .as_ref()
                .is_some_and(|default| match default {
                    Value::Literal(Literal::String(text)) => is_of_type && self.is_literal(text),
                    Value::Literal(_) => false,
                    Value::Expression(sql) => speaks(sql) && self.is_in(sql),
                })
    }

    fn is_literal(&self, text: &str) -> bool {
        self.values.iter().any(|value| {
            // The words of an array stand together in its literal, some of them in quotes.
            let in_array = value.replace('\\', "\\\\").replace('"', "\\\"");
            text == *value || (text.starts_with('{') && text.contains(&in_array))
        })
    }

    fn is_in(&self, sql: &str) -> bool {
        let says = |token| match token {
            Token::String(text) => self.is_literal(&text),
            Token::Word(_) | Token::Quoted(_) | Token::Number(_) | Token::Symbol(_) => false,
        };
        expression::tokens(sql, false).into_iter().any(says)
    }
}
