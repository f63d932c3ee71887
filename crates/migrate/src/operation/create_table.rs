//! A new table with facts that sea-query's builder cannot say.

use plimsoll_schema::{
    Change, Exclusion, Pair, Part, PrimaryKey, Table, TableChange, TableName, TableOptions,
};

use super::column::Parts;
use super::{
    CheckDef, ColumnFacts, ForeignKeyDef, IndexDef, IntoName, PrimaryKeyDef, UniqueDef, table_name,
    unnamed_unique,
};

/// Makes a table, its indexes and its comments. For a table that sea-query can say, `manager.create_table` is the same.
#[derive(Debug, Clone)]
pub struct CreateTable(Table);

impl CreateTable {
    /// A table of that name, without columns.
    pub fn new(name: impl IntoName) -> Self {
        Self(Table::new(table_name(name)))
    }

    /// The next column; `.primary_key()` on it makes it the primary key.
    #[must_use]
    pub fn column(mut self, column: impl Into<ColumnFacts>) -> Self {
        let Parts {
            column,
            is_key,
            is_unique,
        } = column.into().into_parts();
        if is_unique && !is_key {
            self.0
                .uniques
                .push(unnamed_unique(&self.0.name, &column.name));
        }
        if is_key {
            self.0
                .primary_key
                .get_or_insert_with(|| PrimaryKey {
                    name: None,
                    columns: Vec::new(),
                    ..PrimaryKey::default()
                })
                .columns
                .push(column.name.clone());
        }
        self.0.columns.push(column);
        self
    }

    /// Its primary key.
    #[must_use]
    pub fn primary_key<'a>(
        self,
        name: impl Into<Option<&'a str>>,
        columns: impl IntoIterator<Item = impl Into<String>>,
    ) -> Self {
        self.primary_key_with(PrimaryKeyDef::new(name, columns))
    }

    /// Its primary key, with what `primary_key` cannot say.
    #[must_use]
    pub fn primary_key_with(mut self, key: PrimaryKeyDef) -> Self {
        self.0.primary_key = Some(key.into());
        self
    }

    /// A unique constraint.
    #[must_use]
    pub fn unique<'a>(
        self,
        name: impl Into<Option<&'a str>>,
        columns: impl IntoIterator<Item = impl Into<String>>,
    ) -> Self {
        self.unique_with(UniqueDef::new(name, columns))
    }

    /// A unique constraint with what `unique` cannot say.
    #[must_use]
    pub fn unique_with(mut self, unique: UniqueDef) -> Self {
        self.0.uniques.push(unique.into());
        self
    }

    /// A foreign key.
    #[must_use]
    pub fn foreign_key(mut self, key: ForeignKeyDef) -> Self {
        self.0.foreign_keys.push(key.into());
        self
    }

    /// A check: an SQL condition without enclosing parentheses.
    #[must_use]
    pub fn check<'a>(self, name: impl Into<Option<&'a str>>, condition: impl Into<String>) -> Self {
        self.check_with(CheckDef::new(name, condition))
    }

    /// A check with what `check` cannot say.
    #[must_use]
    pub fn check_with(mut self, check: CheckDef) -> Self {
        self.0.checks.push(check.into());
        self
    }

    /// PostgreSQL: the comment of the constraint of that name, which is said before.
    #[must_use]
    pub fn comment_on_constraint(mut self, name: &str, text: impl Into<String>) -> Self {
        let comment = Pair::new(None, Some(text.into()));
        let part = Part::Constraint(name.to_owned());
        // One that is not there has no comment either.
        let _ = self.0.apply(&TableChange::CommentOn { part, comment });
        self
    }

    /// PostgreSQL's exclusion constraint, from `EXCLUDE` on.
    #[must_use]
    pub fn exclusion(mut self, name: impl Into<String>, definition: impl Into<String>) -> Self {
        self.0.exclusions.push(Exclusion {
            name: name.into(),
            definition: definition.into(),
            ..Exclusion::default()
        });
        self
    }

    /// An index.
    #[must_use]
    pub fn index(mut self, index: IndexDef) -> Self {
        self.0.indexes.push(index.into());
        self
    }

    /// Its comment.
    #[must_use]
    pub fn comment(mut self, text: impl Into<String>) -> Self {
        self.0.comment = Some(text.into());
        self
    }

    /// How it is stored.
    #[must_use]
    pub fn options(mut self, options: Options) -> Self {
        self.0.options = options.into();
        self
    }
}

impl From<CreateTable> for Change {
    fn from(operation: CreateTable) -> Self {
        let mut table = operation.0;
        // A key's columns refuse NULL whether or not the migration says so.
        let key = table.primary_key.iter().flat_map(|key| &key.columns);
        for name in key {
            if let Some(column) = table.columns.iter_mut().find(|column| column.name == *name) {
                column.nullable = false;
            }
        }
        Self::CreateTable(table)
    }
}

/// How a table is stored; each fact belongs to the backend it names and is left out on the others.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Options(TableOptions);

impl Options {
    /// Nothing out of the ordinary.
    pub fn new() -> Self {
        Self::default()
    }

    /// SQLite: STRICT.
    #[must_use]
    pub fn strict(mut self) -> Self {
        self.0.strict = true;
        self
    }

    /// SQLite: WITHOUT ROWID.
    #[must_use]
    pub fn without_rowid(mut self) -> Self {
        self.0.without_rowid = true;
        self
    }

    /// MySQL: the storage engine.
    #[must_use]
    pub fn engine(mut self, name: impl Into<String>) -> Self {
        self.0.engine = Some(name.into());
        self
    }

    /// MySQL: the default collation.
    #[must_use]
    pub fn collation(mut self, name: impl Into<String>) -> Self {
        self.0.collation = Some(name.into());
        self
    }

    /// PostgreSQL: UNLOGGED.
    #[must_use]
    pub fn unlogged(mut self) -> Self {
        self.0.unlogged = true;
        self
    }

    /// PostgreSQL: the storage parameter of that name (`fillfactor`, `toast.autovacuum_enabled`). MySQL: the option (`row_format`).
    #[must_use]
    pub fn parameter(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.0.parameters.insert(name.into(), value.into());
        self
    }

    /// PostgreSQL: PARTITION BY, without these words.
    #[must_use]
    pub fn partition_by(mut self, definition: impl Into<String>) -> Self {
        self.0.partition_by = Some(definition.into());
        self
    }
}

impl From<Options> for TableOptions {
    fn from(options: Options) -> Self {
        options.0
    }
}

/// Drops a table and its rows. `manager.drop_table` is the same for every name that sea-query can say.
#[derive(Debug, Clone)]
pub struct DropTable(Table);

impl DropTable {
    /// The table of that name.
    pub fn new(name: impl IntoName) -> Self {
        Self(Table::new(table_name(name)))
    }
}

impl From<DropTable> for Change {
    fn from(operation: DropTable) -> Self {
        Self::DropTable(operation.0)
    }
}

/// Renames a table, which may be in a schema.
#[derive(Debug, Clone)]
pub struct RenameTable(Pair<TableName>);

impl RenameTable {
    /// The name it has, and the name it gets.
    pub fn new(from: impl IntoName, to: impl IntoName) -> Self {
        Self(Pair::new(table_name(from), table_name(to)))
    }
}

impl From<RenameTable> for Change {
    fn from(operation: RenameTable) -> Self {
        Self::RenameTable(operation.0)
    }
}
