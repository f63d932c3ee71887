//! Rows that a column's change would refuse or cut, as an SQL condition.

use super::{Backend, Server, mysql, postgres, quote};
use crate::{Column, ColumnType, IntWidth};

/// Rows whose value a column's change would refuse or cut.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Misfit {
    /// Which rows, as an SQL condition.
    pub condition: String,
    /// Whether it is only that they hold NULL.
    pub is_null_only: bool,
}

/// The rows whose value would be refused or cut when the column `from` becomes `to`; `None` where no value can be, and where SQL has no
/// way to tell. The column is called as it is in `from`.
pub fn misfit(server: &Server, from: &Column, to: &Column) -> Option<Misfit> {
    let column = quote(server, &from.name);
    let is_null = (from.nullable && !to.nullable).then(|| format!("{column} IS NULL"));
    let of_type = match server.backend {
        // SQLite keeps what does not fit a type (https://sqlite.org/datatype3.html).
        Backend::Sqlite => None,
        Backend::Postgres | Backend::Mysql => of_type(server, &column, &from.ty, &to.ty),
    };
    let is_null_only = of_type.is_none();
    let condition = match (is_null, of_type) {
        (Some(is_null), Some(of_type)) => Some(format!("{is_null} OR {of_type}")),
        (one, other) => one.or(other),
    };
    condition.map(|condition| Misfit {
        condition,
        is_null_only,
    })
}

fn of_type(server: &Server, column: &str, from: &ColumnType, to: &ColumnType) -> Option<String> {
    if let (ColumnType::Array(from), ColumnType::Array(to)) = (from, to) {
        let element = of_type(server, "one", from, to)?;
        return Some(format!(
            "EXISTS (SELECT 1 FROM unnest({column}) AS element (one) WHERE {element})"
        ));
    }
    if let ColumnType::Varchar(Some(most)) | ColumnType::Char(Some(most)) = to {
        let was = match from {
            ColumnType::Varchar(length) | ColumnType::Char(length) => *length,
            _ => None,
        };
        let fits = was.is_some_and(|was| was <= *most);
        return (is_text(from) && !fits).then(|| format!("char_length({column}) > {most}"));
    }
    if let ColumnType::Int { width, unsigned } = to {
        let (least, most) = range(*width, *unsigned);
        let outside = format!("{column} NOT BETWEEN {least} AND {most}");
        return match from {
            ColumnType::Int { width, unsigned } => {
                let (low, high) = range(*width, *unsigned);
                (low < least || high > most).then_some(outside)
            }
            ColumnType::Float | ColumnType::Double | ColumnType::Decimal(_) => Some(outside),
            _ => is_text(from).then(|| not_an_integer(server, column)),
        };
    }
    if let ColumnType::Decimal(Some((precision, scale))) = to {
        let digits = i64::from(*precision) - i64::from(*scale);
        let digits = usize::try_from(digits).ok()?;
        let held = match from {
            ColumnType::Decimal(Some((precision, scale))) => {
                usize::try_from(i64::from(*precision) - i64::from(*scale)).ok()
            }
            _ => None,
        };
        let fits = held.is_some_and(|held| held <= digits);
        return (is_number(from) && !fits)
            .then(|| format!("abs({column}) >= 1{}", "0".repeat(digits)));
    }
    if let ColumnType::Enum { values, .. } = to {
        let all_fit = match from {
            ColumnType::Enum { values: were, .. } => were.iter().all(|one| values.contains(one)),
            _ => !is_text(from),
        };
        return (!all_fit).then(|| not_among(server, column, values));
    }
    None
}

/// Whether a word that a column of text or of an enum holds is none of these.
fn not_among(server: &Server, column: &str, values: &[String]) -> String {
    let words: Vec<String> = values
        .iter()
        .map(|value| match server.backend {
            Backend::Sqlite | Backend::Postgres => postgres::value::quote(value),
            Backend::Mysql => mysql::value::quote_string(value),
        })
        .collect();
    let text = match server.backend {
        Backend::Postgres => format!("{column}::text"),
        Backend::Sqlite | Backend::Mysql => column.to_owned(),
    };
    format!("{text} NOT IN ({})", words.join(", "))
}

/// What PostgreSQL's and MySQL's own conversion would refuse.
fn not_an_integer(server: &Server, column: &str) -> String {
    match server.backend {
        Backend::Sqlite | Backend::Postgres => {
            format!(r"{column} !~ '^\s*[-+]?[0-9]+\s*$'")
        }
        Backend::Mysql => {
            format!("{column} NOT REGEXP '^[[:space:]]*[-+]?[0-9]+[[:space:]]*$'")
        }
    }
}

const fn is_text(ty: &ColumnType) -> bool {
    matches!(
        ty,
        ColumnType::Varchar(_) | ColumnType::Char(_) | ColumnType::Text(_)
    )
}

const fn is_number(ty: &ColumnType) -> bool {
    matches!(
        ty,
        ColumnType::Int { .. } | ColumnType::Float | ColumnType::Double | ColumnType::Decimal(_)
    )
}

/// The least and the greatest value of an integer type.
pub(super) const fn range(width: IntWidth, unsigned: bool) -> (i128, i128) {
    let bits = match width {
        IntWidth::Tiny => 8,
        IntWidth::Small => 16,
        IntWidth::Medium => 24,
        IntWidth::Regular => 32,
        IntWidth::Big => 64,
    };
    if unsigned {
        (0, (1 << bits) - 1)
    } else {
        (-(1 << (bits - 1)), (1 << (bits - 1)) - 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{TypeName, Version};

    fn told(server: &Server, from: ColumnType, to: ColumnType) -> String {
        let mut from = Column::new("c", from);
        from.nullable = true;
        let mut to = Column::new("c", to);
        to.nullable = true;
        misfit(server, &from, &to).map_or_else(|| "all fit".into(), |found| found.condition)
    }

    #[test]
    fn only_what_cannot_fit_is_asked_for() {
        let int = |width| ColumnType::Int {
            width,
            unsigned: false,
        };
        let mood = |values: &[&str]| ColumnType::Enum {
            name: TypeName::new("mood"),
            values: values.iter().map(|value| (*value).to_owned()).collect(),
        };
        let pairs = [
            (ColumnType::TEXT, ColumnType::Varchar(Some(40))),
            (ColumnType::Varchar(Some(80)), ColumnType::Varchar(Some(40))),
            (ColumnType::Varchar(Some(20)), ColumnType::Varchar(Some(40))),
            (int(IntWidth::Big), int(IntWidth::Small)),
            (int(IntWidth::Small), int(IntWidth::Big)),
            (ColumnType::TEXT, int(IntWidth::Regular)),
            (
                ColumnType::Decimal(Some((10, 2))),
                ColumnType::Decimal(Some((6, 2))),
            ),
            (
                ColumnType::Decimal(Some((6, 2))),
                ColumnType::Decimal(Some((10, 2))),
            ),
            (ColumnType::TEXT, mood(&["ok", "it's"])),
            (mood(&["ok", "sad"]), mood(&["ok"])),
            (mood(&["ok"]), mood(&["ok", "sad"])),
            (ColumnType::TEXT, ColumnType::Uuid),
            (
                ColumnType::Array(Box::new(mood(&["ok", "sad"]))),
                ColumnType::Array(Box::new(mood(&["ok"]))),
            ),
        ];
        let mut out = String::new();
        for (from, to) in pairs {
            let postgres = told(&Server::postgres(15), from.clone(), to.clone());
            let mysql = told(&Server::mysql(Version(8, 4, 0)), from.clone(), to.clone());
            let sqlite = told(&Server::sqlite(), from, to);
            assert_eq!(sqlite, "all fit");
            out += &format!("{postgres}\n  {mysql}\n");
        }
        insta::assert_snapshot!(out, @r#"
        char_length("c") > 40
          char_length(`c`) > 40
        char_length("c") > 40
          char_length(`c`) > 40
        all fit
          all fit
        "c" NOT BETWEEN -32768 AND 32767
          `c` NOT BETWEEN -32768 AND 32767
        all fit
          all fit
        "c" !~ '^\s*[-+]?[0-9]+\s*$'
          `c` NOT REGEXP '^[[:space:]]*[-+]?[0-9]+[[:space:]]*$'
        abs("c") >= 10000
          abs(`c`) >= 10000
        all fit
          all fit
        "c"::text NOT IN ('ok', 'it''s')
          `c` NOT IN ('ok', 'it''s')
        "c"::text NOT IN ('ok')
          `c` NOT IN ('ok')
        all fit
          all fit
        all fit
          all fit
        EXISTS (SELECT 1 FROM unnest("c") AS element (one) WHERE one::text NOT IN ('ok'))
          EXISTS (SELECT 1 FROM unnest(`c`) AS element (one) WHERE one NOT IN ('ok'))
        "#);
    }
}
