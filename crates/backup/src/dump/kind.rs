//! What a statement of a dump is about.

use plimsoll_schema::Backend;

use super::statements::Statement;
use super::token::Name;

/// How much of a statement is looked at for what only one backend writes, in bytes.
const START: usize = 4096;

/// What a part of a dump does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Writes rows of a table.
    Fills(Name),
    /// The rows of the COPY before it.
    Rows,
    /// Makes a table.
    Creates(Name),
    /// Changes the schema otherwise: its first words.
    Alters(String),
    /// Begins a transaction.
    Begins,
    /// Ends one.
    Commits,
    /// Says who owns what, and who may do what.
    Owner,
    /// Locks tables, or turns their keys off: on MySQL each of them commits.
    Lock,
    /// Would go elsewhere, or do what cannot be undone: its first words.
    Leaves(String),
    /// Anything else: settings, sequences, queries.
    Other,
}

/// What is left out of a dump when it is loaded.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Leave {
    /// Rows of these tables.
    pub(crate) rows_of: Vec<String>,
    /// Owners and rights.
    pub(crate) owners: bool,
    /// What commits on MySQL.
    pub(crate) locks: bool,
}

impl Leave {
    /// Whether a part is left out. The rows of a COPY go with it: `before` is whether that was left out.
    pub(crate) fn holds(&self, kind: &Kind, before: bool) -> bool {
        match kind {
            // It is loaded in a transaction of ours.
            Kind::Begins | Kind::Commits => true,
            Kind::Fills(name) => self.rows_of.contains(&name.bare),
            Kind::Rows => before,
            Kind::Owner => self.owners,
            Kind::Lock => self.locks,
            Kind::Creates(_) | Kind::Alters(_) | Kind::Leaves(_) | Kind::Other => false,
        }
    }
}

/// psql's own commands that need not reach it: marks of pg_dump's against commands among the rows, which are none here.
pub(super) fn is_harmless(command: &str) -> bool {
    command.starts_with("\\restrict") || command.starts_with("\\unrestrict")
}

/// What a statement does.
pub(super) fn kind_of(own: &Statement, backend: Backend) -> Kind {
    let head = &own.head;
    let first = head.word(0);
    let words = || head.first_words();
    if head.command {
        return Kind::Leaves("a command of psql's".into());
    }
    if let Some(name) = head.created() {
        return Kind::Creates(name);
    }
    if let Some(name) = head.filled() {
        // `COPY t TO …` writes a file of the server's, and from a file only some may read.
        let from_elsewhere = first == "COPY" && !head.from_stdin;
        return if from_elsewhere {
            Kind::Leaves("COPY without FROM STDIN".into())
        } else {
            Kind::Fills(name)
        };
    }
    let keys = || head.holds(&["DISABLE", "KEYS"]) || head.holds(&["ENABLE", "KEYS"]);
    let triggers = || head.holds(&["DISABLE", "TRIGGER"]) || head.holds(&["ENABLE", "TRIGGER"]);
    match first {
        "BEGIN" => Kind::Begins,
        "START" if head.word(1) == "TRANSACTION" => Kind::Begins,
        "COMMIT" | "END" => Kind::Commits,
        "ROLLBACK" => Kind::Leaves("ROLLBACK".into()),
        "USE" | "ATTACH" | "DETACH" => Kind::Leaves(words()),
        "CREATE" | "DROP" if head.word(1) == "DATABASE" => Kind::Leaves(words()),
        "ALTER" if backend == Backend::Postgres && head.word(1) == "DATABASE" => {
            Kind::Leaves(words())
        }
        "CREATE" | "DROP"
            if backend == Backend::Mysql
                && (head.word(1) == "SCHEMA" || head.holds(&["DATABASE"])) =>
        {
            Kind::Leaves(words())
        }
        "LOCK" | "UNLOCK" => Kind::Lock,
        "ALTER" if backend == Backend::Mysql && keys() => Kind::Lock,
        "ALTER" if backend == Backend::Postgres && triggers() => Kind::Other,
        "SET" if backend == Backend::Mysql && head.word(1) == "AUTOCOMMIT" => Kind::Lock,
        "PRAGMA" if head.word(1) == "FOREIGN_KEYS" => Kind::Lock,
        "GRANT" | "REVOKE" => Kind::Owner,
        "ALTER" if head.begins(&["ALTER", "DEFAULT", "PRIVILEGES"]) || sets_owner(own) => {
            Kind::Owner
        }
        "CREATE" | "DROP" | "ALTER" | "RENAME" | "COMMENT" => Kind::Alters(words()),
        // https://dev.mysql.com/doc/refman/8.4/en/truncate-table.html: it commits.
        "TRUNCATE" if backend == Backend::Mysql => Kind::Alters(words()),
        _ => Kind::Other,
    }
}

/// `ALTER … OWNER TO somebody`, the form of pg_dump.
fn sets_owner(own: &Statement) -> bool {
    let text = String::from_utf8_lossy(&own.text);
    text.rsplit_once(" OWNER TO ")
        .is_some_and(|(_, role)| !role.trim().contains(' ') || role.starts_with('"'))
}

/// The backend that alone has what a statement says.
pub(super) fn evidence(own: &Statement) -> Option<Backend> {
    let head = &own.head;
    if own.is_copy() || head.holds(&["PG_CATALOG", "."]) {
        return Some(Backend::Postgres);
    }
    if own.text.starts_with(b"/*!") || own.text.starts_with(b"/*M!") || own.delimiter != ";" {
        return Some(Backend::Mysql);
    }
    if head.begins(&["LOCK", "TABLES"]) || head.begins(&["UNLOCK", "TABLES"]) {
        return Some(Backend::Mysql);
    }
    // How sqlite3 writes the end of a line within a text.
    let start = &own.text[..own.text.len().min(START)];
    let newline = || start.windows(11).any(|bytes| bytes == b"',char(10))");
    let sqlite = head.word(0) == "PRAGMA" || head.begins(&["DELETE", "FROM", "SQLITE_SEQUENCE"]);
    (sqlite || head.word(0) == "INSERT" && newline()).then_some(Backend::Sqlite)
}

/// The backend whose tool wrote a dump that begins so.
pub(super) fn sniffed(start: &str) -> Option<Backend> {
    for line in start.lines() {
        let text = line.trim_start_matches(['-', ' ']);
        if text == "PostgreSQL database dump"
            || line.starts_with("COPY ") && line.ends_with("FROM stdin;")
        {
            return Some(Backend::Postgres);
        }
        if text.starts_with("MySQL dump ")
            || text.starts_with("MariaDB dump ")
            || line.starts_with("/*!40")
            || line.starts_with("/*M!")
            || line.starts_with("LOCK TABLES `")
        {
            return Some(Backend::Mysql);
        }
        if line.starts_with("PRAGMA foreign_keys") {
            return Some(Backend::Sqlite);
        }
    }
    None
}
