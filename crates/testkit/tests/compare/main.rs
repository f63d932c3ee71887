//! What the comparison says of models and a database, without a server: what was left alone, told, asked or made.

mod columns;
mod exact;
mod names;
mod orphans;
mod parts;
mod plain;
mod renames;

use std::fmt::Write as _;

use plimsoll_differ::compare::{
    Answers, Diff, Forms, Input, Manage, Place, Question, compare, diff,
};
use plimsoll_schema::{Catalog, Server, Version};
use plimsoll_testkit::changes::write_changes;
use plimsoll_testkit::text::read;

/// Three sides and what was answered.
struct Three {
    server: Server,
    live: Catalog,
    last: Option<Catalog>,
    now: Catalog,
    manage: Manage,
    answers: Answers,
    forms: Forms,
}

impl Three {
    /// The database and the models, which stated nothing before.
    fn on(server: Server, live: &str, now: &str) -> Self {
        Self {
            server,
            live: catalog(live),
            last: None,
            now: catalog(now),
            manage: Manage::Stated,
            answers: Answers::default(),
            forms: Forms::new(),
        }
    }

    /// What the models stated last.
    fn last(mut self, text: &str) -> Self {
        self.last = Some(catalog(text));
        self
    }

    fn manage(mut self, manage: Manage) -> Self {
        self.manage = manage;
        self
    }

    fn rename(mut self, from: &str, to: &str) -> Self {
        self.answers.renames.insert(from.into(), to.into());
        self
    }

    /// What the server makes of an expression of the table `t`; nothing when it refuses it.
    fn form(mut self, place: Place, text: &str, form: Option<&str>) -> Self {
        let question = Question {
            table: "t".into(),
            place,
            text: text.into(),
        };
        self.forms.insert(question, form.map(str::to_owned));
        self
    }

    fn found(&self) -> Diff {
        diff(&Input {
            server: &self.server,
            now: &self.now,
            last: self.last.as_ref(),
            live: &self.live,
            manage: self.manage,
            answers: &self.answers,
            forms: &self.forms,
        })
    }

    /// The changes, what is told, what could be a rename, and what the server is to be asked.
    fn said(&self) -> String {
        let found = self.found();

        let mut out = write_changes(&found.changes);
        for note in &found.notes {
            let _ = writeln!(out, "{}[{}] {}", note.severity, note.code, note.object);
        }
        for open in &found.ambiguities {
            let _ = writeln!(out, "{} goes", open.from);
            for candidate in &open.candidates {
                let _ = writeln!(out, "  is it {}: {}", candidate.name, candidate.reason);
            }
        }
        for question in &found.questions {
            let _ = writeln!(out, "ask {}", question.text);
        }
        out
    }
}

/// What leads from one catalog to another.
fn way(server: &Server, from: &str, to: &str) -> String {
    write_changes(&compare(server, &catalog(from), &catalog(to)))
}

fn catalog(text: &str) -> Catalog {
    read(text).expect("the text is a catalog")
}

fn sqlite() -> Server {
    Server::sqlite()
}

fn postgres() -> Server {
    Server::postgres(15)
}

fn mariadb() -> Server {
    Server::mariadb(Version(10, 11, 0))
}
