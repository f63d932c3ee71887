//! Rows of the live database that a plan would fail on, or cut: counted before it runs.
//!
//! Only what a step asks of the rows is counted, and no further than [`MOST`]: a big table is not read to its end where many rows offend.

use std::collections::BTreeMap;

use plimsoll_schema::backend::{misfit, qualified, quote};
use plimsoll_schema::{Change, Code, Column, ForeignKey, Plan, Server, TableChange, TableName};
use sea_orm::{ConnectionTrait, DatabaseConnection, Statement};

/// So many rows are counted; more are "more than" that.
pub const MOST: i64 = 1_000;

/// What was counted for a diagnostic.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offending {
    /// The diagnostic's code.
    pub code: Code,
    /// The diagnostic's object.
    pub object: String,
    /// How many rows, or groups of duplicates; one more than [`MOST`] for more.
    pub rows: i64,
    /// The column that could be filled, as `table.column`; `None` where a value would not help.
    pub column: Option<String>,
}

/// Counts what the steps of the plan would fail on. What the server does not answer is left out.
pub async fn count(db: &DatabaseConnection, plan: &Plan) -> Vec<Offending> {
    let mut out = Vec::new();
    for Question {
        code,
        object,
        column,
        rows,
    } in questions(plan)
    {
        let sql = format!(
            "SELECT count(*) AS n FROM ({rows} LIMIT {}) AS offending",
            MOST + 1
        );
        let statement = Statement::from_string(db.get_database_backend(), sql);
        let counted = match db.query_one_raw(statement).await {
            Ok(Some(row)) => row.try_get::<i64>("", "n").ok(),
            Ok(None) | Err(_) => None,
        };
        out.extend(counted.map(|rows| Offending {
            code,
            object,
            rows,
            column,
        }));
    }
    out
}

/// What to count.
struct Question {
    code: Code,
    object: String,
    column: Option<String>,
    /// A `SELECT` of one row for each that offends.
    rows: String,
}

/// Where the plan's tables and columns are before it runs.
struct Origin<'a> {
    server: &'a Server,
    /// Today's name of a table; `None` for one that the plan makes.
    tables: BTreeMap<TableName, Option<TableName>>,
    /// Today's name of a column; `None` for one that the plan makes.
    columns: BTreeMap<(TableName, String), Option<String>>,
}

fn questions(plan: &Plan) -> Vec<Question> {
    let mut origin = Origin {
        server: &plan.server,
        tables: BTreeMap::new(),
        columns: BTreeMap::new(),
    };
    let mut out: Vec<Question> = Vec::new();
    let mut filled: Vec<String> = Vec::new();
    for step in &plan.steps {
        match &step.change {
            Change::CreateTable(table) => {
                origin.tables.insert(table.name.clone(), None);
            }
            Change::RenameTable(pair) => {
                let before = origin.table(&pair.from);
                origin.tables.insert(pair.to.clone(), before);
            }
            Change::AlterTable { table, changes } => {
                for change in changes {
                    if let TableChange::Fill(fill) = change {
                        filled.push(format!("{table}.{}", fill.column));
                    }
                    out.extend(origin.ask(table, change));
                    origin.follow(table, change);
                }
            }
            Change::DropTable(_)
            | Change::CreateEnum(_)
            | Change::DropEnum(_)
            | Change::AlterEnum(_)
            | Change::RenameEnum(_)
            | Change::RenameEnumValue { .. } => {}
        }
    }
    // What was answered is not asked again.
    out.retain(|question| {
        question
            .column
            .as_ref()
            .is_none_or(|column| !filled.contains(column))
    });
    out
}

impl Origin<'_> {
    fn table(&self, name: &TableName) -> Option<TableName> {
        self.tables
            .get(name)
            .cloned()
            .unwrap_or_else(|| Some(name.clone()))
    }

    fn column(&self, table: &TableName, name: &str) -> Option<String> {
        let known = self.columns.get(&(table.clone(), name.to_owned()));
        known.cloned().unwrap_or_else(|| Some(name.to_owned()))
    }

    fn follow(&mut self, table: &TableName, change: &TableChange) {
        let key = |name: &str| (table.clone(), name.to_owned());
        if let TableChange::AddColumn(column) = change {
            self.columns.insert(key(&column.name), None);
        }
        if let TableChange::RenameColumn(pair) = change {
            let before = self.column(table, &pair.from);
            self.columns.insert(key(&pair.to), before);
        }
    }

    /// The rows that a change of a table would fail on.
    fn ask(&self, name: &TableName, change: &TableChange) -> Option<Question> {
        let today = self.table(name)?;
        let table = qualified(self.server, today.schema.as_deref(), &today.name);
        let question = |code, part: &str, column: Option<&Column>, rows: String| Question {
            code,
            object: format!("{name}.{part}"),
            column: column.map(|column| format!("{name}.{}", column.name)),
            rows,
        };
        let label = |given: &Option<String>, columns: &[String]| {
            given.clone().unwrap_or_else(|| columns.join(", "))
        };
        if let TableChange::AddColumn(column) = change {
            let has_value = column.nullable
                || column.default.is_some()
                || column.generated.is_some()
                || column.auto_increment.is_some();
            let rows = format!("SELECT 1 AS one FROM {table}");
            return (!has_value).then(|| question(Code::R301, &column.name, Some(column), rows));
        }
        if let TableChange::AlterColumn(pair) = change {
            let mut from = pair.from.clone();
            from.name = self.column(name, &from.name)?;
            let found = misfit(self.server, &from, &pair.to)?;
            let code = if found.is_null_only {
                Code::R302
            } else {
                Code::D103
            };
            let rows = format!("SELECT 1 AS one FROM {table} WHERE {}", found.condition);
            return Some(question(code, &pair.from.name, Some(&pair.to), rows));
        }
        if let TableChange::AddUnique(unique) = change {
            let rows = self.duplicates(name, &table, &unique.columns, unique.nulls_not_distinct)?;
            let name = label(&unique.name, &unique.columns);
            return Some(question(Code::R303, &name, None, rows));
        }
        if let TableChange::AddIndex(index) = change
            && index.unique
            && index.predicate.is_none()
        {
            let columns = index.plain_columns()?;
            let columns: Vec<String> = columns.into_iter().map(str::to_owned).collect();
            let rows = self.duplicates(name, &table, &columns, index.nulls_not_distinct)?;
            return Some(question(Code::R303, &index.name, None, rows));
        }
        if let TableChange::AddForeignKey(key) = change {
            let rows = self.orphans(name, &table, key)?;
            return Some(question(
                Code::R304,
                &label(&key.name, &key.columns),
                None,
                rows,
            ));
        }
        if let TableChange::AddCheck(check) = change {
            // Where a column has another name today, the condition speaks of none that is there.
            let is_today = self.columns.keys().all(|(other, _)| other != name);
            let label = check.name.as_ref().unwrap_or(&check.expression);
            let rows = format!(
                "SELECT 1 AS one FROM {table} WHERE NOT ({})",
                check.expression
            );
            return is_today.then(|| question(Code::R305, label, None, rows));
        }
        None
    }

    fn today(&self, table: &TableName, columns: &[String]) -> Option<Vec<String>> {
        columns
            .iter()
            .map(|column| Some(quote(self.server, &self.column(table, column)?)))
            .collect()
    }

    fn duplicates(
        &self,
        name: &TableName,
        table: &str,
        columns: &[String],
        with_nulls: bool,
    ) -> Option<String> {
        let columns = self.today(name, columns)?;
        let conditions: Vec<String> = columns
            .iter()
            .map(|column| format!("{column} IS NOT NULL"))
            .collect();
        let filter = if with_nulls {
            String::new()
        } else {
            format!(" WHERE {}", conditions.join(" AND "))
        };
        Some(format!(
            "SELECT 1 AS one FROM {table}{filter} GROUP BY {} HAVING count(*) > 1",
            columns.join(", ")
        ))
    }

    fn orphans(&self, name: &TableName, table: &str, key: &ForeignKey) -> Option<String> {
        let columns = self.today(name, &key.columns)?;
        let set: Vec<String> = columns
            .iter()
            .map(|column| format!("child.{column} IS NOT NULL"))
            .collect();
        let set = set.join(" AND ");
        let Some(target) = self.table(&key.ref_table) else {
            // The table it points at is made by the plan, and empty.
            return Some(format!("SELECT 1 AS one FROM {table} AS child WHERE {set}"));
        };
        let others = self.today(&key.ref_table, &key.ref_columns)?;
        let pairs: Vec<String> = columns
            .iter()
            .zip(&others)
            .map(|(column, other)| format!("parent.{other} = child.{column}"))
            .collect();
        let target = qualified(self.server, target.schema.as_deref(), &target.name);
        Some(format!(
            "SELECT 1 AS one FROM {table} AS child WHERE {set} AND NOT EXISTS (SELECT 1 FROM {target} AS parent WHERE {})",
            pairs.join(" AND ")
        ))
    }
}
