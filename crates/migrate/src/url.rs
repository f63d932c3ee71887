//! Database addresses: every spelling people have in their `.env`, normalised for the drivers, and printable without the secret.
//!
//! Invariant: neither `Display`, `Debug` nor an error shows a password, or any part of a text that could not be parsed.

use std::fmt::{self, Write as _};

use plimsoll_schema::Backend;
use thiserror::Error;
use url::Url;

/// The schemes accepted, for messages.
pub const SCHEMES: &str = "sqlite:, postgres://, postgresql://, mysql://, mariadb://";

/// What is wrong with an address. The text itself is not repeated: it may hold a password.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum UrlError {
    /// Nothing was given.
    #[error("the database URL is empty")]
    Empty,
    /// There is no `scheme:` at its start.
    #[error("the database URL has no scheme; it starts with one of {SCHEMES}")]
    NoScheme,
    /// The scheme is not one of ours.
    #[error("the database URL's scheme `{0}` is not one of {SCHEMES}")]
    UnknownScheme(String),
    /// The rest does not parse.
    #[error("the database URL is not a URL ({0})")]
    Syntax(String),
}

/// A database's address.
#[derive(Clone, PartialEq, Eq)]
pub struct DbUrl(Address);

#[derive(Clone, PartialEq, Eq)]
enum Address {
    Sqlite {
        /// A path as the operating system takes it, or `:memory:`.
        path: String,
        /// What follows `?`, without `mode`.
        query: Vec<(String, String)>,
        /// The user's own `mode`.
        mode: Option<String>,
    },
    Server(Backend, Box<Url>),
}

impl DbUrl {
    /// Reads an address in any spelling of SeaORM, sqlx or SQLAlchemy (`postgresql+asyncpg://…`).
    ///
    /// # Errors
    /// When it is not the address of a database we speak to.
    pub fn parse(text: &str) -> Result<Self, UrlError> {
        let text = text.trim();
        if text.is_empty() {
            return Err(UrlError::Empty);
        }
        let (scheme, rest) = text.split_once(':').ok_or(UrlError::NoScheme)?;
        if scheme.is_empty()
            || !scheme
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || "+-._".contains(c))
        {
            return Err(UrlError::NoScheme);
        }
        // SQLAlchemy writes `dialect+driver`; the driver is ours to choose.
        let dialect = scheme
            .split('+')
            .next()
            .unwrap_or(scheme)
            .to_ascii_lowercase();
        match dialect.as_str() {
            "sqlite" => Ok(Self(Address::sqlite(rest))),
            "postgres" | "postgresql" => Address::server(Backend::Postgres, "postgres", rest),
            "mysql" | "mariadb" => Address::server(Backend::Mysql, "mysql", rest),
            _ if rest.starts_with("//") => Err(UrlError::UnknownScheme(scheme.to_owned())),
            _ => Err(UrlError::NoScheme),
        }
    }

    /// The SQLite file at a path.
    pub fn sqlite_file(path: &std::path::Path) -> Self {
        Self(Address::Sqlite {
            path: path.to_string_lossy().into_owned(),
            query: Vec::new(),
            mode: None,
        })
    }

    /// The address of a database on a server, without a password: to be told, not to be connected to.
    ///
    /// # Errors
    /// When the parts do not make an address.
    pub(crate) fn server(
        backend: Backend,
        (host, port): (&str, u16),
        user: &str,
        database: Option<&str>,
    ) -> Result<Self, UrlError> {
        let encode = |text: &str| -> String {
            url::form_urlencoded::byte_serialize(text.as_bytes()).collect()
        };
        let scheme = match backend {
            Backend::Sqlite => "sqlite",
            Backend::Postgres => "postgres",
            Backend::Mysql => "mysql",
        };
        let (user, database) = (encode(user), encode(database.unwrap_or_default()));
        // A socket's directory is no host; an address of version 6 stands in brackets.
        let host = match host {
            _ if host.is_empty() || host.contains('/') => "localhost".to_owned(),
            _ if host.contains(':') && !host.starts_with('[') => format!("[{host}]"),
            _ => host.to_owned(),
        };
        Self::parse(&format!("{scheme}://{user}@{host}:{port}/{database}"))
    }

    /// Which database it is the address of.
    pub fn backend(&self) -> Backend {
        match &self.0 {
            Address::Sqlite { .. } => Backend::Sqlite,
            Address::Server(backend, _) => *backend,
        }
    }

    /// SQLite's file; `None` on a server and for a database in memory.
    pub fn file(&self) -> Option<&std::path::Path> {
        match &self.0 {
            Address::Sqlite { path, mode, .. }
                if path != ":memory:" && mode.as_deref() != Some("memory") =>
            {
                Some(std::path::Path::new(path))
            }
            Address::Sqlite { .. } | Address::Server(..) => None,
        }
    }

    /// The same address, a relative SQLite path taken from that directory.
    #[must_use]
    pub fn relative_to(mut self, directory: &std::path::Path) -> Self {
        if self.file().is_some()
            && let Address::Sqlite { path, .. } = &mut self.0
        {
            *path = directory.join(&*path).to_string_lossy().into_owned();
        }
        self
    }

    /// The database's name on its server; `None` on SQLite and where none is stated.
    pub fn database(&self) -> Option<&str> {
        match &self.0 {
            Address::Sqlite { .. } => None,
            Address::Server(_, url) => {
                Some(url.path().trim_start_matches('/')).filter(|name| !name.is_empty())
            }
        }
    }

    /// The address of another database on the same server; the same address on SQLite.
    #[must_use]
    pub fn with_database(mut self, name: &str) -> Self {
        if let Address::Server(_, url) = &mut self.0 {
            url.set_path(&format!("/{name}"));
        }
        self
    }

    /// What the drivers take, **with the password**: never print it. With `create`, SQLite makes a file that is not there.
    pub fn reveal(&self, create: bool) -> String {
        match &self.0 {
            Address::Sqlite { path, .. } if path == ":memory:" => "sqlite::memory:".to_owned(),
            Address::Sqlite { path, query, mode } => {
                let mode = match mode.as_deref() {
                    None | Some("rwc") if create => "rwc",
                    None | Some("rwc") => "rw",
                    Some(other) => other,
                };
                let mut out = format!("sqlite://{}?mode={mode}", encode_path(path));
                for (key, value) in query {
                    let _ = write!(out, "&{key}={value}");
                }
                out
            }
            Address::Server(_, url) => url.to_string(),
        }
    }
}

impl Address {
    fn sqlite(rest: &str) -> Self {
        let rest = rest.strip_prefix("//").unwrap_or(rest);
        let (path, query) = rest.split_once('?').unwrap_or((rest, ""));
        // SQLAlchemy's `sqlite://` alone, and its `sqlite:///:memory:`.
        let path = match path {
            "" | "/:memory:" => ":memory:",
            path => path,
        };
        let mut mode = None;
        let mut pairs = Vec::new();
        for (key, value) in url::form_urlencoded::parse(query.as_bytes()) {
            if key == "mode" {
                mode = Some(value.into_owned());
            } else {
                pairs.push((key.into_owned(), value.into_owned()));
            }
        }
        Self::Sqlite {
            path: decode_path(path),
            query: pairs,
            mode,
        }
    }

    fn server(backend: Backend, scheme: &str, rest: &str) -> Result<DbUrl, UrlError> {
        let syntax = |error: url::ParseError| UrlError::Syntax(error.to_string());
        let url = Url::parse(&format!("{scheme}:{rest}")).map_err(syntax)?;
        if url.cannot_be_a_base() {
            return Err(UrlError::Syntax("`//` is missing after the scheme".into()));
        }
        // A `#` inside a password that was not percent-encoded cuts the address in two; the drivers would go to the wrong host.
        if url.fragment().is_some() {
            return Err(UrlError::Syntax(
                "it holds a `#`; write it as %23".to_owned(),
            ));
        }
        // So does a `/` or `?`: then an `@` is left where none belongs.
        if url.path().contains('@') || url.query_pairs().any(|(key, _)| key.contains('@')) {
            return Err(UrlError::Syntax(
                "its password holds `/`, `?` or `@`; write them as %2F, %3F and %40".to_owned(),
            ));
        }
        Ok(DbUrl(Self::Server(backend, Box::new(url))))
    }
}

/// sqlx decodes the path, so that what would be read as something else is encoded.
fn encode_path(path: &str) -> String {
    path.replace('%', "%25").replace('?', "%3F")
}

fn decode_path(path: &str) -> String {
    let bytes = path.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let digits = path
            .get(at + 1..at + 3)
            .filter(|digits| digits.chars().all(|c| c.is_ascii_hexdigit()))
            .and_then(|digits| u8::from_str_radix(digits, 16).ok());
        match (bytes[at], digits) {
            (b'%', Some(byte)) => {
                out.push(byte);
                at += 3;
            }
            (byte, _) => {
                out.push(byte);
                at += 1;
            }
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

/// Whether a parameter's value is not for other eyes.
fn is_secret(key: &str) -> bool {
    let key = key.to_ascii_lowercase();
    [
        "pass", "pwd", "secret", "token", "key", "auth", "options", "cert",
    ]
    .iter()
    .any(|word| key.contains(word))
}

impl fmt::Display for DbUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Address::Sqlite { path, .. } if path == ":memory:" => f.write_str("sqlite::memory:"),
            Address::Sqlite { path, .. } => write!(f, "sqlite://{path}"),
            Address::Server(_, url) => {
                let mut shown = url.as_ref().clone();
                if shown.password().is_some() {
                    // Cannot fail: an address with a password has a host.
                    let _ = shown.set_password(Some("***"));
                }
                let pairs: Vec<(String, String)> = shown.query_pairs().into_owned().collect();
                shown.set_query(None);
                write!(f, "{shown}")?;
                for (at, (key, value)) in pairs.iter().enumerate() {
                    let value = if is_secret(key) { "***" } else { value };
                    write!(f, "{}{key}={value}", if at == 0 { '?' } else { '&' })?;
                }
                Ok(())
            }
        }
    }
}

impl fmt::Debug for DbUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DbUrl({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> String {
        match DbUrl::parse(text) {
            Ok(url) => format!(
                "{url} | {} | {}",
                url.reveal(true),
                if url.backend() == Backend::Sqlite {
                    url.reveal(false)
                } else {
                    String::new()
                }
            ),
            Err(error) => format!("{error}"),
        }
    }

    #[test]
    fn every_spelling_is_understood() {
        let all = [
            "sqlite::memory:",
            "sqlite://",
            "sqlite:app.db",
            "sqlite://data/app.db?mode=ro",
            "sqlite:///var/app.db?mode=rwc&cache=shared",
            "sqlite://a%20b.db",
            "sqlite+aiosqlite:///:memory:",
            "postgres://u@h/d",
            "postgresql://u:p@h:5433/d?sslmode=require",
            "postgresql+asyncpg://u:p%40ss@h/d",
            "postgresql+psycopg://h/d?user=u&password=hush",
            "mysql+pymysql://root@127.0.0.1:3306/test",
            "mariadb://u:p@h/d?ssl-key=k",
        ]
        .map(shown)
        .join("\n");
        insta::assert_snapshot!(all, @r"
        sqlite::memory: | sqlite::memory: | sqlite::memory:
        sqlite::memory: | sqlite::memory: | sqlite::memory:
        sqlite://app.db | sqlite://app.db?mode=rwc | sqlite://app.db?mode=rw
        sqlite://data/app.db | sqlite://data/app.db?mode=ro | sqlite://data/app.db?mode=ro
        sqlite:///var/app.db | sqlite:///var/app.db?mode=rwc&cache=shared | sqlite:///var/app.db?mode=rw&cache=shared
        sqlite://a b.db | sqlite://a b.db?mode=rwc | sqlite://a b.db?mode=rw
        sqlite::memory: | sqlite::memory: | sqlite::memory:
        postgres://u@h/d | postgres://u@h/d | 
        postgres://u:***@h:5433/d?sslmode=require | postgres://u:p@h:5433/d?sslmode=require | 
        postgres://u:***@h/d | postgres://u:p%40ss@h/d | 
        postgres://h/d?user=u&password=*** | postgres://h/d?user=u&password=hush | 
        mysql://root@127.0.0.1:3306/test | mysql://root@127.0.0.1:3306/test | 
        mysql://u:***@h/d?ssl-key=*** | mysql://u:p@h/d?ssl-key=k |
        ");
    }

    #[test]
    fn an_address_is_made_of_its_parts() {
        let made = |host, user, database| {
            let url = DbUrl::server(Backend::Postgres, (host, 5432), user, database);
            url.unwrap().to_string()
        };
        let all = [
            made("db.example.org", "app", Some("shop")),
            made("::1", "a b@c", None),
            made("/var/run/postgresql", "", Some("a/b")),
        ]
        .join("\n");
        insta::assert_snapshot!(all, @"
        postgres://app@db.example.org:5432/shop
        postgres://a+b%40c@[::1]:5432/
        postgres://localhost:5432/a%2Fb
        ");
    }

    #[test]
    fn an_error_repeats_nothing_secret() {
        let all = [
            "",
            "app.db",
            "user:hush@host/db",
            "oracle://u:hush@h/d",
            "postgres:u:hush@h",
            "postgres://u:hu#sh@h/d",
            "postgres://u:hush@h:port/d",
            "postgres://u:12/hush@h/d",
            "hush",
        ]
        .map(shown)
        .join("\n");
        assert!(!all.contains("hush@"), "{all}");
        insta::assert_snapshot!(all, @r"
        the database URL is empty
        the database URL has no scheme; it starts with one of sqlite:, postgres://, postgresql://, mysql://, mariadb://
        the database URL has no scheme; it starts with one of sqlite:, postgres://, postgresql://, mysql://, mariadb://
        the database URL's scheme `oracle` is not one of sqlite:, postgres://, postgresql://, mysql://, mariadb://
        the database URL is not a URL (`//` is missing after the scheme)
        the database URL is not a URL (invalid port number)
        the database URL is not a URL (invalid port number)
        the database URL is not a URL (its password holds `/`, `?` or `@`; write them as %2F, %3F and %40)
        the database URL has no scheme; it starts with one of sqlite:, postgres://, postgresql://, mysql://, mariadb://
        ");
    }
}
