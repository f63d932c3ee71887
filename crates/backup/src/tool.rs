//! The servers' own programs: found, told where to go, run.
//!
//! Invariant: a password never stands on a command line, where every user of the machine can read it: the programs get it in their
//! environment. Nothing of it is on a disk, where a process that was killed would leave it.

use std::collections::BTreeMap;
use std::io::{ErrorKind, Write as _};
use std::process::{Output, Stdio};

use plimsoll_migrate::connect::Connection;
use plimsoll_migrate::url::DbUrl;
use plimsoll_schema::Backend;
use sea_orm::{ConnectionTrait as _, Statement};
use tempfile::NamedTempFile;
use tokio::process::Command;
use url::Url;

use crate::error::BackupError;

/// A program that was found, and is no older than the server.
#[derive(Debug)]
pub(crate) struct Tool {
    /// Its name.
    pub(crate) name: &'static str,
    /// What it says of itself.
    pub(crate) version: String,
    login: Login,
    /// Whether it is MariaDB's; MySQL's own takes other options.
    pub(crate) is_mariadb: bool,
}

impl Tool {
    /// The program that writes a dump.
    pub(crate) async fn dump(connection: &Connection) -> Result<Self, BackupError> {
        Self::find(connection, &["pg_dump"], ["mariadb-dump", "mysqldump"]).await
    }

    /// The program that carries a dump out.
    pub(crate) async fn client(connection: &Connection) -> Result<Self, BackupError> {
        Self::find(connection, &["psql"], ["mariadb", "mysql"]).await
    }

    async fn find(
        connection: &Connection,
        postgres: &[&'static str],
        mysql: [&'static str; 2],
    ) -> Result<Self, BackupError> {
        let server = server_version(connection).await?;
        let backend = connection.url.backend();
        let (names, package) = match backend {
            Backend::Sqlite | Backend::Postgres => (
                postgres.to_vec(),
                "PostgreSQL's client programs (postgresql-client)",
            ),
            Backend::Mysql if server.contains("MariaDB") => {
                (mysql.to_vec(), "MariaDB's client programs (mariadb-client)")
            }
            Backend::Mysql => (
                mysql.into_iter().rev().collect(),
                "MySQL's client programs (mysql-client, or mariadb-client)",
            ),
        };
        for name in &names {
            let Some(version) = version_of(name).await? else {
                continue;
            };
            // MySQL's and MariaDB's programs speak with any version of the server; pg_dump refuses a later one.
            if let (Backend::Postgres, "pg_dump", Some(own), Some(theirs)) =
                (backend, *name, major(&version), major(&server))
                && own < theirs
            {
                return Err(BackupError::OldTool {
                    tool: (*name).to_owned(),
                    own: own.to_string(),
                    server: theirs.to_string(),
                });
            }
            return Ok(Self {
                name,
                is_mariadb: version.contains("MariaDB"),
                version,
                login: Login::of(&connection.url, connection.schema.as_deref()),
            });
        }
        Err(BackupError::NoTool {
            tool: names.join("` or `"),
            package,
        })
    }

    /// Its command, with what lets it in. Keep the file until the program has ended.
    pub(crate) fn command(&self) -> Result<(Command, Option<NamedTempFile>), BackupError> {
        let mut command = Command::new(self.name);
        command
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .kill_on_drop(true);
        let file = match &self.login.way_in {
            WayIn::Environment(variables) => {
                command.envs(variables);
                None
            }
            WayIn::File(text) => {
                let file = options_file(text)
                    .map_err(|error| BackupError::file("write", &std::env::temp_dir(), &error))?;
                let mut flag = std::ffi::OsString::from("--defaults-file=");
                flag.push(file.path());
                command.arg(flag);
                match &self.login.password {
                    Some(password) => command.env("MYSQL_PWD", password),
                    None => command.env_remove("MYSQL_PWD"),
                };
                Some(file)
            }
        };
        Ok((command, file))
    }

    /// The database's name, for those programs that take it as a word.
    pub(crate) fn database(&self) -> &str {
        &self.login.database
    }

    /// The program could not be started.
    pub(crate) fn unstarted(&self, error: &std::io::Error) -> BackupError {
        BackupError::Tool {
            action: "start",
            tool: self.name.to_owned(),
            reason: error.to_string(),
            help: "nothing was touched".into(),
        }
    }

    /// What a program said before it failed: its errors, or its last words; without the password.
    pub(crate) fn said(&self, stderr: &[u8], status: std::process::ExitStatus) -> String {
        let text = String::from_utf8_lossy(stderr);
        let lines: Vec<&str> = text
            .lines()
            .filter(|line| !line.trim().is_empty())
            .collect();
        let is_error = |line: &&&str| line.to_lowercase().contains("error");
        let from = lines.iter().position(|line| is_error(&line));
        let from = from.unwrap_or(lines.len().saturating_sub(3));
        let said: Vec<&str> = lines[from..]
            .iter()
            .take(4)
            .map(|line| line.trim())
            .collect();
        let said = if said.is_empty() {
            format!("it ended with {status} and said nothing")
        } else {
            said.join("\n  ")
        };
        self.login.hidden(&said)
    }
}

/// In a file that only this user can read; the user's own files of options are left out, so that nothing there wins over the address.
fn options_file(text: &str) -> std::io::Result<NamedTempFile> {
    // Made with mode 0600.
    let mut file = tempfile::Builder::new()
        .prefix("plimsoll-")
        .suffix(".cnf")
        .tempfile()?;
    file.write_all(text.as_bytes())?;
    file.flush()?;
    Ok(file)
}

/// The first line of `--version`; `None` when there is no such program.
async fn version_of(name: &str) -> Result<Option<String>, BackupError> {
    let asked: std::io::Result<Output> = Command::new(name)
        .arg("--version")
        .stdin(Stdio::null())
        .output()
        .await;
    let failed = |reason: String| {
        BackupError::Tool {
        action: "ask for the version",
        tool: name.to_owned(),
        reason,
        help: "nothing was touched; check that the program of that name on the PATH is the server's own".into(),
    }
    };
    match asked {
        Ok(output) if output.status.success() => {
            let text = String::from_utf8_lossy(&output.stdout);
            Ok(Some(
                text.lines().next().unwrap_or_default().trim().to_owned(),
            ))
        }
        Ok(output) => Err(failed(format!("it ended with {}", output.status))),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(failed(error.to_string())),
    }
}

/// The first number of a version.
fn major(text: &str) -> Option<u32> {
    let start = text.find(|c: char| c.is_ascii_digit())?;
    let digits: String = text[start..]
        .chars()
        .take_while(char::is_ascii_digit)
        .collect();
    digits.parse().ok()
}

/// The server's version, in its own words.
pub(crate) async fn server_version(connection: &Connection) -> Result<String, BackupError> {
    let sql = match connection.url.backend() {
        Backend::Sqlite => "SELECT sqlite_version()",
        Backend::Postgres => "SELECT current_setting('server_version')",
        Backend::Mysql => "SELECT CONVERT(version() USING utf8mb4)",
    };
    let failed =
        |error: &sea_orm::DbErr| BackupError::database("ask for the server's version", error);
    let statement = Statement::from_string(connection.db.get_database_backend(), sql);
    let row = connection
        .db
        .query_one_raw(statement)
        .await
        .map_err(|error| failed(&error))?;
    match row {
        Some(row) => row.try_get_by_index(0).map_err(|error| failed(&error)),
        None => Ok(String::new()),
    }
}

/// How a program is let in.
#[derive(Debug)]
struct Login {
    database: String,
    password: Option<String>,
    way_in: WayIn,
}

enum WayIn {
    Environment(BTreeMap<&'static str, String>),
    File(String),
}

impl std::fmt::Debug for WayIn {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Environment(_) => "Environment",
            Self::File(_) => "File",
        })
    }
}

impl Login {
    fn of(url: &DbUrl, schema: Option<&str>) -> Self {
        // What a `DbUrl` reveals is a URL on a server; SQLite needs no way in.
        let parsed = Url::parse(&url.reveal(false)).ok();
        let mut facts: BTreeMap<String, String> = BTreeMap::new();
        if let Some(parsed) = &parsed {
            let text = |text: &str| decoded(text);
            facts.extend(parsed.query_pairs().into_owned());
            let mut put = |key: &str, value: Option<String>| {
                if let Some(value) = value.filter(|value| !value.is_empty()) {
                    facts.insert(key.to_owned(), value);
                }
            };
            put(
                "host",
                parsed
                    .host_str()
                    .map(|host| text(host.trim_matches(['[', ']']))),
            );
            put("port", parsed.port().map(|port| port.to_string()));
            put("user", Some(text(parsed.username())));
            put("password", parsed.password().map(text));
            put("dbname", url.database().map(text));
        }
        let password = facts.get("password").cloned();
        let database = facts.get("dbname").cloned().unwrap_or_default();
        let way_in = match url.backend() {
            Backend::Sqlite | Backend::Postgres => WayIn::Environment(postgres(&facts, schema)),
            Backend::Mysql => WayIn::File(mysql(&facts)),
        };
        Self {
            database,
            password,
            way_in,
        }
    }

    /// A text without the password.
    fn hidden(&self, text: &str) -> String {
        match self
            .password
            .as_deref()
            .filter(|password| !password.is_empty())
        {
            Some(password) => text.replace(password, "***"),
            None => text.to_owned(),
        }
    }
}

/// As it stands between quotes in a file of MySQL's programs.
fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"")
}

/// Without the percent signs of an address.
pub(crate) fn decoded(text: &str) -> String {
    let pair = format!("a={}", text.replace('+', "%2B").replace('&', "%26"));
    url::form_urlencoded::parse(pair.as_bytes())
        .next()
        .map_or_else(|| text.to_owned(), |(_, value)| value.into_owned())
}

/// <https://www.postgresql.org/docs/current/libpq-envars.html>
fn postgres(
    facts: &BTreeMap<String, String>,
    schema: Option<&str>,
) -> BTreeMap<&'static str, String> {
    const NAMES: [(&str, &str); 14] = [
        ("host", "PGHOST"),
        ("hostaddr", "PGHOSTADDR"),
        ("port", "PGPORT"),
        ("user", "PGUSER"),
        ("password", "PGPASSWORD"),
        ("dbname", "PGDATABASE"),
        ("sslmode", "PGSSLMODE"),
        ("ssl-mode", "PGSSLMODE"),
        ("sslrootcert", "PGSSLROOTCERT"),
        ("ssl-root-cert", "PGSSLROOTCERT"),
        ("sslcert", "PGSSLCERT"),
        ("ssl-cert", "PGSSLCERT"),
        ("sslkey", "PGSSLKEY"),
        ("ssl-key", "PGSSLKEY"),
    ];
    let mut out: BTreeMap<&'static str, String> = NAMES
        .iter()
        .filter_map(|(key, name)| Some((*name, facts.get(*key)?.clone())))
        .collect();
    out.insert("PGAPPNAME", "plimsoll".to_owned());
    out.insert("PGCLIENTENCODING", "UTF8".to_owned());
    let mut options = facts.get("options").cloned().unwrap_or_default();
    if let Some(schema) = schema {
        let path: Vec<String> = schema
            .split(',')
            .map(|name| format!("\"{}\"", name.trim().trim_matches('"').replace('"', "\"\"")))
            .collect();
        // Spaces and backslashes are escaped within the options.
        let path = path.join(",").replace('\\', "\\\\").replace(' ', "\\ ");
        options = format!("{options} -csearch_path={path}");
    }
    if !options.is_empty() {
        out.insert("PGOPTIONS", options.trim_start().to_owned());
    }
    out
}

/// <https://mariadb.com/kb/en/configuring-mariadb-with-option-files/>
fn mysql(facts: &BTreeMap<String, String>) -> String {
    const NAMES: [(&str, &str); 8] = [
        ("host", "host"),
        ("port", "port"),
        ("user", "user"),
        ("socket", "socket"),
        ("ssl-ca", "ssl-ca"),
        ("sslca", "ssl-ca"),
        ("ssl-cert", "ssl-cert"),
        ("ssl-key", "ssl-key"),
    ];
    let mut out = "[client]\n".to_owned();
    for (key, name) in NAMES {
        if let Some(value) = facts.get(key) {
            out += &format!("{name}=\"{}\"\n", escaped(value));
        }
    }
    let mode = facts.get("ssl-mode").or_else(|| facts.get("sslmode"));
    match mode
        .map(|mode| mode.to_lowercase().replace('-', "_"))
        .as_deref()
    {
        Some("disabled") => out += "loose-skip-ssl\n",
        Some("required") => out += "loose-ssl\nloose-ssl-mode=REQUIRED\n",
        Some("verify_ca") => out += "loose-ssl\nloose-ssl-mode=VERIFY_CA\n",
        Some("verify_identity") => {
            out += "loose-ssl\nloose-ssl-verify-server-cert\nloose-ssl-mode=VERIFY_IDENTITY\n";
        }
        Some(_) | None => {}
    }
    // A server that is named is reached over the network, not through a socket of this machine's.
    if facts.contains_key("host") && !facts.contains_key("socket") {
        out += "protocol=tcp\n";
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn login(url: &str, schema: Option<&str>) -> String {
        match Login::of(&DbUrl::parse(url).unwrap(), schema).way_in {
            WayIn::Environment(variables) => variables
                .iter()
                .map(|(name, value)| format!("{name}={value}\n"))
                .collect(),
            WayIn::File(text) => text,
        }
    }

    #[test]
    fn what_lets_a_program_in() {
        insta::assert_snapshot!(login(
            "postgres://app:p%40s%20s@db.example.org:5433/shop?sslmode=require",
            Some("tenant 1, public")
        ), @r#"
        PGAPPNAME=plimsoll
        PGCLIENTENCODING=UTF8
        PGDATABASE=shop
        PGHOST=db.example.org
        PGOPTIONS=-csearch_path="tenant\ 1","public"
        PGPASSWORD=p@s s
        PGPORT=5433
        PGSSLMODE=require
        PGUSER=app
        "#);
        insta::assert_snapshot!(login("mysql://app:a%22b%5Cc%23@[::1]:3307/shop?ssl-mode=VERIFY_IDENTITY&ssl-ca=/ca.pem", None), @r#"
        [client]
        host="::1"
        port="3307"
        user="app"
        ssl-ca="/ca.pem"
        loose-ssl
        loose-ssl-verify-server-cert
        loose-ssl-mode=VERIFY_IDENTITY
        protocol=tcp
        "#);
    }

    #[test]
    fn versions() {
        assert_eq!(
            major("pg_dump (PostgreSQL) 15.20 (Debian 15.20-0+deb12u1)"),
            Some(15)
        );
        assert_eq!(major("9.6.24"), Some(9));
        assert_eq!(major("none"), None);
    }

    #[cfg(unix)]
    #[test]
    fn the_file_is_for_this_user_alone() {
        use std::os::unix::fs::PermissionsExt as _;
        let file = options_file("[client]\n").unwrap();
        let mode = file.as_file().metadata().unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
}
