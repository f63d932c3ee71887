//! What holds a PostgreSQL enum type that is made anew: the checks and indexes that compare with one of its values.

use plimsoll_schema::{Change, EnumType, Server, TypeName, backend};
use sea_orm::{ConnectionTrait, DbBackend, DbErr, Statement};

/// The statements that take down and put up again what depends on the type itself and not on a column of it only, in the server's own
/// words (PostgreSQL 17 manual, 52.18: an expression depends on the types it names). Indexes of constraints follow these.
const QUESTION: &str = "SELECT \
    format('DROP INDEX %s', i.indexrelid::regclass) AS down, pg_get_indexdef(i.indexrelid) AS up, c.relname::text AS name \
    FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid \
    WHERE NOT EXISTS (SELECT FROM pg_constraint con WHERE con.conindid = i.indexrelid) \
    AND EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = i.indexrelid \
    AND d.refclassid = 'pg_type'::regclass AND d.refobjid = ANY ($types)) \
    UNION ALL SELECT NULL, format('COMMENT ON INDEX %s IS %L', d.objid::regclass, obj_description(d.objid, 'pg_class')), c.relname::text \
    FROM pg_depend d JOIN pg_class c ON c.oid = d.objid AND c.relkind IN ('i', 'I') \
    WHERE d.classid = 'pg_class'::regclass AND d.refclassid = 'pg_type'::regclass AND d.refobjid = ANY ($types) \
    AND obj_description(d.objid, 'pg_class') IS NOT NULL \
    UNION ALL SELECT \
    format('ALTER TABLE %s DROP CONSTRAINT %I', con.conrelid::regclass, con.conname), \
    format('ALTER TABLE %s ADD CONSTRAINT %I %s', con.conrelid::regclass, con.conname, pg_get_constraintdef(con.oid)), con.conname::text \
    FROM pg_constraint con \
    WHERE con.conrelid <> 0 AND con.conislocal AND con.contype IN ('c', 'x') \
    AND EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_constraint'::regclass AND d.objid = con.oid \
    AND d.refclassid = 'pg_type'::regclass AND d.refobjid = ANY ($types)) \
    UNION ALL SELECT NULL, format('COMMENT ON CONSTRAINT %I ON %s IS %L', con.conname, con.conrelid::regclass, \
    obj_description(con.oid, 'pg_constraint')), con.conname::text FROM pg_constraint con \
    WHERE con.conrelid <> 0 AND con.conislocal AND con.contype IN ('c', 'x') AND obj_description(con.oid, 'pg_constraint') IS NOT NULL \
    AND EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_constraint'::regclass AND d.objid = con.oid \
    AND d.refclassid = 'pg_type'::regclass AND d.refobjid = ANY ($types)) \
    ORDER BY name, down NULLS LAST";

/// What is taken down before the change, and put up again after it.
#[derive(Default)]
pub(super) struct Held {
    down: Vec<String>,
    up: Vec<String>,
}

impl Held {
    /// Asks the database what holds what the change replaces.
    pub(super) async fn by(
        connection: &impl ConnectionTrait,
        server: &Server,
        change: &Change,
    ) -> Result<Self, DbErr> {
        match change {
            Change::AlterEnum(pair) if backend::replaces_enum(server, change) => {
                Self::ask(connection, server, &pair.from).await
            }
            Change::AlterEnum(_)
            | Change::CreateEnum(_)
            | Change::DropEnum(_)
            | Change::RenameEnum(_)
            | Change::RenameEnumValue { .. }
            | Change::CreateTable(_)
            | Change::DropTable(_)
            | Change::RenameTable(_)
            | Change::AlterTable { .. } => Ok(Self::default()),
        }
    }

    async fn ask(
        connection: &impl ConnectionTrait,
        server: &Server,
        enum_type: &EnumType,
    ) -> Result<Self, DbErr> {
        let types =
            "array(SELECT oid FROM pg_type WHERE oid = to_regtype($1) OR typelem = to_regtype($1))";
        let TypeName { schema, name } = &enum_type.name;
        let question = Statement::from_sql_and_values(
            DbBackend::Postgres,
            QUESTION.replace("$types", types),
            [backend::qualified(server, schema.as_deref(), name).into()],
        );
        let mut held = Self::default();
        for row in connection.query_all_raw(question).await? {
            held.down.extend(row.try_get::<Option<String>>("", "down")?);
            held.up.extend(row.try_get::<Option<String>>("", "up")?);
        }
        Ok(held)
    }

    /// The statements of the change with these around them.
    pub(super) fn around(self, statements: Vec<String>) -> Vec<String> {
        let mut out = self.down;
        out.extend(statements);
        out.extend(self.up);
        out
    }
}
