//! Carrying an operation out on a connection.

use async_trait::async_trait;
use plimsoll_schema::{Catalog, Change, Server, backend};
use sea_orm::{ConnectionTrait, DbErr};
use sea_orm_migration::{SchemaManager, SchemaManagerConnection};

use super::held::Held;
use super::{alone, before, server_of};
use crate::runner::refused;
use crate::script;

/// What [`SchemaManager`] does beyond its own methods.
#[async_trait]
pub trait Apply {
    /// Carries an operation out: reads what it needs to know of the database, writes the SQL for this server and runs it.
    ///
    /// # Errors
    /// When the server cannot have what the operation asks for, or refuses a statement.
    async fn apply<T: Into<Change> + Send>(&self, operation: T) -> Result<(), DbErr>;
}

#[async_trait]
impl Apply for SchemaManager<'_> {
    async fn apply<T: Into<Change> + Send>(&self, operation: T) -> Result<(), DbErr> {
        let change = operation.into();
        if let Some(recorder) = script::recording() {
            return recorder.operation(change);
        }
        let connection = self.get_connection();
        let Some(Written {
            change,
            statements,
            rebuilds,
        }) = written(connection, change).await?
        else {
            return Ok(());
        };
        match connection {
            // The pool may give every statement another connection.
            SchemaManagerConnection::Connection(pool)
                if matches!(pool.get_database_backend(), sea_orm::DbBackend::Sqlite)
                    && (rebuilds || statements.len() > 1) =>
            {
                return alone::run(pool, &change, &statements, rebuilds).await;
            }
            SchemaManagerConnection::Connection(_) => {}
            SchemaManagerConnection::Transaction(_)
            | SchemaManagerConnection::OwnedTransaction(_) => {
                if rebuilds {
                    alone::refuse_to_cascade(connection, &change).await?;
                }
            }
        }
        for statement in &statements {
            let done = connection.execute_unprepared(statement).await;
            done.map_err(|error| refused(&error, statement))?;
        }
        Ok(())
    }
}

/// An operation as SQL for the database as it is.
pub(crate) struct Written {
    /// The operation, with names as the database spells them.
    pub(crate) change: Change,
    /// In this order.
    pub(crate) statements: Vec<String>,
    /// Whether a table is dropped for a moment that others point at (SQLite).
    pub(crate) rebuilds: bool,
}

/// Writes an operation as SQL; `None` where there is nothing to do.
pub(crate) async fn written(
    connection: &impl ConnectionTrait,
    change: Change,
) -> Result<Option<Written>, DbErr> {
    let server = server_of(connection).await?;
    if is_of_enum_type(&change) && !server.capabilities().enum_types {
        return Ok(None);
    }
    let before = before::read(connection, &server, &change).await?;
    let Some(written) = written_on(&server, &before, change)? else {
        return Ok(None);
    };
    let held = Held::by(connection, &server, &written.change).await?;
    Ok(Some(Written {
        statements: held.around(written.statements),
        ..written
    }))
}

/// The same for a database of which that much is known.
pub(crate) fn written_on(
    server: &Server,
    before: &Catalog,
    mut change: Change,
) -> Result<Option<Written>, DbErr> {
    if is_of_enum_type(&change) && !server.capabilities().enum_types {
        return Ok(None);
    }
    before::complete(before, &mut change);
    before::leave_out_names(server, before, &mut change);
    if matches!(&change, Change::AlterTable { changes, .. } if changes.is_empty()) {
        return Ok(None);
    }
    let statements = backend::render(server, before, &change)
        .map_err(|error| DbErr::Custom(error.to_string()))?;
    let rebuilds = backend::needs_foreign_keys_off(server, before, &change);
    Ok(Some(Written {
        change,
        statements,
        rebuilds,
    }))
}

/// An enum lives in its column where it is not a type of its own: there is nothing to do.
const fn is_of_enum_type(change: &Change) -> bool {
    match change {
        Change::CreateEnum(_)
        | Change::DropEnum(_)
        | Change::AlterEnum(_)
        | Change::RenameEnum(_)
        | Change::RenameEnumValue { .. } => true,
        Change::CreateTable(_)
        | Change::DropTable(_)
        | Change::RenameTable(_)
        | Change::AlterTable { .. } => false,
    }
}
