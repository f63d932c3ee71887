//! The columns of one table, compared, and their changes in an order that works.

use std::collections::BTreeSet;

use plimsoll_schema::{Column, Facet, Pair, Server, Table, TableChange};

use super::structural::one_column;

/// When a column has its turn. Order matters: what is computed ends before what it reads changes, and begins after that came. Where a
/// numbered column is always part of a key, numbering ends next to the key that goes and begins next to the one that comes (MySQL
/// error 1075 otherwise).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Turn {
    /// It is held by a column that changes: it goes and comes again.
    Held,
    /// It is computed, or numbered, and goes.
    GoesFirst,
    /// Its numbering ends.
    EndsNumbering,
    /// It ends to be computed.
    EndsComputing,
    /// It changes otherwise.
    Changes,
    /// It comes.
    Comes,
    /// It is to be computed.
    Computes,
    /// It comes, computed.
    ComesComputed,
    /// Its numbering begins.
    BeginsNumbering,
    /// It goes.
    Goes,
}

/// What becomes of the columns. `held` go and come again.
pub(super) fn columns(
    server: &Server,
    from: &Table,
    to: &Table,
    held: &BTreeSet<String>,
) -> Vec<TableChange> {
    let in_key = server.capabilities().numbers_in_key;
    let mut out: Vec<(Turn, TableChange)> = Vec::new();
    for wanted in &to.columns {
        let known = from.column(&wanted.name);
        if known.is_none() || held.contains(&wanted.name) {
            let turn = if wanted.generated.is_some() {
                Turn::ComesComputed
            } else {
                Turn::Comes
            };
            out.push((turn, TableChange::AddColumn(wanted.clone())));
        }
        let Some(known) = known else { continue };
        if held.contains(&wanted.name) {
            out.push((Turn::Held, TableChange::DropColumn(known.clone())));
            continue;
        }
        let spelled = Pair::new(known, wanted).map(|column| one_column(server, column));
        if !Facet::of(spelled.as_ref()).is_empty() {
            let pair = Pair::new(known.clone(), wanted.clone());
            let turn = altered(in_key, &pair);
            out.push((turn, TableChange::AlterColumn(Box::new(pair))));
        }
    }
    let is_gone = |column: &&Column| to.column(&column.name).is_none();
    for known in from.columns.iter().filter(is_gone) {
        let is_numbered = in_key && known.auto_increment.is_some();
        let turn = if known.generated.is_some() || is_numbered {
            Turn::GoesFirst
        } else {
            Turn::Goes
        };
        out.push((turn, TableChange::DropColumn(known.clone())));
    }
    out.sort_by_key(|(turn, _)| *turn);
    out.into_iter().map(|(_, change)| change).collect()
}

fn altered(in_key: bool, pair: &Pair<Column>) -> Turn {
    let numbered = pair.as_ref().map(|column| column.auto_increment.is_some());
    let computed = pair.as_ref().map(|column| column.generated.is_some());
    if in_key && numbered.from && !numbered.to {
        Turn::EndsNumbering
    } else if in_key && numbered.to && !numbered.from {
        Turn::BeginsNumbering
    } else if computed.to {
        Turn::Computes
    } else if computed.from {
        Turn::EndsComputing
    } else {
        Turn::Changes
    }
}
