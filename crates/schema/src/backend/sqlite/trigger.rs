//! Text that speaks of a table: triggers, which a rebuild has to put back, and expressions that name their own table.

use super::token::{Kind, Token, is_plain, quote, replaced, tokens};
use crate::Pair;

/// A trigger's text, cut where its parts meet.
struct Parts<'a> {
    sql: &'a str,
    tokens: Vec<Token>,
    /// The place of the table's name.
    table: usize,
    /// The place of BEGIN.
    begin: usize,
}

fn parts(sql: &str) -> Option<Parts<'_>> {
    let tokens = tokens(sql)?;
    let on = tokens.iter().position(|token| token.is_word(sql, "ON"))?;
    let begin = tokens
        .iter()
        .position(|token| token.is_word(sql, "BEGIN"))?;
    Some(Parts {
        sql,
        tokens,
        table: on + 1,
        begin,
    })
}

impl Parts<'_> {
    fn name(&self, at: usize) -> Option<String> {
        let token = self.tokens.get(at)?;
        match token.kind {
            Kind::Word | Kind::Quoted => token.name(self.sql),
            Kind::String | Kind::Blob | Kind::Number | Kind::Symbol => None,
        }
    }

    fn is_name(&self, at: usize, name: &str) -> bool {
        self.name(at)
            .is_some_and(|found| found.eq_ignore_ascii_case(name))
    }

    fn is_symbol(&self, at: Option<usize>, symbol: &str) -> bool {
        at.and_then(|at| self.tokens.get(at))
            .is_some_and(|token| token.is_symbol(self.sql, symbol))
    }

    /// The name before a point before this token.
    fn qualifier(&self, at: usize) -> Option<String> {
        self.is_symbol(at.checked_sub(1), ".")
            .then(|| at.checked_sub(2).and_then(|at| self.name(at)))?
    }

    /// The tables that its statements name, as words that follow FROM, JOIN, INTO and UPDATE.
    fn tables(&self) -> Vec<String> {
        (self.begin..self.tokens.len())
            .filter(|at| {
                ["FROM", "JOIN", "INTO", "UPDATE"]
                    .iter()
                    .any(|word| self.tokens[*at].is_word(self.sql, word))
            })
            .filter_map(|at| {
                let is_or = self.is_name(at + 1, "OR");
                self.name(if is_or { at + 3 } else { at + 1 })
            })
            .collect()
    }

    /// The text with these tokens replaced by a name.
    fn with(&self, places: &[usize], name: &str) -> String {
        let places = places.iter().map(|at| (*at, quote(name)));
        replaced(self.sql, &self.tokens, places)
    }
}

/// The trigger after a column of its table was renamed, as SQLite itself rewrites it. `None` when it cannot be told which table's
/// column a name means.
pub(crate) fn renamed_column(sql: &str, column: &Pair<String>) -> Option<String> {
    let parts = parts(sql)?;
    let own = parts.name(parts.table)?;
    let tables = parts.tables();
    let is_own = |table: &String| table.eq_ignore_ascii_case(&own);
    let (speaks_of_own, speaks_of_others) = (
        tables.iter().any(is_own),
        tables.iter().any(|table| !is_own(table)),
    );
    let mut places = Vec::new();
    for at in 0..parts.tokens.len() {
        if !parts.is_name(at, &column.from) || at == parts.table {
            continue;
        }
        let is_call = parts.is_symbol(Some(at + 1), "(");
        let is_table = parts.is_symbol(Some(at + 1), ".");
        match parts.qualifier(at) {
            Some(qualifier)
                if ["new", "old", &own]
                    .iter()
                    .any(|name| qualifier.eq_ignore_ascii_case(name)) =>
            {
                places.push(at);
            }
            _ if is_call || is_table => {}
            // Before ON stand the trigger's name and the columns of UPDATE OF.
            None if at < parts.table => {
                if parts.tokens[..at]
                    .iter()
                    .any(|token| token.is_word(sql, "OF"))
                {
                    places.push(at);
                }
            }
            Some(_) | None if !speaks_of_own => {}
            Some(_) | None if speaks_of_others => return None,
            Some(_) | None => places.push(at),
        }
    }
    Some(parts.with(&places, &column.to))
}

/// The trigger on the table of that name, whatever name the table had when it was written.
pub(crate) fn on_table(sql: &str, table: &str) -> String {
    match parts(sql) {
        Some(parts) if !parts.is_name(parts.table, table) => {
            let own = parts.name(parts.table).unwrap_or_default();
            let places: Vec<usize> = (0..parts.tokens.len())
                .filter(|at| {
                    *at == parts.table
                        || (*at > parts.begin
                            && parts.is_name(*at, &own)
                            && (parts.is_symbol(Some(at + 1), ".")
                                || ["FROM", "JOIN", "INTO", "UPDATE"]
                                    .iter()
                                    .any(|word| parts.tokens[at - 1].is_word(sql, word))))
                })
                .collect();
            parts.with(&places, table)
        }
        Some(_) | None => sql.to_owned(),
    }
}

/// Whether the trigger mentions that column of its own row, or fires on it.
pub(super) fn uses_column(sql: &str, column: &str) -> bool {
    let Some(parts) = parts(sql) else {
        return true;
    };
    (0..parts.tokens.len()).any(|at| {
        parts.is_name(at, column)
            && match parts.qualifier(at) {
                Some(qualifier) => {
                    qualifier.eq_ignore_ascii_case("new") || qualifier.eq_ignore_ascii_case("old")
                }
                None => {
                    at < parts.table
                        && parts.tokens[..at]
                            .iter()
                            .any(|token| token.is_word(sql, "OF"))
                }
            }
    })
}

/// The expression without the table's name before its columns.
pub(super) fn without_qualifier(sql: &str, table: &str) -> String {
    let Some(tokens) = tokens(sql) else {
        return sql.to_owned();
    };
    let mut out = String::with_capacity(sql.len());
    let mut end = 0;
    for pair in tokens.windows(2) {
        let is_table = matches!(pair[0].kind, Kind::Word | Kind::Quoted)
            && pair[0]
                .name(sql)
                .is_some_and(|name| name.eq_ignore_ascii_case(table));
        if is_table && pair[1].is_symbol(sql, ".") {
            out.push_str(&sql[end..pair[0].span.start]);
            end = pair[1].span.end;
        }
    }
    out.push_str(&sql[end..]);
    out
}

/// The expression with its table's columns named in one way: without quotes where none are needed, as SQLite does not keep the way they
/// were written when it renames them. A quoted word that is no column stays: SQLite takes it for a string.
pub(super) fn with_plain_columns(sql: &str, columns: &[String]) -> String {
    let Some(tokens) = tokens(sql) else {
        return sql.to_owned();
    };
    let places = tokens.iter().enumerate().filter_map(|(at, token)| {
        let name = token.name(sql).filter(|_| token.kind == Kind::Quoted)?;
        if !columns
            .iter()
            .any(|column| column.eq_ignore_ascii_case(&name))
        {
            return None;
        }
        Some((at, if is_plain(&name) { name } else { quote(&name) }))
    });
    replaced(sql, &tokens, places)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn renamed(sql: &str) -> Option<String> {
        renamed_column(sql, &Pair::new("a".into(), "b c".into()))
    }

    #[test]
    fn a_renamed_column_is_followed() {
        insta::assert_snapshot!(
            renamed("CREATE TRIGGER a AFTER UPDATE OF a, x ON t WHEN NEW.a <> old.\"A\" BEGIN UPDATE t SET a = max(a, 1) WHERE t.a = NEW.a; END").expect("certain"),
            @r#"CREATE TRIGGER a AFTER UPDATE OF "b c", x ON t WHEN NEW."b c" <> old."b c" BEGIN UPDATE t SET "b c" = max("b c", 1) WHERE t."b c" = NEW."b c"; END"#
        );
        insta::assert_snapshot!(
            renamed("CREATE TRIGGER x AFTER DELETE ON t BEGIN INSERT INTO log (a) VALUES (OLD.a); END").expect("certain"),
            @r#"CREATE TRIGGER x AFTER DELETE ON t BEGIN INSERT INTO log (a) VALUES (OLD."b c"); END"#
        );
        assert_eq!(
            renamed(
                "CREATE TRIGGER x AFTER DELETE ON t BEGIN UPDATE t SET a = (SELECT a FROM log); END"
            ),
            None
        );
    }

    #[test]
    fn a_renamed_table_is_followed() {
        insta::assert_snapshot!(
            on_table("CREATE TRIGGER x AFTER INSERT ON old_t BEGIN UPDATE old_t SET n = 1 WHERE old_t.id = NEW.id; END", "t"),
            @r#"CREATE TRIGGER x AFTER INSERT ON "t" BEGIN UPDATE "t" SET n = 1 WHERE "t".id = NEW.id; END"#
        );
    }

    #[test]
    fn needless_quotes_go() {
        let columns = ["a".to_owned(), "order".into(), "B".into()];
        assert_eq!(
            with_plain_columns("\"a\" > [B] or `order` = \"text\" or 'a' = 1", &columns),
            "a > B or \"order\" = \"text\" or 'a' = 1"
        );
    }

    #[test]
    fn own_qualifiers_go() {
        assert_eq!(
            without_qualifier("\"T\".a > t.b + 't.c'", "t"),
            "a > b + 't.c'"
        );
    }
}
