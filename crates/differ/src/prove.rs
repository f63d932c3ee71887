//! The proof of a plan: it is carried out on a scratch database, up, down and up again, before anything is written.

use std::collections::{BTreeMap, BTreeSet};

use plimsoll_schema::{
    Backend, Catalog, Change, EnumType, KeyTarget, Plan, Server, TableName, TypeName, Value,
    expression,
};
use sea_orm::{ConnectionTrait, DatabaseConnection, DbErr};
use thiserror::Error;

use crate::compare::{Answers, Diff, Forms, Input, Manage, compare, diff};
use crate::inspect::{InspectError, Scope, inspect};
use crate::normalise::settle;
use crate::plan::{PlanError, plan};

/// Why a plan is not proven.
#[derive(Debug, Error)]
pub enum ProofError {
    /// A statement failed.
    #[error("carry out {direction} on the scratch database: {source}\n  {sql}")]
    Execute {
        /// `up`, `down`, or the start that is built first.
        direction: &'static str,
        /// The statement.
        sql: String,
        /// What the server said.
        source: DbErr,
    },
    /// What was reached is not what was wanted.
    #[error("{direction} does not arrive: {} difference(s) are left", residual.len())]
    Residual {
        /// Which way.
        direction: &'static str,
        /// What is left.
        residual: Vec<Change>,
    },
    /// On MySQL a schema is a database of its own: a plan over two of them would run on the real one.
    #[error("prove a plan that reaches into another database (`{0}`)")]
    OtherDatabase(TableName),
    /// The scratch database cannot be read.
    #[error(transparent)]
    Inspect(#[from] InspectError),
    /// The start cannot be written as SQL.
    #[error(transparent)]
    Plan(#[from] PlanError),
}

/// Proves that the plan leads from `diff.current` to what `now` states, and back. Only the tables that the plan touches, and those
/// they point at, are built.
///
/// # Errors
/// When a statement fails or something else is reached; the scratch database is left as it is then.
pub async fn prove(
    scratch: &DatabaseConnection,
    plan: &Plan,
    diff: &Diff,
    now: &Catalog,
    manage: Manage,
) -> Result<(), ProofError> {
    let server = &plan.server;
    let touched = touched(plan, diff);
    let targets = targets([&diff.current, &diff.desired, now], &touched);
    let mut start = subset(&diff.current, &touched, &targets);
    let stated = subset(now, &touched, &targets);
    start.enums = used_enums(&diff.current, [&start, &stated]);
    if server.backend == Backend::Mysql
        && let Some(name) = start
            .tables
            .keys()
            .chain(stated.tables.keys())
            .find(|name| name.schema.is_some())
    {
        return Err(ProofError::OtherDatabase(name.clone()));
    }
    let scope = scope(&start, &stated);
    prepare(scratch, server, &scope).await?;
    let build = self::plan(
        server,
        &Catalog::default(),
        &compare(server, &Catalog::default(), &start),
    )?;
    execute(scratch, "the start", build.up()).await?;
    let at_start = inspect(scratch, &scope).await?.catalog;
    arrived(
        scratch,
        server,
        "the start",
        &start,
        &at_start,
        Manage::Everything,
    )
    .await?;

    execute(scratch, "up", plan.up()).await?;
    let at_end = inspect(scratch, &scope).await?.catalog;
    arrived(scratch, server, "up", &stated, &at_end, manage).await?;

    execute(scratch, "down", plan.down()).await?;
    let back = inspect(scratch, &scope).await?.catalog;
    equal(scratch, server, "down", &at_start, &back).await?;

    execute(scratch, "up", plan.up()).await?;
    let again = inspect(scratch, &scope).await?.catalog;
    equal(scratch, server, "up again", &at_end, &again).await
}

/// Makes on an empty database what a catalog states.
///
/// # Errors
/// When the server refuses a statement.
pub async fn build(
    db: &DatabaseConnection,
    server: &Server,
    stated: &Catalog,
) -> Result<(), ProofError> {
    let diff = diff(&Input {
        server,
        now: stated,
        last: None,
        live: &Catalog::default(),
        manage: Manage::Stated,
        answers: &Answers::default(),
        forms: &Forms::new(),
    });
    let build = plan(server, &diff.current, &diff.changes)?;
    prepare(db, server, &scope(stated, stated)).await?;
    execute(db, "the start", build.up()).await
}

/// Whether a second comparison with what is stated finds nothing.
async fn arrived(
    db: &DatabaseConnection,
    server: &Server,
    direction: &'static str,
    stated: &Catalog,
    live: &Catalog,
    manage: Manage,
) -> Result<(), ProofError> {
    let answers = Answers::default();
    let input = Input {
        server,
        now: stated,
        last: Some(stated),
        live,
        manage,
        answers: &answers,
        forms: &Forms::new(),
    };
    let residual = settle(db, &input).await.changes;
    if residual.is_empty() {
        Ok(())
    } else {
        Err(ProofError::Residual {
            direction,
            residual,
        })
    }
}

async fn equal(
    db: &DatabaseConnection,
    server: &Server,
    direction: &'static str,
    wanted: &Catalog,
    reached: &Catalog,
) -> Result<(), ProofError> {
    let residual = left_over(db, server, wanted, reached).await;
    if residual.is_empty() {
        Ok(())
    } else {
        Err(ProofError::Residual {
            direction,
            residual,
        })
    }
}

/// What differs between two states of one database that shall be one. A server does not always print an expression that it printed
/// before as it did (PostgreSQL moves casts into an array when it reads its own print), so that it is asked where only texts differ.
pub async fn left_over(
    db: &DatabaseConnection,
    server: &Server,
    wanted: &Catalog,
    reached: &Catalog,
) -> Vec<Change> {
    let residual = compare(server, reached, wanted);
    let [mut plain_wanted, mut plain_reached] = [wanted.clone(), reached.clone()];
    for catalog in [&mut plain_wanted, &mut plain_reached] {
        blank_expressions(catalog);
    }
    let is_of_texts = compare(server, &plain_reached, &plain_wanted).is_empty();
    if residual.is_empty() || !is_of_texts {
        return residual;
    }
    match arrived(db, server, "", wanted, reached, Manage::Everything).await {
        Ok(()) => Vec::new(),
        Err(_) => residual,
    }
}

/// Takes every expression out of a catalog, so that the rest of it can be compared.
fn blank_expressions(catalog: &mut Catalog) {
    for table in catalog.tables.values_mut() {
        for column in &mut table.columns {
            if let Some(generated) = &mut column.generated {
                generated.expression.clear();
            }
            if let Some(Value::Expression(text)) = &mut column.default {
                text.clear();
            }
        }
        for check in &mut table.checks {
            check.expression.clear();
        }
        for index in &mut table.indexes {
            index.predicate = index.predicate.take().map(|_| String::new());
            for key in &mut index.keys {
                if let KeyTarget::Expression(text) = &mut key.target {
                    text.clear();
                }
            }
        }
    }
}

/// The tables that the plan is about, under all their names.
fn touched(plan: &Plan, diff: &Diff) -> BTreeSet<TableName> {
    let mut out = BTreeSet::new();
    for step in &plan.steps {
        match &step.change {
            Change::CreateTable(table) | Change::DropTable(table) => {
                out.insert(table.name.clone());
            }
            Change::RenameTable(pair) => {
                out.extend([pair.from.clone(), pair.to.clone()]);
            }
            Change::AlterTable { table, .. } => {
                out.insert(table.clone());
            }
            Change::AlterEnum(pair) => {
                let users = diff.current.users_of(&pair.from.name);
                out.extend(users.map(|(table, _)| table.name.clone()));
            }
            Change::RenameEnum(pair) => {
                let users = diff.current.users_of(&pair.from);
                out.extend(users.map(|(table, _)| table.name.clone()));
            }
            Change::RenameEnumValue { name, .. } => {
                let users = diff.current.users_of(name);
                out.extend(users.map(|(table, _)| table.name.clone()));
            }
            Change::CreateEnum(_) | Change::DropEnum(_) => {}
        }
    }
    out
}

/// The tables that touched tables point at or that their triggers mention (SQLite renames nothing under a trigger that it cannot
/// resolve), before or after, and that are not touched themselves.
fn targets(catalogs: [&Catalog; 3], touched: &BTreeSet<TableName>) -> BTreeSet<TableName> {
    let mut out = BTreeSet::new();
    for catalog in catalogs {
        let tables = catalog.tables.values();
        for table in tables.filter(|table| touched.contains(&table.name)) {
            out.extend(table.foreign_keys.iter().map(|key| key.ref_table.clone()));
            let is_mentioned = |name: &&TableName| {
                let mut triggers = table.triggers.iter();
                triggers.any(|trigger| expression::mentions(&trigger.sql, &name.name))
            };
            out.extend(catalog.tables.keys().filter(is_mentioned).cloned());
        }
    }
    out.retain(|name| !touched.contains(name));
    out
}

/// The touched tables and, without their own references, the tables these point at.
fn subset(
    catalog: &Catalog,
    touched: &BTreeSet<TableName>,
    targets: &BTreeSet<TableName>,
) -> Catalog {
    let mut out = Catalog::default();
    for table in catalog.tables.values() {
        if touched.contains(&table.name) {
            out.insert(table.clone());
        } else if targets.contains(&table.name) {
            let mut target = table.clone();
            target.foreign_keys.clear();
            target.triggers.clear();
            out.insert(target);
        }
    }
    out
}

/// The enum types of a catalog that a column of either subset has.
fn used_enums(catalog: &Catalog, subsets: [&Catalog; 2]) -> BTreeMap<TypeName, EnumType> {
    let columns = subsets
        .into_iter()
        .flat_map(|subset| subset.tables.values());
    let used: BTreeSet<&TypeName> = columns
        .flat_map(|table| &table.columns)
        .filter_map(|column| column.ty.enum_name())
        .collect();
    let kept = catalog.enums.iter().filter(|(name, _)| used.contains(name));
    kept.map(|(name, enum_type)| (name.clone(), enum_type.clone()))
        .collect()
}

fn scope(start: &Catalog, stated: &Catalog) -> Scope {
    let tables = start.tables.keys().chain(stated.tables.keys());
    let schemas: BTreeSet<String> = tables.filter_map(|name| name.schema.clone()).collect();
    Scope {
        schemas: schemas.into_iter().collect(),
        ignore: Vec::new(),
    }
}

async fn prepare(
    db: &DatabaseConnection,
    server: &Server,
    scope: &Scope,
) -> Result<(), ProofError> {
    let quote = |name: &String| plimsoll_schema::backend::quote(server, name);
    let mut statements: Vec<String> = scope
        .schemas
        .iter()
        .map(|name| format!("CREATE SCHEMA IF NOT EXISTS {}", quote(name)))
        .collect();
    if server.backend == Backend::Sqlite {
        statements.push("PRAGMA foreign_keys = OFF".into());
    }
    execute(db, "the start", statements.iter().map(String::as_str)).await
}

async fn execute<'a>(
    db: &DatabaseConnection,
    direction: &'static str,
    statements: impl Iterator<Item = &'a str>,
) -> Result<(), ProofError> {
    for sql in statements {
        db.execute_unprepared(sql)
            .await
            .map_err(|source| ProofError::Execute {
                direction,
                sql: sql.to_owned(),
                source,
            })?;
    }
    Ok(())
}
