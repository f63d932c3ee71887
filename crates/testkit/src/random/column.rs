//! Columns: type, nullability, default, generation, collation, ON UPDATE, comment, visibility.

use plimsoll_schema::{
    Backend, Catalog, Column, ColumnType, Flavor, Generated, Server, Table, Version,
};

use super::{Source, expression, name, types, value};

pub(super) const COMMENTS: [&str; 5] = [
    "plain",
    "it's \"so\"",
    "back\\slash",
    "two\nlines",
    "ünï 雪 %s ?1 $1",
];

/// A column for that table.
pub(super) fn any(
    server: &Server,
    source: &mut Source<'_>,
    catalog: &Catalog,
    table: &Table,
) -> Column {
    let name = name::column(source, table, "c");
    if source.one_in(8)
        && let Some(column) = computed(server, source, table, &name)
    {
        return column;
    }
    let mut column = Column::new(name, types::any(server, source, catalog, table));
    column.nullable = source.one_in(2);
    if source.one_in(3) {
        column.default = value::default(server, source, &column);
    }
    rest(server, source, &mut column);
    column
}

/// A generated column.
fn computed(server: &Server, source: &mut Source<'_>, table: &Table, name: &str) -> Option<Column> {
    let (ty, text) = expression::computed(server, source, table)?;
    // A STRICT table knows neither of the two.
    let ty = if table.options.strict {
        ColumnType::Raw("any".into())
    } else {
        ty
    };
    let mut column = Column::new(name, ty).null();
    column.generated = Some(Generated {
        expression: text,
        stored: is_stored(server, source),
    });
    Some(column)
}

fn is_stored(server: &Server, source: &mut Source<'_>) -> bool {
    let has_virtual = server.backend != Backend::Postgres || server.version >= Version(18, 0, 0);
    !(has_virtual && source.one_in(2))
}

/// What is said of a column beside its type and value.
fn rest(server: &Server, source: &mut Source<'_>, column: &mut Column) {
    if source.one_in(8) {
        column.collation = collation(server, source, &column.ty);
    }
    if server.capabilities().comments && source.one_in(8) {
        column.comment = source.pick(&COMMENTS).map(|text| (*text).to_owned());
    }
    if server.backend == Backend::Mysql {
        if source.one_in(4) {
            column.on_update = on_update(&column.ty);
        }
        column.invisible = source.one_in(16) && hides_columns(server, column);
    }
}

/// MariaDB hides no required column without a default; MySQL hides columns since 8.0.23.
fn hides_columns(server: &Server, column: &Column) -> bool {
    match server.flavor {
        Flavor::MariaDb => column.nullable || column.default.is_some(),
        Flavor::Original => server.version >= Version(8, 0, 23),
    }
}

fn collation(server: &Server, source: &mut Source<'_>, ty: &ColumnType) -> Option<String> {
    if !types::is_text(ty) {
        return None;
    }
    let of: &[&str] = match server.backend {
        Backend::Sqlite => &["NOCASE", "RTRIM"],
        Backend::Postgres => &["C", "POSIX"],
        Backend::Mysql => &["utf8mb4_bin", "latin1_swedish_ci", "utf8mb4_unicode_ci"],
    };
    source.pick(of).map(|name| (*name).to_owned())
}

fn on_update(ty: &ColumnType) -> Option<String> {
    match ty {
        ColumnType::DateTime(None) | ColumnType::Timestamp(None) => {
            Some("CURRENT_TIMESTAMP".into())
        }
        ColumnType::DateTime(Some(digits)) | ColumnType::Timestamp(Some(digits)) => {
            Some(format!("CURRENT_TIMESTAMP({digits})"))
        }
        _ => None,
    }
}

/// One thing about a column becomes another.
pub(super) fn edit(server: &Server, source: &mut Source<'_>, table: &Table, column: &mut Column) {
    if column.generated.is_some() {
        edit_computed(server, source, table, column);
        return;
    }
    let is_key = table
        .primary_key
        .as_ref()
        .is_some_and(|key| key.columns.contains(&column.name));
    match source.below(6) {
        0 if !is_key => column.nullable = !column.nullable,
        1 => column.default = None,
        2 if column.auto_increment.is_none() => {
            column.default = value::default(server, source, column);
        }
        3 => {
            let before = column.clone();
            rest(server, source, column);
            if before.collation == column.collation {
                column.collation = None;
            }
        }
        4 if server.capabilities().comments => {
            let known = column.comment.take();
            column.comment = source
                .pick(&COMMENTS)
                .map(|text| (*text).to_owned())
                .filter(|text| Some(text) != known.as_ref());
        }
        _ if !is_key && column.auto_increment.is_none() => {
            column.nullable = !column.nullable;
            column.default = value::default(server, source, column);
        }
        _ => {}
    }
    if column.invisible && !hides_columns(server, column) {
        column.invisible = false;
    }
}

fn edit_computed(server: &Server, source: &mut Source<'_>, table: &Table, column: &mut Column) {
    match source.below(3) {
        0 => {
            if let Some((ty, text)) = expression::computed(server, source, table)
                && let Some(generated) = &mut column.generated
            {
                generated.expression = text;
                if !table.options.strict {
                    column.ty = ty;
                }
            }
        }
        1 => {
            if let Some(generated) = &mut column.generated {
                generated.stored = is_stored(server, source);
            }
        }
        _ => column.generated = None,
    }
}

/// The column's type becomes another one; what spoke of the old one is for [`super::admit`] to find.
pub(super) fn retype(
    server: &Server,
    source: &mut Source<'_>,
    catalog: &Catalog,
    table: &Table,
    column: &mut Column,
) {
    let before = column.ty.clone();
    column.ty = match (source.below(3), &column.ty) {
        // The same kind, longer or shorter.
        (0, ColumnType::Varchar(_)) => ColumnType::Varchar(Some([120, 20, 200][source.below(3)])),
        (0, ColumnType::Int { .. }) if !table.options.strict => ColumnType::BIG_INTEGER,
        (0, ColumnType::Decimal(_)) => {
            ColumnType::Decimal(Some(([12, 8][source.below(2)], [4, 2][source.below(2)])))
        }
        _ => types::any(server, source, catalog, table),
    };
    if server.backend == Backend::Mysql && (types::is_apart(&before) || types::is_apart(&column.ty))
    {
        column.ty = before;
    }
    if !matches!(column.ty, ColumnType::Int { .. }) {
        column.auto_increment = None;
    }
    if !types::is_text(&column.ty) {
        column.collation = None;
    }
    column.on_update = column.on_update.take().and(on_update(&column.ty));
    let had_default = column.default.take().is_some();
    if had_default && source.one_in(2) {
        column.default = value::default(server, source, column);
    }
    if column.invisible && !hides_columns(server, column) {
        column.invisible = false;
    }
}
