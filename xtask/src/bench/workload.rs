//! What is measured on: tables like a real project's, and a change to every twentieth of them.
//!
//! Invariant: the same count gives the same tables and changes, on every machine.

/// Words for every kind of column; what each is on a server or in a model stands with those.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Type {
    Key,
    BigInt,
    Int,
    Bool,
    Varchar(u32),
    Text,
    Timestamp,
    Decimal,
    Json,
}

/// A column.
#[derive(Debug, Clone, Copy)]
pub(super) struct Column {
    pub(super) name: &'static str,
    pub(super) ty: Type,
    pub(super) nullable: bool,
    pub(super) default: Option<&'static str>,
    /// Whether it has an index of its own, and whether that is unique.
    pub(super) index: Option<bool>,
}

/// What becomes of a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    AddColumn,
    DropColumn,
    AlterType,
    Nullability,
    AddIndex,
    DropIndex,
    AddForeignKey,
    NewTable,
    DropTable,
}

const KINDS: [Kind; 9] = [
    Kind::AddColumn,
    Kind::DropColumn,
    Kind::AlterType,
    Kind::Nullability,
    Kind::AddIndex,
    Kind::DropIndex,
    Kind::AddForeignKey,
    Kind::NewTable,
    Kind::DropTable,
];

/// Before the changes, or after them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum State {
    Old,
    New,
}

/// A table of both states, or of one.
#[derive(Debug, Clone, Copy)]
pub(super) struct Table {
    at: usize,
    parent: Option<usize>,
    pub(super) kind: Option<Kind>,
}

impl Table {
    pub(super) fn name(&self) -> String {
        name(self.at)
    }

    pub(super) fn parent(&self) -> Option<String> {
        self.parent.map(name)
    }

    /// Its columns.
    pub(super) fn columns(&self, state: State) -> Vec<Column> {
        let done = |kind| state == State::New && self.kind == Some(kind);
        let plain = |name, ty| Column {
            name,
            ty,
            nullable: true,
            default: None,
            index: None,
        };
        let required = |name, ty, default| Column {
            nullable: false,
            default,
            ..plain(name, ty)
        };
        let length = if done(Kind::AlterType) { 200 } else { 120 };
        let mut out = vec![
            required("id", Type::Key, None),
            Column {
                index: Some(true),
                ..required("name", Type::Varchar(length), None)
            },
        ];
        if !done(Kind::DropColumn) {
            out.push(plain("note", Type::Text));
        }
        out.extend([
            required("qty", Type::Int, Some("0")),
            required("active", Type::Bool, Some("false")),
            Column {
                index: (!done(Kind::DropIndex)).then_some(false),
                ..plain("created_at", Type::Timestamp)
            },
            Column {
                nullable: !done(Kind::Nullability),
                index: done(Kind::AddIndex).then_some(false),
                ..plain("price", Type::Decimal)
            },
            plain("payload", Type::Json),
            plain("ref_id", Type::BigInt),
        ]);
        if self.kind == Some(Kind::AddForeignKey) {
            out.push(plain("other_id", Type::BigInt));
        }
        if done(Kind::AddColumn) {
            out.push(plain("extra", Type::Int));
        }
        out
    }

    /// The columns with a foreign key, and the tables these point at.
    pub(super) fn foreign_keys(&self, state: State) -> Vec<(&'static str, String)> {
        let parent = self.parent().map(|parent| ("ref_id", parent));
        let other = (state == State::New && self.kind == Some(Kind::AddForeignKey))
            .then(|| ("other_id", name(usize::from(self.at == 0))));
        parent.into_iter().chain(other).collect()
    }
}

fn name(at: usize) -> String {
    format!("t{at:04}")
}

/// The tables of a workload, in an order in which each finds those it points at.
pub(super) struct Workload {
    tables: Vec<Table>,
    pub(super) changes: usize,
}

impl Workload {
    /// So many tables before the changes.
    pub(super) fn new(count: usize) -> Self {
        let mut random = Random(count as u64);
        // The last tenth is never pointed at, so that it can be dropped.
        let leaf = count - (count / 10).max(2);
        let changes = KINDS.len().max(count / 20);
        let kinds: Vec<Kind> = KINDS.into_iter().cycle().take(changes).collect();
        let mut tables: Vec<Table> = (0..count)
            .map(|at| Table {
                at,
                parent: (at > 0).then(|| random.below(at.min(leaf))),
                kind: None,
            })
            .collect();
        let mut created = Vec::new();
        for kind in kinds {
            if kind == Kind::NewTable {
                created.push(Table {
                    at: count + created.len(),
                    parent: Some(random.below(leaf)),
                    kind: Some(kind),
                });
                continue;
            }
            // A dropped table is one of the last tenth, any other one of the rest.
            let (from, to) = if kind == Kind::DropTable {
                (leaf, count)
            } else {
                (0, leaf)
            };
            let at = from + random.below(to - from);
            let free = (at..to)
                .chain(from..at)
                .find(|at| tables[*at].kind.is_none());
            if let Some(at) = free {
                tables[at].kind = Some(kind);
            }
        }
        tables.extend(created);
        Self { tables, changes }
    }

    /// The names of the tables that go.
    pub(super) fn dropped(&self) -> impl Iterator<Item = String> {
        let is_dropped = |table: &&Table| table.kind == Some(Kind::DropTable);
        self.tables.iter().filter(is_dropped).map(Table::name)
    }

    /// The tables of a state.
    pub(super) fn tables(&self, state: State) -> impl Iterator<Item = &Table> {
        let absent = match state {
            State::Old => Kind::NewTable,
            State::New => Kind::DropTable,
        };
        let tables = self.tables.iter();
        tables.filter(move |table| table.kind != Some(absent))
    }
}

/// Numbers that only look random (splitmix64).
struct Random(u64);

impl Random {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        // Far below either type's end.
        usize::try_from((mixed ^ (mixed >> 31)) % end as u64).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::{State, Workload};

    #[test]
    fn every_change_is_made() {
        let made = |count| {
            let workload = Workload::new(count);
            let changed = workload.tables.iter().filter(|table| table.kind.is_some());
            (changed.count(), workload.changes)
        };
        assert_eq!(
            [made(10), made(100), made(1000)],
            [(9, 9), (9, 9), (50, 50)]
        );
        let workload = Workload::new(1000);
        assert_eq!(workload.tables(State::Old).count(), 1000);
        assert_eq!(workload.tables(State::New).count(), 1000);
    }
}
