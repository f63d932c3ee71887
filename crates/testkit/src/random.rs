//! Catalogs out of numbers: the same numbers give the same catalog, smaller numbers a simpler one.
//!
//! What is generated can be created on the given server as it is, and covers every kind of part the server has.

use plimsoll_schema::{
    Action, AutoIncrement, Backend, Catalog, Check, Column, ColumnType, ForeignKey, Generated,
    Index, IndexKey, IntWidth, Literal, Order, PrimaryKey, Server, Table, TableName, TextSize,
    TypeName, Unique, Value,
};

/// Numbers to build from; when they run out, every choice is the first.
#[derive(Debug, Clone)]
pub struct Source<'a> {
    numbers: &'a [u32],
    at: usize,
}

impl<'a> Source<'a> {
    /// A source of these numbers.
    pub const fn new(numbers: &'a [u32]) -> Self {
        Self { numbers, at: 0 }
    }

    fn below(&mut self, end: usize) -> usize {
        let number = self.numbers.get(self.at).copied().unwrap_or(0);
        self.at += 1;
        usize::try_from(number).unwrap_or(0) % end.max(1)
    }

    fn one_in(&mut self, of: usize) -> bool {
        self.below(of) == of - 1
    }
}

/// A catalog of up to four tables.
pub fn catalog(server: &Server, source: &mut Source<'_>) -> Catalog {
    let count = 1 + source.below(4);
    let mut out = Catalog::default();
    for at in 0..count {
        let table = table(server, source, at, &out);
        out.insert(table);
    }
    if server.capabilities().enum_types {
        out.collect_enums();
        follow_enums(&mut out);
    }
    out
}

/// The same catalog with up to five things changed.
pub fn edited(server: &Server, catalog: &Catalog, source: &mut Source<'_>) -> Catalog {
    let mut out = catalog.clone();
    out.enums.clear();
    for _ in 0..=source.below(5) {
        edit(server, &mut out, source);
    }
    settle_references(server, &mut out);
    if server.capabilities().enum_types {
        out.collect_enums();
        follow_enums(&mut out);
    }
    out
}

/// Every column of one enum type has that type's values.
fn follow_enums(catalog: &mut Catalog) {
    let enums = catalog.enums.clone();
    for column in catalog
        .tables
        .values_mut()
        .flat_map(|table| &mut table.columns)
    {
        if let ColumnType::Enum { name, values } = &mut column.ty
            && let Some(known) = enums.get(name)
        {
            values.clone_from(&known.values);
            if let Some(Value::Literal(Literal::String(text))) = &column.default
                && !values.contains(text)
            {
                column.default = None;
            }
        }
    }
}

fn table(server: &Server, source: &mut Source<'_>, at: usize, known: &Catalog) -> Table {
    let mut table = Table::new(format!("t{at}"));
    let mut id = Column::new("id", ColumnType::INTEGER);
    if !source.one_in(3) {
        id.auto_increment = Some(AutoIncrement::Auto);
    }
    table.columns.push(id);
    // What checks, predicates and expressions speak of: MySQL admits no numbered column there.
    table.columns.push(Column::new("k", ColumnType::INTEGER));
    table.primary_key = Some(PrimaryKey {
        name: None,
        columns: vec!["id".into()],
        ..PrimaryKey::default()
    });
    for number in 0..=source.below(5) {
        let column = column(server, source, format!("c{number}"));
        table.columns.push(column);
    }
    for _ in 0..source.below(4) {
        add_part(server, source, &mut table, known);
    }
    table
}

fn column(server: &Server, source: &mut Source<'_>, name: String) -> Column {
    let mut column = Column::new(name, column_type(server, source));
    column.nullable = source.one_in(2);
    if source.one_in(3) {
        column.default = default(&column.ty, source);
    }
    if server.capabilities().comments && source.one_in(6) {
        column.comment = Some("it's \"so\"".into());
    }
    column
}

fn column_type(server: &Server, source: &mut Source<'_>) -> ColumnType {
    let int = |width| ColumnType::Int {
        width,
        unsigned: false,
    };
    let common = [
        ColumnType::INTEGER,
        ColumnType::BIG_INTEGER,
        ColumnType::Varchar(Some(40)),
        ColumnType::TEXT,
        ColumnType::Boolean,
        ColumnType::Decimal(Some((10, 2))),
        ColumnType::Double,
        ColumnType::Date,
        ColumnType::DateTime(None),
        ColumnType::Uuid,
        ColumnType::Json,
        int(IntWidth::Small),
        ColumnType::Varchar(Some(80)),
        ColumnType::Char(Some(3)),
        ColumnType::Enum {
            name: TypeName::new("mood"),
            values: vec!["ok".into(), "so so".into(), "it's".into()],
        },
    ];
    let own: &[ColumnType] = match server.backend {
        Backend::Sqlite => &[],
        Backend::Postgres => &[
            ColumnType::JsonBinary,
            ColumnType::TimestampTz(None),
            ColumnType::BLOB,
            ColumnType::Inet,
        ],
        Backend::Mysql => &[
            ColumnType::Int {
                width: IntWidth::Regular,
                unsigned: true,
            },
            ColumnType::Text(TextSize::Long),
            ColumnType::Varbinary(Some(20)),
            ColumnType::DateTime(Some(6)),
        ],
    };
    let at = source.below(common.len() + own.len());
    common
        .get(at)
        .cloned()
        .unwrap_or_else(|| own[at - common.len()].clone())
}

fn default(ty: &ColumnType, source: &mut Source<'_>) -> Option<Value> {
    let literal = match ty {
        ColumnType::Int { unsigned: true, .. } => Literal::Number("3".into()),
        ColumnType::Int { .. } => Literal::Number(["0", "7", "-1"][source.below(3)].into()),
        ColumnType::Decimal(_) => Literal::Number(["0.00", "1.50"][source.below(2)].into()),
        ColumnType::Double => Literal::Number(["0", "2.5"][source.below(2)].into()),
        ColumnType::Varchar(_) => {
            Literal::String(["", "a", "it's", "x'y\"z"][source.below(4)].into())
        }
        ColumnType::Char(_) => Literal::String(["abc", "d"][source.below(2)].into()),
        ColumnType::Boolean => Literal::Bool(source.one_in(2)),
        ColumnType::DateTime(None) => Literal::CurrentTimestamp(None),
        ColumnType::Date => Literal::String("2020-02-29".into()),
        ColumnType::Enum { values, .. } => {
            Literal::String(values[source.below(values.len())].clone())
        }
        _ => return None,
    };
    Some(Value::Literal(literal))
}

/// Columns that every backend indexes without a prefix length.
fn indexable(table: &Table) -> Vec<String> {
    let fits = |column: &&Column| {
        column.generated.is_none()
            && matches!(
                column.ty,
                ColumnType::Int { .. }
                    | ColumnType::Varchar(_)
                    | ColumnType::Date
                    | ColumnType::Uuid
                    | ColumnType::Decimal(_)
            )
    };
    table
        .columns
        .iter()
        .filter(fits)
        .map(|column| column.name.clone())
        .collect()
}

fn some(source: &mut Source<'_>, columns: &[String]) -> Vec<String> {
    let first = source.below(columns.len());
    let second = source.below(columns.len());
    let mut out = vec![columns[first].clone()];
    if second != first && source.one_in(2) {
        out.push(columns[second].clone());
    }
    out
}

fn add_part(server: &Server, source: &mut Source<'_>, table: &mut Table, known: &Catalog) {
    let can = server.capabilities();
    let columns = indexable(table);
    let chosen = some(source, &columns);
    let tag = format!("{}-{}", table.name.name, chosen.join("-"));
    match source.below(6) {
        0 => {
            let name = format!("ix-{tag}");
            if table.indexes.iter().all(|index| index.name != name) {
                let mut index = Index::on(name, &chosen);
                if source.one_in(3) {
                    index.keys[0].order = Order::Desc;
                }
                if can.partial_indexes && source.one_in(3) {
                    index.predicate = Some("k > 10".into());
                }
                table.indexes.push(index);
            }
        }
        1 => {
            let unique = Unique {
                name: Some(format!("uq-{tag}")),
                columns: chosen.clone(),
                nulls_not_distinct: can.nulls_not_distinct && source.one_in(4),
                deferrable: None,
                ..Unique::default()
            };
            let clash = table
                .uniques
                .iter()
                .any(|known| known.columns == chosen || known.name == unique.name);
            if !clash && chosen != ["id"] {
                table.uniques.push(unique);
            }
        }
        2 => {
            let name = format!("ck-{}", table.name.name);
            if table.checks.is_empty() {
                table.checks.push(Check {
                    name: Some(name),
                    expression: "k >= 0".into(),
                    ..Check::default()
                });
            }
        }
        3 => add_reference(source, table, known),
        4 if server.backend != Backend::Mysql && source.one_in(2) => {
            let name = format!("ex-{}", table.name.name);
            if table.indexes.iter().all(|index| index.name != name) {
                let mut index = Index::on(name, &["id"]);
                index.keys = vec![IndexKey::expression("abs(k)")];
                table.indexes.push(index);
            }
        }
        _ => {
            if table.column("twice").is_none() {
                let mut column = Column::new("twice", ColumnType::INTEGER).null();
                column.generated = Some(Generated {
                    expression: "k * 2".into(),
                    stored: true,
                });
                table.columns.push(column);
            }
        }
    }
}

fn add_reference(source: &mut Source<'_>, table: &mut Table, known: &Catalog) {
    let mut targets: Vec<TableName> = known.tables.keys().cloned().collect();
    targets.push(table.name.clone());
    let target = targets[source.below(targets.len())].clone();
    let column = format!("{}_id", target.name);
    if table.column(&column).is_some() {
        return;
    }
    table
        .columns
        .push(Column::new(column.clone(), ColumnType::INTEGER).null());
    let action = [None, Some(Action::Cascade), Some(Action::SetNull)][source.below(3)];
    table.foreign_keys.push(ForeignKey {
        name: Some(format!("fk-{}-{column}", table.name.name)),
        columns: vec![column],
        ref_table: target,
        ref_columns: vec!["id".into()],
        on_delete: action,
        on_update: None,
        deferrable: None,
        match_full: false,
        not_valid: false,
        ..ForeignKey::default()
    });
}

fn edit(server: &Server, catalog: &mut Catalog, source: &mut Source<'_>) {
    let names: Vec<TableName> = catalog.tables.keys().cloned().collect();
    let known = catalog.clone();
    let Some(name) = names.get(source.below(names.len())) else {
        return;
    };
    let kind = source.below(8);
    if kind == 6 && names.len() > 1 {
        catalog.tables.remove(name);
        return;
    }
    if kind == 7 {
        let created = table(server, source, names.len() + 4, &known);
        catalog.insert(created);
        return;
    }
    let Some(table) = catalog.tables.get_mut(name) else {
        return;
    };
    match kind {
        0 => {
            let fresh = format!("n{}", source.below(3));
            if table.column(&fresh).is_none() {
                let column = column(server, source, fresh);
                table.columns.push(column);
            }
        }
        1 => drop_column(table, source),
        2 => {
            let at = source.below(table.columns.len());
            let column = &mut table.columns[at];
            if column.name.starts_with('c') {
                column.nullable = !column.nullable;
            }
        }
        3 => {
            let at = source.below(table.columns.len());
            let column = &mut table.columns[at];
            if column.name.starts_with('c') {
                column.default = default(&column.ty, source);
            }
        }
        4 => match source.below(5) {
            0 => drop(table.indexes.pop()),
            1 => drop(table.uniques.pop()),
            2 => drop(table.checks.pop()),
            3 => drop(table.foreign_keys.pop()),
            _ => widen(table, source),
        },
        _ => add_part(server, source, table, &known),
    }
    table.sort();
}

fn widen(table: &mut Table, source: &mut Source<'_>) {
    let at = source.below(table.columns.len());
    let column = &mut table.columns[at];
    column.ty = match &column.ty {
        ColumnType::Varchar(Some(40)) => ColumnType::Varchar(Some(120)),
        ColumnType::Int {
            width: IntWidth::Small,
            unsigned,
        } => ColumnType::Int {
            width: IntWidth::Big,
            unsigned: *unsigned,
        },
        other => other.clone(),
    };
}

fn drop_column(table: &mut Table, source: &mut Source<'_>) {
    let names: Vec<String> = table
        .columns
        .iter()
        .map(|column| column.name.clone())
        .filter(|name| name != "id" && name != "k")
        .collect();
    if names.len() < 2 {
        return;
    }
    let gone = names[source.below(names.len())].clone();
    table.columns.retain(|column| column.name != gone);
    table
        .uniques
        .retain(|unique| !unique.columns.contains(&gone));
    table
        .foreign_keys
        .retain(|key| !key.columns.contains(&gone));
    table.indexes.retain(|index| {
        index
            .plain_columns()
            .is_none_or(|columns| !columns.contains(&gone.as_str()))
    });
}

/// References to tables that went go too.
fn settle_references(server: &Server, catalog: &mut Catalog) {
    let names: Vec<TableName> = catalog.tables.keys().cloned().collect();
    let _ = server;
    for table in catalog.tables.values_mut() {
        table
            .foreign_keys
            .retain(|key| names.contains(&key.ref_table));
    }
}
