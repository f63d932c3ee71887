//! What the user said about what cannot be known: renames, what is really to go, and what becomes of rows that do not fit. From flags and
//! from a hints file.

use std::collections::{BTreeMap, BTreeSet};

use plimsoll_differ::compare::{Answers, Conversion};
use plimsoll_schema::{Catalog, Change, ColumnType, Diagnostic, Plan, TableChange};
use serde::Deserialize;

use super::args::Answering;
use super::config::read_toml;
use super::error::{CliError, Exit};

/// A hints file.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Hints {
    /// What was renamed, and its new name.
    rename: BTreeMap<String, String>,
    /// What is really to be dropped.
    drop: BTreeSet<String>,
    /// The columns whose rows get a value, and the SQL expression.
    fill: BTreeMap<String, String>,
    /// The columns whose values are converted, and the SQL expression.
    using: BTreeMap<String, String>,
    /// The same for the way back.
    using_back: BTreeMap<String, String>,
    /// What rows may go on to break.
    leave: BTreeSet<String>,
}

/// What was answered.
#[derive(Debug, Clone, Default)]
pub(crate) struct Given {
    /// What the comparison needs.
    pub(crate) answers: Answers,
    /// `table.part` of what rows may go on to break.
    pub(crate) leave: BTreeSet<String>,
}

/// Reads the flags, and the hints file where one is named.
///
/// # Errors
/// When one cannot be read, or two contradict each other.
pub(crate) fn read(args: &Answering) -> Result<Given, CliError> {
    let mut answers = Answers::default();
    let mut leave: BTreeSet<String> = args.leave.iter().cloned().collect();
    let (mut using, mut back) = (BTreeMap::new(), BTreeMap::new());
    if let Some(path) = &args.hints {
        let hints: Hints = read_toml(
            path,
            "the keys are drop and leave, lists of names, and [rename], [fill], [using] and [using_back], whose keys are names",
        )?;
        for (from, to) in hints.rename {
            rename(&mut answers, &from, &to)?;
        }
        answers.drops = hints.drop;
        answers.fills = hints.fill;
        (using, back) = (hints.using, hints.using_back);
        leave.extend(hints.leave);
    }
    for text in &args.rename {
        match text.split_once('=') {
            Some((from, to)) if !from.is_empty() && !to.is_empty() => {
                rename(&mut answers, from, to)?;
            }
            Some(_) | None => {
                return Err(
                    CliError::new(Exit::Usage, format!("read --rename {text}")).help(
                        "write it as --rename customer.name=full_name, or --rename orders=order",
                    ),
                );
            }
        }
    }
    answers.drops.extend(args.drop.iter().cloned());
    answers.fills.extend(expressions(
        "--fill",
        &args.fill,
        "\"customer.email='unknown'\"",
    )?);
    let example = "\"customer.age=nullif(age, '')::integer\"";
    using.extend(expressions("--using", &args.using, example)?);
    let example = "\"customer.age=coalesce(age::text, '')\"";
    back.extend(expressions("--using-back", &args.using_back, example)?);
    answers.conversions = conversions(using, back)?;
    agree(&answers, &leave)?;
    Ok(Given { answers, leave })
}

/// The flags that say an SQL expression for a column.
fn expressions(
    flag: &str,
    texts: &[String],
    example: &str,
) -> Result<BTreeMap<String, String>, CliError> {
    let read = |text: &String| match text.split_once('=') {
        Some((column, sql)) if column.contains('.') && !sql.trim().is_empty() => {
            Ok((column.to_owned(), sql.to_owned()))
        }
        Some(_) | None => Err(
            CliError::new(Exit::Usage, format!("read {flag} {text}")).help(format!(
                "write it as {flag} {example}, with an SQL expression"
            )),
        ),
    };
    texts.iter().map(read).collect()
}

/// The conversions, each with its way back.
fn conversions(
    using: BTreeMap<String, String>,
    mut back: BTreeMap<String, String>,
) -> Result<BTreeMap<String, Conversion>, CliError> {
    let joined = using
        .into_iter()
        .map(|(column, expression)| {
            let back = back.remove(&column);
            (column, Conversion { expression, back })
        })
        .collect();
    match back.into_keys().next() {
        None => Ok(joined),
        Some(column) => {
            let message = format!("follow --using-back {column}: no --using says the way there");
            Err(CliError::new(Exit::Usage, message)
                .help(format!("pass --using \"{column}=SQL\" too")))
        }
    }
}

/// The part of a name before its last `.`: a column's table, an enum value's type.
fn owner(name: &str) -> &str {
    name.rsplit_once('.').map_or("", |(owner, _)| owner)
}

fn rename(answers: &mut Answers, from: &str, to: &str) -> Result<(), CliError> {
    // `customer.name=customer.full_name` says the table twice.
    let to = to
        .strip_prefix(owner(from))
        .and_then(|rest| rest.strip_prefix('.'))
        .unwrap_or(to);
    match answers.renames.insert(from.to_owned(), to.to_owned()) {
        Some(other) if other != to => Err(contradiction(format!(
            "`{from}` cannot become `{other}` and `{to}`"
        ))),
        Some(_) | None => Ok(()),
    }
}

/// Refuses answers of which not both can be followed.
fn agree(answers: &Answers, leave: &BTreeSet<String>) -> Result<(), CliError> {
    if let Some(name) = answers.fills.keys().find(|name| leave.contains(*name)) {
        let message = format!("rows cannot be filled and left in `{name}`");
        return Err(contradiction(message));
    }
    if let Some(name) = answers
        .conversions
        .keys()
        .find(|name| answers.fills.contains_key(*name) || leave.contains(*name))
    {
        let message = format!("rows of `{name}` cannot be converted and filled or left");
        return Err(contradiction(message));
    }
    if let Some(name) = answers
        .drops
        .iter()
        .find(|name| answers.renames.contains_key(*name))
    {
        let message = format!("`{name}` cannot be renamed and dropped");
        return Err(contradiction(message));
    }
    let mut taken: BTreeMap<(&str, &str), &str> = BTreeMap::new();
    for (from, to) in &answers.renames {
        if let Some(other) = taken.insert((owner(from), to), from) {
            let message = format!("`{other}` and `{from}` cannot both become `{to}`");
            return Err(contradiction(message));
        }
    }
    Ok(())
}

fn contradiction(message: String) -> CliError {
    CliError::new(Exit::Usage, format!("follow what was answered: {message}"))
        .help("remove one of the two")
}

/// Refuses an answer that would silently do nothing: about what the database does not hold, or onto a name that is not to be had. Of
/// enums whose words the database does not hold, the models of the last revision tell.
///
/// # Errors
/// The first such answer.
pub(crate) fn known(
    answers: &Answers,
    live: &Catalog,
    last: Option<&Catalog>,
    now: &Catalog,
) -> Result<(), CliError> {
    let words = if has_words(live) {
        live
    } else {
        last.unwrap_or(live)
    };
    let is_there = |name: &str| holds(live, name) || holds_word(words, name);
    let is_stated = |name: &str| holds(now, name) || holds_word(now, name);
    for (from, to) in &answers.renames {
        let target = match owner(from) {
            "" => to.clone(),
            owner => format!(
                "{}.{to}",
                answers.renames.get(owner).map_or(owner, String::as_str)
            ),
        };
        let done = is_there(&target) && !is_there(from) && is_stated(&target);
        if done {
            continue;
        }
        if !is_there(from) {
            return Err(unknown("--rename", from));
        }
        if !is_stated(&target) {
            let message = format!("follow --rename {from}={to}: no model states `{target}`");
            return Err(
                CliError::new(Exit::Usage, message).help("write the name that the models have now")
            );
        }
        let before = match owner(from) {
            "" => to.clone(),
            owner => format!("{owner}.{to}"),
        };
        if is_there(&before) && !answers.renames.contains_key(&before) {
            let message =
                format!("follow --rename {from}={to}: the database has `{before}` already");
            return Err(CliError::new(Exit::Usage, message)
                .help("rename that one too, or drop it in a revision before this one"));
        }
    }
    match answers.drops.iter().find(|name| !is_there(name)) {
        None => Ok(()),
        Some(name) => Err(unknown("--drop", name)),
    }
}

/// Refuses an answer about rows that no step asks for: it would silently do nothing.
///
/// # Errors
/// The first such answer.
pub(crate) fn needed(
    given: &Given,
    plan: &Plan,
    diagnostics: &[Diagnostic],
) -> Result<(), CliError> {
    let mut fills: BTreeMap<String, bool> = BTreeMap::new();
    for step in &plan.steps {
        if let Change::AlterTable { table, changes } = &step.change {
            for change in changes {
                if let TableChange::Fill(fill) = change {
                    fills.insert(format!("{table}.{}", fill.column), fill.is_conversion());
                }
            }
        }
    }
    let is_filled = |name: &&String| fills.get(*name) == Some(&false);
    let is_converted = |name: &&String| fills.get(*name) == Some(&true);
    let is_told = |name: &&String| diagnostics.iter().any(|one| one.object == **name);
    let filled = given.answers.fills.keys().filter(|name| !is_filled(name));
    let leaves = given.leave.iter().filter(|name| !is_told(name));
    let converted = given.answers.conversions.keys();
    let converted = converted.filter(|name| !is_converted(name));
    let idle = filled
        .map(|name| ("--fill", name))
        .chain(converted.map(|name| ("--using", name)))
        .chain(leaves.map(|name| ("--leave", name)));
    match idle.into_iter().next() {
        None => Ok(()),
        Some((flag, name)) => {
            let message = format!("follow {flag} {name}: no change of this comparison needs it");
            Err(CliError::new(Exit::Usage, message)
                .help("remove it, or write the name that a diagnostic has, in the models' words"))
        }
    }
}

fn unknown(flag: &str, name: &str) -> CliError {
    let message = format!("follow {flag} {name}: the database has no such table, column or enum");
    CliError::new(Exit::Usage, message).help(
        "write the name that the database has now, as table, table.column, enum or enum.value",
    )
}

/// Whether any column of the catalog has the words of an enum.
fn has_words(catalog: &Catalog) -> bool {
    let mut columns = catalog.tables.values().flat_map(|table| &table.columns);
    columns.any(|column| matches!(column.ty, ColumnType::Enum { .. }))
}

/// Whether an enum that lives in its column has the value, called `type.value` or `table.column.value`. A type that the database knows no
/// name of is any.
fn holds_word(catalog: &Catalog, name: &str) -> bool {
    let Some((owner, word)) = name.rsplit_once('.') else {
        return false;
    };
    catalog.tables.values().any(|table| {
        table.columns.iter().any(|column| match &column.ty {
            ColumnType::Enum { name, values } => {
                let is_it = name.name.is_empty()
                    || name.to_string() == owner
                    || format!("{}.{}", table.name, column.name) == owner;
                is_it && values.iter().any(|value| value == word)
            }
            _ => false,
        })
    })
}

/// Whether a catalog has a table, a column, an enum type or an enum's value of that name.
fn holds(catalog: &Catalog, name: &str) -> bool {
    let part = |whole: &str| {
        name.strip_prefix(whole)
            .and_then(|rest| rest.strip_prefix('.'))
    };
    let of_table = catalog.tables.values().any(|table| {
        let whole = table.name.to_string();
        whole == name || part(&whole).is_some_and(|column| table.column(column).is_some())
    });
    // On servers whose enums are types of their own; elsewhere a value belongs to its column.
    let of_type = catalog.enums.values().any(|known| {
        let whole = known.name.to_string();
        whole == name
            || part(&whole).is_some_and(|value| known.values.iter().any(|one| one == value))
    });
    of_table || of_type
}

#[cfg(test)]
mod tests {
    use super::*;
    use plimsoll_schema::{Column, Table, TypeName};

    fn told(result: Result<Given, CliError>) -> String {
        match result {
            Ok(Given { answers, leave }) => format!(
                "{:?} {:?} {:?} {leave:?}",
                answers.renames, answers.drops, answers.fills
            ),
            Err(error) => format!("[{}] {}", error.exit.code(), error.message),
        }
    }

    fn flags(rename: &[&str], drop: &[&str]) -> Answering {
        let owned = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect();
        Answering {
            rename: owned(rename),
            drop: owned(drop),
            ..Answering::default()
        }
    }

    #[test]
    fn flags_are_read() {
        insta::assert_snapshot!(told(read(&flags(&["a.b=a.c", "d=e"], &["f"]))), @r#"{"a.b": "c", "d": "e"} {"f"} {} {}"#);
        insta::assert_snapshot!(told(read(&flags(&["a.b"], &[]))), @"[2] read --rename a.b");
        insta::assert_snapshot!(told(read(&flags(&["a.b=c", "a.b=d"], &[]))), @"[2] follow what was answered: `a.b` cannot become `c` and `d`");
        insta::assert_snapshot!(told(read(&flags(&["a.b=c", "a.d=c"], &[]))), @"[2] follow what was answered: `a.b` and `a.d` cannot both become `c`");
        insta::assert_snapshot!(told(read(&flags(&["a=b"], &["a"]))), @"[2] follow what was answered: `a` cannot be renamed and dropped");
    }

    #[test]
    fn conversions_are_read_with_their_way_back() {
        let owned = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect();
        let try_one = |using: &[&str], using_back: &[&str], fill: &[&str]| {
            let args = Answering {
                using: owned(using),
                using_back: owned(using_back),
                fill: owned(fill),
                ..Answering::default()
            };
            let given = read(&args);
            if let Ok(Given { answers, .. }) = given {
                return format!("{:?}", answers.conversions);
            }
            told(given)
        };
        insta::assert_snapshot!(try_one(&["a.b=b::int"], &["a.b=b::text"], &[]), @r#"{"a.b": Conversion { expression: "b::int", back: Some("b::text") }}"#);
        insta::assert_snapshot!(try_one(&["a.b=b = 'x'"], &[], &[]), @r#"{"a.b": Conversion { expression: "b = 'x'", back: None }}"#);
        insta::assert_snapshot!(try_one(&["a="], &[], &[]), @"[2] read --using a=");
        insta::assert_snapshot!(try_one(&[], &["a.b=b::text"], &[]), @"[2] follow --using-back a.b: no --using says the way there");
        insta::assert_snapshot!(try_one(&["a.b=b::int"], &[], &["a.b=1"]), @"[2] follow what was answered: rows of `a.b` cannot be converted and filled or left");
    }

    #[test]
    fn a_hints_file_is_read_with_the_flags() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("hints.toml");
        let mut args = flags(&["d=e"], &["f"]);
        args.hints = Some(path.clone());
        let write = |text: &str| std::fs::write(&path, text).unwrap();
        let hide = |text: String| text.replace(&directory.path().display().to_string(), "DIR");
        write("drop = [\"g.h\"]\n[rename]\n\"a.b\" = \"c\"\n");
        insta::assert_snapshot!(told(read(&args)), @r#"{"a.b": "c", "d": "e"} {"f", "g.h"} {} {}"#);
        write("[rename]\nd = \"x\"\n");
        insta::assert_snapshot!(told(read(&args)), @"[2] follow what was answered: `d` cannot become `x` and `e`");
        write("leave = [\"a.uq\"]\n[fill]\n\"a.b\" = \"'x'\"\n");
        insta::assert_snapshot!(told(read(&args)), @r#"{"d": "e"} {"f"} {"a.b": "'x'"} {"a.uq"}"#);
        write("leave = [\"a.b\"]\n[fill]\n\"a.b\" = \"'x'\"\n");
        insta::assert_snapshot!(told(read(&args)), @"[2] follow what was answered: rows cannot be filled and left in `a.b`");
        write("[rename]\n\n[renames]\n");
        insta::assert_snapshot!(hide(told(read(&args))), @"[7] read `DIR/hints.toml`, line 3: unknown field `renames`, expected one of `rename`, `drop`, `fill`, `using`, `using_back`, `leave`");
        std::fs::remove_file(&path).unwrap();
        insta::assert_snapshot!(hide(told(read(&args))), @"[7] read `DIR/hints.toml`: No such file or directory (os error 2)");
    }

    #[test]
    fn an_answer_about_nothing_is_refused() {
        let catalog = |columns: &[&str]| {
            let mut table = Table::new("a");
            for column in columns {
                table
                    .columns
                    .push(Column::new(*column, ColumnType::INTEGER));
            }
            let mut out = Catalog::default();
            out.insert(table);
            out
        };
        let (live, now) = (catalog(&["b", "c"]), catalog(&["b", "d"]));
        let try_one = |rename: &[&str], drop: &[&str]| {
            let given = read(&flags(rename, drop)).unwrap();
            told(known(&given.answers, &live, None, &now).map(|()| given))
        };
        insta::assert_snapshot!(try_one(&["a.c=d"], &[]), @r#"{"a.c": "d"} {} {} {}"#);
        insta::assert_snapshot!(try_one(&["a.x=d"], &[]), @"[2] follow --rename a.x: the database has no such table, column or enum");
        insta::assert_snapshot!(try_one(&["a.c=x"], &[]), @"[2] follow --rename a.c=x: no model states `a.x`");
        insta::assert_snapshot!(try_one(&["a.c=b"], &[]), @"[2] follow --rename a.c=b: the database has `a.b` already");
        insta::assert_snapshot!(try_one(&[], &["z"]), @"[2] follow --drop z: the database has no such table, column or enum");
    }

    #[test]
    fn a_value_is_known_where_its_words_are() {
        let catalog = |ty: ColumnType| {
            let mut table = Table::new("a");
            table.columns.push(Column::new("b", ty));
            Catalog::of([table])
        };
        let words = |name: &str, words: &[&str]| {
            catalog(ColumnType::Enum {
                name: TypeName::new(name),
                values: words.iter().map(|word| (*word).to_owned()).collect(),
            })
        };
        let (last, now) = (
            words("mood", &["sad", "ok"]),
            words("mood", &["blue", "ok"]),
        );
        let of_column = words("", &["sad", "ok"]);
        let of_text = catalog(ColumnType::Varchar(None));
        let try_one = |live: &Catalog, rename: &str, drop: &[&str]| {
            let given = read(&flags(&[rename], drop)).unwrap();
            told(known(&given.answers, live, Some(&last), &now).map(|()| given))
        };
        for live in [&of_column, &of_text] {
            insta::allow_duplicates! {
                insta::assert_snapshot!(try_one(live, "mood.sad=blue", &["mood.ok"]), @r#"{"mood.sad": "blue"} {"mood.ok"} {} {}"#);
                insta::assert_snapshot!(try_one(live, "a.b.sad=blue", &[]), @r#"{"a.b.sad": "blue"} {} {} {}"#);
                insta::assert_snapshot!(try_one(live, "mood.bad=blue", &[]), @"[2] follow --rename mood.bad: the database has no such table, column or enum");
                insta::assert_snapshot!(try_one(live, "mood.sad=glad", &[]), @"[2] follow --rename mood.sad=glad: no model states `mood.glad`");
            }
        }
        let done = words("", &["blue", "ok"]);
        insta::assert_snapshot!(try_one(&done, "mood.sad=blue", &[]), @r#"{"mood.sad": "blue"} {} {} {}"#);
    }
}
