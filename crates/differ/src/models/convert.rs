//! One entity's statements as an open table.

use plimsoll_schema::{Table, sea};
use sea_orm::sea_query::{IndexCreateStatement, TableCreateStatement};

use super::record::Recorded;

/// The table that the statements of the entity in `module` state.
pub(super) fn table(recorded: &Recorded, module: &str) -> Table {
    from_statements(&recorded.table, &recorded.indexes, module)
}

/// As [`table`], from the statements themselves.
pub(super) fn from_statements(
    create: &TableCreateStatement,
    indexes: &[IndexCreateStatement],
    module: &str,
) -> Table {
    let mut table = sea::from_create_table(create);
    table
        .indexes
        .extend(indexes.iter().map(sea::from_index_create));
    // What SeaORM names after table and columns is nobody's to shorten.
    for index in &mut table.indexes {
        index.name = sea::index_name(std::mem::take(&mut index.name));
    }
    for column in &mut table.columns {
        if let Some(comment) = column.comment.take() {
            (column.comment, column.renamed_from) = split_comment(&comment);
        }
    }
    // SeaORM gives these names; the entity did not state them.
    if let Some(key) = &mut table.primary_key {
        key.name = None;
    }
    for key in &mut table.foreign_keys {
        let given = format!("fk-{}-{}", table.name.name, key.columns.join("-"));
        if key.name.as_ref() == Some(&given) {
            key.name = None;
        }
    }
    table.sort();
    // Two relations over the same columns to the same table are one key.
    table.foreign_keys.dedup();
    table.origin = Some(module.to_owned());
    table
}

/// SeaORM puts the name a column had before into its comment, as `renamed_from "old"` after a semicolon.
fn split_comment(text: &str) -> (Option<String>, Option<String>) {
    const WORD: &str = "renamed_from \"";
    let old = text.strip_suffix('"').and_then(|text| {
        let at = text.rfind(WORD)?;
        let before = text[..at].strip_suffix("; ").or((at == 0).then_some(""))?;
        Some((before, &text[at + WORD.len()..]))
    });
    match old {
        Some(("", name)) => (None, Some(name.to_owned())),
        Some((comment, name)) => (Some(comment.to_owned()), Some(name.to_owned())),
        None => (Some(text.to_owned()), None),
    }
}

#[cfg(test)]
mod tests {
    use super::{from_statements, split_comment};
    use sea_orm::sea_query::{Index, Table};

    #[test]
    fn a_given_index_name_is_made_to_fit() {
        let long = "a_column_of_a_name_that_takes_nearly_all_there_is";
        let name = |column: &str| {
            let create = Table::create().table("measurement").take();
            let index = Index::create()
                .name(format!("idx-measurement-{column}"))
                .table("measurement")
                .col(column.to_owned())
                .take();
            let table = from_statements(&create, &[index], "m");
            table.indexes[0].name.clone()
        };
        insta::assert_snapshot!(format!("{}\n{}", name("at"), name(long)), @r"
        idx-measurement-at
        idx-measurement-a_column_of_a_name_that_takes_nearly_a-1a4d5dbd
        ");
    }

    #[test]
    fn an_old_name_is_taken_out_of_the_comment() {
        let split = |text| {
            let (comment, name) = split_comment(text);
            format!("{comment:?} {name:?}")
        };
        assert_eq!(split("who buys"), r#"Some("who buys") None"#);
        assert_eq!(split(r#"renamed_from "old""#), r#"None Some("old")"#);
        assert_eq!(
            split(r#"who; buys; renamed_from "old""#),
            r#"Some("who; buys") Some("old")"#
        );
        assert_eq!(
            split(r#"not renamed_from "old""#),
            r#"Some("not renamed_from \"old\"") None"#
        );
    }
}
