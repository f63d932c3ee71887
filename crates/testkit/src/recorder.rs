//! A migration run without a database, to see which SQL it runs.
//!
//! Invariant: what a migration asks of the database is answered from the plan's catalog as it is at that moment.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use plimsoll_schema::{
    Backend, Catalog, Change, Check, ColumnType, Flavor, Plan, RenderError, Server, Table,
    TableChange, Value as Stated, backend,
};
use sea_orm::{
    DatabaseConnection, DatabaseConnectionType, DbBackend, DbErr, ExecResult, MockDatabase,
    MockDatabaseConnection, MockDatabaseTrait, MockExecResult, QueryResult, Statement, Transaction,
    Value,
};
use sea_orm_migration::{MigrationTrait, SchemaManager};

type Row = BTreeMap<&'static str, Value>;

/// Which way a migration runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// `up`.
    Up,
    /// `down`.
    Down,
}

/// The SQL that a migration runs one way. `from` is the catalog the plan starts from.
///
/// # Errors
/// When the migration fails.
pub async fn record(
    migration: &dyn MigrationTrait,
    plan: &Plan,
    from: &Catalog,
    way: Way,
) -> Result<Vec<String>, DbErr> {
    let state = Arc::new(Mutex::new(State::new(plan, from, way)));
    let mock = MockDatabaseConnection::new(Mock(Arc::clone(&state)));
    let connection = DatabaseConnection::from(DatabaseConnectionType::MockDatabaseConnection(
        Arc::new(mock),
    ));
    let manager = SchemaManager::new(&connection);
    match way {
        Way::Up => migration.up(&manager).await?,
        Way::Down => migration.down(&manager).await?,
    }
    let state = state.lock().unwrap_or_else(PoisonError::into_inner);
    Ok(state.executed.clone())
}

/// Whether a migration runs exactly its plan's SQL, both ways; the difference as text when not.
///
/// # Errors
/// The first difference, or why the migration failed.
pub async fn runs_its_plan(
    migration: &dyn MigrationTrait,
    plan: &Plan,
    from: &Catalog,
) -> Result<(), String> {
    for (way, expected) in [
        (Way::Up, plan.up().collect::<Vec<_>>()),
        (Way::Down, plan.down().collect()),
    ] {
        let ran = record(migration, plan, from, way)
            .await
            .map_err(|error| format!("{way:?}: {error}"))?;
        if ran != expected {
            return Err(format!(
                "{way:?} runs\n{}\nand not\n{}",
                ran.join(";\n"),
                expected.join(";\n")
            ));
        }
    }
    Ok(())
}

#[derive(Debug)]
struct State {
    server: Server,
    catalog: Catalog,
    /// The changes that are still to come, each with the number of its statements.
    coming: std::collections::VecDeque<(Change, usize)>,
    /// The statements counted towards the changes that were carried out.
    counted: usize,
    executed: Vec<String>,
}

impl State {
    fn new(plan: &Plan, from: &Catalog, way: Way) -> Self {
        let mut catalog = from.clone();
        let forward = plan
            .steps
            .iter()
            .map(|step| (step.change.clone(), step.up.len()));
        let coming = match way {
            Way::Up => forward.collect(),
            Way::Down => {
                for step in &plan.steps {
                    // A plan fits its catalog; one that does not shows in the SQL.
                    let _ = catalog.apply(&step.change);
                }
                let steps = plan.steps.iter().rev();
                steps
                    .map(|step| (step.change.reverse(), step.down.len()))
                    .collect()
            }
        };
        Self {
            server: plan.server.clone(),
            catalog,
            coming,
            counted: 0,
            executed: Vec::new(),
        }
    }

    /// Brings the catalog up to what was executed.
    fn catch_up(&mut self) {
        while let Some((change, count)) = self.coming.front() {
            if self.counted + count > self.executed.len() {
                return;
            }
            self.counted += count;
            let _ = self.catalog.apply(change);
            self.coming.pop_front();
        }
    }

    fn answer(&self, question: &Statement) -> Vec<Row> {
        let sql = question.sql.as_str();
        if sql.contains("server_version_num") {
            let version = self.server.version.0 * 10_000 + self.server.version.1;
            return vec![Row::from([
                ("version", i32::try_from(version).unwrap_or_default().into()),
                ("schema", self.server.default_schema.clone().into()),
            ])];
        }
        if sql.contains("VERSION()") {
            let plimsoll_schema::Version(major, minor, patch) = self.server.version;
            let suffix = match self.server.flavor {
                Flavor::Original => "",
                Flavor::MariaDb => "-MariaDB",
            };
            return vec![Row::from([
                ("version", format!("{major}.{minor}.{patch}{suffix}").into()),
                ("collation", self.server.default_collation.clone().into()),
            ])];
        }
        if sql.contains("FROM sqlite_schema ORDER BY") {
            return self.sqlite_schema();
        }
        if let Some(name) = sql.strip_prefix("SHOW CREATE TABLE ") {
            return self.show_create_table(name);
        }
        if sql.contains("FROM pg_type t") {
            let names = self.catalog.enums.keys();
            return names
                .map(|name| Row::from([("name", name.name.clone().into())]))
                .collect();
        }
        if sql.contains("FROM pg_index i") {
            return self.held();
        }
        if sql.contains("FROM pg_attribute") {
            return self.enum_users(question);
        }
        Vec::new()
    }

    /// The tables, and one that is there while its indexes are still to come.
    fn tables(&self) -> Vec<Table> {
        let begun = self.coming.front().and_then(|(change, _)| match change {
            Change::CreateTable(table) if self.executed.len() > self.counted => Some(Table {
                indexes: Vec::new(),
                ..table.clone()
            }),
            _ => None,
        });
        self.catalog.tables.values().cloned().chain(begun).collect()
    }

    /// What MySQL would print, as far as its reader looks: the CREATE TABLE of ours with its indexes inside.
    fn show_create_table(&self, quoted: &str) -> Vec<Row> {
        let own = |table: &Table| {
            let schema = table.name.schema.as_deref();
            backend::qualified(&self.server, schema, &table.name.name)
        };
        let Some(table) = self.tables().into_iter().find(|table| own(table) == quoted) else {
            return Vec::new();
        };
        let change = Change::CreateTable(table);
        let statements = backend::render(&self.server, &Catalog::default(), &change);
        let mut statements = statements.unwrap_or_default().into_iter();
        let mut text = statements.next().unwrap_or_default();
        for index in statements {
            if index.starts_with("SET ") {
                continue;
            }
            // A column that only an index makes a key is numbered afterwards.
            if let Some(column) =
                index.strip_prefix(&format!("ALTER TABLE {quoted} MODIFY COLUMN "))
            {
                text = text.replacen(&column.replacen(" AUTO_INCREMENT", "", 1), column, 1);
                continue;
            }
            // What is said of the table by itself stands behind its parts.
            if let Some(options) = index.strip_prefix(&format!("ALTER TABLE {quoted} "))
                && !options.starts_with("ADD ")
            {
                text.push(' ');
                text.push_str(&options.replace(" = ", "=").replace(", ", " "));
                continue;
            }
            let key = index
                .replacen(&format!("ALTER TABLE {quoted} ADD "), "", 1)
                .replacen("CREATE ", "", 1)
                .replacen("INDEX ", "KEY ", 1)
                .replacen(&format!(" ON {quoted}"), "", 1);
            if let Some(end) = text.rfind(" )") {
                text.insert_str(end, &format!(", {key}"));
            }
        }
        // The server quotes no collation.
        let mut parts = text.split("COLLATE \"");
        let mut text = parts.next().unwrap_or_default().to_owned();
        for part in parts {
            text.push_str("COLLATE ");
            text.push_str(&part.replacen('"', "", 1));
        }
        vec![Row::from([
            ("1", quoted.into()),
            ("2", text.into_bytes().into()),
        ])]
    }

    /// The rows of `sqlite_schema`.
    fn sqlite_schema(&self) -> Vec<Row> {
        let mut rows = Vec::new();
        for table in &self.tables() {
            let statements = self.sqlite_texts(table);
            let names = std::iter::once(("table", &table.name.name))
                .chain(table.indexes.iter().map(|index| ("index", &index.name)))
                .chain(
                    table
                        .triggers
                        .iter()
                        .map(|trigger| ("trigger", &trigger.name)),
                );
            for ((kind, name), sql) in names.zip(statements.unwrap_or_default()) {
                rows.push(Row::from([
                    ("type", kind.into()),
                    ("name", name.clone().into()),
                    ("tbl_name", table.name.name.clone().into()),
                    ("sql", sql.into()),
                ]));
            }
        }
        rows
    }

    /// The texts of a table and its indexes as a rebuild writes them: with every name and digit, as SQLite keeps them.
    fn sqlite_texts(&self, table: &Table) -> Result<Vec<String>, RenderError> {
        let check = Check {
            name: Some("recorder".to_owned()),
            expression: "1".to_owned(),
            ..Check::default()
        };
        let change = Change::AlterTable {
            table: table.name.clone(),
            changes: vec![
                TableChange::AddCheck(check.clone()),
                TableChange::DropCheck(check),
            ],
        };
        let before = Catalog::of([table.clone()]);
        let rebuild = backend::render(&self.server, &before, &change)?;
        let new = format!(
            "\"{}{}\"",
            backend::sqlite::NEW_PREFIX,
            table.name.name.replace('"', "\"\"")
        );
        let own = backend::quote(&self.server, &table.name.name);
        let is_kept = |sql: &String| sql.starts_with("CREATE ");
        let texts = rebuild.into_iter().filter(is_kept);
        Ok(texts.map(|sql| sql.replacen(&new, &own, 1)).collect())
    }

    /// What holds the enum type that is replaced next, as the plan takes it down and puts it up.
    fn held(&self) -> Vec<Row> {
        let next = self.coming.front();
        let statements = next.map(|(change, _)| {
            backend::render(&self.server, &self.catalog, change).unwrap_or_default()
        });
        let statements = statements.unwrap_or_default();
        let is_of_type = |sql: &String| sql.starts_with("ALTER TYPE ");
        let ends_type = |sql: &String| sql.starts_with("DROP TYPE ");
        let down = statements.iter().take_while(|sql| !is_of_type(sql));
        let up = statements.iter().skip_while(|sql| !ends_type(sql)).skip(1);
        let down = down.map(|sql| (Some(sql.clone()), None));
        let up = up.map(|sql| (None, Some(sql.clone())));
        down.chain(up)
            .map(|(down, up)| Row::from([("down", down.into()), ("up", up.into())]))
            .collect()
    }

    /// The columns of the enum type that the question names.
    fn enum_users(&self, question: &Statement) -> Vec<Row> {
        let asked = question.values.as_ref().and_then(|values| values.0.first());
        let Some(Value::String(Some(asked))) = asked else {
            return Vec::new();
        };
        let is_asked = |name: &&plimsoll_schema::TypeName| {
            backend::qualified(&self.server, name.schema.as_deref(), &name.name) == *asked
        };
        let default_schema = self.server.default_schema.clone().unwrap_or_default();
        let mut rows = Vec::new();
        for name in self.catalog.enums.keys().filter(is_asked) {
            for (table, column) in self.catalog.users_of(name) {
                let Some(column) = table.column(column) else {
                    continue;
                };
                let sql = |value: &Stated| backend::value::sql(&self.server, value);
                let schema = table
                    .name
                    .schema
                    .clone()
                    .unwrap_or_else(|| default_schema.clone());
                rows.push(Row::from([
                    ("schema", schema.into()),
                    ("table", table.name.name.clone().into()),
                    ("name", column.name.clone().into()),
                    ("type", name.name.clone().into()),
                    ("is_array", matches!(column.ty, ColumnType::Array(_)).into()),
                    ("not_null", (!column.nullable).into()),
                    ("default", column.default.as_ref().map(sql).into()),
                ]));
            }
        }
        rows
    }
}

/// The connection that a migration runs on.
#[derive(Debug)]
struct Mock(Arc<Mutex<State>>);

impl MockDatabaseTrait for Mock {
    fn execute(&mut self, _: usize, statement: Statement) -> Result<ExecResult, DbErr> {
        let backend = self.get_database_backend();
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        state.executed.push(statement.sql.clone());
        MockDatabase::new(backend)
            .append_exec_results([MockExecResult::default()])
            .execute(0, statement)
    }

    fn query(&mut self, _: usize, question: Statement) -> Result<Vec<QueryResult>, DbErr> {
        let backend = self.get_database_backend();
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        state.catch_up();
        MockDatabase::new(backend)
            .append_query_results([state.answer(&question)])
            .query(0, question)
    }

    fn begin(&mut self) {}

    fn commit(&mut self) {}

    fn rollback(&mut self) {}

    fn drain_transaction_log(&mut self) -> Vec<Transaction> {
        Vec::new()
    }

    fn get_database_backend(&self) -> DbBackend {
        let state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match state.server.backend {
            Backend::Sqlite => DbBackend::Sqlite,
            Backend::Postgres => DbBackend::Postgres,
            Backend::Mysql => DbBackend::MySql,
        }
    }

    fn ping(&self) -> Result<(), DbErr> {
        Ok(())
    }
}
