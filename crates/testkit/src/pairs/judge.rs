//! One pair on one server: made, read back, changed, read back, taken back, read back.

use plimsoll_differ::compare::{Answers, Diff, Forms, Input, Manage, compare};
use plimsoll_differ::inspect::{Scope, inspect};
use plimsoll_differ::normalise::settle;
use plimsoll_differ::plan::plan;
use plimsoll_differ::prove::left_over;
use plimsoll_schema::{Backend, Catalog, Change, Plan, Server, backend};
use sea_orm::{ConnectionTrait, DatabaseConnection};

use crate::changes::write_changes;
use crate::random::{Source, catalog, edited};
use crate::text::write;

/// The schemas that random catalogs speak of, besides the default one.
const SCHEMAS: [&str; 2] = ["other", "Odd \"schema\""];

/// A database to judge on.
pub(super) struct Bench {
    /// The one connection to it.
    pub(super) db: DatabaseConnection,
    /// Its server.
    pub(super) facts: Server,
}

/// How a pair ended that did not fail.
pub(super) enum Verdict {
    /// There and back, with nothing left over.
    Right,
    /// The plan says that the server cannot have it.
    Refused,
}

impl Bench {
    /// Carries the pair out that the numbers make.
    ///
    /// # Errors
    /// What went wrong; the words before the first colon say where.
    pub(super) async fn judge(&self, numbers: &[u32]) -> Result<Verdict, String> {
        let (from, to, _) = self.pair(numbers);
        self.clear().await?;
        self.there_and_back(&from, &to).await.map_err(|failure| {
            format!(
                "{failure}\n-- from --\n{}-- to --\n{}",
                write(&from),
                write(&to)
            )
        })
    }

    /// The pair, and how many of the numbers it takes.
    pub(super) fn pair(&self, numbers: &[u32]) -> (Catalog, Catalog, usize) {
        let mut source = Source::new(numbers);
        let from = catalog(&self.facts, &mut source);
        let to = edited(&self.facts, &from, &mut source);
        (from, to, source.used())
    }

    async fn there_and_back(&self, from: &Catalog, to: &Catalog) -> Result<Verdict, String> {
        let empty = Catalog::default();
        let build = plan(&self.facts, &empty, &compare(&self.facts, &empty, from))
            .map_err(|error| format!("build: {error}"))?;
        self.carry_out("build", &build, build.up()).await?;
        let start = self.look().await?;
        let phantom = self.differences(from, from, &start).await.changes;
        nothing("phantom", &phantom)?;
        let wanted = self.differences(to, from, &start).await;
        let plan = match plan(&self.facts, &wanted.current, &wanted.changes) {
            Ok(plan) => plan,
            Err(plimsoll_differ::plan::PlanError::Render { .. }) => return Ok(Verdict::Refused),
            Err(error) => return Err(format!("plan: {error}")),
        };
        self.both_ways(&plan, to, &start)
            .await
            .map_err(|failure| format!("{failure}\n{}", shown(&plan)))?;
        Ok(Verdict::Right)
    }

    async fn both_ways(&self, plan: &Plan, to: &Catalog, start: &Catalog) -> Result<(), String> {
        self.carry_out("up", plan, plan.up()).await?;
        let end = self.look().await?;
        let left = self.differences(to, to, &end).await.changes;
        nothing("up does not arrive", &left)?;
        self.carry_out("down", plan, plan.down()).await?;
        let back = self.look().await?;
        let left = left_over(&self.db, &self.facts, start, &back).await;
        nothing("down does not return", &left)
    }

    async fn look(&self) -> Result<Catalog, String> {
        let schemas = match self.facts.backend {
            Backend::Postgres => SCHEMAS.iter().map(|name| (*name).to_owned()).collect(),
            Backend::Sqlite | Backend::Mysql => Vec::new(),
        };
        let scope = Scope {
            schemas,
            ignore: Vec::new(),
        };
        let found = inspect(&self.db, &scope).await;
        Ok(found.map_err(|error| format!("inspect: {error}"))?.catalog)
    }

    /// What the models `now` ask of the database, where `last` was stated before.
    async fn differences(&self, now: &Catalog, last: &Catalog, live: &Catalog) -> Diff {
        let answers = Answers::default();
        let forms = Forms::new();
        let input = Input {
            server: &self.facts,
            now,
            last: Some(last),
            live,
            manage: Manage::Everything,
            answers: &answers,
            forms: &forms,
        };
        settle(&self.db, &input).await
    }

    /// As the runner would: at once where it can be, step by step where a step has to be committed before the next.
    async fn carry_out<'a>(
        &self,
        what: &str,
        plan: &Plan,
        statements: impl Iterator<Item = &'a str>,
    ) -> Result<(), String> {
        let all: Vec<&str> = statements.collect();
        let is_whole = plan.steps.iter().all(|step| step.transactional);
        let at_once = is_whole || self.facts.backend != Backend::Postgres;
        let texts = if at_once && !all.is_empty() {
            vec![all.join(";\n")]
        } else {
            all.into_iter().map(str::to_owned).collect()
        };
        for sql in texts {
            self.run(&sql)
                .await
                .map_err(|error| format!("{what}: {error}\n{sql}"))?;
        }
        Ok(())
    }

    /// Drops everything there is.
    async fn clear(&self) -> Result<(), String> {
        let sql = match self.facts.backend {
            Backend::Postgres => {
                let names = SCHEMAS
                    .map(|name| backend::quote(&self.facts, name))
                    .join(", ");
                let mut sql = format!("ROLLBACK; DROP SCHEMA IF EXISTS public, {names} CASCADE;");
                for name in ["public"].iter().chain(&SCHEMAS) {
                    let name = backend::quote(&self.facts, name);
                    sql.push_str(&format!(" CREATE SCHEMA {name};"));
                }
                sql
            }
            Backend::Sqlite => {
                if self.run("ROLLBACK").await.is_ok() {
                    // A failed rebuild leaves its transaction and its setting.
                    self.run("PRAGMA legacy_alter_table = OFF").await?;
                }
                self.drop_tables().await?
            }
            Backend::Mysql => self.drop_tables().await?,
        };
        if sql.is_empty() {
            return Ok(());
        }
        self.run(&sql)
            .await
            .map_err(|error| format!("clear: {error}"))
    }

    async fn drop_tables(&self) -> Result<String, String> {
        let tables = self.look().await?.tables;
        if tables.is_empty() {
            return Ok(String::new());
        }
        let names: Vec<String> = tables
            .keys()
            .map(|name| backend::quote(&self.facts, &name.name))
            .collect();
        Ok(match self.facts.backend {
            Backend::Sqlite | Backend::Postgres => names
                .iter()
                .map(|name| format!("DROP TABLE {name};"))
                .collect(),
            Backend::Mysql => format!(
                "SET FOREIGN_KEY_CHECKS = 0; DROP TABLE {}; SET FOREIGN_KEY_CHECKS = 1",
                names.join(", ")
            ),
        })
    }

    async fn run(&self, sql: &str) -> Result<(), String> {
        let done = self.db.execute_unprepared(sql).await;
        done.map(|_| ()).map_err(|error| error.to_string())
    }
}

fn nothing(what: &str, changes: &[Change]) -> Result<(), String> {
    if changes.is_empty() {
        return Ok(());
    }
    Err(format!("{what}:\n{}", write_changes(changes)))
}

fn shown(plan: &Plan) -> String {
    let up: String = plan.up().map(|sql| format!("{sql};\n")).collect();
    let down: String = plan.down().map(|sql| format!("{sql};\n")).collect();
    format!("-- up --\n{up}-- down --\n{down}")
}
