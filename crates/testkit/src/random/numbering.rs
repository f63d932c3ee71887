//! How a column is numbered: AUTO_INCREMENT, AUTOINCREMENT, serial, identity with its options, and moving between them.

use plimsoll_schema::{AutoIncrement, Backend, Column, ColumnType, SequenceOptions, Server, Table};

use super::Source;

/// A numbering for a column of that type, or none.
pub(super) fn any(
    server: &Server,
    source: &mut Source<'_>,
    ty: &ColumnType,
) -> Option<AutoIncrement> {
    match source.below(3) {
        0 | 1 if server.backend != Backend::Postgres => Some(AutoIncrement::Auto),
        0 => Some(AutoIncrement::Auto),
        1 => Some(postgres(source, ty)),
        _ => None,
    }
}

fn postgres(source: &mut Source<'_>, ty: &ColumnType) -> AutoIncrement {
    if source.one_in(3) {
        return AutoIncrement::Serial;
    }
    AutoIncrement::Identity {
        always: source.one_in(2),
        options: options(source, ty),
    }
}

/// What is said is never what the server would do anyway.
fn options(source: &mut Source<'_>, ty: &ColumnType) -> SequenceOptions {
    let mut say = |value: i64| source.one_in(4).then_some(value);
    let max = if *ty == ColumnType::SMALL_INTEGER {
        30_000
    } else {
        2_000_000
    };
    SequenceOptions {
        start: say(1000),
        increment: say(5),
        min: say(10).filter(|_| false),
        max: say(max),
        cache: say(20),
        cycle: say(1).is_some(),
    }
}

/// One column begins to be numbered otherwise, or ceases to be numbered.
pub(super) fn edit(server: &Server, source: &mut Source<'_>, table: &mut Table) {
    let is_alone = |table: &Table, name: &str| {
        let key = table.primary_key.as_ref();
        key.is_some_and(|key| matches!(key.columns.as_slice(), [one] if one == name))
    };
    let may = |table: &Table, column: &Column| match server.backend {
        Backend::Sqlite => {
            column.ty == ColumnType::INTEGER
                && is_alone(table, &column.name)
                && !table.options.without_rowid
        }
        Backend::Postgres => !column.nullable,
        Backend::Mysql => is_alone(table, &column.name),
    };
    let known = table.clone();
    let mut fit: Vec<&mut Column> = table
        .columns
        .iter_mut()
        .filter(|column| {
            matches!(
                column.ty,
                ColumnType::Int {
                    unsigned: false,
                    ..
                }
            ) && column.generated.is_none()
                && may(&known, column)
        })
        .collect();
    let at = source.below(fit.len());
    if let Some(column) = fit.get_mut(at) {
        let fresh = any(server, source, &column.ty);
        column.auto_increment = if fresh == column.auto_increment {
            None
        } else {
            fresh
        };
        if column.auto_increment.is_some() {
            column.default = None;
        }
    }
}
