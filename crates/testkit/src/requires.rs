//! Which servers a scenario is for: the header lines `server:`, `since:` and `before:` of case files and SQL pairs.
//!
//! ```text
//! server: mariadb
//! since: postgres 15, mysql 8.0.13
//! before: mariadb 11.4
//! ```
//!
//! A server that `since:` and `before:` do not name is not bounded by them.

use std::fmt::Write as _;

use plimsoll_schema::{Flavor, Server, Version};
use serde::Deserialize;

use crate::servers::{backend, word};

/// Which servers a scenario is for; every one of its backends, unless something is said.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct Requires {
    /// `mysql` or `mariadb`, for what only one of the two has.
    pub server: Option<String>,
    /// The versions it holds from on.
    #[serde(skip)]
    since: Vec<Bound>,
    /// The versions from which on it does not hold.
    #[serde(skip)]
    before: Vec<Bound>,
}

/// A version of a server.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Bound {
    server: String,
    version: Version,
    /// The version as it was written.
    text: String,
}

impl Requires {
    /// Reads a header line; whether it was one of ours.
    ///
    /// # Errors
    /// When it is, and cannot be understood.
    pub fn read(&mut self, line: &str) -> Result<bool, String> {
        if let Some(name) = line.strip_prefix("server:") {
            self.server = Some(known(name.trim())?.to_owned());
        } else if let Some(list) = line.strip_prefix("since:") {
            self.since = bounds(list)?;
        } else if let Some(list) = line.strip_prefix("before:") {
            self.before = bounds(list)?;
        } else {
            return Ok(false);
        }
        Ok(true)
    }

    /// Whether the scenario is for this server.
    pub fn admits(&self, server: &Server) -> bool {
        let own = name(server);
        let of = |bound: &&Bound| bound.server == own;
        let is_called = self.server.as_ref().is_none_or(|wanted| wanted == own);
        let mut since = self.since.iter().filter(of);
        let mut before = self.before.iter().filter(of);
        is_called
            && since.all(|bound| server.version >= bound.version)
            && before.all(|bound| server.version < bound.version)
    }

    /// The header lines.
    pub fn text(&self) -> String {
        let mut out = String::new();
        if let Some(server) = &self.server {
            let _ = writeln!(out, "server: {server}");
        }
        for (word, bounds) in [("since", &self.since), ("before", &self.before)] {
            if !bounds.is_empty() {
                let bounds: Vec<String> = bounds
                    .iter()
                    .map(|bound| format!("{} {}", bound.server, bound.text))
                    .collect();
                let _ = writeln!(out, "{word}: {}", bounds.join(", "));
            }
        }
        out
    }
}

/// What a server is called in these lines: its backend's word, or `mariadb`.
pub fn name(server: &Server) -> &'static str {
    match server.flavor {
        Flavor::Original => word(server.backend),
        Flavor::MariaDb => "mariadb",
    }
}

fn known(name: &str) -> Result<&str, String> {
    if name == "mariadb" || backend(name).is_some() {
        Ok(name)
    } else {
        Err(format!("`{name}` is not a server"))
    }
}

fn bounds(list: &str) -> Result<Vec<Bound>, String> {
    list.split(',').map(|one| bound(one.trim())).collect()
}

/// `mysql 8.0.13`.
fn bound(text: &str) -> Result<Bound, String> {
    let error = || format!("`{text}` is not a server and its version");
    let (server, text_of) = text.split_once(' ').ok_or_else(error)?;
    let numbers: Result<Vec<u32>, _> = text_of.trim().split('.').map(str::parse).collect();
    let numbers = numbers.map_err(|_| error())?;
    let number = |at: usize| numbers.get(at).copied().unwrap_or_default();
    Ok(Bound {
        server: known(server)?.to_owned(),
        version: Version(number(0), number(1), number(2)),
        text: text_of.trim().to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str =
        "server: mysql\nsince: postgres 15, mysql 8.0.13\nbefore: mariadb 11.4, mysql 9\n";

    fn read(text: &str) -> Requires {
        let mut requires = Requires::default();
        for line in text.lines() {
            assert_eq!(requires.read(line), Ok(true), "{line}");
        }
        requires
    }

    #[test]
    fn lines_are_read_and_written() {
        assert_eq!(read(TEXT).text(), TEXT);
        assert_eq!(Requires::default().read("A title."), Ok(false));
        let mut requires = Requires::default();
        assert!(requires.read("since: oracle 9").is_err());
        assert!(requires.read("before: mysql nine").is_err());
        assert!(requires.read("server: oracle").is_err());
    }

    #[test]
    fn servers_are_admitted_by_name_and_version() {
        let versions = read("since: postgres 15, mysql 8.0.13\nbefore: mariadb 11.4\n");
        assert!(versions.admits(&Server::postgres(15)));
        assert!(!versions.admits(&Server::postgres(14)));
        assert!(!versions.admits(&Server::mysql(Version(8, 0, 12))));
        assert!(versions.admits(&Server::mariadb(Version(10, 5, 0))));
        assert!(!versions.admits(&Server::mariadb(Version(11, 8, 6))));
        assert!(versions.admits(&Server::sqlite()));
        let mariadb = read("server: mariadb\n");
        assert!(mariadb.admits(&Server::mariadb(Version(10, 5, 0))));
        assert!(!mariadb.admits(&Server::mysql(Version(9, 7, 0))));
    }
}
