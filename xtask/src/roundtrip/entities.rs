//! What a person has to mend in generated entities before they compile.
//!
//! The generator marks a column whose type it does not know as `ignore`, also where the column is a key; then the entity has no primary
//! key, or a relation names a column that is none. Every other `ignore` stays: it is what a first comparison has to be right about.

use std::fs;
use std::path::Path;

use crate::command::Failure;

/// Makes columns of the ignored fields that keys need, and tells which.
pub(super) fn mend(folder: &Path) -> Result<(), Failure> {
    let io = |source| Failure::Io {
        path: folder.to_owned(),
        source,
    };
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).map_err(io)? {
        let path = entry.map_err(io)?.path();
        let text = fs::read_to_string(&path).map_err(io)?;
        files.push((path, text));
    }
    files.sort();
    let all: String = files.iter().map(|(_, text)| text.as_str()).collect();
    for (path, text) in &files {
        let (mended, fields) = without_ignore(text, |field| is_key(&all, field));
        for field in fields {
            let file = path.file_name().unwrap_or_default().display();
            println!("mended: `{field}` in {file} is a key, and no longer ignored");
        }
        if mended != *text {
            fs::write(path, mended).map_err(io)?;
        }
    }
    Ok(())
}

/// Whether a relation goes from or to that field: by its column in the compact and expanded formats, by its name in the dense one.
fn is_key(text: &str, field: &str) -> bool {
    let word = format!("Column::{}", camel(field));
    let ends = |rest: &str| !rest.starts_with(|next: char| next.is_alphanumeric() || next == '_');
    let is_column = text
        .match_indices(&word)
        .any(|(at, _)| ends(&text[at + word.len()..]));
    let is_field = ["from", "to"].iter().any(|side| {
        text.split(&format!("{side} = \"")).skip(1).any(|rest| {
            rest.split('"')
                .next()
                .unwrap_or_default()
                .split(|letter: char| !letter.is_alphanumeric() && letter != '_')
                .any(|name| name == field)
        })
    });
    is_column || is_field
}

/// The text without the `ignore` of fields that are keys, and those fields.
fn without_ignore(text: &str, is_needed: impl Fn(&str) -> bool) -> (String, Vec<String>) {
    const OPEN: &str = "#[sea_orm(";
    let mut fields = Vec::new();
    let mut pieces = text.split(OPEN);
    let mut out = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        out.push_str(OPEN);
        let attribute = piece.split(")]").next().unwrap_or_default();
        let has = |word: &str| attribute.split(',').any(|part| part.trim() == word);
        let field = piece[attribute.len()..]
            .trim_start_matches(")]")
            .trim_start()
            .strip_prefix("pub ")
            .and_then(|rest| rest.split(':').next())
            .map(|name| name.trim_start_matches("r#"));
        match field.filter(|_| has("ignore")) {
            Some(field) if has("primary_key") || is_needed(field) => {
                out.push_str(&piece.replacen("ignore,", "", 1));
                fields.push(field.to_owned());
            }
            Some(_) | None => out.push_str(piece),
        }
    }
    (out, fields)
}

/// `store_id` as the variant of its column.
fn camel(field: &str) -> String {
    let word = |word: &str| {
        let mut letters = word.chars();
        let first = letters.next().into_iter().flat_map(char::to_uppercase);
        first.chain(letters).collect::<String>()
    };
    field.split('_').map(word).collect()
}

#[cfg(test)]
mod tests {
    use super::{is_key, without_ignore};

    #[test]
    fn keys_are_columns_again() {
        let text = "#[sea_orm(primary_key, ignore, select_as = \"text\")]\n    pub id: String,\n\
                    #[sea_orm(ignore, select_as = \"text\")]\n    pub store_id: String,\n\
                    #[sea_orm(ignore, select_as = \"text\")]\n    pub features: String,\n";
        let relation = "from = \"Column::StoreId\"";
        let (mended, fields) = without_ignore(text, |field| is_key(relation, field));
        assert_eq!(fields, ["id", "store_id"]);
        assert_eq!(mended.matches("ignore").count(), 1);
        assert!(!is_key("Column::StoreIdentity", "store_id"));
        assert!(is_key(
            "belongs_to, from = \"(shop, store_id)\"",
            "store_id"
        ));
    }
}
