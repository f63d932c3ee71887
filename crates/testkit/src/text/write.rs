//! A catalog as catalog text.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use plimsoll_schema::{
    Action, AutoIncrement, Catalog, Check, Column, Deferrable, Exclusion, ForeignKey, Index,
    IndexKey, KeyTarget, Literal, Nulls, Order, PrimaryKey, SequenceOptions, Table, TableName,
    TableOptions, Trigger, Unique, Value,
};

use super::types;

/// Writes a catalog; enum types that no column names stand first.
pub fn write(catalog: &Catalog) -> String {
    let mut out = String::new();
    let mut of_columns = catalog.clone();
    of_columns.enums.clear();
    of_columns.collect_enums();
    for (own, enum_type) in &catalog.enums {
        if of_columns.enums.get(own) != Some(enum_type) {
            let own = qualified(own.schema.as_ref(), &own.name);
            let comment = comment(enum_type.comment.as_deref());
            let _ = writeln!(out, "enum {own} {}{comment}", values(&enum_type.values));
        }
    }
    for table in catalog.tables.values() {
        write_table(table, &mut out);
    }
    out
}

fn write_table(table: &Table, out: &mut String) {
    let _ = writeln!(out, "table {}{}", table_name(&table.name), header(table));
    let inline_key = table.primary_key.as_ref().filter(|key| {
        key.name.is_none()
            && key.clauses.is_empty()
            && (&key.include, &key.deferrable, &key.comment) == (&Vec::new(), &None, &None)
            && matches!(key.columns.as_slice(), [one] if table.column(one).is_some_and(|c| !c.nullable))
    });
    for own in &table.columns {
        let is_key = inline_key.is_some_and(|key| key.columns[0] == own.name);
        let _ = writeln!(out, "  {}", column_line(own, is_key));
    }
    if let (Some(key), None) = (&table.primary_key, inline_key) {
        let _ = writeln!(out, "  {}", key.text());
    }
    for line in parts(&table.uniques)
        .chain(parts(&table.indexes))
        .chain(parts(&table.foreign_keys))
        .chain(parts(&table.checks))
        .chain(parts(&table.exclusions))
        .chain(parts(&table.triggers))
    {
        let _ = writeln!(out, "  {line}");
    }
}

fn parts<P: Part>(parts: &[P]) -> impl Iterator<Item = String> {
    parts.iter().map(Part::text)
}

fn header(table: &Table) -> String {
    let mut out = String::new();
    if let Some(was) = &table.renamed_from {
        let _ = write!(out, " was {}", table_name(was));
    }
    let partition_by = table.options.partition_by.clone();
    let rest = TableOptions {
        partition_by: None,
        ..table.options.clone()
    };
    out.push_str(&options(&rest));
    out.push_str(&comment(table.comment.as_deref()));
    // It takes the rest of the line.
    let partition_by = TableOptions {
        partition_by,
        ..TableOptions::default()
    };
    out + &options(&partition_by)
}

/// Writes what is out of the ordinary in how a table is stored, each word after a space.
pub fn options(options: &TableOptions) -> String {
    let mut out = String::new();
    let mut say = |word: &str, value: Option<String>| {
        if let Some(value) = value {
            let _ = write!(out, " {word}{value}");
        }
    };
    say("strict", options.strict.then(String::new));
    say("without rowid", options.without_rowid.then(String::new));
    say("unlogged", options.unlogged.then(String::new));
    let with = parameters(&options.parameters);
    say(with.trim_start(), (!with.is_empty()).then(String::new));
    say("engine ", options.engine.as_deref().map(name));
    say("collate ", options.collation.as_deref().map(name));
    say("partition by ", options.partition_by.clone());
    out
}

/// Writes a column as its line in the table, without saying whether it is the key.
pub fn column(own: &Column) -> String {
    column_line(own, false)
}

fn column_line(own: &Column, is_key: bool) -> String {
    let mut out = format!("{} {}", name(&own.name), types::write(&own.ty));
    let mut say = |text: String| {
        out.push(' ');
        out.push_str(&text);
    };
    if is_key {
        say("pk".into());
    } else if !own.nullable {
        say("not null".into());
    }
    match &own.auto_increment {
        None => {}
        Some(AutoIncrement::Auto) => say("auto".into()),
        Some(AutoIncrement::Serial) => say("serial".into()),
        Some(AutoIncrement::Identity { always, options }) => {
            let always = if *always { " always" } else { "" };
            say(format!("identity{always}{}", sequence(options)));
        }
    }
    if let Some(default) = &own.default {
        say(format!("default {}", value(default)));
    }
    if let Some(generated) = &own.generated {
        let stored = if generated.stored {
            "stored"
        } else {
            "virtual"
        };
        say(format!("generated ({}) {stored}", generated.expression));
    }
    if let Some(collation) = &own.collation {
        say(format!("collate {}", name(collation)));
    }
    if let Some(expression) = &own.on_update {
        say(format!("on update ({expression})"));
    }
    if own.invisible {
        say("invisible".into());
    }
    if let Some(comment) = &own.comment {
        say(format!("comment {}", string(comment)));
    }
    if let Some(extra) = &own.extra {
        say(format!("extra {}", string(extra)));
    }
    if let Some(old) = &own.renamed_from {
        say(format!("was {}", name(old)));
    }
    out
}

fn sequence(options: &SequenceOptions) -> String {
    let mut words = Vec::new();
    for (word, number) in [
        ("start", options.start),
        ("increment", options.increment),
        ("min", options.min),
        ("max", options.max),
        ("cache", options.cache),
    ] {
        if let Some(number) = number {
            words.push(format!("{word} {number}"));
        }
    }
    if options.cycle {
        words.push("cycle".into());
    }
    if words.is_empty() {
        String::new()
    } else {
        format!(" ({})", words.join(" "))
    }
}

fn value(value: &Value) -> String {
    match value {
        Value::Expression(sql) => format!("({sql})"),
        Value::Literal(Literal::Null) => "null".into(),
        Value::Literal(Literal::Bool(truth)) => truth.to_string(),
        Value::Literal(Literal::Number(number)) => number.clone(),
        Value::Literal(Literal::String(text)) => string(text),
        Value::Literal(Literal::Bytes(digits)) => format!("bytes {}", string(digits)),
        Value::Literal(Literal::CurrentTimestamp(None)) => "now".into(),
        Value::Literal(Literal::CurrentTimestamp(Some(digits))) => format!("now({digits})"),
        Value::Literal(Literal::CurrentDate) => "current_date".into(),
        Value::Literal(Literal::CurrentTime) => "current_time".into(),
    }
}

/// A part of a table that stands on a line of its own.
pub trait Part {
    /// The line.
    fn text(&self) -> String;
}

impl Part for PrimaryKey {
    fn text(&self) -> String {
        format!(
            "pk {}{}{}{}{}{}",
            optional(self.name.as_ref()),
            names(&self.columns),
            parameters(&self.clauses),
            include(&self.include),
            deferrable(self.deferrable),
            comment(self.comment.as_deref())
        )
    }
}

impl Part for Unique {
    fn text(&self) -> String {
        let nulls = if self.nulls_not_distinct {
            " nulls not distinct"
        } else {
            ""
        };
        let own = optional(self.name.as_ref());
        let when = deferrable(self.deferrable);
        let (include, comment) = (include(&self.include), comment(self.comment.as_deref()));
        format!(
            "unique {own}{}{include}{nulls}{when}{comment}",
            names(&self.columns)
        )
    }
}

impl Part for Index {
    fn text(&self) -> String {
        let unique = if self.unique { "unique " } else { "" };
        let keys: Vec<_> = self.keys.iter().map(key).collect();
        let mut out = format!("{unique}index {} ({})", name(&self.name), keys.join(", "));
        if let Some(method) = &self.method {
            let _ = write!(out, " using {}", name(method));
        }
        out.push_str(&include(&self.include));
        if self.nulls_not_distinct {
            out.push_str(" nulls not distinct");
        }
        if self.invisible {
            out.push_str(" invisible");
        }
        out.push_str(&parameters(&self.parameters));
        out.push_str(&comment(self.comment.as_deref()));
        if let Some(predicate) = &self.predicate {
            let _ = write!(out, " where {predicate}");
        }
        out
    }
}

fn key(key: &IndexKey) -> String {
    let mut out = match &key.target {
        KeyTarget::Column(column) => name(column),
        KeyTarget::Expression(sql) => format!("({sql})"),
    };
    if let Some(prefix) = key.prefix {
        let _ = write!(out, "({prefix})");
    }
    if let Some(collation) = &key.collation {
        let _ = write!(out, " collate {}", name(collation));
    }
    if let Some(opclass) = &key.opclass {
        let _ = write!(out, " opclass {}", name(opclass));
    }
    match key.order {
        Order::Asc => {}
        Order::Desc => out.push_str(" desc"),
    }
    match key.nulls {
        None => {}
        Some(Nulls::First) => out.push_str(" nulls first"),
        Some(Nulls::Last) => out.push_str(" nulls last"),
    }
    out
}

impl Part for ForeignKey {
    fn text(&self) -> String {
        let mut out = format!(
            "fk {}{} -> {} {}",
            optional(self.name.as_ref()),
            names(&self.columns),
            table_name(&self.ref_table),
            names(&self.ref_columns),
        );
        let action = |action: Action| action.sql().to_lowercase();
        if let Some(on_delete) = self.on_delete {
            let _ = write!(out, " on delete {}", action(on_delete));
        }
        if !self.delete_columns.is_empty() {
            let _ = write!(out, " of {}", names(&self.delete_columns));
        }
        if let Some(on_update) = self.on_update {
            let _ = write!(out, " on update {}", action(on_update));
        }
        if self.match_full {
            out.push_str(" match full");
        }
        out.push_str(deferrable(self.deferrable));
        if self.not_valid {
            out.push_str(" not valid");
        }
        out.push_str(&comment(self.comment.as_deref()));
        out
    }
}

fn include(columns: &[String]) -> String {
    if columns.is_empty() {
        return String::new();
    }
    format!(" include {}", names(columns))
}

fn comment(text: Option<&str>) -> String {
    text.map_or_else(String::new, |text| format!(" comment {}", string(text)))
}

fn parameters(parameters: &BTreeMap<String, String>) -> String {
    if parameters.is_empty() {
        return String::new();
    }
    let one = |(own, value): (&String, &String)| format!("{} {}", name(own), string(value));
    let all: Vec<_> = parameters.iter().map(one).collect();
    format!(" with ({})", all.join(", "))
}

const fn deferrable(when: Option<Deferrable>) -> &'static str {
    match when {
        None => "",
        Some(Deferrable::Immediate) => " deferrable",
        Some(Deferrable::Deferred) => " deferred",
    }
}

impl Part for Check {
    fn text(&self) -> String {
        let own = (self.name.as_ref()).map_or_else(String::new, |own| format!(" {}", name(own)));
        let inherit = if self.no_inherit { " no inherit" } else { "" };
        let enforced = if self.not_enforced {
            " not enforced"
        } else {
            ""
        };
        let valid = if self.not_valid { " not valid" } else { "" };
        let comment = comment(self.comment.as_deref());
        format!(
            "check{own}{inherit}{enforced}{valid}{comment}: {}",
            self.expression
        )
    }
}

impl Part for Exclusion {
    fn text(&self) -> String {
        let comment = comment(self.comment.as_deref());
        format!("exclude {}{comment}: {}", name(&self.name), self.definition)
    }
}

impl Part for Trigger {
    fn text(&self) -> String {
        let sql: Vec<_> = self.sql.split_whitespace().collect();
        format!("trigger {}: {}", name(&self.name), sql.join(" "))
    }
}

fn optional(own: Option<&String>) -> String {
    own.map_or_else(String::new, |own| format!("{} ", name(own)))
}

fn names(columns: &[String]) -> String {
    let columns: Vec<_> = columns.iter().map(|column| name(column)).collect();
    format!("({})", columns.join(", "))
}

pub(super) fn table_name(table: &TableName) -> String {
    qualified(table.schema.as_ref(), &table.name)
}

fn qualified(schema: Option<&String>, own: &str) -> String {
    match schema {
        Some(schema) => format!("{}.{}", name(schema), name(own)),
        None => name(own),
    }
}

/// Writes an enum's values: words as they are, anything else as a string.
pub(super) fn values(values: &[String]) -> String {
    let values: Vec<_> = values
        .iter()
        .map(|value| {
            if is_word(value) {
                value.clone()
            } else {
                string(value)
            }
        })
        .collect();
    format!("({})", values.join(", "))
}

/// Writes a name; quoted unless it is a word that cannot be taken for something else.
pub(super) fn name(own: &str) -> String {
    const KEYWORDS: [&str; 8] = [
        "unique", "index", "pk", "fk", "check", "exclude", "trigger", "comment",
    ];
    if is_word(own) && !KEYWORDS.contains(&own) {
        own.to_owned()
    } else {
        format!("\"{}\"", escape(own).replace('"', "\"\""))
    }
}

fn is_word(text: &str) -> bool {
    !text.is_empty()
        && !text.contains("->")
        && text
            .chars()
            .all(|letter| letter.is_alphanumeric() || "_-$".contains(letter))
}

/// Writes a string.
pub(super) fn string(text: &str) -> String {
    format!("'{}'", escape(text).replace('\'', "''"))
}

fn escape(text: &str) -> String {
    text.replace('\\', "\\\\")
        .replace('\n', "\\n")
        .replace('\t', "\\t")
}
