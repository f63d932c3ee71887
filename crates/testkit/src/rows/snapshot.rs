//! What rows hold, as text, and what of it is gone.

use std::collections::BTreeMap;

use plimsoll_schema::backend::{quote, types};
use plimsoll_schema::{
    Backend, Catalog, Change, Column, ColumnType, Facet, Pair, Server, TableChange, TableName,
};
use sea_orm::{ConnectionTrait, DatabaseConnection, DbErr, Statement};

use super::generate::qualified;

/// The rows of each table, a text for each column.
pub type Snapshot = BTreeMap<TableName, Vec<BTreeMap<String, String>>>;

/// Reads every row.
pub async fn snapshot(
    db: &DatabaseConnection,
    server: &Server,
    catalog: &Catalog,
) -> Result<Snapshot, DbErr> {
    let mut out = Snapshot::new();
    for table in catalog.tables.values() {
        if table.columns.is_empty() {
            // It may have rows, and nothing in them.
            out.insert(table.name.clone(), Vec::new());
            continue;
        }
        let texts: Vec<_> = table
            .columns
            .iter()
            .map(|column| as_text(server, column))
            .collect();
        let row = match server.backend {
            Backend::Sqlite => texts.join(" || chr31 || "),
            // The answer has one collation, whatever becomes of the columns': a statement is prepared once.
            Backend::Postgres => format!("({}) COLLATE \"C\"", texts.join(" || chr31 || ")),
            Backend::Mysql => format!("CONCAT({})", texts.join(", CHAR(31), ")),
        };
        let separator = match server.backend {
            Backend::Sqlite => "char(31)",
            Backend::Postgres | Backend::Mysql => "chr(31)",
        };
        let row = row.replace("chr31", separator);
        let sql = format!("SELECT {row} FROM {}", qualified(server, &table.name));
        let statement = Statement::from_string(db.get_database_backend(), sql);
        let mut rows = Vec::new();
        for row in db.query_all_raw(statement).await? {
            let text: String = row.try_get_by_index(0)?;
            let names = table.columns.iter().map(|column| column.name.clone());
            rows.push(names.zip(text.split('\u{1f}').map(str::to_owned)).collect());
        }
        out.insert(table.name.clone(), rows);
    }
    Ok(out)
}

fn as_text(server: &Server, column: &Column) -> String {
    let name = quote(server, &column.name);
    match server.backend {
        Backend::Sqlite => format!("quote({name})"),
        Backend::Postgres => format!("coalesce('=' || {name}::text, 'NULL')"),
        Backend::Mysql => format!("IFNULL(CONCAT('=', HEX(CAST({name} AS BINARY))), 'NULL')"),
    }
}

/// What of the rows before is not there after, if anything: rows of tables that stay, in the columns that the changes do not touch.
pub fn lost(
    server: &Server,
    before: &Snapshot,
    after: &Snapshot,
    changes: &[&Change],
) -> Option<String> {
    for (table, rows) in before {
        let Some(journey) = Journey::of(server, table, rows, changes) else {
            continue;
        };
        let Some(found) = after.get(&journey.table) else {
            return Some(format!("table `{}` is gone", journey.table));
        };
        let columns = &journey.columns;
        let mut expected = project(rows, columns.keys());
        let mut found = project(found, columns.values());
        expected.sort();
        found.sort();
        if expected != found {
            return Some(format!(
                "table `{table}`, columns {:?}:\n  before {expected:?}\n  after  {found:?}",
                columns.keys()
            ));
        }
    }
    None
}

fn project<'a>(
    rows: &[BTreeMap<String, String>],
    columns: impl Iterator<Item = &'a String> + Clone,
) -> Vec<Vec<String>> {
    rows.iter()
        .map(|row| {
            columns
                .clone()
                .map(|column| row.get(column).cloned().unwrap_or_default())
                .collect()
        })
        .collect()
}

/// Where a table and its untouched columns end up.
struct Journey {
    table: TableName,
    columns: BTreeMap<String, String>,
    /// What of a column's values has another name by now.
    renamed: BTreeMap<String, Vec<Pair<String>>>,
}

impl Journey {
    /// `None` if the table is dropped on the way.
    fn of(
        server: &Server,
        table: &TableName,
        rows: &[BTreeMap<String, String>],
        changes: &[&Change],
    ) -> Option<Self> {
        let names = rows.iter().flat_map(BTreeMap::keys);
        let mut journey = Self {
            table: table.clone(),
            columns: names.map(|name| (name.clone(), name.clone())).collect(),
            renamed: BTreeMap::new(),
        };
        for change in changes {
            match change {
                Change::RenameTable(pair) if pair.from == journey.table => {
                    journey.table = pair.to.clone();
                }
                Change::DropTable(dropped) if dropped.name == journey.table => return None,
                Change::AlterTable { table, changes } if *table == journey.table => {
                    for change in changes {
                        journey.alter(server, change);
                    }
                }
                // Values of an enum may be renamed or mapped: its columns are not followed further than by the number of rows.
                Change::AlterEnum(_)
                | Change::RenameEnumValue { .. }
                | Change::RenameTable(_)
                | Change::DropTable(_)
                | Change::AlterTable { .. }
                | Change::CreateTable(_)
                | Change::CreateEnum(_)
                | Change::DropEnum(_)
                | Change::RenameEnum(_) => {}
            }
        }
        let renamed = &journey.renamed;
        let is_as_it_was = |name: &String| renamed.get(name).is_none_or(Vec::is_empty);
        journey.columns.retain(|_, now| is_as_it_was(now));
        Some(journey)
    }

    fn alter(&mut self, server: &Server, change: &TableChange) {
        match change {
            TableChange::DropColumn(column) => {
                self.columns.retain(|_, now| *now != column.name);
            }
            TableChange::RenameColumn(pair) => {
                for now in self.columns.values_mut().filter(|now| **now == pair.from) {
                    now.clone_from(&pair.to);
                }
            }
            TableChange::AlterColumn(pair) => {
                if !keeps_text(server, (**pair).as_ref()) {
                    self.columns.retain(|_, now| *now != pair.from.name);
                }
            }
            TableChange::AddColumn(_)
            | TableChange::AddPrimaryKey(_)
            | TableChange::DropPrimaryKey(_)
            | TableChange::AddUnique(_)
            | TableChange::DropUnique(_)
            | TableChange::AddIndex(_)
            | TableChange::DropIndex(_)
            | TableChange::RenameIndex(_)
            | TableChange::AddForeignKey(_)
            | TableChange::DropForeignKey(_)
            | TableChange::AddCheck(_)
            | TableChange::DropCheck(_)
            | TableChange::AddExclusion(_)
            | TableChange::DropExclusion(_)
            | TableChange::RenameConstraint(_)
            | TableChange::SetComment(_)
            | TableChange::CommentOn { .. }
            | TableChange::SetOptions(_) => {}
            // A value that gets its name back is what it was.
            TableChange::RenameValue { column, value } => {
                let back = value.clone().reverse();
                let renamed = self.renamed.entry(column.clone()).or_default();
                if renamed.last() == Some(&back) {
                    renamed.pop();
                } else {
                    renamed.push(value.clone());
                }
            }
            // What was put into rows is not what was in them.
            TableChange::Fill(fill) | TableChange::Unfill(fill) => {
                self.columns.retain(|_, now| *now != fill.column);
            }
        }
    }
}

/// Whether every value of the column prints as before.
fn keeps_text(server: &Server, pair: Pair<&Column>) -> bool {
    Facet::of(pair).into_iter().all(|facet| match facet {
        Facet::Default
        | Facet::AutoIncrement
        | Facet::OnUpdate
        | Facet::Comment
        | Facet::Invisible => true,
        Facet::Type => {
            // A number that becomes text is the same value and another text.
            let is_text =
                |ty: &ColumnType| matches!(ty, ColumnType::Varchar(_) | ColumnType::Text(_));
            let is_number = |ty: &ColumnType| matches!(ty, ColumnType::Int { .. });
            let is_enum = |ty: &ColumnType| matches!(ty, ColumnType::Enum { .. });
            let both = |is: &dyn Fn(&ColumnType) -> bool| is(&pair.from.ty) && is(&pair.to.ty);
            // A word that goes is one that no row holds.
            if both(&is_enum) {
                return true;
            }
            (both(&is_text) || both(&is_number))
                && types::is_widening(server, &pair.from.ty, &pair.to.ty)
        }
        Facet::Nullable => pair.to.nullable,
        Facet::Generated | Facet::Collation => false,
    })
}
