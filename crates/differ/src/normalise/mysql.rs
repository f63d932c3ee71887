//! MySQL and MariaDB: temporary tables, read back with SHOW CREATE TABLE.
//!
//! Expressions of all tables share a probe as long as the columns they speak of are of one type, so that most comparisons ask for one
//! probe. Invariant: the probes are the connection's own and are gone afterwards.

use std::collections::BTreeMap;

use plimsoll_schema::{Server, backend, expression};
use sea_orm::{ConnectionTrait, DatabaseConnection, DbErr, Statement};

use super::Asked;
use crate::compare::Place;

/// A table has at most 64 indexes (MySQL 8.0 manual, 15.22).
const MOST: usize = 60;

/// Expressions on one temporary table.
#[derive(Default)]
struct Probe<'a> {
    /// The columns they speak of, by name in lower case.
    columns: BTreeMap<String, &'a (String, String)>,
    /// Their places among what is asked.
    asked: Vec<usize>,
}

pub(super) async fn put(
    db: &DatabaseConnection,
    server: &Server,
    asked: &[Asked<'_>],
) -> Vec<Option<String>> {
    let mut forms = vec![None; asked.len()];
    let mut probes: Vec<Vec<usize>> = pack(asked).into_iter().map(|probe| probe.asked).collect();
    while let Some(places) = probes.pop() {
        match read(db, server, asked, &places).await {
            Ok(found) => {
                for (at, form) in places.into_iter().zip(found) {
                    forms[at] = form;
                }
            }
            // One that the server refuses spoils the probe it is on: it is looked for by halves.
            Err(_) if places.len() > 1 => {
                let (left, right) = places.split_at(places.len() / 2);
                probes.extend([left.to_vec(), right.to_vec()]);
            }
            Err(_) => {}
        }
    }
    forms
}

fn pack<'a>(asked: &[Asked<'a>]) -> Vec<Probe<'a>> {
    let mut probes: Vec<Probe<'a>> = Vec::new();
    for (at, one) in asked.iter().enumerate() {
        if object(one, at).is_none() {
            continue;
        }
        let columns = columns(one);
        let fits = |probe: &Probe<'_>| {
            let is_free = |(name, ty): (&String, &String)| {
                probe.columns.get(name).is_none_or(|known| known.1 == *ty)
            };
            probe.asked.len() < MOST
                && columns
                    .iter()
                    .map(|(name, column)| (name, &column.1))
                    .all(is_free)
        };
        let found = probes.iter().position(fits);
        if found.is_none() {
            probes.push(Probe::default());
        }
        let at_probe = found.unwrap_or(probes.len() - 1);
        if let Some(probe) = probes.get_mut(at_probe) {
            probe.columns.extend(columns);
            probe.asked.push(at);
        }
    }
    probes
}

/// The columns that an expression speaks of.
fn columns<'a>(asked: &Asked<'a>) -> Vec<(String, &'a (String, String))> {
    let is_meant = |column: &&(String, String)| expression::mentions(&asked.text, &column.0);
    let meant = asked.columns.iter().filter(is_meant);
    meant
        .map(|column| (column.0.to_lowercase(), column))
        .collect()
}

/// The forms of these texts, put on one temporary table; an error when the server refuses one of them.
async fn read(
    db: &DatabaseConnection,
    server: &Server,
    asked: &[Asked<'_>],
    places: &[usize],
) -> Result<Vec<Option<String>>, DbErr> {
    let here: Vec<&Asked<'_>> = places.iter().filter_map(|at| asked.get(*at)).collect();
    let known: BTreeMap<_, _> = here.iter().flat_map(|one| columns(one)).collect();
    let list = known
        .into_values()
        .map(|(name, ty)| format!("{} {ty} NULL", backend::quote(server, name)));
    let objects = here.iter().enumerate();
    let objects = objects.filter_map(|(number, one)| object(one, number));
    let list: Vec<String> = list.chain(objects).collect();
    let drop = "DROP TEMPORARY TABLE IF EXISTS `plimsoll_probe`";
    let create = format!(
        "CREATE TEMPORARY TABLE `plimsoll_probe` ({})",
        list.join(", ")
    );
    let made = db.execute_unprepared(&format!("{drop}; {create}")).await;
    let shown = match made {
        Ok(_) => show(db).await,
        Err(error) => Err(error),
    };
    db.execute_unprepared(drop).await?;
    let shown = shown?;
    let forms = here.iter().enumerate().map(|(number, one)| {
        let name = name(number);
        let mut lines = shown.lines();
        let line = lines.find(|line| line.contains(&name))?;
        form(line, &one.question.place)
    });
    Ok(forms.collect())
}

fn name(number: usize) -> String {
    format!("`plimsoll_object_{number}`")
}

/// What the expression is put on; none for what the server does not have.
fn object(asked: &Asked<'_>, number: usize) -> Option<String> {
    let (name, text) = (name(number), &asked.text);
    let type_of = |column: &str| {
        let found = asked.columns.iter().find(|(known, _)| known == column);
        found.map_or("text", |(_, ty)| ty.as_str())
    };
    Some(match &asked.question.place {
        // MySQL takes an expression in parentheses only, and what it printed comes back without.
        Place::Default(column) => format!("{name} {} DEFAULT ({text})", type_of(column)),
        Place::Generated(column) => format!("{name} {} AS ({text}) VIRTUAL", type_of(column)),
        Place::Check => format!("CONSTRAINT {name} CHECK ({text})"),
        Place::Key => format!("KEY {name} (({text}))"),
        // Neither partial indexes nor exclusions exist here.
        Place::Predicate | Place::Exclusion => return None,
    })
}

async fn show(db: &DatabaseConnection) -> Result<String, DbErr> {
    let show = Statement::from_string(
        db.get_database_backend(),
        "SHOW CREATE TABLE `plimsoll_probe`",
    );
    let row = db.query_one_raw(show).await?;
    // MySQL answers with bytes, MariaDB with text.
    let sql: Option<Vec<u8>> = row.map(|row| row.try_get_by_index(1)).transpose()?;
    Ok(String::from_utf8_lossy(&sql.unwrap_or_default()).into_owned())
}

/// The expression in the line of SHOW CREATE TABLE that defines the object.
fn form(line: &str, place: &Place) -> Option<String> {
    let line = line.trim().trim_end_matches(',');
    let (start, is_whole) = match place {
        Place::Default(_) => (" DEFAULT ", true),
        Place::Generated(_) => (" GENERATED ALWAYS AS (", false),
        Place::Check => (" CHECK ", true),
        Place::Predicate | Place::Exclusion | Place::Key => (" (", false),
    };
    let (_, rest) = line.split_once(start)?;
    let text = if is_whole {
        rest
    } else {
        rest.rsplit_once(')')?.0
    };
    Some(expression::without_outer_parentheses(text).to_owned())
}
