//! A database that a schema is loaded into, made and filled by the backend's own client: scripts hold what only it understands.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use clap::ValueEnum;
use url::Url;

use crate::command::{Failure, run_quietly};

/// A backend, by its word in the case files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Backend {
    /// A file, made by `sqlite3`.
    Sqlite,
    /// A database, made by `psql`.
    Postgres,
    /// A database, made by `mysql`; MariaDB's client has the name too.
    Mysql,
}

impl Backend {
    /// Its word.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Sqlite => "sqlite",
            Self::Postgres => "postgres",
            Self::Mysql => "mysql",
        }
    }
}

/// A database of this run.
pub(crate) struct Database {
    backend: Backend,
    /// Where it is.
    url: String,
    /// The server's own database, from which this one is made and dropped.
    server: Option<Url>,
    /// Its name; on SQLite its file.
    name: String,
}

impl Database {
    /// Makes an empty one; what an earlier run kept under the name is gone.
    pub(crate) fn create(
        backend: Backend,
        server: Option<&str>,
        folder: &Path,
        name: &str,
    ) -> Result<Self, Failure> {
        let Some(server) = server else {
            let file = folder.join(format!("{name}.db"));
            if file.exists() {
                fs::remove_file(&file).map_err(|source| Failure::Io {
                    path: file.clone(),
                    source,
                })?;
            }
            return Ok(Self {
                backend,
                url: format!("sqlite://{}", file.display()),
                server: None,
                name: file.display().to_string(),
            });
        };
        let server = Url::parse(server)
            .map_err(|error| Failure::Told(format!("the server's URL is not one: {error}")))?;
        let name = format!("plimsoll_{}", name.replace('-', "_"));
        let mut url = server.clone();
        url.set_path(&name);
        let database = Self {
            backend,
            url: url.to_string(),
            server: Some(server),
            name,
        };
        database.tell_server("DROP DATABASE IF EXISTS")?;
        database.tell_server("CREATE DATABASE")?;
        Ok(database)
    }

    /// Where it is, as SeaORM takes it.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// Where it is, to be shown.
    pub(crate) fn url_without_password(&self) -> String {
        match Url::parse(&self.url) {
            Ok(mut url) => {
                // A URL that cannot have a password has none to hide.
                let _ = url.set_password(None);
                url.to_string()
            }
            Err(_) => self.name.clone(),
        }
    }

    /// Runs a script in it.
    pub(crate) fn load(&self, file: &Path) -> Result<(), Failure> {
        let io = |source| Failure::Io {
            path: file.to_owned(),
            source,
        };
        let script = match self.backend {
            Backend::Sqlite | Backend::Postgres => file.to_owned(),
            Backend::Mysql => {
                let text = fs::read_to_string(file).map_err(io)?;
                let own = std::env::temp_dir().join(format!("{}.sql", self.name));
                fs::write(&own, in_this_database(&text)).map_err(io)?;
                own
            }
        };
        let input = fs::File::open(&script).map_err(io)?;
        let mut client = self.client()?;
        client.stdin(Stdio::from(input));
        let result = match self.backend {
            Backend::Postgres => go_on(&mut client),
            Backend::Sqlite | Backend::Mysql => run_quietly(&mut client),
        };
        if script != file {
            fs::remove_file(&script).map_err(io)?;
        }
        result
    }

    /// Drops it.
    pub(crate) fn drop(&self) -> Result<(), Failure> {
        match self.backend {
            // Its file goes with the project's folder.
            Backend::Sqlite => Ok(()),
            Backend::Postgres | Backend::Mysql => self.tell_server("DROP DATABASE IF EXISTS"),
        }
    }

    /// A statement about the database itself; its name needs no quotes.
    fn tell_server(&self, verb: &str) -> Result<(), Failure> {
        let Some(server) = &self.server else {
            return Ok(());
        };
        let sql = format!("{verb} {}", self.name);
        let mut client = client(self.backend, server);
        let option = match self.backend {
            Backend::Sqlite | Backend::Postgres => "--command",
            Backend::Mysql => "--execute",
        };
        run_quietly(client.arg(option).arg(sql))
    }

    fn client(&self) -> Result<Command, Failure> {
        if self.server.is_none() {
            let mut command = Command::new("sqlite3");
            command.arg("-bail").arg(PathBuf::from(&self.name));
            return Ok(command);
        }
        let url = Url::parse(&self.url)
            .map_err(|error| Failure::Told(format!("the server's URL is not one: {error}")))?;
        Ok(client(self.backend, &url))
    }
}

/// Runs `psql`, which goes on after a statement that fails: dumps of other versions hold some. Each is told.
fn go_on(client: &mut Command) -> Result<(), Failure> {
    let output = client.output().map_err(|source| Failure::Start {
        program: "psql".into(),
        source,
    })?;
    let said = String::from_utf8_lossy(&output.stderr);
    for line in said.lines().filter(|line| line.contains("ERROR:")) {
        println!("not loaded: {line}");
    }
    if output.status.success() {
        Ok(())
    } else {
        Err(Failure::Told(format!("`psql` failed: {}", said.trim())))
    }
}

/// A server's client, connected to what the URL names.
fn client(backend: Backend, url: &Url) -> Command {
    match backend {
        Backend::Sqlite | Backend::Postgres => {
            let mut command = Command::new("psql");
            command
                .args(["--no-psqlrc", "--quiet"])
                .arg("--dbname")
                .arg(url.as_str())
                .stdout(Stdio::null());
            command
        }
        Backend::Mysql => {
            let mut command = Command::new("mysql");
            command
                .arg("--no-defaults")
                .arg("--protocol=tcp")
                .arg(format!("--host={}", url.host_str().unwrap_or("127.0.0.1")))
                .arg(format!("--port={}", url.port().unwrap_or(3306)))
                .arg(format!("--user={}", url.username()))
                .arg("--default-character-set=utf8mb4")
                .arg(url.path().trim_start_matches('/'));
            if let Some(password) = url.password() {
                command.env("MYSQL_PWD", password);
            }
            command
        }
    }
}

/// A MySQL script that stays in the database it is given: without the lines by which it makes and enters one of its own choice, and
/// without that one's name before the names of tables.
fn in_this_database(script: &str) -> String {
    let mut lines = Vec::new();
    let mut own = Vec::new();
    for line in script.lines() {
        match database_of(line) {
            Some(name) => own.push(format!("{name}.")),
            None => lines.push(line),
        }
    }
    let mut script = lines.join("\n");
    own.sort();
    own.dedup();
    for qualifier in own {
        script = without_qualifier(&script, &qualifier);
    }
    script
}

/// The database that a line makes, drops or enters.
fn database_of(line: &str) -> Option<&str> {
    let words: Vec<&str> = line
        .split(|letter: char| letter.is_whitespace() || letter == ';' || letter == '`')
        .filter(|word| !word.is_empty())
        .collect();
    let upper: Vec<String> = words.iter().map(|word| word.to_uppercase()).collect();
    let is_it = match upper.first().map(String::as_str)? {
        "USE" => true,
        "CREATE" | "DROP" => matches!(upper.get(1)?.as_str(), "SCHEMA" | "DATABASE"),
        _ => false,
    };
    words.last().copied().filter(|_| is_it && words.len() > 1)
}

/// The script without a qualifier, wherever that begins a name.
fn without_qualifier(script: &str, qualifier: &str) -> String {
    let mut out = String::with_capacity(script.len());
    for (at, piece) in script.split(qualifier).enumerate() {
        let in_a_name = |letter: char| letter.is_alphanumeric() || "_.`'\"@".contains(letter);
        if at > 0 && out.ends_with(in_a_name) {
            out.push_str(qualifier);
        }
        out.push_str(piece);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::in_this_database;

    #[test]
    fn a_script_stays_in_the_database_it_is_given() {
        let script = "DROP SCHEMA IF EXISTS shop;\ncreate database `shop`;\nUSE shop;\n\
                      SELECT 'a@shop.com' FROM shop.used JOIN other.workshop.t;";
        assert_eq!(
            in_this_database(script),
            "SELECT 'a@shop.com' FROM used JOIN other.workshop.t;"
        );
    }
}
