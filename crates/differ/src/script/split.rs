//! Where one statement ends and the next begins.
//!
//! MySQL's parser finds that out itself, also inside a trigger's body, so a script for it is cut only where a `DELIMITER` says so.
//! PostgreSQL would carry out what it gets at once in one transaction, which `CREATE INDEX CONCURRENTLY` refuses, so a script for it is
//! cut as psql does (<https://www.postgresql.org/docs/current/app-psql.html>); one for SQLite, so that a mistake has its line.

use plimsoll_schema::Backend;

use super::ScriptError;

/// A part of a script that is sent at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Part<'a> {
    /// The script before it.
    before: &'a str,
    /// The text, without the delimiter.
    pub(super) sql: &'a str,
}

impl Part<'_> {
    /// The line on which it begins, counted from 1: counted when asked for, so that a long script is not read once for each part.
    pub(super) fn line(&self) -> usize {
        line_after(self.before)
    }
}

fn line_after(text: &str) -> usize {
    text.matches('\n').count() + 1
}

pub(super) fn split(backend: Backend, text: &str) -> Result<Vec<Part<'_>>, ScriptError> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    match backend {
        Backend::Sqlite => by_statement(text, Dialect::Sqlite),
        Backend::Mysql => Ok(by_delimiter(text)),
        Backend::Postgres => by_statement(text, Dialect::Postgres),
    }
}

/// The text between two places, when there is any.
fn part(text: &str, start: usize, end: usize) -> Option<Part<'_>> {
    let sql = text[start..end].trim();
    let before = text[..end].trim_end().len() - sql.len();
    (!sql.is_empty()).then(|| Part {
        before: &text[..before],
        sql,
    })
}

/// mysql's `DELIMITER`: a line of its own, which only the shell sees. Between two of them a script in the usual delimiter is one part,
/// and a script in another is cut at it.
fn by_delimiter(text: &str) -> Vec<Part<'_>> {
    let mut out = Vec::new();
    let mut delimiter = ";";
    let (mut start, mut at) = (0, 0);
    for line in text.split_inclusive('\n') {
        let words = line.trim();
        let ends_here = delimiter != ";" && words.ends_with(delimiter);
        if let Some(named) = directive(words) {
            out.extend(part(text, start, at));
            delimiter = named;
            start = at + line.len();
        } else if ends_here {
            let end = at + line.trim_end().len() - delimiter.len();
            out.extend(part(text, start, end));
            start = at + line.len();
        }
        at += line.len();
    }
    out.extend(part(text, start, text.len()));
    out
}

fn directive(line: &str) -> Option<&str> {
    let (word, rest) = line.split_once(char::is_whitespace)?;
    word.eq_ignore_ascii_case("delimiter").then(|| rest.trim())
}

/// Whose lexical structure a script has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Dialect {
    /// <https://www.postgresql.org/docs/current/sql-syntax-lexical.html>
    Postgres,
    /// <https://sqlite.org/lang.html>
    Sqlite,
}

fn by_statement(text: &str, dialect: Dialect) -> Result<Vec<Part<'_>>, ScriptError> {
    let mut out = Vec::new();
    let mut reader = Reader {
        dialect,
        text,
        at: 0,
        depth: 0,
        atomic: 0,
        is_trigger: false,
        last_word: "",
    };
    let mut start = 0;
    while let Some(c) = reader.rest().chars().next() {
        let is_start = text[start..reader.at].trim().is_empty();
        match c {
            '\\' if is_start && dialect == Dialect::Postgres => {
                let end = reader.line_end();
                let word = text[reader.at..end].trim();
                // pg_dump writes them around its statements since 2025; without psql they mean nothing.
                if !(word.starts_with("\\restrict") || word.starts_with("\\unrestrict")) {
                    return Err(shell(text, reader.at, word));
                }
                reader.at = end;
                start = end;
            }
            ';' if reader.depth == 0 && reader.atomic == 0 => {
                out.extend(part(text, start, reader.at));
                let sql = text[start..reader.at].trim();
                if dialect == Dialect::Postgres && is_copy_from_stdin(sql) {
                    return Err(shell(text, reader.at - sql.len(), sql));
                }
                reader.at += 1;
                start = reader.at;
                reader.is_trigger = false;
            }
            _ => reader.step(c),
        }
    }
    // What is left may be a comment: to the server that is an empty statement.
    out.extend(part(text, start, text.len()));
    Ok(out)
}

fn shell(text: &str, at: usize, words: &str) -> ScriptError {
    let first_line = words.lines().next().unwrap_or_default();
    ScriptError::Shell {
        line: line_after(&text[..at]),
        text: first_line.chars().take(40).collect(),
    }
}

fn is_copy_from_stdin(sql: &str) -> bool {
    let is_copy = sql
        .split_whitespace()
        .next()
        .is_some_and(|word| word.eq_ignore_ascii_case("copy"));
    is_copy && sql.to_ascii_lowercase().contains("from stdin")
}

/// A script, read as far as it decides where a `;` ends a statement.
struct Reader<'a> {
    dialect: Dialect,
    text: &'a str,
    at: usize,
    /// Open parentheses: a rule's actions stand in them, with `;` between.
    depth: usize,
    /// Open bodies, `BEGIN ATOMIC … END` or a trigger's `BEGIN … END`, and the `CASE … END` inside them.
    atomic: usize,
    /// A `CREATE TRIGGER` of SQLite is being read.
    is_trigger: bool,
    last_word: &'a str,
}

impl<'a> Reader<'a> {
    fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    fn line_end(&self) -> usize {
        self.rest()
            .find('\n')
            .map_or(self.text.len(), |length| self.at + length + 1)
    }

    /// Passes what is one thing for the server, and begins with `c`.
    fn step(&mut self, c: char) {
        let rest = self.rest();
        let passed = match c {
            '-' if rest.starts_with("--") => self.line_end() - self.at,
            '/' if rest.starts_with("/*") => comment(rest, self.dialect),
            '\'' => quoted(rest, '\'', self.last_word.eq_ignore_ascii_case("e")),
            '"' => quoted(rest, '"', false),
            '`' if self.dialect == Dialect::Sqlite => quoted(rest, '`', false),
            '[' if self.dialect == Dialect::Sqlite => quoted(rest, ']', false),
            '$' if self.dialect == Dialect::Postgres => dollar_quoted(rest).unwrap_or(1),
            _ if c.is_alphabetic() || c == '_' => {
                let length = rest
                    .find(|c: char| !(c.is_alphanumeric() || c == '_' || c == '$'))
                    .unwrap_or(rest.len());
                self.word(&rest[..length]);
                self.at += length;
                return;
            }
            '(' => {
                self.depth += 1;
                1
            }
            ')' => {
                self.depth = self.depth.saturating_sub(1);
                1
            }
            _ => c.len_utf8(),
        };
        if !c.is_whitespace() {
            self.last_word = "";
        }
        self.at += passed;
    }

    fn word(&mut self, word: &'a str) {
        let is = |known: &str| word.eq_ignore_ascii_case(known);
        if self.atomic == 0 {
            self.is_trigger |= self.dialect == Dialect::Sqlite && is("trigger");
            let opens = match self.dialect {
                Dialect::Postgres => is("atomic") && self.last_word.eq_ignore_ascii_case("begin"),
                Dialect::Sqlite => is("begin") && self.is_trigger,
            };
            if opens {
                self.atomic = 1;
            }
        } else if is("case") {
            self.atomic += 1;
        } else if is("end") {
            self.atomic -= 1;
        }
        self.last_word = word;
    }
}

/// The length of a comment, in which comments can stand where PostgreSQL reads it.
fn comment(text: &str, dialect: Dialect) -> usize {
    let bytes = text.as_bytes();
    let (mut at, mut depth) = (0, 0_usize);
    while at < bytes.len() {
        match bytes.get(at..at + 2) {
            Some(b"/*") if depth == 0 || dialect == Dialect::Postgres => {
                depth += 1;
                at += 2;
            }
            Some(b"*/") => {
                depth -= 1;
                at += 2;
                if depth == 0 {
                    return at;
                }
            }
            _ => at += 1,
        }
    }
    text.len()
}

/// The length of a literal or a name in quotes; a doubled quote is read as two of them, which comes to the same.
fn quoted(text: &str, quote: char, backslash: bool) -> usize {
    let mut escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        if escaped {
            escaped = false;
        } else if backslash && c == '\\' {
            escaped = true;
        } else if c == quote {
            return at + 1;
        }
    }
    text.len()
}

/// The length of `$tag$…$tag$`; none where it is a parameter.
fn dollar_quoted(text: &str) -> Option<usize> {
    let length = text[1..].find('$')? + 2;
    let tag = &text[..length];
    let name = &tag[1..length - 1];
    let is_tag = name.chars().all(|c| c.is_alphanumeric() || c == '_')
        && !name.starts_with(|c: char| c.is_ascii_digit());
    let end = || text[length..].find(tag).map(|at| length + at + length);
    is_tag.then(|| end().unwrap_or(text.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cut(backend: Backend, text: &str) -> String {
        match split(backend, text) {
            Ok(parts) => parts
                .iter()
                .map(|part| format!("{}: {}\n", part.line(), part.sql.replace('\n', "⏎")))
                .collect(),
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn postgres_is_cut_where_psql_cuts() {
        let script = "\
\\restrict abc
-- a; comment
CREATE TABLE \"a;b\" (c text DEFAULT ';''');

CREATE FUNCTION f() RETURNS text AS $x$ BEGIN; $$;$$ END; $x$ LANGUAGE sql;
CREATE FUNCTION g() RETURNS int BEGIN ATOMIC SELECT CASE WHEN true THEN 1 END; SELECT 2; END;
CREATE RULE r AS ON UPDATE TO t DO ALSO (SELECT 1; SELECT 2);
/* a /* nested; */ one; */ SELECT E'\\';', $1 ; SELECT 3
";
        insta::assert_snapshot!(cut(Backend::Postgres, script), @r#"
        2: -- a; comment⏎CREATE TABLE "a;b" (c text DEFAULT ';''')
        5: CREATE FUNCTION f() RETURNS text AS $x$ BEGIN; $$;$$ END; $x$ LANGUAGE sql
        6: CREATE FUNCTION g() RETURNS int BEGIN ATOMIC SELECT CASE WHEN true THEN 1 END; SELECT 2; END
        7: CREATE RULE r AS ON UPDATE TO t DO ALSO (SELECT 1; SELECT 2)
        8: /* a /* nested; */ one; */ SELECT E'\';', $1
        8: SELECT 3
        "#);
    }

    #[test]
    fn sqlite_is_cut_behind_a_triggers_body() {
        let script = "\
CREATE TABLE [a;b] (`c;` text);
CREATE TRIGGER t AFTER INSERT ON [a;b] BEGIN
  SELECT CASE WHEN 1 THEN ';' END;
  DELETE FROM x;
END;
BEGIN; COMMIT; /* a /* b */ SELECT 1;
";
        insta::assert_snapshot!(cut(Backend::Sqlite, script), @"
        1: CREATE TABLE [a;b] (`c;` text)
        2: CREATE TRIGGER t AFTER INSERT ON [a;b] BEGIN⏎  SELECT CASE WHEN 1 THEN ';' END;⏎  DELETE FROM x;⏎END
        6: BEGIN
        6: COMMIT
        6: /* a /* b */ SELECT 1
        ");
    }

    #[test]
    fn what_is_for_a_shell_is_refused_with_its_line() {
        insta::assert_snapshot!(cut(Backend::Postgres, "SELECT 1;\n\\connect other\n"), @r"line 2: `\connect other` is for a shell, not for the server");
        insta::assert_snapshot!(cut(Backend::Postgres, "COPY t (a) FROM stdin;\n1\n\\.\n"), @"line 1: `COPY t (a) FROM stdin` is for a shell, not for the server");
    }

    #[test]
    fn mysql_is_cut_at_its_delimiter() {
        let script = "\
CREATE TABLE a (b int);
CREATE TABLE c (d int);
DELIMITER ;;
CREATE TRIGGER t BEFORE INSERT ON a FOR EACH ROW BEGIN SET NEW.b = 1; END ;;
CREATE TRIGGER u BEFORE INSERT ON c FOR EACH ROW
BEGIN SET NEW.d = 1; END ;;
DELIMITER ;
SELECT 1;
";
        insta::assert_snapshot!(cut(Backend::Mysql, script), @r"
        1: CREATE TABLE a (b int);⏎CREATE TABLE c (d int);
        4: CREATE TRIGGER t BEFORE INSERT ON a FOR EACH ROW BEGIN SET NEW.b = 1; END
        5: CREATE TRIGGER u BEFORE INSERT ON c FOR EACH ROW⏎BEGIN SET NEW.d = 1; END
        8: SELECT 1;
        ");
    }

    #[test]
    fn an_empty_script_is_no_statement() {
        for backend in [Backend::Sqlite, Backend::Postgres, Backend::Mysql] {
            assert_eq!(cut(backend, " \n"), "");
        }
    }
}
