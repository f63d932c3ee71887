//! Keys, unique constraints and checks of an operation.

use plimsoll_schema::{Action, Check, Deferrable, ForeignKey, PrimaryKey, TableName, Unique};
use sea_query::ForeignKeyAction;

use super::{IntoName, optional, strings, table_name};

/// A foreign key of an operation.
///
/// ```
/// # use plimsoll_migrate::prelude::*;
/// ForeignKeyDef::new("fk-orders-customer_id")
///     .from(["customer_id"])
///     .to("customer", ["id"])
///     .on_delete(ForeignKeyAction::Cascade);
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ForeignKeyDef(ForeignKey);

impl ForeignKeyDef {
    /// A foreign key of that name; `None` for one without (SQLite).
    pub fn new<'a>(name: impl Into<Option<&'a str>>) -> Self {
        Self(ForeignKey {
            name: optional(name),
            columns: Vec::new(),
            ref_table: TableName::new(""),
            ref_columns: Vec::new(),
            on_delete: None,
            on_update: None,
            deferrable: None,
            match_full: false,
            not_valid: false,
            ..ForeignKey::default()
        })
    }

    /// The columns that point.
    #[must_use]
    pub fn from(mut self, columns: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.0.columns = strings(columns);
        self
    }

    /// The table and the columns pointed at.
    #[must_use]
    pub fn to(
        mut self,
        table: impl IntoName,
        columns: impl IntoIterator<Item = impl Into<String>>,
    ) -> Self {
        self.0.ref_table = table_name(table);
        self.0.ref_columns = strings(columns);
        self
    }

    /// ON DELETE.
    #[must_use]
    pub fn on_delete(mut self, action: ForeignKeyAction) -> Self {
        self.0.on_delete = action_of(action);
        self
    }

    /// PostgreSQL 15: the columns that ON DELETE SET NULL or SET DEFAULT is about.
    #[must_use]
    pub fn on_delete_of(mut self, columns: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.0.delete_columns = strings(columns);
        self
    }

    /// ON UPDATE.
    #[must_use]
    pub fn on_update(mut self, action: ForeignKeyAction) -> Self {
        self.0.on_update = action_of(action);
        self
    }

    /// DEFERRABLE INITIALLY IMMEDIATE.
    #[must_use]
    pub fn deferrable(mut self) -> Self {
        self.0.deferrable = Some(Deferrable::Immediate);
        self
    }

    /// DEFERRABLE INITIALLY DEFERRED.
    #[must_use]
    pub fn deferred(mut self) -> Self {
        self.0.deferrable = Some(Deferrable::Deferred);
        self
    }

    /// MATCH FULL.
    #[must_use]
    pub fn match_full(mut self) -> Self {
        self.0.match_full = true;
        self
    }

    /// PostgreSQL's NOT VALID: rows that are there are not checked.
    #[must_use]
    pub fn not_valid(mut self) -> Self {
        self.0.not_valid = true;
        self
    }
}

impl From<ForeignKeyDef> for ForeignKey {
    fn from(definition: ForeignKeyDef) -> Self {
        definition.0
    }
}

/// The enum is sea-query's and may grow; an action we do not know is left to the server.
fn action_of(action: ForeignKeyAction) -> Option<Action> {
    match action {
        ForeignKeyAction::Restrict => Some(Action::Restrict),
        ForeignKeyAction::Cascade => Some(Action::Cascade),
        ForeignKeyAction::SetNull => Some(Action::SetNull),
        ForeignKeyAction::NoAction => Some(Action::NoAction),
        ForeignKeyAction::SetDefault => Some(Action::SetDefault),
        _ => None,
    }
}

/// A unique constraint of an operation, with what `add_unique` cannot say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UniqueDef(Unique);

impl UniqueDef {
    /// A unique constraint of that name on these columns; `None` for one without a name (SQLite).
    pub fn new<'a>(
        name: impl Into<Option<&'a str>>,
        columns: impl IntoIterator<Item = impl Into<String>>,
    ) -> Self {
        Self(Unique {
            name: optional(name),
            columns: strings(columns),
            nulls_not_distinct: false,
            deferrable: None,
            ..Unique::default()
        })
    }

    /// PostgreSQL's INCLUDE columns.
    #[must_use]
    pub fn include(mut self, columns: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.0.include = strings(columns);
        self
    }

    /// PostgreSQL 15: two NULLs are equal.
    #[must_use]
    pub fn nulls_not_distinct(mut self) -> Self {
        self.0.nulls_not_distinct = true;
        self
    }

    /// DEFERRABLE INITIALLY IMMEDIATE.
    #[must_use]
    pub fn deferrable(mut self) -> Self {
        self.0.deferrable = Some(Deferrable::Immediate);
        self
    }

    /// DEFERRABLE INITIALLY DEFERRED.
    #[must_use]
    pub fn deferred(mut self) -> Self {
        self.0.deferrable = Some(Deferrable::Deferred);
        self
    }
}

/// A primary key of an operation, with what `add_primary_key` cannot say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PrimaryKeyDef(PrimaryKey);

impl PrimaryKeyDef {
    /// A primary key of that name on these columns; `None` for one that the server names.
    pub fn new<'a>(
        name: impl Into<Option<&'a str>>,
        columns: impl IntoIterator<Item = impl Into<String>>,
    ) -> Self {
        Self(PrimaryKey {
            name: optional(name),
            columns: strings(columns),
            ..PrimaryKey::default()
        })
    }

    /// MySQL: what it says of a column beyond its name, `(20)` for the length of a prefix, `DESC`, or both.
    #[must_use]
    pub fn clause(mut self, column: impl Into<String>, clause: impl Into<String>) -> Self {
        self.0.clauses.insert(column.into(), clause.into());
        self
    }

    /// PostgreSQL's INCLUDE columns.
    #[must_use]
    pub fn include(mut self, columns: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.0.include = strings(columns);
        self
    }

    /// DEFERRABLE INITIALLY IMMEDIATE.
    #[must_use]
    pub fn deferrable(mut self) -> Self {
        self.0.deferrable = Some(Deferrable::Immediate);
        self
    }

    /// DEFERRABLE INITIALLY DEFERRED.
    #[must_use]
    pub fn deferred(mut self) -> Self {
        self.0.deferrable = Some(Deferrable::Deferred);
        self
    }
}

impl From<PrimaryKeyDef> for PrimaryKey {
    fn from(definition: PrimaryKeyDef) -> Self {
        definition.0
    }
}

/// A check of an operation, with what `add_check` cannot say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckDef(Check);

impl CheckDef {
    /// A check of that name: an SQL condition without enclosing parentheses.
    pub fn new<'a>(name: impl Into<Option<&'a str>>, condition: impl Into<String>) -> Self {
        Self(Check {
            name: optional(name),
            expression: condition.into(),
            ..Check::default()
        })
    }

    /// NOT ENFORCED: no row is checked (MySQL, PostgreSQL 18).
    #[must_use]
    pub fn not_enforced(mut self) -> Self {
        self.0.not_enforced = true;
        self
    }

    /// PostgreSQL's NO INHERIT: children are not checked.
    #[must_use]
    pub fn no_inherit(mut self) -> Self {
        self.0.no_inherit = true;
        self
    }

    /// PostgreSQL's NOT VALID: rows that are there are not checked.
    #[must_use]
    pub fn not_valid(mut self) -> Self {
        self.0.not_valid = true;
        self
    }
}

impl From<CheckDef> for Check {
    fn from(definition: CheckDef) -> Self {
        definition.0
    }
}

impl From<UniqueDef> for Unique {
    fn from(definition: UniqueDef) -> Self {
        definition.0
    }
}
