//! How a column is numbered: serial, identity, or not at all.
//!
//! Invariant: a column that begins to be numbered goes on after the highest number it holds.

use crate::backend::misfit;
use crate::backend::postgres::name::{self, ident};
use crate::backend::postgres::{types, value};
use crate::{AutoIncrement, ColumnType, Pair, SequenceOptions, TableName};

/// A column and its table.
#[derive(Clone, Copy)]
pub(super) struct Place<'a> {
    pub(super) table: &'a TableName,
    pub(super) column: &'a str,
}

impl Place<'_> {
    fn alter(self, action: &str) -> String {
        format!(
            "ALTER TABLE {} ALTER COLUMN {} {action}",
            name::table(self.table),
            ident(self.column)
        )
    }

    /// The call that finds the column's own sequence, whatever its name is by now.
    fn sequence(self) -> String {
        format!(
            "pg_get_serial_sequence({}, {})",
            value::quote(&name::table(self.table)),
            value::quote(self.column)
        )
    }

    /// Does something to the column's own sequence, if it has one: that of an old dump belongs to no column.
    fn on_sequence(self, verb: &str, action: &str) -> String {
        let action = if action.is_empty() {
            String::new()
        } else {
            format!(" || {}", value::quote(action))
        };
        format!(
            "DO $$ DECLARE owned text := {}; BEGIN IF owned IS NOT NULL THEN \
             EXECUTE '{verb} SEQUENCE ' || owned{action}; END IF; END $$",
            self.sequence()
        )
    }

    /// Goes on after the last number that the column holds, or at the start. The number itself is set, not the one after it, which the
    /// type may not have any more.
    fn go_on(self, sequence: &str, options: &SequenceOptions) -> String {
        let column = ident(self.column);
        let (first, descends) = (first(options), descends(options));
        let (last, is_past, pick, clamp, bound) = if descends {
            ("min", "<=", "LEAST", "GREATEST", options.min)
        } else {
            ("max", ">=", "GREATEST", "LEAST", options.max)
        };
        let last = format!("{last}({column})");
        let mut stands = format!("{pick}({last}, {first})");
        if let Some(bound) = bound {
            stands = format!("{clamp}({stands}, {bound})");
        }
        format!(
            "SELECT setval({sequence}, {stands}, coalesce({last} {is_past} {first}, false)) FROM {}",
            name::table(self.table)
        )
    }
}

/// Takes a numbering away, before the column's type or default change.
pub(super) fn remove(place: Place<'_>, numbering: &AutoIncrement) -> Vec<String> {
    match numbering {
        AutoIncrement::Serial => vec![place.alter("DROP DEFAULT"), place.on_sequence("DROP", "")],
        AutoIncrement::Auto | AutoIncrement::Identity { .. } => vec![place.alter("DROP IDENTITY")],
    }
}

/// Gives a column a numbering, after its type and nullability changed.
pub(super) fn add(place: Place<'_>, numbering: &AutoIncrement, ty: &ColumnType) -> Vec<String> {
    match numbering {
        AutoIncrement::Serial => {
            let made_up = name::made_up(&place.table.name, &[place.column], "seq");
            let sequence = name::qualified(place.table.schema.as_deref(), &made_up);
            let literal = value::quote(&sequence);
            vec![
                format!(
                    "CREATE SEQUENCE {sequence}{} OWNED BY {}.{}",
                    as_type(ty),
                    name::table(place.table),
                    ident(place.column)
                ),
                place.alter(&format!("SET DEFAULT nextval({literal}::regclass)")),
                place.go_on(&literal, &SequenceOptions::default()),
            ]
        }
        AutoIncrement::Auto => add(
            place,
            &AutoIncrement::Identity {
                always: false,
                options: SequenceOptions::default(),
            },
            ty,
        ),
        AutoIncrement::Identity { always, options } => {
            vec![
                place.alter(&format!("ADD {}", identity(*always, options))),
                place.go_on(&place.sequence(), options),
            ]
        }
    }
}

fn identity(always: bool, options: &SequenceOptions) -> String {
    let mut words = Vec::new();
    let mut say = |word: &str, value: Option<i64>| {
        words.extend(value.map(|value| format!("{word} {value}")));
    };
    say("START WITH", options.start);
    say("INCREMENT BY", options.increment);
    say("MINVALUE", options.min);
    say("MAXVALUE", options.max);
    say("CACHE", options.cache);
    if options.cycle {
        words.push("CYCLE".into());
    }
    let kind = kind(always);
    if words.is_empty() {
        format!("GENERATED {kind} AS IDENTITY")
    } else {
        format!("GENERATED {kind} AS IDENTITY ({})", words.join(" "))
    }
}

const fn kind(always: bool) -> &'static str {
    if always { "ALWAYS" } else { "BY DEFAULT" }
}

/// Changes an identity that stays one; `restarts` where the place at which it stands may be none of its values any longer.
pub(super) fn set(
    place: Place<'_>,
    always: Pair<bool>,
    options: Pair<&SequenceOptions>,
    restarts: bool,
) -> Vec<String> {
    let mut words = Vec::new();
    if always.differs() {
        words.push(format!("SET GENERATED {}", kind(always.to)));
    }
    let number = |value: Option<i64>, word: &str, usual: &str| match value {
        Some(value) => format!("SET {word} {value}"),
        None => format!("SET {usual}"),
    };
    let Pair { from, to } = options;
    if from.increment != to.increment {
        words.push(number(to.increment, "INCREMENT BY", "INCREMENT BY 1"));
    }
    if from.min != to.min || descends(from) != descends(to) {
        words.push(number(to.min, "MINVALUE", "NO MINVALUE"));
    }
    if from.max != to.max || descends(from) != descends(to) {
        words.push(number(to.max, "MAXVALUE", "NO MAXVALUE"));
    }
    if first(from) != first(to) {
        words.push(format!("SET START WITH {}", first(to)));
    }
    if from.cache != to.cache {
        words.push(number(to.cache, "CACHE", "CACHE 1"));
    }
    if from.cycle != to.cycle {
        let word = if to.cycle { "CYCLE" } else { "NO CYCLE" };
        words.push(format!("SET {word}"));
    }
    let restarts = restarts || is_narrower(from, to);
    if restarts {
        words.push("RESTART".into());
    }
    let mut out = Vec::new();
    if !words.is_empty() {
        out.push(place.alter(&words.join(" ")));
    }
    if restarts {
        out.push(place.go_on(&place.sequence(), to));
    }
    out
}

fn descends(options: &SequenceOptions) -> bool {
    options.increment.is_some_and(|step| step < 0)
}

/// Where a sequence starts: unless it is said, an ascending one at its lowest value and a descending one at its highest.
fn first(options: &SequenceOptions) -> i64 {
    let usual = if descends(options) {
        options.max.unwrap_or(-1)
    } else {
        options.min.unwrap_or(1)
    };
    options.start.unwrap_or(usual)
}

/// Whether the place where the sequence stands may be none of its values any longer: the server refuses the bounds then.
fn is_narrower(from: &SequenceOptions, to: &SequenceOptions) -> bool {
    let (lowest, highest) = (i64::MIN, i64::MAX);
    let bounds = |options: &SequenceOptions| {
        let (min, max) = if descends(options) {
            (lowest, -1)
        } else {
            (1, highest)
        };
        (options.min.unwrap_or(min), options.max.unwrap_or(max))
    };
    let (from, to) = (bounds(from), bounds(to));
    to.0 > from.0 || to.1 < from.1
}

/// Whether an integer type has numbers that the one it becomes has not.
pub(super) fn is_narrower_type(types: &Pair<ColumnType>) -> bool {
    let Pair {
        from:
            ColumnType::Int {
                width: from,
                unsigned: from_unsigned,
            },
        to: ColumnType::Int { width, unsigned },
    } = types
    else {
        return false;
    };
    let from = misfit::range(*from, *from_unsigned);
    let to = misfit::range(*width, *unsigned);
    from.0 < to.0 || from.1 > to.1
}

/// The sequence of a serial follows its column's type; that of an identity does so by itself.
pub(super) fn widen(place: Place<'_>, ty: &ColumnType) -> Option<String> {
    let action = as_type(ty);
    (!action.is_empty()).then(|| place.on_sequence("ALTER", &action))
}

/// A sequence counts in an integer type.
fn as_type(ty: &ColumnType) -> String {
    match (ty, types::spell(ty)) {
        (ColumnType::Int { .. }, Ok(spelled)) => format!(" AS {spelled}"),
        (_, _) => String::new(),
    }
}
