//! Changes as entries, one for each line of the text and each object of the JSON.

use plimsoll_schema::{
    Change, Column, EnumType, Exclusion, ForeignKey, Index, Pair, Part, PrimaryKey, Rows, Server,
    Table, TableChange, TableName, Unique,
};
use serde::Serialize;

use crate::describe;

/// What happens to an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// It comes.
    Add,
    /// It goes.
    Drop,
    /// It stays and differs.
    Alter,
    /// It stays under another name.
    Rename,
}

/// One object that changes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Entry {
    /// What happens to it.
    pub action: Action,
    /// What it is: `table`, `column`, `index` ….
    pub kind: &'static str,
    /// The table it belongs to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub table: Option<String>,
    /// Its name, before a rename; empty for what has no name.
    pub name: String,
    /// What it is before, in words; a name, for a rename.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// What it is after.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
    /// The parts that come with it, for a table.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub parts: Vec<Entry>,
}

/// Changes as entries, in their order.
pub fn entries(server: &Server, changes: &[Change]) -> Vec<Entry> {
    changes
        .iter()
        .flat_map(|change| of_change(server, change))
        .collect()
}

fn of_change(server: &Server, change: &Change) -> Vec<Entry> {
    match change {
        Change::CreateTable(table) => vec![whole_table(server, table, Action::Add)],
        Change::DropTable(table) => vec![whole_table(server, table, Action::Drop)],
        Change::RenameTable(pair) => vec![rename("table", None, pair)],
        Change::AlterTable { table, changes } => changes
            .iter()
            .map(|change| part(server, table, change))
            .collect(),
        Change::CreateEnum(of) => vec![whole_enum(of, Action::Add)],
        Change::DropEnum(of) => vec![whole_enum(of, Action::Drop)],
        Change::AlterEnum(pair) => vec![Entry {
            action: Action::Alter,
            kind: "enum",
            table: None,
            name: pair.from.name.to_string(),
            from: Some(values(&pair.from)),
            to: Some(values(&pair.to)),
            parts: Vec::new(),
        }],
        Change::RenameEnum(pair) => vec![rename("enum", None, pair)],
        Change::RenameEnumValue { name, value } => {
            vec![rename("enum value", Some(name.to_string()), value)]
        }
    }
}

fn values(of: &EnumType) -> String {
    describe::columns(&of.values)
}

fn whole_enum(of: &EnumType, action: Action) -> Entry {
    Side {
        action,
        kind: "enum",
        table: None,
    }
    .entry(of.name.to_string(), values(of))
}

fn rename(kind: &'static str, table: Option<String>, pair: &Pair<impl ToString>) -> Entry {
    Entry {
        action: Action::Rename,
        kind,
        table,
        name: pair.from.to_string(),
        from: Some(pair.from.to_string()),
        to: Some(pair.to.to_string()),
        parts: Vec::new(),
    }
}

/// Something that comes or goes.
struct Side {
    action: Action,
    kind: &'static str,
    table: Option<String>,
}

impl Side {
    fn entry(self, name: impl Into<String>, description: String) -> Entry {
        let (from, to) = match self.action {
            Action::Drop => (Some(description), None),
            Action::Add | Action::Alter | Action::Rename => (None, Some(description)),
        };
        Entry {
            action: self.action,
            kind: self.kind,
            table: self.table,
            name: name.into(),
            from,
            to,
            parts: Vec::new(),
        }
    }
}

fn whole_table(server: &Server, table: &Table, action: Action) -> Entry {
    let name = &table.name;
    let mut parts: Vec<Entry> = Vec::new();
    let columns = table.columns.iter();
    parts.extend(columns.map(|part| column(server, name, part, action)));
    parts.extend(
        table
            .primary_key
            .iter()
            .map(|part| primary_key(name, part, action)),
    );
    parts.extend(table.uniques.iter().map(|part| unique(name, part, action)));
    parts.extend(
        table
            .foreign_keys
            .iter()
            .map(|part| foreign_key(name, part, action)),
    );
    parts.extend(table.checks.iter().map(|part| {
        let check_name = part.name.clone().unwrap_or_default();
        side("check", name, action).entry(check_name, format!("({})", part.expression))
    }));
    parts.extend(
        table
            .exclusions
            .iter()
            .map(|part| exclusion(name, part, action)),
    );
    parts.extend(table.indexes.iter().map(|part| index(name, part, action)));
    Entry {
        action,
        kind: "table",
        table: None,
        name: name.to_string(),
        from: None,
        to: None,
        parts,
    }
}

fn side(kind: &'static str, table: &TableName, action: Action) -> Side {
    Side {
        action,
        kind,
        table: Some(table.to_string()),
    }
}

fn column(server: &Server, table: &TableName, column: &Column, action: Action) -> Entry {
    side("column", table, action).entry(&column.name, describe::column(server, column))
}

fn primary_key(table: &TableName, key: &PrimaryKey, action: Action) -> Entry {
    side("primary key", table, action).entry(
        key.name.clone().unwrap_or_default(),
        describe::primary_key(key),
    )
}

fn unique(table: &TableName, unique: &Unique, action: Action) -> Entry {
    side("unique", table, action).entry(
        unique.name.clone().unwrap_or_default(),
        describe::unique(unique),
    )
}

fn foreign_key(table: &TableName, key: &ForeignKey, action: Action) -> Entry {
    side("foreign key", table, action).entry(
        key.name.clone().unwrap_or_default(),
        describe::foreign_key(key),
    )
}

fn exclusion(table: &TableName, exclusion: &Exclusion, action: Action) -> Entry {
    side("exclusion", table, action).entry(&exclusion.name, exclusion.definition.clone())
}

fn index(table: &TableName, index: &Index, action: Action) -> Entry {
    side("index", table, action).entry(&index.name, describe::index(index))
}

fn part(server: &Server, table: &TableName, change: &TableChange) -> Entry {
    use Action::{Add, Drop};
    let altered = |kind, name: &str, from: String, to: String| Entry {
        action: Action::Alter,
        kind,
        table: Some(table.to_string()),
        name: name.to_owned(),
        from: Some(from),
        to: Some(to),
        parts: Vec::new(),
    };
    let check = |check: &plimsoll_schema::Check, action| {
        side("check", table, action).entry(
            check.name.clone().unwrap_or_default(),
            format!("({})", check.expression),
        )
    };
    match change {
        TableChange::AddColumn(part) => column(server, table, part, Add),
        TableChange::DropColumn(part) => column(server, table, part, Drop),
        TableChange::RenameColumn(pair) => rename("column", Some(table.to_string()), pair),
        TableChange::AlterColumn(pair) => {
            let (from, to) = describe::differing(server, pair.as_ref().as_ref());
            altered("column", &pair.from.name, from, to)
        }
        TableChange::AddPrimaryKey(key) => primary_key(table, key, Add),
        TableChange::DropPrimaryKey(key) => primary_key(table, key, Drop),
        TableChange::AddUnique(part) => unique(table, part, Add),
        TableChange::DropUnique(part) => unique(table, part, Drop),
        TableChange::AddIndex(part) => index(table, part, Add),
        TableChange::DropIndex(part) => index(table, part, Drop),
        TableChange::RenameIndex(pair) => rename("index", Some(table.to_string()), pair),
        TableChange::AddForeignKey(key) => foreign_key(table, key, Add),
        TableChange::DropForeignKey(key) => foreign_key(table, key, Drop),
        TableChange::AddCheck(part) => check(part, Add),
        TableChange::DropCheck(part) => check(part, Drop),
        TableChange::AddExclusion(part) => exclusion(table, part, Add),
        TableChange::DropExclusion(part) => exclusion(table, part, Drop),
        TableChange::RenameConstraint(pair) => rename("constraint", Some(table.to_string()), pair),
        TableChange::SetComment(pair) => {
            let text = |comment: &Option<String>| {
                comment
                    .as_deref()
                    .map_or("no comment".to_owned(), describe::comment)
            };
            altered("comment", "", text(&pair.from), text(&pair.to))
        }
        TableChange::CommentOn { part, comment } => {
            let text = |comment: &Option<String>| {
                comment
                    .as_deref()
                    .map_or("no comment".to_owned(), describe::comment)
            };
            let (Part::Index(name) | Part::Constraint(name)) = part;
            altered("comment", name, text(&comment.from), text(&comment.to))
        }
        TableChange::Fill(fill) => {
            altered("rows", &fill.column, unfit(fill), fill.expression.clone())
        }
        TableChange::Unfill(fill) => {
            altered("rows", &fill.column, fill.expression.clone(), unfit(fill))
        }
        TableChange::RenameValue { column, value } => {
            altered("rows", column, value.from.clone(), value.to.clone())
        }
        TableChange::SetOptions(pair) => altered(
            "options",
            "",
            describe::options(&pair.from),
            describe::options(&pair.to),
        ),
    }
}

/// The rows that get a value.
fn unfit(fill: &plimsoll_schema::Fill) -> String {
    match &fill.rows {
        Rows::Null => "NULL".to_owned(),
        Rows::Where(condition) => condition.clone(),
        Rows::Converted { .. } => "all, as the type changes".to_owned(),
    }
}
