//! Database servers for the tests: those that answer, else throw-away ones made from whatever is installed.

mod mysql;
mod postgres;
pub(crate) mod versions;

use std::net::{TcpListener, TcpStream, ToSocketAddrs};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use url::Url;

use crate::command::Failure;

/// A server that a test can need.
pub(crate) struct Kind {
    /// Its word in `PLIMSOLL_TEST_SERVERS`.
    word: &'static str,
    /// What people call it.
    name: &'static str,
    /// Where its URL stands.
    variable: &'static str,
    /// Where it is unless the variable says otherwise.
    default: &'static str,
    /// What to install where it is missing.
    package: &'static str,
    /// Starts one in an empty folder of its own.
    start: fn(&Path, u16) -> Result<Option<Started>, Failure>,
}

const KINDS: [Kind; 2] = [
    Kind {
        word: "postgres",
        name: "PostgreSQL",
        variable: "TEST_POSTGRES_URL",
        default: "postgres://postgres@127.0.0.1:5432/postgres",
        package: "postgresql",
        start: postgres::start,
    },
    Kind {
        word: "mysql",
        name: "MySQL or MariaDB",
        variable: "TEST_MYSQL_URL",
        default: "mysql://root@127.0.0.1:3306/test",
        package: "mariadb-server",
        start: mysql::start,
    },
];

/// A server that was started here.
pub(crate) struct Started {
    /// Where it is.
    url: String,
    /// Its process, whose children it waits for.
    process: u32,
    /// Stops it.
    stop: Box<dyn FnMut()>,
}

/// The servers of a run; those that were started here are stopped when it ends.
pub(crate) struct Servers {
    urls: Vec<(&'static str, String)>,
    started: Vec<(Started, PathBuf)>,
    /// Where the clients are that the servers need, unless they are those of this machine.
    clients: Option<PathBuf>,
}

impl Servers {
    /// Where the server of that word is.
    pub(crate) fn url(&self, word: &str) -> Option<String> {
        let kind = KINDS.iter().find(|kind| kind.word == word)?;
        let started = self.urls.iter().find(|(name, _)| *name == kind.variable);
        let told = || std::env::var(kind.variable).ok();
        let url = started.map(|(_, url)| url.clone()).or_else(told);
        Some(url.unwrap_or_else(|| kind.default.to_owned()))
    }

    /// The process of the server of that word, if it was started here.
    pub(crate) fn process(&self, word: &str) -> Option<u32> {
        let url = self.url(word)?;
        let started = self.started.iter().find(|(server, _)| server.url == url)?;
        Some(started.0.process)
    }

    /// Tells a program where the servers are.
    pub(crate) fn tell<'a>(&self, command: &'a mut Command) -> &'a mut Command {
        if let Some(clients) = &self.clients {
            let mut path = clients.clone().into_os_string();
            path.push(":");
            path.push(std::env::var_os("PATH").unwrap_or_default());
            command.env("PATH", path);
        }
        command.envs(self.urls.iter().map(|(variable, url)| (variable, url)))
    }
}

impl Drop for Servers {
    fn drop(&mut self) {
        for (server, folder) in &mut self.started {
            (server.stop)();
            // What cannot be removed is in the system's folder for temporary files.
            let _ = std::fs::remove_dir_all(folder);
        }
    }
}

/// Finds or starts every server that `PLIMSOLL_TEST_SERVERS` requires.
pub(crate) fn ensure() -> Result<Servers, Failure> {
    let required = std::env::var("PLIMSOLL_TEST_SERVERS").unwrap_or("postgres,mysql".into());
    let mut servers = Servers {
        urls: Vec::new(),
        started: Vec::new(),
        clients: None,
    };
    for kind in KINDS
        .iter()
        .filter(|kind| required.split(',').any(|word| word.trim() == kind.word))
    {
        let told = std::env::var(kind.variable).ok();
        let url = told.as_deref().unwrap_or(kind.default);
        if answers(url) {
            continue;
        }
        if told.is_some() {
            return Err(Failure::Told(format!(
                "{} does not answer at {}, which is where {} says it is",
                kind.name,
                without_password(url),
                kind.variable
            )));
        }
        servers.start(kind)?;
    }
    Ok(servers)
}

/// Starts these servers, whatever answers elsewhere: nobody else makes them work.
pub(crate) fn own(words: &[&str]) -> Result<Servers, Failure> {
    let mut servers = Servers {
        urls: Vec::new(),
        started: Vec::new(),
        clients: None,
    };
    for kind in KINDS.iter().filter(|kind| words.contains(&kind.word)) {
        servers.start(kind)?;
    }
    Ok(servers)
}

/// The same, but one that a variable names is taken.
pub(crate) fn told_or_own(words: &[&str]) -> Result<Servers, Failure> {
    let is_told = |kind: &Kind| std::env::var_os(kind.variable).is_some();
    let untold = KINDS.iter().filter(|kind| !is_told(kind));
    let untold: Vec<&str> = untold.map(|kind| kind.word).collect();
    let wanted = words.iter().copied().filter(|word| untold.contains(word));
    own(&wanted.collect::<Vec<_>>())
}

impl Servers {
    fn start(&mut self, kind: &Kind) -> Result<(), Failure> {
        self.start_as(kind, kind.start)?;
        if let Some((started, _)) = self.started.last() {
            println!("started {} for this run: {}", kind.name, started.url);
        }
        Ok(())
    }

    fn start_as(
        &mut self,
        kind: &Kind,
        start: impl FnOnce(&Path, u16) -> Result<Option<Started>, Failure>,
    ) -> Result<(), Failure> {
        let folder =
            std::env::temp_dir().join(format!("plimsoll-{}-{}", kind.word, std::process::id()));
        let io = |source| Failure::Io {
            path: folder.clone(),
            source,
        };
        std::fs::create_dir_all(&folder).map_err(io)?;
        let port = free_port().map_err(io)?;
        let Some(started) = start(&folder, port)? else {
            return Err(Failure::Told(format!(
                "{} neither answers at {} nor is installed: `apt-get install {}`, set {}, or narrow the run with PLIMSOLL_TEST_SERVERS=sqlite",
                kind.name, kind.default, kind.package, kind.variable
            )));
        };
        self.urls.push((kind.variable, started.url.clone()));
        self.started.push((started, folder));
        Ok(())
    }
}

fn answers(url: &str) -> bool {
    let Ok(url) = Url::parse(url) else {
        return false;
    };
    let default = match url.scheme() {
        "mysql" | "mariadb" => 3306,
        _ => 5432,
    };
    let address = (
        url.host_str().unwrap_or("127.0.0.1"),
        url.port().unwrap_or(default),
    );
    let Ok(mut addresses) = address.to_socket_addrs() else {
        return false;
    };
    addresses.any(|address| TcpStream::connect_timeout(&address, Duration::from_secs(1)).is_ok())
}

fn without_password(url: &str) -> String {
    match Url::parse(url) {
        Ok(mut url) => {
            // A URL that cannot have a password has none to hide.
            let _ = url.set_password(None);
            url.to_string()
        }
        Err(_) => "what is not a URL".into(),
    }
}

fn free_port() -> std::io::Result<u16> {
    Ok(TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port())
}

/// Waits until a port answers.
fn wait_for(port: u16, name: &str) -> Result<(), Failure> {
    let started = Instant::now();
    while started.elapsed() < Duration::from_mins(1) {
        if TcpStream::connect(("127.0.0.1", port)).is_ok() {
            return Ok(());
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    Err(Failure::Told(format!(
        "{name} was started and does not answer on port {port}"
    )))
}

/// A program: in these folders (a `*` stands for any one name), else on the path.
fn find(program: &str, folders: &[&str]) -> Option<PathBuf> {
    let known = folders.iter().flat_map(|folder| expand(folder));
    let path = std::env::var_os("PATH").unwrap_or_default();
    let on_path: Vec<_> = std::env::split_paths(&path).collect();
    known
        .chain(on_path)
        .map(|folder| folder.join(program))
        .find(|file| file.is_file())
}

/// The newest first: a later version sorts after an earlier one.
fn expand(folder: &str) -> Vec<PathBuf> {
    let Some((before, after)) = folder.split_once('*') else {
        return vec![folder.into()];
    };
    let entries = std::fs::read_dir(before).into_iter().flatten().flatten();
    let mut found: Vec<_> = entries
        .map(|entry| entry.path().join(after.trim_start_matches('/')))
        .collect();
    found.sort();
    found.reverse();
    found
}

/// Runs a program as a user that servers accept: as that one where we are root, else as ourselves.
fn as_user(user: &str, program: &Path) -> Command {
    if is_root() {
        let mut command = Command::new("runuser");
        command.args(["-u", user, "--"]).arg(program);
        command
    } else {
        Command::new(program)
    }
}

/// Gives a folder to that user, where we are root.
fn give(user: &str, folder: &Path) -> Result<(), Failure> {
    if is_root() {
        let mut chown = Command::new("chown");
        crate::command::run_quietly(chown.arg("-R").arg(user).arg(folder))?;
    }
    Ok(())
}

fn is_root() -> bool {
    let id = Command::new("id").arg("-u").output();
    id.is_ok_and(|output| output.stdout == b"0\n")
}
