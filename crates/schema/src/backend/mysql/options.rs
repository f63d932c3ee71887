//! Options of a table beyond its engine, collation and comment: `ROW_FORMAT=COMPRESSED KEY_BLOCK_SIZE=8`.

use std::collections::BTreeMap;

use super::admit::unsupported;
use super::cursor::Cursor;
use crate::backend::RenderError;
use crate::{Pair, TableName, TableOptions};

/// The options that are read, and the value that takes each back (MySQL 8.0 manual, 13.1.20; MariaDB manual, CREATE TABLE).
const KNOWN: [(&str, &str); 13] = [
    ("avg_row_length", "0"),
    ("checksum", "0"),
    ("delay_key_write", "0"),
    ("key_block_size", "0"),
    ("max_rows", "0"),
    ("min_rows", "0"),
    ("pack_keys", "DEFAULT"),
    ("page_compressed", "DEFAULT"),
    ("page_compression_level", "DEFAULT"),
    ("row_format", "DEFAULT"),
    ("stats_auto_recalc", "DEFAULT"),
    ("stats_persistent", "DEFAULT"),
    ("stats_sample_pages", "DEFAULT"),
];

fn usual(name: &str) -> Option<&'static str> {
    let mut known = KNOWN.iter();
    known.find_map(|(known, usual)| (*known == name).then_some(*usual))
}

/// Takes note of an option, if it is one that is read.
pub(super) fn note(options: &mut BTreeMap<String, String>, name: &str, value: &str) {
    let name = name.to_lowercase();
    if usual(&name).is_some() {
        options.insert(name, value.to_uppercase());
    }
}

/// Reads what `information_schema` shows of a table's options.
pub fn read(text: &str) -> BTreeMap<String, String> {
    let mut options = BTreeMap::new();
    let mut cursor = Cursor::new(text);
    while let Some(name) = cursor.word_or_name() {
        if cursor.eat('=')
            && let Some(value) = cursor.word_or_string()
        {
            note(&mut options, &name, &value);
        }
    }
    options
}

/// Whether options of this kind are all that differs.
pub(super) fn differ_only(pair: &Pair<TableOptions>) -> bool {
    let parameters = pair.from.parameters.clone();
    let same = TableOptions {
        parameters,
        ..pair.to.clone()
    };
    pair.from == same
}

/// The clauses that lead from the first options to the second.
pub(super) fn clauses(
    table: &TableName,
    pair: &Pair<TableOptions>,
) -> Result<Vec<String>, RenderError> {
    let (from, to) = (&pair.from.parameters, &pair.to.parameters);
    let mut clauses = Vec::new();
    for name in from.keys().filter(|name| !to.contains_key(*name)) {
        clauses.push(clause(table, name, None)?);
    }
    for (name, value) in to
        .iter()
        .filter(|(name, value)| from.get(*name) != Some(value))
    {
        clauses.push(clause(table, name, Some(value))?);
    }
    Ok(clauses)
}

/// An option, set to that value or taken back.
fn clause(table: &TableName, name: &str, value: Option<&str>) -> Result<String, RenderError> {
    let is_word = |text: &str| text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    match (usual(name), value) {
        (Some(usual), None) => Ok(format!("{} = {usual}", name.to_uppercase())),
        (Some(_), Some(value)) if !value.is_empty() && is_word(value) => {
            Ok(format!("{} = {value}", name.to_uppercase()))
        }
        (_, _) => Err(unsupported(
            &format!("option `{name}` of a table, or no such value of it"),
            table,
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_are_read_from_either_server() {
        let text = "row_format=Dynamic `PAGE_COMPRESSED`='1' stats_persistent=1 partitioned transactional=1";
        let found: Vec<(String, String)> = read(text).into_iter().collect();
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        assert_eq!(
            found,
            [
                pair("page_compressed", "1"),
                pair("row_format", "DYNAMIC"),
                pair("stats_persistent", "1"),
            ]
        );
    }

    #[test]
    fn options_come_change_and_go() {
        let options = |text: &str| TableOptions {
            parameters: read(text),
            ..TableOptions::default()
        };
        let pair = Pair::new(
            options("row_format=COMPRESSED key_block_size=8 max_rows=5"),
            options("row_format=DYNAMIC max_rows=5 stats_persistent=0"),
        );
        assert!(differ_only(&pair));
        assert_eq!(
            clauses(&TableName::new("t"), &pair),
            Ok(vec![
                "KEY_BLOCK_SIZE = 0".to_owned(),
                "ROW_FORMAT = DYNAMIC".to_owned(),
                "STATS_PERSISTENT = 0".to_owned(),
            ])
        );
    }

    #[test]
    fn what_is_no_option_is_refused() {
        let mut to = TableOptions::default();
        to.parameters.insert("fillfactor".into(), "70".into());
        let pair = Pair::new(TableOptions::default(), to);
        assert!(clauses(&TableName::new("t"), &pair).is_err());
    }
}
