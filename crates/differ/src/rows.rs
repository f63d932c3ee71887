//! Rows of the live database that a plan would fail on, or cut: counted before it runs.
//!
//! Only what a step asks of the rows is counted, and no further than [`MOST`]: a big table is not read to its end where many rows offend.

use std::collections::BTreeMap;

use plimsoll_schema::backend::{qualified, quote};
use plimsoll_schema::{
    Catalog, Change, Code, Column, ColumnType, EnumType, Fill, ForeignKey, Pair, Plan, Server,
    Table, TableChange, TableName, TypeName,
};
use sea_orm::{ConnectionTrait, DatabaseConnection, Statement};

use crate::compare::{lost_values, misfits};

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

/// Counts what the steps of the plan, which starts from `current`, would fail on. What the server does not answer is left out.
pub async fn count(db: &DatabaseConnection, plan: &Plan, current: &Catalog) -> Vec<Offending> {
    let mut out = Vec::new();
    for Question {
        code,
        object,
        column,
        rows,
    } in questions(plan, current)
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
    /// Today's name of an enum type that is called otherwise, or has a value that is, and that value's new word and today's.
    types: BTreeMap<TypeName, (TypeName, BTreeMap<String, String>)>,
    /// Values of a column, by their new names, which rows hold under another name today.
    values: BTreeMap<(TableName, String), Vec<Pair<String>>>,
}

fn questions(plan: &Plan, current: &Catalog) -> Vec<Question> {
    let mut origin = Origin {
        server: &plan.server,
        tables: BTreeMap::new(),
        columns: BTreeMap::new(),
        types: BTreeMap::new(),
        values: BTreeMap::new(),
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
                    if let TableChange::Fill(Fill { column, .. }) = change {
                        filled.push(format!("{table}.{column}"));
                    }
                    out.extend(origin.ask(table, change));
                    origin.follow(table, change);
                }
            }
            Change::AlterEnum(pair) => out.extend(origin.lost_values(current, pair)),
            Change::RenameEnum(pair) => {
                let known = origin.enum_type(&pair.from);
                origin.types.insert(pair.to.clone(), known);
            }
            Change::RenameEnumValue { name, value } => {
                let (today, mut words) = origin.enum_type(name);
                let word = words.remove(&value.from);
                words.insert(value.to.clone(), word.unwrap_or(value.from.clone()));
                origin.types.insert(name.clone(), (today, words));
            }
            Change::DropTable(_) | Change::CreateEnum(_) | Change::DropEnum(_) => {}
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
        if let TableChange::RenameValue { column, value } = change {
            let known = self.values.entry(key(column)).or_default();
            known.push(value.clone());
        }
    }

    fn enum_type(&self, name: &TypeName) -> (TypeName, BTreeMap<String, String>) {
        let known = self.types.get(name).cloned();
        known.unwrap_or_else(|| (name.clone(), BTreeMap::new()))
    }

    /// The rows that hold a value which an enum type loses, a question for each of its columns.
    fn lost_values(&self, current: &Catalog, pair: &Pair<EnumType>) -> Vec<Question> {
        let (name, words) = self.enum_type(&pair.from.name);
        let mut today = pair.clone();
        for value in (today.from.values.iter_mut()).chain(&mut today.to.values) {
            if let Some(word) = words.get(value) {
                value.clone_from(word);
            }
        }
        let ask = |(table, column): (&Table, &str)| {
            let found = lost_values(self.server, table.column(column)?, &today)?;
            let own = qualified(self.server, table.name.schema.as_deref(), &table.name.name);
            Some(Question {
                code: Code::D104,
                object: pair.from.name.to_string(),
                column: Some(self.later(&table.name, column)),
                rows: format!("SELECT 1 AS one FROM {own} WHERE {}", found.condition),
            })
        };
        current.users_of(&name).filter_map(ask).collect()
    }

    /// The column, its enum with the words besides that rows hold today and will not hold then.
    fn with_words_of_today(&self, table: &TableName, to: &Column) -> Column {
        let mut column = to.clone();
        let renamed = self.values.get(&(table.clone(), to.name.clone()));
        if let (Some(renamed), ColumnType::Enum { values, .. }) = (renamed, &mut column.ty) {
            for pair in renamed.iter().rev() {
                if values.contains(&pair.to) {
                    values.push(pair.from.clone());
                }
            }
        }
        column
    }

    /// What a column that is there today is called after the renames, as `table.column`.
    fn later(&self, table: &TableName, column: &str) -> String {
        let was = |before: &Option<TableName>| before.as_ref() == Some(table);
        let found = self.tables.iter().find(|(_, before)| was(before));
        let table = found.map_or(table, |(name, _)| name);
        let was = |before: &Option<String>| before.as_deref() == Some(column);
        let mut known = self.columns.iter();
        let found = known.find(|((own, _), before)| own == table && was(before));
        format!(
            "{table}.{}",
            found.map_or(column, |((_, name), _)| name.as_str())
        )
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
            let to = self.with_words_of_today(name, &pair.to);
            let found = misfits(self.server, &from, &to)?;
            let is_enum = |column: &Column| column.ty.enum_name().is_some();
            let code = match found.is_null_only {
                true => Code::R302,
                false if is_enum(&from) && is_enum(&pair.to) => Code::D104,
                false => Code::D103,
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
            // Where a column has another name today, the condition speaks of none that is there; where a value has, of another one.
            let is_of_it = |(other, _): &(TableName, String)| other == name;
            let is_today = !self.columns.keys().any(is_of_it) && !self.values.keys().any(is_of_it);
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

#[cfg(test)]
mod tests {
    use super::*;
    use plimsoll_schema::ColumnType;

    /// The type, one of its values, the table and the column are renamed by the same plan.
    #[test]
    fn lost_values_are_asked_for_by_the_names_of_today() {
        let server = Server::postgres(15);
        let values = |words: &[&str]| -> Vec<String> {
            words.iter().map(|word| (*word).to_owned()).collect()
        };
        let of = |name: &str, words: &[&str]| EnumType {
            name: TypeName::new(name),
            values: values(words),
            ..EnumType::default()
        };
        let was = of("mood", &["ok", "sad", "meh"]);
        let ty = ColumnType::Enum {
            name: was.name.clone(),
            values: was.values.clone(),
        };
        let mut table = Table::new("user");
        table.columns.push(Column::new("mood", ty.clone()));
        let moods = ColumnType::Array(Box::new(ty));
        table.columns.push(Column::new("moods", moods));
        let mut current = Catalog::of([table]);
        current.collect_enums();
        let changes = [
            Change::RenameEnum(Pair::new(was.name.clone(), TypeName::new("feeling"))),
            Change::RenameEnumValue {
                name: TypeName::new("feeling"),
                value: Pair::new("ok".into(), "fine".into()),
            },
            Change::RenameTable(Pair::new("user".into(), "person".into())),
            Change::AlterTable {
                table: "person".into(),
                changes: vec![TableChange::RenameColumn(Pair::new(
                    "mood".into(),
                    "feeling".into(),
                ))],
            },
            Change::AlterEnum(Pair::new(
                of("feeling", &["fine", "sad", "meh"]),
                of("feeling", &["fine", "meh"]),
            )),
        ];
        let plan = crate::plan::plan(&server, &current, &changes).unwrap();
        let asked: String = questions(&plan, &current)
            .iter()
            .map(
                |Question {
                     code,
                     object,
                     column,
                     rows,
                 }| {
                    format!(
                        "{code} {object} {}\n  {rows}\n",
                        column.as_deref().unwrap_or("-")
                    )
                },
            )
            .collect();
        insta::assert_snapshot!(asked, @r#"
        D104 feeling person.feeling
          SELECT 1 AS one FROM "user" WHERE "mood"::text NOT IN ('ok', 'meh')
        D104 feeling person.moods
          SELECT 1 AS one FROM "user" WHERE EXISTS (SELECT 1 FROM unnest("moods") AS element (one) WHERE one::text NOT IN ('ok', 'meh'))
        "#);
    }
}
