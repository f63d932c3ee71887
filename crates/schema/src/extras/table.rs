//! A table as its entity's derive states it, to be completed.

use super::{ExtrasProblem, IndexExtra};
use crate::{
    AutoIncrement, Backend, Check, Column, ColumnType, Deferrable, Exclusion, ForeignKey,
    Generated, KeyTarget, SequenceOptions, Table, TableName, Unique, Value,
};

/// What a declaration adds to its entity's table; each method states one fact more. The first one that does not fit is reported.
///
/// Facts that one backend alone has are stated for that backend, whichever the models are read for: [`strict`](Self::strict) and
/// [`without_rowid`](Self::without_rowid) on SQLite; [`identity_always`](Self::identity_always), [`identity`](Self::identity),
/// [`exclusion`](Self::exclusion), [`parameter`](Self::parameter) and [`unlogged`](Self::unlogged) on PostgreSQL; [`engine`](Self::engine),
/// [`default_collation`](Self::default_collation) and [`option`](Self::option) on MySQL.
#[derive(Debug)]
#[must_use = "a declaration returns the extras it was given"]
pub struct TableExtras {
    backend: Backend,
    table: Table,
    problem: Option<ExtrasProblem>,
}

impl TableExtras {
    pub(super) const fn of(backend: Backend, table: Table) -> Self {
        Self {
            backend,
            table,
            problem: None,
        }
    }

    pub(super) fn finish(mut self) -> Result<Table, (TableName, ExtrasProblem)> {
        self.table.sort();
        match self.problem {
            Some(problem) => Err((self.table.name, problem)),
            None => Ok(self.table),
        }
    }

    /// Facts for one backend only.
    pub fn on(self, backend: Backend, declare: impl FnOnce(Self) -> Self) -> Self {
        if self.backend == backend {
            declare(self)
        } else {
            self
        }
    }

    /// An index. One of the same name that the derive makes (`idx-<table>-<key>`) is replaced by it.
    pub fn index(mut self, index: IndexExtra) -> Self {
        let index = match index.finish() {
            Ok(index) => index,
            Err(problem) => return self.refuse(problem),
        };
        for key in &index.keys {
            if let KeyTarget::Column(column) = &key.target {
                self = self.require_column(column);
            }
        }
        for column in &index.include {
            self = self.require_column(column);
        }
        self.table.indexes.retain(|other| other.name != index.name);
        self.table.indexes.push(index);
        self
    }

    /// A unique constraint with that name and column order. One on the same columns that the derive makes takes the name.
    pub fn unique(
        mut self,
        name: impl Into<String>,
        columns: impl IntoIterator<Item = impl Into<String>>,
    ) -> Self {
        let columns = strings(columns);
        for column in &columns {
            self = self.require_column(column);
        }
        self.table
            .uniques
            .retain(|other| other.name.is_some() || other.columns != columns);
        self.table.uniques.push(Unique {
            name: Some(name.into()),
            columns,
            nulls_not_distinct: false,
            deferrable: None,
            ..Unique::default()
        });
        self
    }

    /// A check: its name and its condition as SQL without enclosing parentheses.
    pub fn check(mut self, name: impl Into<String>, condition: impl Into<String>) -> Self {
        let name = name.into();
        if self
            .table
            .checks
            .iter()
            .any(|check| check.name.as_ref() == Some(&name))
        {
            return self.refuse(ExtrasProblem::Twice {
                kind: "check",
                name,
            });
        }
        self.table.checks.push(Check {
            name: Some(name),
            expression: condition.into(),
            ..Check::default()
        });
        self
    }

    /// A unique constraint with all it can say ([`Unique`]: INCLUDE, NULLS NOT DISTINCT, DEFERRABLE). One on the same columns that the
    /// derive makes is replaced by it.
    pub fn unique_constraint(mut self, unique: Unique) -> Self {
        for column in unique.columns.iter().chain(&unique.include) {
            self = self.require_column(column);
        }
        self.table
            .uniques
            .retain(|other| other.name.is_some() || other.columns != unique.columns);
        self.table.uniques.push(unique);
        self
    }

    /// PostgreSQL: a storage parameter of the table (`fillfactor`, `toast.autovacuum_enabled`).
    pub fn parameter(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        if self.backend == Backend::Postgres {
            let parameters = &mut self.table.options.parameters;
            parameters.insert(name.into(), value.into());
        }
        self
    }

    /// PostgreSQL: an exclusion constraint, its definition from `EXCLUDE` on.
    pub fn exclusion(mut self, name: impl Into<String>, definition: impl Into<String>) -> Self {
        if self.backend == Backend::Postgres {
            self.table.exclusions.push(Exclusion {
                name: name.into(),
                definition: definition.into(),
                ..Exclusion::default()
            });
        }
        self
    }

    /// A foreign key, as to a table that no entity states.
    pub fn foreign_key(mut self, key: ForeignKey) -> Self {
        for column in &key.columns {
            self = self.require_column(column);
        }
        self.table.foreign_keys.push(key);
        self
    }

    /// The name of the foreign key on these columns.
    pub fn foreign_key_name(
        self,
        columns: impl IntoIterator<Item = impl Into<String>>,
        name: impl Into<String>,
    ) -> Self {
        self.key_on(&strings(columns), |key| key.name = Some(name.into()))
    }

    /// The foreign key on these columns is checked at the end of the transaction, or can be.
    pub fn deferrable(
        self,
        columns: impl IntoIterator<Item = impl Into<String>>,
        deferrable: Deferrable,
    ) -> Self {
        self.key_on(&strings(columns), |key| key.deferrable = Some(deferrable))
    }

    /// A column that the entity does not have, or ignores.
    pub fn column(mut self, column: Column) -> Self {
        if self.table.column(&column.name).is_some() {
            return self.refuse(ExtrasProblem::Twice {
                kind: "column",
                name: column.name,
            });
        }
        self.table.columns.push(column);
        self
    }

    /// A column's value is computed from others: an expression without enclosing parentheses, `stored` in the row or computed when read.
    pub fn generated(self, column: &str, expression: impl Into<String>, stored: bool) -> Self {
        self.change(column, |column| {
            column.generated = Some(Generated {
                expression: expression.into(),
                stored,
            });
        })
    }

    /// A column's default, as SQL without enclosing parentheses.
    pub fn default_expression(self, column: &str, sql: impl Into<String>) -> Self {
        self.change(column, |column| {
            column.default = Some(Value::Expression(sql.into()));
        })
    }

    /// A column's type, where the field's Rust type leaves it open or the derive has no word for it.
    pub fn column_type(self, column: &str, ty: ColumnType) -> Self {
        self.change(column, |column| column.ty = ty)
    }

    /// A column's collation.
    pub fn collation(self, column: &str, name: impl Into<String>) -> Self {
        self.change(column, |column| column.collation = Some(name.into()))
    }

    /// MySQL: what a column becomes when its row changes (`CURRENT_TIMESTAMP`).
    pub fn on_update(self, column: &str, sql: impl Into<String>) -> Self {
        if self.backend != Backend::Mysql {
            return self;
        }
        self.change(column, |column| column.on_update = Some(sql.into()))
    }

    /// PostgreSQL: a column is numbered by the server, and INSERT cannot say otherwise.
    pub fn identity_always(self, column: &str) -> Self {
        if self.backend != Backend::Postgres {
            return self;
        }
        self.change(column, |column| {
            column.auto_increment = Some(AutoIncrement::Identity {
                always: true,
                options: SequenceOptions::default(),
            });
        })
    }

    /// PostgreSQL: a column is numbered by the server, by this sequence.
    pub fn identity(self, column: &str, always: bool, options: SequenceOptions) -> Self {
        if self.backend != Backend::Postgres {
            return self;
        }
        self.change(column, |column| {
            column.auto_increment = Some(AutoIncrement::Identity { always, options });
        })
    }

    /// A column's comment.
    pub fn comment_on(self, column: &str, text: impl Into<String>) -> Self {
        self.change(column, |column| column.comment = Some(text.into()))
    }

    /// The table's comment.
    pub fn comment(mut self, text: impl Into<String>) -> Self {
        self.table.comment = Some(text.into());
        self
    }

    /// The name the table had before, in the same schema: it is renamed, and keeps its rows.
    pub fn renamed_from(mut self, name: impl Into<String>) -> Self {
        self.table.renamed_from = Some(TableName {
            schema: self.table.name.schema.clone(),
            name: name.into(),
        });
        self
    }

    /// SQLite: STRICT.
    pub fn strict(mut self) -> Self {
        self.table.options.strict = self.backend == Backend::Sqlite;
        self
    }

    /// SQLite: WITHOUT ROWID.
    pub fn without_rowid(mut self) -> Self {
        self.table.options.without_rowid = self.backend == Backend::Sqlite;
        self
    }

    /// PostgreSQL: UNLOGGED.
    pub fn unlogged(mut self) -> Self {
        self.table.options.unlogged = self.backend == Backend::Postgres;
        self
    }

    /// MySQL: the storage engine.
    pub fn engine(mut self, name: impl Into<String>) -> Self {
        if self.backend == Backend::Mysql {
            self.table.options.engine = Some(name.into());
        }
        self
    }

    /// MySQL: an option of the table beyond its engine and collation (`row_format`, `stats_persistent`).
    pub fn option(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        if self.backend == Backend::Mysql {
            let (name, value): (String, String) = (name.into(), value.into());
            let options = &mut self.table.options.parameters;
            // Neither has a case, and the server shows them so.
            options.insert(name.to_lowercase(), value.to_uppercase());
        }
        self
    }

    /// MySQL: the collation of columns that do not say.
    pub fn default_collation(mut self, name: impl Into<String>) -> Self {
        if self.backend == Backend::Mysql {
            self.table.options.collation = Some(name.into());
        }
        self
    }

    fn change(mut self, column: &str, change: impl FnOnce(&mut Column)) -> Self {
        match self.table.column_mut(column) {
            Some(column) => {
                change(column);
                self
            }
            None => self.require_column(column),
        }
    }

    fn require_column(self, name: &str) -> Self {
        if self.table.column(name).is_some() {
            return self;
        }
        let known = self
            .table
            .columns
            .iter()
            .map(|column| column.name.clone())
            .collect();
        self.refuse(ExtrasProblem::Unknown {
            kind: "column",
            name: name.to_owned(),
            known,
        })
    }

    fn key_on(mut self, columns: &[String], change: impl FnOnce(&mut ForeignKey)) -> Self {
        let found = self
            .table
            .foreign_keys
            .iter_mut()
            .find(|key| key.columns == columns);
        if let Some(key) = found {
            change(key);
            return self;
        }
        let known = self
            .table
            .foreign_keys
            .iter()
            .map(|key| key.columns.join(", "))
            .collect();
        self.refuse(ExtrasProblem::Unknown {
            kind: "foreign key on",
            name: columns.join(", "),
            known,
        })
    }

    fn refuse(mut self, problem: ExtrasProblem) -> Self {
        self.problem.get_or_insert(problem);
        self
    }
}

fn strings(items: impl IntoIterator<Item = impl Into<String>>) -> Vec<String> {
    items.into_iter().map(Into::into).collect()
}
