//! What SHOW CREATE TABLE prints, read back.
//!
//! Invariant: the table is the one that inspection reports. A migration that runs reads its table here before it alters it: what
//! MySQL redefines has to be said whole.

use thiserror::Error;

use super::cursor::Cursor;
use super::{implicit, is_mariadb, key, options, types, value};
use crate::backend::{Server, USUAL_ENGINE, Version};
use crate::{
    Action, AutoIncrement, Check, Column, ColumnType, ForeignKey, Generated, Index, IndexKey,
    Literal, Order, Table, TableName, TextSize, Unique, Value,
};

/// The text is not what SHOW CREATE TABLE prints.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("SHOW CREATE TABLE of `{table}` cannot be read from `{at}`")]
pub struct Unreadable {
    /// The table.
    pub table: TableName,
    /// Where reading stopped.
    pub at: String,
}

/// Reads the text of SHOW CREATE TABLE as the table of that name.
///
/// # Errors
/// When the text is of another form.
pub fn table(server: &Server, name: &TableName, text: &str) -> Result<Table, Unreadable> {
    let text = without_version_comments(text);
    let unreadable = |at: &str| Unreadable {
        table: name.clone(),
        at: at.chars().take(60).collect(),
    };
    let mut cursor = Cursor::new(&text);
    if !cursor.words("CREATE TABLE") || cursor.name().is_none() {
        return Err(unreadable(&text));
    }
    let body = cursor.group().ok_or_else(|| unreadable(cursor.rest()))?;
    let mut reader = Reader {
        server,
        table: Table::new(name.clone()),
        collation: None,
    };
    reader.options(cursor);
    let mut items = Cursor::new(body);
    while let Some(item) = items.item() {
        reader
            .part(Cursor::new(item))
            .ok_or_else(|| unreadable(item))?;
    }
    implicit::hide(server, &mut reader.table);
    reader.table.sort();
    Ok(reader.table)
}

/// Words that only later versions understand stand in comments: `/*!80023 INVISIBLE */`.
fn without_version_comments(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut quote = None;
    let mut is_comment = false;
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        if quote.is_none() {
            if let Some(after) = rest.strip_prefix("/*!") {
                rest = after.trim_start_matches(|c: char| c.is_ascii_digit());
                is_comment = true;
                continue;
            }
            if is_comment && let Some(after) = rest.strip_prefix("*/") {
                rest = after;
                is_comment = false;
                continue;
            }
        }
        let mut length = c.len_utf8();
        match quote {
            Some('\'' | '"') if c == '\\' => {
                length += rest[length..].chars().next().map_or(0, char::len_utf8);
            }
            Some(open) if open == c => quote = None,
            None if matches!(c, '\'' | '"' | '`') => quote = Some(c),
            Some(_) | None => {}
        }
        out.push_str(&rest[..length]);
        rest = &rest[length..];
    }
    out
}

struct Reader<'a> {
    server: &'a Server,
    table: Table,
    collation: Option<String>,
}

impl Reader<'_> {
    /// `ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin COMMENT='…'`, in any order among others.
    fn options(&mut self, mut cursor: Cursor<'_>) {
        let mut charset = None;
        let mut collation = None;
        while let Some(word) = cursor.word_or_name() {
            if !cursor.eat('=') {
                if word.eq_ignore_ascii_case("PARTITION") {
                    break;
                }
                continue;
            }
            match word.to_uppercase().as_str() {
                "COMMENT" => self.table.comment = cursor.string(),
                "ENGINE" => {
                    let engine = cursor.word().map(str::to_owned);
                    self.table.options.engine =
                        engine.filter(|engine| !engine.eq_ignore_ascii_case(USUAL_ENGINE));
                }
                "CHARSET" => charset = cursor.word(),
                "COLLATE" => collation = cursor.word(),
                _ => {
                    if let Some(value) = cursor.word_or_string() {
                        options::note(&mut self.table.options.parameters, &word, &value);
                    }
                }
            }
        }
        self.collation = self.collation_of(charset, collation);
        self.table.options.collation = self
            .collation
            .clone()
            .filter(|own| Some(own) != self.server.default_collation.as_ref());
    }

    /// A collation that is its character set's own is not always printed.
    fn collation_of(&self, charset: Option<&str>, collation: Option<&str>) -> Option<String> {
        if let Some(collation) = collation {
            return Some(collation.to_owned());
        }
        let is_new = !is_mariadb(self.server) && self.server.version >= Version(8, 0, 0);
        Some(match charset? {
            "latin1" => "latin1_swedish_ci".to_owned(),
            "utf8mb4" if is_new => "utf8mb4_0900_ai_ci".to_owned(),
            "binary" => "binary".to_owned(),
            charset => format!("{charset}_general_ci"),
        })
    }

    fn part(&mut self, mut cursor: Cursor<'_>) -> Option<()> {
        if cursor.rest().starts_with('`') {
            return self.column(cursor);
        }
        if cursor.words("PRIMARY KEY") {
            let keys = index_keys(cursor.group()?)?;
            self.table.primary_key = Some(key::primary(&keys)?);
            return Some(());
        }
        if cursor.words("CONSTRAINT") {
            let name = cursor.name()?;
            if cursor.words("CHECK") {
                let expression = value::plain(cursor.group()?);
                let name = Some(name);
                self.table.checks.push(Check {
                    name,
                    expression,
                    not_enforced: cursor.words("NOT ENFORCED"),
                    ..Check::default()
                });
                return Some(());
            }
            return self.foreign_key(name, cursor);
        }
        // MariaDB: what `WITH SYSTEM VERSIONING` adds.
        if cursor.words("PERIOD FOR") {
            return Some(());
        }
        self.index(cursor)
    }

    fn foreign_key(&mut self, name: String, mut cursor: Cursor<'_>) -> Option<()> {
        if !cursor.words("FOREIGN KEY") {
            return None;
        }
        let columns = names(cursor.group()?)?;
        if !cursor.words("REFERENCES") {
            return None;
        }
        let first = cursor.name()?;
        // A name without its database's is in the table's own.
        let ref_table = if cursor.eat('.') {
            let second = cursor.name()?;
            let is_default = self.server.default_schema.as_deref() == Some(first.as_str());
            TableName::qualified((!is_default).then_some(first), second)
        } else {
            TableName::qualified(self.table.name.schema.clone(), first)
        };
        let ref_columns = names(cursor.group()?)?;
        let mut key = ForeignKey {
            name: Some(name),
            columns,
            ref_table,
            ref_columns,
            on_delete: None,
            on_update: None,
            deferrable: None,
            match_full: false,
            not_valid: false,
            ..ForeignKey::default()
        };
        while let Some(word) = cursor.word() {
            if !word.eq_ignore_ascii_case("ON") {
                continue;
            }
            if cursor.words("DELETE") {
                key.on_delete = action(&mut cursor);
            } else if cursor.words("UPDATE") {
                key.on_update = action(&mut cursor);
            }
        }
        self.table.foreign_keys.push(key);
        Some(())
    }

    fn index(&mut self, mut cursor: Cursor<'_>) -> Option<()> {
        let engine = self.table.options.engine.as_deref();
        let unique = cursor.words("UNIQUE");
        let method = ["FULLTEXT", "SPATIAL", "VECTOR"]
            .into_iter()
            .find(|kind| cursor.words(kind))
            // What goes without saying where there is a choice.
            .unwrap_or("HASH");
        if !cursor.words("KEY") {
            return None;
        }
        let mut index = Index::on(cursor.name()?, &[] as &[&str]);
        index.unique = unique;
        index.method = implicit::index_method(engine, method);
        index.keys = index_keys(cursor.group()?)?;
        while let Some(word) = cursor.word() {
            match word.to_uppercase().as_str() {
                "COMMENT" => index.comment = cursor.string(),
                "USING" => index.method = implicit::index_method(engine, cursor.word()?),
                "INVISIBLE" | "IGNORED" => index.invisible = true,
                _ => {}
            }
        }
        if matches!(
            index.method.as_deref(),
            Some("fulltext" | "spatial" | "vector")
        ) {
            for key in &mut index.keys {
                key.prefix = None;
            }
        }
        if index.is_plain_unique() && index.comment.is_none() && !index.invisible {
            self.table.uniques.push(Unique {
                columns: key::columns(&index.keys)?,
                name: Some(index.name),
                nulls_not_distinct: false,
                deferrable: None,
                ..Unique::default()
            });
        } else {
            self.table.indexes.push(index);
        }
        Some(())
    }

    fn column(&mut self, mut cursor: Cursor<'_>) -> Option<()> {
        let name = cursor.name()?;
        let mut column = Column::new(name, types::parse(spelled(&mut cursor)?));
        column.nullable = true;
        let mut charset = None;
        let mut collation = None;
        while !cursor.rest().is_empty() {
            if cursor.words("NOT NULL") {
                column.nullable = false;
            } else if cursor.words("CHARACTER SET") {
                charset = cursor.word();
            } else if cursor.words("COLLATE") {
                collation = cursor.word();
            } else if cursor.words("GENERATED ALWAYS AS ROW") {
                // MariaDB: when a row of a system-versioned table was true.
                cursor.word();
            } else if cursor.words("GENERATED ALWAYS AS") {
                let expression = value::plain(cursor.group()?);
                let stored = cursor.words("STORED") || cursor.words("PERSISTENT");
                column.generated = Some(Generated { expression, stored });
            } else if cursor.words("DEFAULT") {
                let default = value::parse(self.server, cursor.value()?, &column.ty);
                let is_null = default == Value::Literal(Literal::Null);
                column.default = (!is_null).then_some(default);
            } else if cursor.words("ON UPDATE") {
                let clock = value::parse(self.server, cursor.value()?, &column.ty);
                column.on_update = Some(value::sql(self.server, &clock));
            } else if cursor.words("AUTO_INCREMENT") {
                column.auto_increment = Some(AutoIncrement::Auto);
            } else if cursor.words("COMMENT") {
                column.comment = cursor.string();
            } else if cursor.words("SRID") {
                let system = cursor.word()?;
                if let ColumnType::Raw(text) = &mut column.ty {
                    *text = types::in_reference_system(text, system);
                }
            } else if cursor.words("INVISIBLE") {
                column.invisible = true;
            } else if cursor.words("CHECK") {
                let expression = value::plain(cursor.group()?);
                self.column_check(&mut column, expression);
            } else if cursor.value()?.is_empty() {
                return None;
            }
        }
        let own = self.collation_of(charset, collation);
        column.collation = own.filter(|own| Some(own) != self.collation.as_ref());
        // MySQL's own JSON has no collation, and none is printed.
        if column.ty == ColumnType::Json && is_mariadb(self.server) {
            let table = self.collation.as_deref();
            column.collation = implicit::json_collation(column.collation.take(), table);
        } else if column.ty == ColumnType::Json {
            column.collation = None;
        }
        if column.on_update.is_some() && implicit::is_zero_time(column.default.as_ref()) {
            column.default = None;
        }
        self.table.columns.push(column);
        Some(())
    }

    /// MariaDB: a check inside a column bears its name, and one of them makes the type JSON.
    fn column_check(&mut self, column: &mut Column, expression: String) {
        if column.ty == ColumnType::Text(TextSize::Long)
            && implicit::is_json_check(&column.name, &expression)
        {
            column.ty = ColumnType::Json;
        } else {
            let name = Some(column.name.clone());
            self.table.checks.push(Check {
                name,
                expression,
                ..Check::default()
            });
        }
    }
}

/// A type: a word, its arguments, and the words that belong to numbers.
fn spelled<'a>(cursor: &mut Cursor<'a>) -> Option<&'a str> {
    let start = cursor.rest();
    cursor.word()?;
    let mut end = cursor.rest();
    if cursor.rest().starts_with('(') {
        cursor.group()?;
        end = cursor.rest();
    }
    while cursor.words("unsigned") || cursor.words("zerofill") {
        end = cursor.rest();
    }
    Some(start[..start.len() - end.len()].trim_end())
}

fn action(cursor: &mut Cursor<'_>) -> Option<Action> {
    if cursor.words("CASCADE") {
        Some(Action::Cascade)
    } else if cursor.words("SET NULL") {
        Some(Action::SetNull)
    } else if cursor.words("SET DEFAULT") {
        Some(Action::SetDefault)
    } else {
        None
    }
}

fn names(list: &str) -> Option<Vec<String>> {
    let mut items = Cursor::new(list);
    let mut names = Vec::new();
    while let Some(item) = items.item() {
        names.push(Cursor::new(item).name()?);
    }
    Some(names)
}

fn index_keys(list: &str) -> Option<Vec<IndexKey>> {
    let mut items = Cursor::new(list);
    let mut keys = Vec::new();
    while let Some(item) = items.item() {
        let mut cursor = Cursor::new(item);
        let mut key = match cursor.group() {
            Some(expression) => IndexKey::expression(value::plain(expression)),
            None => IndexKey::column(cursor.name()?),
        };
        if let Some(length) = cursor.group() {
            key.prefix = Some(length.parse().ok()?);
        }
        if cursor.words("DESC") {
            key.order = Order::Desc;
        }
        keys.push(key);
    }
    Some(keys)
}

#[cfg(test)]
mod tests;
