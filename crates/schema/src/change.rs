//! What differs between two catalogs. A change holds both sides in full, so that it can be reversed and simulated.

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::{
    Check, Column, EnumType, Exclusion, ForeignKey, Index, Pair, PrimaryKey, Table, TableName,
    TableOptions, TypeName, Unique,
};

/// One thing that differs.
///
/// It is also what runs: a migration's operations are changes, and [`crate::backend::render`] writes them as SQL.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// A table that was not there, with all its parts.
    CreateTable(Table),
    /// A table that goes, with all its parts.
    DropTable(Table),
    /// A table that keeps its rows under another name.
    RenameTable(Pair<TableName>),
    /// Parts of one table; applied in this order, and where the backend can, at once.
    AlterTable {
        /// The table.
        table: TableName,
        /// Its changes.
        changes: Vec<TableChange>,
    },
    /// An enum type that was not there.
    CreateEnum(EnumType),
    /// An enum type that goes.
    DropEnum(EnumType),
    /// An enum type whose values differ.
    AlterEnum(Pair<EnumType>),
    /// An enum type under another name.
    RenameEnum(Pair<TypeName>),
    /// One value of an enum type under another name.
    RenameEnumValue {
        /// The type.
        name: TypeName,
        /// The value.
        value: Pair<String>,
    },
}

/// One thing that differs inside a table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TableChange {
    /// A column that was not there.
    AddColumn(Column),
    /// A column that goes.
    DropColumn(Column),
    /// A column under another name; indexes and constraints follow by themselves.
    RenameColumn(Pair<String>),
    /// A column that stays and differs; both names are equal.
    AlterColumn(Box<Pair<Column>>),
    /// A primary key where there was none.
    AddPrimaryKey(PrimaryKey),
    /// A primary key that goes.
    DropPrimaryKey(PrimaryKey),
    /// A unique constraint that was not there.
    AddUnique(Unique),
    /// A unique constraint that goes.
    DropUnique(Unique),
    /// An index that was not there.
    AddIndex(Index),
    /// An index that goes.
    DropIndex(Index),
    /// An index under another name.
    RenameIndex(Pair<String>),
    /// A foreign key that was not there.
    AddForeignKey(ForeignKey),
    /// A foreign key that goes.
    DropForeignKey(ForeignKey),
    /// A check that was not there.
    AddCheck(Check),
    /// A check that goes.
    DropCheck(Check),
    /// An exclusion constraint that was not there.
    AddExclusion(Exclusion),
    /// An exclusion constraint that goes.
    DropExclusion(Exclusion),
    /// A constraint under another name.
    RenameConstraint(Pair<String>),
    /// The table's comment.
    SetComment(Pair<Option<String>>),
    /// The comment of an index or a constraint, where it can be said by itself.
    CommentOn {
        /// What it is about.
        part: Part,
        /// The comment.
        comment: Pair<Option<String>>,
    },
    /// The table's storage facts.
    SetOptions(Box<Pair<TableOptions>>),
    /// Rows that what follows would refuse get a value. No object changes.
    Fill(Fill),
    /// What was filled stays filled: this does nothing, and takes back a [`TableChange::Fill`].
    Unfill(Fill),
    /// Rows of a column that hold a value of its enum hold it by another name. No object changes.
    RenameValue {
        /// The column.
        column: String,
        /// The value.
        value: Pair<String>,
    },
}

/// A value for the rows that what follows would refuse.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fill {
    /// The column that gets it.
    pub column: String,
    /// The value: an SQL expression, in which the row's columns can stand.
    pub expression: String,
    /// Which rows get it.
    pub rows: Rows,
}

/// The rows that get a value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rows {
    /// Those that hold NULL in the column.
    Null,
    /// Those of an SQL condition.
    Where(String),
    /// All of them, while the column changes its type in the same change of the table: the value is of the new type, and its expression
    /// reads the old one. PostgreSQL calls it USING.
    Converted {
        /// The expression of the way back; without one the server's own conversion is.
        back: Option<String>,
    },
}

impl Fill {
    /// Whether it says how a column's values become those of its new type.
    pub const fn is_conversion(&self) -> bool {
        matches!(self.rows, Rows::Converted { .. })
    }

    /// What takes it back: nothing, or the conversion the other way.
    fn reverse(&self) -> TableChange {
        match &self.rows {
            Rows::Converted { back: Some(back) } => TableChange::Fill(Self {
                column: self.column.clone(),
                expression: back.clone(),
                rows: Rows::Converted {
                    back: Some(self.expression.clone()),
                },
            }),
            Rows::Null | Rows::Where(_) | Rows::Converted { back: None } => {
                TableChange::Unfill(self.clone())
            }
        }
    }
}

/// A part of a table that has a name and a comment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    /// An index of that name.
    Index(String),
    /// A constraint of that name.
    Constraint(String),
}

/// What of a column differs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Facet {
    /// Its type.
    Type,
    /// Whether it admits NULL.
    Nullable,
    /// Its default.
    Default,
    /// Its generation expression.
    Generated,
    /// Its numbering.
    AutoIncrement,
    /// Its collation.
    Collation,
    /// Its ON UPDATE.
    OnUpdate,
    /// Its comment.
    Comment,
    /// Whether `SELECT *` shows it.
    Invisible,
}

impl Facet {
    /// What differs between the two sides of a column, in the order of this enum.
    pub fn of(pair: Pair<&Column>) -> Vec<Self> {
        let Pair { from, to } = pair;
        [
            (Self::Type, from.ty != to.ty),
            (Self::Nullable, from.nullable != to.nullable),
            (Self::Default, from.default != to.default),
            (Self::Generated, from.generated != to.generated),
            (
                Self::AutoIncrement,
                from.auto_increment != to.auto_increment,
            ),
            (Self::Collation, from.collation != to.collation),
            (Self::OnUpdate, from.on_update != to.on_update),
            (Self::Comment, from.comment != to.comment),
            (Self::Invisible, from.invisible != to.invisible),
        ]
        .into_iter()
        .filter_map(|(facet, differs)| differs.then_some(facet))
        .collect()
    }
}

/// A change that does not fit the catalog it is applied to.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ApplyError {
    /// The object to change is not there.
    #[error("{kind} `{name}` does not exist")]
    Missing {
        /// `table`, `column` ….
        kind: &'static str,
        /// Its name, qualified by its table's.
        name: String,
    },
    /// The object to create is there.
    #[error("{kind} `{name}` exists already")]
    Exists {
        /// `table`, `column` ….
        kind: &'static str,
        /// Its name, qualified by its table's.
        name: String,
    },
}

impl Change {
    /// The enum type whose values it changes, before and after; `None` for every other change.
    pub const fn altered_enum(&self) -> Option<&Pair<EnumType>> {
        match self {
            Self::AlterEnum(pair) => Some(pair),
            Self::CreateTable(_)
            | Self::DropTable(_)
            | Self::RenameTable(_)
            | Self::AlterTable { .. }
            | Self::CreateEnum(_)
            | Self::DropEnum(_)
            | Self::RenameEnum(_)
            | Self::RenameEnumValue { .. } => None,
        }
    }

    /// The change that takes this one back.
    #[must_use]
    pub fn reverse(&self) -> Self {
        match self {
            Self::CreateTable(table) => Self::DropTable(table.clone()),
            Self::DropTable(table) => Self::CreateTable(table.clone()),
            Self::RenameTable(pair) => Self::RenameTable(pair.clone().reverse()),
            Self::AlterTable { table, changes } => Self::AlterTable {
                table: table.clone(),
                changes: reversed(changes),
            },
            Self::CreateEnum(enum_type) => Self::DropEnum(enum_type.clone()),
            Self::DropEnum(enum_type) => Self::CreateEnum(enum_type.clone()),
            Self::AlterEnum(pair) => Self::AlterEnum(pair.clone().reverse()),
            Self::RenameEnum(pair) => Self::RenameEnum(pair.clone().reverse()),
            Self::RenameEnumValue { name, value } => Self::RenameEnumValue {
                name: name.clone(),
                value: value.clone().reverse(),
            },
        }
    }

    /// The table it is about, under the name it has before the change.
    pub fn table(&self) -> Option<&TableName> {
        match self {
            Self::CreateTable(table) | Self::DropTable(table) => Some(&table.name),
            Self::RenameTable(pair) => Some(&pair.from),
            Self::AlterTable { table, .. } => Some(table),
            Self::CreateEnum(_)
            | Self::DropEnum(_)
            | Self::AlterEnum(_)
            | Self::RenameEnum(_)
            | Self::RenameEnumValue { .. } => None,
        }
    }
}

impl TableChange {
    /// The change that takes this one back.
    #[must_use]
    pub fn reverse(&self) -> Self {
        match self {
            Self::AddColumn(column) => Self::DropColumn(column.clone()),
            Self::DropColumn(column) => Self::AddColumn(column.clone()),
            Self::RenameColumn(pair) => Self::RenameColumn(pair.clone().reverse()),
            Self::AlterColumn(pair) => Self::AlterColumn(Box::new(pair.as_ref().clone().reverse())),
            Self::AddPrimaryKey(key) => Self::DropPrimaryKey(key.clone()),
            Self::DropPrimaryKey(key) => Self::AddPrimaryKey(key.clone()),
            Self::AddUnique(unique) => Self::DropUnique(unique.clone()),
            Self::DropUnique(unique) => Self::AddUnique(unique.clone()),
            Self::AddIndex(index) => Self::DropIndex(index.clone()),
            Self::DropIndex(index) => Self::AddIndex(index.clone()),
            Self::RenameIndex(pair) => Self::RenameIndex(pair.clone().reverse()),
            Self::AddForeignKey(key) => Self::DropForeignKey(key.clone()),
            Self::DropForeignKey(key) => Self::AddForeignKey(key.clone()),
            Self::AddCheck(check) => Self::DropCheck(check.clone()),
            Self::DropCheck(check) => Self::AddCheck(check.clone()),
            Self::AddExclusion(exclusion) => Self::DropExclusion(exclusion.clone()),
            Self::DropExclusion(exclusion) => Self::AddExclusion(exclusion.clone()),
            Self::RenameConstraint(pair) => Self::RenameConstraint(pair.clone().reverse()),
            Self::SetComment(pair) => Self::SetComment(pair.clone().reverse()),
            Self::CommentOn { part, comment } => Self::CommentOn {
                part: part.clone(),
                comment: comment.clone().reverse(),
            },
            Self::SetOptions(pair) => Self::SetOptions(Box::new(pair.as_ref().clone().reverse())),
            Self::Fill(fill) => fill.reverse(),
            Self::Unfill(fill) => Self::Fill(fill.clone()),
            Self::RenameValue { column, value } => Self::RenameValue {
                column: column.clone(),
                value: value.clone().reverse(),
            },
        }
    }

    /// Whether it is about rows by itself, and no object: a value for some of them, and not how a type's change converts all.
    pub const fn is_of_rows(&self) -> bool {
        match self {
            Self::Fill(fill) | Self::Unfill(fill) => !fill.is_conversion(),
            Self::RenameValue { .. } => true,
            Self::AddColumn(_)
            | Self::DropColumn(_)
            | Self::RenameColumn(_)
            | Self::AlterColumn(_)
            | Self::AddPrimaryKey(_)
            | Self::DropPrimaryKey(_)
            | Self::AddUnique(_)
            | Self::DropUnique(_)
            | Self::AddIndex(_)
            | Self::DropIndex(_)
            | Self::RenameIndex(_)
            | Self::AddForeignKey(_)
            | Self::DropForeignKey(_)
            | Self::AddCheck(_)
            | Self::DropCheck(_)
            | Self::AddExclusion(_)
            | Self::DropExclusion(_)
            | Self::RenameConstraint(_)
            | Self::SetComment(_)
            | Self::CommentOn { .. }
            | Self::SetOptions(_) => false,
        }
    }

    /// How it converts the values of a column: the expression, if that is what it says.
    pub fn conversion_of(&self, column: &str) -> Option<&str> {
        if let Self::Fill(fill) = self
            && fill.is_conversion()
            && fill.column == column
        {
            return Some(&fill.expression);
        }
        None
    }
}

/// The changes of a table taken back, each conversion before the change of type that it is for.
fn reversed(changes: &[TableChange]) -> Vec<TableChange> {
    let mut out: Vec<TableChange> = changes.iter().rev().map(TableChange::reverse).collect();
    for at in 1..out.len() {
        if let TableChange::AlterColumn(pair) = &out[at - 1]
            && out[at].conversion_of(&pair.to.name).is_some()
        {
            out.swap(at - 1, at);
        }
    }
    out
}

mod apply;
