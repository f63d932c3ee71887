//! How a column is numbered: serial, identity, or not at all.
//!
//! Invariant: a column that begins to be numbered goes on after the highest number it holds.

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

    fn go_on(self, sequence: &str) -> String {
        format!(
            "SELECT setval({sequence}, GREATEST(max({}), 0) + 1, false) FROM {}",
            ident(self.column),
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
                place.go_on(&literal),
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
            let mut out = vec![place.alter(&format!("ADD {}", identity(*always, options)))];
            // Where the numbers are said to run is where they run.
            if options.start.is_none() && options.increment.is_none_or(|step| step > 0) {
                out.push(place.go_on(&place.sequence()));
            }
            out
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

/// Changes an identity that stays one; `None` where nothing differs.
pub(super) fn set(
    place: Place<'_>,
    always: Pair<bool>,
    options: Pair<&SequenceOptions>,
) -> Option<String> {
    let mut words = Vec::new();
    if always.differs() {
        words.push(format!("SET GENERATED {}", kind(always.to)));
    }
    let mut say = |word: &str, usual: &str, of: fn(&SequenceOptions) -> Option<i64>| {
        let values = options.map(of);
        if values.differs() {
            words.push(match values.to {
                Some(value) => format!("SET {word} {value}"),
                None => format!("SET {usual}"),
            });
        }
    };
    say("INCREMENT BY", "INCREMENT BY 1", |options| {
        options.increment
    });
    say("MINVALUE", "NO MINVALUE", |options| options.min);
    say("MAXVALUE", "NO MAXVALUE", |options| options.max);
    let first = options.to.min.unwrap_or(1);
    say("START WITH", &format!("START WITH {first}"), |options| {
        options.start
    });
    say("CACHE", "CACHE 1", |options| options.cache);
    if options.map(|options| options.cycle).differs() {
        words.push(
            if options.to.cycle {
                "SET CYCLE"
            } else {
                "SET NO CYCLE"
            }
            .into(),
        );
    }
    (!words.is_empty()).then(|| place.alter(&words.join(" ")))
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
