//! Parts of a table in a few words, in the server's own spelling.

use std::fmt::Write as _;

use plimsoll_schema::backend::{types, value};
use plimsoll_schema::{
    Action, AutoIncrement, Column, Deferrable, Facet, ForeignKey, Index, IndexKey, KeyTarget,
    Nulls, Order, Pair, PrimaryKey, SequenceOptions, Server, TableOptions, Unique,
};

/// The type as the server writes it; in our words where it has none.
fn ty(server: &Server, column: &Column) -> String {
    types::spell(server, &column.ty).unwrap_or_else(|_| column.ty.to_string())
}

/// A whole column: `varchar(80) not null default 'x'`.
pub(crate) fn column(server: &Server, column: &Column) -> String {
    let mut out = ty(server, column);
    let facets = [
        Facet::Nullable,
        Facet::Default,
        Facet::Generated,
        Facet::AutoIncrement,
        Facet::Collation,
        Facet::OnUpdate,
        Facet::Comment,
        Facet::Invisible,
    ];
    for facet in facets {
        let stated = match facet {
            Facet::Nullable => !column.nullable,
            Facet::Default => column.default.is_some(),
            Facet::Generated => column.generated.is_some(),
            Facet::AutoIncrement => column.auto_increment.is_some(),
            Facet::Collation => column.collation.is_some(),
            Facet::OnUpdate => column.on_update.is_some(),
            Facet::Comment => column.comment.is_some(),
            Facet::Invisible => column.invisible,
            Facet::Type => false,
        };
        if stated {
            out.push(' ');
            out.push_str(&fact(server, column, facet));
        }
    }
    out
}

/// What differs between two columns, each side on its own.
pub(crate) fn differing(server: &Server, pair: Pair<&Column>) -> (String, String) {
    let side = |column: &Column| {
        let facts: Vec<String> = Facet::of(pair)
            .into_iter()
            .map(|facet| fact(server, column, facet))
            .collect();
        facts.join(", ")
    };
    (side(pair.from), side(pair.to))
}

/// One fact of a column, said even where it is the absence of something.
fn fact(server: &Server, column: &Column, facet: Facet) -> String {
    let or = |text: Option<String>, none: &str| text.unwrap_or_else(|| none.to_owned());
    match facet {
        Facet::Type => ty(server, column),
        Facet::Nullable if column.nullable => "null".into(),
        Facet::Nullable => "not null".into(),
        Facet::Default => or(
            column
                .default
                .as_ref()
                .map(|default| format!("default {}", value::sql(server, default))),
            "no default",
        ),
        Facet::Generated => or(
            column.generated.as_ref().map(|generated| {
                let kind = if generated.stored {
                    "stored"
                } else {
                    "virtual"
                };
                format!("generated as ({}) {kind}", generated.expression)
            }),
            "not generated",
        ),
        Facet::AutoIncrement => match &column.auto_increment {
            None => "not numbered".into(),
            Some(AutoIncrement::Auto) => "auto-increment".into(),
            Some(AutoIncrement::Serial) => "serial".into(),
            Some(AutoIncrement::Identity { always, options }) => identity(*always, options),
        },
        Facet::Collation => or(
            column
                .collation
                .as_ref()
                .map(|name| format!("collate {name}")),
            "default collation",
        ),
        Facet::OnUpdate => or(
            column
                .on_update
                .as_ref()
                .map(|sql| format!("on update {sql}")),
            "no on update",
        ),
        Facet::Comment => or(
            column.comment.as_ref().map(|text| comment(text)),
            "no comment",
        ),
        Facet::Invisible if column.invisible => "invisible".into(),
        Facet::Invisible => "visible".into(),
    }
}

fn identity(always: bool, options: &SequenceOptions) -> String {
    let numbers = [
        ("start", options.start),
        ("increment", options.increment),
        ("min", options.min),
        ("max", options.max),
        ("cache", options.cache),
    ];
    let said = numbers.into_iter();
    let mut words: Vec<String> = said
        .filter_map(|(word, value)| value.map(|value| format!("{word} {value}")))
        .collect();
    words.extend(options.cycle.then(|| "cycle".to_owned()));
    let kind = if always {
        "identity always"
    } else {
        "identity"
    };
    if words.is_empty() {
        kind.to_owned()
    } else {
        format!("{kind} ({})", words.join(", "))
    }
}

pub(crate) fn comment(text: &str) -> String {
    format!("comment '{}'", text.replace('\'', "''"))
}

pub(crate) fn columns(names: &[String]) -> String {
    format!("({})", names.join(", "))
}

pub(crate) fn primary_key(key: &PrimaryKey) -> String {
    let said = |column: &String| match key.clauses.get(column) {
        Some(clause) => format!("{column} {clause}"),
        None => column.clone(),
    };
    let said: Vec<String> = key.columns.iter().map(said).collect();
    columns(&said)
}

pub(crate) fn unique(unique: &Unique) -> String {
    let mut out = columns(&unique.columns);
    if unique.nulls_not_distinct {
        out.push_str(" nulls not distinct");
    }
    if !unique.include.is_empty() {
        let _ = write!(out, " include {}", columns(&unique.include));
    }
    out.push_str(deferrable(unique.deferrable));
    out
}

const fn deferrable(deferrable: Option<Deferrable>) -> &'static str {
    match deferrable {
        None => "",
        Some(Deferrable::Immediate) => " deferrable",
        Some(Deferrable::Deferred) => " deferrable initially deferred",
    }
}

pub(crate) fn index(index: &Index) -> String {
    let keys: Vec<String> = index.keys.iter().map(key).collect();
    let mut out = String::new();
    if index.unique {
        out.push_str("unique ");
    }
    if let Some(method) = &index.method {
        let _ = write!(out, "{method} ");
    }
    let _ = write!(out, "({})", keys.join(", "));
    if !index.include.is_empty() {
        let _ = write!(out, " include ({})", index.include.join(", "));
    }
    if index.nulls_not_distinct {
        out.push_str(" nulls not distinct");
    }
    for (name, value) in &index.parameters {
        let _ = write!(out, " {name} = {value}");
    }
    if let Some(predicate) = &index.predicate {
        let _ = write!(out, " where {predicate}");
    }
    if index.invisible {
        out.push_str(" invisible");
    }
    if let Some(text) = &index.comment {
        let _ = write!(out, " {}", comment(text));
    }
    out
}

fn key(key: &IndexKey) -> String {
    let mut out = match &key.target {
        KeyTarget::Column(name) => name.clone(),
        KeyTarget::Expression(sql) => format!("({sql})"),
    };
    if let Some(length) = key.prefix {
        let _ = write!(out, "({length})");
    }
    for word in [&key.collation, &key.opclass].into_iter().flatten() {
        let _ = write!(out, " {word}");
    }
    if key.order == Order::Desc {
        out.push_str(" desc");
    }
    match key.nulls {
        None => {}
        Some(Nulls::First) => out.push_str(" nulls first"),
        Some(Nulls::Last) => out.push_str(" nulls last"),
    }
    out
}

pub(crate) fn foreign_key(key: &ForeignKey) -> String {
    let mut out = format!(
        "{} → {} {}",
        columns(&key.columns),
        key.ref_table,
        columns(&key.ref_columns)
    );
    for (event, action) in [("delete", key.on_delete), ("update", key.on_update)] {
        if let Some(action) = action.filter(|action| *action != Action::NoAction) {
            let _ = write!(out, " on {event} {}", action.sql().to_lowercase());
            if event == "delete" && !key.delete_columns.is_empty() {
                let _ = write!(out, " {}", columns(&key.delete_columns));
            }
        }
    }
    if key.match_full {
        out.push_str(" match full");
    }
    if key.not_valid {
        out.push_str(" not valid");
    }
    out.push_str(deferrable(key.deferrable));
    out
}

pub(crate) fn options(options: &TableOptions) -> String {
    let TableOptions {
        strict,
        without_rowid,
        engine,
        collation,
        unlogged,
        partition_by,
        parameters,
        clauses,
    } = options;
    let flags = [
        (*strict, "strict"),
        (*without_rowid, "without rowid"),
        (*unlogged, "unlogged"),
    ];
    let words = [
        ("engine", engine),
        ("collation", collation),
        ("partition by", partition_by),
    ];
    let mut parts: Vec<String> = flags
        .into_iter()
        .filter(|(is, _)| *is)
        .map(|(_, word)| word.to_owned())
        .collect();
    parts.extend(
        words
            .into_iter()
            .filter_map(|(name, value)| value.as_ref().map(|value| format!("{name} {value}"))),
    );
    parts.extend((parameters.iter()).map(|(name, value)| format!("{name} = {value}")));
    parts.extend(clauses.values().cloned());
    if parts.is_empty() {
        "default options".to_owned()
    } else {
        parts.join(", ")
    }
}
