//! One change of a table as a clause of ALTER TABLE.

use super::admit::{self, unsupported};
use super::value::quote_string;
use super::{column, implicit, is_mariadb, options};
use crate::backend::{RenderError, Server, USUAL_ENGINE, Version, qualified, quote};
use crate::{
    Check, Column, ForeignKey, Index, IndexKey, KeyTarget, Order, Pair, Part, Table, TableChange,
    TableName, TableOptions, sea,
};

/// Where a clause is written.
pub(super) struct Place<'a> {
    /// The server.
    pub(super) server: &'a Server,
    /// The table's name.
    pub(super) table: &'a TableName,
    /// The table before the statement, where it is known.
    pub(super) known: Option<&'a Table>,
}

impl Place<'_> {
    /// The clauses of one change.
    pub(super) fn clauses(&self, change: &TableChange) -> Result<Vec<String>, RenderError> {
        let one = |clause: String| Ok(vec![clause]);
        match change {
            TableChange::AddColumn(column) => {
                one(format!("ADD COLUMN {}", self.definition(column)?))
            }
            TableChange::DropColumn(column) => {
                one(format!("DROP COLUMN {}", self.quote(&column.name)))
            }
            TableChange::RenameColumn(pair) => one(self.rename_column(pair)?),
            TableChange::AlterColumn(pair) => one(self.modify(&pair.to)?),
            TableChange::AddPrimaryKey(key) => {
                one(format!("ADD PRIMARY KEY ({})", self.key_columns(key)))
            }
            TableChange::DropPrimaryKey(_) => one("DROP PRIMARY KEY".to_owned()),
            TableChange::AddUnique(unique) => {
                admit::unique(self.table, unique)?;
                let name = self.quote(&sea::unique_name(self.table, unique));
                one(format!(
                    "ADD UNIQUE INDEX {name} ({})",
                    self.names(&unique.columns)
                ))
            }
            TableChange::DropUnique(unique) => {
                one(self.drop_index(&sea::unique_name(self.table, unique)))
            }
            TableChange::AddIndex(index) => one(self.add_index(index)?),
            TableChange::DropIndex(index) => one(self.drop_index(&index.name)),
            TableChange::RenameIndex(pair) => one(self.rename_index(pair)),
            TableChange::AddForeignKey(key) => one(self.add_foreign_key(key)?),
            TableChange::DropForeignKey(key) => {
                let name = sea::foreign_key_name(self.table, key);
                one(format!("DROP FOREIGN KEY {}", self.quote(&name)))
            }
            TableChange::AddCheck(check) => one(self.add_check(check)?),
            TableChange::DropCheck(check) => self.drop_check(check),
            TableChange::AddExclusion(exclusion) | TableChange::DropExclusion(exclusion) => {
                Err(unsupported("exclusion constraint", &exclusion.name))
            }
            TableChange::RenameConstraint(pair) => {
                Err(unsupported("way to rename a constraint", &pair.from))
            }
            TableChange::SetComment(pair) => one(format!(
                "COMMENT = {}",
                quote_string(pair.to.as_deref().unwrap_or_default())
            )),
            TableChange::CommentOn { part, .. } => {
                let (Part::Index(name) | Part::Constraint(name)) = part;
                Err(unsupported("way to change the comment of an index", name))
            }
            TableChange::SetOptions(pair) => self.set_options(pair),
            TableChange::Fill(_) | TableChange::Unfill(_) | TableChange::RenameValue { .. } => {
                Ok(Vec::new())
            }
        }
    }

    pub(super) fn quote(&self, name: &str) -> String {
        quote(self.server, name)
    }

    pub(super) fn names(&self, columns: &[String]) -> String {
        let names: Vec<String> = columns.iter().map(|column| self.quote(column)).collect();
        names.join(", ")
    }

    pub(super) fn drop_index(&self, name: &str) -> String {
        format!("DROP INDEX {}", self.quote(name))
    }

    /// The index that a foreign key has of the server's making, said.
    pub(super) fn column_index(&self, key: &ForeignKey) -> Option<String> {
        let name = implicit::index_name(&self.table.name, key)?;
        let columns = self.names(&key.columns);
        Some(format!("ADD INDEX {} ({columns})", self.quote(name)))
    }

    fn rename_index(&self, pair: &Pair<String>) -> String {
        format!(
            "RENAME INDEX {} TO {}",
            self.quote(&pair.from),
            self.quote(&pair.to)
        )
    }

    pub(super) fn definition(&self, column: &Column) -> Result<String, RenderError> {
        column::definition(self.server, self.table, column)
    }

    /// A check that MariaDB may keep in the column's definition: it bears the column's name.
    fn column_check(&self, column: &str) -> Option<&Check> {
        let is_its = |check: &&Check| check.name.as_deref() == Some(column);
        let known = self.known.filter(|_| is_mariadb(self.server))?;
        known.checks.iter().find(is_its)
    }

    pub(super) fn modify(&self, column: &Column) -> Result<String, RenderError> {
        let definition = self.definition(column)?;
        Ok(match self.column_check(&column.name) {
            // A check inside the column goes with its old definition, one of the table that has the name stays.
            Some(check) => format!(
                "MODIFY COLUMN {definition}, ADD CONSTRAINT IF NOT EXISTS {} CHECK ({})",
                self.quote(&column.name),
                check.expression
            ),
            None => format!("MODIFY COLUMN {definition}"),
        })
    }

    /// MySQL 8.0 and MariaDB 10.5 rename by name alone; before, the definition has to be said again.
    fn rename_column(&self, pair: &Pair<String>) -> Result<String, RenderError> {
        let (from, to) = (self.quote(&pair.from), self.quote(&pair.to));
        if super::can_rename_column(self.server) {
            return Ok(format!("RENAME COLUMN {from} TO {to}"));
        }
        let known = self
            .known
            .and_then(|table| table.column(&pair.from))
            .ok_or_else(|| unsupported("RENAME COLUMN", &pair.from))?;
        let mut column = known.clone();
        column.name.clone_from(&pair.to);
        Ok(format!(
            "CHANGE COLUMN {from} {}",
            self.definition(&column)?
        ))
    }

    pub(super) fn add_index(&self, index: &Index) -> Result<String, RenderError> {
        admit::index(self.server, self.table, index)?;
        let kind = match (index.method.as_deref(), index.unique) {
            (Some("fulltext"), _) => "FULLTEXT ",
            (Some("spatial"), _) => "SPATIAL ",
            (Some("vector"), _) => "VECTOR ",
            (_, true) => "UNIQUE ",
            (_, false) => "",
        };
        let keys: Vec<String> = index.keys.iter().map(|key| self.index_key(key)).collect();
        let name = self.quote(&index.name);
        let mut clause = format!("ADD {kind}INDEX {name} ({})", keys.join(", "));
        match index.method.as_deref() {
            Some("btree") => clause.push_str(" USING BTREE"),
            Some("hash") => clause.push_str(" USING HASH"),
            Some(_) | None => {}
        }
        if let Some(comment) = &index.comment {
            clause.push_str(" COMMENT ");
            clause.push_str(&quote_string(comment));
        }
        if index.invisible {
            clause.push_str(if is_mariadb(self.server) {
                " IGNORED"
            } else {
                " INVISIBLE"
            });
        }
        Ok(clause)
    }

    /// Whether the planner sees an index. MariaDB takes no notice of it in an index that goes and comes in one statement.
    pub(super) fn alter_index(&self, to: &Index) -> String {
        let seen = match (is_mariadb(self.server), to.invisible) {
            (true, true) => "IGNORED",
            (true, false) => "NOT IGNORED",
            (false, true) => "INVISIBLE",
            (false, false) => "VISIBLE",
        };
        format!("ALTER INDEX {} {seen}", self.quote(&to.name))
    }

    fn index_key(&self, key: &IndexKey) -> String {
        let target = match (&key.target, key.prefix) {
            (KeyTarget::Column(column), Some(length)) => {
                format!("{}({length})", self.quote(column))
            }
            (KeyTarget::Column(column), None) => self.quote(column),
            (KeyTarget::Expression(sql), _) => format!("({sql})"),
        };
        match key.order {
            Order::Asc => target,
            Order::Desc => format!("{target} DESC"),
        }
    }

    fn add_foreign_key(&self, key: &ForeignKey) -> Result<String, RenderError> {
        admit::foreign_key(self.table, key)?;
        let schema = key.ref_table.schema.as_deref();
        let target = qualified(self.server, schema, &key.ref_table.name);
        let mut clause = format!(
            "ADD CONSTRAINT {} FOREIGN KEY ({}) REFERENCES {target} ({})",
            self.quote(&sea::foreign_key_name(self.table, key)),
            self.names(&key.columns),
            self.names(&key.ref_columns),
        );
        if let Some(action) = key.on_delete {
            clause.push_str(" ON DELETE ");
            clause.push_str(action.sql());
        }
        if let Some(action) = key.on_update {
            clause.push_str(" ON UPDATE ");
            clause.push_str(action.sql());
        }
        Ok(clause)
    }

    fn add_check(&self, check: &Check) -> Result<String, RenderError> {
        admit::check(self.server, self.table, check)?;
        let mut clause = match &check.name {
            Some(name) => format!(
                "ADD CONSTRAINT {} CHECK ({})",
                self.quote(name),
                check.expression
            ),
            None => format!("ADD CHECK ({})", check.expression),
        };
        if check.not_enforced {
            clause.push_str(" NOT ENFORCED");
        }
        Ok(clause)
    }

    fn drop_check(&self, check: &Check) -> Result<Vec<String>, RenderError> {
        let name = check
            .name
            .as_deref()
            .ok_or_else(|| unsupported("way to drop a check without a name", &check.expression))?;
        if !is_mariadb(self.server) {
            // The one word of both servers is MySQL 8.0.19's (MySQL 8.0 manual, 13.1.9).
            let is_new = self.server.version >= Version(8, 0, 19);
            let word = if is_new { "CONSTRAINT" } else { "CHECK" };
            return Ok(vec![format!("DROP {word} {}", self.quote(name))]);
        }
        match self.known.and_then(|table| table.column(name)) {
            // A check inside a column goes when the column is defined without it; one that only looks so has a name to drop.
            Some(column) => Ok(vec![
                format!("DROP CONSTRAINT IF EXISTS {}", self.quote(name)),
                format!("MODIFY COLUMN {}", self.definition(column)?),
            ]),
            None => Ok(vec![format!("DROP CONSTRAINT {}", self.quote(name))]),
        }
    }

    /// A table's collation is what its columns have that state none: they follow it.
    fn set_options(&self, pair: &Pair<TableOptions>) -> Result<Vec<String>, RenderError> {
        let Pair { from, to } = pair;
        let mut clauses = options::clauses(self.table, pair)?;
        if from.engine != to.engine {
            let engine = to.engine.as_deref().unwrap_or(USUAL_ENGINE);
            clauses.push(format!("ENGINE = {}", self.quote(engine)));
        }
        if from.collation != to.collation {
            let collation = to
                .collation
                .as_ref()
                .or(self.server.default_collation.as_ref())
                .ok_or_else(|| {
                    unsupported("way back to a collation that is not known", self.table)
                })?;
            clauses.push(format!("COLLATE = {}", self.quote(collation)));
            let columns = self.known.map(|table| table.columns.as_slice());
            let follow = columns
                .unwrap_or_default()
                .iter()
                .filter(|column| column.collation.is_none() && column.ty.is_text());
            for column in follow {
                // A definition without a collation takes the one that the statement gives the table.
                clauses.push(self.modify(column)?);
            }
        }
        Ok(clauses)
    }
}
