//! What is asked of `information_schema`, per server.

use plimsoll_schema::{Flavor, Server, Version};

/// A statement and the number of columns of its answer.
pub(super) struct Query {
    pub(super) sql: String,
    pub(super) columns: usize,
}

/// A statement in parts.
pub(super) struct Columns {
    /// What to select.
    select: Vec<&'static str>,
    /// What follows FROM.
    from: String,
}

/// Every column as text: `information_schema` answers in other types on every server.
pub(super) fn build(parts: &Columns) -> Query {
    let select: Vec<String> = parts
        .select
        .iter()
        .map(|column| format!("CAST({column} AS CHAR)"))
        .collect();
    Query {
        sql: format!("SELECT {} FROM {}", select.join(", "), parts.from),
        columns: select.len(),
    }
}

fn literal(text: &str) -> String {
    format!("'{}'", text.replace('\\', "\\\\").replace('\'', "''"))
}

fn is_mariadb(server: &Server) -> bool {
    server.flavor == Flavor::MariaDb
}

fn is_mysql_since(server: &Server, version: Version) -> bool {
    !is_mariadb(server) && server.version >= version
}

pub(super) fn server() -> Query {
    build(&Columns {
        select: vec!["VERSION()", "DATABASE()", "@@collation_database"],
        from: "DUAL".to_owned(),
    })
}

/// Name, kind, engine, collation, comment, collation of the database, other options.
pub(super) fn tables(_server: &Server, schema: &str) -> Columns {
    let schema = literal(schema);
    Columns {
        select: vec![
            "t.TABLE_NAME",
            "t.TABLE_TYPE",
            "t.ENGINE",
            "t.TABLE_COLLATION",
            "t.TABLE_COMMENT",
            "s.DEFAULT_COLLATION_NAME",
            "t.CREATE_OPTIONS",
        ],
        from: format!(
            "information_schema.TABLES t \
             JOIN information_schema.SCHEMATA s ON s.SCHEMA_NAME = {schema} \
             WHERE t.TABLE_SCHEMA = {schema}"
        ),
    }
}

/// Table, name, type, default, nullable, extra, collation, generation expression, comment, reference system of a geometry.
pub(super) fn columns(server: &Server, schema: &str) -> Columns {
    let system = if is_mysql_since(server, Version(8, 0, 3)) {
        "SRS_ID"
    } else {
        "NULL"
    };
    Columns {
        select: vec![
            "TABLE_NAME",
            "COLUMN_NAME",
            "COLUMN_TYPE",
            "COLUMN_DEFAULT",
            "IS_NULLABLE",
            "EXTRA",
            "COLLATION_NAME",
            "GENERATION_EXPRESSION",
            "COLUMN_COMMENT",
            system,
        ],
        from: format!(
            "information_schema.COLUMNS WHERE TABLE_SCHEMA = {} ORDER BY TABLE_NAME, ORDINAL_POSITION",
            literal(schema)
        ),
    }
}

/// Table, name, 0 when unique, column, direction, prefix, kind, comment, whether it is hidden, expression.
pub(super) fn statistics(server: &Server, schema: &str) -> Columns {
    let hidden = if is_mysql_since(server, Version(8, 0, 0)) {
        "IF(IS_VISIBLE = 'NO', 'YES', 'NO')"
    } else if is_mariadb(server) && server.version >= Version(10, 6, 0) {
        "IGNORED"
    } else {
        "'NO'"
    };
    let expression = if is_mysql_since(server, Version(8, 0, 13)) {
        "EXPRESSION"
    } else {
        "NULL"
    };
    Columns {
        select: vec![
            "TABLE_NAME",
            "INDEX_NAME",
            "NON_UNIQUE",
            "COLUMN_NAME",
            "COLLATION",
            "SUB_PART",
            "INDEX_TYPE",
            "INDEX_COMMENT",
            hidden,
            expression,
        ],
        from: format!(
            "information_schema.STATISTICS WHERE TABLE_SCHEMA = {} \
             ORDER BY TABLE_NAME, INDEX_NAME, SEQ_IN_INDEX",
            literal(schema)
        ),
    }
}

/// Table, name, ON UPDATE, ON DELETE.
pub(super) fn referential_constraints(_server: &Server, schema: &str) -> Columns {
    Columns {
        select: vec![
            "TABLE_NAME",
            "CONSTRAINT_NAME",
            "UPDATE_RULE",
            "DELETE_RULE",
        ],
        from: format!(
            "information_schema.REFERENTIAL_CONSTRAINTS WHERE CONSTRAINT_SCHEMA = {}",
            literal(schema)
        ),
    }
}

/// Table, name, column, and the database, table and column pointed at.
pub(super) fn key_column_usage(_server: &Server, schema: &str) -> Columns {
    let schema = literal(schema);
    Columns {
        select: vec![
            "TABLE_NAME",
            "CONSTRAINT_NAME",
            "COLUMN_NAME",
            "REFERENCED_TABLE_SCHEMA",
            "REFERENCED_TABLE_NAME",
            "REFERENCED_COLUMN_NAME",
        ],
        // MariaDB narrows by the table's schema, MySQL 8 by either.
        from: format!(
            "information_schema.KEY_COLUMN_USAGE \
             WHERE TABLE_SCHEMA = {schema} AND CONSTRAINT_SCHEMA = {schema} \
             AND REFERENCED_TABLE_NAME IS NOT NULL \
             ORDER BY TABLE_NAME, CONSTRAINT_NAME, ORDINAL_POSITION"
        ),
    }
}

/// Table, name, condition, on MariaDB whether a column or the table has it (since 10.5.10), and whether it is enforced.
pub(super) fn check_constraints(server: &Server, schema: &str) -> Columns {
    let schema = literal(schema);
    if is_mariadb(server) {
        return Columns {
            select: vec![
                "TABLE_NAME",
                "CONSTRAINT_NAME",
                "CHECK_CLAUSE",
                "LEVEL",
                "'YES'",
            ],
            from: format!(
                "information_schema.CHECK_CONSTRAINTS WHERE CONSTRAINT_SCHEMA = {schema}"
            ),
        };
    }
    let select = vec![
        "t.TABLE_NAME",
        "c.CONSTRAINT_NAME",
        "c.CHECK_CLAUSE",
        "'Table'",
        "t.ENFORCED",
    ];
    if is_mysql_since(server, Version(8, 0, 16)) {
        return Columns {
            select,
            from: format!(
                "information_schema.CHECK_CONSTRAINTS c JOIN information_schema.TABLE_CONSTRAINTS t \
                 ON t.CONSTRAINT_SCHEMA = c.CONSTRAINT_SCHEMA \
                 AND t.CONSTRAINT_NAME = c.CONSTRAINT_NAME AND t.CONSTRAINT_TYPE = 'CHECK' \
                 WHERE c.CONSTRAINT_SCHEMA = {schema} AND t.TABLE_SCHEMA = {schema}"
            ),
        };
    }
    nothing(5)
}

/// View, and the database and name of a table it reads (MySQL 8.0.13; nothing elsewhere).
pub(super) fn view_usage(server: &Server, schema: &str) -> Columns {
    if !is_mysql_since(server, Version(8, 0, 13)) {
        return nothing(3);
    }
    Columns {
        select: vec!["VIEW_NAME", "TABLE_SCHEMA", "TABLE_NAME"],
        from: format!(
            "information_schema.VIEW_TABLE_USAGE WHERE VIEW_SCHEMA = {}",
            literal(schema)
        ),
    }
}

/// An answer without rows, from a server that has no such view.
fn nothing(columns: usize) -> Columns {
    Columns {
        select: vec!["NULL"; columns],
        from: "DUAL WHERE FALSE".to_owned(),
    }
}
