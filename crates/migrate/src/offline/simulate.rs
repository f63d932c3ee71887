//! A server's tables as the revisions before have left them, as far as they can be known without the server.
//!
//! Invariant: what is not known is not guessed: an operation that depends on it is an error.

use std::collections::BTreeMap;

use plimsoll_schema::backend::{self, mysql};
use plimsoll_schema::{Backend, Catalog, Change, Server, Table, TableChange, TableName};
use sea_orm::DbErr;

use crate::operation::written_on;
use crate::script::{Word, words};

/// The tables that are known.
pub(super) struct Simulated {
    server: Server,
    tables: BTreeMap<String, Table>,
}

impl Simulated {
    pub(super) const fn new(server: Server) -> Self {
        Self {
            server,
            tables: BTreeMap::new(),
        }
    }

    /// Nothing is known any more.
    pub(super) fn forget(&mut self) {
        self.tables.clear();
    }

    /// The statements of an operation, which is carried out.
    pub(super) fn written(&mut self, change: &Change) -> Result<Vec<String>, DbErr> {
        if backend::replaces_enum(&self.server, change) {
            return Err(DbErr::Custom(
                "it makes an enum type anew, and the columns of that type have to be known"
                    .to_owned(),
            ));
        }
        let known = change.table().and_then(|name| self.tables.get(&name.name));
        if let (Backend::Mysql, None, Change::AlterTable { table, changes }) =
            (self.server.backend, known, change)
            && !changes.iter().all(stands_alone)
        {
            return Err(DbErr::Custom(format!(
                "the table `{table}` has to be known, and what made it cannot be read without a database"
            )));
        }
        let before = Catalog::of(known.cloned());
        let written = written_on(&self.server, &before, change.clone())?;
        self.apply(change);
        Ok(written
            .map(|written| written.statements)
            .unwrap_or_default())
    }

    fn apply(&mut self, change: &Change) {
        match change {
            Change::CreateTable(table) => {
                self.tables.insert(table.name.name.clone(), table.clone());
            }
            Change::DropTable(table) => {
                self.tables.remove(&table.name.name);
            }
            Change::RenameTable(names) => self.rename(&names.from.name, &names.to.name),
            Change::AlterTable { table, changes } => {
                if let Some(known) = self.tables.get_mut(&table.name)
                    && changes.iter().any(|change| known.apply(change).is_err())
                {
                    self.tables.remove(&table.name);
                }
            }
            Change::CreateEnum(_)
            | Change::DropEnum(_)
            | Change::AlterEnum(_)
            | Change::RenameEnum(_)
            | Change::RenameEnumValue { .. } => {}
        }
    }

    fn rename(&mut self, from: &str, to: &str) {
        if let Some(mut table) = self.tables.remove(from) {
            to.clone_into(&mut table.name.name);
            self.tables.insert(to.to_owned(), table);
        }
    }

    /// A statement was carried out that is not of an operation.
    pub(super) fn executed(&mut self, sql: &str) {
        let words: Vec<Word<'_>> = words(sql).collect();
        let starts = |keywords: &[&str]| {
            keywords.len() <= words.len()
                && keywords
                    .iter()
                    .zip(&words)
                    .all(|(keyword, word)| word.is(keyword))
        };
        let name = |at: usize| words.get(at).and_then(|word| word.name());
        if starts(&["CREATE", "TABLE"]) && self.server.backend == Backend::Mysql {
            if let Some(name) = name(2) {
                let table = TableName {
                    schema: None,
                    name: name.to_owned(),
                };
                match mysql::create::table(&self.server, &table, sql) {
                    Ok(made) => self.tables.insert(name.to_owned(), made),
                    Err(_) => self.tables.remove(name),
                };
            }
            return;
        }
        if let (true, Some(from), Some(to)) = (starts(&["RENAME", "TABLE"]), name(2), name(4)) {
            self.rename(from, to);
            return;
        }
        // Whatever it does, it does to tables that it names.
        for word in &words {
            if let Some(name) = word.name() {
                self.tables.remove(name);
            }
        }
    }
}

/// Whether a change of a MySQL table is written the same whatever the rest of the table is.
const fn stands_alone(change: &TableChange) -> bool {
    match change {
        TableChange::AddColumn(_)
        | TableChange::AlterColumn(_)
        | TableChange::AddUnique(_)
        | TableChange::AddIndex(_)
        | TableChange::AddCheck(_)
        | TableChange::DropCheck(_)
        | TableChange::RenameIndex(_)
        | TableChange::SetComment(_)
        | TableChange::SetOptions(_)
        | TableChange::Fill(_)
        | TableChange::Unfill(_) => true,
        TableChange::DropColumn(_)
        | TableChange::RenameColumn(_)
        | TableChange::RenameValue { .. }
        | TableChange::AddPrimaryKey(_)
        | TableChange::DropPrimaryKey(_)
        | TableChange::DropUnique(_)
        | TableChange::DropIndex(_)
        | TableChange::AddForeignKey(_)
        | TableChange::DropForeignKey(_)
        | TableChange::AddExclusion(_)
        | TableChange::DropExclusion(_)
        | TableChange::RenameConstraint(_)
        | TableChange::CommentOn { .. } => false,
    }
}
