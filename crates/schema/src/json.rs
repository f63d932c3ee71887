//! `catalog.json`: a catalog as canonical text, one object a line, so that a merge conflict is as small as the disagreement.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use thiserror::Error;

use crate::{Catalog, EnumType, Table};

/// The format written; another one is refused.
pub const CATALOG_FORMAT: u32 = 1;

/// What is wrong with a catalog file.
#[derive(Debug, Error)]
pub enum CatalogFileError {
    /// It is not the JSON of a catalog.
    #[error("line {line}, column {column}: {message}")]
    Syntax {
        /// The line, from 1.
        line: usize,
        /// The column, from 1.
        column: usize,
        /// What the parser expected.
        message: String,
    },
    /// Its format is not ours.
    #[error("format {found} is not format {CATALOG_FORMAT}, which this version reads")]
    Format {
        /// The format it states.
        found: u32,
    },
    /// A table stands in it twice, as after a bad merge.
    #[error("table `{0}` stands in it twice")]
    Duplicate(String),
}

/// What is read first, whatever else the format says.
#[derive(Deserialize)]
struct Head {
    #[serde(default)]
    format: Option<Value>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    /// Checked before the rest is read.
    #[serde(rename = "format")]
    _format: u32,
    enums: Vec<EnumType>,
    tables: Vec<Table>,
}

impl Catalog {
    /// The canonical text: the same catalog gives the same bytes.
    pub fn to_json(&self) -> String {
        let enums: Vec<String> = self.enums.values().map(line).collect();
        let tables: Vec<String> = self.tables.values().map(table).collect();
        format!(
            "{{\n  \"format\": {CATALOG_FORMAT},\n  \"enums\": {},\n  \"tables\": {}\n}}\n",
            list(&enums, 2),
            list(&tables, 2)
        )
    }

    /// Reads what [`Self::to_json`] wrote.
    ///
    /// # Errors
    /// When the text is not a catalog of this format.
    pub fn from_json(text: &str) -> Result<Self, CatalogFileError> {
        let syntax = |error: serde_json::Error| CatalogFileError::Syntax {
            line: error.line(),
            column: error.column(),
            message: error
                .to_string()
                .split(" at line ")
                .next()
                .unwrap_or_default()
                .to_owned(),
        };
        let Head { format } = serde_json::from_str(text).map_err(syntax)?;
        if let Some(found) = format.as_ref().and_then(Value::as_u64)
            && found != u64::from(CATALOG_FORMAT)
        {
            return Err(CatalogFileError::Format {
                found: u32::try_from(found).unwrap_or(u32::MAX),
            });
        }
        let file: File = serde_json::from_str(text).map_err(syntax)?;
        let mut catalog = Self::default();
        for table in file.tables {
            let name = table.name.clone();
            if catalog.tables.contains_key(&name) {
                return Err(CatalogFileError::Duplicate(name.to_string()));
            }
            catalog.insert(table);
        }
        catalog.enums = file
            .enums
            .into_iter()
            .map(|enum_type| (enum_type.name.clone(), enum_type))
            .collect();
        Ok(catalog)
    }
}

/// One part of a table, on one line. The fields stand in the order of their structs, whatever features serde_json is built with.
fn line<T: Serialize>(part: &T) -> String {
    // A catalog holds strings, numbers and lists only, so that writing one cannot fail.
    serde_json::to_string(part).unwrap_or_default()
}

fn lines<T: Serialize>(parts: &[T]) -> Option<String> {
    let parts: Vec<String> = parts.iter().map(line).collect();
    (!parts.is_empty()).then(|| list(&parts, 6))
}

/// A list whose items stand on lines of their own, its end at the given indentation.
fn list(items: &[String], indent: usize) -> String {
    if items.is_empty() {
        return "[]".into();
    }
    let (inner, outer) = (" ".repeat(indent + 2), " ".repeat(indent));
    format!("[\n{inner}{}\n{outer}]", items.join(&format!(",\n{inner}")))
}

fn table(table: &Table) -> String {
    let Table {
        name,
        columns,
        primary_key,
        uniques,
        indexes,
        foreign_keys,
        checks,
        exclusions,
        comment,
        options,
        triggers,
        renamed_from,
        origin: _,
    } = table;
    let fields = [
        ("name", Some(line(name))),
        ("comment", comment.as_ref().map(line)),
        ("renamed_from", renamed_from.as_ref().map(line)),
        ("options", (!options.is_default()).then(|| line(options))),
        (
            "columns",
            Some(lines(columns).unwrap_or_else(|| "[]".into())),
        ),
        ("primary_key", primary_key.as_ref().map(line)),
        ("uniques", lines(uniques)),
        ("indexes", lines(indexes)),
        ("foreign_keys", lines(foreign_keys)),
        ("checks", lines(checks)),
        ("exclusions", lines(exclusions)),
        ("triggers", lines(triggers)),
    ];
    let fields: Vec<String> = fields
        .into_iter()
        .filter_map(|(key, value)| Some(format!("\"{key}\": {}", value?)))
        .collect();
    format!("{{\n      {}\n    }}", fields.join(",\n      "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Column, ColumnType, Index, PrimaryKey};

    #[test]
    fn one_object_a_line() {
        let mut table = Table::new("customer");
        table
            .columns
            .push(Column::new("id", ColumnType::BIG_INTEGER));
        table
            .columns
            .push(Column::new("name", ColumnType::Varchar(Some(80))).null());
        table.primary_key = Some(PrimaryKey {
            name: None,
            columns: vec!["id".into()],
            ..PrimaryKey::default()
        });
        table.indexes.push(Index::on("ix_name", &["name"]));
        let catalog = Catalog::of([table]);
        let text = catalog.to_json();
        insta::assert_snapshot!(text);
        assert_eq!(Catalog::from_json(&text).ok(), Some(catalog));
    }

    #[test]
    fn what_is_not_a_catalog_is_said() {
        let message = |text: &str| {
            Catalog::from_json(text)
                .err()
                .map(|error| error.to_string())
        };
        insta::assert_debug_snapshot!([
            message("{"),
            message(r#"{"format": 9}"#),
            message(r#"{"format": 1, "enums": [], "tables": [], "more": 1}"#),
            message("<<<<<<< HEAD\n{}"),
        ]);
    }
}
