//! Changes in words.

use plimsoll_schema::{Change, Facet, Pair, Part, TableChange};

/// The change as an imperative without a period, names in backticks.
pub fn summary(change: &Change) -> String {
    match change {
        Change::CreateTable(table) => format!("create table `{}`", table.name),
        Change::DropTable(table) => format!("drop table `{}`", table.name),
        Change::RenameTable(pair) => format!("rename table `{}` to `{}`", pair.from, pair.to),
        Change::AlterTable { table, changes } => {
            let parts: Vec<String> = changes.iter().map(table_summary).collect();
            match parts.as_slice() {
                [only] => format!("{only} on table `{table}`"),
                many => format!("alter table `{table}`: {}", many.join(", ")),
            }
        }
        Change::CreateEnum(enum_type) => format!("create enum type `{}`", enum_type.name),
        Change::DropEnum(enum_type) => format!("drop enum type `{}`", enum_type.name),
        Change::AlterEnum(pair) => enum_summary(pair),
        Change::RenameEnum(pair) => format!("rename enum type `{}` to `{}`", pair.from, pair.to),
        Change::RenameEnumValue { name, value } => {
            format!(
                "rename value `{}` of enum type `{name}` to `{}`",
                value.from, value.to
            )
        }
    }
}

fn enum_summary(pair: &Pair<plimsoll_schema::EnumType>) -> String {
    let list = |left: &[String], right: &[String]| {
        let only = left.iter().filter(|value| !right.contains(value));
        only.map(|value| format!("`{value}`"))
            .collect::<Vec<_>>()
            .join(", ")
    };
    let added = list(&pair.to.values, &pair.from.values);
    let gone = list(&pair.from.values, &pair.to.values);
    let name = &pair.from.name;
    match (added.is_empty(), gone.is_empty()) {
        (false, true) => format!("add {added} to enum type `{name}`"),
        (true, false) => format!("drop {gone} from enum type `{name}`"),
        (false, false) => format!("add {added} to and drop {gone} from enum type `{name}`"),
        (true, true) => format!("reorder the values of enum type `{name}`"),
    }
}

/// The change of a table's part, without the table.
pub fn table_summary(change: &TableChange) -> String {
    let named = |name: Option<&str>, columns: &[String]| {
        name.map_or_else(
            || format!("({})", columns.join(", ")),
            |name| format!("`{name}`"),
        )
    };
    match change {
        TableChange::AddColumn(column) => format!("add column `{}`", column.name),
        TableChange::DropColumn(column) => format!("drop column `{}`", column.name),
        TableChange::RenameColumn(pair) => {
            format!("rename column `{}` to `{}`", pair.from, pair.to)
        }
        TableChange::AlterColumn(pair) => {
            let facets: Vec<&str> = Facet::of(pair.as_ref().as_ref())
                .into_iter()
                .map(facet)
                .collect();
            format!(
                "change {} of column `{}`",
                facets.join(" and "),
                pair.from.name
            )
        }
        TableChange::AddPrimaryKey(key) => format!("add primary key ({})", key.columns.join(", ")),
        TableChange::DropPrimaryKey(key) => {
            format!("drop primary key ({})", key.columns.join(", "))
        }
        TableChange::AddUnique(unique) => {
            format!(
                "add unique {}",
                named(unique.name.as_deref(), &unique.columns)
            )
        }
        TableChange::DropUnique(unique) => {
            format!(
                "drop unique {}",
                named(unique.name.as_deref(), &unique.columns)
            )
        }
        TableChange::AddIndex(index) => format!("create index `{}`", index.name),
        TableChange::DropIndex(index) => format!("drop index `{}`", index.name),
        TableChange::RenameIndex(pair) => format!("rename index `{}` to `{}`", pair.from, pair.to),
        TableChange::AddForeignKey(key) => {
            format!(
                "add foreign key {}",
                named(key.name.as_deref(), &key.columns)
            )
        }
        TableChange::DropForeignKey(key) => {
            format!(
                "drop foreign key {}",
                named(key.name.as_deref(), &key.columns)
            )
        }
        TableChange::AddCheck(check) => {
            format!(
                "add check `{}`",
                check.name.as_deref().unwrap_or(&check.expression)
            )
        }
        TableChange::DropCheck(check) => {
            format!(
                "drop check `{}`",
                check.name.as_deref().unwrap_or(&check.expression)
            )
        }
        TableChange::AddExclusion(exclusion) => format!("add exclusion `{}`", exclusion.name),
        TableChange::DropExclusion(exclusion) => format!("drop exclusion `{}`", exclusion.name),
        TableChange::RenameConstraint(pair) => {
            format!("rename constraint `{}` to `{}`", pair.from, pair.to)
        }
        TableChange::SetComment(_) => "set the comment".into(),
        TableChange::CommentOn { part, .. } => match part {
            Part::Index(name) => format!("set the comment of index `{name}`"),
            Part::Constraint(name) => format!("set the comment of constraint `{name}`"),
        },
        TableChange::SetOptions(_) => "change the storage options".into(),
        TableChange::Fill(fill) if fill.is_conversion() => {
            format!("convert column `{}` as told", fill.column)
        }
        TableChange::Fill(fill) => format!("fill column `{}`", fill.column),
        TableChange::Unfill(fill) => format!("leave column `{}` filled", fill.column),
        TableChange::RenameValue { column, value } => format!(
            "rename value `{}` of column `{column}` to `{}`",
            value.from, value.to
        ),
    }
}

const fn facet(facet: Facet) -> &'static str {
    match facet {
        Facet::Type => "the type",
        Facet::Nullable => "whether NULL is allowed",
        Facet::Default => "the default",
        Facet::Generated => "the generation expression",
        Facet::AutoIncrement => "the numbering",
        Facet::Collation => "the collation",
        Facet::OnUpdate => "ON UPDATE",
        Facet::Comment => "the comment",
        Facet::Invisible => "the visibility",
    }
}
