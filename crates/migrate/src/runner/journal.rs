//! Where a revision is that runs statement by statement: one row, written before a statement that cannot be undone and together with
//! one that can.
//!
//! Invariant: the row tells of every statement whether it was done, or is the one about which it has to be found out.

use sea_orm::{ConnectionTrait, DatabaseConnection, DbErr, QueryResult};
use sea_orm_migration::SchemaManager;
use sea_query::{Alias, ColumnDef, Expr, ExprTrait, Query, Table};

use super::Direction;
use crate::history::progress_table;

/// A place in a script: an item, and a statement of it where it is an operation of several.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct At {
    /// The item's place.
    pub item: usize,
    /// The statement's place in it.
    pub part: usize,
}

/// What was going on when the row was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// Everything before the place is done, and nothing from there on.
    Between,
    /// The statement at the place has begun.
    Inside,
    /// The statement at the place was refused by the database, and is not done.
    Refused,
    /// The statement at the place is done; somebody looked, and said so.
    Passed,
    /// The revision asks the database, and ran as a whole: how far it came is not known.
    Unknown,
}

impl State {
    const ALL: [Self; 5] = [
        Self::Between,
        Self::Inside,
        Self::Refused,
        Self::Passed,
        Self::Unknown,
    ];

    const fn word(self) -> &'static str {
        match self {
            Self::Between => "between",
            Self::Inside => "inside",
            Self::Refused => "refused",
            Self::Passed => "passed",
            Self::Unknown => "unknown",
        }
    }
}

/// A revision that was begun and not finished.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unfinished {
    /// The revision.
    pub revision: String,
    /// Which way it went.
    pub direction: Direction,
    /// Where it is.
    pub at: At,
    /// What was going on there.
    pub state: State,
    /// How many items it has.
    pub items: usize,
    /// The statement at that place, if one has begun.
    pub statement: Option<String>,
    /// When it was begun, in seconds since 1970.
    pub began_at: i64,
    /// Who began it.
    pub began_by: Option<String>,
    /// A digest of the items before the place.
    pub(super) done: String,
    /// The statements of the operation at the place, once they were written.
    pub(super) parts: Option<Vec<String>>,
    /// What the statement changes, as it was before.
    pub(super) before: Option<String>,
    /// Whether there is a row of it already.
    pub(super) is_written: bool,
}

/// The row of the revision that was begun and not finished, if there is one.
///
/// # Errors
/// When the database does not answer.
pub async fn unfinished(db: &DatabaseConnection, table: &str) -> Result<Option<Unfinished>, DbErr> {
    let own = progress_table(table);
    if !SchemaManager::new(db).has_table(&own).await? {
        return Ok(None);
    }
    let select = Query::select()
        .columns(COLUMNS.map(Alias::new))
        .from(Alias::new(&own))
        .take();
    db.query_one(&select)
        .await?
        .map(|row| read(&row))
        .transpose()
}

const COLUMNS: [&str; 13] = [
    "version",
    "direction",
    "item",
    "part",
    "items",
    "state",
    "done",
    "parts",
    "statement",
    "before_it",
    "began_at",
    "began_by",
    "tool",
];

fn read(row: &QueryResult) -> Result<Unfinished, DbErr> {
    let place = |name: &str| -> Result<usize, DbErr> {
        let number: i64 = row.try_get("", name)?;
        Ok(usize::try_from(number).unwrap_or_default())
    };
    let state: String = row.try_get("", "state")?;
    let direction: String = row.try_get("", "direction")?;
    let parts: Option<String> = row.try_get("", "parts")?;
    Ok(Unfinished {
        revision: row.try_get("", "version")?,
        direction: if direction == Direction::Down.word() {
            Direction::Down
        } else {
            Direction::Up
        },
        at: At {
            item: place("item")?,
            part: place("part")?,
        },
        // A word of a later version: nothing is known of it.
        state: State::ALL
            .into_iter()
            .find(|known| known.word() == state)
            .unwrap_or(State::Unknown),
        items: place("items")?,
        statement: row.try_get("", "statement")?,
        began_at: row.try_get("", "began_at")?,
        began_by: row.try_get("", "began_by")?,
        done: row.try_get("", "done")?,
        parts: parts.and_then(|text| serde_json::from_str(&text).ok()),
        before: row.try_get("", "before_it")?,
        is_written: true,
    })
}

/// Creates the table where it is missing.
pub(super) async fn install(db: &DatabaseConnection, table: &str) -> Result<(), DbErr> {
    let own = progress_table(table);
    if SchemaManager::new(db).has_table(&own).await? {
        return Ok(());
    }
    let text = |name: &str| ColumnDef::new(Alias::new(name)).text().null().take();
    let word = |name: &str| {
        ColumnDef::new(Alias::new(name))
            .string_len(80)
            .not_null()
            .take()
    };
    let number = |name: &str| {
        ColumnDef::new(Alias::new(name))
            .big_integer()
            .not_null()
            .take()
    };
    let create = Table::create()
        .table(Alias::new(&own))
        .if_not_exists()
        .col(
            ColumnDef::new(Alias::new("version"))
                .string_len(255)
                .not_null()
                .primary_key(),
        )
        .col(word("direction"))
        .col(number("item"))
        .col(number("part"))
        .col(number("items"))
        .col(word("state"))
        .col(word("done"))
        .col(text("parts"))
        .col(text("statement"))
        .col(text("before_it"))
        .col(number("began_at"))
        .col(
            ColumnDef::new(Alias::new("began_by"))
                .string_len(255)
                .null(),
        )
        .col(ColumnDef::new(Alias::new("tool")).string_len(64).null())
        .take();
    db.execute(&create).await.map(|_| ())
}

impl Unfinished {
    /// Writes the row, or writes it anew.
    pub(super) async fn save(
        &mut self,
        db: &impl ConnectionTrait,
        table: &str,
    ) -> Result<(), DbErr> {
        if self.is_written {
            self.renew(db, table).await
        } else {
            self.begin(db, table).await?;
            self.is_written = true;
            Ok(())
        }
    }

    async fn begin(&self, db: &impl ConnectionTrait, table: &str) -> Result<(), DbErr> {
        let number = |value: usize| i64::try_from(value).unwrap_or(i64::MAX);
        let insert = Query::insert()
            .into_table(Alias::new(progress_table(table)))
            .columns(COLUMNS.map(Alias::new))
            .values_panic([
                self.revision.as_str().into(),
                self.direction.word().into(),
                number(self.at.item).into(),
                number(self.at.part).into(),
                number(self.items).into(),
                self.state.word().into(),
                self.done.as_str().into(),
                self.parts_text().into(),
                self.statement.clone().into(),
                self.before.clone().into(),
                self.began_at.into(),
                self.began_by.clone().into(),
                super::TOOL.into(),
            ])
            .take();
        db.execute(&insert).await.map(|_| ())
    }

    async fn renew(&self, db: &impl ConnectionTrait, table: &str) -> Result<(), DbErr> {
        let number = |value: usize| i64::try_from(value).unwrap_or(i64::MAX);
        let update = Query::update()
            .table(Alias::new(progress_table(table)))
            .values([
                (Alias::new("item"), number(self.at.item).into()),
                (Alias::new("part"), number(self.at.part).into()),
                (Alias::new("items"), number(self.items).into()),
                (Alias::new("state"), self.state.word().into()),
                (Alias::new("done"), self.done.as_str().into()),
                (Alias::new("parts"), self.parts_text().into()),
                (Alias::new("statement"), self.statement.clone().into()),
                (Alias::new("before_it"), self.before.clone().into()),
            ])
            .and_where(Expr::col(Alias::new("version")).eq(self.revision.as_str()))
            .take();
        db.execute(&update).await.map(|_| ())
    }

    fn parts_text(&self) -> Option<String> {
        self.parts
            .as_ref()
            .and_then(|parts| serde_json::to_string(parts).ok())
    }
}

/// Takes the row away.
///
/// # Errors
/// When the database refuses.
pub(crate) async fn forget(
    db: &impl ConnectionTrait,
    table: &str,
    revision: &str,
) -> Result<(), DbErr> {
    let delete = Query::delete()
        .from_table(Alias::new(progress_table(table)))
        .and_where(Expr::col(Alias::new("version")).eq(revision))
        .take();
    db.execute(&delete).await.map(|_| ())
}
