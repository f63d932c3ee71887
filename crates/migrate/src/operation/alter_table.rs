//! Changes of one table.

use plimsoll_schema::{
    Change, Column, ColumnType, Exclusion, Fill, ForeignKey, Index, Pair, Part, Rows, TableChange,
    TableName,
};

use super::column::Parts;
use super::{
    CheckDef, ColumnFacts, ForeignKeyDef, IndexDef, IntoName, Options, PrimaryKeyDef, UniqueDef,
    optional, table_name, unnamed_unique,
};

/// Changes one table: its changes run in this order and, where the backend can, at once.
///
/// ```
/// # use plimsoll_migrate::prelude::*;
/// AlterTable::new("orders")
///     .alter_column(
///         ColumnDef::new("note").string_len(100).null(),
///         ColumnDef::new("note").text().not_null().default(""),
///     )
///     .add_check("ck-orders-total", "total >= 0");
/// ```
#[derive(Debug, Clone)]
pub struct AlterTable {
    table: TableName,
    changes: Vec<TableChange>,
}

impl AlterTable {
    /// The table of that name, unchanged.
    pub fn new(table: impl IntoName) -> Self {
        Self {
            table: table_name(table),
            changes: Vec::new(),
        }
    }

    fn with(mut self, change: TableChange) -> Self {
        self.changes.push(change);
        self
    }

    /// Adds a column.
    #[must_use]
    pub fn add_column(self, column: impl Into<ColumnFacts>) -> Self {
        let Parts {
            column,
            is_key,
            is_unique,
        } = column.into().into_parts();
        let name = column.name.clone();
        let unique = unnamed_unique(&self.table, &name);
        let added = self.with(TableChange::AddColumn(column));
        if is_key {
            added.add_primary_key(None, [name])
        } else if is_unique {
            added.with(TableChange::AddUnique(unique))
        } else {
            added
        }
    }

    /// Drops a column and its data.
    #[must_use]
    pub fn drop_column(self, name: impl Into<String>) -> Self {
        // What the column was matters to the reverse of a change only, and an operation is not reversed.
        let gone = Column::new(name, ColumnType::Raw(String::new()));
        self.with(TableChange::DropColumn(gone))
    }

    /// Gives a column another name; indexes and constraints follow by themselves.
    #[must_use]
    pub fn rename_column(self, from: impl Into<String>, to: impl Into<String>) -> Self {
        self.with(TableChange::RenameColumn(Pair::new(from.into(), to.into())))
    }

    /// Changes a column: only what differs between the two sides is touched, where the backend can.
    #[must_use]
    pub fn alter_column(self, from: impl Into<ColumnFacts>, to: impl Into<ColumnFacts>) -> Self {
        let side = |facts: ColumnFacts| facts.into_parts().column;
        let pair = Pair::new(side(from.into()), side(to.into()));
        self.with(TableChange::AlterColumn(Box::new(pair)))
    }

    /// Gives the rows that hold NULL in a column a value, an SQL expression in which their other columns can stand. Nothing takes it
    /// back.
    #[must_use]
    pub fn fill(self, column: impl Into<String>, expression: impl Into<String>) -> Self {
        self.with(TableChange::Fill(Fill {
            column: column.into(),
            expression: expression.into(),
            rows: Rows::Null,
        }))
    }

    /// Says how the values of a column become those of its new type, in front of the [`Self::alter_column`] that changes it: an SQL
    /// expression of the new type, in which the row's columns stand as they were. `back` is the one of the other way; without it the
    /// server's own conversion takes the change back.
    #[must_use]
    pub fn convert<'a>(
        self,
        column: impl Into<String>,
        expression: impl Into<String>,
        back: impl Into<Option<&'a str>>,
    ) -> Self {
        self.with(TableChange::Fill(Fill {
            column: column.into(),
            expression: expression.into(),
            rows: Rows::Converted {
                back: back.into().map(str::to_owned),
            },
        }))
    }

    /// Gives the rows of an SQL condition a value, as [`Self::fill`] does.
    #[must_use]
    pub fn fill_where(
        self,
        column: impl Into<String>,
        expression: impl Into<String>,
        condition: impl Into<String>,
    ) -> Self {
        self.with(TableChange::Fill(Fill {
            column: column.into(),
            expression: expression.into(),
            rows: Rows::Where(condition.into()),
        }))
    }

    /// Gives the rows that hold a value of a column's enum its new name. A `down` says it the other way round.
    #[must_use]
    pub fn rename_value(
        self,
        column: impl Into<String>,
        from: impl Into<String>,
        to: impl Into<String>,
    ) -> Self {
        self.with(TableChange::RenameValue {
            column: column.into(),
            value: Pair::new(from.into(), to.into()),
        })
    }

    /// Adds a primary key.
    #[must_use]
    pub fn add_primary_key<'a>(
        self,
        name: impl Into<Option<&'a str>>,
        columns: impl IntoIterator<Item = impl Into<String>>,
    ) -> Self {
        self.add_primary_key_with(PrimaryKeyDef::new(name, columns))
    }

    /// Adds a primary key with what `add_primary_key` cannot say.
    #[must_use]
    pub fn add_primary_key_with(self, key: PrimaryKeyDef) -> Self {
        self.with(TableChange::AddPrimaryKey(key.into()))
    }

    /// Drops the primary key: its name, and its columns.
    #[must_use]
    pub fn drop_primary_key<'a>(
        self,
        name: impl Into<Option<&'a str>>,
        columns: impl IntoIterator<Item = impl Into<String>>,
    ) -> Self {
        let gone = PrimaryKeyDef::new(name, columns);
        self.with(TableChange::DropPrimaryKey(gone.into()))
    }

    /// Adds a unique constraint.
    #[must_use]
    pub fn add_unique<'a>(
        self,
        name: impl Into<Option<&'a str>>,
        columns: impl IntoIterator<Item = impl Into<String>>,
    ) -> Self {
        self.add_unique_with(UniqueDef::new(name, columns))
    }

    /// Adds a unique constraint with what `add_unique` cannot say.
    #[must_use]
    pub fn add_unique_with(self, unique: UniqueDef) -> Self {
        self.with(TableChange::AddUnique(unique.into()))
    }

    /// Drops a unique constraint: found by its name, and where names are not kept by its columns.
    #[must_use]
    pub fn drop_unique<'a>(
        self,
        name: impl Into<Option<&'a str>>,
        columns: impl IntoIterator<Item = impl Into<String>>,
    ) -> Self {
        self.with(TableChange::DropUnique(
            UniqueDef::new(name, columns).into(),
        ))
    }

    /// Adds an index.
    #[must_use]
    pub fn add_index(self, index: IndexDef) -> Self {
        self.with(TableChange::AddIndex(index.into()))
    }

    /// Drops an index.
    #[must_use]
    pub fn drop_index(self, name: impl Into<String>) -> Self {
        self.with(TableChange::DropIndex(Index::on(name, &[] as &[&str])))
    }

    /// Gives an index another name.
    #[must_use]
    pub fn rename_index(self, from: impl Into<String>, to: impl Into<String>) -> Self {
        self.with(TableChange::RenameIndex(Pair::new(from.into(), to.into())))
    }

    /// Adds a foreign key.
    #[must_use]
    pub fn add_foreign_key(self, key: ForeignKeyDef) -> Self {
        self.with(TableChange::AddForeignKey(key.into()))
    }

    /// Drops a foreign key: found by its name, and where names are not kept by its columns.
    #[must_use]
    pub fn drop_foreign_key<'a>(
        self,
        name: impl Into<Option<&'a str>>,
        columns: impl IntoIterator<Item = impl Into<String>>,
    ) -> Self {
        let gone: ForeignKey = ForeignKeyDef::new(name).from(columns).into();
        self.with(TableChange::DropForeignKey(gone))
    }

    /// Adds a check: an SQL condition without enclosing parentheses.
    #[must_use]
    pub fn add_check<'a>(
        self,
        name: impl Into<Option<&'a str>>,
        condition: impl Into<String>,
    ) -> Self {
        self.add_check_with(CheckDef::new(name, condition))
    }

    /// Adds a check with what `add_check` cannot say.
    #[must_use]
    pub fn add_check_with(self, check: CheckDef) -> Self {
        self.with(TableChange::AddCheck(check.into()))
    }

    /// Drops a check: found by its name, and where it has none by its condition.
    #[must_use]
    pub fn drop_check<'a>(
        self,
        name: impl Into<Option<&'a str>>,
        condition: impl Into<String>,
    ) -> Self {
        let gone = CheckDef::new(name, condition);
        self.with(TableChange::DropCheck(gone.into()))
    }

    /// Adds PostgreSQL's exclusion constraint, from `EXCLUDE` on.
    #[must_use]
    pub fn add_exclusion(self, name: impl Into<String>, definition: impl Into<String>) -> Self {
        self.with(TableChange::AddExclusion(Exclusion {
            name: name.into(),
            definition: definition.into(),
            ..Exclusion::default()
        }))
    }

    /// Drops PostgreSQL's exclusion constraint.
    #[must_use]
    pub fn drop_exclusion(self, name: impl Into<String>) -> Self {
        self.with(TableChange::DropExclusion(Exclusion {
            name: name.into(),
            definition: String::new(),
            ..Exclusion::default()
        }))
    }

    /// Gives a constraint another name. On a server that does not name every constraint, one that is not there has none to change.
    #[must_use]
    pub fn rename_constraint(self, from: impl Into<String>, to: impl Into<String>) -> Self {
        self.with(TableChange::RenameConstraint(Pair::new(
            from.into(),
            to.into(),
        )))
    }

    /// Changes the table's comment; `None` is none.
    #[must_use]
    pub fn comment<'a, 'b>(
        self,
        from: impl Into<Option<&'a str>>,
        to: impl Into<Option<&'b str>>,
    ) -> Self {
        self.with(TableChange::SetComment(Pair::new(
            optional(from),
            optional(to),
        )))
    }

    /// PostgreSQL: changes the comment of an index; `None` is none.
    #[must_use]
    pub fn comment_on_index<'a, 'b>(
        self,
        name: impl Into<String>,
        from: impl Into<Option<&'a str>>,
        to: impl Into<Option<&'b str>>,
    ) -> Self {
        let comment = Pair::new(optional(from), optional(to));
        let part = Part::Index(name.into());
        self.with(TableChange::CommentOn { part, comment })
    }

    /// PostgreSQL: changes the comment of a constraint; `None` is none.
    #[must_use]
    pub fn comment_on_constraint<'a, 'b>(
        self,
        name: impl Into<String>,
        from: impl Into<Option<&'a str>>,
        to: impl Into<Option<&'b str>>,
    ) -> Self {
        let comment = Pair::new(optional(from), optional(to));
        let part = Part::Constraint(name.into());
        self.with(TableChange::CommentOn { part, comment })
    }

    /// Changes how the table is stored.
    #[must_use]
    pub fn options(self, from: Options, to: Options) -> Self {
        self.with(TableChange::SetOptions(Box::new(Pair::new(
            from.into(),
            to.into(),
        ))))
    }
}

impl From<AlterTable> for Change {
    fn from(operation: AlterTable) -> Self {
        Self::AlterTable {
            table: operation.table,
            changes: operation.changes,
        }
    }
}
