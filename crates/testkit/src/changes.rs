//! Changes as text for people: the golden that a reviewer reads first.

use plimsoll_schema::{Catalog, Change, Column, EnumType, Fill, Rows, TableChange};

use crate::text::{Part, write, write_column, write_options};

/// Writes the changes, one a line, parts of a table indented below it.
pub fn write_changes<'a>(changes: impl IntoIterator<Item = &'a Change>) -> String {
    changes.into_iter().map(change).collect()
}

fn change(change: &Change) -> String {
    match change {
        Change::CreateTable(table) => {
            format!("create {}", write(&Catalog::of([table.clone()])))
        }
        Change::DropTable(table) => format!("drop {}", write(&Catalog::of([table.clone()]))),
        Change::RenameTable(pair) => format!("rename table {} -> {}\n", pair.from, pair.to),
        Change::AlterTable { table, changes } => {
            let parts: String = changes
                .iter()
                .map(|change| format!("  {}\n", part(change)))
                .collect();
            format!("alter table {table}\n{parts}")
        }
        Change::CreateEnum(enum_type) => format!("create {}", enumeration(enum_type)),
        Change::DropEnum(enum_type) => format!("drop {}", enumeration(enum_type)),
        Change::AlterEnum(pair) => format!(
            "alter {}   -> {}",
            enumeration(&pair.from),
            enumeration(&pair.to)
        ),
        Change::RenameEnum(pair) => format!("rename enum {} -> {}\n", pair.from, pair.to),
        Change::RenameEnumValue { name, value } => {
            format!(
                "rename value of enum {name}: {} -> {}\n",
                value.from, value.to
            )
        }
    }
}

fn enumeration(enum_type: &EnumType) -> String {
    let mut catalog = Catalog::default();
    catalog
        .enums
        .insert(enum_type.name.clone(), enum_type.clone());
    write(&catalog)
}

fn part(change: &TableChange) -> String {
    match change {
        TableChange::AddColumn(column) => format!("+ {}", write_column(column)),
        TableChange::DropColumn(column) => format!("- {}", write_column(column)),
        TableChange::RenameColumn(pair) => format!("rename column {} -> {}", pair.from, pair.to),
        TableChange::AlterColumn(pair) => altered(&pair.from, &pair.to),
        TableChange::AddPrimaryKey(key) => format!("+ {}", key.text()),
        TableChange::DropPrimaryKey(key) => format!("- {}", key.text()),
        TableChange::AddUnique(unique) => format!("+ {}", unique.text()),
        TableChange::DropUnique(unique) => format!("- {}", unique.text()),
        TableChange::AddIndex(index) => format!("+ {}", index.text()),
        TableChange::DropIndex(index) => format!("- {}", index.text()),
        TableChange::RenameIndex(pair) => format!("rename index {} -> {}", pair.from, pair.to),
        TableChange::AddForeignKey(key) => format!("+ {}", key.text()),
        TableChange::DropForeignKey(key) => format!("- {}", key.text()),
        TableChange::AddCheck(check) => format!("+ {}", check.text()),
        TableChange::DropCheck(check) => format!("- {}", check.text()),
        TableChange::AddExclusion(exclusion) => format!("+ {}", exclusion.text()),
        TableChange::DropExclusion(exclusion) => format!("- {}", exclusion.text()),
        TableChange::RenameConstraint(pair) => {
            format!("rename constraint {} -> {}", pair.from, pair.to)
        }
        TableChange::SetComment(pair) => {
            let text = |comment: &Option<String>| match comment {
                Some(comment) => format!("'{comment}'"),
                None => "none".to_owned(),
            };
            format!("comment {} -> {}", text(&pair.from), text(&pair.to))
        }
        TableChange::CommentOn { part, comment } => {
            let text = |comment: &Option<String>| match comment {
                Some(comment) => format!("'{comment}'"),
                None => "none".to_owned(),
            };
            let (plimsoll_schema::Part::Index(name) | plimsoll_schema::Part::Constraint(name)) =
                part;
            format!(
                "comment on {name} {} -> {}",
                text(&comment.from),
                text(&comment.to)
            )
        }
        TableChange::SetOptions(pair) => {
            let [from, to] = [&pair.from, &pair.to].map(write_options);
            format!("options{from} ->{to}")
        }
        TableChange::Fill(Fill {
            column,
            expression,
            rows,
        }) => match rows {
            Rows::Null => format!("fill {column} with {expression} where null"),
            Rows::Where(condition) => format!("fill {column} with {expression} where {condition}"),
            Rows::Converted { back } => {
                let back = back.as_deref().map(|sql| format!(", back with {sql}"));
                let back = back.unwrap_or_default();
                format!("convert {column} with {expression}{back}")
            }
        },
        TableChange::Unfill(fill) => format!("leave {} filled", fill.column),
        TableChange::RenameValue { column, value } => {
            format!("rename value of {column}: {} -> {}", value.from, value.to)
        }
    }
}

fn altered(from: &Column, to: &Column) -> String {
    format!("~ {}\n    {}", write_column(from), write_column(to))
}
